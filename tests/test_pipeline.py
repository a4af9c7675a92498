"""The stages together: what is computed again and what is not, and what a result must be able to promise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.cluster import KMeans

from segtui.errors import AnalysisError, RecipeError
from segtui.pipeline import STAGES, Pipeline, analyse, fingerprint
from segtui.progress import finish
from segtui.recipe import ClusterSpec, FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec
from segtui.results import Answer
from segtui.session.events import Failed
from segtui.session.local import LocalEngine
from segtui.session.questions import CustomersQuestion, DistributionQuestion, MapQuestion
from segtui.session.session import Session

COLUMNS = ("recency", "frequency", "monetary")


def shop(customers: int = 600, seed: int = 5) -> pl.DataFrame:
    """A small shop: three overlapping kinds of customer, skewed money, ids with leading zeros, a few gaps."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 3, customers)
    recency = rng.gamma(2.0, np.array([10.0, 60.0, 200.0])[kind])
    frequency = 1 + rng.poisson(np.array([12.0, 4.0, 1.0])[kind])
    monetary = np.round(frequency * rng.lognormal(3.5, 0.5, customers), 2)
    frame = pl.DataFrame(
        {
            "customer_id": [f"{i:06d}" for i in range(customers)],
            "recency": np.round(recency, 1),
            "frequency": frequency,
            "monetary": monetary,
            "channel": rng.choice(["web", "store", "app"], customers),
        }
    )
    return frame.with_columns(
        pl.when(pl.int_range(customers) % 50 == 7).then(None).otherwise(pl.col("recency")).alias("recency")
    )


def recipe_for(path: Path, **cluster: int) -> Recipe:
    return Recipe(gather=GatherSpec((SourceSpec(str(path)),)), cluster=ClusterSpec(**cluster))


def letters_by_id(pipeline: Pipeline, answer: Answer) -> dict[str, str]:
    dataset = pipeline.dataset
    ids = dataset.frame[dataset.id_column].to_list()
    return {i: answer.letters[label] for i, label in zip(ids, answer.segmentation.labels.tolist(), strict=True)}


@pytest.fixture
def shop_file(tmp_path):
    path = tmp_path / "shop.csv"
    shop().write_csv(path)
    return path


def heard(_):
    """A trace that nobody reads."""


def test_every_stage_needs_only_stages_before_it():
    seen: set[str] = set()
    for name, stage in STAGES.items():
        assert set(stage.needs) <= seen, name
        seen.add(name)


def test_a_fingerprint_follows_what_its_stage_reads_and_nothing_else():
    recipe = Recipe()
    other_k, renamed = recipe.with_k(9), recipe.with_name("A", "Friends")
    assert fingerprint("matrix", recipe, "d") == fingerprint("matrix", other_k, "d")
    assert fingerprint("exact", recipe, "d") != fingerprint("exact", other_k, "d")
    assert fingerprint("exact letters", recipe, "d") == fingerprint("exact letters", renamed, "d")
    assert fingerprint("exact answer", recipe, "d") != fingerprint("exact answer", renamed, "d")
    assert fingerprint("matrix", recipe, "d") != fingerprint("matrix", recipe, "e")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_order_of_the_rows_does_not_matter(tmp_path, kind):
    frame = shop()
    found = []
    for name, seed in (("as it is", None), ("shuffled", 1), ("shuffled again", 2)):
        path = tmp_path / f"{name}.{kind}"
        rows = frame if seed is None else frame.sample(fraction=1.0, shuffle=True, seed=seed)
        rows.write_csv(path) if kind == "csv" else rows.write_parquet(path)
        pipeline, _, _, answer = analyse(recipe_for(path, k=5))
        found.append((letters_by_id(pipeline, answer), answer.segmentation.inertia))
    assert found[0] == found[1] == found[2]


def test_rows_without_an_id_keep_their_segment_when_shuffled(tmp_path):
    frame = shop().drop("customer_id").with_row_index("line")
    found = []
    for seed in (None, 3):
        rows = frame if seed is None else frame.sample(fraction=1.0, shuffle=True, seed=seed)
        path = tmp_path / f"{seed}.csv"
        rows.drop("line").write_csv(path)
        _, dataset, _, answer = analyse(recipe_for(path, k=4))
        letters = np.array(answer.letters)[answer.segmentation.labels]
        found.append(dict(zip(rows["line"].gather(dataset.row).to_list(), letters.tolist(), strict=True)))
    assert found[0] == found[1]


def test_the_app_and_the_command_line_give_the_same_labels(shop_file):
    """A session that wandered about, then its recipe run headless."""
    events: list[object] = []
    session = Session(events.append)
    session.start()
    session.open(recipe_for(shop_file))
    wait(lambda: session.shown is not None and session.shown.exact)
    for k in (5, 6, 7):
        session.change(session.recipe.with_k(k), f"k {k}")
    session.undo()
    features = tuple(replace(f, on=f.name != "channel") for f in session.features)
    session.change(session.recipe.with_features(features), "no channel")
    wait(lambda: not session.stale and session.shown.exact and session.background is None)
    assert session.recipe.cluster.k == 6
    shown, wandered = session.shown, session.recipe
    session.close()
    _, _, _, again = analyse(wandered)
    assert not [event for event in events if isinstance(event, Failed)]
    assert np.array_equal(again.segmentation.labels, shown.segmentation.labels)
    assert again.letters == shown.letters
    assert [s.name for s in again.profile.segments] == [s.name for s in shown.profile.segments]
    assert np.array_equal(again.segmentation.centroids, shown.segmentation.centroids)


def wait(condition, seconds: float = 30.0) -> None:
    import time

    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def test_k_does_not_prepare_the_matrix_again_and_a_name_computes_nothing(shop_file):
    pipeline = Pipeline()
    recipe = recipe_for(shop_file)
    finish(pipeline.open(recipe))
    four = finish(pipeline.exact(recipe, heard))
    five = finish(pipeline.exact(recipe.with_k(5), heard))
    named = finish(pipeline.exact(recipe.with_name("A", "Friends"), heard))
    assert five.space.fingerprint == four.space.fingerprint
    assert finish(pipeline.matrix(five.prepare)) is finish(pipeline.matrix(four.prepare))
    assert named.segmentation is four.segmentation
    assert named.profile.segments[0].name == "Friends"
    assert named.profile.segments[0].auto_name == four.profile.segments[0].name


def test_what_does_not_count_is_answered_from_the_file_under_its_own_recipe(shop_file):
    """The transform of a feature that is off changes nothing but the recipe; the app must not wait for ever."""
    pipeline = Pipeline()
    recipe = recipe_for(shop_file)
    _, inspection = finish(pipeline.open(recipe))
    off = recipe.with_features(tuple(replace(f, on=f.name != "channel") for f in inspection.proposal()))
    other = off.with_feature(FeatureSpec("channel", on=False, weight=2.0))
    answer = finish(pipeline.exact(off, heard))
    again = pipeline.filed(other)
    assert again is not None
    assert again.segmentation is answer.segmentation
    assert again.recipe == other
    assert FeatureSpec("channel", on=False, transform="none", weight=2.0) in again.prepare.features
    assert finish(pipeline.first(other, heard)).recipe == other


def test_proposed_features_and_the_same_ones_listed_are_the_same_analysis(shop_file):
    pipeline = Pipeline()
    recipe = recipe_for(shop_file)
    _, inspection = finish(pipeline.open(recipe))
    proposed = finish(pipeline.exact(recipe, heard))
    listed = recipe.with_features(tuple(reversed(inspection.proposal())))
    assert finish(pipeline.exact(listed, heard)).segmentation is proposed.segmentation
    assert finish(analysed(pipeline, pipeline.explicit(recipe))).segmentation.inertia == pytest.approx(
        proposed.segmentation.inertia, rel=1e-12
    )


def analysed(pipeline, recipe):
    return pipeline.exact(recipe, heard)


def test_the_first_answer_assigns_every_customer_and_says_that_it_is_approximate(tmp_path):
    path = tmp_path / "large.parquet"
    shop(30_000).write_parquet(path)
    pipeline = Pipeline()
    finish(pipeline.open(recipe_for(path)))
    first = finish(pipeline.first(recipe_for(path), heard))
    exact = finish(pipeline.exact(recipe_for(path), heard))
    assert not first.exact
    assert exact.exact
    assert sum(first.segmentation.sizes) == 30_000
    assert first.segmentation.inertia <= exact.segmentation.inertia * 1.01
    agreement = np.mean(
        np.array(first.letters)[first.segmentation.labels] == np.array(exact.letters)[exact.segmentation.labels]
    )
    assert agreement > 0.9


def test_letters_stay_with_their_people_from_run_to_run(shop_file):
    pipeline = Pipeline()
    recipe = recipe_for(shop_file)
    finish(pipeline.open(recipe))
    four = finish(pipeline.exact(recipe, heard))
    anchored = replace(recipe.with_k(5), anchor=pipeline.anchor(four))
    five = finish(pipeline.exact(anchored, heard))
    assert sorted(five.letters) == ["A", "B", "C", "D", "E"]
    before = np.array(four.letters)[four.segmentation.labels]
    after = np.array(five.letters)[five.segmentation.labels]
    for letter in "ABCD":
        if np.any(after == letter):
            share = {other: np.mean(before[after == letter] == other) for other in "ABCD"}
            assert max(share, key=share.get) == letter


def test_letters_follow_even_when_the_features_change(shop_file):
    pipeline = Pipeline()
    recipe = recipe_for(shop_file)
    _, inspection = finish(pipeline.open(recipe))
    anchor = pipeline.anchor(finish(pipeline.exact(recipe, heard)))
    fewer = tuple(replace(f, on=f.name in ("frequency", "monetary")) for f in inspection.proposal())
    changed = finish(pipeline.exact(replace(recipe.with_features(fewer), anchor=anchor), heard))
    assert sorted(changed.letters) == ["A", "B", "C", "D"]


def test_an_anchor_that_does_not_fit_the_data_is_refused(shop_file):
    pipeline = Pipeline()
    recipe = recipe_for(shop_file)
    finish(pipeline.open(recipe))
    anchor = pipeline.anchor(finish(pipeline.exact(recipe, heard)))
    with pytest.raises(RecipeError, match="letters"):
        finish(pipeline.exact(replace(recipe, anchor=replace(anchor, columns=("x",) * len(anchor.columns))), heard))


def test_nothing_can_be_asked_before_data_is_open():
    with pytest.raises(AnalysisError, match="no data"):
        finish(Pipeline().exact(Recipe(), heard))


@pytest.mark.parametrize("name", ["amazon_users.csv", "jewellery.csv", "examples"])
def test_inertia_is_as_good_as_fifty_restarts_of_scikit_learn(name, shared_data, examples):
    path = examples / "customers.csv" if name == "examples" else shared_data / name
    pipeline = Pipeline()
    recipe = recipe_for(path)
    finish(pipeline.open(recipe))
    for k in range(2, 9):
        answer = finish(pipeline.exact(recipe.with_k(k), heard))
        points = finish(pipeline.matrix(answer.prepare)).values.T.astype(np.float64)
        peer = KMeans(k, n_init=50, random_state=0, tol=0).fit(points)
        assert answer.segmentation.inertia <= peer.inertia_ * 1.0005, (k, answer.segmentation.inertia, peer.inertia_)


def test_scaling_can_be_set_for_all_features_at_once(shop_file):
    pipeline = Pipeline()
    recipe = recipe_for(shop_file)
    finish(pipeline.open(recipe))
    plain = replace(recipe, prepare=PrepareSpec(scale="z"))
    features = pipeline.explicit(plain).prepare.features
    assert {f.transform for f in features if f.name in COLUMNS} == {"z"}


# -- customers set aside -----------------------------------------------------------------------------------


def aside(recipe: Recipe, trim: float = 0.0) -> Recipe:
    features = (FeatureSpec("recency", missing="aside"), FeatureSpec("frequency"), FeatureSpec("monetary"))
    return replace(recipe, prepare=PrepareSpec(features, trim=trim))


def test_customers_set_aside_take_no_part_and_are_counted(shop_file):
    pipeline = Pipeline()
    recipe = aside(recipe_for(shop_file), trim=0.02)
    finish(pipeline.open(recipe))
    answer = finish(pipeline.exact(recipe, heard))
    ground = finish(pipeline.ground(recipe))
    assert len(answer.segmentation.labels) == ground.dataset.customers == ground.matrix.customers == 600 - 12 - 11
    reasons = {one.reason: len(one.rows) for one in ground.dataset.left_out}
    assert reasons == {"no value in recency": 12, "trimmed: farther from every centre than 98 % of customers": 11}
    assert answer.space.notes[0].startswith("12 customers (2.0%) have no value in recency")
    assert answer.space.notes[1].startswith("11 customers (1.9%) are set aside as trimmed")
    assert sum(answer.space.votes.values()) == pytest.approx(1.0)
    assert pipeline.dataset.customers == 600
    positions = np.arange(ground.dataset.customers)
    assert np.allclose(ground.exact_values(positions), ground.matrix.values, atol=1e-5)
    brought_back = finish(pipeline.exact(replace(recipe, prepare=PrepareSpec()), heard))
    assert len(brought_back.segmentation.labels) == 600


def test_views_show_those_who_take_part(shop_file):
    engine = LocalEngine({})
    recipe = aside(recipe_for(shop_file), trim=0.02)
    finish(engine.open(recipe))
    answer = finish(engine.exact(recipe, heard))
    everyone = finish(engine.reply(CustomersQuestion(None), answer))
    assert everyone.row_count == 577
    assert all(row[3] is not None for row in everyone.rows(0, 577))
    assert finish(engine.reply(MapQuestion("component 1", "recency", 20, 10), answer)).customers == 577
    spread = finish(engine.reply(DistributionQuestion("recency", 10), answer))
    assert (spread.sampled, spread.missing) == (577, 0)


def test_trimming_depends_on_k_and_its_fingerprints_say_so():
    recipe = Recipe(prepare=PrepareSpec(trim=0.01))
    assert fingerprint("matrix", recipe, "d") == fingerprint("matrix", Recipe(), "d")
    assert fingerprint("trimmed", recipe, "d") != fingerprint("trimmed", recipe.with_k(5), "d")
    assert fingerprint("trimmed", Recipe(), "d") == fingerprint("trimmed", Recipe().with_k(5), "d")
    assert fingerprint("kept", recipe, "d") == fingerprint("kept", Recipe(), "d")
    assert fingerprint("kept", aside(recipe), "d") != fingerprint("kept", recipe, "d")


@pytest.mark.parametrize("way", ["from all to some", "from some to all"])
def test_letters_go_over_to_other_customers(shop_file, way):
    pipeline = Pipeline()
    all_of_them = replace(aside(recipe_for(shop_file)), prepare=PrepareSpec())
    some = aside(all_of_them, trim=0.02)
    before, after = (all_of_them, some) if way == "from all to some" else (some, all_of_them)
    finish(pipeline.open(before))
    first = finish(pipeline.exact(before, heard))
    then = finish(pipeline.exact(replace(after, anchor=pipeline.anchor(first)), heard))
    assert sorted(then.letters) == ["A", "B", "C", "D"]


def test_an_outlier_is_named_with_what_to_try(tmp_path):
    frame = shop(600).with_columns(
        pl.when(pl.int_range(600) == 3).then(9e6).otherwise(pl.col("monetary")).alias("monetary")
    )
    frame.write_csv(path := tmp_path / "one.csv")
    recipe = replace(recipe_for(path), prepare=PrepareSpec(scale="z"))
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    answer = finish(pipeline.exact(recipe, heard))
    assert [said for said in answer.warnings if "is one outlier, not a segment" in said]
    for cure in (PrepareSpec(), PrepareSpec(scale="z", winsorise=True), PrepareSpec(scale="z", trim=0.01)):
        cured = finish(pipeline.exact(replace(recipe, prepare=cure), heard))
        assert not [said for said in cured.warnings if "is one outlier" in said], cure


def test_two_hundred_customers_in_ordinary_segments_are_quiet(shared_data):
    pipeline = Pipeline()
    recipe = recipe_for(shared_data / "amazon_users.csv")
    finish(pipeline.open(recipe))
    assert not [s for s in finish(pipeline.exact(recipe, heard)).warnings if "outlier" in s]

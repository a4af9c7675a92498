"""New customers under a delivered model: ties, gaps, new levels, missing columns, types, drift and the verdict."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from segtui.deliver import applied_file
from segtui.deliver.applied import Scored, apply_model
from segtui.deliver.drift import Moved
from segtui.deliver.refit import Verdict, judge
from segtui.deliver.score import score
from segtui.deliver.scoring import ScoredFeature, ScoringModel
from segtui.deliver.scoring_json import from_json
from segtui.errors import AnalysisError, SourceError
from segtui.explained import Condition, LeafRule
from segtui.gather.again import gathered_again
from segtui.gather.dataset import open_dataset
from segtui.progress import finish
from segtui.recipe import ClusterSpec, FeatureSpec, GatherSpec, LabelledSpec, PrepareSpec
from segtui.recipe_file import load
from tests.deliver.build import deliver, line_model, shop

FEATURES = (FeatureSpec("spend"), FeatureSpec("visits"), FeatureSpec("plan"))
ASIDE = (FeatureSpec("spend", missing="aside"), *FEATURES[1:])


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ScoringModel]:
    folder = tmp_path_factory.mktemp("delivered")
    return folder, deliver(folder / "d", [shop(folder / "then.csv")], PrepareSpec(ASIDE))


def scored(model: ScoringModel, *sources: Path, fill: bool = False) -> Scored:
    dataset = finish(open_dataset(gathered_again(GatherSpec(id_column="id"), [str(s) for s in sources])[0]))
    return finish(apply_model(model, dataset, fill_missing=fill))


# -- arithmetic ------------------------------------------------------------------------------------------------


def test_of_equal_distances_the_lower_cluster_wins() -> None:
    found = finish(score(line_model(0.0, 2.0, 4.0), pl.DataFrame({"x": [1.0, 3.0, 2.9, 9.0]})))
    assert found.labels.tolist() == [0, 1, 1, 2]
    assert found.distance.tolist() == pytest.approx([1.0, 1.0, 0.9, 5.0])


def test_rules_decide_alone_where_a_tree_is_the_segmentation() -> None:
    high, low = (Condition("x", None, above, 3.0, missing_holds=not above) for above in (True, False))
    model = replace(line_model(0.0, 2.0), rules=(LeafRule(1, (low,), 0, 0), LeafRule(0, (high,), 0, 0)))
    found = finish(score(model, pl.DataFrame({"x": [3.0, 3.5, None]})))
    assert found.labels.tolist() == [1, 0, 1]
    assert found.distance.tolist() == pytest.approx([1.0, 3.5, 2.0])  # to the own centroid, not to the nearest


def test_who_has_no_value_is_set_aside_where_the_recipe_says_so() -> None:
    found = finish(score(line_model(0.0, aside=True), pl.DataFrame({"x": [1.0, None, float("nan")]})))
    assert found.scored.tolist() == [True, False, False]
    assert [(name, places.tolist()) for name, places in found.aside] == [("no value in x", [1, 2])]
    filled = finish(score(line_model(0.0), pl.DataFrame({"x": [None, 2.0]})))
    assert filled.distance.tolist() == [0.0, 2.0]


def test_a_model_survives_its_file(delivered: tuple[Path, ScoringModel]) -> None:
    folder, model = delivered
    text = (folder / "d" / "model.json").read_text()
    assert from_json(text, "model.json") == model
    document = json.loads(text)
    del document["votes"]  # written before there were any
    assert from_json(json.dumps(document), "model.json") == replace(model, votes=())
    for broken in ({"centroids": [[0.0]]}, {"letters": ["A"]}, {"features": []}, {"columns": []}, {"segtui_model": 99}):
        with pytest.raises(SourceError):
            from_json(json.dumps({**json.loads(text), **broken}), "model.json")


# -- drift and the verdict -------------------------------------------------------------------------------------


def test_the_same_customers_again_are_kept(delivered: tuple[Path, ScoringModel]) -> None:
    folder, model = delivered
    found = scored(model, folder / "then.csv").applied
    assert [one.psi for one in found.drifts] == [0.0, 0.0, 0.0]
    assert found.mix.psi == 0.0
    assert found.far.customers == 9  # one in a hundred of 900, by construction
    assert tuple(one.now for one in found.segments) == tuple(one.then for one in found.segments)
    assert judge(found).verdict is Verdict.KEEP


def test_others_of_the_same_kind_are_kept(delivered: tuple[Path, ScoringModel], tmp_path: Path) -> None:
    found = scored(delivered[1], shop(tmp_path / "more.csv", seed=2)).applied
    assert {one.moved for one in found.drifts} == {Moved.LITTLE}
    assert judge(found).verdict is Verdict.KEEP


def test_a_feature_that_moved_is_named(delivered: tuple[Path, ScoringModel], tmp_path: Path) -> None:
    found = scored(delivered[1], shop(tmp_path / "rich.csv", seed=3, more=60.0)).applied
    assert found.drifts[0].feature == "spend"
    assert found.drifts[0].moved is Moved.MUCH
    assert [one.moved for one in found.drifts[1:]] == [Moved.LITTLE] * 2
    assert found.far.share > found.far.chance
    judged = judge(found)
    assert judged.verdict is Verdict.REFIT
    assert judged.reasons[0].startswith("spend moved much (PSI ")


def test_no_verdict_on_a_few(delivered: tuple[Path, ScoringModel], tmp_path: Path) -> None:
    found = scored(delivered[1], shop(tmp_path / "few.csv", 30, seed=4, more=60.0)).applied
    assert found.scored == 30
    judged = judge(found)
    assert judged.verdict is Verdict.NONE
    assert "too few" in judged.reasons[0]


def test_no_verdict_without_a_spread_to_compare_with(delivered: tuple[Path, ScoringModel]) -> None:
    folder, model = delivered
    found = scored(replace(model, seen=(), far=None), folder / "then.csv").applied
    assert found.scored == 900
    assert judge(found).verdict is Verdict.NONE


def test_trimmed_customers_are_expected_far_out(delivered: tuple[Path, ScoringModel], tmp_path: Path) -> None:
    source = shop(tmp_path / "in.csv")
    model = deliver(tmp_path / "d", [source], PrepareSpec(FEATURES, trim=0.05))
    assert model.customers == 855
    dataset = finish(open_dataset(GatherSpec(gathered_again(GatherSpec(), [str(source)])[0].sources)))
    found = finish(apply_model(model, dataset, trimmed=0.05)).applied
    assert found.scored == 900  # nobody is trimmed again
    assert found.far.expected == pytest.approx((9 + 45) / (856 + 45))
    assert judge(found).verdict is Verdict.KEEP
    assert any("trimmed" in note for note in found.notes)


# -- levels, columns, types ------------------------------------------------------------------------------------


def test_a_new_level_is_reported_and_counts_for_none(delivered: tuple[Path, ScoringModel], tmp_path: Path) -> None:
    found = scored(delivered[1], shop(tmp_path / "in.csv", seed=5, levels=("gold", "onyx", "basic"))).applied
    (new,) = found.new
    assert new.feature == "plan"
    assert [level for level, _ in new.levels] == ["onyx"]
    assert not new.collapsed
    assert next(one for one in found.drifts if one.feature == "plan").moved is Moved.MUCH


def test_a_new_level_goes_where_the_rare_ones_went(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'a' if i % 2 else 'b'},{i % 7}\n" for i in range(400))
    (tmp_path / "in.csv").write_text("id,plan,n\n" + rows + "998,rare,1\n999,seldom,2\n")
    spec = PrepareSpec((FeatureSpec("plan", treat="nominal"), FeatureSpec("n")))
    model = deliver(tmp_path / "d", [tmp_path / "in.csv"], spec, ClusterSpec(k=2))
    assert "(other)" in [column.level for column in model.columns]
    (tmp_path / "new.csv").write_text("id,plan,n\n1,a,1\n2,never seen,2\n3,never seen,2\n4,rare,2\n")
    (new,) = scored(model, tmp_path / "new.csv").applied.new
    assert new.levels == (("never seen", 2), ("rare", 1))
    assert new.collapsed


def test_a_column_that_votes_must_be_there(delivered: tuple[Path, ScoringModel], tmp_path: Path) -> None:
    frame = pl.read_csv(shop(tmp_path / "in.csv", seed=6)).rename({"visits": "visit"})
    frame.write_csv(tmp_path / "without.csv")
    model = delivered[1]
    with pytest.raises(
        AnalysisError, match=r"“visits” is not among the columns, .*Is it “visit” for “visits”"
    ) as error:
        scored(model, tmp_path / "without.csv")
    assert "--fill-missing" in error.value.hint
    found = scored(model, tmp_path / "without.csv", fill=True).applied
    assert found.filled == ("visits",)
    votes = dict(zip([feature.name for feature in model.features], model.votes, strict=True))
    assert found.filled_vote == pytest.approx(votes["visits"])
    assert sum(model.votes) == pytest.approx(1.0)
    assert "visits" not in [one.feature for one in found.drifts]
    assert judge(found).verdict is not Verdict.KEEP


def test_what_is_filled_in_sets_nobody_aside(delivered: tuple[Path, ScoringModel], tmp_path: Path) -> None:
    pl.read_csv(shop(tmp_path / "in.csv", seed=6)).drop("spend").write_csv(tmp_path / "without.csv")
    found = scored(delivered[1], tmp_path / "without.csv", fill=True).applied
    assert (found.filled, found.scored, found.aside) == (("spend",), 900, ())


def test_numbers_that_became_text_are_read_as_far_as_they_can_be(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,x\n1,4.5 kg\n2,many\n3,7 kg\n4,5\n5,none\n6,few\n")
    found = scored(line_model(0.0, 4.0, aside=True), tmp_path / "in.csv").applied
    assert found.scored + sum(count for _, count in found.aside) == 6
    assert found.changes[0].startswith("x was number and is text now")
    (tmp_path / "no.csv").write_text("id,x\n1,many\n2,none at all\n3,few\n")
    with pytest.raises(AnalysisError, match=r"“x” holds no number any more \(text\)"):
        scored(line_model(0.0), tmp_path / "no.csv")


def test_digits_in_a_feature_of_text_stay_levels(tmp_path: Path) -> None:
    rows = "".join(f"{i},{('1', '2', 'x')[i % 3]},{i % 5}\n" for i in range(300))
    (tmp_path / "in.csv").write_text("id,plan,n\n" + rows)
    spec = PrepareSpec((FeatureSpec("plan"), FeatureSpec("n")))
    model = deliver(tmp_path / "d", [tmp_path / "in.csv"], spec)
    (tmp_path / "new.csv").write_text("id,plan,n\n1,1,1\n2,2,2\n3,2,2\n")
    found = scored(model, tmp_path / "new.csv").applied
    assert found.new == ()
    assert found.changes == ("plan was text and is number now",)
    pl.DataFrame({"id": [1, 2], "plan": [1.0, 2.0], "n": [1, 2]}).write_parquet(tmp_path / "new.parquet")
    assert scored(model, tmp_path / "new.parquet").applied.new == ()


def test_nobody_left_to_score(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,x\n1,\n2,\n3,\n")
    with pytest.raises(AnalysisError, match="no value in x: no customer can have a segment"):
        scored(line_model(0.0, aside=True), tmp_path / "in.csv")


def test_yes_and_no_are_found_again(tmp_path: Path) -> None:
    model = replace(line_model(0.0), features=(ScoredFeature("x", "yes/no"),))
    (tmp_path / "in.csv").write_text("id,x\n1,1\n2,0\n3,1\n")
    assert scored(model, tmp_path / "in.csv").applied.changes == ("x was yes/no and is number now",)


# -- the labelled file -----------------------------------------------------------------------------------------


def test_the_file_keeps_every_row_and_says_who_has_none(delivered: tuple[Path, ScoringModel], tmp_path: Path) -> None:
    source = shop(tmp_path / "in.csv", 200, seed=8, empty=0.2)
    text = source.read_text().replace("c8-00007", "c8-00006") + ",,,\n"
    source.write_text(text)
    gather = gathered_again(GatherSpec(id_column="id"), [str(source)])[0]
    result = finish(apply_model(delivered[1], finish(open_dataset(gather))))
    path = finish(applied_file.write(result, gather, LabelledSpec(str(tmp_path / "out.csv"))))
    assert path.stat().st_mode & 0o777 == 0o600
    given, out = (pl.read_csv(p, infer_schema=False) for p in (source, path))
    assert out.drop("segment", "segment_name", "distance", "segment_note").equals(given)
    lacking = out.filter(pl.col("segment").is_null())
    notes = dict(lacking["segment_note"].value_counts().iter_rows())
    assert "no value in spend" in notes
    assert sum(notes.values()) == lacking.height == 200 + 1 - result.applied.scored
    assert out.filter(pl.col("segment").is_not_null())["segment_note"].null_count() == result.applied.scored


SCALES = ("auto", "quantile", "log", "robust")


@pytest.mark.parametrize(
    ("name", "scale", "tree"),
    [
        *(("jewellery.csv", scale, 0) for scale in SCALES),
        *(("amazon_users.csv", scale, 0) for scale in SCALES),
        ("amazon_users.csv", "auto", 1),
        ("online_retail_2010_2011.parquet", "auto", 0),
        ("online_retail_2010_2011.parquet", "quantile", 1),
        ("complete_journey", "log", 0),
    ],
)
def test_on_its_own_data_a_delivery_says_the_same(
    shared_data: Path, tmp_path: Path, name: str, scale: str, tree: int
) -> None:
    source = shared_data / name
    model = deliver(tmp_path / "d", [source], PrepareSpec(scale=scale), ClusterSpec(k=4, tree=tree))
    gather = gathered_again(load(tmp_path / "d" / "recipe.toml").gather, [str(source)])[0]
    result = finish(apply_model(model, finish(open_dataset(gather))))
    finish(applied_file.write(result, gather, LabelledSpec(str(tmp_path / "out.csv"))))
    then, now = (pl.read_csv(p, infer_schema=False) for p in (tmp_path / "d" / "customers.csv", tmp_path / "out.csv"))
    assert now.drop("distance").equals(then.drop("distance"))
    away = (now["distance"].cast(pl.Float64) - then["distance"].cast(pl.Float64)).abs().max()
    assert away < 1e-5
    assert [one.psi for one in result.applied.drifts] == [0.0] * len(model.features)
    assert judge(result.applied).verdict is Verdict.KEEP

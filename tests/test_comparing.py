"""Two sides held against each other by the real engine: moves, borders, differences, movers, files, other data."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui import comparing
from segtui.cluster.ground import Ground
from segtui.errors import AnalysisError
from segtui.explain.nearness import distance_ratios
from segtui.explained import Migration
from segtui.pipeline import Pipeline
from segtui.progress import Steps, finish
from segtui.recipe import FeatureSpec, GatherSpec, LabelledSpec, PrepareSpec, Recipe, SourceSpec
from segtui.session.events import Failed, Found
from segtui.session.local import LocalEngine
from segtui.session.questions import ComparisonQuestion, MoversQuestion
from segtui.session.session import Session
from tests.session.test_session import until


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Three groups on a line of spend; the middle one is two at k 4. Every thirtieth has no visits."""
    random = np.random.default_rng(5)
    spend = np.concatenate([random.normal(m, 3, 100) for m in (20, 60, 74, 140)]).round(2)
    visits = np.concatenate([random.poisson(v, 100) for v in (2, 6, 7, 12)])
    frame = pl.DataFrame(
        {
            "customer_id": [f"{i:04d}" for i in range(400)],
            "spend": spend,
            "visits": [None if i % 30 == 7 else int(v) for i, v in enumerate(visits)],
            "revenue": (spend * 10).round(2),
        }
    )
    path = tmp_path / "shop.csv"
    frame.write_csv(path)
    return path


def recipe_for(path: Path, k: int = 3) -> Recipe:
    features = (FeatureSpec("spend", transform="z"), FeatureSpec("visits", transform="z"))
    return Recipe(gather=GatherSpec((SourceSpec(str(path)),)), prepare=PrepareSpec(features)).with_k(k)


def opened(recipe: Recipe) -> LocalEngine:
    engine = LocalEngine({})
    finish(engine.open(recipe))
    return engine


def ask(engine: LocalEngine, question: object, recipe: Recipe) -> object:
    answer = finish(engine.first(recipe, lambda step: None))
    return finish(engine.reply(question, answer))  # type: ignore[arg-type]


def both_labels(engine: LocalEngine, *recipes: Recipe) -> list[np.ndarray]:
    """Letters per customer of every run, "" for who has no part."""
    found = []
    for recipe in recipes:
        answer = finish(engine.exact(recipe, lambda step: None))
        at = finish(engine.ground(recipe)).at
        letters = np.array(answer.letters)[answer.segmentation.labels]
        whole = np.full(engine.dataset.customers, "", dtype=object)
        whole[slice(None) if at is None else at] = letters
        found.append(whole)
    return found


def test_moves_are_what_counting_says(shop: Path) -> None:
    one, two = recipe_for(shop), recipe_for(shop, 4)
    engine = opened(one)
    found = ask(engine, ComparisonQuestion(one, two), two)
    assert isinstance(found, Migration)
    before, after = both_labels(engine, one, two)
    table = found.comparison
    for i, row in enumerate(table.table):
        for j, count in enumerate(row):
            assert count == int(((before == table.before[i]) & (after == table.after[j])).sum())
    assert sum(move.customers for move in found.moves) == table.customers - table.stayed == len(table.movers)
    assert [move.customers for move in found.moves] == sorted((m.customers for m in found.moves), reverse=True)
    assert (found.before.segments, found.after.segments) == (3, 4)
    assert found.before.features == ("spend", "visits")
    assert table.comparable
    assert found.before.scores.space == found.after.scores.space
    assert found.border == 1


def test_what_sets_movers_apart_is_held_against_those_who_stayed(shop: Path) -> None:
    one, two = recipe_for(shop), recipe_for(shop, 4)
    engine = opened(one)
    found = ask(engine, ComparisonQuestion(one, two), two)
    before, after = both_labels(engine, one, two)
    biggest = found.moves[0]
    both = found.comparison
    stays = dict(both.matched)[biggest.row]
    moved = (before == both.before[biggest.row]) & (after == both.after[biggest.column])
    stayed = (before == both.before[biggest.row]) & (after == both.after[stays])
    spend = engine.dataset.frame["spend"].to_numpy()
    told = next(one for one in biggest.differences if one.feature == "spend")
    assert told.mean == pytest.approx(spend[moved].mean())
    assert told.other == pytest.approx(spend[stayed].mean())
    spread = math.sqrt((spend[moved].var(ddof=1) + spend[stayed].var(ddof=1)) / 2)
    assert told.difference == pytest.approx((spend[moved].mean() - spend[stayed].mean()) / spread)
    assert (biggest.stayed, biggest.others, biggest.looked_at) == (True, int(stayed.sum()), int(moved.sum()))


def test_movers_are_listed_with_old_and_new_segment_in_source_order(shop: Path) -> None:
    one, two = recipe_for(shop), recipe_for(shop, 4)
    engine = opened(one)
    found = ask(engine, ComparisonQuestion(one, two), two)
    page = ask(engine, MoversQuestion(one, two), two)
    assert [c.title for c in page.columns] == ["row", "customer_id", "old_segment", "new_segment", "distance_ratio"]
    rows = page.rows(0, page.row_count)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    before, after = both_labels(engine, one, two)
    where = {id: i for i, id in enumerate(engine.dataset.frame["customer_id"].to_list())}
    for row, id, old, new, ratio in rows:
        assert int(id) == row - 1  # as the file has them
        assert (old, new) == (before[where[id]], after[where[id]])
        assert 0 <= ratio <= 1
    few = ask(engine, MoversQuestion(one, two, (found.moves[0].row, found.moves[0].column)), two)
    assert few.row_count == found.moves[0].customers
    near = sum(ratio >= 1 / 1.1 for *_, ratio in few.rows(0, few.row_count))
    assert near == found.moves[0].near


def test_distance_ratios_by_hand(shop: Path) -> None:
    one = recipe_for(shop)
    engine = opened(one)
    ground = finish(engine.ground(one))
    fit = finish(engine.segmentation(one, ground, lambda step: None, exact=True))
    found = finish(distance_ratios(ground, fit, np.array([3, 0])))
    for position, ratio in zip((3, 0), found, strict=True):
        point = ground.exact_values(np.array([position]))[:, 0]
        away = sorted(math.dist(point, centre) for centre in fit.centroids)
        assert ratio == pytest.approx(away[0] / away[1])


def test_who_has_no_part_has_no_ratio(shop: Path) -> None:
    aside = replace(
        recipe_for(shop), prepare=PrepareSpec((FeatureSpec("spend"), FeatureSpec("visits", missing="aside")))
    )
    engine = opened(aside)
    ground: Ground = finish(engine.ground(aside))
    fit = finish(engine.segmentation(aside, ground, lambda step: None, exact=True))
    found = finish(distance_ratios(ground, fit, np.arange(400)))
    missing = engine.dataset.frame["visits"].is_null().to_numpy()
    assert np.isnan(found).tolist() == missing.tolist()


def test_customers_set_aside_are_in_one_run_alone_and_scores_do_not_compare(shop: Path) -> None:
    one = recipe_for(shop)
    aside = one.with_features(
        (FeatureSpec("spend", transform="z"), FeatureSpec("visits", transform="z", missing="aside"))
    )
    engine = opened(one)
    found = ask(engine, ComparisonQuestion(one, aside), one)
    assert (found.comparison.only_before, found.comparison.only_after) == (14, 0)
    assert not found.comparison.comparable
    assert found.comparison.why == "other customers take part"


def test_a_delivered_file_is_the_run_that_wrote_it(shop: Path, tmp_path: Path) -> None:
    one, two = recipe_for(shop), recipe_for(shop, 4)
    engine = opened(one)
    target = tmp_path / "labelled.csv"
    finish(engine.export(one, LabelledSpec(str(target))))
    runs = ask(engine, ComparisonQuestion(one, two), two)
    found = ask(engine, ComparisonQuestion(SourceSpec(str(target)), two), two)
    assert found.comparison.table == runs.comparison.table
    assert found.comparison.why == "a file does not say its features and scale"
    assert found.before.scores is None
    assert [m.near for m in found.moves] == [m.near for m in runs.moves]
    # written again with some rows gone: the same path is another file
    lines = target.read_text(encoding="utf-8").splitlines()
    target.write_text("\n".join([*lines[:1], *lines[11:], "9999,1,1,1,A,,0.1,"]) + "\n", encoding="utf-8")
    again = ask(engine, ComparisonQuestion(SourceSpec(str(target)), two, 1), two)
    assert again.comparison.customers == 390
    assert again.before.notes == (
        "10 customers that are open have no segment in the file",
        "1 row of the file is of no customer that is open",
    )
    both_files = ask(engine, MoversQuestion(SourceSpec(str(target)), SourceSpec(str(target))), two)
    assert both_files.row_count == 0


def test_other_data_is_refused_in_plain_words(shop: Path) -> None:
    one = recipe_for(shop)
    engine = opened(one)
    other = replace(one, gather=replace(one.gather, loose_ids=True))
    with pytest.raises(AnalysisError, match="other data than is open"):
        ask(engine, ComparisonQuestion(other, one), one)


def test_a_run_that_is_no_longer_filed_is_computed_again_in_pieces(shop: Path) -> None:
    one, two = recipe_for(shop), recipe_for(shop, 4)
    engine = opened(one)
    answer = finish(engine.exact(two, lambda step: None))
    first = finish(engine.reply(ComparisonQuestion(one, two), answer))
    engine._shelf.clear()
    said: list[str] = []
    again = finish(engine.reply(ComparisonQuestion(one, two), answer), lambda step: said.append(step.doing))
    assert again.comparison.table == first.comparison.table
    assert any("k=3" in doing for doing in said)
    steps: Steps[object] = engine.reply(ComparisonQuestion(one, two.with_k(6)), answer)
    next(steps)
    steps.close()  # stopped: what is there still answers
    assert finish(engine.reply(ComparisonQuestion(one, two), answer)).comparison.table == first.comparison.table


def test_many_customers_are_sampled_and_it_says_so(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "LOOKED_AT", 40)
    one, two = recipe_for(shop), recipe_for(shop, 4)
    found = ask(opened(one), ComparisonQuestion(one, two), two)
    biggest = found.moves[0]
    assert biggest.customers > 40
    assert (biggest.looked_at, biggest.others_looked_at) == (40, 40)


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("row,spend\n" + "\n".join(f"r{i},{(i * 37) % 101}" for i in range(60)) + "\n", encoding="utf-8")
    one = Recipe(
        gather=GatherSpec((SourceSpec(str(path)),), id_column="row"), prepare=PrepareSpec((FeatureSpec("spend"),))
    )
    engine = opened(one)
    page = ask(engine, MoversQuestion(one.with_k(2), one.with_k(3)), one)
    assert [c.title for c in page.columns] == ["row_2", "row", "old_segment", "new_segment", "distance_ratio"]
    assert page.rows(0, 1)[0][1].startswith("r")


def test_the_session_compares_with_the_letters_on_screen(shop: Path) -> None:
    events: list[object] = []
    session = Session(events.append)
    session.start()
    try:
        session.open(recipe_for(shop))
        until(lambda: session.shown is not None and session.shown.exact)
        shown = [session.shown]
        session.change(session.recipe.with_k(5), "k 5")
        until(lambda: session.shown.exact and session.shown.segmentation.k == 5)
        shown.append(session.shown)
        question = ComparisonQuestion(*(run.recipe for run in session.runs))
        session.ask(question)
        until(lambda: session.found(question) is not None)
        found = session.found(question).comparison
        for letters, table, answer in zip(
            (found.before, found.after), (found.table, tuple(zip(*found.table, strict=True))), shown, strict=True
        ):
            assert letters == tuple(segment.letter for segment in answer.profile.segments)
            assert [sum(row) for row in table] == [segment.size for segment in answer.profile.segments]
        assert any(isinstance(event, Found) for event in events)
        assert not any(isinstance(event, Failed) for event in events)
    finally:
        session.close()


def test_segments_by_rules_have_no_borders_to_be_near_to(examples: Path) -> None:
    features = (FeatureSpec("recency"), FeatureSpec("monetary"))
    recipe = Recipe(GatherSpec((SourceSpec(str(examples / "customers.csv")),)), PrepareSpec(features)).with_k(3)
    pipeline = Pipeline()
    _, inspection = finish(pipeline.open(recipe))
    adopted = recipe.with_tree(1)
    found = finish(comparing.migration(pipeline, inspection, recipe, adopted, adopted))
    assert found.border == 0  # of the run by centroids
    assert found.after.by_rules
    assert not found.before.by_rules
    alone = finish(comparing.migration(pipeline, inspection, adopted, adopted.with_k(4), adopted))
    assert alone.border is None
    assert all(move.near is None for move in alone.moves)
    listed = finish(comparing.movers(pipeline, adopted, adopted.with_k(4), adopted, None))
    assert listed["distance_ratio"].null_count() == listed.height

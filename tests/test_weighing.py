"""The evidence on every k through the pipeline: what is told when, what is filed, flows by hand, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui import weighing
from segtui.errors import AnalysisError
from segtui.evidence import Sweep, SweepRow, Verdict
from segtui.pipeline import Pipeline
from segtui.progress import Progress, as_part, finish
from segtui.recipe import ClusterSpec, FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec
from segtui.results import TraceStep


def heard(_: TraceStep) -> None:
    """Nobody watches."""


def recipe_for(path: Path, *features: str, **prepare: object) -> Recipe:
    spec = PrepareSpec(tuple(FeatureSpec(name) for name in features) or None, **prepare)  # type: ignore[arg-type]
    return Recipe(gather=GatherSpec((SourceSpec(str(path)),)), prepare=spec)


def opened(recipe: Recipe) -> Pipeline:
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    return pipeline


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    """Four clear groups of 60 on a line, so that flows between k are known: 0, 10 | 30, 36."""
    rng = np.random.default_rng(1)
    spend = np.repeat([100.0, 110.0, 130.0, 136.0], 60) + rng.normal(0, 0.3, 240)
    frame = pl.DataFrame({"customer_id": [f"c{i:03}" for i in range(240)], "spend": spend})
    path = tmp_path / "groups.csv"
    frame.sample(fraction=1.0, shuffle=True, seed=3).write_csv(path)
    return path


def sweep(pipeline: Pipeline, recipe: Recipe, ks: range, told: list[Sweep] | None = None) -> Sweep:
    return finish(weighing.sweep(pipeline, recipe, ks, heard, (told if told is not None else []).append))


def test_rows_come_at_once_and_are_filled_in(groups: Path) -> None:
    recipe = recipe_for(groups, "spend", scale="z")
    told: list[Sweep] = []
    found = sweep(opened(recipe), recipe, range(2, 5), told)
    assert [len(one.rows) for one in told] == [1, 2, 3, 3, 3, 3]
    assert [[row.pending for row in one.rows] for one in told[2:]] == [
        [True, True, True], [False, True, True], [False, False, True], [False, False, False],
    ]  # fmt: skip
    assert told[2].suggestion is None
    assert all(row.scores is not None and row.stability is None for row in told[2].rows)
    assert found == told[-1]
    assert found.suggestion is not None
    assert found.suggestion.k == 4
    assert [row.stability is not None and row.gap is not None and row.strength is not None for row in found.rows] == [
        True, True, True,
    ]  # fmt: skip
    assert found.row(4) is found.rows[2]
    assert found.row(9) is None


def test_flows_by_hand(groups: Path) -> None:
    """k = 2: low and high halves; k = 3: the low half splits; k = 4: the high one does too."""
    recipe = recipe_for(groups, "spend", scale="z")
    pipeline = opened(recipe)
    found = sweep(pipeline, recipe, range(2, 5))
    two, three, four = found.rows
    assert two.flows == ()  # nothing was fitted before it
    assert sorted(map(sorted, three.flows)) == [[0, 0, 120], [0, 60, 60]]
    assert [sum(column) for column in zip(*three.flows, strict=True)] == list(three.sizes)
    assert [sum(row) for row in three.flows] == list(two.sizes)
    assert sorted(map(sorted, four.flows)) == [[0, 0, 0, 60], [0, 0, 0, 60], [0, 0, 60, 60]]
    assert [len(set(row.letters)) for row in found.rows] == [2, 3, 4]


def test_letters_follow_the_anchor(groups: Path) -> None:
    """A stays the same people over k, which is what a family tree is read by."""
    recipe = recipe_for(groups, "spend", scale="z").with_k(4)
    pipeline = opened(recipe)
    answer = finish(pipeline.exact(recipe, heard))
    anchored = replace(recipe, anchor=pipeline.anchor(answer))
    four = sweep(pipeline, anchored, range(2, 5)).rows[2]
    assert four.letters == answer.letters
    two, three, _ = sweep(pipeline, anchored, range(2, 5)).rows
    kept = {letter for letter in three.letters if letter in answer.letters}
    assert len(kept) == 3
    assert set(two.letters) <= set(answer.letters)


def test_what_is_filed_is_not_computed_again(groups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipe_for(groups, "spend", scale="z")
    pipeline = opened(recipe)
    first = sweep(pipeline, recipe, range(2, 5))

    def never(*_: object) -> None:
        raise AssertionError("computed again")

    for name in (
        "segtui.cluster.refit.refit",
        "segtui.cluster.stability.refit",
        "segtui.cluster.strength.refit",
        "segtui.cluster.gap.refit",
        "segtui.cluster.kmeans.converge",
        "segtui.cluster.euclidean.chosen",
    ):
        monkeypatch.setattr(name, never)
    assert sweep(pipeline, recipe, range(2, 5)) == first
    assert finish(pipeline.exact(recipe.with_k(3), heard)).scores == first.rows[1].scores


def test_a_stopped_sweep_keeps_what_it_has(groups: Path) -> None:
    """Every piece is filed: closed in the middle and begun again, it comes to the same."""
    recipe = recipe_for(groups, "spend", scale="z")
    pipeline, told = opened(recipe), []
    steps = weighing.sweep(pipeline, recipe, range(2, 6), heard, told.append)
    for step in steps:
        assert isinstance(step, Progress)
        if len(told) == 6:  # all four fits, and the evidence on two of them
            steps.close()
            break
    assert [row.pending for row in told[-1].rows] == [False, False, True, True]
    again: list[Sweep] = []
    whole = sweep(pipeline, recipe, range(2, 6), again)
    assert whole == sweep(opened(recipe), recipe, range(2, 6))
    assert whole.rows[:2] == told[-1].rows[:2]


def test_a_failed_k_is_a_message_at_that_k(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    pl.DataFrame({"customer_id": list("abcdefgh"), "spend": [1, 1, 2, 2, 3, 3, 9, 9]}).write_csv(path)
    recipe = recipe_for(path, "spend")
    found = sweep(opened(recipe), recipe, range(2, 7))
    assert [row.k for row in found.rows] == [2, 3, 4, 5, 6]
    assert [bool(row.failed) for row in found.rows] == [False, False, False, True, True]
    assert "4" in found.rows[3].failed
    assert found.rows[3].scores is None
    reasons = dict(found.rows[2].reasons)
    assert reasons["strength"] == "half of 8 customers are too few for 4 segments"
    assert reasons["gap"].startswith("customers of a segment do not differ at all")
    assert found.rows[2].strength is None


def test_an_assessment(groups: Path) -> None:
    recipe = recipe_for(groups, "spend", scale="z").with_k(4)
    pipeline = opened(recipe)
    found = finish(weighing.assess(pipeline, recipe))
    assert found.answer == finish(pipeline.exact(recipe, heard)).fingerprint
    assert found.stability is not None
    assert found.stability.lowest > 0.99
    assert found.silhouettes is not None
    assert min(found.silhouettes.squared) > 0.9
    assert found.structure is not None
    assert found.structure.verdict is Verdict.NATURAL  # four heaps of customers show as modes of the one column
    assert [dip.column for dip in found.structure.dips] == ["spend"]
    assert found.reasons == ()


def test_it_does_not_depend_on_the_order_of_rows(groups: Path, tmp_path: Path) -> None:
    other = tmp_path / "sorted.csv"
    pl.read_csv(groups).sort("spend").write_csv(other)
    first, second = recipe_for(groups, "spend"), recipe_for(other, "spend")
    one, same = (spaceless(sweep(opened(recipe), recipe, range(2, 4))) for recipe in (first, second))
    assert one == same


def spaceless(found: Sweep) -> list[SweepRow]:
    """The rows without the fingerprint of their space, which names the file."""
    return [replace(row, scores=replace(row.scores, space="")) for row in found.rows if row.scores is not None]


def test_prediction_without_later_orders_is_refused(groups: Path) -> None:
    recipe = recipe_for(groups, "spend")
    with pytest.raises(AnalysisError, match="no later orders"):
        finish(weighing.predict(opened(recipe), recipe, (), heard))


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A year of orders of 300 customers: a third order weekly, a third monthly, a third stopped half way."""
    rng = np.random.default_rng(2)
    rows = []
    for customer in range(300):
        every, until = ((7, 365), (30, 365), (30, 150))[customer % 3]
        day = int(rng.integers(0, every))
        while day < until:
            rows.append((f"c{customer:03}", f"o{len(rows)}", day, float(rng.gamma(4.0, 10.0 + customer % 3))))
            day += max(1, int(rng.poisson(every)))
    frame = pl.DataFrame(rows, schema=["customer_id", "order_id", "day", "amount"], orient="row")
    dated = frame.with_columns(date=pl.date(2023, 1, 1) + pl.duration(days="day")).drop("day")
    path = tmp_path / "orders.csv"
    dated.write_csv(path)
    return path


def test_what_segments_know_of_later_orders(orders: Path) -> None:
    recipe = recipe_for(orders, "recency", "frequency", "monetary")
    recipe = replace(recipe, gather=replace(recipe.gather, holdout=60), cluster=ClusterSpec(3))
    pipeline = opened(recipe)
    tried = replace(recipe, prepare=PrepareSpec((FeatureSpec("monetary"),)))
    found = finish(weighing.predict(pipeline, recipe, (recipe, tried), heard))
    assert [row.label for row in found.rows] == ["auto", "z", "robust", "log", "quantile", "none", "tried before"]
    assert [row.current for row in found.rows] == [True] + [False] * 6
    assert found.rows[-1].features == ("monetary",)
    assert 0.4 < found.active < 0.9
    three = found.rows[0].later[1]
    assert three is not None
    assert three.active is not None
    assert three.active > 0.7  # who had stopped does not order
    assert found.rfm is not None
    assert found.rows[0].ceiling is not None
    swept = sweep(pipeline, recipe, range(2, 4))
    assert swept.rows[1].later == three  # the sweep shows the same figure
    alone = found.rows[-1].later[1]
    assert alone is not None
    assert alone.active is not None
    assert alone.active < three.active


def test_customers_without_part_in_a_fit_are_not_counted(groups: Path) -> None:
    """Trimming sets customers aside, others at every k: flows are of those who have part in both."""
    recipe = recipe_for(groups, "spend", scale="z", trim=0.05)
    two, three = sweep(opened(recipe), recipe, range(2, 4)).rows
    assert sum(two.sizes) == sum(three.sizes) == 228
    assert 216 <= sum(map(sum, three.flows)) <= 228


def test_progress_of_a_part_counts_within_the_whole() -> None:
    def work():  # type: ignore[no-untyped-def]
        yield Progress("half", 0.5, "detail")
        yield Progress("somewhere")
        return "done"

    heard: list[Progress] = []
    assert finish(as_part(work(), "all", 0.2, 0.4), heard.append) == "done"
    assert heard == [Progress("all: half", 0.4, "detail"), Progress("all: somewhere", 0.2)]

"""The grid, the six groups and the ten names, by hand; and the shop of 2011, where a holdout holds the names to account."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.cluster import rfm
from segtui.decide.rfm_grid import SIX, cell_of, grid, of_dataset
from segtui.decided.campaigns import Rfm
from segtui.errors import AnalysisError
from segtui.progress import finish
from tests.decide.making import dataset, labels


def made(r: list[float], f: list[float], m: list[float], outcome: object = None) -> Rfm:
    arrays = [np.array(values, dtype=np.float64) for values in (r, f, m)]
    return finish(grid(*arrays, outcome))  # type: ignore[arg-type]


def test_ten_customers_by_hand() -> None:
    """Two a fifth, best first: scores 5 5 4 4 3 3 2 2 1 1 in all three, so that all lie on the diagonal."""
    falling = [float(x) for x in range(100, 0, -10)]
    found = made([float(x) for x in range(10)], falling, falling)
    assert [found.cell(score, score).figures.customers for score in range(1, 6)] == [2] * 5
    assert sum(cell.figures.customers for cell in found.cells) == 10
    assert found.cell(5, 5).figures.revenue == 190
    assert found.cell(5, 5).figures.revenue_share == pytest.approx(190 / 550)
    # 5,5 and 4,4: champions; 3,3 loyal; 2,2 and 1,1 inactive
    assert {g.name: g.customers for g in found.six} == dict(zip(SIX, (4, 2, 0, 0, 0, 4), strict=True))
    # 555 Champions; 444 and 333 Potential Loyalist; 222 Loyal Customers; 111 Lost
    assert {g.name: g.customers for g in found.named if g.customers} == {
        "Champions": 2, "Potential Loyalist": 4, "Loyal Customers": 2, "Lost": 2,
    }  # fmt: skip


def test_names_within_segments_by_hand() -> None:
    """The ten of before: 2 Champions, 4 Potential Loyalist, 2 Loyal Customers, 2 Lost, in this order."""
    falling = np.arange(100.0, 0, -10)
    clusters = labels([0, 0, 0, 1, 1, 1, 1, 255, 1, 0])
    found = finish(grid(np.arange(10.0), falling, falling, labels=clusters, letters={0: "B", 1: "A", 2: "C"}))
    a, b = found.segments  # by letter; nobody is in C
    assert (a.letter, a.customers, a.groups) == (
        "A",
        5,
        (("Potential Loyalist", 3), ("Loyal Customers", 1), ("Lost", 1)),
    )
    assert (b.letter, b.groups) == ("B", (("Champions", 2), ("Potential Loyalist", 1), ("Lost", 1)))
    assert (a.largest, a.said) == (("Potential Loyalist", 0.6), "mostly Potential Loyalist (60 %)")
    assert b.said == "most often Champions (50 %)"
    assert found.of("A") is a
    assert found.of("C") is None
    assert made(list(range(10)), list(falling), list(falling)).segments == ()


def test_a_half_goes_down() -> None:
    scores = [np.array(x, dtype=np.int16) for x in ([5, 5, 1, 3], [5, 5, 1, 2], [4, 5, 1, 3])]
    assert cell_of(*scores).tolist() == [4 * 5 + 3, 24, 0, 2 * 5 + 1]


def test_every_cell_has_one_group() -> None:
    found = made([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    assert len({(c.recency, c.value) for c in found.cells}) == 25
    assert [sum(c.group == name for c in found.cells) for name in SIX] == [4, 5, 4, 2, 6, 4]
    assert all((found.cell(r, v).recency, found.cell(r, v).value) == (r, v) for r in range(1, 6) for v in range(1, 6))
    assert found.cell(5, 1).group == "Recent"
    assert found.cell(1, 5).group == "At risk"


def test_realised_by_hand() -> None:
    """The two best: one orders twice for 30, the other gives 10 back: half active, 10 a head."""
    values = [float(x) for x in range(10, 0, -1)]
    outcome = np.array([2.0, 0, *[0.0] * 8]), np.array([30.0, -10, *[0.0] * 8])
    found = made(values[::-1], values, values, outcome)
    later = found.cell(5, 5).figures.later
    assert later is not None
    assert (later.customers, later.active, later.spend) == (2, 0.5, 10.0)
    assert later.spread == pytest.approx(np.std([30, -10], ddof=1))
    assert (later.low, later.high) == (
        pytest.approx(0.0945, abs=1e-4),
        pytest.approx(0.9055, abs=1e-4),
    )  # Wilson, 1 of 2
    assert found.cell(5, 1).figures.later is None
    assert found.everyone.later is not None
    assert found.everyone.later.active == 0.1


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 3), min_size=5, max_size=40))
def test_every_customer_once_and_equal_ones_together(rows: list[tuple[int, int, int]]) -> None:
    r, f, m = (list(map(float, column)) for column in zip(*rows, strict=True))
    found = made(r, f, m)
    for groups in ([c.figures for c in found.cells], found.six, found.named):
        assert sum(g.customers for g in groups) == len(rows)
        assert sum(g.revenue for g in groups) == pytest.approx(sum(m))
    cells = cell_of(*rfm.scores(*(np.array(x) for x in (r, f, m))))
    assert len({(row, cell) for row, cell in zip(rows, cells.tolist(), strict=True)}) == len(set(rows))


def test_nothing_known_and_too_few() -> None:
    found = made([float("nan")] * 5, [0.0] * 5, [float("nan")] * 5)
    assert found.cell(1, 1).figures.customers == 5
    assert found.cell(1, 1).figures.revenue_share is None
    with pytest.raises(AnalysisError):
        made([1.0], [1.0], [1.0])
    with pytest.raises(AnalysisError, match="“r” is not a number"):
        finish(of_dataset(dataset(pl.DataFrame({"r": ["a"], "f": [1], "m": [1]})), ("r", "f", "m")))


def test_the_shop_of_2011(shared_data: Path) -> None:
    """METHODS E1: 94 to 96 % of Champions order in the next 100 days, Potential Loyalists are 37 to 44 % of all, and the
    customers "At Risk" are more often active than the average."""
    from segtui.pipeline import Pipeline
    from segtui.recipe import GatherSpec, Recipe, SourceSpec

    pipeline = Pipeline()
    source = SourceSpec(str(shared_data / "online_retail_2010_2011.parquet"))
    finish(pipeline.open(Recipe(gather=GatherSpec((source,), holdout=100))))
    found = finish(of_dataset(pipeline.dataset, ("recency", "frequency", "monetary")))
    by_name = {g.name: g for g in found.named}
    champions, everyone = by_name["Champions"], found.everyone
    assert champions.later is not None
    assert 0.93 < champions.later.active < 0.98
    assert 0.35 < by_name["Potential Loyalist"].share < 0.45
    rates = [g.later.active for g in found.six if g.later is not None]
    assert rates[0] == max(rates)
    assert rates[-1] == min(rates)
    assert everyone.customers == pipeline.dataset.customers
    assert sum(c.figures.customers for c in found.cells) == everyone.customers

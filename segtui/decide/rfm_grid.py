"""Recency, frequency and money as a grid of disjoint cells, in six groups and under ten names, with what came later.

Scores and the table of ten names are `cluster.rfm`. The grid has the score of recency down and the mean of those of
frequency and money across, so that nobody is in two cells and none between (the ten names overlap, and order decides).
The six groups are areas of the grid under the names that mail tools use; the areas are ours. All names are
conventions: what their customers did in the holdout stands beside them (METHODS E1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from segtui.baskets.contrast import wilson
from segtui.cluster import rfm
from segtui.decided.campaigns import Realised, Rfm, RfmCell, RfmGroup, SegmentRfm
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from datetime import date

    import polars as pl
    from numpy.typing import NDArray

    from segtui.cluster.rfm import Scores
    from segtui.results import Dataset, Floats, Labels

    Codes = NDArray[np.intp]

SIX = ("Champions", "Loyal", "Recent", "Needs attention", "At risk", "Inactive")

_AREAS = np.array(
    [
        # value 1  2  3  4  5
        [5, 5, 4, 4, 4],  # recency 1
        [5, 5, 4, 4, 4],
        [3, 3, 1, 1, 1],
        [2, 2, 1, 0, 0],
        [2, 2, 1, 0, 0],  # recency 5
    ]
)
"""The place in SIX of every cell of the grid."""

NO_LETTERS: Mapping[int, str] = MappingProxyType({})

TIES = "Equal customers have equal scores, and a tied bottom has the lowest: 1 + floor(5 * customers below / all)."
BASIS = (
    "Money is the total that a customer has spent; value is the mean of the scores of frequency and money, a half down."
)


def grid(
    recency: Floats,
    frequency: Floats,
    monetary: Floats,
    outcome: tuple[Floats, Floats] | None = None,
    holdout: tuple[date, date] | None = None,
    labels: Labels | None = None,
    letters: Mapping[int, str] = NO_LETTERS,
) -> Steps[Rfm]:
    """The scores of all customers counted; arrays are (customers,), `outcome` is (orders, spend) in the holdout.

    labels: uint8 (customers,), the cluster of each; letters: those of the clusters; others count in no segment.
    Raises AnalysisError below five customers.
    """
    if len(recency) < rfm.QUINTILES:
        raise AnalysisError(f"quintiles of recency, frequency and money take {rfm.QUINTILES} customers or more")
    scored: list[Scores] = []
    for values in (-recency, frequency, monetary):
        yield Progress("making the RFM grid", len(scored) / 7, "scores")
        scored.append(rfm.quintiles(values))
    r, f, m = scored
    cells = cell_of(r, f, m)
    money = np.nan_to_num(monetary)
    by_cell = yield from _counted([""] * 25, cells, money, outcome, 3 / 7)
    six = yield from _counted(SIX, _AREAS.ravel()[cells], money, outcome, 4 / 7)
    names, ten = rfm.named(r, f, m)
    yield Progress("making the RFM grid", 5 / 7, "names")
    named = yield from _counted(ten, names.astype(np.intp), money, outcome, 5 / 7)
    within = () if labels is None else _by_segment(labels, letters, names, ten)
    everyone = yield from _counted(("Everyone",), np.zeros(len(cells), dtype=np.intp), money, outcome, 6 / 7)
    place = [(row, value) for row in range(4, -1, -1) for value in range(5)]
    return Rfm(
        cells=tuple(
            RfmCell(row + 1, value + 1, SIX[_AREAS[row, value]], by_cell[row * 5 + value]) for row, value in place
        ),
        six=six,
        named=named,
        everyone=everyone[0],
        ties=TIES,
        basis=BASIS,
        holdout=holdout,
        segments=within,
    )


def _by_segment(
    labels: Labels, letters: Mapping[int, str], names: Labels, told: Sequence[str]
) -> tuple[SegmentRfm, ...]:
    """The names within each segment, by letter. names: a place in `told` for each customer."""
    counts = np.bincount(labels.astype(np.intp) * len(told) + names, minlength=256 * len(told)).reshape(256, len(told))
    found = []
    for cluster, letter in sorted(letters.items(), key=lambda one: (len(one[1]), one[1])):
        row = counts[cluster]
        order = [int(place) for place in np.argsort(-row, kind="stable") if row[place]]
        if order:
            found.append(SegmentRfm(letter, int(row.sum()), tuple((told[one], int(row[one])) for one in order)))
    return tuple(found)


def cell_of(r: Scores, f: Scores, m: Scores) -> Codes:
    """The cell of every customer: (recency - 1) * 5 + value - 1, where value is (frequency + money) // 2."""
    return ((r - 1) * rfm.QUINTILES + (f + m) // 2 - 1).astype(np.intp)


def of_dataset(
    dataset: Dataset,
    columns: tuple[str, str, str],
    labels: Labels | None = None,
    letters: Mapping[int, str] = NO_LETTERS,
) -> Steps[Rfm]:
    """The grid of the columns of recency, frequency and money; labels and letters as `grid` has them.

    Raises AnalysisError where they are no numbers.
    """
    values: list[Floats] = []
    for name in columns:
        if not dataset.frame[name].dtype.is_numeric():
            raise AnalysisError(
                f"“{name}” is not a number", hint="Name a column of numbers in the playbook's [features]."
            )
        values.append(floats(dataset.frame[name]))
        yield Progress("making the RFM grid", None, name)
    holdout = None if dataset.rollup is None else dataset.rollup.holdout
    recency, frequency, monetary = values
    return (yield from grid(recency, frequency, monetary, outcome_of(dataset), holdout, labels, letters))


def floats(column: pl.Series) -> Floats:
    """Values as float64, nan where missing."""
    import polars as pl

    values: Floats = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return values


def outcome_of(dataset: Dataset) -> tuple[Floats, Floats] | None:
    """(orders, spend) per customer in the holdout, 0 for who is not in it; None without one."""
    found = None if dataset.rollup is None else dataset.rollup.outcome
    return None if found is None else (np.nan_to_num(floats(found["orders"])), np.nan_to_num(floats(found["spend"])))


def realised(groups: Codes, number: int, outcome: tuple[Floats, Floats]) -> Steps[tuple[Realised | None, ...]]:
    """What customers of each group 0 … number - 1 did in the holdout; None for an empty group."""
    orders, spend = outcome
    counts = np.bincount(groups, minlength=number)
    filled = np.maximum(counts, 1)
    yield Progress("counting later orders")
    active = np.bincount(groups, orders > 0, minlength=number) / filled
    yield Progress("counting later orders")
    mean = np.bincount(groups, spend, minlength=number) / filled
    yield Progress("counting later orders")
    squares = np.bincount(groups, np.square(spend - mean[groups]), minlength=number)
    low, high = wilson(active, filled)
    return tuple(
        Realised(
            int(n), float(active[i]), float(low[i]), float(high[i]), float(mean[i]),
            float(np.sqrt(squares[i] / (n - 1))) if n > 1 else None,
        )
        if n
        else None
        for i, n in enumerate(counts)
    )  # fmt: skip


def _counted(
    names: tuple[str, ...] | list[str], groups: Codes, money: Floats, outcome: tuple[Floats, Floats] | None, done: float
) -> Steps[tuple[RfmGroup, ...]]:
    yield Progress("making the RFM grid", done, "groups")
    counts = np.bincount(groups, minlength=len(names))
    revenue = np.bincount(groups, money, minlength=len(names))
    everything = revenue.sum()
    later: tuple[Realised | None, ...] = (None,) * len(names)
    if outcome is not None:
        later = yield from realised(groups, len(names), outcome)
    return tuple(
        RfmGroup(
            name, int(n), float(n / len(groups)), float(sum_),
            float(sum_ / everything) if everything > 0 else None, realised_,
        )
        for name, n, sum_, realised_ in zip(names, counts, revenue, later, strict=True)
    )  # fmt: skip

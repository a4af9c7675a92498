"""How two runs differ: who is in which segment of both, which segments are the same, who moved, and how movers differ.

A segment of one run is the same as one of the other where most of its customers are: the one-to-one assignment that
keeps the most customers. Whoever is not in the segment that theirs became has moved. Scores of two runs say which is
better only where both measure the same customers in the same space (METHODS B5): any other scale is another ruler.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isfinite, isnan
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from segtui.cluster.prediction import NOBODY
from segtui.errors import AnalysisError
from segtui.explain.columns import ProfileCache
from segtui.explain.lab import agreed, spread_out
from segtui.explain.summary import Summary, all_members, summaries_of
from segtui.explained import Comparison, Difference
from segtui.progress import Progress, Steps
from segtui.results import Converged, Segmentation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.explain.columns import Description
    from segtui.results import Answer, Dataset, Floats, Labels, Rows

    Counts = NDArray[np.int64]
    Cells = NDArray[np.uint16]

DOING = "comparing runs"

WIDTH = NOBODY + 1
"""Places that a label can name, that of nobody among them."""


@dataclass(frozen=True, eq=False, slots=True)
class Labelling:
    """Who is in which segment.

    letters: in order; names beside them. labels: uint8 (customers,), every customer of the present data in canonical
    order, the place of their segment in letters, NOBODY for those without part. space: the fingerprint of the feature
    space, None where it is not known. people: the fingerprint of the customers who take part, "" where not known.
    """

    letters: tuple[str, ...]
    names: tuple[str, ...]
    labels: Labels
    space: str | None = None
    people: str = ""


def labelling(answer: Answer, at: Rows | None, customers: int) -> Labelling:
    """An answer on the present data. at: where its customers stand among all of them, None where they are all."""
    segments = answer.profile.segments
    place = np.full(WIDTH, NOBODY, dtype=np.uint8)
    for i, segment in enumerate(segments):
        place[segment.cluster] = i
    return Labelling(
        letters=tuple(segment.letter for segment in segments),
        names=tuple(segment.name for segment in segments),
        labels=spread_out(place[answer.segmentation.labels], at, customers),
        space=answer.space.fingerprint,
        people=answer.people,
    )


# -- who is where in both --------------------------------------------------------------------------------------


def compared(before: Labelling, after: Labelling, revenue: Floats | None) -> Steps[Comparison]:
    """The comparison of two labellings of the same customers. revenue: money per customer (nan: none is known).

    Raises AnalysisError where no customer is in both.
    """
    yield Progress(DOING)
    cells = _cells(before.labels, after.labels)
    counts = np.bincount(cells, minlength=WIDTH**2).reshape(WIDTH, WIDTH)
    rows, columns = len(before.letters), len(after.letters)
    table = counts[:rows, :columns].astype(np.int64)
    yield Progress(DOING, 0.3)
    ari = agreed(before.labels, after.labels)
    if ari is None:
        raise AnalysisError("no customer is in both runs, so there is nothing to compare", hint="Choose other runs.")
    yield Progress(DOING, 0.6)
    money = None if revenue is None else _money(cells, revenue)[:rows, :columns]
    yield Progress(DOING, 0.8)
    matched = matches(table, before.letters, after.letters)
    movers = _movers(cells, table, matched)
    why = why_not(before, after)
    return Comparison(
        before=before.letters,
        before_names=before.names,
        after=after.letters,
        after_names=after.names,
        table=tuple(tuple(row) for row in table.tolist()),
        revenue=None if money is None else tuple(tuple(row) for row in money.tolist()),
        only_before=int(counts[:rows, NOBODY].sum()),
        only_after=int(counts[NOBODY, :columns].sum()),
        ari=ari,
        matched=matched,
        movers=movers,
        comparable=not why,
        why=why,
    )


def matches(table: Counts, before: Sequence[str], after: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Which segments are the same: the pairs (row, column) of the one-to-one assignment with the most customers.

    Hungarian method (Kuhn 1955). A pair without a customer is none. Of assignments that keep as many customers, the one
    that keeps the most letters: a letter counts for less than any customer, since there are fewer pairs than `most`.
    """
    most = min(table.shape) + 1
    same = np.array(before)[:, None] == np.array(after)[None]
    gain = table * most + (same & (table > 0))
    pairs = zip(*linear_sum_assignment(gain, maximize=True), strict=True)
    return tuple((int(i), int(j)) for i, j in pairs if table[i, j] > 0)


def why_not(before: Labelling, after: Labelling) -> str:
    """Why scores of the two cannot be compared; "" where they can."""
    if before.space is None or after.space is None:
        return "a file does not say its features and scale"
    if before.space == after.space:
        return ""
    if before.people and after.people and before.people != after.people:
        return "other customers take part"
    return "other features or scale"


def flow(before: Labelling, after: Labelling, row: int, column: int) -> Rows:
    """Positions of the customers who are in segment `row` before and `column` after."""
    return np.flatnonzero((before.labels == row) & (after.labels == column)).astype(np.int64)


def remaining(before: Labelling, after: Labelling, matched: Iterable[tuple[int, int]], row: int, column: int) -> Rows:
    """Whom those of a flow are held against: the customers of segment `row` who stayed in it.

    Where it has no match, or the flow leads there, all others who were in `row`.
    """
    stays = dict(matched).get(row)
    if stays is not None and stays != column:
        return flow(before, after, row, stays)
    others = (before.labels == row) & (after.labels != column) & (after.labels != NOBODY)
    return np.flatnonzero(others).astype(np.int64)


def _cells(before: Labels, after: Labels) -> Cells:
    """Per customer the place in a table of WIDTH x WIDTH; uint16 holds it exactly."""
    cells = before.astype(np.uint16)
    cells *= np.uint16(WIDTH)
    cells += after
    return cells


def money(before: Labelling, after: Labelling, revenue: Floats) -> Floats:
    """Revenue (WIDTH, WIDTH) by segment before and after; the row and the column NOBODY hold those without part."""
    return _money(_cells(before.labels, after.labels), revenue)


def _money(cells: Cells, revenue: Floats) -> Floats:
    """Revenue by cell; customers without a figure count for nothing."""
    known = np.isfinite(revenue)
    weights = revenue if known.all() else np.where(known, revenue, 0.0)
    sums = np.bincount(cells, weights, minlength=WIDTH**2).astype(np.float64, copy=False)
    return sums.reshape(WIDTH, WIDTH)


def _movers(cells: Cells, table: Counts, matched: Iterable[tuple[int, int]]) -> Rows:
    """Positions of the customers in both who are not in the segment that theirs became."""
    moved = np.zeros((WIDTH, WIDTH), dtype=np.bool_)
    moved[: table.shape[0], : table.shape[1]] = True
    for i, j in matched:
        moved[i, j] = False
    return np.flatnonzero(moved.reshape(-1)[cells]).astype(np.int64)


# -- what sets those who moved apart ---------------------------------------------------------------------------


def differences(
    dataset: Dataset, positions: Rows, others: Rows, columns: Sequence[Description]
) -> Steps[tuple[Difference, ...]]:
    """In what some customers differ from others, the largest standardised difference first; columns are those of a
    profile (`explain.columns.descriptions`). Both groups need a customer, else there is no difference."""
    if not len(positions) or not len(others):
        return ()
    rows = np.concatenate((positions, others))
    two = _two_groups(len(positions), len(others))
    index = two.labels.astype(np.intp)
    members = all_members(index, two)
    found: list[Difference] = []
    for done, column in enumerate(columns):
        yield Progress("comparing customers", done / len(columns), column.feature)
        frame = dataset.frame.select(column.feature)[rows]
        part = replace(dataset, frame=frame, row=dataset.row[rows], rollup=None, table=None)
        summaries = yield from summaries_of(part, column, index, two, members, ProfileCache())
        found += [_difference(summary) for summary in summaries]
    return tuple(sorted(found, key=lambda one: -abs(one.difference or 0.0)))


def _two_groups(first: int, second: int) -> Segmentation:
    """Customers of one group, then those of another, as clusters: what `summary` takes."""
    labels = np.repeat(np.arange(2, dtype=np.uint8), (first, second))
    total = first + second
    return Segmentation(
        labels, np.empty((2, 0)), (first, second), 0.0, True, Converged.LABELS, 0, total, 0, trace=(), restarts=()
    )


def _difference(summary: Summary) -> Difference:
    mean, other = (float(value) for value in summary.means)
    away = float(summary.differences[0])
    known = isfinite(mean) and isfinite(other) and not isnan(away)
    return Difference(summary.feature, summary.level, summary.is_share, mean, other, away if known else None)

"""Customers worth a look: the most typical of every segment, those near a border, and what would take them across.

The margin of a customer is m(x) = (d2 - d1) / d1 of the distances (not squared) to the two nearest centroids; near a
border is who has m(x) <= .10.

The smallest change of one feature. Let e be the direction of a column and c_a the nearest centroid. Then

    |x + t e - c_j|^2 - |x + t e - c_a|^2 = (|x - c_j|^2 - |x - c_a|^2) - 2 t (c_j - c_a)_e,

so the border with centroid j is at t_j = (|x - c_j|^2 - |x - c_a|^2) / (2 (c_j - c_a)_e). Cells are convex: the
customer leaves theirs at the nearest t_j on either side, and for good. The way back to original units is not a formula
for each transform, but a search along the feature: all are increasing, and a quantile scale is a table of steps that
has no inverse. Only values between the smallest and the largest that any customer has are taken: there are no negative
counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.cluster.assign import EXACT_BLOCK, Nearest, decide, own_distances, squared_distances
from segtui.cluster.sample import CHUNK, PIECE, PROBE, Points, check_size, norms, points
from segtui.explain.lettering import in_letter_order
from segtui.explain.places import by_feature
from segtui.explained import Change, Member
from segtui.prepare.clean import MISSING_LEVEL, OTHER_LEVEL
from segtui.prepare.matrix import exact_values
from segtui.prepare.parts import gaps_of, numbers_of, says_missing
from segtui.prepare.scale import apply
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import (
        Dataset,
        FeatureMatrix,
        Floats,
        Floats32,
        Labels,
        MatrixColumn,
        Rows,
        Segmentation,
        Transform,
    )

    Flags = NDArray[np.bool_]

WITHIN = 0.10
"""Whose second-best centroid is at most this much farther away is near a border."""

GRID = 64
"""Parts that the way to a border is cut into at a time; few rounds, each one array operation."""

READABLE_SHARE = 0.01
"""A new value is rounded by at most this share of the change."""

MOST_DECIMALS = 3
"""Decimals that values are looked through for; with more of them they are not rounded by their own precision."""


# -- typical customers -----------------------------------------------------------------------------------------


def exemplars(
    dataset: Dataset, matrix: FeatureMatrix, segmentation: Segmentation, letters: Sequence[str], most: int
) -> Steps[tuple[Member, ...]]:
    """The `most` customers of every segment nearest to its centroid, nearest first, segments in letter order.

    dataset, matrix: the customers that take part; positions are theirs. Cluster j carries letters[j].
    """
    away = np.empty(matrix.customers)
    for start in range(0, len(away), CHUNK):
        if start % PIECE == 0:
            yield Progress("looking for typical customers", start / len(away))
        part = slice(start, start + CHUNK)
        away[part] = own_distances(matrix.values[:, part], segmentation.labels[part], segmentation.centroids)
    chosen: list[Rows] = []
    for cluster in in_letter_order(letters):
        yield Progress("looking for typical customers", None, letters[cluster])
        own = np.flatnonzero(segmentation.labels == cluster).astype(np.int64)
        chosen.append(own[lowest(away[own], most)])
    positions = np.concatenate(chosen)
    owners = segmentation.labels[positions]
    squares = squared_distances(exact_values(dataset, matrix, positions), segmentation.centroids)
    exact = np.sqrt(squares[owners, np.arange(len(owners))])
    ids, given = ids_of(dataset, positions), [letters[cluster] for cluster in owners]
    return tuple(Member(*one) for one in zip(positions.tolist(), ids, given, exact.tolist(), strict=True))


def lowest(values: Floats | Floats32, most: int) -> Rows:
    """Positions of the smallest values, smallest first; of equals the first."""
    if most <= 0:
        return np.empty(0, dtype=np.int64)
    if most < len(values):  # all that are no larger than the last one wanted, so that it is the first of equals
        few = np.flatnonzero(values <= np.partition(values, most - 1)[most - 1])
    else:
        few = np.arange(len(values))
    return few[np.argsort(values[few], kind="stable")][:most].astype(np.int64)


def ids_of(dataset: Dataset, positions: Rows) -> list[str]:
    """The ids of some customers as text, "" without an id column."""
    if dataset.id_column is None:
        return [""] * len(positions)
    ids = dataset.frame[dataset.id_column].gather(positions).cast(pl.String)
    return [one or "" for one in ids.to_list()]


# -- near a border ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class Borders:
    """Who is near a border. near: bool (customers,), exact; margin: float32 likewise, to sort by. counts: customers
    near a border per segment, in letter order."""

    near: Flags
    margin: Floats32
    counts: tuple[int, ...]

    def closest(self, most: int, among: Flags | None = None) -> Rows:
        """Positions of those near a border (`among` some), the closest first."""
        there = np.flatnonzero(self.near if among is None else self.near & among).astype(np.int64)
        return there[lowest(self.margin[there], most)]


def borders(
    dataset: Dataset,
    matrix: FeatureMatrix,
    segmentation: Segmentation,
    letters: Sequence[str],
    within: float = WITHIN,
) -> Steps[Borders]:
    """Look at every customer: d2 <= (1 + within) d1. Fast in float32; what rounding could turn is settled in float64
    (`cluster.assign` has the bound on a difference of squared distances, which grows here by the ratio)."""
    moved = points(matrix.values, partial(exact_values, dataset, matrix))
    centroids = segmentation.centroids - moved.offset
    ratio = (1.0 + within) ** 2
    near = np.zeros(moved.customers, dtype=np.bool_)
    margin = np.full(moved.customers, np.inf, dtype=np.float32)
    if len(centroids) > 1:
        close = yield from _estimated(moved, centroids, ratio, near, margin)
        yield from _settled(moved, centroids, ratio, close, near)
    counts = np.bincount(segmentation.labels[near], minlength=len(letters))
    return Borders(near, margin, tuple(int(counts[cluster]) for cluster in in_letter_order(letters)))


def _estimated(moved: Points, centroids: Floats, ratio: float, near: Flags, margin: Floats32) -> Steps[Rows]:
    """Fill in `near` and `margin`; returns whom float32 cannot tell for certain."""
    nearest = Nearest(centroids, float(np.square(moved.offset).sum()))
    close: list[Rows] = []
    for start in range(0, moved.customers, CHUNK):
        if start % PIECE == 0:
            yield Progress("looking for borders", start / moved.customers)
        part = slice(start, start + CHUNK)
        block = moved.values[:, part]
        square = norms(block)
        check_size(square)
        _, best, second = nearest.two(block, square)
        beyond = second - np.float32(ratio) * best
        near[part] = beyond <= 0
        doubt = nearest.doubt(square, second) * np.float32(ratio)
        close.append(np.flatnonzero(np.abs(beyond) <= doubt) + start)
        margin[part] = margins(best, second)
    return np.concatenate(close)


def _settled(moved: Points, centroids: Floats, ratio: float, close: Rows, near: Flags) -> Steps[None]:
    for start in range(0, len(close), EXACT_BLOCK):
        yield Progress("looking for borders", start / len(close), "close calls")
        positions = close[start : start + EXACT_BLOCK]
        two = np.partition(squared_distances(moved.exact(positions), centroids), 1, axis=0)[:2]
        near[positions] = two[1] <= ratio * two[0]


def margins(best: Floats | Floats32, second: Floats | Floats32) -> Floats:
    """(d2 - d1) / d1 from squared distances; 0 where both are 0, infinite where the first alone is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.sqrt(second / best) - 1.0
    return np.where(second <= best, 0.0, found)


def members(
    dataset: Dataset, matrix: FeatureMatrix, segmentation: Segmentation, letters: Sequence[str], positions: Rows
) -> Steps[tuple[Member, ...]]:
    """A few customers in this order, each with the margin and the smallest change of one feature that moves them."""
    yield Progress("looking at customers")
    values = exact_values(dataset, matrix, positions)
    away = squared_distances(values, segmentation.centroids)
    order = np.argsort(away, axis=0, kind="stable")
    found = yield from changes(dataset, matrix, segmentation, letters, positions)
    alone = len(letters) == 1
    made: list[Member] = []
    for i, (position, one, change) in enumerate(zip(positions, ids_of(dataset, positions), found, strict=True)):
        first = int(order[0, i])
        second = int(order[0 if alone else 1, i])
        margin = None if alone else float(margins(away[first, i : i + 1], away[second, i : i + 1])[0])
        own, other = letters[first], "" if alone else letters[second]
        made.append(Member(int(position), one, own, math.sqrt(away[first, i]), margin, other, change))
    return tuple(made)


# -- across the border -----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Axis:
    """A numeric or ordinal feature. column: its row in the matrix. old: (m,) original values of the customers, nan
    where there is none. low, high: what any customer has, or the scale. decimals: that all values do with; None: more
    than a few."""

    column: int
    meaning: MatrixColumn
    transform: Transform
    old: Floats
    low: float
    high: float
    decimals: int | None

    def scaled(self, values: Floats) -> Floats:
        return apply(self.transform, values) * self.meaning.weight


@dataclass(frozen=True, eq=False, slots=True)
class _Switch:
    """A feature with levels or labels. columns: of its levels, by level; weights: of all columns of
    the matrix. several: a customer may be at several. gaps: which customers have no value."""

    feature: str
    columns: dict[str, int]
    weights: Floats
    several: bool
    gaps: Flags


@dataclass(frozen=True, eq=False, slots=True)
class _Customer:
    """One customer: number among those looked at, point (columns,), own cluster, squared distances (k,)."""

    number: int
    point: Floats
    own: int
    away: Floats


def changes(
    dataset: Dataset, matrix: FeatureMatrix, segmentation: Segmentation, letters: Sequence[str], positions: Rows
) -> Steps[tuple[Change | None, ...]]:
    """The smallest change of one feature that moves each of a few customers, None where none does.

    Smallest in the scaled, weighted space, after rounding to a value that one can have. Of a nominal feature it is the
    change to another level, of labels one label more or less; both are told as "feature=level" from 0 to 1 or back.
    A feature that the customer has no value in stays as it is.
    """
    axes, switches = yield from _axes_and_switches(dataset, matrix, positions)
    centroids = segmentation.centroids
    values = exact_values(dataset, matrix, positions)
    away = squared_distances(values, centroids)
    found: list[Change | None] = []
    for i in range(len(positions)):
        yield Progress("looking for the way across", i / len(positions))
        who = _Customer(i, values[:, i], int(np.argmin(away[:, i])), away[:, i])
        best = min(_switched(who, switches, centroids, letters), key=lambda change: change.step, default=None)
        for step, axis, upward in sorted(_crossings(who, axes, centroids), key=lambda crossing: crossing[0]):
            if best is not None and step >= best.step:
                break  # a change is never smaller than the way to the border
            change = _along(who, axis, upward, centroids, letters)
            if change is not None and (best is None or change.step < best.step):
                best = change
            yield Progress("looking for the way across", i / len(positions))
        found.append(best)
    return tuple(found)


def _axes_and_switches(
    dataset: Dataset, matrix: FeatureMatrix, positions: Rows
) -> Steps[tuple[list[_Axis], list[_Switch]]]:
    axes: list[_Axis] = []
    switches: list[_Switch] = []
    for feature, places in by_feature(matrix.columns).items():
        values = dataset.frame[feature]
        yield Progress("looking at the features", None, feature)
        levels: dict[str, int] = {}
        for i in places:
            meaning = matrix.columns[i]
            if meaning.transform is not None:
                axes.append((yield from _axis(values, i, meaning, meaning.transform, positions)))
            elif not says_missing(meaning, values):
                levels[str(meaning.level)] = i
        if levels:
            weights = np.array([column.weight for column in matrix.columns])
            several = bool(matrix.columns[places[0]].separator)
            switches.append(_Switch(feature, levels, weights, several, gaps_of(values.gather(positions))))
    return axes, switches


def _axis(values: pl.Series, column: int, meaning: MatrixColumn, transform: Transform, positions: Rows) -> Steps[_Axis]:
    old = numbers_of(values.gather(positions), transform)
    if transform.order:
        return _Axis(column, meaning, transform, old, 1.0, float(len(transform.order)), 0)
    everyone = numbers_of(values, transform)
    known = everyone[~np.isnan(everyone)]
    yield Progress("looking at the features", None, meaning.feature)
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    yield Progress("looking at the features", None, meaning.feature)
    return _Axis(column, meaning, transform, old, low, high, decimals_of(known))


def decimals_of(values: Floats) -> int | None:
    """The fewest decimals that write all values as they are; None where it takes more than MOST_DECIMALS."""

    def enough(some: Floats, decimals: int) -> bool:
        return bool(np.array_equal(np.round(some, decimals), some))

    few = values[:PROBE]
    return next((n for n in range(MOST_DECIMALS + 1) if enough(few, n) and enough(values, n)), None)


def _crossings(who: _Customer, axes: Sequence[_Axis], centroids: Floats) -> Iterator[tuple[float, _Axis, bool]]:
    """Where the customer leaves the cell of their centroid along every axis: (|t|, axis, whether t > 0)."""
    gain = who.away - who.away[who.own]
    for axis in axes:
        apart = centroids[:, axis.column] - centroids[who.own, axis.column]
        if np.isnan(axis.old[who.number]):
            continue
        for upward in (True, False):
            ahead = apart > 0 if upward else apart < 0
            if ahead.any():
                yield float((gain[ahead] / (2.0 * np.abs(apart[ahead]))).min()), axis, upward


def _along(who: _Customer, axis: _Axis, upward: bool, centroids: Floats, letters: Sequence[str]) -> Change | None:
    """The nearest value on that side that moves the customer; None where nobody has one."""
    old, bound = float(axis.old[who.number]), axis.high if upward else axis.low

    def clusters(values: Floats) -> Labels:
        moved = np.repeat(who.point[:, None], len(values), axis=1)
        moved[axis.column] = axis.scaled(values)
        return decide(moved, centroids)[0]

    def crosses(values: Floats) -> Flags:
        return np.not_equal(clusters(values), who.own)

    if (bound <= old if upward else bound >= old) or not crosses(np.array([bound]))[0]:
        return None
    new = readable(crosses, old, _threshold(crosses, old, bound), bound, axis.decimals)
    there = np.array([new])
    step = abs(float(axis.scaled(there)[0] - who.point[axis.column]))
    return Change(axis.meaning.feature, old, new, letters[int(clusters(there)[0])], step)


def _threshold(crosses: Callable[[Floats], Flags], old: float, bound: float) -> float:
    """The value nearest to `old` that crosses, to the last bit or so. bound: one that does."""
    last, first = old, bound
    while True:
        grid = np.linspace(last, first, GRID + 1)
        grid = grid[(grid != last) & (grid != first)]
        if not grid.size:
            return first
        hits = crosses(grid)
        place = int(np.argmax(hits)) if hits.any() else len(grid)
        before = float(grid[place - 1]) if place else last
        after = float(grid[place]) if place < len(grid) else first
        last, first = before, after


def readable(
    crosses: Callable[[Floats], Flags], old: float, threshold: float, bound: float, decimals: int | None
) -> float:
    """The first multiple of a power of ten at or beyond the threshold that crosses; `bound` where that is nearer.

    The power is the largest that moves the threshold by at most READABLE_SHARE of the change, but no smaller than what
    the values of the feature do with; for whole numbers it is 1.
    """
    upward = bound > old
    change = max(abs(threshold - old), 1e-6 * max(abs(threshold), abs(old)), 1e-300)
    power = math.floor(math.log10(READABLE_SHARE * change))
    if decimals is not None:
        power = max(power, -decimals) if decimals else 0
    sign = 1 if upward else -1
    at = math.floor(threshold / 10.0**power) if upward else math.ceil(threshold / 10.0**power)
    for multiple in (at - sign, at, at + sign, at + 2 * sign):
        value = multiple / 10**-power if power < 0 else float(multiple * 10**power)
        beyond = value > old if upward else value < old
        within = value <= bound if upward else value >= bound
        if beyond and within and crosses(np.array([value]))[0]:
            return value
    return bound


def _switched(
    who: _Customer, switches: Sequence[_Switch], centroids: Floats, letters: Sequence[str]
) -> Iterator[Change]:
    """Every change of a level, or of one label, that moves the customer."""
    for switch in switches:
        if switch.gaps[who.number]:
            continue
        columns = list(switch.columns.values())
        has = {level for level, column in switch.columns.items() if who.point[column] != 0.0}
        for level, column in switch.columns.items():
            if level in (MISSING_LEVEL, OTHER_LEVEL) or (level in has and (not switch.several or len(has) == 1)):
                continue  # nobody is asked to give no answer, or "anything else"
            moved = who.point.copy()
            if not switch.several:
                moved[columns] = 0.0
            moved[column] = 0.0 if level in has else switch.weights[column]
            cluster = int(decide(moved[:, None], centroids)[0][0])
            if cluster != who.own:
                step = float(np.sqrt(np.square(moved - who.point).sum()))
                old, new = (1.0, 0.0) if level in has else (0.0, 1.0)
                yield Change(f"{switch.feature}={level}", old, new, letters[cluster], step)

"""One column of the profile by cluster: means, spreads, medians, quartiles, differences from the rest, gaps.

Means and shares without a value are exact over all customers. Spreads, medians and quartiles rest on the customers in
`Members`: all, or a sample for a first answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from segtui.explain.columns import Description, LabelColumn, NominalColumn, NumericColumn, ProfileCache, sum_by
from segtui.explain.naming import CLEAR
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Dataset, Floats, Segmentation

    Index = NDArray[np.intp]

SAMPLE = 20_000
"""Customers that the spreads of a first answer rest on."""

ENOUGH = 200
"""A segment with fewer customers than this in the sample is topped up to it, as far as it has them."""

NO_SPREAD = 1e-12
"""A spread below this share of the means is rounding: the groups are constant."""


@dataclass(frozen=True, eq=False, slots=True)
class Summary:
    """One column by cluster; all arrays (k,). Medians and quartiles are nan for a level.

    sizes: customers; counts: those with a value; spreads: standard deviations (n - 1).
    """

    feature: str
    level: str | None
    is_share: bool
    mean: float
    spread: float
    median: float
    sizes: Floats
    counts: Floats
    means: Floats
    differences: Floats
    spreads: Floats
    medians: Floats
    low: Floats
    high: Floats

    @property
    def missing(self) -> Floats:
        """The share of each cluster without a value."""
        return 1.0 - self.counts / np.maximum(self.sizes, 1.0)

    @property
    def missing_share(self) -> float:
        """The share of all customers without a value."""
        return 1.0 - float(self.counts.sum() / max(self.sizes.sum(), 1.0))


@dataclass(frozen=True, eq=False, slots=True)
class Members:
    """Customers by cluster. positions: which customers, None for all; clusters: theirs; order: by cluster, then
    position; ends: where each cluster ends in order."""

    positions: Index | None
    clusters: Index
    order: Index
    ends: Index

    def take(self, values: Floats) -> Floats:
        return values if self.positions is None else values[self.positions]


# -- groups of customers -----------------------------------------------------------------------------------


def all_members(index: Index, segmentation: Segmentation) -> Members:
    """Everyone."""
    order = np.argsort(segmentation.labels, kind="stable")
    return Members(None, index, order, np.cumsum(np.bincount(index, minlength=segmentation.k)))


def sampled_members(index: Index, segmentation: Segmentation) -> Members:
    """The first customers of all, and more of the clusters that are rare among them."""
    first = min(SAMPLE, len(index))
    positions = [np.arange(first)]
    counts = np.bincount(index[:first], minlength=segmentation.k)
    for cluster in range(segmentation.k):
        if counts[cluster] < min(ENOUGH, segmentation.sizes[cluster]):
            further = np.flatnonzero(segmentation.labels[first:] == cluster)
            positions.append(further[: ENOUGH - counts[cluster]] + first)
    chosen = np.concatenate(positions)
    return _ordered(chosen, index[chosen], segmentation.k)


def _ordered(positions: Index, clusters: Index, k: int) -> Members:
    order = np.argsort(clusters.astype(np.uint8), kind="stable")
    return Members(positions, clusters, order, np.cumsum(np.bincount(clusters, minlength=k)))


def _with_value(members: Members, column: NumericColumn, k: int) -> Members:
    """The members that have a value in this column."""
    if column.known is None:
        return members
    keep = column.known if members.positions is None else column.known[members.positions]
    positions = np.flatnonzero(keep) if members.positions is None else members.positions[keep]
    return _ordered(positions, members.clusters[keep], k)


# -- one column --------------------------------------------------------------------------------------------


def summaries_of(
    dataset: Dataset,
    wanted: Description,
    index: Index,
    segmentation: Segmentation,
    members: Members,
    cache: ProfileCache,
) -> Steps[list[Summary]]:
    """The columns of a profile that one column of the data makes."""
    if wanted.levels:
        nominal = yield from cache.nominal(dataset, wanted)
        if isinstance(nominal, LabelColumn):
            return (yield from _label_summaries(wanted.feature, nominal, index, segmentation.k))
        return _level_summaries(wanted.feature, nominal, index, segmentation.k)
    numeric = yield from cache.numeric(dataset, wanted.feature, wanted.order)
    summary = yield from _numeric_summary(wanted.feature, numeric, index, segmentation, members)
    return [summary]


def _numeric_summary(
    feature: str, column: NumericColumn, index: Index, segmentation: Segmentation, members: Members
) -> Steps[Summary]:
    k = segmentation.k
    counts = sizes = np.asarray(segmentation.sizes, dtype=np.float64)
    if column.missing.size:
        counts = counts - np.bincount(index[column.missing], minlength=k)
    means = _ratio(sum_by(index, column.values, k), counts)
    doing = Progress("describing segments", None, feature)
    if members.positions is None:
        yield doing
    known = _with_value(members, column, k)
    values = known.take(column.values)
    variances = _variances(values, known.clusters, k)
    if members.positions is None:
        yield doing
    differences = _differences(means, variances, counts)
    # Only names ask for quartiles, and only where the difference is large enough for a word.
    named = np.abs(np.nan_to_num(differences, nan=0.0)) >= CLEAR
    medians, low, high = yield from _quartiles(values[known.order], known.ends, named, doing)
    return Summary(
        feature=feature,
        level=None,
        is_share=column.yes_no,
        mean=column.mean,
        spread=column.spread,
        median=column.median,
        sizes=sizes,
        counts=counts,
        means=means,
        differences=differences,
        spreads=np.sqrt(variances),
        medians=medians,
        low=low,
        high=high,
    )


def _level_summaries(feature: str, column: NominalColumn, index: Index, k: int) -> list[Summary]:
    width = len(column.levels) + 1
    cells = index * width
    cells += column.codes
    table = np.bincount(cells, minlength=k * width).reshape(k, width).astype(np.float64)
    counts = table.sum(axis=1)
    return [
        _share_summary(feature, level, share, table[:, code], counts)
        for code, (level, share) in enumerate(zip(column.levels, column.shares, strict=True))
    ]


def _label_summaries(feature: str, column: LabelColumn, index: Index, k: int) -> Steps[list[Summary]]:
    counts = np.bincount(index, minlength=k).astype(np.float64)
    found = []
    for label, share, members in zip(column.levels, column.shares, column.members, strict=True):
        yield Progress("describing segments", None, feature)
        having = np.bincount(index[members], minlength=k).astype(np.float64)
        found.append(_share_summary(feature, label, share, having, counts))
    return found


def _share_summary(feature: str, level: str, share: float, having: Floats, counts: Floats) -> Summary:
    """A level that `having` of the `counts` customers of each cluster are at; no value is a level of its own."""
    shares = _ratio(having, counts)
    variances = shares * (1.0 - shares) * _ratio(counts, counts - 1.0)
    nothing = np.full(len(counts), np.nan)
    return Summary(
        feature=feature,
        level=level,
        is_share=True,
        mean=share,
        spread=float(np.sqrt(share * (1.0 - share))),
        median=share,
        sizes=counts,
        counts=counts,
        means=shares,
        differences=_differences(shares, variances, counts),
        spreads=np.sqrt(variances),
        medians=nothing,
        low=nothing,
        high=nothing,
    )


@np.errstate(over="ignore", invalid="ignore")
def _variances(values: Floats, clusters: Index, k: int) -> Floats:
    """Variance (n - 1) per cluster, about the clusters' own means; nan below two values."""
    counts = np.bincount(clusters, minlength=k).astype(np.float64)
    means = _ratio(sum_by(clusters, values, k), counts)
    squares = values - means[clusters]
    squares *= squares
    return _ratio(sum_by(clusters, squares, k), counts - 1.0)


def _quartiles(
    values: Floats, ends: Index, wanted: NDArray[np.bool_], doing: Progress
) -> Steps[tuple[Floats, Floats, Floats]]:
    """Median of every cluster, first and third quartile of the wanted ones (linear interpolation); values lie cluster
    by cluster."""
    found = np.full((3, len(ends)), np.nan)
    start, since = 0, 0
    for cluster, end in enumerate(ends):
        block = values[start:end]
        if block.size:
            shares = (0.5, 0.25, 0.75) if wanted[cluster] else (0.5,)
            found[: len(shares), cluster] = _quantiles(block, shares)
        since += block.size
        start = int(end)
        if since > 250_000:
            since = 0
            yield doing
    return found[0], found[1], found[2]


def _quantiles(block: Floats, shares: tuple[float, ...]) -> tuple[float, ...]:
    """Quantiles of a block, which is put into another order on the way."""
    last = block.size - 1
    places = [share * last for share in shares]
    below = [int(place) for place in places]
    above = [min(place + 1, last) for place in below]
    block.partition(sorted({*below, *above}))
    return tuple(
        float(block[i] + (block[j] - block[i]) * (place - i)) for i, j, place in zip(below, above, places, strict=True)
    )


@np.errstate(over="ignore", invalid="ignore")
def _differences(means: Floats, variances: Floats, counts: Floats) -> Floats:
    """Standardised difference of every cluster from the rest; infinite where both are constant, nan where undefined.

    (mean - mean of the rest) / sqrt((variance + variance of the rest) / 2)
    """
    k = len(means)
    others = 1.0 - np.eye(k)
    filled = np.where(counts > 0, means, 0.0)
    within = np.where((counts > 1) & ~np.isnan(variances), variances * (counts - 1.0), 0.0)
    n_rest = counts.sum() - counts
    rest = _ratio(others @ (counts * filled), n_rest)
    # Squares about the mean of the rest, added up cluster by cluster: a difference of totals would cancel.
    between = (others * counts * (filled - rest[:, None]) ** 2).sum(axis=1)
    spreads = np.sqrt((variances + _ratio(others @ within + between, n_rest - 1.0)) / 2.0)
    return np.array([_standardised(*three) for three in zip(means, rest, spreads, strict=True)])


def _standardised(mean: float, rest: float, spread: float) -> float:
    away = float(mean - rest)
    rounding = NO_SPREAD * max(abs(mean), abs(rest))
    if isnan(spread) or spread > rounding:
        return away / spread
    return 0.0 if abs(away) <= rounding else float("inf") * away


def _ratio(above: Floats, below: Floats) -> Floats:
    """above / below, nan where below is not positive."""
    result = np.full(len(above), np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result

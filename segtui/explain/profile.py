"""What segments look like: means, indexes and standardised differences in original units, and honest names.

Means are exact over all customers, in the first answer as in the converged one. Spreads and quartiles, which only
standardised differences and names rest on, come from a sample for a first answer: the first 20,000 customers
(canonical order makes them a random sample), topped up for small segments; for an exact answer from all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan
from typing import TYPE_CHECKING

import numpy as np

from segtui.explain.columns import (
    Description,
    LabelColumn,
    NominalColumn,
    NumericColumn,
    ProfileCache,
    descriptions,
    sum_by,
)
from segtui.explain.lettering import letter_position
from segtui.explain.naming import CLEAR, Trait, name_segments
from segtui.progress import Progress, Steps
from segtui.results import Profile, ProfileColumn, Segment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Dataset, FeatureMatrix, Floats, Inspection, Segmentation

    Index = NDArray[np.intp]

__all__ = ["ProfileCache", "profile", "revenue_by_cluster"]

SAMPLE = 20_000
"""Customers that the spreads of a first answer rest on."""

ENOUGH = 200
"""A segment with fewer customers than this in the sample is topped up to it, as far as it has them."""

NO_SPREAD = 1e-12
"""A spread below this share of the means is rounding: the groups are constant."""


@dataclass(frozen=True, eq=False, slots=True)
class _Summary:
    """One column by cluster; all arrays (k,). Quartiles are nan for a level."""

    feature: str
    level: str | None
    is_share: bool
    mean: float
    spread: float
    median: float
    means: Floats
    differences: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False, slots=True)
class _Members:
    """Customers by cluster. positions: which customers, None for all; clusters: theirs; order: by cluster, then
    position; ends: where each cluster ends in order."""

    positions: Index | None
    clusters: Index
    order: Index
    ends: Index

    def take(self, values: Floats) -> Floats:
        return values if self.positions is None else values[self.positions]


def profile(
    dataset: Dataset,
    inspection: Inspection,
    matrix: FeatureMatrix,
    segmentation: Segmentation,
    letters: Sequence[str],
    names: dict[str, str],
    cache: ProfileCache,
) -> Steps[Profile]:
    """Describe the clusters of `segmentation`, which carry `letters`. names: letter -> what the analyst calls it."""
    index = segmentation.labels.astype(np.intp)
    yield Progress("describing segments")
    members = _all_members(index, segmentation) if segmentation.exact else _sampled_members(index, segmentation)
    wanted = descriptions(dataset, inspection, matrix, cache)
    summaries: list[_Summary] = []
    kinds: list[Description] = []
    for wanted_column in wanted:
        yield Progress("describing segments", len(summaries) / max(len(wanted), 1), wanted_column.feature)
        found = yield from _summaries(dataset, wanted_column, index, segmentation, members, cache)
        summaries += found
        kinds += [wanted_column] * len(found)
    order = sorted(range(segmentation.k), key=lambda cluster: letter_position(letters[cluster]))
    in_order = [letters[cluster] for cluster in order]
    speaking = [(kind, summary) for kind, summary in zip(kinds, summaries, strict=True) if not kind.echo]
    traits = [[_trait(kind, summary, cluster) for kind, summary in speaking] for cluster in order]
    auto_names = name_segments(traits, in_order, [names.get(given, "") for given in in_order])
    return Profile(
        columns=tuple(
            ProfileColumn(s.feature, s.level, kind.used, s.mean, s.spread)
            for kind, s in zip(kinds, summaries, strict=True)
        ),
        segments=tuple(
            _segment(cluster, letters[cluster], names, auto_name, segmentation, summaries)
            for cluster, auto_name in zip(order, auto_names, strict=True)
        ),
        sampled=len(members.clusters),
    )


def revenue_by_cluster(dataset: Dataset, segmentation: Segmentation, cache: ProfileCache) -> Steps[Floats | None]:
    """Total money per cluster, for lettering; None where the data has none."""
    if dataset.revenue is None:
        return None
    column = yield from cache.numeric(dataset, dataset.revenue)
    return sum_by(segmentation.labels.astype(np.intp), column.values, segmentation.k)


# -- groups of customers -----------------------------------------------------------------------------------


def _all_members(index: Index, segmentation: Segmentation) -> _Members:
    order = np.argsort(segmentation.labels, kind="stable")
    return _Members(None, index, order, np.cumsum(np.bincount(index, minlength=segmentation.k)))


def _sampled_members(index: Index, segmentation: Segmentation) -> _Members:
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


def _ordered(positions: Index, clusters: Index, k: int) -> _Members:
    order = np.argsort(clusters.astype(np.uint8), kind="stable")
    return _Members(positions, clusters, order, np.cumsum(np.bincount(clusters, minlength=k)))


def _with_value(members: _Members, column: NumericColumn, k: int) -> _Members:
    """The members that have a value in this column."""
    if column.known is None:
        return members
    keep = column.known if members.positions is None else column.known[members.positions]
    positions = np.flatnonzero(keep) if members.positions is None else members.positions[keep]
    return _ordered(positions, members.clusters[keep], k)


# -- one column --------------------------------------------------------------------------------------------


def _summaries(
    dataset: Dataset,
    wanted: Description,
    index: Index,
    segmentation: Segmentation,
    members: _Members,
    cache: ProfileCache,
) -> Steps[list[_Summary]]:
    if wanted.levels:
        nominal = yield from cache.nominal(dataset, wanted)
        if isinstance(nominal, LabelColumn):
            return (yield from _label_summaries(wanted.feature, nominal, index, segmentation.k))
        return _level_summaries(wanted.feature, nominal, index, segmentation.k)
    numeric = yield from cache.numeric(dataset, wanted.feature, wanted.order)
    summary = yield from _numeric_summary(wanted.feature, numeric, index, segmentation, members)
    return [summary]


def _numeric_summary(
    feature: str, column: NumericColumn, index: Index, segmentation: Segmentation, members: _Members
) -> Steps[_Summary]:
    k = segmentation.k
    counts = np.asarray(segmentation.sizes, dtype=np.float64)
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
    low, high = yield from _quartiles(values[known.order], known.ends, named, doing)
    return _Summary(
        feature, None, column.yes_no, column.mean, column.spread, column.median, means, differences, low, high
    )


def _level_summaries(feature: str, column: NominalColumn, index: Index, k: int) -> list[_Summary]:
    width = len(column.levels) + 1
    cells = index * width
    cells += column.codes
    table = np.bincount(cells, minlength=k * width).reshape(k, width).astype(np.float64)
    counts = table.sum(axis=1)
    return [
        _share_summary(feature, level, share, table[:, code], counts)
        for code, (level, share) in enumerate(zip(column.levels, column.shares, strict=True))
    ]


def _label_summaries(feature: str, column: LabelColumn, index: Index, k: int) -> Steps[list[_Summary]]:
    counts = np.bincount(index, minlength=k).astype(np.float64)
    found = []
    for label, share, members in zip(column.levels, column.shares, column.members, strict=True):
        yield Progress("describing segments", None, feature)
        having = np.bincount(index[members], minlength=k).astype(np.float64)
        found.append(_share_summary(feature, label, share, having, counts))
    return found


def _share_summary(feature: str, level: str, share: float, having: Floats, counts: Floats) -> _Summary:
    """A level that `having` of the `counts` customers of each cluster are at."""
    shares = _ratio(having, counts)
    variances = shares * (1.0 - shares) * _ratio(counts, counts - 1.0)
    differences = _differences(shares, variances, counts)
    spread, nothing = float(np.sqrt(share * (1.0 - share))), np.full(len(counts), np.nan)
    return _Summary(feature, level, True, share, spread, share, shares, differences, nothing, nothing)


@np.errstate(over="ignore", invalid="ignore")
def _variances(values: Floats, clusters: Index, k: int) -> Floats:
    """Variance (n - 1) per cluster, about the clusters' own means; nan below two values."""
    counts = np.bincount(clusters, minlength=k).astype(np.float64)
    means = _ratio(sum_by(clusters, values, k), counts)
    squares = values - means[clusters]
    squares *= squares
    return _ratio(sum_by(clusters, squares, k), counts - 1.0)


def _quartiles(values: Floats, ends: Index, wanted: NDArray[np.bool_], doing: Progress) -> Steps[tuple[Floats, Floats]]:
    """First and third quartile of the wanted clusters (linear interpolation); values lie cluster by cluster."""
    low, high = np.full(len(ends), np.nan), np.full(len(ends), np.nan)
    start, since = 0, 0
    for cluster, end in enumerate(ends):
        block = values[start:end]
        if block.size and wanted[cluster]:
            low[cluster], high[cluster] = _two_quartiles(block)
        since += block.size
        start = int(end)
        if since > 250_000:
            since = 0
            yield doing
    return low, high


def _two_quartiles(block: Floats) -> tuple[float, float]:
    last = block.size - 1
    places = (0.25 * last, 0.75 * last)
    below = [int(place) for place in places]
    above = [min(place + 1, last) for place in below]
    block.partition(sorted({*below, *above}))
    first, third = (
        float(block[i] + (block[j] - block[i]) * (place - i)) for i, j, place in zip(below, above, places, strict=True)
    )
    return first, third


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


# -- results -----------------------------------------------------------------------------------------------


def _trait(kind: Description, summary: _Summary, cluster: int) -> Trait:
    return Trait(
        feature=summary.feature,
        level=summary.level,
        is_share=summary.is_share,
        used=kind.used,
        difference=float(summary.differences[cluster]),
        mean=float(summary.means[cluster]),
        overall_mean=summary.mean,
        overall_median=summary.median,
        low_quartile=float(summary.low[cluster]),
        high_quartile=float(summary.high[cluster]),
        scale=kind.order if summary.level is None else (),
    )


def _segment(
    cluster: int,
    given: str,
    names: dict[str, str],
    auto_name: str,
    segmentation: Segmentation,
    summaries: Sequence[_Summary],
) -> Segment:
    size = segmentation.sizes[cluster]
    means = tuple(float(s.means[cluster]) for s in summaries)
    differences = (float(s.differences[cluster]) for s in summaries)
    return Segment(
        letter=given,
        cluster=cluster,
        name=names.get(given) or auto_name,
        auto_name=auto_name,
        size=size,
        share=size / max(sum(segmentation.sizes), 1),
        means=means,
        indexes=tuple(_index(mean, s.mean) for mean, s in zip(means, summaries, strict=True)),
        differences=tuple(value if isfinite(value) else None for value in differences),
    )


def _index(mean: float, overall: float) -> float | None:
    """100 = as the average customer; None where the overall mean is not above 0, or there is no mean."""
    return 100.0 * mean / overall if overall > 0 and not isnan(mean) else None

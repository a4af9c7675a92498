"""How one feature is distributed in every segment: counts of all customers in bins that the segments share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from segtui.errors import AnalysisError
from segtui.explain.columns import Description, LabelColumn, NumericColumn, ProfileCache, descriptions
from segtui.explain.lettering import in_letter_order
from segtui.explain.spread import Span, boxes, densities
from segtui.prepare.clean import OTHER_LEVEL
from segtui.progress import Progress, Steps
from segtui.results import Distribution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Dataset, FeatureMatrix, Floats, Inspection, Segmentation

    Counts = NDArray[np.int64]

SAMPLE = 20_000
"""Customers that decide where the bins lie (which ones they hold is counted over all)."""

PIECE = 1 << 17
"""Customers per piece of work."""

SKEWED = 1.0
"""Above this skewness, with no value below 0, bins are spaced on a log scale (as prepare chooses log1p)."""

TAILS = (0.005, 0.995)
STRETCHED = 3.0
"""Where the full range is this many times that of the middle 99 %, the outermost bins take in the tails."""


def distribution(
    dataset: Dataset,
    inspection: Inspection,
    matrix: FeatureMatrix,
    segmentation: Segmentation,
    letters: Sequence[str],
    feature: str,
    bins: int,
    cache: ProfileCache,
) -> Steps[Distribution]:
    """Count `feature` by segment in at most `bins` bins. Raises AnalysisError where it has nothing to show."""
    wanted = next((d for d in descriptions(dataset, inspection, matrix, cache) if d.feature == feature), None)
    if wanted is None:
        raise AnalysisError("this column has no distribution to show", where=feature, hint="Choose another feature.")
    order = in_letter_order(letters)
    if wanted.levels:
        return (yield from _of_levels(dataset, wanted, segmentation, order, cache))
    if wanted.order:
        return (yield from _of_scale(dataset, wanted, segmentation, order, cache))
    return (
        yield from _of_numbers(dataset, feature, segmentation, order, bins, cache, log=_log_scaled(matrix, feature))
    )


def _log_scaled(matrix: FeatureMatrix, feature: str) -> bool:
    """Whether the recipe brings the feature to scale by its logarithm."""
    transforms = (c.transform for c in matrix.columns if c.feature == feature and c.level is None)
    return any(transform is not None and transform.method == "log1p" for transform in transforms)


def _of_levels(
    dataset: Dataset, wanted: Description, segmentation: Segmentation, order: Sequence[int], cache: ProfileCache
) -> Steps[Distribution]:
    column = yield from cache.nominal(dataset, wanted)
    if isinstance(column, LabelColumn):
        return (yield from _of_labels(dataset, column, wanted.feature, segmentation, order))
    table = yield from _count(segmentation, column.codes, len(column.levels) + 1)
    levels = column.levels
    if table[:, -1].any():
        levels = (*levels, OTHER_LEVEL)
    return Distribution(wanted.feature, (), levels, _rows(table[:, : len(levels)], order), sampled=dataset.customers)


def _of_labels(
    dataset: Dataset, column: LabelColumn, feature: str, segmentation: Segmentation, order: Sequence[int]
) -> Steps[Distribution]:
    """Customers that have each label; one with several counts at each of them."""
    counts = np.zeros((segmentation.k, len(column.levels)), dtype=np.int64)
    for place, members in enumerate(column.members):
        yield Progress("counting", place / len(column.levels))
        counts[:, place] = np.bincount(segmentation.labels[members], minlength=segmentation.k)
    rows = _rows(counts, order)
    return Distribution(feature, (), column.levels, rows, sampled=dataset.customers, overlapping=True)


def _of_scale(
    dataset: Dataset, wanted: Description, segmentation: Segmentation, order: Sequence[int], cache: ProfileCache
) -> Steps[Distribution]:
    """Customers at each level of an ordinal scale, from low to high."""
    column = yield from cache.numeric(dataset, wanted.feature, wanted.order)
    places = column.values.astype(np.uint16)
    places -= 1
    places[column.missing] = len(wanted.order)
    table = yield from _count(segmentation, places, len(wanted.order) + 1)
    missing = len(column.missing)
    rows = _rows(table[:, :-1], order)
    return Distribution(wanted.feature, (), wanted.order, rows, sampled=dataset.customers - missing, missing=missing)


def _of_numbers(
    dataset: Dataset,
    feature: str,
    segmentation: Segmentation,
    order: Sequence[int],
    bins: int,
    cache: ProfileCache,
    *,
    log: bool,
) -> Steps[Distribution]:
    column = yield from cache.numeric(dataset, feature)
    known = column.values if column.known is None else column.values[column.known]
    if known.size == 0:
        raise AnalysisError("no customer has a value here", where=feature, hint="Choose another feature.")
    yield Progress("placing bins")
    lowest, highest = float(known.min()), float(known.max())
    if not np.isfinite(highest - lowest):
        raise AnalysisError("its values are too far apart to draw", where=feature, hint="Choose another feature.")
    sample = known[:SAMPLE]
    edges, log = bin_edges(sample, lowest, highest, bins, log=log)
    span = _span(sample, lowest, highest, edges, log)
    places = yield from _places(column, edges)
    table = yield from _count(segmentation, places, len(edges))
    missing = int(table[:, -1].sum())
    return Distribution(
        feature,
        tuple(float(edge) for edge in edges),
        (),
        _rows(table[:, :-1], order),
        sampled=dataset.customers - missing,
        log=log,
        missing=missing,
        placed=int(sample.size),
        boxes=(yield from boxes(column, segmentation, order)),
        densities=(yield from densities(column, segmentation, order, span, max(8, bins))),
        span=(span.low, span.high),
        outside=int(np.count_nonzero((known < span.low) | (known > span.high))),
    )


def _span(sample: Floats, lowest: float, highest: float, edges: Floats, log: bool) -> Span:
    """What a density shows: the middle 99 % where the tails stretch far beyond it, else everything."""
    if log:
        return Span(lowest, highest, log)
    low, high = _middle(sample, lowest, highest)
    if (low, high) == (lowest, highest):
        return Span(float(edges[0]), float(edges[-1]), log)
    return Span(low, high, log)


def _rows(table: Counts, order: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(count) for count in table[cluster]) for cluster in order)


def _places(column: NumericColumn, edges: Floats) -> Steps[NDArray[np.uint16]]:
    """The bin of every customer (the last bin includes its upper edge); one past the last where missing."""
    inner = edges[1:-1]
    places = np.empty(len(column.values), dtype=np.uint16)
    for start in range(0, len(places), PIECE):
        yield Progress("counting", start / len(places))
        piece = slice(start, start + PIECE)
        places[piece] = np.searchsorted(inner, column.values[piece], side="right")
    places[column.missing] = len(edges) - 1
    return places


def _count(segmentation: Segmentation, places: NDArray[np.uint16], width: int) -> Steps[Counts]:
    """Customers per (cluster, place)."""
    table = np.zeros(segmentation.k * width, dtype=np.int64)
    for start in range(0, len(places), PIECE):
        yield Progress("counting", start / len(places))
        piece = slice(start, start + PIECE)
        cells = segmentation.labels[piece].astype(np.intp)
        cells *= width
        cells += places[piece]
        table += np.bincount(cells, minlength=len(table))
    return table.reshape(segmentation.k, width)


# -- where the bins lie ------------------------------------------------------------------------------------


def is_skewed(sample: Floats) -> bool:
    """No value below 0 and a skewness above 1: the policy of METHODS B5 for a log scale."""
    if sample.size < 3 or sample.min() < 0:
        return False
    largest = float(sample.max())
    scaled = sample / largest if largest > 0 else sample  # cubes of large amounts would overflow
    deviation = scaled - scaled.mean()
    spread = float(np.sqrt((deviation**2).mean()))
    return spread > 0 and float((deviation**3).mean()) / spread**3 > SKEWED


def bin_edges(sample: Floats, lowest: float, highest: float, bins: int, *, log: bool = False) -> tuple[Floats, bool]:
    """Edges of at most `bins` bins that hold lowest..highest, and whether they are spaced on a log scale.

    They are where `log` asks for it and the values allow it, or the sample is skewed. Whole numbers get edges halfway
    between them, so that no bin holds one number more than its neighbour.
    """
    bins = max(1, bins)
    whole = bool((sample == np.floor(sample)).all()) and lowest == np.floor(lowest) and highest == np.floor(highest)
    if lowest == highest:
        return np.array([lowest - 0.5, highest + 0.5]), False
    if whole and highest - lowest + 1 <= bins:
        return np.arange(lowest, highest + 2) - 0.5, False
    if (log and lowest > -1) or (lowest >= 0 and is_skewed(sample)):
        edges = np.expm1(np.linspace(np.log1p(lowest), np.log1p(highest), bins + 1))
        edges[0], edges[-1] = lowest, highest
        return (_halfway(edges) if whole else edges), True
    low, high = _middle(sample, lowest, highest)
    if whole:
        low, high = np.floor(low), np.ceil(high)
        step = np.ceil((high - low + 1) / bins)
        edges = np.arange(low, high + 1 + step, step) - 0.5
        edges = edges[: np.searchsorted(edges, high) + 1]
        lowest, highest = lowest - 0.5, highest + 0.5
    else:
        edges = np.linspace(low, high, bins + 1)
    edges[0], edges[-1] = min(edges[0], lowest), max(edges[-1], highest)
    return edges, False


def _middle(sample: Floats, lowest: float, highest: float) -> tuple[float, float]:
    """The range of the middle 99 % where the tails stretch far beyond it, else the whole range."""
    low, high = (float(value) for value in np.quantile(sample, TAILS))
    if high > low and highest - lowest > STRETCHED * (high - low):
        return low, high
    return lowest, highest


def _halfway(edges: Floats) -> Floats:
    """Edges moved up to the next half, without repeats."""
    moved = np.floor(edges) + 0.5
    moved[0] = edges[0] - 0.5
    found: Floats = np.unique(moved)
    return found

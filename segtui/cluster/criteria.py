"""Criteria of one segmentation, exact over all customers and without distances between pairs of them.

Silhouette with squared distances (METHODS B3): the mean squared distance of x to the members of C is
|x - mean_C|^2 + V_C, V_C the mean squared distance of C's members to their mean; within the own cluster times
n / (n - 1), as x itself does not count. Calinski-Harabasz, explained share and BIC come from the sums, Davies-Bouldin
from the mean distance to the cluster mean. Means are those of the members, which for a fit that did not end by
LABELS are not exactly the centroids.

Rounding. V_C is the mean of |x|^2 less |mean_C|^2, the squares in float32 and added up in float64. `points` keeps
|mean|^2 below a hundred times the variance, so V_C is off by at most some 1e-5 of itself divided by the square root of
the number of members.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.product import product
from segtui.cluster.sample import CHUNK, PIECE, norms, points
from segtui.cluster.sums import ClusterSums
from segtui.progress import Progress, Steps
from segtui.results import Converged, FeatureMatrix, Scores, Segmentation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Floats32, Labels, Rows

DOING = "scoring segments"

TINY = np.float32(1e-30)
"""A squared distance that stands in for none in a denominator; the numerator is then 0."""


@dataclass(frozen=True, eq=False, slots=True)
class Examined:
    """The criteria of a segmentation, and the squared silhouette of every customer (float32, canonical order) and the
    mean of every cluster (0 for an empty one); both None where no silhouette is defined."""

    scores: Scores
    silhouettes: Floats32 | None
    by_cluster: tuple[float, ...] | None


@dataclass(frozen=True, eq=False, slots=True)
class Within:
    """Per cluster: members, their mean (k, columns), and the mean squared distance to it. square: |x|^2 by customer."""

    counts: Rows
    means: Floats
    spread: Floats
    square: Floats32

    @property
    def full(self) -> NDArray[np.bool_]:
        """Which clusters have members."""
        return self.counts > 0


def scores(matrix: FeatureMatrix, segmentation: Segmentation) -> Steps[Scores]:
    """The criteria of `segmentation`; None where one is not defined (fewer than two clusters, no spread)."""
    return (yield from examine(matrix, segmentation)).scores


def examine(matrix: FeatureMatrix, segmentation: Segmentation) -> Steps[Examined]:
    """The criteria of `segmentation`, and the silhouettes behind them."""
    moved = points(matrix.values, _never)
    labels, k = segmentation.labels, segmentation.k
    known = None
    if segmentation.exact and segmentation.converged is Converged.LABELS:
        known = segmentation.centroids - moved.offset, np.array(segmentation.sizes, dtype=np.int64)
    within = yield from _within(moved.values, labels, k, known)
    if not 2 <= int(within.full.sum()) < len(labels):
        return Examined(_scores(matrix.fingerprint, segmentation, within, None, None), None, None)
    silhouettes, sums, plain = yield from _silhouettes(moved.values, labels, within)
    by_cluster = tuple((sums / np.maximum(within.counts, 1)).tolist())
    overall = float(sums.sum()) / len(labels)
    return Examined(_scores(matrix.fingerprint, segmentation, within, overall, plain), silhouettes, by_cluster)


def _never(_: Rows) -> Floats:
    """Scores need no exact values."""
    raise AssertionError("scores never settle close calls")


def _scores(
    space: str, segmentation: Segmentation, within: Within, silhouette: float | None, plain: Floats | None
) -> Scores:
    """plain: mean distance to the cluster mean, per cluster; None where what compares clusters is undefined."""
    full, counts = within.full, within.counts
    count, k, inside = int(counts.sum()), int(full.sum()), float((counts * within.spread)[full].sum())
    centre = (within.means * counts[:, None]).sum(axis=0) / count
    between = float((counts * np.square(within.means - centre).sum(axis=1)).sum())
    total = inside + between
    defined = plain is not None
    return Scores(
        space=space,
        inertia=segmentation.inertia,
        explained=between / total if total > 0 else 0.0,
        silhouette_squared=silhouette,
        calinski_harabasz=(between / (k - 1)) / (inside / (count - k)) if defined and inside > 0 else None,
        davies_bouldin=_davies_bouldin(within, plain) if plain is not None else None,
        bic=bic(counts[full], inside, within.means.shape[1]) if defined and inside > 0 else None,
    )


def bic(counts: Rows, inertia: float, columns: int) -> float:
    """BIC of k equal spheres (Pelleg & Moore 2000): log-likelihood - k (columns + 1) / 2 * ln n; more is better.

    The variance per column is the unbiased inertia / (columns (n - k)).
    """
    n, k = int(counts.sum()), len(counts)
    variance = inertia / (columns * (n - k))
    mixing = float((counts * np.log(counts / n)).sum())
    likelihood = mixing - 0.5 * n * columns * log(2 * pi * variance) - 0.5 * columns * (n - k)
    return likelihood - 0.5 * k * (columns + 1) * log(n)


def _within(values: Floats32, labels: Labels, k: int, known: tuple[Floats, Rows] | None) -> Steps[Within]:
    """known: means and sizes, where the fit ended with centroids that are exactly the means of their members."""
    if known is None:
        totals = ClusterSums(k, len(values))
        for done in totals.add_all(values, labels):
            yield Progress(DOING, 0.4 * done / len(labels))
        known = totals.means(), totals.counts
    means, counts = known
    square = np.empty(len(labels), dtype=np.float32)
    heaps = np.zeros(k)
    for start in range(0, len(labels), CHUNK):
        if start and start % PIECE == 0:
            yield Progress(DOING, 0.4 + 0.2 * start / len(labels))
        chunk = slice(start, start + CHUNK)
        square[chunk] = norms(values[:, chunk])
        heaps += np.bincount(labels[chunk], square[chunk], k)
    spread = heaps / np.maximum(counts, 1) - np.square(means).sum(axis=1)
    return Within(counts, means, np.maximum(spread, 0.0), square)


def _silhouettes(values: Floats32, labels: Labels, within: Within) -> Steps[tuple[Floats32, Floats, Floats]]:
    """The squared silhouette of every customer, 0 for one alone in its cluster; per cluster their sum, and the mean
    distance to its mean.

    Empty clusters are infinitely far. The distance to the own mean is got back from the mean squared distance.
    """
    k = len(within.counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        own_factor = np.where(within.counts > 1, within.counts / (within.counts - 1), 0.0).astype(np.float32)
    spread = np.where(within.full, within.spread, np.inf)
    factor = (-2 * within.means).astype(np.float32)
    fixed = (np.square(within.means).sum(axis=1) + spread).astype(np.float32)[:, None]
    spread32, single = within.spread.astype(np.float32), within.counts == 1
    alone = bool(single.any())
    room, places = np.empty((k, CHUNK), dtype=np.float32), np.arange(CHUNK)
    flat = room.reshape(-1)
    result, sums, plain = np.empty(len(labels), dtype=np.float32), np.zeros(k), np.zeros(k)
    for start in range(0, len(labels), CHUNK):
        if start and start % PIECE == 0:
            yield Progress(DOING, 0.6 + 0.4 * start / len(labels))
        label = labels[start : start + CHUNK].astype(np.intp)
        away = room[:, : len(label)]
        product(factor, values[:, start : start + CHUNK], away)
        away += fixed
        at = label * CHUNK  # places in the room laid flat: a good deal faster than two indexes
        at += places[: len(label)]
        own = flat.take(at)
        flat[at] = np.inf
        other = away.min(axis=0)
        square = within.square[start : start + CHUNK]
        own += square
        other += square
        plain += np.bincount(label, np.sqrt(np.maximum(own - spread32.take(label), 0)), k)
        own *= own_factor.take(label)
        shares = result[start : start + CHUNK]
        _shares(own, other, out=shares)
        if alone:
            shares[single[label]] = 0
        sums += np.bincount(label, shares, k)
    return result, sums, plain / np.maximum(within.counts, 1)


def _shares(own: Floats32, other: Floats32, out: Floats32) -> None:
    """(other - own) / the larger of the two; 0 where both are 0, as where customers all agree."""
    larger = np.maximum(own, other)
    np.maximum(larger, TINY, out=larger)
    np.subtract(other, own, out=out)
    out /= larger


def _davies_bouldin(within: Within, plain: Floats) -> float | None:
    """Mean over clusters of the worst (spread + spread) / distance; None where two means coincide."""
    spread, means = plain[within.full], within.means[within.full]
    apart = np.sqrt(np.square(means[:, None] - means[None]).sum(axis=2))
    np.fill_diagonal(apart, np.inf)
    if not np.all(apart > 0):
        return None
    return float(((spread[:, None] + spread[None]) / apart).max(axis=1).mean())

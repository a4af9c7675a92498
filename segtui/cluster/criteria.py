"""Criteria of one segmentation, exact over all customers and without distances between pairs of them.

Silhouette with squared distances (METHODS B3): the mean squared distance of x to the members of C is
|x - mean_C|^2 + V_C, V_C the mean squared distance of C's members to their mean; within the own cluster times
n / (n - 1), as x itself does not count. Calinski-Harabasz and explained share come from the sums, Davies-Bouldin
from the mean distance to the cluster mean. Means are those of the members, which for a fit that did not end by
LABELS are not exactly the centroids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.assign import own_distances
from segtui.cluster.product import product
from segtui.cluster.sample import CHUNK, PIECE, points
from segtui.cluster.sums import ClusterSums
from segtui.progress import Progress, Steps
from segtui.results import FeatureMatrix, Scores, Segmentation

if TYPE_CHECKING:
    from segtui.results import Floats, Floats32, Labels, Rows

DOING = "scoring segments"


@dataclass(frozen=True, eq=False, slots=True)
class _Within:
    """Per cluster: members, their mean, the sum of squared and of plain distances to it."""

    counts: Rows
    means: Floats
    squared: Floats
    plain: Floats


def scores(matrix: FeatureMatrix, segmentation: Segmentation) -> Steps[Scores]:
    """The criteria of `segmentation`; None where one is not defined (fewer than two clusters, no spread)."""
    values = points(matrix.values, _never).values
    within = yield from _within(values, segmentation.labels, segmentation.k)
    full = within.counts > 0
    count, k, inside = len(segmentation.labels), int(full.sum()), float(within.squared.sum())
    centre = (within.means * within.counts[:, None]).sum(axis=0) / count
    between = float((within.counts * np.square(within.means - centre).sum(axis=1)).sum())
    total = inside + between
    defined = 2 <= k < count
    silhouette = (yield from _silhouette(values, segmentation.labels, within)) if defined else None
    return Scores(
        space=matrix.fingerprint,
        inertia=segmentation.inertia,
        explained=between / total if total > 0 else 0.0,
        silhouette_squared=silhouette,
        calinski_harabasz=(between / (k - 1)) / (inside / (count - k)) if defined and inside > 0 else None,
        davies_bouldin=_davies_bouldin(within, full) if defined else None,
    )


def _never(_: Rows) -> Floats:
    """Scores need no exact values."""
    raise AssertionError("scores never settle close calls")


def _within(values: Floats32, labels: Labels, k: int) -> Steps[_Within]:
    """Sums per cluster: one pass for the means, one for the distances to them."""
    totals = ClusterSums(k, len(values))
    for done in totals.add_all(values, labels):
        yield Progress(DOING, 0.3 * done / len(labels))
    means = totals.means()
    squared, plain = np.zeros(k), np.zeros(k)
    for start in range(0, len(labels), CHUNK):
        if start and start % PIECE == 0:
            yield Progress(DOING, 0.3 + 0.3 * start / len(labels))
        label = labels[start : start + CHUNK].astype(np.intp)
        away = own_distances(values[:, start : start + CHUNK], labels[start : start + CHUNK], means)
        squared += np.bincount(label, away, k)
        plain += np.bincount(label, np.sqrt(away), k)
    return _Within(totals.counts, means, squared, plain)


def _silhouette(values: Floats32, labels: Labels, within: _Within) -> Steps[float]:
    """Mean silhouette over customers; a customer alone in its cluster counts as 0.

    |x|^2 is left out of the comparison and added in the end, as in `assign`; empty clusters are infinitely far.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(within.counts > 0, within.squared / within.counts, np.inf)
        own_factor = np.where(within.counts > 1, within.counts / (within.counts - 1), 0.0).astype(np.float32)
    factor = (-2 * within.means).astype(np.float32)
    fixed = (np.square(within.means).sum(axis=1) + spread).astype(np.float32)[:, None]
    single = within.counts == 1
    total = 0.0
    for start in range(0, len(labels), CHUNK):
        if start and start % PIECE == 0:
            yield Progress(DOING, 0.6 + 0.4 * start / len(labels))
        block, label = values[:, start : start + CHUNK], labels[start : start + CHUNK].astype(np.intp)
        away = product(factor, block, np.empty((len(factor), len(label)), dtype=np.float32))
        away += fixed
        away += np.square(block).sum(axis=0)
        which = np.arange(len(label))
        own = away[label, which] * own_factor[label]
        away[label, which] = np.inf
        other = away.min(axis=0)
        larger = np.maximum(own, other)
        share = np.divide(other - own, larger, out=np.zeros_like(other), where=larger > 0)
        share[single[label]] = 0
        total += float(share.sum(dtype=np.float64))
    return total / len(labels)


def _davies_bouldin(within: _Within, full: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float | None:
    """Mean over clusters of the worst (spread + spread) / distance; None where two means coincide."""
    spread = within.plain[full] / within.counts[full]
    means = within.means[full]
    apart = np.sqrt(np.square(means[:, None] - means[None]).sum(axis=2))
    np.fill_diagonal(apart, np.inf)
    if not np.all(apart > 0):
        return None
    return float(((spread[:, None] + spread[None]) / apart).max(axis=1).mean())

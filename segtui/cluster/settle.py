"""The end of a fit: clusters numbered, and every label the nearest centroid in float64.

Lloyd's iterations leave customers where they are whom float32 sees exactly between two clusters. Where a fit ended
because nobody changed cluster, those few are decided in float64 and the centroids follow them until nobody changes
in float64 either: the bounds still tell who could. Where it ended by tolerance or cap, everyone is assigned once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster import lloyd
from segtui.cluster.assign import Assignment, assign_points, own_distances
from segtui.cluster.sample import CHUNK, PIECE, Points
from segtui.progress import Progress, Steps
from segtui.results import Converged

if TYPE_CHECKING:
    from segtui.results import Floats, Labels, Rows

ROUNDS = 100
"""Rounds of following close calls; each moves the centroids by next to nothing."""

LOOKED = 2
"""Customers looked at in those rounds, as a multiple of all: data that ties everywhere must not take for ever."""


def settle(points: Points, fit: lloyd.Fit) -> Steps[None]:
    """Number the clusters of a finished fit, and make its labels and centroids final."""
    _renumber(fit, by_size(fit.totals.counts, fit.centroids))
    if fit.converged is Converged.LABELS:
        stands = yield from _follow(points, fit)
        if stands:
            return
        fit.converged = Converged.TOLERANCE
    fit.centroids, assignment = yield from assign_all(points, fit.centroids)
    changed = np.flatnonzero(fit.labels != assignment.labels)
    fit.totals.move(points.values[:, changed], fit.labels[changed], assignment.labels[changed])
    fit.bounds.labels = assignment.labels


def _follow(points: Points, fit: lloyd.Fit) -> Steps[bool]:
    """Decide close calls and move the centroids after them; whether that came to an end."""
    doing = f"settling close calls of k={fit.totals.k}"
    fit.bounds.looked = 0
    for _ in range(ROUNDS):
        yield Progress(doing)
        changed = yield from fit.bounds.decide(points, fit.centroids, fit.totals, doing)
        if not changed:
            return True
        if len(fit.totals.empty()) or fit.bounds.looked > LOOKED * points.customers:
            break
        yield from lloyd.update(fit)
    return False


def by_size(counts: Rows, centroids: Floats) -> Rows:
    """Clusters from large to small; equal ones by their centroids, column after column."""
    return np.lexsort((*centroids.T[::-1], -counts)).astype(np.int64)


def _renumber(fit: lloyd.Fit, order: Rows) -> None:
    """Make cluster order[j] cluster j."""
    fit.bounds.renumber(order)
    fit.centroids = fit.centroids[order]
    fit.totals.counts, fit.totals.sums = fit.totals.counts[order], fit.totals.sums[:, order]


def assign_all(points: Points, centroids: Floats) -> Steps[tuple[Floats, Assignment]]:
    """The final labels. A cluster that nobody is nearest to is moved onto the customer farthest from all."""
    k = len(centroids)
    doing = f"assigning customers to k={k}"
    for _ in range(k):
        assignment = yield from assign_points(points, centroids, doing)
        if all(assignment.sizes):
            break
        centroids = centroids.copy()
        centroids[assignment.sizes.index(0)] = yield from _farthest(points, centroids, assignment.labels, doing)
    return centroids, assignment


def _farthest(points: Points, centroids: Floats, labels: Labels, doing: str) -> Steps[Floats]:
    """The values of the customer farthest from its centroid."""
    position, distance = 0, -1.0
    for start in range(0, points.customers, CHUNK):
        if start % PIECE == 0:
            yield Progress(doing, None, "filling an empty cluster")
        chunk = slice(start, start + CHUNK)
        away = own_distances(points.values[:, chunk], labels[chunk], centroids)
        if away.max() > distance:
            position, distance = start + int(away.argmax()), float(away.max())
    return points.exact(np.array([position]))[:, 0]

"""A tree as the segmentation: the segments are what its rules say, exactly, and no longer the nearest centroids.

The tree comes near k-means (`explain.tree`); whoever it puts elsewhere now belongs there. Centroids are the means of
the segments, so every distance and criterion is that of the segments as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.assign import own_distances
from segtui.cluster.sample import CHUNK, PIECE
from segtui.cluster.sums import ClusterSums
from segtui.errors import AnalysisError
from segtui.explain.cart import cart
from segtui.explain.imm import Leaf, imm
from segtui.explain.places import Sample
from segtui.explain.tree import grown, labels
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from segtui.explain.imm import Node
    from segtui.results import Dataset, FeatureMatrix, Floats, Floats32, Labels, Segmentation

DOING = "putting customers where the rules say"


def adopted(dataset: Dataset, matrix: FeatureMatrix, fit: Segmentation, tree: int) -> Steps[Segmentation]:
    """The segmentation that a tree of `tree` rules per segment makes of k-means `fit` (clusters keep their numbers).

    Raises AnalysisError where the tree leaves a segment without a customer.
    """
    rules, _ = yield from grown(dataset, matrix, fit, tree * fit.k)
    given = yield from labels(rules, dataset, matrix.columns)
    sums = ClusterSums(fit.k, len(matrix.values))
    for done in sums.add_all(matrix.values, given):
        yield Progress(DOING, done / matrix.customers)
    missing = len(sums.empty())
    if missing:
        raise AnalysisError(
            f"a tree of {len(rules)} rules reaches {fit.k - missing} of {fit.k} segments",
            hint="Allow more rules per segment, or take k-means as it is.",
        )
    centroids = sums.means()
    inertia = 0.0
    for start in range(0, matrix.customers, CHUNK):
        if start % PIECE == 0:
            yield Progress(DOING, start / matrix.customers)
        part = slice(start, start + CHUNK)
        away = own_distances(matrix.values[:, part], given[part], centroids)
        inertia += float(away.sum())
    agreed = float((given == fit.labels).mean())
    return replace(
        fit,
        labels=given,
        centroids=centroids,
        sizes=tuple(int(count) for count in sums.counts),
        inertia=inertia,
        warnings=(*fit.warnings, _said(len(rules), agreed)),
    )


def _said(rules: int, agreed: float) -> str:
    return f"segments are what a tree of {rules} rules says; {agreed:.1%} of customers are where k-means has them"


# -- on draws --------------------------------------------------------------------------------------------------


def regrown(values: Floats32, fitted: Labels, centroids: Floats, tree: int) -> Steps[Callable[[Floats32], Labels]]:
    """What puts points where a tree says that is grown on these ones, as `adopted` grows it, in the scaled space.

    values: (columns, customers); fitted: their clusters by k-means, centroids (k, columns).
    """
    k = len(centroids)
    both = np.concatenate((values, centroids.T.astype(np.float32)), axis=1)
    places = np.empty(both.shape, dtype=np.uint16)
    for i, row in enumerate(both):
        yield Progress(DOING)
        places[i] = np.unique(row, return_inverse=True)[1].reshape(-1)
    customers = values.shape[1]
    known = Sample(places[:, :customers], places[:, customers:], values.astype(np.float64), fitted)
    node = yield from imm(known) if tree == 1 else cart(known, tree * k)
    return lambda points: _put(node, points)


def _put(node: Node, points: Floats32) -> Labels:
    """The cluster of every point, (columns, points)."""
    found = np.empty(points.shape[1], dtype=np.uint8)
    waiting = [(node, np.arange(points.shape[1]))]
    while waiting:
        at, rows = waiting.pop()
        if isinstance(at, Leaf):
            found[rows] = at.cluster
            continue
        gap = at.gap
        above = points[gap.column, rows] > (gap.low + gap.high) / 2
        waiting += [(at.below, rows[~above]), (at.above, rows[above])]
    return found

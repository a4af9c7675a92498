"""What a segmentation stands on: the customers that take part, as a dataset and as points."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.assign import decide
from segtui.cluster.kmeans import assign
from segtui.prepare.aside import Kept, without
from segtui.prepare.matrix import exact_values
from segtui.progress import Progress, Steps
from segtui.results import Dataset, FeatureMatrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Labels, Rows

BLOCK = 65_536
"""Customers assigned at a time from original units."""


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """The customers of one analysis. at: their positions among all, None where they are all."""

    dataset: Dataset
    matrix: FeatureMatrix
    at: Rows | None = None

    def exact_values(self, positions: Rows) -> Floats:
        """The points of some of them in float64, (columns, m)."""
        return exact_values(self.dataset, self.matrix, positions)


def ground(kept: Kept, matrix: FeatureMatrix) -> Ground:
    """Everyone that was kept, as `matrix` has them; what was done to whom goes before its notes."""
    return Ground(kept.dataset, replace(matrix, notes=(*kept.notes, *matrix.notes)), kept.at)


def trimmed(kept: Kept, matrix: FeatureMatrix, out: NDArray[np.bool_], share: float) -> Steps[Ground]:
    """The ground without the customers in `out`, in the very same space: nothing is brought to scale again.

    Who lies far out is found in the space that everyone made, and the rest is clustered there (as trimmed k-means
    does), so the space does not change with k.
    """
    within = f"{1.0 - share:.3%}".rstrip("0%").rstrip(".")
    reason = f"trimmed: farther from every centre than {within} % of customers"
    told = f"are set aside as {reason}"
    left = yield from without(kept, out, reason, told)
    if left is kept:
        return ground(kept, matrix)
    stay = np.flatnonzero(~out)
    values = np.empty((len(matrix.values), len(stay)), dtype=np.float32)
    variances: dict[str, float] = {}
    for column, row, inside in zip(matrix.columns, matrix.values, values, strict=True):
        yield Progress("trimming", None, column.feature)
        np.take(row, stay, out=inside)
        variances[column.feature] = variances.get(column.feature, 0.0) + float(inside.var(dtype=np.float64))
    total = sum(variances.values()) or 1.0
    mark = hashlib.sha256(repr((matrix.fingerprint, left.dataset.fingerprint)).encode()).hexdigest()[:32]
    votes = {name: variance / total for name, variance in variances.items()}
    return ground(left, replace(matrix, values=values, votes=votes, fingerprint=mark))


def labels_of_all(whole: Dataset, of: Ground, centroids: Floats) -> Steps[Labels]:
    """Every customer of `whole` to the nearest of `centroids` in the space of `of`, also who has no part in it."""
    own, _ = yield from assign(of.matrix.values, centroids, of.exact_values)
    if of.at is None:
        return own
    labels = np.empty(whole.customers, dtype=np.uint8)
    labels[of.at] = own
    absent = np.ones(whole.customers, dtype=np.bool_)
    absent[of.at] = False
    for positions in _blocks(np.flatnonzero(absent).astype(np.int64)):
        yield Progress("assigning customers", None, "those set aside")
        labels[positions], _ = decide(exact_values(whole, of.matrix, positions), centroids)
    return labels


def _blocks(positions: Rows) -> Iterator[Rows]:
    for start in range(0, len(positions), BLOCK):
        yield positions[start : start + BLOCK]

"""Sums per cluster in float64, added up in a fixed order, so that they depend neither on threads nor on chance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.sample import PIECE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Floats32, Labels, Rows

SUM_CHUNK = 65_536
"""Customers per sum; fixed, as the result depends on it in the last bits."""


class ClusterSums:
    """Running totals of k clusters: how many customers, and their sum per column."""

    def __init__(self, k: int, columns: int) -> None:
        self.k = k
        self.counts: NDArray[np.int64] = np.zeros(k, dtype=np.int64)
        self.sums: Floats = np.zeros((columns, k))

    def add(self, values: Floats32, labels: Labels, sign: int = 1) -> None:
        """Add (or with sign -1 take off) a block of customers."""
        which = labels.astype(np.intp)
        self.counts += sign * np.bincount(which, minlength=self.k)
        for total, column in zip(self.sums, values, strict=True):
            total += sign * np.bincount(which, column, self.k)

    def move(self, values: Floats32, old: Labels, new: Labels) -> None:
        """Move a block of customers from one cluster each to another."""
        self.add(values, old, -1)
        self.add(values, new)

    def add_all(self, values: Floats32, labels: Labels) -> Iterator[int]:
        """Add all customers, yielding how many are done between pieces."""
        for start in range(0, len(labels), SUM_CHUNK):
            if start and start % PIECE == 0:
                yield start
            self.add(values[:, start : start + SUM_CHUNK], labels[start : start + SUM_CHUNK])

    def means(self) -> Floats:
        """Centroids, (k, columns); an empty cluster is all 0 (see `empty`)."""
        return np.ascontiguousarray((self.sums / np.maximum(self.counts, 1)).T)

    def empty(self) -> Rows:
        """The clusters without customers."""
        return np.flatnonzero(self.counts == 0)

    def between(self) -> float:
        """Sum of n_j |mean_j|^2: the total sum of squares less this is the inertia around the means."""
        return float((np.square(self.sums).sum(axis=0) / np.maximum(self.counts, 1)).sum())

    def inertia(self, total_square: float, centroids: Floats) -> float:
        """Sum of squared distances to any centroids, from the sum of all |x|^2."""
        cross = float((self.sums * centroids.T).sum())
        own = float((self.counts * np.square(centroids).sum(axis=1)).sum())
        return max(0.0, total_square - 2 * cross + own)


def total_square(values: Floats32) -> Iterator[float]:
    """The sum of all |x|^2 in float64, as a running total per piece; the last one is the sum."""
    total = 0.0
    for start in range(0, values.shape[1], PIECE):
        for chunk in range(start, min(start + PIECE, values.shape[1]), SUM_CHUNK):
            total += float(np.square(values[:, chunk : chunk + SUM_CHUNK], dtype=np.float64).sum())
        yield total

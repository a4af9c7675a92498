"""What moves the clusters now: how many customers change cluster once a feature's values are dealt out at random.

Permutation misclassification (R: FeatureImpCluster; METHODS C3): 1 - accuracy of putting customers to the nearest of
the given centroids after shuffling one feature, mean over a few shuffles. All columns of a feature are shuffled
together. It says what the clusters use, not what they should: a random column that k-means cut in two scores as high as
a good feature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.product import product
from segtui.cluster.sample import generator
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Floats32, MatrixColumn, Rows

ROWS = 20_000
"""Customers shuffled at most: the first in canonical order, a random sample."""

SHUFFLES = 5
"""Shuffles per feature. A share p of n customers varies by sqrt(p (1 - p) / n): with 4,000 customers and five shuffles
an influence of .2 is good to .003."""

PURPOSE_SHUFFLE = 31

DOING = "weighing features"


def blocks(columns: Sequence[MatrixColumn]) -> dict[str, list[int]]:
    """Feature -> its columns, both in the order of the matrix."""
    found: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        found.setdefault(column.feature, []).append(place)
    return found


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """Customers at their nearest centroids. near: |c|^2 - 2 c.x, float32 (k, rows); own: the least of each row."""

    near: Floats32
    own: Rows

    @classmethod
    def of(cls, values: Floats32, centroids: Floats) -> Placed:
        """The nearest of `centroids` (k, columns) to every row of `values` (columns, rows)."""
        near = _times(-2 * centroids, values)
        near += np.square(centroids).sum(axis=1).astype(np.float32)[:, None]
        return cls(near, near.argmin(axis=0))


def influence(
    values: Floats32, features: dict[str, list[int]], centroids: Floats, seed: int
) -> Steps[dict[str, float]]:
    """Share of customers (0 to 1) put elsewhere by shuffling each of `features` (as `blocks` gives them).

    values: (columns, customers) of the matrix, in canonical order; centroids: (k, columns) in the same space.
    """
    # Counted from the mean of the centroids, columns that lie far from 0 lose nothing to float32.
    middle = centroids.mean(axis=0).astype(np.float32)
    some, around = values[:, :ROWS] - middle[:, None], centroids - middle
    yield Progress(DOING)
    placed = Placed.of(some, around)
    yield Progress(DOING)
    orders = [generator(seed, PURPOSE_SHUFFLE, shuffle).permutation(some.shape[1]) for shuffle in range(SHUFFLES)]
    found: dict[str, float] = {}
    for done, (feature, at) in enumerate(features.items()):
        shares: list[float] = []
        for order in orders:
            yield Progress(DOING, done / len(features), feature)
            shares.append(float(moved(placed, some[at], around[:, at], order).mean()))
        found[feature] = sum(shares) / len(shares)
    return found


def moved(placed: Placed, block: Floats32, centroids: Floats, order: Rows) -> NDArray[np.bool_]:
    """Whom it moves that row i gets the values of row order[i] in one feature.

    block: (its columns, rows) of `values`; centroids: (k, its columns). Only -2 c.x changes, by the columns of the
    feature, and what changes by the same for every centroid moves nobody: so c counts from the first centroid, and a
    feature in which all centroids agree moves nobody at all. A tie keeps the customer where it is.
    """
    near = _times(-2 * (centroids - centroids[0]), block[:, order] - block)
    near += placed.near
    away: NDArray[np.bool_] = near.min(axis=0) < near[placed.own, np.arange(near.shape[1])]
    return away


def _times(left: Floats, right: Floats32) -> Floats32:
    """left (k, columns) @ right (columns, rows)."""
    return product(left.astype(np.float32), right, np.empty((len(left), right.shape[1]), dtype=np.float32))

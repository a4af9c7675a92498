"""Every customer to the nearest centroid: fast in float32, close calls settled in float64.

How close is close. With D_j = |c_j|^2 - 2 c_j.x in float32, p columns and u = 2^-24, rounding of c, x, the p
products and sums and the last addition moves D_j by at most (p + 4) u (2 |c_j| |x| + |c_j|^2) to first order. Since
|c_j| <= |x| + d_j, that is at most (p + 4) u (5 |x|^2 + 3 d_j^2). The index of the cluster is kept in the lowest b
bits of D_j (so that one minimum finds value and index), which moves it by at most 2^(b-23) |D_j|, and |D_j| <=
2 |x|^2 + d_j^2. So a customer whose two best values differ by more than

    tau (|x|^2 + d_2^2),   tau = 10 (p + 4) u + 2^(b-21),

is nearest to the first of them for certain; a centroid further away than the second has an error that grows
only with a millionth of its own squared distance and cannot come in between. All others (some ten in a million on
scaled data) are decided in float64 from exact values. Where an offset was taken off the columns first, the
rounding of the original value counts too, and |offset|^2 is added to |x|^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.product import product
from segtui.cluster.sample import CHUNK, PIECE, Points, check_size, norms
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Floats32, Labels, Rows

EXACT_BLOCK = 4096
"""Close calls settled at a time."""


class Nearest:
    """The two nearest of some centroids, for blocks of customers."""

    def __init__(self, centroids: Floats, offset_square: float = 0.0) -> None:
        self.k, columns = centroids.shape
        bits = max(1, (self.k - 1).bit_length())
        self.tau = np.float32(10 * (columns + 4) * 2.0**-24 + 2.0 ** (bits - 21))
        self._offset_square = np.float32(offset_square)
        self._factor = (-2 * centroids).astype(np.float32)
        self._square = np.square(centroids).sum(axis=1).astype(np.float32)[:, None]
        self._index = np.arange(self.k, dtype=np.int32)[:, None]
        self._low = np.int32((1 << bits) - 1)
        self._room = np.empty((self.k, CHUNK), dtype=np.float32)

    def two(self, block: Floats32, square: Floats32) -> tuple[NDArray[np.int32], Floats32, Floats32]:
        """Of up to CHUNK customers: the nearest cluster, and the squared distances to it and to the runner-up."""
        return self.two_of(self.packed(block), square)

    def two_of(self, packed: Floats32, square: Floats32) -> tuple[NDArray[np.int32], Floats32, Floats32]:
        """The same from what `packed` returned."""
        best, second = self._two_smallest(packed)
        label = best.view(np.int32) & self._low
        best += square
        second += square
        return label, np.maximum(best, 0, out=best), np.maximum(second, 0, out=second)

    def packed(self, block: Floats32) -> Floats32:
        """|c|^2 - 2 c.x as (k, customers), the cluster in the lowest bits; overwritten by the next call."""
        packed = self._room[:, : block.shape[1]]
        product(self._factor, block, packed)
        packed += self._square
        bits = packed.view(np.int32)
        bits &= ~self._low
        bits |= self._index
        return packed

    def _two_smallest(self, packed: Floats32) -> tuple[Floats32, Floats32]:
        if self.k == 1:
            return packed[0].copy(), np.full_like(packed[0], np.inf)
        best, second = np.minimum(packed[0], packed[1]), np.maximum(packed[0], packed[1])
        between = np.empty_like(best)
        for row in packed[2:]:
            np.maximum(row, best, out=between)
            np.minimum(second, between, out=second)
            np.minimum(best, row, out=best)
        return best, second

    def doubt(self, square: Floats32, second: Floats32) -> Floats32:
        """How much nearer than `second` (a squared distance) a centroid must be to be nearest for certain."""
        room = square + second
        if self._offset_square:
            room += self._offset_square
        room *= self.tau
        return room


@dataclass(frozen=True, eq=False, slots=True)
class Assignment:
    """Every customer's cluster. inertia: from float32 distances, good to about a millionth."""

    labels: Labels
    sizes: tuple[int, ...]
    inertia: float


def assign_points(points: Points, centroids: Floats, doing: str) -> Steps[Assignment]:
    """Assign every customer as float64 distances to `centroids` (in the space of `points`) say; ties to the lower."""
    nearest = Nearest(centroids, float(np.square(points.offset).sum()))
    labels = np.empty(points.customers, dtype=np.uint8)
    close: list[Rows] = []
    inertia = 0.0
    for start in range(0, points.customers, CHUNK):
        if start % PIECE == 0 and start:
            yield Progress(doing, start / points.customers, f"{start:,} customers assigned")
        block = points.values[:, start : start + CHUNK]
        square = norms(block)
        check_size(square)
        label, best, second = nearest.two(block, square)
        labels[start : start + CHUNK] = label
        inertia += float(best.sum(dtype=np.float64))
        doubt = nearest.doubt(square, second)
        second -= best
        close.append(np.flatnonzero(second <= doubt) + start)
    yield from _settle(points, centroids, np.concatenate(close), labels, doing)
    sizes = np.bincount(labels, minlength=nearest.k)
    return Assignment(labels, tuple(sizes.tolist()), inertia)


def _settle(points: Points, centroids: Floats, close: Rows, labels: Labels, doing: str) -> Steps[None]:
    """Decide the close calls in float64, from exact values."""
    if centroids.shape[0] == 1:
        return
    for start in range(0, len(close), EXACT_BLOCK):
        if start:
            yield Progress(doing, start / len(close), f"{start:,} of {len(close):,} close calls settled")
        positions = close[start : start + EXACT_BLOCK]
        labels[positions], _ = decide(points.exact(positions), centroids)


def decide(values: Floats, centroids: Floats) -> tuple[Labels, Floats]:
    """The nearest cluster in float64, the lower of equals, and how much nearer it is (not squared) than the next."""
    away = squared_distances(values, centroids)
    label = np.argmin(away, axis=0).astype(np.uint8)
    if len(centroids) == 1:
        return label, np.full(len(label), np.inf)
    two = np.sqrt(np.partition(away, 1, axis=0)[:2])
    return label, two[1] - two[0]


def squared_distances(values: Floats, centroids: Floats) -> Floats:
    """Float64 squared distances (k, customers), by differences: no cancellation, no BLAS."""
    total = np.zeros((len(centroids), values.shape[1]))
    for column, centre in zip(values, centroids.T, strict=True):
        total += np.square(column[None, :] - centre[:, None])
    return total


def own_distances(values: Floats32, labels: Labels, centroids: Floats) -> Floats:
    """Float64 squared distance of each customer of a block to the centroid of its own cluster, by differences."""
    total = np.zeros(values.shape[1])
    which = labels.astype(np.intp)
    for column, centre in zip(values, centroids.T, strict=True):
        total += np.square(column - centre[which])
    return total

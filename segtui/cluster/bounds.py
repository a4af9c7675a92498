"""Which customers an iteration must look at: a slack for everyone, and what the moves of the centroids used up.

After a full pass every customer has a *slack*: how much nearer its own centroid is than the runner-up. When
centroid a moves by s_a, a customer of a loses at most s_a + max(s_j, j != a) of it (triangle inequality, Hamerly
2010). The losses are added up per cluster; only customers whose slack is used up can have changed cluster.

A customer moves only to a centroid that is nearer for certain (see `assign`), so rounding cannot make it go to and
fro. `decide` settles in float64 what is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.assign import EXACT_BLOCK, Nearest, decide
from segtui.cluster.sample import CHUNK, PIECE, Points, check_size, norms
from segtui.cluster.sums import ClusterSums
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import Floats, Floats32, Labels, Rows

FULL_PASS_FROM = 0.2
"""Share of customers to look at again from which a pass over all is cheaper than picking them out."""

AGAIN_PIECE = PIECE // 4
"""Customers looked at again between two chances to stop: picking them out costs several times a plain pass."""

NONE_LEFT = -1.0
"""The slack of a customer who is to be looked at again whatever happens."""


class Bounds:
    """The customers of one fit, their norms and slacks, and what the moves of the centroids used up."""

    def __init__(self, values: Floats32, k: int, offset_square: float = 0.0) -> None:
        self.values, self.k, self._offset_square = values, k, offset_square
        count = values.shape[1]
        self.labels: Labels = np.empty(count, dtype=np.uint8)
        self.square: Floats32 = np.empty(count, dtype=np.float32)
        self.slack: Floats32 = np.empty(count, dtype=np.float32)
        self.used: Floats = np.zeros(k)
        self.looked = 0
        """Customers looked at again so far."""

    def first_pass(self, centroids: Floats, doing: str) -> Steps[None]:
        """Assign every customer and learn the norms."""
        nearest = Nearest(centroids, self._offset_square)
        for start in range(0, len(self.labels), CHUNK):
            if start and start % PIECE == 0:
                yield Progress(doing, None, f"{start:,} customers assigned")
            chunk = slice(start, start + CHUNK)
            square = norms(self.values[:, chunk])
            check_size(square)
            self.square[chunk] = square
            label, best, second = nearest.two(self.values[:, chunk], square)
            self.labels[chunk] = label
            self.slack[chunk] = _slack(nearest, square, best, second)

    def use(self, old: Floats, new: Floats) -> None:
        """Take the moves from `old` to `new` centroids off the slack of everyone."""
        moves = np.sqrt(np.square(new - old).sum(axis=1))
        if self.k > 1:
            order = np.argsort(moves)
            others = np.full(self.k, moves[order[-1]])
            others[order[-1]] = moves[order[-2]]
            self.used += moves + others

    def doubtful(self) -> Rows:
        """The customers whose slack is used up."""
        rough = np.flatnonzero(self.slack < np.float32(self.used.max() * (1 + 1e-6)))
        limit = (self.used * (1 + 1e-6)).astype(np.float32)
        return rough[self.slack[rough] < limit[self.labels[rough]]]

    def look_again(self, centroids: Floats, totals: ClusterSums, doing: str) -> Steps[int]:
        """Reassign the doubtful customers, and keep the sums. Returns how many changed cluster."""
        nearest, changed = Nearest(centroids, self._offset_square), 0
        rows = self.doubtful()
        everyone = len(rows) > FULL_PASS_FROM * len(self.labels)
        count = len(self.labels) if everyone else len(rows)
        self.looked += count
        for start in range(0, count, CHUNK):
            if start and start % AGAIN_PIECE == 0:
                yield Progress(doing, None, f"{start:,} of {count:,} customers looked at again")
            which = slice(start, min(start + CHUNK, count)) if everyone else rows[start : start + CHUNK]
            changed += self._reassign(nearest, which, totals)
        return changed

    def _reassign(self, nearest: Nearest, which: slice | Rows, totals: ClusterSums) -> int:
        block = self.values[:, which] if isinstance(which, slice) else self.values.take(which, axis=1)
        square, old = self.square[which], self.labels[which].copy()
        packed = nearest.packed(block)
        label, best, second = nearest.two_of(packed, square)
        stay = packed[old, np.arange(len(old))] + square
        moved = (label != old) & (stay - best > nearest.doubt(square, stay))
        new = np.where(moved, label, old).astype(np.uint8)
        slack = _slack(nearest, square, best, second)
        slack[(label != old) & ~moved] = NONE_LEFT
        self.slack[which] = slack + self.used.astype(np.float32)[new]
        self.labels[which] = new
        picked = np.flatnonzero(moved)
        if len(picked):
            totals.move(block[:, picked], old[picked], new[picked])
        return len(picked)

    def decide(self, points: Points, centroids: Floats, totals: ClusterSums, doing: str) -> Steps[int]:
        """Reassign the doubtful customers as float64 and their exact values say. Returns how many changed."""
        rows, changed = self.doubtful(), 0
        self.looked += len(rows)
        for start in range(0, len(rows), EXACT_BLOCK):
            if start:
                yield Progress(doing, start / len(rows), f"{start:,} of {len(rows):,} close calls settled")
            which = rows[start : start + EXACT_BLOCK]
            new, slack = decide(points.exact(which), centroids)
            old = self.labels[which]
            self.slack[which] = slack * (1 - 1e-6) + self.used[new]
            self.labels[which] = new
            moved = new != old
            totals.move(self.values[:, which[moved]], old[moved], new[moved])
            changed += int(moved.sum())
        return changed

    def renumber(self, order: Rows) -> None:
        """Make cluster order[j] cluster j."""
        self.labels = np.argsort(order).astype(np.uint8)[self.labels]
        self.used = self.used[order]


def _slack(nearest: Nearest, square: Floats32, best: Floats32, second: Floats32) -> Floats32:
    """How much nearer (in distance, not squared) the nearest centroid is than the runner-up; never too much.

    sqrt(b) - sqrt(a) = (b - a) / (sqrt(a) + sqrt(b)), and b - a is known up to `doubt`.
    """
    if nearest.k == 1:
        return np.full_like(best, np.inf)
    sure = second - best
    sure -= nearest.doubt(square, second)
    away = np.sqrt(best) + np.sqrt(second)
    slack: Floats32 = np.divide(sure, away, out=np.zeros_like(sure), where=away > 0)
    return slack

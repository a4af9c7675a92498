"""Lloyd's k-means on one set of rows, touching only the customers that could have changed cluster.

After one full pass every customer has a *slack*: how much nearer its own centroid is than the runner-up. When
centroid a moves by s_a, a customer of a loses at most s_a + max(s_j, j != a) of it (triangle inequality, Hamerly
2010). The losses are added up per cluster; an iteration looks again at those customers only whose slack is used
up. The sums behind the centroids are float64 and changed by the customers who moved.

A customer moves only to a centroid that is nearer for certain (see `assign`), so rounding cannot make it go
to and fro, the inertia falls with every iteration, and the loop ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.assign import Nearest, own_distances
from segtui.cluster.sample import CHUNK, PIECE, check_size, norms
from segtui.cluster.sums import ClusterSums, total_square
from segtui.progress import Progress, Steps
from segtui.results import Converged, TraceStep

if TYPE_CHECKING:
    from segtui.results import Floats, Floats32, Labels, Rows

Trace = Callable[[TraceStep], None]

TOLERANCE = 1e-4
"""scikit-learn's default: centroids stand still when the sum of their squared moves is this share of the mean variance
of the columns."""

FULL_PASS_FROM = 0.2
"""Share of customers to look at again from which a pass over all is cheaper than picking them out."""

AGAIN_PIECE = PIECE // 4
"""Customers looked at again between two chances to stop: picking them out costs several times a plain pass."""

BEYOND = 2
"""Once the tolerance is met a patient run goes on until no customer changes, for at most this many passes' worth of
customers looked at again: with a start from a large prefix that is mostly enough, and it costs a fraction."""


@dataclass(frozen=True, slots=True)
class Run:
    """Which restart this is, for the trace, and when to stop.

    before: iterations the same restart had on fewer customers; the trace counts on. tolerance: share of the
    mean column variance; 0: only when no customer changed. patient: see BEYOND.
    """

    k: int
    restart: int
    before: int
    max_iter: int
    tolerance: float = TOLERANCE
    patient: bool = False

    def doing(self) -> str:
        return f"fitting k={self.k}"


@dataclass(eq=False, slots=True)
class Fit:
    """Where a fit stands: `centroids` are the means of `labels`."""

    centroids: Floats
    labels: Labels
    totals: ClusterSums
    square_sum: float
    converged: Converged = Converged.MAX_ITER
    trace: list[TraceStep] = field(default_factory=list)

    @property
    def inertia(self) -> float:
        return max(0.0, self.square_sum - self.totals.between())

    @property
    def per_customer(self) -> float:
        return self.inertia / len(self.labels)


class _Bounds:
    """The customers of one fit, their norms and slacks, and what the moves of the centroids used up."""

    def __init__(self, values: Floats32, k: int, labels: Labels) -> None:
        self.values, self.k, self.labels = values, k, labels
        count = values.shape[1]
        self.square = np.empty(count, dtype=np.float32)
        self.slack = np.empty(count, dtype=np.float32)
        self.used = np.zeros(k)
        self.looked = 0
        """Customers looked at again so far."""

    def first_pass(self, centroids: Floats, doing: str) -> Steps[None]:
        """Assign every customer and learn the norms."""
        nearest = Nearest(centroids)
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
        nearest, changed = Nearest(centroids), 0
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
        slack[(label != old) & ~moved] = 0
        self.slack[which] = slack + self.used.astype(np.float32)[new]
        self.labels[which] = new
        picked = np.flatnonzero(moved)
        if len(picked):
            totals.move(block[:, picked], old[picked], new[picked])
        return len(picked)


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


def fit(values: Floats32, centroids: Floats, run: Run, trace: Trace, known: Labels | None = None) -> Steps[Fit]:
    """k-means from `centroids` on all of `values` until it stands still or `run` says to stop.

    known: labels of the first customers (or all) whose means `centroids` are, to tell how many changed.
    """
    k, doing = run.k, run.doing()
    labels = np.empty(values.shape[1], dtype=np.uint8)
    bounds = _Bounds(values, k, labels)
    yield from bounds.first_pass(centroids, doing)
    totals = ClusterSums(k, len(values))
    for done in totals.add_all(values, labels):
        yield Progress(doing, None, f"{done:,} customers added up")
    state = Fit(centroids, labels, totals, float(bounds.square.sum(dtype=np.float64)))
    still = run.tolerance * _mean_variance(state)
    share, patience = _changed_share(labels, known), BEYOND * len(labels) if run.patient else 0
    for iteration in range(1, run.max_iter + 1):
        if iteration > 1:
            changed = yield from bounds.look_again(state.centroids, totals, doing)
            share = changed / len(labels)
        moved = yield from _update(state, bounds)
        _tell(state, run, iteration, share, trace)
        yield Progress(doing, None, f"restart {run.restart + 1}, iteration {run.before + iteration}")
        if share == 0 and (iteration > 1 or (known is not None and len(known) == len(labels))):
            state.converged = Converged.LABELS
            break
        if run.tolerance and moved <= still:
            state.converged = Converged.TOLERANCE
            patience, bounds.looked = patience - bounds.looked, 0
            if patience <= 0:
                break
        else:
            state.converged, bounds.looked = Converged.MAX_ITER, 0
    return state


def _update(state: Fit, bounds: _Bounds) -> Steps[float]:
    """Move the centroids to the means of their customers. Returns the sum of squared moves."""
    if len(state.totals.empty()):
        yield from _fill_empty(state, bounds)
    new = state.totals.means()
    left = state.totals.empty()
    new[left] = state.centroids[left]
    bounds.use(state.centroids, new)
    moved = float(np.square(new - state.centroids).sum())
    state.centroids = new
    return moved


def _fill_empty(state: Fit, bounds: _Bounds) -> Steps[None]:
    """Give every empty cluster the customer who is farthest from the centre of its own."""
    for cluster in state.totals.empty():
        farthest, distance = 0, -1.0
        means = state.totals.means()
        for start in range(0, len(state.labels), CHUNK):
            if start and start % PIECE == 0:
                yield Progress(f"fitting k={bounds.k}", None, "filling an empty cluster")
            chunk = slice(start, start + CHUNK)
            away = own_distances(bounds.values[:, chunk], state.labels[chunk], means)
            if away.max() > distance:
                farthest, distance = start + int(away.argmax()), float(away.max())
        if distance <= 0:
            break
        row = slice(farthest, farthest + 1)
        new = np.array([cluster], dtype=np.uint8)
        state.totals.move(bounds.values[:, row], state.labels[row], new)
        state.labels[row] = new
    bounds.slack[:] = -1
    bounds.used[:] = 0


def _mean_variance(state: Fit) -> float:
    """Mean variance of the columns over these customers."""
    count, columns = len(state.labels), len(state.totals.sums)
    mean_square = float(np.square(state.totals.sums.sum(axis=1) / count).sum())
    return max(0.0, state.square_sum / count - mean_square) / columns


def _changed_share(labels: Labels, known: Labels | None) -> float:
    """Share of the customers with a label before whose label is another one now; 1 where none had."""
    if known is None or not len(known):
        return 1.0
    return float(np.count_nonzero(labels[: len(known)] != known)) / len(known)


def _tell(state: Fit, run: Run, iteration: int, share: float, trace: Trace) -> None:
    step = TraceStep(run.restart, run.before + iteration, len(state.labels), state.inertia, share)
    state.trace.append(step)
    trace(step)


def recount(values: Floats32, state: Fit, doing: str) -> Steps[None]:
    """Compute sums, centroids and inertia of a finished fit afresh in float64, free of what the moves left behind."""
    state.totals = ClusterSums(state.totals.k, len(values))
    for done in state.totals.add_all(values, state.labels):
        yield Progress(doing, None, f"{done:,} customers added up")
    for square_sum in total_square(values):
        state.square_sum = square_sum
        yield Progress(doing, None, "adding up squares")
    means = state.totals.means()
    filled = state.totals.counts > 0
    state.centroids[filled] = means[filled]

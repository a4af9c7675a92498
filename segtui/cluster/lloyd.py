"""Lloyd's k-means on one set of rows, touching only the customers that could have changed cluster (`bounds`).

The sums behind the centroids are float64 and changed by the customers who moved. The inertia falls with every
iteration, so the loop ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.assign import own_distances
from segtui.cluster.bounds import NONE_LEFT, Bounds
from segtui.cluster.sample import CHUNK, PIECE
from segtui.cluster.sums import ClusterSums, total_square
from segtui.progress import Progress, Steps
from segtui.results import Converged, TraceStep

if TYPE_CHECKING:
    from segtui.results import Floats, Floats32, Labels

Trace = Callable[[TraceStep], None]

TOLERANCE = 1e-4
"""scikit-learn's default: centroids stand still when the sum of their squared moves is this share of the mean variance
of the columns."""

BEYOND = 2
"""Once the tolerance is met a patient run goes on until no customer changes, for at most this many passes' worth of
customers looked at again: with a start from a large prefix that is mostly enough, and it costs a fraction."""


@dataclass(frozen=True, slots=True)
class Run:
    """Which restart this is, for the trace, and when to stop.

    before: iterations the same restart had on fewer customers; the trace counts on. tolerance: share of the
    mean column variance; 0: only when no customer changed. patient: see BEYOND. offset_square: see `assign`.
    """

    k: int
    restart: int
    before: int
    max_iter: int
    tolerance: float = TOLERANCE
    patient: bool = False
    offset_square: float = 0.0

    def doing(self) -> str:
        return f"fitting k={self.k}"


@dataclass(eq=False, slots=True)
class Fit:
    """Where a fit stands: `centroids` are the means of the customers as `bounds` labels them."""

    bounds: Bounds
    centroids: Floats
    totals: ClusterSums
    square_sum: float
    converged: Converged = Converged.MAX_ITER
    trace: list[TraceStep] = field(default_factory=list)

    @property
    def labels(self) -> Labels:
        return self.bounds.labels

    @property
    def inertia(self) -> float:
        return max(0.0, self.square_sum - self.totals.between())


def fit(values: Floats32, centroids: Floats, run: Run, trace: Trace, known: Labels | None = None) -> Steps[Fit]:
    """k-means from `centroids` on all of `values` until it stands still or `run` says to stop.

    known: labels of the first customers (or all) whose means `centroids` are, to tell how many changed.
    """
    k, doing = run.k, run.doing()
    bounds = Bounds(values, k, run.offset_square)
    yield from bounds.first_pass(centroids, doing)
    labels = bounds.labels
    totals = ClusterSums(k, len(values))
    for done in totals.add_all(values, labels):
        yield Progress(doing, None, f"{done:,} customers added up")
    state = Fit(bounds, centroids, totals, float(bounds.square.sum(dtype=np.float64)))
    still = run.tolerance * _mean_variance(state)
    share, patience = _changed_share(labels, known), BEYOND * len(labels) if run.patient else 0
    for iteration in range(1, run.max_iter + 1):
        if iteration > 1:
            changed = yield from bounds.look_again(state.centroids, totals, doing)
            share = changed / len(labels)
        moved = yield from update(state)
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


def update(state: Fit) -> Steps[float]:
    """Move the centroids to the means of their customers. Returns the sum of squared moves."""
    if len(state.totals.empty()):
        yield from _fill_empty(state)
    new = state.totals.means()
    left = state.totals.empty()
    new[left] = state.centroids[left]
    state.bounds.use(state.centroids, new)
    moved = float(np.square(new - state.centroids).sum())
    state.centroids = new
    return moved


def _fill_empty(state: Fit) -> Steps[None]:
    """Give every empty cluster the customer who is farthest from the centre of its own."""
    bounds = state.bounds
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
    bounds.slack[:] = NONE_LEFT
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
    yield from update(state)

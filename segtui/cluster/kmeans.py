"""k-means at two speeds: an answer at once from a sample, and one converged on all customers.

`first` fits on prefixes of the canonical order and then assigns every customer once. `converge` searches harder and
goes on on all customers until no customer changes cluster (or the tolerance is met, or the cap). Both depend on
the matrix and the spec alone.

Clusters are numbered by size on the customers of the fit, largest first. Labels are the nearest of the returned
centroids in float64, ties to the lower number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster import judge, lloyd
from segtui.cluster.assign import assign_points, own_distances
from segtui.cluster.pilot import Trace, Trial
from segtui.cluster.sample import CHUNK, PIECE, ExactValues, Points, differing, points
from segtui.cluster.search import SAMPLE, Plan, Round, further, search
from segtui.cluster.settle import assign_all, by_size, settle
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps
from segtui.recipe import K_MAX, K_MIN, ClusterSpec
from segtui.results import Segmentation

if TYPE_CHECKING:
    from segtui.results import FeatureMatrix, Floats, Floats32, Labels

SMALL = 5_000
"""Up to so many customers every restart runs on all of them, and there are many."""

SMALL_RESTARTS, LARGE_RESTARTS = 64, 16
SMALL_SWAP_ROUNDS, LARGE_SWAP_ROUNDS = 16, 3

FIRST_RESTARTS = 12
FIRST_DISTANCES = 12 * 12
"""Restarts x k of the first answer beyond k = 12, so that a large k does not wait."""

FIRST_SWAP_ABOVE = 5
"""Above this k the first answer spends a few milliseconds on swaps: fresh starts alone miss good optima too often."""

FIRST_LIMIT, EXACT_LIMIT = 15, 60
"""Iterations of a restart on the sample."""

FIRST_ROUNDS = (Round(16_384, keep=4, limit=6), Round(65_536, keep=1, limit=6))
EXACT_ROUNDS = (
    Round(32_768, keep=6, limit=12),
    Round(131_072, keep=3, limit=8),
    Round(131_072, keep=1, limit=60, tolerance=1e-7),
)


def restarts_for(customers: int, spec: ClusterSpec) -> int:
    """How many k-means++ starts a converged fit makes: as the spec says, or by the number of customers."""
    if spec.restarts > 0:
        return spec.restarts
    return SMALL_RESTARTS if customers <= SMALL else LARGE_RESTARTS


def first(matrix: FeatureMatrix, spec: ClusterSpec, exact_values: ExactValues, trace: Trace) -> Steps[Segmentation]:
    """The answer at once: fitted on a sample, every customer then assigned exactly."""
    work = yield from _prepare(matrix, spec, exact_values)
    wanted = spec.restarts or FIRST_RESTARTS
    plan = Plan(
        restarts=max(2, min(wanted, FIRST_RESTARTS, FIRST_DISTANCES // spec.k)) if wanted > 1 else 1,
        limit=FIRST_LIMIT,
        rounds=FIRST_ROUNDS,
        swap_rounds=int(spec.k > FIRST_SWAP_ABOVE),
    )
    found = yield from search(work.points.values, work.sample, spec, plan, trace)
    winner = found.winner
    order = by_size(np.bincount(winner.labels, minlength=spec.k), winner.centroids)
    centroids, assignment = yield from assign_all(work.points, winner.centroids[order])
    sampled = winner.trace[-1].customers
    return Segmentation(
        labels=assignment.labels,
        centroids=centroids + work.points.offset,
        sizes=assignment.sizes,
        inertia=assignment.inertia,
        exact=False,
        converged=winner.converged,
        iterations=_iterations(winner, sampled),
        sampled=sampled,
        seed=spec.seed,
        trace=winner.trace,
        restarts=judge.paths(found.restarts, compared=False),
    )


def converge(matrix: FeatureMatrix, spec: ClusterSpec, exact_values: ExactValues, trace: Trace) -> Steps[Segmentation]:
    """The exact answer: the best of a harder search, gone on with on all customers until it stands still.

    It takes nothing from an earlier answer, so that it cannot depend on what was looked at before.
    """
    work = yield from _prepare(matrix, spec, exact_values)
    small = work.points.customers <= SMALL
    plan = Plan(
        restarts=restarts_for(work.points.customers, spec),
        limit=spec.max_iter if small else EXACT_LIMIT,
        rounds=EXACT_ROUNDS,
        swap_rounds=SMALL_SWAP_ROUNDS if small else LARGE_SWAP_ROUNDS,
    )
    found = yield from search(work.points.values, work.sample, spec, plan, trace)
    fit, winner = yield from _finish(work, found.winner, spec, trace)
    yield from settle(work.points, fit)
    sizes = tuple(fit.totals.counts.tolist())
    restarts = judge.paths(found.restarts)
    return Segmentation(
        labels=fit.labels,
        centroids=fit.centroids + work.points.offset,
        sizes=sizes,
        inertia=fit.totals.inertia(fit.square_sum, fit.centroids),
        exact=True,
        converged=fit.converged,
        iterations=_iterations(winner, work.points.customers),
        sampled=work.points.customers,
        seed=spec.seed,
        trace=winner.trace,
        restarts=restarts,
        warnings=judge.near_equal(restarts),
    )


def assign(values: Floats32, centroids: Floats, exact_values: ExactValues) -> Steps[tuple[Labels, Floats]]:
    """Every customer to the nearest of given centroids. Returns labels and squared distances (float64)."""
    moved = points(values, exact_values)
    inner = centroids - moved.offset
    assignment = yield from assign_points(moved, inner, "assigning customers")
    distances = np.empty(moved.customers)
    for start in range(0, moved.customers, CHUNK):
        if start % PIECE == 0:
            yield Progress("measuring distances", start / moved.customers)
        chunk = slice(start, start + CHUNK)
        distances[chunk] = own_distances(moved.values[:, chunk], assignment.labels[chunk], inner)
    return assignment.labels, distances


@dataclass(frozen=True, eq=False, slots=True)
class _Work:
    """Points, and the sample the restarts run on: the first customers, or those that differ where few do."""

    points: Points
    sample: Floats32


def _prepare(matrix: FeatureMatrix, spec: ClusterSpec, exact_values: ExactValues) -> Steps[_Work]:
    _check(spec)
    moved = points(matrix.values, exact_values)
    yield Progress(f"fitting k={spec.k}", 0.0, "drawing a sample")
    different = yield from differing(moved.values, spec.k)
    size = SMALL if moved.customers <= SMALL else SAMPLE
    return _Work(moved, moved.values[:, :size] if different is None else different)


def _check(spec: ClusterSpec) -> None:
    """Refuse settings that no data could meet."""
    if not 1 <= spec.k <= K_MAX:
        raise AnalysisError(f"k is {spec.k}", where="k", hint=f"Choose k from {K_MIN} to {K_MAX}")
    if spec.max_iter < 1:
        raise AnalysisError(f"max_iter is {spec.max_iter}", where="max_iter", hint="Allow at least one iteration")


def _iterations(winner: Trial, customers: int) -> int:
    """How many iterations of the winner were on so many customers."""
    return sum(step.customers == customers for step in winner.trace)


def _finish(work: _Work, start: Trial, spec: ClusterSpec, trace: Trace) -> Steps[tuple[lloyd.Fit, Trial]]:
    """Go on on all customers until the fit stands still, then add everything up afresh."""
    run = lloyd.Run(spec.k, start.restart, start.iterations, spec.max_iter, patient=True)
    run = replace(run, offset_square=float(np.square(work.points.offset).sum()))
    values = work.points.values
    fit = yield from lloyd.fit(values, start.centroids, run, trace, start.labels)
    yield from lloyd.recount(values, fit, run.doing())
    return fit, further(start, fit)

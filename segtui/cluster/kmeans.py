"""k-means at two speeds: an answer at once from a sample, and one converged on all customers.

`first` fits on prefixes of the canonical order and then assigns every customer once. `converge` searches harder,
goes on on all customers until no customer changes cluster (or the tolerance is met, or the cap), and starts
from the answer of `first` among others, so the exact answer is hardly ever worse. Both depend on the matrix and the
spec alone. Clusters are numbered by size on the customers of the fit, largest first; labels are the nearest of the
returned centroids in float64, ties to the lower number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster import judge, lloyd
from segtui.cluster.assign import Assignment, assign_points, own_distances, squared_distances
from segtui.cluster.pilot import Trace, Trial
from segtui.cluster.sample import CHUNK, PIECE, ExactValues, Points, differing, points
from segtui.cluster.search import SAMPLE, Plan, Round, search
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps
from segtui.recipe import ClusterSpec
from segtui.results import Converged, Segmentation

if TYPE_CHECKING:
    from segtui.results import FeatureMatrix, Floats, Floats32, Labels

SMALL = 5_000
"""Up to so many customers every restart runs on all of them, and there are many."""

FIRST_RESTARTS = 16
FIRST_DISTANCES = 16 * 12
"""Restarts x k of the first answer beyond k = 12, so that a large k does not wait."""

FIRST_ROUNDS = (Round(32_768, keep=5, limit=8), Round(65_536, keep=1, limit=6))
EXACT_ROUNDS = (
    Round(32_768, keep=6, limit=12),
    Round(131_072, keep=3, limit=8),
    Round(131_072, keep=1, limit=60, tolerance=1e-7),
)


def restarts_for(customers: int, spec: ClusterSpec) -> int:
    """How many k-means++ starts a converged fit makes: as the spec says, or by the number of customers."""
    if spec.restarts > 0:
        return spec.restarts
    return 64 if customers <= SMALL else 16


@dataclass(frozen=True, eq=False, slots=True)
class _Work:
    """What both speeds need of one matrix: points, and the sample the restarts run on.

    repeats: the first customers repeat each other so much that fewer than k differ: the sample holds those that
    differ among all, and prefixes are of no use.
    """

    points: Points
    sample: Floats32
    repeats: bool


def first(matrix: FeatureMatrix, spec: ClusterSpec, exact_values: ExactValues, trace: Trace) -> Steps[Segmentation]:
    """The answer at once: fitted on a sample, every customer then assigned exactly."""
    work = yield from _prepare(matrix, spec, exact_values)
    trial = yield from _first_fit(work, spec, trace)
    order = _order(np.bincount(trial.labels, minlength=spec.k), trial.centroids)
    centroids, assignment = yield from _assign_all(work.points, trial.centroids[order], spec.k)
    sampled = trial.trace[-1].customers
    return Segmentation(
        labels=assignment.labels,
        centroids=centroids + work.points.offset,
        sizes=_sizes(assignment.labels, spec.k),
        inertia=assignment.inertia,
        exact=False,
        converged=Converged.LABELS if trial.trace[-1].changed == 0 else Converged.MAX_ITER,
        iterations=_iterations(trial, sampled),
        sampled=sampled,
        seed=spec.seed,
        trace=trial.trace,
        restart_inertias=(),
        warnings=judge.small(_sizes(assignment.labels, spec.k)),
    )

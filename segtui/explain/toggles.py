"""What switching one feature would likely do: the changed matrix clustered on a sample and compared with the present.

Segments are matched one to one so that as many customers as can be stay, and whoever is left moves. It is an estimate:
a sample, and fewer starts than a run makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from segtui.cluster import lloyd
from segtui.cluster.judge import agreement
from segtui.cluster.refit import ITERATIONS, refit
from segtui.cluster.sample import differing, generator
from segtui.cluster.stability import crossed
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Floats32, Labels

ROWS = 10_000
"""Customers clustered at most: the first in canonical order, a random sample."""

STARTS = 16
"""Fresh starts. A poor optimum would be told as customers who move."""

PURPOSE_TOGGLE = 51

DOING = "trying a feature on and off"


@dataclass(frozen=True, slots=True)
class Effect:
    """moved: share of customers (0 to 1) in another segment after matching; ari: adjusted Rand index with the present
    labels; rows: customers it was computed on."""

    moved: float
    ari: float
    rows: int


def toggled(present: Labels, without: Floats32, k: int, seed: int) -> Steps[Effect]:
    """The likely effect of a change of features on the clusters.

    present: the cluster (below k) of some customers now; without: (columns, the same customers) of the changed matrix.
    Both in canonical order; the first ROWS are used. The present clusters are one start among others: they are kept
    where nothing better is found, so that a change that changes nothing moves nobody.
    Raises AnalysisError where fewer than k customers differ.
    """
    labels, some = present[:ROWS], without[:, :ROWS]
    yield Progress(DOING)
    # counted from their mean, columns that lie far from 0 lose nothing to float32
    values = np.ascontiguousarray(some - some.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32))
    yield from differing(values, k)
    found = yield from refit(values, k, generator(seed, PURPOSE_TOGGLE, k), STARTS)
    after, inertia = found.labels, found.inertia
    if (means := _means(values, labels, k)) is not None:
        kept = yield from lloyd.fit(values, means, lloyd.Run(k, 0, 0, ITERATIONS), _silent)
        if kept.inertia <= inertia:
            after = kept.labels
    return Effect(moved_share(labels, after, k), agreement(labels, after), len(labels))


def moved_share(before: Labels, after: Labels, k: int) -> float:
    """The share of customers whose segment is not the one matched to their own; both labellings have k at most.

    The matching is the one that leaves the fewest (Hungarian method on the table of overlaps).
    """
    if not len(before):
        return 0.0
    table = crossed(before, after, k, k)
    one, other = matched(table)
    return 1.0 - float(table[one, other].sum()) / len(before)


def matched(table: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows and columns of the one-to-one assignment with the largest sum of `table`."""
    one, other = linear_sum_assignment(table, maximize=True)
    return one, other


def _means(values: Floats32, labels: Labels, k: int) -> Floats | None:
    """Means (k, columns) of the present clusters in the changed matrix; None where one has nobody here."""
    places = labels.astype(np.intp)
    counts = np.bincount(places, minlength=k)
    if not counts.all():
        return None
    sums = np.array([np.bincount(places, column, k) for column in values])
    return np.ascontiguousarray((sums / counts).T)


def _silent(_: object) -> None:
    """Nobody watches a trial."""

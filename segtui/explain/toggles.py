"""What switching one feature would likely do: the changed matrix clustered on a sample and compared with the present.

Segments are matched one to one so that as many customers as can be stay, and whoever is left moves. It is an estimate:
a sample, and fewer starts than a run makes; so the present features are clustered on the same sample in the same way.
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
    """moved: share of customers (0 to 1) in another segment after matching; ari: adjusted Rand index with the labels
    before; rows: customers it was computed on."""

    moved: float
    ari: float
    rows: int


def again(present: Labels, now: Floats32, k: int, seed: int) -> Steps[Labels]:
    """The clusters of a sample under the very features that it was clustered by: what a change is compared with.

    present: the cluster (below k) of some customers; now: (columns, the same customers), both in canonical order; the
    first ROWS are used. Where several solutions are nearly equal the sample may prefer another one than all customers
    do. Compared with the present labels, every change would then seem to move those who differ between the two.
    Raises AnalysisError where fewer than k customers differ.
    """
    return (yield from _clusters(present[:ROWS], now[:, :ROWS], k, seed))


def toggled(before: Labels, changed: Floats32, k: int, seed: int) -> Steps[Effect]:
    """The likely effect of a change of features on the clusters.

    before: the cluster of some customers as `again` gives them; changed: (columns, the same customers) of the changed
    matrix. Both in canonical order; the first ROWS are used. Raises AnalysisError where fewer than k customers differ.
    """
    labels = before[:ROWS]
    after = yield from _clusters(labels, changed[:, :ROWS], k, seed)
    return Effect(moved_share(labels, after, k), agreement(labels, after), len(labels))


def _clusters(known: Labels, some: Floats32, k: int, seed: int) -> Steps[Labels]:
    """The best clusters found; those `known` are one start among others, and kept where nothing better is found: a
    change that changes nothing moves nobody."""
    yield Progress(DOING)
    # counted from their mean, columns that lie far from 0 lose nothing to float32
    values = np.ascontiguousarray(some - some.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32))
    yield from differing(values, k)
    found = yield from refit(values, k, generator(seed, PURPOSE_TOGGLE, k), STARTS)
    if (means := _means(values, known, k)) is not None:
        kept = yield from lloyd.fit(values, means, lloyd.Run(k, 0, 0, ITERATIONS), _silent)
        if kept.inertia <= found.inertia:
            return kept.labels
    return found.labels


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

"""From nothing to a good start for all customers: restarts on a small sample, the best of them on larger ones.

A sample of a few thousand ranks solutions roughly (optima that differ by half a percent change places on it), so
several different ones go on to a larger prefix, and the choice is made there. Everything depends on the values, k,
the seed and the number of restarts alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster import lloyd, pilot, seeding
from segtui.cluster.judge import best
from segtui.cluster.pilot import Trace, Trial
from segtui.cluster.sample import generator
from segtui.progress import Steps
from segtui.recipe import ClusterSpec

if TYPE_CHECKING:
    from segtui.results import Floats32

SAMPLE = 4096
"""Customers the restarts run on."""

SEED_ON = 2048
"""Customers the starting centres are drawn from."""

DIFFERENT = 3e-4
"""Solutions on one sample whose inertias differ by less (as a share) are taken for the same."""

SWAPS, SWAP_LIMIT = 16, 8
"""Swaps in a round, and the iterations each gets to show what it is worth."""

PURPOSE_START, PURPOSE_SWAP = 1, 2


@dataclass(frozen=True, slots=True)
class Round:
    """One round of choosing: the `keep` best different ones go on for up to `limit` iterations on `customers`."""

    customers: int
    keep: int
    limit: int
    tolerance: float = 1e-5


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard to search: restarts of at most `limit` iterations, rounds of swaps, rounds on larger prefixes."""

    restarts: int
    limit: int
    rounds: tuple[Round, ...]
    swap_rounds: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The winner of a search (perhaps bettered by a swap), and every restart as it went on the sample."""

    winner: Trial
    restarts: tuple[Trial, ...]


def search(values: Floats32, sample: Floats32, spec: ClusterSpec, plan: Plan, trace: Trace) -> Steps[Found]:
    """Run the plan. `sample` is a prefix of `values`, or points that are none (its labels then say nothing of them)."""
    batch = pilot.Batch(np.ascontiguousarray(sample))
    restarts = yield from _restarts(batch, spec, plan, trace)
    found = restarts + (yield from _swaps(batch, spec, plan, restarts))
    if not _is_prefix(sample, values):
        everyone = Round(values.shape[1], keep=3, limit=10)
        fresh = [replace(trial, labels=trial.labels[:0]) for trial in different(found, everyone.keep)]
        found = yield from _polish(values, fresh, spec, everyone, trace)
        return Found(best(found), tuple(restarts))
    for step in plan.rounds:
        rows = min(step.customers, values.shape[1])
        found = yield from _polish(values[:, :rows], different(found, step.keep), spec, step, trace)
    return Found(best(found), tuple(restarts))


def _is_prefix(sample: Floats32, values: Floats32) -> bool:
    """Whether the sample is the first customers themselves, not a copy of some."""
    return np.shares_memory(sample, values)


def different(trials: Sequence[Trial], count: int) -> list[Trial]:
    """The `count` best trials that are not the same solution as a better one."""
    kept: list[Trial] = []
    for trial in sorted(trials, key=lambda t: t.inertia):
        if all(abs(trial.inertia - other.inertia) > DIFFERENT * other.inertia for other in kept):
            kept.append(trial)
        if len(kept) == count:
            break
    return kept


def _restarts(batch: pilot.Batch, spec: ClusterSpec, plan: Plan, trace: Trace) -> Steps[list[Trial]]:
    """k-means++ restarts, a batch at a time."""
    side_by_side, limit = pilot.batch_size(spec.k, batch.count), min(plan.limit, spec.max_iter)
    trials: list[Trial] = []
    for first in range(0, plan.restarts, side_by_side):
        count = min(side_by_side, plan.restarts - first)
        rng = generator(spec.seed, PURPOSE_START, spec.k, first)
        starts = seeding.plus_plus(batch.values[:, :SEED_ON], spec.k, count, rng)
        trials += yield from pilot.refine(batch, starts, first, limit, trace, f"fitting k={spec.k}", plan.restarts)
    return trials


def _swaps(batch: pilot.Batch, spec: ClusterSpec, plan: Plan, restarts: Sequence[Trial]) -> Steps[list[Trial]]:
    """Rounds of swaps, each from the best so far; many and short, so only one that wins shows in a trace."""
    side_by_side, limit = pilot.batch_size(spec.k, batch.count), min(SWAP_LIMIT, spec.max_iter)
    found: list[Trial] = []
    for number in range(plan.swap_rounds):
        base = best([*restarts, *found])
        rng = generator(spec.seed, PURPOSE_SWAP, spec.k, number)
        starts = seeding.swaps(batch.values[:, :SEED_ON], base.centroids, SWAPS, rng)
        for first in range(0, len(starts), side_by_side):
            part = starts[first : first + side_by_side]
            tried = yield from pilot.refine(batch, part, 0, limit, lambda _: None, f"bettering k={spec.k}")
            found += [pilot.renumbered(t, base) for t in tried]
    return found


def _polish(
    values: Floats32, trials: Sequence[Trial], spec: ClusterSpec, step: Round, trace: Trace
) -> Steps[list[Trial]]:
    """Let each of `trials` go on on more customers."""
    polished: list[Trial] = []
    for trial in trials:
        run = lloyd.Run(spec.k, trial.restart, trial.iterations, min(step.limit, spec.max_iter), step.tolerance)
        fit = yield from lloyd.fit(values, trial.centroids, run, trace, trial.labels)
        polished.append(further(trial, fit))
    return polished


def further(trial: Trial, fit: lloyd.Fit) -> Trial:
    """`trial` after it went on with `fit`."""
    steps = trial.trace + tuple(fit.trace)
    return Trial(trial.restart, fit.centroids, fit.labels, fit.inertia, fit.converged, steps)

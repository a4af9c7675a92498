"""Many restarts of k-means on a sample, as one array program: restarts are stacked in one matrix product.

A pilot is float32 throughout: it only decides where the fit on more customers starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.product import product, sums
from segtui.cluster.sample import norms
from segtui.progress import Progress, Steps
from segtui.results import Converged, TraceStep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Floats32, Labels

Trace = Callable[[TraceStep], None]

BATCH = 1 << 17
"""Distances per iteration of a batch (restarts x k x customers): half a megabyte, which stays in the cache."""


@dataclass(frozen=True, eq=False, slots=True)
class Trial:
    """One restart, as far as it has come. labels and inertia: of the customers it was last run on."""

    restart: int
    centroids: Floats
    labels: Labels
    inertia: float
    converged: Converged
    trace: tuple[TraceStep, ...]

    @property
    def iterations(self) -> int:
        return self.trace[-1].iteration if self.trace else 0


def batch_size(k: int, customers: int) -> int:
    """How many restarts go side by side."""
    return max(1, BATCH // (k * customers))


class Batch:
    """Restarts side by side on one sample."""

    def __init__(self, values: Floats32) -> None:
        self.values = values
        self.count = values.shape[1]
        self.square = norms(values)
        self._total = float(self.square.sum(dtype=np.float64))
        self._rows = np.ones((self.count, len(values) + 1), dtype=np.float32)
        self._rows[:, :-1] = values.T

    def step(self, centres: Floats32) -> tuple[Floats32, Labels, Floats]:
        """One Lloyd iteration: new centres, the labels behind them, and the inertia of each restart."""
        restarts, k, columns = centres.shape
        packed, low = self._packed(centres)
        best = packed.min(axis=1)
        labels = (best.view(np.int32) & low).astype(np.uint8)
        member = (packed == best[:, None]).astype(np.float32).reshape(restarts * k, self.count)
        totals = sums(member, self._rows).reshape(restarts, k, columns + 1)
        self._fill_empty(totals, best)
        counts = totals[:, :, -1:]
        means = totals[:, :, :-1] / counts
        inertia = self._total - (np.square(means) * counts).sum(axis=(1, 2))
        return means.astype(np.float32), labels, np.maximum(inertia, 0)

    def _packed(self, centres: Floats32) -> tuple[Floats32, np.int32]:
        """|c|^2 - 2 c.x as (restarts, k, customers) with the cluster in the lowest bits, as in `assign.Nearest`."""
        restarts, k, columns = centres.shape
        flat = centres.reshape(restarts * k, columns)
        packed = np.empty((restarts, k, self.count), dtype=np.float32)
        product(flat * np.float32(-2), self.values, packed.reshape(restarts * k, self.count))
        packed += np.square(centres).sum(axis=2)[:, :, None]
        low = np.int32((1 << max(1, (k - 1).bit_length())) - 1)
        bits = packed.view(np.int32)
        bits &= ~low
        bits |= np.arange(k, dtype=np.int32)[:, None]
        return packed, low

    def _fill_empty(self, totals: Floats, best: Floats32) -> None:
        """An empty cluster starts again at the customer farthest from every centre."""
        for restart, cluster in np.argwhere(totals[:, :, -1] == 0):
            away = best[restart] + self.square
            farthest = int(away.argmax())
            totals[restart, cluster] = self._rows[farthest]
            best[restart, farthest] = -np.inf


def refine(
    batch: Batch, starts: Floats32, first: int, limit: int, trace: Trace, doing: str, of: int = 0
) -> Steps[list[Trial]]:
    """Lloyd iterations of all `starts` until each stands still, at most `limit`; restart numbers count from `first`.

    of: number of restarts in all, for the progress line (0: not counted).
    A cluster refilled in the last iteration is settled by whoever goes on from the trial.
    """
    trials: list[Trial | None] = [None] * len(starts)
    active = np.arange(len(starts))
    centres, before = starts, np.full((len(starts), batch.count), 255, dtype=np.uint8)
    steps: list[list[TraceStep]] = [[] for _ in starts]
    for iteration in range(1, limit + 1):
        centres, labels, inertia = batch.step(centres)
        changed = (labels != before).sum(axis=1) / batch.count
        for i, row in enumerate(active.tolist()):
            told = TraceStep(first + row, iteration, batch.count, float(inertia[i]), float(changed[i]))
            steps[row].append(told)
            trace(told)
        over = (changed == 0) | (iteration == limit)
        for i in np.flatnonzero(over).tolist():
            row = int(active[i])
            why = Converged.LABELS if changed[i] == 0 else Converged.MAX_ITER
            end = (centres[i].astype(np.float64), labels[i].copy(), float(inertia[i]), why, tuple(steps[row]))
            trials[row] = Trial(first + row, *end)
        yield Progress(doing, None, f"{_which(first, active, of)}iteration {iteration}")
        if over.all():
            break
        centres, before, active = centres[~over], labels[~over], active[~over]
    return [trial for trial in trials if trial is not None]


def _which(first: int, active: NDArray[np.int64], of: int) -> str:
    if not of:
        return ""
    low, high = first + int(active[0]) + 1, first + int(active[-1]) + 1
    return f"restart {low} of {of}, " if low == high else f"restarts {low} to {high} of {of}, "


def renumbered(trial: Trial, base: Trial) -> Trial:
    """A trial that goes on from `base`: same restart, iterations counted on."""
    steps = tuple(
        replace(step, restart=base.restart, iteration=step.iteration + base.iterations) for step in trial.trace
    )
    return replace(trial, restart=base.restart, trace=base.trace + steps)

"""The gap statistic (Tibshirani, Walther & Hastie 2001): how much tighter than uniform noise are k clusters?

Gap(k) = mean over B reference draws of log W*_k, less log W_k. W is the sum of squared distances to the cluster means
(the paper's d squared; R's `clusGap` has power 1 by default). References are uniform over the box of the principal
components (the paper's choice b), so that the box fits the cloud. s_k = sd * sqrt(1 + 1 / B), sd with divisor B as in
the paper. The rule takes the smallest k with Gap(k) >= Gap(k + 1) - s_(k + 1).

The data itself is clustered on the same number of customers and with the same effort as a draw: a better fit of the
data than of the noise would look like structure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.product import product
from segtui.cluster.refit import refit
from segtui.cluster.sample import generator
from segtui.evidence import Gap
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import Floats, Floats32

REFERENCES = 20
"""Uniform draws."""

ROWS = 10_000
"""Customers per draw at most: noise has no clusters to settle on, so its fits take longest, and log W of twice as many
hardly differs."""

NOTHING = 1e-6
"""A share of all squares that float32 cannot tell from none."""

PURPOSE_BOX, PURPOSE_FIT = 31, 32


@dataclass(frozen=True, eq=False, slots=True)
class Box:
    """The box that holds the customers, along their principal components. axes: (columns, columns), one per row;
    low, high: of each; rows: how many customers a draw holds."""

    middle: Floats
    axes: Floats
    low: Floats
    high: Floats
    rows: int

    def draw(self, seed: int, number: int) -> Floats32:
        """Uniform customers (columns, rows); the same for every k."""
        rng = generator(seed, PURPOSE_BOX, number)
        along = rng.uniform(self.low[:, None], self.high[:, None], (len(self.low), self.rows)).astype(np.float32)
        drawn = product(np.ascontiguousarray(self.axes.T, dtype=np.float32), along, np.empty_like(along))
        drawn += self.middle[:, None].astype(np.float32)
        return drawn


def box(values: Floats32) -> Box:
    """The box of the first ROWS of `values` (columns, customers in random order)."""
    sample = values[:, :ROWS].astype(np.float64)
    middle = sample.mean(axis=1)
    centred = sample - middle[:, None]
    _, axes = np.linalg.eigh(
        np.einsum("ix,jx->ij", centred, centred)
    )  # no BLAS: the same bits on any number of threads
    along = np.einsum("ci,cx->ix", axes, centred)
    return Box(middle, np.ascontiguousarray(axes.T), along.min(axis=1), along.max(axis=1), sample.shape[1])


def gap(values: Floats32, within: Box, k: int, seed: int, references: int = REFERENCES) -> Steps[Gap | None]:
    """The gap at k; None where the clusters leave no distance at all (then log W has no value)."""
    sample = np.ascontiguousarray(values[:, : within.rows])
    own = yield from _log_w(sample, k, seed, references)
    if own is None:
        return None
    drawn = np.empty(references)
    for number in range(references):
        yield Progress(f"how tight is noise, k={k}", number / references, f"draw {number + 1} of {references}")
        found = yield from _log_w(within.draw(seed, number), k, seed, number)
        if found is None:
            return None
        drawn[number] = found
    error = float(drawn.std() * np.sqrt(1 + 1 / references))
    return Gap(float(drawn.mean() - own), error, references, within.rows)


def _log_w(values: Floats32, k: int, seed: int, number: int) -> Steps[float | None]:
    total = float(np.square(values - values.mean(axis=1, keepdims=True)).sum(dtype=np.float64))
    inertia = total
    if k > 1:
        inertia = (yield from refit(values, k, generator(seed, PURPOSE_FIT, k, number))).inertia
    return float(np.log(inertia)) if inertia > NOTHING * total else None

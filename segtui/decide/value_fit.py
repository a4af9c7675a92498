"""Maximum likelihood in log parameters, in pieces: scipy's L-BFGS from several starts on a thin sample of the rows,
then Newton's method on all of them, whose second derivatives give the uncertainty as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats

Likelihood = Callable[["Floats", slice], tuple[float, "Floats"]]
"""From log parameters and a slice of the rows: the log-likelihood of those rows and its gradient in log parameters."""

THIN = 2_000
"""Rows of the sample that the starts run on: one look takes a fraction of a millisecond."""

BLOCK = 25_000
"""Rows looked at between two chances to stop; a few milliseconds."""

PIECE = 12
"""Iterations of L-BFGS between two chances to stop."""

LOWEST, HIGHEST = np.log(1e-4), np.log(1e6)
"""No parameter leaves this range. One that ends there says that the data know no limit to it."""

NEAR_EDGE = 0.05
FLAT = 1e-7
"""A gradient below this share of a customer is none: the log-likelihood cannot rise by anything that counts."""

STEPS = 40
LONGEST = 2.0
DERIVATIVE = 1e-4


@dataclass(frozen=True, eq=False, slots=True)
class Optimum:
    """Where the likelihood is highest.

    at: log parameters. height: log-likelihood. bending: the negative second derivatives there. converged: no way up was
    left. edges: the parameters, by position, that ended at the edge of what is allowed. agreed: how many of `starts`
    ended at the same height.
    """

    at: Floats
    height: float
    bending: Floats
    converged: bool
    edges: tuple[int, ...]
    agreed: int
    starts: int

    def covariance(self, free: Sequence[int]) -> Floats | None:
        """The covariance of all log parameters where those not in `free` are taken as known; None where the summit is
        flat in some direction among the free ones."""
        which = np.ix_(free, free)
        size, axes = np.linalg.eigh(self.bending[which])
        if not np.isfinite(size).all() or size.min() <= 1e-9 * size.max():
            return None
        whole = np.zeros_like(self.bending)
        whole[which] = axes / size @ axes.T
        return whole


def maximise(likelihood: Likelihood, rows: int, weight: float, starts: Sequence[Floats], doing: str) -> Steps[Optimum]:
    """The highest log-likelihood over `rows` rows. weight: the customers that they stand for; starts: log parameters.

    The sample takes every n-th row, so that sorted rows make it stratified, and nothing is drawn.
    """
    thin = slice(0, rows, max(1, -(-rows // THIN)))
    ends = []
    for number, start in enumerate(starts):
        yield Progress(doing, 0.3 * number / len(starts))
        ends.append((yield from _on_sample(likelihood, thin, start, doing)))
    ends.sort(key=lambda end: -end[0])
    best = ends[0][0]
    agreed = sum(best - height < 1e-3 * max(1.0, abs(best)) for height, _ in ends)
    summit = _Summit(likelihood, rows, weight, doing)
    at, height, second, converged = yield from summit.climb(ends[0][1])
    edges = tuple(int(one) for one in np.flatnonzero((at < LOWEST + NEAR_EDGE) | (at > HIGHEST - NEAR_EDGE)))
    return Optimum(at, height, -second, converged, edges, agreed, len(starts))


def _on_sample(likelihood: Likelihood, thin: slice, start: Floats, doing: str) -> Steps[tuple[float, Floats]]:
    """L-BFGS in short runs, each from where the last one ended: a run cannot be interrupted, a row of them can."""

    def falling(at: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood(at, thin)
        return -value, -gradient

    at, height = start, -np.inf
    for _ in range(STEPS):
        run = minimize(
            falling,
            at,
            jac=True,
            method="L-BFGS-B",
            bounds=[(LOWEST, HIGHEST)] * len(at),
            options={"maxiter": PIECE, "ftol": 1e-10},
        )
        yield Progress(doing)
        risen = -float(run.fun) - height
        at, height = run.x, -float(run.fun)
        if risen < 1e-8 * abs(height):
            break
    return height, at


@dataclass(frozen=True, slots=True)
class _Summit:
    """Newton's method on all rows."""

    likelihood: Likelihood
    rows: int
    weight: float
    doing: str

    def climb(self, at: Floats) -> Steps[tuple[Floats, float, Floats, bool]]:
        """Where it ended, the log-likelihood and the second derivatives there, and whether nothing led on."""
        height, gradient = yield from self.look(at, 0.3)
        second = np.zeros((len(at), len(at)))
        for step in range(STEPS):
            done = 0.3 + 0.6 * min(1.0, step / 8)
            second = yield from self.bend(at, done)
            if self._is_flat(at, gradient):
                return at, height, second, True
            towards = _uphill(second, gradient, _held(at, gradient))
            found = yield from self.along(at, height, gradient, towards, done)
            if found is None:  # no step is short enough: the rest is rounding
                return at, height, second, self._is_flat(at, gradient, loosely=True)
            at, height, gradient = found
        return at, height, second, False

    def along(
        self, at: Floats, height: float, gradient: Floats, towards: Floats, done: float
    ) -> Steps[tuple[Floats, float, Floats] | None]:
        """A step that rises, halved until it does (Armijo); None where none does."""
        for halving in range(30):
            new = np.clip(at + towards * 0.5**halving, LOWEST, HIGHEST)
            there, slope = yield from self.look(new, done)
            if there > height + 1e-4 * float(gradient @ (new - at)) and there > height:
                return new, there, slope
        return None

    def look(self, at: Floats, done: float) -> Steps[tuple[float, Floats]]:
        """The log-likelihood of all rows and its gradient."""
        height, gradient = 0.0, np.zeros(len(at))
        for start in range(0, self.rows, BLOCK):
            part, slope = self.likelihood(at, slice(start, start + BLOCK))
            height += part
            gradient += slope
            yield Progress(self.doing, done)
        return height, gradient

    def bend(self, at: Floats, done: float) -> Steps[Floats]:
        """Second derivatives, from central differences of the exact gradient."""
        second = np.empty((len(at), len(at)))
        for which in range(len(at)):
            step = np.zeros(len(at))
            step[which] = DERIVATIVE
            _, up = yield from self.look(at + step, done)
            _, down = yield from self.look(at - step, done)
            second[which] = (up - down) / (2 * DERIVATIVE)
        return (second + second.T) / 2

    def _is_flat(self, at: Floats, gradient: Floats, loosely: bool = False) -> bool:
        free = gradient[~_held(at, gradient)]
        return bool(np.abs(free).max(initial=0.0) <= FLAT * (1e3 if loosely else 1.0) * self.weight)


def _held(at: Floats, gradient: Floats) -> NDArray[np.bool_]:
    """Parameters at an edge that want beyond it."""
    held: NDArray[np.bool_] = ((at <= LOWEST) & (gradient < 0)) | ((at >= HIGHEST) & (gradient > 0))
    return held


def _uphill(second: Floats, gradient: Floats, held: NDArray[np.bool_]) -> Floats:
    """Newton's step among the free parameters; along a direction that does not bend down, as if it did."""
    free = np.flatnonzero(~held)
    size, axes = np.linalg.eigh(-second[np.ix_(free, free)])
    bent = np.maximum(np.abs(size), 1e-8 * np.abs(size).max(initial=1e-300))
    towards = np.zeros(len(gradient))
    towards[free] = axes @ (axes.T @ gradient[free] / bent)
    length = float(np.abs(towards).max(initial=0.0))
    return towards * min(1.0, LONGEST / length) if length else towards

"""Where k-means starts: greedy k-means++ for many restarts at once, and swaps that try to better a finished one.

Greedy k-means++ (Arthur & Vassilvitskii 2007, with the 2 + ln k candidates per centre of scikit-learn). A swap takes
one centre away and puts it on a customer drawn as in k-means++ (Fränti 2018, "random swap"): Lloyd's steps from there
leave a poor local optimum for a better one far more often than a fresh start finds it.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.assign import Nearest
from segtui.cluster.product import product
from segtui.cluster.sample import norms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Floats32


def plus_plus(values: Floats32, k: int, restarts: int, rng: np.random.Generator) -> Floats32:
    """Greedy k-means++ centres (restarts, k, columns), all restarts side by side."""
    square = norms(values)
    trials = 2 + int(log(k))
    centres = np.empty((restarts, k, len(values)), dtype=np.float32)
    first = rng.integers(values.shape[1], size=(restarts, 1))
    nearest = _distances(values, square, first)[:, 0]
    centres[:, 0] = values[:, first[:, 0]].T
    for j in range(1, k):
        drawn = _draw(nearest, trials, rng)
        away = _distances(values, square, drawn)
        np.minimum(away, nearest[:, None], out=away)
        best = away.sum(axis=2).argmin(axis=1)
        which = np.arange(restarts)
        nearest = away[which, best]
        centres[:, j] = values[:, drawn[which, best]].T
    return centres


def _distances(values: Floats32, square: Floats32, rows: NDArray[np.int64]) -> Floats32:
    """Squared distances of all customers to the customers `rows` (restarts, trials)."""
    chosen = values[:, rows.ravel()]
    away = np.empty((rows.size, values.shape[1]), dtype=np.float32)
    product(chosen.T * np.float32(-2), values, away)
    away += square[rows.ravel(), None]
    away += square
    np.maximum(away, 0, out=away)
    return away.reshape(*rows.shape, -1)


def _draw(weights: Floats32, trials: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """`trials` positions for each row of weights, drawn in proportion to them."""
    heaps = np.cumsum(weights, axis=1, dtype=np.float64)
    points = rng.random((len(weights), trials)) * heaps[:, -1:]
    drawn = [np.searchsorted(heap, point, side="right") for heap, point in zip(heaps, points, strict=True)]
    return np.array(drawn, dtype=np.int64).clip(max=weights.shape[1] - 1)


def swaps(values: Floats32, centres: Floats, count: int, rng: np.random.Generator) -> Floats32:
    """`count` copies of `centres` (k, columns), each with one centre put somewhere else.

    Centres that are missed least (their customers have another one nearly as near) go first.
    """
    k = len(centres)
    square = norms(values)
    label, best, second = Nearest(centres).two(values, square)
    missed = np.bincount(label, second - best, k)
    order = np.argsort(missed, kind="stable")
    gone = order[np.minimum((k * rng.random(count) ** 2).astype(np.int64), k - 1)]
    drawn = _draw(best[None], count, rng)[0]
    tried = np.repeat(centres.astype(np.float32)[None], count, axis=0)
    tried[np.arange(count), gone] = values[:, drawn].T
    return tried

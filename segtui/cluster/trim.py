"""Trimmed k-means: the customers farthest from every centre are found while the centres are, and set aside.

Trimmed k-means (Cuesta-Albertos, Gordaliza & Matrán 1997) minimises the sum of squared distances over all but a share
of the points; k-means-- (Chawla & Gionis 2013) does so by Lloyd steps that leave out the farthest points each time.
Here these steps run on the first customers (a random sample), from several starts, and the share that the best solution
leaves out sets a distance. Every customer farther than that from the nearest of its centres is trimmed: about
the share of all, and exactly it (rounded down) where the sample is everyone. It depends on the points, k, the seed and
the share alone, and not on the order of rows, since customers are in canonical order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster import seeding
from segtui.cluster.assign import Nearest, own_distances
from segtui.cluster.kmeans import assign
from segtui.cluster.sample import CHUNK, ExactValues, differing, generator, norms
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.recipe import ClusterSpec
    from segtui.results import FeatureMatrix, Floats, Floats32

SAMPLE = 4_096
"""Customers that all starts run on."""

LARGE_SAMPLE = 20_000
"""Customers that the best goes on on, and that decide the distance."""

STARTS, STEPS = 8, 20
PURPOSE_TRIM = 7


def trimmed(
    matrix: FeatureMatrix, share: float, spec: ClusterSpec, exact_values: ExactValues
) -> Steps[NDArray[np.bool_]]:
    """Which customers lie farther from every centre than 1 - share of all. Raises AnalysisError as k-means does."""
    yield from differing(matrix.values, spec.k)
    sample = np.ascontiguousarray(matrix.values[:, :SAMPLE])
    tried: list[tuple[float, Floats]] = []
    for start in _starts(sample, share, spec):
        fitted = yield from _fit(sample, start, share)
        tried += [fitted]
    _, centres = min(tried, key=lambda pair: pair[0])
    large = np.ascontiguousarray(matrix.values[:, :LARGE_SAMPLE])
    _, centres = yield from _fit(large, centres, share)
    _, away = yield from assign(matrix.values, centres, exact_values)
    first = np.sort(away[:LARGE_SAMPLE])
    limit = float(first[len(first) - 1 - _count(len(first), share)])
    out: NDArray[np.bool_] = away > limit
    return out


def _count(customers: int, share: float) -> int:
    """How many are left out; rounding of share * customers must not lose one."""
    return int(np.floor(share * customers + 1e-9))


def _starts(sample: Floats32, share: float, spec: ClusterSpec) -> list[Floats]:
    """k-means++ centres among the customers that are not far from the middle, which would be drawn first of all."""
    middle = np.median(sample, axis=1).astype(np.float32)
    away = norms(sample - middle[:, None])
    core = np.sort(np.argsort(away, kind="stable")[: max(spec.k, len(away) - 2 * _count(len(away), share))])
    rng = generator(spec.seed, PURPOSE_TRIM, spec.k)
    found = seeding.plus_plus(np.ascontiguousarray(sample[:, core]), spec.k, STARTS, rng)
    return [start.astype(np.float64) for start in found]


def _fit(values: Floats32, centres: Floats, share: float) -> Steps[tuple[float, Floats]]:
    """Lloyd steps that leave the farthest out: the trimmed inertia per customer, and the centres."""
    count, square = values.shape[1], norms(values)
    stay = count - _count(count, share)
    before = np.inf
    for _ in range(STEPS):
        yield Progress("trimming", None, f"{count:,} customers")
        labels, away = _nearest(values, square, centres)
        inside = np.sort(np.argsort(away, kind="stable")[:stay])  # of equals the first in canonical order stay
        inertia = float(away[inside].sum()) / count
        if not inertia < before * (1.0 - 1e-7):
            break
        before = inertia
        centres = _means(values[:, inside], labels[inside], centres)
    return before, centres


def _nearest(values: Floats32, square: Floats32, centres: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """The nearest centre of every customer, and the squared distance to it in float64."""
    nearest = Nearest(centres)
    labels = np.empty(values.shape[1], dtype=np.uint8)
    away = np.empty(values.shape[1])
    for start in range(0, len(labels), CHUNK):
        piece = slice(start, start + CHUNK)
        labels[piece] = nearest.two(values[:, piece], square[piece])[0]
        away[piece] = own_distances(values[:, piece], labels[piece], centres)
    return labels, away


def _means(values: Floats32, labels: NDArray[np.uint8], centres: Floats) -> Floats:
    """The mean of each cluster; one that nobody is in stays where it is."""
    which, k = labels.astype(np.intp), len(centres)
    counts = np.bincount(which, minlength=k)
    sums = np.array([np.bincount(which, column, k) for column in values]).T
    return np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)

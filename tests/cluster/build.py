"""Small matrices for the tests of `cluster`, and what the tests say once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from segtui.progress import Steps, finish
from segtui.results import FeatureMatrix, MatrixColumn, Segmentation, TraceStep, Transform

Floats = NDArray[np.float64]


def matrix(values: Floats, fingerprint: str = "space") -> FeatureMatrix:
    """A feature matrix of (columns, customers) values."""
    return FeatureMatrix(np.ascontiguousarray(values, dtype=np.float32), (), (), {}, (), fingerprint)


def exact(values: Floats) -> Callable[[NDArray[np.int64]], Floats]:
    """The exact values behind a matrix."""
    wide = np.asarray(values, dtype=np.float64)
    return lambda positions: wide[:, positions]


def silent(_: TraceStep) -> None:
    """A trace nobody reads."""


def run(steps: Steps[Segmentation]) -> Segmentation:
    return finish(steps)


def blobs(count: int, columns: int, groups: int, seed: int, spread: float = 1.0) -> Floats:
    """Round groups at random places, in random order."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(0, 4, (groups, columns))
    return (centres[rng.integers(groups, size=count)] + rng.normal(0, spread, (count, columns))).T


def nearest(values: Floats, centroids: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Labels and all squared distances (k, customers), the plain way."""
    away = np.square(values[None] - centroids[:, :, None]).sum(axis=1)
    return away.argmin(axis=0), away


def assert_same_but_ties(labels: NDArray[np.uint8], values: Floats, centroids: Floats) -> None:
    """Every label is the nearest centroid, but for distances that agree within 1e-6."""
    _, away = nearest(values, centroids)
    own = away[labels, np.arange(len(labels))]
    least = away.min(axis=0)
    assert np.all(own <= least * (1 + 1e-6) + 1e-12)


Z = Transform("z", 0.0, 1.0, 0.0)


def rng(seed: int = 0) -> np.random.Generator:
    """Random numbers."""
    return np.random.default_rng(seed)


def numeric(count: int, name: str = "") -> tuple[MatrixColumn, ...]:
    """What plain numeric columns mean."""
    return tuple(MatrixColumn(name or f"x{i}", None, Z, 1.0) for i in range(count))


def levels(feature: str, *names: str, separator: str = "") -> tuple[MatrixColumn, ...]:
    """What the 0/1 columns of one feature mean."""
    return tuple(MatrixColumn(feature, name, None, 0.7, separator) for name in names)


def scaled(original: object) -> NDArray[np.float32]:
    """Rows as z-scores."""
    wide = np.asarray(original, dtype=np.float64)
    wide = (wide - wide.mean(axis=1, keepdims=True)) / wide.std(axis=1, keepdims=True)
    return np.ascontiguousarray(wide, dtype=np.float32)

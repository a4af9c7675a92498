"""Prediction strength (Tibshirani & Walther 2005): do the clusters of one half know those of the other?

The customers are split in half; both halves are clustered; each customer of one half is given the nearest centroid of
the other. For a cluster of the first half: the share of its pairs that the other half also puts together. The worst
cluster counts; the mean over splits, taken both ways, is the strength of k.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.refit import DRAWN, Refit, refit
from segtui.cluster.sample import generator
from segtui.cluster.stability import crossed, nearest
from segtui.evidence import Strength
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import Floats32, Labels, Rows

SPLITS = 10
"""Half splits, each taken both ways. `fpc` makes 50; the table METHODS compares with has 10."""

PURPOSE_SPLIT, PURPOSE_FIT = 21, 22


def strength(values: Floats32, k: int, seed: int, splits: int = SPLITS) -> Steps[Strength]:
    """The prediction strength of k on at most DRAWN of `values` (columns, customers)."""
    rows = min(values.shape[1], DRAWN)
    half = rows // 2
    found = np.empty((splits, 2))
    for split in range(splits):
        yield Progress(f"does half of the customers know the other, k={k}", split / splits)
        halves = [values.take(rows_of, axis=1) for rows_of in _halves(values.shape[1], rows, seed, split)]
        fits: list[Refit] = []
        for part, half_values in enumerate(halves):
            fits.append((yield from refit(half_values, k, generator(seed, PURPOSE_FIT, k, split, part))))
        for part in (0, 1):
            given = nearest(halves[part], fits[1 - part].centroids)
            found[split, part] = weakest(fits[part].labels, given, k)
    by_split = found.mean(axis=1)
    error = float(by_split.std(ddof=1) / np.sqrt(splits)) if splits > 1 else 0.0
    return Strength(float(by_split.mean()), error, splits, half)


def _halves(customers: int, rows: int, seed: int, split: int) -> tuple[Rows, Rows]:
    """Two halves, without anyone in both, of a draw of `rows` customers."""
    rng = generator(seed, PURPOSE_SPLIT, split)
    drawn = rng.permutation(customers)[:rows] if customers <= 2 * rows else rng.choice(customers, rows, replace=False)
    return drawn[: rows // 2], drawn[rows // 2 :]


def weakest(own: Labels, given: Labels, k: int) -> float:
    """The lowest share of pairs of a cluster (by `own`) that `given` puts together too.

    A cluster of one has no pairs and does not count.
    """
    cells = crossed(own, given, k, k).astype(np.float64)
    sizes = cells.sum(axis=1)
    pairs = sizes * (sizes - 1)
    kept = (cells * (cells - 1)).sum(axis=1)
    several = pairs > 0
    return float((kept[several] / pairs[several]).min()) if several.any() else 1.0

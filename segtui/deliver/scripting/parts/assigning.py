"""The nearest centroid, as `cluster.assign.decide` finds it, and what is written of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl


def squared_distances(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """From every centroid to every customer, in float64, one column after the other."""
    away = np.zeros((len(centroids), points.shape[1]))
    for column, centre in zip(points, centroids.T, strict=True):
        away += np.square(column - centre[:, None])
    return away


def nearest(points: np.ndarray, centroids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest centroid, of equally near ones the first, and the distance to it."""
    away = squared_distances(points, centroids)
    return away.argmin(axis=0), np.sqrt(away.min(axis=0))


def own_distance(points: np.ndarray, centroids: np.ndarray, segment: np.ndarray) -> np.ndarray:
    """From every customer to the centroid of its segment."""
    away = squared_distances(points, centroids)
    own: np.ndarray = np.sqrt(away[segment, np.arange(len(segment))])
    return own


def write(table: pl.DataFrame, out: str) -> None:
    """By the ending of the name: Parquet, tab-separated, or CSV."""
    ending = Path(out).suffix.lower()
    if ending in (".parquet", ".pq"):
        table.write_parquet(out)
    else:
        table.write_csv(out, separator="\t" if ending in (".tsv", ".tab") else ",")

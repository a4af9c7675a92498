"""The silhouette with plain distances, which Kaufman and Rousseeuw's (1990) reading is about, from a sample by cluster.

Exact where there are at most WHOLE customers. Above, as many customers are drawn from every cluster as the sample
allows: a uniform sample would miss small clusters (METHODS B3). Distances to a cluster are then means over its drawn
members, which is what they are on average over all. No more than WHOLE customers are ever compared with each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.sample import generator
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import Floats, Floats32, Labels, Rows

WHOLE = 5_000
"""Customers compared pair by pair at most."""

SAMPLE, FEWEST = 2_000, 200
"""Customers drawn, and from each cluster at least (as far as WHOLE allows)."""

BLOCK = 256
"""Customers compared with all others at a time."""

PURPOSE = 41


@dataclass(frozen=True, eq=False, slots=True)
class Euclidean:
    """by_cluster: mean silhouette of each cluster (0 for an empty one); micro: over customers; macro: over clusters."""

    by_cluster: tuple[float, ...]
    micro: float
    macro: float
    rows: int
    sampled: bool


def euclidean(values: Floats32, labels: Labels, k: int, seed: int) -> Steps[Euclidean]:
    """The Euclidean silhouette of `labels` (k >= 2 of them in use) on `values` (columns, customers)."""
    sizes = np.bincount(labels, minlength=k)
    rows = chosen(labels, k, seed)
    points, which = values[:, rows].T.astype(np.float64), labels[rows].astype(np.intp)
    member = np.zeros((len(rows), k))
    member[np.arange(len(rows)), which] = 1.0
    silhouettes = np.empty(len(rows))
    square = np.square(points).sum(axis=1)
    for start in range(0, len(rows), BLOCK):
        yield Progress("silhouettes of a sample", start / len(rows))
        part = slice(start, start + BLOCK)
        away = square[part, None] + square[None]
        away -= 2 * points[part] @ points.T
        np.maximum(away, 0.0, out=away)
        np.sqrt(away, out=away)
        away[np.arange(len(away)), np.arange(start, start + len(away))] = 0.0
        silhouettes[part] = _silhouettes(away @ member, which[part], member.sum(axis=0))
    counts = np.bincount(which, minlength=k)
    by_cluster = np.bincount(which, silhouettes, k) / np.maximum(counts, 1)
    used = counts > 0
    micro = float((by_cluster * sizes).sum() / sizes.sum())
    return Euclidean(
        tuple(by_cluster.tolist()), micro, float(by_cluster[used].mean()), len(rows), len(rows) < len(labels)
    )


def chosen(labels: Labels, k: int, seed: int) -> Rows:
    """Everyone where they are few; otherwise as many of each cluster, at random, in ascending order."""
    if len(labels) <= WHOLE:
        return np.arange(len(labels), dtype=np.int64)
    each = max(SAMPLE // k, min(FEWEST, WHOLE // k))
    rng = generator(seed, PURPOSE, k)
    parts = []
    for cluster in range(k):
        members = np.flatnonzero(labels == cluster)
        parts.append(members if len(members) <= each else rng.choice(members, each, replace=False))
    return np.sort(np.concatenate(parts)).astype(np.int64)


def _silhouettes(sums: Floats, own: Rows, counts: Floats) -> Floats:
    """Of some customers, from their summed distances to every cluster (customers, k); 0 for one that is alone."""
    which = np.arange(len(own))
    inside = sums[which, own] / np.maximum(counts[own] - 1, 1)
    means = np.divide(sums, counts, out=np.full_like(sums, np.inf), where=counts > 0)
    means[which, own] = np.inf
    other = means.min(axis=1)
    larger = np.maximum(inside, other)
    share: Floats = np.divide(other - inside, larger, out=np.zeros_like(other), where=larger > 0)
    share[counts[own] <= 1] = 0.0
    return share

"""Whether segments come back: the customers are drawn anew, clustered afresh, and the groups compared.

Per segment (Hennig 2007): B bootstrap draws; in each the cluster that matches the segment best by Jaccard similarity,
on the distinct customers drawn; the mean of these over the draws. Per k: the adjusted Rand index between what two
draws make of the same customers (Dolnicar & Leisch 2010), for every two draws. The same customers are drawn for
every k, so that k differ by what k does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.assign import Nearest
from segtui.cluster.judge import agreement
from segtui.cluster.refit import DRAWN, Refit, refit
from segtui.cluster.sample import CHUNK, generator, norms
from segtui.evidence import DISSOLVED, Stability
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Floats32, Labels, Rows

DRAWS = 20
"""Bootstrap draws. Hennig recommends 100 and calls fewer informative: with 20 a mean is good to some .02."""

COMPARED = 5_000
"""Customers that two draws are compared on: the first in canonical order, a random sample."""

PURPOSE_DRAW, PURPOSE_FIT = 11, 12


Put = Callable[["Floats32"], "Labels"]
"""Puts points (columns, customers) into clusters."""

Grow = Callable[["Floats32", Refit], Steps[Put]]
"""Makes of the customers of a draw, and of what k-means makes of them, what puts customers into clusters."""


def by_means(values: Floats32, found: Refit) -> Steps[Put]:
    """The nearest centroid."""
    del values
    yield from ()
    return lambda points: nearest(points, found.centroids)


def stability(
    values: Floats32, labels: Labels, k: int, seed: int, draws: int = DRAWS, grow: Grow | None = None
) -> Steps[Stability]:
    """How stable the clusters `labels` of `values` (columns, customers) are.

    A draw holds as many customers as there are, at most DRAWN, drawn with replacement from all of them.
    grow: how segments are made of a draw where they are not those of the nearest centroid.
    """
    customers = values.shape[1]
    rows = min(customers, DRAWN)
    everyone = np.ascontiguousarray(values[:, :COMPARED])
    matches = np.empty((draws, k))
    given: list[Labels] = []
    for draw in range(draws):
        yield Progress(f"how stable is k={k}", draw / draws, f"draw {draw + 1} of {draws}")
        drawn = generator(seed, PURPOSE_DRAW, draw).integers(0, customers, rows)
        points = values.take(drawn, axis=1)
        found = yield from refit(points, k, generator(seed, PURPOSE_FIT, k, draw))
        once = first_places(drawn)
        again = found.labels[once]
        put = yield from (grow or by_means)(points, found)
        if grow is not None:
            again = put(points)[once]
        matches[draw] = best_matches(labels[drawn[once]], again, k)
        given.append(put(everyone))
    agreed = [agreement(one, other) for i, one in enumerate(given) for other in given[:i]]
    return Stability(
        jaccard=tuple(matches.mean(axis=0).tolist()),
        dissolved=tuple((matches <= DISSOLVED).mean(axis=0).tolist()),
        ari=tuple(sorted(agreed)),
        draws=draws,
        rows=rows,
    )


def first_places(drawn: Rows) -> Rows:
    """Where each different customer was drawn first."""
    return np.unique(drawn, return_index=True)[1].astype(np.int64)


def best_matches(labels: Labels, found: Labels, k: int) -> Floats:
    """For each of k clusters the largest Jaccard similarity with any found one; 0 for one that has nobody here."""
    both = crossed(labels, found, k, k).astype(np.float64)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None] - both
    similarity: Floats = np.divide(both, either, out=np.zeros_like(both), where=either > 0)
    best: Floats = similarity.max(axis=1)
    return best


def crossed(one: Labels, other: Labels, k_one: int, k_other: int) -> NDArray[np.int64]:
    """Customers by cluster of one labelling and of another, (k_one, k_other)."""
    cells = one.astype(np.intp) * k_other + other
    return np.bincount(cells, minlength=k_one * k_other).reshape(k_one, k_other).astype(np.int64)


def nearest(values: Floats32, centroids: Floats) -> Labels:
    """The nearest centroid of a few customers, in float32: for comparing fits, not for handing out labels."""
    near = Nearest(centroids)
    labels = np.empty(values.shape[1], dtype=np.uint8)
    for start in range(0, len(labels), CHUNK):
        block = values[:, start : start + CHUNK]
        labels[start : start + CHUNK] = near.two(block, norms(block))[0]
    return labels

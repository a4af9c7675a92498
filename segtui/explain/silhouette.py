"""Silhouettes segment by segment: the curve of each, and the customers who would fit better elsewhere.

Squared distances, exact over all customers in one pass (`cluster.criteria`). The simplified silhouette, which looks
at centroids only, is never below 0 at a k-means optimum and would hide every misfit (METHODS B3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.criteria import examine
from segtui.errors import AnalysisError
from segtui.explain.lettering import in_letter_order
from segtui.explained import SegmentSilhouette, SilhouetteView
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import FeatureMatrix, Floats32, Rows, Segmentation

MISFITS = 1_000
"""Misfits listed at most."""


def silhouettes(
    matrix: FeatureMatrix, segmentation: Segmentation, letters: Sequence[str], steps: int
) -> Steps[SilhouetteView]:
    """The silhouettes of `segmentation`, whose cluster j carries letters[j]; each curve in `steps` equal steps of rank.

    Raises AnalysisError where no silhouette is defined.
    """
    examined = yield from examine(matrix, segmentation)
    found = examined.silhouettes
    if found is None or examined.by_cluster is None or examined.scores.silhouette_squared is None:
        raise AnalysisError(
            "there is no silhouette: it needs two segments, and one with more than one customer",
            hint="Choose another k.",
        )
    order = in_letter_order(letters)
    segments = []
    for done, cluster in enumerate(order):
        yield Progress("sorting silhouettes", done / segmentation.k)
        own = found[segmentation.labels == cluster]
        mean, below = examined.by_cluster[cluster], int((own < 0).sum())
        segments.append(SegmentSilhouette(letters[cluster], len(own), mean, below, curve(own, steps)))
    yield Progress("looking for misfits", None)
    return SilhouetteView(tuple(segments), examined.scores.silhouette_squared, len(found), misfits(found))


def curve(values: Floats32, steps: int) -> tuple[float, ...]:
    """The values at equal steps of rank, largest first, both ends included."""
    if not len(values):
        return ()
    places = np.unique(np.linspace(0, len(values) - 1, steps).round().astype(np.intp))
    ranked = np.partition(-values, places)
    chosen = places[np.linspace(0, len(places) - 1, steps).round().astype(np.intp)]
    return tuple((-ranked[chosen]).astype(float).tolist())


def misfits(values: Floats32, most: int = MISFITS) -> Rows:
    """Positions of the lowest values below 0, lowest first; of equals the first."""
    below = np.flatnonzero(values < 0)
    if len(below) > most:
        below = np.sort(below[np.argpartition(values[below], most - 1)[:most]])
    return below[np.argsort(values[below], kind="stable")].astype(np.int64)

"""How near customers are to a border: the distance to their own centroid over that to the nearest other one.

Distances are Euclidean, in the scaled, weighted space. 0: on the centroid; 1: on the border. The margin m(x) of METHODS
is (d2 - d1) / d1, so that a ratio of at least 1 / (1 + m) is within m of the border.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.assign import squared_distances
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.cluster.ground import Ground
    from segtui.results import Floats, Rows, Segmentation

AT_ONCE = 4_096
"""Customers looked at in one piece."""


def distance_ratios(ground: Ground, segmentation: Segmentation, positions: Rows) -> Steps[Floats]:
    """The ratio of some customers of all (not only of those on the ground), float64 in 0 to 1, in float64 from exact
    values; nan for who has no part in the segmentation."""
    ratios = np.full(len(positions), np.nan)
    inside, places = _places(ground, positions)
    for start in range(0, len(places), AT_ONCE):
        yield Progress("measuring distances to borders", start / len(places))
        part = slice(start, start + AT_ONCE)
        here = places[part]
        away = squared_distances(ground.exact_values(here), segmentation.centroids)
        own = segmentation.labels[here].astype(np.intp), np.arange(len(here))
        nearest = away[own]
        away[own] = np.inf
        other = away.min(axis=0)
        with np.errstate(invalid="ignore"):
            found = np.sqrt(nearest / other)
        ratios[inside[part]] = np.where(nearest == other, 1.0, np.minimum(found, 1.0))
    return ratios


def _places(ground: Ground, positions: Rows) -> tuple[Rows, Rows]:
    """Which of the positions are on the ground, and where they stand there."""
    if ground.at is None:
        return np.arange(len(positions)), positions
    places = np.searchsorted(ground.at, positions)
    there = ground.at[np.minimum(places, len(ground.at) - 1)] == positions
    return np.flatnonzero(there), places[there]

"""Customers scored with a model: each to the nearest centroid, or where the rules say, and nothing is learnt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.assign import decide
from segtui.cluster.prediction import NOBODY
from segtui.deliver.seen import BLOCK, distances, points_of
from segtui.explain.rules import leaf_of
from segtui.gather.assemble import NO_ORDER
from segtui.prepare.clean import numbers
from segtui.prepare.parts import gaps_of
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from segtui.deliver.scoring import ScoredFeature, ScoringModel
    from segtui.results import Floats, Labels, Rows

DOING = "scoring customers"


@dataclass(frozen=True, eq=False, slots=True)
class Scores:
    """What every customer got, in the order of the frame.

    labels: the cluster, NOBODY for those set aside. distance: to its centroid, nan for those. aside: why customers have
    no segment, and the places of those; each customer counts for the first reason.
    """

    labels: Labels
    distance: Floats
    aside: tuple[tuple[str, Rows], ...]

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Who has a segment."""
        who: NDArray[np.bool_] = self.labels != NOBODY
        return who


def score(
    model: ScoringModel, frame: pl.DataFrame, filled: Collection[str] = (), orders: pl.Series | None = None
) -> Steps[Scores]:
    """Score the customers of `frame`, which has every feature of the model in original units and of its type.

    filled: features that nobody has a value of because they are not there; for want of them nobody is set aside.
    orders: how many each has, where it is known and only buyers have a segment.
    Distances are float64, added up column after column; of equal ones the lower cluster wins.
    """
    labels = np.empty(frame.height, dtype=np.uint8)
    distance = np.empty(frame.height)
    centroids = np.array(model.centroids)
    clusters = np.array([leaf.cluster for leaf in model.rules], dtype=np.uint8)
    for start in range(0, frame.height, BLOCK):
        part = frame[start : start + BLOCK]
        points = yield from points_of(part, model.columns)
        own = clusters[leaf_of(model.rules, part, model.columns)] if model.rules else decide(points, centroids)[0]
        labels[start : start + BLOCK] = own
        distance[start : start + BLOCK] = distances(points, own, centroids)
        yield Progress(DOING, start / frame.height, f"{start:,} of {frame.height:,} customers")
    idle = np.zeros(frame.height, dtype=np.bool_)
    if orders is not None and model.buyers:
        idle = ~(numbers(orders) > 0.0)
    aside = yield from _aside([feature for feature in model.features if feature.name not in filled], frame, idle)
    for _, places in aside:
        labels[places] = NOBODY
        distance[places] = np.nan
    return Scores(labels, distance, aside)


def _aside(
    features: Sequence[ScoredFeature], frame: pl.DataFrame, idle: NDArray[np.bool_]
) -> Steps[tuple[tuple[str, Rows], ...]]:
    """Who never ordered where that matters, or has no value in a feature that sets such customers aside."""
    found: list[tuple[str, Rows]] = []
    if idle.any():
        found.append((NO_ORDER, np.flatnonzero(idle).astype(np.int64)))
    free = ~idle
    for feature in features:
        if feature.aside:
            yield Progress(DOING, None, feature.name)
            out = gaps_of(frame[feature.name], feature.order) & free
            free &= ~out
            if out.any():
                found.append((f"no value in {feature.name}", np.flatnonzero(out).astype(np.int64)))
    return tuple(found)

"""Whose segment is which, for everything that goes by letters: baskets and decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui.pipeline import unwatched
from segtui.progress import Steps

if TYPE_CHECKING:
    from segtui.pipeline import Pipeline
    from segtui.recipe import Recipe
    from segtui.results import Answer, Labels


@dataclass(frozen=True, eq=False, slots=True)
class Segments:
    """The converged answer, and whose segment is which: uint8 over all customers in canonical order, NOBODY (255) for
    who has none. clusters: numbers of clusters; places: places in `letters`, which are in their order."""

    answer: Answer
    clusters: Labels
    places: Labels
    letters: tuple[str, ...]


def segments_of(pipeline: Pipeline, recipe: Recipe) -> Steps[Segments]:
    """The converged segments of `recipe`. Raises AnalysisError where there are none."""
    import numpy as np

    from segtui.cluster.prediction import NOBODY
    from segtui.explain.lab import spread_out
    from segtui.explain.lettering import in_letter_order

    answer = yield from pipeline.exact(recipe, unwatched)
    ground = yield from pipeline.ground(recipe)
    fit, letters = answer.segmentation, answer.letters
    clusters = spread_out(fit.labels, ground.at, pipeline.dataset.customers)
    order = in_letter_order(letters)
    place = np.full(NOBODY + 1, NOBODY, dtype=np.uint8)
    place[order] = np.arange(fit.k, dtype=np.uint8)
    return Segments(answer, clusters, place[clusters], tuple(letters[cluster] for cluster in order))

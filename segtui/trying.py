"""What switching a feature on or off would likely do to the segments on screen, before anyone switches it.

An estimate: the changed features on the first few thousand customers, clustered afresh (`explain.toggles`). It is
about the customers who take part now: one whom the change would set aside, or bring back, is not counted, and nobody is
trimmed anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from segtui.errors import SegtuiError
from segtui.explained import Toggle
from segtui.pipeline import unwatched
from segtui.progress import Steps

if TYPE_CHECKING:
    from segtui.pipeline import Pipeline
    from segtui.recipe import Recipe
    from segtui.results import FeatureVerdict, Labels, Segmentation

THE_LAST = "it is the only feature that is on"
CODES = ("id", "id-like")
"""Flags of columns that name a customer: distances between their values mean nothing."""


def toggle(pipeline: Pipeline, recipe: Recipe, feature: str) -> Steps[Toggle]:
    """The likely effect of switching one column of the open data, on the converged segments of `recipe`; filed."""
    explicit = pipeline.explicit(recipe)
    features = explicit.prepare.features or ()
    on = feature in {spec.name for spec in features if spec.on}
    if why_not := _why_not(pipeline.inspection.verdict(feature), on=on, alone=sum(spec.on for spec in features) == 1):
        return Toggle(feature, not on, None, None, why_not)
    switched = tuple(replace(spec, on=not on) if spec.name == feature else spec for spec in features)
    changed = explicit.with_features(switched)
    name = f"toggle {pipeline.name('exact', recipe)} {pipeline.name('matrix', changed)}"
    return (yield from pipeline.filed_as(name, Toggle, lambda: _tried(pipeline, recipe, changed, feature, on)))


def _why_not(verdict: FeatureVerdict, *, on: bool, alone: bool) -> str:
    """Why a column cannot be switched, or why there is no sense in trying."""
    if on:
        return THE_LAST if alone else ""
    code = any(flag.name in CODES for flag in verdict.flags)
    if verdict.usable and not code:
        return ""
    return verdict.off_reason or next((flag.reason for flag in verdict.flags), "") or "it cannot be a feature"


def _tried(pipeline: Pipeline, recipe: Recipe, changed: Recipe, feature: str, on: bool) -> Steps[Toggle]:
    from segtui.explain.toggles import ROWS, moved_share, toggled

    ground = yield from pipeline.ground(recipe)
    fit = yield from pipeline.segmentation(recipe, ground, unwatched, exact=True)
    try:
        before = yield from _before(pipeline, recipe, fit)
        matrix, places = yield from pipeline.sketch(recipe, changed.prepare, ROWS)
        effect = yield from toggled(before[places], matrix.values, fit.k, fit.seed)
    except SegtuiError as error:
        return Toggle(feature, not on, None, None, error.what)
    unsettled = moved_share(fit.labels[: len(before)], before, fit.k)
    return Toggle(feature, not on, effect.moved, effect.ari, rows=effect.rows, unsettled=unsettled)


def _before(pipeline: Pipeline, recipe: Recipe, fit: Segmentation) -> Steps[Labels]:
    """The present features on the sample that changes are tried on."""
    import numpy as np

    from segtui.explain.toggles import ROWS, again

    def compute() -> Steps[Labels]:
        matrix, places = yield from pipeline.sketch(recipe, pipeline.explicit(recipe).prepare, ROWS)
        return (yield from again(fit.labels[places], matrix.values, fit.k, fit.seed))

    return (yield from pipeline.filed_as(f"again {pipeline.name('exact', recipe)}", np.ndarray, compute))

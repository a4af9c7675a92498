"""What segments are, on request: said in rules, and which features drive them and which deserve to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.explained import Drivers, Rulebook, SegmentRule, SegmentRules
from segtui.progress import Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.pipeline import Pipeline
    from segtui.recipe import Recipe
    from segtui.results import TraceStep

LARGER = 2
"""Leaves per segment of the larger tree, whose price stands beside that of the smallest one."""


def _unwatched(step: TraceStep) -> None:
    """Nobody watches a fit that is there already, or is made on the way."""


def rules(pipeline: Pipeline, recipe: Recipe) -> Steps[SegmentRules]:
    """The converged segments of `recipe` in one rule each, and what the small and the larger tree cost."""
    from segtui.explain.rule_words import conditions_text
    from segtui.explain.rules import features_of_labels, features_with_gaps

    ground = yield from pipeline.ground(recipe)
    fit = yield from pipeline.segmentation(recipe, ground, _unwatched, exact=True)
    letters = yield from pipeline.letters(recipe, ground, fit)
    small = yield from _rulebook(pipeline, recipe, fit.k)
    large = yield from _rulebook(pipeline, recipe, LARGER * fit.k)
    gaps = yield from features_with_gaps(ground.dataset, ground.matrix.columns)
    labels = features_of_labels(ground.matrix.columns)
    told = []
    for cluster, letter in enumerate(letters):
        for leaf in small.rules_of(cluster)[:1]:
            text = conditions_text(leaf, gaps=gaps, labels=labels)
            told.append(SegmentRule(letter, text, leaf.customers, leaf.precision, small.coverage(leaf)))
    return SegmentRules(_by_letter(told), small, large)


def _by_letter(told: Sequence[SegmentRule]) -> tuple[SegmentRule, ...]:
    return tuple(sorted(told, key=lambda rule: (len(rule.letter), rule.letter)))


def _rulebook(pipeline: Pipeline, recipe: Recipe, leaves: int) -> Steps[Rulebook]:
    from segtui.explain.tree import rulebook

    ground = yield from pipeline.ground(recipe)
    fit = yield from pipeline.segmentation(recipe, ground, _unwatched, exact=True)
    name = f"rulebook {leaves} {pipeline.name('exact', recipe)}"
    return (yield from pipeline.filed_as(name, Rulebook, lambda: rulebook(ground.dataset, ground.matrix, fit, leaves)))


def drivers(pipeline: Pipeline, recipe: Recipe) -> Steps[Drivers]:
    """Influence and relevance of every feature of `recipe`, on its converged segments."""
    from segtui.explain.drivers import drivers as compute

    ground = yield from pipeline.ground(recipe)
    fit = yield from pipeline.segmentation(recipe, ground, _unwatched, exact=True)
    name = f"drivers {pipeline.name('exact', recipe)}"
    return (yield from pipeline.filed_as(name, Drivers, lambda: compute(ground.matrix, fit, fit.seed)))

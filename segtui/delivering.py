"""A hand-over on request: everything that is known of one converged answer, gathered for a delivered folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from segtui import basketing, deciding, explaining, weighing
from segtui.deliver.handover import Handover
from segtui.errors import AnalysisError
from segtui.pipeline import unwatched
from segtui.progress import Steps, as_part

if TYPE_CHECKING:
    from segtui.basketed import Credibility
    from segtui.cluster.ground import Ground
    from segtui.deliver.rules_file import Ruled
    from segtui.deliver.scoring import ScoringModel
    from segtui.explained import LeafRule
    from segtui.pipeline import Pipeline
    from segtui.recipe import DeliverySpec, Recipe
    from segtui.results import Answer

R = TypeVar("R")

SWEPT = range(2, 11)
"""The values of k that the evidence for k looks at."""


def handover(pipeline: Pipeline, recipe: Recipe, spec: DeliverySpec) -> Steps[Handover]:
    """What the parts of `spec` are made of. A part that cannot be is missing, with the reason.

    Raises AnalysisError where there are no segments, UsageError for a playbook that cannot be.
    """
    answer = yield from pipeline.exact(recipe, unwatched)
    ground = yield from pipeline.ground(recipe)
    why: dict[str, str] = {}
    told = "gathering"

    def part(wanted: bool, name: str, steps: Callable[[], Steps[R]], begin: float, share: float) -> Steps[R | None]:
        if not wanted:
            return None
        try:
            return (yield from as_part(steps(), told, begin, share))
        except AnalysisError as error:
            why[name] = str(error)
            return None

    evidence, rules, decided = spec.needs("evidence"), spec.needs("rules"), spec.needs("decisions")
    assessment = yield from part(evidence, "assessment", lambda: weighing.assess(pipeline, recipe), 0.0, 0.1)
    sweep = yield from part(
        evidence, "sweep", lambda: weighing.sweep(pipeline, recipe, SWEPT, unwatched, lambda _: None), 0.1, 0.2
    )
    later = evidence and pipeline.dataset.rollup is not None and pipeline.dataset.rollup.outcome is not None
    prediction = yield from part(
        later, "prediction", lambda: weighing.predict(pipeline, recipe, (), unwatched), 0.3, 0.05
    )
    in_words = yield from part(True, "segment rules", lambda: explaining.rules(pipeline, recipe), 0.35, 0.02)
    drivers = yield from part(evidence, "drivers", lambda: explaining.drivers(pipeline, recipe), 0.37, 0.03)
    ruled = yield from part(rules, "rules", lambda: _ruled(pipeline, recipe), 0.4, 0.2)
    marks = yield from part(ruled is not None, "marked", lambda: basketing.marked(pipeline, recipe), 0.6, 0.05)
    decisions = yield from part(decided, "decisions", lambda: deciding.decisions(pipeline, recipe), 0.65, 0.35)
    return Handover(
        gather=recipe.gather,
        whole=pipeline.dataset,
        inspection=pipeline.inspection,
        ground=ground,
        answer=answer,
        model=(yield from model(pipeline, recipe, ground, answer)),
        warnings=tuple(dict.fromkeys([*pipeline.dataset.warnings, *pipeline.inspection.warnings, *answer.warnings])),
        assessment=assessment,
        sweep=sweep,
        prediction=prediction,
        rules=in_words,
        drivers=drivers,
        ruled=ruled,
        marked=marks,
        decisions=decisions,
        reasons=tuple(why.items()),
    )


def model(pipeline: Pipeline, recipe: Recipe, ground: Ground, answer: Answer) -> Steps[ScoringModel]:
    """What scores new customers as `answer` did these."""
    from segtui.deliver.scoring import scoring_model

    leaves: tuple[LeafRule, ...] = ()
    if recipe.cluster.tree:
        leaves = (yield from explaining.adopted_rules(pipeline, recipe)).leaves
    return (yield from scoring_model(pipeline.dataset, ground, answer, leaves))


def _ruled(pipeline: Pipeline, recipe: Recipe) -> Steps[Ruled]:
    from segtui.baskets.hyper import hyper_lift
    from segtui.deliver.rules_file import Ruled

    table = yield from basketing.table(pipeline, recipe)
    mined = yield from basketing.rules(pipeline, recipe)
    known: Credibility | None = None
    if len(mined.rules):
        known = yield from basketing.credible(pipeline, recipe, lambda _: None)
    hyper = yield from hyper_lift(mined.rules)
    return Ruled(table, mined, known, hyper, (yield from basketing.productive(pipeline, recipe)))

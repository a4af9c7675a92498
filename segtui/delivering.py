"""A hand-over on request: everything that is known of one converged answer, gathered for a delivered folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

from segtui import basketing, deciding, deciding_lists, explaining, weighing
from segtui.deliver.handover import Handover, anonymous, campaign_of
from segtui.deliver.repeat import source_files
from segtui.errors import AnalysisError
from segtui.pipeline import unwatched
from segtui.progress import Progress, Steps, as_part

if TYPE_CHECKING:
    from segtui.basketed import Credibility
    from segtui.cluster.ground import Ground
    from segtui.decided.campaigns import Inputs
    from segtui.decided.decisions import Decisions
    from segtui.deliver.folder import Delivered
    from segtui.deliver.rules_file import Ruled
    from segtui.deliver.scoring import ScoringModel
    from segtui.explained import LeafRule
    from segtui.pipeline import Pipeline
    from segtui.recipe import DeliverySpec, Recipe
    from segtui.results import Answer

R = TypeVar("R")

WAIT = 0.01
"""Seconds between two looks at what runs beside the worker."""

SWEPT = range(2, 11)
"""The values of k that the evidence for k looks at."""


def handover(pipeline: Pipeline, recipe: Recipe, spec: DeliverySpec) -> Steps[Handover]:
    """What the parts of `spec` are made of. A part that cannot be is missing, with the reason.

    Raises AnalysisError where there are no segments, UsageError for a playbook that cannot be.
    """
    shuffles = _Shuffles()
    try:
        return (yield from _gathered(pipeline, recipe, spec, shuffles))
    finally:
        shuffles.close()


def _gathered(pipeline: Pipeline, recipe: Recipe, spec: DeliverySpec, shuffles: _Shuffles) -> Steps[Handover]:
    answer = yield from pipeline.exact(recipe, unwatched)
    ground = yield from pipeline.ground(recipe)
    # letters in the evidence are those of the answer, now and when the delivered recipe, which has them, is run
    lettered = recipe if recipe.anchor is not None else replace(recipe, anchor=pipeline.anchor(answer))
    why: dict[str, str] = {}
    told = "gathering"
    sources = yield from as_part(source_files(recipe.gather), told, 0.0, 0.0)
    campaign = spec.campaign or campaign_of(pipeline.dataset, sources)

    def part(wanted: bool, name: str, steps: Callable[[], Steps[R]], begin: float, share: float) -> Steps[R | None]:
        if not wanted:
            return None
        try:
            return (yield from as_part(steps(), told, begin, share))
        except AnalysisError as error:
            why[name] = str(error)
            return None

    evidence, decided = spec.needs("evidence"), spec.needs("decisions")
    ruled = yield from part(spec.needs("rules"), "rules", lambda: _ruled(pipeline, recipe), 0.0, 0.05)
    if ruled is not None and ruled.credibility is None and len(ruled.mined.rules):
        shuffles.begin(ruled)
    assessment = yield from part(evidence, "assessment", lambda: weighing.assess(pipeline, recipe), 0.0, 0.1)
    sweep = yield from part(
        evidence, "sweep", lambda: weighing.sweep(pipeline, lettered, SWEPT, unwatched, lambda _: None), 0.1, 0.2
    )
    later = evidence and pipeline.dataset.rollup is not None and pipeline.dataset.rollup.outcome is not None
    prediction = yield from part(
        later, "prediction", lambda: weighing.predict(pipeline, recipe, (), unwatched), 0.3, 0.05
    )
    in_words = yield from part(True, "segment rules", lambda: explaining.rules(pipeline, recipe), 0.35, 0.02)
    drivers = yield from part(evidence, "drivers", lambda: explaining.drivers(pipeline, recipe), 0.37, 0.03)
    marks = yield from part(ruled is not None, "marked", lambda: basketing.marked(pipeline, recipe), 0.4, 0.05)
    decisions = yield from part(decided, "decisions", lambda: deciding.decisions(pipeline, recipe), 0.45, 0.4)
    inputs, listing, playing = _listed_of(decisions, spec)
    listed = yield from part(
        listing, "recommended", lambda: deciding_lists.recommended_lists(pipeline, recipe), 0.85, 0.1
    )
    lists = yield from part(
        playing, "lists", lambda: deciding_lists.play_lists(pipeline, recipe, inputs, campaign), 0.95, 0.02
    )
    if ruled is not None and shuffles.begun:
        known = yield from as_part(
            basketing.credible(pipeline, recipe, lambda _: None, shuffles.wait), told, 0.97, 0.03
        )
        ruled = replace(ruled, credibility=known)
    return Handover(
        gather=recipe.gather,
        whole=pipeline.dataset,
        inspection=pipeline.inspection,
        sources=sources,
        campaign=campaign,
        ground=ground,
        answer=answer,
        model=(yield from model(pipeline, recipe, ground, answer)),
        warnings=anonymous([*pipeline.dataset.warnings, *pipeline.inspection.warnings, *answer.warnings]),
        assessment=assessment,
        sweep=sweep,
        prediction=prediction,
        rules=in_words,
        drivers=drivers,
        ruled=ruled,
        marked=marks,
        decisions=decisions,
        reasons=tuple(why.items()),
        recommended=listed,
        lists=lists,
    )


def _listed_of(decisions: Decisions | None, spec: DeliverySpec) -> tuple[Inputs, bool, bool]:
    """What was entered, and whether customers are listed for recommendations and for plays."""
    from segtui.decided.campaigns import Inputs

    if decisions is None:
        return Inputs(), False, False
    plays = decisions.campaigns.proposals if decisions.campaigns is not None else ()
    listing = decisions.board is not None and "recommendations" in spec.parts
    return decisions.inputs, listing, bool(plays) and "campaigns" in spec.parts


def deliver(pipeline: Pipeline, recipe: Recipe, spec: DeliverySpec) -> Steps[Delivered]:
    """Gather what `spec` asks for and write the folder, whole or not at all.

    Raises UsageError, AnalysisError where there are no segments, DeliveryError, SourceError.
    """
    from segtui.deliver import folder

    folder.check(recipe.gather, spec)
    made = yield from as_part(handover(pipeline, recipe, spec), "delivery", 0.0, 0.8)
    anchored = recipe if recipe.anchor is not None else replace(recipe, anchor=pipeline.anchor(made.answer))
    written = folder.write(made, folder.recipe_of(made, anchored), spec)
    return (yield from as_part(written, "delivery", 0.8, 0.2))


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
    hyper = yield from hyper_lift(mined.rules)
    productive = yield from basketing.productive(pipeline, recipe)
    return Ruled(table, mined, basketing.credibility_filed(pipeline, recipe), hyper, productive)


class _Shuffles:
    """The rules against shuffled baskets, on a thread beside the worker: neither needs the pipeline, and both together
    take as long as the longer one. Closing it ends the thread at its next piece."""

    def __init__(self) -> None:
        self._ended = Event()
        self._result: Credibility | None = None
        self._problem: BaseException | None = None
        self._progress = Progress("shuffling baskets")
        self._thread: Thread | None = None

    @property
    def begun(self) -> bool:
        """Whether there is anything to wait for."""
        return self._thread is not None

    def begin(self, ruled: Ruled) -> None:
        """Start them."""
        self._thread = Thread(target=self._run, args=(ruled,), name="segtui-shuffles", daemon=True)
        self._thread.start()

    def _run(self, ruled: Ruled) -> None:
        steps = basketing.credibility_of(ruled.table, ruled.mined, lambda _: None)
        try:
            while not self._ended.is_set():
                self._progress = next(steps)
        except StopIteration as stop:
            self._result = stop.value
        except BaseException as problem:
            self._problem = problem
        finally:
            steps.close()

    def wait(self) -> Steps[Credibility]:
        """What they came to."""
        assert self._thread is not None
        while self._thread.is_alive():
            self._thread.join(WAIT)
            yield self._progress
        if self._problem is not None:
            raise self._problem
        assert self._result is not None
        return self._result

    def close(self) -> None:
        """End them."""
        self._ended.set()

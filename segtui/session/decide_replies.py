"""What the Decide pane asks of the pipeline; a part that cannot be is answered with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from segtui import deciding
from segtui.decided.campaigns import Inputs
from segtui.decided.decisions import Missing
from segtui.errors import AnalysisError, SegtuiError
from segtui.lettered import segments_of
from segtui.session.pages import FramePage
from segtui.session.questions import LeaderboardQuestion, OfDecisions, PlaysQuestion, PricesQuestion, ValueQuestion

if TYPE_CHECKING:
    from segtui.decided.recommendations import Leaderboard
    from segtui.pipeline import Pipeline
    from segtui.progress import Steps
    from segtui.recipe import Recipe

R = TypeVar("R")


def part(pipeline: Pipeline, recipe: Recipe, question: OfDecisions) -> Steps[object]:
    """One part, or why it is missing."""
    if isinstance(question, PlaysQuestion):
        return (yield from _or_why(deciding.plays(pipeline, recipe, question.inputs)))
    if isinstance(question, ValueQuestion):
        return (yield from _or_why(deciding.value(pipeline, recipe)))
    if isinstance(question, PricesQuestion):
        return (yield from _or_why(deciding.prices(pipeline, recipe)))
    if isinstance(question, LeaderboardQuestion):
        return (yield from recommended(pipeline, recipe, lambda board: None))
    return (yield from _or_why(deciding.products(pipeline, recipe)))


def recommended(
    pipeline: Pipeline, recipe: Recipe, heard: Callable[[Leaderboard], None]
) -> Steps[Leaderboard | Missing]:
    """The leaderboard; heard: as far as it is."""
    return (yield from _or_why(deciding.recommended(pipeline, recipe, heard)))


def _or_why(steps: Steps[R]) -> Steps[R | Missing]:
    try:
        return (yield from steps)
    except SegtuiError as error:
        return Missing(str(error))


def play_list(pipeline: Pipeline, recipe: Recipe, inputs: Inputs, play: str, campaign: str) -> Steps[FramePage]:
    """Everyone whom a play is for, with the arm. Raises AnalysisError where nobody gets it or customers have no id."""
    from segtui.decide.arms import assigned
    from segtui.decide.campaigns import wanted

    found = yield from deciding.plays(pipeline, recipe, inputs)
    proposals = [one for one in found.proposals if one.play == play]
    if not proposals:
        raise AnalysisError("no segment gets this play", hint="Choose one of those proposed.")
    segments = yield from segments_of(pipeline, recipe)
    answer = segments.answer
    lists = yield from assigned(
        pipeline.dataset, segments.clusters, answer.letters, wanted(proposals), campaign, inputs.held_out
    )
    return FramePage(lists, said=f"{lists.height:,} customers")

"""What the Decide pane asks of the pipeline; a part that cannot be is answered with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from segtui import deciding, deciding_lists
from segtui.decided.campaigns import Inputs
from segtui.decided.decisions import Missing
from segtui.errors import SegtuiError
from segtui.session.pages import FramePage
from segtui.session.questions import (
    LeaderboardQuestion,
    OfDecisions,
    PlaysQuestion,
    PricesQuestion,
    RecommendedQuestion,
    ValueQuestion,
)

if TYPE_CHECKING:
    from pathlib import Path

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
        return (yield from _or_why(deciding.value(pipeline, recipe, question.weeks)))
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


def export_recommended(
    pipeline: Pipeline,
    recipe: Recipe,
    question: RecommendedQuestion,
    path: str,
    sources: Sequence[Path],
    overwrite: bool,
) -> Steps[tuple[Path, ...]]:
    """Write what to recommend to every customer, in the format that the path asks for."""
    from segtui.deliver import recommendations_file, table_file

    table_file.ending_of(path, "recommendations")  # before the work
    lists = deciding_lists.recommended_lists(pipeline, recipe, question.method, question.purposes)
    return (yield from recommendations_file.write((yield from lists), path, sources, overwrite=overwrite))


def play_list(pipeline: Pipeline, recipe: Recipe, inputs: Inputs, play: str, campaign: str) -> Steps[FramePage]:
    """Everyone whom a play is for, with the arm. Raises AnalysisError where nobody gets it or customers have no id."""
    lists = yield from deciding_lists.play_lists(pipeline, recipe, inputs, campaign, play)
    return FramePage(lists, said=f"{lists.height:,} customers")

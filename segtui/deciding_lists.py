"""Lists to hand out: what to recommend to whom, and who is contacted in which play."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from segtui import deciding
from segtui.decided.recommendations import Method, Purpose
from segtui.errors import AnalysisError
from segtui.lettered import segments_of
from segtui.progress import Steps

if TYPE_CHECKING:
    import polars as pl

    from segtui.decide.playbook import Playbook
    from segtui.decided.campaigns import Inputs
    from segtui.decided.recommendations import CustomerLists
    from segtui.deliver.recommendations_file import Recommended
    from segtui.pipeline import Pipeline
    from segtui.recipe import Recipe

LISTED = (Purpose.AGAIN, Purpose.NEW)
"""What lists are made for."""


def recommended_lists(
    pipeline: Pipeline, recipe: Recipe, method: Method | None = None, purposes: Sequence[Purpose] = LISTED
) -> Steps[Recommended]:
    """Lists for every purpose, by `method`, or by the best that is offered for it.

    A purpose without one is left out and told of. Raises AnalysisError where none has one, and where customers have no
    id.
    """
    from segtui.deliver.recommendations_file import Recommended

    dataset = pipeline.dataset
    found: list[CustomerLists] = []
    missing: list[str] = []
    hints: list[str] = []
    for purpose in purposes:
        try:
            found.append((yield from deciding.lists(pipeline, recipe, purpose, method)))
        except AnalysisError as error:
            missing.append(error.what)
            hints.append(error.hint)
    if not found:
        raise AnalysisError("; ".join(dict.fromkeys(missing)), hint=" ".join(dict.fromkeys(hints)))
    if dataset.id_column is None:
        raise AnalysisError(
            "customers have no id, so nobody could be found again in a list",
            hint="Name the column that identifies a customer (--id, or e in Data).",
        )
    segments = yield from segments_of(pipeline, recipe)
    ids = dataset.frame[dataset.id_column]
    return Recommended(tuple(found), ids, segments.places, segments.letters, tuple(missing))


def play_lists(
    pipeline: Pipeline,
    recipe: Recipe,
    inputs: Inputs,
    campaign: str,
    play: str | None = None,
    of: Playbook | None = None,
) -> Steps[pl.DataFrame]:
    """Everyone whom a play is for, with the arm; columns as `decide.arms.COLUMNS`. play: None for all plays.

    Raises AnalysisError where nobody gets it or customers have no id, UsageError for a campaign without a name.
    """
    from segtui.decide.arms import assigned
    from segtui.decide.campaigns import wanted

    found = yield from deciding.plays(pipeline, recipe, inputs, of)
    every = wanted(found.proposals)
    chosen = [one for one in every if play in (None, one[0])]
    if not chosen:
        why = "no segment gets this play" if play else "no segment gets a play"
        raise AnalysisError(why, hint="Choose one of those proposed.")
    segments = yield from segments_of(pipeline, recipe)
    letters = segments.answer.letters
    return (yield from assigned(pipeline.dataset, segments.clusters, letters, chosen, campaign, inputs.held_out, every))

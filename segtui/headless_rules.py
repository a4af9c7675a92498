"""`segtui rules`: association rules of the baskets behind some sources, without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segtui import basketing, printing
from segtui.basket_report import document, lines
from segtui.deliver import rules_file
from segtui.deliver.rules_file import Ruled
from segtui.errors import AnalysisError, UsageError
from segtui.progress import Steps, finish
from segtui.readings_report import readings_document, readings_lines
from segtui.starting import NOTHING_SAID, Gathering, starting_recipe, take_standard_input

if TYPE_CHECKING:
    from segtui.basketed import BasketTable, Credibility, Mined
    from segtui.basketing import Read
    from segtui.pipeline import Pipeline
    from segtui.recipe import BasketSpec, Recipe


@dataclass(frozen=True, slots=True)
class RulesOptions:
    """What `segtui rules` was asked for; None: as the recipe has it. shuffles: 0 for none."""

    sources: tuple[str, ...] = ()
    recipe: str | None = None
    gathering: Gathering = NOTHING_SAID
    by: str | None = None
    min_support: float | None = None
    min_count: int | None = None
    min_confidence: float | None = None
    min_lift: float | None = None
    max_length: int | None = None
    consequents: str | None = None
    shuffles: int = 20
    readings: bool = False
    out: str | None = None
    overwrite: bool = False
    as_json: bool = False


def rules(options: RulesOptions) -> None:
    """Mine, judge, write and print. Raises UsageError, SourceError, AnalysisError, DeliveryError."""
    recipe = _recipe(options)
    if options.out is not None:
        rules_file.ending_of(options.out)
    take_standard_input([source.path for source in recipe.gather.sources])
    with printing.progress_line() as report:
        found, read = finish(_ruled(recipe, options), report)
    if options.out is not None:
        _write(found, recipe, options.out, overwrite=options.overwrite)
    if options.as_json:
        told = {} if read is None else {"readings": readings_document(read)}
        printing.print_json(document(found) | told)
    else:
        printing.print_lines(lines(found))
        if read is not None:
            printing.print_lines(["", *readings_lines(read)])
    if not len(found.mined.rules):
        printing.say("no rule meets the cut-offs")


def _recipe(options: RulesOptions) -> Recipe:
    recipe = starting_recipe(options.sources, options.recipe)
    if not recipe.gather.sources:
        raise UsageError("there are no baskets to read", hint="Give a SOURCE, or a recipe that names its sources.")
    given: dict[str, Any] = {
        "by": options.by,
        "min_support": options.min_support,
        "min_count": options.min_count,
        "min_confidence": options.min_confidence,
        "min_lift": options.min_lift,
        "max_length": options.max_length,
        "consequents": options.consequents,
    }
    baskets: BasketSpec = replace(recipe.baskets, **{name: value for name, value in given.items() if value is not None})
    return replace(recipe, gather=options.gathering.over(recipe.gather), baskets=baskets)


def _ruled(recipe: Recipe, options: RulesOptions) -> Steps[tuple[Ruled, Read | None]]:
    from segtui.baskets.hyper import hyper_lift
    from segtui.baskets.productive import productive

    pipeline, table, mined = yield from _mined(recipe)
    known = None
    if options.shuffles and len(mined.rules):
        known = yield from basketing.credibility_of(table, mined, _unwatched, options.shuffles)
    read = (yield from basketing.read(pipeline, recipe, table, mined)) if options.readings else None
    hyper = yield from hyper_lift(mined.rules)
    return Ruled(table, mined, known, hyper, (yield from productive(table.baskets, mined))), read


def _mined(recipe: Recipe) -> Steps[tuple[Pipeline | None, BasketTable, Mined]]:
    """By way of customers where there are any, so that the cleaning steps hold; else of baskets alone, with None."""
    from segtui.baskets.mined import mined
    from segtui.pipeline import Pipeline

    pipeline = Pipeline()
    try:
        dataset, _ = yield from pipeline.open(recipe)
        made_of_orders = dataset.made_of_orders
    except AnalysisError:
        made_of_orders = False  # no customers: there may be baskets all the same
    if made_of_orders:
        table = yield from basketing.table(pipeline, recipe)
    else:
        table = yield from basketing.table_of_baskets(recipe.gather, recipe.baskets.by)
    return pipeline if made_of_orders else None, table, (yield from mined(table.baskets, recipe.baskets))


def _unwatched(known: Credibility) -> None:
    """Nobody watches the shuffles."""


def _write(found: Ruled, recipe: Recipe, path: str, *, overwrite: bool) -> None:
    from segtui.gather.paths import files_of

    sources: Sequence[Path] = [file for source in recipe.gather.sources for file in files_of(source)]
    table = rules_file.frame(found)
    written = rules_file.write(table, path, sources, overwrite=overwrite)
    printing.say(f"{table.height:,} rules written to {written}")

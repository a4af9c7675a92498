"""Association rules on request: the baskets behind the open data, the rules at some cut-offs, how credible they are,
and what marks segments out. Works without a segmentation; with one, it contrasts segments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui.basketed import BasketTable, Credibility, Estimate, Marked, Mined, Productive
from segtui.errors import AnalysisError
from segtui.lettered import segments_of
from segtui.progress import Steps, as_part
from segtui.recipe import GatherSpec

if TYPE_CHECKING:
    from segtui.basketed import GroupCounts, NextOrders, Readings, Substitutes
    from segtui.gather.baskets import BasketLines
    from segtui.gather.look import Held
    from segtui.pipeline import Pipeline
    from segtui.recipe import Recipe
    from segtui.results import FeatureNote

SEED, SHUFFLES = 0, 20
"""Of the shuffles, which are about the data and not about the segments; and how many (METHODS D2)."""


# -- baskets ---------------------------------------------------------------------------------------------


def table(pipeline: Pipeline, recipe: Recipe) -> Steps[BasketTable]:
    """The baskets behind the open data: the orders of its customers, else tables that list baskets. Raises
    AnalysisError where it has none."""
    from segtui.gather.baskets import lines_of_baskets, lines_of_customers

    by, dataset = recipe.baskets.by, pipeline.dataset

    def compute() -> Steps[BasketTable]:
        tables = pipeline.tables
        read = (
            lines_of_customers(dataset, recipe.gather, by, tables)
            if dataset.made_of_orders
            else lines_of_baskets(recipe.gather, by, tables)
        )
        lines = yield from as_part(read, "baskets", 0.0, 0.6)
        return (yield from as_part(_encoded(lines), "baskets", 0.6, 0.4))

    return (yield from pipeline.filed_as(f"baskets {by} {dataset.fingerprint}", BasketTable, compute))


def table_of_baskets(gather: GatherSpec, by: str, held: Held | None = None) -> Steps[BasketTable]:
    """The baskets of tables that know no customer. Raises AnalysisError, SourceError."""
    from segtui.gather.baskets import lines_of_baskets

    lines = yield from lines_of_baskets(gather, by, held)
    return (yield from _encoded(lines))


def _encoded(lines: BasketLines) -> Steps[BasketTable]:
    import numpy as np
    import polars as pl

    from segtui.baskets.encode import from_lines
    from segtui.gather.baskets import FAMILY, ITEM, ORDER, OWNER, PRICE

    owner = OWNER if (lines.frame[OWNER] >= 0).any() else None
    encoded = yield from from_lines(lines.frame, ORDER, ITEM, owner)
    names = pl.DataFrame({ITEM: pl.Series(encoded.baskets.items, dtype=pl.String)})
    known = names.join(lines.items, on=ITEM, how="left", maintain_order="left")
    return BasketTable(
        encoded=encoded,
        families=tuple(family or "" for family in known[FAMILY].to_list()),
        prices=known[PRICE].fill_null(float("nan")).to_numpy().astype(np.float64),
        item=lines.item,
        order=lines.order,
        sources=lines.sources,
        column=lines.column,
        ids=lines.ids,
    )


# -- rules -----------------------------------------------------------------------------------------------


def expected_work(pipeline: Pipeline, recipe: Recipe) -> Steps[Estimate]:
    """How many itemsets to expect at the cut-offs of `recipe`."""
    from segtui.baskets import mined

    known = yield from table(pipeline, recipe)
    return (yield from mined.expected_work(known.baskets, recipe.baskets))


def rules(pipeline: Pipeline, recipe: Recipe) -> Steps[Mined]:
    """The rules at the cut-offs of `recipe`. Raises AnalysisError."""
    from segtui.baskets.mined import mined

    known = yield from table(pipeline, recipe)
    name = f"rules {recipe.baskets!r} {pipeline.dataset.fingerprint}"
    return (yield from pipeline.filed_as(name, Mined, lambda: mined(known.baskets, recipe.baskets)))


def productive(pipeline: Pipeline, recipe: Recipe) -> Steps[Productive]:
    """Whether every item of an antecedent adds to it, of each rule. Raises AnalysisError."""
    from segtui.baskets.productive import productive

    known = yield from table(pipeline, recipe)
    of = yield from rules(pipeline, recipe)
    name = f"productive {recipe.baskets!r} {pipeline.dataset.fingerprint}"
    return (yield from pipeline.filed_as(name, Productive, lambda: productive(known.baskets, of)))


def credible(
    pipeline: Pipeline,
    recipe: Recipe,
    found: Callable[[Credibility], None],
    made: Callable[[], Steps[Credibility]] | None = None,
) -> Steps[Credibility]:
    """The rules against shuffled baskets; `found` hears what is known after every shuffle. made: brings them from where
    they are made already."""
    known = yield from table(pipeline, recipe)
    of = yield from rules(pipeline, recipe)
    name = _credibility_name(pipeline, recipe)
    return (yield from pipeline.filed_as(name, Credibility, made or (lambda: credibility_of(known, of, found))))


def _credibility_name(pipeline: Pipeline, recipe: Recipe) -> str:
    return f"credibility {recipe.baskets!r} {pipeline.dataset.fingerprint}"


def credibility_filed(pipeline: Pipeline, recipe: Recipe) -> Credibility | None:
    """What shuffles said of the rules, where they are done."""
    return pipeline.at_hand(_credibility_name(pipeline, recipe), Credibility)


def credibility_of(
    known: BasketTable, of: Mined, found: Callable[[Credibility], None], shuffles: int = SHUFFLES
) -> Steps[Credibility]:
    """The same without a pipeline."""
    from segtui.baskets.credibility import credibility
    from segtui.baskets.mined import null_rules

    spec = of.spec
    return (
        yield from credibility(
            known.baskets, of.rules.counted(of.least), lambda drawn: null_rules(drawn, spec), SEED, found, shuffles
        )
    )


# -- readings --------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class Read:
    """What baskets are good for. readings: one value per rule of `mined`. next_orders: None where it cannot be said,
    with the reason."""

    table: BasketTable
    mined: Mined
    readings: Readings
    substitutes: Substitutes
    next_orders: NextOrders | None
    why_no_next: str = ""


def read(pipeline: Pipeline | None, recipe: Recipe, known: BasketTable, of: Mined) -> Steps[Read]:
    """Bundles and prompts among the rules, items seldom together, and what comes in a customer's next order.

    pipeline: None where there is none, as the baskets know no customers.
    """
    from segtui.baskets.readings import readings
    from segtui.baskets.substitutes import substitutes

    good_for = yield from as_part(readings(of.rules, known), "readings", 0.0, 0.1)
    seldom = yield from as_part(substitutes(known.baskets), "readings", 0.1, 0.4)
    if pipeline is None or not pipeline.dataset.made_of_orders:
        return Read(known, of, good_for, seldom, None, "these baskets have no customers.")
    try:
        later = yield from as_part(_next_orders(pipeline, recipe, known), "readings", 0.5, 0.5)
    except AnalysisError as error:
        return Read(known, of, good_for, seldom, None, str(error))
    return Read(known, of, good_for, seldom, later)


def _next_orders(pipeline: Pipeline, recipe: Recipe, known: BasketTable) -> Steps[NextOrders]:
    from segtui.baskets.days import days_of
    from segtui.baskets.next_order import next_orders
    from segtui.gather.baskets import ORDER
    from segtui.gather.sales import DAY, sales

    lines = yield from sales(pipeline.dataset, recipe.gather, pipeline.tables)
    when = yield from days_of(known.baskets, lines.frame, ORDER, DAY)
    return (yield from next_orders(known.baskets, when))


# -- segments --------------------------------------------------------------------------------------------


def marked(pipeline: Pipeline, recipe: Recipe) -> Steps[Marked]:
    """What marks the converged segments of `recipe` out, in items and in rules, in letter order.

    Raises AnalysisError where baskets have no customers, or too few for any comparison.
    """
    import numpy as np

    from segtui.baskets.contrast import group_counts, rule_contrast
    from segtui.baskets.items import groups_of, item_contrast
    from segtui.cluster.prediction import NOBODY

    known = yield from table(pipeline, recipe)
    of = yield from rules(pipeline, recipe)
    segments = yield from segments_of(pipeline, recipe)
    letters = segments.letters
    if not len(of.rules):
        raise AnalysisError("there are no rules to compare", hint="Ask for a lower support or confidence.")

    def compute() -> Steps[Marked]:
        places = segments.places.astype(np.int64)
        group = groups_of(known.baskets, np.where(places == NOBODY, -1, places))
        told = _from_baskets(pipeline, recipe)
        items = yield from item_contrast(known.baskets, group, len(letters), from_baskets=told)
        counts = yield from group_counts(known.baskets, of.rules.counted(of.least), group, len(letters))
        return Marked(letters, items, (yield from rule_contrast(counts, from_baskets=told)))

    name = f"marked {recipe.baskets!r} {letters} {pipeline.name('exact', recipe)}"
    return (yield from pipeline.filed_as(name, Marked, compute))


def counts_of_segments(pipeline: Pipeline, recipe: Recipe) -> Steps[GroupCounts | None]:
    """How often every rule holds in the baskets of each converged segment, in letter order; None where there are no
    rules, or not two segments with baskets."""
    import numpy as np

    from segtui.baskets.contrast import group_counts
    from segtui.baskets.items import groups_of
    from segtui.cluster.prediction import NOBODY

    known = yield from table(pipeline, recipe)
    of = yield from rules(pipeline, recipe)
    segments = yield from segments_of(pipeline, recipe)
    if not len(of.rules):
        return None
    places = segments.places.astype(np.int64)
    try:
        group = groups_of(known.baskets, np.where(places == NOBODY, -1, places))
        counted = of.rules.counted(of.least)
        return (yield from group_counts(known.baskets, counted, group, len(segments.letters)))
    except AnalysisError:
        return None


def _from_baskets(pipeline: Pipeline, recipe: Recipe) -> bool:
    """Whether a feature of the clustering is made of the same order lines."""
    rollup = pipeline.dataset.rollup
    notes: tuple[FeatureNote, ...] = () if rollup is None else rollup.features
    made = {note.name for note in notes}
    return any(feature.on and feature.name in made for feature in pipeline.explicit(recipe).prepare.features or ())

"""Decisions on request: plays for the segments, what customers are worth, and what to recommend to whom.

Everything is about the converged answer to a recipe, and in its letters. What the data cannot carry is refused with an
AnalysisError in plain words; `decisions` has all parts, each with the reason where it is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

from segtui.decided.campaigns import Campaigns, Inputs
from segtui.decided.decisions import Decisions
from segtui.decided.prices import Prices
from segtui.decided.recommendations import CustomerLists, Leaderboard, Method, Purpose, Reason
from segtui.decided.value import LifetimeValue
from segtui.errors import AnalysisError
from segtui.lettered import segments_of
from segtui.progress import Steps, as_part

if TYPE_CHECKING:
    from segtui.decide.playbook import Playbook
    from segtui.decide.recommend_interactions import Past, Purchases
    from segtui.decide.recommend_lists import Why
    from segtui.decide.recommend_metrics import Found
    from segtui.decide.value_history import History, Holdout
    from segtui.decided.recommendations import SegmentProducts
    from segtui.pipeline import Pipeline
    from segtui.recipe import Recipe

R = TypeVar("R")
Heard = Callable[[Leaderboard], None]

SEED = 0
"""Of the draws behind the intervals of a leaderboard, which are about customers and not about the segments."""


# -- plays -------------------------------------------------------------------------------------------------


def playbook() -> Playbook:
    """The analyst's playbook, else the shipped one. Raises UsageError where it cannot be read."""
    from segtui.decide.playbook import load
    from segtui.paths import config_folder

    return load(config_folder())


def plays(
    pipeline: Pipeline, recipe: Recipe, inputs: Inputs | None = None, of: Playbook | None = None
) -> Steps[Campaigns]:
    """What a playbook proposes for the segments of `recipe`; of: None for the one in the configuration folder.
    inputs: None for those of the recipe.

    Without orders plays on other features are offered. Raises AnalysisError, and UsageError for an input or a playbook
    that cannot be.
    """
    from segtui.decide.campaigns import campaigns

    entered, book = inputs or Inputs.of(recipe.decide), of or playbook()
    segments = yield from segments_of(pipeline, recipe)
    structure = yield from _more_than_slices(pipeline, recipe, book)
    answer, dataset = segments.answer, pipeline.dataset
    name = f"plays {_short(book)} {entered!r} {structure} {answer.fingerprint}"
    return (
        yield from pipeline.filed_as(
            name, Campaigns, lambda: campaigns(dataset, answer.profile, segments.clusters, book, entered, structure)
        )
    )


def _more_than_slices(pipeline: Pipeline, recipe: Recipe, book: Playbook) -> Steps[bool | None]:
    """Whether the verdict says that there are groups, not slices of a continuum; None where nobody asks, or knows."""
    from segtui import weighing
    from segtui.evidence import Verdict

    if not any("structure" in play.source for play in book.plays):
        return None
    found = (yield from weighing.assess(pipeline, recipe)).structure
    return None if found is None else found.verdict is Verdict.NATURAL


def _short(value: object) -> str:
    return blake2b(repr(value).encode(), digest_size=16).hexdigest()


# -- value -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Histories:
    """What is known of customers at the snapshot, and what they did in the holdout where there is one."""

    history: History
    holdout: Holdout | None


def value(pipeline: Pipeline, recipe: Recipe, weeks: float | None = None) -> Steps[LifetimeValue]:
    """What is expected of customers and segments over so many weeks (None: those of the recipe), checked on the holdout
    where there is one.

    The value itself says where the data do not carry it. Raises AnalysisError where there are no orders, or no dates.
    """
    from segtui.decide.value import lifetime_value

    ahead = recipe.decide.horizon if weeks is None else weeks

    def compute() -> Steps[LifetimeValue]:
        known = yield from as_part(_histories(pipeline, recipe), "customer value", 0.0, 0.3)
        segments = yield from segments_of(pipeline, recipe)
        valued = lifetime_value(known.history, segments.places, segments.letters, ahead, known.holdout)
        return (yield from as_part(valued, "customer value", 0.3, 0.7))

    return (
        yield from pipeline.filed_as(f"value {ahead} {pipeline.name('exact letters', recipe)}", LifetimeValue, compute)
    )


def _histories(pipeline: Pipeline, recipe: Recipe) -> Steps[_Histories]:
    """Histories are of the data and not of the segments. Raises AnalysisError."""
    import polars as pl

    from segtui.decide.value_history import AMOUNT, DAY, OWNER, history_of, holdout_of
    from segtui.gather.sales import Sales, sales, sales_of_holdout

    dataset = pipeline.dataset

    def lines(found: Sales, money: bool) -> pl.DataFrame:
        return found.frame.select(OWNER, DAY, *([AMOUNT] if money else []))

    def compute() -> Steps[_Histories]:
        found = yield from sales(dataset, recipe.gather, pipeline.tables)
        rollup = dataset.rollup
        if rollup is None or rollup.snapshot is None or DAY not in found.told:
            raise AnalysisError(
                "the orders have no dates, so nothing says who comes back",
                hint="Give a column the role time (e in Data, or the recipe).",
            )
        money = AMOUNT in found.told
        history = yield from history_of(lines(found, money), dataset.customers, rollup.snapshot)
        if rollup.holdout is None:
            return _Histories(history, None)
        later = yield from sales_of_holdout(dataset, recipe.gather, pipeline.tables)
        holdout = yield from holdout_of(lines(later, money), dataset.customers, *rollup.holdout)
        return _Histories(history, holdout)

    return (yield from pipeline.filed_as(f"histories {dataset.fingerprint}", _Histories, compute))


# -- recommendations ---------------------------------------------------------------------------------------


def recommended(pipeline: Pipeline, recipe: Recipe, heard: Heard = lambda board: None) -> Steps[Leaderboard]:
    """How every method of recommending fares on these orders, and which are offered. heard: the board so far.

    Segments of it are places in the letters of the answer. Raises AnalysisError where there is nothing to recommend.
    """
    from segtui.decide.recommend_board import Finding, leaderboard
    from segtui.deciding_past import Earlier

    def filed(name: str, find: Finding) -> Steps[list[Found]]:
        return pipeline.filed_as(f"found {name} {pipeline.dataset.fingerprint}", list, find)

    def compute() -> Steps[Leaderboard]:
        bought = yield from as_part(_purchases(pipeline, recipe), "recommendations", 0.0, 0.1)
        segments = yield from segments_of(pipeline, recipe)
        earlier = Earlier(pipeline, recipe, segments.places, len(segments.letters))
        board = yield from leaderboard(bought, SEED, earlier.labels, heard, filed=filed)
        return replace(board, notes=(*board.notes, *earlier.notes))

    return (yield from pipeline.filed_as(f"recommended {pipeline.name('exact letters', recipe)}", Leaderboard, compute))


def lists(pipeline: Pipeline, recipe: Recipe, purpose: Purpose, method: Method | None = None) -> Steps[CustomerLists]:
    """The first items for every customer with a purchase, by `method`, or by the best that is offered.

    Raises AnalysisError for a method that did not clear its gate; popularity has none.
    """
    from segtui.decide.recommend_lists import customer_lists

    if method is not Method.POPULARITY:
        board = yield from as_part(recommended(pipeline, recipe), "lists", 0.0, 0.6)
        method = _offered(board, purpose, method)
    chosen = method

    def compute() -> Steps[CustomerLists]:
        bought = yield from _purchases(pipeline, recipe)
        past = yield from _past(pipeline, recipe)
        segments = yield from segments_of(pipeline, recipe)
        return (yield from customer_lists(bought, past, chosen, purpose, segments.places))

    name = f"lists {chosen} {purpose} {pipeline.name('exact letters', recipe)}"
    return (yield from pipeline.filed_as(name, CustomerLists, lambda: as_part(compute(), "lists", 0.6, 0.4)))


def _offered(board: Leaderboard, purpose: Purpose, method: Method | None) -> Method:
    offered = board.offered(purpose)
    if method is None and offered:
        return offered[0]
    if method in offered:
        return method
    why = [one.why for one in board.verdicts if one.purpose is purpose and one.method is method]
    raise AnalysisError(
        f"{method} is not offered for {purpose}: {''.join(why)}"
        if method
        else f"no method is clearly better than popularity for {purpose}",
        hint="Popularity is what is left: ask for it by name.",
    )


def products(pipeline: Pipeline, recipe: Recipe) -> Steps[tuple[SegmentProducts, ...]]:
    """The items bought most in each segment, with a rule as the reason where there is one.

    Raises AnalysisError where the orders name no items.
    """
    from segtui.decide.recommend_lists import segment_products

    def compute() -> Steps[tuple[SegmentProducts, ...]]:
        bought = yield from _purchases(pipeline, recipe)
        past = yield from _past(pipeline, recipe)
        segments = yield from segments_of(pipeline, recipe)
        why = yield from _reasons(pipeline, recipe)
        return (yield from segment_products(bought, past, segments.places, why))

    name = f"products {recipe.baskets!r} {pipeline.name('exact letters', recipe)}"
    found: tuple[SegmentProducts, ...] = yield from pipeline.filed_as(name, tuple, compute)
    return found


def _reasons(pipeline: Pipeline, recipe: Recipe) -> Steps[Why]:
    """What rules between products say of an item: those of a segment's own baskets, else of all baskets. Rules of
    several items behind the arrow say nothing here."""
    from segtui import basketing
    from segtui.decide.recommend_reasons import reasons, reasons_of_segments
    from segtui.gather.scan import in_background

    by_product = replace(recipe, baskets=replace(recipe.baskets, by="product", consequents="one"))
    try:
        known = yield from basketing.table(pipeline, by_product)
        mined = yield from basketing.rules(pipeline, by_product)
    except AnalysisError:
        return lambda segment, item: Reason()
    rules, items = mined.rules, known.baskets.items
    counts = yield from basketing.counts_of_segments(pipeline, by_product)

    def compute() -> tuple[Mapping[str, str], tuple[Mapping[str, str], ...]]:
        own = () if counts is None else reasons_of_segments(rules, items, counts, by_product.baskets)
        return reasons(rules, items), own

    everywhere, own = yield from in_background(compute, "products of segments")

    def why(segment: int, item: str) -> Reason:
        if segment < len(own) and item in own[segment]:
            return Reason(own[segment][item], own=True)
        return Reason(everywhere.get(item, ""))

    return why


def _purchases(pipeline: Pipeline, recipe: Recipe) -> Steps[Purchases]:
    """Purchases are of the data and not of the segments. Raises AnalysisError where the lines name no items."""
    from segtui.decide.recommend_interactions import Purchases, purchases
    from segtui.gather.baskets import ITEM
    from segtui.gather.sales import sales

    dataset = pipeline.dataset

    def compute() -> Steps[Purchases]:
        found = yield from sales(dataset, recipe.gather, pipeline.tables)
        if ITEM not in found.told:
            raise AnalysisError(
                "the order lines do not say what was bought",
                hint="Give a column the role product (e in Data, or the recipe).",
            )
        return (yield from purchases(found.frame, dataset.customers))

    return (yield from pipeline.filed_as(f"purchases {dataset.fingerprint}", Purchases, compute))


def _past(pipeline: Pipeline, recipe: Recipe) -> Steps[Past]:
    """All purchases as what methods learn from, which every list needs. Raises AnalysisError."""
    from segtui.decide.recommend_interactions import Past
    from segtui.decide.recommend_split import whole

    def compute() -> Steps[Past]:
        return (yield from whole((yield from _purchases(pipeline, recipe))))

    return (yield from pipeline.filed_as(f"past {pipeline.dataset.fingerprint}", Past, compute))


# -- prices ------------------------------------------------------------------------------------------------


def prices(pipeline: Pipeline, recipe: Recipe) -> Steps[Prices]:
    """What segments paid, and how buying went with price. Raises AnalysisError where no line carries a price."""
    from segtui.decide.prices import prices as priced
    from segtui.gather.sales import sales

    dataset = pipeline.dataset

    def compute() -> Steps[Prices]:
        found = yield from as_part(sales(dataset, recipe.gather, pipeline.tables), "prices", 0.0, 0.2)
        segments = yield from segments_of(pipeline, recipe)
        told = priced(found.frame, segments.places, segments.letters, SEED)
        return (yield from as_part(told, "prices", 0.2, 0.8))

    return (yield from pipeline.filed_as(f"prices {pipeline.name('exact letters', recipe)}", Prices, compute))


# -- everything --------------------------------------------------------------------------------------------


def decisions(
    pipeline: Pipeline,
    recipe: Recipe,
    of: Playbook | None = None,
    heard: Heard = lambda board: None,
) -> Steps[Decisions]:
    """Every part, with what was entered in the recipe; one that cannot be is missing, with the reason.

    Raises AnalysisError where there are no segments.
    """
    segments = yield from segments_of(pipeline, recipe)
    why: dict[str, str] = {}
    campaigns = yield from _tried(why, "campaigns", as_part(plays(pipeline, recipe, None, of), "plays", 0.0, 0.1))
    valued = yield from _tried(why, "value", as_part(value(pipeline, recipe), "value", 0.1, 0.1))
    priced = yield from _tried(why, "prices", as_part(prices(pipeline, recipe), "prices", 0.2, 0.1))
    board = yield from _tried(
        why, "recommendations", as_part(recommended(pipeline, recipe, heard), "recommendations", 0.3, 0.6)
    )
    popular: tuple[SegmentProducts, ...] | None = None
    if board is not None:
        popular = yield from _tried(why, "products", as_part(products(pipeline, recipe), "products", 0.9, 0.1))
    return Decisions(
        letters=segments.letters,
        inputs=Inputs.of(recipe.decide),
        campaigns=campaigns,
        value=valued,
        prices=priced,
        board=board,
        products=popular or (),
        reasons=tuple(why.items()),
    )


def _tried(why: dict[str, str], part: str, steps: Steps[R]) -> Steps[R | None]:
    """The part, or None with the reason noted."""
    try:
        return (yield from steps)
    except AnalysisError as error:
        why[part] = str(error)
        return None

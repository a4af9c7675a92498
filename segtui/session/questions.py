"""What a view may ask the worker about the answer on screen; values, so that answers can be filed."""

from __future__ import annotations

from dataclasses import dataclass

from segtui.basket_views import RuleFilter
from segtui.decided.campaigns import Inputs
from segtui.decided.recommendations import Method, Purpose
from segtui.recipe import WEEKS, BasketSpec, Recipe, SourceSpec


@dataclass(frozen=True, slots=True)
class MapQuestion:
    """The customer map as a grid of cells -> results.MapGrid.

    x, y: a feature name, or "component 1", "component 2" … for principal components.
    """

    x: str
    y: str
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class DistributionQuestion:
    """One feature by segment -> results.Distribution. bins: how many at most."""

    feature: str
    bins: int


@dataclass(frozen=True, slots=True)
class CustomersQuestion:
    """The customers of a segment (None: all) in source order -> results.TablePage."""

    letter: str | None


@dataclass(frozen=True, slots=True)
class TypicalQuestion:
    """The customers of a segment nearest to its centroid, nearest first -> results.TablePage."""

    letter: str


@dataclass(frozen=True, slots=True)
class BorderQuestion:
    """The customers of a segment nearest to a border, with the smallest change that would move them across it ->
    results.TablePage."""

    letter: str


@dataclass(frozen=True, slots=True)
class LeftOutQuestion:
    """The source rows that are no customer, or that the answer on screen sets aside, with reasons -> results.TablePage.

    Before there is an answer on the open data: those that are no customer.
    """


@dataclass(frozen=True, slots=True)
class StepRowsQuestion:
    """The order lines that a cleaning step leaves out, or would leave out if it were on -> results.TablePage.

    step: one of recipe.STEPS.
    """

    step: str


@dataclass(frozen=True, slots=True)
class StepCountsQuestion:
    """How many lines every step leaves out or, where it is off, would leave out -> tuple of results.CleaningStep."""


@dataclass(frozen=True, slots=True)
class LabQuestion:
    """What every way of scaling the features makes of the answer on screen -> results.Lab. It takes several fits."""


@dataclass(frozen=True, slots=True)
class PredictionQuestion:
    """What segments know of later orders -> evidence.Prediction. It takes many fits.

    tried: recipes of earlier runs on the same data, whose features and scales are compared with those on screen.
    """

    tried: tuple[Recipe, ...] = ()


@dataclass(frozen=True, slots=True)
class SilhouetteQuestion:
    """Silhouettes by segment -> explained.SilhouetteView. steps: points of each curve."""

    steps: int


@dataclass(frozen=True, slots=True)
class MisfitsQuestion:
    """The customers nearer to another segment than to their own, worst first -> results.TablePage."""


@dataclass(frozen=True, slots=True)
class RulesQuestion:
    """Every segment in one rule -> explained.SegmentRules."""


@dataclass(frozen=True, slots=True)
class AdoptionQuestion:
    """What the segments would be if a tree were adopted -> explained.Adoptions. It grows several trees."""


Side = Recipe | SourceSpec
"""One side of a comparison: a recipe of the history, or a labelled file."""


@dataclass(frozen=True, slots=True)
class ComparisonQuestion:
    """Who moved between two sides on the data that is open -> explained.Migration. A run that is no longer filed is
    computed again. asked: how often a file was named: it may have been written again since."""

    before: Side
    after: Side
    asked: int = 0


@dataclass(frozen=True, slots=True)
class MoversQuestion:
    """Who moved between two sides -> results.TablePage: row, id, old and new segment, distance ratio (to the own
    centroid over to the nearest other: 1 on the border). move: places of the two segments; None: all who moved."""

    before: Side
    after: Side
    move: tuple[int, int] | None = None
    asked: int = 0


@dataclass(frozen=True, slots=True)
class DriversQuestion:
    """What drives the segments and which features deserve to -> explained.Drivers. It takes many small fits."""


EVERYTHING = RuleFilter()


@dataclass(frozen=True, slots=True)
class WorkQuestion:
    """What mining at some cut-offs would take -> basket_views.WorkView."""

    spec: BasketSpec


@dataclass(frozen=True, slots=True)
class BasketsQuestion:
    """The rules at some cut-offs that pass a filter -> basket_views.RulesPage. Its table is every rule."""

    spec: BasketSpec
    shown: RuleFilter = EVERYTHING


@dataclass(frozen=True, slots=True)
class ScatterQuestion:
    """The rules that pass a filter by support and lift, counted in cells -> basket_views.ScatterView."""

    spec: BasketSpec
    shown: RuleFilter
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class NetworkQuestion:
    """The strongest pairs among the rules that pass a filter -> basket_views.NetworkView."""

    spec: BasketSpec
    shown: RuleFilter


@dataclass(frozen=True, slots=True)
class UsesQuestion:
    """What baskets are good for, in sentences -> basket_views.UsesView."""

    spec: BasketSpec


@dataclass(frozen=True, slots=True)
class RuleBasketsQuestion:
    """The baskets behind a rule, by its number at these cut-offs -> results.TablePage."""

    spec: BasketSpec
    rule: int


@dataclass(frozen=True, slots=True)
class MarkedQuestion:
    """What marks the converged segments on screen out -> basket_views.MarkedView."""

    spec: BasketSpec


OfBaskets = WorkQuestion | BasketsQuestion | ScatterQuestion | NetworkQuestion | UsesQuestion | RuleBasketsQuestion
"""Questions about the open data and some cut-offs, not about the answer on screen (but see `needs_segments`)."""


def needs_segments(question: OfBaskets) -> bool:
    """Whether a filter asks for the rules of a segment, so that the reply does depend on the answer."""
    return isinstance(question, BasketsQuestion | ScatterQuestion | NetworkQuestion) and bool(question.shown.segment)


NOTHING_ENTERED = Inputs()


@dataclass(frozen=True, slots=True)
class PlaysQuestion:
    """What the playbook proposes for the segments on screen -> decided.campaigns.Campaigns, or decisions.Missing."""

    inputs: Inputs = NOTHING_ENTERED


@dataclass(frozen=True, slots=True)
class ValueQuestion:
    """What customers are worth over so many weeks -> decided.value.LifetimeValue, or decisions.Missing."""

    weeks: float = WEEKS


@dataclass(frozen=True, slots=True)
class PricesQuestion:
    """What segments paid, and how they bought at other prices -> decided.prices.Prices, or decisions.Missing."""


@dataclass(frozen=True, slots=True)
class ProductsQuestion:
    """What most customers of each segment bought -> tuple of recommendations.SegmentProducts, or decisions.Missing."""


@dataclass(frozen=True, slots=True)
class LeaderboardQuestion:
    """How ways of recommending fare -> recommendations.Leaderboard, complete or as far as it is, or decisions.Missing.
    It takes long."""


@dataclass(frozen=True, slots=True)
class PlayListQuestion:
    """Who is contacted and who is held out in a play -> results.TablePage of id, segment, arm, play, other plays.

    campaign: the name that the arms are drawn under.
    """

    inputs: Inputs
    play: str
    campaign: str


@dataclass(frozen=True, slots=True)
class RecommendedQuestion:
    """What to recommend to every customer, to be written. purposes: what for. method: None for the best that is
    offered for each of them."""

    purposes: tuple[Purpose, ...]
    method: Method | None = None


@dataclass(frozen=True, slots=True)
class DeliveryQuestion:
    """What a delivered folder would hold: first rows, sizes, what cannot be -> session.delivery_view.DeliveryView."""


OfDecisions = PlaysQuestion | ValueQuestion | PricesQuestion | ProductsQuestion | LeaderboardQuestion
"""Parts of the Decide pane."""


Question = (
    MapQuestion
    | DistributionQuestion
    | CustomersQuestion
    | TypicalQuestion
    | BorderQuestion
    | LeftOutQuestion
    | StepRowsQuestion
    | StepCountsQuestion
    | LabQuestion
    | PredictionQuestion
    | SilhouetteQuestion
    | MisfitsQuestion
    | RulesQuestion
    | AdoptionQuestion
    | ComparisonQuestion
    | MoversQuestion
    | DriversQuestion
    | OfBaskets
    | MarkedQuestion
    | OfDecisions
    | PlayListQuestion
    | RecommendedQuestion
    | DeliveryQuestion
)

"""What the Baskets pane is shown: plain values and the protocol of a page of rules, without numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from segtui.recipe import BasketSpec

FORMATS = ("csv", "tsv", "parquet", "ndjson")
"""What rules may be written as, by the file's ending."""

SORTS = (
    "lift", "adjusted_lift", "count", "support", "coverage", "confidence", "extra_baskets", "leverage", "conviction",
    "zhang", "certainty", "kulczynski", "imbalance", "jaccard", "cosine", "fisher", "improvement", "length",
)  # fmt: skip
"""What rules can be sorted and filtered by; the smallest first where it is in SMALLEST_FIRST."""
SMALLEST_FIRST = ("imbalance", "fisher", "length")

SIGNS = (">=", "<=", ">", "<", "=")
"""How a measure may stand to a number in a filter."""

READINGS = ("", "bundle", "prompt")
"""Ways to read rules: all of them; bundles; prompts (`baskets.readings` defines both)."""


@dataclass(frozen=True, slots=True)
class RuleFilter:
    """Which of the rules found are shown, and in which order.

    contains: texts, each in the name of an item on either side; before, after: on the side before, after the arrow;
    all without regard to case. length: items on both sides, 0 for any. segment: a letter, for rules that mark it out.
    measured: what a measure must be, as (one of SORTS, one of SIGNS, a number).
    reading: one of READINGS. productive: only rules of which every item before the arrow adds. families: whether rules
    within a family are shown; folded: whether near-identical rules stand behind the first of them. sort: one of SORTS.
    """

    contains: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    length: int = 0
    segment: str = ""
    measured: tuple[tuple[str, str, float], ...] = ()
    reading: str = ""
    productive: bool = False
    families: bool = True
    folded: bool = True
    sort: str = "lift"


@dataclass(frozen=True, slots=True)
class WorkView:
    """What mining at some cut-offs would take. baskets, items: of the data; least: baskets that a rule needs; sets:
    itemsets to expect. exact: they were counted; where not `complete`, there are more than `sets`. items_are: which
    column says what an item is."""

    spec: BasketSpec
    baskets: int
    items: int
    least: int
    sets: int
    exact: bool
    complete: bool
    basket: str
    items_are: str = ""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as a table shows it. number: its place among all that were found; folded: alike ones behind it; adding:
    what is known of whether every item before the arrow adds, a sentence."""

    number: int
    antecedent: tuple[str, ...]
    consequent: tuple[str, ...]
    count: int
    antecedent_count: int
    support: float
    confidence: float
    lift: float
    extra: float
    sorted_by: float
    redundant: bool
    folded: int
    adding: str = ""


class RulesPage(Protocol):
    """The rules at some cut-offs that pass a filter, in order; rows are made when they are looked at."""

    @property
    def spec(self) -> BasketSpec: ...
    @property
    def shown(self) -> RuleFilter: ...
    @property
    def baskets(self) -> int: ...
    @property
    def items(self) -> int: ...
    @property
    def least(self) -> int:
        """Baskets that a rule needed."""
        ...

    @property
    def itemsets(self) -> int: ...
    @property
    def found(self) -> int:
        """Rules in all."""
        ...

    @property
    def row_count(self) -> int:
        """Rules that pass the filter and are not folded."""
        ...

    @property
    def folded(self) -> int:
        """Rules that stand behind another."""
        ...

    @property
    def within(self) -> int:
        """Rules within a family that are hidden."""
        ...

    @property
    def problem(self) -> tuple[str, str]:
        """Where nothing was found: why, and what would give some; empty texts else."""
        ...

    @property
    def wider(self) -> BasketSpec | None:
        """Cut-offs that would return something, where nothing was found."""
        ...

    def rows(self, start: int, stop: int) -> list[RuleRow]:
        """Rows start..stop-1."""
        ...

    def sentence(self, row: int, shuffled: float | None) -> str:
        """The rule of a row in words. shuffled: baskets with it in shuffled data, where that is known."""
        ...


@dataclass(frozen=True, slots=True)
class MarkedItem:
    """An item in a segment against the rest. shares: of baskets; z: in standard errors of the log-odds; q: adjusted."""

    name: str
    count: int
    share: float
    rest_share: float
    z: float
    q: float


@dataclass(frozen=True, slots=True)
class MarkedRule:
    """A rule in a segment against the rest: confidences, their difference with its 95 % interval, the difference of
    supports, and words."""

    antecedent: tuple[str, ...]
    consequent: tuple[str, ...]
    confidence: float
    rest_confidence: float
    difference: float
    low: float
    high: float
    q: float
    support: float
    marked: bool
    words: str


@dataclass(frozen=True, slots=True)
class MarkedSegment:
    """What marks one segment out, the strongest first. baskets: of its customers; marks: rules that do, in all."""

    letter: str
    baskets: int
    items: tuple[MarkedItem, ...]
    rules: tuple[MarkedRule, ...]
    marks: int


@dataclass(frozen=True, slots=True)
class MarkedView:
    """Every segment, in letter order, and what a reader of the tests must know."""

    segments: tuple[MarkedSegment, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShuffledView:
    """Rules against shuffled baskets, as far as it has come. expected, false_above: per rule, by number."""

    shuffles: int
    wanted: int
    words: str
    share: float | None
    expected: tuple[float, ...]
    false_above: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ScatterView:
    """Rules by support and lift, counted in cells on logarithmic axes; counts: rows from the highest lift down.

    support, lift: lowest and highest. rules: how many are counted.
    """

    counts: tuple[tuple[int, ...], ...]
    support: tuple[float, float]
    lift: tuple[float, float]
    rules: int


@dataclass(frozen=True, slots=True)
class NetworkNode:
    """An item in a forest of pairs: depth below the item it hangs on, with count and lift of that pair (0 at a root).
    last: of its brothers, for it and for each item above it; also: other items it goes with."""

    name: str
    depth: int
    last: tuple[bool, ...]
    count: int
    lift: float
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NetworkView:
    """The strongest pairs as trees. pairs: that are drawn; of: pairs among the rules shown."""

    nodes: tuple[NetworkNode, ...]
    pairs: int
    of: int


# -- uses ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that baskets are good for. sentences: the first of `found`, the strongest first; caveat: what is to be
    borne in mind; why: why there are none, where that has a reason of its own."""

    name: str
    found: int
    sentences: tuple[str, ...]
    caveat: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class UsesView:
    """Bundles, prompts, items seldom together, and what comes in the next order."""

    uses: tuple[Use, ...]

"""Baskets and what is found in them: frozen values, no behaviour beyond look-ups.

Items are numbered; `Baskets.items` says what a number stands for. A basket holds an item or does not: how many of it
were bought, and how often it is on the receipt, is not kept.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.recipe import BasketSpec
    from segtui.results import Floats, Rows

    Counts = NDArray[np.int64]
    Numbers = NDArray[np.int32]
    Marks = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=False)
class Baskets:
    """Which items are in which basket, as rows of a sparse table.

    items: names, by number. starts: int64 (baskets + 1,), index: int32, so that index[starts[b]:starts[b + 1]] are the
    items of basket b, ascending and without repeats; a basket may be empty. owner: int64 (baskets,), the position of
    its customer in canonical order, -1 where nobody is known; None where baskets have no customers. ids: what the
    source calls the baskets, in order; None where it does not.
    """

    items: tuple[str, ...]
    starts: Counts
    index: Numbers
    owner: Rows | None = None
    ids: tuple[str, ...] | None = None

    @property
    def count(self) -> int:
        """Baskets, empty ones among them."""
        return len(self.starts) - 1

    @cached_property
    def sizes(self) -> Counts:
        """Items in each basket (baskets,)."""
        return np.diff(self.starts)

    @cached_property
    def item_counts(self) -> Counts:
        """Baskets with each item (items,)."""
        return np.bincount(self.index, minlength=len(self.items)).astype(np.int64)


@dataclass(frozen=True, eq=False, slots=True)
class Itemsets:
    """Frequent itemsets by length. levels: for each length from 1 up its sets, int32 (sets, length), every row
    ascending and rows in lexicographic order; counts: baskets with all of them, int64 (sets,), beside it. baskets: how
    many there are; least: the count asked for."""

    levels: tuple[tuple[Numbers, Counts], ...]
    baskets: int
    least: int

    @property
    def number(self) -> int:
        """Itemsets of every length."""
        return sum(len(counts) for _, counts in self.levels)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Baskets as they were read. no_order, no_item: lines left out because they name no basket, or a basket but no
    item; repeated: lines whose item was in the basket already."""

    baskets: Baskets
    no_order: int
    no_item: int
    repeated: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What mining would find. items, pairs: frequent ones, counted. triples: an upper bound for sets of three (the
    triangles of frequent pairs). sets: itemsets in all; counted where `exact`, else extrapolated from some first items.
    Where not `complete` the count below those was stopped early, so that `sets` is likely far too low: say "more than".
    """

    items: int
    pairs: int
    triples: int
    sets: int
    exact: bool
    complete: bool


@dataclass(frozen=True, eq=False, slots=True)
class RuleSet:
    """Rules antecedent → consequent, one a row, with the four counts and everything that is computed from them.

    antecedents, consequents: item numbers, int32 (rules, longest), each row ascending and filled up with -1.
    baskets: n. antecedent_counts, consequent_counts, counts: n_X, n_Y, n_XY, int64 (rules,). All measures are float64
    (rules,) and defined in `baskets.measures`; shares lie in 0 to 1. conviction is infinite where the confidence is 1.
    improvement: confidence less the best one of a smaller antecedent for the same consequent, the empty one among
    them; 0 or less makes a rule redundant. adjusted_lift: lift over what basket sizes alone give to a pair, to first
    order; NaN for rules of more than two items, where that does not hold.
    """

    antecedents: Numbers
    consequents: Numbers
    baskets: int
    antecedent_counts: Counts
    consequent_counts: Counts
    counts: Counts
    support: Floats
    coverage: Floats
    confidence: Floats
    lift: Floats
    leverage: Floats
    extra_baskets: Floats
    conviction: Floats
    zhang: Floats
    certainty: Floats
    kulczynski: Floats
    imbalance: Floats
    jaccard: Floats
    cosine: Floats
    fisher: Floats
    improvement: Floats
    adjusted_lift: Floats

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def redundant(self) -> NDArray[np.bool_]:
        """Whether a simpler rule does as well (rules,)."""
        return self.improvement <= 0

    @property
    def lengths(self) -> Counts:
        """Items on both sides together (rules,)."""
        lengths: Counts = (self.antecedents >= 0).sum(axis=1) + (self.consequents >= 0).sum(axis=1)
        return lengths

    def counted(self, least: int) -> CountedRules:
        """The sides and counts alone. least: the count that a rule had to have."""
        return CountedRules(
            self.antecedents,
            self.consequents,
            self.counts,
            self.antecedent_counts,
            self.consequent_counts,
            self.baskets,
            least,
        )

    def chosen(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> RuleSet:
        """The rules that a mask or positions choose, in that order."""
        taken = {one.name: getattr(self, one.name) for one in fields(self)}
        return RuleSet(**{name: value if name == "baskets" else value[rows] for name, value in taken.items()})


@dataclass(frozen=True, eq=False, slots=True)
class BasketTable:
    """Baskets as they were read, and what is known of their items, by number. families: categories, "" where there is
    none; prices: what a piece costs, nan where unknown. item: the role that names an item; order: what a basket is.
    column: what the source calls the column of items; ids: the one of product ids beside it; "" where not known."""

    encoded: Encoded
    families: tuple[str, ...]
    prices: Floats
    item: str
    order: str
    sources: tuple[str, ...]
    column: str = ""
    ids: str = ""

    @property
    def baskets(self) -> Baskets:
        return self.encoded.baskets


@dataclass(frozen=True, eq=False, slots=True)
class Mined:
    """The rules at the cut-offs of `spec`.

    least: the number of baskets asked for; itemsets: frequent sets of every length, of one item too. size_lift: the
    lift that basket sizes alone give to a pair (lambda of METHODS D1). Where there are no rules: least_that: the count
    at which there would be pairs, 0 where no two items are ever in one basket; best_confidence, best_lift: the highest
    among rules that are frequent enough, nan where none is. tried: rules that the itemsets give at any confidence.
    """

    spec: BasketSpec
    rules: RuleSet
    least: int
    itemsets: int
    size_lift: float
    least_that: int = 0
    best_confidence: float = float("nan")
    best_lift: float = float("nan")
    tried: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Productive:
    """Whether every item of an antecedent adds to it (`baskets.productive`). p: of each rule, float64 (rules,); holds:
    whether it is productive, bool (rules,); level: the p that this took at most, for so many rules tried."""

    p: Floats
    holds: Marks
    level: float


@dataclass(frozen=True, eq=False, slots=True)
class Marked:
    """What marks segments out, columns in the order of `letters`. items: every item; rules: those of a `Mined`."""

    letters: tuple[str, ...]
    items: ItemContrast
    rules: RuleContrast


# -- credibility -----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class CountedRules:
    """Rules by item number, with what was counted for them.

    antecedents, consequents: int32 (rules, longest), filled up with -1. joint: baskets with all items of a rule;
    with_antecedent, with_consequent: with those of one side; int64 (rules,). baskets: how many there are; least: the
    count that a rule had to have.
    """

    antecedents: Numbers
    consequents: Numbers
    joint: Counts
    with_antecedent: Counts
    with_consequent: Counts
    baskets: int
    least: int

    @property
    def lengths(self) -> Counts:
        """Items on both sides of each rule (rules,)."""
        sides = np.hstack([self.antecedents, self.consequents])
        lengths: Counts = np.sum(sides >= 0, axis=1, dtype=np.int64)
        return lengths


@dataclass(frozen=True, eq=False, slots=True)
class NullRules:
    """What mining shuffled baskets gave at the same cut-offs: items of each rule, int64, and its lift, float64."""

    lengths: Counts
    lifts: Floats


@dataclass(frozen=True, eq=False, slots=True)
class Credibility:
    """How rules stand against shuffled baskets, after `shuffles` of `wanted`; `p`, `pooled`, `expected` and
    `false_above` have one value per rule, and `baskets.credibility` says how each is computed.

    shown: rules of the data at the cut-offs. found: rules of each shuffle at the same cut-offs (shuffles,).
    p: of the rule by itself, never below 1 / (shuffles + 1). pooled: with all rules of as many items, nan before the
    second shuffle. expected: baskets with the whole rule in shuffled data, the mean. false_above: of the rules shown
    with as many items and at least its lift, the share that shuffled data would give too.
    """

    shown: int
    shuffles: int
    wanted: int
    found: Counts
    p: Floats
    pooled: Floats
    expected: Floats
    false_above: Floats

    @property
    def share(self) -> float | None:
        """The share of the rules shown that shuffled data would give as well, at most 1; None where none are shown."""
        return min(1.0, float(self.found.mean()) / self.shown) if self.shown else None

    @property
    def range(self) -> tuple[float, float] | None:
        """The share of the shuffle with the fewest rules, and of the one with the most."""
        if not self.shown:
            return None
        return min(1.0, int(self.found.min()) / self.shown), min(1.0, int(self.found.max()) / self.shown)


# -- what marks segments out -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class ItemContrast:
    """Items in each segment against the rest; tables are (items, segments), nan where an item was not tested.

    counts: baskets of the segment with the item; share, rest_share: of its baskets, and of all others. log_odds: above
    0 where the item is more of what the segment buys; z: in standard errors. p: two-sided; q: adjusted over all that
    were tested (Benjamini & Hochberg). baskets: of each segment; left_out: baskets whose customer has no segment.
    """

    counts: Counts
    share: Floats
    rest_share: Floats
    log_odds: Floats
    z: Floats
    p: Floats
    q: Floats
    baskets: Counts
    left_out: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class GroupCounts:
    """What contrasting rules needs of every segment, from one pass over the baskets.

    baskets, lines, others: of each segment, int64 (segments,): its baskets, the sum of their sizes s, the sum of
    s (s - 1). antecedent, consequent, joint: its baskets with a rule's items, int64 (rules, segments). left_out:
    baskets whose customer has no segment.
    """

    baskets: Counts
    lines: Counts
    others: Counts
    antecedent: Counts
    consequent: Counts
    joint: Counts
    left_out: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class RuleContrast:
    """Rules in each segment against the rest; tables are float64 (rules, segments), nan where a pair was not tested.

    confidence, rest_confidence, difference: shares, and the first less the second; low, high: its 95 % interval.
    support_difference: likewise. p: two-sided; q: adjusted over all tested pairs. lift, rest_lift: basket-adjusted.
    size, taste, affinity: factors whose product is confidence / rest_confidence. expected, rest_expected: confidences
    that basket size and popularity give by themselves; beyond, rest_beyond: what there is above them; remains: the
    first of these less the second (`baskets.contrast` has the formulas). marked: bool, q and support difference are
    beyond the cut-offs. few: bool, too few baskets to be tested. delta: least support difference; level: of q.
    """

    confidence: Floats
    rest_confidence: Floats
    difference: Floats
    low: Floats
    high: Floats
    support_difference: Floats
    p: Floats
    q: Floats
    lift: Floats
    rest_lift: Floats
    size: Floats
    taste: Floats
    affinity: Floats
    expected: Floats
    rest_expected: Floats
    beyond: Floats
    rest_beyond: Floats
    remains: Floats
    marked: Marks
    few: Marks
    delta: float
    level: float
    notes: tuple[str, ...] = ()

    @property
    def tested(self) -> int:
        """Pairs of a rule and a segment that were tested, over which q is adjusted."""
        return int(np.isfinite(self.p).sum())


# -- readings for marketers ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class Readings:
    """What rules are good for, one value per rule; `baskets.readings` has the cut-offs.

    bundle, prompt: bool. twin: bool, a bundle whose items are a bundle in an earlier row already. left, right: what one
    piece of everything on a side costs, nan where a price is unknown. worth: extra baskets times `right`, money;
    worth_by_size: the same with what basket sizes alone give taken off, nan for rules of more than two items. room:
    baskets with X and without Y.
    """

    bundle: Marks
    prompt: Marks
    twin: Marks
    left: Floats
    right: Floats
    worth: Floats
    worth_by_size: Floats
    room: Counts


@dataclass(frozen=True, eq=False, slots=True)
class Substitutes:
    """Pairs of items seldom in one basket, the lowest lift first, then the most expected, then item numbers.

    first, second: item numbers, the more frequent one first (pairs,). baskets: n. first_counts, second_counts, counts:
    n_X, n_Y, n_XY. expected: n_X n_Y / n; by_size: that times size_lift (lambda). lift: counts over `expected`;
    adjusted_lift: over `by_size`. p: left tail; q: adjusted over all `tested` pairs. first_buyers,
    second_buyers, both_buyers: customers who ever bought the item, or both, and customers: all with a basket; None
    where nobody is known.
    """

    first: Numbers
    second: Numbers
    baskets: int
    first_counts: Counts
    second_counts: Counts
    counts: Counts
    expected: Floats
    by_size: Floats
    lift: Floats
    adjusted_lift: Floats
    p: Floats
    q: Floats
    size_lift: float
    tested: int
    first_buyers: Counts | None = None
    second_buyers: Counts | None = None
    both_buyers: Counts | None = None
    customers: int | None = None

    def __len__(self) -> int:
        return len(self.counts)


@dataclass(frozen=True, eq=False, slots=True)
class NextOrders:
    """X in one order and Y in the same customer's next one, the highest lift first, then count, then item numbers.

    antecedent, consequent: item numbers (rows,). pairs: n, pairs of consecutive orders in which it could happen (with
    `fresh`, those whose first order lacks Y); antecedent_counts, consequent_counts, counts: n_X, n_Y, n_XY among them;
    all int64 (rows,). confidence, lift: as of rules; extra: n_XY less n_X n_Y / n. by_size: baskets that order sizes
    alone give, to first order. p: right tail; q: adjusted over all `tested`. reverse: pairs with Y first and X next.
    customers: different ones among `counts`. days: median between the two orders. all_pairs, all_customers: pairs of
    consecutive orders, and the customers they are of. found: rows that passed the test, few customers or many. fresh: Y
    must be absent from X's order. size_lift: lambda of consecutive orders.
    """

    antecedent: Numbers
    consequent: Numbers
    pairs: Counts
    antecedent_counts: Counts
    consequent_counts: Counts
    counts: Counts
    confidence: Floats
    lift: Floats
    extra: Floats
    by_size: Floats
    p: Floats
    q: Floats
    reverse: Counts
    customers: Counts
    days: Floats
    all_pairs: int
    all_customers: int
    tested: int
    found: int
    fresh: bool
    size_lift: float

    def __len__(self) -> int:
        return len(self.counts)

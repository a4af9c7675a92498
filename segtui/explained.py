"""What segments are, beyond their profile: frozen values, no behaviour beyond look-ups.

Rules in words (`Rulebook`), which features drive the clusters and which deserve to (`Drivers`), customers worth looking
at (`Member`), and how two runs differ (`Comparison`). Values per segment are in letter order unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segtui.results import Rows, Scores

# -- rules in words ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison in original units. level: None for a number. above: value > `value`, else value <= `value`; for a
    level: above, the customer is at it (has it), else is not. missing_holds: whether a customer without a value
    (whom the recipe gives the fill value) meets the condition. scale: of an ordinal feature, its levels from low to
    high; `value` then lies between two of their scores 1, 2 …
    """

    feature: str
    level: str | None
    above: bool
    value: float
    missing_holds: bool = False
    scale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeafRule:
    """One leaf of a tree. cluster: whom it stands for; conditions: merged, so that each column has at most one lower
    and one upper bound. customers: whom it holds for; right: those of them in the cluster."""

    cluster: int
    conditions: tuple[Condition, ...]
    customers: int
    right: int

    @property
    def precision(self) -> float:
        """The share of whom it holds for that is in the segment."""
        return self.right / self.customers if self.customers else 0.0


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A tree that says the segments in rules.

    method: "imm" (as many leaves as segments) or "cart" (two or three times as many). leaves: at least one per cluster
    as far as the tree reaches it. sizes: customers per cluster, cluster order. fidelity: share of all customers whom
    the tree puts where k-means does. price: inertia around the means of the tree's groups over that of k-means, both
    over all customers (1: costs nothing). fitted: customers the tree was grown on.
    """

    method: str
    leaves: tuple[LeafRule, ...]
    sizes: tuple[int, ...]
    fidelity: float
    price: float
    fitted: int

    def rules_of(self, cluster: int) -> tuple[LeafRule, ...]:
        """The leaves of one cluster, the one that covers most first."""
        own = (leaf for leaf in self.leaves if leaf.cluster == cluster)
        return tuple(sorted(own, key=lambda leaf: -leaf.right))

    def coverage(self, leaf: LeafRule) -> float:
        """The share of its segment that a leaf holds for."""
        size = self.sizes[leaf.cluster]
        return leaf.right / size if size else 0.0


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """One segment in one rule: `text` in original units. customers: whom it holds for; precision: the share of them in
    the segment; coverage: the share of the segment that it holds for."""

    letter: str
    text: str
    customers: int
    precision: float
    coverage: float


@dataclass(frozen=True, slots=True)
class SegmentRules:
    """Segments in rules, letter order; one that the small tree does not reach has none. small: as many leaves as
    segments; large: twice as many, for what a nearer tree would cost. adopted: the segments are what these rules say,
    all leaves of each in one text; small and large are then about the k-means they come from."""

    rules: tuple[SegmentRule, ...]
    small: Rulebook
    large: Rulebook
    adopted: bool = False

    def of(self, letter: str) -> SegmentRule | None:
        """The rule of one segment."""
        return next((rule for rule in self.rules if rule.letter == letter), None)


@dataclass(frozen=True, slots=True)
class Adoption:
    """What the segments would be if a tree of `tree` rules per segment were adopted (0: k-means as it is).

    rules: leaves; agreed: share of customers whom the tree puts where k-means does; price: inertia over that of
    k-means. silhouette: mean, with squared distances. spend, active: the share of the variance of log(1 + later spend)
    and of having ordered at all that lies between the segments (METHODS B9); None without a holdout. texts: (letter,
    rule) of every leaf. failed: why it cannot be.
    """

    tree: int
    rules: int
    agreed: float
    price: float
    silhouette: float | None
    spend: float | None = None
    active: float | None = None
    texts: tuple[SegmentRule, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Adoptions:
    """Every tree that may be adopted, k-means as it is first. shown: the row of the recipe."""

    k: int
    rows: tuple[Adoption, ...]
    shown: int


# -- what drives the clusters ------------------------------------------------------------------------------


DRIVES = "drives"
UNSUPPORTED = "influential but not relevant"
QUIET = "relevant, little influence"
NEITHER = "neither"
DUPLICATE = "duplicate"
"""Verdicts on a feature."""


@dataclass(frozen=True, slots=True)
class Driver:
    """Two answers to two questions about one feature (METHODS C3).

    influence: how many customers would be put elsewhere were the feature's values dealt out at random (permutation,
    1 - accuracy of re-assignment): what moves the clusters now. hinov: summed adjusted Rand index of clusters made of
    this feature alone with those of every other alone; sparse: its weight in sparse k-means (largest is 1): both ask
    what agrees with the others, and None where not computed. duplicate_of: the feature it says the same as (relevance
    is then computed without it). verdict: one of the words above, or ""; suggestion: what to do, or "".
    """

    feature: str
    influence: float
    hinov: float | None
    sparse: float | None
    duplicate_of: str = ""
    verdict: str = ""
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Drivers:
    """Every feature that votes. rows: customers that influence was computed on; relevance_rows: those of relevance;
    customers: all of them. notes: what was left out or sampled."""

    drivers: tuple[Driver, ...]
    rows: int
    notes: tuple[str, ...] = ()
    relevance_rows: int = 0
    customers: int = 0

    def of(self, feature: str) -> Driver | None:
        """One feature, None where it does not vote."""
        return next((driver for driver in self.drivers if driver.feature == feature), None)


@dataclass(frozen=True, slots=True)
class Toggle:
    """The likely effect of switching one feature. on: what it would then be. moved: share of customers who would change
    segment (after matching segments); ari: agreement with the present segments; rows: customers it was computed on.
    unsettled: share of those whom a fit of the present features on them alone moves already: present segments have a
    near-equal rival then. failed: why it cannot be said."""

    feature: str
    on: bool
    moved: float | None
    ari: float | None
    failed: str = ""
    rows: int = 0
    unsettled: float = 0.0


# -- customers worth a look --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest change of one feature, others as they are, that moves a customer to another segment.

    old, new: in original units; letter: where to. step: the change in the scaled, weighted space.
    """

    feature: str
    old: float
    new: float
    letter: str
    step: float


@dataclass(frozen=True, slots=True)
class Member:
    """One customer. position: in canonical order; id: as the source has it ("" without an id column); letter: own
    segment; margin: (d2 - d1) / d1 of the distances to the two nearest centroids, none for an exemplar; second: the
    other segment; change: None where no single feature does it."""

    position: int
    id: str
    letter: str
    distance: float
    margin: float | None = None
    second: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Nearby:
    """Customers of one segment worth a look, in order. of: from how many of the segment they were taken; texts: the
    smallest change of each in words, "" where there is none."""

    letter: str
    members: tuple[Member, ...]
    of: int
    texts: tuple[str, ...] = ()


# -- two runs ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """Who moved between two labellings of the same customers.

    before, after: letters in order; names beside them. table: customers (len(before), len(after)), of those in both;
    revenue: the same in money, None where there is none. only_before, only_after: customers in one alone. ari: adjusted
    Rand index. matched: pairs (place in before, place in after) that are the same segment, by largest overlap.
    movers: positions (canonical order, in the present data) of customers in both whose segment has no match or another
    one. comparable: whether scores of both may be compared, and `why` not.
    """

    before: tuple[str, ...]
    before_names: tuple[str, ...]
    after: tuple[str, ...]
    after_names: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    revenue: tuple[tuple[float, ...], ...] | None
    only_before: int
    only_after: int
    ari: float
    matched: tuple[tuple[int, int], ...]
    movers: Rows
    comparable: bool = True
    why: str = ""

    @property
    def customers(self) -> int:
        """Customers in both."""
        return sum(map(sum, self.table))

    @property
    def stayed(self) -> int:
        """Customers in both who are in the matched segment."""
        return sum(self.table[i][j] for i, j in self.matched)


@dataclass(frozen=True, slots=True)
class Difference:
    """One column of the profile, in original units: the mean (or share, of a level) of some customers and of others.

    difference: standardised (METHODS C1), infinite where neither group varies, None where a group has no value.
    """

    feature: str
    level: str | None
    is_share: bool
    mean: float
    other: float
    difference: float | None


@dataclass(frozen=True, slots=True)
class Move:
    """Customers who went from one segment to one that theirs did not become.

    row, column: places of the two in `Comparison.before` and `after`. share: of the customers of the former segment who
    are in both. revenue: their money, None where none is known. near: how many are near to a border of the run that
    `Migration.border` names; None without one.
    differences: in what they differ from `others` customers, the largest difference first: those who stayed in the
    segment (stayed), or all others who were in it. They rest on `looked_at` movers and `others_looked_at` others, drawn
    at random where there are more. None: not looked at, because there are bigger moves.
    """

    row: int
    column: int
    customers: int
    share: float
    revenue: float | None = None
    near: int | None = None
    differences: tuple[Difference, ...] | None = None
    stayed: bool = True
    others: int = 0
    looked_at: int = 0
    others_looked_at: int = 0


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """What is known of one side of a comparison beyond its customers. A file has no features, scale and scores, but
    notes: how many of its customers were found again. by_rules: a tree was adopted."""

    segments: int
    features: tuple[str, ...] = ()
    scale: str = ""
    scores: Scores | None = None
    notes: tuple[str, ...] = ()
    by_rules: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Migration:
    """A comparison with all that is told of it. moves: every one, the biggest first. border: the side (0: before, 1:
    after) whose borders `Move.near` is about, None where neither has centroids. within: how much farther the second
    centroid may be to be near to a border (.10: a tenth)."""

    comparison: Comparison
    before: ComparedSide
    after: ComparedSide
    moves: tuple[Move, ...]
    border: int | None
    within: float


# -- silhouettes -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SegmentSilhouette:
    """The squared silhouettes of one segment's customers. mean over all of them; below: how many are below 0, nearer to
    another segment's customers than to their own: misfits. curve: silhouettes at equal steps of rank, largest first."""

    letter: str
    size: int
    mean: float
    below: int
    curve: tuple[float, ...]


@dataclass(frozen=True, eq=False, slots=True)
class SilhouetteView:
    """Silhouettes by segment, letter order, with squared distances and exact over all customers. overall: their mean.

    misfits: positions (canonical order) of the customers with the lowest silhouettes, lowest first, at most as many as
    were asked for and none from 0 up.
    """

    segments: tuple[SegmentSilhouette, ...]
    overall: float
    customers: int
    misfits: Rows

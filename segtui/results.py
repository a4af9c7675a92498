"""What stages hand to each other and to the screen: frozen values, no behaviour beyond look-ups.

Arrays and frames are named in annotations only, so that importing this file costs nothing (the terminal
app reads these values without importing numpy or Polars). Treat every array as read-only.

Two orders exist. *Source order* is the order of the input rows. *Canonical order* is the order of a hash of
the customer id (`gather.canonical`): every array over customers is in it, so that no result depends on how
the file was sorted, and the first m customers are a random sample of all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from segtui.recipe import FeatureSpec, PrepareSpec, Recipe

    Floats = NDArray[np.float64]
    Floats32 = NDArray[np.float32]
    Labels = NDArray[np.uint8]
    Rows = NDArray[np.int64]

Cell = str | int | float | None
"""A value in a table page; text is still uncleaned."""


# -- gather ----------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What a source is about."""

    CUSTOMERS = "customers"
    """One row per customer."""
    ORDERS = "orders"
    """Orders or their lines, with money or quantities."""
    EVENTS = "events"
    """What customers did and when: views, clicks, visits."""
    BASKETS = "baskets"
    """Items by basket, without a customer."""
    PRODUCTS = "products"
    """One row per product."""
    RECORDS = "records"
    """Anything else with several rows per customer, such as campaigns or coupons."""
    LOOKUP = "lookup"
    """One row per something that another table names, such as campaigns."""
    UNKNOWN = "unknown"


class ColumnType(StrEnum):
    """The verdict on a source column, made on all of its values."""

    INTEGER = "integer"
    NUMBER = "number"
    YES_NO = "yes/no"
    DATE = "date"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Column:
    """A source column. `flags` are (flag, reason) pairs, as in FeatureVerdict.

    distinct: different values; `approximate` where they were counted on the first rows of a large table only, so that
    there are at least so many.
    reading: how its text is read, as `gather.reading` writes it; empty for a typed source. choices: other readings that
    fit all values just as well, such as the other order of day and month. unread: values that could not be read
    and count as missing beyond `missing`'s words for it; examples: a few of them.
    """

    name: str
    type: ColumnType
    missing: int
    distinct: int
    flags: tuple[tuple[str, str], ...] = ()
    approximate: bool = False
    reading: str = ""
    choices: tuple[str, ...] = ()
    unread: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What was seen in one table. `reason` says why it is taken for `kind`; `roles` maps role -> column.

    A role that several columns have is numbered from the second on ("discount_2"). files: how many make up the table.
    """

    path: str
    kind: Kind
    reason: str
    rows: int
    roles: dict[str, str]
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    files: int = 1

    @property
    def lists_baskets(self) -> bool:
        """Whether its rows name a basket and something in it."""
        items = {"product", "product_name", "category", "brand"}
        return (
            self.kind in (Kind.BASKETS, Kind.ORDERS) and "order_id" in self.roles and not items.isdisjoint(self.roles)
        )


@dataclass(frozen=True, slots=True)
class CleaningStep:
    """A step of cleaning order lines. id: one of recipe.STEPS; title: what it leaves out, in a few words.

    rows: lines it left out, each line counted at the first step that does so; for a step that is off, lines that it
    would leave out of what is kept now. None: not counted yet. applies: False where the data lack what it looks at.
    """

    id: str
    title: str
    on: bool
    rows: int | None
    applies: bool = True


@dataclass(frozen=True, slots=True)
class JoinReport:
    """What came of bringing two tables together.

    left, right: their paths; on: (column of left, column of right). matched: different keys in both. Unmatched keys
    on either side with a few examples. repeated: keys that the right side has more than once. done: what was done
    about all that, in a sentence.
    """

    left: str
    right: str
    on: tuple[str, str]
    matched: int
    only_left: int
    only_right: int
    left_examples: tuple[str, ...] = ()
    right_examples: tuple[str, ...] = ()
    repeated: int = 0
    done: str = ""


@dataclass(frozen=True, slots=True)
class FeatureNote:
    """What a feature made from orders, events or records is: its unit, its definition, and the table it comes from."""

    name: str
    unit: str
    definition: str
    source: str


@dataclass(frozen=True, eq=False, slots=True)
class RollUp:
    """How tables of several rows per customer became customers.

    lines: order lines read; kept: those after cleaning, always lines minus the rows of the steps that are on, minus
    `later`: lines on or after the snapshot. orders, revenue: of the kept lines. snapshot: the day features look back
    from; snapshot_given: whether the analyst chose it. first_day, last_day: of the kept lines. holdout: (first day, day
    after the last) of the window no feature sees, None without one. outcome: per customer in canonical order what
    happened in it (`orders`, `spend`), None without one. features: the definition of every feature made. proposed:
    the few that start switched on where there are many; (): all that are fit to be features.
    """

    lines: int
    kept: int
    later: int
    orders: int
    revenue: float
    steps: tuple[CleaningStep, ...]
    snapshot: date | None
    snapshot_given: bool
    first_day: date | None
    last_day: date | None
    features: tuple[FeatureNote, ...]
    holdout: tuple[date, date] | None = None
    outcome: pl.DataFrame | None = None
    proposed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class LeftOut:
    """Input rows that are no customer here, and why. `rows` are 0-based source rows, ascending."""

    reason: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a source as text, shown while the rest is read."""

    path: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, eq=False, slots=True)
class Dataset:
    """Customers, one row each, in canonical order.

    frame: typed columns under their source names (made unique), canonical order.
    row: source row of each customer (0-based), aligned with frame.
    id_column: name of the id column in frame, or None: rows are then known by number only.
    input_rows: rows read; always len(row) + the rows left out.
    fingerprint: changes when the data or how it is read changes.
    revenue: the column that holds money per customer, for lettering; None where there is none.
    joins: what came of bringing tables together. rollup: how orders, events and records became customers; None for a
    plain customer table. table: the customer table in source order, rows left out included, where it is made here
    and not read from a source (then `row` and `input_rows` count its rows); None for a plain customer table.
    whole: the fingerprint of the dataset that this one is a part of, where customers were set aside; "" where none.
    """

    frame: pl.DataFrame
    row: Rows
    id_column: str | None
    input_rows: int
    left_out: tuple[LeftOut, ...]
    sources: tuple[SourceReport, ...]
    warnings: tuple[str, ...]
    fingerprint: str
    revenue: str | None = None
    joins: tuple[JoinReport, ...] = ()
    rollup: RollUp | None = None
    table: pl.DataFrame | None = None
    whole: str = ""

    @property
    def customers(self) -> int:
        return len(self.row)

    @property
    def opened(self) -> str:
        """The fingerprint of the data as it was opened, with nobody set aside."""
        return self.whole or self.fingerprint

    @property
    def baskets_only(self) -> bool:
        """Whether there are baskets and nobody who bought them: rules can be mined, and nothing else done."""
        return not self.customers

    @property
    def made_of_orders(self) -> bool:
        """Whether customers were made of order lines, so that baskets have owners."""
        return self.rollup is not None and bool(self.rollup.steps)

    @property
    def has_baskets(self) -> bool:
        """Whether something says what was bought together."""
        return self.made_of_orders or any(source.lists_baskets for source in self.sources)


# -- prepare ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flag:
    """Something an analyst should know of a column: `name` in a word or two, `reason` as a sentence."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class FeatureVerdict:
    """What `prepare` found in one column and proposes to do with it.

    numeric: its values are numbers. treatment: what it is taken for unless the recipe says otherwise: numeric, one
    scaled column; ordinal, one column of scores; nominal, one weighted 0/1 column per level; labels, one per label;
    "" means numeric or nominal, as `numeric` says (`taken_for` spells it out).
    levels: of an ordinal column (or a few whole numbers) from lowest to highest, of others from most to least frequent;
    () where there are many. off_scale: texts of an ordinal column that are not on the scale and count as missing.
    separator: between the labels of one cell; of a nominal column, what might separate some.
    missing: share of customers without a value, 0 to 1. distinct: number of different values.
    histogram: counts in equal bins from low to high (numeric), of the levels in order (ordinal), or of levels or
    labels, largest first.
    usable: whether it can be a feature at all (an all-missing or constant column cannot); `off_reason` says
    why a column starts switched off, empty where it is proposed.
    transform: the proposed one (numeric; "none" for nominal); `why` in a short sentence.
    lowest: the smallest value of a numeric column; None where there is none.
    """

    name: str
    type: ColumnType
    numeric: bool
    missing: float
    distinct: int
    histogram: tuple[int, ...]
    flags: tuple[Flag, ...]
    usable: bool
    off_reason: str
    transform: str
    why: str
    lowest: float | None = None
    treatment: str = ""
    levels: tuple[str, ...] = ()
    off_scale: tuple[str, ...] = ()
    separator: str = ""

    @property
    def proposed(self) -> bool:
        return not self.off_reason

    @property
    def taken_for(self) -> str:
        """The proposed treatment: numeric, ordinal, nominal or labels."""
        return self.treatment or ("numeric" if self.numeric else "nominal")

    @property
    def has_natural_order(self) -> bool:
        """Whether a column that is not proposed as ordinal has levels that are listed from low to high."""
        return bool(self.levels) and (self.numeric or self.type is ColumnType.YES_NO)

    def taken_as(self, feature: FeatureSpec) -> str:
        """What a recipe takes the column for: numeric, ordinal, nominal or labels."""
        if feature.treat != "auto":
            return feature.treat
        return "ordinal" if feature.order else self.taken_for


PER_FEATURE = 70
"""Customers per feature below which segments are hard to find again (Dolnicar et al. 2014, METHODS B8)."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The verdict on every column of a dataset, in column order."""

    features: tuple[FeatureVerdict, ...]
    warnings: tuple[str, ...]

    def proposal(self) -> tuple[FeatureSpec, ...]:
        """Every usable column as a FeatureSpec, switched on where proposed."""
        from segtui.recipe import FeatureSpec

        return tuple(FeatureSpec(f.name, on=f.proposed) for f in self.features if f.usable)

    def verdict(self, name: str) -> FeatureVerdict:
        """The verdict on column `name`. Raises KeyError."""
        for feature in self.features:
            if feature.name == name:
                return feature
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Transform:
    """A fitted way from original units to scale, and what is needed to go back.

    scaled = (f(clip(x)) - centre) / spread, f by `method` (one of recipe.TRANSFORMS or "ordinal", where f is the
    identity for none, z, robust and ordinal). low/high: winsorising limits in original units, None where it does not.
    power: the lambda of yeo_johnson. knots: for quantile_normal, original values at equal steps of rank.
    fill: the value that stands in for a missing one, original units.
    order: for ordinal, the levels whose scores 1, 2 … are the original units; any other text is missing.
    """

    method: str
    centre: float
    spread: float
    fill: float
    low: float | None = None
    high: float | None = None
    power: float | None = None
    knots: tuple[float, ...] = ()
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """One column of the feature matrix and where it comes from.

    level: the level or label this 0/1 column stands for, else None; "(missing)": whoever has no value.
    transform: None for a 0/1 column. weight: what the scaled (or 0/1) value is multiplied with; for a 0/1
    column it holds the block weight of METHODS B7 times the analyst's weight.
    separator: between the labels of one cell, where the level is one of several labels. fill: the text that stands in
    for a missing one, None where missing is a level (or no label) itself. order: for the "(missing)" of an ordinal
    feature, the levels of its scale: whoever is at none of them has no value.
    """

    feature: str
    level: str | None
    transform: Transform | None
    weight: float
    separator: str = ""
    fill: str | None = None
    order: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.feature if self.level is None else f"{self.feature}={self.level}"


@dataclass(frozen=True, slots=True)
class FeatureSpace:
    """What the columns of a feature matrix mean, without the customers: see FeatureMatrix for the fields."""

    columns: tuple[MatrixColumn, ...]
    features: tuple[FeatureSpec, ...]
    votes: dict[str, float]
    notes: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, eq=False, slots=True)
class FeatureMatrix:
    """Customers as points, ready for k-means.

    values: float32 (columns, customers), C order, scaled and weighted, canonical order of customers.
    features: the specs that made it, all transforms explicit; only those that are on.
    votes: feature name -> share of total variance (sums to 1): who really has the vote.
    notes: what was filled in, winsorised, collapsed; plain sentences.
    """

    values: Floats32
    columns: tuple[MatrixColumn, ...]
    features: tuple[FeatureSpec, ...]
    votes: dict[str, float]
    notes: tuple[str, ...]
    fingerprint: str

    @property
    def customers(self) -> int:
        return int(self.values.shape[1])

    @property
    def space(self) -> FeatureSpace:
        """The meaning of the columns, which is kept when the values are not."""
        return FeatureSpace(self.columns, self.features, self.votes, self.notes, self.fingerprint)


# -- cluster ---------------------------------------------------------------------------------------------


class Converged(StrEnum):
    """Why k-means stopped."""

    LABELS = "labels"
    """No customer changed segment."""
    TOLERANCE = "tolerance"
    """The centroids moved less than scikit-learn's tolerance (1e-4 of the mean column variance)."""
    MAX_ITER = "max_iter"
    """The cap was hit."""


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One k-means iteration, as shown while it runs.

    restart: 0-based; the run on all customers continues the best restart. customers: how many rows this
    iteration worked on. inertia: in scaled, weighted space, over those rows. changed: share of them that
    changed cluster.
    """

    restart: int
    iteration: int
    customers: int
    inertia: float
    changed: float


@dataclass(frozen=True, slots=True)
class Restart:
    """How one restart went on the sample. inertias: per customer of the sample, after every iteration.

    agreement: adjusted Rand index of its labels with those of the best restart (1 for the best itself); None where it
    was not looked at.
    """

    inertias: tuple[float, ...]
    converged: Converged
    agreement: float | None = None

    @property
    def inertia(self) -> float:
        """Where it ended."""
        return self.inertias[-1]


@dataclass(frozen=True, eq=False, slots=True)
class Segmentation:
    """Clusters of one matrix. Cluster j is row j of centroids; letters are given elsewhere.

    labels: uint8 (customers,), canonical order. centroids: float64 (k, columns), scaled weighted space.
    sizes: (k,) customers per cluster. inertia: sum of squared distances over all customers.
    exact: converged on all customers; False: fitted on `sampled` of them, every customer assigned.
    restarts: how every restart went on the sample, in the order they were made; the winner goes on from one of them.
    """

    labels: Labels
    centroids: Floats
    sizes: tuple[int, ...]
    inertia: float
    exact: bool
    converged: Converged
    iterations: int
    sampled: int
    seed: int
    trace: tuple[TraceStep, ...]
    restarts: tuple[Restart, ...]
    warnings: tuple[str, ...] = ()

    @property
    def k(self) -> int:
        return len(self.sizes)


@dataclass(frozen=True, slots=True)
class Scores:
    """Criteria of one segmentation; each None where it cannot be computed.

    silhouette_squared: mean silhouette with squared distances (METHODS B3), exact over all customers; not to
    be compared with a Euclidean silhouette. bic: of equal spheres (Pelleg & Moore 2000), more is better. All are
    comparable only within one feature space (`space`).
    """

    space: str
    inertia: float
    explained: float
    silhouette_squared: float | None
    calinski_harabasz: float | None
    davies_bouldin: float | None
    bic: float | None = None


# -- explain ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GroupTest:
    """A test of a difference between segments in a column that took no part in the clustering. p: Holm-adjusted."""

    name: str
    p: float


@dataclass(frozen=True, slots=True)
class ProfileColumn:
    """A column of the profile table, in original units, over all customers.

    used: whether it took part in the clustering. mean and spread (standard deviation) of a numeric one; for a
    level of a nominal feature the mean is its share. missing: share of customers without a value. test: whether
    segments differ in it; None for whatever took part in the clustering or repeats what did, where a test would always
    succeed.
    """

    feature: str
    level: str | None
    used: bool
    mean: float
    spread: float
    missing: float = 0.0
    test: GroupTest | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A named group of customers.

    means, indexes (100 = average; None where the overall mean is not above 0) and differences (standardised
    against the rest, METHODS C1; None where undefined) are aligned with Profile.columns, and so are medians and spreads
    (standard deviations; None for a level, or without values) and missing (share without a value).
    revenue_share, order_share: of all revenue and all orders; None where the data has none.
    auto_name per METHODS C4; name is the analyst's where given, else the same.
    """

    letter: str
    cluster: int
    name: str
    auto_name: str
    size: int
    share: float
    means: tuple[float, ...]
    indexes: tuple[float | None, ...]
    differences: tuple[float | None, ...]
    medians: tuple[float | None, ...] = ()
    spreads: tuple[float | None, ...] = ()
    missing: tuple[float, ...] = ()
    revenue_share: float | None = None
    order_share: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """The segments of one answer, in letter order. `sampled`: spreads and names rest on that many customers."""

    columns: tuple[ProfileColumn, ...]
    segments: tuple[Segment, ...]
    sampled: int


@dataclass(frozen=True, eq=False, slots=True)
class Answer:
    """All that an analyst sees of one recipe: filed under the recipe, twice (approximate, then exact).

    letters: cluster j carries letters[j]. prepare: every feature of the recipe made explicit. fingerprint: the
    name it is filed under. people: the fingerprint of the customers that take part; the same for both answers.
    set_aside: why some of the opened customers do not, and how many for each reason.
    """

    recipe: Recipe
    prepare: PrepareSpec
    space: FeatureSpace
    segmentation: Segmentation
    letters: tuple[str, ...]
    profile: Profile
    scores: Scores
    seconds: float
    warnings: tuple[str, ...] = field(default=())
    fingerprint: str = ""
    people: str = ""
    set_aside: tuple[tuple[str, int], ...] = ()

    @property
    def exact(self) -> bool:
        return self.segmentation.exact


@dataclass(frozen=True, slots=True)
class LabRow:
    """One way of scaling all features, fitted with the k of the recipe. scale: one of recipe.SCALES, or "as set".

    sizes: of the clusters, largest first. explained: share of the variance in its own space, which cannot be compared
    between rows. spend, active: the share of the variance of log(1 + spend) and of having ordered at all, in the
    holdout, that lies between the clusters (METHODS B9); None without a holdout. warnings: of the fit. failed: why
    there is no fit.
    """

    scale: str
    sizes: tuple[int, ...]
    explained: float | None
    spend: float | None = None
    active: float | None = None
    warnings: tuple[str, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Lab:
    """The scaling lab: the same features and k under every scaling.

    agreement: adjusted Rand index of every two rows, aligned with `rows` on both sides; None where one has failed.
    holdout: (first day, day after the last) of the window behind `spend` and `active`. shown: the row of the recipe.
    """

    k: int
    rows: tuple[LabRow, ...]
    agreement: tuple[tuple[float | None, ...], ...]
    shown: int
    holdout: tuple[date, date] | None = None


# -- plots -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class MapGrid:
    """The customer map as character cells, computed below the screen (explain.projection).

    majority: int16 (rows, columns), cluster of most customers in the cell, -1 where empty; row 0 is the top.
    counts: int64 (rows, columns) customers per cell. overlapped: customers in cells whose majority is
    another segment. centres: per cluster (row, column) of its centroid, the mean of its members on these axes.
    customers: all of them; counts hold all but `missing`, which have no value on an axis. clamped: customers
    beyond the axis range (0.5 % to 99.5 % where tails are long), counted in the border cells. x_range, y_range
    are in original units; where a title ends in "(log)" cells are spaced on a log1p scale between them.
    """

    majority: NDArray[np.int16]
    counts: Rows
    overlapped: int
    customers: int
    x_title: str
    y_title: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    explained: float | None
    centres: tuple[tuple[int, int], ...]
    clamped: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """Five numbers of the `size` customers of a segment that have a value, in original units (explain.spread).

    low, high: where the whiskers end, the last values within 1.5 interquartile ranges of the box first..third; below,
    above: customers beyond them. lowest, highest: of all.
    """

    size: int
    low: float
    first: float
    median: float
    third: float
    high: float
    below: int
    above: int
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """One feature by segment: counts in shared bins. edges has one more entry than bins (numeric), or the
    levels are named (nominal). counts: per letter, aligned with Answer.profile.segments.

    sampled: customers counted. missing: customers without a value, not counted. log: the bins are spaced on a
    log scale. The outermost bins may be wider than the others, to take in long tails: the edges say so.
    overlapping: a customer may count at several levels (labels), so that counts do not add up to customers.
    placed: customers, the first in canonical order, that decided where the bins lie.
    boxes, densities: per letter, of a numeric feature; a density has its points in the middles of equal cells of `span`
    (original units; equal on a log1p scale where log). outside: customers beyond the span, in no density.
    """

    feature: str
    edges: tuple[float, ...]
    levels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    sampled: int
    log: bool = False
    missing: int = 0
    overlapping: bool = False
    placed: int = 0
    boxes: tuple[Box | None, ...] = ()
    densities: tuple[tuple[float, ...], ...] = ()
    span: tuple[float, float] = (0.0, 0.0)
    outside: int = 0


# -- tables ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageColumn:
    """A column of a paged table. numeric: align right and format as a number; wide: a text to be read whole."""

    title: str
    numeric: bool
    wide: bool = False


class TablePage(Protocol):
    """A table of any length, read a page at a time; row i is a position, not an identity."""

    @property
    def columns(self) -> tuple[PageColumn, ...]: ...

    @property
    def row_count(self) -> int: ...

    @property
    def said(self) -> str:
        """What the heading adds, such as how many there are in all; mostly ""."""
        ...

    def rows(self, start: int, stop: int) -> list[tuple[Cell, ...]]:
        """Rows start..stop-1, each as long as `columns`."""
        ...

    def find(self, text: str, start: int, forward: bool = True) -> int | None:
        """The next row from `start` whose first text columns contain `text` (case-insensitive), or None."""
        ...

"""An analysis as a value: everything needed to repeat it, one frozen part per stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

VERSION = 1
"""Recipe format. A file from a newer version is refused; older ones are migrated when read."""

TRANSFORMS = ("none", "z", "log1p", "yeo_johnson", "quantile_normal", "robust")
"""How one numeric feature is brought to scale. The middle four end in a z-score; robust is median and IQR."""

SCALES = ("auto", "z", "robust", "log", "quantile", "none")
"""How all features are brought to scale unless a feature says otherwise. `auto`: the transform proposed for
each column (the only one that may winsorise); `log`: log1p where no value is negative, else yeo_johnson."""

TREATMENTS = ("auto", "numeric", "ordinal", "nominal", "labels")
"""What a column is taken for. `numeric`: a quantity; `ordinal`: words in an order, one column of scores; `nominal`:
words without an order, one 0/1 column per level; `labels`: several words in one cell, one 0/1 column per label."""

MISSING_POLICIES = ("auto", "median", "most_frequent", "indicator", "level", "aside")
"""What is done about customers without a value (`prepare.missing` has the rules). `indicator`: a value is filled in,
and a 0/1 column says for whom; `level`: no answer is an answer (of nominal columns and labels); `aside`: they are left
out."""

TRIM_MOST = 0.1
"""The largest share of customers that may be trimmed."""

K_MIN, K_MAX = 2, 50

TREE_MOST = 3
"""The most rules per segment that a tree may have which is adopted as the segmentation."""

ROLES = (
    "customer_id", "order_id", "time", "product", "product_name", "category", "brand", "quantity", "unit_price",
    "amount", "discount", "status", "country", "event", "session", "channel", "revenue",
)  # fmt: skip
"""What a source column may stand for. `amount` is what was paid for the line, after discounts; `discount` is an amount
or a share of the price, by its values; `revenue` is money per customer, in a customer table. Category and discount
may be given to several columns."""

KINDS = ("customers", "orders", "events", "baskets", "products", "records", "lookup")
"""What a table may be taken for (`results.Kind` has the meanings)."""

STEPS = (
    "customer_id", "not_cancelled", "quantity", "price", "duplicates", "non_products", "test_accounts", "has_orders",
)  # fmt: skip
"""The cleaning steps of order lines, in the order they are taken (`gather.cleaning` says what each does)."""

STANDARD_STEPS = ("customer_id", "not_cancelled", "quantity", "price", "has_orders")
"""Those that are on unless the recipe says otherwise."""


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One input and how to read it; None means: find out.

    path: as the analyst gave it ("-" is standard input). sheet: of a workbook; None: the first.
    """

    path: str
    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None
    sheet: str | None = None

    @classmethod
    def of(cls, text: str) -> SourceSpec:
        """A source as a person names it: a path, with the sheet behind # where it is a workbook."""
        path, mark, sheet = text.partition("#")
        workbook = mark and sheet and path.lower().endswith((".xlsx", ".xlsm"))
        return cls(path, sheet=sheet) if workbook else cls(text)


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """How one column of a table is to be taken; None: as found.

    reading: how its text is read, as `gather.reading` writes it ("number", "date d/m/y", "text" …).
    role: what it stands for, one of ROLES; "": nothing.
    """

    name: str
    reading: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class TableSpec:
    """What the analyst says of one table. path: its name, as `results.SourceReport.path` shows it.

    kind: one of KINDS; None: as found. columns: only those that are not to be taken as found.
    """

    path: str
    kind: str | None = None
    columns: tuple[ColumnSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class GatherSpec:
    """Which sources, what is in them, and how they become customers.

    id_column: the column that identifies a customer; None: the proposed one; "": there is none.
    tables: what is not to be taken as found. loose_ids: ids that differ only in type or padding are the same.
    snapshot: the day features look back from, which sees no order of that day or later; None: the day after the last
    order. holdout: days that are kept apart for checking; they follow the snapshot, or end the data where no snapshot
    is given. steps: cleaning steps that are not as they are by default, as (one of STEPS, on).
    """

    sources: tuple[SourceSpec, ...] = ()
    id_column: str | None = None
    tables: tuple[TableSpec, ...] = ()
    loose_ids: bool = False
    snapshot: date | None = None
    holdout: int = 0
    steps: tuple[tuple[str, bool], ...] = ()

    def step_on(self, step: str) -> bool:
        """Whether a cleaning step is taken."""
        return dict(self.steps).get(step, step in STANDARD_STEPS)

    def with_step(self, step: str, on: bool) -> GatherSpec:
        """The same with a cleaning step switched."""
        chosen = {**dict(self.steps), step: on}
        kept = tuple((s, chosen[s]) for s in STEPS if s in chosen and chosen[s] != (s in STANDARD_STEPS))
        return replace(self, steps=kept)

    def table(self, path: str) -> TableSpec:
        """What is said of a table."""
        return next((t for t in self.tables if t.path == path), TableSpec(path))

    def with_table(self, table: TableSpec) -> GatherSpec:
        """The same with one table taken otherwise; a table without any say is dropped."""
        rest = tuple(t for t in self.tables if t.path != table.path)
        said = (table,) if table.kind is not None or table.columns else ()
        return replace(self, tables=tuple(sorted((*rest, *said), key=lambda t: t.path)))

    def with_column(self, path: str, column: ColumnSpec) -> GatherSpec:
        """The same with one column of a table taken otherwise; one without any say is dropped."""
        table = self.table(path)
        rest = tuple(c for c in table.columns if c.name != column.name)
        said = (column,) if column.reading is not None or column.role is not None else ()
        return self.with_table(replace(table, columns=tuple(sorted((*rest, *said), key=lambda c: c.name))))


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One feature: whether it votes, how it is brought to scale, and how loud it is.

    transform: one of TRANSFORMS, or "auto": follow `PrepareSpec.scale`.
    weight: multiplies the scaled column; 1 is one ordinary vote.
    treat: one of TREATMENTS; order: the levels of an ordinal column from lowest to highest, () for the order found.
    missing: one of MISSING_POLICIES.
    """

    name: str
    on: bool = True
    transform: str = "auto"
    weight: float = 1.0
    treat: str = "auto"
    order: tuple[str, ...] = ()
    missing: str = "auto"


@dataclass(frozen=True, slots=True)
class PrepareSpec:
    """Which features and how they are scaled.

    features: None: the proposed ones. Otherwise what is not listed is off.
    winsorise: hold extreme values of z, log1p and yeo_johnson at the 0.5 and 99.5 % points; None: under scale "auto"
    alone. trim: the share of customers, farthest from every centre, that are set aside (0 to TRIM_MOST; 0: nobody).
    """

    features: tuple[FeatureSpec, ...] | None = None
    scale: str = "auto"
    winsorise: bool | None = None
    trim: float = 0.0

    @property
    def winsorises(self) -> bool:
        """Whether extreme values are held."""
        return self.scale == "auto" if self.winsorise is None else self.winsorise

    def under(self, scale: str) -> PrepareSpec:
        """The same features all under one of SCALES, whatever transform each has now."""
        features = self.features
        plain = None if features is None else tuple(replace(f, transform="auto") for f in features)
        return replace(self, features=plain, scale=scale)


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """How k-means is run.

    restarts: number of k-means++ starts; 0 means as many as the size of the data calls for
    (`cluster.kmeans.restarts_for`). tree: whether a customer's segment is that of the nearest centroid (0), or what a
    tree of so many rules per segment says, which is grown to come near k-means (1 to TREE_MOST; `explain.adopt`).
    """

    k: int = 4
    seed: int = 0
    restarts: int = 0
    max_iter: int = 300
    tree: int = 0


ITEMS_BY = ("product", "category", "brand")
"""What the items of a basket can be."""

CONSEQUENTS = ("one", "any")
"""How many items a rule may have behind the arrow."""

LONGEST_RULE = 8
"""The most items that a rule may have."""


@dataclass(frozen=True, slots=True)
class BasketSpec:
    """Which association rules are looked for.

    by: one of ITEMS_BY. min_support: share of baskets that hold all items of a rule; min_count: at least so many
    baskets besides. min_confidence: 0 to 1; min_lift: 0 keeps all. max_length: items of a rule, both sides together.
    consequents: one of CONSEQUENTS.
    """

    by: str = "product"
    min_support: float = 0.01
    min_count: int = 1
    min_confidence: float = 0.3
    min_lift: float = 0.0
    max_length: int = 4
    consequents: str = "one"


WEEKS = 52
"""How far ahead customers are valued unless the recipe says otherwise."""

WEEKS_MOST = 520

HELD_OUT = 0.2
"""Share of customers that a play holds out unless the recipe says otherwise."""

HELD_OUT_MOST = 0.9


@dataclass(frozen=True, slots=True)
class DecideSpec:
    """What only the analyst knows; None where nothing was entered, and nothing is ever put in its place.

    margin: of the money of an order, a share. cost: of one contact, in the money of the data. uplift: low, middle and
    high: how many more of all contacted order than of the held-out ones, as a share (.02 is two points). order_value:
    money of an order; None: what the data say. base_rate: share who order without the campaign; None: what a holdout
    says. held_out: share of customers who are not contacted, 0 to HELD_OUT_MOST; None: HELD_OUT. weeks: how far ahead
    customers are valued, 1 to WEEKS_MOST; None: WEEKS.
    """

    margin: float | None = None
    cost: float | None = None
    uplift: tuple[float, float, float] | None = None
    order_value: float | None = None
    base_rate: float | None = None
    held_out: float | None = None
    weeks: int | None = None

    @property
    def horizon(self) -> float:
        """Weeks ahead that customers are valued for."""
        return float(WEEKS if self.weeks is None else self.weeks)


@dataclass(frozen=True, slots=True)
class Anchor:
    """An exact earlier segmentation that later ones take their letters from.

    prepare: the features it was made with, all explicit. letters and centroids (scaled, weighted space,
    one row per letter, columns as the matrix of `prepare` has them) belong together by position.
    """

    prepare: PrepareSpec
    columns: tuple[str, ...]
    letters: tuple[str, ...]
    centroids: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole analysis. Screens never hold state of their own: a key press makes a new Recipe."""

    gather: GatherSpec = GatherSpec()
    prepare: PrepareSpec = PrepareSpec()
    cluster: ClusterSpec = ClusterSpec()
    baskets: BasketSpec = BasketSpec()
    decide: DecideSpec = DecideSpec()
    anchor: Anchor | None = None
    names: tuple[tuple[str, str], ...] = ()
    """Names the analyst gave, as (letter, name)."""

    version: int = VERSION

    def with_k(self, k: int) -> Recipe:
        """The same recipe with `k` clusters, held within K_MIN..K_MAX."""
        return replace(self, cluster=replace(self.cluster, k=max(K_MIN, min(K_MAX, k))))

    def with_tree(self, tree: int) -> Recipe:
        """The same recipe with segments by so many rules each; 0: by the nearest centroid."""
        return replace(self, cluster=replace(self.cluster, tree=tree))

    def with_features(self, features: tuple[FeatureSpec, ...]) -> Recipe:
        """The same recipe with these features."""
        return replace(self, prepare=replace(self.prepare, features=features))

    def with_feature(self, changed: FeatureSpec) -> Recipe:
        """The same recipe with one feature changed; the features must be explicit already."""
        features = self.prepare.features or ()
        return self.with_features(tuple(changed if f.name == changed.name else f for f in features))

    def with_name(self, letter: str, name: str) -> Recipe:
        """The same recipe with a segment renamed; an empty name gives the automatic one back."""
        names = {**dict(self.names), letter: name}
        return replace(self, names=tuple((a, b) for a, b in sorted(names.items()) if b))


STANDARD_OUTPUT = "-"
"""Stands for standard output where a file is asked for."""

LABELLED_FORMATS = ("csv", "tsv", "ndjson", "parquet", "arrow", "xlsx")


@dataclass(frozen=True, slots=True)
class LabelledSpec:
    """A labelled file to write; not part of the analysis, so not part of a Recipe.

    format: one of LABELLED_FORMATS; None: by the path's ending. csv_safe: prefix text cells that a
    spreadsheet would run as a formula with an apostrophe.
    """

    path: str
    format: str | None = None
    overwrite: bool = False
    csv_safe: bool = False

    @classmethod
    def of(cls, out: str | None, *, overwrite: bool, csv_safe: bool) -> LabelledSpec | None:
        """What --out asks for; standard output is CSV."""
        return None if out is None else cls(out, "csv" if out == STANDARD_OUTPUT else None, overwrite, csv_safe)


PARTS = (
    "customers", "orders", "segments", "profiles", "evidence", "rules", "recommendations", "prices", "value",
    "campaigns", "model", "sql", "script", "report",
)  # fmt: skip
"""What a delivered folder may hold, besides the recipe and the passport, which are always there."""

STANDARD_PARTS = tuple(part for part in PARTS if part != "orders")

_NEEDS = {
    "evidence": ("evidence", "report"),
    "rules": ("rules", "report"),
    "decisions": ("recommendations", "prices", "value", "campaigns", "report"),
}


@dataclass(frozen=True, slots=True)
class DeliverySpec:
    """A folder to deliver; not part of the analysis, so not part of a Recipe.

    parts: of PARTS. formats: of LABELLED_FORMATS, for labelled customers and orders; tables beside them are CSV.
    csv_safe: as in LabelledSpec. withhold: leave figures of fewer than FEWEST customers out of the tables and the page
    that are meant to be passed on. campaign: the name that the arms of plays are drawn under; "": one made of the
    snapshot and the sources.
    """

    folder: str
    parts: tuple[str, ...] = STANDARD_PARTS
    formats: tuple[str, ...] = ("csv",)
    overwrite: bool = False
    csv_safe: bool = False
    withhold: bool = False
    campaign: str = ""

    def needs(self, what: str) -> bool:
        """Whether any part needs the evidence, the rules or the decisions."""
        return any(part in self.parts for part in _NEEDS[what])


FEWEST = 10
"""Customers below which a cell is withheld, where that is asked for."""

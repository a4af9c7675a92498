"""What the Data pane lists: rows made of a dataset and the recipe, and what to say of the row under the cursor.

Pure functions. Where the recipe asks for something else than was read (it is being read again), the row shows what the
recipe asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath

from segtui.recipe import ROLES, STANDARD_STEPS, ColumnSpec, GatherSpec, TableSpec
from segtui.results import CleaningStep, Column, Dataset, FeatureNote, JoinReport, RollUp, SourceReport
from segtui.tui import format as fmt

READINGS = (
    "integer", "number", "number 1.234,5", "yes/no", "date", "date d/m/y", "date m/d/y", "date and time",
    "date and time d/m/y", "date and time m/d/y", "text",
)  # fmt: skip
"""How the text of a column may be read, as `gather.reading` names it."""

ROLE_MEANS = {
    "customer_id": "who bought",
    "order_id": "which order a line belongs to",
    "time": "when it happened",
    "product": "what was bought, by its number",
    "product_name": "what was bought, in words",
    "category": "the group of a product",
    "brand": "the brand of a product",
    "quantity": "how many pieces",
    "unit_price": "the price of one piece",
    "amount": "what was paid for the line, after discounts",
    "discount": "an amount, or a share of the price",
    "status": "whether the order stands or was cancelled",
    "country": "the country of a customer or order",
    "event": "what was done: a view, a click",
    "session": "which visit an event belongs to",
    "channel": "where it happened: shop, web, app",
    "revenue": "money per customer, in a customer table",
}

KIND_MEANS = {
    "customers": "one row per customer",
    "orders": "orders or their lines, with money or quantities",
    "events": "what customers did and when",
    "baskets": "items by basket, without a customer",
    "products": "one row per product",
    "records": "anything else with several rows per customer",
    "lookup": "one row per something that another table names",
}

STEP_MEANS = {
    "customer_id": "Lines without a customer belong to nobody's history.",
    "not_cancelled": "Orders whose status says cancelled or returned, or whose number is C… on a negative line.",
    "quantity": "Lines with nothing or less than nothing bought: returns and corrections.",
    "price": "Lines that cost nothing: gifts, samples and corrections.",
    "duplicates": "Lines equal to another one in every column; the first of them stays.",
    "non_products": "Postage, fees, vouchers and manual entries, by the product's number or name.",
    "test_accounts": "Customers or products whose name says test, demo or dummy.",
    "has_orders": "Customers of whom no line is left: they have no behaviour to group by.",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that the cursor passes over. fields: whose titles stand in it, "columns" or "joins"."""

    title: str
    tail: str = ""
    fields: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        return ("heading", self.title, self.fields)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A table. kind: what it is or will be taken for; chosen: by the analyst. folded: only urgent columns are shown."""

    table: SourceReport
    kind: str
    chosen: bool
    folded: bool

    @property
    def key(self) -> tuple[str, ...]:
        return ("table", self.table.path)


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column of a table. spec: what the analyst says of it. role, reading: what it has or will have."""

    table: SourceReport
    column: Column
    spec: ColumnSpec
    role: str

    @property
    def key(self) -> tuple[str, ...]:
        return ("column", self.table.path, self.column.name)

    @property
    def reading(self) -> str:
        return self.spec.reading or self.column.reading or str(self.column.type)

    @property
    def asks(self) -> bool:
        """Whether other readings fit all values just as well, and the analyst has not chosen."""
        return bool(self.column.choices) and self.spec.reading is None

    @property
    def matters(self) -> bool:
        """Whether it is shown even where the other columns of its table are not."""
        said = self.spec.reading is not None or self.spec.role is not None
        return said or bool(self.column.choices) or self.column.unread > 0


@dataclass(frozen=True, slots=True)
class JoinRow:
    """What came of a join."""

    join: JoinReport

    @property
    def key(self) -> tuple[str, ...]:
        return ("join", self.join.left, self.join.right, *self.join.on)


@dataclass(frozen=True, slots=True)
class LooseRow:
    """Whether ids that differ only in type or padding are the same."""

    on: bool
    key: tuple[str, ...] = ("loose",)


@dataclass(frozen=True, slots=True)
class StepRow:
    """A cleaning step as the recipe has it. rows: lines it leaves out or would leave out; None: not known.

    waits: it was switched and the data is not read again yet.
    """

    step: CleaningStep
    on: bool
    rows: int | None
    waits: bool

    @property
    def key(self) -> tuple[str, ...]:
        return ("step", self.step.id)


@dataclass(frozen=True, slots=True)
class TimeRow:
    """The snapshot or the holdout."""

    name: str
    value: str
    note: str

    @property
    def key(self) -> tuple[str, ...]:
        return ("time", self.name)


@dataclass(frozen=True, slots=True)
class MadeRow:
    """How many features were made."""

    count: int
    tables: tuple[str, ...]
    folded: bool
    key: tuple[str, ...] = ("made",)


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """A feature that was made."""

    note: FeatureNote

    @property
    def key(self) -> tuple[str, ...]:
        return ("feature", self.note.name)


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """Rows that are no customer, for one reason; set_aside: customers that the answer on screen does without."""

    reason: str
    count: int
    set_aside: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        return ("left out", self.reason)


@dataclass(frozen=True, slots=True)
class WarningRow:
    """Something worth knowing of the data as a whole."""

    text: str

    @property
    def key(self) -> tuple[str, ...]:
        return ("warning", self.text)


Row = (
    Heading | TableRow | ColumnRow | LeftOutRow | WarningRow | JoinRow | LooseRow | StepRow | TimeRow | MadeRow
    | FeatureRow
)  # fmt: skip

MADE = "made"
"""What the folding of the features made is called."""


def rows_of(
    data: Dataset,
    gather: GatherSpec,
    folded: frozenset[str],
    counts: tuple[CleaningStep, ...],
    set_aside: tuple[tuple[str, int], ...] = (),
) -> list[Row]:
    """All rows. folded: paths of tables whose columns are hidden, and MADE. counts: steps counted on request.
    set_aside: reasons and numbers of customers that the answer on screen does without."""
    left = [LeftOutRow(one.reason, len(one.rows)) for one in data.left_out]
    left += [LeftOutRow(reason, count, set_aside=True) for reason, count in set_aside]
    rows: list[Row] = [Heading("Tables", _known(data, sum(row.count for row in left)))]
    for table in data.sources:
        rows += _table(table, gather.table(table.path), table.path in folded)
    if left:
        rows += [Heading("Rows left out"), *left]
    if data.warnings:
        rows.append(Heading("Worth knowing"))
        rows += [WarningRow(text) for text in data.warnings]
    if data.joins or len(data.sources) > 1:
        rows.append(
            Heading("Joins", fields="joins") if data.joins else Heading("Joins", "no tables were brought together")
        )
        rows += [JoinRow(join) for join in data.joins]
        rows.append(LooseRow(gather.loose_ids))
    if data.rollup is not None:
        rows += _rolled_up(data.rollup, gather, MADE in folded, counts)
    return rows


def _known(data: Dataset, left: int) -> str:
    out = f"{fmt.plural(left, 'row')} left out, l shows them; " if left else ""
    if data.baskets_only:
        return f"{out}baskets, and no customers: Baskets (6) has their rules"
    if data.id_column is None:
        return f"{out}no id: rows are known by number"
    return f"{out}id: {fmt.clean(data.id_column, 30)}"


def _table(table: SourceReport, spec: TableSpec, folded: bool) -> list[Row]:
    said = {column.name: column for column in spec.columns}
    columns = [
        ColumnRow(table, column, said.get(column.name, ColumnSpec(column.name)), _role(table, column, said))
        for column in table.columns
    ]
    shown = [row for row in columns if row.matters] if folded else columns
    first = TableRow(table, spec.kind or str(table.kind), spec.kind is not None, folded)
    return [first, *([Heading("", fields="columns")] if shown else []), *shown]


def _role(table: SourceReport, column: Column, said: dict[str, ColumnSpec]) -> str:
    spec = said.get(column.name)
    if spec is not None and spec.role is not None:
        return spec.role
    taken = {one.role for one in said.values() if one.role}
    roles = [base_role(role) for role, name in table.roles.items() if name == column.name]
    return ", ".join(role for role in roles if role not in taken or role in ("category", "discount"))


def base_role(role: str) -> str:
    """A role without the number that a second column of the same role gets."""
    stem, _, number = role.rpartition("_")
    return stem if number.isdigit() and stem in ROLES else role


def _rolled_up(made: RollUp, gather: GatherSpec, folded: bool, counts: tuple[CleaningStep, ...]) -> list[Row]:
    counted = {step.id: step.rows for step in counts}
    rows: list[Row] = []
    if made.steps:
        kept = f"{fmt.count(made.lines)} lines read, {fmt.count(made.kept)} count"
        rows.append(Heading("Cleaning of order lines", kept))
    for step in made.steps:
        on = gather.step_on(step.id)
        known = step.rows if step.rows is not None else counted.get(step.id)
        rows.append(StepRow(step, on, known, waits=on != step.on))
    if made.steps or made.snapshot is not None:
        rows += [Heading("Time", _span(made)), _snapshot(made, gather), _holdout(made, gather)]
    if made.features:
        tables = tuple(dict.fromkeys(note.source for note in made.features))
        rows += [Heading("Features made"), MadeRow(len(made.features), tables, folded)]
        rows += [] if folded else [FeatureRow(note) for note in made.features]
    return rows


def _span(made: RollUp) -> str:
    if made.first_day is None or made.last_day is None:
        return ""
    return f"orders from {fmt.date(made.first_day)} to {fmt.date(made.last_day)}"


def _snapshot(made: RollUp, gather: GatherSpec) -> TimeRow:
    if gather.snapshot is not None:
        later = f"; {fmt.plural(made.later, 'line')} on or after it" if made.snapshot == gather.snapshot else ""
        return TimeRow("snapshot", f"{fmt.date(gather.snapshot)}*", f"chosen{later}")
    value = fmt.date(made.snapshot) if made.snapshot is not None and not made.snapshot_given else "as found"
    if made.snapshot is None:
        return TimeRow("snapshot", "none", "the orders have no dates")
    return TimeRow("snapshot", value, "the day after the last order" + (", before the holdout" if made.holdout else ""))


def _holdout(made: RollUp, gather: GatherSpec) -> TimeRow:
    if not gather.holdout:
        return TimeRow("holdout", "none", "no orders are kept apart for checking")
    days = fmt.plural(gather.holdout, "day") + "*"
    if made.holdout is None or (made.holdout[1] - made.holdout[0]).days != gather.holdout:
        return TimeRow("holdout", days, "")
    last = made.holdout[1] - timedelta(days=1)
    return TimeRow("holdout", days, f"{fmt.date(made.holdout[0])} to {fmt.date(last)}: no feature sees them")


# -- the row under the cursor ----------------------------------------------------------------------------------

Sentence = tuple[str, str]
"""Text and its role."""


def explain(row: Row, data: Dataset) -> tuple[str, list[Sentence]]:
    """A title and sentences on a row; the texts are clean."""
    if isinstance(row, TableRow):
        return _explain_table(row)
    if isinstance(row, ColumnRow):
        return _explain_column(row)
    if isinstance(row, JoinRow):
        return _explain_join(row.join)
    if isinstance(row, LooseRow):
        how = "are the same" if row.on else "are not the same"
        return "Loose ids", [(f"Ids that differ only in type or padding (007, 7 and 7.0) {how}; space switches.", "")]
    if isinstance(row, StepRow):
        return _explain_step(row)
    if isinstance(row, TimeRow):
        return row.name.capitalize(), _explain_time(row, data)
    if isinstance(row, MadeRow):
        shown = "space shows" if row.folded else "space hides"
        return "Features made", [(f"{shown} what each of them means; the Features pane switches them on and off.", "")]
    if isinstance(row, FeatureRow):
        note = row.note
        unit = f"unit: {fmt.clean(note.unit)}; " if note.unit else ""
        text = f"{fmt.clean(note.definition)} ({unit}from {fmt.clean(short_name(note.source))})"
        return fmt.clean(note.name), [(text, "")]
    if isinstance(row, LeftOutRow):
        return "Rows left out", _explain_left_out(row)
    return ("Worth knowing", [(fmt.clean(row.text), "warn")]) if isinstance(row, WarningRow) else ("", [])


def _explain_left_out(row: LeftOutRow) -> list[Sentence]:
    what = "customer" if row.set_aside else "row"
    said: list[Sentence] = [(f"{fmt.plural(row.count, what)}: {fmt.clean(row.reason)}; l shows them.", "")]
    if row.set_aside:
        said.append(("set aside from the segments on screen (n and T in Features); a labelled file keeps them", "dim"))
    return said


def _explain_table(row: TableRow) -> tuple[str, list[Sentence]]:
    table = row.table
    files = f" of {table.files} files" if table.files > 1 else ""
    how = "chosen: " if row.chosen else ""
    said: list[Sentence] = [(f"taken for {row.kind}{files}: {how}{fmt.clean(table.reason)}", "")]
    said += [(fmt.clean(note), "dim") for note in table.notes]
    hidden = "shows" if row.folded else "hides"
    said.append(
        (f"e changes what it is taken for; space {hidden} its {fmt.plural(len(table.columns), 'column')}", "dim")
    )
    return fmt.clean(table.path), said


def _explain_column(row: ColumnRow) -> tuple[str, list[Sentence]]:
    column = row.column
    said: list[Sentence] = []
    if row.asks:
        others = " or ".join(column.choices)
        said.append((f"read as {row.reading}, but all values fit {others} just as well: d switches", "warn"))
    elif row.spec.reading is not None:
        others = f"; {' or '.join(column.choices)} would fit too" if column.choices else ""
        said.append((f"read as {row.reading}, as chosen{others}", ""))
    if column.unread:
        shown = ", ".join(_quoted(value) for value in column.examples)
        examples = f": {shown}" if shown else ""
        count = fmt.plural(column.unread, "value")
        counts = "counts" if column.unread == 1 else "count"
        said.append((f"{count} could not be read and {counts} as missing{examples}", "warn"))
    said += [(f"{flag}: {fmt.clean(reason)}", "warn") for flag, reason in column.flags]
    means = ROLE_MEANS.get(row.role, "")
    chosen = ", as chosen" if row.spec.role is not None else ""
    role = f"role {row.role}: {means}{chosen}" if row.role else f"no role{chosen}"
    said.append((f"{role}; e changes it" + ("" if row.asks or not column.reading else ", d how it is read"), "dim"))
    return f"{fmt.clean(column.name)} in {fmt.clean(short_name(row.table.path))}", said


def _quoted(value: str) -> str:
    return f"'{fmt.clean(value, 24)}'"


def _explain_join(join: JoinReport) -> tuple[str, list[Sentence]]:
    left, right = fmt.clean(short_name(join.left)), fmt.clean(short_name(join.right))
    said: list[Sentence] = [(fmt.clean(join.done), "")] if join.done else []
    for name, count, examples in (
        (left, join.only_left, join.left_examples),
        (right, join.only_right, join.right_examples),
    ):
        if count:
            shown = ", ".join(fmt.clean(value, 24) for value in examples)
            said.append((f"only in {name}: {fmt.count(count)}{f', such as {shown}' if shown else ''}", "warn"))
    if join.repeated:
        said.append((f"{fmt.plural(join.repeated, 'key')} more than once in {right}", "warn"))
    return f"{left} and {right}, {join_keys(join)}", said


def join_keys(join: JoinReport) -> str:
    """The columns that two tables were brought together by."""
    left, right = (fmt.clean(name) for name in join.on)
    return f"by {left}" if left == right else f"{left} = {right}"


def _explain_step(row: StepRow) -> tuple[str, list[Sentence]]:
    said: list[Sentence] = [(STEP_MEANS.get(row.step.id, ""), "")]
    if not row.step.applies:
        said.append(("The data lack what it looks at.", "warn"))
    else:
        kind = "A standard step" if row.step.id in STANDARD_STEPS else "A proposed step, off unless you switch it on"
        keys = "space switches it, enter shows the lines"
        said.append((f"{kind}; {keys}{'' if row.rows is not None else ', c counts them'}.", "dim"))
    return fmt.clean(row.step.title), said


def _explain_time(row: TimeRow, data: Dataset) -> list[Sentence]:
    if row.name == "snapshot":
        said = [("The day that features look back from; no order of that day or later is seen.", "")]
        if data.rollup is not None and data.rollup.later:
            said.append((f"{fmt.plural(data.rollup.later, 'line')} on or after it.", "warn"))
        return [*said, ("e sets the date; empty: the day after the last order", "dim")]
    what = (
        "Days at the end of the data, or after a chosen snapshot, whose orders no feature sees: they check later "
        "whether the segments hold."
    )
    return [(what, ""), ("e sets how many; 0: none", "dim")]


def short_name(path: str) -> str:
    """The file's name of a path."""
    return PurePath(path).name or path


def find_columns(rows: Iterable[Row], text: str) -> list[ColumnRow]:
    """The columns that a typed name means: COLUMN, or TABLE/COLUMN."""
    columns = [row for row in rows if isinstance(row, ColumnRow)]
    wanted = text.strip().lower()
    named = [row for row in columns if row.column.name.lower() == wanted]
    if named:
        return named
    return [
        row
        for row in columns
        if wanted
        in (f"{name.lower()}/{row.column.name.lower()}" for name in (row.table.path, short_name(row.table.path)))
    ]


def next_reading(row: ColumnRow) -> str | None:
    """The reading after the present one: the other ones that fit, then text, then as found (None)."""
    fitting = sorted({row.column.reading, *row.column.choices} - {"text", ""})
    order: list[str | None] = [*fitting, "text", None]
    if row.spec.reading is None:
        return next(reading for reading in order if reading != row.column.reading)
    at = order.index(row.spec.reading) if row.spec.reading in order else -1
    return order[(at + 1) % len(order)]

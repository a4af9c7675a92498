"""What each table is, found by reading it, or only its beginning where it is large.

Small tables are read whole and judged on every value. Of a large one the beginning is read; what it suggests is then
checked on every row in the same pass that computes the customers (`stream`), and done again where it does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from segtui.gather import roles, scan, text
from segtui.gather.lines import ROW, Lines, base_role, canonical
from segtui.gather.listed import one_each, separator_of
from segtui.gather.paths import stamp
from segtui.gather.people import with_whole_ids
from segtui.gather.roles import Findings
from segtui.gather.table import Table, first_rows, read_parts
from segtui.gather.tables import TableFiles, tables_of
from segtui.progress import Progress, Steps
from segtui.recipe import GatherSpec, TableSpec
from segtui.results import ColumnType, Kind, SourceReport

SAMPLE = 20_000
"""Rows of a large table that are looked at first."""

WIDE = 200
"""Columns from which finding their roles takes so long that it must be possible to stop."""

STREAMED = Kind.ORDERS
"""The kind that is rolled up while it is read; tables of all others are held in memory."""

NUMBER_ROLES = frozenset(("quantity", "unit_price", "amount", "discount"))
ID_ROLES = frozenset(("customer_id", "order_id", "product", "session"))


@dataclass(frozen=True, eq=False, slots=True)
class Looked:
    """A table and what it is taken for. whole: whether `table` holds all rows, or only the first ones; rows: how many
    there are, where that is known and `table` does not hold them."""

    files: TableFiles
    table: Table
    findings: Findings
    whole: bool
    rows: int = 0

    @property
    def name(self) -> str:
        return self.files.name

    @property
    def kind(self) -> Kind:
        return self.findings.kind

    def has(self, role: str) -> bool:
        """Whether a column has this role."""
        return role in self.findings.roles

    def column(self, role: str) -> str:
        """The column with this role. Raises KeyError."""
        return self.findings.roles[role]

    def report(self) -> SourceReport:
        """What was seen in it."""
        return SourceReport(
            self.name,
            self.kind,
            self.findings.reason,
            self.rows or self.table.frame.height,
            dict(self.findings.roles),
            self.table.columns,
            self.table.notes,
            len(self.files.parts),
        )

    def lines(self, numbered: bool = False) -> Lines:
        """The rows of a table that is held whole, under canonical names; `numbered`: with the number of the row."""
        frame = self.table.frame
        places = {name: str(i) for i, name in enumerate(frame.columns)}
        typed = {name: pl.col(place) for name, place in places.items()}
        placed = frame.rename(places)
        rows = (placed.with_row_index(ROW) if numbered else placed).lazy()
        lines = canonical(rows, self.findings.roles, typed, dict(frame.schema), self.name)
        between = self.between
        return replace(lines, frame=one_each(lines.frame, "product", between)) if between else lines

    @property
    def between(self) -> str:
        """What stands between the items of a basket that has one row; empty where items have a row each."""
        if self.kind is not Kind.BASKETS or not self.has("order_id") or not self.has("product"):
            return ""
        frame = self.table.frame
        return separator_of(frame[self.column("order_id")], frame[self.column("product")])


def look_at_all(spec: GatherSpec, held: Held | None = None) -> Steps[list[Looked]]:
    """Every table behind the sources. Raises SourceError, RecipeError."""
    files = tables_of(spec)
    looked = []
    for table in files:
        one = yield from look(table, spec, held, alone=len(files) == 1)
        looked.append(one)
    return looked


def look(files: TableFiles, spec: GatherSpec, held: Held | None = None, alone: bool = True) -> Steps[Looked]:
    """Read a table, or the beginning of a large one, and decide what it is. alone: whether it is the only one.

    Raises SourceError, and RecipeError where the recipe names columns that it lacks.
    """
    said = spec.table(files.name)
    readings = {column.name: column.reading for column in said.columns if column.reading is not None}
    if scan.is_large(files):
        sample = yield from _sampled(files, readings)
        if sample is not None:
            findings = yield from _find(sample, spec, said, alone)
            if findings.kind is STREAMED:
                return Looked(files, sample, findings, whole=False)
    table = yield from _whole(files, readings, held)
    findings = yield from _find(table, spec, said, alone)
    forced = _forced(table, findings, readings)
    if forced:
        table = yield from _whole(files, {**readings, **forced}, held)
    if (id_column := findings.id_column) is not None:
        notes: list[str] = []
        table = with_whole_ids(table, id_column, notes)
        table = _fractions_as_text(Table(table.frame, table.columns, (*table.notes, *notes)), id_column)
    if held is not None and findings.kind is not Kind.CUSTOMERS:
        held.put(_mark(files, {**readings, **forced}), table)
    return Looked(files, table, findings, whole=True)


def read_whole(looked: Looked) -> Steps[Looked]:
    """A table of which only the first rows were read, with all of its rows."""
    if looked.whole:
        return looked
    forced = {c.name: c.reading for c in looked.table.columns if c.reading}
    table = yield from read_parts(list(looked.files.parts), forced)
    return replace(looked, table=table, whole=True)


def _find(table: Table, spec: GatherSpec, said: TableSpec, alone: bool) -> Steps[Findings]:
    """Among several tables only those that have the column named for all of them are asked for it."""
    known = alone or not spec.id_column or spec.id_column in table.frame.columns
    wanted = spec.id_column if known else None
    if table.frame.width < WIDE:
        return roles.find(table, wanted, said)
    return (yield from scan.in_background(lambda: roles.find(table, wanted, said), "looking at the columns"))


def _forced(table: Table, findings: Findings, readings: Mapping[str, str]) -> dict[str, str]:
    """Readings that roles ask for: ids as they are written where they are not all numbers, quantities as numbers."""
    known = {column.name: column for column in table.columns}
    forced = {}
    for role, name in findings.roles.items():
        if name in readings:
            continue
        if base_role(role) in ID_ROLES and (known[name].unread or has_fractions(table.frame[name])):
            forced[name] = "text"
        elif base_role(role) in NUMBER_ROLES and known[name].type is ColumnType.TEXT:
            forced[name] = "number"
    return forced


def has_fractions(ids: pl.Series) -> bool:
    """Whether ids were read as numbers and some are none: accounts such as 100.1 and 100.2."""
    return ids.dtype.is_float() and bool((ids != ids.round()).any())


def _fractions_as_text(table: Table, id_column: str) -> Table:
    """Ids of a typed file that are no whole numbers are compared as text, where rounding would make two of them one."""
    if not has_fractions(table.frame[id_column]):
        return table
    columns = tuple(replace(c, type=ColumnType.TEXT) if c.name == id_column else c for c in table.columns)
    return Table(table.frame.with_columns(pl.col(id_column).cast(pl.String)), columns, table.notes)


# -- reading -------------------------------------------------------------------------------------------------


class Held:
    """The tables read last, so that another cleaning step or role does not read the files again; bounded in bytes."""

    def __init__(self, limit: int = 512 << 20) -> None:
        self._limit = limit
        self._tables: dict[tuple[object, ...], Table] = {}

    def get(self, key: tuple[object, ...]) -> Table | None:
        """The table read under this key."""
        table = self._tables.pop(key, None)
        if table is not None:
            self._tables[key] = table
        return table

    def put(self, key: tuple[object, ...], table: Table) -> None:
        """Hold a table, and let go of those used longest ago."""
        self._tables[key] = table
        while len(self._tables) > 1 and sum(t.frame.estimated_size() for t in self._tables.values()) > self._limit:
            del self._tables[next(iter(self._tables))]
        if table.frame.estimated_size() > self._limit:
            del self._tables[key]


def _whole(files: TableFiles, readings: Mapping[str, str], held: Held | None) -> Steps[Table]:
    table = held.get(_mark(files, readings)) if held is not None else None
    return table if table is not None else (yield from read_parts(list(files.parts), readings))


def _mark(files: TableFiles, readings: Mapping[str, str]) -> tuple[object, ...]:
    """What a table depends on: its files as they are now, and how they are read."""
    return tuple((stamp(layout.path), spec) for spec, layout in files.parts), tuple(sorted(readings.items()))


def _sampled(files: TableFiles, readings: Mapping[str, str]) -> Steps[Table | None]:
    """The first rows of a large table, typed as they suggest; None where there are none, or they are not UTF-8."""
    yield Progress(f"looking at {files.parts[0][1].path.name}", None, "the first rows")
    try:
        table = first_rows(files.parts[0], SAMPLE, readings)
    except text.NotUtf8:
        return None
    return table if table.frame.height else None

"""A large table of lines: what its first rows suggest is checked on every row, in the pass that computes customers.

Numbers, dates and whole-number ids are read by one bare cast at first (`plain_values`). Where a value resists that, the
column is read by its full rules in a second pass, words for missing counted and examples of the unreadable kept; a
column whose values mostly resist is text, and so is an id of which any does. Most files need one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import TypeVar

import polars as pl

from segtui.gather import scan, text
from segtui.gather.lines import ROW, Lines, base_role, canonical
from segtui.gather.look import ID_ROLES, NUMBER_ROLES, Looked, read_whole
from segtui.gather.reading import As, Reading, is_missing, plain_values, reading_of, values
from segtui.gather.reading.reading import NUMBER, TEXT
from segtui.gather.rolling import DOING, OrderBook, Pass
from segtui.gather.table import Table, short_note, unread_note
from segtui.gather.types import TYPE_OF
from segtui.progress import Progress, Steps
from segtui.recipe import GatherSpec
from segtui.results import Column, ColumnType

UNREADABLE = 0.01
"""Share of values that may resist a column's reading before the column is text."""

EXAMPLES = 5
_MOST_PASSES = 5

T = TypeVar("T")
Run = Callable[[Lines, Pass], Generator[Progress, None, tuple[OrderBook, T]]]


@dataclass(frozen=True, slots=True)
class _Taken:
    """How a column is read: by all rules (`full`) or by a bare cast. roles: what it stands for. said: the recipe says
    how it is read, whatever becomes of it."""

    name: str
    reading: Reading | None
    dtype: pl.DataType
    roles: tuple[str, ...]
    full: bool = False
    said: bool = False

    @property
    def is_id(self) -> bool:
        return any(base_role(role) in ID_ROLES for role in self.roles)

    @property
    def is_number(self) -> bool:
        return any(base_role(role) in NUMBER_ROLES for role in self.roles)

    def typed(self, raw: pl.Expr) -> pl.Expr:
        """The values of the column; those of a typed file come as they are."""
        if self.reading is None:
            return (raw.fill_nan(None) if self.dtype.is_float() else raw).cast(self.dtype)
        return values(self.reading, raw) if self.full else plain_values(self.reading, raw)

    @property
    def checked(self) -> bool:
        """Whether values may turn out not to fit."""
        return self.reading is not None and self.reading.kind is not As.TEXT


def stream(looked: Looked, spec: GatherSpec, run: Run[T]) -> Steps[tuple[Looked, T]]:
    """Roll up a large table with `run`, as often as its columns need; returns the table as it turned out.

    `run` answers the questions of its `Pass` along with its own. A table that Polars cannot read as it stands is read
    whole instead, which names the row at fault where there is one.
    """
    taken = _first(looked, spec)
    for _ in range(_MOST_PASSES):
        lines, going = _pass(looked, taken)
        try:
            book, found = yield from run(lines, going)
        except pl.exceptions.PolarsError:
            return (yield from _whole(looked, run))
        revised = [_revised(one, i, book.others) for i, one in enumerate(taken)]
        if revised == taken:
            break
        taken = revised
    return (yield from _told(looked, taken, book)), found


def _whole(looked: Looked, run: Run[T]) -> Steps[tuple[Looked, T]]:
    whole = yield from read_whole(looked)
    _, found = yield from run(whole.lines(), Pass())
    return whole, found


# -- before a pass -------------------------------------------------------------------------------------------


def _first(looked: Looked, spec: GatherSpec) -> list[_Taken]:
    """How every column is read at first: as its first rows suggest and its roles ask."""
    said = {c.name for c in spec.table(looked.name).columns if c.reading is not None}
    found = []
    for column in looked.table.columns:
        roles = tuple(role for role, name in looked.findings.roles.items() if name == column.name)
        reading = reading_of(column.reading) if looked.files.is_text else None
        one = _Taken(column.name, reading, looked.table.frame.schema[column.name], roles, said=column.name in said)
        if reading is not None and not one.said:
            if one.is_id and "customer_id" not in roles:
                one = replace(one, reading=TEXT)
            elif one.is_number and reading.kind not in (As.INTEGER, As.NUMBER):
                one = replace(one, reading=NUMBER, full=True)
            elif reading.kind is As.EMPTY:
                one = replace(one, reading=TEXT)
        found.append(one)
    return found


def lines_as_said(looked: Looked, spec: GatherSpec, numbered: bool = False) -> Lines:
    """The rows of a large table whose readings the recipe spells out, under canonical names, lazily."""
    taken = [replace(one, full=one.checked) for one in _first(looked, spec)]
    return _pass(looked, taken, numbered)[0]


def _pass(looked: Looked, taken: list[_Taken], numbered: bool = False) -> tuple[Lines, Pass]:
    counted = scan.Counted()
    places = {one.name: str(i) for i, one in enumerate(taken)}
    rows = scan.scan(looked.files)
    raw = counted.through(rows).rename(places)
    if numbered:
        raw = rows.rename(places).with_row_index(ROW)
    typed = [one.typed(pl.col(str(i))).alias(f"t{i}") for i, one in enumerate(taken) if _needs_typed(one)]
    columns = {one.name: pl.col(f"t{i}" if _needs_typed(one) else str(i)) for i, one in enumerate(taken)}
    kinds = {one.name: one.dtype if one.reading is None else one.reading.dtype for one in taken}
    lines = canonical(raw.with_columns(typed), looked.findings.roles, columns, kinds, looked.name)
    questions = tuple(question for i, one in enumerate(taken) for question in _questions(one, i))
    return lines, Pass(counted, _rows_expected(looked), f"{DOING} of {looked.name}", questions)


def _needs_typed(one: _Taken) -> bool:
    return one.checked or one.reading is None


def _questions(one: _Taken, i: int) -> list[pl.Expr]:
    """What is asked about a column in the same pass."""
    raw, typed = pl.col(str(i)), pl.col(f"t{i}")
    asked = [raw.null_count().alias(f"missing {i}"), raw.approx_n_unique().alias(f"distinct {i}")]
    if not one.checked:
        return asked
    unread = typed.is_null() & raw.is_not_null()
    if not one.full:
        return [*asked, unread.sum().alias(f"unread {i}")]
    assert one.reading is not None
    word = is_missing(one.reading, raw).fill_null(True)
    unread &= ~word
    return [
        *asked,
        (word & raw.is_not_null()).sum().alias(f"words {i}"),
        unread.sum().alias(f"unread {i}"),
        raw.filter(unread).unique().sort().head(EXAMPLES).implode().alias(f"examples {i}"),
    ]


def _rows_expected(looked: Looked) -> int:
    """An estimate from the first rows, for the progress line."""
    if not looked.files.is_text:
        return 0
    head = looked.table.frame.head(1_000)
    return int(looked.files.size / max(1, len(head.write_csv()) / max(1, head.height)))


# -- after it ------------------------------------------------------------------------------------------------


def _revised(one: _Taken, i: int, answers: dict[str, object]) -> _Taken:
    """How a column is read after what a pass found."""
    unread = _count(answers, f"unread {i}")
    if not one.checked or not unread:
        return one
    if one.is_id and not one.said:
        return replace(one, reading=TEXT)
    assert one.reading is not None
    if not one.full:
        wider = NUMBER if one.reading.kind is As.INTEGER and not one.said else one.reading
        return replace(one, reading=wider, full=True)
    filled = _count(answers, "lines") - _count(answers, f"missing {i}") - _count(answers, f"words {i}")
    keeps = one.said or one.is_number or unread <= UNREADABLE * filled
    return one if keeps else replace(one, reading=TEXT)


def _count(answers: dict[str, object], name: str) -> int:
    value = answers.get(name, 0)
    return int(value) if isinstance(value, int) else 0


def _told(looked: Looked, taken: list[_Taken], book: OrderBook) -> Steps[Looked]:
    """The table with the verdict on every column."""
    columns, notes = [], list(looked.table.notes)
    sampled = {column.name: column for column in looked.table.columns}
    for i, one in enumerate(taken):
        column = _column(one, i, book.others, sampled[one.name])
        columns.append(column)
        if column.unread:
            notes.append(unread_note(column, book.lines - column.missing))
    if looked.files.is_text and columns[-1].missing:
        notes += yield from _short_rows(looked)
    table = Table(looked.table.frame, tuple(columns), tuple(dict.fromkeys(notes)))
    return replace(looked, table=table, rows=book.lines)


def _column(one: _Taken, i: int, answers: dict[str, object], sampled: Column) -> Column:
    unread = _count(answers, f"unread {i}")
    missing = _count(answers, f"missing {i}") + _count(answers, f"words {i}")
    distinct = _count(answers, f"distinct {i}")
    examples = answers.get(f"examples {i}")
    kind = TYPE_OF[one.reading.kind] if one.reading is not None else sampled.type
    return Column(
        one.name,
        ColumnType.EMPTY if missing == _count(answers, "lines") else kind,
        missing,
        max(0, distinct - (1 if missing else 0)),
        (("constant", "every value is the same"),) if distinct == 1 and not missing else (),
        approximate=True,
        reading="" if one.reading is None else str(one.reading),
        choices=sampled.choices if one.reading is not None and str(one.reading) == sampled.reading else (),
        unread=unread,
        examples=tuple(str(example) for example in examples) if isinstance(examples, list) else (),
    )


def _short_rows(looked: Looked) -> Steps[list[str]]:
    """Rows with too few fields, which Polars fills without a word; only where the last column lacks values at all."""
    notes = []
    for _, layout in looked.files.parts:
        short: list[tuple[int, int]] = []
        for rows, found in text.short_rows(layout):
            short.extend(found)
            yield Progress(f"checking the rows of {looked.name}", None, f"{rows:,} rows")
        if short:
            notes.append(short_note(short, len(layout.names), layout))
    return notes

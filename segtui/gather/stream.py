"""A large table of lines: what its first rows suggest is checked on every row, in the pass that computes customers.

A column whose values mostly resist its reading is text, and so is an id of which any does; then the pass is made again
with that. Most files need one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import TypeVar

import polars as pl

from segtui.errors import AnalysisError
from segtui.gather import scan, text
from segtui.gather.lines import ROW, Lines, base_role, canonical
from segtui.gather.look import ID_ROLES, NUMBER_ROLES, Looked, has_fractions, read_whole
from segtui.gather.readers import Readers
from segtui.gather.reading import As, Reading, reading_of
from segtui.gather.reading.notes import doubt, unread_note
from segtui.gather.reading.propose import RIVALS
from segtui.gather.reading.reading import INTEGER, NUMBER, TEXT
from segtui.gather.rolling import DOING, OrderBook, Pass
from segtui.gather.table import Table, short_note
from segtui.progress import Progress, Steps
from segtui.recipe import GatherSpec
from segtui.results import Column, ColumnType

UNREADABLE = 0.01
"""Share of values that may resist a column's reading before the column is text."""

_MOST_PASSES = 5

_TYPES = {
    As.EMPTY: ColumnType.EMPTY,
    As.INTEGER: ColumnType.INTEGER,
    As.NUMBER: ColumnType.NUMBER,
    As.YES_NO: ColumnType.YES_NO,
    As.DATE: ColumnType.DATE,
    As.TIME: ColumnType.DATE,
    As.TEXT: ColumnType.TEXT,
}

T = TypeVar("T")
Run = Callable[[Lines, Pass], Generator[Progress, None, tuple[OrderBook, T]]]


@dataclass(frozen=True, slots=True)
class _Taken:
    """How a column is read; None: it comes typed. roles: what it stands for. said: the recipe says how it is read,
    whatever becomes of it. plain: Polars reads it as a number while it takes the file apart, which costs nothing; a
    cell that is none ends the pass, and the next one reads it as text."""

    name: str
    reading: Reading | None
    dtype: pl.DataType
    roles: tuple[str, ...]
    said: bool = False
    plain: bool = False
    tried: tuple[tuple[Reading, int], ...] = ()
    """Readings that were tried, and how many values resisted each."""

    @property
    def is_id(self) -> bool:
        return any(base_role(role) in ID_ROLES for role in self.roles)

    @property
    def is_number(self) -> bool:
        return any(base_role(role) in NUMBER_ROLES for role in self.roles)

    @property
    def checked(self) -> bool:
        """Whether values may turn out not to fit."""
        return self.reading is not None and self.reading.kind is not As.TEXT and not self.plain

    @property
    def place(self) -> str:
        """What its values are called, before the column's number."""
        return "t" if self.checked or self.reading is None else ""

    @property
    def kind(self) -> pl.DataType:
        """What its values are stored as."""
        if self.reading is None:
            return self.dtype
        return pl.Float64() if self.plain else self.reading.dtype


def stream(looked: Looked, spec: GatherSpec, run: Run[T]) -> Steps[tuple[Looked, T]]:
    """Roll up a large table with `run`, as often as its columns need; returns the table as it turned out.

    `run` answers the questions of its `Pass` along with its own. A table that Polars cannot read as it stands is read
    whole instead, which names the row at fault where there is one.
    """
    taken = _first(looked, spec)
    for _ in range(_MOST_PASSES):
        readers = _readers(taken)
        lines, going = _pass(looked, taken, readers)
        try:
            book, found = yield from run(lines, going)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
            if not any(one.plain for one in taken):
                return (yield from _whole(looked, run))
            taken = [replace(one, plain=False) for one in taken]
            continue
        except AnalysisError:
            back = [_taken_back(one, i, readers) for i, one in enumerate(taken)]
            if back == taken:
                raise
            taken = back
            continue
        revised = [_revised(one, i, book.others, readers) for i, one in enumerate(taken)]
        if revised == taken:
            break
        taken = revised
    return (yield from _told(looked, taken, book, readers)), found


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
            if one.is_id and ("customer_id" not in roles or has_fractions(looked.table.frame[column.name])):
                one = replace(one, reading=TEXT)
            elif one.is_number and reading.kind not in (As.INTEGER, As.NUMBER):
                one = replace(one, reading=NUMBER)
            elif reading.kind is As.EMPTY:
                one = replace(one, reading=TEXT)
            elif one.is_number and reading in (INTEGER, NUMBER):
                one = replace(one, plain=True)
        found.append(one)
    return found


def _readers(taken: list[_Taken]) -> Readers:
    readings = {str(i): one.reading for i, one in enumerate(taken) if one.reading is not None and one.checked}
    country = next((str(i) for i, one in enumerate(taken) if "country" in one.roles and one.reading == TEXT), None)
    return Readers(readings, country)


def lines_as_said(looked: Looked, spec: GatherSpec, numbered: bool = False) -> Lines:
    """The rows of a large table whose readings the recipe spells out, under canonical names, lazily."""
    taken = _first(looked, spec)
    return _pass(looked, taken, _readers(taken), numbered)[0]


def _pass(looked: Looked, taken: list[_Taken], readers: Readers, numbered: bool = False) -> tuple[Lines, Pass]:
    counted = scan.Counted(readers.forget)
    places = {one.name: str(i) for i, one in enumerate(taken)}
    rows = scan.scan(looked.files, {one.name: one.kind for one in taken if one.plain}).rename(places)
    if looked.files.is_text:
        raw = {str(i): one.kind if one.plain else pl.String() for i, one in enumerate(taken)}
        rows = counted.through(rows, readers.read, readers.schema(raw))
    else:
        kinds = [_as_stored(one, i).alias(f"t{i}") for i, one in enumerate(taken)]
        rows = counted.through(rows).with_columns(kinds)
    columns = {one.name: pl.col(f"{one.place}{i}") for i, one in enumerate(taken)}
    kinds_of = {one.name: one.kind for one in taken}
    lines = canonical(
        rows.with_row_index(ROW) if numbered else rows, looked.findings.roles, columns, kinds_of, looked.name
    )
    questions = tuple(question for i, one in enumerate(taken) for question in _questions(one, i))
    known = looked.files.is_text and any("country" in one.roles and one.reading == TEXT for one in taken)
    countries = readers.noted_values if known else None
    return lines, Pass(counted, _rows_expected(looked), f"{DOING} of {looked.name}", questions, countries)


def _as_stored(one: _Taken, place: int) -> pl.Expr:
    raw = pl.col(str(place))
    return (raw.fill_nan(None) if one.dtype.is_float() else raw).cast(one.dtype)


def _questions(one: _Taken, i: int) -> list[pl.Expr]:
    """What is asked about a column in the same pass."""
    raw = pl.col(str(i))
    asked = [raw.null_count().cast(pl.Int64).alias(f"missing {i}")]
    if one.plain:
        asked.append((~raw.is_finite()).sum().cast(pl.Int64).alias(f"infinite {i}"))
        asked.append((raw != raw.round()).sum().cast(pl.Int64).alias(f"fractions {i}"))
    return asked


def _rows_expected(looked: Looked) -> int:
    """An estimate from the first rows, for the progress line."""
    if not looked.files.is_text:
        return 0
    head = looked.table.frame.head(1_000)
    return int(looked.files.size / max(1, len(head.write_csv()) / max(1, head.height)))


# -- after it ------------------------------------------------------------------------------------------------


def _revised(one: _Taken, i: int, answers: dict[str, object], readers: Readers) -> _Taken:
    """How a column is read after what a pass found."""
    if one.plain and _count(answers, f"infinite {i}"):
        return replace(one, plain=False)  # the words inf and nan
    if one.reading is None or not one.checked:
        return one
    words, unread, _ = readers.verdict(str(i))
    if one.said or not unread:
        return one
    if one.is_id:
        return replace(one, reading=TEXT)
    if one.reading.kind is As.INTEGER and readers.would_read(str(i), NUMBER):
        return replace(one, reading=NUMBER)
    tried = (*one.tried, (one.reading, unread))
    rival = RIVALS.get(one.reading)
    known = [reading for reading, _ in one.tried]
    if rival is not None and rival not in known and readers.would_read(str(i), rival):
        return replace(one, reading=rival, tried=tried)
    best = min(tried, key=lambda pair: pair[1])
    if best[1] < unread:
        return replace(one, reading=best[0], tried=tried)
    filled = _count(answers, "lines") - _count(answers, f"missing {i}") - words
    return one if one.is_number or unread <= UNREADABLE * filled else replace(one, reading=TEXT)


def _taken_back(one: _Taken, i: int, readers: Readers) -> _Taken:
    """A column on trial under another reading, after a pass that left no line: most likely for that reading."""
    if one.reading is None or not one.tried or one.reading in [reading for reading, _ in one.tried]:
        return one
    tried = (*one.tried, (one.reading, readers.verdict(str(i))[1]))
    return replace(one, reading=min(tried, key=lambda pair: pair[1])[0], tried=tried)


def _count(answers: dict[str, object], name: str) -> int:
    value = answers.get(name, 0)
    return int(value) if isinstance(value, int) else 0


def _told(looked: Looked, taken: list[_Taken], book: OrderBook, readers: Readers) -> Steps[Looked]:
    """The table with the verdict on every column."""
    columns, notes = [], list(looked.table.notes)
    sampled = {column.name: column for column in looked.table.columns}
    for i, one in enumerate(taken):
        column = _column(one, i, book.others, readers, sampled[one.name])
        columns.append(column)
        if column.unread and one.reading is not None:
            filled = book.lines - column.missing + column.unread
            examples = ", ".join(f"“{example}”" for example in column.examples)
            notes.append(unread_note(one.name, one.reading, column.unread, filled, examples))
        notes += [doubt(one.name, one.reading, other) for other in _choices(one, i, readers) if one.reading is not None]
    if looked.files.is_text and columns[-1].missing:
        notes += yield from _short_rows(looked)
    table = Table(looked.table.frame, tuple(columns), tuple(dict.fromkeys(notes)))
    return replace(looked, table=table, rows=book.lines)


def _column(one: _Taken, i: int, answers: dict[str, object], readers: Readers, sampled: Column) -> Column:
    words, unread, examples = readers.verdict(str(i)) if one.checked and one.reading is not None else (0, 0, ())
    missing = _count(answers, f"missing {i}") + words + unread
    reading = one.reading
    if one.plain:
        reading = NUMBER if _count(answers, f"fractions {i}") else INTEGER
    everyone = "customer_id" in one.roles and isinstance(answers.get("customers"), int)
    return Column(
        one.name,
        ColumnType.EMPTY if missing == _count(answers, "lines") else _TYPES[reading.kind] if reading else sampled.type,
        missing,
        _count(answers, "customers") if everyone else sampled.distinct,
        approximate=not everyone,
        reading="" if reading is None else str(reading),
        choices=tuple(str(choice) for choice in _choices(one, i, readers)),
        unread=unread,
        examples=examples,
    )


def _choices(one: _Taken, i: int, readers: Readers) -> tuple[Reading, ...]:
    return readers.choices(str(i)) if one.checked and not one.said else ()


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

"""One table, typed, in source order: from the files of one or more sources with the same columns."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from segtui.errors import RecipeError, SourceError
from segtui.gather import text, typed
from segtui.gather.read import as_windows, column_names, layouts, settle, unique_names
from segtui.gather.reading import Reading, propose, reading_of
from segtui.gather.reading.builder import Built, ColumnBuilder, spread
from segtui.gather.sniff import Compression, Format, Layout
from segtui.gather.types import column_type, normalise
from segtui.progress import Progress, Steps
from segtui.recipe import SourceSpec
from segtui.results import Column

Forced = dict[str, Reading]

_FIRST_BYTES = 1 << 24
"""The first rows are no more than this many bytes, which may be a few cells."""

PAUSE = 0.012
"""Seconds of work after which a piece of long work offers to stop."""


NOTHING_SAID: Mapping[str, str] = {}
"""No column is to be read in a certain way."""


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """What was read: typed columns under unique names, source order, the verdict on each, and notes."""

    frame: pl.DataFrame
    columns: tuple[Column, ...]
    notes: tuple[str, ...]


def read_table(sources: tuple[SourceSpec, ...], columns: Mapping[str, str] = NOTHING_SAID) -> Steps[Table]:
    """Read the sources one after another into one table.

    columns: the reading of each column that is not to be read as found, by its name in `gather.reading`.
    Raises SourceError, also for a table without rows or columns, and RecipeError for a column or a reading that there
    is not.
    """
    return (yield from read_parts([(spec, layout) for spec in sources for layout in layouts(spec)], columns))


def read_parts(found: list[tuple[SourceSpec, Layout]], columns: Mapping[str, str] = NOTHING_SAID) -> Steps[Table]:
    """Read files with the same columns one after another into one table; see `read_table`."""
    forced = {name: reading_of(reading) for name, reading in columns.items()}
    forms = {layout.format is Format.TEXT for _, layout in found}
    if len(forms) > 1:
        raise SourceError("text and typed files do not go together", hint="Open one of them.")
    table = yield from (_read_texts(found, forced) if forms == {True} else _read_typed(found, forced))
    _refuse_empty(table.frame, found[0][1])
    return table


def _refuse_empty(frame: pl.DataFrame, layout: Layout) -> None:
    if not frame.width:
        raise SourceError("it has no columns", where=layout.where, hint="Choose a file that holds a table.")
    if not frame.height:
        raise SourceError("it has column names and no rows", where=layout.where, hint="Export it again with its rows.")


def first_rows(part: tuple[SourceSpec, Layout], rows: int, columns: Mapping[str, str] = NOTHING_SAID) -> Table:
    """The first rows of a file, each column read as these rows suggest; nothing is proved by it. Raises SourceError."""
    _, layout = part
    forced = {name: reading_of(reading) for name, reading in columns.items()}
    if layout.format is not Format.TEXT:
        frame = typed.head(layout, rows)
        renamed, notes = unique_names(tuple(frame.columns))
        frame.columns = list(renamed)
        built = [_normal(column, forced.get(column.name), layout.format in _LOOSE) for column in frame]
    else:
        renamed, notes = column_names(layout)
        pieces = [pl.DataFrame(schema={str(i): pl.String for i in range(len(renamed))})]
        for batch in text.batches(layout):
            pieces.append(batch.frame)
            if sum(piece.height for piece in pieces) >= rows or batch.read >= _FIRST_BYTES:
                break
        empty = pl.DataFrame(schema=dict.fromkeys(renamed, pl.String))
        frame = pl.concat(pieces).head(rows) if pieces else empty
        frame.columns = list(renamed)
        _refuse_empty(frame, layout)
        semicolon = layout.delimiter == ";"
        built = []
        for column in frame:
            reading = forced.get(column.name) or propose(spread(column), semicolon).reading
            built.append(ColumnBuilder(column.name, semicolon, reading).of_whole(column))
    return Table(pl.DataFrame([one.values for one in built]), tuple(one.column for one in built), notes)


# -- text ----------------------------------------------------------------------------------------------------


_WIDE, _WIDE_ROWS = 500, 1_000


class _Clock:
    """Says when a piece of work has lasted long enough to offer a stop."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def due(self) -> bool:
        now = time.perf_counter()
        if now - self._since < PAUSE:
            return False
        self._since = now
        return True


def _read_texts(found: list[tuple[SourceSpec, Layout]], forced: Forced) -> Steps[Table]:
    while True:
        try:
            return (yield from _read_all(found, forced))
        except text.NotUtf8:
            decided = []
            for spec, layout in found:
                decided.append((spec, layout if layout.sure else (yield from _decided(layout))))
            found = decided


def _decided(layout: Layout) -> Steps[Layout]:
    """The layout with the encoding that holds for the whole file."""
    yield Progress(f"reading {_short(layout)}", None, "another encoding")
    try:
        for _ in text.batches(layout):
            yield Progress(f"reading {_short(layout)}", None, "another encoding")
    except text.NotUtf8:
        return as_windows(layout)
    return replace(layout, sure=True)


def _read_all(found: list[tuple[SourceSpec, Layout]], forced: Forced) -> Steps[Table]:
    names, notes = column_names(found[0][1])
    told = list(notes)
    if not names:
        return Table(pl.DataFrame(), (), ())
    _check_names([layout for _, layout in found])
    _check_forced(forced, names, found[0][1])
    builders = [ColumnBuilder(name, _semicolon(found), forced.get(name)) for name in names]
    yield from _stream(found, list(range(len(names))), builders, told)
    again = [i for i, builder in enumerate(builders) if builder.reread]
    if again:
        for i in again:
            builders[i] = builders[i].again()
        yield from _stream(found, again, [builders[i] for i in again], None)
    for spec, layout in found:
        settle(spec, layout)
        if layout.encoding == "cp1252" and spec.encoding is None:
            told.append(f"{layout.where} is not UTF-8; it is read as Windows-1252")
    return (yield from _finish_text(builders, told))


def _semicolon(found: list[tuple[SourceSpec, Layout]]) -> bool:
    """Whether semicolons separate the columns, as where the comma is the decimal mark."""
    return all(layout.delimiter == ";" for _, layout in found)


def _check_forced(forced: Forced, names: tuple[str, ...], layout: Layout) -> None:
    unknown = [name for name in forced if name not in names]
    if unknown:
        raise RecipeError(
            f"the recipe says how to read “{unknown[0]}”, and there is no such column",
            where=layout.where,
            hint=f"The columns are: {', '.join(names)}.",
        )


def _check_names(found: list[Layout]) -> None:
    for layout in found[1:]:
        if layout.names != found[0].names:
            raise SourceError(
                f"its columns differ from those of {found[0].where}",
                where=layout.where,
                hint="Joining tables is not built yet; open files with the same columns, or one of them.",
            )


def _stream(
    found: list[tuple[SourceSpec, Layout]], wanted: list[int], builders: list[ColumnBuilder], told: list[str] | None
) -> Steps[None]:
    """Feed the wanted columns to their builders; `told` (first reading only) collects notes on short rows."""
    clock, rows = _Clock(), 0
    for _, layout in found:
        short: list[tuple[int, int]] = []
        for batch in _stoppable(layout, rows):
            if isinstance(batch, Progress):
                yield batch
                continue
            short.extend((rows + row, fields) for row, fields in batch.short)
            for i, builder in zip(wanted, builders, strict=True):
                builder.add(batch.frame.to_series(i))
                if clock.due():
                    yield _progress(layout, batch.read, rows)
            rows += batch.frame.height
            yield _progress(layout, batch.read, rows)
        if told is not None and short:
            told.append(short_note(short, len(layout.names), layout))


def _stoppable(layout: Layout, before: int) -> Iterator[text.Batch | Progress]:
    """The batches of a file; those of a wide table joined to a thousand rows, with a stop between any two of them.

    A piece of a column costs as much at 50 rows as at a thousand, and a wide table has many columns.
    """
    if len(layout.names) < _WIDE:
        yield from text.batches(layout)
        return
    waiting: list[text.Batch] = []
    for batch in text.batches(layout):
        waiting.append(batch)
        yield _progress(layout, batch.read, before + sum(part.frame.height for part in waiting))
        if sum(part.frame.height for part in waiting) >= _WIDE_ROWS:
            yield _joined_batch(waiting)
            waiting = []
    if waiting:
        yield _joined_batch(waiting)


def _joined_batch(parts: list[text.Batch]) -> text.Batch:
    short: list[tuple[int, int]] = []
    rows = 0
    for part in parts:
        short.extend((rows + row, fields) for row, fields in part.short)
        rows += part.frame.height
    return text.Batch(pl.concat([part.frame for part in parts]), parts[-1].read, tuple(short))


def _progress(layout: Layout, read: int, rows: int) -> Progress:
    plain = layout.compression is Compression.NONE
    done = min(1.0, read / max(1, os.stat(layout.path).st_size)) if plain else None
    return Progress(f"reading {_short(layout)}", done, f"{rows:,} rows")


def _short(layout: Layout) -> str:
    return layout.where if layout.where == "standard input" else layout.path.name


def short_note(short: list[tuple[int, int]], width: int, layout: Layout) -> str:
    """What is said of rows with too few fields. short: (row, fields found) of each."""
    row, fields = short[0]
    first = f"row {row + 1:,} has {fields} of {width} fields"
    rest = f", and {len(short) - 1:,} more rows like it" if len(short) > 1 else ""
    return f"{layout.where}: {first}{rest}; the fields that are not there count as missing"


def _finish_text(builders: list[ColumnBuilder], told: list[str]) -> Steps[Table]:
    series, columns = [], []
    clock = _Clock()
    while builders:
        builder = builders.pop(0)  # its pieces are freed as its column is put together
        built = builder.finish()
        series.append(built.values)
        columns.append(built.column)
        told.extend(built.notes)
        if clock.due():
            yield Progress("looking at the columns", None, built.column.name)
    return Table(pl.DataFrame(series), tuple(columns), tuple(told))


def _describe(column: pl.Series) -> Column:
    missing = column.null_count()
    flags = (("constant", "every value is the same"),) if (distinct := _distinct(column)) == 1 else ()
    return Column(column.name, column_type(column), missing, distinct, flags)


def _distinct(column: pl.Series) -> int:
    return column.n_unique() - (1 if column.null_count() else 0)


_LOOSE = (Format.JSON, Format.NDJSON, Format.EXCEL)
"""Formats where text made of digits may be meant as numbers; in the others it was stored as text on purpose."""


# -- typed ---------------------------------------------------------------------------------------------------


def _read_typed(found: list[tuple[SourceSpec, Layout]], forced: Forced) -> Steps[Table]:
    total = sum(typed.row_count(layout) or 0 for _, layout in found)
    names: list[str] = []
    pieces: dict[str, list[pl.Series]] = {}
    rows = 0
    for _, layout in found:
        yield Progress(f"reading {_short(layout)}", None, f"{rows:,} rows")
        for batch in typed.batches(layout):
            if not pieces:
                names = batch.columns
                pieces = {name: [] for name in names}
            if batch.columns != names:
                raise SourceError("its columns differ from those of the first file", where=layout.where)
            for name in names:
                pieces[name].append(batch[name])
            rows += batch.height
            yield Progress(f"reading {_short(layout)}", min(1.0, rows / total) if total else None, f"{rows:,} rows")
    return (yield from _finish_typed(pieces, found, forced))


def _finish_typed(
    pieces: dict[str, list[pl.Series]], found: list[tuple[SourceSpec, Layout]], forced: Forced
) -> Steps[Table]:
    renamed, notes = unique_names(tuple(pieces))
    told = [*notes, *filter(None, (typed.sheet_note(layout) for _, layout in found))]
    _check_forced(forced, renamed, found[0][1])
    digits = all(layout.format in _LOOSE for _, layout in found)
    series, columns = [], []
    for name, new in zip(tuple(pieces), renamed, strict=True):
        whole = _joined(pieces.pop(name), found[-1][1], name)
        built = _normal(whole.rename(new), forced.get(new), digits)
        series.append(built.values)
        columns.append(built.column)
        told.extend(built.notes)
        yield Progress("looking at the columns", None, new)
    return Table(pl.DataFrame(series), tuple(columns), tuple(told))


def _normal(whole: pl.Series, forced: Reading | None, digits: bool) -> Built:
    """A column that brings its type; text among them may be numbers or dates all the same."""
    if whole.dtype in (pl.String, pl.Categorical, pl.Enum) or forced is not None:
        builder = ColumnBuilder(whole.name, forced=forced, digits=digits)
        return builder.of_whole(normalise(whole)[0].cast(pl.String))
    column, note = normalise(whole)
    return Built(column, _describe(column), (note,) if note else ())


def _joined(parts: list[pl.Series], layout: Layout, name: str) -> pl.Series:
    try:
        return pl.concat(parts, rechunk=True)
    except pl.exceptions.PolarsError as problem:
        raise SourceError(
            f"the column “{name}” has another type than in the first file", where=layout.where
        ) from problem

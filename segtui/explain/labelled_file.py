"""A labelled file read for its segments: id, segment and name of every row, and ids as keys that can be compared.

Only the id and what a delivered file adds are read: the last column called `segment` (or `segment_2`
…, where the source had one of that name) and the last `segment_name`. Rows without a segment are those that were left
out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from segtui.cluster.prediction import NOBODY
from segtui.errors import SourceError
from segtui.explain.lettering import letter_position
from segtui.gather import typed
from segtui.gather.ids import as_key, loosened
from segtui.gather.read import column_names, layouts, read_text, read_typed
from segtui.gather.scan import in_background
from segtui.gather.sniff import Format
from segtui.gather.types import normalise
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.recipe import SourceSpec

DOING = "reading the labelled file"

SEGMENT = re.compile(r"segment(_\d+)?")
NAME = re.compile(r"segment_name(_\d+)?")
LETTERS = re.compile(r"[A-Z]{1,2}")

FORMULA = r"^'([=+\-@\t\r])"
"""The apostrophe that a delivered text file may have before what a spreadsheet would run as a formula."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns are called in the file. name: "" where segments have no names."""

    id: str
    segment: str
    name: str


def names_of(source: SourceSpec) -> Sequence[str]:
    """The columns of a file. Raises SourceError."""
    first = layouts(source)[0]
    return column_names(first)[0] if first.format is Format.TEXT else typed.column_names(first)


def labelled_columns(names: Sequence[str], id_name: str, where: str) -> Columns:
    """What the columns of a labelled file are called. Raises SourceError where it has no segments."""
    segment = _last(names, SEGMENT)
    if segment is None:
        raise SourceError(
            "it has no column “segment”",
            where=where,
            hint=f"Its columns are {some_of(names, 8)}; choose a labelled file.",
        )
    return Columns(id_name, segment, _last(names, NAME) or "")


def _last(names: Sequence[str], wanted: re.Pattern[str]) -> str | None:
    """What is delivered stands behind the columns of the source."""
    return next((name for name in reversed(names) if wanted.fullmatch(name)), None)


def read_segments(source: SourceSpec, columns: Columns) -> Steps[pl.DataFrame]:
    """The columns `id`, `segment` and `name`, in file order: ids with the type that the file gives them.

    Raises SourceError.
    """
    is_text = layouts(source)[0].format is Format.TEXT
    batches = _chosen(read_text(source) if is_text else read_typed(source), columns)
    parts: list[pl.DataFrame] = []
    rows = 0
    # A batch may take longer than a piece should, and the first one takes a look at the whole file.
    while (part := (yield from in_background(partial(next, batches, None), DOING))) is not None:
        parts.append(part)
        rows += part.height
        yield Progress(DOING, None, f"{rows:,} rows")
    return _concatenated(parts, source)


def _chosen(batches: Iterator[pl.DataFrame], columns: Columns) -> Iterator[pl.DataFrame]:
    for batch in batches:
        name = batch[columns.name] if columns.name else pl.Series([None] * batch.height, dtype=pl.String)
        ids = normalise(batch[columns.id])[0]
        texts = (_plain(batch[columns.segment]).alias("segment"), _plain(name).alias("name"))
        yield pl.DataFrame([ids.alias("id"), *texts])


def _plain(values: pl.Series) -> pl.Series:
    """As text, without blanks around it and what guards it from spreadsheets; None where nothing is left."""
    return unguarded(key_of(normalise(values)[0], False).str.strip_chars())


def _concatenated(parts: list[pl.DataFrame], source: SourceSpec) -> pl.DataFrame:
    if not any(part.height for part in parts):
        raise SourceError("it has no rows", where=source.path, hint="Choose a labelled file.")
    if len({part["id"].dtype for part in parts}) > 1:  # files of one pattern that type it differently
        parts = [part.with_columns(pl.col("id").cast(pl.String)) for part in parts]
    return pl.concat(parts)


# -- segments and customers -------------------------------------------------------------------------------------------


def segments_in(rows: pl.DataFrame, where: str) -> dict[str, str]:
    """The segments in order, with their names. rows: `segment` and `name`. Raises SourceError for too many of them."""
    found = rows.group_by("segment").agg(pl.col("name").drop_nulls().min())
    if found.height >= NOBODY:
        raise SourceError(
            f"its column of segments holds {found.height:,} different values, which are no segments",
            where=where,
            hint="Choose a labelled file.",
        )
    pairs = sorted(found.iter_rows(), key=lambda pair: _place(pair[0]))
    return {segment: name or "" for segment, name in pairs}


def _place(segment: str) -> tuple[int, int, str]:
    """Numbers by size, letters as they are counted, then anything else by spelling."""
    if segment.isascii() and segment.isdigit():
        return 0, int(segment), segment
    if LETTERS.fullmatch(segment):
        return 1, letter_position(segment), segment
    return 2, 0, segment


def one_per_customer(rows: pl.DataFrame, where: str) -> pl.DataFrame:
    """One row for each key, with its segment. Raises SourceError where a customer is in two."""
    if rows["key"].n_unique() == rows.height:
        return rows.select("key", "segment")
    each = rows.group_by("key").agg(pl.col("segment").min(), other=pl.col("segment").max())
    torn = each.filter(pl.col("segment") != pl.col("other")).sort("key")
    if torn.height:
        key, one, other = torn.row(0)
        many = f"{torn.height:,} customers, such as {key}, are" if torn.height > 1 else f"customer {key} is"
        raise SourceError(
            f"{many} in two segments at once ({one} and {other})",
            where=where,
            hint="Keep one row for each customer, or deliver the file again.",
        )
    return each.select("key", "segment")


# -- ids ---------------------------------------------------------------------------------------------------------------


def key_of(ids: pl.Series, loose: bool) -> pl.Series:
    """Ids as text; a column of decimal numbers that are all whole is one of whole numbers."""
    kind = ids.dtype
    whole = kind.is_float() and bool((ids.is_finite() & (ids == ids.round()) & (ids.abs() < 2**53)).all())
    value = pl.col("v")
    if whole or not kind.is_float():
        key = as_key(value, kind, pl.String(), loose)
    else:
        key = loosened(value) if loose else value.cast(pl.String)
    return unguarded(ids.to_frame("v").select(key).to_series())


def unguarded(text: pl.Series) -> pl.Series:
    """Text without what guards it from spreadsheets; None where nothing is left."""
    if text.str.starts_with("'").any():
        text = text.str.replace(FORMULA, "${1}")
    return text.set(text == "", None) if (text == "").any() else text


def some_of(texts: Sequence[str], most: int) -> str:
    """The first few, and a sign where there are more."""
    return ", ".join(texts[:most]) + (" …" if len(texts) > most else "")

"""The segments of a labelled file that was delivered before, for the customers that are open now.

Customers are found again by their id: as it is written, whole numbers whatever they are stored as, and without padding
where the recipe takes ids loosely. Only what a delivered file adds is read: the last column called `segment` (or
`segment_2` …, where the source had one of that name) and the last `segment_name`. Rows without a segment are those that
were left out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from segtui.cluster.prediction import NOBODY
from segtui.errors import AnalysisError, SourceError
from segtui.explain.compare import Labelling
from segtui.explain.lettering import letter_position
from segtui.gather import typed
from segtui.gather.ids import EXAMPLES, as_key, loosened
from segtui.gather.paths import files_of, is_at_hand
from segtui.gather.read import column_names, layouts, read_text, read_typed
from segtui.gather.reading import reading_of, values
from segtui.gather.scan import in_background
from segtui.gather.sniff import Format
from segtui.gather.types import normalise
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.recipe import SourceSpec
    from segtui.results import Dataset

DOING = "reading the labelled file"

SEGMENT = re.compile(r"segment(_\d+)?")
NAME = re.compile(r"segment_name(_\d+)?")
LETTERS = re.compile(r"[A-Z]{1,2}")

FORMULA = r"^'([=+\-@\t\r])"
"""The apostrophe that a delivered text file may have before what a spreadsheet would run as a formula."""


@dataclass(frozen=True, eq=False, slots=True)
class Delivered:
    """What came of a labelled file.

    labelling: the present customers, NOBODY where the file has no segment for them. rows: with a segment, in the file.
    matched: present customers who have a segment in it; absent: those who have none. strangers: rows with a segment
    whose customer is not among the present ones.
    """

    labelling: Labelling
    rows: int
    matched: int
    absent: int
    strangers: int


@dataclass(frozen=True, slots=True)
class _Columns:
    """What the columns are called in the file. name: "" where segments have no names."""

    id: str
    segment: str
    name: str


def delivered(dataset: Dataset, source: SourceSpec, *, loose: bool = False) -> Steps[Delivered]:
    """Read a labelled file for the customers of `dataset` (all of them, none set aside).

    loose: ids that differ in padding alone are the same (`GatherSpec.loose_ids`). Raises SourceError where the file
    cannot be read, has no id or no segments, or two segments for one id, and AnalysisError where the present data have
    no ids or none of them is in the file.
    """
    if dataset.id_column is None:
        raise AnalysisError(
            "the customers that are open have no id, so they cannot be found again in another file",
            where=source.path,
            hint="Say which column identifies a customer.",
        )
    if not is_at_hand(source):
        yield from in_background(partial(files_of, source), f"fetching {source.path}")
    columns = _columns_of(source, dataset.id_column)
    read = yield from _read(source, columns)
    found = yield from in_background(partial(_matched, dataset, read, source.path, loose), "finding customers again")
    return found


# -- the columns of the file -----------------------------------------------------------------------------------


def _columns_of(source: SourceSpec, id_column: str) -> _Columns:
    names = _names(source)
    id_name = next((name for name in names if name in (id_column, f"'{id_column}")), None)
    if id_name is None:
        near = difflib.get_close_matches(id_column, names, n=1, cutoff=0.5)
        told = f"is it “{near[0]}”? Then rename it" if near else "add it to the file"
        raise SourceError(
            f"it has no column “{id_column}”, which identifies the customers that are open",
            where=source.path,
            hint=f"Its columns are {_some(names, 8)}; {told}.",
        )
    segment = _last(names, SEGMENT)
    if segment is None:
        raise SourceError(
            "it has no column “segment”",
            where=source.path,
            hint=f"Its columns are {_some(names, 8)}; choose a labelled file.",
        )
    return _Columns(id_name, segment, _last(names, NAME) or "")


def _names(source: SourceSpec) -> Sequence[str]:
    first = layouts(source)[0]
    return column_names(first)[0] if first.format is Format.TEXT else typed.column_names(first)


def _last(names: Sequence[str], wanted: re.Pattern[str]) -> str | None:
    """What is delivered stands behind the columns of the source."""
    return next((name for name in reversed(names) if wanted.fullmatch(name)), None)


def _read(source: SourceSpec, columns: _Columns) -> Steps[pl.DataFrame]:
    """The columns `id`, `segment` and `name`, in file order: ids with the type that the file gives them."""
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


def _chosen(batches: Iterator[pl.DataFrame], columns: _Columns) -> Iterator[pl.DataFrame]:
    for batch in batches:
        name = batch[columns.name] if columns.name else pl.Series([None] * batch.height, dtype=pl.String)
        ids = normalise(batch[columns.id])[0]
        texts = (_plain(batch[columns.segment]).alias("segment"), _plain(name).alias("name"))
        yield pl.DataFrame([ids.alias("id"), *texts])


def _plain(values: pl.Series) -> pl.Series:
    """As text, without blanks around it and what guards it from spreadsheets; None where nothing is left."""
    return _unguarded(_key(normalise(values)[0], False).str.strip_chars())


def _concatenated(parts: list[pl.DataFrame], source: SourceSpec) -> pl.DataFrame:
    if not any(part.height for part in parts):
        raise SourceError("it has no rows", where=source.path, hint="Choose a labelled file.")
    if len({part["id"].dtype for part in parts}) > 1:  # files of one pattern that type it differently
        parts = [part.with_columns(pl.col("id").cast(pl.String)) for part in parts]
    return pl.concat(parts)


# -- customers found again -------------------------------------------------------------------------------------


def _matched(dataset: Dataset, read: pl.DataFrame, where: str, loose: bool) -> Delivered:
    mine, theirs = _keys(dataset, read["id"], loose)
    rows = read.select("segment", "name", key=theirs).drop_nulls(["key", "segment"])
    if not rows.height:
        raise SourceError("none of its rows has a segment", where=where, hint="Choose a labelled file.")
    segments = _segments(rows, where)
    each = _one_per_customer(rows, where)
    present = mine.rename("key").to_frame().join(each, on="key", how="left", maintain_order="left")
    matched = present.height - present["segment"].null_count()
    if not matched:
        raise _nobody(dataset, read["id"], mine, theirs, where, loose)
    places = {letter: place for place, letter in enumerate(segments)}
    labels = present["segment"].replace_strict(places, default=NOBODY, return_dtype=pl.UInt8)
    strangers = rows.join(present.select("key"), on="key", how="anti").height
    return Delivered(
        labelling=Labelling(tuple(segments), tuple(segments.values()), labels.to_numpy()),
        rows=rows.height,
        matched=matched,
        absent=present.height - matched,
        strangers=strangers,
    )


def _segments(rows: pl.DataFrame, where: str) -> dict[str, str]:
    """The segments in order, with their names."""
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


def _one_per_customer(rows: pl.DataFrame, where: str) -> pl.DataFrame:
    """One row for each id, with its segment."""
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


def _nobody(
    dataset: Dataset, ids: pl.Series, mine: pl.Series, theirs: pl.Series, where: str, loose: bool
) -> AnalysisError:
    hint = "Choose a file that was delivered from the data that are open."
    if not loose:
        padded, stripped = (one.rename("key").to_frame() for one in _keys(dataset, ids, True))
        more = padded.join(stripped, on="key", how="semi").height
        if more:
            hint = f"{more:,} would match if ids were compared loosely, without leading zeros, blanks and “.0”."
    return AnalysisError(
        f"none of its customers ({_some_keys(theirs)}) is among those that are open ({_some_keys(mine)})",
        where=where,
        hint=hint,
    )


def _some_keys(keys: pl.Series) -> str:
    return _some(keys.drop_nulls().unique().sort().head(EXAMPLES + 1).to_list(), EXAMPLES)


def _some(texts: Sequence[str], most: int) -> str:
    return ", ".join(texts[:most]) + (" …" if len(texts) > most else "")


# -- ids -------------------------------------------------------------------------------------------------------


def _keys(dataset: Dataset, ids: pl.Series, loose: bool) -> tuple[pl.Series, pl.Series]:
    """The ids of the present customers and those of the file, as texts that are equal where the ids are."""
    own = dataset.frame[str(dataset.id_column)]
    read = ids
    if ids.dtype == pl.String and own.dtype != pl.String:
        read = _as_read(ids, own.dtype, _reading(dataset))
    return _key(own, loose), _key(read, loose)


def _reading(dataset: Dataset) -> str:
    """How the text of the id was read; "" where it brought its type."""
    columns = (column for source in dataset.sources for column in source.columns)
    return next((column.reading for column in columns if column.name == dataset.id_column), "")


def _as_read(ids: pl.Series, kind: pl.DataType, reading: str) -> pl.Series:
    """Ids written as text where the present ones are not: read as those were, and left as they are where they cannot
    be."""
    how = reading or ("number" if kind.is_numeric() else "text")
    found = ids.to_frame("v").select(values(reading_of(how), pl.col("v"))).to_series()
    written = _key(found, False)
    return ids.to_frame("v").select(pl.coalesce(written, pl.col("v"))).to_series()


def _key(ids: pl.Series, loose: bool) -> pl.Series:
    """Ids as text; a column of decimal numbers that are all whole is one of whole numbers."""
    kind = ids.dtype
    whole = kind.is_float() and bool((ids.is_finite() & (ids == ids.round()) & (ids.abs() < 2**53)).all())
    value = pl.col("v")
    if whole or not kind.is_float():
        key = as_key(value, kind, pl.String(), loose)
    else:
        key = loosened(value) if loose else value.cast(pl.String)
    return _unguarded(ids.to_frame("v").select(key).to_series())


def _unguarded(text: pl.Series) -> pl.Series:
    """Text without what guards it from spreadsheets; None where nothing is left."""
    if text.str.starts_with("'").any():
        text = text.str.replace(FORMULA, "${1}")
    return text.set(text == "", None) if (text == "").any() else text

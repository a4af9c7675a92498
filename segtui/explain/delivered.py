"""The segments of a labelled file that was delivered before, for the customers that are open now.

Customers are found again by their id: as it is written, whole numbers whatever they are stored as, and without padding
where the recipe takes ids loosely. What is read of the file is `explain.labelled_file`'s to say.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from segtui.cluster.prediction import NOBODY
from segtui.errors import AnalysisError, SourceError
from segtui.explain.compare import Labelling
from segtui.explain.labelled_file import (
    Columns,
    key_of,
    labelled_columns,
    names_of,
    one_per_customer,
    read_segments,
    segments_in,
    some_of,
)
from segtui.gather.ids import EXAMPLES
from segtui.gather.paths import files_of, is_at_hand
from segtui.gather.reading import reading_of, values
from segtui.gather.scan import in_background
from segtui.progress import Steps

if TYPE_CHECKING:
    from segtui.recipe import SourceSpec
    from segtui.results import Dataset


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
    read = yield from read_segments(source, columns)
    found = yield from in_background(partial(_matched, dataset, read, source.path, loose), "finding customers again")
    return found


# -- the columns of the file -----------------------------------------------------------------------------------


def _columns_of(source: SourceSpec, id_column: str) -> Columns:
    names = names_of(source)
    id_name = next((name for name in names if name in (id_column, f"'{id_column}")), None)
    if id_name is None:
        near = difflib.get_close_matches(id_column, names, n=1, cutoff=0.5)
        told = f"is it “{near[0]}”? Then rename it" if near else "add it to the file"
        raise SourceError(
            f"it has no column “{id_column}”, which identifies the customers that are open",
            where=source.path,
            hint=f"Its columns are {some_of(names, 8)}; {told}.",
        )
    return labelled_columns(names, id_name, source.path)


# -- customers found again -------------------------------------------------------------------------------------


def _matched(dataset: Dataset, read: pl.DataFrame, where: str, loose: bool) -> Delivered:
    mine, theirs = _keys(dataset, read["id"], loose)
    rows = read.select("segment", "name", key=theirs).drop_nulls(["key", "segment"])
    if not rows.height:
        raise SourceError("none of its rows has a segment", where=where, hint="Choose a labelled file.")
    segments = segments_in(rows, where)
    each = one_per_customer(rows, where)
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
    return some_of(keys.drop_nulls().unique().sort().head(EXAMPLES + 1).to_list(), EXAMPLES)


# -- ids -------------------------------------------------------------------------------------------------------


def _keys(dataset: Dataset, ids: pl.Series, loose: bool) -> tuple[pl.Series, pl.Series]:
    """The ids of the present customers and those of the file, as texts that are equal where the ids are."""
    own = dataset.frame[str(dataset.id_column)]
    read = ids
    if ids.dtype == pl.String and own.dtype != pl.String:
        read = _as_read(ids, own.dtype, _reading(dataset))
    return key_of(own, loose), key_of(read, loose)


def _reading(dataset: Dataset) -> str:
    """How the text of the id was read; "" where it brought its type."""
    columns = (column for source in dataset.sources for column in source.columns)
    return next((column.reading for column in columns if column.name == dataset.id_column), "")


def _as_read(ids: pl.Series, kind: pl.DataType, reading: str) -> pl.Series:
    """Ids written as text where the present ones are not: read as those were, and left as they are where they cannot
    be."""
    how = reading or ("number" if kind.is_numeric() else "text")
    found = ids.to_frame("v").select(values(reading_of(how), pl.col("v"))).to_series()
    written = key_of(found, False)
    return ids.to_frame("v").select(pl.coalesce(written, pl.col("v"))).to_series()

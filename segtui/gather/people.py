"""A customer table row by row: which rows are customers, which are not and why, ids as what they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segtui.gather.canonical import hash_rows
from segtui.gather.table import Table
from segtui.progress import Progress, Steps
from segtui.results import ColumnType, LeftOut

EMPTY_ROW, NO_ID, DUPLICATE_ID = "empty row", "no customer id", "duplicate customer id"
"""The reasons for which an input row is no customer."""


OTHER_ID = "customer_id_2"
"""How a column that is called customer_id and does not identify the customers is called in a table made here."""


def customer_rows(table: Table, id_column: str) -> Steps[tuple[pl.DataFrame, int, tuple[str, ...]]]:
    """The rows of a customer table that are customers, the id as `customer_id`, how many ids are repeated, and what is
    to be said of the rows that are no customers."""
    warnings: list[str] = []
    whole = with_whole_ids(table, id_column, warnings)
    kept, left_out = yield from sorted_out(whole.frame, id_column, True, warnings)
    repeated = sum(len(one.rows) for one in left_out if one.reason == DUPLICATE_ID)
    frame = whole.frame[kept]
    if id_column != "customer_id" and "customer_id" in frame.columns:
        frame = frame.rename({"customer_id": OTHER_ID})
    empty = sum(len(one.rows) for one in left_out if one.reason == EMPTY_ROW)
    if empty:
        warnings.append(f"{empty:,} empty rows are left out")
    return frame.select(pl.col(id_column).alias("customer_id"), pl.exclude(id_column)), repeated, tuple(warnings)


def with_whole_ids(table: Table, id_column: str | None, warnings: list[str]) -> Table:
    """Ids stored as 17850.0 are the whole numbers they were before something made floats of them."""
    if id_column is None or table.frame[id_column].dtype != pl.Float64:
        return table
    ids = table.frame[id_column]
    whole = ids.is_finite() & (ids == ids.round()) & (ids.abs() < 2**53)
    if not whole.fill_null(True).all():
        return table
    warnings.append(f"{id_column} is stored as a decimal number; it is read as the whole number it stands for")
    columns = tuple(replace(c, type=ColumnType.INTEGER) if c.name == id_column else c for c in table.columns)
    return Table(table.frame.with_columns(ids.cast(pl.Int64)), columns, table.notes)


def sorted_out(
    frame: pl.DataFrame, id_column: str | None, repeats: bool, warnings: list[str]
) -> Steps[tuple[NDArray[np.int64], tuple[LeftOut, ...]]]:
    """The rows that are customers, ascending, and those that are not, by reason."""
    reasons: list[LeftOut] = []
    empty = _empty_rows(frame, id_column)
    yield Progress("looking for customers")
    if empty.any():
        reasons.append(LeftOut(EMPTY_ROW, np.flatnonzero(empty).astype(np.int64)))
    out = empty
    if id_column is not None:
        nameless = frame[id_column].is_null().to_numpy() & ~empty
        if nameless.any():
            reasons.append(LeftOut(NO_ID, np.flatnonzero(nameless).astype(np.int64)))
            warnings.append(f"{int(nameless.sum()):,} rows have no {id_column} and are left out")
        repeated = (yield from _repeated(frame, id_column)) if repeats else np.empty(0, dtype=np.int64)
        if len(repeated):
            reasons.append(LeftOut(DUPLICATE_ID, repeated))
            example = frame[id_column][int(repeated[0])]
            warnings.append(
                f"{len(repeated):,} rows repeat the {id_column} of another row (such as {example}) and are left out"
            )
        out = out | nameless
        out[repeated] = True
    return np.flatnonzero(~out).astype(np.int64), tuple(reasons)


def _empty_rows(frame: pl.DataFrame, id_column: str | None) -> NDArray[np.bool_]:
    """Rows without any value: blank lines, mostly at the end of a file."""
    fullest = [frame[id_column]] if id_column is not None else []
    empty = np.ones(frame.height, dtype=np.bool_)
    for column in fullest + frame.get_columns():
        empty &= column.is_null().to_numpy()
        if not empty.any():  # the id column alone settles it for most files
            break
    return empty


def _repeated(frame: pl.DataFrame, id_column: str) -> Steps[NDArray[np.int64]]:
    """Rows whose id another row carries: of rows with one id, that with the smallest hash of its values stays.

    So it does not depend on the order of rows which one stays; rows that are equal in all values are the same.
    """
    ids = frame[id_column]
    suspects = np.flatnonzero((ids.is_duplicated() & ids.is_not_null()).to_numpy()).astype(np.int64)
    if not len(suspects):
        return suspects
    rows = frame[suspects]
    hashes = yield from hash_rows(rows, rows.columns)
    ranks = rows[id_column].rank("dense").to_numpy()
    order = np.lexsort((suspects, hashes, ranks))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = ranks[order][1:] != ranks[order][:-1]
    return np.sort(suspects[order[~first]])

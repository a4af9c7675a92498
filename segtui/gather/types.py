"""Columns that bring their type, brought to the types used here, and the type of any finished column."""

from __future__ import annotations

import polars as pl

from segtui.results import ColumnType


def normalise(values: pl.Series) -> tuple[pl.Series, str]:
    """A typed column as one of the types used here, and a note where that changed it in kind."""
    kind = values.dtype
    if kind.is_float() or kind.is_decimal():
        numbers = values.cast(pl.Float64)
        return numbers.fill_nan(None), ""
    if kind.is_integer():
        return _whole(values)
    if kind in (pl.Boolean, pl.Date):
        return values, ""
    if kind == pl.Datetime:
        return _plain_time(values), ""
    if kind in (pl.Categorical, pl.Enum, pl.String, pl.Null):
        text = values.cast(pl.String)
        return text.set(text == "", None), ""
    return _written_out(values), f"{values.name}: {_kind_word(kind)} values are written out as text"


def _whole(values: pl.Series) -> tuple[pl.Series, str]:
    largest, smallest = values.max(), values.min()
    if (isinstance(largest, int) and largest >= 2**63) or (isinstance(smallest, int) and smallest < -(2**63)):
        return values.cast(pl.String), f"{values.name}: numbers too long to count with are kept as text"
    return values.cast(pl.Int64), ""


def _plain_time(values: pl.Series) -> pl.Series:
    if getattr(values.dtype, "time_zone", None) is not None:
        values = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return values.cast(pl.Datetime("us"))


def _written_out(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Struct:
        return values.struct.json_encode()
    if values.dtype == pl.Binary:
        return values.bin.encode("hex")
    if values.dtype == pl.Duration:
        return values.dt.to_string("iso")
    if values.dtype.is_nested() or values.dtype == pl.Object:
        return pl.Series(values.name, [None if v is None else str(v) for v in values.to_list()], dtype=pl.String)
    return values.cast(pl.String)


def _kind_word(kind: pl.DataType) -> str:
    return "nested" if kind.is_nested() else str(kind).lower().split("(", 1)[0]


def column_type(values: pl.Series) -> ColumnType:
    """The verdict on a finished column."""
    if values.null_count() == values.len():
        return ColumnType.EMPTY
    kind = values.dtype
    if kind == pl.Int64:
        return ColumnType.INTEGER
    if kind == pl.Float64:
        return ColumnType.NUMBER
    if kind == pl.Boolean:
        return ColumnType.YES_NO
    return ColumnType.DATE if kind in (pl.Date, pl.Datetime) else ColumnType.TEXT

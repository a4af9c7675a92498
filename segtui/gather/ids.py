"""Keys that tables are brought together by: equal as they are written or, on request, without padding and type."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from segtui.results import JoinReport

EXAMPLES = 3
"""Unmatched keys that a report names."""


WRITTEN = "\0as written"
"""The column that keeps ids as the data write them where they are compared loosely; no file has one of this name."""


def loosened(values: pl.Expr) -> pl.Expr:
    """A key without what only type and padding add: blanks around it, leading zeros, a decimal part of zero."""
    text = values.cast(pl.String).str.strip_chars().str.replace(r"\.0+$", "")
    return text.str.replace(r"^0+([^0]|0$)", "${1}")


def common_type(kinds: list[pl.DataType], loose: bool) -> pl.DataType:
    """The type in which keys of these types are compared: whole numbers if all are, else text."""
    whole = all(kind.is_integer() for kind in kinds) and not loose
    return pl.Int64() if whole else pl.String()


def as_key(values: pl.Expr, kind: pl.DataType, common: pl.DataType, loose: bool) -> pl.Expr:
    """A column of type `kind` as keys of type `common`. A float that is whole is the whole number it stands for."""
    if kind.is_float():
        values = values.round().cast(pl.Int64, strict=False)
    if loose:
        return loosened(values)
    return values.cast(common)


def with_written(frame: pl.DataFrame, keys: pl.Expr) -> pl.DataFrame:
    """A part of customers with `keys` for its ids, and the ids as they are written beside them (WRITTEN)."""
    ids = pl.col("customer_id")
    if WRITTEN in frame.columns:
        ids = pl.coalesce(WRITTEN, ids.cast(pl.String))
    kind = frame["customer_id"].dtype
    return frame.with_columns(keys.alias("customer_id"), as_key(ids, kind, pl.String(), False).alias(WRITTEN))


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a join: the table, its column, its different keys, and how many of them it has more than once."""

    table: str
    column: str
    keys: pl.Series
    repeated: int = 0


def report(left: Side, right: Side, done: str, loose: bool) -> JoinReport:
    """What matches and what does not. Both sides' keys are of one type."""
    mine, theirs = left.keys.drop_nulls().unique().to_frame("key"), right.keys.drop_nulls().unique().to_frame("key")
    matched = mine.join(theirs, on="key", how="semi").height
    only_left = mine.join(theirs, on="key", how="anti")["key"]
    only_right = theirs.join(mine, on="key", how="anti")["key"]
    if not loose and (more := _matched_loosely(only_left, only_right)):
        done += f"; {more:,} more would match if ids were compared without leading zeros, blanks and “.0”"
    if loose:
        done += "; ids were compared without leading zeros, blanks and “.0”"
    return JoinReport(
        left.table,
        right.table,
        (left.column, right.column),
        matched,
        only_left.len(),
        only_right.len(),
        _examples(only_left),
        _examples(only_right),
        right.repeated,
        done,
    )


def _matched_loosely(left: pl.Series, right: pl.Series) -> int:
    if not left.len() or not right.len():
        return 0
    mine, theirs = (s.to_frame("key").select(loosened(pl.col("key"))).unique() for s in (left, right))
    return mine.join(theirs, on="key", how="semi").height


def _examples(keys: pl.Series) -> tuple[str, ...]:
    return tuple(keys.sort().head(EXAMPLES).cast(pl.String).to_list())

"""Values without gaps: what counts as missing, and what stands in for it. Nothing is filled in silence.

A number that is missing or infinite is replaced by the median or the most frequent value of its column; a missing
level of a nominal column is a level of its own, "(missing)", unless it is to be filled: having no answer is an answer.
Which of it is done, and where a column of its own says who had no value, is `prepare.missing`'s to decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from segtui.results import Floats

MISSING_LEVEL, OTHER_LEVEL = "(missing)", "(other)"


def numbers(column: pl.Series) -> Floats:
    """A numeric column in float64; nan for what is missing or infinite."""
    values: Floats = column.cast(pl.Float64).to_numpy(writable=True)
    gaps = ~np.isfinite(values)
    if gaps.any():
        values[gaps] = np.nan
    return values


def infinities(column: pl.Series) -> int:
    """How many values are infinite."""
    return int(column.is_infinite().sum()) if column.dtype.is_float() else 0


def median(values: Floats) -> float:
    """The median of what is there; 0 where nothing is."""
    there = values[~np.isnan(values)]
    return float(np.median(there)) if there.size else 0.0


def filled(values: Floats, fill: float) -> Floats:
    """`values` with `fill` in the gaps; the same array where there are none."""
    gaps = np.isnan(values)
    return np.where(gaps, fill, values) if gaps.any() else values


def plain_text(column: pl.Series) -> pl.Series:
    """A column as text, gaps left; yes/no columns as the words, infinite numbers as gaps."""
    if column.dtype.is_float():
        column = column.to_frame("v").select(pl.when(pl.col("v").is_finite()).then("v")).to_series().rename(column.name)
    if column.dtype == pl.Boolean:
        words = pl.when(column).then(pl.lit("yes")).otherwise(pl.lit("no"))
        return pl.select(pl.when(column.is_not_null()).then(words)).to_series().rename(column.name)
    return column if column.dtype == pl.String else column.cast(pl.String)


def levels_of(column: pl.Series, fill: str | None = None) -> pl.Series:
    """A nominal column as text without gaps: `fill` stands in for them, or they are a level of their own."""
    return plain_text(column).fill_null(MISSING_LEVEL if fill is None else fill)


def level_counts(column: pl.Series) -> pl.DataFrame:
    """How many customers have each text: "level" (as text, gaps left out) and "customers"."""
    return plain_text(column).drop_nulls().rename("level").value_counts(name="customers")


def most_frequent(column: pl.Series) -> str | None:
    """The text that most customers have, the first by spelling of equals; None where there is none."""
    counts = level_counts(column)
    pairs = [(-int(n), str(text)) for text, n in counts.iter_rows()]
    return min(pairs)[1] if pairs else None


def mode(values: Floats) -> float:
    """The number that most customers have, the smallest of equals; 0 where there is none."""
    there, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    return float(there[int(counts.argmax())]) if there.size else 0.0

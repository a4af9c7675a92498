"""Values without gaps: what counts as missing, and what stands in for it. Nothing is filled in silence.

A number that is missing or infinite is replaced by the median of its column; a missing level of a nominal column
is a level of its own, "(missing)": having no answer is an answer.
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


def levels_of(column: pl.Series) -> pl.Series:
    """A nominal column as text without gaps; yes/no columns as the words."""
    if column.dtype == pl.Boolean:
        words = pl.when(column).then(pl.lit("yes")).otherwise(pl.lit("no"))
        text = pl.select(pl.when(column.is_not_null()).then(words)).to_series()
    else:
        text = column.cast(pl.String)
    return text.fill_null(MISSING_LEVEL).rename(column.name)


def fill_note(name: str, missing: int, infinite: int, fill: float, customers: int) -> str:
    """What was filled in, in a sentence; empty where nothing was."""
    if not missing and not infinite:
        return ""
    share = (missing + infinite) / max(1, customers)
    what = f"{missing:,} missing" if missing else ""
    if infinite:
        what = f"{what} and {infinite:,} infinite" if what else f"{infinite:,} infinite"
    return f"{name}: {what} ({share:.1%}) set to the median, {fill:,.6g}"

"""Features on the scale that the centroids were found on, as `prepare` does it."""

from __future__ import annotations

import re

import numpy as np
import polars as pl


def numbers(values: pl.Series) -> np.ndarray:
    """Float64, nan for what is missing or infinite."""
    found = values.cast(pl.Float64).to_numpy(writable=True)
    found[~np.isfinite(found)] = np.nan
    return found


def filled(values: np.ndarray, value: float) -> np.ndarray:
    """The values with one value in the gaps."""
    return np.where(np.isnan(values), value, values)


def yeo_johnson(values: np.ndarray, power: float) -> np.ndarray:
    """The Yeo-Johnson transform (2000): a power transform that takes values below 0 as well."""
    above, other = values >= 0.0, 2.0 - power
    found = np.empty_like(values)
    with np.errstate(over="ignore", invalid="ignore"):
        high = np.log1p(values[above])
        found[above] = high if power == 0.0 else np.expm1(power * high) / power
        low = np.log1p(-values[~above])
        found[~above] = -low if other == 0.0 else -np.expm1(other * low) / other
    return found


def step_table(text: str) -> np.ndarray:
    """Rows of a value, and of z just left of it, at it and right of it.

    Written as value:z where the three are one, else as value:left:at:right.
    """
    rows = [[float(part) for part in entry.split(":")] for entry in text.split()]
    return np.array([row if len(row) == 4 else [row[0]] + 3 * [row[1]] for row in rows]).T


def normal_scores(values: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Normal quantiles by a step table: a straight line of z between two of its values."""
    value, left, at, right = steps
    end = value.size - 1
    place = np.searchsorted(value, values, side="right") - 1
    here, following = np.maximum(place, 0), np.clip(place + 1, 0, end)
    low, start, goal = value[here], right[here], left[following]
    with np.errstate(over="ignore"):
        width = value[following] - low
    part = np.divide(values - low, width, out=np.zeros_like(values), where=width > 0.0)
    line = np.minimum(start + part * (goal - start), goal)
    line = np.where(place == end, start, np.where(place < 0, left[0], line))
    found: np.ndarray = np.where(values == low, at[here], line)
    return found


def plain(level: str) -> str:
    """A level without what people vary when they mean the same: case, blanks, dashes."""
    text = level.casefold().replace("\u2019", "'").replace("_", " ")
    text = re.sub(r"\s*[\u2010-\u2015\u2212]\s*", "-", text)
    return " ".join(text.split()).strip(" .!")


def scores(levels: pl.Series, scale: list[str]) -> np.ndarray:
    """1, 2, ... by the place on the scale; nan for what is missing or not on it."""
    places: dict[str, float] = {}
    for place, level in enumerate(scale, start=1):
        places.setdefault(plain(level), float(place))
    known = [level for level in levels.drop_nulls().unique() if plain(level) in places]
    if not known:
        return np.full(levels.len(), np.nan)
    found = [places[plain(level)] for level in known]
    placed = levels.replace_strict(known, found, default=None, return_dtype=pl.Float64)
    return placed.to_numpy(writable=True)


def is_at(levels: pl.Series, level: str) -> np.ndarray:
    """Who is at a level."""
    return (levels == level).to_numpy()


def is_at_none(levels: pl.Series, known: list[str]) -> np.ndarray:
    """Who is at none of the levels that have a column of their own."""
    return (~levels.is_in(known)).to_numpy()


def has(cells: pl.Series, separator: str, label: str) -> np.ndarray:
    """Who has a label among those in the cell."""
    parts = cells.str.split(separator).list.eval(pl.element().str.strip_chars())
    return parts.list.contains(label).to_numpy()


def has_other(cells: pl.Series, separator: str, known: list[str]) -> np.ndarray:
    """Who has a label that has no column of its own."""
    parts = cells.str.split(separator).list.eval(pl.element().str.strip_chars())
    other = (pl.element() != "") & ~pl.element().is_in(known)
    return parts.list.eval(other).list.any().to_numpy()


def is_missing(values: pl.Series) -> np.ndarray:
    """Who has no value."""
    return values.is_null().to_numpy()

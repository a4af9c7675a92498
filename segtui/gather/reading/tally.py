"""How many values each reading fits: what a verdict on a column is made from, whatever the order of its rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from segtui.gather.reading import dates, numbers, words
from segtui.gather.reading.reading import (
    COMMA_NUMBER,
    DATE,
    DATE_DMY,
    DATE_MDY,
    INTEGER,
    NUMBER,
    TIME,
    TIME_DMY,
    TIME_MDY,
    YES_NO,
    Reading,
)  # fmt: skip

LONGEST = 200
"""Bytes beyond which a cell is nothing but text; it may be megabytes long and is not looked into."""

_LIKE_A_NUMBER = r"^[^\d]{0,8}\d[^\p{L}]*(?:[eE][+-]?\d+)?[^\d]{0,8}$"
"""What every number looks like, and every code and identifier that is counted among them."""

_V = pl.col("v")

_ALONE = {"ymd": DATE, "dmy": DATE_DMY, "mdy": DATE_MDY}
_TIMED = {"ymd": TIME, "dmy": TIME_DMY, "mdy": TIME_MDY}


@dataclass(slots=True)
class Tally:
    """What was counted of the values that are filled and no words for missing.

    fits: values that each reading reads. codes, identifiers: see `numbers`. doubtful: numbers that both decimal marks
    read, as different values. letters: how often each word of one letter occurs. days: (first, last) day, counted
    from 1970, of the dates that the orders dmy and mdy read.
    """

    filled: int = 0
    fits: Counter[Reading] = field(default_factory=Counter)
    codes: int = 0
    identifiers: int = 0
    doubtful: int = 0
    letters: Counter[str] = field(default_factory=Counter)
    days: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Count the values of `other` as well."""
        self.filled += other.filled
        self.fits.update(other.fits)
        self.codes += other.codes
        self.identifiers += other.identifiers
        self.doubtful += other.doubtful
        self.letters.update(other.letters)
        for order, found in other.days.items():
            self._reach(order, found)

    def count_days(self, order: str, found: pl.Series) -> None:
        """Let `days` reach to the dates `found`."""
        if found.null_count() < found.len():
            first, last = found.dt.date().to_physical().min(), found.dt.date().to_physical().max()
            if isinstance(first, int) and isinstance(last, int):
                self._reach(order, (first, last))

    def _reach(self, order: str, found: tuple[int, int]) -> None:
        known = self.days.get(order, found)
        self.days[order] = (min(known[0], found[0]), max(known[1], found[1]))


def tally(text: pl.Series) -> Tally:
    """Count the values of a column, or of a piece of one. Every different value is looked at once."""
    counted = text.drop_nulls().rename("v").value_counts(name="n")
    fair = counted.filter(_V.str.len_bytes() <= LONGEST)
    cells = fair.with_columns(_V.str.strip_chars()).filter(~words.missing(_V))
    found = Tally(_many(cells) + _many(counted) - _many(fair))
    if not cells.height:
        return found
    _count_words(cells, found)
    digits = cells.filter(_V.str.contains(r"\d"))
    if digits.height:
        likely = digits.filter(_V.str.contains(_LIKE_A_NUMBER))
        if likely.height:  # most text is not, and the rules for numbers are long
            _count_numbers(likely, found)
        dated = digits.filter(_V.str.contains(dates.LIKE_A_DATE))
        timed = _V.str.contains(":", literal=True)
        _count_dates(dated.filter(~timed), found, _ALONE)
        _count_dates(dated.filter(timed), found, _TIMED)
        for order, reading in _TIMED.items():  # a date alone is midnight
            found.fits[reading] += found.fits[_ALONE[order]]
    return found


def _many(cells: pl.DataFrame) -> int:
    """How many cells of the column these values stand for."""
    return int(cells["n"].sum())


def _where(condition: pl.Expr) -> pl.Expr:
    """How many cells meet a condition."""
    return pl.col("n").filter(condition).sum().cast(pl.Int64)


def _count_words(cells: pl.DataFrame, found: Tally) -> None:
    said = cells.filter(words.yes_no(_V).is_not_null())
    if said.height:
        found.fits[YES_NO] = _many(said)
        for word, count in said.select(_V.str.to_lowercase(), "n").iter_rows():
            if word in words.COUNTED:
                found.letters[word] += count


def _count_numbers(cells: pl.DataFrame, found: Tally) -> None:
    point, comma = (numbers.number(_V, mark).is_not_null() for mark in ".,")
    counts = cells.select(
        _where(numbers.fits_integer(_V)).alias("integer"),
        _where(point).alias("point"),
        _where(comma).alias("comma"),
        _where(point & comma & _V.str.contains(r"\d[.,]\d")).alias("doubtful"),
        _where(numbers.is_code(_V)).alias("codes"),
        _where(numbers.is_identifier(_V) & ~point).alias("identifiers"),
    ).row(0, named=True)
    found.fits.update({INTEGER: counts["integer"], NUMBER: counts["point"], COMMA_NUMBER: counts["comma"]})
    found.codes, found.identifiers, found.doubtful = counts["codes"], counts["identifiers"], counts["doubtful"]


def _count_dates(cells: pl.DataFrame, found: Tally, readings: dict[str, Reading]) -> None:
    """Dates that leave no doubt are read in every order; only the others are tried in both."""
    if not cells.height:
        return
    read = dates.time if readings is _TIMED else dates.date
    tried = cells.with_columns(read(_V, "ymd").alias("d"))
    clear, rest = tried.filter(pl.col("d").is_not_null()), tried.filter(pl.col("d").is_null())
    found.fits[readings["ymd"]] += _many(clear)
    for order in ("dmy", "mdy"):
        other = rest.with_columns(read(_V, order).alias("d")).filter(pl.col("d").is_not_null())
        found.fits[readings[order]] += _many(clear) + _many(other)
        found.count_days(order, clear["d"])
        found.count_days(order, other["d"])

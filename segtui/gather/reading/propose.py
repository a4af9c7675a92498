"""The verdict on a column from what was counted of its values."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from segtui.gather.reading import dates, numbers, words
from segtui.gather.reading.reading import (
    COMMA_NUMBER,
    DATE,
    DATE_DMY,
    DATE_MDY,
    EMPTY,
    INTEGER,
    NUMBER,
    TEXT,
    TIME,
    TIME_DMY,
    TIME_MDY,
    YES_NO,
    As,
    Reading,
)  # fmt: skip
from segtui.gather.reading.tally import Tally, tally
from segtui.gather.reading.values import plain_values

FEWEST, SHARE = 20, 0.99
"""A column takes a type that not all of its values fit where at least so many, and at least this share, do."""

_SETTLED_BY_SPAN = 5
"""Dates below which it says nothing that one order puts them closer together."""

_GLANCE = 100
"""Values that show at once that a column is text, where less than half of them fit anything."""

_V = pl.col("v")

RIVALS = {
    NUMBER: COMMA_NUMBER, COMMA_NUMBER: NUMBER, DATE_DMY: DATE_MDY, DATE_MDY: DATE_DMY, TIME_DMY: TIME_MDY,
    TIME_MDY: TIME_DMY,
}  # fmt: skip
"""The reading that takes the same text for other values."""


_PLAIN = ((INTEGER, NUMBER), (DATE, TIME))
"""Readings that are tried with one cast before anything is counted, the likely ones first."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The reading that the values call for, and those that fit them just as well but say something else."""

    reading: Reading
    choices: tuple[Reading, ...] = ()


def propose(sample: pl.Series, semicolon: bool) -> Proposal:
    """The verdict on the values of `sample` (text).

    semicolon: the file separates its columns by semicolons, so that where nothing else settles it a comma is a decimal
    mark.
    """
    plain = _plainly(sample)
    if plain is not None:
        return Proposal(plain)
    if sample.len() > 2 * _GLANCE:
        few = tally(sample.gather_every(sample.len() // _GLANCE))
        if few.filled > _GLANCE // 2 and max(few.fits.values(), default=0) < few.filled // 2:
            return Proposal(TEXT)
    return verdict(tally(sample), semicolon)


def _plainly(sample: pl.Series) -> Reading | None:
    """What a cast or two settle, as for most columns; the first reading that all values fit is what counting would say
    too. Numbers are settled where a dot among them can only be a decimal mark."""
    frame = pl.DataFrame({"v": sample})
    empty = sample.null_count()
    if empty == sample.len():
        return None
    whole, number, point = frame.select(  # in one query: a wide table has thousands of columns
        plain_values(INTEGER, _V).null_count().alias("whole"),
        plain_values(NUMBER, _V).null_count().alias("number"),
        numbers.settles_point(_V).any().alias("point"),
    ).row(0)
    if whole == empty:
        return INTEGER
    if number == empty:
        return NUMBER if point else None
    if frame.select(_V.str.contains(dates.LIKE_A_DATE).all()).item():
        for reading in (DATE, TIME):
            if frame.select(plain_values(reading, _V).null_count()).item() == empty:
                return reading
    return None


def verdict(found: Tally, semicolon: bool) -> Proposal:
    """The reading of the column that was counted in `found`."""
    if not found.filled:
        return Proposal(EMPTY)
    fits = dict(found.fits)
    fits[YES_NO] = found.fits[YES_NO] - lonely_letters(found)
    candidates = _candidates(found, semicolon)
    best = max(candidates, key=lambda reading: fits.get(reading, 0))  # of equals the first
    count = fits.get(best, 0)
    if not accepted(count, found.filled) or (best is INTEGER and found.identifiers):
        return Proposal(TEXT)
    rival = RIVALS.get(best)
    if rival is None or fits.get(rival, 0) != count or (best.kind is As.NUMBER and not found.doubtful):
        return Proposal(best)
    return Proposal(best, (rival,))


def accepted(count: int, filled: int) -> bool:
    """Whether a reading that fits `count` of `filled` values is that of the column."""
    return count == filled > 0 or (count >= FEWEST and count >= SHARE * filled)


def lonely_letters(found: Tally) -> int:
    """Cells such as "t" in a column without any "f"."""
    return sum(
        found.letters[letter]
        for letter, opposites in words.PAIRS.items()
        if not any(found.letters[other] for other in opposites)
    )


def _candidates(found: Tally, semicolon: bool) -> list[Reading]:
    """All readings; where two fit equally, the one that comes first has it."""
    marks = [COMMA_NUMBER, NUMBER] if semicolon else [NUMBER, COMMA_NUMBER]
    months = month_first(found)
    alone = [DATE_MDY, DATE_DMY] if months else [DATE_DMY, DATE_MDY]
    timed = [TIME_MDY, TIME_DMY] if months else [TIME_DMY, TIME_MDY]
    return [*([] if found.codes else [INTEGER, *marks]), YES_NO, DATE, *alone, TIME, *timed]


def month_first(found: Tally) -> bool:
    """Whether the dates lie much closer together when the month comes first; they are taken day first otherwise."""
    if found.filled < _SETTLED_BY_SPAN or not {"dmy", "mdy"} <= found.days.keys():
        return False
    spans = {order: last - first for order, (first, last) in found.days.items()}
    return spans["mdy"] * 3 < spans["dmy"]

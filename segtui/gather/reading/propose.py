"""The verdict on a column from what was counted of its values."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from segtui.gather.reading import words
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

RIVALS = {
    NUMBER: COMMA_NUMBER, COMMA_NUMBER: NUMBER, DATE_DMY: DATE_MDY, DATE_MDY: DATE_DMY, TIME_DMY: TIME_MDY,
    TIME_MDY: TIME_DMY,
}  # fmt: skip
"""The reading that takes the same text for other values."""


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
    return Proposal(plain) if plain is not None else verdict(tally(sample), semicolon)


def _plainly(sample: pl.Series) -> Reading | None:
    """What one cast settles, as for most columns: whole numbers."""
    frame = pl.DataFrame({"v": sample})
    found = frame.select(plain_values(INTEGER, pl.col("v"))).to_series()
    return INTEGER if found.null_count() == sample.null_count() < sample.len() else None


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

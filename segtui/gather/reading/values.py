"""From text to values under a reading, as Polars expressions: element by element, for pieces and for lazy scans."""

from __future__ import annotations

import polars as pl

from segtui.gather.reading import dates, numbers, words
from segtui.gather.reading.reading import As, Reading


def plain_values(reading: Reading, text: pl.Expr) -> pl.Expr:
    """The values that can be had at about the price of one cast; null also where only `values` reads the text."""
    match reading.kind:
        case As.INTEGER:
            return numbers.plain_integer(text)
        case As.NUMBER:
            return numbers.plain_number(text, reading.decimal)
        case As.YES_NO:
            return words.plain_yes_no(text)
        case As.DATE:
            return dates.plain_date(text, reading.order)
        case As.TIME:
            return dates.plain_time(text, reading.order)
    return _text(reading, text)


def values(reading: Reading, text: pl.Expr) -> pl.Expr:
    """The typed values of `text` (see `Reading.dtype`): null where it is missing or cannot be read.

    What `plain_values` reads, this reads as the same value.
    """
    match reading.kind:
        case As.INTEGER:
            return numbers.integer(text)
        case As.NUMBER:
            return numbers.number(text, reading.decimal)
        case As.YES_NO:
            return words.yes_no(text)
        case As.DATE:
            return dates.date(text, reading.order)
        case As.TIME:
            return dates.time(text, reading.order)
    return _text(reading, text)


def _text(reading: Reading, text: pl.Expr) -> pl.Expr:
    if reading.kind is As.EMPTY:
        return pl.when(text.is_null() & text.is_not_null()).then(text)
    return pl.when(text != "").then(text)


def is_missing(reading: Reading, text: pl.Expr) -> pl.Expr:
    """Whether `text` is nothing or, unless it is read as text, a word that means missing."""
    if reading.kind is As.TEXT:
        return text.is_null() | (text == "")
    return words.missing(text)

"""What an analyst is told of how a column was read, in one sentence each."""

from __future__ import annotations

import polars as pl

from segtui.gather.reading.converter import Converter
from segtui.gather.reading.reading import COMMA_NUMBER, NUMBER, As, Reading
from segtui.gather.reading.tally import Tally
from segtui.gather.reading.values import is_missing, values

_NEARLY = 0.9
"""A text column of which so much fits a type is worth a word."""

_KINDS = {
    As.INTEGER: "a whole number",
    As.NUMBER: "a number",
    As.YES_NO: "yes or no",
    As.DATE: "a date",
    As.TIME: "a date and time",
}


def shown(example: tuple[str, int, int]) -> str:
    """An unread value as (text, how often, first row counted from 0), in a few words."""
    cell, count, row = example
    return f"“{cell}” × {count:,} (row {row + 1:,})" if count > 1 else f"“{cell}” (row {row + 1:,})"


def notes_on(name: str, converter: Converter, choices: tuple[Reading, ...]) -> tuple[str, ...]:
    """The notes on a finished column."""
    notes = [
        f"{name}: {count:,} × “{word}” counts as missing"
        for word, count in sorted(converter.words.items(), key=lambda item: (-item[1], item[0]))
    ]
    notes.extend(_unread(name, converter))
    notes.extend(f"{name}: {note}" for note in _forms(converter))
    notes.extend(doubt(name, converter.reading, other) for other in choices)
    return tuple(notes)


def _unread(name: str, converter: Converter) -> list[str]:
    count = converter.unread.count
    if not count:
        return []
    examples = ", ".join(shown(example) for example in converter.unread.examples())
    more = ", …" if len(converter.unread.cells) > len(converter.unread.examples()) else ""
    return [unread_note(name, converter.reading, count, converter.read + count, examples + more)]


def unread_note(name: str, reading: Reading, count: int, filled: int, examples: str) -> str:
    """What is said of values that could not be read. filled: those that could or should have been."""
    kind = _KINDS.get(reading.kind, "anything")
    verb = "counts" if count == 1 else "count"
    return (
        f"{name}: {count:,} of {filled:,} values could not be read as {kind} and {verb} as missing: {examples}; set "
        "its reading to text to keep them"
    )


def _forms(converter: Converter) -> list[str]:
    marks, notes = converter.marks, []
    if converter.reading == COMMA_NUMBER:
        notes.append("the comma is read as the decimal mark")
    if marks["per cent"]:
        notes.append(f"{_many(marks['per cent'])} with a per cent sign, read as a share: 12.5 % is 0.125")
    if marks["negative"]:
        notes.append(f"{_many(marks['negative'])} in brackets or with a minus behind, read as negative")
    if len(converter.currencies) > 1:
        found = ", ".join(f"{sign} × {count:,}" for sign, count in sorted(converter.currencies.items()))
        notes.append(f"amounts in several currencies ({found}) are read as plain numbers, none is converted")
    if marks["short year"]:
        notes.append("years of two digits are read as 1969 to 2068")
    if marks["zone"]:
        notes.append("times with a zone are brought to UTC")
    return notes


def _many(count: int) -> str:
    return "1 value" if count == 1 else f"{count:,} values"


def doubt(name: str, reading: Reading, other: Reading) -> str:
    """What is said where no value settles between two readings."""
    if reading.kind is As.NUMBER:
        mark = "dot" if reading == NUMBER else "comma"
        return (
            f"{name}: no value settles whether the dot or the comma is the decimal mark; it is read as the {mark}. Set "
            f"its reading to “{other}” to read it the other way"
        )
    first = "day" if reading.order == "dmy" else "month"
    return (
        f"{name}: no value settles whether the day or the month comes first; it is read {first} first. Set its reading "
        f"to “{other}” to read it the other way"
    )


def nearly(name: str, text: pl.Series, counted: Tally, semicolon: bool) -> tuple[str, ...]:
    """On a text column most of which fits a type: how many values keep it from being that, and the first of them."""
    order = [COMMA_NUMBER, NUMBER] if semicolon else [NUMBER, COMMA_NUMBER]
    best = max([*order, *counted.fits], key=lambda reading: counted.fits[reading])
    fits = counted.fits[best]
    if fits < _NEARLY * counted.filled or not fits or fits == counted.filled:
        return ()
    cell = pl.col("v")
    unfit = values(best, cell).is_null() & ~is_missing(best, cell)
    odd = pl.DataFrame({"v": text.unique()}).filter(unfit)["v"]
    row = int(text.is_in(odd.implode()).arg_true()[0])
    count = counted.filled - fits
    many = f"{count:,} of its {counted.filled:,} cells are not" if count > 1 else "one of its cells is not"
    return (f"{name} is text: {many} {_KINDS[best.kind]}, the first is “{text[row]}” in row {row + 1:,}",)

"""Dates and times as people and programs write them, all brought to one form and read from that.

Without doubt in any order: 2024-01-31, 2024/1/31, 2024.1.31, 31 Jan 2024, 31-Jan-24, Jan 31, 2024. Day first or month
first: 31/1/2024, 31-1-24; with dots only day first. Years of two digits: 00-68 are 2000-2068, 69-99 are 1969-1999.
Times: 8:30, 08:30:00.5, 8:30 PM, after a blank or T; Z, UTC, GMT or an offset behind them brings them to UTC, without
one they are taken as they are. A date alone is midnight.

The `plain_…` expressions are one or a few strptime and read what programs write; what they read, the others read as
the same value.
"""

from __future__ import annotations

import polars as pl

_MONTHS = {
    "jan": "uary", "feb": "ruary", "mar": "ch", "apr": "il", "may": "", "jun": "e", "jul": "y", "aug": "ust",
    "sep": "t(?:ember)?", "oct": "ober", "nov": "ember", "dec": "ember",
}  # fmt: skip
_MONTH = "(?:" + "|".join(f"(?P<{m}>{m})" + (f"(?:{rest})?" if rest else "") for m, rest in _MONTHS.items()) + r")\.?"
_NAMED = "".join(f"${{{month}}}" for month in _MONTHS)
_DAY, _YEAR = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?", r"(?P<y>\d{4}|\d{2})"

_CLEAR = (
    (r"^(\d{4})-(\d{2})-(\d{2})$", "=${1}-${2}-${3}"),
    (r"^(\d{4})(?:/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2}))$", "=${1}-${2}${4}-${3}${5}"),
)
_BY_NAME = (
    (rf"(?i)^{_DAY}(?:[/-]|\.? ?){_MONTH}(?:, ?|[ /-])?{_YEAR}$", f"=${{y}}-{_NAMED}-${{d}}"),
    (rf"(?i)^{_MONTH}[ ./-]?{_DAY}(?:, ?|[ /-]){_YEAR}$", f"=${{y}}-{_NAMED}-${{d}}"),
    (rf"(?i)^(?P<y>\d{{4}})[ /-]{_MONTH}[ /-]{_DAY}$", f"=${{y}}-{_NAMED}-${{d}}"),
)
_ORDERED: dict[str, tuple[tuple[str, str], ...]] = {
    "ymd": (),
    "dmy": ((r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$", "=${3}-${2}-${1}"),),
    "mdy": ((r"^(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})$", "=${3}-${1}-${2}"),),
}
_CENTURIES = ((r"^=([0-5]\d|6[0-8])-", "=20${1}-"), (r"^=(69|[7-9]\d)-", "=19${1}-"))
_WEEKDAY = r"(?i)^(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? "

_OFFSET = r"(?:GMT|UTC)?[+-]\d{2}(?::?\d{2})?"
_MINUTES = rf"(?i)^\d{{2}}(?::\d{{2}}(?:[.,]\d{{1,9}})?)?(?: ?[ap]\.?m\.?)?(?: ?(?:Z|UTC|GMT|{_OFFSET}))?$"
"""What follows the hour and its colon."""

LIKE_A_DATE = (
    r"(?i)^(?:[a-z]{3,9}\.?,? )?"
    r"(?:\d{1,4}[/.-]\d{1,2}[/.-]\d|\d{1,4}(?:st|nd|rd|th)?(?:[/-]|\.? ?)[a-z]{3}|[a-z]{3,9}\.?[ ./-]?\d)"
)
"""What a cell must begin with to be worth trying: every date does, and most other text does not."""

SHORT_YEAR = r"(?i)^(?:[a-z]{3,9}\.?,? )?(?:\d{1,2}[/.-]\d{1,2}|\d{1,2}[ ./-]?[a-z]{3,9}\.?)[ ,./-]{0,2}\d{2}(?:\D|$)"
ZONED = r"(?i):\d{2}.*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$"
"""How a year of two digits and a zone show in a cell that has been read."""

_DIGITS = "0123456789"
_ZERO, _NINE = pl.lit("0"), pl.lit("9")
_PLAIN_DAY = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}


def plain_date(text: pl.Expr, order: str) -> pl.Expr:
    """Date, with the year in four digits: as 2024-01-31, or in the given order."""
    if order == "ymd":
        found = text.str.to_date("%Y-%m-%d", strict=False, cache=False)
        return pl.when(text.str.len_bytes() == 10).then(found)  # 2024-1-2 would be read too
    found = _slashed(text, order).str.to_date(_PLAIN_DAY[order], strict=False, cache=False)
    return pl.when((text.str.len_bytes() >= 8) & (found.dt.year() >= 1000)).then(found)


def _slashed(text: pl.Expr, order: str) -> pl.Expr:
    """With / between day, month and year, whatever was there."""
    if order == "mdy":
        return text.str.replace_all("-", "/", literal=True)
    return text.str.replace_many([".", "-"], ["/", "/"])


def date(text: pl.Expr, order: str) -> pl.Expr:
    """Date, of all forms described above."""
    return _day(text.str.strip_chars(), order)


def _day(bare: pl.Expr, order: str) -> pl.Expr:
    """Every form is turned into =2024-1-31; what does not begin so in the end has none of the forms."""
    form: pl.Expr = pl.when(~bare.str.starts_with("=")).then(bare.str.replace(_WEEKDAY, ""))
    for pattern, result in (*_CLEAR, *_ORDERED[order]):
        form = form.str.replace(pattern, result)
    for pattern, result in _BY_NAME:
        form = form.str.replace(pattern, result)
    for pattern, result in _CENTURIES:
        form = form.str.replace(pattern, result)
    numbers = [str(i) for i in range(1, 13)]
    form = form.str.to_lowercase().str.replace_many(list(_MONTHS), numbers)
    return form.str.to_date("=%Y-%m-%d", strict=False, cache=False)


def plain_time(text: pl.Expr, order: str) -> pl.Expr:
    """Datetime, with the year in four digits and an hour of 24: as 2024-01-31 08:30:00 with a T or a blank between and
    nothing, a fraction, Z or UTC behind it, or in the given order with or without seconds."""
    if order != "ymd":
        timed = pl.when(text.str.tail(6).str.starts_with(":")).then(text).otherwise(text + ":00")
        found = _strptime(_slashed(timed, order), f"{_PLAIN_DAY[order]} %H:%M:%S")
        return pl.when((text.str.len_bytes() >= 13) & (found.dt.year() >= 1000)).then(found)
    size = text.str.len_bytes()
    whole = (size == 19) | ((size == 20) & text.str.ends_with("Z")) | ((size == 23) & text.str.ends_with(" UTC"))
    found = _strptime(text.str.head(19).str.replace("T", " ", literal=True), "%Y-%m-%d %H:%M:%S")
    parted = size.is_between(21, 26) & (text.str.slice(19, 1) == ".") & text.str.slice(20, 1).is_between(_ZERO, _NINE)
    micros = text.str.slice(20).str.pad_end(6, "0").cast(pl.Int64, strict=False).cast(pl.Duration("us"))
    return pl.when(whole).then(found).when(parted).then(found + micros)


def _strptime(text: pl.Expr, form: str) -> pl.Expr:
    return text.str.to_datetime(form, time_unit="us", strict=False, cache=False)


def time(text: pl.Expr, order: str) -> pl.Expr:
    """Datetime in microseconds without a zone, of all forms described above."""
    halves = text.str.strip_chars().str.splitn(":", 2)
    head, tail = halves.struct.field("field_0"), halves.struct.field("field_1")
    alone = tail.is_null()
    before = head.str.strip_chars_end(_DIGITS)
    apart = before.str.ends_with("T") | before.str.ends_with(" ")
    written = head.str.len_bytes() - before.str.len_bytes()
    day = _day(pl.when(alone).then(head).otherwise(before.str.strip_chars_end("T, ")), order).cast(pl.Datetime("us"))
    hour, possible = _hour(head.str.tail(2).str.strip_chars_start("T "), tail)
    minute = tail.str.head(2).cast(pl.Int64, strict=False)
    timed = tail.str.slice(2, 1) == ":"
    second = pl.when(timed).then(tail.str.slice(3, 2).cast(pl.Int64, strict=False)).otherwise(0)
    fraction = tail.str.extract(r"^\d\d:\d\d[.,](\d+)").str.pad_end(6, "0").str.head(6)
    fraction = fraction.cast(pl.Int64, strict=False).fill_null(0)
    possible &= (minute <= 59) & (second <= 60) & ((hour <= 23) | ((hour == 24) & (minute == 0) & (second == 0)))
    possible &= apart & written.is_between(1, 2) & tail.str.contains(_MINUTES)
    span = ((hour * 60 + minute - _ahead(tail)) * 60 + second) * 1_000_000 + fraction
    return pl.when(alone).then(day).when(possible).then(day + span.cast(pl.Duration("us")))


def _hour(written: pl.Expr, tail: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The hour of 24, and whether it could be written so: with AM and PM there are 12."""
    hour = written.cast(pl.Int64, strict=False)
    early, late = (tail.str.contains(rf"(?i)\d ?{half}") for half in "ap")
    full = pl.when(late).then(hour % 12 + 12).when(early).then(hour % 12).otherwise(hour)
    return full, ~(early | late) | hour.is_between(1, 12)


def _ahead(tail: pl.Expr) -> pl.Expr:
    """Minutes by which the written time is ahead of UTC."""
    offset = tail.str.extract(r"([+-]\d{2}:?\d{0,2})$").str.replace(":", "", literal=True)
    hours = offset.str.slice(1, 2).cast(pl.Int64, strict=False).fill_null(0)
    minutes = offset.str.slice(3, 2).cast(pl.Int64, strict=False).fill_null(0)
    sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    return sign * (hours * 60 + minutes)

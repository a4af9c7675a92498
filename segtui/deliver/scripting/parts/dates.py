"""Dates and times as people and programs write them, as `gather.reading.dates` reads them."""

from __future__ import annotations

import polars as pl

MONTHS = {
    "jan": "uary",
    "feb": "ruary",
    "mar": "ch",
    "apr": "il",
    "may": "",
    "jun": "e",
    "jul": "y",
    "aug": "ust",
    "sep": "t(?:ember)?",
    "oct": "ober",
    "nov": "ember",
    "dec": "ember",
}
CLEAR_DATES = {
    r"^(\d{4})-(\d{2})-(\d{2})$": "=${1}-${2}-${3}",
    r"^(\d{4})(?:/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2}))$": "=${1}-${2}${4}-${3}${5}",
}
DAY_FIRST = {r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$": "=${3}-${2}-${1}"}
MONTH_FIRST = {r"^(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})$": "=${3}-${1}-${2}"}
CENTURIES = {r"^=([0-5]\d|6[0-8])-": "=20${1}-", r"^=(69|[7-9]\d)-": "=19${1}-"}
WEEKDAY = r"(?i)^(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? "
OFFSET = r"(?:GMT|UTC)?[+-]\d{2}(?::?\d{2})?"
AFTER_THE_HOUR = (
    r"(?i)^\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?[ap]\.?m\.?)?"
    rf"(?: ?(?:Z|UTC|GMT|{OFFSET}))?$"
)


def dates_by_name() -> dict[str, str]:
    """31 Jan 2024, Jan 31, 2024 and 2024 Jan 31, in any language whose months begin so."""
    names = (rf"(?P<{m}>{m})" + (f"(?:{rest})?" if rest else "") for m, rest in MONTHS.items())
    month, named = rf"(?:{'|'.join(names)})\.?", "".join(f"${{{m}}}" for m in MONTHS)
    day, year = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?", r"(?P<y>\d{4}|\d{2})"
    result = f"=${{y}}-{named}-${{d}}"
    return {
        rf"(?i)^{day}(?:[/-]|\.? ?){month}(?:, ?|[ /-])?{year}$": result,
        rf"(?i)^{month}[ ./-]?{day}(?:, ?|[ /-]){year}$": result,
        rf"(?i)^(?P<y>\d{{4}})[ /-]{month}[ /-]{day}$": result,
    }


def day_with(bare: pl.Expr, ordered: dict[str, str]) -> pl.Expr:
    """Every form of a date is turned into =2024-1-31 and read from that."""
    form: pl.Expr = pl.when(~bare.str.starts_with("=")).then(bare.str.replace(WEEKDAY, ""))
    for pattern, result in (CLEAR_DATES | ordered | dates_by_name() | CENTURIES).items():
        form = form.str.replace(pattern, result)
    numbers = [str(month) for month in range(1, 13)]
    form = form.str.to_lowercase().str.replace_many(list(MONTHS), numbers)
    return form.str.to_date("=%Y-%m-%d", strict=False, cache=False)


def clear_date(text: pl.Expr) -> pl.Expr:
    """Dates that leave no doubt: the year first, or the month by its name."""
    return day_with(text.str.strip_chars(), {})


def date_day_first(text: pl.Expr) -> pl.Expr:
    """Dates; 1/2/2024 is the first of February."""
    return day_with(text.str.strip_chars(), DAY_FIRST)


def date_month_first(text: pl.Expr) -> pl.Expr:
    """Dates; 1/2/2024 is the second of January."""
    return day_with(text.str.strip_chars(), MONTH_FIRST)


def clear_time(text: pl.Expr) -> pl.Expr:
    """Dates with a time; of the dates those that leave no doubt."""
    return time_with(text, {})


def time_day_first(text: pl.Expr) -> pl.Expr:
    """Dates with a time; 1/2/2024 8:30 is in February."""
    return time_with(text, DAY_FIRST)


def time_month_first(text: pl.Expr) -> pl.Expr:
    """Dates with a time; 1/2/2024 8:30 is in January."""
    return time_with(text, MONTH_FIRST)


def time_with(text: pl.Expr, ordered: dict[str, str]) -> pl.Expr:
    """8:30, 08:30:00.5 or 8:30 PM behind a date; an offset or Z brings it to UTC."""
    halves = text.str.strip_chars().str.splitn(":", 2)
    head, tail = halves.struct.field("field_0"), halves.struct.field("field_1")
    alone = tail.is_null()
    before = head.str.strip_chars_end("0123456789")
    apart = before.str.ends_with("T") | before.str.ends_with(" ")
    written = head.str.len_bytes() - before.str.len_bytes()
    written_day = pl.when(alone).then(head).otherwise(before.str.strip_chars_end("T, "))
    day = day_with(written_day, ordered).cast(pl.Datetime("us"))
    hour = head.str.tail(2).str.strip_chars_start("T ").cast(pl.Int64, strict=False)
    early, late = (tail.str.contains(rf"(?i)\d ?{half}") for half in "ap")
    possible = ~(early | late) | hour.is_between(1, 12)
    hour = pl.when(late).then(hour % 12 + 12).when(early).then(hour % 12).otherwise(hour)
    minute = tail.str.head(2).cast(pl.Int64, strict=False)
    seconds = tail.str.slice(3, 2).cast(pl.Int64, strict=False)
    second = pl.when(tail.str.slice(2, 1) == ":").then(seconds).otherwise(0)
    fraction = tail.str.extract(r"^\d\d:\d\d[.,](\d+)").str.pad_end(6, "0").str.head(6)
    fraction = fraction.cast(pl.Int64, strict=False).fill_null(0)
    midnight = (hour == 24) & (minute == 0) & (second == 0)
    possible &= (minute <= 59) & (second <= 60) & ((hour <= 23) | midnight)
    possible &= apart & written.is_between(1, 2) & tail.str.contains(AFTER_THE_HOUR)
    span = ((hour * 60 + minute - minutes_ahead(tail)) * 60 + second) * 1_000_000 + fraction
    timed = day + span.cast(pl.Duration("us"))
    return pl.when(alone).then(day).when(possible).then(timed)


def minutes_ahead(tail: pl.Expr) -> pl.Expr:
    """Minutes by which a written time is ahead of UTC."""
    offset = tail.str.extract(r"([+-]\d{2}:?\d{0,2})$").str.replace(":", "", literal=True)
    hours = offset.str.slice(1, 2).cast(pl.Int64, strict=False).fill_null(0)
    minutes = offset.str.slice(3, 2).cast(pl.Int64, strict=False).fill_null(0)
    sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    return sign * (hours * 60 + minutes)


def plain_times(values: pl.Series) -> pl.Series:
    """Times in UTC without a zone."""
    return values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)

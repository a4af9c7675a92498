"""One voice for numbers, shares, dates, durations and text: every pane and message formats here."""

from __future__ import annotations

import datetime as dt
import math

from rich.cells import cell_len, set_cell_size

from segtui.clean_text import clean as clean_text
from segtui.figures import NOTHING, count, date, money, number, plural, share
from segtui.tui.charset import ascii_text

__all__ = [
    "NOTHING", "ascii_text", "cell", "change", "clean", "count", "date", "difference", "duration", "index", "money",
    "number", "pad", "plural", "score", "share", "short", "size", "time_of_day", "weight",
]  # fmt: skip

_SUFFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def clean(value: object, width: int | None = None, ellipsis: str = "…") -> str:
    """`value` as text that cannot drive a terminal, cut to `width` cells where one is given.

    The only door from data to the screen: column names, cells, file names, segment names, error texts. (Pass the
    result on as `Text` or `Content`, never as markup.)
    """
    text = clean_text(value)
    return text if width is None else cut(text, width, ellipsis)


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """The first `width` cells of `text`, ending in `ellipsis` where something is missing."""
    if width <= 0:
        return ""
    # A character is at most two cells wide, so only what could fit is measured: cells may be megabytes long.
    if len(text) <= width and cell_len(text) <= width:
        return text
    return set_cell_size(text[:width], width - 1).rstrip() + ellipsis


def pad(text: str, width: int, right: bool = False, ellipsis: str = "…") -> str:
    """`text` in exactly `width` cells; `right` aligns it to the right."""
    text = cut(text, width, ellipsis)
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def short(x: float | None) -> str:
    """A number where space is scarce: 950, 48.1k, 2.3M."""
    if x is None or math.isnan(x):
        return NOTHING
    for limit, suffix in _SUFFIXES:
        if abs(x) >= limit * 0.9995:
            scaled = x / limit
            return f"{scaled:.0f}{suffix}" if abs(scaled) >= 99.95 else f"{scaled:.1f}{suffix}"
    return number(x, 3)


def score(x: float | None, digits: int = 3) -> str:
    """A criterion: .412, -.031, 1.03."""
    if x is None or math.isnan(x):
        return NOTHING
    text = f"{x:.{digits}f}"
    if text.strip("-0.") == "":
        text = text.lstrip("-")
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def change(x: float | None, digits: int = 3) -> str:
    """A difference of two scores, always with its sign: +.031."""
    if x is None or math.isnan(x):
        return NOTHING
    text = score(x, digits)
    return text if text.startswith("-") else "+" + text


def index(x: float | None) -> str:
    """An index, 100 = average."""
    return NOTHING if x is None or math.isnan(x) else f"{x:,.0f}"


def difference(x: float | None) -> str:
    """A standardised difference, with its sign unless it is none: +1.3, -0.2, 0.0."""
    if x is None or math.isnan(x):
        return NOTHING
    text = f"{x:+.1f}"
    return text if text[1:] != "0.0" else "0.0"


def weight(x: float) -> str:
    """A feature's weight: 1, 0.5, 2."""
    return f"{x:g}"


def duration(seconds: float) -> str:
    """How long something took: 38 ms, 0.38 s, 12 s, 3 min 05 s, 2 h 10 min."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.2f} s" if seconds < 0.995 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def size(byte_count: float) -> str:
    """A file size: 812 B, 3.4 kB, 1.2 GB (thousands, as file managers count)."""
    if byte_count < 1000:
        return f"{byte_count:.0f} B"
    for limit, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if byte_count >= limit * 0.9995:
            return f"{byte_count / limit:.1f} {unit}"
    return f"{byte_count / 1e3:.1f} kB"


def time_of_day(moment: dt.datetime) -> str:
    """A time: 14:02:11."""
    return moment.strftime("%H:%M:%S")


def cell(value: str | int | float | None, width: int | None = None, ellipsis: str = "…") -> str:
    """A table cell: numbers formatted, text cleaned, nothing where there is no value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        text = str(value)  # often an id or a year, which thousands commas would disfigure
    elif isinstance(value, float):
        text = number(value, 6)
    else:
        return clean(value, width, ellipsis)
    return text if width is None else cut(text, width, ellipsis)

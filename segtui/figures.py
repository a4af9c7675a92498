"""One voice for numbers, shares, money and dates, on screen and on paper alike."""

from __future__ import annotations

import datetime as dt
import math

NOTHING = "-"
"""Stands where there is no number."""


def count(n: int) -> str:
    """A number of things: 18,412."""
    return f"{n:,}"


def plural(n: int, one: str, many: str = "") -> str:
    """A number of named things: "1 customer", "2 customers"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def number(x: float | None, digits: int = 4) -> str:
    """A value in its own unit with about `digits` figures that matter: 1,830, 12.4, 0.0312."""
    if x is None or math.isnan(x):
        return NOTHING
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    if x == 0:
        return "0"
    size = math.floor(math.log10(abs(x)))
    if size >= 12 or size < -4:
        return f"{x:.{max(0, digits - 2)}e}"
    text = f"{x:,.{max(0, digits - 1 - size)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def share(x: float | None) -> str:
    """A share of 1 in percent, without the sign: 11.4; a share above nothing is never shown as 0.0."""
    if x is None or math.isnan(x):
        return NOTHING
    if 0 < x < 0.0005:
        return "<0.1"
    if 0.9995 <= x < 1:
        return ">99.9"
    return f"{100 * x:.1f}"


def money(x: float | None) -> str:
    """An amount; no currency is known, so none is shown. Cents matter below 100 only."""
    if x is None or math.isnan(x):
        return NOTHING
    return f"{x:,.2f}" if abs(x) < 99.995 else f"{x:,.0f}"


def date(day: dt.date | dt.datetime) -> str:
    """A date, unambiguous everywhere: 2024-01-31."""
    return day.strftime("%Y-%m-%d")

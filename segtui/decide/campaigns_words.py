"""Figures in sentences about campaigns: three digits that matter, shares in per cent, differences in points."""

from __future__ import annotations

from math import floor, isfinite, log10


def figure(value: float) -> str:
    """1,830 · 12.4 · 0.031; whole numbers below a million in full."""
    if not isfinite(value):
        return "unknown"
    if value == 0:
        return "0"
    if abs(value) < 1e6 and value == round(value):
        return f"{value:,.0f}"
    places = max(0, 2 - floor(log10(abs(value))))
    if places > 8:
        return f"{value:.2e}"
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """.2 -> 20 %; one decimal below 10 %."""
    return f"{_of_hundred(share)} %"


def points(difference: float) -> str:
    """.021 -> 2.1 points."""
    text = _of_hundred(difference)
    return f"{text} point" if text == "1" else f"{text} points"


def money(value: float) -> str:
    """Whole from 1,000 on, else as a figure; the data do not know the currency."""
    return f"{value:,.0f}" if abs(value) >= 1000 else figure(round(value, 2))


def _of_hundred(share: float) -> str:
    value = 100 * share
    text = f"{value:.1f}" if abs(value) < 9.95 else f"{value:.0f}"
    return text.removesuffix(".0")

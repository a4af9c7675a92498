"""What the user enters in the Decide pane: how it is typed, checked and shown. Nothing is put in its place."""

from __future__ import annotations

import math
from dataclasses import replace

from segtui.recipe import HELD_OUT, HELD_OUT_MOST, WEEKS, WEEKS_MOST, DecideSpec
from segtui.tui import format as fmt

FIELDS = (
    ("margin", "margin", "of the money of an order, as a share: 0.4 or 40 %"),
    ("cost", "cost", "of one contact, in the money of the data"),
    ("uplift", "uplift", "how many more order when contacted, low,middle,high: 0.01,0.02,0.04"),
    ("order_value", "order value", "money of an order; empty: what the data say"),
    ("base_rate", "base rate", "share who order anyway while it is measured; empty: what a holdout says"),
    ("held_out", "held out", f"share who are not contacted, to compare with; empty: {100 * HELD_OUT:.0f} %"),
    ("weeks", "weeks", f"how far ahead customers are valued; empty: {WEEKS}"),
)
"""Field, the word for it, and what it is."""

SHARES = ("margin", "base_rate", "held_out")


def shown(spec: DecideSpec, field: str) -> str:
    """An input as it is typed; empty where none was entered."""
    value = getattr(spec, field)
    if field == "uplift" and value is not None:
        return ",".join(f"{one:g}" for one in value)
    return "" if value is None else f"{value:g}"


def with_input(spec: DecideSpec, field: str, typed: str) -> DecideSpec | str:
    """The inputs with one that was typed, without it where nothing was; else what is wrong with it."""
    text = typed.strip().replace(" %", "%")
    if not text:
        return replace(spec, **{field: None})
    if field == "uplift":
        return _with_uplift(spec, text)
    value = _number(text)
    if field == "weeks":
        whole = value is not None and value == int(value) and 1 <= value <= WEEKS_MOST and not text.endswith("%")
        return replace(spec, weeks=int(value or 0)) if whole else f"a whole number from 1 to {WEEKS_MOST}"
    if value is None:
        return "a number, such as 0.4 or 40 %" if field in SHARES else "an amount, such as 1.5"
    if field == "held_out" and not 0 <= value <= HELD_OUT_MOST:
        return f"a share from 0 to {HELD_OUT_MOST:g}"
    if field in SHARES and not 0 <= value <= 1:
        return "a share of 1, or a percentage: 0.4 or 40 %"
    if value < 0 or (field not in SHARES and text.endswith("%")):
        return "an amount of 0 or more"
    return replace(spec, **{field: value})  # type: ignore[arg-type]


def _with_uplift(spec: DecideSpec, text: str) -> DecideSpec | str:
    values = [_number(one) for one in text.split(",")]
    if len(values) != 3 or any(one is None for one in values):
        return "three shares with commas between: 0.01,0.02,0.04"
    low, mid, high = (one or 0.0 for one in values)
    if not -1 <= low <= mid <= high <= 1:
        return "shares that rise, low then middle then high"
    return replace(spec, uplift=(low, mid, high))


def _number(text: str) -> float | None:
    percent = text.endswith("%")
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        return None
    return value / (100 if percent else 1) if math.isfinite(value) else None


def typed_inputs(spec: DecideSpec, text: str) -> DecideSpec | str:
    """Inputs with MARGIN COST LOW,MID,HIGH as typed; - leaves one out. Else what is wrong."""
    parts = text.replace(" %", "%").split()
    if len(parts) > 3:
        return "MARGIN COST LOW,MID,HIGH, such as 0.4 1.5 0.01,0.02,0.04 (- for none)"
    for field, part in zip(("margin", "cost", "uplift"), parts, strict=False):
        found = with_input(spec, field, "" if part == "-" else part)
        if isinstance(found, str):
            return f"{field}: {found}"
        spec = found
    return spec


def summary(spec: DecideSpec) -> str:
    """The three that an expected value takes, in one phrase."""
    return ", ".join(f"{word} {shown(spec, field) or fmt.NOTHING}" for field, word, _ in FIELDS[:3])


def changed(before: DecideSpec, after: DecideSpec) -> str:
    """What differs, for the history: "margin 0.4, cost none"."""
    told = [
        (word, shown(after, field) or "none")
        for field, word, _ in FIELDS
        if shown(before, field) != shown(after, field)
    ]
    return ", ".join(f"{word} {value}" for word, value in told)

"""What the user enters in the Decide pane: how it is typed, checked and shown. Nothing is put in its place."""

from __future__ import annotations

import math
from dataclasses import replace

from segtui.decided.campaigns import Inputs
from segtui.tui import format as fmt

FIELDS = (
    ("margin", "margin", "of the money of an order, as a share: 0.4 or 40 %"),
    ("cost", "cost", "of one contact, in the money of the data"),
    ("uplift", "uplift", "how many more order when contacted, low,middle,high: 0.01,0.02,0.04"),
    ("order_value", "order value", "money of an order; empty: what the data say"),
    ("base_rate", "base rate", "share who order anyway while it is measured; empty: what a holdout says"),
    ("held_out", "held out", "share who are not contacted, to compare with; empty: 20 %"),
)
"""Field, the word for it, and what it is."""

SHARES = ("margin", "base_rate", "held_out")


def shown(inputs: Inputs, field: str) -> str:
    """An input as it is typed; empty where none was entered."""
    if field == "uplift":
        told = [inputs.low, inputs.mid, inputs.high]
        return "" if None in told else ",".join(f"{one:g}" for one in told)
    value = getattr(inputs, field)
    return "" if value is None else f"{value:g}"


def with_input(inputs: Inputs, field: str, typed: str) -> Inputs | str:
    """The inputs with one that was typed, without it where nothing was; else what is wrong with it."""
    text = typed.strip().replace(" %", "%")
    if field == "uplift":
        return _with_uplift(inputs, text)
    if not text:
        return replace(inputs, **{field: Inputs().held_out if field == "held_out" else None})  # type: ignore[arg-type]
    value = _number(text)
    if value is None:
        return "a number, such as 0.4 or 40 %" if field in SHARES else "an amount, such as 1.5"
    if field == "held_out" and not 0 <= value <= 0.9:
        return "a share from 0 to 0.9"
    if field in SHARES and not 0 <= value <= 1:
        return "a share of 1, or a percentage: 0.4 or 40 %"
    if value < 0 or (field not in SHARES and text.endswith("%")):
        return "an amount of 0 or more"
    return replace(inputs, **{field: value})


def _with_uplift(inputs: Inputs, text: str) -> Inputs | str:
    if not text:
        return replace(inputs, low=None, mid=None, high=None)
    values = [_number(one) for one in text.split(",")]
    if len(values) != 3 or any(one is None for one in values):
        return "three shares with commas between: 0.01,0.02,0.04"
    low, mid, high = (one or 0.0 for one in values)
    if not -1 <= low <= mid <= high <= 1:
        return "shares that rise, low then middle then high"
    return replace(inputs, low=low, mid=mid, high=high)


def _number(text: str) -> float | None:
    percent = text.endswith("%")
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        return None
    return value / (100 if percent else 1) if math.isfinite(value) else None


def typed_inputs(inputs: Inputs, text: str) -> Inputs | str:
    """Inputs with MARGIN COST LOW,MID,HIGH as typed; - leaves one out. Else what is wrong."""
    parts = text.replace(" %", "%").split()
    if len(parts) > 3:
        return "MARGIN COST LOW,MID,HIGH, such as 0.4 1.5 0.01,0.02,0.04 (- for none)"
    for field, part in zip(("margin", "cost", "uplift"), parts, strict=False):
        found = with_input(inputs, field, "" if part == "-" else part)
        if isinstance(found, str):
            return f"{field}: {found}"
        inputs = found
    return inputs


def summary(inputs: Inputs) -> str:
    """The three that an expected value takes, in one phrase."""
    return ", ".join(f"{word} {shown(inputs, field) or fmt.NOTHING}" for field, word, _ in FIELDS[:3])

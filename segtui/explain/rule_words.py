"""One rule in plain words: "recency <= 45 and 3 < frequency <= 12 and country is FR and age_band at least 35-44".

Names are said as they are: whoever prints them makes them harmless (`segtui.clean_text`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segtui.explained import Condition, LeafRule

Number = Callable[[str, float], str]
"""How the number of a feature is written; it must not round, or the rule is no longer true."""

EVERYONE = "everyone"

MISSING = "(missing)"
"""The level that says who has no value, as `prepare.clean` writes it."""


def plain_number(_feature: str, value: float) -> str:
    """All digits that the number has, with commas."""
    return f"{int(value):,}" if value.is_integer() and abs(value) < 1e15 else f"{value:,}"


def conditions_text(
    rule: LeafRule,
    number: Number = plain_number,
    *,
    gaps: Collection[str] | None = None,
    labels: Collection[str] = (),
) -> str:
    """The conditions of one leaf. gaps: the features that some customer has no value of, None: it may be any; only of
    these is it said whether the condition then holds. labels: features whose cells hold several labels."""
    said = [
        text
        for together in _grouped(rule.conditions)
        for text in [_levels(together, gaps, labels) if together[0].level else _number(together, number, gaps)]
    ]
    return " and ".join(said) or EVERYONE


def _grouped(conditions: Sequence[Condition]) -> list[list[Condition]]:
    """Conditions that are said in one: both bounds of a number, and the levels of a feature that are ruled out."""
    groups: dict[tuple[object, ...], list[Condition]] = {}
    for i, c in enumerate(conditions):
        alone = c.level is not None and (c.above or c.level == MISSING)
        groups.setdefault((c.feature, c.level is None, i if alone else None), []).append(c)
    return list(groups.values())


# -- levels ----------------------------------------------------------------------------------------------------


def _levels(together: Sequence[Condition], gaps: Collection[str] | None, labels: Collection[str]) -> str:
    first = together[0]
    if first.level == MISSING:
        return f"{first.feature} is {'missing' if first.above else 'known'}"
    names = _or([str(c.level) for c in together])
    verb = "has" if first.feature in labels else "is"
    if not first.above:
        verb += " not"
    text = f"{first.feature} {verb} {names}"
    if gaps is not None and first.feature not in gaps:
        return text
    if first.above:
        return f"{text} (or missing)" if first.missing_holds else text
    return text if all(c.missing_holds for c in together) else f"{text} (nor missing)"


def _or(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


# -- numbers and places ----------------------------------------------------------------------------------------


def _number(together: Sequence[Condition], number: Number, gaps: Collection[str] | None) -> str:
    low = next((c for c in together if c.above), None)
    high = next((c for c in together if not c.above), None)
    text = _place(together[0], low, high) if together[0].scale else _between(together[0].feature, low, high, number)
    told = gaps is None or together[0].feature in gaps
    return f"{text} (or missing)" if told and all(c.missing_holds for c in together) else text


def _between(feature: str, low: Condition | None, high: Condition | None, number: Number) -> str:
    if low is None:
        return f"{feature} <= {number(feature, high.value)}" if high else feature
    least = number(feature, low.value)
    return f"{least} < {feature} <= {number(feature, high.value)}" if high else f"{feature} > {least}"


def _place(first: Condition, low: Condition | None, high: Condition | None) -> str:
    """On an ordinal scale, where values lie between two scores 1, 2 …"""
    scale = first.scale
    least = math.floor(low.value) if low else 0
    most = math.floor(high.value) - 1 if high else len(scale) - 1
    if least == most:
        return f"{first.feature} is {scale[least]}"
    if low and high:
        return f"{first.feature} from {scale[least]} to {scale[most]}"
    return f"{first.feature} at least {scale[least]}" if low else f"{first.feature} at most {scale[most]}"

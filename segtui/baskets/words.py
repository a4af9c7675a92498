"""A rule in a plain sentence: "Of 1,204 baskets with A, 312 also had B; by basket sizes alone about 190 would".

Names are said as they are: whoever prints them makes them harmless (`segtui.clean_text`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.basketed import Mined

FEW = 10
"""Fewer baskets are an anecdote (METHODS D1)."""


def listed(names: Sequence[str]) -> str:
    """A, B and C."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def side(numbers: Sequence[int], items: Sequence[str]) -> tuple[str, ...]:
    """The names of one side, which -1 fills up."""
    return tuple(items[number] for number in numbers if number >= 0)


def sentence(mined: Mined, rule: int, items: Sequence[str], shuffled: float | None = None) -> str:
    """One rule in words. shuffled: baskets with the whole rule in shuffled data (their mean), where that is known.

    What "would" is said of: the shuffles where there are any, for they keep basket sizes; else, for a pair, lambda;
    else shares alone.
    """
    found = mined.rules
    both, with_x = int(found.counts[rule]), int(found.antecedent_counts[rule])
    x = listed(side(found.antecedents[rule], items))
    y = listed(side(found.consequents[rule], items))
    alone = with_x * float(found.consequent_counts[rule]) / found.baskets
    also = f"Of {with_x:,} baskets with {x}, {both:,} ({both / with_x:.0%}) also had {y}; "
    if shuffled is not None:
        also += f"in shuffled baskets of the same sizes about {shuffled:,.0f} would"
    elif int(found.lengths[rule]) == 2 and math.isfinite(mined.size_lift):
        also += f"by basket sizes alone about {min(with_x, alone * mined.size_lift):,.0f} would"
    else:
        also += f"by shares alone about {alone:,.0f} would"
    return f"{also}. Fewer than {FEW} baskets are an anecdote." if both < FEW else f"{also}."


def nothing_found(mined: Mined) -> tuple[str, str]:
    """Why there are no rules, and what would give some."""
    spec, n = mined.spec, mined.rules.baskets
    if not n:
        return "there are no baskets", "See in Data which order lines count."
    if not mined.least_that:
        return "no two items are ever in one basket", "Look by category or brand, or check what names an order."
    if math.isfinite(mined.best_confidence):
        best, lift = mined.best_confidence, mined.best_lift
        if best < spec.min_confidence:
            why = f"no rule is right in {spec.min_confidence:.0%} of its baskets; the best is in {best:.0%}"
            return why, f"Ask for a confidence of {_rounded_down(best)}."
        why = f"no rule of that confidence has a lift of {spec.min_lift:g}; the largest is {lift:.2f}"
        return why, f"Ask for a lift of {_rounded_down(lift)}."
    share = _rounded_down(mined.least_that / n)
    why = f"no two items are together in {mined.least:,} of {n:,} baskets"
    hint = f"A support of {share} ({mined.least_that:,} baskets) would give some pairs."
    if mined.least_that < FEW:
        hint += f" Fewer than {FEW} baskets are an anecdote: look by category or brand."
    return why, hint


def _rounded_down(value: float) -> str:
    """Two figures, never above the value, so that what is suggested does give something."""
    if value <= 0:
        return "0"
    power = math.floor(math.log10(value)) - 1
    digits = max(0, -power)
    text = f"{math.floor(value * (1 + 1e-12) / 10.0**power) * 10.0**power:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

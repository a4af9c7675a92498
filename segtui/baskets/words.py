"""A rule in a plain sentence: "Of 1,204 baskets with A, 312 also had B; by basket sizes alone about 190 would".

Names are said as they are: whoever prints them makes them harmless (`segtui.clean_text`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from segtui.baskets.mined import wider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.basketed import BasketTable, Mined

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


def items_are(table: BasketTable) -> str:
    """Which column says what an item is, and that ids beside it do not count; nothing where the source is not known."""
    if not table.column:
        return ""
    return f"items by {table.column}" + (f", not by {table.ids}" if table.ids else "")


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
        also += f"by basket sizes alone, to first order, about {min(with_x, alone * mined.size_lift):,.0f} would"
    else:
        also += f"by shares alone about {alone:,.0f} would"
    return f"{also}. Fewer than {FEW} baskets are an anecdote." if both < FEW else f"{also}."


def nothing_found(mined: Mined) -> tuple[str, str]:
    """Why there are no rules, and the cut-off that would give some (`mined.wider`)."""
    spec, n, asked = mined.spec, mined.rules.baskets, wider(mined)
    if not n:
        return "there are no baskets", "See in Data which order lines count."
    if asked is None:
        return "no two items are ever in one basket", "Look by category or brand, or check what names an order."
    if asked.min_confidence != spec.min_confidence:
        best = f"the best is in {mined.best_confidence:.0%}"
        why = f"no rule is right in {spec.min_confidence:.0%} of its baskets; {best}"
        return why, f"Ask for a confidence of {asked.min_confidence:g}."
    if asked.min_lift != spec.min_lift:
        why = f"no rule of that confidence has a lift of {spec.min_lift:g}; the largest is {mined.best_lift:.2f}"
        return why, f"Ask for a lift of {asked.min_lift:g}."
    why = f"no two items are together in {mined.least:,} of {n:,} baskets"
    hint = f"A support of {asked.min_support:g} ({mined.least_that:,} baskets) would give some pairs."
    if mined.least_that < FEW:
        hint += f" Fewer than {FEW} baskets are an anecdote: look by category or brand."
    return why, hint

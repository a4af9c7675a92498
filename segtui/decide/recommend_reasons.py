"""Why an item is recommended, from rules: "Of 1,204 baskets with A, 312 (26 %) also had B"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segtui.basketed import RuleSet

LEAST_LIFT = 1.0
"""A rule whose lift is not above this says nothing for its consequent."""


def reasons(rules: RuleSet, items: tuple[str, ...]) -> Mapping[str, str]:
    """For each item that a rule leads to, the rule with most baskets beyond chance, in a sentence.

    rules: of one consequent; redundant ones and those with a lift of 1 or less are passed over. What would be expected
    is by basket size where the rule is a pair (counts over adjusted lift), else by how often both sides are bought.
    items: names, by number.
    """
    told: dict[str, str] = {}
    useful = (rules.lift > LEAST_LIFT) & ~rules.redundant
    for row in np.argsort(-rules.extra_baskets, kind="stable").tolist():
        sides = [int(one) for one in rules.consequents[row] if one >= 0]
        if not useful[row] or len(sides) != 1 or items[sides[0]] in told:
            continue
        told[items[sides[0]]] = _sentence(rules, items, row, items[sides[0]])
    return told


def _sentence(rules: RuleSet, items: tuple[str, ...], row: int, name: str) -> str:
    with_x, both = int(rules.antecedent_counts[row]), int(rules.counts[row])
    before = " and ".join(items[one] for one in rules.antecedents[row] if one >= 0)
    adjusted = float(rules.adjusted_lift[row])
    if np.isfinite(adjusted) and adjusted > 0:
        expected, by = both / adjusted, "by basket size alone"
    else:
        expected, by = with_x * int(rules.consequent_counts[row]) / rules.baskets, "by chance alone"
    text = f"Of {with_x:,} baskets with {before}, {both:,} ({both / with_x:.0%}) also had {name}"
    return f"{text}; {by} we would expect {expected:,.0f}."

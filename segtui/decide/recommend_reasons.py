"""Why an item is recommended, from rules: "Of 1,204 baskets of all customers with A, 312 (26%) also had B".

Of a segment's own baskets where a rule holds there: counted in one pass for all segments (`baskets.contrast`), it has
to meet the cut-offs that all baskets were asked for. A rule that only one segment knows may be below the support of all
baskets, and is then not among those that are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segtui.baskets.contrast import adjusted_lifts
from segtui.baskets.items import FEWEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from segtui.basketed import Counts, GroupCounts, RuleSet
    from segtui.recipe import BasketSpec
    from segtui.results import Floats

LEAST_LIFT = 1.0
"""A rule whose lift is not above this says nothing for its consequent."""


class _Counted(NamedTuple):
    """Rules as some baskets have them: how many have the antecedent, the consequent and both, of how many baskets;
    adjusted: lift by basket size, nan where it is not known."""

    antecedent: Counts
    consequent: Counts
    joint: Counts
    baskets: int
    adjusted: Floats


def reasons(rules: RuleSet, items: tuple[str, ...]) -> Mapping[str, str]:
    """For each item that a rule leads to, the rule with most baskets beyond chance, in a sentence.

    rules: of one consequent; redundant ones and those with a lift of 1 or less are passed over. What would be expected
    is by basket size where the rule is a pair (counts over adjusted lift), else by how often both sides are bought.
    items: names, by number.
    """
    counted = _Counted(
        rules.antecedent_counts, rules.consequent_counts, rules.counts, rules.baskets, rules.adjusted_lift
    )
    return _told(rules, items, counted, rules.lift > LEAST_LIFT, "baskets of all customers")


def reasons_of_segments(
    rules: RuleSet, items: tuple[str, ...], counts: GroupCounts, asked: BasketSpec
) -> tuple[Mapping[str, str], ...]:
    """The same of the baskets of each segment alone, for rules that meet the cut-offs there; {} where none does.

    counts: of all `rules`, in their order. A segment where fewer than FEWEST baskets have the antecedent says nothing.
    """
    pairs = (rules.antecedents >= 0).sum(axis=1) == 1
    adjusted = adjusted_lifts(counts)
    found = []
    for segment, baskets in enumerate(counts.baskets.tolist()):
        own = _Counted(
            counts.antecedent[:, segment],
            counts.consequent[:, segment],
            counts.joint[:, segment],
            int(baskets),
            np.where(pairs, adjusted[:, segment], np.nan),
        )
        least = max(asked.min_count, asked.min_support * baskets)
        with np.errstate(divide="ignore", invalid="ignore"):
            confidence = own.joint / own.antecedent
            lift = confidence * baskets / own.consequent
        holds = (own.antecedent >= FEWEST) & (own.joint >= least) & (confidence >= asked.min_confidence)
        holds &= lift > max(LEAST_LIFT, asked.min_lift)
        found.append(_told(rules, items, own, holds, "of their own baskets"))
    return tuple(found)


def _told(
    rules: RuleSet, items: tuple[str, ...], counted: _Counted, holds: NDArray[np.bool_], whose: str
) -> Mapping[str, str]:
    """The sentence for each item, of the rule that holds with most baskets beyond chance."""
    single = (rules.consequents >= 0).sum(axis=1) == 1
    rows = np.flatnonzero(holds & single & ~rules.redundant)
    chance = counted.antecedent[rows] / max(1, counted.baskets) * counted.consequent[rows]
    rows = rows[np.argsort(chance - counted.joint[rows], kind="stable")]
    leads_to = rules.consequents.max(axis=1)[rows]
    _, first = np.unique(leads_to, return_index=True)
    return {items[int(leads_to[at])]: _sentence(rules, items, int(rows[at]), counted, whose) for at in first}


def _sentence(rules: RuleSet, items: tuple[str, ...], row: int, counted: _Counted, whose: str) -> str:
    with_x, both = int(counted.antecedent[row]), int(counted.joint[row])
    name = items[int(rules.consequents[row].max())]
    before = " and ".join(items[one] for one in rules.antecedents[row] if one >= 0)
    adjusted = float(counted.adjusted[row])
    if np.isfinite(adjusted) and adjusted > 0:
        expected, by = both / adjusted, "to first order, by basket size alone"
    else:
        expected, by = with_x * int(counted.consequent[row]) / max(1, counted.baskets), "by chance alone"
    text = f"Of {with_x:,} {whose} with {before}, {both:,} ({both / with_x:.0%}) also had {name}"
    return f"{text}; {by} we would expect {expected:,.0f}."

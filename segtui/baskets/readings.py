"""What rules are good for: bundles, prompts, and what the baskets beyond chance were worth (METHODS D4).

Both need FEWEST baskets and more of them than chance gives: for pairs, than basket sizes give (adjusted lift above 1);
for longer rules, than shares give (lift above 1).

* A bundle goes both ways: Kulczynski's measure, the mean of P(Y given X) and P(X given Y), is KULCZYNSKI or more, and
  each of the two is BOTH_WAYS or more (a mean of .5 may be .98 and .02, which is one item that needs the other).
* A prompt goes from X to Y: confidence CONFIDENT or more, and either X is no dearer than Y (all of X against all of Y,
  one piece each), so that a small purchase leads to a larger one, or X is in COMMON or more of all baskets, so that
  there is somebody to prompt every day. Where a price is unknown only the second can hold.

Worth is extra baskets times the median price of Y: what was sold beyond chance, one piece a basket. It is not what an
offer would add. X and Y are bought together already; only the baskets with X and without Y are there to be won.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from segtui.basketed import Readings
from segtui.baskets.ordering import buckets
from segtui.baskets.words import listed, side
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.basketed import BasketTable, Counts, Marks, Numbers, RuleSet
    from segtui.results import Floats

KULCZYNSKI, BOTH_WAYS = 0.5, 0.3
"""Of a bundle: the mean of both confidences at least, and each of them."""

CONFIDENT, COMMON = 0.5, 0.05
"""Of a prompt: its confidence at least; and the share of baskets with X that makes X common."""

FEWEST = 10
"""Baskets with the whole rule at least (METHODS D1: fewer are an anecdote)."""

REAL = f"in {FEWEST} baskets or more and in more than chance gives"
TO_FIRST_ORDER = "What basket sizes give is to first order; the shuffles beside the rules are closer."
BUNDLE_IS = (
    f"A bundle is {REAL}; its two confidences are {KULCZYNSKI:g} or more in the mean and {BOTH_WAYS:g} or more each. "
    f"{TO_FIRST_ORDER}"
)
PROMPT_IS = (
    f"A prompt is {REAL}, of confidence {CONFIDENT:g} or more; what calls for the other is no dearer than it, or in "
    f"{COMMON:.0%} of all baskets. {TO_FIRST_ORDER}"
)
"""What a reader is told of both."""

PIECE = 1 << 15
"""Rules read between two stops."""

_MIX = np.uint64(0x9E3779B97F4A7C15)


def readings(rules: RuleSet, table: BasketTable) -> Steps[Readings]:
    """What each rule is good for; `table` is of the same baskets, and only its prices are looked at."""
    parts: list[tuple[Marks, Marks, Floats, Floats, Floats]] = []
    for start in range(0, max(1, len(rules)), PIECE):
        rows = np.arange(start, min(start + PIECE, len(rules)))
        parts.append(_read(rules.chosen(rows), table.prices))
        yield Progress("reading rules", min(1.0, (start + PIECE) / max(1, len(rules))))
    bundle, prompt, left, right, by_size = (
        np.concatenate([part[column] for part in parts]) for column in range(len(parts[0]))
    )
    twin = yield from _twins(rules, bundle)
    return Readings(
        bundle=bundle,
        prompt=prompt,
        twin=twin,
        left=left,
        right=right,
        worth=rules.extra_baskets * right,
        worth_by_size=by_size,
        room=rules.antecedent_counts - rules.counts,
    )


def _read(rules: RuleSet, prices: Floats) -> tuple[Marks, Marks, Floats, Floats, Floats]:
    """bundle, prompt, the prices of both sides and worth beyond basket sizes, of some rules."""
    left, right = price_of(rules.antecedents, prices), price_of(rules.consequents, prices)
    known = np.isfinite(rules.adjusted_lift)
    real = (rules.counts >= FEWEST) & (np.where(known, rules.adjusted_lift, rules.lift) > 1)
    least = np.minimum(rules.confidence, rules.counts / rules.consequent_counts)
    bundle = real & (rules.kulczynski >= KULCZYNSKI) & (least >= BOTH_WAYS)
    prompt = real & (rules.confidence >= CONFIDENT) & ((left <= right) | (rules.coverage >= COMMON))
    # Counts over adjusted lift are what sizes alone give.
    beyond = np.where(known, rules.counts - rules.counts / np.where(known, rules.adjusted_lift, 1.0), np.nan)
    return bundle, prompt, left, right, beyond * right


def price_of(sides: Numbers, prices: Floats) -> Floats:
    """What one piece of each item of a side costs together (rules,); nan where one price is unknown."""
    if not len(prices):
        return np.full(len(sides), np.nan)
    total: Floats = np.where(sides >= 0, prices[np.maximum(sides, 0)], 0.0).sum(axis=1)
    return total


def _twins(rules: RuleSet, bundle: Marks) -> Steps[Marks]:
    """Bundles that have all the items of an earlier one."""
    twin = np.zeros(len(rules), dtype=np.bool_)
    rows = np.flatnonzero(bundle)
    sets = np.sort(np.hstack([rules.antecedents[rows], rules.consequents[rows]]), axis=1)
    keys = np.zeros(len(rows), dtype=np.uint64)
    for column in sets.T:
        keys = (keys ^ column.astype(np.uint64)) * _MIX
    for some in buckets(keys.view(np.int64), PIECE):
        order = some[np.lexsort((some, *sets[some].T))]
        same = np.all(sets[order[1:]] == sets[order[:-1]], axis=1)
        twin[rows[order[1:][same]]] = True
        yield Progress("putting bundles together")
    return twin


# -- words -----------------------------------------------------------------------------------------------


def bundles(found: Readings, rules: RuleSet) -> list[int]:
    """Rules that are bundles, each of the same items once, the most extra baskets first."""
    return _by_extra(rules, found.bundle & ~found.twin)


def prompts(found: Readings, rules: RuleSet) -> list[int]:
    """Rules that are prompts, the most extra baskets first."""
    return _by_extra(rules, found.prompt)


def _by_extra(rules: RuleSet, chosen: Marks) -> list[int]:
    rows = np.flatnonzero(chosen)
    order: list[int] = rows[np.argsort(-rules.extra_baskets[rows], kind="stable")].tolist()
    return order


def bundle_sentence(found: Readings, rules: RuleSet, rule: int, items: Sequence[str]) -> str:
    """A bundle in words. Names are said as they are."""
    x, y, both = *_sides(rules, rule, items), int(rules.counts[rule])
    back = both / int(rules.consequent_counts[rule])
    pair = int(rules.lengths[rule]) == 2
    text = f"{both:,} baskets have {'both ' if pair else ''}{x}{' and ' if pair else ' together with '}{y}: "
    text += f"{rules.confidence[rule]:.0%} of those with {'the first' if pair else x} and "
    return text + f"{back:.0%} of those with {'the second' if pair else y}. {_worth(found, rules, rule)}"


def prompt_sentence(found: Readings, rules: RuleSet, rule: int, items: Sequence[str]) -> str:
    """A prompt in words, with the baskets that are there to be won."""
    x, y = _sides(rules, rule, items)
    text = f"With {x} in the basket, offer {y}: {rules.confidence[rule]:.0%} of {rules.antecedent_counts[rule]:,} "
    text += f"baskets took it by themselves, {_count(found.room, rule):,} did not. "
    return text + _worth(found, rules, rule)


def _count(counts: Counts, row: int) -> int:
    return int(counts[row])


def _sides(rules: RuleSet, rule: int, items: Sequence[str]) -> tuple[str, str]:
    return listed(side(rules.antecedents[rule], items)), listed(side(rules.consequents[rule], items))


def _worth(found: Readings, rules: RuleSet, rule: int) -> str:
    extra = f"{rules.extra_baskets[rule]:,.0f} more baskets than shares alone give"
    worth, by_size = float(found.worth[rule]), float(found.worth_by_size[rule])
    if not math.isfinite(worth):
        return f"{extra}; what the second costs is not known."
    text = f"{extra}, worth {worth:,.0f} at {found.right[rule]:,.2f} a piece"
    return (
        f"{text} ({by_size:,.0f} beyond what basket sizes give, to first order)."
        if math.isfinite(by_size)
        else f"{text}."
    )

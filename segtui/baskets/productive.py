"""Whether every item of an antecedent adds to it, or a simpler rule may do as well (Webb 2007, "productive" rules).

X → Y is productive where its confidence is above that of every smaller antecedent (improvement above 0), and where no
single item of X may owe its place to luck: for every a of X, among the baskets with X \\ {a}, those with a have Y more
often than those without by Fisher's test, one-sided,

    p_a = P(at least n_XY of the n_{X\\a,Y} are among the n_X of n_{X\\a} baskets)      (hypergeometric).

The rule's p is the largest of its p_a: the item with the least to show decides. Of a single item the rest is empty, so
that p is Fisher's test of the rule itself.

p is of one rule looked at by itself. As rules are picked from many, one is called productive where p is at most LEVEL
over the number of rules that were tried (Bonferroni): all that the frequent itemsets give, whatever their confidence,
since those below the cut-off were looked at too. The chance that any at all is called so by luck is then about LEVEL at
most, as far as baskets are independent of each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.basketed import Productive
from segtui.baskets.credibility import counted
from segtui.baskets.measures import fisher
from segtui.progress import Progress, Steps, as_part

if TYPE_CHECKING:
    from segtui.basketed import Baskets, Mined, Numbers, RuleSet
    from segtui.results import Floats, Rows

LEVEL = 0.05
"""Chance that any rule at all is called productive by luck, at most."""

PIECE = 1 << 12
"""Tests made between two stops; `fisher` makes its own besides."""

BLOCK = 1 << 16
"""Rules whose sides are counted together."""

DOING = "testing what items add"


def productive(baskets: Baskets, found: Mined) -> Steps[Productive]:
    """Of every rule of `found`, which is of these baskets."""
    rules = found.rules
    p = np.zeros(len(rules))
    for start in range(0, len(rules), BLOCK):
        rows = np.arange(start, min(len(rules), start + BLOCK))
        share = len(rows) / len(rules)
        p[rows] = yield from as_part(_largest(baskets, rules.chosen(rows)), DOING, start / len(rules), share)
    level = LEVEL / max(1, found.tried, len(p))
    return Productive(p, (p <= level) & (rules.improvement > 0), level)


def _largest(baskets: Baskets, rules: RuleSet) -> Steps[Floats]:
    """The p of the item with the least to show, of some rules."""
    sets, rule = yield from _without_one(rules)
    counts = (yield from as_part(counted(baskets, sets), DOING, 0.0, 0.5))[:, 0]
    left, left_and_y = counts[: len(rule)], counts[len(rule) :]
    p = np.zeros(len(rules))
    for start in range(0, len(rule), PIECE):
        some = slice(start, start + PIECE)
        of = rule[some]
        chance = yield from fisher(left[some], rules.antecedent_counts[of], left_and_y[some], rules.counts[of])
        np.maximum.at(p, of, chance)
        yield Progress(DOING, 0.5 + 0.5 * start / len(rule), f"{len(rules):,} rules")
    return p


def _without_one(rules: RuleSet) -> Steps[tuple[Numbers, Rows]]:
    """For every item of every antecedent the antecedent without it; below these the same with the consequent; and the
    rule of each."""
    rule, column = np.nonzero(rules.antecedents >= 0)
    wide = rules.antecedents.shape[1]
    left = rules.antecedents[rule]
    left[np.arange(len(rule)), column] = -1
    yield Progress(DOING, 0.0)
    sets = np.full((2 * len(rule), wide + rules.consequents.shape[1]), -1, dtype=np.int32)
    sets[: len(rule), :wide] = sets[len(rule) :, :wide] = left
    sets[len(rule) :, wide:] = rules.consequents[rule]
    yield Progress(DOING, 0.0)
    return sets, rule.astype(np.int64)


def said(p: float, holds: bool) -> str:
    """What is to be said of a rule."""
    if holds:
        return f"Productive: every item before the arrow adds to it (p {p:.1g})."
    return f"Not shown to be productive: an item before the arrow may add nothing (p {p:.1g})."

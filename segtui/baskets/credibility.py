"""How credible association rules are: what baskets shuffled with their margins kept would give at the same cut-offs.

Swap randomisation (Gionis et al. 2007) keeps the size of every basket and the count of every item. What rules still
come out then say nothing about what is bought together. Four answers, each for a question of its own:

* `Credibility.share`: the mean number of rules in shuffled data over the number shown, at most 1. This is the false
  discovery share of the table on screen; it counts everything the cut-offs let through, so selection is part of it.
* `false_above`: the same share among the rules shown with as many items and at least the lift of the one in question,
  made monotone (a higher lift never has the higher share; Storey 2002). Rules are compared with those of as many
  items only, for lifts of long rules lie higher by themselves.
* `p`: (1 + shuffles in which this very rule is at least as strong) / (shuffles + 1), strength being lift, or 0 where
  the rule has fewer baskets than was asked for (one basket of one is a high lift, and nobody would see it). Sizes are
  kept, so basket-adjusted lift, lift over the constant lambda, gives the same p. It makes no assumption, but twenty
  shuffles cannot show less than 1/21, and after adjusting for many rules nothing would ever be left.
* `pooled`: for that purpose. Of every rule the excess e = 2 sqrt(joint + 3/8) - 2 sqrt(n_X n_Y / n + 3/8) is taken,
  whose spread hardly depends on the count (Anscombe 1948), less the mean excess of this rule over the (other)
  shuffles; p is the share of such differences, over all rules with as many items and all shuffles, that are at least
  as large. It assumes that these are spread alike among rules of one length, which is about true and not exact, and it
  is no substitute for adjusting: the rules were picked for being strong.

Shuffles start from a table that is itself a shuffle of the data. As trades are reversible, the data and the shuffles
are then exchangeable where margins are all there is, however well trades mix (Besag & Clifford 1989): `p` is valid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from segtui.basketed import Credibility
from segtui.baskets.bitsets import counts, pack
from segtui.baskets.distinct import distinct
from segtui.baskets.swap import shuffled
from segtui.progress import Progress, Steps, as_part

if TYPE_CHECKING:
    from segtui.basketed import Baskets, CountedRules, Counts, NullRules, Numbers
    from segtui.results import Floats

    Mine = Callable[[Baskets], Steps[NullRules]]

SHUFFLES = 20
"""Shuffles (METHODS D2)."""

HALF = 0.5
"""From this false share on the table as a whole says little."""

BLOCK = 1 << 16
"""Rules whose sides are counted together."""

CLOSE = 1 - 1e-12
"""Lifts that differ by no more than this are the same fraction, computed from other numbers."""


def credibility(
    baskets: Baskets,
    rules: CountedRules,
    mine: Mine,
    seed: int,
    found: Callable[[Credibility], None],
    shuffles: int = SHUFFLES,
) -> Steps[Credibility]:
    """`rules` of `baskets` against shuffles; `found` hears what is known after each.

    mine: the rules of other baskets at the same cut-offs. For one segment, give its baskets and the rules found there.
    """
    known = _Known(rules, shuffles)
    part = 1 / (shuffles + 1)
    start = yield from as_part(shuffled(baskets, (seed, 0)), "credibility", 0.0, part)
    for number in range(1, shuffles + 1):
        name, before = f"shuffle {number} of {shuffles}", number * part
        drawn = yield from as_part(shuffled(start, (seed, number)), name, before, 0.4 * part)
        mined = yield from as_part(mine(drawn), name, before + 0.4 * part, 0.5 * part)
        again = yield from as_part(rule_counts(drawn, rules), name, before + 0.9 * part, 0.1 * part)
        known.add(mined, *again)
        found((yield from as_part(known.now(), name, before + part, 0.0)))
    return (yield from as_part(known.now(), "credibility", 1.0, 0.0))


class _Known:
    """What is known of some rules after the shuffles so far."""

    def __init__(self, rules: CountedRules, wanted: int) -> None:
        self._rules, self._wanted = rules, wanted
        self._lift = lift(rules.joint, rules.with_antecedent, rules.with_consequent, rules.baskets)
        self._excess = excess(rules.joint, rules.with_antecedent, rules.with_consequent, rules.baskets)
        self._of_length = [np.flatnonzero(rules.lengths == length) for length in np.unique(rules.lengths)]
        self._stronger, self._joint, self._null_above = (np.zeros(len(rules.joint), dtype=np.int64) for _ in range(3))
        self._excesses: list[Floats] = []
        self._found: list[int] = []

    def add(self, mined: NullRules, antecedent: Counts, consequent: Counts, joint: Counts) -> None:
        """One shuffle more: its rules, and the counts of ours in it."""
        strength = np.where(joint >= self._rules.least, lift(joint, antecedent, consequent, self._rules.baskets), 0.0)
        self._stronger += strength >= self._lift * CLOSE
        self._joint += joint
        self._excesses.append(excess(joint, antecedent, consequent, self._rules.baskets))
        self._found.append(len(mined.lengths))
        for which in self._of_length:
            null = mined.lifts[mined.lengths == self._rules.lengths[which[0]]]
            self._null_above[which] += at_least(self._lift[which], null)

    def now(self) -> Steps[Credibility]:
        """What this makes of the rules."""
        done, many = len(self._found), len(self._lift)
        pooled, above = np.full(many, np.nan), np.full(many, np.nan)
        for which in self._of_length:
            above[which] = false_above(self._lift[which], self._null_above[which] / done)
            yield Progress("comparing with shuffles")
            if done > 1:
                nulls = [values[which] for values in self._excesses]
                pooled[which] = yield from pooled_p(self._excess[which], nulls)
        return Credibility(
            shown=many,
            shuffles=done,
            wanted=self._wanted,
            found=np.array(self._found, dtype=np.int64),
            p=(1 + self._stronger) / (done + 1),
            pooled=pooled,
            expected=self._joint / done,
            false_above=above,
        )


def lift(joint: Counts, antecedent: Counts, consequent: Counts, baskets: int) -> Floats:
    """n n_XY / (n_X n_Y); 0 where a side is in no basket."""
    both = antecedent.astype(np.float64) * consequent
    lifts: Floats = joint * float(baskets) / np.maximum(1.0, both)
    return lifts


def excess(joint: Counts, antecedent: Counts, consequent: Counts, baskets: int) -> Floats:
    """How far a count is above what independent sides give, in about standard errors (Anscombe's square roots)."""
    independent = antecedent.astype(np.float64) * consequent / max(1, baskets)
    above: Floats = 2 * np.sqrt(joint + 0.375) - 2 * np.sqrt(independent + 0.375)
    return above


def at_least(lifts: Floats, null: Floats) -> Counts:
    """For each lift how many of `null` are at least as large."""
    below = np.searchsorted(np.sort(null), lifts * CLOSE, side="left")
    return (len(null) - below).astype(np.int64)


def false_above(lifts: Floats, null_above: Floats) -> Floats:
    """For each lift the least share, over all cut-offs up to it, of null lifts (a shuffle's mean) among those there.

    null_above: for each lift, null lifts at least as large.
    """
    order = np.argsort(lifts, kind="stable")
    ranked = lifts[order]
    ours = len(ranked) - np.searchsorted(ranked, ranked, side="left")
    share = np.minimum(1.0, null_above[order] / ours)
    result = np.empty(len(lifts))
    result[order] = np.minimum.accumulate(share)
    return result


def pooled_p(ours: Floats, nulls: list[Floats]) -> Steps[Floats]:
    """(1 + null differences at least as large) / (1 + all of them), see above. nulls: per shuffle, two or more.

    An observed value is compared with the mean of all shuffles, each shuffle with that of the others, which gives it
    slightly the wider spread: p errs upwards.
    """
    total = np.sum(nulls, axis=0)
    order = np.argsort(ours - total / len(nulls))
    ranked = (ours - total / len(nulls))[order]
    above = np.zeros(len(ours), dtype=np.int64)
    for null in nulls:
        difference = null - (total - null) / (len(nulls) - 1)
        difference.sort()
        above += len(difference) - np.searchsorted(difference, ranked - 1e-9, side="left")
        yield Progress("comparing with shuffles")
    result = np.empty(len(ours))
    result[order] = (1 + above) / (1 + len(ours) * len(nulls))
    return result


def wording(known: Credibility) -> str:
    """The share and its range, and what so many shuffles can say, in a sentence or two."""
    if not known.shown:
        return "No rules are shown, so there is nothing to compare with shuffled baskets."
    mean, least, most = float(known.found.mean()), int(known.found.min()), int(known.found.max())
    many = f"{known.shuffles} shuffle" + ("" if known.shuffles == 1 else "s")
    text = f"{known.shown:,} rules meet the cut-offs; in shuffled baskets about {mean:,.0f} do"
    text += f" ({least:,} to {most:,} in {many} that kept basket sizes and item counts)."
    if mean >= HALF * known.shown:
        text += " So meeting them says little: look for rules with many more baskets than when shuffled."
    if known.shuffles < known.wanted:
        text += f" {known.wanted - known.shuffles} of {known.wanted} shuffles are still to come."
    return f"{text} With {many} no rule by itself can have a p below {1 / (known.shuffles + 1):.3f}."


# -- counts of given itemsets ----------------------------------------------------------------------------


def rule_counts(
    baskets: Baskets, rules: CountedRules, group: Counts | None = None, groups: int = 1
) -> Steps[tuple[Counts, Counts, Counts]]:
    """Baskets with the antecedent, the consequent and all items of each rule: (rules,), or (rules, groups)."""
    many, wide = len(rules.joint), rules.antecedents.shape[1]
    whole = np.hstack([rules.antecedents, rules.consequents])
    found = np.empty((3, many, groups), dtype=np.int64)
    for start in range(0, many, BLOCK):
        some = whole[start : start + BLOCK]
        sets = np.repeat(some[None], 3, axis=0)
        sets[0, :, wide:] = sets[1, :, :wide] = -1
        inside = yield from counted(baskets, sets.reshape(-1, some.shape[1]), group, groups)
        found[:, start : start + len(some)] = inside.reshape(3, len(some), groups)
    antecedent, consequent, joint = found if group is not None else found[:, :, 0]
    return antecedent, consequent, joint


def counted(baskets: Baskets, sets: Numbers, group: Counts | None = None, groups: int = 1) -> Steps[Counts]:
    """Baskets with all items of each set, by group: int64 (sets, groups), in one pass over the baskets.

    sets: item numbers, (sets, longest), filled up with -1. group: of each basket, -1 for those that are left out; None
    where all are in one. A group's baskets lie side by side in words of their own, so groups cost nothing.
    """
    first, which = yield from distinct(sets)
    different = sets[first]
    used = np.zeros(len(baskets.items) + 1, dtype=np.bool_)
    used[different] = True  # -1 marks a place that no item has
    bits = yield from pack(baskets, np.flatnonzero(used[:-1]).astype(np.int32), group, groups)
    found = yield from counts(bits, different)
    return found[which]

"""Rules that say nearly the same, folded: those that hold in almost the same baskets stand behind the first of them.

Two rules are near-identical where the baskets with all items of the one and those of the other overlap by SAME or more
(Jaccard similarity). Rules of the same items, whatever stands before the arrow, always do; {cups, plates} and {cups,
plates, napkins} do where hardly anyone leaves the napkins. Of rules of the very same items the most confident
one stands for all of them (`fronts`): it is the one to act on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.baskets.bitsets import pack
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.basketed import Baskets, Numbers, RuleSet

SAME = 0.8
"""Jaccard similarity of the baskets from which rules are the same for a reader."""

MOST = 2_000
"""Rules that are folded, the first in order; whoever reads on sees the rest unfolded."""

WORDS = 1 << 18
"""Words of 64 baskets compared in one piece."""


def leaders(baskets: Baskets, rules: RuleSet) -> Steps[NDArray[np.int64]]:
    """For each rule the first one, in their order, that it is near-identical to, else itself (rules,)."""
    lead = np.arange(len(rules), dtype=np.int64)
    few = min(MOST, len(rules))
    sides = np.hstack((rules.antecedents[:few], rules.consequents[:few]))
    bits = yield from pack(baskets, np.unique(sides[sides >= 0]))
    held = np.empty((few, bits.words.shape[1]), dtype=np.uint64)
    heads: list[int] = []
    step = max(1, WORDS // max(1, held.shape[1]))
    for number in range(few):
        if number % 64 == 0:
            yield Progress("folding rules", number / few)
        held[number] = np.bitwise_and.reduce(bits.words[_rows(bits.items, sides[number])], axis=0)
        size = int(rules.counts[number])
        for start in range(0, len(heads), step):
            some = np.array(heads[start : start + step])
            some = some[_may_be(rules, some, size)]
            both = np.bitwise_count(held[some] & held[number]).sum(axis=1)
            alike = both >= SAME * (rules.counts[some] + size - both)
            if alike.any():
                lead[number] = some[int(alike.argmax())]
                break
            if len(some) * held.shape[1] > WORDS // 4:
                yield Progress("folding rules", number / few)
        else:
            heads.append(number)
    return lead


def fronts(rules: RuleSet, lead: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each leader, in order, the rule that stands in front (leaders,): of it and those behind it with the same
    items the one with the highest confidence, then lift, then count. lead: as of `leaders`."""
    few = len(lead)
    sides = np.sort(np.hstack((rules.antecedents[:few], rules.consequents[:few])), axis=1)
    other = np.any(sides != sides[lead], axis=1)
    order = np.lexsort((-rules.counts[:few], -rules.lift[:few], -rules.confidence[:few], other, lead))
    found: NDArray[np.int64] = order[np.diff(lead[order], prepend=-1) > 0].astype(np.int64)
    return found


def _rows(items: Numbers, side: Numbers) -> NDArray[np.intp]:
    return np.searchsorted(items, side[side >= 0])


def _may_be(rules: RuleSet, some: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Whether counts are near enough for an overlap of SAME at all."""
    counts = rules.counts[some]
    near: NDArray[np.bool_] = (np.minimum(counts, size) >= SAME * np.maximum(counts, size)).astype(np.bool_)
    return near

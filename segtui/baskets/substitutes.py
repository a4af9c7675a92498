"""Pairs of items that are bought together less often than chance gives (METHODS D4).

Looked at are all pairs that shares alone expect together in EXPECTED baskets or more: n_X n_Y / n. A pair is told
where its lift is below SELDOM and the left tail of Fisher's exact test, adjusted over all pairs looked at (Benjamini
& Hochberg 1995), is LEVEL or less.

Basket sizes push both ways. Large baskets hold much of everything, so that any two items meet more often than shares
say: lambda (`measures.size_lift`) is above 1, and what sizes give, lambda n_X n_Y / n, is told beside. It is not what
is tested: a first order, it expects too much of frequent items in huge baskets (on Online Retail 100 where shuffled
baskets have 72, and a test against it told 16,530 pairs of shuffled baskets, this one none). So what is told is safe,
and much stays untold where baskets are large. Where they are all small, lambda is below 1 and any two items meet less
often than shares say: then lift must be below SELDOM times lambda, and p is the larger of Fisher's and of the left tail
of a Poisson count with that mean (wider than the sum of unequal chances it stands for, so p errs upwards; Hoeffding
1956).

Seldom together is not the same as one instead of the other. Seasons, a range that changed, and customers of different
kinds do it too. Where customers are known it is told who ever bought both: many who do, never at once, speak for
substitutes, or for one article under two names, the older and the newer (on Online Retail POPCORN HOLDER and SMALL
POPCORN HOLDER come first); few who do, for different customers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import pdtr

from segtui.basketed import Baskets, Substitutes
from segtui.baskets.bitsets import counts, pack, totals
from segtui.baskets.measures import fisher, size_lift
from segtui.baskets.ordering import in_order
from segtui.progress import Progress, Steps, as_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.basketed import Counts, Numbers
    from segtui.results import Floats

EXPECTED, SELDOM, LEVEL = 10.0, 0.7, 0.05
"""Baskets that a pair must be expected in, the lift it must be below, and the false discovery share allowed."""

CAVEAT = (
    "Seldom together is not the same as one instead of the other: seasons, a new name and different customers do "
    "it too."
)

WORDS = 1 << 18
"""Words of bits joined between two stops."""

TESTED = 1 << 12
"""Pairs tested between two stops."""

LINES = 1 << 17
"""Items in baskets looked at between two stops."""


@dataclass(frozen=True, eq=False, slots=True)
class _Pairs:
    """Pairs below what is expected, of `tested`: their items and counts."""

    first: Numbers
    second: Numbers
    x: Counts
    y: Counts
    both: Counts
    tested: int


def substitutes(baskets: Baskets) -> Steps[Substitutes]:
    """The pairs seldom together. Work: one `and` of bits for each pair looked at; memory: the bits of their items."""
    sizes = size_lift(baskets.sizes)
    factor = 1.0 if math.isnan(sizes) else sizes
    floor = min(1.0, factor)
    pairs = yield from as_part(_seldom(baskets, floor), "pairs", 0.0, 0.6)
    p = yield from as_part(_p(baskets.count, pairs, factor), "pairs", 0.6, 0.3)
    q = adjusted(p, pairs.tested)
    expected = pairs.x.astype(float) * pairs.y / max(1, baskets.count)
    rows = np.flatnonzero((pairs.both < SELDOM * floor * expected) & (q <= LEVEL))
    lift = pairs.both / expected
    rows = rows[np.lexsort((pairs.second[rows], pairs.first[rows], -expected[rows], lift[rows]))]
    found = Substitutes(
        first=pairs.first[rows],
        second=pairs.second[rows],
        baskets=baskets.count,
        first_counts=pairs.x[rows],
        second_counts=pairs.y[rows],
        counts=pairs.both[rows],
        expected=expected[rows],
        by_size=expected[rows] * factor,
        lift=lift[rows],
        adjusted_lift=lift[rows] / factor,
        p=p[rows],
        q=q[rows],
        size_lift=sizes,
        tested=pairs.tested,
    )
    return (yield from as_part(_with_buyers(found, baskets), "pairs", 0.9, 0.1))


def _seldom(baskets: Baskets, floor: float) -> Steps[_Pairs]:
    """Pairs below `floor` times what shares expect, and how many were looked at."""
    n, number = baskets.count, baskets.item_counts
    order = np.lexsort((np.arange(len(number)), -number))
    order = order[number[order] * int(number.max(initial=0)) >= EXPECTED * n] if n else order[:0]
    count = number[order]
    packed = yield from pack(baskets, order.astype(np.int32))
    bits = packed.words[np.searchsorted(packed.items, order)]
    step = max(1, WORDS // max(1, bits.shape[1]))
    kept: list[tuple[Numbers, Counts, Counts]] = []
    tested = work = 0
    for row in range(len(order)):
        # Counts descend, so those frequent enough for this one are the next few.
        end = int(np.searchsorted(-count * count[row], -EXPECTED * n, side="right"))
        if end <= row + 1:
            break
        tested += end - row - 1
        for start in range(row + 1, end, step):
            stop = min(start + step, end)
            both = totals(bits[start:stop] & bits[row])
            few = np.flatnonzero(both * float(n) < floor * float(count[row]) * count[start:stop])
            kept.append((np.full(len(few), row, dtype=np.int32), start + few, both[few]))
            work += (stop - start) * bits.shape[1]
            if work >= WORDS:
                yield Progress("joining pairs", row / len(order), f"{tested:,} pairs")
                work = 0
    rows = np.concatenate([one[0] for one in kept]) if kept else np.empty(0, dtype=np.int32)
    others = np.concatenate([one[1] for one in kept]) if kept else np.empty(0, dtype=np.int64)
    both = np.concatenate([one[2] for one in kept]) if kept else np.empty(0, dtype=np.int64)
    return _Pairs(
        order[rows].astype(np.int32), order[others].astype(np.int32), count[rows], count[others], both, tested
    )


def _p(n: int, pairs: _Pairs, factor: float) -> Steps[Floats]:
    """Left tails, as said above."""
    pieces = [np.empty(0)]
    for start in range(0, len(pairs.both), TESTED):
        some = slice(start, start + TESTED)
        x, y, both = pairs.x[some], pairs.y[some], pairs.both[some]
        p = yield from left_tail(n, x, y, both)
        if factor < 1:
            p = np.maximum(p, pdtr(both, factor * x.astype(float) * y / n))
        pieces.append(p)
        yield Progress("testing pairs", min(1.0, (start + TESTED) / len(pairs.both)))
    return np.concatenate(pieces)


def left_tail(n: int, x: Counts, y: Counts, both: Counts) -> Steps[Floats]:
    """P(at most `both` baskets have X and Y): that at least x - both of those with X lack Y. For both below x y / n."""
    return (yield from fisher(n, x, n - y, x - both))


def adjusted(p: Floats, tested: int) -> Floats:
    """Benjamini and Hochberg's q of some of `tested` hypotheses, of which all others have a p of 1."""
    q = np.ones(len(p))
    # Above LEVEL q cannot be LEVEL or less, so that those need no place in the order.
    low = np.flatnonzero(p <= LEVEL)
    low = low[np.argsort(p[low], kind="stable")]
    steps = p[low] * tested / np.arange(1, len(low) + 1)
    q[low] = np.minimum(1.0, np.minimum.accumulate(steps[::-1])[::-1])
    return q


def _with_buyers(found: Substitutes, baskets: Baskets) -> Steps[Substitutes]:
    """Who ever bought what, of the items that were found."""
    if baskets.owner is None or not (baskets.owner >= 0).any():
        return found
    people = yield from of_customers(baskets, np.union1d(found.first, found.second).astype(np.int32))
    bits = yield from pack(people, np.union1d(found.first, found.second).astype(np.int32))
    first = yield from counts(bits, found.first[:, None])
    second = yield from counts(bits, found.second[:, None])
    both = yield from counts(bits, np.column_stack((found.first, found.second)))
    return replace(
        found,
        first_buyers=first[:, 0],
        second_buyers=second[:, 0],
        both_buyers=both[:, 0],
        customers=people.count,
    )


def of_customers(baskets: Baskets, items: Numbers) -> Steps[Baskets]:
    """One basket for each known customer, by position, with those of `items` that he or she ever bought."""
    assert baskets.owner is not None
    known, place = np.unique(baskets.owner, return_inverse=True)
    strangers = int(np.count_nonzero(known < 0))
    wanted = np.zeros(len(baskets.items), dtype=np.bool_)
    wanted[items] = True
    many = max(1, len(baskets.items))
    keys: list[Counts] = [np.empty(0, dtype=np.int64)]
    basket = np.repeat(place - strangers, baskets.sizes)
    for start in range(0, len(baskets.index), LINES):
        index, owner = baskets.index[start : start + LINES], basket[start : start + LINES]
        kept = wanted[index] & (owner >= 0)
        keys.append(owner[kept] * many + index[kept])
        yield Progress("counting customers", start / len(baskets.index))
    pieces: list[Counts] = [np.empty(0, dtype=np.int64)]
    for piece in in_order(np.concatenate(keys)):
        pieces.append(piece[np.diff(piece, prepend=-1) != 0])
        yield Progress("counting customers", 1.0)
    who, index = np.divmod(np.concatenate(pieces), many)
    starts = np.searchsorted(who, np.arange(len(known) - strangers + 1)).astype(np.int64)
    return Baskets(baskets.items, starts, index.astype(np.int32))


# -- words -----------------------------------------------------------------------------------------------


def sentence(found: Substitutes, row: int, items: Sequence[str]) -> str:
    """One pair in words. Names are said as they are."""
    x, y = items[found.first[row]], items[found.second[row]]
    text = f"{x} is in {found.first_counts[row]:,} baskets and {y} in {found.second_counts[row]:,}, together in "
    text += f"{found.counts[row]:,}; by shares alone about {found.expected[row]:,.0f} would"
    if math.isfinite(found.size_lift):
        text += f", by basket sizes, to first order, {found.by_size[row]:,.0f}"
    if found.first_buyers is None or found.second_buyers is None or found.both_buyers is None or not found.customers:
        return f"{text}."
    buyers, both = int(found.first_buyers[row]), int(found.both_buyers[row])
    text += f". Of {buyers:,} customers who bought the first, {both:,} ({both / max(1, buyers):.0%}) ever bought the "
    return f"{text}second; of all customers {int(found.second_buyers[row]) / found.customers:.0%} did."

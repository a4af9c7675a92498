"""X in one order and Y in the customer's next one: what to show, send or put on the shelf by then (METHODS D4).

Counted are pairs of consecutive orders of one customer. With `fresh` only pairs count whose first order lacks Y, for
n, n_X and n_Y too, so that confidence and lift are those of Y coming anew. X and Y are different items: who buys X
again is a question of its own.

Someone with large orders has large next orders, which makes any two items follow each other. To first order that
alone gives lambda n_X n_Y / n pairs, lambda = n sum s t / (sum s sum t) over the sizes s and t of both orders (of Y's
side what is new, with `fresh`). p is the larger of Fisher's right tail and of the right tail of a Poisson count with
that mean, adjusted over all pairs of items with `least` on either side (Benjamini & Hochberg 1995); only those with q
of LEVEL or less are told. Tests count pairs of orders as if each were of another customer. They are not: one who
orders often counts often and has a taste, which lasts (the highest lifts of Online Retail are those of one customer).
So a row needs PEOPLE different customers, and they are told, as is how often it was the other way round, which is
about as often where there is taste but no order. Two orders of one day are rather one than one and the next: APART.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import pdtrc

from segtui.basketed import NextOrders
from segtui.baskets import ragged
from segtui.baskets.consecutive import ENTRIES, Orders, consecutive, in_both
from segtui.baskets.measures import fisher
from segtui.baskets.substitutes import LEVEL, adjusted
from segtui.baskets.words import FEW
from segtui.progress import Progress, Steps, as_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.basketed import Baskets, Counts, Marks
    from segtui.results import Floats

LEAST, MOST = 10, 200
"""Pairs of orders that X and Y must have, and rows told at most, unless said otherwise."""

PEOPLE, APART = 5, 1
"""Different customers that a row must have, and days between two orders, unless said otherwise."""

TESTED = 1 << 12
"""Rows tested between two stops; a call of the test costs about as much as _CALLS of them."""

_CALLS = 100

LOOKED = 32
"""Rows whose customers are counted between two stops."""

CAVEAT = (
    "A customer with many orders counts often: look at the customers beside the pairs of orders. Where the other way "
    "round is as frequent, it is a taste and not an order."
)


@dataclass(frozen=True, eq=False, slots=True)
class _Cells:
    """Items X (first) and Y (second) with n, n_X, n_Y, n_XY and a p."""

    first: Counts
    second: Counts
    n: Counts
    x: Counts
    y: Counts
    both: Counts
    p: Floats

    def of(self, rows: Counts | Marks) -> _Cells:
        return _Cells(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(frozen=True, eq=False, slots=True)
class _Told:
    """Places of the rows that are told, and of each the pairs the other way round, customers and days."""

    kept: Counts
    reverse: Counts
    customers: Counts
    days: Floats


def next_orders(
    baskets: Baskets,
    when: Counts,
    *,
    least: int = LEAST,
    most: int = MOST,
    people: int = PEOPLE,
    apart: int = APART,
    fresh: bool = True,
) -> Steps[NextOrders]:
    """The strongest rows, by lift, of those with `least` (1 or more) pairs of orders and `people` different customers.

    when: a day for each basket (`days.days_of`), NEVER where none is known; such baskets and those of nobody known are
    left out. Baskets of a day follow each other by number. apart: pairs of orders fewer days apart do not count (0
    keeps two orders of one day). Raises AnalysisError where baskets have no customers or no order follows another.
    """
    orders = yield from consecutive(baskets, when, fresh, apart)
    pairs, size = len(orders.owner), _size_lift(orders)
    first, second = orders.with_before.sizes, orders.with_after.sizes
    cells = yield from as_part(_counted(orders, least, fresh, size), "next orders", 0.0, 0.7)
    able_x, able_y = first >= least, second >= least
    tested = int(able_x.sum()) * int(able_y.sum()) - int((able_x & able_y).sum())
    # The test against sizes alone shows which can pass both.
    cells = cells.of(adjusted(cells.p, tested) <= LEVEL)
    yield Progress("testing next orders", 0.7)
    p = yield from as_part(_larger_p(cells), "next orders", 0.7, 0.1)
    q = adjusted(p, tested)
    lift = cells.both * cells.n.astype(float) / (cells.x * cells.y.astype(float))
    rows = np.flatnonzero(q <= LEVEL)
    found = len(rows)
    rows = rows[np.lexsort((cells.second[rows], cells.first[rows], -cells.both[rows], -lift[rows]))]
    told = yield from as_part(_told(orders, cells, rows, most, people), "next orders", 0.8, 0.2)
    rows = rows[told.kept]
    some = cells.of(rows)
    expected = some.x.astype(float) * some.y / some.n
    return NextOrders(
        antecedent=some.first.astype(np.int32),
        consequent=some.second.astype(np.int32),
        pairs=some.n,
        antecedent_counts=some.x,
        consequent_counts=some.y,
        counts=some.both,
        confidence=some.both / some.x,
        lift=lift[rows],
        extra=some.both - expected,
        by_size=expected * size,
        p=p[rows],
        q=q[rows],
        reverse=told.reverse,
        customers=told.customers,
        days=told.days,
        all_pairs=pairs,
        all_customers=len(np.unique(orders.owner)),
        tested=tested,
        found=found,
        fresh=fresh,
        size_lift=size,
    )


def _size_lift(orders: Orders) -> float:
    """Lambda of consecutive orders, as said above; 1 where one side is empty."""
    one, two = orders.before.sizes.astype(float), orders.after.sizes.astype(float)
    return float(len(one) * (one @ two) / (one.sum() * two.sum())) if one.any() and two.any() else 1.0


def _counted(orders: Orders, least: int, fresh: bool, size: float) -> Steps[_Cells]:
    """X and then Y in `least` pairs of orders or more, more than chance and sizes give (a p of LEVEL at most)."""
    pairs, many = len(orders.owner), len(orders.with_before.sizes)
    first, second = orders.with_before.sizes, orders.with_after.sizes
    work = 0
    kept: list[_Cells] = []
    for x in np.flatnonzero(first >= least).tolist():
        rows = orders.with_before.of(np.array([x]))
        both, beside = np.zeros(many, dtype=np.int64), np.zeros(many, dtype=np.int64)
        ends = np.concatenate(([0], np.cumsum(orders.before.sizes[rows] + orders.after.sizes[rows])))
        start = 0
        while start < len(rows):
            stop = ragged.cut(ends, start, ENTRIES)
            both += np.bincount(orders.after.of(rows[start:stop]), minlength=many)
            if fresh:
                beside += np.bincount(orders.before.of(rows[start:stop]), minlength=many)
            work += int(ends[stop] - ends[start]) + 4 * many
            start = stop
            if work >= ENTRIES:
                yield Progress("counting next orders", x / many)
                work = 0
        both[x] = 0
        y = np.flatnonzero(both >= least)
        n = pairs - first[y] if fresh else np.full(len(y), pairs)
        with_x, with_y = first[x] - beside[y], second[y]
        expected = with_x.astype(float) * with_y / n
        p = pdtrc(both[y] - 1, expected * size)
        one = _Cells(np.full(len(y), x), y, n, with_x, with_y, both[y], p)
        kept.append(one.of((both[y] > expected) & (p <= LEVEL)))
    if not kept:
        none = np.empty(0, dtype=np.int64)
        return _Cells(none, none, none, none, none, none, np.empty(0))
    yield Progress("counting next orders", 1.0)
    whole = _Cells(*(np.concatenate([getattr(one, name) for one in kept]) for name in _Cells.__slots__))
    yield Progress("counting next orders", 1.0)
    return whole


def _larger_p(cells: _Cells) -> Steps[Floats]:
    """The p of cells, or Fisher's where that is larger."""
    p = cells.p.copy()
    since = 0
    order = np.argsort(cells.n, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(cells.n[order])) + 1):
        for start in range(0, len(rows), TESTED):
            some = rows[start : start + TESTED]
            exact = yield from fisher(int(cells.n[some[0]]), cells.x[some], cells.y[some], cells.both[some])
            p[some] = np.maximum(p[some], exact)
            since += len(some) + _CALLS
            if since >= TESTED:
                yield Progress("testing next orders")
                since = 0
    return p


def _told(orders: Orders, cells: _Cells, rows: Counts, most: int, people: int) -> Steps[_Told]:
    """The first `most` of `rows` with `people` different customers, and what is told of them."""
    kept: list[int] = []
    reverse: list[int] = []
    customers: list[int] = []
    days: list[float] = []
    for place, row in enumerate(rows.tolist()):
        if len(kept) >= most:
            break
        x, y = int(cells.first[row]), int(cells.second[row])
        pairs = in_both(orders, x, y)
        different = len(np.unique(orders.owner[pairs]))
        if different >= people:
            kept.append(place)
            reverse.append(len(in_both(orders, y, x)))
            customers.append(different)
            days.append(float(np.median(orders.days[pairs])))
        if place % LOOKED == LOOKED - 1:
            yield Progress("counting customers", place / len(rows))
    return _Told(
        np.array(kept, dtype=np.int64),
        np.array(reverse, dtype=np.int64),
        np.array(customers, dtype=np.int64),
        np.array(days, dtype=np.float64),
    )


# -- words -----------------------------------------------------------------------------------------------


def sentence(found: NextOrders, row: int, items: Sequence[str]) -> str:
    """One row in words. Names are said as they are."""
    x, y = items[found.antecedent[row]], items[found.consequent[row]]
    with_x, both, people = (int(of[row]) for of in (found.antecedent_counts, found.counts, found.customers))
    without = f" and no {y}" if found.fresh else ""
    text = f"Of {with_x:,} orders with {x}{without} that another followed, {both:,} ({both / with_x:.0%}) had {y} in "
    text += f"the next, of {people:,} different customers, {found.days[row]:,.0f} days later (median)"
    if math.isfinite(found.size_lift):
        alone = min(with_x, float(found.by_size[row]))
        text += f"; by order sizes alone about {alone:,.{0 if alone >= FEW else 1}f} would"
    return f"{text}. The other way round: {int(found.reverse[row]):,}."

"""Pairs of consecutive orders of one customer, and what was in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.baskets import ragged
from segtui.baskets.days import NEVER
from segtui.baskets.ordering import buckets
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.basketed import Baskets, Counts

ENTRIES = 1 << 16
"""Items in orders looked at between two stops."""


@dataclass(frozen=True, eq=False, slots=True)
class Lists:
    """Lists of numbers end to end: those of row r are values[starts[r]:starts[r + 1]], ascending."""

    starts: Counts
    values: Counts

    def of(self, rows: Counts) -> Counts:
        return self.values[ragged.places(self.starts[rows], self.sizes[rows])]

    @property
    def sizes(self) -> Counts:
        return np.diff(self.starts)

    def turned(self, many: int) -> Steps[Lists]:
        """For each of `many` values the rows that have it."""
        row_of = np.repeat(np.arange(len(self.starts) - 1), self.sizes)
        rows: list[Counts] = []
        for some in buckets(self.values):
            rows.append(row_of[some[np.argsort(self.values[some], kind="stable")]])
            yield Progress("putting orders in order")
        sizes = np.bincount(self.values, minlength=many)
        return Lists(np.concatenate(([0], np.cumsum(sizes))).astype(np.int64), np.concatenate(rows))


@dataclass(frozen=True, eq=False, slots=True)
class Orders:
    """Pairs of consecutive orders: items of the first and of the next, either way round; owner and days of each."""

    before: Lists
    after: Lists
    with_before: Lists
    with_after: Lists
    owner: Counts
    days: Counts


def consecutive(baskets: Baskets, when: Counts, fresh: bool, apart: int) -> Steps[Orders]:
    """Consecutive orders of each customer."""
    if baskets.owner is None:
        raise AnalysisError(
            "these baskets have no customers, so nothing says whose order comes next",
            hint="give the order lines a customer column",
        )
    known = np.flatnonzero((baskets.owner >= 0) & (when != NEVER))
    known = known[np.lexsort((known, when[known], baskets.owner[known]))]
    yield Progress("putting orders in order")
    owner, day = baskets.owner[known], when[known]
    follows = np.flatnonzero((owner[1:] == owner[:-1]) & (day[1:] - day[:-1] >= apart))
    if not len(follows):
        raise AnalysisError(
            "no customer has two orders with a day, so none comes next",
            hint="check the columns with the roles customer and time",
        )
    one, two = known[follows], known[follows + 1]
    whole = Lists(baskets.starts, baskets.index.astype(np.int64))
    before = yield from _taken(whole, one)
    after = yield from _taken(whole, two)
    if fresh:
        after = yield from _without(after, before, len(baskets.items))
    many = len(baskets.items)
    with_before = yield from before.turned(many)
    with_after = yield from after.turned(many)
    return Orders(before, after, with_before, with_after, owner[follows], day[follows + 1] - day[follows])


def _taken(lists: Lists, rows: Counts) -> Steps[Lists]:
    """Some rows, in that order."""
    values = lists.of(rows)
    yield Progress("putting orders in order")
    return Lists(np.concatenate(([0], np.cumsum(lists.sizes[rows]))).astype(np.int64), values)


def _without(lists: Lists, others: Lists, many: int) -> Steps[Lists]:
    """What each row has that the same row of `others` lacks, in pieces of rows."""
    kept: list[Counts] = []
    sizes = np.zeros(len(lists.starts) - 1, dtype=np.int64)
    work = lists.starts + others.starts
    start = 0
    while start < len(sizes):
        rows = np.arange(start, ragged.cut(work, start, ENTRIES >> 1))
        mine = np.repeat(rows, lists.sizes[rows]) * many + lists.of(rows)
        theirs = np.repeat(rows, others.sizes[rows]) * many + others.of(rows)
        # Rows and the items in them ascend, so both keys do.
        at = np.searchsorted(theirs, mine)
        new = mine[theirs[np.minimum(at, len(theirs) - 1)] != mine] if len(theirs) else mine
        row, value = np.divmod(new, many)
        sizes[rows] = np.bincount(row - start, minlength=len(rows))
        kept.append(value)
        start = int(rows[-1]) + 1
        yield Progress("putting orders in order", start / len(sizes))
    return Lists(np.concatenate(([0], np.cumsum(sizes))).astype(np.int64), np.concatenate(kept))


def in_both(orders: Orders, x: int, y: int) -> Counts:
    """Pairs of orders with X and then Y."""
    return np.intersect1d(
        orders.with_before.of(np.array([x])), orders.with_after.of(np.array([y])), assume_unique=True
    ).astype(np.int64)

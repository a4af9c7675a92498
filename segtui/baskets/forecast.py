"""Before mining: how many itemsets to expect, and the support that would find something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.basketed import Baskets, Estimate
from segtui.baskets import eclat
from segtui.baskets.itemsets import LONGEST, Prepared, prepare, together
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.basketed import Counts, Numbers

TRIED = 64
"""First items whose sets are counted for an estimate."""

TRIED_MOST = 200_000
"""Itemsets an estimate counts at most before it stops."""


def estimate(prepared: Prepared, longest: int = LONGEST) -> Steps[Estimate]:
    """How many itemsets to expect, before they are looked for.

    Items and pairs are counted. Sets of three are at most the triangles of frequent pairs. What is beyond pairs is
    extrapolated: the sets below a few first items, drawn evenly along the triangles so that an item's chance is its
    share of them, are counted and weighted by the inverse of that chance (Hansen and Hurwitz 1943).
    """
    table, found = prepared.table, prepared.pairs
    many = len(table.items)
    if longest < 3 or not len(found.counts):
        number = many * (longest > 0) + len(found.counts) * (longest > 1)
        return Estimate(many, len(found.counts), 0, number, True, True)
    known = together(prepared)
    triangles = np.zeros(many, dtype=np.int64)
    for rank in np.flatnonzero(np.diff(found.starts) > 1).tolist():
        partners = found.second[found.starts[rank] : found.starts[rank + 1]]
        triangles[rank] = _triangles(partners, known)
        yield Progress("estimating the work", rank / many)
    running = np.cumsum(triangles)
    total = int(running[-1])
    if np.count_nonzero(triangles) <= TRIED:
        tried, weights = np.flatnonzero(triangles), np.ones(many)
    else:
        points = (np.arange(TRIED) + 0.5) * total / TRIED
        tried, hits = np.unique(np.searchsorted(running, points, side="right"), return_counts=True)
        weights = np.zeros(many)
        weights[tried] = hits * total / TRIED / triangles[tried]
    seen = np.zeros(many, dtype=np.int64)
    place = 0

    def hear(_: Numbers, counts: Counts) -> None:
        seen[rank] += len(counts)

    search = eclat.Search(table.least, longest, known, hear)
    for place, rank in enumerate(tried.tolist()):
        block = yield from _root(prepared, rank)
        steps = eclat.below(block, search)
        while seen.sum() <= TRIED_MOST and next(steps, None) is not None:
            yield Progress("estimating the work", place / len(tried), f"{total:,} sets of three at most")
    complete = bool(seen.sum() <= TRIED_MOST)
    if not complete:
        tried = tried[: place + 1]
    share = float((weights * triangles)[tried].sum()) / total if total else 1.0
    beyond = round(float((weights * seen).sum()) / share) if total else 0
    exact = complete and bool((weights == 1).all())
    return Estimate(many, len(found.counts), total, many + len(found.counts) + beyond, exact, complete)


def suggest(baskets: Baskets, wanted: int = 10) -> Steps[int]:
    """The largest minimum count at which `wanted` pairs (or all there are) are frequent; 0 where no pair occurs."""
    many, few = 0, int(baskets.item_counts.max(initial=0)) + 1
    tried = few // 2
    while tried > many:
        try:
            counts = np.sort((yield from prepare(baskets, tried)).pairs.counts)[::-1]
        except AnalysisError:  # more pairs than anyone wants, so there are enough
            many = tried
        else:
            if len(counts) >= wanted:
                return int(counts[wanted - 1])
            few = tried
            if tried == 1:
                return int(counts[-1]) if len(counts) else 0
        tried = few // 2 if not many else (many + few) // 2
    return many


def _triangles(partners: Numbers, known: NDArray[np.bool_] | None) -> int:
    """Frequent pairs among the partners of an item; all pairs of them where that is not known."""
    if known is None:
        return len(partners) * (len(partners) - 1) // 2
    return int(np.count_nonzero(known[np.ix_(partners, partners)]))


def _root(prepared: Prepared, rank: int) -> Steps[eclat.Block]:
    """The pairs that begin with one item."""
    if prepared.bits is None:
        return (yield from eclat.roots(prepared.table, prepared.pairs, rank, rank + 1))
    found = prepared.pairs
    chosen = slice(int(found.starts[rank]), int(found.starts[rank + 1]))
    second = found.second[chosen]
    sets = np.column_stack((found.first[chosen], second))
    return eclat.Block(sets, prepared.bits[second] & prepared.bits[rank], np.full(len(second), len(second)))

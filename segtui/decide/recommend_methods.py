"""Ways to rank items for a customer: each takes a past and returns what scores all items for given customers.

Popularity: customers with the item. Recent popularity: baskets with it in the RECENT days before the day asked (Ji et
al. 2023: the popularity that can be known at that time, not that of all times). Segment popularity: customers of the
same segment with it. Personal frequency: the customer's own baskets with it. Item-item cosine: the sum, over the items
a customer has, of C_ij / √(C_ii C_jj), C = XᵀX of the table of ones. EASE: `recommend_ease`. Equal scores go to
the more popular item everywhere, since columns are in that order; so personal frequency ends in popularity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from segtui.decide.recommend_ease import ease, sparse_block
from segtui.decide.recommend_interactions import Past
from segtui.decided.recommendations import Method, Purpose
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import Floats32, Labels, Rows

RECENT = 28
"""Days: whole weeks, so that every day of the week counts alike."""

NO_SEGMENT = 255

DENSE = 5_000
"""Items up to which item-item similarities are held as a full table (float32, 100 MB). Of more, each item keeps its
NEAREST most similar ones."""

NEAREST = 200

WORK = 8_000_000
"""Multiplications of one piece of customers: some 5 ms."""

LISTED = 500_000
"""Scores of one piece of customers, where these cost little beside listing the highest: some 5 ms."""

Scorer = Callable[["Rows"], "Floats32"]
"""Positions of customers → float32 (customers, columns); the array is the caller's to change."""


def scorer(method: Method, past: Past, labels: Labels | None) -> Steps[Scorer]:
    """What `method` learns from the past. labels: uint8 (customers,), known in that past; needed for SEGMENT alone."""
    if method is Method.POPULARITY:
        return _same(past.buyers.astype(np.float32))
    if method is Method.RECENT:
        return (yield from recent(past))
    if method is Method.SEGMENT:
        if labels is None:
            raise ValueError("segment popularity needs labels")
        return (yield from by_segment(past, labels))
    if method is Method.PERSONAL:
        return lambda rows: past.counts[rows].toarray()
    if method is Method.COSINE:
        return (yield from cosine(past))
    return (yield from ease(past))


def suits(method: Method, purpose: Purpose) -> bool:
    """Whether the method has anything to say: what somebody bought before says nothing of other items by itself."""
    return method is not Method.PERSONAL or purpose is not Purpose.NEW


def pieces(method: Method, past: Past, customers: Rows) -> Iterator[slice]:
    """`customers` cut so that scoring one piece and listing what comes first is short work."""
    width = past.owned.shape[1]
    if method not in (Method.COSINE, Method.EASE):
        each = max(1, LISTED // max(1, width))
        yield from (slice(first, min(first + each, len(customers))) for first in range(0, len(customers), each))
        return
    held = np.diff(past.owned.indptr)[customers]
    # A dense item-item table costs a row of it for each item owned; both cost the row of scores.
    cost = np.cumsum((held + 8) * min(width, DENSE) + width)
    start = 0
    while start < len(customers):
        done = cost[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(cost, done + WORK, side="right")))
        yield slice(start, end)
        start = end


def _same(scores: Floats32) -> Scorer:
    return lambda rows: np.tile(scores, (len(rows), 1))


def recent(past: Past) -> Steps[Scorer]:
    """Baskets with an item in the RECENT days before the day asked; popularity where nothing is dated."""
    if past.days is None:
        return _same(past.buyers.astype(np.float32))
    ends, place = np.unique(past.asked, return_inverse=True)
    table = np.empty((len(ends), len(past.buyers)), dtype=np.float32)
    for i, end in enumerate(ends.tolist()):
        stop = min(max(0, end - past.first), past.days.shape[0])
        start = max(0, end - past.first - RECENT)
        table[i] = past.days[start:stop].sum(axis=0) if start < stop else 0
        if i % 8 == 7:
            yield Progress("counting recent purchases", i / len(ends))
    return lambda rows: table[place[rows]]


def by_segment(past: Past, labels: Labels) -> Steps[Scorer]:
    """Customers of the same segment with an item; all customers for those without a segment."""
    groups = int(labels[labels != NO_SEGMENT].max(initial=0)) + 1
    table = np.zeros((groups + 1, len(past.buyers)), dtype=np.float32)
    table[groups] = past.buyers
    for label in range(groups):
        yield Progress("counting purchases by segment", label / groups)
        table[label] = past.owned[np.flatnonzero(labels == label)].sum(axis=0)
    place = np.where(labels == NO_SEGMENT, groups, labels)
    return lambda rows: table[place[rows]]


def cosine(past: Past) -> Steps[Scorer]:
    """The sum of an item's cosines with the items a customer has, itself not among them."""
    root = np.sqrt(np.maximum(past.buyers, 1)).astype(np.float32)
    turned = past.owned.T.tocsr()
    width = len(past.buyers)
    dense = np.zeros((width, width), dtype=np.float32) if width <= DENSE else None
    kept: list[sparse.csr_array] = []
    for start, block in sparse_block(past.owned, turned):
        yield Progress("comparing items", start / width)
        rows = np.arange(start, start + block.shape[0])
        similar = block.toarray() / root[None] / root[rows][:, None]
        similar[np.arange(len(rows)), rows] = 0
        if dense is not None:
            dense[rows] = similar
        else:
            kept.append(sparse.csr_array(np.where(similar >= _floor(similar), similar, 0)))
    table = dense if dense is not None else sparse.vstack(kept, format="csr")
    return lambda rows: _dense(past.owned[rows] @ table)


def _floor(similar: Floats32) -> Floats32:
    """The NEAREST-largest of every row, but above 0."""
    floor: Floats32 = np.partition(similar, -NEAREST, axis=1)[:, -NEAREST, None]
    return np.maximum(floor, np.finfo(np.float32).tiny)


def _dense(scores: Floats32 | sparse.csr_array) -> Floats32:
    full: Floats32 = scores.toarray() if isinstance(scores, sparse.csr_array) else scores
    return full

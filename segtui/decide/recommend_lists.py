"""The lists: the first items for every customer, to export, and the items most customers of a segment bought."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.decide.recommend_interactions import Past, Purchases
from segtui.decide.recommend_methods import NO_SEGMENT, pieces, scorer, suits
from segtui.decide.recommend_metrics import listed_first
from segtui.decided.recommendations import TOP, CustomerLists, Method, Purpose, Reason, SegmentProducts, TopProduct
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.basketed import Counts
    from segtui.results import Labels

Why = Callable[[int, str], Reason]
"""Why an item is on a segment's list: (segment, item) → the reason."""


def customer_lists(
    bought: Purchases, past: Past, method: Method, purpose: Purpose, labels: Labels | None = None, n: int = TOP
) -> Steps[CustomerLists]:
    """The first n items for every customer with any purchase. past: all there is (`recommend_split.whole`).

    labels: today's, uint8 (customers,), needed for segment popularity. Raises AnalysisError where the method has
    nothing to say of that purpose.
    """
    if not suits(method, purpose):
        raise AnalysisError(
            f"{method} lists only what a customer bought before, so it finds nothing new",
            hint="Choose another method for discovery.",
        )
    score = yield from scorer(method, past, labels)
    customers = np.flatnonzero(np.diff(past.owned.indptr)).astype(np.int64)
    items = np.full((len(customers), n), -1, dtype=np.int32)
    points = np.full((len(customers), n), -np.inf, dtype=np.float32)
    for piece in pieces(method, past, customers):
        yield Progress(f"making lists for {purpose}", piece.start / len(customers), f"{piece.start:,} customers")
        scores = score(customers[piece])
        columns = listed_first(scores, past.owned[customers[piece]], purpose, n)
        there = columns >= 0
        items[piece] = np.where(there, past.order[columns], -1)
        points[piece] = np.where(there, np.take_along_axis(scores, np.maximum(columns, 0), axis=1), -np.inf)
    return CustomerLists(method, purpose, bought.items, customers, items, points)


def as_frame(lists: CustomerLists) -> pl.DataFrame:
    """A row for every customer and item on the list: `owner` (position), `rank` from 1, `item`, `score`, in order."""
    row, place = np.nonzero(lists.items >= 0)
    names = pl.Series("item", lists.names, dtype=pl.String)
    return pl.DataFrame(
        {
            "owner": lists.customers[row],
            "rank": (place + 1).astype(np.int32),
            "item": names.gather(lists.items[row, place]),
            "score": lists.scores[row, place],
        }
    )


def segment_products(
    bought: Purchases, past: Past, labels: Labels, why: Why = lambda segment, item: Reason(), n: int = TOP
) -> Steps[tuple[SegmentProducts, ...]]:
    """The n items most customers of each segment bought. labels: uint8 (customers,); customers without a segment or
    without a purchase do not count. An index is no reason to list an item: few buyers give the largest ones."""
    active = np.diff(past.owned.indptr) > 0
    groups = np.unique(labels[active & (labels != NO_SEGMENT)]).tolist()
    counts = np.zeros((len(groups), len(past.order)), dtype=np.int64)
    sizes = np.zeros(len(groups), dtype=np.int64)
    for i, label in enumerate(groups):
        yield Progress("products of segments", i / len(groups))
        within = np.flatnonzero(active & (labels == label))
        sizes[i] = len(within)
        counts[i] = past.owned[within].sum(axis=0)
    found = []
    for i, label in enumerate(groups):
        first = [int(one) for one in np.argsort(-counts[i], kind="stable")[:n] if counts[i, one]]
        products = tuple(_product(bought, past, counts, sizes, i, column, label, why) for column in first)
        found.append(SegmentProducts(label, int(sizes[i]), products))
    return tuple(found)


def _product(
    bought: Purchases,
    past: Past,
    counts: Counts,
    sizes: Counts,
    row: int,
    column: int,
    label: int,
    why: Why,
) -> TopProduct:
    mine, every, size, total = int(counts[row, column]), int(counts[:, column].sum()), int(sizes[row]), int(sizes.sum())
    rest = (every - mine) / (total - size) if total > size else float("nan")
    name = bought.items[past.order[column]]
    return TopProduct(name, mine, mine / size, rest, 100 * (mine / size) / (every / total), *why(label, name))

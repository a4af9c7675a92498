"""How good lists are: hit, recall and NDCG of the first ten, ranked against all items, and intervals for their means.

No negatives are sampled (Krichene & Rendle 2020). An item that nobody bought in the past counts as missed. Intervals of
means are percentiles of a bootstrap over customers, the same draws for every method. The interval of coverage, which is
a count of distinct items and so cannot be drawn again with repeats, is Colwell et al. (2012, eq. 5 at the sample
itself): variance S (1 − S / S*), S the items listed and S* Chao's estimate of those that more customers would show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from segtui.cluster.sample import generator
from segtui.decided.recommendations import TOP, Interval, Purpose
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.basketed import Counts, Marks, Numbers
    from segtui.results import Floats, Floats32, Rows

DRAWS = 1_000
Z = 1.96

PURPOSE_DRAW = 61

DRAWN = 2_000_000
"""Random numbers of one piece of the bootstrap: some 10 ms."""

WIDE, FEW = 40, 4
"""From WIDE columns for each that is wanted on, a look at maxima of parts comes first. Where more than FEW cells for
each that is wanted are left then, most are level with one another, and only the first of these count."""

HIT, RECALL, NDCG = 0, 1, 2

DISCOUNT = 1 / np.log2(np.arange(2, TOP + 2))


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What a method's lists are worth for one purpose. values: float64 (customers, 3), hit, recall, NDCG, nan where
    the basket holds nothing of the kind; listed: int64 (columns,), customers whose list has the item, of `judged`."""

    values: Floats
    listed: Counts
    judged: int


def best(scores: Floats32, n: int) -> Numbers:
    """The n columns with the highest scores of each row, best first, int32 (rows, n); equal scores: the lower column
    first; -1 where a row has fewer that are above −∞."""
    rows, width = scores.shape
    if width < WIDE * n:
        return _best(scores, n)
    # Most columns are below what n columns reach, which is quickly found: only the others are looked at closely.
    low = _reached(scores, n)[:, None]
    chosen = scores >= low
    crowded = np.flatnonzero(true_in(chosen) > FEW * n)
    if len(crowded):
        above, level = scores[crowded] > low[crowded], scores[crowded] == low[crowded]
        chosen[crowded] = above | (level & (np.cumsum(level, axis=1, dtype=np.int32) <= n))
    row, column = np.nonzero(chosen)
    few, columns = together(row, column, scores[row, column], rows)
    first = _best(few, n)
    found: Numbers = np.take_along_axis(columns, np.maximum(first, 0), axis=1)
    return np.where(first >= 0, found, np.int32(-1))


def _reached(scores: Floats32, n: int) -> Floats32:
    """What at least n columns of each row reach: the n-th highest of the maxima of its WIDE // 2 · n parts."""
    parts = WIDE // 2 * n
    highest = scores[:, :parts].copy()
    for start in range(parts, scores.shape[1], parts):
        part = scores[:, start : start + parts]
        some = highest[:, : part.shape[1]]
        np.maximum(some, part, out=some)
    reached: Floats32 = np.partition(highest, parts - n, axis=1)[:, parts - n]
    return reached


def together(row: Rows, column: Numbers | Rows, values: Floats32, rows: int) -> tuple[Floats32, Numbers]:
    """Some cells of each row side by side, float32 (rows, most), −∞ behind them, and the columns they are of, -1 behind
    them. row: ascending."""
    count = np.bincount(row, minlength=rows)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    shape = (rows, max(1, int(count.max(initial=0))))
    few = np.full(shape, -np.inf, dtype=np.float32)
    few[row, place] = values
    columns = np.full(shape, -1, dtype=np.int32)
    columns[row, place] = column
    return few, columns


def true_in(marks: Marks) -> Counts:
    """How many are true in each row. (A sum of truths along an axis makes whole numbers of all of them first.)"""
    found: Counts = np.bitwise_count(np.packbits(marks, axis=1)).sum(axis=1, dtype=np.int64)
    return found


def _best(scores: Floats32, n: int) -> Numbers:
    """`best` by looking at every column."""
    rows, width = scores.shape
    n_there = min(n, width)
    floor = np.partition(scores, width - n_there, axis=1)[:, width - n_there, None]
    chosen = scores >= floor
    crowded = np.flatnonzero(true_in(chosen) > n_there)
    if len(crowded):
        # Of those level with the last place, only as many as there is room for, from the left.
        above, level = scores[crowded] > floor[crowded], scores[crowded] == floor[crowded]
        room = n_there - np.count_nonzero(above, axis=1)[:, None]
        chosen[crowded] = above | (level & (np.cumsum(level, axis=1, dtype=np.int32) <= room))
    columns = np.nonzero(chosen)[1].reshape(rows, n_there)
    picked = np.take_along_axis(scores, columns, axis=1)
    order = np.argsort(-picked, axis=1, kind="stable")
    columns = np.take_along_axis(columns, order, axis=1)
    columns[np.take_along_axis(picked, order, axis=1) == -np.inf] = -1
    out: Numbers = np.full((rows, n), -1, dtype=np.int32)
    out[:, :n_there] = columns
    return out


def listed_first(scores: Floats32, owned: sparse.csr_array, purpose: Purpose, n: int) -> Numbers:
    """`best` among the items that the purpose is about. owned: CSR (rows, columns) of the same customers, sorted."""
    if purpose is Purpose.ALL:
        return best(scores, n)
    row = np.repeat(np.arange(owned.shape[0]), np.diff(owned.indptr))
    if purpose is Purpose.NEW:
        others = scores.copy()
        others[row, owned.indices] = -np.inf
        return best(others, n)
    # Few items were bought before: they are moved together, so that not all columns are looked at.
    few, column = together(row, owned.indices, scores[row, owned.indices], owned.shape[0])
    first = best(few, n)
    found: Numbers = np.take_along_axis(column, np.maximum(first, 0), axis=1)
    return np.where(first >= 0, found, np.int32(-1))


def relevant(wanted: sparse.csr_array, owned: sparse.csr_array, purpose: Purpose) -> Marks:
    """What was bought in the basket held back and is of the purpose's kind, bool (rows, columns)."""
    row, column = np.repeat(np.arange(wanted.shape[0]), np.diff(wanted.indptr)), wanted.indices
    found = np.zeros(wanted.shape, dtype=np.bool_)
    if purpose is Purpose.ALL:
        found[row, column] = True
        return found
    before = np.zeros(owned.shape, dtype=np.bool_)
    before[np.repeat(np.arange(owned.shape[0]), np.diff(owned.indptr)), owned.indices] = True
    found[row, column] = before[row, column] == (purpose is Purpose.AGAIN)
    return found


def judged(tops: Numbers, wanted: Marks) -> Floats:
    """Hit, recall and NDCG of each list, float64 (rows, 3); nan where nothing is wanted. tops: (rows, TOP), -1 empty.

    NDCG: Σ hits / log₂(place + 1), over the same of a list that holds all that is wanted first."""
    many = true_in(wanted)
    hits = np.take_along_axis(wanted, np.maximum(tops, 0), axis=1) & (tops >= 0)
    most = np.concatenate([[0.0], np.cumsum(DISCOUNT)])[np.minimum(many, TOP)]
    with np.errstate(invalid="ignore", divide="ignore"):
        out = np.column_stack([hits.any(axis=1), hits.sum(axis=1) / many, (hits * DISCOUNT).sum(axis=1) / most])
    out[many == 0] = np.nan
    return out


def weights(customers: int, seed: int) -> Steps[Floats32]:
    """How often each customer is drawn in each of DRAWS draws with replacement, float32 (DRAWS, customers)."""
    drawn = np.empty((DRAWS, customers), dtype=np.float32)
    at_once = max(1, DRAWN // max(1, customers) // 8)
    for start in range(0, DRAWS, at_once):
        yield Progress("drawing customers anew", start / DRAWS)
        for draw in range(start, min(DRAWS, start + at_once)):
            rows = generator(seed, PURPOSE_DRAW, draw).integers(0, customers, customers)
            drawn[draw] = np.bincount(rows, minlength=customers)
    return drawn


def intervals(values: Floats, drawn: Floats32) -> Steps[tuple[Interval, ...]]:
    """The mean of each column over its rows that are not nan, with 95 % percentiles of the draws' means.

    values: (customers, columns), a row is nan as a whole or not at all. drawn: `weights`."""
    there = ~np.isnan(values[:, 0])
    table = np.column_stack([there, np.where(there[:, None], values, 0)]).astype(np.float32)
    sums = np.empty((len(drawn), table.shape[1]))
    step = max(1, DRAWN // max(1, len(table)))
    for start in range(0, len(drawn), step):
        sums[start : start + step] = drawn[start : start + step] @ table
        yield Progress("how sure the figures are", start / len(drawn))
    with np.errstate(invalid="ignore"):
        means = sums[:, 1:] / sums[:, :1]
    low, high = np.nanpercentile(means, (2.5, 97.5), axis=0)
    value = values[there].mean(axis=0)
    return tuple(Interval(*map(float, one)) for one in zip(value, low, high, strict=True))


def coverage(listed: Counts, items: int) -> Interval:
    """The share of `items` on somebody's list. listed: customers for each item."""
    seen = int((listed > 0).sum())
    once, twice = int((listed == 1).sum()), int((listed == 2).sum())
    unseen = once * (once - 1) / (2 * (twice + 1))
    every = min(float(items), seen + unseen)
    error = Z * float(np.sqrt(max(0.0, seen * (1 - seen / every)))) if seen else 0.0
    return Interval(seen / items, max(0.0, seen - error) / items, min(float(items), seen + error) / items)

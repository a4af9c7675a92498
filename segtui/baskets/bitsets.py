"""Baskets as bits, one row for each item: a word holds 64 baskets, so that counting is `and` and `bitwise_count`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.baskets import ragged
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from segtui.basketed import Baskets, Counts

    Words = NDArray[np.uint64]

WORD = 64

_CELLS = 1 << 22
"""Bytes of the unpacked table that is packed in one piece."""

_WORDS = 1 << 18
"""Words looked at between two stops."""


@dataclass(frozen=True, eq=False, slots=True)
class Bitsets:
    """words: uint64 (rows, words), row r the baskets with items[r]. starts: int64 (groups + 1,), the first word of each
    group of baskets and the end; a group fills whole words, what is left of its last one is 0. sizes: int64 (groups,),
    baskets in each group. items: int32 (rows,), ascending."""

    words: Words
    starts: Counts
    sizes: Counts
    items: NDArray[np.int32]


def pack(
    baskets: Baskets,
    items: NDArray[np.int32] | None = None,
    groups: NDArray[np.integer] | None = None,
    number: int | None = None,
) -> Steps[Bitsets]:
    """Rows of bits for `items` (every item where None).

    groups: a label below `number` for every basket (negative: in no group, left out); without it all baskets are one
    group. Memory: items times baskets / 8 bytes, and 64 bits for each group at most besides.
    """
    chosen = np.arange(len(baskets.items), dtype=np.int32) if items is None else np.unique(items).astype(np.int32)
    labels = np.zeros(baskets.count, dtype=np.int64) if groups is None else groups.astype(np.int64)
    many = (int(labels.max(initial=-1)) + 1 if groups is not None else 1) if number is None else number
    order = np.argsort(labels, kind="stable")
    order = order[int(np.count_nonzero(labels < 0)) :]
    sizes = np.bincount(labels[order], minlength=many).astype(np.int64)
    starts = np.concatenate(([0], np.cumsum(-(-sizes // WORD)))).astype(np.int64)
    place = ragged.places(starts[:-1] * WORD, sizes)
    row_of = np.full(len(baskets.items), -1, dtype=np.int64)
    row_of[chosen] = np.arange(len(chosen))
    words = np.zeros((len(chosen), int(starts[-1])), dtype=np.uint64)
    octets = words.view(np.uint8)
    span = max(WORD, _CELLS // max(1, len(chosen)) // WORD * WORD)
    for first in range(0, int(starts[-1]) * WORD, span):
        lo, hi = np.searchsorted(place, (first, first + span))
        who = order[lo:hi]
        lengths = baskets.sizes[who]
        rows = row_of[baskets.index[ragged.places(baskets.starts[who], lengths)]]
        spots = np.repeat(place[lo:hi] - first, lengths)
        table = np.zeros((len(chosen), span), dtype=np.uint8)
        table[rows[rows >= 0], spots[rows >= 0]] = 1
        packed = np.packbits(table, axis=1)[:, : octets.shape[1] - first // 8]
        octets[:, first // 8 : first // 8 + packed.shape[1]] = packed
        yield Progress("packing baskets", min(1.0, (first + span) / (int(starts[-1]) * WORD)))
    return Bitsets(words, starts, sizes, chosen)


def counts(bits: Bitsets, sets: Sequence[Sequence[int]] | NDArray[np.int32]) -> Steps[Counts]:
    """Baskets of each group with every item of a set, int64 (sets, groups).

    sets: item numbers, all of which `bits` has (or int32 (sets, longest), where -1 ends a set that is shorter). The
    empty set is in every basket.
    """
    table = sets if isinstance(sets, np.ndarray) else _filled_up(sets)
    found = np.empty((len(sets), len(bits.sizes)), dtype=np.int64)
    step = max(1, _WORDS // max(1, bits.words.shape[1]))
    for first in range(0, len(sets), step):
        some = table[first : first + step]
        rows = np.where(some >= 0, np.searchsorted(bits.items, some), -1)
        found[first : first + step] = _counted(bits, rows)
        yield Progress("counting baskets", min(1.0, (first + step) / len(sets)))
    return found


def _filled_up(sets: Sequence[Sequence[int]]) -> NDArray[np.int32]:
    """Sets of any lengths as rows that -1 fills up."""
    table = np.full((len(sets), max(map(len, sets), default=0)), -1, dtype=np.int32)
    for row, one in enumerate(sets):
        table[row, : len(one)] = one
    return table


def _counted(bits: Bitsets, rows: NDArray[np.int64]) -> Counts:
    """`counts` of a few sets, as rows of `bits` with -1 for none."""
    full = np.full((1, bits.words.shape[1]), ~np.uint64(0))
    joint = np.repeat(full, len(rows), axis=0)
    for column in rows.T:
        used = column >= 0
        joint[used] &= bits.words[column[used]]
    running = np.zeros((len(rows), bits.words.shape[1] + 1), dtype=np.int64)
    np.cumsum(np.bitwise_count(joint), axis=1, out=running[:, 1:])
    found = np.diff(running[:, bits.starts], axis=1)
    found[(rows < 0).all(axis=1)] = bits.sizes
    return found


def totals(words: Words) -> NDArray[np.int64]:
    """Bits set in each row of words (rows, words): int64 (rows,)."""
    ones = np.bitwise_count(words)
    if ones.shape[1] == 1:
        return ones[:, 0].astype(np.int64)
    # A product with ones is several times faster than a sum over a short axis, and exact: whole numbers below 2^24.
    exact = np.float32 if ones.shape[1] < (1 << 24) // WORD else np.float64
    total: NDArray[np.int64] = (ones.astype(exact) @ np.ones(ones.shape[1], dtype=exact)).astype(np.int64)
    return total

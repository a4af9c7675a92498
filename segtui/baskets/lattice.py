"""The lattice of frequent itemsets: which set is left when an item is dropped, and its count, without a dictionary.

A set of length L is known by its place in level L. Its key is the place of the set without its last item, times the
number of items, plus that item: keys ascend with the lexicographic order of `Itemsets`, so that a look-up is a search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.basketed import Itemsets

    Places = NDArray[np.int32]

PIECE = 1 << 16
"""Itemsets looked up between two stops."""


def faces(sets: Itemsets) -> Steps[list[Places]]:
    """For each level from 1 up, int32 (sets, length): the place, one level below, of the set without the item there.

    Level 1 leads to the empty set, at place 0. Every subset of a frequent set is frequent, so all are found.
    """
    found = [np.zeros((len(sets.levels[0][1]), 1), dtype=np.int32)] if sets.levels else []
    items = sets.levels[0][0][:, 0] if sets.levels else np.empty(0, dtype=np.int32)
    many = np.int64(len(items))
    keys: list[NDArray[np.int64]] = [np.arange(many)]
    for length, (rows, _) in enumerate(sets.levels[1:], 2):
        table = np.empty((len(rows), length), dtype=np.int32)
        key = np.empty(len(rows), dtype=np.int64)
        for start in range(0, len(rows), PIECE):
            some = slice(start, start + PIECE)
            ranks = np.searchsorted(items, rows[some]).astype(np.int64)
            parent = ranks[:, 0]
            for level in range(1, length - 1):
                parent = np.searchsorted(keys[level], parent * many + ranks[:, level])
            key[some] = parent * many + ranks[:, -1]
            table[some, -1] = parent
            above = found[-1][parent]
            for dropped in range(length - 1):
                below = above[:, dropped].astype(np.int64) * many + ranks[:, -1]
                table[some, dropped] = np.searchsorted(keys[length - 2], below) if length > 2 else ranks[:, -1]
            yield Progress("linking itemsets", None, f"{start:,} of {length} items")
        found.append(table)
        keys.append(key)
    return found


def part(links: list[Places], places: NDArray[np.integer], length: int, dropped: int) -> Places:
    """Places of the sets that are left when the items whose bits are set in `dropped` leave those of level `length`.

    places: rows of that level. The bits count positions in the set, the first is 1.
    """
    left = places.astype(np.int32)
    for position in range(length - 1, -1, -1):
        if dropped >> position & 1:
            left = links[length - 1][left, position]
            length -= 1
    return left

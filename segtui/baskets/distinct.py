"""Which of many itemsets are the same: rules share their sides, so that of all there are to count few are different."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.baskets.ordering import buckets
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.basketed import Numbers

PIECE = 1 << 15
"""Itemsets looked at between two stops."""


def distinct(sets: Numbers) -> Steps[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """The row of one of each different set, and for every row which of those it is.

    sets: item numbers, (rows, longest), -1 where there is none, each item once in a row and in any order. Sets too long
    to be written as one number of 63 bits are all taken for different.
    """
    if not sets.size:
        return np.arange(len(sets)), np.arange(len(sets))
    ranks, wide, base = yield from _ranked(sets)
    if base**wide >= 1 << 63:
        return np.arange(len(sets)), np.arange(len(sets))
    keys = np.zeros(len(sets), dtype=np.int64)
    for column in range(1, wide + 1):
        keys = keys * base + ranks[:, -column]
    firsts: list[NDArray[np.intp]] = []
    which, found = np.empty(len(sets), dtype=np.intp), 0
    for part in buckets(keys, PIECE):
        _, first, place = np.unique(keys[part], return_index=True, return_inverse=True)
        firsts.append(part[first])
        which[part] = found + place
        found += len(first)
        yield Progress("looking for equal sides")
    return np.concatenate(firsts), which


def _ranked(sets: Numbers) -> Steps[tuple[Numbers, int, int]]:
    """Ranks of items from 1 up and 0 for none, ascending in each row; how many columns are used, and the number after
    the highest rank."""
    used = np.zeros(int(sets.max()) + 2, dtype=np.bool_)
    used[sets] = True  # -1 marks the last place, which no item has
    used[-1] = False
    rank = np.cumsum(used, dtype=np.int32)
    rank[-1] = 0
    ranks = np.empty(sets.shape, dtype=np.int32)
    for start in range(0, len(sets), PIECE):
        ranks[start : start + PIECE] = np.sort(rank[sets[start : start + PIECE]], axis=1)
        yield Progress("looking for equal sides", start / len(sets))
    wide = int(np.count_nonzero(ranks.any(axis=0)))
    return ranks, wide, int(np.count_nonzero(used)) + 1

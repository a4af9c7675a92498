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

DOING = "looking for equal sides"


def distinct(sets: Numbers) -> Steps[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """The row of one of each different set, and for every row which of those it is.

    sets: item numbers, (rows, longest), -1 where there is none, each item once in a row and in any order. Sets too long
    to be written as one number of 63 bits are all taken for different.
    """
    if not sets.size:
        return np.zeros(min(1, len(sets)), dtype=np.intp), np.zeros(len(sets), dtype=np.intp)
    keys = yield from _keys(sets)
    if keys is None:
        return np.arange(len(sets)), np.arange(len(sets))
    firsts: list[NDArray[np.intp]] = []
    which, found = np.empty(len(sets), dtype=np.intp), 0
    for part in buckets(keys, PIECE):
        _, first, place = np.unique(keys[part], return_index=True, return_inverse=True)
        firsts.append(part[first])
        which[part] = found + place
        found += len(first)
        yield Progress(DOING)
    return np.concatenate(firsts), which


def _keys(sets: Numbers) -> Steps[NDArray[np.int64] | None]:
    """The same number for the same set: its items' ranks, from 1 up and in order, as digits; None where it has too
    many."""
    used = np.zeros(int(sets.max()) + 2, dtype=np.bool_)
    wide = 0
    for start in range(0, len(sets), PIECE):
        some = sets[start : start + PIECE]
        used[some] = True  # -1 marks the last place, which no item has
        wide = max(wide, int(np.count_nonzero(some >= 0, axis=1).max()))
        yield Progress(DOING)
    used[-1] = False
    rank = np.cumsum(used, dtype=np.int64)
    rank[-1] = 0
    base = int(np.count_nonzero(used)) + 1
    if base**wide >= 1 << 63:
        return None
    keys = np.zeros(len(sets), dtype=np.int64)
    for start in range(0, len(sets), PIECE):
        ranks = np.sort(rank[sets[start : start + PIECE]], axis=1)
        for column in range(1, wide + 1):
            keys[start : start + PIECE] = keys[start : start + PIECE] * base + ranks[:, -column]
        yield Progress(DOING)
    return keys

"""Sorting much in short pieces: values are dealt into buckets by a sample's quantiles, then each bucket is sorted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIECE = 1 << 16
"""Values sorted between two stops, about."""

_SAMPLED = 64
"""Values sampled for each bucket."""


def in_order(keys: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """`keys` (n,) ascending, in pieces; none of them is empty, and a value lies in one piece."""
    if len(keys):
        yield from (np.sort(keys[places]) for places in buckets(keys) if len(places))


def buckets(keys: NDArray[np.int64], piece: int = PIECE) -> Iterator[NDArray[np.intp]]:
    """Positions of `keys` in parts of about `piece`, unordered inside, so that the keys of a part lie below the next's.

    Equal keys are in one part, so that a part is large where a value is frequent.
    """
    number = -(-len(keys) // piece)
    if number <= 1:
        yield np.arange(len(keys))
        return
    step = max(1, len(keys) // (number * _SAMPLED))
    sample = np.sort(keys[::step])
    cuts = sample[np.arange(1, number) * len(sample) // number]
    dealt = np.empty(len(keys), dtype=np.uint16 if number < 1 << 16 else np.uint32)
    for start in range(0, len(keys), PIECE):
        dealt[start : start + PIECE] = np.searchsorted(cuts, keys[start : start + PIECE], side="right")
    for bucket in range(number):
        yield np.flatnonzero(dealt == bucket)

"""Rows of unequal length laid end to end: their places without a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def places(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """starts[0], starts[0] + 1, … for lengths[0] places, then those of the next row, and so on (lengths.sum(),)."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()), dtype=np.int64)


def reach(work: NDArray[np.int64], most: int) -> int:
    """How many of the first places have work within `most` together; one at least. work: (n,), 1 or more each."""
    return max(1, int(np.searchsorted(np.cumsum(work[:most]), most, side="right")))


def cut(work: NDArray[np.int64], start: int, most: int) -> int:
    """The end of the longest run from `start` whose work stays within `most`; one place at least.

    work: running total (n + 1,), beginning with 0.
    """
    return max(start + 1, int(np.searchsorted(work, work[start] + most, side="right")) - 1)

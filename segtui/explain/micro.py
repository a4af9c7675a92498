"""Clusters that are too small to be a segment: a few customers far from everyone, whom k-means gives a centre."""

from __future__ import annotations

from collections.abc import Sequence

from segtui.cluster.judge import SMALL_SHARE, smallest_useful
from segtui.explain.lettering import letter_position

HANDFUL = 5
"""So few customers are outliers whatever their share."""

TRY = "try log1p, winsorising or trimming"


def micro(sizes: Sequence[int], letters: Sequence[str]) -> tuple[str, ...]:
    """A warning for every cluster that is too small, in letter order; cluster j carries letters[j]."""
    customers = sum(sizes)
    limit = smallest_useful(customers, len(sizes))
    small = [(letter, size) for letter, size in zip(letters, sizes, strict=True) if size < limit]
    return tuple(
        _told(letter, size, customers) for letter, size in sorted(small, key=lambda pair: letter_position(pair[0]))
    )


def _told(letter: str, size: int, customers: int) -> str:
    if size == 1:
        return f"segment {letter} is one outlier, not a segment: a single customer; {TRY}"
    holds = f"segment {letter} holds {size:,} customers ({100.0 * size / max(1, customers):.1f} %)"
    if size >= SMALL_SHARE * customers and size > HANDFUL:
        return f"{holds}: too few to act on; try fewer segments"
    return f"{holds}: that is an outlier, not a segment; {TRY}"

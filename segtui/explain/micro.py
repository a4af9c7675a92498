"""Clusters that are too small to be a segment: a few customers far from everyone, whom k-means gives a centre."""

from __future__ import annotations

from collections.abc import Sequence

from segtui.explain.lettering import letter_position

SMALL_COUNT, SMALL_SHARE = 30, 0.01
"""A cluster with fewer customers than the larger of these two is too small to act on (METHODS B6)."""

HANDFUL = 5
"""So few customers are outliers whatever their share."""

FEW = 300
"""Below so many customers thirty of them are more than a tenth, and no sign of anything: there a quarter of an equal
share (n / 4k) is the limit where it is smaller."""

TRY = "try log1p, winsorising or trimming"


def limit(customers: int, k: int) -> float:
    """Customers below which a cluster is too small."""
    usual = max(float(SMALL_COUNT), SMALL_SHARE * customers)
    return usual if customers >= FEW else min(usual, customers / (4.0 * k))


def micro(sizes: Sequence[int], letters: Sequence[str]) -> tuple[str, ...]:
    """A warning for every cluster that is too small, in letter order; cluster j carries letters[j]."""
    customers = sum(sizes)
    small = [(letter, size) for letter, size in zip(letters, sizes, strict=True) if size < limit(customers, len(sizes))]
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

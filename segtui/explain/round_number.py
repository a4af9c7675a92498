"""A threshold that reads well: the roundest number between two neighbouring values."""

from __future__ import annotations

import math

_STEPS = 18
"""Decimal places from the first on; seventeen digits tell every float64 from every other."""


def round_between(low: float, high: float) -> float:
    """The number v with low <= v < high that ends earliest as a decimal, of such the nearest to the middle.

    So "value <= v" holds for `low` and "value > v" for `high`: 0 where it lies there, 50 for 47.2 and 61.3, and of two
    whole numbers that follow each other the lower.
    """
    if low <= 0.0 < high:
        return 0.0
    middle = low + (high - low) / 2.0
    first = -math.floor(math.log10(max(abs(low), abs(high))))
    for decimals in range(first, first + _STEPS):
        # Such a number in the gap is at most half of it from the middle, and at just that distance only `low` counts.
        for near in (middle, low):
            try:
                value = round(near, decimals)
            except OverflowError:  # up, beyond the largest number
                continue
            if low <= value < high:
                return value
    return low


def place_above(score: float) -> float:
    """The same on an ordinal scale: half way from a score 1, 2 … to the next, whether or not anybody answered that."""
    return math.floor(score) + 0.5

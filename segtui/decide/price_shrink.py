"""Slopes of segments pulled towards that of everyone, as far as they do not differ beyond noise (empirical Bayes).

With the centre given, the spread of the true slopes is estimated by moments: E[sum w (b - centre)^2] = S + tau^2 sum w
with w = 1 / se^2 (after DerSimonian & Laird 1986). A slope then keeps tau^2 / (tau^2 + se^2) of its distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from segtui.decided.prices import Interval

Z95 = 1.959963984540054


def shrunk(own: Sequence[tuple[float, float]], centre: tuple[float, float]) -> list[Interval]:
    """own: (slope, standard error) per segment; centre: those of everyone. The error of the centre counts, its own
    overlap with the segments does not. A slope with an error of 0 stays as it is."""
    spread = _between(own, centre[0])
    result = []
    for beta, se in own:
        kept = spread / (spread + se**2) if se > 0 else 1.0
        value = centre[0] + kept * (beta - centre[0])
        reach = Z95 * sqrt(kept * se**2 + (1 - kept) ** 2 * centre[1] ** 2)
        result.append(Interval(value, value - reach, value + reach))
    return result


def _between(own: Sequence[tuple[float, float]], centre: float) -> float:
    """tau^2: the variance of true slopes around the centre."""
    weights = [(1 / se**2, beta) for beta, se in own if se > 0]
    if not weights:
        return 0.0
    scatter = sum(weight * (beta - centre) ** 2 for weight, beta in weights)
    return max(0.0, (scatter - len(weights)) / sum(weight for weight, _ in weights))

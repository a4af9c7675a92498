"""Intervals of ratios by drawing customers: all lines of a customer come or stay together (cluster bootstrap).

Percentile intervals (Efron & Tibshirani 1993). Where there are more than GROUPS customers, GROUPS random groups of them
are drawn instead: canonical order is that of a hash, so every GROUPS-th customer is a random group, and the spread of
group sums says the same about the spread of a total as that of customers does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.decided.prices import Interval
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.results import Floats, Rows

DRAWS = 500
"""Times that customers are drawn."""

GROUPS = 4_000
"""Most units that are drawn from."""

PIECE = 50_000
"""Customers drawn in one piece."""

TAIL = 2.5
"""Per cent of the draws that are left out at either end."""


def intervals(
    pairs: Sequence[tuple[Floats, Floats]], seed: Sequence[int], draws: int = DRAWS
) -> Steps[list[Interval | None]]:
    """The ratio of sums of each pair, with its interval. pairs: (numerators, denominators), each (customers,).

    None where a denominator sums up to nothing or there are fewer than two customers with any. The same draws serve
    all pairs.
    """
    sums = grouped(np.array([part for pair in pairs for part in pair], dtype=np.float64))
    number = sums.shape[1]
    if number < 2:
        return [None] * len(pairs)
    rng = np.random.default_rng(list(seed))
    at_once = max(1, PIECE // number)
    parts = []
    for start in range(0, draws, at_once):
        drawn = rng.integers(number, size=(min(at_once, draws - start), number))
        parts.append(totals(sums, drawn))
        yield Progress("drawing customers", start / draws)
    every = np.concatenate(parts, axis=1)
    return [_interval(sums[2 * i : 2 * i + 2], every[2 * i : 2 * i + 2]) for i in range(len(pairs))]


def grouped(sums: Floats) -> Floats:
    """Sums per customer (kinds, customers) as sums of at most GROUPS random groups."""
    number = sums.shape[1]
    if number <= GROUPS:
        return sums
    group = np.arange(number) % GROUPS
    return np.array([np.bincount(group, weights=row, minlength=GROUPS) for row in sums])


def totals(sums: Floats, drawn: Rows) -> Floats:
    """Totals (kinds, draws) of sums (kinds, units), where drawn (draws, units) says who was drawn."""
    times = np.array([np.bincount(row, minlength=sums.shape[1]) for row in drawn], dtype=np.float64)
    result: Floats = np.einsum("kn,dn->kd", sums, times)  # not BLAS, whose sums may hang on the number of threads
    return result


def _interval(sums: Floats, drawn: Floats) -> Interval | None:
    above, below = float(sums[0].sum()), float(sums[1].sum())
    if below <= 0 or np.count_nonzero(sums[1]) < 2:
        return None
    ratios = drawn[0][drawn[1] > 0] / drawn[1][drawn[1] > 0]
    low, high = np.percentile(ratios, [TAIL, 100 - TAIL])
    return Interval(above / below, float(low), float(high))

"""Tests of whether segments differ in a column that took no part in the clustering (METHODS C1).

Numbers: Welch's analysis of variance, which does not ask for equal spreads (Welch 1951). Levels: Pearson's chi-squared
test of independence. Both from what the profile has anyway. With many customers anything is significant: the
standardised difference says how much, these say only whether.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from segtui.results import GroupTest

if TYPE_CHECKING:
    from segtui.explain.summary import Summary
    from segtui.results import Floats

EXPECTED = 5.0
"""Customers that every cell of a table must be expected to have for chi-squared to be trusted (Cochran)."""

WELCH, CHI_SQUARED = "Welch's ANOVA", "chi-squared"


def test_of(columns: Sequence[Summary]) -> GroupTest | None:
    """The test of one feature: its one numeric column, or all its levels. None where it cannot be made."""
    first = columns[0]
    if first.level is None:
        p = welch(first.counts, first.means, first.spreads)
        return None if p is None else GroupTest(WELCH, p)
    p = chi_squared(np.array([column.means * column.sizes for column in columns]), first.sizes)
    return None if p is None else GroupTest(CHI_SQUARED, p)


def welch(counts: Floats, means: Floats, spreads: Floats) -> float | None:
    """The p of Welch's F; groups of fewer than two do not count. None below two groups, or where one does not vary (or
    varies beyond float64)."""
    able = counts > 1
    with np.errstate(over="ignore"):
        n, mean, variance = counts[able], means[able], np.square(spreads[able])
    k = len(n)
    if k < 2 or not (np.all(variance > 0) and np.all(np.isfinite(variance))):
        return None
    weight = n / variance
    total = float(weight.sum())
    middle = float((weight * mean).sum()) / total
    between = float((weight * np.square(mean - middle)).sum()) / (k - 1)
    tail = float((np.square(1 - weight / total) / (n - 1)).sum())
    f = between / (1 + 2 * (k - 2) / (k**2 - 1) * tail)
    return float(stats.f.sf(f, k - 1, (k**2 - 1) / (3 * tail)))


def chi_squared(having: Floats, sizes: Floats) -> float | None:
    """The p of a table of levels by group. having: (levels, groups); who is at none of them makes a level more.

    None where a cell is expected to have fewer than EXPECTED customers, or levels may be had together (labels).
    """
    rest = sizes - having.sum(axis=0)
    if np.any(rest < -0.5):
        return None
    table = np.vstack([having, rest]) if np.any(rest > 0.5) else having
    table = table[:, sizes > 0]
    table = table[table.sum(axis=1) > 0]
    if min(table.shape) < 2:
        return None
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if expected.min() < EXPECTED:
        return None
    statistic = float((np.square(table - expected) / expected).sum())
    return float(stats.chi2.sf(statistic, (table.shape[0] - 1) * (table.shape[1] - 1)))

"""Rows as points: centred where float32 needs it, checked, and cut to prefixes that are random samples.

The matrix is in canonical order (order of a hash of the id), so its first m columns are a random sample that
depends on nothing but the data. Random numbers come from a seed and a purpose, never from time or history.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import Floats, Floats32, Rows

ExactValues = Callable[["Rows"], "Floats"]
"""Positions of customers -> float64 (columns, m), from original units; decides close calls."""

PROBE = 4096
"""Customers looked at to judge the whole: where the columns lie, whether k of them differ."""

CHUNK = 16_384
"""Customers per array operation: the arrays of one chunk stay in the processor's second-level cache. Fixed, because
float64 sums are taken per chunk and added in this order."""

PIECE = 16 * CHUNK
"""Customers between two chances to stop or step aside; a few milliseconds."""

CENTRE_FROM = 100.0
"""Columns are centred when the squared mean is this many times the total variance (see `points`)."""

TOO_LARGE = 1e30
"""Squares from here on come too near the end of float32."""


@dataclass(frozen=True, eq=False, slots=True)
class Points:
    """What k-means works on: float32 (columns, customers), `offset` taken off, and the exact values behind it."""

    values: Floats32
    offset: Floats
    exact_values: ExactValues

    @property
    def customers(self) -> int:
        return int(self.values.shape[1])

    @property
    def columns(self) -> int:
        return int(self.values.shape[0])

    def exact(self, positions: Rows) -> Floats:
        """The float64 values of some customers, in the same (centred) space."""
        return self.exact_values(positions) - self.offset[:, None]


def points(values: Floats32, exact_values: ExactValues) -> Points:
    """Wrap a matrix, taking a column offset off where float32 would lose the differences between customers.

    Distances are computed as |c|^2 - 2 c.x + |x|^2, which cancels badly for points that lie far from 0 compared
    with how far they lie from each other (unscaled incomes, years). Scaled columns need nothing and are not copied.
    """
    probe = values[:, :PROBE].astype(np.float64)
    check_size(np.square(probe))
    mean = probe.mean(axis=1)
    if not np.any(mean**2 > CENTRE_FROM * probe.var(axis=1).sum()):
        return Points(values, np.zeros(len(values)), exact_values)
    moved = np.empty_like(values)
    for start in range(0, values.shape[1], CHUNK):
        block = slice(start, start + CHUNK)
        np.subtract(values[:, block], mean[:, None], out=moved[:, block], casting="same_kind")
    return Points(moved, mean, exact_values)


def check_size(squares: Floats | Floats32) -> None:
    """Refuse values whose squares come near the end of float32 (or are not numbers)."""
    if squares.size and not float(squares.max()) < TOO_LARGE:
        raise AnalysisError(
            "a feature holds numbers too large to compare customers by",
            hint="Scale the features (z-scores, for example) or switch that feature off",
        )


def generator(seed: int, *purpose: int) -> np.random.Generator:
    """Random numbers for one purpose of one seed."""
    return np.random.default_rng([seed & (2**64 - 1), *purpose])


def norms(values: Floats32) -> Floats32:
    """|x|^2 of every customer of a block, in float32."""
    with np.errstate(over="ignore"):  # `check_size` says so in words
        total: Floats32 = np.square(values[0])
        for column in values[1:]:
            total += np.square(column)
    return total


def differing(values: Floats32, k: int) -> Steps[Floats32 | None]:
    """Make sure that k customers differ. None: the first few thousand show it; otherwise all that differ, up to a few.

    Raises AnalysisError with the number of distinct customers when it is below k. Only data in which the first
    customers repeat each other is looked at as a whole.
    """
    for size in (min(256, PROBE), PROBE):
        if _distinct(values[:, :size]).shape[1] >= k:
            return None
    seen = _distinct(values[:, :PROBE])
    for start in range(PROBE, values.shape[1], CHUNK):
        if seen.shape[1] >= PROBE:
            break
        yield Progress("looking for customers that differ", start / values.shape[1])
        fresh = _distinct(values[:, start : start + CHUNK])
        seen = _distinct(np.concatenate([seen, fresh], axis=1))
    if seen.shape[1] < k:
        raise _too_few(seen.shape[1])
    return seen


def _distinct(values: Floats32) -> Floats32:
    """The different columns of a block (0.0 and -0.0 count as the same), in a fixed order."""
    return np.unique(values + np.float32(0.0), axis=1)


def _too_few(distinct: int) -> AnalysisError:
    if distinct < 2:
        return AnalysisError(
            "all customers are the same in the chosen features, so there is nothing to tell them apart",
            hint="Switch on a feature that differs between customers",
        )
    return AnalysisError(
        f"{distinct} customers differ from each other; k can be at most {distinct}",
        hint=f"Choose k of {distinct} or less, or switch on more features",
    )

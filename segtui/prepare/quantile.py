"""The normal quantile of a value's rank as a table of steps: what `quantile_normal` does, without a normal quantile.

A table has one row per distinct knot: z just left of it, at it, and just right of it. Between two knots z rises in a
straight line, before the first and after the last it stands still. The normal quantile is taken of the ranks of the
knots alone, when the table is made; whoever applies it (the app, the delivered SQL and the delivered script) does the
same few additions, multiplications and divisions in the same order, and so gets the same bits.

`scale` says what knots and ranks are. A line of z in place of the normal quantile of a line of ranks is off by what
that quantile bends within one step of rank. With 1,001 knots: below 1e-6 in the middle half, below 0.0013 between 0.5
and 99.5 %, and up to 0.1 in the first and the last step, where ranks stop half a step short of 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from segtui.results import Floats


@dataclass(frozen=True, eq=False, slots=True)
class StepTable:
    """One row per distinct knot, ascending: its value, and z just left of it, at it, and just right of it."""

    value: Floats
    left: Floats
    at: Floats
    right: Floats


def step_table(knots: tuple[float, ...]) -> StepTable:
    """The table that `knots` (ascending, values at equal steps of rank) stand for; without rows where there are none.

    A value that several knots share (a tie) has their lowest rank on its left, their highest on its right, and the
    middle of both at it. Ranks are held half a step away from 0 and 1; one knot alone is at rank 1/2.
    """
    value, first, count = np.unique(np.array(knots, dtype=np.float64), return_index=True, return_counts=True)
    lowest = first.astype(np.float64)
    highest = lowest + (count - 1)

    def z(rank: Floats) -> Floats:
        share = rank / (len(knots) - 1) if len(knots) > 1 else np.full(rank.shape, 0.5)
        edge = 0.5 / max(2, len(knots))
        found: Floats = special.ndtri(np.clip(share, edge, 1.0 - edge))
        return found

    return StepTable(value, z(lowest), z((lowest + highest) / 2.0), z(highest))


def stepped(table: StepTable, values: Floats) -> Floats:
    """z of each of `values` (no nan); 0 where the table has no rows."""
    if not table.value.size:
        return np.zeros_like(values)
    end = table.value.size - 1
    place = np.searchsorted(table.value, values, side="right") - 1  # the last knot that is not above
    here, following = np.maximum(place, 0), np.clip(place + 1, 0, end)
    low, start, goal = table.value[here], table.right[here], table.left[following]
    with np.errstate(over="ignore"):  # knots at both ends of float64
        width = table.value[following] - low
    part = np.divide(values - low, width, out=np.zeros_like(values), where=width > 0.0)
    line = np.minimum(start + part * (goal - start), goal)  # rounding must not carry it past the next knot
    line = np.where(place == end, start, np.where(place < 0, table.left[0], line))
    found: Floats = np.where(values == low, table.at[here], line)
    return found

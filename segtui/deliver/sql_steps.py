"""The step table of a quantile transform as SQL: its rows, and how a customer finds the row that the value lies in.

A row holds from its value up to the next one. Comparing every customer with a thousand rows would be slow in databases
that know no other way to join by range, so rows come in blocks of some thirty: a CASE finds the block, and the join by
block and range the row.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

from segtui.deliver.sql_dialects import remark
from segtui.prepare.quantile import step_table

if TYPE_CHECKING:
    from segtui.deliver.sql_dialects import Dialect
    from segtui.results import Transform

_FAR = sys.float_info.max
"""Where the first row begins and the last one ends; no value that counts lies there."""

_COLUMNS = ("block", "value", "z_left", "z_at", "z_right")


def rows(t: Transform) -> list[tuple[int, float, float, float, float]]:
    """Block, value, and z left of it, at it and right of it. The first row is for all below the first knot."""
    table = step_table(t.knots)
    first = float(table.left[0])
    knots = zip(*(part.tolist() for part in (table.value, table.left, table.at, table.right)), strict=True)
    plain = [(-_FAR, first, first, first), *knots]
    size = max(1, math.isqrt(len(plain)))
    return [(i // size, *row) for i, row in enumerate(plain)]


def parts(name: str, feature: str, t: Transform, dialect: Dialect) -> list[str]:
    """Two named parts: the table as it is (`<name>_knots`), and its rows as stretches from low to high (`name`)."""
    written = [(str(block), *(dialect.cell(number) for number in others)) for block, *others in rows(t)]
    following = "OVER (ORDER BY k.value)"
    stretches = [
        "k.block",
        f"{dialect.as_double('k.value')} AS low",
        f"{dialect.as_double(f'COALESCE(LEAD(k.value) {following}, {dialect.number(_FAR)})')} AS high",
        f"{dialect.as_double('k.z_at')} AS z_at",
        f"{dialect.as_double('k.z_right')} AS z_start",
        f"{dialect.as_double(f'COALESCE(LEAD(k.z_left) {following}, k.z_right)')} AS z_end",
    ]
    selected = ",\n    ".join(stretches)
    return [
        f"-- {remark(feature)}: values at equal steps of rank, and the normal quantile left of, at and right of each\n"
        + dialect.rows(f"{name}_knots", _COLUMNS, written),
        "-- the same as stretches: at low it is z_at, then it rises in a straight line from z_start to z_end at high\n"
        f"{name} AS {dialect.materialized}(\n  SELECT\n    {selected}\n  FROM {name}_knots k\n)",
    ]


def block(t: Transform, value: str, dialect: Dialect) -> str:
    """The block of rows that a value lies in."""
    begins: dict[int, float] = {}
    for number, low, *_ in rows(t):
        begins.setdefault(number, low)
    cases = [f"WHEN {value} < {dialect.number(low)} THEN {number - 1}" for number, low in begins.items() if number]
    last = max(begins)
    lines = "\n      ".join(" ".join(cases[i : i + 3]) for i in range(0, len(cases), 3))
    return f"CASE\n      {lines}\n      ELSE {last}\n    END" if cases else str(last)


def join(name: str, row: str, alias: str) -> str:
    """The row of stretches `name` that the prepared value `alias` (of `p`) lies in: exactly one, to be called `row`.

    A left join, so that databases begin with the customers, and that none can be lost.
    """
    return (
        f"LEFT JOIN {name} {row} ON {row}.block = p.{alias}_block AND p.{alias} >= {row}.low AND p.{alias} < {row}.high"
    )

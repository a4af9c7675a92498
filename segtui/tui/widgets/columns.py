"""Columns and curves on several lines, and the axis below them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from segtui.tui.charset import Charset
from segtui.tui.widgets.chart import nice_ticks
from segtui.tui.widgets.ink import Line, line

EMPTY = -1
THIN = -2
"""A cell that is all but empty: THIN less the group that has most of it."""


def column_rows(heights: Sequence[float], rows: int, signs: Charset) -> list[str]:
    """Heights of 0 to 1 as columns over `rows` lines, top first; anything above 0 shows at least the lowest sign."""
    levels = len(signs.spark)
    steps = [
        0 if not height > 0 else max(1, round(min(1.0, height) * rows * levels))
        for height in heights
    ]  # fmt: skip
    drawn = []
    for row in range(rows - 1, -1, -1):
        parts = (min(levels, step - row * levels) for step in steps)
        drawn.append("".join(signs.spark[part - 1] if part > 0 else " " for part in parts))
    return drawn


def stacked(counts: Sequence[Sequence[int]], top: float, rows: int) -> list[list[int]]:
    """Per line, top first, which group fills the cell of every column (EMPTY: none).

    counts: per group the columns; the first group lies at the bottom. A column is filled as high as its sum asks, and a
    cell belongs to the group at its middle. A column of less than half a cell has its lowest cell marked as THIN less
    the group.
    """
    columns = list(zip(*counts, strict=True))
    drawn = [[EMPTY] * len(columns) for _ in range(rows)]
    for x, column in enumerate(columns):
        total = sum(column)
        if total <= 0 or top <= 0:
            continue
        high = round(total / top * rows)
        if not high:
            drawn[rows - 1][x] = THIN - max(range(len(column)), key=lambda group: column[group])
        for y in range(high):
            middle, seen = (y + 0.5) / high * total, 0
            for group, n in enumerate(column):
                seen += n
                if middle < seen:
                    drawn[rows - 1 - y][x] = group
                    break
    return drawn


def widened(text: str, by: int) -> str:
    """Every character `by` times."""
    return "".join(character * by for character in text)


def ticks_between(low: float, high: float, about: int, *, log: bool) -> list[float]:
    """Round values in original units; on a log1p scale 0 and 1, 2, 5 times the powers of ten, thinned."""
    if not log:
        return nice_ticks(low, high, about)
    found = [value for value in (0.0,) if low <= value <= high]
    power = math.floor(math.log10(max(1e-3, low, min(1.0, high / 100))))
    while 10.0**power <= high:
        found += [m * 10.0**power for m in (1, 2, 5) if low <= m * 10.0**power <= high]
        power += 1
    if len(found) > about:
        tens = [v for v in found if v == 0 or abs(math.log10(v) - round(math.log10(v))) < 1e-9]
        found = tens if len(tens) >= 2 else found
    return found or [low, high]


def axis_lines(
    ticks: Sequence[float],
    place: Callable[[float], int],
    room: int,
    text: Callable[[float], str],
    signs: Charset,
    indent: int,
    width: int,
) -> list[Line]:
    """A rule of `room` cells with ticks and their labels below; a label that would touch another, or stand beyond
    `width`, is left out with its tick."""
    rule, labels, free = [signs.rule] * room, "", 0
    for tick in ticks:
        cell, label = place(tick), text(tick)
        if not 0 <= cell < room:
            continue
        start = max(0, indent + cell - len(label) // 2)
        start = min(start, width - len(label))
        if start < free or start < 0:
            continue
        labels = labels.ljust(start) + label
        free = start + len(label) + 1
        rule[cell] = signs.tee_down
    return [line((" " * indent + "".join(rule), "dim")), line((labels, "dim"))]


def scale(low: float, high: float, room: int, *, log: bool) -> Callable[[float], int]:
    """The cell of a value on an axis of `room` cells from low to high, evenly spaced on a log1p scale where log."""
    first, last = (math.log1p(low), math.log1p(high)) if log else (low, high)
    length = last - first

    def place(value: float) -> int:
        if not length > 0:
            return room // 2
        if log and value <= -1:
            return 0
        share = ((math.log1p(value) if log else value) - first) / length
        return max(0, min(room - 1, int(share * room)))

    return place

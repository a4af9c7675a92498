"""A map made of character cells: each cell shows the letter of the group with most points in it.

One cell can have one colour only, so a cell says who is the majority, and the legend how many are in a minority. An
upper-case letter stands for a crowded cell, a lower-case one for a sparse cell: density is readable without colour. A
centre is shown in reverse.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

from segtui.tui.widgets.ink import Line, Run, line, seg

MORE_SIGNS = string.digits + "@#$%&=+*<>~^!?:;"
"""Single-cell signs for groups after Z."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What is drawn: per cell the place of the group in the alphabet (-1: empty) and how many points it holds.

    centres: (group, row, column) of every centre.
    """

    groups: Sequence[Sequence[int]]
    counts: Sequence[Sequence[int]]
    centres: tuple[tuple[int, int, int], ...]


def sign_of(group: int) -> str:
    """The sign of a group on the map: its letter, or a sign of its own after Z."""
    if group < 26:
        return string.ascii_uppercase[group]
    return MORE_SIGNS[(group - 26) % len(MORE_SIGNS)]


def map_lines(cells: Cells) -> list[Line]:
    """The map as lines; cells of the same look are joined into one run."""
    busy = _crowded(cells.counts)
    centres = {(row, column): group for group, row, column in cells.centres}
    lines = []
    for y, groups in enumerate(cells.groups):
        runs: list[Run] = []
        text, role = "", ""
        for x, group in enumerate(groups):
            centre = centres.get((y, x))
            if centre is not None:
                sign, look = sign_of(centre), f"{seg(centre)} mark"
            elif group < 0:
                sign, look = " ", ""
            else:
                sign = sign_of(group)
                crowded = cells.counts[y][x] >= busy
                sign, look = (sign, seg(group)) if crowded else (sign.lower(), seg(group) + " thin")
            if look != role and text:
                runs.append((text, role))
                text = ""
            text, role = text + sign, look
        runs.append((text, role))
        lines.append(line(*runs))
    return lines


def _crowded(counts: Sequence[Sequence[int]]) -> int:
    """From how many points on a cell counts as crowded: cells above it hold half of all points."""
    filled = sorted((n for row in counts for n in row if n > 0), reverse=True)
    total, seen = sum(filled), 0
    for n in filled:
        seen += n
        if 2 * seen >= total:
            return max(2, n)
    return 2

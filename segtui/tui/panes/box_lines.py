"""A box plot on its side: whiskers, the box, and the letter of the segment at its median."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from segtui.results import Box, Segment
from segtui.tui import format as fmt
from segtui.tui.charset import Charset
from segtui.tui.panes.map_view import letter_place
from segtui.tui.widgets.cell_map import sign_of
from segtui.tui.widgets.ink import Line, Run, line, seg

BEYOND = 15
"""Cells of the counts beyond the whiskers."""


def box_range(boxes: Sequence[Box | None], signs: Charset) -> tuple[float, float]:
    """From the lowest whisker to the highest, so that what lies beyond does not squeeze the boxes."""
    del signs
    there = [box for box in boxes if box is not None]
    if not there:
        return 0.0, 1.0
    low, high = min(box.low for box in there), max(box.high for box in there)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def box_lines(
    segment: Segment, box: Box | None, place: Callable[[float], int], room: int, left: int, signs: Charset, tall: int
) -> list[Line]:
    """The box and, where there are two lines to it, its numbers in words. left: cells of letter and name."""
    at = letter_place(segment.letter)
    role = seg(at)
    name = fmt.pad(fmt.clean(segment.name), left - 4, ellipsis=signs.ellipsis) + " "
    front: tuple[Run, ...] = ((f"{segment.letter:<3}", role), (name, ""))
    if box is None:
        lines = [line(*front, ("no customer has a value", "dim"))]
        return lines + [line()] * (tall - 1)
    beyond = f"{signs.left}{fmt.short(box.below)} {fmt.short(box.above)}{signs.right}"
    lines = [line(*front, *_drawn(box, place, room, sign_of(at), role, signs), (f"{beyond:>{BEYOND}}", "dim"))]
    if tall > 1:
        words = (
            f"median {fmt.number(box.median, 3)}, quartiles {fmt.number(box.first, 3)} to {fmt.number(box.third, 3)}"
        )
        ends = f", all {fmt.number(box.lowest, 3)} to {fmt.number(box.highest, 3)}"
        words += ends if len(words) + len(ends) <= room + BEYOND else ""
        lines.append(line((" " * left + fmt.cut(words, room + BEYOND, signs.ellipsis), "dim")))
    return lines


def _drawn(box: Box, place: Callable[[float], int], room: int, sign: str, role: str, signs: Charset) -> list[Run]:
    low, first, median, third, high = map(place, (box.low, box.first, box.median, box.third, box.high))
    cells = [" "] * room
    cells[low : high + 1] = [signs.rule] * (high + 1 - low)
    cells[low], cells[high] = signs.tee_right, signs.tee_left
    shade = "=" if signs.ascii else "▒"
    cells[first : third + 1] = [shade] * (third + 1 - first)
    text = "".join(cells)
    return [(text[:median], role), (sign, f"{role} mark"), (text[median + 1 :], role)]

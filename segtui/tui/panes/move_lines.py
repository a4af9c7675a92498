"""The moves of a comparison as lines: a list of them, and one of them in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from segtui.tui import format as fmt
from segtui.tui.panes import compare_words as words
from segtui.tui.widgets.ink import Line, Run, first_fitting, line
from segtui.tui.widgets.spark import bar, signed_bar

if TYPE_CHECKING:
    from segtui.explained import Difference, Migration, Move
    from segtui.tui.charset import Charset

LIMIT = 3.0
"""Standardised differences are drawn to this one."""
HALF, HALF_OF_TWO = 6, 4
"""In so many cells on either side; fewer where two are in a line."""
BAR = 9
WIDE = 112
"""From this width on two differences stand in a line."""
MEAN, AGAINST, SIZE = 9, " against ", 10


def move_line(found: Migration, move: Move, mark: str, ground: str, width: int, signs: Charset) -> Line:
    """One move of the list: between which segments, how many, and what sets them apart."""
    label = min(50, max(20, width // 3))
    half = (label - 4) // 2
    one, other = (fmt.cut(name, half, signs.ellipsis) for name in words.move_names(found.comparison, move))
    name = fmt.pad(f"{one} {words.arrow(signs)} {other}", label, ellipsis=signs.ellipsis)
    size = bar(move.customers / found.moves[0].customers, BAR, signs.bar_full)
    head: list[Run] = [(mark, ""), (name, "bold"), (f"{fmt.count(move.customers):>8} ", ""), (f"{size} ", "bar")]
    room = width - line(*head).width
    texts = words.in_words(move)
    text = next((text for text in texts if cell_len(text) <= room), fmt.cut(texts[-1], room, signs.ellipsis))
    return line(*head, (text, "dim"), ground=ground)


def detail_lines(
    found: Migration, move: Move, names: tuple[str, str], width: int, most: int, signs: Charset
) -> list[Line]:
    """One move: how many, how much money, how near to a border, and in what they differ, in `most` lines at most."""
    said = first_fitting((line((f" {text}", "")) for text in words.details(found, move, names)), width)
    held = line((fmt.cut(f" {words.against(found, move)}", width, signs.ellipsis), "dim"))
    shown = words.told(move)
    if width < WIDE:
        return [said, held, *(line(*_difference(one, width, HALF, signs)) for one in shown[:most])]
    cells = [_difference(one, width // 2, HALF_OF_TWO, signs) for one in shown[: 2 * most]]
    pairs = [cells[i : i + 2] for i in range(0, len(cells), 2)]
    return [said, held, *(line(*(run for cell in pair for run in cell)) for pair in pairs)]


def _difference(one: Difference, width: int, half: int, signs: Charset) -> list[Run]:
    drawn = max(-LIMIT, min(LIMIT, one.difference or 0.0))
    size = signed_bar(drawn, LIMIT, half, signs.bar_full, signs.vline)
    room = width - 2 - 2 * MEAN - len(AGAINST) - (2 * half + 1) - SIZE - 1
    return [
        ("  ", ""), (fmt.pad(words.label(one), min(34, room), ellipsis=signs.ellipsis), ""),
        (f"{words.value(one, one.mean):>{MEAN}}", "bold"), (AGAINST, "dim"),
        (f"{words.value(one, one.other):<{MEAN}}", ""),
        (size, "bar"), (f"{words.size_of(one):>{SIZE}} ", "accent"),
    ]  # fmt: skip

"""A table of named groups: letter, name, size, share as a bar, stability, then as many value columns as fit.

Knows nothing of customers: it is given texts and numbers. Line-rendered, so that a new answer costs no layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from segtui.tui.widgets.ink import Line, Run, line, pad
from segtui.tui.widgets.spark import bar

MARK_WIDTH = 1
"""Room for the sign that more columns follow."""
SHARE_WIDTH = 6
STABILITY_WIDTH = 6
NARROWEST, WIDEST = 7, 16


@dataclass(frozen=True, slots=True)
class Group:
    """One row: `values` are texts aligned with the table's columns, `emphasis` their roles (empty: plain).

    stability: a figure and its sign, blank while it is not known.
    """

    letter: str
    role: str
    name: str
    size: str
    share: float
    share_text: str
    values: tuple[str, ...]
    emphasis: tuple[str, ...]
    stability: str = ""
    stability_role: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """What fits: the width of name, size and share bar, and the columns from `first` on with their widths."""

    name: int
    size: int
    bar: int
    first: int
    shown: tuple[tuple[int, int], ...]
    more: bool


def layout(groups: Sequence[Group], titles: Sequence[str], width: int, first: int) -> Columns:
    """Divide `width`: names get what they need within limits, the columns the rest."""
    longest = max([*(cell_len(g.name) for g in groups), 12])
    share_bar = 0 if width < 100 else 12  # a few cells would say less than the figure beside them
    name = min(longest, max(14, 22 if width < 100 else 34))
    size = max([*(cell_len(g.size) for g in groups), 4])
    left = width - (2 + 4 + name + 1 + size + SHARE_WIDTH + 1 + share_bar + STABILITY_WIDTH + 2 + MARK_WIDTH)
    shown: list[tuple[int, int]] = []
    for i in range(first, len(titles)):
        need = max([cell_len(titles[i]), *(cell_len(g.values[i]) for g in groups)])
        need = max(NARROWEST, min(WIDEST, need)) + 1
        if need > left:
            break
        shown.append((i, need))
        left -= need
    return Columns(name, size, share_bar, first, tuple(shown), first + len(shown) < len(titles))


def header(columns: Columns, titles: Sequence[str], left: str, right: str, ellipsis: str) -> Line:
    """The titles; arrows say that there is more to the left or right."""
    text = "  Seg " + pad("Name", columns.name) + f" {'Size':>{columns.size}}{'%':>{SHARE_WIDTH}} " + " " * columns.bar
    text += f"{'Stab':>{STABILITY_WIDTH - 1}} "
    runs: list[Run] = [(text, "dim under"), (f" {left if columns.first else ' '}", "key")]
    for i, width in columns.shown:
        title = titles[i]
        if cell_len(title) > width - 1:
            title = pad(title, width - 2).rstrip() + ellipsis
        runs.append((pad(title, width, "right"), "dim under"))
    if columns.more:
        runs.append((right, "key"))
    return line(*runs)


def row(group: Group, columns: Columns, mark: str, full: str, ellipsis: str, ground: str) -> Line:
    """One group."""
    name = group.name
    if cell_len(name) > columns.name:
        name = pad(name, columns.name - 1).rstrip() + ellipsis
    runs: list[Run] = [
        (mark, ""),
        (pad(group.letter, 4), group.role),
        (pad(name, columns.name), "bold"),
        (f" {group.size:>{columns.size}}{group.share_text:>{SHARE_WIDTH}} ", ""),
        (bar(group.share, columns.bar, full), group.role),
        (pad(group.stability, STABILITY_WIDTH, "right"), group.stability_role),
        ("  ", ""),
    ]
    runs += [(pad(group.values[i], width, "right"), group.emphasis[i]) for i, width in columns.shown]
    return line(*runs, ground=ground)

"""Parallel coordinates in text: one line per feature, each segment's letter where its mean lies against the average."""

from __future__ import annotations

from collections.abc import Sequence

from segtui.results import Profile, ProfileColumn
from segtui.tui import format as fmt
from segtui.tui.charset import Charset
from segtui.tui.panes.map_view import letter_place
from segtui.tui.widgets.cell_map import sign_of
from segtui.tui.widgets.ink import Line, Run, line, seg

REACH = 2.5
"""Standard deviations from the average to either end of a line; what lies farther stands at the end."""


def places(profile: Profile, i: int, width: int) -> list[int | None]:
    """The cell of every segment on the line of column i: how many standard deviations of all customers its mean lies
    from theirs. A cell that is taken passes a letter on to the nearest free one. None: no mean, or no spread."""
    column = profile.columns[i]
    taken: set[int] = set()
    found: list[int | None] = []
    for segment in profile.segments:
        mean = segment.means[i]
        if not column.spread > 0 or mean != mean or len(taken) >= width:
            found.append(None)
            continue
        away = max(-REACH, min(REACH, (mean - column.mean) / column.spread))
        cell = nearest_free(round((away / REACH + 1) / 2 * (width - 1)), taken, width)
        taken.add(cell)
        found.append(cell)
    return found


def nearest_free(cell: int, taken: set[int], width: int) -> int:
    """The free cell nearest to `cell`, the one on the right of two."""
    for step in range(width):
        for candidate in (cell + step, cell - step):
            if 0 <= candidate < width and candidate not in taken:
                return candidate
    raise ValueError("every cell is taken")


def axis_line(profile: Profile, i: int, title: str, mark: str, signs: Charset, width: int, name: int) -> Line:
    """One feature: its title, then the letters on their axis."""
    column = profile.columns[i]
    room = width - name - 4
    cells: list[Run] = [(signs.rule if not signs.ascii else "-", "dim")] * room
    cells[round((room - 1) / 2)] = (signs.vline, "dim")
    for segment, cell in zip(profile.segments, places(profile, i, room), strict=True):
        if cell is not None:
            place = letter_place(segment.letter)
            cells[cell] = (sign_of(place), seg(place))
    return line(
        (mark, ""),
        (fmt.pad(title, name, ellipsis=signs.ellipsis), _role(column)),
        (" ", ""),
        *cells,
    )


def _role(column: ProfileColumn) -> str:
    return "bold" if column.used else "dim"


def scale_line(width: int, name: int) -> Line:
    """What the ends and the middle of the lines stand for."""
    room = width - name - 4
    low, high = f"-{REACH:g} sd", f"+{REACH:g} sd"
    middle = "average of all"
    gap = room - len(low) - len(high)
    return line((" " * (name + 3), ""), (low + middle.center(max(len(middle), gap))[: max(0, gap)] + high, "dim"))


def order(profile: Profile) -> list[int]:
    """Columns with numbers first, those that made the clusters before others: the order of the lines."""
    return sorted(
        range(len(profile.columns)),
        key=lambda i: (not profile.columns[i].used, profile.columns[i].level is not None, i),
    )


def legend(segments: Sequence[str]) -> str:
    """How to read the lines."""
    letters = ", ".join(segments)
    return f"{letters}: mean of the segment on the scale of all customers; where crowded, in the next free cell"

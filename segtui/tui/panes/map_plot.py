"""The customer map as a plot: the map, its legend, and whom it counts."""

from __future__ import annotations

from segtui.results import Answer
from segtui.tui import format as fmt
from segtui.tui.panes.base import Pane
from segtui.tui.panes.map_view import MapView, letter_place, map_notes
from segtui.tui.panes.plot_view import PlotView, standing, tsv
from segtui.tui.widgets.cell_map import sign_of
from segtui.tui.widgets.ink import BLANK, Line, beside, line, seg

LEGEND = 30


class MapPlot(PlotView):
    """The customer map."""

    name = "map"

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self.map = MapView()

    def step_axes(self, answer: Answer, by: int) -> bool:
        self.map.step(answer, by)
        return True

    def draw(self, answer: Answer, width: int, height: int) -> list[Line]:
        assert self.session is not None
        # as many lines as the caption may take are kept free whatever it says, so that it never asks for another map
        kept = 2 if standing(answer) else 1
        room = height - kept
        if width < 60:
            lines = self.map.lines(self.session, self.signs, width, room)
        else:
            left = width - LEGEND - 1
            plot = self.map.lines(self.session, self.signs, left, room)
            lines = beside(plot, self._legend(answer, LEGEND, room), left, (" ", ""))
        self.pending = not self.map.is_ready(answer)
        return [*lines[:room], *self._caption(answer, width, kept)]

    def _caption(self, answer: Answer, width: int, most: int) -> list[Line]:
        grid = self.map.grid
        if grid is None:
            return []
        told = self.caption(answer, (map_notes(grid),), width)
        return told if len(told) <= most else self.caption(answer, (map_notes(grid, short=True),), width)[:most]

    def _legend(self, answer: Answer, width: int, height: int) -> list[Line]:
        lines = []
        for s in answer.profile.segments:
            place = letter_place(s.letter)
            sign = f"{sign_of(place)}={s.letter}" if place >= 26 else s.letter
            size = f" {fmt.short(s.size)}"
            name = fmt.pad(fmt.clean(s.name), width - len(sign) - len(size) - 1, ellipsis=self.signs.ellipsis)
            lines.append(line((f"{sign} ", seg(place)), (name, ""), (size, "dim")))
        room = height - 6
        if len(lines) > room:
            lines = [*lines[: room - 1], line((f"{self.signs.ellipsis} {len(lines) - room + 1} more", "dim"))]
        return [
            *lines,
            BLANK,
            line(("letter: the segment that", "dim")),
            line(("most of the cell are in", "dim")),
            line(("upper case: crowded cell", "dim")),
            line(("reversed: centroid", "dim"), (self.hint("   a"), "key"), (self.hint(" axes"), "dim")),
        ]

    def table(self, answer: Answer) -> str:
        grid = self.map.grid
        if grid is None or not self.map.is_ready(answer):
            return ""
        counts, majority = grid.counts.tolist(), grid.majority.tolist()
        rows = [
            (y + 1, x + 1, answer.letters[majority[y][x]], n)
            for y, row in enumerate(counts)
            for x, n in enumerate(row)
            if n > 0
        ]
        return tsv((f"line ({grid.y_title})", f"column ({grid.x_title})", "segment of most", "customers"), rows)

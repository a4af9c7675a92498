"""A table of any length: only the rows on screen are read. The first columns stay in place.

A million rows cost as much as twenty: a page of rows is fetched when it comes into view.
"""

from __future__ import annotations

from textual import events

from segtui.results import Cell, PageColumn, TablePage
from segtui.tui import format as fmt
from segtui.tui.charset import Charset
from segtui.tui.widgets.ink import Line, Run, line, pad
from segtui.tui.widgets.line_view import LineView

NARROWEST, WIDEST, FIRST_WIDEST, READ_WHOLE = 4, 60, 24, 48
MEASURED = 60
"""Rows that decide how wide columns are at first."""


class FrameTable(LineView, can_focus=True):
    """Shows a TablePage with a cursor cell."""

    def __init__(self, signs: Charset, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.signs = signs
        self.page: TablePage | None = None
        self.columns: tuple[PageColumn, ...] = ()
        self.count = 0
        self.row = 0
        self.column = 0
        self.top = 0
        self.frozen = 1
        self.first = 1
        """The leftmost column shown after the frozen ones."""
        self.widths: list[int] = []
        self.found_text = ""
        self._window: tuple[range, list[tuple[Cell, ...]]] = (range(0), [])

    def show(self, page: TablePage, frozen: int = 1) -> None:
        """Show this table from the top; the first `frozen` columns stay in place."""
        self.frozen = max(1, min(frozen, len(page.columns)))
        self.page, self.columns, self.count = page, page.columns, page.row_count
        self.row = self.column = self.top = 0
        self.first = self.frozen
        self._window = (range(0), [])
        sample = page.rows(0, min(MEASURED, self.count))
        self.widths = []
        for i, column in enumerate(self.columns):
            most = READ_WHOLE if column.wide else FIRST_WIDEST
            texts = [fmt.clean(column.title, most), *(fmt.cell(row[i], most) for row in sample)]
            self.widths.append(max(NARROWEST, max(map(len, texts), default=NARROWEST)))
        self.repaint()

    def clear(self) -> None:
        """Show nothing until the next table is there."""
        self.page, self.columns, self.count, self.widths = None, (), 0, []
        self.repaint()

    # -- moving ---------------------------------------------------------------------------------------------

    def go(self, row: int, column: int | None = None) -> None:
        """Put the cursor on a cell, as far as there is one."""
        self.row = max(0, min(self.count - 1, row))
        if column is not None:
            self.column = max(0, min(len(self.columns) - 1, column))
            if self.column >= self.frozen:
                self.first = min(self.first, self.column)
                while self.first < self.column and self.column not in self._shown(self.size.width):
                    self.first += 1
        self.repaint()

    def half_page(self) -> int:
        """Rows in half a screen."""
        return max(1, (self.size.height - 2) // 2)

    def widen(self, by: int) -> None:
        """Make the column under the cursor wider or narrower."""
        if self.widths:
            self.widths[self.column] = max(NARROWEST, min(WIDEST, self.widths[self.column] + by))
            self.repaint()

    # -- drawing --------------------------------------------------------------------------------------------

    def _shown(self, width: int) -> list[int]:
        """The columns that fit, the frozen one first; the last may be cut."""
        if not self.widths:
            return []
        shown = list(range(self.frozen))
        left = width - 1 - sum(self.widths[i] + 2 for i in shown)
        for i in range(max(self.frozen, self.first), len(self.widths)):
            if left < NARROWEST:
                break
            shown.append(i)
            left -= self.widths[i] + 2
        if left < -2 and len(shown) > self.frozen + 1:
            shown.pop()
        return shown

    def _rows(self, wanted: range) -> list[tuple[Cell, ...]]:
        if self._window[0] != wanted and self.page is not None:
            self._window = (wanted, self.page.rows(wanted.start, wanted.stop))
        return self._window[1]

    def paint(self, width: int, height: int) -> list[Line]:
        if self.page is None:
            return []
        room = max(1, height - 2)
        if self.row < self.top:
            self.top = self.row
        elif self.row >= self.top + room:
            self.top = self.row - room + 1
        self.top = max(0, min(self.top, self.count - room))
        shown = self._shown(width)
        wanted = range(self.top, min(self.count, self.top + room))
        lines = [self._header(shown)]
        for number, cells in zip(wanted, self._rows(wanted), strict=False):
            lines.append(self._row(number, cells, shown))
        lines += [line("")] * (height - 1 - len(lines))
        return [*lines, self._foot(width, shown)]

    def _header(self, shown: list[int]) -> Line:
        runs: list[Run] = [(" ", "")]
        for i in shown:
            title = fmt.clean(self.columns[i].title, self.widths[i], self.signs.ellipsis)
            text = pad(title, self.widths[i], "right" if self.columns[i].numeric else "left")
            runs += [(text, "bold key under" if i == self.column else "bold under"), self._gap(i)]
        return line(*runs)

    def _row(self, number: int, cells: tuple[Cell, ...], shown: list[int]) -> Line:
        here = number == self.row
        runs: list[Run] = [(self.signs.cursor if here else " ", "key")]
        for i in shown:
            text = fmt.cell(cells[i], self.widths[i], self.signs.ellipsis)
            role = "mark" if here and i == self.column else "bold" if i < self.frozen else ""
            runs += [(pad(text, self.widths[i], "right" if self.columns[i].numeric else "left"), role), self._gap(i)]
        return line(*runs, ground="cursor" if here else "")

    def _gap(self, i: int) -> Run:
        return (f"{self.signs.vline} ", "dim") if i == self.frozen - 1 else ("  ", "")

    def _foot(self, width: int, shown: list[int]) -> Line:
        if not self.count:
            return line((" no rows", "dim"))
        column = fmt.clean(self.columns[self.column].title, 30, self.signs.ellipsis)
        more = len(self.columns) - len(shown)
        text = f" row {fmt.count(self.row + 1)} of {fmt.count(self.count)}, column {column}"
        if more > 0:
            text += f", {more} of {len(self.columns)} columns out of sight (h l)"
        return line((fmt.cut(text, width, self.signs.ellipsis), "dim"))

    # -- mouse ----------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a row."""
        if 1 <= event.y < self.size.height - 1:
            self.go(self.top + event.y - 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.go(self.row + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.go(self.row - 3)

"""A short list with a cursor, drawn line by line; the screen around it decides what a row means."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from segtui.tui.widgets.ink import Line
from segtui.tui.widgets.line_view import LineView


class PickList(LineView, can_focus=False):
    """Rows of which one is under the cursor; headings are passed over."""

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: Sequence[Line] = ()
        self.selectable: Sequence[bool] = ()
        self.at = 0
        self.top = 0

    def fill(self, rows: Sequence[Line], selectable: Sequence[bool] | None = None, at: int = 0) -> None:
        """Show other rows."""
        self.rows = rows
        self.selectable = selectable if selectable is not None else [True] * len(rows)
        self.at = max(0, min(at, len(rows) - 1))
        if rows and not self.selectable[self.at]:
            self.move(1)
        self.repaint()

    def move(self, by: int) -> None:
        """Move the cursor over rows that can be picked."""
        step = 1 if by > 0 else -1
        left = abs(by)
        at = self.at
        while left and 0 <= at + step < len(self.rows):
            at += step
            if self.selectable[at]:
                self.at = at
                left -= 1
        self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        del width
        if self.at < self.top:
            self.top = self.at
        elif self.at >= self.top + height:
            self.top = self.at - height + 1
        self.top = max(0, min(self.top, len(self.rows) - height))
        if self.top == 1 and self.rows and not self.selectable[0]:
            self.top = 0 if self.at < height else 1
        return [
            row.on("cursor") if i == self.at and self.selectable[i] else row
            for i, row in enumerate(self.rows[self.top : self.top + height], self.top)
        ]

    def on_click(self, event: events.Click) -> None:
        """A click picks a row."""
        row = self.top + event.y
        if row < len(self.rows) and self.selectable[row]:
            self.at = row
            self.repaint()
            self.post_message(self.Picked(row))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.move(-3)

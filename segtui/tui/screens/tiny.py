"""What is shown where a terminal is too small for the rest."""

from __future__ import annotations

from segtui.tui.widgets.ink import Line, line
from segtui.tui.widgets.line_view import LineView

TOO_NARROW, TOO_LOW = 60, 16
"""Fewer columns or lines than these are not enough."""


class Enlarge(LineView):
    """Asks for a larger window and says how large it is."""

    def paint(self, width: int, height: int) -> list[Line]:
        size = self.app.size
        lines = [
            line(("Enlarge the window", "bold")),
            line((f"to {TOO_NARROW}x{TOO_LOW} or more;", "")),
            line((f"it is {size.width}x{size.height}.", "")),
            line(("q quits", "dim")),
        ]
        return lines[:height]

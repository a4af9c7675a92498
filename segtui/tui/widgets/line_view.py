"""A widget drawn line by line: it paints lines, compares them with what is on screen, and redraws only what changed.

All panes and bars stand on it. Nothing is mounted, measured or laid out when an answer arrives, so that a step of k
costs a few milliseconds here and a few kilobytes on the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from segtui.tui.widgets.ink import BLANK, Ink, Line


@runtime_checkable
class InkSource(Protocol):
    """An app that has ink for a background style."""

    def ink(self, base: Style) -> Ink: ...


class LineView(Widget):
    """Paints lines. Subclasses write `paint`; whoever changes what it shows calls `repaint`."""

    DEFAULT_CSS = "LineView { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._strips: list[Strip] = []
        self._drawn_for: tuple[Size, Style] | None = None

    def paint(self, width: int, height: int) -> Sequence[Line]:
        """The lines to show, top first; fewer than `height` leaves the rest blank."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Paint again and redraw the lines that changed."""
        if not self.is_mounted or not self.size.area:
            return
        if self._drawn_for is None or self._drawn_for != (self.size, self.rich_style):
            self.refresh()
            return
        old, self._strips = self._strips, self._make()
        for y, (before, after) in enumerate(zip(old, self._strips, strict=True)):
            if before != after:
                start, stop = _changed(before, after, self.size.width)
                self.refresh(Region(start, y, stop - start, 1))

    def render_line(self, y: int) -> Strip:
        """One line of the widget, from what was painted."""
        key = (self.size, self.rich_style)
        if self._drawn_for != key:
            self._drawn_for = key
            self._strips = self._make()
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def notify_style_update(self) -> None:
        """The theme or a class changed: what was painted no longer holds."""
        self._drawn_for = None
        super().notify_style_update()

    def on_resize(self, _: events.Resize) -> None:
        """Paint for the new size."""
        self._drawn_for = None
        self.refresh()

    def _make(self) -> list[Strip]:
        width, height = self.size
        if not width or not height:
            return []
        assert isinstance(self.app, InkSource)
        ink = self.app.ink(self.rich_style)
        lines = list(self.paint(width, height))[:height]
        lines += [BLANK] * (height - len(lines))
        return [ink.strip(line, width) for line in lines]


def _changed(before: Strip, after: Strip, width: int) -> tuple[int, int]:
    """The cells in which two lines differ, as start and stop; whole segments, so that wide characters stay whole."""
    old, new = list(before), list(after)
    start = 0
    for a, b in zip(old, new, strict=False):
        if a != b:
            break
        start += a.cell_length
    end = width
    for a, b in zip(reversed(old), reversed(new), strict=False):
        if a != b or end - a.cell_length < start:
            break
        end -= a.cell_length
    return (start, end) if start < end else (0, width)

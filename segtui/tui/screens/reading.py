"""Sentences to read in full on a screen of their own, such as the evidence behind a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS, TABLES
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.panes.view import folded
from segtui.tui.screens.messages_log import OWN
from segtui.tui.widgets.ink import Line, line

WRITES = ("export-list", "export-recommendations")
"""What is written from the page behind the evidence."""

X = (("x", "key"), (" write its list", "dim"))


class ReadingView(Pane):
    """The sentences, each broken into as many lines as it needs."""

    place = "reading"
    BINDINGS: ClassVar = [
        binding
        for binding in bindings_for("decide", LISTS, TABLES)
        if isinstance(binding, Binding) and binding.id in (*OWN, *WRITES)
    ]

    def __init__(self, desk: Desk, heading: str, said: Sequence[tuple[str, str]]) -> None:
        super().__init__(desk)
        self._heading, self._said = heading, said
        self._rows = 0

    def row_count(self) -> int:
        return self._rows

    def paint(self, width: int, height: int) -> list[Line]:
        lines: list[Line] = []
        for text, role in self._said:
            lines += [line(" ", *part.runs) for part in folded(text, width - 2, role, "  ")] or [line("")]
        self._rows = len(lines)
        self.first_row_y = 1
        shown = [line((f" {self._heading}", "title"), ground="head")]
        shown += [lines[at].on(self.ground(at)) for at in self.cursor.window(len(lines), height - 2)]
        shown += [line("")] * (height - 1 - len(shown))
        return [*shown, line((" esc or q", "key"), (" back  ", "dim"), ("Y", "key"), (" copy all  ", "dim"), *X)]

    def copied(self, whole: bool) -> tuple[str, str]:
        del whole
        return "\n".join(text for text, _ in self._said), "the text"


class ReadingScreen(Screen[None]):
    """The text; texts in `said` are clean."""

    AUTO_FOCUS = "ReadingView"

    def __init__(self, desk: Desk, heading: str, said: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._desk = desk
        self.pane: Pane = ReadingView(desk, heading, said)
        self.place = "reading"

    def compose(self) -> ComposeResult:
        """One pane."""
        yield self.pane

    def do_export_list(self, argument: str) -> None:
        """Go back to the play that was in front, and write its list."""
        self._behind("export-list", argument)

    def do_export_recommendations(self, argument: str) -> None:
        """Go back, and write what to recommend."""
        self._behind("export-recommendations", argument)

    def _behind(self, command: str, argument: str) -> None:
        self.dismiss(None)
        self._desk.run_command(command, argument)

    def do_back(self, _: str) -> None:
        """Go back."""
        self.dismiss(None)

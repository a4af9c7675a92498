"""The log: everything that was reported since the start, newest first, whole."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS, TABLES
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.status import Status
from segtui.tui.widgets.ink import Line, line, wrap

ROLES = {"error": "bad bold", "warn": "warn", "done": "good"}


OWN = (
    "back", "cursor-down", "cursor-up", "cursor-top", "cursor-bottom", "half-page-down", "half-page-up", "copy",
    "copy-table",
)  # fmt: skip
"""The commands of tables that mean something here."""


class LogView(Pane):
    """The messages, each broken into as many lines as it needs."""

    place = "log"
    BINDINGS: ClassVar = [
        binding for binding in bindings_for(LISTS, TABLES) if isinstance(binding, Binding) and binding.id in OWN
    ]

    def __init__(self, desk: Desk, status: Status) -> None:
        super().__init__(desk)
        self._status = status
        self._rows = 0

    def row_count(self) -> int:
        return self._rows

    def paint(self, width: int, height: int) -> list[Line]:
        lines: list[Line] = []
        for entry in reversed(self._status.log):
            when = fmt.time_of_day(entry.when)
            drawn = wrap(entry.text, width - 12, ROLES.get(entry.kind, ""))
            for i, part in enumerate(drawn):
                lines.append(line((f" {when if i == 0 else '':<9} ", "dim"), *part.runs))
        if not lines:
            lines = [line((" nothing was reported so far", "dim"))]
        self._rows = len(lines)
        self.first_row_y = 1
        window = self.cursor.window(len(lines), height - 2)
        title = line((" Messages, newest first", "title"), ground="head")
        shown = [title, *(lines[i].on(self.ground(i)) for i in window)]
        shown += [line("")] * (height - 1 - len(shown))
        return [*shown, line((" esc or q", "key"), (" back  ", "dim"), ("Y", "key"), (" copy all", "dim"))]

    def copied(self, whole: bool) -> tuple[str, str]:
        entries = list(self._status.log)
        if not entries:
            return "", ""
        chosen = entries if whole else entries[-1:]
        return "\n".join(
            f"{fmt.time_of_day(e.when)}\t{e.text}" for e in chosen
        ), "the messages" if whole else "the last message"


class MessagesScreen(Screen[None]):
    """The log on a screen of its own."""

    AUTO_FOCUS = "LogView"

    def __init__(self, desk: Desk, status: Status) -> None:
        super().__init__()
        self.pane: Pane = LogView(desk, status)
        self.place = "log"

    def compose(self) -> ComposeResult:
        """One pane."""
        yield self.pane

    def do_back(self, _: str) -> None:
        """Go back."""
        self.dismiss(None)

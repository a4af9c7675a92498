"""All keys and commands on one searchable screen; typing searches, enter runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from segtui.tui import format as fmt
from segtui.tui.commands import PLACES, Command, command, key_sign, matches
from segtui.tui.widgets.ink import Line, line
from segtui.tui.widgets.line_input import LineInput
from segtui.tui.widgets.pick_list import PickList

RUNS_NOTHING = ("cursor-down", "cursor-up", "cursor-top", "cursor-bottom", "half-page-down", "half-page-up", "help")


class HelpScreen(Screen[str | None]):
    """Returns the id of the command to run, or None. usable: why a command cannot run now, or nothing.

    keys: the keys of a command as they are now, with what the config changed.
    """

    CSS_PATH = "../styles/help.tcss"
    BINDINGS: ClassVar = [Binding("escape,ctrl+g,f1", "give_up", show=False)]

    def __init__(self, usable: Callable[[Command], str], keys: Callable[[str], tuple[str, ...]]) -> None:
        super().__init__()
        self._usable = usable
        self._keys = keys
        self._ids: list[str] = []

    def compose(self) -> ComposeResult:
        """Title, search line, list, hint."""
        yield Static(Text(" Keys and commands"), id="title", markup=False)
        yield LineInput(placeholder="type to search, enter runs the command under the cursor", id="line")
        yield PickList(id="list")
        yield Static(Text(""), id="whole", markup=False)
        yield Static(Text(" type to search   up/down move   enter run   esc back"), id="foot", markup=False)

    def on_mount(self) -> None:
        """Show everything."""
        self._search("")
        self.set_focus(self.query_one(LineInput))

    def on_input_changed(self, event: LineInput.Changed) -> None:
        """Search while typing."""
        self._search(event.value)

    def _search(self, text: str) -> None:
        rows: list[Line] = []
        self._ids = []
        found = matches(text)
        for place, heading in PLACES.items():
            here = [c for c in found if c.where[0] == place]
            if here:
                rows.append(line((f" {heading}", "title")))
                self._ids.append("")
            for c in here:
                rows.append(self._line(c))
                self._ids.append(c.id)
        if not rows:
            rows, self._ids = [line((" nothing is called that; backspace takes letters back", "dim"))], [""]
        self.query_one(PickList).fill(rows, [bool(id) for id in self._ids])
        self._explain()

    def _line(self, c: Command) -> Line:
        why_not = self._usable(c)
        keys = "  ".join(key_sign(key) for key in self._keys(c.id)) or "-"
        narrow = self.size.width < 100
        return line(
            (f"   {fmt.pad(keys, 13 if narrow else 22)} ", "key"),
            (fmt.pad(f":{c.word} {c.argument}", 19 if narrow else 36) + " ", "dim"),
            (c.help, "dim" if why_not else ""),
        )

    def on_line_input_pressed(self, event: LineInput.Pressed) -> None:
        """Arrows move in the list."""
        steps = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10, "tab": 1, "shift+tab": -1}
        self.query_one(PickList).move(steps[event.key])
        self._explain()

    def _explain(self) -> None:
        """The whole sentence on the command under the cursor, which may be cut in the list."""
        at = self.query_one(PickList).at
        id = self._ids[at] if at < len(self._ids) else ""
        why_not = self._usable(command(id)) if id else ""
        text = f"{command(id).help}{f' (now: {why_not})' if why_not else ''}" if id else ""
        self.query_one("#whole", Static).update(Text(f" {text}"))

    def on_input_submitted(self, _: LineInput.Submitted) -> None:
        """Run what is under the cursor."""
        self._run(self.query_one(PickList).at)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """A click runs a command."""
        self._run(event.row)

    def _run(self, row: int) -> None:
        id = self._ids[row] if row < len(self._ids) else ""
        if not id:
            return
        why_not = self._usable(command(id))
        if why_not:
            self._explain()
        else:
            self.dismiss(None if id in RUNS_NOTHING else id)

    def action_give_up(self) -> None:
        """Back."""
        self.dismiss(None)

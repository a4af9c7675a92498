"""The command line: type a verb with its arguments, or a few letters of what is wanted, and press enter."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from segtui.tui import format as fmt
from segtui.tui.commands import COMMANDS, Command, find_verb, key_sign, matches
from segtui.tui.widgets.ink import Line, line
from segtui.tui.widgets.line_input import LineInput
from segtui.tui.widgets.pick_list import PickList

NOT_HERE = ("command-line", "cursor-down", "cursor-up", "cursor-top", "cursor-bottom", "half-page-down", "half-page-up")
"""Commands that make no sense when typed."""

Call = tuple[str, str]
"""A command's id and its argument."""


class CommandLine(ModalScreen[Call | None]):
    """Returns what to run, or None. usable: says why a command cannot run now, or nothing."""

    CSS_PATH = "../styles/command_line.tcss"
    BINDINGS: ClassVar = [Binding("escape,ctrl+g", "give_up", show=False)]

    def __init__(self, usable: Callable[[Command], str]) -> None:
        super().__init__()
        self._usable = usable
        self._commands = tuple(c for c in COMMANDS if c.id not in NOT_HERE)
        self._found: tuple[Command, ...] = self._commands

    def compose(self) -> ComposeResult:
        """Matches above, the line below."""
        with Vertical(id="box"):
            yield PickList(id="matches")
            yield LineInput(placeholder="k 6   weight monetary 2   theme light   export out.csv", id="line")

    def on_mount(self) -> None:
        """Show all commands, the cursor in the line."""
        self._search("")
        self.set_focus(self.query_one(LineInput))

    def on_input_changed(self, event: LineInput.Changed) -> None:
        """Search while typing."""
        self._search(event.value)

    def _search(self, text: str) -> None:
        word, _, argument = text.strip().partition(" ")
        exact = find_verb(word) if word else None
        if exact is not None and (argument or text.endswith(" ")):
            self._found = (exact,)
        else:
            self._found = matches(text, self._commands)
        self.query_one(PickList).fill([self._line(c) for c in self._found])

    def _line(self, c: Command) -> Line:
        why_not = self._usable(c)
        keys = " ".join(key_sign(key, short=True) for key in c.keys[:2])
        return line(
            (" " + fmt.pad(f"{c.word} {c.argument}", 30), "dim" if why_not else "bold"),
            (fmt.pad(keys, 10), "key"),
            (f"{c.help}{f' ({why_not})' if why_not else ''}", "dim" if why_not else ""),
        )

    def on_line_input_pressed(self, event: LineInput.Pressed) -> None:
        """Arrows move in the list, tab completes."""
        steps = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8, "shift+tab": -1}
        chosen = self._chosen()
        if event.key == "tab":
            if chosen is not None:
                entry = self.query_one(LineInput)
                _, _, argument = entry.value.strip().partition(" ")
                entry.value = f"{chosen.word} {argument}"
                entry.cursor_position = len(entry.value)
        else:
            self.query_one(PickList).move(steps[event.key])

    def _chosen(self) -> Command | None:
        at = self.query_one(PickList).at
        return self._found[at] if at < len(self._found) else None

    def on_input_submitted(self, event: LineInput.Submitted) -> None:
        """Run the verb that was typed, else the command under the cursor."""
        word, _, argument = event.value.strip().partition(" ")
        if not word and self.query_one(PickList).at == 0:  # nothing was typed and nothing chosen
            self.dismiss(None)
            return
        typed = find_verb(word) if word else None
        if typed is not None and (argument or self.query_one(PickList).at == 0):
            self.dismiss((typed.id, argument.strip()))
            return
        chosen = self._chosen()
        if chosen is not None:
            self.dismiss((chosen.id, ""))

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """A click runs a command."""
        self.dismiss((self._found[event.row].id, ""))

    def action_give_up(self) -> None:
        """Nothing is run."""
        self.dismiss(None)

"""Asks for one line of text at the foot of the screen, and says what is wrong with it while it is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from segtui.tui import format as fmt
from segtui.tui.widgets.line_input import LineInput

Check = Callable[[str], str]


class Prompt(ModalScreen[str | None]):
    """Returns the text, or None where it was given up. check: what is wrong with a text, or nothing."""

    CSS_PATH = "../styles/prompt.tcss"
    BINDINGS: ClassVar = [Binding("escape,ctrl+g", "give_up", show=False)]

    def __init__(self, title: str, text: str, check: Check) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._check = check

    def compose(self) -> ComposeResult:
        """Title, input, problem."""
        with Vertical(id="box"):
            yield Static(Text(fmt.clean(self._title, self.app.size.width - 2)), id="title", markup=False)
            yield LineInput(fmt.clean(self._text), id="line", select_on_focus=True)
            yield Static(Text("enter takes it, esc gives up"), id="problem", markup=False)

    def on_mount(self) -> None:
        """The keys go to the line at once."""
        self.set_focus(self.query_one(LineInput))

    def on_input_changed(self, event: LineInput.Changed) -> None:
        """Say what is wrong while typing."""
        self._tell(self._check(event.value))

    def on_input_submitted(self, event: LineInput.Submitted) -> None:
        """Take the text, if nothing is wrong with it."""
        problem = self._check(event.value)
        if problem:
            self._tell(problem)
        else:
            self.dismiss(event.value)

    def _tell(self, problem: str) -> None:
        line = self.query_one("#problem", Static)
        line.update(Text(fmt.clean(problem) or "enter takes it, esc gives up"))
        line.set_class(bool(problem), "-wrong")

    def action_give_up(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)

"""Asks for one of several things at the foot of the screen: a short list, the present one under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from segtui.tui import format as fmt
from segtui.tui.widgets.ink import line
from segtui.tui.widgets.pick_list import PickList

Choice = tuple[str, str]
"""What can be chosen, and what it means."""


class Pick(ModalScreen[int | None]):
    """Returns the place of what was chosen, or None where it was given up."""

    CSS_PATH = "../styles/pick.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar = [
        Binding("j,down,tab", "step(1)", show=False),
        Binding("k,up,shift+tab", "step(-1)", show=False),
        Binding("ctrl+d,pagedown", "step(8)", show=False),
        Binding("ctrl+u,pageup", "step(-8)", show=False),
        Binding("g,home", "step(-1000)", show=False),
        Binding("G,end", "step(1000)", show=False),
        Binding("enter,space", "take", show=False),
        Binding("escape,ctrl+g,q,backspace", "give_up", show=False),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], at: int = 0) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._at = at

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(id="box"):
            yield Static(Text(fmt.clean(self._title)), id="title", markup=False)
            yield PickList(id="choices")
            yield Static(Text("enter takes it, j k move, esc gives up"), id="foot", markup=False)

    def on_mount(self) -> None:
        """Show the choices."""
        wide = max((len(name) for name, _ in self._choices), default=0)
        rows = [
            line((f" {fmt.pad(fmt.clean(name), wide)}  ", "bold"), (fmt.clean(means), "dim"))
            for name, means in self._choices
        ]
        choices = self.query_one(PickList)
        choices.styles.height = min(len(rows), max(3, self.app.size.height - 8))
        choices.fill(rows, at=self._at)

    def action_step(self, by: int) -> None:
        """Move."""
        self.query_one(PickList).move(by)

    def action_take(self) -> None:
        """Choose what is under the cursor."""
        self.dismiss(self.query_one(PickList).at)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """A click chooses."""
        self.dismiss(event.row)

    def action_give_up(self) -> None:
        """Leave everything as it was."""
        self.dismiss(None)

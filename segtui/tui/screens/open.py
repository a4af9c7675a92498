"""The open screen: take up where you left, recent files, a path with completion, the demo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from segtui import __version__
from segtui.tui import format as fmt
from segtui.tui.panes.base import Desk
from segtui.tui.widgets.ink import Line, line
from segtui.tui.widgets.line_input import LineInput
from segtui.tui.widgets.pick_list import PickList

if TYPE_CHECKING:
    from segtui.session.autosave import Saved
    from segtui.tui.screens.files import Choice, Found


@dataclass(frozen=True, slots=True)
class Wish:
    """What was chosen: paths, the demo, or a saved session."""

    paths: tuple[str, ...] = ()
    demo: bool = False
    saved: Saved | None = None


class OpenScreen(Screen[None]):
    """Hands what was chosen to `chosen`. first: nothing is open yet, so there is nothing to go back to."""

    BINDINGS: ClassVar = [Binding("escape,ctrl+g", "give_up", show=False)]

    def __init__(
        self, desk: Desk, state: Path | None, chosen: Callable[[Wish], None], *, first: bool, problem: str = ""
    ) -> None:
        super().__init__()
        self._chosen_wish = chosen
        self.desk = desk
        self.place = "open"
        self._state = state
        self._first = first
        self._problem = problem
        self._choices: list[Choice | None] = []
        self._around: tuple[Choice, ...] = ()
        self._typed = 0

    def compose(self) -> ComposeResult:
        """Title, path, list, hints."""
        yield Static(Text(f" segtui {__version__}   customer segmentation"), id="title", markup=False)
        yield Static(
            Text(" Open one or more files: CSV and kin, Parquet, Arrow, NDJSON, JSON, Excel"),
            id="what",
            markup=False,
        )
        yield LineInput(placeholder="path, tab completes; several with blanks between, or a folder", id="line")
        yield Static(Text(fmt.clean(self._problem)), id="problem", markup=False)
        yield PickList(id="list")
        leave = "ctrl+q quit" if self._first else "esc back"
        yield Static(Text(f" enter open   up/down choose   tab complete   {leave}"), id="foot", markup=False)

    def on_mount(self) -> None:
        """Look for what can be offered, off the event loop."""
        self._fill(())
        self.set_focus(self.query_one(LineInput))
        self.query_one("#problem").display = bool(self._problem)
        self.desk.errand(self._look, self._looked)

    def _look(self) -> Found:
        from segtui.tui.screens.files import look_around

        return look_around(self._state)

    def _looked(self, result: object) -> None:
        if self.is_attached:
            self._around = cast("Found", result).choices
            if not self.query_one(LineInput).value:
                self._fill(self._around)

    def fail(self, problem: str) -> None:
        """Say why the last choice could not be opened."""
        line = self.query_one("#problem", Static)
        line.update(Text(f" ! {fmt.clean(problem)}"))
        line.display = bool(problem)

    def _fill(self, choices: Sequence[Choice]) -> None:
        rows: list[Line] = []
        self._choices = []
        heading = ""
        for choice in choices:
            if choice.heading != heading:
                heading = choice.heading
                rows.append(line((f" {heading}", "title")))
                self._choices.append(None)
            rows.append(
                line(
                    (f"   {fmt.pad(fmt.clean(choice.title), 40 if self.size.width < 100 else 80)}  ", ""),
                    (fmt.clean(choice.detail), "dim"),
                )
            )
            self._choices.append(choice)
        self.query_one(PickList).fill(rows, [choice is not None for choice in self._choices])

    # -- typing ---------------------------------------------------------------------------------------------

    def on_input_changed(self, event: LineInput.Changed) -> None:
        """Show what a path could become; what was said about the last one is over."""
        self._typed += 1
        mine, text = self._typed, event.value
        if not text.strip():
            self._fill(self._around)
            return

        def came(result: object) -> None:
            if mine == self._typed and self.is_attached:
                self._fill(cast("Found", result).choices)

        self.desk.errand(lambda: _complete(text), came)

    def on_line_input_pressed(self, event: LineInput.Pressed) -> None:
        """Arrows move in the list, tab completes the path."""
        if event.key != "tab":
            steps = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8, "shift+tab": -1}
            self.query_one(PickList).move(steps[event.key])
            return
        text = self.query_one(LineInput).value
        mine = self._typed

        def came(result: object) -> None:
            completed = cast("Found", result).completed
            if mine == self._typed and self.is_attached and completed:
                entry = self.query_one(LineInput)
                entry.value = completed
                entry.cursor_position = len(entry.value)

        self.desk.errand(lambda: _complete(text), came)

    def on_input_submitted(self, event: LineInput.Submitted) -> None:
        """Open the path, or without one what is under the cursor."""
        text = event.value.strip()
        chosen = self._chosen()
        if not text:
            self._choose(chosen)
        elif chosen is not None and self.query_one(PickList).at > 1:
            self._choose(chosen)  # the analyst moved down the list
        else:
            self._open_typed(text)

    def _open_typed(self, text: str, more: tuple[str, ...] = ()) -> None:
        """Open the paths that a line names, and these."""
        if not more and not any(character.isspace() or character in "'\"" for character in text):
            self._finish(Wish((str(Path(text).expanduser()),)))
            return
        self.desk.errand(lambda: _paths_in(text), lambda paths: self._finish(Wish((*cast("list[str]", paths), *more))))

    def _chosen(self) -> Choice | None:
        at = self.query_one(PickList).at
        return self._choices[at] if at < len(self._choices) else None

    def on_pick_list_picked(self, _: PickList.Picked) -> None:
        """A click opens."""
        self._choose(self._chosen())

    def _choose(self, choice: Choice | None) -> None:
        if choice is None:
            return
        if choice.folder:
            from segtui.tui.screens.files import quoted

            entry = self.query_one(LineInput)
            entry.value = choice.before + quoted(choice.path)
            entry.cursor_position = len(entry.value)
        elif choice.before.strip():
            self._open_typed(choice.before, (choice.path,))
        else:
            self._finish(Wish((choice.path,) if choice.path else (), choice.demo, choice.saved))

    def _finish(self, wish: Wish) -> None:
        if not self._first:
            self.dismiss(None)
        self._chosen_wish(wish)

    def action_give_up(self) -> None:
        """Back to what is open."""
        if not self._first:
            self.dismiss(None)


def _complete(text: str) -> Found:
    from segtui.tui.screens.files import complete

    return complete(text)


def _paths_in(text: str) -> tuple[str, ...]:
    from segtui.tui.screens.files import paths_in

    return paths_in(text)

"""The export dialog: where to, in which format; shows the first rows and asks before it overwrites."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from segtui.recipe import LABELLED_FORMATS, LabelledSpec
from segtui.session.questions import CustomersQuestion, Question
from segtui.tui import format as fmt
from segtui.tui.panes.base import Desk
from segtui.tui.widgets.ink import Line, line
from segtui.tui.widgets.line_input import LineInput
from segtui.tui.widgets.line_view import LineView
from segtui.tui.widgets.pick_list import PickList

if TYPE_CHECKING:
    from segtui.results import TablePage

ROWS = 3
FOLDER = 2
"""The option that leads to a whole folder."""
ENDINGS = {".jsonl": "ndjson", ".pq": "parquet", ".feather": "arrow", ".ipc": "arrow", ".txt": "tsv"}


class Options(PickList, can_focus=True):
    """Format and spreadsheet safety; space or left and right change what is under the cursor."""

    BINDINGS: ClassVar = [
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("space,right,l", "screen.turn(1)", show=False),
        Binding("left,h", "screen.turn(-1)", show=False),
        Binding("tab,shift+tab", "screen.to_path", show=False),
        Binding("enter", "screen.write", show=False),
        Binding("D", "screen.folder", show=False),
    ]

    def action_step(self, by: int) -> None:
        """Move; above the first row lies the path."""
        if by < 0 and self.at == 0:
            self.screen.query_one(LineInput).focus()
        else:
            self.move(by)


class Preview(LineView):
    """The first rows, so that one sees what is written."""

    def __init__(self) -> None:
        super().__init__(id="preview")
        self.page: TablePage | None = None

    def paint(self, width: int, height: int) -> list[Line]:
        if self.page is None:
            return [line((" reading the first rows", "dim"))]
        titles = [column.title for column in self.page.columns]
        rows = self.page.rows(0, min(ROWS, self.page.row_count))
        widths = [
            max(4, min(16, max(len(fmt.clean(title, 16)), *(len(fmt.cell(row[i], 16)) for row in rows), 0)))
            for i, title in enumerate(titles)
        ]
        lines = [line((" " + "  ".join(fmt.pad(fmt.clean(t), w) for t, w in zip(titles, widths, strict=True)), "bold"))]
        for row in rows:
            cells = (fmt.pad(fmt.cell(cell), w) for cell, w in zip(row, widths, strict=True))
            lines.append(line((" " + "  ".join(cells), "")))
        return lines[:height]


class ExportScreen(Screen[LabelledSpec | None]):
    """Returns what to write, or None."""

    CSS_PATH = "../styles/export.tcss"
    BINDINGS: ClassVar = [Binding("escape,ctrl+g", "give_up", show=False)]

    def __init__(self, desk: Desk, path: str) -> None:
        super().__init__()
        self.desk = desk
        self.place = "export"
        self._path = path
        self._format: str | None = None
        self._safe = False
        self._confirmed = ""

    def compose(self) -> ComposeResult:
        """Path, options, preview, what goes where."""
        yield Static(Text(" Export: every input row, in its order, with its segment"), id="title", markup=False)
        yield LineInput(fmt.clean(self._path), placeholder="path of the file to write", id="line")
        yield Options(id="options")
        yield Static(Text(""), id="problem", markup=False)
        yield Static(Text(""), id="explain", markup=False)
        yield Preview()
        yield Static(Text(" enter write   tab options   space change   esc back"), id="foot", markup=False)

    def on_mount(self) -> None:
        """Show the options, ask for the first rows."""
        self._refill()
        self.set_focus(self.query_one(LineInput))
        session = self.desk.session
        if session is not None:
            question = CustomersQuestion(None)
            if session.found(question) is None:
                session.ask(question)
            self.found(question)

    def found(self, question: Question) -> None:
        """The first rows may be there."""
        session = self.desk.session
        page = session.found(CustomersQuestion(None)) if session is not None else None
        if page is not None and question == CustomersQuestion(None):
            view = self.query_one(Preview)
            view.page = cast("TablePage", page)
            view.repaint()

    def _refill(self) -> None:
        by_ending = guess_format(self.query_one(LineInput).value)
        chosen = self._format or (f"by the ending: {by_ending}" if by_ending else "by the ending")
        signs = self.desk.charset
        safe = signs.on if self._safe else signs.off
        rows = [
            line(("   format       ", "dim"), (chosen, "bold")),
            line(
                ("   csv-safe     ", "dim"),
                (safe, "bold"),
                (" prefix cells a spreadsheet would run as a formula", "dim"),
            ),
        ]
        rows.append(line(("   a folder     ", "dim"), ("D", "key"), (" everything known of these segments", "dim")))
        options = self.query_one(Options)
        options.fill(rows, at=options.at)
        explain = "Adds segment, segment_name, distance, segment_note; the recipe is written beside it (.recipe.toml)."
        self.query_one("#explain", Static).update(Text(f" {explain}"))

    def on_input_changed(self, _: LineInput.Changed) -> None:
        """Another path is another question."""
        self._confirmed = ""
        self._tell("")
        self._refill()

    def on_line_input_pressed(self, event: LineInput.Pressed) -> None:
        """Tab and down lead to the options."""
        if event.key in ("tab", "down"):
            self.query_one(Options).focus()

    def action_to_path(self) -> None:
        """Back to the path."""
        self.set_focus(self.query_one(LineInput))

    def action_turn(self, by: int) -> None:
        """Change the option under the cursor."""
        at = self.query_one(Options).at
        if at == FOLDER:
            self.action_folder()
        elif at == 1:
            self._safe = not self._safe
        else:
            choices = (None, *LABELLED_FORMATS)
            self._format = choices[(choices.index(self._format) + by) % len(choices)]
        self._refill()

    def action_folder(self) -> None:
        """Deliver a whole folder instead."""
        self.dismiss(None)
        self.desk.run_command("deliver")

    def on_input_submitted(self, _: LineInput.Submitted) -> None:
        """Write."""
        self.action_write()

    def action_write(self) -> None:
        """Write; where there is a file already, enter must be pressed again."""
        path = os.path.expanduser(self.query_one(LineInput).value.strip())
        options = self.query_one(Options)
        if options.has_focus and options.at == FOLDER:
            self.action_folder()
        elif not path:
            self._tell("a path is needed")
        elif self._format is None and guess_format(path) is None:
            self._tell("the ending says no format: choose one with tab and space, or end the path in .csv, .parquet …")
        else:
            self.desk.errand(lambda: _standing(path), lambda there: self._go(path, cast("tuple[str, ...]", there)))

    def _go(self, path: str, there: tuple[str, ...]) -> None:
        if not self.is_attached:
            return
        if there and self._confirmed != path:
            self._confirmed = path
            names = " and ".join(fmt.clean(name) for name in there)
            what = "exists: enter once more replaces it" if len(there) == 1 else "exist: enter once more replaces both"
            self._tell(f"{names} {what}, esc keeps {'it' if len(there) == 1 else 'them'}")
            return
        self.dismiss(LabelledSpec(path, self._format, overwrite=bool(there), csv_safe=self._safe))

    def _tell(self, problem: str) -> None:
        self.query_one("#problem", Static).update(Text(f" ! {fmt.clean(problem)}" if problem else ""))

    def action_give_up(self) -> None:
        """Write nothing."""
        self.dismiss(None)


def _standing(path: str) -> tuple[str, ...]:
    """The files that writing to `path` would replace: itself and the recipe beside it. Touches the disk."""
    from pathlib import Path

    from segtui.recipe_file import recipe_path

    return tuple(name for name in (path, str(recipe_path(Path(path)))) if os.path.lexists(name))


def guess_format(path: str) -> str | None:
    """The format that a path's ending names."""
    ending = os.path.splitext(path.strip().removesuffix(".gz").removesuffix(".zst"))[1].lower()
    if ending in ENDINGS:
        return ENDINGS[ending]
    return ending[1:] if ending[1:] in LABELLED_FORMATS else None

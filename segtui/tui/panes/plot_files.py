"""A plot as an SVG file: where to, asking before something is replaced, written whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING

from segtui.atomic import WholeFiles
from segtui.errors import SegtuiError
from segtui.tui import format as fmt
from segtui.tui.svg import document
from segtui.tui.widgets.line_view import InkSource

if TYPE_CHECKING:
    from segtui.tui.panes.plots import PlotsPane


class PlotFile:
    """Writes what a pane shows; the disk is touched off the event loop only."""

    def __init__(self, pane: PlotsPane) -> None:
        self.pane = pane
        self.desk = pane.desk

    def ask(self, typed: str) -> None:
        """Ask where to, unless it was said."""
        lines = self.pane.whole()
        if self.pane.view.pending or not lines:
            self.pane.repaint()
            self.desk.say("the plot is still being drawn: try again when it is there")
            return
        self.pane.repaint()
        app = self.pane.app
        assert isinstance(app, InkSource)
        ink, title = app.ink(self.pane.rich_style), self.pane.heading()

        def make() -> str:  # off the event loop: a large plot takes some hundredths of a second
            return document(lines, ink, title)

        if typed.strip():
            self._look(typed, make)
        else:
            self.desk.prompt("Write the plot as SVG to", self.file_name(), _path, lambda path: self._look(path, make))

    def file_name(self) -> str:
        """A name for the file: the data's, the plot's, the form's."""
        session = self.pane.session
        sources = session.recipe.gather.sources if session is not None else ()
        stem = PurePath(sources[0].path).name.split(".")[0] if sources else ""
        words = re.findall(r"[a-z0-9]+", f"{self.pane.view.name} {self.pane.view.shape}".lower())
        return fmt.clean("_".join([*([stem] if stem else []), *words])[:60] + ".svg")

    def _look(self, typed: str, make: Callable[[], str]) -> None:
        path = os.path.expanduser(typed.strip())
        ending = os.path.splitext(path)[1]
        path = path if ending else f"{path}.svg"
        if ending and ending.lower() != ".svg":
            self.desk.say(f"{fmt.clean(ending, 20)}: a plot is written as .svg, and as nothing else", "error")
            return

        def looked(there: object) -> None:
            if there:
                title = f"{fmt.clean(os.path.basename(path))} exists: type yes to replace it"
                self.desk.prompt(title, "", _yes, lambda _: self._write(path, make, overwrite=True))
            else:
                self._write(path, make, overwrite=False)

        self.desk.errand(lambda: os.path.lexists(path), looked)

    def _write(self, path: str, make: Callable[[], str], *, overwrite: bool) -> None:
        session = self.pane.session
        recipe = [source.path for source in session.recipe.gather.sources] if session is not None else []
        read = [report.path for report in session.dataset.sources] if session is not None and session.dataset else []

        def done(problem: object) -> None:
            if problem:
                self.desk.say(str(problem), "error")
            else:
                self.desk.say(f"plot written to {fmt.clean(path)}", "done")

        self.desk.errand(lambda: write(path, make(), (*recipe, *read), overwrite=overwrite), done)


def write(path: str, text: str, sources: tuple[str, ...], *, overwrite: bool) -> str:
    """Write a text file, whole or not at all; what went wrong, or nothing."""
    try:
        with WholeFiles(overwrite=overwrite, sources=sources) as files:
            files.stage(path).write_text(text, encoding="utf-8", newline="\n")
            files.commit()
    except SegtuiError as error:
        return str(error)
    return ""


def _yes(text: str) -> str:
    return "" if text.strip().lower() in ("y", "yes") else "type yes, or press esc to leave everything as it is"


def _path(text: str) -> str:
    return "" if text.strip() else "a path is needed"

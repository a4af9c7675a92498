"""One view of a pane that has several: its rows, its cursor, its lines; the pane around it has the keys."""

from __future__ import annotations

from typing import ClassVar

from segtui.results import Answer
from segtui.tui.bridge import SessionLike
from segtui.tui.charset import Charset
from segtui.tui.panes.base import Cursor, Pane
from segtui.tui.widgets.ink import Line, line, wrap


class View:
    """Subclasses give `name`, `row_count` and `paint`. It reads the session and computes nothing."""

    name: ClassVar[str] = ""

    def __init__(self, pane: Pane) -> None:
        self.pane = pane
        self.cursor = Cursor()
        self.first_row_y = 0

    @property
    def session(self) -> SessionLike | None:
        return self.pane.session

    @property
    def answer(self) -> Answer | None:
        return self.pane.answer

    @property
    def signs(self) -> Charset:
        return self.pane.signs

    @property
    def k(self) -> int:
        """The analyst's own k."""
        return self.session.recipe.cluster.k if self.session else 0

    def row_count(self) -> int:
        """How many rows the cursor can be on."""
        return 0

    def row_at(self, y: int) -> int | None:
        """The row on a line of the view; for clicks."""
        row = self.cursor.top + y - self.first_row_y
        return row if y >= self.first_row_y and row < self.row_count() else None

    def step(self, by: int) -> None:
        """The cursor goes left or right."""

    def chosen_k(self) -> tuple[int | None, str]:
        """The k that enter uses, or why there is none; neither: a sweep comes first."""
        return None, ""

    def paint(self, width: int, height: int) -> list[Line]:
        """The lines of the view, at most `height`."""
        raise NotImplementedError

    def copied(self, whole: bool) -> tuple[str, str]:
        """What is copied as tab-separated text, and what to call it."""
        del whole
        return "", ""


def told(text: str, width: int, role: str = "") -> list[Line]:
    """A sentence on as many lines as it takes, a blank before each."""
    return [line(" ", *part.runs) for part in wrap(text, width - 2, role)]


BOUND = "\ue000"
"""Stands for a blank at which no line is broken."""


def folded(text: str, width: int, role: str = "", indent: str = "") -> list[Line]:
    """`text` on as many lines as it takes; a figure and its % stay on one."""
    lines = wrap(text.replace(" %", f"{BOUND}%"), width, role, indent)
    return [line(*((words.replace(BOUND, " "), own) for words, own in part.runs)) for part in lines]


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """Rows as tab-separated text; a missing value is an empty cell."""
    lines = ["\t".join(head)] if head else []
    lines += ["\t".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join(lines)

"""The customers of a segment, or the rows left out, in a table that scrolls however many there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.screen import Screen

from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS, TABLES
from segtui.tui.panes.base import Desk
from segtui.tui.screens.bars import hint_line
from segtui.tui.widgets.frame_table import FrameTable
from segtui.tui.widgets.ink import Line, line
from segtui.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from segtui.results import TablePage
    from segtui.session.questions import Question
    from segtui.tui.status import Status


class CustomersScreen(Screen[None]):
    """A table that answers a question, and others beside it that a key goes on to."""

    CSS_PATH = "../styles/customers.tcss"
    AUTO_FOCUS = "FrameTable"
    BINDINGS: ClassVar = bindings_for(TABLES, LISTS)

    def __init__(self, desk: Desk, status: Status, tables: Sequence[tuple[str, Question]]) -> None:
        super().__init__()
        self.desk = desk
        self.status = status
        self.place = TABLES
        self._tables = tables
        self._at = 0
        self.heading, self.question = tables[0]
        self.table = FrameTable(desk.charset, id="table")
        self.failed = False
        self._last_find = ""
        self._said = False
        self._searching = 0

    def compose(self) -> ComposeResult:
        """Title, table, status and keys."""
        yield _Title(self)
        yield self.table
        yield _Foot(self)

    def on_mount(self) -> None:
        """Ask for the table."""
        session = self.desk.session
        if session is not None and not self._take():
            session.ask(self.question)

    def do_next_table(self, _: str) -> None:
        if len(self._tables) == 1:
            self._say("there is one table of these")
            return
        self._at = (self._at + 1) % len(self._tables)
        self.heading, self.question = self._tables[self._at]
        self.failed = False
        self.table.clear()
        session = self.desk.session
        if session is not None and not self._take():
            session.ask(self.question)
        self.refresh_lines()

    def found(self, question: Question) -> None:
        """A question was answered, perhaps this one."""
        if question == self.question and self.table.page is None:
            self._take()

    def ended(self) -> None:
        """The work was stopped or failed: the status line says why."""
        self.failed = self.table.page is None
        self.refresh_lines()

    def _take(self) -> bool:
        session = self.desk.session
        result = session.found(self.question) if session is not None else None
        if result is None:
            return False
        page = cast("TablePage", result)
        titles = [column.title for column in page.columns]
        id_column = session.dataset.id_column if session is not None and session.dataset is not None else None
        frozen = titles.index(id_column) + 1 if id_column in titles[:4] else 1
        self.table.show(page, frozen)
        self.refresh_lines()
        return True

    def refresh_lines(self) -> None:
        """Redraw what changed around the table."""
        for view in self.query(LineView):
            view.repaint()

    def file_name(self) -> str:
        """A name for the file that this table may be written to."""
        session = self.desk.session
        sources = session.recipe.gather.sources if session is not None else ()
        stem = PurePath(sources[0].path).name.split(".")[0] if sources else ""
        words = re.findall(r"[a-z0-9]+", self.heading.lower())
        return fmt.clean("_".join([*([stem] if stem else []), *words])[:60] + ".csv")

    # -- commands -------------------------------------------------------------------------------------------

    def do_back(self, _: str) -> None:
        if self._said:
            self.desk.say("")  # it was about this table
        self.dismiss(None)

    def do_cursor_down(self, _: str) -> None:
        self.table.go(self.table.row + 1)

    def do_cursor_up(self, _: str) -> None:
        self.table.go(self.table.row - 1)

    def do_cursor_top(self, _: str) -> None:
        self.table.go(0)

    def do_cursor_bottom(self, _: str) -> None:
        self.table.go(self.table.count - 1)

    def do_half_page_down(self, _: str) -> None:
        self.table.go(self.table.row + self.table.half_page())

    def do_half_page_up(self, _: str) -> None:
        self.table.go(self.table.row - self.table.half_page())

    def do_scroll_left(self, _: str) -> None:
        self.table.go(self.table.row, self.table.column - 1)

    def do_scroll_right(self, _: str) -> None:
        self.table.go(self.table.row, self.table.column + 1)

    def do_wider(self, _: str) -> None:
        self.table.widen(2)

    def do_narrower(self, _: str) -> None:
        self.table.widen(-2)

    # -- finding --------------------------------------------------------------------------------------------

    def do_find(self, argument: str) -> None:
        if argument:
            self._find_first(argument)
        else:
            self.desk.prompt("Find in the text columns", self._last_find, lambda _: "", self._find_first)

    def _find_first(self, text: str) -> None:
        self._last_find = text.strip()
        self._find(self.table.row, forward=True)

    def do_find_next(self, _: str) -> None:
        self._find(self.table.row + 1, forward=True)

    def do_find_previous(self, _: str) -> None:
        self._find(self.table.row - 1, forward=False)

    def _find(self, start: int, *, forward: bool) -> None:
        """Search on a thread: a million rows take longer than a key press may."""
        page, text = self.table.page, self._last_find
        if page is None or not text:
            return
        self._searching += 1
        mine = self._searching
        self._say(f"looking for {fmt.clean(text, 40)}{self.desk.charset.ellipsis}")

        def came(result: object) -> None:
            if mine != self._searching or not self.is_attached:
                return
            if isinstance(result, int):
                self.table.go(result)
                self._say(f"{fmt.clean(text, 40)} in row {fmt.count(result + 1)}")
            else:
                self._say(f"no {'further' if forward else 'earlier'} row with {fmt.clean(text, 40)}")

        if 0 <= start < self.table.count:
            self.desk.errand(lambda: page.find(text, start, forward), came)
        else:
            came(None)

    def _say(self, text: str) -> None:
        self._said = True
        self.desk.say(text)
        self.refresh_lines()

    def copied(self, whole: bool) -> tuple[str, str]:
        """The cell under the cursor, or the whole row with its titles."""
        table = self.table
        if table.page is None or not table.count:
            return "", ""
        cells = table.page.rows(table.row, table.row + 1)[0]
        if not whole:
            return fmt.clean("" if cells[table.column] is None else cells[table.column]), "the cell"
        titles = "\t".join(fmt.clean(column.title) for column in table.columns)
        values = "\t".join("" if cell is None else fmt.clean(cell) for cell in cells)
        return f"{titles}\n{values}", "the row"


class _Title(LineView):
    """What the table is about."""

    def __init__(self, owner: CustomersScreen) -> None:
        super().__init__(id="title")
        self._owner = owner

    def paint(self, width: int, height: int) -> list[Line]:
        del height
        page = self._owner.table.page
        waiting = (
            "  cannot be shown, see below" if self._owner.failed else f"  reading{self._owner.desk.charset.ellipsis}"
        )
        rest = waiting if page is None else f"  {page.said}".rstrip()
        heading = fmt.cut(fmt.clean(self._owner.heading), width - 2 - len(rest), self._owner.desk.charset.ellipsis)
        return [line((f" {heading}", "title"), (rest, "dim"), ground="head")]


class _Foot(LineView):
    """The status and the keys."""

    def __init__(self, owner: CustomersScreen) -> None:
        super().__init__(id="foot")
        self._owner = owner

    def paint(self, width: int, height: int) -> list[Line]:
        del height
        status = self._owner.status
        role = {"error": "bad bold", "warn": "warn"}.get(status.kind, "dim")
        text = fmt.cut(status.text, width, self._owner.desk.charset.ellipsis)
        return [line((text, role)), hint_line(TABLES, self._owner.desk, width)]

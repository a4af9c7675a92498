"""What all panes share: a list with a cursor, drawn line by line, that reads the session and never computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import events
from textual.message import Message

from segtui.tui.charset import Charset
from segtui.tui.widgets.ink import Line, line, wrap
from segtui.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from segtui.recipe import Recipe
    from segtui.results import Answer, TraceStep
    from segtui.session.questions import Question
    from segtui.tui.bridge import SessionLike


NO_CUSTOMERS = (
    "This table has baskets and no customers, so there is nobody to segment. What works: Baskets (6), with its rules, "
    "uses and drawings. For segments, open order lines with a column that names the customer (o), or say in Data (1) "
    "which column does (e)."
)


class Desk(Protocol):
    """What a pane may use of the app; panes do not know the app itself."""

    @property
    def session(self) -> SessionLike | None: ...
    @property
    def charset(self) -> Charset: ...
    @property
    def traces(self) -> Sequence[TraceStep]:
        """The k-means iterations heard of since the last request."""
        ...

    def change(self, recipe: Recipe, label: str) -> None:
        """Make a recipe the current one."""
        ...

    def say(self, text: str, kind: str = "info") -> None:
        """Put a sentence on the status line; kind is info, done, warn or error."""
        ...

    def prompt(self, title: str, text: str, check: Callable[[str], str], then: Callable[[str], None]) -> None:
        """Ask for a line of text. `check` returns what is wrong with it, or nothing."""
        ...

    def pick(self, title: str, choices: Sequence[tuple[str, str]], at: int, then: Callable[[int], None]) -> None:
        """Ask for one of several things, each with what it means; `at` is the present one."""
        ...

    def run_command(self, id: str, argument: str = "") -> None:
        """Do what the command with this id does."""
        ...

    def open_table(self, title: str, question: Question, *others: tuple[str, Question]) -> None:
        """Show the table that answers a question on a screen of its own; a key goes on to the others."""
        ...

    def open_lab(self) -> None:
        """Show the scaling lab on a screen of its own."""
        ...

    def open_prediction(self) -> None:
        """Show what segments know of later orders on a screen of its own."""
        ...

    def open_adoption(self) -> None:
        """Show what trees would make of the segments on a screen of its own."""
        ...

    def compare(self, sides: str) -> None:
        """Show who moved between two runs, as `:compare` takes them, on a screen of its own."""
        ...

    def errand(self, work: Callable[[], object], then: Callable[[object], None]) -> None:
        """Do something short off the event loop, then hand the result to `then` on it."""
        ...

    def post_message(self, message: Message) -> bool: ...


class Cursor:
    """A row in a list and the first row shown; kept within the list whatever becomes of it."""

    def __init__(self) -> None:
        self.at = 0
        self.top = 0

    def move(self, to: int, count: int) -> None:
        """Go to a row, as far as there is one."""
        self.at = max(0, min(count - 1, to))

    def window(self, count: int, height: int) -> range:
        """The rows to show in `height` lines, with the cursor among them."""
        self.at = max(0, min(count - 1, self.at))
        height = max(1, height)
        if self.at < self.top:
            self.top = self.at
        elif self.at >= self.top + height:
            self.top = self.at - height + 1
        self.top = max(0, min(self.top, count - height))
        return range(self.top, min(count, self.top + height))


class Pane(LineView, can_focus=True):
    """One tab. Subclasses give `place`, `row_count` and `paint`, and write a `do_…` method per command."""

    place: ClassVar[str] = ""
    title: ClassVar[str] = ""
    shows_recipe: ClassVar[bool] = False
    """Whether it shows the recipe itself, and not only the answer: then a key press changes it at once."""

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id or (self.place or None))
        self.desk = desk
        self.cursor = Cursor()
        self.first_row_y = 0
        """The line of the pane on which the first shown row stands; for clicks."""

    # -- what is there --------------------------------------------------------------------------------------

    @property
    def session(self) -> SessionLike | None:
        return self.desk.session

    @property
    def signs(self) -> Charset:
        return self.desk.charset

    @property
    def answer(self) -> Answer | None:
        return self.session.shown if self.session else None

    @property
    def nobody(self) -> bool:
        """Whether the open data has baskets and no customers."""
        return self.session is not None and self.session.dataset is not None and self.session.dataset.baskets_only

    def row_count(self) -> int:
        """How many rows the cursor can be on."""
        return 0

    def on_answer(self) -> None:
        """A new answer is on screen, or the pane came to the front: ask for what only this pane needs."""

    def on_found(self, question: Question) -> None:
        """A question was answered."""

    def on_ended(self, job: str, text: str) -> None:
        """A job of this name was stopped or failed; text: how."""

    def copied(self, whole: bool) -> tuple[str, str]:
        """What `y` (or, whole, `Y`) copies, and what to call it; empty text where there is nothing."""
        del whole
        return "", ""

    # -- moving ---------------------------------------------------------------------------------------------

    def move_to(self, row: int) -> None:
        """Put the cursor on a row."""
        self.cursor.move(row, self.row_count())
        self.on_moved()
        self.repaint()

    def on_moved(self) -> None:
        """The cursor is on another row."""

    def do_cursor_down(self, _: str) -> None:
        self.move_to(self.cursor.at + 1)

    def do_cursor_up(self, _: str) -> None:
        self.move_to(self.cursor.at - 1)

    def do_cursor_top(self, _: str) -> None:
        self.move_to(0)

    def do_cursor_bottom(self, _: str) -> None:
        self.move_to(self.row_count() - 1)

    def do_half_page_down(self, _: str) -> None:
        self.move_to(self.cursor.at + max(1, self.size.height // 2))

    def do_half_page_up(self, _: str) -> None:
        self.move_to(self.cursor.at - max(1, self.size.height // 2))

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a row."""
        row = self.row_at(event.y)
        if row is not None:
            self.move_to(row)

    def row_at(self, y: int) -> int | None:
        """The row that stands on a line of the pane."""
        row = self.cursor.top + y - self.first_row_y
        return row if y >= self.first_row_y and row < self.row_count() else None

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.move_to(self.cursor.at + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.move_to(self.cursor.at - 3)

    # -- lines ----------------------------------------------------------------------------------------------

    def mark(self, row: int) -> str:
        """The sign in front of a row: the cursor, or nothing. It does not rely on colour."""
        return f"{self.signs.cursor} " if row == self.cursor.at else "  "

    def ground(self, row: int) -> str:
        """The ground of a row."""
        return "cursor" if row == self.cursor.at else ""

    def rule(self, width: int, title: str = "") -> Line:
        """A horizontal rule, with a title in it."""
        sign = self.signs.rule
        if not title:
            return line((sign * width, "dim"))
        return line((sign * 2 + " ", "dim"), (title, "title"), (" " + sign * max(0, width - len(title) - 4), "dim"))

    def waiting(self, width: int, text: str = "") -> list[Line]:
        """What a pane shows while there is nothing to show yet."""
        return [line(""), *(line("  ", *part.runs) for part in wrap(text or self.why_empty(), width - 3, "dim"))]

    def why_empty(self) -> str:
        """Why there is nothing yet, and what to do."""
        session = self.session
        if session is None:
            return "starting" + self.signs.ellipsis
        if session.busy:
            return f"{session.busy}{self.signs.ellipsis}  (ctrl+c stops)"
        if session.dataset is None:
            return "no data is open: press o to open a file"
        if session.dataset.baskets_only:
            return NO_CUSTOMERS
        return "there is no answer yet: the status line below says why"

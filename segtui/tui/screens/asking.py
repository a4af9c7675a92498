"""A screen for one question that takes a while: asked when it is opened, and again about every new answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.screen import Screen

from segtui.tui import format as fmt
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.widgets.ink import Line, line, wrap

if TYPE_CHECKING:
    from segtui.session.questions import Question
    from segtui.tui.status import Status


class AskingView(Pane):
    """Draws the reply, or why there is none. Subclasses give `wanted` and `doing`."""

    doing: ClassVar[str] = ""
    """What is said while it is computed and no progress has come yet."""

    def __init__(self, desk: Desk, status: Status) -> None:
        super().__init__(desk)
        self._status = status
        self.ended = False
        self.question: Question | None = None

    def wanted(self) -> Question | None:
        """The question about what is on screen now; None where it cannot be asked."""
        raise NotImplementedError

    def ask(self) -> None:
        """Have it computed where it is not there."""
        self.ended = False
        self.question = self.wanted()
        if self.session is not None and self.question is not None:
            self.session.ask(self.question)
        self.repaint()

    def reply(self) -> object | None:
        """What was found, None where it is not there yet."""
        return self.session.found(self.question) if self.session and self.question is not None else None

    def came(self) -> None:
        """The reply is there for the first time: put the cursor where one wants it."""

    def not_there(self, width: int) -> list[Line]:
        """What stands in the place of the reply."""
        if self.ended:
            return wrap(f"there is no table: {fmt.clean(self._status.text)}", width - 1, "warn", "  ")
        job = self._status.job
        doing = fmt.clean(job.doing) if job is not None else self.doing
        share = f" {fmt.share(job.done)} %" if job is not None and job.done is not None else ""
        return [line((f" {doing}{share}{self.signs.ellipsis}  (ctrl+c stops, esc leaves)", "dim"))]


class AskingScreen(Screen[None]):
    """One view, computed when it is opened."""

    def __init__(self, view: AskingView) -> None:
        super().__init__()
        self.view = view
        self.pane: Pane = view
        self.place = view.place

    def compose(self) -> ComposeResult:
        """One pane."""
        yield self.pane

    def on_mount(self) -> None:
        """Ask."""
        self.set_focus(self.pane)
        self.view.ask()

    def found(self, question: Question) -> None:
        """A question was answered, perhaps this one."""
        if question == self.view.question:
            self.view.came()
            self.view.repaint()

    def new_answer(self) -> None:
        """Another answer came meanwhile, such as the converged one: it is asked about that."""
        self.view.ask()

    def ended(self) -> None:
        """The work was stopped or failed."""
        self.view.ended = self.view.question is not None and self.view.reply() is None
        self.view.repaint()

    def refresh_lines(self) -> None:
        """Show the progress."""
        self.view.repaint()

    def do_back(self, _: str) -> None:
        """Go back."""
        self.dismiss(None)

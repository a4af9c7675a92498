"""The one place where events of the session arrive on the event loop; what is out of date is dropped here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from segtui.session.events import (
    ASSESSING,
    DELIVERING,
    EXPORTING,
    MINING,
    RECOMMENDING,
    REOPENING,
    SHUFFLING,
    TRYING,
    Answered,
    Assessed,
    Event,
    Exported,
    Failed,
    FolderWritten,
    Found,
    Idle,
    Opened,
    Previewed,
    Progressed,
    Shuffled,
    StoppedByAnalyst,
    Swept,
    Tried,
)
from segtui.tui import format as fmt
from segtui.tui.screens.asking import AskingScreen
from segtui.tui.screens.main import MainScreen

if TYPE_CHECKING:
    from segtui.tui.app import SegApp
    from segtui.tui.bridge import SessionLike

WRITING = (EXPORTING, DELIVERING)
"""Jobs whose loss is asked about when the program is left."""

ASIDE_SECONDS = 1.0
"""The progress of an assessment, and of trying features, is shown once in so many seconds."""


class Hearing:
    """Turns what the session says into what is on screen."""

    def __init__(self, app: SegApp) -> None:
        self.app = app
        self._problems_told = False
        self._last_aside = 0.0

    def heard(self, event: Event, session: SessionLike) -> None:
        """Act on an event, unless it is out of date or the app is being left."""
        if not self.app.screen_stack:
            return
        if isinstance(event, Answered):
            if event.answer is session.shown:
                self._answered()
        elif isinstance(event, Progressed):
            self._progressed(event, session)
        elif isinstance(event, Found):
            if session.found(event.question) is not None:
                found = getattr(self.app.screen, "found", None)
                if found is not None:
                    found(event.question)
        elif isinstance(event, Swept):
            self.app.redraw()
            if event.finished:
                self.app.say(
                    f"criteria for {fmt.plural(len(event.sweep.rows), 'value')} of k are there: 3 shows them", "done"
                )
        elif isinstance(event, Tried):
            self._repaint("features")
        elif isinstance(event, Shuffled):
            self._repaint("baskets")
        else:
            self._ended(event)

    def _answered(self) -> None:
        assert self.app.session is not None
        if not self.app.session.busy:
            self.app.status.job = None
        if self.app.status.kind == "error":
            self.app.status.quieten()
        answer = self.app.session.shown
        if answer is not None and answer.exact:
            for warning in answer.warnings:
                self.app.status.note(fmt.clean(warning), "warn")
        for screen in self.app.screen_stack:
            if isinstance(screen, MainScreen | AskingScreen):
                screen.new_answer()
            elif callable(renew := getattr(screen, "new_answer", None)):  # what need not be there at the start
                renew()

    def _progressed(self, event: Progressed, session: SessionLike) -> None:
        if not session.busy and not session.background:
            return
        if event.trace is not None:
            self.app.traces.append(event.trace)
        self.app.status.job = event.progress
        if event.job in (ASSESSING, TRYING, SHUFFLING, RECOMMENDING) and not self._due():
            return
        self.app.redraw_lines()
        self._repaint("choose_k")
        if event.job == MINING:
            self._repaint("baskets")

    def _repaint(self, place: str) -> None:
        """Paint a pane again where it is in front."""
        screen = self.app.screen
        if isinstance(screen, MainScreen) and screen.place == place and screen.pane is not None:
            screen.pane.repaint()

    def _due(self) -> bool:
        """Whether it is time to draw what nobody waits for: over a slow line every redraw costs."""
        now = time.monotonic()
        due = now - self._last_aside >= ASIDE_SECONDS
        self._last_aside = now if due else self._last_aside
        return due

    def _ended(self, event: Event) -> None:
        if isinstance(event, Previewed | Assessed):
            self.app.redraw()
        elif isinstance(event, Opened):
            self._opened(event)
        elif isinstance(event, Exported):
            self.app.exporting = False
            self.app.status.job = None
            paths = ", ".join(fmt.clean(path) for path in event.paths)
            notes = "".join(f"; {fmt.clean(note)}" for note in event.notes)
            self.app.say(f"written: {paths}{notes}", "done")
        elif isinstance(event, FolderWritten):
            self._delivered(event)
        elif isinstance(event, Failed):
            self._failed(event)
        elif isinstance(event, StoppedByAnalyst):
            self.app.exporting = self.app.exporting and event.job not in WRITING
            self.app.status.job = None
            back = "; the data is as it was, u takes the change back" if event.job == REOPENING else ""
            back = "; nothing was written" if event.job == DELIVERING else back
            self.app.say(f"stopped: {event.job}{back or '; what stood before still stands'}", "done")
            self._job_ended(event.job, "stopped")
            self.app.redraw()
        elif isinstance(event, Idle):
            self.app.status.job = None
            self.app.redraw()

    def _delivered(self, event: FolderWritten) -> None:
        """Say where it went; in the log also what is not there, and what is to be known of it."""
        self.app.exporting = False
        self.app.status.job = None
        self.app.delivered = event
        for part, why in event.missing:
            self.app.status.say(f"not delivered: {part}: {fmt.clean(why)}", "warn")
        for warning in event.warnings:
            self.app.status.note(fmt.clean(warning), "warn")
        files = f"{fmt.plural(len(event.files), 'file')}, {fmt.size(event.size)}"
        missing = f"; not there: {', '.join(part for part, _ in event.missing)} (! says why)" if event.missing else ""
        self.app.say(f"delivered to {fmt.clean(event.folder)}: {files}{missing}", "done")
        self.app.redraw()

    def _opened(self, event: Opened) -> None:
        self.app.opening.under_way = self.app.opening.under_way and event.again
        self.app.status.job = None
        warnings = [*event.dataset.warnings, *event.inspection.warnings]
        for warning in warnings:
            self.app.status.say(fmt.clean(warning), "warn")
        alone = event.dataset.baskets_only
        customers = "baskets without customers" if alone else fmt.plural(event.dataset.customers, "customer")
        left = event.dataset.input_rows - event.dataset.customers
        rest = f", {fmt.plural(left, 'row')} left out" if left else ""
        more = f"; {fmt.plural(len(warnings), 'warning')}" if warnings else ""
        if self.app.problems and not self._problems_told:
            more += f"; {fmt.plural(len(self.app.problems), 'problem')} with settings or themes"
            self._problems_told = True
        more += ", ! shows them" if more else ""
        if event.again:
            gone = ", ".join(fmt.clean(name) for name in event.gone)
            lost = f"; no longer there and passed over: {gone}" if gone else ""
            self.app.status.say(f"read again: {customers}{rest}{lost}{more}", "warn" if lost else "info")
        else:
            self.app.status.say(f"opened: {customers}{rest}{more}", "info")
            self.app.call_later(self.app.go_to, "baskets" if alone else "segments")
        self.app.redraw()

    def _failed(self, event: Failed) -> None:
        self.app.status.job = None
        if event.job in WRITING:
            self.app.exporting = False
        text = fmt.clean(event.error)
        was_opening, self.app.opening.under_way = self.app.opening.under_way, False
        self.app.say(text, "error")
        self._job_ended(event.job, text)
        if was_opening and self.app.session is not None and self.app.session.dataset is None:
            self.app.opening.again(text)
        self.app.redraw()

    def _job_ended(self, job: str, text: str) -> None:
        for screen in self.app.screen_stack:
            if isinstance(screen, MainScreen):
                screen.job_ended(job, text)
        waiting = getattr(self.app.screen, "ended", None)  # a screen that waits for one reply
        if callable(waiting):
            waiting()

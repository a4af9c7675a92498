"""The main screen: the lines above, one pane, the lines below. Panes are made when they are first looked at."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen

from segtui.tui.commands import PANES
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.screens.bars import Bottom, Top
from segtui.tui.screens.tiny import TOO_LOW, TOO_NARROW, Enlarge
from segtui.tui.status import Status

if TYPE_CHECKING:
    from segtui.session.questions import Question

PANE_CLASSES = {
    "data": ("segtui.tui.panes.data", "DataPane"),
    "features": ("segtui.tui.panes.features", "FeaturesPane"),
    "choose_k": ("segtui.tui.panes.choose_k", "ChooseKPane"),
    "segments": ("segtui.tui.panes.segments", "SegmentsPane"),
    "plots": ("segtui.tui.panes.plots", "PlotsPane"),
    "baskets": ("segtui.tui.panes.baskets", "BasketsPane"),
    "decide": ("segtui.tui.panes.decide", "DecidePane"),
    "runs": ("segtui.tui.panes.runs", "RunsPane"),
}
"""Imported when first shown, so that the first paint waits for one pane only."""


class MainScreen(Screen[None]):
    """The analysis."""

    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-too-narrow"), (TOO_NARROW, "-wide-enough")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-too-low"), (TOO_LOW, "-high-enough")]  # noqa: RUF012

    def __init__(self, desk: Desk, status: Status, place: str = "data") -> None:
        super().__init__()
        self.desk = desk
        self.top_lines = Top(desk)
        self.bottom_lines = Bottom(desk, status)
        self.panes: dict[str, Pane] = {}
        self._place = place
        self._fits = True

    @property
    def place(self) -> str:
        """The pane in front."""
        return self._place

    @property
    def pane(self) -> Pane | None:
        """The pane in front."""
        return self.panes.get(self._place)

    def compose(self) -> ComposeResult:
        """Above, pane, below."""
        self.top_lines.place = self.bottom_lines.place = self._place
        yield self.top_lines
        with Container(id="body"):
            yield self._make(self._place)
        yield self.bottom_lines
        yield Enlarge()

    def _make(self, place: str) -> Pane:
        module, name = PANE_CLASSES[place]
        pane: Pane = getattr(import_module(module), name)(self.desk)
        self.panes[place] = pane
        return pane

    def on_mount(self) -> None:
        """The keys go to the pane."""
        if self.pane is not None:
            self.set_focus(self.pane)

    async def show_pane(self, place: str) -> Pane:
        """Bring a pane to the front."""
        before = self.pane
        self._place = self.top_lines.place = self.bottom_lines.place = place
        if place not in self.panes:
            await self.query_one("#body").mount(self._make(place))
        pane = self.panes[place]
        if before is not None and before is not pane:
            before.display = False
        pane.display = True
        self.set_focus(pane)  # at once, so that keys typed ahead reach the new pane
        pane.on_answer()
        self.refresh_lines()
        pane.repaint()
        return pane

    def neighbour(self, by: int) -> str:
        """The pane after or before the one in front."""
        return PANES[(PANES.index(self._place) + by) % len(PANES)]

    # -- what changed ---------------------------------------------------------------------------------------

    def refresh_lines(self) -> None:
        """Redraw what changed above and below the pane."""
        wanted = self.bottom_lines.wanted_height(self.size.width or 80)
        if self.bottom_lines.styles.height is None or self.bottom_lines.styles.height.value != wanted:
            self.bottom_lines.styles.height = wanted
        self.top_lines.repaint()
        self.bottom_lines.repaint()

    def refresh_all(self) -> None:
        """Redraw what changed anywhere."""
        self.refresh_lines()
        if self.pane is not None:
            self.pane.repaint()

    def recipe_changed(self) -> None:
        """There is another recipe, its answer under way: what shows only answers is left alone, because painting
        it again would take the processor from the answer."""
        self.refresh_lines()
        if self.pane is not None and self.pane.shows_recipe:
            self.pane.repaint()

    def new_answer(self) -> None:
        """There is another answer on screen."""
        if self.pane is not None:
            self.pane.on_answer()
        self.refresh_all()

    def found(self, question: Question) -> None:
        """A question was answered."""
        if self.pane is not None:
            self.pane.on_found(question)

    def job_ended(self, job: str, text: str) -> None:
        """A job was stopped or failed."""
        for pane in self.panes.values():
            pane.on_ended(job, text)

    def zoom(self) -> bool:
        """Give the pane all lines but the run line and the two below, or take them back."""
        zoomed = not self.top_lines.zoomed
        self.top_lines.zoomed = zoomed
        self.top_lines.styles.height = 1 if zoomed else 4
        return zoomed

    def on_resize(self, event: events.Resize) -> None:
        """The status line may need another height, and a pane that was hidden for want of room has lost the keys."""
        self.refresh_lines()
        fitted, self._fits = self._fits, event.size.width >= TOO_NARROW and event.size.height >= TOO_LOW
        if self._fits and not fitted:  # not at every resize: a dumb terminal would be laid out without end
            self.call_after_refresh(self._give_keys_back)

    def _give_keys_back(self) -> None:
        if self.focused is None and self.pane is not None:
            self.set_focus(self.pane)

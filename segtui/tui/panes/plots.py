"""Plots: the customer map, sizes, a feature by segment, a heat map, parallel coordinates, silhouettes, convergence."""

from __future__ import annotations

from typing import ClassVar

from segtui.session.questions import MisfitsQuestion, Question
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.panes.distribution_plot import DistributionView
from segtui.tui.panes.heat_plot import HeatView
from segtui.tui.panes.map_plot import MapPlot
from segtui.tui.panes.plot_files import PlotFile
from segtui.tui.panes.plot_view import PlotView
from segtui.tui.panes.simple_plots import ConvergenceView, ParallelView, SilhouettesView, SizesView
from segtui.tui.widgets.ink import Line, Run, line

OTHER_NAMES = {"centroids": "heat map", "heatmap": "heat map"}


class PlotsPane(Pane):
    """One plot at a time."""

    place = "plots"
    title = "Plots"
    BINDINGS: ClassVar = bindings_for("plots", LISTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.map, self.distribution, self.silhouettes = MapPlot(self), DistributionView(self), SilhouettesView(self)
        self.plots: tuple[PlotView, ...] = (
            self.map, SizesView(self), self.distribution, HeatView(self), ParallelView(self), self.silhouettes,
            ConvergenceView(self),
        )  # fmt: skip
        self._at = 0
        self.cursor = self.view.cursor

    @property
    def view(self) -> PlotView:
        """The plot in front."""
        return self.plots[self._at]

    def row_count(self) -> int:
        return self.view.row_count()

    def row_at(self, y: int) -> int | None:
        return self.view.row_at(y - 1) if y >= 1 else None

    def mark(self, row: int) -> str:
        """As everywhere; in a file there is no cursor."""
        return "  " if self.view.still else super().mark(row)

    def ground(self, row: int) -> str:
        """As everywhere; in a file there is no cursor."""
        return "" if self.view.still else super().ground(row)

    def on_found(self, question: Question) -> None:
        self.repaint()

    # -- commands -------------------------------------------------------------------------------------------

    def do_next_plot(self, argument: str) -> None:
        wanted = argument.strip().lower()
        wanted = OTHER_NAMES.get(wanted, wanted)
        found = [i for i, plot in enumerate(self.plots) if wanted and plot.name.startswith(wanted)]
        if wanted and not found:
            names = ", ".join(plot.name for plot in self.plots)
            self.desk.say(f"no plot is called {fmt.clean(argument, 30)}; there are {names}", "error")
            return
        self.show_plot(found[0] if found else self._at + 1)

    def do_previous_plot(self, _: str) -> None:
        self.show_plot(self._at - 1)

    def show_plot(self, at: int) -> None:
        """Bring a plot to the front."""
        self._at = at % len(self.plots)
        self.cursor = self.view.cursor
        self.move_to(0)

    def do_next_axes(self, argument: str) -> None:
        if argument.strip():
            self._take_axes(argument.strip())
        else:
            self._step_axes(1)

    def do_previous_axes(self, _: str) -> None:
        self._step_axes(-1)

    def _step_axes(self, by: int) -> None:
        answer = self.answer
        if answer is not None and not self.view.step_axes(answer, by):
            self.desk.say("this plot has no axes to choose: p goes to the next plot")
        self.repaint()

    def _take_axes(self, typed: str) -> None:
        """Two axes for the map, or a feature for the distribution."""
        answer = self.answer
        if answer is None:
            return
        features = {name.lower(): name for name in self.distribution.features(answer)}
        if typed.lower() in features:
            self.distribution.feature = features[typed.lower()]
            self.show_plot(self.plots.index(self.distribution))
        elif self.map.map.choose(answer, typed, self.session.inspection if self.session else None):
            self.show_plot(self.plots.index(self.map))
        else:
            self.desk.say(
                "axes are two features with numbers or components, such as: axes recency monetary, or axes pc1 pc3; "
                "one feature: its distribution",
                "error",
            )

    def do_next_form(self, argument: str) -> None:
        view, wanted = self.view, argument.strip().lower()
        if not wanted:
            self._step_form(1)
            return
        for plot in (view, *self.plots):
            found = [i for i, name in enumerate(plot.forms) if name.startswith(wanted)]
            if found:
                plot.form = found[0]
                self.show_plot(self.plots.index(plot))
                return
        names = ", ".join(name for plot in self.plots for name in plot.forms)
        self.desk.say(f"no form is called {fmt.clean(argument, 30)}; there are {names}", "error")

    def do_previous_form(self, _: str) -> None:
        self._step_form(-1)

    def _step_form(self, by: int) -> None:
        view = self.view
        if not view.forms:
            self.desk.say("this plot has one form only; the distribution and the heat map have several")
            return
        view.form = (view.form + by) % len(view.forms)
        self.move_to(0)

    def do_scroll_plot_right(self, _: str) -> None:
        self._scroll(1)

    def do_scroll_plot_left(self, _: str) -> None:
        self._scroll(-1)

    def _scroll(self, by: int) -> None:
        answer, view = self.answer, self.view
        if answer is not None:
            view.left = max(0, min(view.left + by, view.columns(answer) - 1))
            self.repaint()

    def do_list_misfits(self, _: str) -> None:
        if self.view is not self.silhouettes:
            self.desk.say("misfits are listed from the silhouettes: p goes to the next plot")
        else:
            self.desk.open_table("Misfits: nearer to another segment than to their own, worst first", MisfitsQuestion())

    def do_plot_svg(self, argument: str) -> None:
        PlotFile(self).ask(argument)

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        if self.answer is None or self.session is None:
            return self.waiting(width)
        return [self._strip(width), *self.view.paint(width, height - 1)]

    def _strip(self, width: int) -> Line:
        runs: list[Run] = []
        for plot in self.plots:
            chosen = plot is self.view
            runs.append((f"[{plot.name}]" if chosen else f" {plot.name} ", "bold key" if chosen else "dim"))
        if width > 84:
            runs += [("  p ", "key"), ("next", "dim")]
        return line(*runs)

    def heading(self) -> str:
        """What a copy or a file is called: the plot, the data, and the run."""
        session, answer = self.session, self.answer
        if session is None or answer is None:
            return self.view.name
        sources = session.recipe.gather.sources
        name = fmt.clean(sources[0].path.rstrip("/").rpartition("/")[2]) if sources else ""
        more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
        k, seed = answer.segmentation.k, answer.segmentation.seed
        return f"{self.view.name.capitalize()}: {name}{more}, {fmt.plural(k, 'segment')}, seed {seed}"

    def whole(self) -> list[Line]:
        """The plot as a file shows it: all rows and columns, without a cursor and without the strip of plots."""
        answer, view = self.answer, self.view
        if answer is None or not self.size.area:
            return []
        top, left = view.cursor.top, view.left
        room = view.whole(answer, self.size.width, self.size.height - 1)
        view.left = 0 if room[0] > self.size.width else left
        lines = self._paint_still(*room)
        view.cursor.top, view.left = top, left
        while lines and not lines[-1].text.strip():
            lines.pop()
        return [line((self.heading(), "title")), *lines]

    def _paint_still(self, width: int, height: int) -> list[Line]:
        """The plot without a cursor and without words on what to press."""
        self.view.still = True
        try:
            return self.view.paint(width, height)
        finally:
            self.view.still = False

    def copied(self, whole: bool) -> tuple[str, str]:
        """The plot as drawn, under its title; or the numbers behind it."""
        answer, view = self.answer, self.view
        if answer is None or not self.size.area:
            return "", ""
        if whole:
            return view.table(answer), f"the numbers of the {view.name} as a table"
        drawn = self._paint_still(self.size.width, self.size.height - 1)
        texts = [self.heading(), *(fmt.clean(each.text).rstrip() for each in drawn)]
        return "\n".join(texts).rstrip(), f"the plot ({view.name}) as text"

"""Choose k: how many segments, are they real, will they hold. Five views of the same question, and the settings."""

from __future__ import annotations

from typing import ClassVar

from segtui.evidence import SweepRow
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes.base import Desk
from segtui.tui.panes.criteria_view import CriteriaView
from segtui.tui.panes.family_view import FamilyView
from segtui.tui.panes.k_picks import PicksView
from segtui.tui.panes.structure_view import StructureView
from segtui.tui.panes.trace_view import TraceView, describe
from segtui.tui.panes.view import View
from segtui.tui.panes.views import ViewsPane
from segtui.tui.widgets.ink import BLANK, Line, Run, first_fitting, line, wrap

NO_SWEEP = (
    "No sweep yet: enter or K computes the criteria for a range of k in the background, e sets the range; "
    "+ and - change k at once."
)
HIGH = 24
"""From this height on the settings have a rule above them, and the newest iteration below."""


class ChooseKPane(ViewsPane):
    """The sweep and the run."""

    place = "choose_k"
    title = "Choose k"
    shows_recipe = True
    BINDINGS: ClassVar = bindings_for("choose_k", LISTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.criteria, self.family = CriteriaView(self), FamilyView(self)
        self.views: tuple[View, ...] = (
            self.criteria, PicksView(self), self.family, StructureView(self), TraceView(self),
        )  # fmt: skip
        self.cursor = self.view.cursor

    def rows(self) -> tuple[SweepRow, ...]:
        """The sweep so far, lowest k first."""
        return self.session.swept.rows if self.session else ()

    # -- commands -------------------------------------------------------------------------------------------

    def shown_view(self) -> None:
        """The family tree puts its cursor on the k in use."""
        if self.view is self.family:
            self.family.entered()

    def do_use_k(self, _: str) -> None:
        k, why_not = self.view.chosen_k()
        if k is not None:
            self.desk.run_command("set-k", str(k))
        elif why_not:
            self.desk.say(why_not)
        else:
            self.desk.run_command("run-sweep")

    def do_use_suggestion(self, _: str) -> None:
        session = self.session
        if session is None:
            return
        found, own = session.swept.suggestion, session.recipe.cluster.k
        if found is None:
            self.show_view(0)  # which says so too, where a running job has the status line
            self.desk.say("no suggestion yet: it takes a sweep that is complete (K)")
        elif found.k is None:
            self.desk.say(f"no suggestion: {fmt.clean(found.reason)}")
        elif found.k == own:
            self.desk.say(f"k is {own} already, as suggested: {fmt.clean(found.reason)}")
        else:
            arrow = "->" if self.signs.ascii else self.signs.right
            self.desk.change(session.recipe.with_k(found.k), f"k {own}{arrow}{found.k}, suggested")
            self.desk.say(f"k {found.k} as suggested; yours was {own}, u takes it back")

    def do_next_criterion(self, argument: str) -> None:
        if self.view is not self.criteria:
            self.show_view(self.views.index(self.criteria))
        elif not self.criteria.next_criterion(argument.strip().lower()):
            self.desk.say(f"no criterion is called {fmt.clean(argument, 30)}", "error")
        self.repaint()

    def do_does_it_predict(self, _: str) -> None:
        self.desk.open_prediction()

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        session = self.session
        if session is None or session.dataset is None or self.nobody:
            return self.waiting(width)
        below = self._below(width, height)
        room = max(4, height - 1 - len(below))
        lines = self.view.paint(width, room)
        if not lines:
            lines = [BLANK, *wrap(NO_SWEEP, width - 2, "dim")]
        lines = lines[:room]
        return [self._strip(width), *lines, *[BLANK] * (room - len(lines)), *below]

    def _strip(self, width: int) -> Line:
        """The names of the views, the one in front marked."""
        runs = self.names()
        keys: list[Run] = [(" v ", "key"), ("next", "dim"), ("  p ", "key"), ("predict?", "dim")]
        return first_fitting((line(*runs, *keys), line(*runs, *keys[:2]), line(*runs)), width)

    def _below(self, width: int, height: int) -> list[Line]:
        settings = self._settings(width)
        if height < HIGH:
            return [settings]
        return [self.rule(width), settings, self._state(width)]

    def _settings(self, width: int) -> Line:
        assert self.session is not None
        recipe = self.session.recipe
        cluster, rows = recipe.cluster, self.rows()
        settings = [
            ("+ -", "k", str(cluster.k)),
            ("r", "restarts", str(cluster.restarts) if cluster.restarts else "auto"),
            ("M", "max_iter", str(cluster.max_iter)),
            ("R", "seed", str(cluster.seed)),
            ("S", "scale", recipe.prepare.scale),
        ]
        if rows:
            settings.append(("e", "range", f"{rows[0].k}-{rows[-1].k}"))
        runs = [
            [(f" {key} ", "key"), (f"{name} ", "dim"), (value, "bold"), ("  ", "")] for key, name, value in settings
        ]
        variants = [line(*(run for one in runs[:count] for run in one)) for count in range(len(runs), 1, -1)]
        return first_fitting(variants, width + 2)  # the blanks at the end may go

    def _state(self, width: int) -> Line:
        """The newest iteration while something runs, else how the run on screen ended."""
        session, answer = self.session, self.answer
        if self.desk.traces and session is not None and (session.busy or session.background):
            return line(
                (" now  ", "title"),
                (fmt.cut(describe(self.desk.traces[-1]), width - 22), ""),
                ("   ctrl+c stops", "key"),
            )
        if answer is None:
            return line((" no run yet", "dim"))
        s = answer.segmentation
        state = f"converged: {s.converged}" if s.exact else f"approximate, fitted on {fmt.count(s.sampled)} customers"
        return line((fmt.cut(f" {state}, {fmt.plural(s.iterations, 'iteration')}", width), "dim"))

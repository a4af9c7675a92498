"""How k-means converged: the path of every restart, where each ended, and whether others ended as well elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from segtui.evidence import NEAR_EQUAL, SAME_FROM
from segtui.results import Answer, Converged, Restart, Segmentation, TraceStep
from segtui.tui import format as fmt
from segtui.tui.panes.base import Pane
from segtui.tui.panes.view import View, table
from segtui.tui.widgets.chart import ChartBox, ChartSpec, Series, nice_ticks
from segtui.tui.widgets.ink import BLANK, Line, Run, beside, first_fitting, line, seg, wrap

ENDS = {Converged.LABELS: "no label changed", Converged.TOLERANCE: "within tolerance", Converged.MAX_ITER: "CAP HIT"}
FIGURES = 2 + 4 + 6 + 10 + 9 + 6 + 18
"""Cells of a row without its path."""
PATH = (10, 24)
CHART, WIDE = 40, 120
"""The least width of the chart beside the table, and the width from which the table keeps its long paths."""


class TraceView(View):
    """Rows are the restarts, in the order they were made."""

    name = "convergence"

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self._chart = ChartBox(pane.desk.errand, pane.repaint, pane.signs.ascii)

    @property
    def restarts(self) -> tuple[Restart, ...]:
        return self.answer.segmentation.restarts if self.answer else ()

    def row_count(self) -> int:
        return len(self.restarts)

    def chosen_k(self) -> tuple[int | None, str]:
        return None, "enter uses a k in the views criteria, picks and family tree: v goes there"

    def paint(self, width: int, height: int) -> list[Line]:
        answer = self.answer
        top = self._live(width)
        if answer is None:
            return top or [line(("no run yet", "dim"))]
        top += [part for text, role in winner(answer) for part in wrap(text, width - 1, role, "  ")]
        top += [part for text, role in rivals(self.restarts) for part in wrap(text, width - 1, role, "  ")]
        top = top[: max(2, height - 4)]
        room = height - len(top)
        wide = FIGURES + (PATH[0] if width < WIDE else PATH[1])
        left = wide if width >= wide + CHART + 2 else width
        rows = self._table(left, room, len(top))
        if left < width:
            rows = beside(rows, self._curves(width - left - 2, room), left, (f"{self.signs.vline} ", "dim"))
        elif room - len(rows) >= 9:
            rows += [BLANK, *self._curves(width, room - len(rows) - 1)]
        return [*top, *rows][:height]

    def _live(self, width: int) -> list[Line]:
        """The newest iteration while something runs."""
        session, traces = self.session, self.pane.desk.traces
        if not traces or session is None or not (session.busy or session.background):
            return []
        text = fmt.cut(f"now  {describe(traces[-1])}", width - 16, self.signs.ellipsis)
        return [line((text, "title"), ("   ctrl+c stops", "key"))]

    def _table(self, width: int, height: int, above: int) -> list[Line]:
        restarts = self.restarts
        if not restarts:
            return []
        path = min(PATH[1], max(PATH[0], width - FIGURES))
        head = (
            f"  {'no.':>3} {'inertia, falling':<{path}}{'iter.':>6}{'ends at':>10}{'above':>9}{'ARI':>6}  {'ended':<16}"
        )
        lines = [line((fmt.cut(head, width, ""), "dim under"))]
        self.first_row_y = above + 1
        best = min(restart.inertia for restart in restarts)
        top = max(restart.inertias[0] for restart in restarts if restart.inertias)
        for i in self.cursor.window(len(restarts), height - 1):
            drawn = falling(restarts[i].inertias, best, top, self.signs.spark, path - 1)
            lines.append(self._row(i, restarts[i], best, fmt.pad(drawn, path)))
        return lines

    def _row(self, i: int, restart: Restart, best: float, path: str) -> Line:
        above = above_best(restart, best)
        is_best = restart.inertia == best
        capped = restart.converged is Converged.MAX_ITER
        other = restart.agreement is not None and restart.agreement < SAME_FROM
        near = above <= NEAR_EQUAL and other
        runs: list[Run] = [
            (self.pane.mark(i), ""),
            (f"{i + 1:>3} ", "good bold" if is_best else ""),
            (path, "good" if is_best else "accent"),
            (f"{len(restart.inertias):>6}", "warn bold" if capped else ""),
            (f"{fmt.number(restart.inertia):>10}", ""),
            (f"{'best' if is_best else f'+{fmt.share(above)} %':>9}", "good bold" if is_best else ""),
            (f"{fmt.score(restart.agreement, 2):>6}", "warn bold" if near else ""),
            (f"  {ENDS[restart.converged]}", "warn bold" if capped else "dim"),
        ]
        return line(*runs, ground=self.pane.ground(i))

    def _curves(self, width: int, height: int) -> list[Line]:
        """All paths in one chart; the restart under the cursor stands out."""
        restarts = self.restarts
        here = min(self.cursor.at, max(0, len(restarts) - 1))
        marker = "*" if self.signs.ascii else "dot"
        series = [
            Series("", marker, "title" if i == here else seg(i), _iterations(r), r.inertias, joined=len(r.inertias) > 1)
            for i, r in sorted(enumerate(restarts), key=lambda pair: pair[0] == here)
            if r.inertias
        ]
        longest = max((len(r.inertias) for r in restarts), default=1)
        if longest < 2:
            return []
        ticks = tuple(dict.fromkeys(float(round(t)) for t in nice_ticks(1.0, float(longest), 8) if t >= 1))
        what = "inertia per customer by iteration"
        title = first_fitting((line((f"{what}; restart {here + 1} stands out", "title")), line((what, "title"))), width)
        return [title, *self._chart.lines(ChartSpec("", tuple(series), x_ticks=ticks), width, height - 1)]

    def copied(self, whole: bool) -> tuple[str, str]:
        restarts = self.restarts
        if not restarts:
            return "", ""
        best = min(restart.inertia for restart in restarts)
        cells: list[tuple[object, ...]] = [
            (i + 1, len(r.inertias), r.inertia, f"{above_best(r, best):g}", r.agreement, str(r.converged))
            for i, r in enumerate(restarts)
        ]
        if not whole:
            return table((), cells[self.cursor.at : self.cursor.at + 1]), f"restart {self.cursor.at + 1}"
        head = ("restart", "iterations", "inertia_per_customer", "above_best", "ari_with_best", "converged")
        return table(head, cells), "the restarts"


def describe(step: TraceStep) -> str:
    """One k-means iteration in words."""
    return (
        f"restart {step.restart + 1}  iteration {step.iteration}  inertia {fmt.short(step.inertia)}  "
        f"changed {fmt.share(step.changed)} % of {fmt.count(step.customers)}"
    )


def winner(answer: Answer) -> list[tuple[str, str]]:
    """How the run whose labels are on screen went, and whether it hit the cap; each with its role."""
    s = answer.segmentation
    cap = answer.recipe.cluster.max_iter
    changed = f", last change {fmt.share(s.trace[-1].changed)} %" if s.trace else ""
    took = f"{fmt.plural(s.iterations, 'iteration')}{_whole_run(s)}{changed}, {fmt.duration(answer.seconds)}"
    text = f"converged: {s.converged}, " if s.exact else f"approximate, fitted on {fmt.count(s.sampled)} customers: "
    text += took
    said = [(text, "")]
    if s.converged is Converged.MAX_ITER:
        said.append(
            (f"it stopped at the cap of {fmt.plural(cap, 'iteration')} and had not converged: M raises it", "warn bold")
        )
    return said


def _whole_run(s: Segmentation) -> str:
    """The iterations on all customers, where the fit began on a sample of them."""
    everyone = sum(s.sizes)
    whole = [step for step in s.trace if step.customers == everyone]
    return f" ({len(whole)} on all {fmt.count(everyone)})" if whole and len(whole) < len(s.trace) else ""


def rivals(restarts: Sequence[Restart]) -> list[tuple[str, str]]:
    """How far apart the restarts ended, and whether some ended as well with other segments; each with its role."""
    if not restarts:
        return []
    if len(restarts) < 2:
        return [("one restart only: no word on near-equal solutions (r tries more)", "dim")]
    best = min(restart.inertia for restart in restarts)
    worst = max(above_best(restart, best) for restart in restarts)
    capped = sum(restart.converged is Converged.MAX_ITER for restart in restarts)
    others = [
        r for r in restarts if above_best(r, best) <= NEAR_EQUAL and r.agreement is not None and r.agreement < SAME_FROM
    ]
    near = sum(above_best(restart, best) <= NEAR_EQUAL for restart in restarts)
    text = f"{len(restarts)} restarts, {near} within 1 % of the best, worst {fmt.share(worst)} % above"
    text += f"; {capped} stopped at the cap" if capped else ""
    if all(restart.agreement is None for restart in restarts):
        return [(f"{text}; whether they found the same segments was not compared", "dim")]
    if not others:
        return [(f"{text}; none of those within 1 % found other segments", "dim")]
    rival = min(others, key=lambda r: r.inertia)
    alike = fmt.score(rival.agreement, 2)
    return [
        (text, "dim"),
        (
            f"several near-equal solutions: {len(others)} within 1 % found other segments; "
            f"the best of them agrees by ARI {alike}",
            "warn",
        ),
    ]


def above_best(restart: Restart, best: float) -> float:
    """How far a restart ended above the best, as a share."""
    return (restart.inertia - best) / best if best > 0 else 0.0


def falling(inertias: Sequence[float], best: float, top: float, levels: str, width: int) -> str:
    """A path as one sign per iteration between the best end and the highest start of all; long ones are thinned."""
    if not inertias or width <= 0:
        return ""
    step = -(-len(inertias) // width)
    kept = [*inertias[:-1:step], inertias[-1]][:width] if step > 1 else list(inertias)
    span = top - best
    last = len(levels) - 1
    return "".join(levels[max(0, min(last, round((value - best) / span * last))) if span > 0 else 0] for value in kept)


def _iterations(restart: Restart) -> tuple[float, ...]:
    return tuple(float(i + 1) for i in range(len(restart.inertias)))

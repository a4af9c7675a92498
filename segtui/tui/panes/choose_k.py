"""Choose k: the criteria for every k of a sweep, the settings of k-means, and its convergence as it happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from segtui.results import Answer, Scores, SweepRow, TraceStep
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.widgets.chart import ChartBox, ChartSpec, Series
from segtui.tui.widgets.ink import BLANK, Line, Run, beside, first_fitting, line, wrap

NEAR_EQUAL = 0.01
"""Restarts whose inertia lies within this share of the best one are near-equal solutions (METHODS B4)."""
TABLE_WIDTH = 51
NO_SWEEP = "No sweep yet: enter or K computes the criteria for k 2 to 12 in the background; + and - change k at once."

Criterion = tuple[str, Callable[[Scores], float | None], bool]
CRITERIA: tuple[Criterion, ...] = (
    ("silhouette, squared", lambda s: s.silhouette_squared, True),
    ("inertia", lambda s: s.inertia, False),
    ("Davies-Bouldin", lambda s: s.davies_bouldin, False),
    ("Calinski-Harabasz", lambda s: s.calinski_harabasz, True),
)
"""Name, how to read it, and whether more is better."""


class ChooseKPane(Pane):
    """The sweep and the run."""

    place = "choose_k"
    title = "Choose k"
    shows_recipe = True
    BINDINGS: ClassVar = bindings_for("choose_k", LISTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.criterion = 0
        self._charts = ChartBox(desk.errand, self.repaint, desk.charset.ascii)
        self._charts_below = ChartBox(desk.errand, self.repaint, desk.charset.ascii)

    def rows(self) -> tuple[SweepRow, ...]:
        """The sweep so far, lowest k first."""
        return tuple(sorted(self.session.sweep_rows, key=lambda r: r.k)) if self.session else ()

    def row_count(self) -> int:
        return len(self.rows())

    # -- commands -------------------------------------------------------------------------------------------

    def do_use_k(self, _: str) -> None:
        rows = self.rows()
        if not rows:
            self.desk.run_command("run-sweep")
        else:
            self.desk.run_command("set-k", str(rows[min(self.cursor.at, len(rows) - 1)].k))

    def do_next_criterion(self, _: str) -> None:
        self.criterion = (self.criterion + 1) % len(CRITERIA)
        self.repaint()

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        session = self.session
        if session is None or session.dataset is None:
            return self.waiting(width)
        below = self._settings(width) + self._convergence(width)
        body = max(4, height - len(below))
        table = self._table(body)
        chart_width = width - TABLE_WIDTH - 2
        if chart_width >= 24 and self.rows():
            table = beside(table, self._chart(chart_width, body), TABLE_WIDTH, (f"{self.signs.vline} ", "dim"))
        table = [*table, *([BLANK] * (body - len(table)))]
        return [*table[:body], *below]

    def _table(self, height: int) -> list[Line]:
        rows = self.rows()
        sil = "sil2" if self.signs.ascii else "sil²"
        head = f"     k {sil:>7} {'CH':>8} {'DB':>8} {'inertia':>8} {'smallest':>8}"
        lines = [line((head, "dim under"))]
        self.first_row_y = 1
        if not rows:
            lines.append(BLANK)
            lines += wrap(NO_SWEEP, TABLE_WIDTH - 4, "dim")
            return [lines[0], *(line("  ", *rest.runs) for rest in lines[1:])]
        best = _best(rows)
        current = self.session.recipe.cluster.k if self.session else 0
        for i in self.cursor.window(len(rows), height - 1):
            lines.append(self._row(i, rows[i], current, best))
        return lines

    def _row(self, i: int, row: SweepRow, current: int, best: dict[str, int]) -> Line:
        here = self.signs.current if row.k == current else " "
        runs: list[Run] = [(self.mark(i), ""), (f"{here}{row.k:>3}", "bold" if row.k == current else "")]
        if row.scores is None:
            return line(*runs, (f"  {fmt.clean(row.failed, TABLE_WIDTH - 9)}", "warn"), ground=self.ground(i))
        for (name, read, _), width in zip(
            (CRITERIA[0], CRITERIA[3], CRITERIA[2], CRITERIA[1]), (7, 7, 7, 7), strict=True
        ):
            value = read(row.scores)
            text = fmt.short(value) if name in ("inertia", "Calinski-Harabasz") else fmt.score(value)
            top = best.get(name) == row.k and name != "inertia"
            runs += [(f" {text:>{width}}", "good bold" if top else ""), ("*" if top else " ", "good bold")]
        runs.append((f" {fmt.count(row.smallest):>7}", ""))
        return line(*runs, ground=self.ground(i))

    def _chart(self, width: int, height: int) -> list[Line]:
        rows = [row for row in self.rows() if row.scores is not None]
        if len(rows) < 2:
            return [line((f"two values of k make a curve{self.signs.ellipsis}", "dim"))]
        if height < 22:
            return self._titled(self._charts, rows, self.criterion, width, height)
        upper = height // 2
        second = 1 if self.criterion != 1 else 0
        return [
            *self._titled(self._charts, rows, self.criterion, width, upper),
            *self._titled(self._charts_below, rows, second, width, height - upper),
        ]

    def _titled(self, box: ChartBox, rows: list[SweepRow], criterion: int, width: int, height: int) -> list[Line]:
        name, _, more = CRITERIA[criterion]
        better = "falls with every k" if name == "inertia" else "more is better" if more else "less is better"
        title = first_fitting((line((f"{name} by k: {better}", "title")), line((name, "title"))), width)
        lines = [title, *box.lines(self._spec(rows, criterion), width, height - 1)]
        return [*lines, *([BLANK] * (height - len(lines)))]

    def _spec(self, rows: list[SweepRow], criterion: int) -> ChartSpec:
        _, read, _ = CRITERIA[criterion]
        points = [
            (float(row.k), value) for row in rows if row.scores is not None and (value := read(row.scores)) is not None
        ]
        ks, values = tuple(p[0] for p in points), tuple(p[1] for p in points)
        current = self.session.recipe.cluster.k if self.session else 0
        series = [Series("", "*" if self.signs.ascii else "dot", "accent", ks, values)]
        here = [p for p in points if p[0] == current]
        if here:
            series.append(
                Series("", "O" if self.signs.ascii else "●", "title", (here[0][0],), (here[0][1],), joined=False)
            )
        return ChartSpec("", tuple(series), x_ticks=ks)

    def _settings(self, width: int) -> list[Line]:
        assert self.session is not None
        recipe = self.session.recipe
        restarts = str(recipe.cluster.restarts) if recipe.cluster.restarts else "auto"
        cluster = recipe.cluster
        settings = (
            ("+ -", "k", str(cluster.k)),
            ("r", "restarts", restarts),
            ("M", "max_iter", str(cluster.max_iter)),
            ("R", "seed", str(cluster.seed)),
            ("S", "scale", recipe.prepare.scale),
        )
        runs: list[Run] = []
        for key, name, value in settings:
            runs += [(f" {key} ", "key"), (f"{name} ", "dim"), (value, "bold"), ("  ", "")]
        return [self.rule(width), line(*runs)]

    def _convergence(self, width: int) -> list[Line]:
        answer = self.answer
        if self.desk.traces and self.session is not None and (self.session.busy or self.session.background):
            last = self.desk.traces[-1]
            return [
                line((" now  ", "title"), (describe(last), ""), ("   ctrl+c stops", "key")),
                *self._near_equal(answer, width),
            ]
        if answer is None:
            return [line((" no run yet", "dim"))]
        s = answer.segmentation
        last_change = f", last change {fmt.share(s.trace[-1].changed)} % of customers" if s.trace else ""
        state = f"converged: {s.converged}" if s.exact else f"approximate, fitted on {fmt.count(s.sampled)} customers"
        text = f" {state}, {s.iterations} iterations{last_change}, {fmt.duration(answer.seconds)}"
        return [line((fmt.cut(text, width), "")), *self._near_equal(answer, width)]

    def _near_equal(self, answer: Answer | None, width: int) -> list[Line]:
        if answer is None or len(answer.segmentation.restart_inertias) < 2:
            return [line((" one start only: no word on near-equal solutions", "dim"))] if answer is not None else []
        inertias = sorted(answer.segmentation.restart_inertias)
        best = inertias[0]
        near = sum(value <= best * (1 + NEAR_EQUAL) for value in inertias)
        spread = (inertias[-1] - best) / best if best > 0 else 0.0
        text = f" {len(inertias)} starts, {near} within 1 % of the best, worst {fmt.share(spread)} % above it"
        warning = " ".join(fmt.clean(w) for w in answer.segmentation.warnings)
        if warning:
            return [line((fmt.cut(f" {warning}", width, self.signs.ellipsis), "warn"))]
        return [line((fmt.cut(text, width), "dim"))]

    def copied(self, whole: bool) -> tuple[str, str]:
        rows = self.rows()
        if not rows:
            return "", ""
        lines = ["k\tsilhouette_squared\tcalinski_harabasz\tdavies_bouldin\tinertia\tsmallest"]
        for row in rows if whole else rows[self.cursor.at : self.cursor.at + 1]:
            s = row.scores
            values = (s.silhouette_squared, s.calinski_harabasz, s.davies_bouldin, s.inertia) if s else ("", "", "", "")
            lines.append("\t".join(str(v) for v in (row.k, *values, row.smallest)))
        return "\n".join(lines if whole else lines[1:]), "the sweep" if whole else f"k {rows[self.cursor.at].k}"


def describe(step: TraceStep) -> str:
    """One k-means iteration in words."""
    return (
        f"restart {step.restart + 1}  iteration {step.iteration}  inertia {fmt.short(step.inertia)}  "
        f"changed {fmt.share(step.changed)} % of {fmt.count(step.customers)}"
    )


def _best(rows: tuple[SweepRow, ...]) -> dict[str, int]:
    """Per criterion the k with the best value."""
    best = {}
    for name, read, more in CRITERIA:
        values = [(value, row.k) for row in rows if row.scores is not None and (value := read(row.scores)) is not None]
        if values:
            best[name] = (max if more else min)(values)[1]
    return best

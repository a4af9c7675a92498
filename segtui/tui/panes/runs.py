"""Runs: every recipe tried, with its scores; what cannot be compared with the current one says so."""

from __future__ import annotations

from typing import ClassVar

from segtui.results import Scores
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.bridge import RunLike
from segtui.tui.commands import LISTS
from segtui.tui.panes.base import Pane
from segtui.tui.widgets.ink import Line, line

FIGURES = 8 + 9 + 8 + 9 + 9


class RunsPane(Pane):
    """The history, newest first."""

    place = "runs"
    title = "Runs"
    shows_recipe = True
    BINDINGS: ClassVar = bindings_for("runs", LISTS)

    def runs(self) -> list[RunLike]:
        """The runs as shown: newest first."""
        return list(reversed(self.session.runs)) if self.session and self.session.dataset else []

    def row_count(self) -> int:
        return len(self.runs())

    def do_go_to_run(self, argument: str) -> None:
        runs = self.runs()
        if self.session is None or not runs:
            return
        if argument and not argument.strip().isdigit():
            self.desk.say(f"{fmt.clean(argument, 20)} is not the number of a run", "error")
            return
        number = int(argument) if argument else runs[min(self.cursor.at, len(runs) - 1)].number
        if self.session.go(number):
            self.desk.say(f"went to run {number}", "done")
        elif argument:
            self.desk.say(f"run {number} is the current one, or there is none", "info")

    def do_compare(self, argument: str) -> None:
        """The run under the cursor against the current one; on the current one the run before it."""
        runs = self.runs()
        here = runs[min(self.cursor.at, len(runs) - 1)] if runs else None
        typed = argument.strip() or (str(here.number) if here is not None and not here.current else "")
        self.desk.compare(typed)

    def paint(self, width: int, height: int) -> list[Line]:
        runs = self.runs()
        if not runs:
            return self.waiting(width)
        label = max(16, min(48, width - FIGURES - 24))
        sil = "sil2" if self.signs.ascii else "sil²"
        lines = [
            line(
                (
                    "   run "
                    + fmt.pad("what was changed", label)
                    + "   k  feat "
                    + f"{sil:>7}{'CH':>9}{'DB':>7}{'inertia':>9}  smallest",
                    "dim under",
                )
            )
        ]
        self.first_row_y = 1
        window = self.cursor.window(len(runs), height - 3)
        lines += [self._run_line(row, runs[row], label) for row in window]
        legend = f"{self.signs.current} current   ~ approximate   n/c not comparable: other features or scaling"
        return [*lines, line(""), line((fmt.cut(legend, width), "dim"))]

    def _run_line(self, row: int, run: RunLike, label: int) -> Line:
        here = self.signs.current if run.current else " "
        recipe = run.recipe
        features = "auto" if recipe.prepare.features is None else str(sum(f.on for f in recipe.prepare.features))
        tilde = "~" if run.approximate and run.scores is not None else " "
        return line(
            self.mark(row),
            (f"{run.number:>4} ", "bold" if run.current else ""),
            (fmt.pad(fmt.clean(run.label), label, ellipsis=self.signs.ellipsis), "bold" if run.current else ""),
            (f" {recipe.cluster.k:>3}  {features:>4} ", ""),
            (figures(run.scores, run.comparable), "" if run.comparable else "dim"),
            (f" {tilde} {fmt.count(run.smallest) if run.scores else '-':>7} {here}", "key" if run.current else ""),
            ground=self.ground(row),
        )

    def copied(self, whole: bool) -> tuple[str, str]:
        runs = self.runs() if whole else self.runs()[self.cursor.at : self.cursor.at + 1]
        rows = []
        for run in runs:
            scores = run.scores
            values = (
                (scores.silhouette_squared, scores.calinski_harabasz, scores.davies_bouldin, scores.inertia)
                if scores
                else ()
            )
            numbers = "\t".join("" if v is None else f"{v:g}" for v in values)
            rows.append(f"{run.number}\t{fmt.clean(run.label)}\t{run.recipe.cluster.k}\t{numbers}")
        return "\n".join(rows), "the runs" if whole else "the run"


def figures(scores: Scores | None, comparable: bool) -> str:
    """The criteria as one string of fixed width."""
    if scores is None:
        return f"{'-':>7}{'-':>9}{'-':>7}{'-':>9}"
    if not comparable:
        return f"{'n/c':>7}{'n/c':>9}{'n/c':>7}{'n/c':>9}"
    ch = "-" if scores.calinski_harabasz is None else fmt.short(scores.calinski_harabasz)
    sil, db = fmt.score(scores.silhouette_squared), fmt.score(scores.davies_bouldin, 2)
    return f"{sil:>7}{ch:>9}{db:>7}{fmt.short(scores.inertia):>9}"

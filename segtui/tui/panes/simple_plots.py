"""The plots that need only the answer, or one question: sizes, parallel coordinates, silhouettes, convergence."""

from __future__ import annotations

from collections.abc import Sequence

from segtui.explained import SilhouetteView
from segtui.results import Answer, TraceStep
from segtui.session.questions import SilhouetteQuestion
from segtui.tui import format as fmt
from segtui.tui.panes.base import Pane
from segtui.tui.panes.map_view import letter_place
from segtui.tui.panes.parallel_plot import axis_line, legend, order, scale_line
from segtui.tui.panes.plot_view import PlotView, counted, tsv, waiting
from segtui.tui.panes.profile_words import column_title
from segtui.tui.panes.silhouette_plot import room_for, silhouette_lines
from segtui.tui.widgets.chart import ChartBox, ChartSpec, Series, nice_ticks
from segtui.tui.widgets.ink import BLANK, Line, first_fitting, line, seg
from segtui.tui.widgets.spark import bar

RISE = 1e-9
"""A rise of inertia beyond rounding: k-means never makes one by itself."""


class SizesView(PlotView):
    """A bar per segment."""

    name = "sizes"

    def row_count(self) -> int:
        return len(self.answer.letters) if self.answer else 0

    def whole(self, answer: Answer, width: int, height: int) -> tuple[int, int]:
        return width, max(height, len(answer.letters) + 6)

    def draw(self, answer: Answer, width: int, height: int) -> list[Line]:
        segments = answer.profile.segments
        name = 24 if width < 100 else 36
        room = width - name - 26
        top = max((s.share for s in segments), default=1.0) or 1.0
        caption = self.caption(answer, (counted(answer), "bars: shares, the largest segment fills the line"), width)
        free = height - 2 - len(caption)
        gap = 2 if free > 2 * len(segments) else 1
        lines: list[Line] = [BLANK]
        for i in self.cursor.window(len(segments), max(1, free // gap)):
            s = segments[i]
            lines.append(
                line(
                    (f"  {s.letter:<3}", seg(letter_place(s.letter))),
                    (fmt.pad(fmt.clean(s.name), name, ellipsis=self.signs.ellipsis), ""),
                    (f"{fmt.count(s.size):>11} {fmt.share(s.share):>5} % ", ""),
                    (bar(s.share / top, room, self.signs.bar_full), seg(letter_place(s.letter))),
                )
            )
            lines += [BLANK] * (gap - 1)
        return [*lines, *([] if gap == 2 else [BLANK]), *caption]

    def table(self, answer: Answer) -> str:
        rows = [(s.letter, s.name, s.size, s.share) for s in answer.profile.segments]
        return tsv(("segment", "name", "customers", "share"), rows)


class ParallelView(PlotView):
    """Parallel coordinates."""

    name = "parallel"

    def row_count(self) -> int:
        return len(self.answer.profile.columns) if self.answer else 0

    def whole(self, answer: Answer, width: int, height: int) -> tuple[int, int]:
        return width, max(height, len(answer.profile.columns) + 6)

    def draw(self, answer: Answer, width: int, height: int) -> list[Line]:
        profile, columns = answer.profile, order(answer.profile)
        name = 24 if width < 100 else 36
        self.first_row_y = 0
        told = legend([segment.letter for segment in profile.segments])
        gaps = "; means of those with a value" if any(c.missing for c in profile.columns) else ""
        caption = self.caption(answer, (told, f"{counted(answer)}{gaps}"), width)
        lines = []
        for row in self.cursor.window(len(columns), max(1, height - 1 - len(caption))):
            title = fmt.clean(column_title(profile.columns[columns[row]]))
            lines.append(axis_line(profile, columns[row], title, self.pane.mark(row), self.signs, width, name))
        return [*lines, scale_line(width, name), *caption]

    def table(self, answer: Answer) -> str:
        profile = answer.profile
        head = ("feature", "mean", "sd", *(f"{s.letter}, sd from the mean" for s in profile.segments))
        rows = []
        for i in order(profile):
            c = profile.columns[i]
            away = [(s.means[i] - c.mean) / c.spread if c.spread > 0 else None for s in profile.segments]
            rows.append((column_title(c), c.mean, c.spread, *away))
        return tsv(head, rows)


class SilhouettesView(PlotView):
    """Silhouettes by segment."""

    name = "silhouettes"

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self._found: SilhouetteView | None = None

    def row_count(self) -> int:
        return len(self.answer.letters) if self.answer else 0

    def whole(self, answer: Answer, width: int, height: int) -> tuple[int, int]:
        return width, max(height, len(answer.letters) + 12)

    def draw(self, answer: Answer, width: int, height: int) -> list[Line]:
        name = 16 if width < 100 else 34
        found = self.asked(answer, SilhouetteQuestion(room_for(width, name)))
        if not isinstance(found, SilhouetteView):
            self._found = None
            return waiting(f"silhouettes of all customers{self.signs.ellipsis}")
        self._found = found
        self.first_row_y = 1
        shown = self.cursor.window(len(found.segments), max(1, height - 8))
        marks, grounds = [self.pane.mark(i) for i in shown], [self.pane.ground(i) for i in shown]
        hint = self.hint(", enter lists the worst")
        return silhouette_lines(found, answer.profile.segments, shown, marks, grounds, self.signs, width, name, hint)

    def table(self, answer: Answer) -> str:
        if self._found is None:
            return ""
        rows = [(s.letter, s.size, s.mean, s.below) for s in self._found.segments]
        return tsv(("segment", "customers", "mean silhouette (squared)", "misfits"), rows)


class ConvergenceView(PlotView):
    """The inertia by iteration."""

    name = "convergence"

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self._charts = ChartBox(pane.desk.errand, pane.repaint, pane.desk.charset.ascii)

    def draw(self, answer: Answer, width: int, height: int) -> list[Line]:
        trace = answer.segmentation.trace
        if len(trace) < 2:
            return [line(("too few iterations for a curve", "dim"))]
        ways = _paths(trace)
        most = max(customers for _, customers, _ in ways)
        series = []
        for n, ((restart, customers, moved), points) in enumerate(sorted(ways.items())):
            label = f"restart {restart + 1}" if customers != most or len(ways) == 1 else "all customers"
            label = f"{label}, a centre moved" if moved else label
            marker = "*" if self.signs.ascii else "dot"
            x, y = tuple(p[0] for p in points), tuple(p[1] for p in points)
            series.append(Series(label if len(ways) <= 6 else "", marker, seg(n), x, y, joined=len(points) > 1))
        last = max(step.iteration for step in trace)
        ticks = tuple(nice_ticks(1.0, float(last), 8))
        whole = tuple(dict.fromkeys(float(round(tick)) for tick in ticks if tick >= 1))
        spec = ChartSpec("", tuple(series), "iteration", x_ticks=whole)
        caption = self.caption(answer, (_worked_on(answer),), width)
        drawn = self._charts.lines(spec, width, height - 1 - len(caption))
        self.pending = not self._charts.ready(spec, width, height - 1 - len(caption))
        return [_convergence_title(answer, width), *drawn, *caption]

    def table(self, answer: Answer) -> str:
        rows = [
            (s.restart + 1, s.iteration, s.customers, s.inertia, s.inertia / max(1, s.customers), s.changed)
            for s in answer.segmentation.trace
        ]
        return tsv(("restart", "iteration", "customers", "inertia", "inertia per customer", "share that moved"), rows)


def _paths(trace: Sequence[TraceStep]) -> dict[tuple[int, int, int], list[tuple[float, float]]]:
    """Points (iteration, inertia per customer) by restart, customers, and how often a centre was moved elsewhere to
    look for better: there inertia starts afresh, and the line is not to go on."""
    found: dict[tuple[int, int, int], list[tuple[float, float]]] = {}
    moved: dict[tuple[int, int], int] = {}
    for step in trace:
        way = (step.restart, step.customers)
        inertia = step.inertia / max(1, step.customers)
        points = found.get((*way, moved.setdefault(way, 0)), [])
        if points and inertia > points[-1][1] * (1 + RISE):
            moved[way] += 1
        found.setdefault((*way, moved[way]), []).append((float(step.iteration), inertia))
    return found


def _convergence_title(answer: Answer, width: int) -> Line:
    s = answer.segmentation
    changed = f"last change {fmt.share(s.trace[-1].changed)} %"
    state = f"converged: {s.converged}" if s.exact else f"approximate: fitted on {fmt.count(s.sampled)}"
    return first_fitting(
        (
            line((f"inertia per customer by iteration; {state}, {s.iterations} iterations, {changed}", "title")),
            line((f"inertia per customer; {state}, {s.iterations} it., {changed}", "title")),
        ),
        width,
    )


def _worked_on(answer: Answer) -> str:
    """On how many customers the restarts ran, and how many restarts are drawn."""
    s = answer.segmentation
    ran = {step.customers for step in s.trace}
    restarts = {step.restart for step in s.trace}
    fewest, most = min(ran), max(ran)
    swaps = sum(moved > 0 for _, _, moved in _paths(s.trace))
    on = f"{fmt.count(fewest)}" if fewest == most else f"{fmt.count(fewest)} sampled, then {fmt.count(most)}"
    return f"{fmt.plural(len(restarts), 'restart')} drawn, on {on} customers; seed {s.seed}{_swapped(swaps)}"


def _swapped(swaps: int) -> str:
    """What a line that begins anew stands for."""
    return "; where a line begins anew a centre was moved elsewhere to look for better" if swaps else ""

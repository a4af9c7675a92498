"""Plots: the customer map, sizes, a feature by segment, centroids as a heat map and in parallel, silhouettes, and the
convergence."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from segtui.explained import SilhouetteView
from segtui.results import Answer, Distribution, Profile
from segtui.session.questions import DistributionQuestion, MisfitsQuestion, Question, SilhouetteQuestion
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.panes.map_view import MapView, letter_place
from segtui.tui.panes.parallel_plot import axis_line, legend, order, scale_line
from segtui.tui.panes.profile_words import column_title, mean_text
from segtui.tui.panes.silhouette_plot import room_for, silhouette_lines
from segtui.tui.widgets.cell_map import sign_of
from segtui.tui.widgets.chart import ChartBox, ChartSpec, Series, nice_ticks
from segtui.tui.widgets.ink import BLANK, Line, Run, beside, first_fitting, line, seg
from segtui.tui.widgets.spark import bar, spark

PLOTS = ("map", "sizes", "distribution", "centroids", "parallel", "silhouettes", "convergence")
TITLES = {
    "map": "map", "sizes": "sizes", "distribution": "distribution", "centroids": "centroids", "parallel": "parallel",
    "silhouettes": "silhouettes", "convergence": "convergence",
}  # fmt: skip
LEGEND = 30
BINS = 120


class PlotsPane(Pane):
    """One plot at a time."""

    place = "plots"
    title = "Plots"
    BINDINGS: ClassVar = bindings_for("plots", LISTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.plot = 0
        self.feature = 0
        self.map = MapView()
        self._charts = ChartBox(desk.errand, self.repaint, desk.charset.ascii)
        self._distribution: Distribution | None = None
        self._asked: tuple[int, Question] | None = None

    def row_count(self) -> int:
        answer = self.answer
        if answer is None:
            return 0
        return len(answer.profile.columns if PLOTS[self.plot] in ("centroids", "parallel") else answer.profile.segments)

    def on_found(self, question: Question) -> None:
        self.repaint()

    # -- commands -------------------------------------------------------------------------------------------

    def do_next_plot(self, argument: str) -> None:
        wanted = [i for i, name in enumerate(PLOTS) if argument and name.startswith(argument.strip().lower())]
        if argument and not wanted:
            self.desk.say(f"no plot is called {fmt.clean(argument, 30)}; there are {', '.join(PLOTS)}", "error")
            return
        self._show(wanted[0] if wanted else self.plot + 1)

    def do_previous_plot(self, _: str) -> None:
        self._show(self.plot - 1)

    def _show(self, plot: int) -> None:
        self.plot = plot % len(PLOTS)
        self.cursor.at = 0
        self.repaint()

    def do_next_axes(self, argument: str) -> None:
        self._axes(1, argument)

    def do_previous_axes(self, _: str) -> None:
        self._axes(-1, "")

    def _axes(self, by: int, argument: str) -> None:
        answer = self.answer
        if answer is None:
            return
        if argument:
            words = argument.split()
            if len(words) != 2 or not self.map.choose(answer, words[0], words[1]):
                self.desk.say("axes are two features of the clustering, such as: axes recency monetary", "error")
                return
            self.plot = 0
        elif PLOTS[self.plot] == "distribution":
            self.feature = (self.feature + by) % max(1, len(self._features(answer)))
        elif PLOTS[self.plot] == "map":
            self.map.step(answer, by)
        else:
            self.desk.say("this plot has no axes to choose: p goes to the next plot")
        self.repaint()

    def do_list_misfits(self, _: str) -> None:
        if PLOTS[self.plot] != "silhouettes":
            self.desk.say("misfits are listed from the silhouettes: p goes to the next plot")
        else:
            self.desk.open_table("Misfits: nearer to another segment than to their own, worst first", MisfitsQuestion())

    def _features(self, answer: Answer) -> list[str]:
        """Features of the profile, those of the clustering first."""
        names = dict.fromkeys(c.feature for c in sorted(answer.profile.columns, key=lambda c: not c.used))
        return list(names)

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        answer = self.answer
        if answer is None or self.session is None:
            return self.waiting(width)
        self.first_row_y = height
        draw: dict[str, Callable[[Answer, int, int], list[Line]]] = {
            "map": self._map, "sizes": self._sizes, "distribution": self._by_segment, "centroids": self._centroids,
            "parallel": self._parallel, "silhouettes": self._silhouettes, "convergence": self._convergence,
        }  # fmt: skip
        return [self._strip(width), *draw[PLOTS[self.plot]](answer, width, height - 1)]

    def _strip(self, width: int) -> Line:
        runs: list[Run] = []
        for i, name in enumerate(PLOTS):
            chosen = i == self.plot
            runs.append((f"[{TITLES[name]}]" if chosen else f" {TITLES[name]} ", "bold key" if chosen else "dim"))
        if width > 84:
            runs += [("  p ", "key"), ("next", "dim")]
        return line(*runs)

    def _map(self, answer: Answer, width: int, height: int) -> list[Line]:
        assert self.session is not None
        if width < 60:
            return self.map.lines(self.session, self.signs, width, height)
        left = width - LEGEND - 1
        plot = self.map.lines(self.session, self.signs, left, height)
        return beside(plot, self._legend(answer, LEGEND, height), left, (" ", ""))

    def _legend(self, answer: Answer, width: int, height: int) -> list[Line]:
        lines = []
        for s in answer.profile.segments:
            place = letter_place(s.letter)
            sign = f"{sign_of(place)}={s.letter}" if place >= 26 else s.letter
            size = f" {fmt.short(s.size)}"
            name = fmt.pad(fmt.clean(s.name), width - len(sign) - len(size) - 1, ellipsis=self.signs.ellipsis)
            lines.append(line((f"{sign} ", seg(place)), (name, ""), (size, "dim")))
        room = height - 6
        if len(lines) > room:
            lines = [*lines[: room - 1], line((f"{self.signs.ellipsis} {len(lines) - room + 1} more", "dim"))]
        return [
            *lines,
            BLANK,
            line(("letter: the segment that", "dim")),
            line(("most of the cell are in", "dim")),
            line(("upper case: crowded cell", "dim")),
            line(("reversed: centroid   ", "dim"), ("a", "key"), (" axes", "dim")),
        ]

    def _sizes(self, answer: Answer, width: int, height: int) -> list[Line]:
        segments = answer.profile.segments
        name = 24 if width < 100 else 36
        room = width - name - 26
        top = max((s.share for s in segments), default=1.0) or 1.0
        gap = 2 if height > 2 * len(segments) + 1 else 1
        lines: list[Line] = [BLANK]
        for i in self.cursor.window(len(segments), max(1, (height - 1) // gap)):
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
        return lines

    # -- distribution ---------------------------------------------------------------------------------------

    def _by_segment(self, answer: Answer, width: int, height: int) -> list[Line]:
        assert self.session is not None
        names = self._features(answer)
        feature = names[self.feature % len(names)]
        left = 24 if width < 100 else 36
        question = DistributionQuestion(feature, min(BINS, width - left - 8))
        found = self.session.found(question)
        if isinstance(found, Distribution):
            self._distribution = found
        elif self._asked != (id(answer), question):
            self._asked = (id(answer), question)
            self.session.ask(question)
        shown = self._distribution
        if shown is None:
            return [line((f"{fmt.clean(feature)} by segment: counting{self.signs.ellipsis}", "dim"))]
        old = "" if isinstance(found, Distribution) else f"  ({self.signs.ellipsis} being counted)"
        sampled = f", {fmt.count(shown.sampled)} customers" if shown.sampled else ""
        title = line(
            (f"{fmt.clean(shown.feature, width - 40)} by segment{sampled}", "title"),
            (old, "warn"),
            ("   a next feature", "dim"),
        )
        draw = self._levels if shown.levels else self._ridges
        return [title, *draw(answer, shown, width, height - 1, left)]

    def _ridges(self, answer: Answer, shown: Distribution, width: int, height: int, left: int) -> list[Line]:
        room = width - left - 8
        lines = []
        segments = answer.profile.segments
        tall = 2 if height >= 3 * len(segments) + 2 else 1
        for i in self.cursor.window(min(len(segments), len(shown.counts)), max(1, (height - 2) // tall)):
            s = segments[i]
            drawn = fmt.pad(spark(shown.counts[i], room, self.signs.spark), room)
            lines.append(
                line(
                    (f"{s.letter:<3}", seg(letter_place(s.letter))),
                    (fmt.pad(fmt.clean(s.name), left - 4, ellipsis=self.signs.ellipsis) + " ", ""),
                    (drawn, seg(letter_place(s.letter))),
                    (f" {fmt.short(sum(shown.counts[i])):>6}", "dim"),
                )
            )
            lines += [BLANK] * (tall - 1)
        bins = len(shown.edges) - 1
        drawn_width = min(room, bins) if bins > 0 else room
        low, high = (fmt.number(shown.edges[0], 3), fmt.number(shown.edges[-1], 3)) if shown.edges else ("", "")
        middle = fmt.number(shown.edges[bins // 2], 3) if bins > 4 else ""
        axis = low + middle.center(max(1, drawn_width - len(low) - len(high))) + high
        return [*lines, line((" " * left + self.signs.rule * drawn_width, "dim")), line((" " * left + axis, "dim"))]

    def _levels(self, answer: Answer, shown: Distribution, width: int, height: int, left: int) -> list[Line]:
        segments = answer.profile.segments
        each = max(8, (width - left) // max(1, len(shown.levels)))
        fit = max(1, (width - left) // each)
        levels = [
            fmt.pad(fmt.clean(level), each - 1, ellipsis=self.signs.ellipsis) + " " for level in shown.levels[:fit]
        ]
        lines = [line((" " * left + "".join(levels), "dim under"))]
        for i in self.cursor.window(min(len(segments), len(shown.counts)), height - 1):
            s, total = segments[i], max(1, sum(shown.counts[i]))
            runs: list[Run] = [
                (f"{s.letter:<3}", seg(letter_place(s.letter))),
                (fmt.pad(fmt.clean(s.name), left - 4) + " ", ""),
            ]
            for n in shown.counts[i][:fit]:
                text = f"{fmt.share(n / total):>5}% "
                runs += [
                    (text, ""),
                    (
                        bar(n / total, max(0, each - len(text) - 1), self.signs.bar_full) + " ",
                        seg(letter_place(s.letter)),
                    ),
                ]
            lines.append(line(*runs))
        return lines

    # -- centroids ------------------------------------------------------------------------------------------

    def _centroids(self, answer: Answer, width: int, height: int) -> list[Line]:
        profile = answer.profile
        name = 22 if width < 100 else 32
        each = 9
        fit = max(1, (width - name - 2) // each)
        segments = profile.segments[:fit]
        head: list[Run] = [(fmt.pad("  feature", name + 2), "dim")]
        head += [(fmt.pad(s.letter, each, right=True), seg(letter_place(s.letter))) for s in segments]
        if len(profile.segments) > fit:
            head.append((f" {self.signs.right}", "key"))
        lines = [line(*head)]
        self.first_row_y = 2
        window = self.cursor.window(len(profile.columns), height - 3)
        lines += [self._heat(profile, i, name, each, fit) for i in window]
        legend = "means in original units; + above the rest, - below, doubled from .8 standard deviations on"
        return [*lines, BLANK, line((fmt.cut(legend, width, self.signs.ellipsis), "dim"))]

    def _heat(self, profile: Profile, i: int, name: int, each: int, fit: int) -> Line:
        column = profile.columns[i]
        title = fmt.pad(fmt.clean(column_title(column)), name, ellipsis=self.signs.ellipsis)
        runs: list[Run] = [(self.mark(i), ""), (title, "bold" if column.used else "dim")]
        for s in profile.segments[:fit]:
            difference = s.differences[i]
            sign, role = _heat_sign(difference)
            text = mean_text(s.means[i], column)
            if len(text) > each - 3:
                text = fmt.short(s.means[i])
            runs.append((f"{text:>{each - 2}}{sign} ", role))
        return line(*runs)

    # -- parallel coordinates ---------------------------------------------------------------------------------

    def _parallel(self, answer: Answer, width: int, height: int) -> list[Line]:
        profile, columns = answer.profile, order(answer.profile)
        name = 24 if width < 100 else 36
        self.first_row_y = 1
        lines = []
        for row in self.cursor.window(len(columns), height - 3):
            title = fmt.clean(column_title(profile.columns[columns[row]]))
            lines.append(axis_line(profile, columns[row], title, self.mark(row), self.signs, width, name))
        told = legend([segment.letter for segment in profile.segments])
        return [*lines, scale_line(width, name), line((fmt.cut(told, width, self.signs.ellipsis), "dim"))]

    # -- silhouettes ----------------------------------------------------------------------------------------

    def _silhouettes(self, answer: Answer, width: int, height: int) -> list[Line]:
        assert self.session is not None
        name = 16 if width < 100 else 34
        question = SilhouetteQuestion(room_for(width, name))
        found = self.session.found(question)
        if not isinstance(found, SilhouetteView):
            if self._asked != (id(answer), question):
                self._asked = (id(answer), question)
                self.session.ask(question)
            return [line((f"silhouettes of all customers{self.signs.ellipsis}", "dim"))]
        self.first_row_y = 2
        shown = self.cursor.window(len(found.segments), max(1, height - 8))
        marks, grounds = [self.mark(i) for i in shown], [self.ground(i) for i in shown]
        return silhouette_lines(found, answer.profile.segments, shown, marks, grounds, self.signs, width, name)

    # -- convergence ----------------------------------------------------------------------------------------

    def _convergence(self, answer: Answer, width: int, height: int) -> list[Line]:
        trace = answer.segmentation.trace
        if len(trace) < 2:
            return [line(("too few iterations for a curve", "dim"))]
        ways: dict[tuple[int, int], list[tuple[float, float]]] = {}
        for step in trace:
            points = ways.setdefault((step.restart, step.customers), [])
            points.append((float(step.iteration), step.inertia / max(1, step.customers)))
        most = max(customers for _, customers in ways)
        series = []
        for n, ((restart, customers), points) in enumerate(sorted(ways.items())):
            label = f"restart {restart + 1}" if customers != most or len(ways) == 1 else "all customers"
            marker = "*" if self.signs.ascii else "dot"
            x, y = tuple(p[0] for p in points), tuple(p[1] for p in points)
            series.append(Series(label if len(ways) <= 6 else "", marker, seg(n), x, y, joined=len(points) > 1))
        s = answer.segmentation
        state = f"converged: {s.converged}" if s.exact else f"approximate: fitted on {fmt.count(s.sampled)}"
        changed = f"last change {fmt.share(trace[-1].changed)} %"
        title = first_fitting(
            (
                line((f"inertia per customer by iteration; {state}, {s.iterations} iterations, {changed}", "title")),
                line((f"inertia per customer; {state}, {s.iterations} it., {changed}", "title")),
            ),
            width,
        )
        last = max(step.iteration for step in trace)
        ticks = tuple(nice_ticks(1.0, float(last), 8))
        whole = tuple(dict.fromkeys(float(round(tick)) for tick in ticks if tick >= 1))
        spec = ChartSpec("", tuple(series), "iteration", x_ticks=whole)
        return [title, *self._charts.lines(spec, width, height - 1)]

    def copied(self, whole: bool) -> tuple[str, str]:
        if not self.size.area or self.answer is None:
            return "", ""
        del whole
        lines = self.paint(self.size.width, self.size.height)
        return "\n".join(
            fmt.clean(drawn.text).rstrip() for drawn in lines
        ), f"the plot ({TITLES[PLOTS[self.plot]]}) as text"


def _heat_sign(difference: float | None) -> tuple[str, str]:
    """A sign and a role for a standardised difference: direction by sign, strength by doubling it."""
    if difference is None or abs(difference) < 0.2:
        return "  ", "dim"
    sign = "+" if difference > 0 else "-"
    role = "good" if difference > 0 else "bad"
    if abs(difference) < 0.8:
        return sign + " ", role
    return sign * 2, f"{role} bold"

"""Segments: who they are, how large, and what sets each apart, in original units."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len

from segtui.evidence import Assessment
from segtui.explained import SegmentRules
from segtui.recipe import TREE_MOST
from segtui.results import Answer, Profile, ProfileColumn, Segment
from segtui.session.questions import CustomersQuestion, Question, RulesQuestion
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes import stability_words as stab
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.panes.map_view import MapView, letter_place
from segtui.tui.widgets.ink import BLANK, Line, Run, beside, line, seg, wrap
from segtui.tui.widgets.segment_table import Group, header, layout, row
from segtui.tui.widgets.spark import signed_bar

MEASURES = ("mean", "index", "difference", "median", "spread", "points", "missing")
MEASURE_TEXT = {
    "mean": "means in original units",
    "median": "medians in original units; of a level the share",
    "spread": "standard deviations within the segment",
    "index": "indexes, 100 = average",
    "difference": "standardised differences from the rest",
    "points": "shares of levels against all customers, in points",
    "missing": "share of customers without a value",
}
TELLING = 0.5
"""From this standardised difference on a value is emphasised."""
WIDE = 112
"""From this width on the detail stands beside the table."""
DETAIL_WIDTH = 52
LONGEST_NAME = 60
RULE_FROM = 9
"""Lines of detail from which the rule of a segment has room."""


def reading_order(profile: Profile) -> list[int]:
    """The columns of the table as one wants to read them: what was clustered on first, numbers before levels."""
    return sorted(
        range(len(profile.columns)),
        key=lambda i: (not profile.columns[i].used, profile.columns[i].level is not None, i),
    )


class SegmentsPane(Pane):
    """The segment table, and the segment under the cursor in detail."""

    place = "segments"
    title = "Segments"
    BINDINGS: ClassVar = bindings_for("segments", LISTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.measure = 0
        self.first_column = 0
        self._map = MapView()

    @property
    def profile(self) -> Profile | None:
        return self.answer.profile if self.answer else None

    @property
    def assessment(self) -> Assessment | None:
        """What is known of these segments beyond their scores."""
        return self.session.assessment if self.session else None

    def row_count(self) -> int:
        return len(self.profile.segments) if self.profile else 0

    def under_cursor(self) -> Segment | None:
        """The segment under the cursor."""
        if self.profile is None or not self.profile.segments:
            return None
        return self.profile.segments[min(self.cursor.at, self.row_count() - 1)]

    def on_answer(self) -> None:
        """Have the segments said in rules, once they are converged."""
        if self.session is not None and self.answer is not None and self.answer.exact:
            self.session.ask(RulesQuestion())

    def on_found(self, question: Question) -> None:
        self.repaint()

    # -- commands -------------------------------------------------------------------------------------------

    def do_open_segment(self, _: str) -> None:
        segment = self.under_cursor()
        if segment is not None:
            title = f"{segment.letter} {fmt.clean(segment.name, 40)}: {fmt.plural(segment.size, 'customer')}"
            self.desk.open_table(title, CustomersQuestion(segment.letter))

    def do_rename_segment(self, argument: str) -> None:
        segment = self.under_cursor()
        if segment is None or self.profile is None:
            return
        first, _, rest = argument.strip().partition(" ")
        by_letter = {s.letter: s for s in self.profile.segments}
        if argument.strip():
            named = by_letter.get(first.upper())
            if named is not None and (rest or first.isupper()):
                self._give_name(named, rest)
            else:
                self._give_name(segment, argument)
            return
        chosen = segment
        given = chosen.name if chosen.name != chosen.auto_name else ""
        self.desk.prompt(
            f"Name of segment {chosen.letter} (empty: {fmt.clean(chosen.auto_name, 40)})",
            fmt.clean(given),
            check_name,
            lambda text: self._give_name(chosen, text),
        )

    def _give_name(self, segment: Segment, text: str) -> None:
        name = fmt.clean(text.strip())
        problem = check_name(name)
        if problem or self.session is None:
            self.desk.say(problem, "error")
            return
        label = f"{segment.letter} named {name}" if name else f"{segment.letter} named automatically"
        self.desk.change(self.session.recipe.with_name(segment.letter, name), label)

    def do_segments_by_rules(self, argument: str) -> None:
        given = argument.strip()
        if not given:
            self.desk.open_adoption()
        elif given.isdigit() and int(given) <= TREE_MOST and self.session is not None:
            self.desk.change(self.session.recipe.with_tree(int(given)), tree_label(int(given)))
        else:
            self.desk.say(f"{fmt.clean(given)}: give 0 for k-means as it is, or 1 to {TREE_MOST} rules each", "error")

    def do_cycle_measure(self, argument: str) -> None:
        wanted = [i for i, name in enumerate(MEASURES) if argument and name.startswith(argument.strip().lower())]
        self.measure = wanted[0] if wanted else (self.measure + 1) % len(MEASURES)
        self.desk.say(f"showing {MEASURE_TEXT[MEASURES[self.measure]]}")
        self.repaint()

    def do_scroll_right(self, _: str) -> None:
        if self.profile is not None:
            self.first_column = min(self.first_column + 1, max(0, len(self.profile.columns) - 1))
            self.repaint()

    def do_scroll_left(self, _: str) -> None:
        self.first_column = max(0, self.first_column - 1)
        self.repaint()

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        answer, session = self.answer, self.session
        if answer is None or session is None:
            return self.waiting(width)
        self.first_column = min(self.first_column, max(0, len(answer.profile.columns) - 1))
        if width < WIDE:
            return self._stacked(answer, width, height)
        detail = DETAIL_WIDTH if width < 132 else DETAIL_WIDTH + 6
        left = width - detail - 2
        table = self._table(answer, left, max(4, min(len(answer.profile.segments) + 1, height - 4)))
        room = height - len(table) - 1
        if room >= 9:
            table += [self.rule(left), *self._map.lines(session, self.signs, left, room)]
        return beside(table, self._detail(answer, detail, height), left, (f"{self.signs.vline} ", "dim"))

    def _stacked(self, answer: Answer, width: int, height: int) -> list[Line]:
        segments = len(answer.profile.segments)
        table_height = min(segments + 1, max(4, height - 7))
        lines = self._table(answer, width, table_height)
        rest = height - len(lines) - 1
        if rest >= 3:
            lines += [self.rule(width), *self._detail(answer, width, rest)]
        return lines

    def _table(self, answer: Answer, width: int, height: int) -> list[Line]:
        profile = answer.profile
        titles = [fmt.clean(column_title(profile.columns[i])) for i in reading_order(profile)]
        groups = [self._group(segment, profile) for segment in profile.segments]
        columns = layout(groups, titles, width, self.first_column)
        signs = self.signs
        lines = [header(columns, titles, signs.left, signs.right, signs.ellipsis)]
        self.first_row_y = 1
        lines += [
            row(groups[i], columns, self.mark(i), signs.bar_full, signs.ellipsis, self.ground(i))
            for i in self.cursor.window(len(groups), height - 1)
        ]
        return lines

    def _group(self, segment: Segment, profile: Profile) -> Group:
        order = reading_order(profile)
        return Group(
            letter=segment.letter,
            role=seg(letter_place(segment.letter)),
            name=fmt.clean(segment.name),
            size=fmt.count(segment.size),
            share=segment.share,
            share_text=fmt.share(segment.share),
            values=tuple(self._value(segment, i, profile.columns[i]) for i in order),
            emphasis=tuple("bold" if abs(segment.differences[i] or 0.0) >= TELLING else "" for i in order),
            stability=stab.column(self.assessment, segment.cluster),
            stability_role=stab.role(self._jaccard(segment)),
        )

    def _jaccard(self, segment: Segment) -> float | None:
        return stab.of_cluster(self.assessment.stability if self.assessment else None, segment.cluster)

    def _value(self, segment: Segment, i: int, column: ProfileColumn) -> str:
        measure = MEASURES[self.measure]
        if measure == "index":
            return fmt.index(segment.indexes[i])
        if measure == "difference":
            difference = segment.differences[i]
            return fmt.difference(difference)
        if measure == "median":
            return mean_text(known(segment.medians, i, segment.means[i]), column)
        if measure == "spread":
            return fmt.number(known(segment.spreads, i, float("nan")))
        if measure == "points":
            return "" if column.level is None else f"{100 * (segment.means[i] - column.mean):+.1f}"
        if measure == "missing":
            return f"{fmt.share(segment.missing[i])}%" if i < len(segment.missing) else ""
        return mean_text(segment.means[i], column)

    def _detail(self, answer: Answer, width: int, height: int) -> list[Line]:
        segment = self.under_cursor()
        if segment is None:
            return []
        role = seg(letter_place(segment.letter))
        sizes = f"  {fmt.count(segment.size)} ({fmt.share(segment.share)} %)" + worth(segment)
        name = fmt.clean(segment.name, max(8, width - len(sizes) - 4), self.signs.ellipsis)
        lines = [line((f"{segment.letter} ", role), (name, "bold"), (sizes, ""))]
        if segment.name != segment.auto_name and height > 8:
            lines.append(line(("  found as: " + fmt.clean(segment.auto_name, width - 12, self.signs.ellipsis), "dim")))
        stable = stab.sentence(self.assessment, segment.cluster, "sil2" if self.signs.ascii else "sil²")
        if stable and height >= 6:
            lines += wrap(f"  {stable}", width - 1, stab.role(self._jaccard(segment)), "  ")
        if height >= RULE_FROM:
            lines += self._rule_lines(segment, width)
        order = sorted(range(len(answer.profile.columns)), key=lambda i: -abs(segment.differences[i] or 0.0))
        room = height - len(lines) - 1
        limit = max([2.0, *(abs(d) for d in segment.differences if d is not None)])
        half = 8 if width >= 70 else 5
        title = max(10, min(30, width - 2 * half - 1 - 34))
        lines.append(
            line((f"  {fmt.pad('', title)} {'less':>{half}} {'more':<{half}}    sd       mean      all", "dim"))
        )
        lines += [
            self._bar_line(segment, answer.profile.columns[i], i, title, half, limit, role)
            for i in order[: max(0, room)]
        ]
        return lines[:height] if lines else [BLANK]

    def _rule_lines(self, segment: Segment, width: int) -> list[Line]:
        """The segment in one rule, as soon as it is there; at most two lines."""
        found = self.session.found(RulesQuestion()) if self.session is not None else None
        if not isinstance(found, SegmentRules):
            return []
        rule = found.of(segment.letter)
        if rule is None:
            return [line(("  in a rule: the tree does not reach this segment", "dim"))]
        if found.adopted:
            return wrap(f"  by rule: {fmt.clean(rule.text)}", width - 1, "", "  ")[:3]
        figures = f"(right {fmt.share(rule.precision)} %, covers {fmt.share(rule.coverage)} %)"
        folded = wrap(f"  in a rule: {fmt.clean(rule.text)} {figures}", width - 1, "", "  ")
        if len(folded) <= 2:
            return folded
        room = max(8, 2 * width - len(figures) - 20)
        return wrap(f"  in a rule: {fmt.clean(rule.text, room, self.signs.ellipsis)} {figures}", width - 1, "", "  ")[
            :2
        ]

    def _bar_line(
        self, segment: Segment, column: ProfileColumn, i: int, title: int, half: int, limit: float, role: str
    ) -> Line:
        difference = segment.differences[i]
        drawn = signed_bar(
            difference or 0.0, limit, half, self.signs.bar_full if not self.signs.ascii else "#", self.signs.vline
        )
        runs: list[Run] = [
            (
                "  " + fmt.pad(short_title(column, title, self.signs.ellipsis), title) + " ",
                "" if column.used else "dim",
            ),
            (drawn[:half], role),
            (drawn[half], "dim"),
            (drawn[half + 1 :], role),
            (f" {fmt.difference(difference):>5}", "bold"),
            (f" {mean_text(segment.means[i], column):>10}", ""),
            (f" {mean_text(column.mean, column):>8}", "dim"),
        ]
        return line(*runs)

    def copied(self, whole: bool) -> tuple[str, str]:
        profile, segment = self.profile, self.under_cursor()
        if profile is None or segment is None:
            return "", ""
        order = reading_order(profile)
        titles = [
            "segment",
            "name",
            "size",
            "share",
            "jaccard",
            *(fmt.clean(column_title(profile.columns[i])) for i in order),
        ]
        rows = ["\t".join(titles)] if whole else []
        for s in profile.segments if whole else (segment,):
            jaccard = self._jaccard(s)
            stable = "" if jaccard is None else f"{jaccard:g}"
            cells = [s.letter, fmt.clean(s.name), str(s.size), f"{s.share:g}", stable]
            rows.append("\t".join([*cells, *(self._copied_value(s, i) for i in order)]))
        return "\n".join(rows), "the segment table" if whole else f"segment {segment.letter}"

    def _copied_value(self, segment: Segment, i: int) -> str:
        by_measure: dict[str, tuple[float | None, ...]] = {
            "mean": segment.means,
            "median": segment.medians,
            "spread": segment.spreads,
            "index": segment.indexes,
            "difference": segment.differences,
            "missing": segment.missing,
        }
        measure = MEASURES[self.measure]
        if measure == "points":
            return self._value(segment, i, self.profile.columns[i]) if self.profile else ""
        values = by_measure[measure]
        value = values[i] if i < len(values) else None
        return "" if value is None else f"{value:g}"


def tree_label(tree: int) -> str:
    """How the history says that a tree was adopted."""
    if not tree:
        return "segments by k-means"
    return "segments by a rule each" if tree == 1 else f"segments by {tree} rules each"


def known(values: tuple[float | None, ...], i: int, instead: float) -> float:
    """A value of a segment that may not be there."""
    value = values[i] if i < len(values) else None
    return instead if value is None else value


def worth(segment: Segment) -> str:
    """What a segment has of all revenue and all orders."""
    shares = ((segment.revenue_share, "revenue"), (segment.order_share, "orders"))
    told = [f"{fmt.share(share)} % of {what}" for share, what in shares if share is not None]
    return f", {', '.join(told)}" if told else ""


def column_title(column: ProfileColumn) -> str:
    """How a profile column is called."""
    return column.feature if column.level is None else f"{column.feature}={column.level}"


def short_title(column: ProfileColumn, width: int, ellipsis: str) -> str:
    """A column's title in `width` cells; of a level the level stays readable, for it tells its rows apart."""
    title = fmt.clean(column_title(column))
    if column.level is None or cell_len(title) <= width:
        return fmt.cut(title, width, ellipsis)
    level = fmt.cut(fmt.clean(column.level), width // 2, ellipsis)
    return f"{fmt.cut(fmt.clean(column.feature), width - 1 - cell_len(level), ellipsis)}={level}"


def mean_text(mean: float, column: ProfileColumn) -> str:
    """A mean in its own unit; the share of a level in percent."""
    return fmt.number(mean) if column.level is None else f"{fmt.share(mean)}%"


def check_name(text: str) -> str:
    """What is wrong with a segment's name."""
    return f"a name has at most {LONGEST_NAME} characters" if len(text.strip()) > LONGEST_NAME else ""

"""Segments: who they are, how large, and what sets each apart, in original units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from segtui.evidence import Assessment
from segtui.explained import SegmentRules
from segtui.recipe import TREE_MOST
from segtui.results import Answer, Profile, Segment
from segtui.session.questions import BorderQuestion, CustomersQuestion, Question, RulesQuestion, TypicalQuestion
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes import stability_words as stab
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.panes.map_view import MapView, letter_place
from segtui.tui.panes.profile_words import (
    MEASURE_TEXT,
    MEASURES,
    column_title,
    measured,
    measured_text,
    reading_order,
)
from segtui.tui.panes.segment_detail import SegmentDetail
from segtui.tui.panes.segment_order import Sort, choices, ordered
from segtui.tui.widgets.ink import Line, beside, seg
from segtui.tui.widgets.segment_table import Group, header, layout, row

TELLING = 0.5
"""From this standardised difference on a value is emphasised."""
WIDE = 112
"""From this width on the detail stands beside the table."""
DETAIL_WIDTH = 52
LONGEST_NAME = 60


class SegmentsPane(Pane):
    """The segment table, and the segment under the cursor in detail."""

    place = "segments"
    title = "Segments"
    BINDINGS: ClassVar = bindings_for("segments", LISTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.measure = 0
        self.first_column = 0
        self.sort = Sort()
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

    def segments(self, profile: Profile) -> Sequence[Segment]:
        """The segments as they are sorted now."""
        return ordered(profile, self.sort, MEASURES[self.measure], self._jaccard)

    def under_cursor(self) -> Segment | None:
        """The segment under the cursor."""
        if self.profile is None or not self.profile.segments:
            return None
        return self.segments(self.profile)[min(self.cursor.at, self.row_count() - 1)]

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
            called = f"{segment.letter} {fmt.clean(segment.name, 40)}"
            self.desk.open_table(
                title,
                CustomersQuestion(segment.letter),
                (f"{called}: the most typical, nearest to the centroid", TypicalQuestion(segment.letter)),
                (f"{called}: near a border, and the smallest change that moves them", BorderQuestion(segment.letter)),
            )

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

    def do_sort_segments(self, argument: str) -> None:
        """Sort by what is named, or ask."""
        profile = self.profile
        if profile is None:
            return
        offered = choices(profile)
        wanted = argument.strip().lower()
        if not wanted:
            now = replace(self.sort, backwards=False)
            at = next((i for i, (one, _) in enumerate(offered) if one == now), 0)
            listed = [(one.by, means) for one, means in offered]
            title = "Sort the segments by (the same again: the other way)"
            self.desk.pick(title, listed, at, lambda chosen: self._sort_by(offered[chosen][0]))
            return
        names = [one.by.lower() for one, _ in offered]
        found = [i for i, name in enumerate(names) if name == wanted]
        found += [i for i, name in enumerate(names) if name.startswith(wanted)]
        if found:
            self._sort_by(offered[found[0]][0])
        else:
            self.desk.say(f"there is no column {fmt.clean(argument.strip(), 40)} to sort by", "error")

    def _sort_by(self, chosen: Sort) -> None:
        """Sort, with the cursor on the segment that it was on."""
        here = self.under_cursor()
        self.sort = self.sort.then(chosen)
        if here is not None and self.profile is not None:
            letters = [segment.letter for segment in self.segments(self.profile)]
            self.cursor.at = letters.index(here.letter)
        way = ", the other way round" if self.sort.backwards else ""
        self.desk.say(f"sorted by {fmt.clean(self.sort.by, 40)}{way}")
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
        return beside(table, self._detail(detail, height), left, (f"{self.signs.vline} ", "dim"))

    def _stacked(self, answer: Answer, width: int, height: int) -> list[Line]:
        segments = len(answer.profile.segments)
        table_height = min(segments + 1, max(4, height - 7))
        lines = self._table(answer, width, table_height)
        rest = height - len(lines) - 1
        if rest >= 3:
            lines += [self.rule(width), *self._detail(width, rest)]
        return lines

    def _table(self, answer: Answer, width: int, height: int) -> list[Line]:
        profile = answer.profile
        arrow = self.signs.up if self.sort.backwards else self.signs.down
        called = [column_title(profile.columns[i]) for i in reading_order(profile)]
        titles = [fmt.clean(title) + (arrow if self.sort.column and title == self.sort.by else "") for title in called]
        groups = [self._group(segment, profile) for segment in self.segments(profile)]
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
        order, measure = reading_order(profile), MEASURES[self.measure]
        return Group(
            letter=segment.letter,
            role=seg(letter_place(segment.letter)),
            name=fmt.clean(segment.name),
            size=fmt.count(segment.size),
            share=segment.share,
            share_text=fmt.share(segment.share),
            values=tuple(measured_text(segment, i, profile.columns[i], measure) for i in order),
            emphasis=tuple("bold" if abs(segment.differences[i] or 0.0) >= TELLING else "" for i in order),
            stability=stab.column(self.assessment, segment.cluster),
            stability_role=stab.role(self._jaccard(segment)),
        )

    def _jaccard(self, segment: Segment) -> float | None:
        return stab.of_cluster(self.assessment.stability if self.assessment else None, segment.cluster)

    def _detail(self, width: int, height: int) -> list[Line]:
        segment = self.under_cursor()
        if segment is None or self.profile is None or self.session is None:
            return []
        found = self.session.found(RulesQuestion())
        rules = found if isinstance(found, SegmentRules) else None
        return SegmentDetail(segment, self.profile, self.assessment, rules, self.signs).lines(width, height)

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
        for s in self.segments(profile) if whole else (segment,):
            jaccard = self._jaccard(s)
            stable = "" if jaccard is None else f"{jaccard:g}"
            cells = [s.letter, fmt.clean(s.name), str(s.size), f"{s.share:g}", stable]
            rows.append("\t".join([*cells, *(self._copied_value(s, i, profile) for i in order)]))
        return "\n".join(rows), "the segment table" if whole else f"segment {segment.letter}"

    def _copied_value(self, segment: Segment, i: int, profile: Profile) -> str:
        value = measured(segment, i, profile.columns[i], MEASURES[self.measure])
        return "" if value is None else f"{value:g}"


def tree_label(tree: int) -> str:
    """How the history says that a tree was adopted."""
    if not tree:
        return "segments by k-means"
    return "segments by a rule each" if tree == 1 else f"segments by {tree} rules each"


def check_name(text: str) -> str:
    """What is wrong with a segment's name."""
    return f"a name has at most {LONGEST_NAME} characters" if len(text.strip()) > LONGEST_NAME else ""

"""Segments by features as a heat map: standardised differences, indexes, or means, with the sign in every cell."""

from __future__ import annotations

from typing import ClassVar

from segtui.results import Answer, Segment
from segtui.tui import format as fmt
from segtui.tui.panes.map_view import letter_place
from segtui.tui.panes.plot_view import PlotView, customers_of, tsv
from segtui.tui.panes.profile_words import column_title, mean_text
from segtui.tui.widgets.ink import BLANK, Line, Run, line, seg

EACH = 9
"""Cells of a column."""
STEPS = (0.2, 0.5, 0.8, 1.2)
"""Standard deviations from which a cell is shaded darker: small, medium and large after Cohen (1988), and beyond."""
INDEX_STEPS = (10.0, 20.0, 50.0, 100.0)
"""The same for points of an index above or below 100."""
WIDE_NAME = 32
"""Cells of a feature's name where there is room."""
DIFFERENCES, INDEXES, MEANS = range(3)


class HeatView(PlotView):
    """Rows are the columns of the profile, columns its segments."""

    name = "heat map"
    forms: ClassVar = ("differences", "indexes", "means")

    def row_count(self) -> int:
        return len(self.answer.profile.columns) if self.answer else 0

    def columns(self, answer: Answer) -> int:
        return len(answer.profile.segments)

    def whole(self, answer: Answer, width: int, height: int) -> tuple[int, int]:
        rows = len(answer.profile.columns) + 8
        return max(width, WIDE_NAME + 2 + EACH * len(answer.letters)), max(height, rows)

    def draw(self, answer: Answer, width: int, height: int) -> list[Line]:
        profile, name = answer.profile, _name(width)
        fit = max(1, (width - name - 2) // EACH)
        self.left = max(0, min(self.left, len(profile.segments) - fit))
        part = range(self.left, min(len(profile.segments), self.left + fit))
        caption = self.caption(
            answer, (self._legend(), self._rests_on(answer), self._part(part, len(profile.segments), "segments")), width
        )
        head: list[Run] = [(fmt.pad(f"  {self.shape}{self.hint('  v form')}", name + 2), "title")]
        for i in part:
            letter = profile.segments[i].letter
            head.append((fmt.pad(letter, EACH - 4, right=True) + " " * 4, seg(letter_place(letter))))
        lines = [line(*head)]
        self.first_row_y = 1
        for i in self.cursor.window(len(profile.columns), max(1, height - 2 - len(caption))):
            column = profile.columns[i]
            title = fmt.pad(fmt.clean(column_title(column)), name, ellipsis=self.signs.ellipsis)
            cells = (self._cell(answer, profile.segments[j], i) for j in part)
            lines.append(line((self.pane.mark(i), ""), (title, "bold" if column.used else "dim"), *cells))
        return [*lines, BLANK, *caption]

    def _cell(self, answer: Answer, segment: Segment, i: int) -> Run:
        difference, column = segment.differences[i], answer.profile.columns[i]
        if self.form == MEANS:
            sign, role = heat_sign(difference)
            text = mean_text(segment.means[i], column)
            text = fmt.short(segment.means[i]) if len(text) > EACH - 3 else text
            return f"{text:>{EACH - 3}}{sign} ", role
        if self.form == INDEXES:
            index = segment.indexes[i]
            away = None if index is None else index - 100.0
            text = fmt.index(index)
            text = text if len(text) <= EACH - 5 else fmt.short(index)
            sign = "" if away is None or abs(away) < INDEX_STEPS[0] else "+" if away > 0 else "-"
            return self._shaded(f"{text}{sign or ' '}", away, INDEX_STEPS)
        return self._shaded(fmt.difference(difference), difference, STEPS)

    def _shaded(self, text: str, away: float | None, steps: tuple[float, ...]) -> Run:
        """Text with its sign, then a shade that darkens with the distance; colour repeats the direction."""
        strength = 0 if away is None or away != away else sum(abs(away) >= step for step in steps)
        shade = (" .:=#" if self.signs.ascii else " ░▒▓█")[strength] * 2
        if away is None or not strength:
            return f"{text:>{EACH - 4}} {shade} "[:EACH], "dim"
        return f"{text:>{EACH - 4}} {shade} "[:EACH], ("good" if away > 0 else "bad") + (
            " bold" if strength > 2 else ""
        )

    def _legend(self) -> str:
        if self.form == DIFFERENCES:
            return "sd: difference from everyone else in standard deviations; shade from .2, .5, .8 and 1.2"
        if self.form == INDEXES:
            return "index: 100 = the mean of all customers, + above, - below; shade from 10, 20, 50 and 100 points"
        return "means in original units; + above everyone else, - below from .2 sd on, doubled from .8"

    def _rests_on(self, answer: Answer) -> str:
        everybody, sampled = customers_of(answer), answer.profile.sampled
        if self.form == INDEXES or sampled >= everybody:
            return f"over all {fmt.plural(everybody, 'customer')}{_gaps(answer)}"
        return (
            f"means over all {fmt.count(everybody)} customers{_gaps(answer)}, spreads over {fmt.count(sampled)} "
            "(the first in canonical order, and more of rare segments)"
        )

    def table(self, answer: Answer) -> str:
        profile = answer.profile
        numbers = [(s.differences, s.indexes, s.means)[self.form] for s in profile.segments]
        head = ("feature", "clustered", *(s.letter for s in profile.segments))
        rows = [
            (column_title(c), "yes" if c.used else "no", *(of_segment[i] for of_segment in numbers))
            for i, c in enumerate(profile.columns)
        ]
        return tsv(head, rows)


def _name(width: int) -> int:
    return 22 if width < 100 else WIDE_NAME


def _gaps(answer: Answer) -> str:
    """How many of them have no value, of the column that most lack."""
    lacking = max((column for column in answer.profile.columns), key=lambda column: column.missing, default=None)
    if lacking is None or not lacking.missing:
        return ""
    name, share = fmt.clean(lacking.feature, 24), fmt.share(lacking.missing)
    return f"; {name} has no value for {share} %: each row is over those with one"


def heat_sign(difference: float | None) -> tuple[str, str]:
    """A sign and a role for a standardised difference: direction by sign, strength by doubling it."""
    if difference is None or difference != difference or abs(difference) < 0.2:
        return "  ", "dim"
    sign = "+" if difference > 0 else "-"
    role = "good" if difference > 0 else "bad"
    if abs(difference) < 0.8:
        return sign + " ", role
    return sign * 2, f"{role} bold"

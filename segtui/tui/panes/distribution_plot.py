"""One feature by segment: a histogram, boxes, or ridges of densities; bars of its levels where it has no numbers."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from typing import ClassVar

from segtui.results import Answer, Distribution, Segment
from segtui.session.questions import DistributionQuestion
from segtui.tui import format as fmt
from segtui.tui.panes.base import Pane
from segtui.tui.panes.box_lines import BEYOND, box_lines, box_range
from segtui.tui.panes.map_view import letter_place
from segtui.tui.panes.plot_view import PlotView, counted, tsv, waiting
from segtui.tui.widgets.cell_map import sign_of
from segtui.tui.widgets.columns import EMPTY, THIN, axis_lines, column_rows, scale, stacked, ticks_between, widened
from segtui.tui.widgets.ink import BLANK, Line, Run, first_fitting, line, seg
from segtui.tui.widgets.spark import bar

HISTOGRAM, BOX, RIDGE = range(3)
BINS = 120
GUTTER = 7
"""Cells of the counts beside a histogram."""
NARROW = 5
"""Cells from which bars tell shares apart."""
WIDE_LEFT = 36
"""Cells of letters and names where there is room."""
TALLEST = 4
"""Lines of one ridge at most."""
FLAT = 0.01
"""Below this part of its peak a ridge is not drawn: the tails of a kernel never end."""


class DistributionView(PlotView):
    """The feature chosen, and its forms."""

    name = "distribution"
    forms: ClassVar = ("histogram", "box", "ridge")

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self.feature = ""
        self._shown: Distribution | None = None

    def features(self, answer: Answer) -> list[str]:
        """Features of the profile, those of the clustering first, and of those the ones with numbers."""
        columns = sorted(answer.profile.columns, key=lambda c: (not c.used, c.level is not None))
        return list(dict.fromkeys(c.feature for c in columns))

    def chosen(self, answer: Answer) -> str:
        """The feature shown: the one chosen, as long as there is one of that name."""
        names = self.features(answer)
        return self.feature if self.feature in names else names[0]

    def step_axes(self, answer: Answer, by: int) -> bool:
        names = self.features(answer)
        self.feature = names[(names.index(self.chosen(answer)) + by) % len(names)]
        self.left = 0
        return True

    def row_count(self) -> int:
        answer = self.answer
        if answer is None:
            return 0
        numbers = self._shown is not None and not self._shown.levels
        return len(answer.profile.segments) + (numbers and self.form == HISTOGRAM)

    def columns(self, answer: Answer) -> int:
        return len(self._shown.levels) if self._shown is not None else 0

    def whole(self, answer: Answer, width: int, height: int) -> tuple[int, int]:
        if self._shown is not None and self._shown.levels:
            return max(width, WIDE_LEFT + 9 * len(self._shown.levels)), max(height, len(answer.letters) + 6)
        return width, max(height, len(answer.letters) + 8)

    def draw(self, answer: Answer, width: int, height: int) -> list[Line]:
        feature = self.chosen(answer)
        found = self.asked(answer, DistributionQuestion(feature, self._bins()))
        if isinstance(found, Distribution):
            self._shown = found
        shown = self._shown
        if shown is None or len(shown.counts) != len(answer.profile.segments):
            return waiting(f"{fmt.clean(feature)} by segment: counting{self.signs.ellipsis}")
        old = f"  ({self.signs.ellipsis} being counted)" if self.pending else ""
        if shown.levels:
            return [self._title(shown, "levels", old, width), *self._levels(answer, shown, width, height - 1)]
        title = self._title(shown, self.shape, old, width)
        draws = (self._histogram, self._boxes, self._ridges)
        return [title, *draws[self.form](answer, shown, width, height - 1)]

    def _bins(self) -> int:
        """How many bins, or points, fit the pane: bars are two cells wide, points one."""
        width = self.pane.size.width  # of the pane: a file may be wider, but holds the same bins
        room = (width - GUTTER - 2) // 2 if self.form == HISTOGRAM else width - _left(width) - 8
        return max(8, min(BINS, room))

    def _title(self, shown: Distribution, what: str, old: str, width: int) -> Line:
        log = ", log axis" if shown.log else ""
        # what to press is the first to go, then the words
        name, keys = fmt.clean(shown.feature), self.hint("   a feature" + ("" if shown.levels else "  v form"))
        text = f"{name} by segment: {what}{log}"
        short = (
            f"{fmt.cut(name, max(8, width - len(what) - len(log) - len(old) - 2), self.signs.ellipsis)}: {what}{log}"
        )
        return first_fitting(
            (
                line((text, "title"), (old, "warn"), (keys, "dim")),
                line((text, "title"), (old, "warn")),
                line((short, "title"), (old, "warn")),
            ),
            width,
        )

    # -- histogram ------------------------------------------------------------------------------------------

    def _histogram(self, answer: Answer, shown: Distribution, width: int, height: int) -> list[Line]:
        segments, bins = answer.profile.segments, len(shown.edges) - 1
        at = max(0, min(len(segments), self.cursor.at))
        whole = at == 0
        counts = _fitting(shown.counts if whole else (shown.counts[at - 1],), width - GUTTER - 2)
        each = max(1, (width - GUTTER - 2) // len(counts[0]))
        totals = [sum(column) for column in zip(*counts, strict=True)]
        top = max(totals, default=0)
        caption = self._histogram_caption(answer, shown, at, len(totals) < bins, width)
        rows = max(2, height - 3 - len(caption))
        if whole:
            runs = [_letters(row, segments, each) for row in stacked(counts, top, rows)]
        else:
            role = seg(letter_place(segments[at - 1].letter))
            heights = [n / top if top else 0.0 for n in totals]
            runs = [[(widened(row, each), role)] for row in column_rows(heights, rows, self.signs)]
        half = rows // 2
        gutter = {0: fmt.short(top), half: fmt.short(round(top * (rows - half) / rows)) if rows > 3 else ""}
        lines = [self._group(answer, at, width)]
        for y, drawn in enumerate(runs):
            label = f"{gutter.get(y, ''):>{GUTTER - 1}} "
            lines.append(line((label, "dim"), (self.signs.vline, "dim"), *drawn))
        room = each * len(totals)
        place = by_edges(shown.edges, room)
        ends = _inner(shown.edges)
        ticks = ticks_between(*ends, _about(room, log=shown.log), log=shown.log)
        axis = axis_lines(ticks, place, room, _tick, self.signs, GUTTER + 1, width)
        return [*lines, *axis, *caption]

    def _group(self, answer: Answer, at: int, width: int) -> Line:
        if at == 0:
            text = "  all segments, each cell the letter of its segment"
            return line((fmt.cut(text, width, self.signs.ellipsis), "bold"), (self.hint("   j k one segment"), "dim"))
        segment = answer.profile.segments[at - 1]
        name = fmt.clean(segment.name, max(8, width - 40), self.signs.ellipsis)
        return line(
            (f"  {segment.letter} ", seg(letter_place(segment.letter))),
            (name, "bold"),
            (f", {fmt.plural(segment.size, 'customer')}", ""),
            (self.hint("   j k another"), "dim"),
        )

    def _histogram_caption(self, answer: Answer, shown: Distribution, at: int, joined: bool, width: int) -> list[Line]:
        if at == 0:
            who = counted(answer, shown.missing)
        else:
            segment = answer.profile.segments[at - 1]
            have = sum(shown.counts[at - 1])
            who = f"{fmt.count(have)} of {fmt.count(segment.size)} customers of {segment.letter} have a value"
        thin = "lower case: less than half a cell" if at == 0 else ""
        return self.caption(
            answer, (who, thin, _bins_placed(shown), _tails(shown), "bins joined to fit" if joined else ""), width
        )

    # -- boxes ----------------------------------------------------------------------------------------------

    def _boxes(self, answer: Answer, shown: Distribution, width: int, height: int) -> list[Line]:
        caption = self.caption(
            answer,
            (
                "letter: median; box: quartiles; whiskers: last value within 1.5 IQR of the box; beyond them customers "
                "are counted at the right",
                counted(answer, shown.missing),
            ),
            width,
        )
        left, log = _left(width), shown.log
        room = width - left - BEYOND - 1
        low, high = box_range(shown.boxes, self.signs)
        place = scale(low, high, room, log=log)
        ticks = ticks_between(low, high, _about(room, log=log), log=log)
        axis = axis_lines(ticks, place, room, _tick, self.signs, left, width)
        free = height - 1 - len(axis) - len(caption)
        tall = 2 if free >= 2 * len(shown.boxes) else 1
        self.first_row_y = 2
        lines = [line((" " * left + "beyond".rjust(room + BEYOND), "dim"))]
        for i in self.cursor.window(len(shown.boxes), max(1, free // tall)):
            segment = answer.profile.segments[i]
            lines += box_lines(segment, shown.boxes[i], place, room, left, self.signs, tall)
        return [*lines, *axis, *caption]

    # -- ridges ---------------------------------------------------------------------------------------------

    def _ridges(self, answer: Answer, shown: Distribution, width: int, height: int) -> list[Line]:
        outside = f"{fmt.count(shown.outside)} beyond the axis" if shown.outside else ""
        caption = self.caption(
            answer,
            (
                "smoothed densities, each to its own peak; at the right customers with a value",
                counted(answer, shown.missing),
                outside,
            ),
            width,
        )
        left = _left(width)
        points = max((len(density) for density in shown.densities), default=0)
        segments = answer.profile.segments
        free = height - 2 - len(caption)
        tall = max(1, min(TALLEST, free // max(1, len(segments))))
        gap = 1 if tall > 2 and free >= len(segments) * (tall + 1) else 0
        self.first_row_y = 1
        lines = []
        for i in self.cursor.window(len(segments), max(1, free // (tall + gap))):
            peak = max(shown.densities[i], default=0.0)
            heights = [value / peak if value > FLAT * peak else 0.0 for value in shown.densities[i]]
            rows = column_rows(heights, tall, self.signs)
            lines += [BLANK] * gap
            for y, row in enumerate(rows):
                last = y == len(rows) - 1
                lines.append(self._ridge_line(segments[i], sum(shown.counts[i]), row, left, last=last))
        place = scale(*shown.span, points, log=shown.log)
        ticks = ticks_between(*shown.span, _about(points, log=shown.log), log=shown.log)
        return [*lines, *axis_lines(ticks, place, points, _tick, self.signs, left, width), *caption]

    def _ridge_line(self, segment: Segment, size: int, row: str, left: int, *, last: bool) -> Line:
        role = seg(letter_place(segment.letter))
        if not last:
            return line((" " * left, ""), (row, role))
        name = fmt.pad(fmt.clean(segment.name), left - 4, ellipsis=self.signs.ellipsis) + " "
        return line((f"{segment.letter:<3}", role), (name, ""), (row, role), (f" {fmt.short(size):>6}", "dim"))

    # -- levels ---------------------------------------------------------------------------------------------

    def _levels(self, answer: Answer, shown: Distribution, width: int, height: int) -> list[Line]:
        segments, left = answer.profile.segments, _left(width)
        each = max(9, (width - left) // max(1, len(shown.levels)))
        fit = max(1, (width - left) // each)
        self.left = max(0, min(self.left, len(shown.levels) - fit))
        part = range(self.left, min(len(shown.levels), self.left + fit))
        several = (
            "a customer may have several, so that shares can add up to more than 100 %" if shown.overlapping else ""
        )
        caption = self.caption(
            answer,
            (
                "shares within each segment" + (" of those with a value" if shown.missing else ""),
                "bars to the largest",
                counted(answer, shown.missing),
                self._part(part, len(shown.levels), "levels"),
                several,
            ),
            width,
        )
        names = [
            fmt.pad(fmt.clean(shown.levels[i]), each - 1, ellipsis=self.signs.ellipsis) + " " for i in part
        ]  # fmt: skip
        lines = [line((" " * left + "".join(names), "dim under"))]
        self.first_row_y = 2
        window = self.cursor.window(min(len(segments), len(shown.counts)), max(1, height - 2 - len(caption)))
        shares = _shares(shown, [segment.size for segment in segments])
        top = max((share for row in shares for share in row), default=0.0) or 1.0
        lines += [self._level_line(segments[i], [shares[i][j] for j in part], top, each, left) for i in window]
        return [*lines, BLANK, *caption]

    def _level_line(self, s: Segment, shares: Sequence[float], top: float, each: int, left: int) -> Line:
        role = seg(letter_place(s.letter))
        name = fmt.pad(fmt.clean(s.name), left - 4, ellipsis=self.signs.ellipsis) + " "
        runs: list[Run] = [(f"{s.letter:<3}", role), (name, "")]
        for share in shares:
            text = f"{fmt.share(share):>5}% "
            room = each - len(text) - 1
            if room < NARROW:  # too narrow for bars: the height of a column says it
                drawn = fmt.pad(column_rows([share / top], 1, self.signs)[0] * min(2, room), room)
            else:
                drawn = bar(share / top, room, self.signs.bar_full)
            runs += [(text, ""), (f"{drawn} ", role)]
        return line(*runs)

    # -- copying --------------------------------------------------------------------------------------------

    def table(self, answer: Answer) -> str:
        shown = self._shown
        if shown is None or self.pending:
            return ""
        letters = [segment.letter for segment in answer.profile.segments]
        if shown.levels:
            return tsv((shown.feature, *letters), list(zip(shown.levels, *shown.counts, strict=True)))
        if self.form == HISTOGRAM:
            rows = list(zip(shown.edges[:-1], shown.edges[1:], *shown.counts, strict=True))
            return tsv((f"{shown.feature} from", "to", *letters), rows)
        if self.form == BOX:
            head = ("segment", "customers", "low whisker", "first quartile", "median", "third quartile", "high whisker",
                    "below", "above", "lowest", "highest")  # fmt: skip
            fields = ("size", "low", "first", "median", "third", "high", "below", "above", "lowest", "highest")
            boxes = zip(letters, shown.boxes, strict=True)
            return tsv(
                head, [(letter, *(getattr(box, field) if box else None for field in fields)) for letter, box in boxes]
            )
        points = len(shown.densities[0])
        middles = [_middle_of(shown, i, points) for i in range(points)]
        return tsv((shown.feature, *letters), list(zip(middles, *shown.densities, strict=True)))


def _shares(shown: Distribution, sizes: Sequence[int]) -> list[list[float]]:
    """Per segment the share at every level: of its customers where one may have several, else of those with a value."""
    rows = []
    for size, counts in zip(sizes, shown.counts, strict=True):
        total = max(1, size if shown.overlapping else sum(counts))
        rows.append([n / total for n in counts])
    return rows


def _left(width: int) -> int:
    """Cells of letters and names."""
    return 20 if width < 100 else WIDE_LEFT


def _about(room: int, *, log: bool) -> int:
    """How many ticks suit an axis; the round values of a log axis have short names."""
    return max(2, room // (6 if log else 9))


def _tick(value: float) -> str:
    return fmt.short(value)


def _fitting(counts: Sequence[Sequence[int]], room: int) -> list[list[int]]:
    """Counts with neighbouring bins joined, evenly, until they fit."""
    bins = len(counts[0])
    step = -(-bins // max(1, room))
    return [[sum(row[start : start + step]) for start in range(0, bins, step)] for row in counts]


def _letters(row: Sequence[int], segments: Sequence[Segment], each: int) -> list[Run]:
    """A line of a stacked histogram, cells of one segment joined into a run."""
    runs: list[Run] = []
    for group in row:
        text, role = " " * each, ""
        if group != EMPTY:
            place = letter_place(segments[group if group >= 0 else THIN - group].letter)
            text, role = sign_of(place) * each, seg(place)
            text = text if group >= 0 else text.lower()
        if runs and runs[-1][1] == role and runs[-1][0][-1] == text[-1]:
            text = runs.pop()[0] + text
        runs.append((text, role))
    return runs


def by_edges(edges: Sequence[float], room: int) -> Callable[[float], int]:
    """The cell of a value on bins that are drawn equally wide, whatever their edges; -1 beyond them."""

    def place(value: float) -> int:
        if not edges[0] <= value <= edges[-1]:
            return -1
        i = max(0, min(len(edges) - 2, bisect.bisect_right(edges, value) - 1))
        share = (value - edges[i]) / (edges[i + 1] - edges[i])
        return min(room - 1, int((i + share) / (len(edges) - 1) * room))

    return place


def _inner(edges: Sequence[float]) -> tuple[float, float]:
    """The part of an axis on which ticks are even: without outermost bins that take in the tails."""
    low, high = edges[0], edges[-1]
    if len(edges) > 4:
        step = edges[2] - edges[1]
        low = edges[1] if edges[1] - edges[0] > 2 * step else low
        step = edges[-2] - edges[-3]
        high = edges[-2] if edges[-1] - edges[-2] > 2 * step else high
    return low, high


def _tails(shown: Distribution) -> str:
    if shown.log:
        return ""
    low, high = _inner(shown.edges)
    told = []
    if low > shown.edges[0]:
        told.append(f"the first bin reaches down to {fmt.number(shown.edges[0], 3)}")
    if high < shown.edges[-1]:
        told.append(f"the last bin reaches up to {fmt.number(shown.edges[-1], 3)}")
    return ", ".join(told)


def _bins_placed(shown: Distribution) -> str:
    if not 0 < shown.placed < shown.sampled:
        return ""
    return f"bins placed by {fmt.count(shown.placed)} of them (first in canonical order)"


def _middle_of(shown: Distribution, i: int, points: int) -> float:
    """The value in the middle of a cell of the densities, in original units."""
    low, high = shown.span
    if not shown.log:
        return low + (i + 0.5) / points * (high - low)
    first, last = math.log1p(low), math.log1p(high)
    return math.expm1(first + (i + 0.5) / points * (last - first))

"""One page about the segment in front: who, what worth, bought together, paid, what to do, what not to conclude."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from segtui.tui import format as fmt
from segtui.tui.panes import decide_words as words
from segtui.tui.panes.map_view import letter_place
from segtui.tui.panes.profile_words import worth as shares
from segtui.tui.panes.view import View, folded
from segtui.tui.widgets.ink import Line, Run, first_fitting, line, seg

if TYPE_CHECKING:
    from segtui.results import Segment
    from segtui.tui.panes.decide import DecidePane
    from segtui.tui.panes.decide_parts import Parts

LABELS = {"who": "who", "worth": "worth", "buy": "buy", "prices": "prices", "needs": "needs", "do": "do", "not": "not"}
TALL = 28
"""Lines from which there is room for more words."""

LABEL = 8
"""Cells of the label before a part."""


class Row(NamedTuple):
    """A line of the page: what it shows, the play it is about, and the row its sentence begins at."""

    line: Line
    play: str
    start: int


class PageView(View):
    """Rows are lines of the page; j and k go from sentence to sentence, h and l to another segment."""

    name = "segment"
    pane: DecidePane

    def __init__(self, pane: DecidePane) -> None:
        super().__init__(pane)
        self.at = 0
        self._rows: list[Row] = []
        self._before = 0
        """The row of the cursor when it was last drawn."""

    def segment(self) -> Segment | None:
        """The segment in front."""
        parts = self.pane.parts()
        segments = parts.segments if parts is not None else ()
        return segments[self.at % len(segments)] if segments else None

    def step(self, by: int) -> None:
        self.at += by
        self.cursor.move(0, 1)

    def row_count(self) -> int:
        return len(self._rows)

    def play(self) -> str:
        """The play under the cursor, else the first of the segment; "" where it has none."""
        parts, segment = self.pane.parts(), self.segment()
        if self._rows and (found := self._rows[min(self.cursor.at, len(self._rows) - 1)].play):
            return found
        own = parts.plays_of(segment.letter) if parts is not None and segment is not None else ()
        return own[0].play if own else ""

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        parts, segment = self.pane.parts(), self.segment()
        if parts is None or segment is None:
            return []
        detail = words.BRIEF if height < TALL else words.PAGE
        self._rows = self._lines(parts, segment, width, detail)
        window = self._window(height - 2)
        lines = [self._letters(parts, len(self._rows) - window.stop, width), self._heading(segment, width)]
        self.first_row_y = len(lines)
        pane = self.pane
        return [*lines, *(line(pane.mark(at), *self._rows[at].line.runs, ground=pane.ground(at)) for at in window)]

    def _window(self, height: int) -> range:
        """The rows to show. The cursor stands at the beginning of a sentence, all of which is seen; only one that is
        longer than the window is gone through line by line."""
        rows, cursor = self._rows, self.cursor
        cursor.window(len(rows), height)
        if not rows:
            return range(0)
        start = rows[cursor.at].start
        further = next((at for at in range(cursor.at, len(rows)) if rows[at].start != start), len(rows))
        if further - start <= height:
            down = cursor.at == self._before + 1 and cursor.at != start and further < len(rows)
            start = further if down else start
            end = next((at for at in range(start, len(rows)) if rows[at].start != start), len(rows)) - 1
            cursor.at = min(end, start + height - 1)
            cursor.window(len(rows), height)
            cursor.at = start
        self._before = cursor.at
        return cursor.window(len(rows), height)

    def _letters(self, parts: Parts, below: int, width: int) -> Line:
        segments = parts.segments
        here = self.at % len(segments)
        runs: list[Run] = [(" ", "")]
        for at, one in enumerate(segments):
            plays = len(parts.plays_of(one.letter))
            label = f"{one.letter}{'*' * min(1, plays)}"
            role = seg(letter_place(one.letter)) if at == here else "dim"
            runs.append((f"[{label}]" if at == here else f" {label} ", role))
        keys: list[Run] = [("  h l ", "key"), ("segment", "dim"), ("  * has plays", "dim")]
        more: list[Run] = [("  j ", "key"), (fmt.plural(below, "more line"), "warn")] if below else []
        return first_fitting((line(*runs, *keys, *more), line(*runs, *more), line(*runs)), width)

    def _heading(self, segment: Segment, width: int) -> Line:
        sizes = f"  {fmt.count(segment.size)} ({fmt.share(segment.share)} %){shares(segment)}"
        name = fmt.clean(segment.name, max(8, width - len(sizes) - 4), self.signs.ellipsis)
        return line((f" {segment.letter} ", seg(letter_place(segment.letter))), (name, "bold"), (sizes, ""))

    def _lines(self, parts: Parts, segment: Segment, width: int, detail: int) -> list[Row]:
        rows: list[Row] = []
        last = ""
        for said in words.page(parts, segment, detail):
            text = fmt.clean(said.text) or self.pane.state(said.part)
            start = len(rows)
            for part in folded(text, width - LABEL - 3, said.role):
                label = LABELS[said.part] if said.part != last else ""
                last = said.part
                rows.append(Row(line((fmt.pad(label, LABEL), "title"), *part.runs), said.play, start))
        return rows

    def copied(self, whole: bool) -> tuple[str, str]:
        segment, parts = self.segment(), self.pane.parts()
        if segment is None or parts is None:
            return "", ""
        if whole:
            return "\n".join(text for text, _ in self.evidence()), "everything about the segment"
        told = [f"{words.TITLES[said.part]}\t{fmt.clean(said.text)}" for said in words.page(parts, segment)]
        return "\n".join(told), "the page"

    def evidence(self) -> list[tuple[str, str]]:
        """Everything that is known of the segment, as (text, role)."""
        segment, parts = self.segment(), self.pane.parts()
        if segment is None or parts is None:
            return []
        told = [(f"{segment.letter} {fmt.clean(segment.name)}: {fmt.plural(segment.size, 'customer')}", "bold")]
        last = ""
        for said in words.page(parts, segment, words.FULL):
            if said.part != last:
                told += [("", ""), (words.TITLES[said.part], "title")]
                last = said.part
            told.append((fmt.clean(said.text) or self.pane.state(said.part), said.role))
        return told

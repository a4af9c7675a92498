"""The criteria for every k of a sweep: the table, the curve of one of them, and where there is room the picks."""

from __future__ import annotations

from segtui.evidence import SweepRow
from segtui.tui import format as fmt
from segtui.tui.panes import k_picks
from segtui.tui.panes.base import Pane
from segtui.tui.panes.k_chart import curve
from segtui.tui.panes.k_criteria import CRITERIA, INERTIA, TABULATED, Criterion, known
from segtui.tui.panes.k_table import KTable, about, columns, fitted, suggested, table_width
from segtui.tui.panes.view import View, table
from segtui.tui.widgets.chart import ChartBox
from segtui.tui.widgets.ink import BLANK, Line, beside

CHART_WIDTH, CHART_HEIGHT = 26, 8
"""The least room that a curve is worth drawing in."""
ESSENTIAL = ("silhouette", "strength", "stability")
"""The columns that stay where a curve is asked for and there is no room for it beside all of them."""


class CriteriaView(View):
    """Rows are the k of the sweep."""

    name = "criteria"

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self.chosen = CRITERIA[0]
        self.asked = False
        """Whether a curve is wanted even at the cost of columns."""
        self._crowded = False
        errand, ascii_only = pane.desk.errand, pane.signs.ascii
        self._curve = ChartBox(errand, pane.repaint, ascii_only)
        self._second = ChartBox(errand, pane.repaint, ascii_only)

    @property
    def rows(self) -> tuple[SweepRow, ...]:
        return self.session.swept.rows if self.session else ()

    def row_count(self) -> int:
        return len(self.rows)

    def chosen_k(self) -> tuple[int | None, str]:
        return (self.rows[min(self.cursor.at, len(self.rows) - 1)].k if self.rows else None), ""

    def step(self, by: int) -> None:
        """Left and right go over the criteria."""
        self.asked = True
        among = known(self.rows)
        self.chosen = among[(among.index(self.chosen) + by) % len(among)] if self.chosen in among else among[0]

    def next_criterion(self, wanted: str = "") -> bool:
        """Draw the next criterion, or the one that is named; False where none is called that.

        Where it has no room beside the whole table, the first step draws it there and the last gives the room back.
        """
        among = known(self.rows)
        if wanted:
            found = [one for one in among if any(w.lower().startswith(wanted) for w in (one.name, one.head, one.id))]
            self.chosen, self.asked = (found[0], True) if found else (self.chosen, self.asked)
            return bool(found)
        if self._crowded and not self.asked:
            self.asked = True
        elif self._crowded and self.chosen is among[-1]:
            self.chosen, self.asked = among[0], False
        else:
            self.step(1)
        return True

    @property
    def _running(self) -> bool:
        """Whether what a row lacks is still coming, or the sweep was stopped."""
        return self.session is not None and bool(self.session.background or self.session.busy)

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        rows = self.rows
        if not rows:
            return []
        shown = columns(rows, width)
        wide = table_width(shown)
        spare = height - len(rows) - 1
        if width - wide >= CHART_WIDTH + 2:
            self._crowded = False
            return self._beside(shown, wide, width, height)
        self._crowded = spare < CHART_HEIGHT + 3
        if self._crowded and self.asked:
            shown = tuple(one for one in shown if one.id in ESSENTIAL or one is self.chosen)
            return self._beside(shown, table_width(shown), width, height)
        words = self._words(width, 4 if self._crowded else 3)
        lines = self._table(shown, width, max(4, height - len(words)))
        left = height - len(lines) - len(words)
        if left >= CHART_HEIGHT:
            lines += curve(self._curve, rows, self.chosen, self.k, self.signs, width, left)
        return [*lines, *words]

    def _beside(self, shown: tuple[Criterion, ...], wide: int, width: int, height: int) -> list[Line]:
        """The table on the left, below it the words and, where there is room, the picks; the curve on the right."""
        assert self.session is not None
        rows, sweep = self.rows, self.session.swept
        left = self._table(shown, wide, height)
        words = self._words(wide, 5)
        below: list[Line] = []
        if height >= len(left) + len(words) + len(sweep.picks) + 3:
            picks = k_picks.rows(sweep, self.k, self.signs, wide, range(len(sweep.picks)))
            left += [BLANK, *words, BLANK, *picks]
        else:
            below = self._words(width, 4)
            height -= len(below)
            left = self._table(shown, wide, height)
        room = width - wide - 2
        second = INERTIA if self.chosen is not INERTIA else CRITERIA[0]
        upper = height if height < 2 * (CHART_HEIGHT + 2) else height // 2
        right = curve(self._curve, rows, self.chosen, self.k, self.signs, room, upper)
        if upper < height:
            right += curve(self._second, rows, second, self.k, self.signs, room, height - upper)
        left += [BLANK] * (height - len(left))
        return [*beside(left[:height], right, wide, (f"{self.signs.vline} ", "dim")), *below]

    def _table(self, shown: tuple[Criterion, ...], width: int, height: int) -> list[Line]:
        assert self.session is not None
        drawn = KTable(self.session.swept, shown, self.k, self.chosen.id, self._running, self.signs)
        self.first_row_y = 1
        window = self.cursor.window(len(self.rows), height - 1)
        lines = [drawn.row(self.rows[i], self.pane.mark(i), self.pane.ground(i), width) for i in window]
        return [drawn.header(), *lines]

    def _words(self, width: int, room: int) -> list[Line]:
        """On the row under the cursor, and the suggestion beside the analyst's own k."""
        assert self.session is not None
        here = self.rows[min(self.cursor.at, len(self.rows) - 1)]
        row = about(here, [one for one in known(self.rows) if one in TABULATED], width - 1)
        said = suggested(self.session.swept, self.k, self._running, width - 1)
        kept = fitted(row, max(1, room - len(said)), self.signs.ellipsis)
        return [*kept, *fitted(said, room - len(kept), self.signs.ellipsis)]

    def copied(self, whole: bool) -> tuple[str, str]:
        rows = self.rows if whole else self.rows[self.cursor.at : self.cursor.at + 1]
        if not rows:
            return "", ""
        head = ("k", *(one.id for one in CRITERIA), "smallest", "iterations", "spread", "near_equal", "failed")
        cells: list[tuple[object, ...]] = [
            (
                row.k,
                *(one.read(row) for one in CRITERIA),
                row.smallest,
                row.iterations,
                row.spread,
                row.near_equal,
                fmt.clean(row.failed),
            )
            for row in rows
        ]
        return table(head if whole else (), cells), "the sweep" if whole else f"k {rows[0].k}"

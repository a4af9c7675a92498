"""The rules found, one a row; below them a sentence on the rule under the cursor, and how far to believe the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.basket_views import RuleRow, ShuffledView
from segtui.tui import format as fmt
from segtui.tui.panes import basket_words as words
from segtui.tui.panes.view import View, table, told
from segtui.tui.widgets.ink import BLANK, Line, line

if TYPE_CHECKING:
    from segtui.tui.panes.baskets import BasketsPane

OWN = ("lift", "count", "confidence", "extra_baskets")
"""Measures with a column of their own; another one that is sorted by gets a further one."""
COPIED = 10_000
"""Rules that are copied at most."""


class RulesView(View):
    """Rows are rules."""

    name = "rules"
    pane: BasketsPane

    def row_count(self) -> int:
        page = self.pane.page()
        return page.row_count if page else 0

    def under_cursor(self) -> RuleRow | None:
        """The rule under the cursor."""
        page = self.pane.page()
        if page is None or not page.row_count:
            return None
        at = min(self.cursor.at, page.row_count - 1)
        return page.rows(at, at + 1)[0]

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        page = self.pane.page()
        if page is None:
            return []
        if not page.row_count:
            return [BLANK, *self._nothing(width)]
        known = self.pane.shuffles()
        most = 9 if height >= 24 else 8 if height >= 14 else 6
        below = self._below(width, max(most, height - 1 - page.row_count))
        room = max(1, height - 1 - len(below))
        shown = self.cursor.window(page.row_count, room)
        self.first_row_y = 1
        rows = page.rows(shown.start, shown.stop)
        more = page.shown.sort not in OWN
        numbers = [self._numbers(row, known, more) for row in rows]
        head = self._head(known, more, page.shown.sort)
        wide = [max(len(title), *(len(one[i]) for one in numbers)) for i, title in enumerate(head)]
        room_left = width - 2 - sum(wide) - 2 * len(wide) - 4
        one = max(8, room_left * 11 // 20)
        other = max(8, room_left - one)
        titles = f"  {fmt.pad('antecedent', one)}    {fmt.pad('consequent', other)}"
        titles += "".join("  " + fmt.pad(title, w, right=True) for title, w in zip(head, wide, strict=True))
        lines = [line((titles, "dim under"))]
        for at, row, cells in zip(shown, rows, numbers, strict=True):
            x, sign, y = words.arrow(row.antecedent, row.consequent, self.signs.ascii)
            tail = f" +{row.folded}" if row.folded else ""
            y = fmt.cut(y, other - len(tail), self.signs.ellipsis) + tail
            text = "".join("  " + fmt.pad(cell, w, right=True) for cell, w in zip(cells, wide, strict=True))
            role = "dim" if row.redundant else ""
            lines.append(
                line(
                    self.pane.mark(at),
                    (fmt.pad(x, one, ellipsis=self.signs.ellipsis), role),
                    (f" {fmt.pad(sign, 2)} ", "dim"),
                    (fmt.pad(y, other, ellipsis=self.signs.ellipsis), role or "bold"),
                    (text, role),
                    ground=self.pane.ground(at),
                )
            )
        return [*lines, *[BLANK] * (height - len(lines) - len(below)), *below]

    def _head(self, known: ShuffledView | None, more: bool, sort: str) -> list[str]:
        head = ["count", "conf", "lift", "extra", *(["shuf", "false"] if known else [])]
        return [*head, words.SORT_NAMES[sort][:10]] if more else head

    def _numbers(self, row: RuleRow, known: ShuffledView | None, more: bool) -> list[str]:
        cells = [
            fmt.count(row.count),
            fmt.score(row.confidence, 2),
            fmt.number(row.lift, 3),
            fmt.short(round(row.extra)),
        ]
        if known is not None:
            cells += [fmt.short(round(known.expected[row.number])), fmt.score(known.false_above[row.number], 2)]
        return [*cells, fmt.number(row.sorted_by, 3)] if more else cells

    def _nothing(self, width: int) -> list[Line]:
        """Why there is nothing, and what would give something."""
        page = self.pane.page()
        assert page is not None
        why, hint = page.problem
        if not page.found:
            text = f"No rules: {fmt.clean(why)}. {fmt.clean(hint)}"
            lines = told(text, width, "warn")
            if page.wider is not None and page.wider != page.spec:
                lines += [BLANK, *told(f"enter asks for {words.cutoffs(page.wider)}.", width, "key")]
            return lines
        text = f"None of {fmt.plural(page.found, 'rule')} passes the filter"
        text += f"; {fmt.count(page.within)} within a family are hidden (w shows them)" if page.within else ""
        text += "; only productive ones are asked for (P takes that off)" if page.shown.productive else ""
        return told(f"{text}. / with nothing typed takes the filter off.", width, "warn")

    def _below(self, width: int, height: int) -> list[Line]:
        """The rule under the cursor in words, and credibility."""
        page, row, known = self.pane.page(), self.under_cursor(), self.pane.shuffles()
        assert page is not None
        if row is None or height < 3:
            return []
        at = min(self.cursor.at, page.row_count - 1)
        expected = known.expected[row.number] if known else None
        lines = [self.pane.rule(width, f"rule {fmt.count(at + 1)} of {fmt.count(page.row_count)}")]
        lines += told(fmt.clean(page.sentence(at, expected)), width, "")
        extra = []
        if row.redundant:
            extra.append("A simpler rule does as well.")
        elif row.adding:
            extra.append(row.adding)
        if row.folded:
            extra.append(f"{fmt.plural(row.folded, 'rule')} of nearly the same baskets behind it (d unfolds).")
        lines += told(" ".join(extra), width, "dim")
        if known is not None:
            lines += told(fmt.clean(known.words), width, "dim")
        elif self.session is not None and self.session.shuffling:
            lines.append(line((f"shuffling baskets, for what chance alone would give{self.signs.ellipsis}", "dim")))
        else:
            lines.append(line(("not held against shuffled baskets: ", "dim"), ("C", "key"), (" does it", "dim")))
        return lines[:height]

    def copied(self, whole: bool) -> tuple[str, str]:
        page = self.pane.page()
        if page is None or not page.row_count:
            return "", ""
        head = ("antecedent", "consequent", "count", "support", "confidence", "lift", "extra baskets")
        at = min(self.cursor.at, page.row_count - 1)
        rows = page.rows(0, COPIED) if whole else page.rows(at, at + 1)
        cells: list[tuple[object, ...]] = [
            (
                " | ".join(fmt.clean(name) for name in row.antecedent),
                " | ".join(fmt.clean(name) for name in row.consequent),
                row.count,
                f"{row.support:.6g}",
                f"{row.confidence:.6g}",
                f"{row.lift:.6g}",
                f"{row.extra:.6g}",
            )
            for row in rows
        ]
        return (table(head, cells), "the rules shown") if whole else (table((), cells), "the rule")

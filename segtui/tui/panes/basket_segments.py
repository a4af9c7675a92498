"""What marks the segment in front out: items by their log-odds, rules by the difference of their confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.basket_views import MarkedItem, MarkedRule, MarkedSegment, MarkedView
from segtui.session.questions import MarkedQuestion
from segtui.tui import format as fmt
from segtui.tui.panes import basket_words as words
from segtui.tui.panes.view import View, table, told
from segtui.tui.widgets.ink import BLANK, Line, Run, first_fitting, line, seg

if TYPE_CHECKING:
    from segtui.tui.panes.baskets import BasketsPane


class SegmentsView(View):
    """Rows are items, or rules, of one segment."""

    name = "segments"
    pane: BasketsPane

    def __init__(self, pane: BasketsPane) -> None:
        super().__init__(pane)
        self.at = 0
        self.rules = False

    def question(self) -> MarkedQuestion | None:
        """What is asked, where there are converged segments to tell apart."""
        session = self.session
        if session is None or self.answer is None or not self.answer.exact or session.stale:
            return None
        return MarkedQuestion(session.recipe.baskets)

    def view(self) -> MarkedView | None:
        """What was found."""
        asked = self.question()
        found = self.session.found(asked) if self.session and asked else None
        return found if isinstance(found, MarkedView) else None

    def segment(self) -> MarkedSegment | None:
        """The segment in front."""
        view = self.view()
        if view is None or not view.segments:
            return None
        self.at %= len(view.segments)
        return view.segments[self.at]

    def row_count(self) -> int:
        segment = self.segment()
        return 0 if segment is None else len(segment.rules if self.rules else segment.items)

    def step(self, by: int) -> None:
        self.at += by

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        view, segment = self.view(), self.segment()
        if view is None or segment is None:
            return [BLANK, *told(self._why(), width, "dim")]
        head = self._letters(view, width)
        below = self._below(view, segment, width, (7 if self.rules else 5) if height < 24 else 8)
        room = max(1, height - 2 - len(below))
        rows = segment.rules if self.rules else segment.items
        self.first_row_y = 2
        lines = [head, self._titles(width)]
        for at in self.cursor.window(len(rows), room):
            runs = self._rule(segment.rules[at], width) if self.rules else self._item(segment.items[at], width)
            lines.append(line(self.pane.mark(at), *runs, ground=self.pane.ground(at)))
        if not rows:
            lines.append(line(("  nothing could be tested: too few baskets", "dim")))
        return [*lines, *[BLANK] * (height - len(lines) - len(below)), *below]

    def _why(self) -> str:
        if self.pane.nobody:
            return "These baskets have no customers, so there are no segments to tell apart. Rules need none."
        if self.answer is None:
            return "There is no segmentation: rules need none, but what marks segments out does."
        if self.question() is None:
            return f"Waiting for the converged segments{self.signs.ellipsis}"
        page = self.pane.page()
        if page is not None and not page.found:
            return (
                "There are no rules at these cut-offs, so segments cannot be told apart by them (e changes cut-offs)."
            )
        if self.session is not None and self.session.mining:
            return f"comparing segments{self.signs.ellipsis}  (ctrl+c stops)"
        return fmt.clean(self.pane.ended) or "Not compared: enter compares segments."

    def _letters(self, view: MarkedView, width: int) -> Line:
        runs: list[Run] = [(" ", "")]
        for at, one in enumerate(view.segments):
            here = at == self.at
            runs.append((f"[{one.letter}]" if here else f" {one.letter} ", seg(at) if here else "dim"))
        own = view.segments[self.at]
        tail = f"  {fmt.plural(own.baskets, 'basket')}, {fmt.plural(own.marks, 'rule marks', 'rules mark')} it out"
        keys: list[Run] = [("  h l ", "key"), ("segment ", "dim"), (" i ", "key"), ("items/rules", "dim")]
        return first_fitting((line(*runs, (tail, ""), *keys), line(*runs, (tail, "")), line(*runs)), width)

    def _titles(self, width: int) -> Line:
        if self.rules:
            return line(
                (
                    f"  {fmt.pad('rule', self._name(width))}   here   rest  points   95 % interval      q  supp",
                    "dim under",
                )
            )
        return line((f"  {fmt.pad('item', self._name(width))}  baskets  here %  rest %       z      q", "dim under"))

    def _name(self, width: int) -> int:
        return max(10, width - 2 - (53 if self.rules else 41))

    def _item(self, item: MarkedItem, width: int) -> list[Run]:
        role = "good" if item.z > 0 else "bad"
        name = fmt.pad(fmt.clean(item.name), self._name(width), ellipsis=self.signs.ellipsis)
        cells = f"{fmt.count(item.count):>9}{fmt.share(item.share):>8}{fmt.share(item.rest_share):>8}"
        return [(name, "bold"), (cells, ""), (f"{item.z:>+8.1f}", role), (f"{_q(item.q):>7}", "dim")]

    def _rule(self, rule: MarkedRule, width: int) -> list[Run]:
        x, sign, y = words.arrow(rule.antecedent, rule.consequent, self.signs.ascii)
        name = fmt.pad(f"{x} {sign} {y}", self._name(width), ellipsis=self.signs.ellipsis)
        shares = f"{fmt.score(rule.confidence, 2):>7}{fmt.score(rule.rest_confidence, 2):>7}"
        span = f"{100 * rule.low:+.1f} to {100 * rule.high:+.1f}"
        role = ("good" if rule.difference > 0 else "bad") if rule.marked else ""
        return [
            (name, "bold" if rule.marked else ""), (shares, ""), (f"{100 * rule.difference:>+8.1f}", role),
            (f"{span:>16}", "dim"), (f"{_q(rule.q):>7}", "dim"),
            (f"{100 * rule.support:>+6.1f}", role),
        ]  # fmt: skip

    def _below(self, view: MarkedView, segment: MarkedSegment, width: int, height: int) -> list[Line]:
        """The rule under the cursor with the guard against basket size, and what tests cannot tell."""
        lines = [self.pane.rule(width, f"{'rules' if self.rules else 'items'} of {segment.letter} against the rest")]
        if self.rules and segment.rules:
            rule = segment.rules[min(self.cursor.at, len(segment.rules) - 1)]
            lines += told(fmt.clean(rule.words), width, "")
        elif segment.items:
            item = segment.items[min(self.cursor.at, len(segment.items) - 1)]
            text = f"{fmt.clean(item.name)}: in {fmt.share(item.share)} % of the baskets of {segment.letter} and in "
            text += f"{fmt.share(item.rest_share)} % of all others; as a share of what is bought it is "
            text += f"{'more' if item.z > 0 else 'less'} here by {abs(item.z):.1f} standard errors."
            lines += told(text, width, "")
        for note in view.notes:
            lines += told(fmt.clean(note), width, "dim")
        return lines[:height]

    def copied(self, whole: bool) -> tuple[str, str]:
        segment = self.segment()
        if segment is None or not self.row_count():
            return "", ""
        head: tuple[str, ...]
        rows: list[tuple[object, ...]]
        if self.rules:
            head = (
                "segment",
                "antecedent",
                "consequent",
                "here",
                "rest",
                "low",
                "high",
                "q",
                "support difference",
                "marked",
            )
            rows = [
                (
                    segment.letter, *(" | ".join(map(fmt.clean, side)) for side in (one.antecedent, one.consequent)),
                    f"{one.confidence:.6g}", f"{one.rest_confidence:.6g}", f"{one.low:.6g}", f"{one.high:.6g}",
                    f"{one.q:.3g}", f"{one.support:.6g}", "yes" if one.marked else "no",
                )
                for one in segment.rules
            ]  # fmt: skip
        else:
            head = ("segment", "item", "baskets", "share", "rest", "z", "q")
            rows = [
                (
                    segment.letter, fmt.clean(i.name), i.count, f"{i.share:.6g}", f"{i.rest_share:.6g}", f"{i.z:.4g}",
                    f"{i.q:.3g}",
                )
                for i in segment.items
            ]  # fmt: skip
        at = min(self.cursor.at, len(rows) - 1)
        return (table(head, rows), "what marks it out") if whole else (table((), rows[at : at + 1]), "the row")


def _q(q: float) -> str:
    return fmt.NOTHING if q != q else "<.001" if q < 0.001 else fmt.score(q, 3)

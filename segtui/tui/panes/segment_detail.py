"""One segment in detail: what it is worth, how stable it is, its rule, and what sets it apart from the rest."""

from __future__ import annotations

from dataclasses import dataclass

from segtui.evidence import Assessment
from segtui.explained import SegmentRules
from segtui.results import Profile, ProfileColumn, Segment
from segtui.tui import format as fmt
from segtui.tui.charset import Charset
from segtui.tui.panes import stability_words as stab
from segtui.tui.panes.map_view import letter_place
from segtui.tui.panes.profile_words import mean_text, short_title, worth
from segtui.tui.widgets.ink import BLANK, Line, Run, line, seg, wrap
from segtui.tui.widgets.spark import signed_bar

RULE_FROM = 9
"""Lines of detail from which the rule of a segment has room."""


@dataclass(frozen=True, slots=True)
class SegmentDetail:
    """What is known of one segment. rules: of all segments, None while they are not there."""

    segment: Segment
    profile: Profile
    assessment: Assessment | None
    rules: SegmentRules | None
    signs: Charset

    def lines(self, width: int, height: int) -> list[Line]:
        """As many as `height`: what matters most first."""
        segment, role = self.segment, seg(letter_place(self.segment.letter))
        lines = [*self._heading(width, height, role), *self._stability(width, height)]
        if height >= RULE_FROM:
            lines += self._rule(width)
        order = sorted(range(len(self.profile.columns)), key=lambda i: -abs(segment.differences[i] or 0.0))
        room = height - len(lines) - 1
        limit = max([2.0, *(abs(d) for d in segment.differences if d is not None)])
        half = 8 if width >= 70 else 5
        title = max(10, min(30, width - 2 * half - 1 - 34))
        lines.append(
            line((f"  {fmt.pad('', title)} {'less':>{half}} {'more':<{half}}    sd       mean      all", "dim"))
        )
        lines += [self._bar(self.profile.columns[i], i, title, half, limit, role) for i in order[: max(0, room)]]
        return lines[:height] if lines else [BLANK]

    def _heading(self, width: int, height: int, role: str) -> list[Line]:
        segment = self.segment
        sizes = f"  {fmt.count(segment.size)} ({fmt.share(segment.share)} %)" + worth(segment)
        name = fmt.clean(segment.name, max(8, width - len(sizes) - 4), self.signs.ellipsis)
        lines = [line((f"{segment.letter} ", role), (name, "bold"), (sizes, ""))]
        if segment.name != segment.auto_name and height > 8:
            lines.append(line(("  found as: " + fmt.clean(segment.auto_name, width - 12, self.signs.ellipsis), "dim")))
        return lines

    def _stability(self, width: int, height: int) -> list[Line]:
        told = stab.sentence(self.assessment, self.segment.cluster, "sil2" if self.signs.ascii else "sil²")
        if not told or height < 6:
            return []
        jaccard = stab.of_cluster(self.assessment.stability if self.assessment else None, self.segment.cluster)
        return wrap(f"  {told}", width - 1, stab.role(jaccard), "  ")

    def _rule(self, width: int) -> list[Line]:
        """The segment in one rule, as soon as it is there; a few lines at most."""
        if self.rules is None:
            return []
        rule = self.rules.of(self.segment.letter)
        if rule is None:
            return [line(("  in a rule: the tree does not reach this segment", "dim"))]
        if self.rules.adopted:
            return wrap(f"  by rule: {fmt.clean(rule.text)}", width - 1, "", "  ")[:3]
        figures = f"(right {fmt.share(rule.precision)} %, covers {fmt.share(rule.coverage)} %)"
        folded = wrap(f"  in a rule: {fmt.clean(rule.text)} {figures}", width - 1, "", "  ")
        if len(folded) <= 2:
            return folded
        room = max(8, 2 * width - len(figures) - 20)
        text = f"  in a rule: {fmt.clean(rule.text, room, self.signs.ellipsis)} {figures}"
        return wrap(text, width - 1, "", "  ")[:2]

    def _bar(self, column: ProfileColumn, i: int, title: int, half: int, limit: float, role: str) -> Line:
        difference = self.segment.differences[i]
        drawn = signed_bar(
            difference or 0.0, limit, half, self.signs.bar_full if not self.signs.ascii else "#", self.signs.vline
        )
        name = fmt.pad(short_title(column, title, self.signs.ellipsis), title)
        runs: list[Run] = [
            (f"  {name} ", "" if column.used else "dim"),
            (drawn[:half], role),
            (drawn[half], "dim"),
            (drawn[half + 1 :], role),
            (f" {fmt.difference(difference):>5}", "bold"),
            (f" {mean_text(self.segment.means[i], column):>10}", ""),
            (f" {mean_text(column.mean, column):>8}", "dim"),
        ]
        return line(*runs)

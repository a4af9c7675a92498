"""What every criterion picks, why, and what it favours; the suggestion beside the analyst's own k."""

from __future__ import annotations

from segtui.evidence import Pick, Sweep
from segtui.tui import format as fmt
from segtui.tui.charset import Charset
from segtui.tui.panes.base import Pane
from segtui.tui.panes.k_table import fitted, suggested
from segtui.tui.panes.view import View, table
from segtui.tui.widgets.ink import BLANK, Line, line, wrap

TITLE, K = 31, 6
WIDE = 130
"""From this width on what a criterion favours stands in its row."""


class PicksView(View):
    """One row per criterion."""

    name = "picks"

    @property
    def picks(self) -> tuple[Pick, ...]:
        return self.session.swept.picks if self.session else ()

    def row_count(self) -> int:
        return len(self.picks)

    def chosen_k(self) -> tuple[int | None, str]:
        if not self.picks:
            return None, ""
        pick = self.picks[min(self.cursor.at, len(self.picks) - 1)]
        if pick.k is None or pick.k < 2:
            return None, f"{fmt.clean(pick.title)} picks no k that can be used: {fmt.clean(pick.why)}"
        return pick.k, ""

    def paint(self, width: int, height: int) -> list[Line]:
        picks = self.picks
        if self.session is None or not picks:
            return []
        sweep, text = self.session.swept, width - 1
        running = bool(self.session.background or self.session.busy)
        here = picks[min(self.cursor.at, len(picks) - 1)]
        told = f"{fmt.clean(here.title)}: {fmt.clean(here.why)}. It favours {fmt.clean(here.favours)}"
        favours = wrap(told, text, "dim", "  ")
        said = [
            *wrap(disagreement(sweep), text, "bold", "  "),
            *suggested(sweep, self.k, running, text),
        ]
        room = max(4, height - max(4, min(5, len(favours) + len(said))))
        lines = rows(sweep, self.k, self.signs, width, self.cursor.window(len(picks), room - 1), self.pane)
        self.first_row_y = 1
        rest = height - len(lines)
        gap = [BLANK] if rest > len(said) + len(favours) else []
        return [*lines, *fitted([*favours, *gap, *said], rest, self.signs.ellipsis)]

    def copied(self, whole: bool) -> tuple[str, str]:
        picks = self.picks if whole else self.picks[self.cursor.at : self.cursor.at + 1]
        if not picks:
            return "", ""
        cells: list[tuple[object, ...]] = [
            (fmt.clean(pick.title), pick.k, fmt.clean(pick.why), fmt.clean(pick.favours)) for pick in picks
        ]
        if not whole:
            return table((), cells), fmt.clean(picks[0].title)
        assert self.session is not None
        found = self.session.swept.suggestion
        cells.append(("suggestion", found.k, fmt.clean(found.reason), "") if found else ("suggestion", None, "", ""))
        cells.append(("yours", self.k, "", ""))
        return table(("criterion", "k", "why", "favours"), cells), "the picks"


def rows(sweep: Sweep, k: int, signs: Charset, width: int, shown: range, pane: Pane | None = None) -> list[Line]:
    """Header and one row per pick, with the cursor of a pane where one is given; k: the analyst's own."""
    room = width - TITLE - K - 2
    why = 52 if width >= WIDE else room
    head = f"  {'criterion':<{TITLE}}{'picks':>{K - 1}} {'why':<{why}}{'favours' if width >= WIDE else ''}"
    lines = [line((fmt.cut(head, width, ""), "dim under"))]
    for i in shown:
        pick = sweep.picks[i]
        lines.append(
            line(
                pane.mark(i) if pane is not None else "  ",
                (fmt.pad(fmt.clean(pick.title), TITLE, ellipsis=signs.ellipsis), "dim" if pick.never else ""),
                (
                    f"{fmt.NOTHING if pick.k is None else f'k {pick.k}':>{K - 1}} ",
                    "good bold" if pick.k == k else "bold",
                ),
                (fmt.pad(fmt.clean(pick.why), why, ellipsis=signs.ellipsis), "dim"),
                (fmt.cut(fmt.clean(pick.favours), room - why, signs.ellipsis) if width >= WIDE else "", "dim"),
                ground=pane.ground(i) if pane is not None else "",
            )
        )
    return lines


def disagreement(sweep: Sweep) -> str:
    """Who picks what, in one sentence that does not choose between them."""
    chosen: dict[int, list[str]] = {}
    for pick in sweep.picks:
        if pick.k is not None and not pick.never:
            chosen.setdefault(pick.k, []).append(fmt.clean(pick.title))
    if not chosen:
        return "no criterion picks a k yet"
    if len(chosen) == 1:
        (one, who), *_ = chosen.items()
        return f"all {fmt.plural(len(who), 'criterion', 'criteria')} that pick a k pick {one}"
    done = sum(not row.pending for row in sweep.rows)
    so_far = "" if done == len(sweep.rows) else f"so far ({done} of {len(sweep.rows)} k done) "
    listed = [str(at) for at in sorted(chosen)]
    picked = f"{', '.join(listed[:-1])} and {listed[-1]}"
    return f"{so_far}criteria pick {picked}: each favours other segments, none is right by itself"

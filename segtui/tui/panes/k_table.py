"""The table of criteria: one row per k, as many columns as fit, and what each criterion picks marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segtui.evidence import Sweep, SweepRow
from segtui.tui import format as fmt
from segtui.tui.charset import Charset
from segtui.tui.panes.k_criteria import TABULATED, Criterion, known
from segtui.tui.widgets.ink import Line, Run, line, wrap

FRONT, SMALLEST = 7, 9
"""Cells before the criteria (cursor, current, k, suggested) and behind them."""


def columns(rows: tuple[SweepRow, ...], width: int) -> tuple[Criterion, ...]:
    """The criteria that fit, the least telling left out first."""
    shown = [one for one in known(rows) if one in TABULATED]
    for one in sorted((c for c in shown if c.gives_way), key=lambda c: c.gives_way):
        if table_width(shown) <= width:
            break
        shown.remove(one)
    return tuple(shown)


def table_width(shown: Sequence[Criterion]) -> int:
    """Cells that a table of these criteria takes."""
    return FRONT + sum(one.width for one in shown) + SMALLEST


@dataclass(frozen=True, slots=True)
class KTable:
    """How the rows of one sweep are drawn.

    k: the analyst's own; chosen: id of the criterion that is drawn; running: whether what is not there yet will come.
    """

    sweep: Sweep
    columns: tuple[Criterion, ...]
    k: int
    chosen: str
    running: bool
    signs: Charset

    def header(self) -> Line:
        """The titles."""
        runs: list[Run] = [(f"{'k':>{FRONT - 1}} ", "dim under")]
        for one in self.columns:
            head = one.head.replace("²", "2") if self.signs.ascii else one.head
            runs.append((f"{head:>{one.width - 1}} ", "key under" if one.id == self.chosen else "dim under"))
        return line(*runs, (f"{'smallest':>{SMALLEST}}", "dim under"))

    def row(self, row: SweepRow, mark: str, ground: str, width: int) -> Line:
        """One k; where it failed, why."""
        own = row.k == self.k
        runs: list[Run] = [
            (mark, ""),
            (f"{self.signs.current if own else ' '}{row.k:>3}", "bold" if own else ""),
            ("s" if self._suggested(row.k) else " ", "accent bold"),
        ]
        if row.scores is None:
            why = fmt.clean(row.failed, width - FRONT - 2, self.signs.ellipsis)
            return line(*runs, (f"  {why}", "warn"), ground=ground)
        picked = {pick.id: pick.k for pick in self.sweep.picks}
        for one in self.columns:
            best = picked.get(one.id) == row.k
            text = one.cell(row, self.signs.ellipsis if self.running else fmt.NOTHING)
            runs.append(
                (f"{text:>{one.width - 1}}", "good bold" if best else "" if one.read(row) is not None else "dim")
            )
            runs.append(("*" if best else " ", "good bold"))
        return line(*runs, (f"{fmt.count(row.smallest):>{SMALLEST}}", ""), ground=ground)

    def _suggested(self, k: int) -> bool:
        return self.sweep.suggestion is not None and self.sweep.suggestion.k == k


def about(row: SweepRow, shown: Sequence[Criterion], width: int) -> list[Line]:
    """What is to be said of the row under the cursor: why a value is missing, whether its restarts disagreed."""
    if row.failed:
        return wrap(f"k {row.k}: {fmt.clean(row.failed)}", width, "warn", "  ")
    whys: dict[str, list[str]] = {}
    for one in shown:
        if one.read(row) is None and (why := one.why_not(row)):
            whys.setdefault(why, []).append(one.head)
    if whys:
        said = "; ".join(f"no {', '.join(heads)}: {why}" for why, heads in whys.items())
        return wrap(f"k {row.k}: {said}", width, "warn", "  ")
    return wrap(f"k {row.k}: {_fits(row)}", width, "dim", "  ")


def _fits(row: SweepRow) -> str:
    """How well the restarts of one k agree."""
    ended = fmt.plural(row.iterations, "iteration")
    if row.spread is None:
        return f"{ended}, one restart only: no word on near-equal solutions"
    rivals = fmt.plural(row.near_equal, "rival") if row.near_equal else "no rival"
    return f"{ended}, worst restart {fmt.share(row.spread)} % above the best, {rivals} within 1 %"


def suggested(sweep: Sweep, k: int, running: bool, width: int) -> list[Line]:
    """The analyst's k beside the suggested one, with its reason."""
    own, found = f"yours: k {k}", sweep.suggestion
    if found is None and running:
        return wrap(f"{own}; a suggestion follows once every k is computed", width, "dim", "  ")
    if found is None:
        return wrap(f"{own}; no suggestion: the sweep was stopped, K goes on with it", width, "warn", "  ")
    if found.k is None:
        return wrap(f"{own}; no suggestion: {fmt.clean(found.reason)}", width, "warn", "  ")
    takes = "the same" if found.k == k else "a takes it"
    return wrap(f"{own}; suggested (s): k {found.k}, {takes}: {fmt.clean(found.reason)}", width, "bold", "  ")


def fitted(lines: list[Line], room: int, ellipsis: str) -> list[Line]:
    """The first `room` lines; a mark at the end says that more was said."""
    if len(lines) <= room or room <= 0:
        return lines[: max(0, room)]
    last = lines[room - 1]
    return [*lines[: room - 1], line(*last.runs, (ellipsis, "key"))]

"""The lines around every pane: what is open, how the current run stands, the tabs; below the status and the keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events

from segtui.tui import format as fmt
from segtui.tui.charset import Charset
from segtui.tui.commands import NEEDS, command, hints, key_sign
from segtui.tui.panes.base import Desk
from segtui.tui.widgets.ink import Line, Run, clip, first_fitting, line, wrap
from segtui.tui.widgets.job_bar import job_line
from segtui.tui.widgets.key_strip import key_strip
from segtui.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from segtui.results import Answer, Dataset, Scores
    from segtui.tui.bridge import RunLike, SessionLike
    from segtui.tui.status import Status

TABS = (
    ("data", "1", "Data"), ("features", "2", "Features"), ("choose_k", "3", "Choose k"), ("segments", "4", "Segments"),
    ("plots", "5", "Plots"), ("baskets", "6", "Baskets"), ("decide", "7", "Decide"), ("runs", "8", "Runs"),
)  # fmt: skip


class Top(LineView):
    """Header, run line, tabs and a rule."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="top")
        self.desk = desk
        self.place = "segments"
        self.zoomed = False

    def paint(self, width: int, height: int) -> list[Line]:
        signs, session = self.desk.charset, self.desk.session
        run = run_line(session, signs, width)
        if self.zoomed or height == 1:
            return [run]
        rule = line((signs.rule * width, "dim"))
        return [header_line(session, signs, width), run, self._tabs(width), rule][:height]

    def _tabs(self, width: int) -> Line:
        after = tab_gap(width)
        runs: list[Run] = []
        for place, key, title in TABS:
            if place == self.place:
                runs.append((f" {key} {title}{after[:1]}", "tab"))
            else:
                runs += [(f" {key} ", "key"), (f"{title}{after[:1]}", "dim")]
            runs.append((after[1:], ""))
        return line(*runs)

    def on_click(self, event: events.Click) -> None:
        """A click on a tab goes there."""
        if self.zoomed or event.y != 2:
            return
        start = 0
        for place, key, title in TABS:
            stop = start + len(key) + len(title) + 2 + len(tab_gap(self.size.width))
            if start <= event.x < stop:
                self.desk.run_command("go-" + place.replace("_", "-"))
            start = stop


def tab_gap(width: int) -> str:
    """What follows a tab's title: two blanks, fewer where there is no room for them."""
    needed = sum(len(key) + len(title) + 2 for _, key, title in TABS)
    return next((" " * blanks for blanks in (2, 1) if needed + blanks * len(TABS) - 1 <= width), "")


class Bottom(LineView):
    """The status line, longer where an error needs it, and the hint bar."""

    def __init__(self, desk: Desk, status: Status) -> None:
        super().__init__(id="bottom")
        self.desk = desk
        self.status = status
        self.place = "segments"

    def wanted_height(self, width: int) -> int:
        """How many lines are needed: an error is shown whole, as far as three lines go."""
        return 1 + max(1, min(3, len(self._message(width)))) if self.status.kind in ("error", "warn") else 2

    def paint(self, width: int, height: int) -> list[Line]:
        return [*self._status(width, height - 1), hint_line(self.place, self.desk, width)]

    def _message(self, width: int) -> list[Line]:
        sign = {"error": "! ", "warn": "! ", "done": ""}.get(self.status.kind, "")
        role = {"error": "bad bold", "warn": "warn"}.get(self.status.kind, "")
        return wrap(sign + self.status.text, width - 1, role, "  ")

    def _status(self, width: int, height: int) -> list[Line]:
        session, signs = self.desk.session, self.desk.charset
        job = self.status.job
        if job is not None and not (self.status.kind == "error" and self.status.text):
            full, empty = signs.bar_full, signs.shade if not signs.ascii else "."
            return [job_line(fmt.clean(job.doing), job.done, fmt.clean(job.detail), "ctrl+c stop", full, empty, width)]
        if self.status.kind in ("error", "warn"):
            lines = self._message(width)
            if len(lines) > height:
                lines = lines[:height]
                lines[-1] = line(*clip(lines[-1].runs, width - 12), (f" {signs.ellipsis} ! reads", "key"))
            return lines or [line("")]
        undo = f"undo: {fmt.clean(session.undo_label, 30)}" if session and session.undo_label else ""
        redo = f"   redo: {fmt.clean(session.redo_label, 30)}" if session and session.redo_label else ""
        needed = cell_len(self.status.text) + 2
        right = next((right for right in (undo + redo, undo) if needed + cell_len(right) <= width), "")
        text = fmt.cut(self.status.text, max(10, width - len(right) - 2), signs.ellipsis)
        gap = " " * max(1, width - cell_len(text) - cell_len(right))
        return [line((text, "dim"), gap, (right, "dim"))]


def header_line(session: SessionLike | None, signs: Charset, width: int) -> Line:
    """File, customers, features on of total, scale, seed."""
    name: Run = (" segtui ", "title")
    if session is None:
        return line(name, (f" starting{signs.ellipsis}", "dim"), ground="head")
    sources = session.recipe.gather.sources
    opened = session.preview.path if session.dataset is None and session.preview else None
    paths = [s.path for s in session.dataset.sources] if session.dataset else [s.path for s in sources]
    files = [fmt.clean(PurePath(path).name or path) for path in ([opened] if opened else paths)]
    file = " + ".join(files) or session.busy or "no file"
    if session.dataset is None:
        return line(name, (f" {fmt.cut(file, width - 12, signs.ellipsis)}", "bold"), ground="head")
    dot = f" {signs.middle_dot} " if not signs.ascii else " | "
    facts = _facts(session.dataset, session)
    short = [files[0] + f" + {len(files) - 1} more"] if len(files) > 1 else []
    variants = [
        line(name, (" " + shown, "bold"), ("".join(dot + fact for fact in facts[:count]), ""), ground="head")
        for shown in (file, *short)
        for count in range(len(facts), len(facts) - DROPPED - 1, -1)
    ]
    tail = "".join(dot + fact for fact in facts[:-DROPPED])
    cut = fmt.cut((short or [file])[0], max(8, width - 10 - cell_len(tail)), signs.ellipsis)
    return first_fitting([*variants, line(name, (" " + cut, "bold"), (tail, ""), ground="head")], width)


DROPPED = 3
"""How many facts at the end of the header give way to file names."""


def _facts(data: Dataset, session: SessionLike) -> list[str]:
    """What the header says behind the files, the most important first."""
    if data.baskets_only:
        return [fmt.plural(sum(table.rows for table in data.sources), "row"), "no customers"]
    on = sum(f.on for f in session.features)
    lines = [fmt.plural(data.rollup.lines, "line")] if data.rollup is not None and data.rollup.lines else []
    return [
        fmt.plural(data.customers, "customer"),
        *lines,
        f"features {on}/{len(session.features)}",
        f"scale {session.recipe.prepare.scale}",
        f"seed {session.recipe.cluster.seed}",
    ]


def run_line(session: SessionLike | None, signs: Charset, width: int) -> Line:
    """k, the state of the answer, and its scores against the previous run that can be compared."""
    if session is None or (session.dataset is None and session.shown is None):
        return line((" no run yet", "dim"))
    answer = session.shown
    if answer is None and session.dataset is not None and session.dataset.baskets_only:
        return line((" baskets without customers", "bold"), ("  rules (6), no segments", "dim"))
    k, tree = session.recipe.cluster.k, session.recipe.cluster.tree
    if answer is None:
        waiting = f"computing{signs.ellipsis}" if session.busy else "no answer yet"
        return line((f" k {k}", "bold"), (f"  {waiting}", "warn"))
    current = next((run for run in session.runs if run.current), None)
    number = f" run {current.number} " if current else " "
    previous, earlier = comparable_run(session.runs) if not session.stale else (None, False)
    base: list[Run] = [(number, "dim"), (f" k {k}", "bold"), (" by rules" if tree else "", "title"), ("  ", "")]
    states = _states(answer, session, signs)
    verdict = _verdict_on(session)
    variants = [
        line(*base, state, *_scores(answer.scores, previous, earlier, signs, terse=terse), *more)
        for terse, chosen in ((False, states[:-1] or states), (True, states))
        for more in ((verdict, []) if not terse else ([],))
        for state in chosen
    ]
    return first_fitting(variants, width)


def _verdict_on(session: SessionLike) -> list[Run]:
    """What the segments are cut out of, once that is known; it gives way to everything else."""
    assessment = session.assessment
    if session.stale or assessment is None or assessment.structure is None:
        return []
    return [("  ", ""), (str(assessment.structure.verdict), "title")]


def _states(answer: Answer, session: SessionLike, signs: Charset) -> list[Run]:
    """What the answer on screen is, longest wording first."""
    s = answer.segmentation
    if session.stale:
        shown = f"k {s.k} shown" if s.k != session.recipe.cluster.k else "earlier run shown"
        if session.busy:
            return [(f"{signs.ellipsis} computing, {shown}", "warn bold"), (f"{signs.ellipsis} {shown}", "warn bold")]
        return [(f"not computed, {shown}", "bad bold"), (f"! {shown}", "bad bold")]
    if not s.exact:
        refining = "refining" if session.background or session.busy else "stopped"
        wordings = (f"~ approximate, {refining}{signs.ellipsis}", "~ approximate", "~ approx.")
        return [(wording, "warn bold") for wording in wordings]
    return [
        (f"exact, converged: {s.converged}, {s.iterations} it., {fmt.duration(answer.seconds)}", "good"),
        (f"exact, converged: {s.converged}, {s.iterations} it.", "good"),
        (f"exact: {s.converged}, {s.iterations} it.", "good"),
        ("exact", "good"),
    ]


def comparable_run(runs: Sequence[RunLike]) -> tuple[RunLike | None, bool]:
    """The nearest earlier run that may be compared with the current one, and whether any earlier run has scores.

    Right after a saved session was taken up again none has: then there is nothing to compare with yet.
    """
    here = next((i for i, run in enumerate(runs) if run.current), 0)
    for run in reversed(runs[:here]):
        if run.comparable and run.scores is not None:
            return run, True
    return None, any(run.scores is not None for run in runs[:here])


def _scores(scores: Scores, previous: RunLike | None, earlier: bool, signs: Charset, terse: bool = False) -> list[Run]:
    before = previous.scores if previous else None
    sil = "sil2" if signs.ascii else "sil²"
    figures = (
        (sil, fmt.score(scores.silhouette_squared), "silhouette_squared", True),
        ("CH", fmt.short(scores.calinski_harabasz), "calinski_harabasz", True),
        ("DB", fmt.score(scores.davies_bouldin, 2), "davies_bouldin", False),
        ("inertia", fmt.short(scores.inertia), "inertia", False),
    )
    runs: list[Run] = []
    for name, text, field, more in figures:
        now: float | None = getattr(scores, field)
        then: float | None = getattr(before, field) if before is not None else None
        runs += [(" " if terse else "  ", ""), (f"{name} ", "dim"), (text, "")]
        if now is not None and then is not None:
            sign, role = better_or_worse(now, then, more)
            runs.append((sign if terse else f" {sign}", role))
    if before is None and earlier:
        runs.append(("  n/c", "dim"))
    return runs


def better_or_worse(now: float, then: float, more: bool) -> Run:
    """The sign beside a score: better, worse, or the same."""
    if abs(now - then) <= 1e-9 * max(abs(now), abs(then)):
        return ("=", "dim")
    return ("^", "good bold") if (now > then) == more else ("v", "bad bold")


def hint_line(place: str, desk: Desk, width: int) -> Line:
    """The keys of a place that can be used now."""
    session = desk.session
    usable = []
    for c in hints(place):
        if c.id in ("help", "fewer-segments", "redo", "undo", "stop") or not is_there(c.needs, session):
            continue
        usable.append(("+/-", "k") if c.id == "more-segments" else (shown_key(c.id), c.title))
    if session is not None and session.undo_label:
        usable.insert(min(4, len(usable)), (shown_key("undo"), "undo"))
    if session is not None and session.redo_label:
        usable.insert(min(5, len(usable)), (shown_key("redo"), "redo"))
    return key_strip(usable, (shown_key("help"), "keys"), width)


def shown_key(id: str) -> str:
    """The first key of a command, as short as it gets."""
    keys = command(id).keys
    return key_sign(keys[0], short=True) if keys else f":{command(id).word}"


def why_missing(need: str, session: SessionLike | None) -> str:
    """Why a command that needs something cannot run now; empty where it can."""
    if is_there(need, session):
        return ""
    if need in ("customers", "answer") and session is not None and session.dataset is not None:
        return NEEDS["customers"] if session.dataset.baskets_only else NEEDS[need]
    opened = session is not None and session.dataset is not None
    return NEEDS["data"] if need == "customers" or (need == "baskets" and not opened) else NEEDS[need]


def is_there(need: str, session: SessionLike | None) -> bool:
    """Whether what a command needs is there; see commands.NEEDS."""
    assert need in NEEDS
    if not need:
        return True
    if session is None:
        return False
    if need == "data":
        return session.dataset is not None
    if need == "baskets":
        return session.dataset is not None and session.dataset.has_baskets
    if need == "customers":
        return session.dataset is not None and not session.dataset.baskets_only
    if need == "answer":
        return session.shown is not None
    return not session.busy

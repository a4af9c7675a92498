"""All plays as a table, and how ways of recommending fare, by purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.decided.campaigns import Campaigns, Proposal
from segtui.decided.decisions import Missing
from segtui.decided.recommendations import Leaderboard, Method, Purpose, Standing, Trial
from segtui.session.questions import RecommendedQuestion
from segtui.tui import format as fmt
from segtui.tui.panes import decide_words as words
from segtui.tui.panes.map_view import letter_place
from segtui.tui.panes.view import View, table, told
from segtui.tui.widgets.ink import BLANK, Line, Run, line, seg

if TYPE_CHECKING:
    from segtui.tui.panes.decide import DecidePane

WIDE = 100
"""Columns from which there is room for sizes."""

NARROW_PLAYS, NARROW_BOARD = 67, 80
"""Columns below which there is no room for low and high, and for ranges."""

PURPOSES = (Purpose.AGAIN, Purpose.NEW)


class PlaysView(View):
    """Rows are plays for segments."""

    name = "plays"
    pane: DecidePane

    def _proposals(self) -> tuple[Proposal, ...]:
        parts = self.pane.parts()
        return parts.proposals if parts is not None else ()

    def row_count(self) -> int:
        return len(self._proposals())

    def under_cursor(self) -> Proposal | None:
        """The play under the cursor."""
        rows = self._proposals()
        return rows[min(self.cursor.at, len(rows) - 1)] if rows else None

    def play(self) -> str:
        """Its id; "" where there is none."""
        one = self.under_cursor()
        return one.play if one is not None else ""

    def paint(self, width: int, height: int) -> list[Line]:
        parts = self.pane.parts()
        found = parts.campaigns if parts is not None else None
        if not isinstance(found, Campaigns):
            return [BLANK, *told(fmt.clean(found.why) if found is not None else self.pane.state("do"), width, "dim")]
        below = self._below(width, 9 if height < 24 else 14)
        room = max(1, height - 1 - len(below) - (width < NARROW_PLAYS))
        wide = width >= WIDE
        narrow = width < NARROW_PLAYS
        title = max(10, min(40, width - (75 if wide else 40 if narrow else 58)))
        sizes = " customers  rev %" if wide else ""
        money = "   middle" if narrow else "      low   middle     high"
        head = f"  {fmt.pad('play', title)} seg{sizes}  treated   held  points{money}"
        lines = [line((head, "dim under"))]
        if narrow:
            lines.insert(0, line((" low and high: enter, or a wider terminal"[:width], "dim")))
        self.first_row_y = len(lines)
        for at in self.cursor.window(len(found.proposals), room):
            runs = self._row(found.proposals[at], title, wide=wide, narrow=narrow)
            lines.append(line(self.pane.mark(at), *runs, ground=self.pane.ground(at)))
        if not found.proposals:
            lines += told("No segment fits a play; enter says why.", width, "")
        return [*lines, *[BLANK] * (height - len(lines) - len(below)), *below]

    def _row(self, one: Proposal, title: int, *, wide: bool, narrow: bool) -> list[Run]:
        name = fmt.pad(fmt.clean(one.title), title, ellipsis=self.signs.ellipsis)
        experiment, worth = one.experiment, one.worth
        points = fmt.NOTHING if experiment.smallest is None else words.in_points(experiment.smallest)
        cells = f"{fmt.count(one.size):>10}{fmt.share(one.revenue_share):>7}" if wide else ""
        cells += f"{experiment.sizes[0]:>9,}{experiment.sizes[1]:>7,}{points:>8}"
        figures = (worth.mid,) if narrow else (worth.low, worth.mid, worth.high)
        money = "".join(f"{fmt.short(value):>9}" for value in figures)
        return [(name, "bold"), (f"  {one.letter:<2}", seg(letter_place(one.letter))), (cells, ""), (money, "good")]

    def _below(self, width: int, height: int) -> list[Line]:
        one = self.under_cursor()
        if one is None:
            return []
        lines = [self.pane.rule(width, f"{fmt.clean(one.title, 40)} for {one.letter}")]
        for said in words.play(one, full=height > 9)[:height]:
            lines += told(fmt.clean(said.text), width, said.role)
        return lines[:height]

    def evidence(self) -> list[tuple[str, str]]:
        """All plays in full, and why others are not offered."""
        parts = self.pane.parts()
        if parts is None or not isinstance(parts.campaigns, Campaigns):
            return []
        said: list[tuple[str, str]] = []
        for one in parts.proposals:
            said += [("", ""), (f"{one.letter} {fmt.clean(one.segment)}: {fmt.plural(one.size, 'customer')}", "title")]
            said += [(fmt.clean(part.text), part.role) for part in words.play(one, full=True)]
        if parts.campaigns.overlaps:
            said += [("", ""), ("plays for the same customers", "title")]
            said += [(fmt.clean(one.said), "warn") for one in parts.campaigns.overlaps]
        said += [("", ""), ("not offered", "title")]
        said += [(fmt.clean(text), "") for text in words.not_offered(parts.campaigns)]
        said += [("", ""), *((fmt.clean(note), "dim") for note in parts.campaigns.notes)]
        said.append((f"playbook: {fmt.clean(parts.campaigns.playbook)}", "dim"))
        return said[1:]

    def copied(self, whole: bool) -> tuple[str, str]:
        rows = [_cells(one) for one in self._proposals()]
        if not rows:
            return "", ""
        at = min(self.cursor.at, len(rows) - 1)
        return (table(HEAD, rows), "the plays") if whole else (table((), rows[at : at + 1]), "the play")


HEAD = ("play", "title", "segment", "customers", "contacted", "held_out", "smallest", "low", "middle", "high")


def _cells(one: Proposal) -> tuple[object, ...]:
    worth, experiment = one.worth, one.experiment
    return (
        fmt.clean(one.play), fmt.clean(one.title), one.letter, one.size, *experiment.sizes, experiment.smallest,
        worth.low, worth.mid, worth.high,
    )  # fmt: skip


class BoardView(View):
    """Rows are methods, for each purpose."""

    name = "recommend"
    pane: DecidePane

    def _board(self) -> Leaderboard | Missing | None:
        parts = self.pane.parts()
        return parts.board if parts is not None else None

    def _rows(self) -> list[tuple[Purpose, Method]]:
        board = self._board()
        if not isinstance(board, Leaderboard):
            return []
        known = {(one.purpose, one.method) for one in board.standings}
        return [(purpose, method) for purpose in PURPOSES for method in Method if (purpose, method) in known]

    def row_count(self) -> int:
        return len(self._rows())

    def question(self, board: Leaderboard) -> tuple[RecommendedQuestion | None, str]:
        """What to recommend by the way under the cursor, and what it is in words; None with the reason."""
        rows = self._rows()
        if not rows:
            return None, "nothing was compared, so nothing is offered"
        purpose, method = rows[min(self.cursor.at, len(rows) - 1)]
        if method is not Method.POPULARITY and method not in board.offered(purpose):
            return None, f"{method} is not offered for {purpose}: {fmt.clean(_why(board, purpose, method))}"
        return RecommendedQuestion((purpose,), method), f"{purpose} by {method}"

    def paint(self, width: int, height: int) -> list[Line]:
        board = self._board()
        parts = self.pane.parts()
        if parts is not None and not parts.orders:
            return [BLANK, *told(words.NO_ORDERS, width, "warn")]
        if not isinstance(board, Leaderboard):
            why = f"None: {fmt.clean(board.why)}" if board is not None else self.pane.state("board")
            return [BLANK, *told(why, width, "dim")]
        rows = self._rows()
        judged = [trial for trial in board.trials if not trial.refusal]
        below = self._below(board, rows, width)
        narrow = width < NARROW_BOARD
        lines = [self._state(board, width), self._titles(judged, narrow)]
        if narrow:
            lines.insert(0, line((" ranges: enter, or a wider terminal"[:width], "dim")))
        self.first_row_y = len(lines)
        window = self.cursor.window(len(rows), max(1, height - len(lines) - len(below)))
        pane = self.pane
        lines += [
            line(pane.mark(at), *self._row(board, *rows[at], judged, narrow), ground=pane.ground(at)) for at in window
        ]
        return [*lines, *[BLANK] * (height - len(lines) - len(below)), *below][:height]

    def _state(self, board: Leaderboard, width: int) -> Line:
        items = max((trial.items for trial in board.trials), default=0)
        text = f" hit@10: the share of customers with a hit among ten of {items:,} items (95 %)"
        if board.complete:
            return line((text[:width], "dim"))
        return line((f" so far, nothing is offered yet: {self.pane.state('board')}"[:width], "warn"))

    def _titles(self, judged: list[Trial], narrow: bool) -> Line:
        cells = "".join(fmt.pad(one.protocol, 10 if narrow else 21, ellipsis=self.signs.ellipsis) for one in judged)
        return line((f"  {fmt.pad('for', 10)}{fmt.pad('method', 19)}{cells}offered", "dim under"))

    def _row(
        self, board: Leaderboard, purpose: Purpose, method: Method, judged: list[Trial], narrow: bool
    ) -> list[Run]:
        stands = [board.standing(method, purpose, one.protocol) for one in judged]
        cells = "".join(fmt.pad(_value(one), 10) if narrow else fmt.pad(_hit(one), 21) for one in stands)
        mark, role = self._mark(board, purpose, method)
        return [(f"{purpose:<10}", "dim"), (f"{method:<19}", "bold"), (cells, ""), (mark, role)]

    def _mark(self, board: Leaderboard, purpose: Purpose, method: Method) -> tuple[str, str]:
        if method is Method.POPULARITY:
            return "always", "dim"
        if not board.complete:
            return "", ""
        return ("yes", "good") if method in board.offered(purpose) else ("no", "warn")

    def _below(self, board: Leaderboard, rows: list[tuple[Purpose, Method]], width: int) -> list[Line]:
        lines = [self.pane.rule(width, "why")]
        if rows:
            purpose, method = rows[min(self.cursor.at, len(rows) - 1)]
            lines += told(fmt.clean(_why(board, purpose, method)), width, "")
        for trial in board.trials:
            if trial.refusal:
                lines += told(fmt.clean(f"{trial.protocol}: not judged, {trial.refusal}"), width, "dim")
        return lines[:6]

    def evidence(self) -> list[tuple[str, str]]:
        """Every verdict with its reason, and what was left out."""
        board = self._board()
        if not isinstance(board, Leaderboard):
            return []
        said: list[tuple[str, str]] = [("what was held back", "title")]
        said += [(fmt.clean(_trial(trial)), "") for trial in board.trials]
        for purpose in PURPOSES:
            said += [("", ""), (str(purpose), "title")]
            for method in (method for at, method in self._rows() if at is purpose):
                stands = [(one, board.standing(method, purpose, one.protocol)) for one in board.trials]
                hits = "; ".join(f"{one.protocol} {_hit(stand)}" for one, stand in stands if stand is not None)
                said.append((f"{method}: hit@10 {hits}", "bold"))
                said.append((f"  {fmt.clean(_why(board, purpose, method))}", ""))
        return [*said, ("", ""), *((fmt.clean(note), "dim") for note in board.notes)]

    def copied(self, whole: bool) -> tuple[str, str]:
        text = "\n".join(text for text, _ in self.evidence())
        return (text, "the comparison") if text and whole else ("", "")


def _hit(one: Standing | None) -> str:
    if one is None:
        return fmt.NOTHING
    hit = one.overall.hit
    return f"{hit.value:.1%} ({100 * hit.low:.1f} to {100 * hit.high:.1f})"


def _value(one: Standing | None) -> str:
    return fmt.NOTHING if one is None else f"{one.overall.hit.value:.1%}"


def _why(board: Leaderboard, purpose: Purpose, method: Method) -> str:
    if method is Method.POPULARITY:
        return "Popularity is what everything else has to beat; it is the same list for everyone."
    found = [one.why for one in board.verdicts if (one.purpose, one.method) == (purpose, method)]
    return found[0] if found else "Not judged in full yet."


def _trial(trial: Trial) -> str:
    if trial.refusal:
        return f"{trial.protocol}: not judged, {trial.refusal}"
    since = "" if trial.day is None else f" from {trial.day}"
    return f"{trial.protocol}{since}: {trial.customers:,} customers, {trial.repeats:.0%} of their items bought before"

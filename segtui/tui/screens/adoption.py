"""Segments by rules on a screen of its own: what each tree would make of them, what it costs, and the rules in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from segtui.session.questions import AdoptionQuestion, Question
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import ADOPTION, LISTS
from segtui.tui.panes.base import Desk
from segtui.tui.panes.map_view import letter_place
from segtui.tui.panes.segments import tree_label
from segtui.tui.screens.asking import AskingScreen, AskingView
from segtui.tui.screens.bars import hint_line
from segtui.tui.widgets.ink import Line, Run, line, seg, wrap

if TYPE_CHECKING:
    from segtui.explained import Adoption, Adoptions
    from segtui.tui.status import Status

NAME, CELL = 21, 9
HOW_TO_READ = (
    "agrees: customers who stay where k-means has them. inertia: how much wider the segments are. One rule each is "
    "grown by mistake minimisation, which has a bound on its price; two and three each by a classification tree."
)
IN_SHORT = "agrees: with k-means; inertia: over that of k-means."
LATER = "later: share of the variance of later spend that lies between the segments."
AFTERWARDS = "Stability and verdict follow in Choose k once a row is adopted; u takes it back."


class AdoptionView(AskingView):
    """A row per tree, and the rules of the one under the cursor."""

    place = ADOPTION
    doing = "growing trees"
    BINDINGS: ClassVar = bindings_for(ADOPTION, LISTS)

    def wanted(self) -> Question | None:
        return AdoptionQuestion()

    @property
    def known(self) -> Adoptions | None:
        return cast("Adoptions | None", self.reply())

    def came(self) -> None:
        self.cursor.move(self.known.shown if self.known else 0, self.row_count())

    def row_count(self) -> int:
        return len(self.known.rows) if self.known else 0

    def do_use_tree(self, _: str) -> None:
        """Adopt the row under the cursor."""
        known, session = self.known, self.session
        if known is None or session is None:
            return
        row = known.rows[self.cursor.at]
        if row.failed:
            return  # the words below say why
        self.screen.dismiss(None)
        if row.tree != session.recipe.cluster.tree:
            self.desk.change(session.recipe.with_tree(row.tree), tree_label(row.tree))

    def do_leave_adoption(self, _: str) -> None:
        """Go back by the key that opened it."""
        self.screen.dismiss(None)

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        known = self.known
        if known is None:
            lines = [line((" Segments by rules", "title"), ground="head"), *self.not_there(width)]
        else:
            lines = self._table(known, width)
            lines += self._words(known, width, height - 1 - len(lines))
        lines = lines[: height - 1]
        return [*lines, *[line("")] * (height - 1 - len(lines)), hint_line(ADOPTION, self.desk, width)]

    def _table(self, known: Adoptions, width: int) -> list[Line]:
        self.cursor.move(self.cursor.at, len(known.rows))
        title = f" Segments by rules: what a tree would make of k = {known.k}"
        since = "; the recipe changed since" if self.session is not None and self.session.stale else ""
        later = any(row.spend is not None for row in known.rows)
        titles = ["rules", "agrees", "inertia", "sil2" if self.signs.ascii else "sil²", *(["later"] if later else [])]
        head = f"  {'':<{NAME}}" + "".join(f"{one:>{CELL}}" for one in titles)
        lines = [line((title, "title"), (since, "warn bold"), ground="head"), line((head, "dim under"))]
        self.first_row_y = len(lines)
        for i, row in enumerate(known.rows):
            name = _name(row) + (" *" if i == known.shown else "")
            runs: list[Run] = [(fmt.pad(name, NAME), "bold"), *_cells(row, later, width - NAME - 3)]
            lines.append(line(self.mark(i), *runs, ground=self.ground(i)))
        return lines

    def _words(self, known: Adoptions, width: int, room: int) -> list[Line]:
        """The rules under the cursor, and how to read the table; in fewer words where room is short."""
        here = known.rows[self.cursor.at]
        rules = self._rules(here, width)
        later = [LATER] if here.spend is not None else []
        for texts in ((HOW_TO_READ, *later, AFTERWARDS), (IN_SHORT, AFTERWARDS), (IN_SHORT,)):
            read = [part for text in texts for part in wrap(text, width - 1, "dim", "  ")]
            if len(read) + len(rules) + 2 <= room:
                break
        space = max(1, room - len(read) - 2)
        if len(rules) > space:
            rules = [*rules[: space - 1], line((f"  and {len(rules) - space + 1} lines more; y copies them", "dim"))]
        return [line(""), *rules, line(""), *read]

    def _rules(self, row: Adoption, width: int) -> list[Line]:
        if row.failed:
            return wrap(f"cannot be adopted: {fmt.clean(row.failed)}", width - 1, "warn", "  ")
        if not row.texts:
            return wrap("A customer's segment is that of the nearest centroid: all features count at once.", width - 1)
        lines: list[Line] = []
        for rule in row.texts:
            figures = f"{fmt.count(rule.customers)}, {fmt.share(rule.precision)} % of them as k-means"
            text = f"{rule.letter}  {fmt.clean(rule.text)}  ({figures})"
            lines += wrap(text, width - 1, seg(letter_place(rule.letter)), "    ")
        return lines

    def copied(self, whole: bool) -> tuple[str, str]:
        known = self.known
        if known is None:
            return "", ""
        if not whole:
            here = known.rows[self.cursor.at]
            rows = [f"{rule.letter}\t{fmt.clean(rule.text)}\t{rule.customers}" for rule in here.texts]
            return "\n".join(rows) or _name(here), "the rules"
        head = "segments by\trules\tagrees\tinertia\tsilhouette (squared)\tlater spend"
        cells = (
            (_name(r), str(r.rules or ""), f"{r.agreed:g}", f"{r.price:g}", _plain(r.silhouette), _plain(r.spend))
            for r in known.rows
        )
        return "\n".join([head, *("\t".join(row) for row in cells)]), "the trees"


class AdoptionScreen(AskingScreen):
    """The trees, grown when it is opened."""

    def __init__(self, desk: Desk, status: Status) -> None:
        super().__init__(AdoptionView(desk, status))


def _name(row: Adoption) -> str:
    if not row.tree:
        return "k-means as it is"
    return "one rule each" if row.tree == 1 else f"up to {row.tree} rules each"


def _cells(row: Adoption, later: bool, room: int) -> list[Run]:
    if row.failed:
        return [(fmt.clean(row.failed, max(8, room)), "warn")]
    runs: list[Run] = [
        (f"{row.rules or '':>{CELL}}", ""),
        (f"{fmt.share(row.agreed) + ' %' if row.tree else '':>{CELL}}", "accent"),
        (f"{f'{100 * (row.price - 1):+.1f} %' if row.tree else '':>{CELL}}", "accent"),
        (f"{_figure(row.silhouette):>{CELL}}", ""),
    ]
    return [*runs, (f"{_figure(row.spend):>{CELL}}", "")] if later else runs


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}".replace("0.", ".", 1)


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"

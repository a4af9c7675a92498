"""Compare: who moved between two runs, or between a run and a labelled file, and in what those who moved differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from segtui.session.questions import ComparisonQuestion, MoversQuestion, Question
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import COMPARE, LISTS
from segtui.tui.panes import compare_words as words
from segtui.tui.panes.base import Desk
from segtui.tui.panes.flow_drawing import flow_lines
from segtui.tui.panes.migration_table import Shape, folded, following, shape, table_lines
from segtui.tui.panes.move_lines import detail_lines, move_line
from segtui.tui.panes.view import table
from segtui.tui.screens import compare_sides as chosen
from segtui.tui.screens.asking import AskingScreen, AskingView
from segtui.tui.screens.bars import hint_line
from segtui.tui.widgets.ink import BLANK, Line, first_fitting, line, wrap

if TYPE_CHECKING:
    from segtui.explained import Migration, Move
    from segtui.tui.screens.compare_sides import Sides
    from segtui.tui.status import Status

VIEWS = ("table", "flow")


class CompareView(AskingView):
    """The migration table or the flow drawing, the moves, and the move under the cursor."""

    place = COMPARE
    doing = "computing both sides"
    BINDINGS: ClassVar = bindings_for(COMPARE, LISTS)

    def __init__(self, desk: Desk, status: Status, sides: Sides) -> None:
        super().__init__(desk, status)
        self.sides = sides
        self.view = VIEWS[0]
        self.asked = 0
        self.first_row = self.first_column = 0
        self._shape: Shape | None = None

    # -- what is there --------------------------------------------------------------------------------------

    def wanted(self) -> Question | None:
        session, (before, after) = self.session, self.sides
        if session is None or before is None or chosen.lacking(self.sides, session):
            return None
        one, other = chosen.recipe_of(before, session), chosen.recipe_of(after, session)
        return None if one is None or other is None else ComparisonQuestion(one, other, self.asked)

    @property
    def found(self) -> Migration | None:
        return cast("Migration | None", self.reply())

    @property
    def moves(self) -> tuple[Move, ...]:
        return self.found.moves if self.found else ()

    @property
    def move(self) -> Move | None:
        """The move under the cursor."""
        return self.moves[min(self.cursor.at, len(self.moves) - 1)] if self.moves else None

    def row_count(self) -> int:
        return len(self.moves)

    def came(self) -> None:
        self.on_moved()

    def on_moved(self) -> None:
        """The table follows the cursor."""
        move, of = self.move, self._shape
        if move is not None and of is not None:
            self.first_row = following(of.rows.start, move.row, len(of.rows))
            self.first_column = following(of.columns.start, move.column, len(of.columns))

    @property
    def names(self) -> tuple[str, str]:
        """What the sides are called."""
        before, after = self.sides
        return "" if before is None else words.side_name(before), words.side_name(after)

    # -- choosing sides -------------------------------------------------------------------------------------

    def compare(self, sides: Sides) -> None:
        """Hold other sides against each other."""
        self.sides = sides
        self.asked += 1  # a file may have been written again since
        self.cursor.move(0, 1)
        self.cursor.top = self.first_row = self.first_column = 0
        self._shape = None
        self.ask()

    def do_compare(self, argument: str) -> None:
        """Typed here: other sides."""
        if self.session is None:
            return
        sides = chosen.named(argument, self.session)
        if isinstance(sides, str):
            self.desk.say(sides, "error")
        else:
            self.compare(sides)

    def do_leave_compare(self, _: str) -> None:
        """Go back by the key that opened it."""
        self.screen.dismiss(None)

    def do_reverse_sides(self, _: str) -> None:
        before, after = self.sides
        if before is not None:
            self.compare((after, before))

    def do_earlier_run(self, _: str) -> None:
        self._step(0, -1)

    def do_later_run(self, _: str) -> None:
        self._step(0, 1)

    def do_earlier_second(self, _: str) -> None:
        self._step(1, -1)

    def do_later_second(self, _: str) -> None:
        self._step(1, 1)

    def _step(self, which: int, by: int) -> None:
        before, after = self.sides
        if self.session is None or before is None:
            return
        other = after if which == 0 else before
        found = chosen.stepped(self.sides[which], other, by, self.session)
        if found is None:
            self.desk.say(f"there is no {'earlier' if by < 0 else 'later'} run to compare with")
        else:
            self.compare((found, after) if which == 0 else (before, found))

    def do_compare_file(self, argument: str) -> None:
        """Ask for a labelled file, and hold the current run against it."""
        if argument:
            self.do_compare(argument)
        else:
            title = "A labelled file that was delivered before (path)"
            self.desk.prompt(title, "", lambda text: "" if text.strip() else "a path is needed", self.do_compare)

    # -- movers ---------------------------------------------------------------------------------------------

    def do_other_view(self, _: str) -> None:
        self.view = VIEWS[1 - VIEWS.index(self.view)]
        self.repaint()

    def do_scroll_left(self, _: str) -> None:
        self._scroll(-1)

    def do_scroll_right(self, _: str) -> None:
        self._scroll(1)

    def _scroll(self, by: int) -> None:
        if self.found is not None and self._shape is not None:
            last = len(self.found.comparison.after) - len(self._shape.columns)
            self.first_column = max(0, min(last, self._shape.columns.start + by))
            self.repaint()

    def do_list_movers(self, _: str) -> None:
        move, found = self.move, self.found
        if move is None or found is None:
            self.desk.say("nobody moved" if found is not None else "there is no comparison yet")
            return
        letters = words.move_letters(found.comparison, move, self.signs)
        self._list(f"{letters}, {fmt.plural(move.customers, 'customer')}", (move.row, move.column))

    def do_list_all_movers(self, _: str) -> None:
        found = self.found
        if found is None or not len(found.comparison.movers):
            self.desk.say("nobody moved" if found is not None else "there is no comparison yet")
            return
        self._list(f"all {fmt.plural(len(found.comparison.movers), 'mover')}", None)

    def _list(self, what: str, move: tuple[int, int] | None) -> None:
        movers = self.movers(move)
        if movers is not None:
            self.desk.open_table(f"Movers {self._sides_in_words()}: {what}", movers)

    def movers(self, move: tuple[int, int] | None = None) -> MoversQuestion | None:
        """The question for those who moved; None before there is a comparison, and where nobody did."""
        asked = self.question
        if not isinstance(asked, ComparisonQuestion) or not self.moves:
            return None
        return MoversQuestion(asked.before, asked.after, move, asked.asked)

    def file_name(self) -> str:
        """A name for the file that movers may be written to."""
        parts = ("".join(c if c.isalnum() else "_" for c in name.rsplit(".", 1)[0]) for name in self.names)
        return f"movers_{'_to_'.join(parts)}.csv"

    def _sides_in_words(self) -> str:
        return f"{self.names[0]} {words.arrow(self.signs)} {self.names[1]}"

    # -- drawing --------------------------------------------------------------------------------------------

    def not_there(self, width: int) -> list[Line]:
        if self.ended:
            why = wrap(f"not compared: {fmt.clean(self._status.text)}", width - 3, "warn", "  ")
            rest = wrap("[ ] choose another run, f another file.", width - 3, "dim", "  ")
            return [BLANK, *(line("  ", *part.runs) for part in (*why, *rest))]
        return super().not_there(width)

    def paint(self, width: int, height: int) -> list[Line]:
        lines = self._lines(width, height - 2)[: height - 2]
        role = {"error": "bad bold", "warn": "warn"}.get(self._status.kind, "dim")
        said = line((fmt.cut(self._status.text, width, self.signs.ellipsis), role))
        return [*lines, *[BLANK] * (height - 2 - len(lines)), said, hint_line(COMPARE, self.desk, width)]

    def _lines(self, width: int, height: int) -> list[Line]:
        found, session = self.found, self.session
        top = [self._title(found, width)]
        if session is not None and found is None and (texts := chosen.lacking(self.sides, session)):
            return [
                *top,
                BLANK,
                *(line("  ", *part.runs) for text in texts for part in wrap(text, width - 4, "", "  ")),
            ]
        if found is None:
            return [*top, *self.not_there(width)]
        moved = words.moved_line(found.comparison, self.names)
        top += [line(*words.scores_line(found, self.signs)), first_fitting((line(*one) for one in moved), width)]
        for side, name in zip((found.before, found.after), self.names, strict=True):
            if side.notes:
                text = f" {name}: {'; '.join(side.notes)}"
                top.append(line((fmt.cut(text, width, self.signs.ellipsis), "warn")))
        return [*top, *self._body(found, width, height - len(top))]

    def _title(self, found: Migration | None, width: int) -> Line:
        before, after = self.sides
        sign, name = f"  {words.arrow(self.signs)}  ", (" Compare ", "title")
        if before is None:
            return line(name, (words.side_name(after), "bold"), ground="head")
        one, other = (found.before, found.after) if found else (None, None)
        sides = words.side_title(before, one), words.side_title(after, other)
        return first_fitting(
            (line(name, (f" {sign.join(pair)}", "bold"), ground="head") for pair in (sides, self.names)), width
        )

    def _body(self, found: Migration, width: int, height: int) -> list[Line]:
        """The table or the drawing, then the moves, then the move under the cursor, in the room that each needs."""
        detail = self._detail(found, width, max(2, min(10, height // 3 - 2)))
        at = (self.move.row, self.move.column) if self.move is not None else None
        listed = max(1, len(found.moves))
        room = height - 1 - len(detail)
        if self.view == "table":
            most = room - 1 - min(listed, 4)
            big = self._table(found, at, width, min(len(found.comparison.before) + 2, max(4, most)))
            fold = folded(found.comparison, self._shape) if self._shape is not None else ""
        else:
            wanted = room if room < 18 else room - 1 - min(listed, 6)
            big, fold = flow_lines(found.comparison, width, wanted, at, self.signs), ""
        tabs = self.rule(
            width, "  ".join(f"[{v}]" if v == self.view else v for v in VIEWS) + (f"   {fold}" if fold else "")
        )
        left = room - len(big) - 1
        self.first_row_y = height  # no click meets a move that is not listed
        lines = [tabs, *big]
        if left > 0:
            self.first_row_y = self._top_of(found) + len(lines) + 1
            lines += [self.rule(width, self._moves_title(found)), *self._moves(found, width, left)]
        return [*lines, *detail]

    def _top_of(self, found: Migration) -> int:
        return 3 + bool(found.before.notes) + bool(found.after.notes)

    def _table(self, found: Migration, at: tuple[int, int] | None, width: int, height: int) -> list[Line]:
        fresh = self._shape is None
        self._shape = shape(found.comparison, width, height, self.first_row, self.first_column)
        if fresh:
            self.on_moved()
            self._shape = shape(found.comparison, width, height, self.first_row, self.first_column)
        return table_lines(found.comparison, self._shape, at, self.names, self.signs)

    # -- moves ----------------------------------------------------------------------------------------------

    def _moves_title(self, found: Migration) -> str:
        return f"{fmt.plural(len(found.moves), 'move')}, the biggest first" if found.moves else "moves"

    def _moves(self, found: Migration, width: int, height: int) -> list[Line]:
        if not found.moves:
            return [line(("  nobody moved: every customer is in the segment that theirs became", "good"))]
        window = self.cursor.window(len(found.moves), height)
        return [move_line(found, found.moves[i], self.mark(i), self.ground(i), width, self.signs) for i in window]

    def _detail(self, found: Migration, width: int, most: int) -> list[Line]:
        """The move under the cursor: how many, and in what they differ."""
        move = self.move
        if move is None:
            return []
        heading = words.heading(found.comparison, move, self.names, self.signs)
        return [self.rule(width, heading), *detail_lines(found, move, self.names, width, most, self.signs)]

    def copied(self, whole: bool) -> tuple[str, str]:
        found = self.found
        if found is None:
            return "", ""
        both = found.comparison
        if whole:
            rows: list[tuple[object, ...]] = [
                (fmt.clean(letter), *counts, sum(counts))
                for letter, counts in zip(both.before, both.table, strict=True)
            ]
            return table((self._sides_in_words(), *map(fmt.clean, both.after), "all"), rows), "the migration table"
        move = self.move
        if move is None:
            return "", ""
        return table((), [(*words.move_names(both, move), move.customers, words.in_words(move)[0])]), "the move"


class CompareScreen(AskingScreen):
    """The comparison, computed when it is opened."""

    def __init__(self, desk: Desk, status: Status, sides: Sides) -> None:
        self.compared = CompareView(desk, status, sides)
        super().__init__(self.compared)

"""Data: what was gathered and why, and everything about it that the analyst can change.

The rows are made in `data_rows` and drawn in `data_lines`; a key press makes another recipe, which the session reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar, cast

from segtui.recipe import KINDS, ROLES, GatherSpec
from segtui.results import CleaningStep, Dataset
from segtui.session.questions import CustomersQuestion, LeftOutQuestion, Question, StepCountsQuestion, StepRowsQuestion
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.panes.data_lines import Layout, preview_lines
from segtui.tui.panes.data_rows import (
    KIND_MEANS,
    MADE,
    READINGS,
    ROLE_MEANS,
    ColumnRow,
    Heading,
    JoinRow,
    LooseRow,
    MadeRow,
    Row,
    StepRow,
    TableRow,
    TimeRow,
    explain,
    find_columns,
    next_reading,
    rows_of,
    short_name,
)
from segtui.tui.widgets.ink import Line, line, wrap

AS_FOUND, NO_ROLE = "auto", "none"
"""What to type for: as found; and for no role."""

MOST_DAYS = 3650
DETAIL, DETAIL_HIGH = 6, 9
"""Lines below the list for the row under the cursor, rule included, on a low and on a high screen."""


class DataPane(Pane):
    """What was gathered."""

    place = "data"
    title = "Data"
    shows_recipe = True
    BINDINGS: ClassVar = bindings_for("data", LISTS)

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(desk, id=id)
        self._folded: frozenset[str] | None = None
        self._made_of: tuple[object, ...] = ()
        self._rows: list[Row] = []
        self._here: tuple[str, ...] = ()

    @property
    def dataset(self) -> Dataset | None:
        return self.session.dataset if self.session else None

    @property
    def gather(self) -> GatherSpec:
        """How the current recipe gathers."""
        return self.session.recipe.gather if self.session else GatherSpec()

    # -- rows -----------------------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """The rows now; the cursor stays on what it was on when they change."""
        data = self.dataset
        if data is None:
            return []
        counts = self._counts()
        of = (data.fingerprint, self.gather, self._folds(data), counts, self._set_aside())
        if of != self._made_of:
            self._made_of, self._rows = of, rows_of(data, *of[1:])
            self.cursor.at = next((i for i, row in enumerate(self._rows) if row.key == self._here), self.cursor.at)
            self._stand(self.cursor.at, 1)
        return self._rows

    def _set_aside(self) -> tuple[tuple[str, int], ...]:
        """Who takes no part in the answer on screen, where it is on the open data."""
        session, answer = self.session, self.answer
        if session is None or answer is None or answer.recipe.gather != session.opened_gather:
            return ()
        return answer.set_aside

    def _counts(self) -> tuple[CleaningStep, ...]:
        found = self.session.found(StepCountsQuestion()) if self.session else None
        return cast("tuple[CleaningStep, ...]", found) if isinstance(found, tuple) else ()

    def _folds(self, data: Dataset) -> frozenset[str]:
        """What is folded: with several tables their columns, so that joins, cleaning and dates are seen at once."""
        if self._folded is not None:
            return self._folded
        several = [table.path for table in data.sources] if len(data.sources) > 1 else []
        return frozenset([*several, MADE])

    def row_count(self) -> int:
        return len(self.rows())

    def under_cursor(self) -> Row | None:
        """The row under the cursor."""
        rows = self.rows()
        return rows[min(self.cursor.at, len(rows) - 1)] if rows else None

    def _stand(self, row: int, step: int) -> None:
        """Put the cursor on a row, or on the next one in this direction (else the other) that is no heading."""
        count = len(self._rows)
        row = max(0, min(count - 1, row))
        for way in (range(row, count), range(row, -1, -1)) if step > 0 else (range(row, -1, -1), range(row, count)):
            stop = next((i for i in way if not isinstance(self._rows[i], Heading)), None)
            if stop is not None:
                self.cursor.at, self._here = stop, self._rows[stop].key
                return

    def move_to(self, row: int) -> None:
        if self.rows():
            self._stand(row, 1 if row > self.cursor.at or row <= 0 else -1)
        self.repaint()

    # -- changing the recipe --------------------------------------------------------------------------------

    def _change(self, gather: GatherSpec, label: str) -> None:
        session = self.session
        assert session is not None
        if gather == session.recipe.gather:
            self.desk.say("it is so already")
            return
        self.desk.change(replace(session.recipe, gather=gather), label)

    def do_toggle_step(self, argument: str) -> None:
        if argument.strip():
            self._step_by_name(argument)
            return
        row = self.under_cursor()
        if isinstance(row, StepRow):
            self._switch_step(row, not row.on)
        elif isinstance(row, JoinRow | LooseRow):
            self.do_set_loose_ids("")
        elif isinstance(row, TableRow):
            self._fold(row.table.path)
        elif isinstance(row, MadeRow):
            self._fold(MADE)
        else:
            self.desk.say("space switches steps and loose ids, and shows and hides columns")

    def _fold(self, what: str) -> None:
        data = self.dataset
        assert data is not None
        self._folded = self._folds(data) ^ {what}
        if what not in self._folded:
            self.cursor.top = max(0, self.cursor.at - 1)  # what was hidden comes into sight
        self.repaint()

    def _switch_step(self, row: StepRow, on: bool) -> None:
        if not row.step.applies:
            self.desk.say(f"{fmt.clean(row.step.title)}: the data lack what this step looks at")
            return
        self._change(self.gather.with_step(row.step.id, on), f"{'+' if on else '-'} step: {fmt.clean(row.step.title)}")

    def _step_by_name(self, argument: str) -> None:
        name, _, state = argument.strip().lower().partition(" ")
        row = next((r for r in self.rows() if isinstance(r, StepRow) and r.step.id == name), None)
        if row is None:
            there = ", ".join(r.step.id for r in self.rows() if isinstance(r, StepRow)) or "none here"
            self.desk.say(f"no step is called {fmt.clean(name, 30)}; there are {there}", "error")
        elif state.strip() not in ("", "on", "off"):
            self.desk.say(f"a step is on or off: :step {row.step.id} on", "error")
        else:
            self._switch_step(row, state.strip() == "on" if state else not row.on)

    def do_set_loose_ids(self, argument: str) -> None:
        wanted = argument.strip().lower()
        if wanted not in ("", "on", "off"):
            self.desk.say("loose ids are on or off: :loose-ids on", "error")
            return
        on = wanted == "on" if wanted else not self.gather.loose_ids
        self._change(replace(self.gather, loose_ids=on), f"{'+' if on else '-'} loose ids")

    def do_change_data(self, _: str) -> None:
        row = self.under_cursor()
        if isinstance(row, TableRow):
            self._ask_kind(row)
        elif isinstance(row, ColumnRow):
            self._ask_role(row)
        elif isinstance(row, TimeRow):
            self.do_set_snapshot("") if row.name == "snapshot" else self.do_set_holdout("")
        else:
            self.desk.say("e changes the kind of a table, the role of a column, the snapshot and the holdout")

    # kinds

    def _ask_kind(self, row: TableRow) -> None:
        found = f"as found{'' if row.chosen else f': {row.table.kind}'}"
        choices = [(found, ""), *((kind, KIND_MEANS[kind]) for kind in KINDS)]
        at = KINDS.index(row.kind) + 1 if row.chosen and row.kind in KINDS else 0
        name = fmt.clean(short_name(row.table.path), 40)
        self.desk.pick(f"What is {name}?", choices, at, lambda i: self._set_kind(row, KINDS[i - 1] if i else None))

    def _set_kind(self, row: TableRow, kind: str | None) -> None:
        table = replace(self.gather.table(row.table.path), kind=kind)
        self._change(self.gather.with_table(table), f"{short_name(row.table.path)}: {kind or 'kind as found'}")

    def do_set_kind(self, argument: str) -> None:
        name, _, kind = argument.strip().rpartition(" ")
        here = self.under_cursor()
        tables = [row for row in self.rows() if isinstance(row, TableRow)]
        found = [r for r in tables if name.strip().lower() in (r.table.path.lower(), short_name(r.table.path).lower())]
        row = here if not name.strip() and isinstance(here, TableRow) else next(iter(found), None)
        if row is None or not isinstance(row, TableRow):
            self.desk.say(f"no table is called {fmt.clean(name, 40)}: :kind TABLE KIND", "error")
        elif not kind:
            self._ask_kind(row)
        elif kind.lower() not in (*KINDS, AS_FOUND):
            self.desk.say(f"no kind is called {fmt.clean(kind, 20)}; there are {', '.join(KINDS)}, {AS_FOUND}", "error")
        else:
            self._set_kind(row, None if kind.lower() == AS_FOUND else kind.lower())

    # roles

    def _ask_role(self, row: ColumnRow) -> None:
        found = f"as found{'' if row.spec.role is not None else f': {row.role or NO_ROLE}'}"
        choices = [(found, ""), (NO_ROLE, "it stands for nothing special"), *((r, ROLE_MEANS[r]) for r in ROLES)]
        at = 0 if row.spec.role is None else (NO_ROLE, *ROLES).index(row.spec.role or NO_ROLE) + 1
        roles: tuple[str | None, ...] = (None, "", *ROLES)
        title = f"What does {fmt.clean(row.column.name, 40)} stand for?"
        self.desk.pick(title, choices, at, lambda i: self._set_role(row, roles[i]))

    def _set_role(self, row: ColumnRow, role: str | None) -> None:
        name = row.column.name
        gather = self.gather.with_column(row.table.path, replace(row.spec, role=role))
        if role == "customer_id" or (role is not None and gather.id_column == name):
            gather = replace(gather, id_column=None)  # a role speaks for itself
        said = "role as found" if role is None else role or "no role"
        self._change(gather, f"{fmt.clean(name, 30)}: {said}")

    def do_set_role(self, argument: str) -> None:
        name, _, role = argument.strip().rpartition(" ")
        if role and role.lower() not in (*ROLES, NO_ROLE, AS_FOUND):
            if not self._columns(argument):
                there = ", ".join((*ROLES, NO_ROLE, AS_FOUND))
                self.desk.say(f"no role is called {fmt.clean(role, 20)}; there are {there}", "error")
                return
            name, role = argument, ""
        row = self._column(name)
        if row is not None and role:
            self._set_role(row, None if role.lower() == AS_FOUND else "" if role.lower() == NO_ROLE else role.lower())
        elif row is not None:
            self._ask_role(row)

    def _columns(self, name: str) -> list[ColumnRow]:
        """The columns with this name, folded or not."""
        data = self.dataset
        return find_columns(rows_of(data, self.gather, frozenset(), ()), name) if data is not None else []

    def _column(self, name: str) -> ColumnRow | None:
        """The column a command means: the one named, else the one under the cursor."""
        here = self.under_cursor()
        if not name.strip():
            if not isinstance(here, ColumnRow):
                self.desk.say("put the cursor on a column, or name it: TABLE/COLUMN", "error")
                return None
            return here
        found = self._columns(name)
        if not found:
            self.desk.say(f"no column is called {fmt.clean(name, 40)}", "error")
            return None
        near = [row for row in found if here is not None and row.table.path in here.key]
        if len(found) > 1 and len(near) != 1:
            first = f"{short_name(found[0].table.path)}/{found[0].column.name}"
            self.desk.say(f"several tables have {fmt.clean(name, 30)}: say {fmt.clean(first, 60)}", "error")
            return None
        return (near or found)[0]

    # readings

    def do_next_reading(self, argument: str) -> None:
        text = argument.strip()
        known = sorted((*READINGS, AS_FOUND), key=len, reverse=True)
        reading = next((r for r in known if text.lower() == r or text.lower().endswith(f" {r}")), "")
        row = self._column(text[: len(text) - len(reading)])
        if row is None:
            return
        if not row.column.reading:
            self.desk.say(f"{fmt.clean(row.column.name, 40)} has a type of its own in the file: nothing to choose")
        elif reading:
            self._set_reading(row, None if reading == AS_FOUND else reading)
        elif row.column.choices:
            self._set_reading(row, next_reading(row))
        else:
            self._ask_reading(row)

    def _ask_reading(self, row: ColumnRow) -> None:
        found = f"as found{'' if row.spec.reading is not None else f': {row.column.reading}'}"
        at = READINGS.index(row.spec.reading) + 1 if row.spec.reading in READINGS else 0
        title = f"How is {fmt.clean(row.column.name, 40)} read?"
        choices = [(found, ""), *((reading, "") for reading in READINGS)]
        self.desk.pick(title, choices, at, lambda i: self._set_reading(row, READINGS[i - 1] if i else None))

    def _set_reading(self, row: ColumnRow, reading: str | None) -> None:
        gather = self.gather.with_column(row.table.path, replace(row.spec, reading=reading))
        self._change(gather, f"{fmt.clean(row.column.name, 30)}: {reading or 'read as found'}")

    # dates

    def do_set_snapshot(self, argument: str) -> None:
        now = fmt.date(self.gather.snapshot) if self.gather.snapshot is not None else ""
        title = "Snapshot, as 2024-01-31 (empty: the day after the last order)"
        self._take(argument, title, now, check_snapshot, self._set_snapshot)

    def _set_snapshot(self, text: str) -> None:
        day = None if text.strip().lower() in ("", AS_FOUND) else date.fromisoformat(text.strip())
        self._change(replace(self.gather, snapshot=day), f"snapshot {fmt.date(day) if day else 'as found'}")

    def do_set_holdout(self, argument: str) -> None:
        title = "Holdout: days whose orders no feature sees (0: none)"
        self._take(argument, title, str(self.gather.holdout), check_days, self._set_holdout)

    def _set_holdout(self, text: str) -> None:
        days = int(text.strip() or 0)
        self._change(replace(self.gather, holdout=days), f"holdout {fmt.plural(days, 'day') if days else 'none'}")

    def _take(
        self, argument: str, title: str, now: str, check: Callable[[str], str], then: Callable[[str], None]
    ) -> None:
        """Take a value from the argument, or ask for it."""
        if not argument.strip():
            self.desk.prompt(title, now, check, then)
        elif problem := check(argument):
            self.desk.say(problem, "error")
        else:
            then(argument)

    # -- looking closer -------------------------------------------------------------------------------------

    def do_count_steps(self, _: str) -> None:
        data, session = self.dataset, self.session
        if session is None or data is None or data.rollup is None or not data.rollup.steps:
            self.desk.say("there are no cleaning steps: no order lines were read")
            return
        self.desk.say("counting what every step leaves out or would leave out")
        session.ask(StepCountsQuestion())

    def on_found(self, question: Question) -> None:
        if question == StepCountsQuestion():
            self.repaint()
            self.desk.say("counted: what each step would leave out of the lines that count now", "done")

    def do_browse_customers(self, _: str) -> None:
        row = self.under_cursor()
        if isinstance(row, StepRow):
            self._open_step(row)
        else:
            self.desk.open_table("All customers", CustomersQuestion(None))

    def do_browse_left_out(self, _: str) -> None:
        row, data = self.under_cursor(), self.dataset
        if isinstance(row, StepRow):
            self._open_step(row)
        elif data is not None and not data.left_out and not self._set_aside():
            lines = "; a cleaning step shows its lines" if data.rollup is not None and data.rollup.lines else ""
            self.desk.say(f"no customer was left out{lines}")
        else:
            self.desk.open_table("Rows left out", LeftOutQuestion())

    def _open_step(self, row: StepRow) -> None:
        if not row.step.applies:
            self.desk.say(f"{fmt.clean(row.step.title)}: the data lack what this step looks at")
            return
        done = "left out" if row.step.on else "that would be left out"
        self.desk.open_table(f"Lines {done}: {row.step.title}", StepRowsQuestion(row.step.id))

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        session = self.session
        if session is not None and self.dataset is not None:
            return self._gathered(self.dataset, width, height)
        if session is not None and session.preview is not None:
            return preview_lines(session.preview, width, height, self.signs)
        return self.waiting(width)

    def _gathered(self, data: Dataset, width: int, height: int) -> list[Line]:
        rows, layout = self.rows(), Layout(width, self.signs)
        detail = (DETAIL_HIGH if height >= 28 else DETAIL) if height >= 12 else 0
        lines = self._not_read(width)
        self.first_row_y = len(lines)
        room = height - detail - len(lines)
        if 0 < self.cursor.at <= self.cursor.top and isinstance(rows[self.cursor.at - 1], Heading):
            self.cursor.top = self.cursor.at - 1  # a section begins with its heading
        for i in self.cursor.window(len(rows), room):
            row = rows[i]
            if isinstance(row, Heading):
                lines.append(layout.heading(row))
            else:
                lines.append(line(self.mark(i), *layout.row(row), ground=self.ground(i)))
        if detail:
            lines += [line("")] * (height - detail - len(lines))
            lines += self._detail(data, width, detail)
        return lines

    def _not_read(self, width: int) -> list[Line]:
        """That what is shown is not what the recipe asks for."""
        session = self.session
        if session is None or not session.reopens:
            return []
        if session.busy:
            text = f"{self.signs.ellipsis} reading again; below is the data as it was before"
        else:
            text = (
                f"{self.signs.warn} the last change was not read: below is the data as it was before; u takes it back"
            )
        return [line((fmt.cut(text, width, self.signs.ellipsis), "warn bold"))]

    def _detail(self, data: Dataset, width: int, height: int) -> list[Line]:
        row = self.under_cursor()
        if row is None:
            return []
        title, said = explain(row, data)
        lines = [self.rule(width, fmt.cut(title, width - 8, self.signs.ellipsis))]
        for text, role in said:
            lines += wrap(text, width - 2, role, "  ")
        return lines[:height]

    def copied(self, whole: bool) -> tuple[str, str]:
        """The row under the cursor as shown, or all columns of all tables as tab-separated text."""
        row, data = self.under_cursor(), self.dataset
        if row is None or data is None:
            return "", ""
        if not whole:
            text = "".join(text for text, _ in Layout(200, self.signs).row(row))
            return " ".join(text.split()), "the row"
        rows = rows_of(data, self.gather, frozenset(), ())
        return "\n".join(["table\tcolumn\tread as\trole\tmissing\tdistinct\tunread", *_as_text(rows)]), "the columns"


def _as_text(rows: Sequence[Row]) -> list[str]:
    return [
        f"{fmt.clean(row.table.path)}\t{fmt.clean(row.column.name)}\t{row.reading}\t{row.role}\t{row.column.missing}"
        f"\t{row.column.distinct}\t{row.column.unread}"
        for row in rows
        if isinstance(row, ColumnRow)
    ]


def check_snapshot(text: str) -> str:
    """What is wrong with a date."""
    text = text.strip()
    if text.lower() in ("", AS_FOUND):
        return ""
    try:
        date.fromisoformat(text)
    except ValueError:
        return f"{fmt.clean(text, 20)} is not a date: write it as 2024-01-31"
    return ""


def check_days(text: str) -> str:
    """What is wrong with a number of days."""
    text = text.strip() or "0"
    if not text.isascii() or not text.isdigit():
        return f"{fmt.clean(text, 20)} is not a whole number of days"
    return "" if int(text) <= MOST_DAYS else f"at most {MOST_DAYS:,} days"

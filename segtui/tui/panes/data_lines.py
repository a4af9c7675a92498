"""How the rows of the Data pane are drawn at a width: one line each, in columns that stand under each other."""

from __future__ import annotations

from rich.cells import cell_len

from segtui.results import Preview
from segtui.tui import format as fmt
from segtui.tui.charset import Charset
from segtui.tui.panes.data_rows import (
    ColumnRow,
    FeatureRow,
    Heading,
    JoinRow,
    LeftOutRow,
    LooseRow,
    MadeRow,
    Row,
    StepRow,
    TableRow,
    TimeRow,
    WarningRow,
    join_keys,
    short_name,
)
from segtui.tui.widgets.ink import Line, Run, line

CHOSEN = "*"
"""Behind what the analyst chose."""


class Layout:
    """How wide the columns are at a width of the pane."""

    def __init__(self, width: int, signs: Charset) -> None:
        self.width = width
        self.signs = signs
        self.narrow = width < 100
        more = (max(80, min(width, 140)) - 80) / 60  # 0 where space is scarce, 1 where there is plenty
        self.name = round(18 + 12 * more)
        self.reading = round(15 + 6 * more)
        self.role = round(13 + 3 * more)
        self.distinct = round(9 + 3 * more)
        self.pair = round(26 + 18 * more)
        self.by = round(18 + 12 * more)
        self.step = round(42 + 18 * more)

    def clean(self, value: object, width: int, *, right: bool = False) -> str:
        """Text from a file in exactly `width` cells."""
        return fmt.pad(fmt.clean(value), width, right, self.signs.ellipsis)

    def rest(self, used: int) -> int:
        """What is left of the line behind `used` cells and the mark."""
        return max(0, self.width - used - 2)

    # -- headings -------------------------------------------------------------------------------------------

    def heading(self, row: Heading) -> Line:
        """A rule with the section's title, and what is to be said of the whole section."""
        if row.fields == "columns":
            return self._column_titles()
        sign = self.signs.rule
        title = f"{sign * 2} {row.title} "
        tail = f" {row.tail} {sign}" if row.tail else ""
        if row.fields == "joins":
            tail = self._join_titles(cell_len(title))
        room = self.width - cell_len(title) - cell_len(tail)
        if room < 0:
            tail, room = "", self.width - cell_len(title)
        return line((sign * 2 + " ", "dim"), (row.title, "title"), (" " + sign * room, "dim"), (tail, "dim"))

    def _join_titles(self, used: int) -> str:
        text = f" {'by':<{self.by}} {'matched':>9} {'only left':>9} {'only right':>10}"
        start = 4 + self.pair
        return self.signs.rule * max(0, start - used) + text + " " * (self.width - start - len(text))

    def _column_titles(self) -> Line:
        """The titles over the columns of tables."""
        text = (
            "    " + fmt.pad("column", self.name) + " " + fmt.pad("read as", self.reading) + " "
            + fmt.pad("role", self.role) + " missing" + fmt.pad("distinct", self.distinct, right=True) + "  notes"
        )  # fmt: skip
        return line((text, "dim under"))

    # -- rows -----------------------------------------------------------------------------------------------

    def row(self, row: Row) -> list[Run]:
        """A row behind its mark."""
        if isinstance(row, TableRow):
            return self._table(row)
        if isinstance(row, ColumnRow):
            return self._column(row)
        if isinstance(row, JoinRow):
            return self._join(row)
        if isinstance(row, StepRow):
            return self._step(row)
        if isinstance(row, TimeRow):
            return self._time(row)
        if isinstance(row, LooseRow):
            text = "ids that differ only in type or padding are the same"
            return [(f"{self._switch(row.on)} ", "good bold" if row.on else ""), (text, "" if row.on else "dim")]
        if isinstance(row, MadeRow):
            tables = ", ".join(fmt.clean(short_name(table)) for table in row.tables)
            made = fmt.plural(row.count, "feature")
            return [(f"{self._fold(row.folded)} {made}", "bold"), (self._cut(f"  from {tables}", 4 + len(made)), "dim")]
        if isinstance(row, FeatureRow):
            name = self.clean(row.note.name, self.name + 4)
            unit = self.clean(row.note.unit, 12)
            text = self._cut(fmt.clean(row.note.definition), self.name + 4 + 1 + 12 + 1 + 2)
            return [(f"  {name} ", "bold"), (f"{unit} ", "dim"), (text, "")]
        if isinstance(row, LeftOutRow):
            count = fmt.count(row.count)
            return [(f"  {count:>9}  ", "warn"), (self._cut(fmt.clean(row.reason), 13), "")]
        if isinstance(row, WarningRow):
            return [(f"  {self.signs.warn} ", "warn"), (self._cut(fmt.clean(row.text), 4), "")]
        return []

    def _cut(self, text: str, used: int) -> str:
        return fmt.cut(text, self.rest(used), self.signs.ellipsis)

    def _switch(self, on: bool) -> str:
        return self.signs.on if on else self.signs.off

    def _fold(self, folded: bool) -> str:
        return "+" if folded else "-"

    def _table(self, row: TableRow) -> list[Run]:
        star = CHOSEN if row.chosen else ""
        count = fmt.plural(row.table.rows, "row")
        used = 2 + self.name + 1 + 11 + 15 + 2
        return [
            (f"{self._fold(row.folded)} ", "key"),
            (self.clean(short_name(row.table.path), self.name) + " ", "bold"),
            (fmt.pad(f"{row.kind}{star}", 11), "accent"),
            (fmt.pad(count, 15, right=True) + "  ", ""),
            (self._cut(fmt.clean(row.table.reason), used), "dim"),
        ]

    def _column(self, row: ColumnRow) -> list[Run]:
        column = row.column
        reading = row.reading.replace("date and time", "time") if self.narrow else row.reading
        reading += CHOSEN if row.spec.reading is not None else ""
        role = (row.role or "-") + (CHOSEN if row.spec.role is not None else "")
        share = column.missing / row.table.rows if row.table.rows else 0.0
        missing = f"{fmt.share(share)}%" if column.missing else "-"
        many = fmt.short(column.distinct) if self.narrow and column.distinct >= 1e6 else fmt.count(column.distinct)
        distinct = (self.signs.at_least if column.approximate else "") + many
        used = 2 + self.name + 1 + self.reading + 1 + self.role + 8 + self.distinct + 2
        notes, alarm = _notes(row, self.rest(used))
        return [
            ("! " if row.asks else "  ", "warn bold"),
            (self.clean(column.name, self.name) + " ", "bold"),
            (fmt.pad(reading, self.reading, ellipsis=self.signs.ellipsis) + " ", "warn" if row.asks else ""),
            (fmt.pad(role, self.role, ellipsis=self.signs.ellipsis), "accent" if row.role else "dim"),
            (f"{missing:>8}{distinct:>{self.distinct}}  ", ""),
            (self._cut(notes, used), "warn" if alarm else "dim"),
        ]

    def _join(self, row: JoinRow) -> list[Run]:
        join = row.join
        pair = f"{fmt.clean(short_name(join.left))} + {fmt.clean(short_name(join.right))}"
        return [
            ("  " + fmt.pad(pair, self.pair, ellipsis=self.signs.ellipsis) + " ", "bold"),
            (fmt.pad(join_keys(join).removeprefix("by "), self.by, ellipsis=self.signs.ellipsis) + " ", ""),
            (f"{fmt.count(join.matched):>9} ", "good" if join.matched else "bad bold"),
            (f"{fmt.count(join.only_left):>9} ", "warn" if join.only_left else "dim"),
            (f"{fmt.count(join.only_right):>10}", "warn" if join.only_right else "dim"),
        ]

    def _step(self, row: StepRow) -> list[Run]:
        step = row.step
        runs: list[Run] = [
            (f"{self._switch(row.on)} ", "good bold" if row.on else ""),
            (self.clean(step.title, self.step) + " ", "" if row.on else "dim"),
        ]
        if not step.applies:
            return [*runs, (f"{'-':>10}  nothing to look at", "dim")]
        if row.waits:
            return [*runs, (f"{self.signs.ellipsis:>10}  being read", "warn")]
        if row.rows is None:
            return [*runs, (f"{'?':>10}  c counts", "dim")]
        done = "left out" if row.on else "would be"
        return [*runs, (f"{fmt.count(row.rows):>10}  ", "" if row.on else "dim"), (done, "dim")]

    def _time(self, row: TimeRow) -> list[Run]:
        return [(f"  {row.name:<10}", ""), (f"{row.value:<13}", "bold"), (self._cut(row.note, 25), "dim")]


def _notes(row: ColumnRow, width: int) -> tuple[str, bool]:
    """What is worth knowing of a column, the urgent first and as many as fit, and whether it is urgent."""
    column = row.column
    urgent = [f"{other.rpartition(' ')[2]}?" for other in column.choices[:1] if row.asks]
    urgent += [f"{fmt.short(column.unread)} unread"] if column.unread else []
    notes = [*urgent, *(fmt.clean(flag) for flag, _ in column.flags)]
    while len(notes) > 1 and cell_len(", ".join(notes)) > width:
        notes.pop()
    return ", ".join(notes), bool(urgent)


def preview_lines(preview: Preview, width: int, height: int, signs: Charset) -> list[Line]:
    """The first rows of a source while the rest is read."""
    widths = [
        max(4, min(24, max(len(fmt.clean(cell or "", 24)) for cell in (name, *_cells_of(preview, i, height)))))
        for i, name in enumerate(preview.columns)
    ]
    first = f"The first {len(preview.rows)} rows of {fmt.clean(preview.path)}; the rest is being read."
    lines = [line((fmt.clean(first, width, signs.ellipsis), "dim"))]
    lines.append(_preview_row(preview.columns, widths, "bold", signs))
    lines += [_preview_row(row, widths, "", signs) for row in preview.rows[: height - 2]]
    return lines


def _cells_of(preview: Preview, column: int, height: int) -> list[str | None]:
    return [row[column] for row in preview.rows[:height]]


def _preview_row(cells: tuple[str | None, ...], widths: list[int], role: str, signs: Charset) -> Line:
    runs: list[Run] = []
    for cell, width in zip(cells, widths, strict=True):
        runs.append((fmt.pad(fmt.clean(cell or ""), width, ellipsis=signs.ellipsis) + "  ", role))
    return line(*runs)

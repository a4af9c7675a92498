"""Data: what the source is taken for and why, its columns, what was left out; the first rows while the rest is read."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from segtui.results import Column, Dataset, Preview
from segtui.session.questions import CustomersQuestion, LeftOutQuestion
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes.base import Pane
from segtui.tui.widgets.ink import Line, Run, line, wrap


class DataPane(Pane):
    """The verdict on the source."""

    place = "data"
    title = "Data"
    BINDINGS: ClassVar = bindings_for("data", LISTS)

    @property
    def dataset(self) -> Dataset | None:
        return self.session.dataset if self.session else None

    def columns(self) -> tuple[Column, ...]:
        """All columns of all sources."""
        return tuple(c for source in self.dataset.sources for c in source.columns) if self.dataset else ()

    def row_count(self) -> int:
        return len(self.columns())

    def do_browse_customers(self, _: str) -> None:
        self.desk.open_table("All customers", CustomersQuestion(None))

    def do_browse_left_out(self, _: str) -> None:
        if self.dataset is not None and not self.dataset.left_out:
            self.desk.say("no row was left out: every input row is a customer")
            return
        self.desk.open_table("Rows left out", LeftOutQuestion())

    def paint(self, width: int, height: int) -> list[Line]:
        session = self.session
        if session is not None and self.dataset is not None:
            return self._verdict(self.dataset, width, height)
        if session is not None and session.preview is not None:
            return self._preview(session.preview, width, height)
        return self.waiting(width)

    # -- while reading --------------------------------------------------------------------------------------

    def _preview(self, preview: Preview, width: int, height: int) -> list[Line]:
        widths = [
            max(
                4,
                min(
                    24,
                    max(len(fmt.clean(cell or "", 24)) for cell in (name, *(row[i] for row in preview.rows[:height]))),
                ),
            )
            for i, name in enumerate(preview.columns)
        ]
        first = f"The first {len(preview.rows)} rows of {fmt.clean(preview.path)}; the rest is being read."
        lines = [line((fmt.clean(first, width, self.signs.ellipsis), "dim"))]
        lines.append(self._cells(preview.columns, widths, "bold"))
        lines += [self._cells(row, widths, "") for row in preview.rows[: height - 2]]
        return lines

    def _cells(self, cells: tuple[str | None, ...], widths: list[int], role: str) -> Line:
        runs: list[Run] = []
        for cell, width in zip(cells, widths, strict=True):
            runs.append((fmt.pad(fmt.clean(cell or ""), width, ellipsis=self.signs.ellipsis) + "  ", role))
        return line(*runs)

    # -- once read ------------------------------------------------------------------------------------------

    def _verdict(self, data: Dataset, width: int, height: int) -> list[Line]:
        head = self._head(data, width)[: max(2, height - 4)]
        lines = [*head, self._titles(width)]
        self.first_row_y = len(lines)
        columns = self.columns()
        window = self.cursor.window(len(columns), height - len(lines))
        return [*lines, *(self._column(row, columns[row], data, width) for row in window)]

    def _head(self, data: Dataset, width: int) -> list[Line]:
        dot = f" {self.signs.middle_dot} "
        lines: list[Line] = []
        for source in data.sources:
            known = (
                f"id: {fmt.clean(data.id_column, 30)}"
                if data.id_column is not None
                else "no id column: rows are known by number"
            )
            numbers = f"{fmt.count(source.rows)} rows{dot}{len(source.columns)} columns{dot}{known}"
            lines.append(
                line(
                    (
                        fmt.clean(_named(source.path, width - len(numbers) - 4), max(10, width - len(numbers) - 4)),
                        "title",
                    ),
                    (f"  {numbers}", ""),
                )
            )
            lines += wrap(f"taken for {source.kind}: {fmt.clean(source.reason)}", width - 2, "", "  ")
            for note in source.notes[:3]:
                lines += wrap(f"{self.signs.bullet} {fmt.clean(note)}", width - 2, "dim", "  ")
        for warning in data.warnings[:2]:
            lines += wrap(f"{self.signs.warn} {fmt.clean(warning)}", width - 2, "warn", "  ")
        for left in data.left_out[:3]:
            text = f"left out: {fmt.plural(len(left.rows), 'row')}, {fmt.clean(left.reason)}  (l shows them)"
            lines += wrap(text, width - 2, "warn", "  ")
        return lines

    def _titles(self, width: int) -> Line:
        name = self._name_width(width)
        return line(("  " + fmt.pad("column", name) + "  type        missing   distinct  notes", "dim under"))

    def _name_width(self, width: int) -> int:
        return 24 if width < 100 else 36

    def _column(self, row: int, column: Column, data: Dataset, width: int) -> Line:
        name = self._name_width(width)
        share = column.missing / data.input_rows if data.input_rows else 0.0
        missing = f"{fmt.share(share)}%" if column.missing else "-"
        roles = [role for source in data.sources for role, which in source.roles.items() if which == column.name]
        notes = "; ".join([*roles, *(f"{flag}: {reason}" for flag, reason in column.flags)])
        return line(
            self.mark(row),
            (fmt.pad(fmt.clean(column.name), name, ellipsis=self.signs.ellipsis), "bold"),
            (f"  {column.type!s:<9} {missing:>9}  {fmt.count(column.distinct):>9}  ", ""),
            (fmt.clean(notes, max(8, width - name - 37), self.signs.ellipsis), "dim"),
            ground=self.ground(row),
        )

    def copied(self, whole: bool) -> tuple[str, str]:
        columns = self.columns()
        if not columns:
            return "", ""
        chosen = columns if whole else columns[self.cursor.at : self.cursor.at + 1]
        rows = [f"{fmt.clean(c.name)}\t{c.type}\t{c.missing}\t{c.distinct}" for c in chosen]
        return "\n".join(rows), "the columns" if whole else "the column"


def _named(path: str, width: int) -> str:
    """A path, or only the file's name where the path does not fit."""
    return path if len(path) <= width else PurePath(path).name

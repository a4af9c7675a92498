"""Cells that a spreadsheet would run as a formula: counted where they are left, guarded where that is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import polars as pl

from segtui.deliver.writers import FORMULA, NUMBER, Table, guarded

SHOWN = 5
"""Columns that are named."""

CELLS = ("csv", "tsv", "xlsx")
"""The formats that spreadsheets open."""


@dataclass(slots=True)
class Formulas:
    """How many cells of each column begin with = + - @ (or a tab or a carriage return) and are no numbers."""

    counts: Counter[str] = field(default_factory=Counter)

    def counted(self, table: Table) -> Table:
        """The same table, its cells counted as they pass."""
        return replace(table, batches=self._through(table.batches))

    def _through(self, batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        for batch in batches:
            self.look_at(batch)
            yield batch

    def look_at(self, batch: pl.DataFrame) -> None:
        """Count the cells of some rows."""
        for column in batch.select(pl.selectors.string()):
            suspects = column.filter(column.str.contains(FORMULA))
            many = suspects.len() and int((~suspects.str.contains(NUMBER)).sum())
            if many:
                self.counts[column.name] += many

    def warning(self, where: str) -> str:
        """What is to be said of them; "" where there are none."""
        if not self.counts:
            return ""
        columns = [f"{name} ({count:,})" for name, count in sorted(self.counts.items())]
        more = f" and {len(columns) - SHOWN} more columns" if len(columns) > SHOWN else ""
        return (
            f"{where}: cells that begin with = + - or @, which a spreadsheet may run as a formula: "
            f"{', '.join(columns[:SHOWN])}{more}; --csv-safe puts an apostrophe before them"
        )


def made_safe(table: Table) -> Table:
    """The same table with every such cell guarded, for writers that do not do so themselves."""
    return replace(
        table,
        schema=guarded(pl.DataFrame(schema=table.schema), True).schema,
        batches=(guarded(batch, True) for batch in table.batches),
    )

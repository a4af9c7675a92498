"""The way one analysis gathered its customers, for other files: what a recipe says of a table goes to the one like it.

New files have other names. A table is taken for one of then by its columns and its name, each of then once; what is
said of columns that it does not have is passed over. The snapshot of then is not taken over: it is a day of then.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher

from segtui.gather import typed
from segtui.gather.read import column_names
from segtui.gather.records import short_name
from segtui.gather.sniff import Format
from segtui.gather.tables import TableFiles, tables_of
from segtui.recipe import ColumnSpec, GatherSpec, SourceSpec, TableSpec

LIKE = 0.6
"""How alike two names must be (0 to 1) where nothing is said of columns."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A new table: its name, its columns, its place among the tables, and whether its files are text."""

    name: str
    columns: tuple[str, ...]
    place: int
    is_text: bool


def gathered_again(
    then: GatherSpec, sources: Sequence[str], snapshot: date | None = None, texts: Collection[str] = ()
) -> tuple[GatherSpec, tuple[str, ...]]:
    """`then` for other sources, and what was passed over. snapshot: None for the day after the last order.

    texts: columns that were text then, and are read as text where a text file has them: a few rows of them may look
    like something else. No days are held out. Raises SourceError where a source cannot be opened.
    """
    chosen = tuple(_source(path, place, then, len(sources)) for place, path in enumerate(sources))
    spec = replace(then, sources=chosen, snapshot=snapshot, holdout=0, tables=())
    if not then.tables and not texts:
        return spec, ()
    tables = [_Table(one.name, _columns(one), place, one.is_text) for place, one in enumerate(tables_of(spec))]
    told: list[str] = []
    for said, table in _pairs(then, tables):
        if table is None:
            told.append(f"the recipe says how to take {said.path}, and no table here is like it; that is passed over")
            continue
        columns = tuple(c for c in said.columns if c.name in table.columns)
        lost = [c.name for c in said.columns if c.name not in table.columns]
        if lost:
            told.append(f"{table.name}: what the recipe says of {', '.join(lost)} is passed over: no such column")
        if table.name != said.path:
            told.append(f"{table.name} is taken as the recipe takes {said.path}")
        spec = spec.with_table(TableSpec(table.name, said.kind, columns))
    for table in tables:
        for name in texts:
            said_of = {c.name: c for c in spec.table(table.name).columns}
            column = said_of.get(name, ColumnSpec(name))
            if table.is_text and name in table.columns and column.reading is None:
                spec = spec.with_column(table.name, replace(column, reading="text"))
    return spec, tuple(told)


def _source(path: str, place: int, then: GatherSpec, count: int) -> SourceSpec:
    """A new source, read as that of then in its place (or the only one) was where that was said."""
    fresh = SourceSpec.of(path)
    same = [s for s in then.sources if os.path.realpath(s.path) == os.path.realpath(fresh.path)]
    if same:
        return replace(same[0], path=fresh.path, sheet=fresh.sheet or same[0].sheet)
    if len(then.sources) != count and len(then.sources) != 1:
        return fresh
    old = then.sources[place if len(then.sources) == count else 0]
    if os.path.splitext(old.path)[1].lower() != os.path.splitext(fresh.path)[1].lower():
        return fresh
    return replace(old, path=fresh.path, sheet=fresh.sheet or old.sheet)


def _columns(table: TableFiles) -> tuple[str, ...]:
    layout = table.parts[0][1]
    if layout.format is Format.TEXT:
        return column_names(layout)[0]
    return tuple(typed.column_names(layout))


def _pairs(then: GatherSpec, tables: Sequence[_Table]) -> list[tuple[TableSpec, _Table | None]]:
    """Each table that the recipe says something of, with the new one that is most like it; the best pairs first."""
    places = {source.path: place for place, source in enumerate(then.sources)}
    alone = len(tables) == 1 and len(then.sources) == 1
    scored = sorted(
        (
            (_likeness(said, places.get(said.path), table, alone), said, table)
            for said in then.tables
            for table in tables
        ),
        key=lambda one: (-one[0], one[1].path, one[2].place),
    )
    found: dict[str, _Table] = {}
    for score, said, table in scored:
        if score > 0.0 and said.path not in found and table not in found.values():
            found[said.path] = table
    return [(said, found.get(said.path)) for said in then.tables]


def _likeness(said: TableSpec, place: int | None, table: _Table, alone: bool) -> float:
    """0: another table. The same name counts most, then columns, then a name that is alike, then the place."""
    if table.name == said.path:
        return 10.0
    known = [column.name for column in said.columns]
    share = sum(name in table.columns for name in known) / len(known) if known else 0.0
    names = SequenceMatcher(None, short_name(said.path), short_name(table.name)).ratio()
    here = 0.1 if place == table.place else 0.0
    if known and share < 0.5:
        return 0.0
    if not known and not alone and names < LIKE:
        return 0.0
    return 1.0 + 4.0 * share + names + here

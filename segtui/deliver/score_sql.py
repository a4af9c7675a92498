"""`score.sql`: the segment of every customer of a table, as one statement for one of several databases.

    read      the raw columns as values, NULL where there is none
    prepared  filled in, held at limits; levels and labels as 0/1
    located   only with a quantile transform: the block of its step table that a value lies in
    scaled    the columns of the scaled, weighed space, in float64
    away      the squared distance to every centroid, summed in the order of the columns
    placed    the cluster: the nearest, the lower one of equals; or by the rules of a tree; NULL where set aside

Labels are those of the app: the same operations in the same order (what differs in the last bits is said in
`sql_columns`). Tests run the statement on every customer of real data in DuckDB, SQLite and PostgreSQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui.clean_text import ascii_text
from segtui.deliver import sql_columns, sql_rules, sql_steps
from segtui.deliver.scoring import BUYS
from segtui.deliver.sql_columns import Source
from segtui.deliver.sql_dialects import DIALECTS, Dialect
from segtui.deliver.sql_head import head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.deliver.scoring import ScoringModel
    from segtui.results import MatrixColumn

__all__ = ["DIALECTS", "statement"]

_ADDED = ("segment", "segment_name", "distance")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the matrix: its feature, and what it and the rows of its step table ("": none) are called."""

    meaning: MatrixColumn
    source: Source
    alias: str
    steps: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the statement is made of. prefix: before the names of its parts, so that none is that of the table."""

    model: ScoringModel
    dialect: Dialect
    table: str
    prefix: str
    sources: tuple[Source, ...]
    columns: tuple[_Column, ...]

    def part(self, name: str, told: str, origin: str, selected: Sequence[str]) -> str:
        """A named part under a comment: expressions, each on a line of its own."""
        listed = ",\n    ".join(selected)
        begin = f"-- {told}\n{self.prefix}{name} AS {self.dialect.materialized}("
        return f"{begin}\n  SELECT\n    {listed}\n  FROM {origin}\n)"

    @property
    def asked(self) -> tuple[Source, ...]:
        """The features whose value as it was read decides something after scaling."""
        named = {condition.feature for rule in self.model.rules for condition in rule.conditions}
        return tuple(s for s in self.sources if s.feature.aside or s.feature.name in named)


def statement(model: ScoringModel, dialect: str, table: str = "customers") -> str:
    """The segments of the customers of `table` as one SQL statement. dialect: one of DIALECTS.

    table: a database and a schema may stand before it, separated by points. It has the raw columns with their types:
    see the comment that the statement begins with.
    """
    plan = _plan(model, DIALECTS[dialect], table)
    parts: list[str] = []
    for c in plan.columns:
        if c.steps and c.meaning.transform is not None:
            name = f"{plan.prefix}{c.steps}"
            parts += sql_steps.parts(name, c.meaning.feature, c.meaning.transform, plan.dialect)
    parts += [_read(plan), _prepared(plan), *_located(plan), _scaled(plan), _away(plan), *_placed(plan)]
    listed = ",\n\n".join(parts)
    about = head(model, plan.sources, plan.dialect, table)
    return f"{about}\nWITH\n{listed}\n\n{_selected(plan)};\n"


def _plan(model: ScoringModel, dialect: Dialect, table: str) -> _Plan:
    prefix = "seg_"
    while table.lower().startswith(prefix):
        prefix = f"x{prefix}"
    sources = tuple(
        Source(feature, tuple(c for c in model.columns if c.feature == feature.name), _alias("f", i, feature.name))
        for i, feature in enumerate(model.features, start=1)
    )
    by_name = {source.feature.name: source for source in sources}
    columns = []
    for i, meaning in enumerate(model.columns, start=1):
        alias = _alias("x", i, meaning.feature if meaning.level is None else f"{meaning.feature} {meaning.level}")
        stepped = meaning.transform is not None and meaning.transform.knots
        columns.append(_Column(meaning, by_name[meaning.feature], alias, f"q{alias[1:]}" if stepped else ""))
    return _Plan(model, dialect, table, prefix, sources, tuple(columns))


def _alias(letter: str, number: int, name: str) -> str:
    """A name that every database takes unquoted, and that people recognise."""
    plain = re.sub(r"[^a-z0-9]+", "_", ascii_text(name).lower()).strip("_")[:30].rstrip("_")
    return f"{letter}{number}_{plain}" if plain else f"{letter}{number}"


# -- the parts ---------------------------------------------------------------------------------------------------


def _read(plan: _Plan) -> str:
    d = plan.dialect
    if plan.model.id_column:
        selected = [f"c.{d.quoted(plan.model.id_column)} AS customer_id"]
    else:
        selected = [f"c.{d.quoted(source.feature.name)} AS raw_{source.alias}" for source in plan.sources]
    selected += [f"{sql_columns.read(source, d)} AS {source.alias}" for source in plan.sources]
    if plan.model.buyers:
        selected.append(f"CASE WHEN {d.as_number(f'c.{d.quoted(BUYS)}')} > 0 THEN 1 END AS has_orders")
    return plan.part("read", "the raw columns, NULL where there is no value", f"{d.table(plan.table)} c", selected)


def _prepared(plan: _Plan) -> str:
    made = [f"{sql_columns.prepared(c.meaning, c.source, plan.dialect)} AS {c.alias}" for c in plan.columns]
    told = "filled in, and held where values become extreme, levels and labels as 1 and 0"
    return plan.part("prepared", told, f"{plan.prefix}read r", ["r.*", *made])


def _located(plan: _Plan) -> list[str]:
    blocks = [
        f"{sql_steps.block(c.meaning.transform, f'p.{c.alias}', plan.dialect)} AS {c.alias}_block"
        for c in plan.columns
        if c.steps and c.meaning.transform is not None
    ]
    told = "where in its step table each value lies"
    return [plan.part("located", told, f"{plan.prefix}prepared p", ["p.*", *blocks])] if blocks else []


def _scaled(plan: _Plan) -> str:
    joins = [sql_steps.join(f"{plan.prefix}{c.steps}", c.steps, c.alias) for c in plan.columns if c.steps]
    origin = "\n  ".join([f"{plan.prefix}{'located' if joins else 'prepared'} p", *joins])
    kept = ["p.customer_id"] if plan.model.id_column else [f"p.raw_{source.alias}" for source in plan.sources]
    kept += [f"p.{source.alias}" for source in plan.asked]
    kept += ["p.has_orders"] if plan.model.buyers else []
    kept += [f"p.{c.alias} AS is_{c.alias}" for c in plan.columns if c.meaning.level is not None and plan.model.rules]
    made = [f"{sql_columns.scaled(c.meaning, c.alias, plan.dialect, c.steps)} AS {c.alias}" for c in plan.columns]
    return plan.part("scaled", "brought to scale and weighed", origin, [*kept, *made])


def _away(plan: _Plan) -> str:
    made = ["s.*"]
    for letter, centroid in zip(plan.model.letters, plan.model.centroids, strict=True):
        differences = [
            f"({plan.dialect.minus(f's.{column.alias}', value)})"
            for column, value in zip(plan.columns, centroid, strict=True)
        ]
        squares = "\n      + ".join(f"{one} * {one}" for one in differences)
        made.append(f"{squares} AS to_{letter}")
    return plan.part("away", "the squared distance to the centre of each segment", f"{plan.prefix}scaled s", made)


def _placed(plan: _Plan) -> list[str]:
    """The part with the cluster, after one with the smallest distance where that decides."""
    model = plan.model
    needed = [source.alias for source in plan.sources if source.feature.aside]
    needed += ["has_orders"] if model.buyers else []
    aside = [f"WHEN a.{alias} IS NULL THEN NULL" for alias in needed]
    if model.rules:
        values = {source.feature.name: f"a.{source.alias}" for source in plan.sources}
        flags = {(c.meaning.feature, str(c.meaning.level)): f"a.is_{c.alias}" for c in plan.columns}
        cases = [*aside, *sql_rules.leaves(model.rules, values, flags, plan.dialect)]
        told = "the segment by the rules of the tree"
        return [plan.part("placed", told, f"{plan.prefix}away a", ["a.*", f"{_case(cases)} AS cluster_number"])]
    smallest = plan.dialect.smallest([f"a.to_{letter}" for letter in model.letters])
    cases = [*aside, *(f"WHEN a.to_{letter} = a.to_nearest THEN {i}" for i, letter in enumerate(model.letters))]
    placed = ["a.*", f"{_case(cases)} AS cluster_number"]
    return [
        plan.part("nearest", "the smallest of them", f"{plan.prefix}away a", ["a.*", f"{smallest} AS to_nearest"]),
        plan.part("placed", "whose it is, of equal ones the first", f"{plan.prefix}nearest a", placed),
    ]


def _case(cases: Sequence[str]) -> str:
    listed = "\n      ".join(cases)
    return f"CASE\n      {listed}\n    END"


def _selected(plan: _Plan) -> str:
    d, model = plan.dialect, plan.model
    kept = [model.id_column] if model.id_column else [source.feature.name for source in plan.sources]
    inner = ["customer_id"] if model.id_column else [f"raw_{source.alias}" for source in plan.sources]
    taken = {name.lower() for name in kept}
    segment, name, distance = (f"{added}_2" if added in taken else added for added in _ADDED)
    numbers = range(model.k)
    letters = " ".join(f"WHEN {i} THEN {d.text(model.letters[i])}" for i in numbers)
    names = "\n    ".join(f"WHEN {i} THEN {d.text(model.names[i])}" for i in numbers)
    ways = " ".join(f"WHEN {i} THEN p.to_{model.letters[i]}" for i in numbers)
    selected = [
        *(f"p.{own} AS {d.quoted(outer)}" for own, outer in zip(inner, kept, strict=True)),
        f"CASE p.cluster_number {letters} END AS {segment}",
        f"CASE p.cluster_number\n    {names}\n  END AS {name}",
        f"SQRT(CASE p.cluster_number {ways} END) AS {distance}",
    ]
    listed = ",\n  ".join(selected)
    return f"SELECT\n  {listed}\nFROM {plan.prefix}placed p"

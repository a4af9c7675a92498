"""One side of a comparison: the labelled customers of a delivery, what identifies them, and their money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from segtui.errors import SourceError
from segtui.explain.labelled_file import key_of, labelled_columns, names_of, read_segments, some_of
from segtui.gather import names
from segtui.gather.table import read_table
from segtui.progress import Steps
from segtui.recipe import SourceSpec

if TYPE_CHECKING:
    from segtui.deliver.delivery import Delivery
    from segtui.results import Floats


@dataclass(frozen=True, eq=False, slots=True)
class Side:
    """One delivery. rows: key, segment and name of every row that has a segment, and its number; revenue: the column of
    money, "" for none; money: per row of the file."""

    named: str
    source: SourceSpec
    rows: pl.DataFrame
    revenue: str
    money: Floats | None


def _source(delivery: Delivery) -> SourceSpec:
    return SourceSpec.of(delivery.customers)


def columns_in(delivery: Delivery) -> list[str]:
    """The columns of the labelled file."""
    return list(names_of(_source(delivery)))


def id_of(own: Delivery, other: Delivery, given: str | None) -> str:
    """The column that identifies customers: as asked for, as delivered, or the one in both that is called so."""
    there = columns_in(own)
    if given is not None:
        if (found := _in(there, given)) is None:
            raise SourceError(f"it has no column “{given}”", where=own.named, hint=_columns(there))
        return found
    for delivery in (own, other):
        told = _told_id(delivery)
        if told and (found := _in(there, told)) is not None:
            return found
    theirs = columns_in(other)
    if best := _likely_id([name for name in there if name in theirs]):
        return best
    if here := _likely_id(there):
        raise _no_such_id(here, own, other, theirs)
    if its := _told_id(other) or _likely_id(theirs):
        raise _no_such_id(its, other, own, there)
    told = "no column says which customer a row is about"
    raise SourceError(told, where=own.named, hint=f"Name the one that does: --id COLUMN. {_columns(there)}")


def _no_such_id(name: str, knows: Delivery, lacks: Delivery, there: Sequence[str]) -> SourceError:
    told = f"it has no column “{name}”, by which {knows.named} knows customers"
    return SourceError(told, where=lacks.named, hint=f"Give the column that name in both. {_columns(there)}")


def _likely_id(there: Sequence[str]) -> str:
    """The column that is most likely to identify customers, by its name; "" where none is."""
    likely = [(names.scores(name).get("customer_id", 0.0), name) for name in there]
    likely += [(0.1, name) for name in there if names.plain(name) in names.WEAK_ID_NAMES]
    score, name = max(likely, key=lambda pair: pair[0], default=(0.0, ""))
    return name if score > 0.0 else ""


def _in(there: Sequence[str], name: str) -> str | None:
    return next((one for one in there if one in (name, f"'{name}")), None)


def _columns(there: Sequence[str]) -> str:
    return f"Its columns are {some_of(there, 8)}."


def _told_id(delivery: Delivery) -> str:
    """The id as the recipe or the model has it; "" where neither says."""
    said = delivery.recipe.gather.id_column if delivery.recipe is not None else None
    return said or (delivery.model.id_column if delivery.model is not None else "")


def read_side(delivery: Delivery, id_column: str, revenue: str | None, loose: bool) -> Steps[Side]:
    """Read one delivery. Raises SourceError where it cannot be read, or has no segments."""
    source = _source(delivery)
    columns = labelled_columns(columns_in(delivery), id_column, delivery.named)
    read = yield from read_segments(source, columns)
    keyed = (
        read.with_columns(key=key_of(read["id"], loose)).with_row_index("row").select("row", "key", "segment", "name")
    )
    rows = keyed.drop_nulls(["key", "segment"])
    if not rows.height:
        raise SourceError("none of its rows has a segment", where=delivery.named, hint="Choose a labelled file.")
    name = _revenue_of(delivery, revenue)
    values: Floats | None = None
    if name:
        values = yield from _numbers(source, name)
    if values is None:
        name = ""
    return Side(delivery.named, source, rows, name, values)


def _revenue_of(delivery: Delivery, given: str | None) -> str:
    """The column of money: as asked for, as the recipe has it, what orders came to, or by its name; "" for none."""
    there = columns_in(delivery)
    if given is not None:
        return _in(there, given) or ""
    tables = () if delivery.recipe is None else delivery.recipe.gather.tables
    said = [c.name for table in tables for c in table.columns if c.role == "revenue" and c.name in there]
    if said:
        return said[0]
    called = {names.plain(name): name for name in reversed(there)}
    known = [called[name] for name in names.REVENUE_NAMES if name in called]
    return next(iter([*known, *(name for name in there if names.says_revenue(name))]), "")


def _numbers(source: SourceSpec, name: str) -> Steps[Floats | None]:
    """A column as numbers; None where it holds none."""
    frame = (yield from read_table((source,))).frame
    if name not in frame.columns or not frame[name].dtype.is_numeric():
        return None
    values: Floats = frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return values

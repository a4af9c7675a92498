"""Labelled orders: every order line as it was, in input order, with the segment of its customer.

Lines are read again from the source and their ids as they were read when the data was opened, so this needs neither the
cleaning nor the memory for all lines: a line that made no feature (returned, say) has a customer all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.deliver.labels import NOBODY, Labels, free_names
from segtui.deliver.rows import changed
from segtui.deliver.writers import Table
from segtui.errors import AnalysisError
from segtui.gather import ids, text, typed
from segtui.gather.read import column_names, layout_of
from segtui.gather.reading import reading_of, values
from segtui.gather.tables import tables_of
from segtui.gather.types import normalise
from segtui.results import Kind

if TYPE_CHECKING:
    from segtui.gather.tables import TableFiles
    from segtui.recipe import GatherSpec
    from segtui.results import Answer, Dataset, SourceReport

ADDED = ("segment", "segment_name", "segment_note")

NO_CUSTOMER, NO_SUCH = "no customer id", "not among the customers"


@dataclass(frozen=True, eq=False, slots=True)
class OrderTable:
    """One table of orders: how it is called, its files, and what was seen in it."""

    report: SourceReport
    files: TableFiles


def order_tables(whole: Dataset, gather: GatherSpec) -> tuple[OrderTable, ...]:
    """The tables of orders behind the customers. Raises AnalysisError where there are none."""
    if whole.id_column is None or whole.rollup is None:
        raise AnalysisError("customers were not made of orders, so there are no order lines to label")
    files = {table.name: table for table in tables_of(gather)}
    found = tuple(
        OrderTable(one, files[one.path])
        for one in whole.sources
        if one.kind is Kind.ORDERS and "customer_id" in one.roles and one.path in files
    )
    if not found:
        raise AnalysisError("no table of orders names its customers, so no order line can be labelled")
    return found


def labelled_orders(
    table: OrderTable, whole: Dataset, labels: Labels, answer: Answer, gather: GatherSpec, *, cells: bool, as_text: bool
) -> tuple[Table, tuple[str, ...]]:
    """The lines of one table with their segments, and warnings on added columns that had to give way.

    labels: of the customer table (`labels.label`). cells, as_text: the format knows no lists, and no types. The batches
    raise DeliveryError where the source no longer has the rows it had.
    """
    source, names = table.report, tuple(column.name for column in table.report.columns)
    added, warnings = free_names(names, ADDED, "orders have")
    people = _People(whole, labels, answer, gather.loose_ids)
    guests = source.roles.get("order_id") if not gather.step_on("customer_id") else None
    batches = _batches(table, cells=cells, as_text=as_text)

    def labelled() -> Iterator[pl.DataFrame]:
        rows = 0
        for raw, shown in batches:
            rows += raw.height
            key = _key(raw[source.roles["customer_id"]], _reading(source, source.roles["customer_id"]))
            if guests is not None:
                order = pl.lit("order ") + raw[guests].cast(pl.String)
                key = raw.select(pl.coalesce(pl.lit(key.cast(pl.String)), order)).to_series()
            told = people.told(key)
            yield shown.hstack([one.alias(name) for one, name in zip(told, added, strict=True)])
        if rows != source.rows:
            raise changed()

    lines = labelled()
    first = next(lines, None)
    if first is None:
        raise changed()
    return Table(first.schema, source.rows, chain((first,), lines)), warnings


def _batches(table: OrderTable, *, cells: bool, as_text: bool) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The rows as they are, and as they are to be written: in a typed format by the reading of each column."""
    readings = {column.name: column.reading for column in table.report.columns}
    for spec, layout in table.files.parts:
        settled = layout_of(spec, layout.path)
        if not table.files.is_text:
            for frame in typed.batches(settled):
                yield frame, _flat(frame, nested=cells) if cells or as_text else frame
            continue
        names, _ = column_names(settled)
        for batch in text.batches(settled):
            raw = batch.frame
            raw.columns = list(names)
            yield raw, raw if as_text else _read(raw, readings)


def _read(raw: pl.DataFrame, readings: dict[str, str]) -> pl.DataFrame:
    """Text as the types that opening found; a cell that is none is missing, as it was then."""
    how = {name: readings[name] for name in raw.columns if readings.get(name)}
    return raw.with_columns(values(reading_of(reading), pl.col(name)).alias(name) for name, reading in how.items())


def _flat(batch: pl.DataFrame, *, nested: bool) -> pl.DataFrame:
    return batch.with_columns(
        normalise(column)[0]
        for column in batch
        if column.dtype in (pl.Binary, pl.Duration) or (nested and column.dtype.is_nested())
    )


def _reading(source: SourceReport, name: str) -> str:
    return next((column.reading for column in source.columns if column.name == name), "")


def _key(raw: pl.Series, reading: str) -> pl.Series:
    """Ids as they were read when the data was opened: whole numbers or text, blanks being none."""
    column = raw
    if raw.dtype == pl.String and reading:
        column = raw.to_frame("v").select(values(reading_of(reading), pl.col("v"))).to_series()
    if column.dtype.is_float():
        whole = bool((column.drop_nulls() == column.drop_nulls().round()).all())
        return column.fill_nan(None).cast(pl.Int64 if whole else pl.String, strict=False)
    if column.dtype.is_integer():
        return column.cast(pl.Int64)
    as_text = column.cast(pl.String)
    return as_text.set(as_text.str.strip_chars() == "", None)


class _People:
    """Whose segment is which, by id."""

    def __init__(self, whole: Dataset, labels: Labels, answer: Answer, loose: bool) -> None:
        own = whole.frame[str(whole.id_column)]
        self._loose = loose
        self._kind = own.dtype
        keys = own.to_frame("key").select(ids.as_key(pl.col("key"), own.dtype, pl.String(), loose)).to_series()
        row = np.full(len(own), NOBODY, dtype=np.int64)
        row[:] = whole.row
        self._rows = pl.DataFrame({"key": keys, "row": row}).drop_nulls("key").unique("key", keep="first")
        by_row = labels.columns(0, labels.rows)
        self._told = (by_row[0], by_row[1], by_row[-1])

    def told(self, key: pl.Series) -> tuple[pl.Series, ...]:
        """Segment, its name, and why there is none, of each key."""
        wanted = key.to_frame("key").select(ids.as_key(pl.col("key"), key.dtype, pl.String(), self._loose).alias("key"))
        row = wanted.join(self._rows, on="key", how="left", maintain_order="left")["row"]
        segment, name, note = (one.gather(row) for one in self._told)
        missing = wanted["key"].is_null()
        strange = row.is_null() & ~missing
        if missing.any() or strange.any():
            told = pl.DataFrame([note.alias("n"), missing.alias("m"), strange.alias("s")]).select(
                pl.when("m").then(pl.lit(NO_CUSTOMER)).when("s").then(pl.lit(NO_SUCH)).otherwise("n").alias("n")
            )
            note = told["n"]
        return segment, name, note

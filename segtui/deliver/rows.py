"""The input rows again, in input order, each with what the labels add: text as it was written, types as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

import numpy as np
import polars as pl

from segtui.deliver.labels import NOBODY, Labels
from segtui.deliver.writers import Table
from segtui.errors import DeliveryError
from segtui.gather.read import is_text, read_text, read_typed
from segtui.gather.reading import reading_of, values
from segtui.gather.types import normalise
from segtui.recipe import GatherSpec, SourceSpec
from segtui.results import Dataset

ROWS = 50_000
"""Rows of a batch of the customer table."""

Reader = Callable[[SourceSpec], Iterator[pl.DataFrame]]


def labelled_rows(
    dataset: Dataset, gather: GatherSpec, labels: Labels, added: tuple[str, ...], *, cells: bool, text: bool
) -> Table:
    """The rows of the sources with the columns `added`; where customers were rolled up, those of the customer table.

    cells: the format knows no lists. text: the format is text, so text sources are passed on as they were written.
    Raises SourceError; the batches raise DeliveryError where the sources no longer have the rows they had.
    """
    if dataset.table is not None:
        batches = iter(dataset.table.iter_slices(ROWS))
    elif is_text(gather.sources[0]):
        batches = _from(gather, read_text)
        if not text:
            batches = _by_verdict(batches, dataset, labels)
    else:
        batches = (_whole_id(batch, dataset) for batch in _from(gather, read_typed))
        if cells or text:
            batches = (_flat(batch, nested=cells) for batch in batches)
    batches = _labelled(batches, labels, added)
    first = next(batches, None)
    if first is None:
        raise changed()
    return Table(first.schema, dataset.input_rows, chain((first,), batches))


def _from(gather: GatherSpec, read: Reader) -> Iterator[pl.DataFrame]:
    return chain.from_iterable(read(source) for source in gather.sources)


def _labelled(batches: Iterator[pl.DataFrame], labels: Labels, added: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    """Each batch with its added columns; together they must be exactly the rows that were labelled."""
    start = 0
    for batch in batches:
        stop = start + batch.height
        if stop > labels.rows:
            break
        columns = labels.columns(start, stop)
        yield batch.hstack([column.alias(name) for column, name in zip(columns, added, strict=True)])
        start = stop
    else:
        if start == labels.rows:
            return
    raise changed()


def changed() -> DeliveryError:
    """Labels belong to rows by number: a source that is not what it was cannot be labelled."""
    return DeliveryError(
        "the source has changed since it was opened, so the labels do not belong to its rows any more",
        hint="Open it again and export then. Nothing was written.",
    )


# -- text sources to typed formats ---------------------------------------------------------------------------


def _by_verdict(batches: Iterator[pl.DataFrame], dataset: Dataset, labels: Labels) -> Iterator[pl.DataFrame]:
    """Columns with the type that opening found for them; text columns stay as they were written."""
    typed = {name for name, kind in dataset.frame.schema.items() if kind != pl.String}
    readings = {column.name: column.reading for source in dataset.sources for column in source.columns}
    start = 0
    for batch in batches:
        position = labels.position[start : start + batch.height]
        start += batch.height
        if start > labels.rows:
            raise changed()
        yield batch.with_columns(
            _typed(batch[name], dataset.frame[name], readings[name], position)
            for name in batch.columns
            if name in typed
        )


def _typed(
    text: pl.Series, column: pl.Series, reading: str, position: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> pl.Series:
    """The values of the customers from the dataset, those of rows left out read from their text."""
    left_out = position == NOBODY
    if not left_out.any():
        return column.gather(position)
    result = column.gather(np.where(left_out, 0, position))
    rows = pl.Series(np.flatnonzero(left_out))
    read = pl.DataFrame({"v": text.gather(rows)}).select(values(reading_of(reading), pl.col("v"))).to_series()
    return result.scatter(rows, read.cast(column.dtype, strict=False))


# -- typed sources -------------------------------------------------------------------------------------------


def _whole_id(batch: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """An id stored as a float with whole values is written as the whole number it was taken for."""
    name = dataset.id_column
    if name is None or name not in batch.columns or not batch[name].dtype.is_float():
        return batch
    if dataset.frame[name].dtype != pl.Int64:
        return batch
    return batch.with_columns(pl.col(name).fill_nan(None).cast(pl.Int64))


def _flat(batch: pl.DataFrame, *, nested: bool) -> pl.DataFrame:
    """Bytes and durations written out as text, which no text format knows; `nested`: lists and structures as well."""
    return batch.with_columns(
        normalise(column)[0]
        for column in batch
        if column.dtype in (pl.Binary, pl.Duration) or (nested and column.dtype.is_nested())
    )

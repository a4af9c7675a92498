"""One writer per file format; each takes rows in batches and works in short pieces."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, BinaryIO

import polars as pl
from polars.io.plugins import register_io_source

from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from polars.lazyframe.in_process import InProcessQuery

POLL = 0.005
"""Seconds between two looks at a file that Polars writes on its own threads."""

WAITING = 2
"""Batches that may wait for Polars: more would only fill memory."""

FORMULA = r"^[=+\-@\t\r]"
"""How a cell begins that a spreadsheet would run."""

NUMBER = r"^[+-]?[0-9][0-9., ]*(?:[eE][+-]?[0-9]+)?%?$"
"""What begins with a sign and is harmless: it stays a number."""


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Rows to write: `total` of them under `schema`, read once from `batches`. doing: what progress calls it."""

    schema: pl.Schema
    total: int
    batches: Iterator[pl.DataFrame]
    doing: str = "writing labels"

    def progress(self, done: int) -> Progress:
        """Where writing stands after `done` rows."""
        return Progress(
            self.doing, min(1.0, done / self.total) if self.total else 1.0, f"{done:,} of {self.total:,} rows"
        )


def write_csv(table: Table, out: BinaryIO, *, separator: str, safe: bool) -> Steps[None]:
    """Delimited text with a header. A missing value is an empty cell, an empty text a quoted one."""
    done, header = 0, True

    def put(batch: pl.DataFrame, header: bool) -> None:
        guarded(batch, safe).write_csv(out, include_header=header, separator=separator)

    with ThreadPoolExecutor(1, "segtui-csv") as thread:  # Polars writes while the next rows are read and labelled
        waiting: Future[None] | None = None
        for batch in table.batches:
            yield from _ended(waiting, table, done)
            waiting = thread.submit(put, batch, header)
            done += batch.height
            header = False
            yield table.progress(done)
        yield from _ended(waiting, table, done)
    if header:
        put(pl.DataFrame(schema=table.schema), True)


def _ended(waiting: Future[None] | None, table: Table, done: int) -> Steps[None]:
    """Wait for the rows before. Raises what their writing did."""
    while waiting is not None and not waiting.done():
        wait((waiting,), POLL)
        yield table.progress(done)
    if waiting is not None:
        waiting.result()


def write_ndjson(table: Table, out: BinaryIO) -> Steps[None]:
    """One JSON object per line."""
    done = 0
    for batch in table.batches:
        done += batch.height
        batch.write_ndjson(out)
        yield table.progress(done)


def write_parquet(table: Table, path: Path) -> Steps[None]:
    """Parquet, compressed with zstd."""
    yield from _in_background(table, lambda frame: frame.sink_parquet(path, lazy=True))


def write_arrow(table: Table, path: Path) -> Steps[None]:
    """An Arrow (Feather) file in the layout that every reader knows."""
    oldest = pl.CompatLevel.oldest()
    yield from _in_background(table, lambda frame: frame.sink_ipc(path, lazy=True, compat_level=oldest))


def guarded(batch: pl.DataFrame, safe: bool) -> pl.DataFrame:
    """With `safe`, an apostrophe before every text that a spreadsheet would run as a formula."""
    if not safe:
        return batch
    texts = pl.selectors.string()
    runs = texts.str.contains(FORMULA) & ~texts.str.contains(NUMBER)
    marked = batch.with_columns(pl.when(runs).then("'" + texts).otherwise(texts).name.keep())
    return marked.rename({name: f"'{name}" for name in batch.columns if name[:1] in tuple("=+-@\t\r")})


def _in_background(table: Table, sink: Callable[[pl.LazyFrame], pl.LazyFrame | None]) -> Steps[None]:
    """Hand the rows to Polars, which writes them on its own threads; closing this generator ends the writing.

    These formats cannot be appended to, and one call for a million rows would be one long piece.
    """
    waiting: Queue[pl.DataFrame | None] = Queue(WAITING)

    def source(
        columns: list[str] | None, predicate: pl.Expr | None, limit: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        del predicate, limit, size  # a sink asks for everything
        while (batch := waiting.get()) is not None:
            yield batch if columns is None else batch.select(columns)

    frame = sink(register_io_source(source, schema=table.schema))
    assert frame is not None  # a lazy sink is a frame
    query = _Query(frame.collect(background=True))
    try:
        done = 0
        for batch in chain(table.batches, (None,)):
            while not _offered(waiting, batch):
                query.over()
                yield table.progress(done)
            done += 0 if batch is None else batch.height
            yield table.progress(done)
        while not query.over():
            time.sleep(POLL)
            yield table.progress(done)
    finally:
        query.end(waiting)


def _offered(waiting: Queue[pl.DataFrame | None], batch: pl.DataFrame | None) -> bool:
    try:
        waiting.put(batch, timeout=POLL)
    except Full:
        return False
    return True


class _Query:
    """A query that Polars runs on its own threads. It tells once how it ended; asked again, it would panic."""

    def __init__(self, query: InProcessQuery) -> None:
        self._query = query
        self._ended = False

    def over(self) -> bool:
        """Whether it has ended. Raises what ended it early, such as a full disk."""
        try:
            self._ended = self._query.fetch() is not None
        except Exception:
            self._ended = True
            raise
        return self._ended

    def end(self, waiting: Queue[pl.DataFrame | None]) -> None:
        """Stop it if it still runs, and wait until Polars has let go of its file."""
        if self._ended:
            return
        self._query.cancel()
        with suppress(Empty):
            while True:
                waiting.get_nowait()
        waiting.put(None)  # the reader over there may be waiting for rows that will not come
        with suppress(Exception):
            self._query.fetch_blocking()

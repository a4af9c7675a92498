"""Large tables read by Polars' streaming engine in one go, with rows counted as they come and a way to stop.

A query of the streaming engine says nothing while it runs and cannot be ended from outside. It passes its rows through
`Counted` here, which counts them and, once the analyst has asked to stop, ends the query with an exception at
the next batch. The query itself runs on a thread of its own, so that the worker stays free to listen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import polars as pl

from segtui.gather.read import column_names
from segtui.gather.sniff import Compression, Format, Layout
from segtui.gather.tables import TableFiles
from segtui.progress import Progress, Steps

WAIT = 0.02
"""Seconds between two looks at a running query: a stop is heard within this time."""

LARGE = 1 << 26
"""Bytes from which a table is streamed. Smaller ones are held in memory, where everything can be counted exactly."""


T = TypeVar("T")


class _Stop(Exception):
    """Ends a query from within."""


@dataclass(eq=False, slots=True)
class Counted:
    """Counts the rows that pass through a query. before: done at the start of every query that is counted with it."""

    before: Callable[[], None] | None = None
    rows: int = 0
    stopping: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def through(
        self,
        frame: pl.LazyFrame,
        make: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
        schema: Mapping[str, pl.DataType] | None = None,
    ) -> pl.LazyFrame:
        """The same rows, counted; with `make` what it makes of each batch, under `schema`."""

        def pass_on(batch: pl.DataFrame) -> pl.DataFrame:
            self._count(batch)
            return batch if make is None else make(batch)

        return frame.map_batches(
            pass_on,
            streamable=True,
            projection_pushdown=make is None,
            predicate_pushdown=False,
            slice_pushdown=False,
            schema=None if schema is None else pl.Schema(schema),
        )

    def start(self) -> None:
        """Count from 0: another query begins."""
        self.rows = 0
        if self.before is not None:
            self.before()

    def _count(self, batch: pl.DataFrame) -> None:
        if self.stopping:
            raise _Stop
        with self._lock:
            self.rows += batch.height


def is_streamable(layout: Layout) -> bool:
    """Whether Polars reads the file as we would: UTF-8, line feeds between rows, the table from the first line on."""
    if layout.format is not Format.TEXT:
        return layout.format in (Format.PARQUET, Format.ARROW)
    plain = layout.compression is Compression.NONE and layout.encoding in ("utf-8", "utf-8-sig")
    if not plain or layout.old_mac or len(layout.names) < 2:
        return False
    with layout.path.open("rb") as file:
        return file.read(4).removeprefix(b"\xef\xbb\xbf")[:1] not in (b"\n", b"\r")


def is_large(table: TableFiles, limit: int | None = None) -> bool:
    """Whether to stream the table."""
    return table.size >= (LARGE if limit is None else limit) and all(is_streamable(part) for _, part in table.parts)


def scan(table: TableFiles, kinds: Mapping[str, pl.DataType] | None = None) -> pl.LazyFrame:
    """All rows of the table, lazily, in no particular order: text columns as written, typed ones as they are.

    kinds: columns of text that Polars is to read as that type at once; a cell that is none ends the query.
    """
    frames = [_scan(layout, kinds or {}) for _, layout in table.parts]
    return frames[0] if len(frames) == 1 else pl.concat(frames)


def _scan(layout: Layout, kinds: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    if layout.format is Format.PARQUET:
        return pl.scan_parquet(layout.path, glob=False)
    if layout.format is Format.ARROW:
        return pl.scan_ipc(layout.path, glob=False)
    names, _ = column_names(layout)
    return pl.scan_csv(
        layout.path,
        separator=layout.delimiter,
        quote_char='"' if layout.quoted else None,
        has_header=layout.header,
        new_columns=list(names),
        schema_overrides=[kinds.get(name, pl.String()) for name in names],
        infer_schema=False,
        glob=False,
    )


def in_background(work: Callable[[], T], doing: str, counted: Counted | None = None, expected: int = 0) -> Steps[T]:
    """Do `work`, which runs in Polars without a pause, on a thread of its own; returns what it returns.

    expected: the rows that `counted` will have counted in the end; 0: unknown. Raises what `work` raises.
    """
    counted = counted or Counted()
    counted.start()
    found: list[T] = []
    problem: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as caught:
            problem.append(caught)

    thread = threading.Thread(target=run, name="segtui-query", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(WAIT)
            rows = counted.rows
            done = min(0.99, rows / expected) if expected and rows else None
            yield Progress(doing, done, f"{rows:,} rows" if rows else "")
    finally:
        if thread.is_alive():
            counted.stopping = True
    if problem:
        raise problem[0]
    return found[0]


def collect(
    queries: Sequence[pl.LazyFrame], doing: str, counted: Counted | None = None, expected: int = 0
) -> Steps[list[pl.DataFrame]]:
    """Run queries that share their sources, in one pass. Raises what Polars raises."""
    return in_background(lambda: pl.collect_all(list(queries), engine="streaming"), doing, counted, expected)

"""Files that bring their own types: Parquet, Arrow, NDJSON, JSON and Excel, in batches."""

from __future__ import annotations

import glob
import gzip
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import polars as pl

from segtui.errors import SourceError
from segtui.gather.sniff import Compression, Format, Layout, open_bytes, read_head

ROWS = 50_000
"""Rows of a batch; fewer where there are many columns."""


def batches(layout: Layout) -> Iterator[pl.DataFrame]:
    """The rows of the file, in order, as it types them. Raises SourceError."""
    with _refusing(layout):
        scan = _scan(layout)
        names = _names(layout, scan)
        size = max(1_000, min(ROWS, 500_000 // max(1, len(names))))
        empty = True
        for frame in scan.select(pl.col(name) for name in names).collect_batches(chunk_size=size, maintain_order=True):
            empty = False
            yield frame
        if empty:
            yield scan.head(0).select(pl.col(name) for name in names).collect()


def row_count(layout: Layout) -> int | None:
    """How many rows the file says it has; None where it does not say."""
    if layout.format not in (Format.PARQUET, Format.ARROW):
        return None
    with _refusing(layout):
        return int(_scan(layout).select(pl.len()).collect().item())


def head(layout: Layout, rows: int) -> pl.DataFrame:
    """The first rows only; of a JSON document no more than its beginning is parsed."""
    if layout.format is Format.JSON:
        return _json_head(layout, rows)
    with _refusing(layout):
        if layout.format is Format.NDJSON:
            return pl.scan_ndjson(_lines(layout), infer_schema_length=rows, n_rows=rows).collect()
        return _scan(layout).head(rows).collect()


def column_names(layout: Layout) -> tuple[str, ...]:
    """The names of the columns, in order. Raises SourceError."""
    if layout.format in (Format.PARQUET, Format.ARROW):
        with _refusing(layout):
            return tuple(_scan(layout).collect_schema().names())
    if layout.format is Format.NDJSON:  # Polars refuses a column whose first value alone is null
        return tuple(_json_head(layout, 1).columns)
    return tuple(head(layout, 1).columns)


def _scan(layout: Layout) -> pl.LazyFrame:
    if layout.compression is Compression.ZSTD and layout.format is not Format.NDJSON:
        raise SourceError("it is packed with zstd", where=layout.where, hint="Unpack it first: zstd -d.")
    if layout.format is Format.PARQUET:
        return pl.scan_parquet(layout.path, glob=False)
    if layout.format is Format.ARROW:
        return pl.scan_ipc(layout.path, glob=False)
    if layout.format is Format.ARROW_STREAM:
        return pl.read_ipc_stream(layout.path).lazy()
    if layout.format is Format.NDJSON:
        return pl.scan_ndjson(_lines(layout), infer_schema_length=None)
    return (_excel(layout) if layout.format is Format.EXCEL else _json(layout)).lazy()


def _lines(layout: Layout) -> Path | BinaryIO:
    """The file for `scan_ndjson`, which takes [ and * in a name for a pattern unless it is given an open file."""
    return layout.path.open("rb") if glob.has_magic(str(layout.path)) else layout.path


def _names(layout: Layout, scan: pl.LazyFrame) -> list[str]:
    """Column names in a fixed order: Polars orders the keys of NDJSON objects that differ as threads come in."""
    names = scan.collect_schema().names()
    if layout.format not in (Format.NDJSON, Format.JSON):
        return names
    start = read_head(layout.path, layout.compression, 1 << 20, layout.where)
    try:
        text = start.decode("utf-8", errors="ignore").lstrip("\ufeff \t\r\n[")
        first = json.JSONDecoder().raw_decode(text)[0]
    except ValueError:
        return sorted(names)
    keys = [key for key in first if key in set(names)] if isinstance(first, dict) else []
    return keys + sorted(set(names) - set(keys))


def _json(layout: Layout) -> pl.DataFrame:
    opened = open_bytes(layout.path, layout.compression)
    try:
        with opened as file:
            content = file.read()
    except gzip.BadGzipFile as problem:
        raise SourceError("it cannot be unpacked", where=layout.where, hint="Copy it again.") from problem
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"["):
        raise SourceError(
            "it is one JSON object, not a list of them",
            where=layout.where,
            hint="Give a list of objects, one per customer, or one object per line (NDJSON).",
        )
    return pl.read_json(text, infer_schema_length=None)


def _json_head(layout: Layout, rows: int) -> pl.DataFrame:
    with open_bytes(layout.path, layout.compression) as file:
        text = file.read(1 << 20).decode("utf-8", errors="ignore").lstrip("\ufeff \t\r\n[")
    found: list[dict[str, object]] = []
    decoder = json.JSONDecoder()
    while text and len(found) < rows:
        try:
            value, end = decoder.raw_decode(text)
        except ValueError:
            break
        if isinstance(value, dict):
            found.append({str(key): _shown(cell) for key, cell in value.items()})
        text = text[end:].lstrip(", \t\r\n")
    names = list(dict.fromkeys(key for record in found for key in record))
    return pl.DataFrame(
        {name: pl.Series([record.get(name) for record in found], dtype=pl.String) for name in names}
    )  # fmt: skip


def _shown(cell: object) -> str | None:
    if cell is None:
        return None
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)


def _excel(layout: Layout) -> pl.DataFrame:
    try:
        import fastexcel
    except ImportError as problem:
        raise SourceError(
            "Excel files need an extra package", where=layout.where, hint="Install it with: pip install 'segtui[excel]'"
        ) from problem
    logging.getLogger("fastexcel").addHandler(logging.NullHandler())  # or its remarks land on standard error
    called = "its first sheet" if layout.sheet is None else f"the sheet “{layout.sheet}”"
    try:
        _check_sheet(layout)
        name = sheets(layout)[0] if layout.sheet is None else layout.sheet
        return pl.read_excel(layout.path, sheet_name=name, infer_schema_length=None, drop_empty_rows=False)
    except pl.exceptions.NoDataError as problem:
        raise SourceError(
            f"{called} is empty", where=layout.where, hint="Name another sheet, as in book.xlsx#Orders."
        ) from problem
    except (ValueError, OSError, fastexcel.FastExcelError) as problem:
        raise SourceError(
            f"{called} cannot be read ({problem})", where=layout.where, hint="Export the sheet as CSV."
        ) from problem


@contextmanager
def _refusing(layout: Layout) -> Iterator[None]:
    """Turns what Polars says of a broken file, or of one that goes away, into a SourceError."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as problem:
        raise _unreadable(layout, problem) from problem
    except OSError as problem:
        raise SourceError(f"it cannot be read ({problem})", where=layout.where, hint="Copy it again.") from problem


def sheets(layout: Layout) -> tuple[str, ...]:
    """The names of a workbook's sheets; () for other formats."""
    if layout.format is not Format.EXCEL:
        return ()
    import fastexcel

    return tuple(fastexcel.read_excel(str(layout.path)).sheet_names)


def sheet_note(layout: Layout) -> str:
    """What is said where a workbook has more sheets than the one that is read."""
    if layout.sheet is not None or len(names := sheets(layout)) < 2:
        return ""
    listed = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return (
        f"{layout.where} has {len(names)} sheets ({listed}); the first is read. Another is named as in "
        f"{layout.path.name}#{names[1]}"
    )


def _check_sheet(layout: Layout) -> None:
    if layout.sheet is not None and layout.sheet not in (names := sheets(layout)):
        raise SourceError(
            f"there is no sheet “{layout.sheet}”", where=layout.where, hint=f"The sheets are {', '.join(names)}."
        )


def _unreadable(layout: Layout, problem: BaseException) -> SourceError:
    reason = str(problem).strip().split("\n", 1)[0][:200]
    return SourceError(
        f"it is no readable {layout.format.value} file ({reason})",
        where=layout.where,
        hint="It may be cut off: copy or export it again.",
    )

"""Text tables in pieces: about two megabytes at a time, cut between rows, every column as text.

Cutting the bytes ourselves, rather than letting Polars scan the file, keeps memory at a few pieces, makes every
piece short enough to stop after, unpacks and re-encodes without a temporary file, and shows each row that has too
few or too many fields: Polars fills short rows without a word. An empty cell is missing (None), a cell that holds
"" in quotes is the empty string.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from segtui.errors import SourceError
from segtui.gather.sniff import Compression, Layout, csv_rows, open_bytes
from segtui.gather.zstd import unpacked

PIECE = 1 << 21
"""Bytes of one piece; at eight number columns about 25,000 rows and 10 ms."""

LONGEST_ROW = 1 << 27
"""Bytes after which a row that has not ended is taken for a quote that was never closed."""

_BLOCK = 1 << 20


class NotUtf8(Exception):
    """The head looked like UTF-8, a later piece is not; the file is read again as Windows-1252."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a text table. Every column is String, under its position as name ("0", "1", …).

    read: bytes of the (unpacked) text up to the end of this batch.
    short: (row within the batch, fields found) of rows with too few fields, whose rest is missing.
    """

    frame: pl.DataFrame
    read: int
    short: tuple[tuple[int, int], ...]


def batches(layout: Layout) -> Iterator[Batch]:
    """The rows of a text file, in order. Raises SourceError that names the row; NotUtf8, see there."""
    width = len(layout.names)
    head = layout.delimiter.join(str(i) for i in range(width)).encode() + b"\n"
    rows, lines, read, skip = 0, 1, 0, layout.header
    for piece in _pieces(layout):
        read += len(piece)
        body = piece
        if rows == 0 and lines == 1:  # blank lines above the table are no rows
            body = piece.lstrip(b"\r\n")
            lines += piece.count(b"\n", 0, len(piece) - len(body))
        if skip and body:
            start = _first_row_end(body, layout.quoted)
            lines += body.count(b"\n", 0, start)
            body, skip = body[start:], False
        if not body:
            continue
        batch = _parse(layout, head, body, width, rows, lines, read)
        rows += batch.frame.height
        lines += body.count(b"\n")
        yield batch


def short_rows(layout: Layout) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
    """(rows so far, those of the piece with too few fields as (row, fields)) by counting delimiters, which is several
    times faster than reading the cells; only pieces whose count is off are read."""
    width, rows, skip = len(layout.names), 0, layout.header
    for piece in _pieces(layout):
        body = piece
        if skip:
            body, skip = body[_first_row_end(body, layout.quoted) :], False
        here = _row_ends(body, layout)
        short: tuple[tuple[int, int], ...] = ()
        if _delimiters(body, layout) != here * (width - 1):
            short = tuple((rows + row, fields) for row, fields in _short_rows(layout, body, width))
        rows += here
        yield rows, short


def _row_ends(body: bytes, layout: Layout) -> int:
    """How many rows there are; the last may lack its line feed."""
    ends = body.count(b"\n")
    if layout.quoted and b'"' in body:
        data = np.frombuffer(body, dtype=np.uint8)
        inside = np.cumsum(data == ord('"'), dtype=np.uint8) & 1
        ends = int(np.count_nonzero((data == ord("\n")) & (inside == 0)))
    return ends + (1 if body and not body.endswith(b"\n") else 0)


def _pieces(layout: Layout) -> Iterator[bytes]:
    """UTF-8 text cut after the end of a row, "\\n" between rows."""
    rest = b""
    for chunk in _utf8_chunks(layout):
        rest += chunk.replace(b"\r", b"\n") if layout.old_mac else chunk
        if len(rest) < PIECE:
            continue
        cut = _last_row_end(rest, layout.quoted)
        if cut:
            yield _checked(rest[:cut], layout)
            rest = rest[cut:]
        elif len(rest) > LONGEST_ROW:
            raise SourceError(
                "a row does not end for 128 MB", where=layout.where, hint="A quote was probably never closed."
            )
    if rest:
        yield _checked(rest, layout)


def _checked(piece: bytes, layout: Layout) -> bytes:
    """The piece, if it is UTF-8 (text in another encoding has been re-encoded by now)."""
    if piece.isascii() or layout.encoding not in ("utf-8", "utf-8-sig"):
        return piece
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError as problem:
        if not layout.sure:
            raise NotUtf8 from problem
        raise SourceError(
            f"it is not written in UTF-8 (byte 0x{piece[problem.start]:02x})",
            where=layout.where,
            hint="Give the encoding, such as cp1252 or utf-16.",
        ) from problem
    return piece


def _utf8_chunks(layout: Layout) -> Iterator[bytes]:
    if layout.encoding in ("utf-8", "utf-8-sig"):
        first = True
        for chunk in _raw_chunks(layout):
            yield chunk.removeprefix(codecs.BOM_UTF8) if first else chunk
            first = False
        return
    decoder = codecs.getincrementaldecoder(layout.encoding)()
    try:
        for chunk in _raw_chunks(layout):
            yield decoder.decode(chunk).removeprefix("\ufeff").encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as problem:
        raise SourceError(
            f"it is not written in {layout.encoding} ({problem})",
            where=layout.where,
            hint="Give another encoding, such as latin-1 or utf-16.",
        ) from problem


def _raw_chunks(layout: Layout) -> Iterator[bytes]:
    if layout.compression is Compression.ZSTD:
        yield from unpacked(layout.path, layout.where, layout.delimiter if len(layout.names) > 1 else "\n")
        return
    try:
        with open_bytes(layout.path, layout.compression) as file:
            while chunk := file.read(_BLOCK):
                yield chunk
    except (OSError, EOFError, zlib.error) as problem:
        raise SourceError(f"it cannot be read to its end ({problem})", where=layout.where, hint="Copy it again.") from (
            problem
        )


def _last_row_end(text: bytes, quoted: bool) -> int:
    """Where the last whole row ends: after a line feed with an even number of quotes before it; 0: nowhere."""
    end = text.rfind(b"\n") + 1
    if not quoted:
        return end
    odd = text.count(b'"', 0, end) % 2
    while end and odd:
        before = text.rfind(b"\n", 0, end - 1) + 1
        odd = (odd + text.count(b'"', before, end)) % 2
        end = before
    return end


def _first_row_end(text: bytes, quoted: bool) -> int:
    end, quotes, start = text.find(b"\n") + 1, 0, 0
    while end and quoted:
        quotes += text.count(b'"', start, end)
        if quotes % 2 == 0:
            break
        start, end = end, text.find(b"\n", end) + 1
    return end or len(text)


def _parse(layout: Layout, head: bytes, body: bytes, width: int, rows: int, lines: int, read: int) -> Batch:
    try:
        frame = pl.read_csv(
            head + body,
            separator=layout.delimiter,
            quote_char='"' if layout.quoted else None,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError as problem:
        frame = _parse_strictly(layout, body, width, rows, lines, problem)
    short: tuple[tuple[int, int], ...] = ()
    if _delimiters(body, layout) != frame.height * (width - 1):
        short = _short_rows(layout, body, width)
    return Batch(frame, read, short)


def _delimiters(body: bytes, layout: Layout) -> int:
    """How many delimiters stand outside of quotes."""
    mark = layout.delimiter.encode()
    if not layout.quoted or b'"' not in body:
        return body.count(mark)
    data = np.frombuffer(body, dtype=np.uint8)
    inside = np.cumsum(data == ord('"'), dtype=np.uint8) & 1
    return int(np.count_nonzero((data == mark[0]) & (inside == 0)))


def _reader(layout: Layout, body: bytes, strict: bool) -> Iterator[tuple[int, list[str]]]:
    """(line within the piece, fields) of every row, by Python's csv module: slow, for pieces that are not as they
    should be."""
    text = io.StringIO(body.decode("utf-8"), newline="")
    rows = csv_rows(text, layout.delimiter, layout.quoted, strict)
    line = 0
    for row in rows:
        yield line, row
        line = rows.line_num


def _short_rows(layout: Layout, body: bytes, width: int) -> tuple[tuple[int, int], ...]:
    try:
        return tuple(
            (i, len(row)) for i, (_, row) in enumerate(_reader(layout, body, False)) if 0 < len(row) < width
        )  # fmt: skip
    except csv.Error:
        return ()  # Polars has read it; the second opinion is not needed


def _parse_strictly(
    layout: Layout, body: bytes, width: int, before: int, lines: int, problem: Exception
) -> pl.DataFrame:
    """A piece that Polars refuses: either the row at fault can be named, or the csv module can read it."""
    kept: list[list[str | None]] = []
    line = 0
    try:
        for line, row in _reader(layout, body, True):
            if len(row) > width:
                raise _too_many(layout, len(row), width, before + len(kept) + 1, lines + line)
            kept.append([cell or None for cell in row] + [None] * (width - len(row)))
    except csv.Error as fault:
        line = _fault_line(body, line)
        raise SourceError(
            f"row {before + len(kept) + 1:,} (line {lines + line:,} of the file) has a quote that is opened and not "
            f"closed as it should be ({fault})",
            where=layout.where,
            hint='Quotes inside a quoted cell must be doubled (""), or the whole cell be left unquoted.',
        ) from problem
    schema = {str(i): pl.String for i in range(width)}
    return pl.DataFrame(kept, schema=schema, orient="row")


def _fault_line(body: bytes, last_read: int) -> int:
    return min(last_read + 1, body.count(b"\n"))


def _too_many(layout: Layout, found: int, width: int, row: int, line: int) -> SourceError:
    expected = f"{width} field" + ("s" if width > 1 else "")
    named = "the header has" if layout.header else "the first row has"
    sign = {"\t": "tab"}.get(layout.delimiter, layout.delimiter)
    return SourceError(
        f"row {row:,} (line {line:,} of the file) has {found} fields where {named} {expected}",
        where=layout.where,
        hint=f"Put cells that hold the delimiter ({sign}) in quotes, or say which delimiter is meant.",
    )


def blank(name: str) -> bool:
    """Whether a column name says nothing."""
    return not re.sub(r"[\s\ufeff\x00]", "", name)

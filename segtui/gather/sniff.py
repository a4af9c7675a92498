"""What a file is: its format, compression, encoding, delimiter and header, from its first bytes.

The name is a hint at most; what is in the file decides. Only the head is read here. A file whose head is plain
ASCII and which turns out later not to be UTF-8 is read again as Windows-1252 (`read.NotUtf8`).
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from segtui.errors import SourceError
from segtui.gather.paths import bare_name
from segtui.recipe import SourceSpec

csv.field_size_limit(1 << 30)  # a cell may hold a whole document; the csv module refuses more than 128 KB

HEAD = 1 << 18
"""Bytes that are looked at first."""

LONGEST_HEAD = 1 << 26
"""Bytes after which a first row that has not ended is taken for a broken file."""

_SAMPLE_ROWS = 200
_FIRST_CHOICE = (",", ";", "\t", "|")
_SECOND_CHOICE = ("^", "~", "\x01", "\x1f")

NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*")
DATE = re.compile(r"\s*\d{4}-\d{2}-\d{2}([T ].*)?\s*")


class Format(StrEnum):
    """How a table is stored."""

    TEXT = "text"
    PARQUET = "Parquet"
    ARROW = "Arrow"
    ARROW_STREAM = "Arrow stream"
    NDJSON = "NDJSON"
    JSON = "JSON"
    EXCEL = "Excel"


class Compression(StrEnum):
    """How a file is compressed."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read one file. The second half is about text only.

    sheet: of a workbook; None: the first.
    names: the column names, as in the file; without a header there are as many empty ones as there are columns.
    quoted: whether a quote at the start of a field encloses it. old_mac: lines end in a bare carriage return.
    sure: the encoding was given, or follows from a mark at the start; otherwise it is a guess from the head.
    """

    path: Path
    where: str
    format: Format
    compression: Compression
    encoding: str = "utf-8"
    sure: bool = False
    delimiter: str = ","
    quoted: bool = True
    old_mac: bool = False
    header: bool = True
    names: tuple[str, ...] = ()
    sheet: str | None = None


def sniff(path: Path, spec: SourceSpec, where: str) -> Layout:
    """How to read `path`; what `spec` says stands over what is found.

    Raises SourceError for an empty file and for one that is no table.
    """
    compression = _compression(path)
    head = read_head(path, compression, HEAD, where)
    if not head:
        raise SourceError("the file is empty", where=where, hint="Export it again, or choose another file.")
    form = _format(path, head, where)
    if form is not Format.TEXT:
        return Layout(path, where, form, compression, sheet=spec.sheet)
    return _sniff_text(path, spec, where, compression, head)


def open_bytes(path: Path, compression: Compression) -> BinaryIO:
    """The file's bytes, unpacked where it is gzip (zstd goes another way: `read_head`, `read.raw_chunks`)."""
    if compression is Compression.GZIP:
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def read_head(path: Path, compression: Compression, limit: int, where: str) -> bytes:
    """The first `limit` bytes, unpacked."""
    if compression is Compression.ZSTD:
        from segtui.gather.zstd import unpacked

        head = b""
        for chunk in unpacked(path, where):
            head += chunk
            if len(head) >= limit:
                break
        return head[:limit]
    try:
        with open_bytes(path, compression) as file:
            return file.read(limit)
    except (OSError, EOFError, zlib.error) as problem:
        raise SourceError(f"it cannot be unpacked or read ({problem})", where=where, hint="Copy it again.") from problem


def _compression(path: Path) -> Compression:
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] == b"\x1f\x8b":
        return Compression.GZIP
    return Compression.ZSTD if start == b"\x28\xb5\x2f\xfd" else Compression.NONE


_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"PAR1", Format.PARQUET),
    (b"ARROW1", Format.ARROW),
    (b"\xff\xff\xff\xff", Format.ARROW_STREAM),
)
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"SQLite format 3", "a SQLite database"),
    (b"FEA1", "a Feather file of the first version"),
    (b"\x7fELF", "a program"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"PK\x03\x04", "a ZIP archive"),
)


def _format(path: Path, head: bytes, where: str) -> Format:
    for start, form in _MAGIC:
        if head.startswith(start):
            return form
    name = bare_name(path)
    if head.startswith(b"PK\x03\x04") and (name.endswith((".xlsx", ".xlsm")) or b"xl/" in head):
        return Format.EXCEL
    for start, what in _FOREIGN:
        if head.startswith(start):
            raise SourceError(f"this is {what}, not a table", where=where, hint="Export the table as CSV or Parquet.")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if name.endswith((".ndjson", ".jsonl")):
        return Format.NDJSON
    if name.endswith(".json"):
        return Format.NDJSON if text.startswith(b"{") and _is_lines(text) else Format.JSON
    if text.startswith(b'{"') and _is_lines(text):
        return Format.NDJSON
    return Format.JSON if re.match(rb"\[\s*\{", text) else Format.TEXT


def _is_lines(text: bytes) -> bool:
    """Whether JSON text is one object per line rather than one document."""
    lines = text.split(b"\n", 2)
    return lines[0].rstrip().endswith(b"}") and (len(lines) < 2 or not lines[1].strip() or lines[1].startswith(b"{"))


def _sniff_text(path: Path, spec: SourceSpec, where: str, compression: Compression, head: bytes) -> Layout:
    encoding, sure = _encoding(head, spec, where)
    text, complete = _decode(head, encoding, where), len(head) < HEAD
    limit = HEAD
    while not complete and not re.search(r"[\r\n]", text.lstrip("\r\n")):  # the first row is longer than the head
        limit *= 8
        if limit > LONGEST_HEAD:
            raise SourceError("the first row does not end", where=where, hint="Is this a table, one row a line?")
        longer = read_head(path, compression, limit, where)
        text, complete = _decode(longer, encoding, where), len(longer) < limit
    if not text.strip():
        raise SourceError("the file is empty", where=where, hint="Export it again, or choose another file.")
    old_mac = "\r" in text and "\n" not in text
    if old_mac:
        text = text.replace("\r", "\n")
    text = _whole_lines(text, complete)
    delimiter = _delimiter(text, spec, where)
    quoted = _encloses(text, delimiter)
    rows = _parse(text, delimiter, quoted)
    if not rows:
        raise SourceError("the file is empty", where=where, hint="Export it again, or choose another file.")
    header = _has_header(rows) if spec.header is None else spec.header
    names = tuple(rows[0]) if header else ("",) * len(rows[0])
    return Layout(
        path, where, Format.TEXT, compression, encoding, sure, delimiter, quoted, old_mac, header, names
    )  # fmt: skip


def _encoding(head: bytes, spec: SourceSpec, where: str) -> tuple[str, bool]:
    if spec.encoding is not None:
        try:
            "".encode(spec.encoding)
        except (LookupError, UnicodeError) as problem:
            raise SourceError(
                f"there is no encoding named {spec.encoding}", where=where, hint="Try utf-8, utf-16 or cp1252."
            ) from problem
        return spec.encoding, True
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig", True
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", True
    if b"\0" in head:
        return _utf16_without_mark(head, where), True
    control = sum(head.count(bytes([byte])) for byte in range(32) if byte not in (1, 9, 10, 11, 12, 13, 27, 31))
    if control > len(head) * 0.02:
        raise _no_text(where)
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as problem:
        if problem.start < len(head) - 4 or len(head) < HEAD:  # not just a character cut in two at the end
            return "cp1252", False
    return "utf-8", False


def _utf16_without_mark(head: bytes, where: str) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.1 * half:
        return "utf-16-be"
    raise _no_text(where)


def _no_text(where: str) -> SourceError:
    return SourceError(
        "this is binary data, not a table", where=where, hint="Text, Parquet, Arrow, JSON and XLSX are read."
    )


def _decode(head: bytes, encoding: str, where: str) -> str:
    try:
        return head.decode(encoding, errors="ignore" if len(head) % HEAD == 0 else "strict")
    except UnicodeError as problem:
        raise SourceError(
            f"it is not written in {encoding} ({problem})", where=where, hint="Give another encoding, such as cp1252."
        ) from problem


def _whole_lines(text: str, complete: bool) -> str:
    text = text.lstrip("\r\n\ufeff")
    end = text.rfind("\n")
    return text if complete or end < 0 else text[: end + 1]


def _parse(text: str, delimiter: str, quoted: bool) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in csv_rows(io.StringIO(text, newline=""), delimiter, quoted):
        if row:
            rows.append(row)
        if len(rows) > _SAMPLE_ROWS:
            break
    return rows


class CsvRows(Protocol):
    """What `csv.reader` gives: rows, and the number of lines read so far."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


def csv_rows(text: io.StringIO, delimiter: str, quoted: bool, strict: bool = False) -> CsvRows:
    """Python's own reader of delimited text."""
    if quoted:
        return csv.reader(text, delimiter=delimiter, strict=strict)
    return csv.reader(text, delimiter=delimiter, strict=strict, quoting=csv.QUOTE_NONE)


def _delimiter(text: str, spec: SourceSpec, where: str) -> str:
    if spec.delimiter is not None:
        given = {"\\t": "\t", "tab": "\t", "TAB": "\t", "space": " "}.get(spec.delimiter, spec.delimiter)
        if len(given) != 1 or not given.isascii() or given in '"\r\n':
            raise SourceError(
                f"{spec.delimiter!r} cannot be a delimiter", where=where, hint="It is one character, such as ; or tab."
            )
        return given
    for choice in (_FIRST_CHOICE, _SECOND_CHOICE):
        scored = [(_agreement(text, candidate), candidate) for candidate in choice]
        best = max(scored, key=lambda pair: pair[0])
        if best[0] > (0.0, 0):
            return best[1]
    return ","


def _agreement(text: str, delimiter: str) -> tuple[float, int]:
    """How well rows split at `delimiter`: the share with as many fields as the first row, then how many fields."""
    rows = _parse(text, delimiter, _encloses(text, delimiter))
    sizes = Counter(len(row) for row in rows)
    if not rows or len(rows[0]) < 2:
        return (0.0, 0)
    return (round(sizes[len(rows[0])] / len(rows), 1), len(rows[0]))


def _encloses(text: str, delimiter: str) -> bool:
    """Whether quotes enclose fields here; stray ones inside (5" pipe) must not."""
    if '"' not in text:
        return True
    return text.startswith('"') or f'{delimiter}"' in text or '\n"' in text


def _has_header(rows: list[list[str]]) -> bool:
    """A first row with a number or a date over a column of such is data; with an all-text first row it is a header."""
    first, rest = rows[0], rows[1:]
    if all(not cell.strip() for cell in first):
        return False
    suspects = [i for i, cell in enumerate(first) if NUMBER.fullmatch(cell) or DATE.fullmatch(cell)]
    if not suspects:
        return True
    if not rest:
        return len(suspects) < len(first) / 2
    if _are_years([first[i] for i in suspects], [row[i] for row in rest for i in suspects if i < len(row)]):
        return True
    alike = sum(_column_is_numeric([row[i] for row in rest if i < len(row)]) for i in suspects)
    return alike < max(1, len(suspects) / 2)


def _column_is_numeric(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    hits = sum(bool(NUMBER.fullmatch(cell) or DATE.fullmatch(cell)) for cell in filled)
    return bool(filled) and hits >= 0.5 * len(filled)


def _are_years(names: list[str], cells: list[str]) -> bool:
    """Columns named 2021, 2022, …: distinct years over values that are none."""
    if len(names) < 2 or len(set(names)) < len(names) or not all(re.fullmatch(r"(19|20)\d\d", n) for n in names):
        return False
    years = sum(bool(re.fullmatch(r"(19|20)\d\d", cell)) for cell in cells)
    return years < 0.5 * len(cells)

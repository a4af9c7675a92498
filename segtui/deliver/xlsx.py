"""Excel workbooks, row by row: text stays text, and numbers that Excel would round stay whole as text."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Protocol

from segtui.errors import DeliveryError
from segtui.progress import Steps

if TYPE_CHECKING:
    from segtui.deliver.writers import Table

MAX_ROWS, MAX_COLUMNS, MAX_TEXT = 1_048_576, 16_384, 32_767
"""What one Excel sheet and one cell can hold."""

MAX_EXACT = 10**15
"""Excel keeps 15 digits of a number; longer whole numbers are written as text."""

MADE = dt.datetime(2000, 1, 1)
"""When every workbook says that it was made: the same labels give the very same file."""

PIECE = 1_000
"""Rows per step."""


class _Format(Protocol):
    """How cells look; made by a workbook, handed back to its sheets."""


class _Sheet(Protocol):
    row_data_fh: IO[str] | None

    def write_string(self, row: int, column: int, value: str) -> int: ...
    def write_number(self, row: int, column: int, value: float) -> int: ...
    def write_boolean(self, row: int, column: int, value: bool) -> int: ...
    def write_datetime(self, row: int, column: int, value: dt.date | dt.time | dt.timedelta, look: _Format) -> int: ...
    def freeze_panes(self, row: int, column: int) -> int: ...


class _Book(Protocol):
    def add_worksheet(self, name: str) -> _Sheet: ...
    def worksheets(self) -> list[_Sheet]: ...
    def add_format(self, properties: dict[str, str]) -> _Format: ...
    def set_properties(self, properties: dict[str, dt.datetime]) -> None: ...
    def close(self) -> None: ...


def write_xlsx(table: Table, path: Path) -> Steps[None]:
    """A workbook with one sheet `customers`."""
    _check_size(table)
    with _workbook(path) as book:
        sheet = book.add_worksheet("customers")
        cells = _Cells(book, sheet)
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(table.schema.names()):
            cells.put(0, column, name)
        done = 0
        for batch in table.batches:
            for piece in batch.iter_slices(PIECE):
                for row, values in enumerate(piece.iter_rows(), start=done + 1):
                    for column, value in enumerate(values):
                        cells.put(row, column, value)
                done += piece.height
                yield table.progress(done)


def _check_size(table: Table) -> None:
    columns = len(table.schema)
    if table.total >= MAX_ROWS or columns > MAX_COLUMNS:
        raise DeliveryError(
            f"an Excel sheet holds {MAX_ROWS - 1:,} rows below its header and {MAX_COLUMNS:,} columns; "
            f"this table has {table.total:,} rows and {columns:,} columns",
            hint="Write CSV or Parquet instead.",
        )


@contextmanager
def _workbook(path: Path) -> Iterator[_Book]:
    """A workbook that is finished on the way out, and whose working files never stay behind.

    It is packed in memory (a full sheet takes some 100 MB): an archive stopped by a full disk would write once more
    when it is freed, and print a traceback that nobody can catch.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise DeliveryError(
            "writing Excel files needs the package xlsxwriter, which is not installed",
            hint="Install it with: pip install 'segtui[excel]'",
        ) from error
    with TemporaryDirectory(prefix="segtui-") as scratch:
        packed = io.BytesIO()
        book = Workbook(packed, {"constant_memory": True, "tmpdir": scratch, "remove_timezone": True})
        book.set_properties({"created": MADE})
        try:
            yield book
        except BaseException:
            _let_go(book.worksheets())
            raise
        book.close()
        path.write_bytes(packed.getbuffer())


def _let_go(sheets: list[_Sheet]) -> None:
    """Close the working file of an unfinished sheet, so that it can be removed."""
    for sheet in sheets:
        if sheet.row_data_fh is not None:
            sheet.row_data_fh.close()


class _Exact(float):
    """A number that is written with every digit it needs: xlsxwriter asks for 16, and some need 17."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


class _Cells:
    """Writes one value at a time, each kind as Excel keeps it best."""

    def __init__(self, book: _Book, sheet: _Sheet) -> None:
        self._sheet = sheet
        self._date = book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._writers: dict[type, Callable[[int, int, object], None]] = {
            str: self._text,
            bool: self._truth,
            int: self._whole,
            float: self._number,
            dt.date: self._day,
            dt.datetime: self._time,
        }

    def put(self, row: int, column: int, value: object) -> None:
        """Write `value`; a missing one leaves the cell empty."""
        if value is not None:
            self._writers.get(type(value), self._other)(row, column, value)

    def _text(self, row: int, column: int, value: object) -> None:
        text = str(value)
        if len(text) > MAX_TEXT:
            raise DeliveryError(
                f"row {row} holds a text of {len(text):,} characters, and an Excel cell holds {MAX_TEXT:,}",
                hint="Write CSV or Parquet instead.",
            )
        self._sheet.write_string(row, column, text)

    def _truth(self, row: int, column: int, value: object) -> None:
        self._sheet.write_boolean(row, column, bool(value))

    def _whole(self, row: int, column: int, value: object) -> None:
        assert isinstance(value, int)
        if abs(value) < MAX_EXACT:
            self._sheet.write_number(row, column, value)
        else:
            self._sheet.write_string(row, column, str(value))

    def _number(self, row: int, column: int, value: object) -> None:
        assert isinstance(value, float)
        if math.isfinite(value):
            self._sheet.write_number(row, column, _Exact(value))
        else:
            self._sheet.write_string(row, column, str(value))

    def _day(self, row: int, column: int, value: object) -> None:
        assert isinstance(value, dt.date)
        self._dated(row, column, value, self._date)

    def _time(self, row: int, column: int, value: object) -> None:
        assert isinstance(value, dt.datetime)
        self._dated(row, column, value, self._moment)

    def _dated(self, row: int, column: int, value: dt.date, look: _Format) -> None:
        if 1900 < value.year <= 9999:
            self._sheet.write_datetime(row, column, value, look)
        else:
            self._sheet.write_string(row, column, value.isoformat())

    def _other(self, row: int, column: int, value: object) -> None:
        if isinstance(value, Decimal) and abs(value) < MAX_EXACT:
            self._number(row, column, float(value))
        else:
            self._text(row, column, value)

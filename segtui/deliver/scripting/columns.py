"""How the columns of a source become values in a script: one expression each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui.deliver.scripting.text import literal
from segtui.gather.reading import As, reading_of
from segtui.gather.sniff import Compression, Format
from segtui.results import ColumnType

if TYPE_CHECKING:
    from segtui.deliver.scripting.origin import Origin
    from segtui.gather.sniff import Layout
    from segtui.results import Column

_READ = {
    "text": "any_text",
    "integer": "whole_number",
    "number": "number",
    "number 1.234,5": "comma_number",
    "yes/no": "yes_no",
    "date": "clear_date",
    "date d/m/y": "date_day_first",
    "date m/d/y": "date_month_first",
    "date and time": "clear_time",
    "date and time d/m/y": "time_day_first",
    "date and time m/d/y": "time_month_first",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A column as an expression of Python. kind: what it is read as, None where the file has types of its own."""

    at: str
    column: Column | None

    @property
    def kind(self) -> As | None:
        """What the text is read as."""
        return reading_of(self.column.reading).kind if self.column is not None and self.column.reading else None

    @property
    def read(self) -> str:
        """The typed values of text."""
        reading = self.column.reading if self.column is not None else "text"
        return f"read_as({self.at}, {_READ.get(reading, 'any_text')})"


def number_of(cell: Cell) -> str:
    """A column that is taken as numbers."""
    if cell.kind is None:
        return cell.at
    return f'{cell.read} == "yes"' if cell.kind is As.YES_NO else cell.read


def text_of(cell: Cell, dtype: str) -> str:
    """A column that is taken as levels. dtype: what the app holds it as."""
    if cell.kind is As.INTEGER:
        return f"{cell.read}.cast(pl.String)"
    if cell.kind is As.NUMBER:
        return f"finite_text({cell.read})"
    if cell.kind is not None:
        return cell.read
    if dtype == "Boolean":
        return f"said({cell.at})"
    if dtype.startswith("Int"):
        return f"{cell.at}.cast(pl.String)"
    return f"finite_text({cell.at}.cast(pl.Float64))" if dtype.startswith("Float") else cell.read


def delivered_number(at: str, kind: str) -> str:
    """The same of the customers that were delivered, which are CSV."""
    return f'read_as({at}, yes_no) == "yes"' if kind == "yes/no" else f"{at}.cast(pl.Float64)"


def delivered_text(at: str, kind: str, whole: bool) -> str:
    """whole: of numbers, whether they are whole ones."""
    if kind == "yes/no":
        return f"read_as({at}, yes_no)"
    return f"finite_text({at}.cast(pl.Float64))" if kind == "number" and not whole else f"read_as({at}, any_text)"


def id_of(cell: Cell, dtype: str) -> str:
    """The id of a customer in a table of customers."""
    if cell.kind is None:
        return f"whole_ids({cell.at})" if dtype.startswith("Int") else f"read_as({cell.at}.cast(pl.String), any_text)"
    if cell.kind is As.NUMBER and dtype.startswith("Int"):
        return f"whole_ids({cell.read})"
    return cell.read


def order_id_of(cell: Cell) -> str:
    """The id of a customer, or of an order or a product, in order lines."""
    kind = cell.column.type if cell.column is not None else ColumnType.TEXT
    if kind is ColumnType.TEXT:
        return f"id_text({cell.at})"
    return f"whole_ids({cell.at if cell.kind is None else cell.read})"


def lines_text(cell: Cell) -> str:
    """Text in order lines."""
    if cell.column is not None and cell.column.type is ColumnType.TEXT:
        return cell.read if cell.kind is not None else f"read_as({cell.at}.cast(pl.String), any_text)"
    if cell.column is not None and cell.column.type is ColumnType.NUMBER:
        return f"whole_ids({cell.at if cell.kind is None else cell.read})"
    return cell.at if cell.kind is None else cell.read


def lines_number(cell: Cell) -> str:
    """A number in order lines."""
    if cell.kind is None:
        return f"{cell.at}.cast(pl.Float64).fill_nan(None)"
    return f"{cell.read}.cast(pl.Float64)"


# -- the file ----------------------------------------------------------------------------------------------------


def plain_names(layout: Layout | None, wanted: Sequence[str]) -> bool:
    """Whether Polars finds the columns of a file under the names they have in the app."""
    if layout is None or layout.format is not Format.TEXT:
        return True
    names = layout.names
    odd = any('"' in name or not name.isprintable() for name in names)
    return layout.header and not odd and len(set(names)) == len(names) and set(wanted) <= set(names)


def reading_call(origin: Origin, some: bool) -> tuple[list[str], str, bool]:
    """The call that reads a file: its arguments, its head, and whether it picks the columns itself."""
    layout, given = origin.layout, ["columns=columns"] if some else []
    if layout is None:
        return ["source", *given, "infer_schema=False", "glob=False"], "pl.read_csv(", True
    if layout.format is Format.TEXT:
        return _text_call(layout, given), "pl.read_csv(", True
    if layout.format is Format.PARQUET:
        return ["source", *given, "glob=False"], "pl.read_parquet(", True
    if layout.format in (Format.ARROW, Format.ARROW_STREAM):
        head = "pl.read_ipc(" if layout.format is Format.ARROW else "pl.read_ipc_stream("
        return ["source", *given], head, True
    if layout.format is Format.EXCEL:
        sheet = [] if layout.sheet is None else [f"sheet_name={literal(layout.sheet)}"]
        return ["source", *sheet, "infer_schema_length=None", "drop_empty_rows=False"], "pl.read_excel(", False
    packed = layout.compression is Compression.GZIP
    content = "gzip.decompress(Path(source).read_bytes())" if packed else "source"
    head = "pl.read_ndjson(" if layout.format is Format.NDJSON else "pl.read_json("
    return [content, "infer_schema_length=None"], head, False


def _text_call(layout: Layout, picked: list[str]) -> list[str]:
    other = layout.encoding not in ("utf-8", "utf-8-sig")
    if other and layout.compression is Compression.GZIP:
        unpacked = f"gzip.decompress(Path(source).read_bytes()).decode({literal(layout.encoding)})"
        given = [f"{unpacked}.encode()"]
    else:
        given = ["source"]
    given += picked
    if layout.delimiter != ",":
        given.append(f"separator={literal(layout.delimiter)}")
    if not layout.header:
        given.append("has_header=False")
    if not layout.quoted:
        given.append("quote_char=None")
    if layout.old_mac:
        given.append('eol_char="\\r"')
    if other and layout.compression is not Compression.GZIP:
        given.append(f"encoding={literal(layout.encoding)}")
    return [*given, "infer_schema=False", "glob=False"]

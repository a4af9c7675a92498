"""Where tables come from besides plain files: addresses, sheets of a workbook, folders of several tables."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import polars as pl
import pytest

from segtui.errors import SourceError
from segtui.gather import paths
from segtui.gather.dataset import open_dataset
from segtui.gather.tables import tables_of
from segtui.progress import finish
from segtui.recipe import GatherSpec, SourceSpec
from segtui.results import Dataset, Kind
from tests.gather.making import opened, spec_of, written

CUSTOMERS = "customer_id,age\n" + "".join(f"c{i},{20 + i}\n" for i in range(30))
ORDERS = "order_id,customer_id,order_date,amount\n" + "".join(
    f"o{i},c{i % 30},2024-01-{1 + i % 28:02},{i}.50\n" for i in range(60)
)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a folder, served on this machine only."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_web_address(tmp_path: Path, served: str) -> None:
    here = opened(written(tmp_path, "orders.csv", ORDERS))
    there = opened(f"{served}/orders.csv")
    assert there.frame.equals(here.frame)
    assert [source.path for source in there.sources] == [f"{served}/orders.csv"]


def test_an_address_with_nothing_behind_it(served: str) -> None:
    with pytest.raises(SourceError, match="cannot be fetched") as caught:
        opened(f"{served}/nothing.csv")
    assert caught.value.where == f"{served}/nothing.csv"
    assert caught.value.hint


def test_an_address_is_fetched_once(tmp_path: Path, served: str) -> None:
    written(tmp_path, "a.csv", CUSTOMERS)
    spec = SourceSpec(f"{served}/a.csv")
    assert not paths.is_at_hand(spec)
    (first,) = paths.files_of(spec)
    (tmp_path / "a.csv").unlink()
    assert paths.files_of(spec) == (first,)
    assert paths.is_at_hand(spec)


def test_a_sheet_is_named_behind_the_path() -> None:
    assert SourceSpec.of("book.xlsx#Orders 2024") == SourceSpec("book.xlsx", sheet="Orders 2024")
    assert SourceSpec.of("odd#name.csv") == SourceSpec("odd#name.csv")
    assert SourceSpec.of("book.xlsx") == SourceSpec("book.xlsx")


def workbook(folder: Path) -> Path:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = folder / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        pl.DataFrame({"id": range(12), "spend": [i * 1.5 for i in range(12)]}).write_excel(book, "People")
        pl.DataFrame({"id": range(9), "visits": [i % 4 for i in range(9)]}).write_excel(book, "Visits")
    return path


def test_sheets_of_a_workbook(tmp_path: Path) -> None:
    book = workbook(tmp_path)
    first = opened(book)
    assert first.frame.columns == ["id", "spend"]
    assert any("2 sheets (People, Visits)" in warning for warning in first.warnings)
    other = finish(open_dataset(GatherSpec((SourceSpec(str(book), sheet="Visits"),))))
    assert (other.frame.columns, other.customers) == (["id", "visits"], 9)
    assert other.warnings == tuple(w for w in other.warnings if "sheets" not in w)
    with pytest.raises(SourceError, match="no sheet") as caught:
        finish(open_dataset(GatherSpec((SourceSpec(str(book), sheet="Vists"),))))
    assert "People, Visits" in caught.value.hint


def test_a_folder_of_several_tables_and_parts(tmp_path: Path) -> None:
    """Two months of orders are one table, the accounts another."""
    head, *rows = ORDERS.splitlines()
    written(tmp_path, "orders-1.csv", "\n".join([head, *rows[:31]]))
    written(tmp_path, "orders-2.csv", "\n".join([head, *rows[31:]]))
    written(tmp_path, "accounts.csv", CUSTOMERS)
    tables = tables_of(spec_of(tmp_path))
    assert [len(table.parts) for table in tables] == [1, 2]
    found: Dataset = opened(tmp_path)
    assert [source.kind for source in found.sources] == [Kind.CUSTOMERS, Kind.ORDERS]
    assert found.sources[1].files == 2
    assert found.rollup is not None
    assert found.rollup.lines == 60
    assert "age" in found.frame.columns


def test_a_file_named_twice(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", CUSTOMERS)
    with pytest.raises(SourceError, match="named twice"):
        opened(path, path)

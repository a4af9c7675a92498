"""From rows to customers: kinds, ids, rows left out, canonical order."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segtui.errors import AnalysisError
from segtui.gather.canonical import canonical_order
from segtui.gather.dataset import open_dataset
from segtui.gather.roles import find, words
from segtui.gather.table import read_table
from segtui.progress import finish
from segtui.recipe import GatherSpec, SourceSpec, TableSpec
from segtui.results import Dataset, Kind


def opened(path: Path | str, id_column: str | None = None, kind: str | None = None) -> Dataset:
    said = (TableSpec(str(path), kind),) if kind else ()
    return finish(open_dataset(GatherSpec((SourceSpec(str(path)),), id_column, said)))


def found_in(
    tmp_path: Path, columns: dict[str, list[object]], id_column: str | None = None
) -> tuple[Kind, dict[str, str]]:
    pl.DataFrame(columns).write_parquet(tmp_path / "t.parquet")
    table = finish(read_table((SourceSpec(str(tmp_path / "t.parquet")),)))
    findings = find(table, id_column)
    assert findings.reason
    return findings.kind, findings.roles


def test_kinds(tmp_path: Path) -> None:
    n = 60
    ids, few = list(range(n)), [i % 7 for i in range(n)]
    numbers = [i * 1.5 for i in range(n)]
    assert found_in(tmp_path, {"Cus_ID": ids, "Age": few}) == (Kind.CUSTOMERS, {"customer_id": "Cus_ID"})
    assert found_in(tmp_path, {"age": few, "income": numbers}) == (Kind.CUSTOMERS, {})
    assert found_in(tmp_path, {"id": ids, "total_spend": numbers})[1] == {"customer_id": "id", "revenue": "total_spend"}
    assert (
        found_in(tmp_path, {"InvoiceNo": ids, "StockCode": few, "CustomerID": few, "Quantity": few})[0] is Kind.ORDERS
    )
    assert found_in(tmp_path, {"user_id": few, "event_type": few, "time": ids})[0] is Kind.EVENTS
    assert found_in(tmp_path, {"basket": few, "item": ids})[0] is Kind.BASKETS
    assert found_in(tmp_path, {"product_id": ids, "brand": few})[0] is Kind.PRODUCTS
    assert found_in(tmp_path, {"order_id": ids, "item": few, "price": numbers})[0] is Kind.ORDERS
    # nothing beside the repeating customer is an order, a price or a quantity: not orders, as was said before
    assert found_in(tmp_path, {"customer_id": few, "age": few})[0] is Kind.RECORDS
    assert found_in(tmp_path, {"customer_id": few, "age": few}, "")[0] is Kind.CUSTOMERS
    assert found_in(tmp_path, {"code": ids, "customer_id": few}, "code")[1]["customer_id"] == "code"


@pytest.mark.parametrize(
    ("name", "revenue"),
    [
        ("monetary", True),
        ("Total Spend", True),
        ("revenue_12m", True),
        ("amount", True),
        ("Turnover", True),
        ("income", False),
        ("SpendingScore", False),
        ("sales_count", False),
        ("avg_spend", False),
    ],
)
def test_revenue(tmp_path: Path, name: str, revenue: bool) -> None:
    roles = found_in(tmp_path, {"customer_id": list(range(9)), name: [i * 2.5 for i in range(9)]})[1]
    assert roles.get("revenue") == (name if revenue else None)


def test_words() -> None:
    assert words("TotalSpend_12m") == ["total", "spend", "12m"]
    assert words("CustomerID") == ["customer", "id"]


def test_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("customer_id,a\nx,1\ny,2\n\nx,3\n,4\nz,5\nw,6\nv,7\n\n")
    found = opened(path)
    out = {group.reason: group.rows.tolist() for group in found.left_out}
    assert out["empty row"] == [2, 8]
    assert out["no customer id"] == [4]
    assert out["duplicate customer id"] in ([0], [3])
    assert found.customers == 5
    assert any("repeat the customer_id" in w and "such as x" in w for w in found.warnings)


CELLS = st.sampled_from(["", "a", "b", "c", "d", "1", "2", "NA"])
ROWS = st.lists(st.tuples(CELLS, st.sampled_from(["", "1", "2.5", "NA", "x"]), CELLS), min_size=2, max_size=25)


def of_rows(rows: list[tuple[str, str, str]], id_column: str | None) -> Dataset | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text("customer_id,n,t\n" + "".join(",".join(row) + "\n" for row in rows))
        try:
            return opened(path, id_column, kind="customers")
        except AnalysisError:
            return None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, with_id=st.booleans())
def test_every_row_is_a_customer_or_left_out(rows: list[tuple[str, str, str]], with_id: bool) -> None:
    found = of_rows(rows, None if with_id else "")
    if found is None:
        return
    out = [row for group in found.left_out for row in group.rows.tolist()]
    assert sorted([*out, *found.row.tolist()]) == list(range(len(rows)))
    assert found.input_rows == len(rows) == found.customers + len(out)
    assert found.frame.height == found.customers


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), rows=ROWS, with_id=st.booleans())
def test_shuffled_input_gives_the_same_customers(
    data: st.DataObject, rows: list[tuple[str, str, str]], with_id: bool
) -> None:
    places = data.draw(st.permutations(range(len(rows))))
    found = of_rows(rows, None if with_id else "")
    again = of_rows([rows[i] for i in places], None if with_id else "")
    if found is None or again is None:
        assert found is again
        return
    assert found.frame.equals(again.frame)
    for i, row in enumerate(again.row.tolist()):  # the same people, or people whose values are equal once read
        one, other = rows[places[row]], rows[found.row[i]]
        assert [cell.replace("NA", "") for cell in one] == [cell.replace("NA", "") for cell in other]


def test_canonical_order_is_the_same_everywhere() -> None:
    """Pinned: a changed hash would change every sample and so the letters of every recipe."""
    frame = pl.DataFrame({"id": [f"C{i}" for i in range(8)], "n": list(range(8))})
    assert canonical_order(frame, "id").tolist() == PINNED["text"]
    assert canonical_order(frame, "n").tolist() == PINNED["whole"]
    code = (
        "import polars as pl; from segtui.gather.canonical import canonical_order as c;"
        "print(c(pl.DataFrame({'id': [f'C{i}' for i in range(8)]}), 'id').tolist())"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == str(PINNED["text"])


PINNED = {"text": [4, 0, 1, 6, 3, 5, 2, 7], "whole": [1, 2, 4, 0, 6, 7, 3, 5]}


def test_first_customers_are_a_random_sample() -> None:
    frame = pl.DataFrame({"id": np.arange(100_000)})
    first = canonical_order(frame, "id")[:1000]
    assert abs(first.mean() / 50_000 - 1) < 0.06
    assert np.histogram(first, bins=10, range=(0, 100_000))[0].min() > 60


def test_amazon_users(shared_data: Path) -> None:
    found = opened(shared_data / "amazon_users.csv")
    assert found.customers == found.input_rows == 200
    assert found.id_column == "Cus_ID"
    assert found.warnings == ()
    assert found.revenue is None


def test_jewellery(shared_data: Path) -> None:
    found = opened(shared_data / "jewellery.csv")
    assert found.customers == 505
    assert found.id_column is None

"""Which order lines count: every step by hand, each line counted once, and the lines behind the counts."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui.errors import AnalysisError
from segtui.gather.leftout import count_steps, left_out_lines
from segtui.progress import finish
from segtui.recipe import STEPS, GatherSpec, TableSpec
from segtui.results import Dataset
from tests.gather.making import adds_up, as_orders, column, left_out, rolled, spec_of, steps, written

LINES = """
    customer_id,order_id,order_time,product,description,quantity,unit_price,status
    ann,536365,2024-01-01 10:00:00,tea,Green tea,2,5.00,shipped
    ann,C536366,2024-01-02 10:00:00,tea,Green tea,-2,5.00,shipped
    ann,536367,2024-01-03 10:00:00,tea,Green tea,-1,5.00,shipped
    ann,536368,2024-01-04 10:00:00,tea,Green tea,1,0.00,shipped
    ann,536368,2024-01-04 10:00:00,tea,Green tea,1,0.00,shipped
    ann,536365,2024-01-01 10:00:00,tea,Green tea,2,5.00,shipped
    ann,536369,2024-01-05 10:00:00,POST,Stamps,1,18.00,shipped
    ann,536369,2024-01-05 10:00:00,x17,Express delivery charge,1,3.00,shipped
    test-7,536370,2024-01-06 10:00:00,tea,Green tea,1,5.00,shipped
    ,C536371,2024-01-06 10:00:00,POST,Stamps,-1,0.00,Refunded
    bob,C536372,2024-01-07 10:00:00,tea,Green tea,3,5.00,shipped
    bob,536373,2024-01-08 10:00:00,tea,Green tea,1,5.00,Refunded
    bob,536374,2024-01-09 10:00:00,tea,Green tea,,5.00,shipped
    bob,536375,2024-01-09 10:00:00,tea,Green tea,1,,shipped
"""
"""Line 11 is kept: a C before the number is a cancellation only where pieces come back."""

ALL_ON = tuple((step, True) for step in STEPS)
ALL_OFF = tuple((step, False) for step in STEPS)


def lines_of(dataset: Dataset, spec: GatherSpec, step: str = "") -> pl.DataFrame:
    return finish(left_out_lines(dataset, spec, step))


def opened(folder: Path, text: str = LINES, **said: object) -> tuple[Dataset, GatherSpec]:
    path = written(folder, "orders.csv", text)
    spec = spec_of(path, tables=(TableSpec(str(path), "orders"),), **said)
    return as_orders(path, **said), spec


def test_standard_steps(tmp_path: Path) -> None:
    dataset, _ = opened(tmp_path)
    # 10: no customer; 2 and 12: cancelled; 3 and 13: no quantity; 4, 5 and 14: no price
    assert left_out(dataset) == {"customer_id": 1, "not_cancelled": 2, "quantity": 2, "price": 3}
    assert rolled(dataset).kept == 6
    assert adds_up(rolled(dataset))
    assert [step.id for step in rolled(dataset).steps] == list(STEPS)
    assert all(step.applies for step in rolled(dataset).steps)
    off = {id for id, step in steps(dataset).items() if not step.on}
    assert off == {"duplicates", "non_products", "test_accounts"}
    assert all(steps(dataset)[id].rows is None for id in off)


def test_all_steps(tmp_path: Path) -> None:
    dataset, _ = opened(tmp_path, steps=ALL_ON)
    assert left_out(dataset) == {
        "customer_id": 1, "not_cancelled": 2, "quantity": 2, "price": 3,
        "duplicates": 1,  # 6; of 4 and 5, which are equal too, both cost nothing
        "non_products": 2,  # 7 by its code, 8 by its name
        "test_accounts": 1,  # 9
        "has_orders": 1,  # and so test-7, a customer, has no order that counts
    }  # fmt: skip
    assert column(dataset, "monetary") == {"ann": 10.0, "bob": 15.0}
    assert adds_up(rolled(dataset))


def test_no_steps(tmp_path: Path) -> None:
    dataset, _ = opened(tmp_path, steps=ALL_OFF)
    assert left_out(dataset) == {}
    assert rolled(dataset).kept == rolled(dataset).lines == 14
    assert column(dataset, "frequency") == {"ann": 5, "bob": 4, "test-7": 1, "order C536371": 1}


@pytest.mark.parametrize(
    ("off", "then"),
    [
        # line 10 has no customer, is cancelled by its state, its number and its quantity, and costs nothing
        # (and its order is a guest without an order that counts)
        ("customer_id", {"not_cancelled": 3, "quantity": 2, "price": 3, "has_orders": 1}),
        # 2 and 12 are cancelled: one has a quantity below 0, the other is kept
        ("not_cancelled", {"customer_id": 1, "quantity": 3, "price": 3}),
        ("quantity", {"customer_id": 1, "not_cancelled": 2, "price": 3}),
        ("price", {"customer_id": 1, "not_cancelled": 2, "quantity": 2}),
    ],
)
def test_a_step_switched_off_leaves_its_lines_to_the_next(tmp_path: Path, off: str, then: dict[str, int]) -> None:
    dataset, _ = opened(tmp_path, steps=((off, False),))
    assert left_out(dataset) == then
    assert adds_up(rolled(dataset))


@pytest.mark.parametrize(
    "said",
    ["Cancelled", "canceled", "CANCELED", "refunded", "Returned", "void", "rejected", "Payment failed", "storniert",
     "Annulé", "Devolución"],
)  # fmt: skip
def test_words_of_cancelled_orders(tmp_path: Path, said: str) -> None:
    text = f"customer_id,order_id,amount,order_status\na,1,5.00,Shipped\na,2,5.00,{said}\nb,3,1.00,Shipped\n"
    dataset, _ = opened(tmp_path, text)
    assert left_out(dataset) == {"not_cancelled": 1}


def test_a_cancelled_number_with_a_negative_amount(tmp_path: Path) -> None:
    text = "customer_id,order_id,amount\na,1,5.00\na,C2,-5.00\na,C3,5.00\na,CX4,-1.00\nb,5,2.00\n"
    dataset, _ = opened(tmp_path, text)
    assert left_out(dataset) == {"not_cancelled": 1, "price": 1}


def test_blank_customers_are_none(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text('customer_id,order_id,amount\na,1,5.00\na,2,5.00\n"  ",3,5.00\n"",4,5.00\nb,5,1.00\n')
    assert left_out(as_orders(path)) == {"customer_id": 2}
    guests = as_orders(path, steps=(("customer_id", False),))
    assert column(guests, "monetary") == {"a": 10.0, "b": 1.0, "order 3": 5.0, "order 4": 5.0}


def test_steps_that_do_not_apply(tmp_path: Path) -> None:
    text = "customer_id,order_date,amount\na,2024-01-01,5.00\na,2024-01-02,5.00\nb,2024-01-02,0.00\nc,2024-01-03,1\n"
    dataset, spec = opened(tmp_path, text)
    applies = {id: step.applies for id, step in steps(dataset).items()}
    assert [id for id, does in applies.items() if not does] == ["not_cancelled", "quantity", "non_products"]
    assert not steps(dataset)["quantity"].on
    counted = {step.id: step.rows for step in finish(count_steps(dataset, spec))}
    assert counted["non_products"] is None  # there is nothing to count


# -- the lines behind the counts -----------------------------------------------------------------------------


def test_count_steps(tmp_path: Path) -> None:
    dataset, spec = opened(tmp_path)
    counted = {step.id: step.rows for step in finish(count_steps(dataset, spec))}
    assert counted == {
        "customer_id": 1, "not_cancelled": 2, "quantity": 2, "price": 3, "duplicates": 1, "non_products": 2,
        "test_accounts": 1, "has_orders": 0,
    }  # fmt: skip
    assert [step.id for step in finish(count_steps(dataset, spec)) if step.on] == [
        "customer_id", "not_cancelled", "quantity", "price", "has_orders",
    ]  # fmt: skip


def test_left_out_lines(tmp_path: Path) -> None:
    dataset, spec = opened(tmp_path)
    found = lines_of(dataset, spec)
    assert found.columns == [
        "row", "reason", "customer_id", "order_id", "order_time", "product", "description", "quantity", "unit_price",
        "status",
    ]  # fmt: skip
    titles = {id: step.title for id, step in steps(dataset).items()}
    by_step = ["not_cancelled", "quantity", "price", "price", "customer_id", "not_cancelled", "quantity", "price"]
    assert found["row"].to_list() == [2, 3, 4, 5, 10, 12, 13, 14]
    assert found["reason"].to_list() == [titles[id] for id in by_step]
    assert found["order_id"].to_list()[:3] == ["C536366", "536367", "536368"]
    assert found["unit_price"].cast(pl.Float64).to_list() == [5.0, 5.0, 0.0, 0.0, 0.0, 5.0, 5.0, None]


@pytest.mark.parametrize(
    ("step", "rows"),
    [
        ("customer_id", [10]),
        ("quantity", [3, 13]),
        ("duplicates", [6]),
        ("non_products", [7, 8]),
        ("test_accounts", [9]),
    ],
)
def test_left_out_lines_of_a_step(tmp_path: Path, step: str, rows: list[int]) -> None:
    """Of a step that is off: the lines that it would leave out of what is kept."""
    dataset, spec = opened(tmp_path)
    found = lines_of(dataset, spec, step)
    assert found["row"].to_list() == rows
    assert set(found["reason"]) == {steps(dataset)[step].title}


def test_left_out_lines_with_a_snapshot(tmp_path: Path) -> None:
    dataset, spec = opened(tmp_path, snapshot=date(2024, 1, 9), steps=(("price", False),))
    found = lines_of(dataset, spec)
    late = found.filter(pl.col("reason") == "on or after the snapshot, or without a date")
    assert late["row"].to_list() == [14]  # 13 has no quantity, whenever it was
    assert found.height == rolled(dataset).lines - rolled(dataset).kept
    assert rolled(dataset).later == 1


def test_left_out_lines_of_a_holdout(tmp_path: Path) -> None:
    more = LINES + "    cid,536376,2024-01-01 10:00:00,tea,Green tea,1,5.00,shipped\n"
    dataset, spec = opened(tmp_path, more, holdout=5)  # the last order that counts is of 7 January: 3 to 7
    assert rolled(dataset).holdout == (date(2024, 1, 3), date(2024, 1, 8))
    late = lines_of(dataset, spec).filter(pl.col("reason").str.contains("snapshot"))
    assert late["row"].to_list() == [7, 8, 9, 11]
    assert rolled(dataset).later == 4


def test_left_out_lines_there_are_none_of(tmp_path: Path) -> None:
    text = "customer_id,order_id,amount\na,1,5.00\na,2,5.00\nb,3,1.00\n"
    dataset, spec = opened(tmp_path, text)
    assert lines_of(dataset, spec).shape == (0, 5)
    with pytest.raises(AnalysisError, match="no step"):
        lines_of(dataset, spec, "has_orders")


def test_columns_of_the_source_may_be_called_row_and_reason(tmp_path: Path) -> None:
    text = "row,customer_id,order_id,amount,reason,reason_2\n7,a,1,5.00,x,y\n8,a,2,5.00,x,y\n9,b,3,0.00,why,z\n9,c,4,1,x,y\n"
    dataset, spec = opened(tmp_path, text)
    found = lines_of(dataset, spec)
    assert found.height == 1
    assert found.columns[:2] == ["row", "reason"]
    cells = [str(cell) for cell in found.row(0)]
    assert cells[0] == "3"
    assert {"9", "why", "z"} < set(cells)


# -- every line once, whatever the lines ---------------------------------------------------------------------

LINE = st.tuples(
    st.sampled_from(["", "a", "b", "test 1"]),
    st.sampled_from(["1", "C2", "3", ""]),
    st.sampled_from(["2024-01-01", "2024-02-01", "", "2024-03-01"]),
    st.sampled_from(["tea", "POST", ""]),
    st.sampled_from(["-1", "0", "2", "", "1.5"]),
    st.sampled_from(["0", "1.5", "-2", "", "7"]),
)
ALWAYS = "x,8,2024-01-01,tea,1,1\ny,9,2024-01-01,tea,1,1\n"
"""Two customers who stay whatever the steps, so that there is something to look at."""


def step_of(line: tuple[str, ...], before: list[tuple[str, ...]], on: set[str], snapshot: str) -> str:
    """The step that leaves a line out, worked out without any table: "" where it is kept."""
    customer, order, day, product, quantity, price = line
    number = float(quantity or "nan")
    tests = {
        "customer_id": not customer,
        "not_cancelled": order == "C2" and number < 0,
        "quantity": not number > 0,
        "price": not float(price or "nan") > 0,
        "duplicates": line in before,
        "non_products": product == "POST",
        "test_accounts": customer == "test 1",
    }
    found = next((step for step, out in tests.items() if out and step in on), "")
    return found or ("later" if snapshot and (not day or day >= snapshot) else "")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    lines=st.lists(LINE, max_size=14),
    on=st.sets(st.sampled_from(STEPS[:-1])),
    snapshot=st.sampled_from(["", "2024-02-01"]),
)
def test_every_line_is_kept_later_or_left_out_once(lines: list[tuple[str, ...]], on: set[str], snapshot: str) -> None:
    text = "customer_id,order_id,order_date,product,quantity,unit_price\n" + ALWAYS
    text += "".join(",".join(line) + "\n" for line in lines)
    said = {"steps": tuple((step, step in on) for step in STEPS)}
    if snapshot:
        said["snapshot"] = date.fromisoformat(snapshot)  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        path.write_text(text)
        dataset = as_orders(path, **said)
        spec = spec_of(path, tables=(TableSpec(str(path), "orders"),), **said)
        rollup, out = rolled(dataset), lines_of(dataset, spec)
        wanted = [step_of(line, lines[:i], on, snapshot) for i, line in enumerate(lines)]
    assert rollup.lines == len(lines) + 2
    assert adds_up(rollup)
    assert rollup.later == wanted.count("later")
    assert {id: step.rows for id, step in steps(dataset).items() if step.on and id != "has_orders"} == {
        step: wanted.count(step) for step in STEPS[:-1] if step in on
    }
    assert out["row"].to_list() == [i + 3 for i, step in enumerate(wanted) if step]

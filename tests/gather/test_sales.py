"""The lines of sale: what was paid, what was taken off, whose they are; what a source does not say is null."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from segtui.errors import AnalysisError
from segtui.gather.sales import Sales, sales, sales_of_holdout
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import GatherSpec, Recipe, SourceSpec

ORDERS = """order,customer,day,product,quantity,unit_price,discount,country
1,x,2024-01-01,tea,2,5.00,0.0,UK
1,x,2024-01-01,milk,1,4.00,0.25,UK
2,y,2024-01-02,tea,3,5.00,0.2,FR
C3,y,2024-01-03,milk,-1,4.00,0,FR
4,,2024-01-04,milk,1,4.00,0,FR
"""


def read(tmp_path: Path, text: str) -> tuple[Pipeline, Sales]:
    path = tmp_path / "orders.csv"
    path.write_text(text)
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(path)),)))
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    return pipeline, finish(sales(pipeline.dataset, recipe.gather))


def test_what_was_paid_and_taken_off(tmp_path: Path) -> None:
    pipeline, found = read(tmp_path, ORDERS)
    ids = pipeline.dataset.frame[pipeline.dataset.id_column].to_list()
    rows = found.frame.sort("order", "item").select(
        "order", "item", "owner", "quantity", "unit_price", "amount", "discount"
    )
    assert [(o, i, ids[at], q, u, a) for o, i, at, q, u, a, _ in rows.rows()] == [
        ("1", "milk", "x", 1.0, 4.0, 3.0), ("1", "tea", "x", 2.0, 5.0, 10.0), ("2", "tea", "y", 3.0, 5.0, 12.0),
    ]  # fmt: skip
    assert rows["discount"].to_list() == pytest.approx([0.25, 0.0, 0.2])
    assert found.frame["day"].dtype == pl.Date
    assert set(found.frame["country"]) == {"UK", "FR"}
    assert found.told == {"order", "item", "day", "quantity", "unit_price", "amount", "discount", "country"}


def test_what_is_not_said_is_null(tmp_path: Path) -> None:
    text = "customer,day,amount\n" + "".join(f"{'xyz'[n % 3]},2024-01-0{1 + n % 9},{5 + n}.50\n" for n in range(30))
    _, found = read(tmp_path, text)
    assert found.told == {"order", "day", "amount"}  # an order is then a customer's day
    assert found.frame["item"].null_count() == found.frame.height == 30


def test_without_orders_there_are_none(examples: Path) -> None:
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(examples / "customers.csv")),)))
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    with pytest.raises(AnalysisError, match="no order lines"):
        finish(sales(pipeline.dataset, recipe.gather))


LATER = """order,customer,day,product,quantity,unit_price
1,x,2024-01-01,tea,2,5.00
2,y,2024-01-09,tea,1,5.00
3,x,2024-01-10,tea,3,5.00
4,z,2024-01-11,milk,1,4.00
C5,x,2024-01-12,tea,-3,5.00
6,y,2024-01-14,milk,1,4.00
7,y,2024-01-15,milk,9,4.00
"""


def test_the_holdout_has_the_lines_of_its_days_alone(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(LATER)
    gather = GatherSpec((SourceSpec(str(path)),), snapshot=date(2024, 1, 10), holdout=5)
    pipeline = Pipeline()
    dataset, _ = finish(pipeline.open(Recipe(gather=gather)))
    before = finish(sales(dataset, gather)).frame.sort("order")
    assert before["order"].to_list() == ["1", "2"]
    found = finish(sales_of_holdout(dataset, gather)).frame.sort("order")
    ids = dataset.frame[dataset.id_column].to_list()
    whose = [ids[at] if at >= 0 else None for at in found["owner"].to_list()]
    assert list(zip(found["order"].to_list(), whose, found["amount"].to_list(), strict=True)) == [
        ("3", "x", 15.0),
        ("4", None, 4.0),  # z is nobody's customer yet
        ("6", "y", 4.0),
    ]
    assert dataset.rollup is not None
    assert dataset.rollup.outcome is not None
    spent = dict(zip(ids, dataset.rollup.outcome["spend"].to_list(), strict=True))
    assert spent == {"x": 15.0, "y": 4.0}


def test_without_a_holdout_nothing_is_later(tmp_path: Path) -> None:
    pipeline, _ = read(tmp_path, ORDERS)
    with pytest.raises(AnalysisError, match="kept apart"):
        finish(sales_of_holdout(pipeline.dataset, GatherSpec()))

"""The lines of baskets: as the cleaning steps say, with the customer's position, by product, category or brand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from segtui.errors import AnalysisError
from segtui.gather.baskets import BasketLines, lines_of_baskets, lines_of_customers
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import GatherSpec, SourceSpec
from segtui.recipe import Recipe as Whole

ORDERS = """order,customer,day,product,category,quantity,unit_price
1,x,2024-01-01,tea,drinks,1,2.00
1,x,2024-01-01,milk ,dairy,1,1.00
1,x,2024-01-01,tea,drinks,2,4.00
2,y,2024-01-02,tea,drinks,1,3.00
2,y,2024-01-02,,dairy,1,1.00
C3,y,2024-01-03,milk,dairy,-1,1.00
4,,2024-01-04,milk,dairy,1,1.00
5,z,2024-01-05,milk,dairy,1,0.00
5,z,2024-01-05,rice,food,1,5.00
6,y,2024-01-06,rice,food,1,5.00
"""


PLAIN = GatherSpec()


def read(tmp_path: Path, text: str, spec: GatherSpec = PLAIN, by: str = "product") -> tuple[Pipeline, BasketLines]:
    path = tmp_path / "orders.csv"
    path.write_text(text)
    recipe = Whole(gather=GatherSpec((SourceSpec(str(path)),), steps=spec.steps, holdout=spec.holdout))
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    return pipeline, finish(lines_of_customers(pipeline.dataset, recipe.gather, by))


def told(found: BasketLines, pipeline: Pipeline) -> list[tuple[str, str | None, str | None]]:
    id_column = pipeline.dataset.id_column
    ids = pipeline.dataset.frame[id_column].to_list()
    rows = found.frame.select("order", "item", "owner").rows()
    return sorted(((o, i, None if at < 0 else ids[at]) for o, i, at in rows), key=str)


def test_lines_that_count_with_their_customer(tmp_path: Path) -> None:
    pipeline, found = read(tmp_path, ORDERS)
    assert told(found, pipeline) == [
        ("1", "milk", "x"), ("1", "tea", "x"), ("1", "tea", "x"), ("2", "tea", "y"), ("2", None, "y"),
        ("5", "rice", "z"), ("6", "rice", "y"),
    ]  # fmt: skip
    assert (found.item, found.order) == ("product", "order")
    assert found.items.rows() == [("milk", "dairy", 1.0), ("rice", "food", 5.0), ("tea", "drinks", 3.0)]


def test_lines_say_their_day(tmp_path: Path) -> None:
    _, found = read(tmp_path, ORDERS)
    days = dict(found.frame.select("order", "day").rows())
    assert days == {"1": date(2024, 1, 1), "2": date(2024, 1, 2), "5": date(2024, 1, 5), "6": date(2024, 1, 6)}


def test_a_step_switched_off_lets_its_lines_in(tmp_path: Path) -> None:
    pipeline, found = read(tmp_path, ORDERS, GatherSpec().with_step("price", False))
    assert ("5", "milk", "z") in told(found, pipeline)


def test_orders_of_the_holdout_are_not_there(tmp_path: Path) -> None:
    pipeline, found = read(tmp_path, ORDERS, GatherSpec(holdout=2))
    assert {order for order, _, _ in told(found, pipeline)} == {"1", "2"}


def test_by_category_and_where_nothing_says_the_brand(tmp_path: Path) -> None:
    pipeline, found = read(tmp_path, ORDERS, by="category")
    assert ("2", "dairy", "y") in told(found, pipeline)
    assert found.items.columns == ["item", "family", "price"]
    with pytest.raises(AnalysisError, match="do not say the brand") as caught:
        read(tmp_path, ORDERS, by="brand")
    assert "They have: product, category." in str(caught.value)


def test_without_order_numbers_a_basket_is_a_day(tmp_path: Path) -> None:
    text = "\n".join(line.split(",", 1)[1] for line in ORDERS.splitlines())
    pipeline, found = read(tmp_path, text)
    assert found.order == "customer and day"
    assert ("x 2024-01-01", "tea", "x") in told(found, pipeline)


def test_a_table_of_baskets_needs_no_customers(tmp_path: Path) -> None:
    path = tmp_path / "baskets.csv"
    rows = "".join(f"{1 + i // 2},{('tea', 'milk', 'rice')[i % 3]}\n" for i in range(60))
    path.write_text("basket,item\n" + rows)
    found = finish(lines_of_baskets(GatherSpec((SourceSpec(str(path)),))))
    assert found.frame.height == 60
    assert set(found.frame["owner"]) == {-1}
    assert found.items["item"].to_list() == ["milk", "rice", "tea"]


def test_no_baskets_is_said(examples: Path) -> None:
    with pytest.raises(AnalysisError, match="no baskets here"):
        finish(lines_of_baskets(GatherSpec((SourceSpec(str(examples / "customers.csv")),))))

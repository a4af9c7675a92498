"""Tables brought together: what matches, what does not, what is said of it; lines and customers are never multiplied."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from segtui.gather.leftout import left_out_lines
from segtui.progress import finish
from segtui.recipe import ColumnSpec, TableSpec
from segtui.results import Dataset, JoinReport, Kind
from tests.gather.making import adds_up, as_orders, by_id, column, opened, rolled, spec_of, whole_table, written

ORDERS = """
    customer_id,order_id,order_date,product_id,quantity,unit_price
    c1,1,2024-01-01,p1,2,5.00
    c1,1,2024-01-01,p2,1,20.00
    c1,2,2024-01-09,p1,1,5.00
    c2,3,2024-01-05,p3,3,1.00
    c2,4,2024-01-06,p3,1,1.00
    c3,5,2024-01-07,p9,1,4.00
    c3,6,2024-01-08,,1,4.00
"""
CUSTOMERS = """
    customer_id,age,city
    c1,30,Bern
    c2,41,Genf
    c4,52,Chur
    c5,63,Zug
    c6,74,Biel
    c7,85,Wil
"""
PRODUCTS = """
    product_id,category,brand
    p1,drinks,Own
    p2,kitchen,Own
    p3,drinks,Fine
    p4,kitchen,Fine
    p5,garden,Fine
"""


def of(dataset: Dataset, right: Path) -> JoinReport:
    (found,) = (join for join in dataset.joins if join.right == str(right))
    return found


# -- customers -----------------------------------------------------------------------------------------------


def test_orders_and_customers(tmp_path: Path) -> None:
    orders, customers = written(tmp_path, "orders.csv", ORDERS), written(tmp_path, "customers.csv", CUSTOMERS)
    dataset = opened(orders, customers)
    assert [source.kind for source in dataset.sources] == [Kind.ORDERS, Kind.CUSTOMERS]
    joined = of(dataset, customers)
    assert joined.left == str(orders)
    assert joined.on == ("customer_id", "customer_id")
    assert (joined.matched, joined.only_left, joined.only_right, joined.repeated) == (2, 1, 4, 0)
    assert (joined.left_examples, joined.right_examples) == (("c3",), ("c4", "c5", "c6"))
    assert "ids were compared" not in joined.done
    assert "would match" not in joined.done
    found = by_id(dataset)
    assert {id: row["city"] for id, row in found.items()} == {"c1": "Bern", "c2": "Genf", "c3": None}
    assert (found["c1"]["monetary"], found["c1"]["age"]) == (35.0, 30)


def test_customers_without_orders(tmp_path: Path) -> None:
    """They stay in the table, are left out by the step, and count 0 orders where it is off."""
    paths = written(tmp_path, "orders.csv", ORDERS), written(tmp_path, "customers.csv", CUSTOMERS)
    dataset = opened(*paths)
    assert whole_table(dataset)["customer_id"].to_list() == ["c1", "c2", "c3", "c4", "c5", "c6", "c7"]
    assert [out.rows.tolist() for out in dataset.left_out] == [[3, 4, 5, 6]]
    everyone = by_id(opened(*paths, steps=(("has_orders", False),)))
    c4 = everyone["c4"]
    assert (c4["frequency"], c4["monetary"], c4["recency"], c4["city"]) == (0, 0.0, None, "Chur")
    assert len(everyone) == 7


def test_the_order_of_sources_changes_only_the_order_of_columns(tmp_path: Path) -> None:
    orders, customers = written(tmp_path, "orders.csv", ORDERS), written(tmp_path, "customers.csv", CUSTOMERS)
    one, other = opened(orders, customers), opened(customers, orders)
    assert one.frame.equals(other.frame.select(one.frame.columns))


def test_a_customer_table_with_repeated_ids(tmp_path: Path) -> None:
    more = CUSTOMERS + "    c2,18,Lugano\n    c2,41,Genf\n"
    orders, customers = written(tmp_path, "orders.csv", ORDERS), written(tmp_path, "customers.csv", more)
    dataset = opened(orders, customers)
    assert of(dataset, customers).repeated == 2
    assert "of 2 repeated ids one row each was taken" in of(dataset, customers).done
    assert dataset.customers == 3
    assert by_id(dataset)["c2"]["city"] in ("Genf", "Lugano")
    shuffled = "\n".join([CUSTOMERS.strip().splitlines()[0], *reversed(more.strip().splitlines()[1:])])
    again = opened(orders, written(tmp_path, "customers.csv", shuffled))
    assert again.frame.equals(dataset.frame)  # which one is taken does not depend on the order of rows


def test_names_that_are_taken(tmp_path: Path) -> None:
    clashing = "customer_id,frequency,Recency,monetary,monetary_2\nc1,often,1,9,7\nc2,seldom,2,9,7\nc4,never,3,9,7\n"
    orders, customers = written(tmp_path, "orders.csv", ORDERS), written(tmp_path, "customers.csv", clashing)
    dataset = opened(orders, customers)
    c1 = by_id(dataset)["c1"]
    assert (c1["frequency"], c1["frequency_2"], c1["Recency"]) == (2, "often", 1)
    assert (c1["monetary"], c1["monetary_2"], c1["monetary_3"]) == (35.0, 7, 9)
    told = [warning for warning in dataset.warnings if "has a column" in warning]
    assert told == [
        f"{customers} has a column {name} too; it is called {new} here"
        for name, new in (("frequency", "frequency_2"), ("monetary", "monetary_3"))
    ]


def test_another_column_called_customer_id(tmp_path: Path) -> None:
    """The analyst names the column that identifies customers; the one with the usual name is something else."""
    orders = "code,order_id,order_date,amount,customer_id\na,1,2024-01-01,5.00,7\na,2,2024-01-02,5.00,7\nb,3,2024-01-03,1.00,7\n"
    people = "code,customer_id,age\na,7,30\nb,8,40\nc,9,50\n"
    paths = written(tmp_path, "orders.csv", orders), written(tmp_path, "people.csv", people)
    dataset = opened(*paths, id_column="code")
    assert dataset.id_column == "code"
    found = by_id(dataset)
    assert {id: row["age"] for id, row in found.items()} == {"a": 30, "b": 40}
    assert {id: row["customer_id_2"] for id, row in found.items()} == {"a": 7, "b": 8}
    assert any("it is called customer_id_2 here" in warning for warning in dataset.warnings)


# -- ids written differently ---------------------------------------------------------------------------------


def lines_with(ids: list[str]) -> str:
    rows = [f"{id},{number},2024-01-0{number % 9 + 1},5.00" for number, id in enumerate([*ids, *ids])]
    return "customer_id,order_id,order_date,amount\n" + "\n".join(rows)


@pytest.mark.parametrize(
    ("in_orders", "in_customers"),
    [
        (["17850", "17851", "17852"], ["017850", "017851", "017852"]),
        (["017850", "017851", "017852"], ["17850", "17851", "17852"]),
        (["17850", "17851", "X2"], ['"17850.0"', '"17851.0"', "X2.0"]),
        (["17850.0", "17851.0", "X2"], ["017850", "17851", "X2"]),
        (["17850", "17851", "X2"], [" 17850", "17851 ", " X2 "]),
    ],
)
def test_ids_that_differ_in_padding_and_type(tmp_path: Path, in_orders: list[str], in_customers: list[str]) -> None:
    orders = written(tmp_path, "orders.csv", lines_with(in_orders))
    rows = [f"{id},{age}" for id, age in zip(in_customers, (30, 40, 50), strict=True)]
    customers = tmp_path / "customers.csv"
    customers.write_text("customer_id,age\n" + "\n".join(rows) + "\n")
    strict = opened(orders, customers)
    joined = of(strict, customers)
    assert joined.matched < 3
    assert joined.only_left == joined.only_right == 3 - joined.matched
    hint = "more would match if ids were compared without leading zeros, blanks and “.0”"
    assert f"; {3 - joined.matched} {hint}" in joined.done or "X2.0" in in_customers
    loose = opened(orders, customers, loose_ids=True)
    assert of(loose, customers).matched == 3
    assert "; ids were compared without leading zeros, blanks and “.0”" in of(loose, customers).done
    assert sorted(column(loose, "age").values()) == [30, 40, 50]
    assert loose.customers == 3
    assert rolled(loose).revenue == 30.0


def test_numbers_stored_as_decimals_are_the_whole_numbers(tmp_path: Path) -> None:
    orders = written(tmp_path, "orders.csv", lines_with(["17850.0", "17851.0", "17852.0"]))
    customers = written(tmp_path, "customers.csv", "customer_id,age\n17850,30\n17851,40\n17853,50\n")
    dataset = opened(orders, customers)
    assert of(dataset, customers).matched == 2
    assert column(dataset, "age") == {17850: 30, 17851: 40, 17852: None}


def test_loose_ids_bring_customers_of_one_table_together(tmp_path: Path) -> None:
    orders = written(tmp_path, "orders.csv", lines_with(["7", "07", "X8"]))
    assert column(opened(orders), "frequency") == {"7": 2, "07": 2, "X8": 2}
    assert column(opened(orders, loose_ids=True), "frequency") == {"07": 4, "X8": 2}


def test_ids_matched_loosely_leave_as_the_first_table_writes_them(tmp_path: Path) -> None:
    orders = written(tmp_path, "orders.csv", lines_with(["00007", "00018", "X8"]))
    customers = written(tmp_path, "customers.csv", "customer_id,age\n7,30\n18.0,40\nX8,50\n0099,60\n")
    dataset = opened(orders, customers, loose_ids=True, steps=(("has_orders", False),))
    assert column(dataset, "age") == {"00007": 30, "00018": 40, "X8": 50, "0099": 60}
    assert column(dataset, "frequency") == {"00007": 2, "00018": 2, "X8": 2, "0099": 0}
    other_way = opened(customers, orders, loose_ids=True, steps=(("has_orders", False),))
    assert column(other_way, "age") == column(dataset, "age")


def test_what_is_held_out_finds_ids_matched_loosely(tmp_path: Path) -> None:
    lines = "customer_id,order_id,order_date,amount\n007,1,2024-01-01,5\n7,2,2024-01-20,6\n008,3,2024-01-02,7\n"
    outcome = rolled(as_orders(written(tmp_path, "o.csv", lines), loose_ids=True, holdout=5)).outcome
    assert outcome is not None
    assert sorted(outcome["spend"].to_list()) == [0.0, 6.0]


def test_ids_with_a_fraction_stay_apart(tmp_path: Path) -> None:
    """Account numbers such as 100.1 and 100.2 are no decimals that may be rounded to one customer."""
    text = lines_with(["100.1", "100.2", "101.5"])
    orders = written(tmp_path, "orders.csv", text)
    dataset = opened(orders, id_column="customer_id")
    assert dataset.customers == 3
    people = written(tmp_path, "people.csv", "customer_id,age\n100.1,30\n100.2,40\n101.5,50\n")
    both = opened(orders, people, id_column="customer_id")
    assert sorted(column(both, "age").values()) == [30, 40, 50]


# -- products ------------------------------------------------------------------------------------------------


def test_products(tmp_path: Path) -> None:
    orders, products = written(tmp_path, "orders.csv", ORDERS), written(tmp_path, "products.csv", PRODUCTS)
    dataset = opened(orders, products)
    assert [source.kind for source in dataset.sources] == [Kind.ORDERS, Kind.PRODUCTS]
    joined = of(dataset, products)
    assert (joined.matched, joined.only_left, joined.only_right) == (3, 1, 2)
    assert (joined.left_examples, joined.right_examples) == (("p9",), ("p4", "p5"))
    found = by_id(dataset)
    assert (found["c1"]["distinct_categories"], found["c1"]["top_category_share"]) == (2, 20 / 35)
    assert (found["c3"]["distinct_categories"], found["c3"]["top_category_share"]) == (0, None)
    alone = opened(orders)
    assert dataset.frame.select(alone.frame.columns).equals(alone.frame)


def test_repeated_products_do_not_multiply_lines(tmp_path: Path) -> None:
    orders = written(tmp_path, "orders.csv", ORDERS)
    more = PRODUCTS + "    p1,water,Own\n    p1,drinks,Own\n"
    said = (TableSpec(str(tmp_path / "products.csv"), "products"),)
    dataset = opened(orders, products := written(tmp_path, "products.csv", more), tables=said)
    assert of(dataset, products).repeated == 1  # p1, though three times
    assert "of 1 repeated keys one row was taken" in of(dataset, products).done
    assert rolled(dataset).lines == rolled(dataset).kept == 7
    assert column(dataset, "monetary") == {"c1": 35.0, "c2": 4.0, "c3": 8.0}
    turned = "\n".join([PRODUCTS.strip().splitlines()[0], *reversed(more.strip().splitlines()[1:])])
    again = opened(orders, written(tmp_path, "products.csv", turned), tables=said)
    assert again.frame.equals(dataset.frame)


def test_products_matched_loosely(tmp_path: Path) -> None:
    orders = written(tmp_path, "orders.csv", re.sub(r"\bp(\d)", r"00\1", ORDERS))
    products = written(tmp_path, "products.csv", re.sub(r"\bp(\d)", r"\1", PRODUCTS))
    assert "3 more would match" in of(opened(orders, products), products).done
    loose = opened(orders, products, loose_ids=True)
    assert of(loose, products).matched == 3
    assert column(loose, "distinct_categories") == {"c1": 2, "c2": 1, "c3": 0}


def test_prices_from_the_products(tmp_path: Path) -> None:
    orders = "customer_id,order_id,order_date,product_id,quantity\nc1,1,2024-01-01,p1,2\nc1,2,2024-01-02,p2,1\nc2,3,2024-01-03,p1,1\n"
    products = "product_id,price\np1,5.00\np2,20.00\np3,1.00\n"
    dataset = opened(written(tmp_path, "orders.csv", orders), written(tmp_path, "products.csv", products))
    assert column(dataset, "monetary") == {"c1": 30.0, "c2": 5.0}


# -- headers -------------------------------------------------------------------------------------------------

HEADERS = """
    order_id,customer_id,order_date,status
    1,c1,2024-01-01,paid
    2,c1,2024-01-09,paid
    3,c2,2024-01-05,cancelled
    4,c2,2024-01-06,paid
    8,c9,2024-01-08,paid
"""
ITEMS = """
    order_id,product_id,quantity,unit_price
    1,p1,2,5.00
    1,p2,1,20.00
    2,p1,1,5.00
    3,p3,3,1.00
    4,p3,1,1.00
    7,p3,9,9.00
    7,p4,9,9.00
"""


def test_lines_take_the_customer_from_their_header(tmp_path: Path) -> None:
    headers, items = written(tmp_path, "headers.csv", HEADERS), written(tmp_path, "items.csv", ITEMS)
    dataset = opened(headers, items)
    assert [source.kind for source in dataset.sources] == [Kind.ORDERS, Kind.ORDERS]
    joined = of(dataset, headers)
    assert (joined.left, joined.on) == (str(items), ("order_id", "order_id"))
    assert (joined.matched, joined.only_left, joined.only_right) == (4, 1, 1)
    assert (joined.left_examples, joined.right_examples) == (("7",), ("8",))
    found = by_id(dataset)
    assert {id: row["monetary"] for id, row in found.items()} == {"c1": 35.0, "c2": 1.0}
    assert (found["c1"]["recency"], found["c2"]["recency"]) == (1, 4)
    rollup = rolled(dataset)
    assert (rollup.lines, rollup.kept) == (7, 4)  # order 7 is nobody's, order 3 was cancelled
    assert adds_up(rollup)


def test_all_at_once(tmp_path: Path) -> None:
    """A folder with headers, their lines, products and customers: every table finds its place."""
    for name, text in (
        ("a_headers", HEADERS),
        ("b_items", ITEMS),
        ("c_products", PRODUCTS),
        ("d_customers", CUSTOMERS),
    ):
        written(tmp_path, f"{name}.csv", text)
    dataset = opened(tmp_path)
    assert [source.kind for source in dataset.sources] == [Kind.ORDERS, Kind.ORDERS, Kind.PRODUCTS, Kind.CUSTOMERS]
    assert len(dataset.joins) == 3
    c1 = by_id(dataset)["c1"]
    assert (c1["monetary"], c1["distinct_categories"], c1["city"], c1["age"]) == (35.0, 2, "Bern", 30)
    assert not any("is not used" in warning for warning in dataset.warnings)
    spec = spec_of(tmp_path)
    assert finish(left_out_lines(dataset, spec, "not_cancelled")).height == 1


# -- records and lookups -------------------------------------------------------------------------------------


def test_records_with_a_lookup(tmp_path: Path) -> None:
    sent = "customer_id,campaign_id\nc1,1\nc1,2\nc2,2\nc2,2\nc8,1\nc8,2\nc8,2\n"
    campaigns = "campaign_id,campaign_type\n1,mail\n2,post\n3,mail\n"
    orders = written(tmp_path, "orders.csv", ORDERS)
    told = written(tmp_path, "sent.csv", sent), written(tmp_path, "campaigns.csv", campaigns)
    dataset = opened(orders, *told)
    assert [source.kind for source in dataset.sources] == [Kind.ORDERS, Kind.RECORDS, Kind.LOOKUP]
    looked_up = of(dataset, told[1])
    assert (looked_up.left, looked_up.on) == (str(told[0]), ("campaign_id", "campaign_id"))
    assert (looked_up.matched, looked_up.only_left, looked_up.only_right, looked_up.right_examples) == (2, 0, 1, ("3",))
    records = of(dataset, told[0])
    assert (records.matched, records.only_left, records.only_right) == (2, 1, 1)
    assert "who is only in the second is no customer here" in records.done
    assert set(column(dataset, "frequency")) == {"c1", "c2", "c3"}
    counts = [name for name in dataset.frame.columns if name.endswith("sent") or "sent_count" in name or name == "sent"]
    assert counts
    assert [column(dataset, counts[0])[id] for id in ("c1", "c2", "c3")] == [2, 2, 0]


# -- parts ---------------------------------------------------------------------------------------------------


def test_parts_of_one_table(tmp_path: Path) -> None:
    whole = written(tmp_path, "whole.csv", ORDERS)
    head, *rows = ORDERS.strip().splitlines()
    (tmp_path / "parts").mkdir()
    first = written(tmp_path / "parts", "2024-01.csv", "\n".join([head, *rows[:3]]))
    second = written(tmp_path / "parts", "2024-02.csv", "\n".join([head, *rows[3:]]))
    one = opened(whole)
    for paths in ((first, second), (second, first), (tmp_path / "parts",), (tmp_path / "parts" / "*.csv",)):
        dataset = opened(*paths)
        assert dataset.frame.equals(one.frame), paths
        assert [source.files for source in dataset.sources] == [2]
        assert rolled(dataset).lines == 7
        assert dataset.joins == ()


def test_parts_whose_types_differ(tmp_path: Path) -> None:
    """An id that is a number in one month and a code in the next is a code in both."""
    first = written(tmp_path, "1.csv", "customer_id,order_id,amount\n007,1,5.00\n008,2,5.00\n008,3,5.00\n")
    second = written(tmp_path, "2.csv", "customer_id,order_id,amount\n12,4,5.00\n12,5,5.00\n7,6,1.00\n")
    dataset = opened(first, second, tables=(TableSpec(f"{first} and 1 more", "orders"),))
    assert column(dataset, "frequency") == {"007": 1, "008": 2, "12": 2, "7": 1}


def test_two_tables_of_orders(tmp_path: Path) -> None:
    """A shop and a till, with columns of their own and ids of another type: their lines stand under each other."""
    shop = written(tmp_path, "shop.csv", ORDERS)
    text = "order_no;customer;purchase_date;total_amount\nt1;c1;2024-01-10;7,50\nt2;c1;2024-01-11;2,50\nt3;c9;2024-01-02;1,00\n"
    till = written(tmp_path, "till.csv", text)
    dataset = opened(shop, till, tables=(TableSpec(str(till), "orders"),))
    assert rolled(dataset).lines == 10
    found = by_id(dataset)
    assert found["c1"]["frequency"] == 4
    assert found["c1"]["last_order"].isoformat() == "2024-01-11"
    assert found["c1"]["distinct_products"] == 2
    assert found["c9"]["frequency"] == 1
    # a line has a price and a quantity here, and an amount there: both are what was paid
    assert (found["c1"]["monetary"], found["c9"]["monetary"]) == (45.0, 1.0)
    assert found["c2"]["monetary"] == 4.0


def test_a_table_that_nothing_can_be_done_with(tmp_path: Path) -> None:
    orders = written(tmp_path, "orders.csv", ORDERS)
    other = written(tmp_path, "weather.csv", "day,rain\n2024-01-01,3.5\n2024-01-02,4.5\n2024-01-03,0.0\n")
    dataset = opened(orders, other)
    assert any(warning.startswith(f"{other} is not used") for warning in dataset.warnings)
    assert dataset.customers == 3


def test_a_role_given_by_the_analyst(tmp_path: Path) -> None:
    text = ORDERS.replace("customer_id", "who")
    orders, customers = written(tmp_path, "orders.csv", text), written(tmp_path, "customers.csv", CUSTOMERS)
    said = (TableSpec(str(orders), "orders", (ColumnSpec("who", role="customer_id"),)),)
    dataset = opened(orders, customers, tables=said)
    assert dataset.id_column == "who"
    assert of(dataset, customers).on == ("who", "customer_id")
    assert column(dataset, "city") == {"c1": "Bern", "c2": "Genf", "c3": None}
    assert isinstance(dataset.frame, pl.DataFrame)

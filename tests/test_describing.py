"""`segtui describe` and the flags of gathering: what is printed, as a document and in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from segtui.cli import main
from segtui.gather import orders

LINES = """order_id,customer_id,order_date,product,quantity,unit_price
1,ann,2024-01-05,tea,2,5.00
1,ann,2024-01-05,cup,1,8.00
2,bob,2024-02-10,tea,1,5.00
3,ann,2024-03-01,pot,1,30.00
C4,ann,2024-03-02,pot,-1,30.00
5,,2024-03-03,tea,1,5.00
6,cid,2024-03-04,POSTAGE,1,4.00
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(LINES)
    return path


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> dict:
    assert main(["describe", *argv, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_orders_as_a_document(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, str(shop))
    (source,) = found["sources"]
    assert (source["kind"], source["rows"]) == ("orders", 7)
    assert source["roles"]["customer_id"] == "customer_id"
    assert source["roles"]["time"] == "order_date"
    rollup = found["rollup"]
    assert (rollup["lines"], rollup["kept"], rollup["orders"], rollup["revenue"]) == (7, 5, 4, 57.0)
    assert rollup["snapshot"] == "2024-03-05"
    assert {s["id"]: s["rows"] for s in rollup["steps"] if s["on"]} == {
        "customer_id": 1, "not_cancelled": 1, "quantity": 0, "price": 0, "has_orders": 0,
    }  # fmt: skip
    assert found["customers"] == 3
    made = {feature["name"]: feature for feature in found["features"]}
    assert made["recency"]["unit"] == "days"
    assert made["recency"]["definition"]


def test_flags_of_gathering(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, str(shop), "--snapshot", "2024-03-01", "--holdout", "30", "--step", "customer_id=off")
    rollup = found["rollup"]
    assert rollup["snapshot"] == "2024-03-01"
    assert rollup["holdout"] == ["2024-03-01", "2024-03-31"]
    assert (rollup["kept"], rollup["later"]) == (3, 3)
    assert {s["id"]: s["on"] for s in rollup["steps"]}["customer_id"] is False
    dropped = told(capsys, str(shop), "--step", "non_products=on")
    assert {s["id"]: s["rows"] for s in dropped["rollup"]["steps"]}["non_products"] == 1
    assert [one["reason"] for one in dropped["left_out"]] == ["no order that counts"]


@pytest.mark.parametrize("wrong", [["--snapshot", "1.3.2024"], ["--step", "postage=on"], ["--step", "price"]])
def test_wrong_flags(shop: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", str(shop), *wrong]) == 2
    assert capsys.readouterr().err


def test_in_words(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", str(shop)]) == 0
    out = capsys.readouterr().out
    assert "7 order lines, 5 kept: 4 orders" in out
    assert re.search(r"not_cancelled +on +1 +cancelled", out)
    assert "snapshot 2024-03-05 (the day after the last one)" in out


def test_baskets_and_one_customer_are_said_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    baskets = tmp_path / "baskets.csv"
    baskets.write_text("basket,item\n" + "".join(f"{i // 3},item {i % 7}\n" for i in range(60)))
    found = told(capsys, str(baskets))
    assert (found["customers"], found["sources"][0]["kind"]) == (0, "baskets")
    assert "60 basket lines, 20 baskets, 7 items" in found["problem"]
    alone = tmp_path / "mine.csv"
    alone.write_text("order_id,order_date,product,quantity,price\n" + "".join(
        f"{i // 2},2024-01-{1 + i % 28:02},p{i % 5},1,{i}.00\n" for i in range(40)
    ))  # fmt: skip
    assert "one customer" in told(capsys, str(alone))["problem"]
    assert main(["run", str(alone)]) == 1


def test_the_readme_defines_every_feature_made_from_orders() -> None:
    """One table in the code, the same in the README."""
    text = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    for name, (unit, definition) in orders._DEFINITIONS.items():
        (row,) = [line for line in rows if f"`{name}`" in line.split("|")[1]]
        if name in ("first_order", "last_order", "frequency"):  # two in one row, and a word more
            assert definition.split()[0] in row
        else:
            assert definition in row
        assert unit in row

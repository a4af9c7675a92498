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


# -- what is not said in silence -----------------------------------------------------------------------------


def ran(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """What `run` says beside its results."""
    assert main(["run", *argv]) == 0
    return capsys.readouterr().err


def test_run_says_what_was_left_out_and_what_did_not_match(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ages = tmp_path / "ages.csv"
    ages.write_text("customer_id,age\nann,30\nbob,40\ncid,50\ndan,60\ndan,61\n")
    said = ran(capsys, str(shop), str(ages), "--k", "2", "--step", "non_products=on")
    assert "3 of 7 order lines are left out: 1 no customer id, 1 cancelled, 1 no product (postage" in said
    assert "2 customers are left out: no order that counts" in said
    assert "3 match, 0 only in the first, 1 only in the second (such as dan)" in said
    assert f"{ages}: 1 rows repeat the customer_id of another row (such as dan) and are left out" in said


def test_run_says_that_a_snapshot_may_be_mistyped(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "days after the last order" not in ran(capsys, str(shop), "--k", "2", "--snapshot", "2024-06-01")
    said = ran(capsys, str(shop), "--k", "2", "--snapshot", "2042-03-04")
    assert "the snapshot is 6,574 days after the last order" in said


def test_orders_without_a_price_have_no_revenue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(line.rpartition(",")[0] for line in LINES.splitlines()) + "\n")
    main(["describe", str(path)])
    shown = capsys.readouterr().out
    assert "orders, no column says what was paid, from 2024-01-05" in shown
    assert "revenue 0" not in shown
    assert "note: no column says what was paid, so there is no monetary, and no revenue" in shown


def test_a_recipe_holds_for_the_same_file_under_another_name(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = tmp_path / "r.toml"
    recipe.write_text(
        f'version = 1\n[gather]\nsources = [{{ path = "{shop}" }}]\n[[gather.tables]]\npath = "{shop}"\n'
        'columns = [{ name = "unit_price", reading = "text" }]\n'
    )
    monkeypatch.chdir(tmp_path)
    found = told(capsys, "orders.csv", "--recipe", str(recipe))
    readings = {column["name"]: column["reading"] for column in found["sources"][0]["columns"]}
    assert readings["unit_price"] == "text"
    other = tmp_path / "other.csv"
    other.write_text(LINES)
    assert main(["describe", str(other), "--recipe", str(recipe)]) == 0
    assert f"note: the recipe says how to take {shop}, which is not among the tables here" in capsys.readouterr().out

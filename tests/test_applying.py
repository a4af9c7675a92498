"""`segtui apply` and `segtui compare` as they are typed: files, reports, JSON, refusals and exit statuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from segtui.clean_text import cells
from segtui.cli import main
from segtui.recipe import ColumnSpec, FeatureSpec, GatherSpec, PrepareSpec, SourceSpec, TableSpec
from tests.deliver.build import deliver, shop

FEATURES = PrepareSpec((FeatureSpec("spend"), FeatureSpec("visits"), FeatureSpec("plan")))


@pytest.fixture(scope="module")
def then(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a delivery `d` of `then.csv`."""
    folder = tmp_path_factory.mktemp("then")
    deliver(folder / "d", [shop(folder / "then.csv")], FEATURES)
    return folder


def orders(path: Path, customers: int = 120, year: int = 2023, spend: float = 1.0) -> Path:
    """Order lines: customer n orders 1 + n % 5 times, the last time on the 28th of December."""
    lines = ["order no,client,day,what,pieces,price"]
    number = 0
    for who in range(customers):
        for turn in range(1 + who % 5):
            number += 1
            day = date(year, 12 - 2 * turn, 1 + (who + turn) % 28)
            lines.append(f"o{number},k{who},{day},thing {turn},{1 + who % 3},{(5 + who % 11) * spend:.2f}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# -- apply -----------------------------------------------------------------------------------------------------


def test_apply_writes_and_reports(then: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    assert main(["apply", str(then / "d"), str(then / "then.csv"), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "900 of 900 customers scored with a model of 900 customers" in said.out
    assert "verdict: keep" in said.out
    assert max(cells(line) for line in said.out.splitlines()) <= 80
    given = pl.read_csv(then / "d" / "customers.csv").drop("distance")
    assert pl.read_csv(out).drop("distance").equals(given)
    assert out.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["recipe.toml", "model.json"])
def test_apply_takes_the_recipe_or_the_model(then: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out.parquet"
    assert main(["apply", str(then / "d" / name), str(then / "then.csv"), "--out", str(out)]) == 0
    letters = pl.read_csv(then / "d" / "customers.csv")["segment"]
    assert pl.read_parquet(out)["segment"].equals(letters)


def test_apply_as_json(then: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = shop(tmp_path / "new.csv", seed=3, more=60.0)
    assert main(["apply", str(then / "d"), str(new), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["customers"] == found["scored"] == 900
    assert found["verdict"] == "re-fit"
    assert found["drift"][0]["feature"] == "spend"
    assert found["drift"][0]["psi"] > 0.25
    assert {one["segment"] for one in found["segments"]} == {"A", "B", "C"}
    assert sum(one["size"] for one in found["segments"]) == 900
    assert found["far"]["share"] > found["far"]["chance"]
    assert sorted(tmp_path.iterdir()) == [new]  # nothing was asked for, nothing was written


def test_without_a_place_to_write_apply_reports_and_says_so(then: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(then.rglob("*"))
    assert main(["apply", str(then / "d"), str(then / "then.csv")]) == 0
    said = capsys.readouterr()
    assert "verdict: keep" in said.out
    assert "no segments were written: --out FILE does that" in said.err
    assert sorted(then.rglob("*")) == before


def test_the_delivered_customers_come_back_as_they_were_also_who_never_ordered(tmp_path: Path) -> None:
    lines = orders(tmp_path / "orders.csv")
    text = lines.read_text()
    lines.write_text(text + "r1,gone,2023-05-02,thing 1,-1,5.00\n")  # only ever sent something back
    assert main(["run", str(lines), "--deliver", str(tmp_path / "d"), "--parts", "customers,model"]) == 0
    delivered = pl.read_csv(tmp_path / "d" / "customers.csv")
    bare = delivered.drop("segment", "segment_name", "distance", "segment_note")
    bare.write_csv(tmp_path / "bare.csv")
    out = tmp_path / "out.csv"
    assert main(["apply", str(tmp_path / "d" / "model.json"), str(tmp_path / "bare.csv"), "--out", str(out)]) == 0
    again = pl.read_csv(out)
    assert delivered.filter(pl.col("segment").is_null())["segment_note"].to_list() == ["no order that counts"]
    assert again["segment"].to_list() == delivered["segment"].to_list()
    assert again["segment_note"].to_list() == delivered["segment_note"].to_list()


def test_apply_to_standard_output(then: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["apply", str(then / "d"), str(then / "then.csv"), "--out", "-"]) == 0
    heard = capfdbinary.readouterr()
    said = heard.out.decode()
    assert b"verdict: keep" in heard.err
    assert said.startswith("id,spend,visits,plan,segment,segment_name,distance,segment_note\n")
    assert said.count("\n") == 901


def test_new_orders_follow_the_rule_for_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, out = orders(tmp_path / "orders_2023.csv"), tmp_path / "out.csv"
    gather = GatherSpec(snapshot=date(2023, 12, 1))
    deliver(tmp_path / "d", [old], gather=gather)
    assert main(["apply", str(tmp_path / "d"), str(old), "--out", str(out), "--snapshot", "2023-12-01"]) == 0
    assert "features look back from 2023-12-01, as asked for" in capsys.readouterr().out
    given = pl.read_csv(tmp_path / "d" / "customers.csv").drop("distance")
    assert pl.read_csv(out).drop("distance").equals(given)
    new = orders(tmp_path / "orders_2024.csv", year=2024)
    assert main(["apply", str(tmp_path / "d"), str(new), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["snapshot"] == "2024-12-29"  # the day after the last order
    assert main(["apply", str(tmp_path / "d"), str(new), "--out", str(tmp_path / "new.csv")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "back from 2024-12-29, the day after the last order (the delivery looked back from 2023-12-01" in said


def test_orders_that_lost_their_discount_are_refused(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = str(examples / "orders.csv")
    assert main(["run", given, "--deliver", str(tmp_path / "d"), "--parts", "customers,model"]) == 0
    gross = tmp_path / "gross.csv"
    pl.read_csv(given, infer_schema=False).drop("discount").write_csv(gross)
    capsys.readouterr()
    assert main(["apply", str(tmp_path / "d"), str(gross), "--out", str(tmp_path / "out.csv")]) == 1
    assert "the orders have no column for discount (“discount” then)" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()
    assert main(["apply", str(tmp_path / "d"), given, "--out", str(tmp_path / "out.csv")]) == 0


def test_what_the_recipe_says_of_a_table_goes_to_the_one_like_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "export 2023.csv"
    orders(old).write_text(old.read_text().replace("client", "x1").replace("price", "y1"))
    said = TableSpec(str(old), "orders", (ColumnSpec("x1", role="customer_id"), ColumnSpec("y1", role="unit_price")))
    model = deliver(tmp_path / "d", [old], gather=GatherSpec((SourceSpec(str(old)),), tables=(said,)))
    new = tmp_path / "another name.csv"
    orders(new, year=2024).write_text(new.read_text().replace("client", "x1").replace("price", "y1"))
    assert main(["apply", str(tmp_path / "d"), str(new), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["scored"] == model.customers == 120
    assert found["id"] == "x1"
    assert any("is taken as the recipe takes" in warning for warning in found["warnings"])


def test_features_named_after_a_file_are_found_in_one_with_another_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for year in (2023, 2024):
        orders(tmp_path / f"orders{year}.csv", year=year)
        rows = "".join(f"k{i % 120},{i % 7},{('mail', 'phone')[i % 2]}\n" for i in range(700) if i % 3)
        (tmp_path / f"complaints_{year}.csv").write_text("client,days open,channel\n" + rows)
    old = [tmp_path / "orders2023.csv", tmp_path / "complaints_2023.csv"]
    spec = PrepareSpec(
        (FeatureSpec("frequency"), FeatureSpec("complaints_2023"), FeatureSpec("complaints_2023_mean_days_open"))
    )
    deliver(tmp_path / "d", old, spec)
    new = [str(tmp_path / "orders2024.csv"), str(tmp_path / "complaints_2024.csv")]
    assert main(["apply", str(tmp_path / "d"), *new, "--out", str(tmp_path / "out.csv")]) == 0
    said = capsys.readouterr().err
    assert "complaints_2024_mean_days_open is taken for complaints_2023_mean_days_open" in said
    assert "complaints_2024 is taken for complaints_2023:" in said
    assert "complaints_2023_mean_days_open" in pl.read_csv(tmp_path / "out.csv").columns


def test_hostile_names_reach_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = "pl\x1b[31man"
    text = shop(tmp_path / "in.csv", 300).read_text().replace("plan", bad, 1).replace("gold", "go\x07ld")
    (tmp_path / "in.csv").write_text(text)
    deliver(tmp_path / "d", [tmp_path / "in.csv"], PrepareSpec((FeatureSpec("spend"), FeatureSpec(bad))))
    (tmp_path / "new.csv").write_text(text.replace("go\x07ld", "\x1b]0;owned\x07"))
    for extra in (["--out", str(tmp_path / "out.csv")], ["--json"]):
        assert main(["apply", str(tmp_path / "d"), str(tmp_path / "new.csv"), *extra]) == 0
        said = capsys.readouterr()
        assert "\x1b" not in said.out + said.err
        assert "\x07" not in said.out + said.err
    assert main(["compare", str(tmp_path / "d"), str(tmp_path / "out.csv")]) == 0
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err


@pytest.mark.parametrize(
    ("given", "status", "says"),
    [
        ([], 2, "required"),
        (["{d}", "{then}", "--json", "--out", "-"], 2, "standard output"),
        (["{d}", "{then}", "--out", "{new}.what"], 2, "ending"),
        (["{d}", "{then}", "--out", "{then}", "--overwrite"], 1, "source"),
        (["{d}", "{d}/customers.csv", "--out", "{d}/model.json.csv", "--snapshot", "soon"], 2, "a day is written"),
        (["{d}/none", "{then}", "--json"], 1, "no such file or folder"),
        (["{empty}", "{then}", "--json"], 1, "no model.json"),
        (["{empty}/alone.toml", "{then}", "--json"], 1, "no model.json"),
        (["{then}", "{then}", "--json"], 1, "no model.json"),
        (["{empty}/bad.json", "{then}", "--json"], 1, "not a scoring model"),
        (["{d}", "{empty}/lacks.csv", "--json"], 1, "“visits” is not among the columns"),
        (["{d}", "{d}/nothing.csv", "--json"], 1, "no such file"),
    ],
)
def test_refusals_of_apply(
    then: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], status: int, says: str
) -> None:
    (tmp_path / "alone.toml").write_text("version = 1\n")
    (tmp_path / "bad.json").write_text('{"k": 3}')
    pl.read_csv(then / "then.csv").drop("visits").write_csv(tmp_path / "lacks.csv")
    places = {"d": then / "d", "then": then / "then.csv", "empty": tmp_path, "new": tmp_path / "new"}
    before = (then / "then.csv").read_bytes()
    assert main(["apply", *(word.format(**places) for word in given)]) == status
    assert says in capsys.readouterr().err
    assert (then / "then.csv").read_bytes() == before
    assert not list(tmp_path.glob("*.tmp*"))


def test_an_existing_file_is_only_replaced_on_request(then: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("mine")
    given = ["apply", str(then / "d"), str(then / "then.csv"), "--out", str(out)]
    assert main(given) == 1
    assert out.read_text() == "mine"
    assert main([*given, "--overwrite"]) == 0
    assert out.read_text().startswith("id,")


def test_formulas_are_kept_from_spreadsheets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shop(tmp_path / "in.csv", 300).read_text().replace("gold", "=1+1")
    (tmp_path / "in.csv").write_text(text)
    deliver(tmp_path / "d", [tmp_path / "in.csv"], FEATURES)
    out = tmp_path / "out.csv"
    assert main(["apply", str(tmp_path / "d"), str(tmp_path / "in.csv"), "--out", str(out), "--csv-safe"]) == 0
    assert ",=1+1," not in out.read_text()
    assert ",'=1+1," in out.read_text()
    capsys.readouterr()
    assert main(["compare", str(tmp_path / "d"), str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["psi"] for one in found["drift"]] == [0.0, 0.0, 0.0]


# -- compare ---------------------------------------------------------------------------------------------------


def test_compare_in_words(then: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = shop(tmp_path / "new.csv", more=60.0)
    out = tmp_path / "out.csv"
    assert main(["apply", str(then / "d"), str(new), "--out", str(out)]) == 0
    capsys.readouterr()
    assert main(["compare", str(then / "d"), str(out)]) == 0
    said = capsys.readouterr().out
    assert "900 customers are in both, 0 only in the first, 0 only in the second" in said
    assert "moves, the biggest first" in said
    assert "spend" in said
    assert "(+" in said
    assert max(cells(line) for line in said.splitlines()) <= 80


def test_compare_as_json_has_what_is_promised(then: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(then / "d"), str(then / "d" / "customers.csv"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["customers"] == {"both": 900, "only_before": 0, "only_after": 0}
    assert found["ari"] == 1.0
    assert (found["moved"]["count"], found["moved"]["share"]) == (0, 0.0)
    assert all({"from", "to", "customers", "revenue"} <= set(flow) for flow in found["migration"])
    assert sum(flow["customers"] for flow in found["migration"]) == 900
    assert all(flow["from"] == flow["to"] for flow in found["migration"])


@pytest.mark.parametrize(
    ("given", "status", "says"),
    [
        (["{d}"], 2, "required"),
        (["{d}", "{then}"], 1, "no column “segment”"),
        (["{d}", "{empty}"], 1, "no labelled customers"),
        (["{d}", "{d}/customers.csv", "--id", "nobody"], 1, "no column “nobody”"),
        (["{d}", "{d}/customers.csv", "--revenue", "plan"], 1, "neither side"),
        (["{d}", "{other}"], 1, "no customer of the first"),
        (["{d}", "{empty}/nothing.csv"], 1, "no such file"),
        (["{d}/customers.csv", "{renamed}"], 1, "renamed.csv: it has no column “id”, by which"),
        (["{renamed}", "{d}"], 1, "renamed.csv: it has no column “id”, by which"),
        (["{plain}", "{renamed}"], 1, "renamed.csv: it has no column “customer_id”, by which"),
    ],
)
def test_refusals_of_compare(
    then: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], status: int, says: str
) -> None:
    other = tmp_path / "other.csv"
    other.write_text((then / "d" / "customers.csv").read_text().replace("c1-", "other-"))
    renamed = tmp_path / "renamed.csv"
    pl.read_csv(then / "d" / "customers.csv").rename({"id": "who"}).write_csv(renamed)
    plain = tmp_path / "plain.csv"
    pl.read_csv(then / "d" / "customers.csv").rename({"id": "customer_id"}).write_csv(plain)
    places = {"d": then / "d", "then": then / "then.csv", "empty": tmp_path, "other": other}
    places |= {"renamed": renamed, "plain": plain}
    assert main(["compare", *(word.format(**places) for word in given)]) == status
    assert says in capsys.readouterr().err

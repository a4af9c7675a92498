"""A delivered folder: whole or not at all, only over an earlier delivery, and the same again from its own recipe."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from pathlib import Path

import polars as pl
import pytest

from segtui import delivering
from segtui.cli import main
from segtui.deliver import folder, parts, repeat
from segtui.errors import DeliveryError, UsageError
from segtui.pipeline import Pipeline
from segtui.progress import Steps, finish
from segtui.recipe import DeliverySpec, GatherSpec, Recipe, SourceSpec

QUICK = ("customers", "segments", "profiles", "model")
FORMATS = ("csv", "tsv", "ndjson", "parquet", "arrow", "xlsx")


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """Sixty customers in two groups far apart, one row without an id, one text that looks like a formula."""
    rows = [f"{n:03d},{n % 7 + (0 if n < 40 else 90)},{n % 5 + (0 if n < 40 else 70)},ok" for n in range(60)]
    rows[3] = "003,3,3,=1+1"
    rows.insert(10, ",5,5,nobody")
    path = tmp_path / "in" / "customers.csv"
    path.parent.mkdir()
    path.write_text("id,spend,visits,remark\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Lines of forty customers, two a customer and day, some without a customer, in no order."""
    rows = []
    for n in range(240):
        who = f"C{(n * 7) % 40:02d}" if n % 12 else ""
        day = f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d}"
        rows.append(f"{who},{9000 + n // 2},{day},item {n % 9},{n % 3 + 1},{(n % 17) + 0.5}")
    path = tmp_path / "in" / "orders.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("customer_id,order_id,order_date,product,quantity,unit_price\n" + "\n".join(rows) + "\n")
    return path


def run(*words: str | Path) -> int:
    return main(["run", *map(str, words)])


def quick(source: Path, target: Path, *more: str) -> int:
    return run(source, "--k", "2", "--deliver", target, "--parts", ",".join(QUICK), *more)


def hashes(place: Path) -> dict[str, str]:
    return {
        path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


def traces(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


# -- what is there -------------------------------------------------------------------------------------------


def test_the_folder_holds_what_was_asked_for_and_says_what_it_is(customers: Path, tmp_path: Path, capsys) -> None:
    assert quick(customers, tmp_path / "out", "--formats", "csv,parquet", "--json") == 0
    told = json.loads(capsys.readouterr().out)["delivered"]
    out = tmp_path / "out"
    names = {"README.txt", "customers.csv", "customers.parquet", "features.csv", "model.json", "passport.json"}
    names |= {"profiles.csv", "recipe.toml", "segment_rules.csv", "segments.csv"}
    assert set(hashes(out)) == names
    assert {one["name"]: one["bytes"] for one in told["files"]} == {n: (out / n).stat().st_size for n in names}
    readme = (out / "README.txt").read_text()
    assert all(name in readme for name in names - {"README.txt"})


def test_the_passport_has_hashes_of_all_and_rows_at_each_step(customers: Path, tmp_path: Path) -> None:
    quick(customers, tmp_path / "out")
    found = json.loads((tmp_path / "out" / "passport.json").read_text())
    content = customers.read_bytes()
    assert found["sources"] == [
        {"path": str(customers), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    ]
    rows = found["rows"]
    assert (rows["customer_rows"], rows["customers"], rows["in_segments"]) == (61, 60, 60)
    assert rows["left_out"] == [{"reason": "no customer id", "rows": 1}]
    there = {name: value for name, value in hashes(tmp_path / "out").items() if name != "passport.json"}
    assert {one["name"]: one["sha256"] for one in found["files"]} == there
    assert found["clustering"]["k"] == 2
    assert sum(one["customers"] for one in found["segments"]) == 60
    assert {"segtui", "python", "polars", "numpy", "scipy", "scikit-learn", "platform"} == set(found["versions"])


def test_files_with_customers_are_for_their_owner_alone(orders: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    former = os.umask(0o022)
    try:
        parts_ = "customers,orders,segments,campaigns,value"
        assert run(orders, "--k", "2", "--deliver", out, "--parts", parts_) == 0
    finally:
        os.umask(former)
    modes = {name: stat.S_IMODE((out / name).stat().st_mode) for name in hashes(out)}
    private = {n for n in modes if n.startswith(("customer", "orders.", "lists/"))}
    assert {"customers.csv", "orders.csv"} <= private
    assert all(modes[name] == (0o600 if name in private else 0o644) for name in modes)
    assert stat.S_IMODE(out.stat().st_mode) == 0o755


def test_order_lines_stay_as_they_are_and_carry_their_customers_segment(orders: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(orders, "--k", "2", "--deliver", out, "--parts", "customers,orders", "--formats", "csv,parquet") == 0
    raw = pl.read_csv(orders, infer_schema=False)
    lines = pl.read_csv(out / "orders.csv", infer_schema=False)
    assert lines.select(raw.columns).equals(raw)
    people = pl.read_csv(out / "customers.csv", infer_schema=False)
    segment = dict(people.select("customer_id", "segment").iter_rows())
    wanted = [segment[who] if who else None for who in raw["customer_id"].to_list()]
    assert lines["segment"].to_list() == wanted
    notes = ["no customer id" if not who else None for who in raw["customer_id"].to_list()]
    assert lines["segment_note"].to_list() == notes
    typed = pl.read_parquet(out / "orders.parquet")
    assert typed["segment"].to_list() == wanted
    assert typed["unit_price"].dtype == pl.Float64


# -- the same again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["customers", "orders"])
def test_its_own_recipe_gives_the_very_same_files(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch
) -> None:
    source: Path = request.getfixturevalue(kind)
    monkeypatch.chdir(source.parent)
    parts_ = f"customers,segments,profiles,evidence,model{',orders' * (kind == 'orders')}"
    shape = ("--deliver", tmp_path / "one", "--parts", parts_, "--formats", ",".join(FORMATS))
    assert run(source.name, "--k", "2", "--seed", "3", *shape) == 0
    monkeypatch.chdir(tmp_path)
    again = ("--deliver", tmp_path / "two", "--parts", parts_, "--formats", ",".join(FORMATS))
    assert run("--recipe", tmp_path / "one" / "recipe.toml", *again) == 0
    one, two = hashes(tmp_path / "one"), hashes(tmp_path / "two")
    assert {f"{kind}.{form}" for form in FORMATS} <= set(one)
    assert one == two  # everything, the passport too, since versions are the same


def test_what_is_passed_on_names_no_customer(tmp_path: Path) -> None:
    orders, survey = tmp_path / "orders.csv", tmp_path / "survey.csv"
    lines = (
        f"Z{i:03},O{i}-{n},2025-0{1 + n}-1{i % 9},{1 + i % 5},{3 + i}" for i in range(60) for n in range(1 + i % 3)
    )
    orders.write_text("customer_id,order_id,date,quantity,price\n" + "\n".join(lines) + "\n")
    survey.write_text("customer_id,stars\n" + "".join(f"Z{i:03},{1 + i % 5}\n" for i in (*range(10, 70), 12)))
    parts = "segments,profiles,evidence,model,sql,report"
    assert run(orders, survey, "--k", "2", "--deliver", tmp_path / "out", "--parts", parts) == 0
    assert "repeat the customer_id" in (tmp_path / "out" / "README.txt").read_text().replace("\n ", "")
    for path in (tmp_path / "out").iterdir():
        assert not re.search(r"\bZ\d{3}\b", path.read_text()), path.name


def test_without_delivery_the_recipe_gives_the_same_labels(customers: Path, tmp_path: Path, monkeypatch) -> None:
    quick(customers, tmp_path / "out")
    monkeypatch.chdir("/")
    assert run("--recipe", tmp_path / "out" / "recipe.toml", "--out", tmp_path / "again.csv") == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "out" / "customers.csv").read_bytes()


def test_data_that_changed_are_told_of_first(customers: Path, tmp_path: Path, capsys) -> None:
    quick(customers, tmp_path / "out")
    recipe = tmp_path / "out" / "recipe.toml"
    capsys.readouterr()
    assert run("--recipe", recipe) == 0
    assert "is not what this delivery was made of" not in capsys.readouterr().err
    before = customers.stat().st_size
    customers.write_text(customers.read_text().replace("059,", "159,").replace("\n058,", "\n0058,"))
    assert run("--recipe", recipe) == 0
    first = capsys.readouterr().err.splitlines()[0]
    assert f"{customers} is not what this delivery was made of: {before:,} bytes then, {before + 1:,} now" in first


def test_arms_hang_on_a_name_that_new_data_change(examples: Path, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_bytes((examples / "orders.csv").read_bytes())

    def delivered(name: str, *more: str) -> tuple[str, pl.DataFrame]:
        assert run(orders, "--deliver", tmp_path / name, "--parts", "campaigns", *more) == 0
        files = sorted((tmp_path / name / "lists").glob("*.csv"))
        rows = pl.concat([pl.read_csv(file, infer_schema=False) for file in files])
        return json.loads((tmp_path / name / "passport.json").read_text())["campaign"], rows

    def held_out(campaign: str, rows: pl.DataFrame) -> list[bool]:
        drawn = []
        for who in rows["customer_id"]:
            digest = hashlib.sha256(f"{len(campaign)}:{campaign}{who}".encode()).digest()
            drawn.append(int.from_bytes(digest[:8], "big") % 10_000 < 2_000)
        return drawn

    campaign, rows = delivered("one")
    day = json.loads((tmp_path / "one" / "passport.json").read_text())["snapshot"]["day"]
    mark = hashlib.sha256(hashlib.sha256(orders.read_bytes()).hexdigest().encode()).hexdigest()[:8]
    assert campaign == f"delivery-{day}-{mark}"
    assert campaign in (tmp_path / "one" / "README.txt").read_text()
    assert rows.height
    for name, told, found in (
        ("one", campaign, rows),
        ("named", *delivered("named", "--campaign", "spring")),
    ):
        found = found.filter(pl.col("arm").is_in(["contacted", "held out"]))
        out = (found["arm"] == "held out").to_list()
        assert any(out)
        assert out == held_out(told, found), name
    orders.write_text("".join(orders.read_text().splitlines(keepends=True)[:-1]))
    assert delivered("other data")[0] not in (campaign, "spring")


# -- whole or not at all -------------------------------------------------------------------------------------


def spec(target: Path, **more: object) -> DeliverySpec:
    return DeliverySpec(str(target), **{"parts": QUICK, "formats": FORMATS, **more})


def recipe(source: Path) -> Recipe:
    return Recipe(gather=GatherSpec((SourceSpec(str(source)),))).with_k(2)


def opened(source: Path) -> Pipeline:
    pipeline = Pipeline()
    finish(pipeline.open(recipe(source)))
    return pipeline


@pytest.mark.parametrize("part", QUICK)
@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), ValueError("x"), KeyboardInterrupt()])
def test_an_error_in_any_part_leaves_nothing(
    customers: Path, tmp_path: Path, monkeypatch, part: str, problem: BaseException
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    maker = parts.MAKERS[part]

    def failing(making: parts.Making) -> Steps[None]:
        yield from maker(making)
        raise problem

    monkeypatch.setitem(parts.MAKERS, part, failing)
    expected = DeliveryError if isinstance(problem, OSError) else type(problem)
    with pytest.raises(expected):
        finish(delivering.deliver(opened(customers), recipe(customers), spec(place / "out")))
    assert traces(place) == []


@pytest.mark.parametrize("stop_at", [0.2, 0.9, 0.97])
def test_stopping_anywhere_leaves_the_former_delivery(customers: Path, tmp_path: Path, stop_at: float) -> None:
    place = tmp_path / "place"
    place.mkdir()
    pipeline = opened(customers)
    finish(delivering.deliver(pipeline, recipe(customers), spec(place / "out")))
    before = hashes(place / "out")
    steps = delivering.deliver(pipeline, recipe(customers).with_k(3), spec(place / "out", overwrite=True))
    for progress in steps:
        if (progress.done or 0) >= stop_at:
            break
    steps.close()
    assert traces(place) == ["out"]
    assert hashes(place / "out") == before


def test_if_it_cannot_be_moved_into_place_the_former_one_comes_back(
    customers: Path, tmp_path: Path, monkeypatch
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    pipeline = opened(customers)
    finish(delivering.deliver(pipeline, recipe(customers), spec(place / "out")))
    before = hashes(place / "out")
    rename = os.rename

    def refuse(source: Path, target: Path) -> None:
        if ".tmp-" in str(source):
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(DeliveryError):
        finish(delivering.deliver(pipeline, recipe(customers), spec(place / "out", overwrite=True)))
    assert traces(place) == ["out"]
    assert hashes(place / "out") == before


def test_a_part_that_cannot_be_is_said_to_be_missing(customers: Path, tmp_path: Path, capsys) -> None:
    assert run(customers, "--k", "2", "--deliver", tmp_path / "out", "--parts", "segments,prices,orders") == 0
    told = json.loads((tmp_path / "out" / "passport.json").read_text())["parts"]
    assert set(told["segments"]) == {"files"}
    assert "missing" in told["prices"]
    assert "customers were not made of orders" in told["orders"]["missing"]
    assert "not delivered: orders: customers were not made of orders" in capsys.readouterr().out


# -- where it may stand --------------------------------------------------------------------------------------


def test_only_an_earlier_delivery_is_replaced_and_only_when_allowed(customers: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    assert quick(customers, out) == 0
    assert quick(customers, out) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert quick(customers, out, "--overwrite", "--formats", "tsv") == 0
    assert "customers.csv" not in hashes(out)
    (out / "notes.txt").write_text("mine")
    assert quick(customers, out, "--overwrite") == 1
    assert "holds notes.txt, which would be lost" in capsys.readouterr().err
    assert (out / "notes.txt").read_text() == "mine"


def test_a_folder_of_something_else_stays(customers: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert quick(customers, out) == 0  # an empty one may be filled
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("a")
    (other / "passport.json").write_text("{}")
    assert quick(customers, other, "--overwrite") == 1
    assert "is no delivery of segtui" in capsys.readouterr().err
    assert traces(other) == ["a.txt", "passport.json"]
    (tmp_path / "file").write_text("")
    assert quick(customers, tmp_path / "file", "--overwrite") == 1


@pytest.mark.parametrize(
    ("sources", "target"),
    [("in/customers.csv", "in"), ("in", "in/out"), ("in", "in"), ("in/customers.csv", "."), ("*/customers.csv", "new")],
)
def test_never_in_or_above_a_source(customers: Path, tmp_path: Path, monkeypatch, sources: str, target: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DeliveryError):
        folder.check(GatherSpec((SourceSpec(sources),)), spec(Path(target), overwrite=True))
    assert customers.exists()


def test_what_is_asked_for_must_exist(customers: Path, tmp_path: Path, capsys) -> None:
    assert quick(customers, tmp_path / "no" / "such") == 1
    assert run(customers, "--deliver", tmp_path / "out", "--parts", "segmints") == 2
    assert run(customers, "--deliver", tmp_path / "out", "--formats", "xls") == 2
    assert run(customers, "--withhold") == 2
    with pytest.raises(UsageError):
        folder.check(recipe(customers).gather, spec(tmp_path / "out", formats=()))
    assert not (tmp_path / "out").exists()


# -- safe ----------------------------------------------------------------------------------------------------


def test_formulas_are_warned_about_or_guarded(customers: Path, tmp_path: Path, capsys) -> None:
    quick(customers, tmp_path / "one", "--formats", "csv,xlsx")
    said = capsys.readouterr().err
    assert "customers.csv: cells that begin with = + - or @" in said
    assert "remark (1)" in said
    quick(customers, tmp_path / "two", "--csv-safe", "--formats", "csv,xlsx")
    assert "cells that begin" not in capsys.readouterr().err
    assert ",'=1+1," in (tmp_path / "two" / "customers.csv").read_text()
    sheet = pl.read_excel(tmp_path / "two" / "customers.xlsx", infer_schema_length=None)
    assert sheet["remark"].to_list().count("'=1+1") == 1


def test_a_guarded_delivery_is_repeated_guarded_or_it_is_said(customers: Path, tmp_path: Path, capsys) -> None:
    quick(customers, tmp_path / "out", "--csv-safe")
    assert json.loads((tmp_path / "out" / "passport.json").read_text())["asked"]["csv_safe"] is True
    assert "give --csv-safe again" in " ".join((tmp_path / "out" / "README.txt").read_text().split())
    capsys.readouterr()
    assert run("--recipe", tmp_path / "out" / "recipe.toml", "--out", tmp_path / "bare.csv") == 0
    assert "was made with --csv-safe" in capsys.readouterr().err
    assert run("--recipe", tmp_path / "out" / "recipe.toml", "--out", tmp_path / "safe.csv", "--csv-safe") == 0
    assert "was made with --csv-safe" not in capsys.readouterr().err
    given = (tmp_path / "out" / "customers.csv").read_bytes()
    assert (tmp_path / "safe.csv").read_bytes() == given != (tmp_path / "bare.csv").read_bytes()


def test_tables_from_elsewhere_keep_their_names_when_paths_become_absolute(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    gather = GatherSpec((SourceSpec("a.csv"), SourceSpec("-"), SourceSpec("s3://x/b.csv")))
    made = repeat.portable(Recipe(gather=gather))
    assert [one.path for one in made.gather.sources] == [str(tmp_path / "a.csv"), "-", "s3://x/b.csv"]

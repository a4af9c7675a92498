"""The delivered script gives every customer the segment that the app does, without the app."""

from __future__ import annotations

import ast
import os
import re
import runpy
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from segtui import delivering
from segtui.cluster.assign import decide
from segtui.deliver.handover import Handover
from segtui.deliver.labels import label
from segtui.deliver.script import script
from segtui.deliver.scripting.text import literal, long_text, told
from segtui.explain.rules import leaf_of
from segtui.gather.reading import numbers, words
from segtui.gather.reading.reading import READINGS, TEXT
from segtui.gather.reading.values import values
from segtui.pipeline import Pipeline
from segtui.prepare.clean import plain_text
from segtui.prepare.matrix import exact_values
from segtui.progress import finish
from segtui.recipe import (
    ClusterSpec,
    DeliverySpec,
    FeatureSpec,
    GatherSpec,
    PrepareSpec,
    Recipe,
    SourceSpec,
)

ALONE = """
import runpy, sys
for name in ("segtui", "scipy", "sklearn")[: 1 if "--refit" in sys.argv else 3]:
    sys.modules[name] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""A stand-in for an environment that has polars and numpy alone (and scikit-learn where it refits)."""


def handed_over(recipe: Recipe) -> Handover:
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    return finish(delivering.handover(pipeline, recipe, DeliverySpec("x", parts=("script",))))


def run(folder: Path, text: str, *arguments: str) -> tuple[pl.DataFrame, str]:
    """What the script writes, as text, and what it says."""
    (folder / "segment.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-I", "-c", ALONE, "segment.py", "--out", "out.csv", *arguments]
    done = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return pl.read_csv(folder / "out.csv", infer_schema=False), done.stdout


def ours(handover: Handover) -> pl.DataFrame:
    """Segment and distance of every row of the customer table, in its order, as the labelled file has them."""
    ground = handover.ground
    given = finish(label(ground.dataset, handover.answer, ground.matrix))
    letter, name, *_, distance, note = given.columns(0, given.rows)
    return pl.DataFrame({"segment": letter, "segment_name": name, "distance": distance, "note": note})


def check(folder: Path, handover: Handover, *, source: bool = True) -> pl.DataFrame:
    """The script says what the app says of every row, and is tidy."""
    text = script(handover.model, handover)
    tidy(folder, text)
    given, _ = run(folder, text)
    expected = ours(handover)
    if handover.whole.table is not None:
        ids = handover.whole.table[str(handover.whole.id_column)].cast(pl.String)
        expected = expected.insert_column(0, ids.alias("id"))
        if "customers.csv" not in text:
            expected = expected.filter(pl.col("note") != "no order that counts")
        assert given.columns[0] == handover.whole.id_column
        assert given.to_series(0).to_list() == expected["id"].to_list()
    same(given, expected)
    return given


def same(given: pl.DataFrame, expected: pl.DataFrame) -> None:
    assert given.height == expected.height
    counted = expected["note"].str.starts_with("duplicate") | expected["note"].str.starts_with("trimmed")
    mine, theirs = given.filter(~counted), expected.filter(~counted)
    assert mine["segment"].to_list() == theirs["segment"].to_list()
    assert mine["segment_name"].to_list() == theirs["segment_name"].to_list()
    away = mine["distance"].cast(pl.Float64).fill_null(-1.0).to_numpy()
    assert np.allclose(away, theirs["distance"].fill_null(-1.0).to_numpy(), rtol=1e-5, atol=1e-5)


def tidy(folder: Path, text: str) -> None:
    """Python that ruff has nothing to say of, in lines of at most 100 letters, without a name that is not used."""
    assert [line for line in text.splitlines() if len(line) > 100] == []
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    made |= {
        t.id for node in tree.body if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)
    }
    assert made <= used
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is not None:
        (folder / "tidy.py").write_text(text, encoding="utf-8")
        plain = ["--isolated", "--no-cache", "--line-length", "100", "tidy.py"]
        for how in (["check", "--select", "E,F,W,I,B,UP"], ["format", "--diff"]):
            done = subprocess.run([ruff, *how, *plain], cwd=folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-3000:]


# -- public data -------------------------------------------------------------------------------------------------


def of(path: Path, **changes: object) -> Recipe:
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(path)),)))
    return replace(recipe, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["amazon_users.csv", "jewellery.csv", "online_retail_2010_2011.parquet"])
def test_every_customer_of_public_files(shared_data: Path, tmp_path: Path, name: str) -> None:
    check(tmp_path, handed_over(of(shared_data / name)))


@pytest.mark.parametrize("scale", ["z", "robust", "log", "quantile", "none"])
def test_every_scale(shared_data: Path, tmp_path: Path, scale: str) -> None:
    check(tmp_path, handed_over(of(shared_data / "jewellery.csv", prepare=PrepareSpec(scale=scale))))


@pytest.mark.parametrize("tree", [1, 3])
def test_segments_by_the_rules_of_a_tree(shared_data: Path, tmp_path: Path, tree: int) -> None:
    for name in ("amazon_users.csv", "jewellery.csv"):
        check(tmp_path, handed_over(of(shared_data / name, cluster=ClusterSpec(k=4, tree=tree))))


def test_order_lines_beside_other_tables(shared_data: Path, tmp_path: Path) -> None:
    """The features come from the orders, so the script reads nothing else."""
    handover = handed_over(of(shared_data / "complete_journey"))
    assert script(handover.model, handover).count("transactions.csv.gz") == 2  # the docstring and SOURCE
    check(tmp_path, handover)


KNOWN = (
    "recency", "frequency", "monetary", "average_order_value", "tenure", "typical_gap", "gap_spread", "trend",
    "units_per_order", "lines_per_order", "distinct_products", "return_rate", "weekend_share", "evening_share", "country",
)  # fmt: skip


@pytest.mark.parametrize("steps", [(), (("non_products", True), ("duplicates", True), ("test_accounts", True))])
def test_all_features_of_order_lines(shared_data: Path, tmp_path: Path, steps: tuple[tuple[str, bool], ...]) -> None:
    prepare = PrepareSpec(tuple(FeatureSpec(name) for name in KNOWN), scale="quantile" if steps else "auto")
    recipe = of(shared_data / "online_retail_2010_2011.parquet", prepare=prepare)
    recipe = replace(recipe, gather=replace(recipe.gather, steps=steps, holdout=0 if steps else 60))
    check(tmp_path, handed_over(recipe))


def test_order_lines_as_text(shared_data: Path, tmp_path: Path) -> None:
    """Decimal commas, days first, ids as text, a snapshot."""
    lines = pl.read_parquet(shared_data / "online_retail_2010_2011.parquet").head(60_000)
    comma = pl.col("UnitPrice").cast(pl.String).str.replace(".", ",", literal=True) + " €"
    text = lines.with_columns(
        comma.alias("UnitPrice"),
        pl.col("InvoiceDate").dt.to_string("%d/%m/%Y %H:%M").alias("InvoiceDate"),
        pl.col("CustomerID").cast(pl.Int64),
    )
    text.write_csv(tmp_path / "lines.csv", separator=";")
    from datetime import date

    names = ("recency", "frequency", "monetary", "tenure", "evening_share")
    recipe = of(tmp_path / "lines.csv", prepare=PrepareSpec(tuple(map(FeatureSpec, names))))
    recipe = replace(recipe, gather=replace(recipe.gather, snapshot=date(2011, 1, 15)))
    check(tmp_path, handed_over(recipe))


def test_discounts_and_categories(shared_data: Path, tmp_path: Path) -> None:
    """Unit prices with discounts as shares, and categories of the lines themselves."""
    rng = np.random.default_rng(5)
    n = 4_000
    table = pl.DataFrame(
        {
            "customer_id": rng.integers(1, 300, n),
            "order_id": rng.integers(1, 1500, n),
            "order_date": [
                f"2024-{m:02d}-{d:02d}" for m, d in zip(rng.integers(1, 12, n), rng.integers(1, 28, n), strict=True)
            ],
            "product": rng.choice(["p1", "p2", "p3", "p4", "p5"], n),
            "category": rng.choice(["x", "y", "z"], n),
            "quantity": rng.integers(-1, 6, n),
            "unit_price": rng.uniform(1, 50, n).round(2),
            "discount": rng.choice([0.0, 0.1, 0.25], n),
        }
    )
    table.write_csv(tmp_path / "orders.csv")
    names = ("monetary", "discount_share", "distinct_categories", "top_category_share", "return_rate", "typical_gap")
    check(tmp_path, handed_over(of(tmp_path / "orders.csv", prepare=PrepareSpec(tuple(map(FeatureSpec, names))))))


# -- a table that is out to break it -----------------------------------------------------------------------------

LONG = "a \"very\" long 'name' \\ " * 12
LEVELS = ['it\'s "so"', LONG, "back\\slash", "two\nlines", "bell\x07", "Größe", "东京", "{brace} %s", '"""']
QUOTED = 'say "hi" \\ {x}'
HOSTILE = (
    FeatureSpec("Umsatz", transform="quantile_normal", missing="indicator"),
    FeatureSpec("Anteil", transform="log1p", weight=1.5),
    FeatureSpec("Saldo", transform="yeo_johnson"),
    FeatureSpec("alter", transform="robust", missing="most_frequent"),
    FeatureSpec(QUOTED, missing="level"),
    FeatureSpec("两\nline", missing="indicator"),
    FeatureSpec("zufrieden", treat="ordinal", order=("sehr - niedrig", "mittel", "HOCH"), missing="indicator"),
    FeatureSpec("kauft", treat="labels"),
    FeatureSpec("aktiv"),
    FeatureSpec(LONG),
    FeatureSpec(LONG + "2", missing="median"),
    FeatureSpec("filiale", treat="nominal"),
    FeatureSpec("np", transform="z", missing="aside"),
)


def hostile(path: Path, customers: int = 600) -> None:
    """Semicolons and decimal commas, money, per cent, missing words, rare levels, labels, yes and no, hostile names."""
    rng = np.random.default_rng(11)

    def some(choices: list[str], p: list[float] | None = None) -> list[str]:
        return [str(one) for one in rng.choice(np.array(choices, dtype=object), customers, p=p)]

    def gaps(cells: list[str], word: str, share: float = 0.05) -> list[str]:
        return [word if gap else cell for cell, gap in zip(cells, rng.random(customers) < share, strict=True)]

    def german(value: float) -> str:
        return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))

    money = np.round(rng.lognormal(6, 1.5, customers), -1)
    rare = [0.25, 0.2, 0.2, 0.15, 0.1, 0.05, 0.04, 0.005, 0.005]
    table = {
        "Kunde": [f"K{i:04d}" for i in range(customers)],
        "Umsatz": gaps([f"{german(v)} €" for v in money], "n.a."),
        "Anteil": gaps([f"{german(v)} %" for v in rng.uniform(0, 90, customers)], "n/a"),
        "Saldo": [f"({german(abs(v))})" if v < 0 else german(v) for v in rng.normal(0, 400, customers)],
        "alter": gaps([str(v) for v in rng.integers(18, 80, customers)], ""),
        QUOTED: gaps(some(LEVELS, rare), ""),
        "两\nline": gaps(some(LEVELS[:4]), ""),
        "zufrieden": gaps(some(["Sehr – niedrig", "mittel", "hoch", "HOCH ", "egal"]), ""),
        "kauft": gaps(
            [" | ".join(sorted(set(some(["Brot", "Bier", "Öl", "it's"])[:3]))) for _ in range(customers)], ""
        ),
        LONG: [german(v) for v in rng.uniform(0, 9, customers)],
        LONG + "2": gaps(some([LONG, LONG[1:], "x"], [0.6, 0.2, 0.2]), ""),
        "aktiv": gaps(some(["ja", "Nein"]), "-"),
        "filiale": gaps(some(["1", "2", "3", "17"], [0.5, 0.3, 0.195, 0.005]), ""),
        "np": gaps([german(v) for v in rng.normal(5, 2, customers)], "NA", 0.03),
    }
    frame = pl.DataFrame(table)
    frame = frame.with_columns(pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("")).otherwise("Kunde").alias("Kunde"))
    frame.write_csv(path, separator=";")


@pytest.mark.parametrize("tree", [0, 3])
def test_a_table_that_is_out_to_break_it(tmp_path: Path, tree: int) -> None:
    hostile(tmp_path / "kunden.csv")
    recipe = of(tmp_path / "kunden.csv", prepare=PrepareSpec(HOSTILE), cluster=ClusterSpec(k=5, tree=tree))
    handover = handed_over(recipe)
    assert handover.model.features[0].type == "number"
    given = check(tmp_path, handover)
    assert given["segment"].null_count() > 10  # without an id, or without a value in np
    assert {column.feature for column in handover.model.columns} == {feature.name for feature in HOSTILE}


@pytest.mark.parametrize("tree", [0, 3])
def test_customers_that_were_never_seen_get_the_same_bits(tmp_path: Path, tree: int) -> None:
    """Values beyond all limits, at the knots and beside them, infinite ones, levels and labels that are new."""
    hostile(tmp_path / "kunden.csv")
    recipe = of(tmp_path / "kunden.csv", prepare=PrepareSpec(HOSTILE), cluster=ClusterSpec(k=5, tree=tree))
    handover = handed_over(recipe)
    model = handover.model
    (tmp_path / "segment.py").write_text(script(model, handover), encoding="utf-8")
    made = runpy.run_path(str(tmp_path / "segment.py"))
    knots = next(c.transform.knots for c in model.columns if c.transform is not None and c.transform.knots)
    rng = np.random.default_rng(2)
    beside = np.concatenate((knots, np.nextafter(knots, -np.inf), np.nextafter(knots, np.inf)))
    odd = np.array([0.0, -0.0, -1.0, -1e308, 1e308, 5e-324, np.nan, np.inf, -np.inf, 1e6])
    new = [
        "",
        "(other)",
        "(missing)",
        "?",
        "Größe ",
        "SEHR NIEDRIG",
        " hoch.",
        "Bier|Wein",
        "|",
        "Öl | Öl",
        "yes",
        *LEVELS,
    ]
    size = 500
    frame = {}
    for name, kind in handover.whole.frame.schema.items():
        if kind.is_numeric():
            numbers = rng.choice(np.concatenate((beside, odd, rng.normal(0, 300, 400))), size)
            whole = pl.Series(rng.integers(-5, 90, size)).cast(kind)
            frame[name] = pl.Series(numbers, nan_to_null=True) if kind.is_float() else whole.set(whole % 7 == 0, None)
        elif kind == pl.Boolean:
            frame[name] = pl.Series([[True, False, None][i] for i in rng.integers(0, 3, size)])
        else:
            seen = handover.whole.frame[name].drop_nulls().unique().sort().to_list()
            frame[name] = pl.Series(
                [None if i % 11 == 0 else [*seen, *new][i % len([*seen, *new])] for i in rng.integers(0, 9999, size)]
            )
    theirs = pl.DataFrame(frame)
    scored = {feature.name: feature for feature in model.features}
    taken = {name for c in model.columns if c.transform is not None and not c.transform.order for name in [c.feature]}
    mine = theirs.with_columns(plain_text(theirs[name]) for name in scored if name not in taken)
    with np.errstate(over="ignore", invalid="ignore"):
        points = made["prepare"](mine)
        expected = exact_values(SimpleNamespace(frame=theirs), handover.ground.matrix, np.arange(size))  # type: ignore[arg-type]
        assert points.tobytes() == expected.tobytes()
        if tree:
            found = leaf_of(model.rules, theirs, model.columns)
            assert made["by_rules"](mine).tolist() == [model.rules[leaf].cluster for leaf in found]
        else:
            assert (
                made["nearest"](points, made["CENTROIDS"])[0].tolist()
                == decide(expected, made["CENTROIDS"])[0].tolist()
            )


@pytest.mark.parametrize("form", ["cp1252", "utf-16", "parquet", "ndjson", "json", "gz", "arrow", "xlsx"])
def test_the_same_customers_in_other_files(tmp_path: Path, form: str) -> None:
    hostile(tmp_path / "kunden.csv", 400)
    frame = pl.read_csv(tmp_path / "kunden.csv", separator=";", infer_schema=False)
    names = ["Kunde", "Umsatz", "alter", "aktiv", "kauft", "filiale"]
    frame = frame.select(names).with_columns(pl.col("alter").cast(pl.Int32, strict=False), pl.col("aktiv") == "ja")
    path = tmp_path / f"kunden.{form}"
    if form in ("cp1252", "utf-16", "gz"):
        path = tmp_path / ("kunden.csv.gz" if form == "gz" else "k.csv")
        content = frame.write_csv(separator="\t").encode("utf-16" if form == "utf-16" else "cp1252")
        if form == "gz":
            import gzip

            content = gzip.compress(content)
        path.write_bytes(content)
    else:
        getattr(frame, {"arrow": "write_ipc", "xlsx": "write_excel"}.get(form, f"write_{form}"))(path)
    features = tuple(f for f in HOSTILE if f.name in names)
    check(tmp_path, handed_over(of(path, prepare=PrepareSpec(features))))


def test_names_that_repeat_and_a_file_without_names(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rows = [f"{i},{a:.2f},{b:.1f},{'xy'[int(a > 1)]}" for i, (a, b) in enumerate(rng.lognormal(0, 1, (300, 2)))]
    (tmp_path / "repeat.csv").write_text("\n".join(["n,value,value,", *rows]))
    (tmp_path / "nameless.csv").write_text("\n".join(rows))
    for name in ("repeat.csv", "nameless.csv"):
        handover = handed_over(of(tmp_path / name))
        assert len(handover.model.features) >= 2
        check(tmp_path, handover)


def test_several_files_of_one_table(tmp_path: Path) -> None:
    hostile(tmp_path / "kunden.csv", 400)
    frame = pl.read_csv(tmp_path / "kunden.csv", separator=";", infer_schema=False)
    folder = tmp_path / "parts"
    folder.mkdir()
    frame.head(150).write_csv(folder / "a.csv", separator=";")
    frame.slice(150).write_csv(folder / "b.csv", separator=";")
    check(tmp_path, handed_over(of(folder, prepare=PrepareSpec(HOSTILE[:4]))))


def test_trimmed_customers_get_the_nearest_segment(shared_data: Path, tmp_path: Path) -> None:
    handover = handed_over(of(shared_data / "jewellery.csv", prepare=PrepareSpec(trim=0.05)))
    assert "trimmed" in script(handover.model, handover)
    assert check(tmp_path, handover)["segment"].null_count() == 0


# -- the delivered customers -------------------------------------------------------------------------------------


def test_what_it_does_not_know_it_takes_from_the_delivered_customers(shared_data: Path, tmp_path: Path) -> None:
    """Features of records and of demographics: said at the top, and read from the table of customers."""
    names = ("frequency", "monetary", "campaigns_records", "age", "income")
    recipe = of(shared_data / "complete_journey")
    opened = Pipeline()
    dataset, _ = finish(opened.open(recipe))
    made = [name for name in names if name in dataset.frame.columns]
    assert "age" in made
    handover = handed_over(replace(recipe, prepare=PrepareSpec(tuple(map(FeatureSpec, made)))))
    text = script(handover.model, handover)
    assert "does not come from the order lines" in " ".join(text.split())
    assert handover.whole.table is not None
    handover.whole.table.write_csv(tmp_path / "customers.csv")
    check(tmp_path, handover)


def test_a_model_alone_is_enough(shared_data: Path, tmp_path: Path) -> None:
    handover = handed_over(of(shared_data / "amazon_users.csv"))
    shutil.copy(shared_data / "amazon_users.csv", tmp_path / "customers.csv")
    given, _ = run(tmp_path, script(handover.model))
    same(given, ours(handover))


# -- refit, and the command line ---------------------------------------------------------------------------------


def test_it_refits_only_when_asked(shared_data: Path, tmp_path: Path) -> None:
    handover = handed_over(of(shared_data / "jewellery.csv"))
    text = script(handover.model, handover)
    given, said = run(tmp_path, text, "--refit")
    assert "ARI 1.0000" in said
    assert given["segment"].to_list() == ours(handover)["segment"].to_list()  # clear groups are found again
    given, said = run(tmp_path, text, "--refit", "--k", "6")
    assert given["segment"].n_unique() == 6
    assert "new" in said
    with pytest.raises(AssertionError, match="--k is of use with --refit alone"):
        run(tmp_path, text, "--k", "3")


def test_another_file_and_another_format(shared_data: Path, tmp_path: Path) -> None:
    handover = handed_over(of(shared_data / "amazon_users.csv"))
    whole = pl.read_csv(shared_data / "amazon_users.csv", infer_schema=False)
    whole.head(5).write_csv(tmp_path / "few.csv")
    (tmp_path / "segment.py").write_text(script(handover.model, handover), encoding="utf-8")
    command = [sys.executable, "-I", "segment.py", "few.csv", "--out", "few.parquet"]
    subprocess.run(command, cwd=tmp_path, env={}, check=True, capture_output=True)
    given = pl.read_parquet(tmp_path / "few.parquet")
    assert given["segment"].to_list() == ours(handover)["segment"].head(5).to_list()


def test_what_cannot_be_read_or_written_is_said_in_one_line(shared_data: Path, tmp_path: Path) -> None:
    handover = handed_over(of(shared_data / "amazon_users.csv"))
    (tmp_path / "segment.py").write_text(script(handover.model, handover), encoding="utf-8")
    (tmp_path / "few.csv").write_text("Cus_ID,Sex,Age,Income\n1,F,30,5\n")
    for source, out, says in (
        ("few.csv", "out.csv", 'segment.py: unable to find column "Rating"'),
        ("nothing.csv", "out.csv", "segment.py: No such file"),
        (str(shared_data / "amazon_users.csv"), "nowhere/out.csv", "segment.py: "),
    ):
        command = [sys.executable, "-I", "segment.py", source, "--out", out]
        ended = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
        assert ended.returncode == 1
        assert ended.stderr.startswith(says)
        assert ended.stderr.count("\n") == 1


def linked(target: Path, *names: str) -> None:
    """Put packages of this environment, and what they require, into another one, without fetching anything."""
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}:
            if not (target / top).exists():
                os.symlink(found.locate_file(top), target / top)
        wanted = (one for one in found.requires or () if "extra" not in one)
        waiting += [match[0] for one in wanted if (match := re.match(r"[\w.-]+", one))]


def test_in_an_environment_of_its_own(shared_data: Path, tmp_path: Path) -> None:
    """A fresh environment with polars, numpy and scikit-learn (linked, not fetched) and nothing else of ours."""
    home = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    (target,) = home.glob("lib/python*/site-packages")
    try:
        linked(target, "polars", "numpy", "scikit-learn")
    except PackageNotFoundError as missing:
        pytest.skip(f"{missing} is not installed here as a package that can be linked; that needs the network")
    handover = handed_over(of(shared_data / "jewellery.csv"))
    (tmp_path / "segment.py").write_text(script(handover.model, handover), encoding="utf-8")
    python = home / "bin" / "python"
    assert subprocess.run([python, "-I", "-c", "import segtui"], env={}, capture_output=True).returncode
    command = [python, "segment.py", "--out", "out.csv", "--refit"]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ARI 1.0000" in done.stdout


# -- text as Python ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*LEVELS, QUOTED, "", "'\"", "\ud800", "\u202e", "x" * 300, "\\" * 80, "\r\n\t\0"])
def test_literals_come_back_and_nothing_breaks_out(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text
    assert "\n" not in literal(text)
    assert literal(text).isprintable()
    made: dict[str, str] = {}
    exec(long_text("NAME", text), made)
    assert made["NAME"] == text
    comment = told(text)
    assert "\n" not in comment
    assert '"' not in comment
    assert "\\" not in comment


CELLS = [
    "1", "-1", "+2", "−3", "007", "1,234.50", "1.234,50", "1 234,5", "1'234.5", "$ 12", "12 €", "(12.00)", "12.00-", "12.5 %",
    "1e3", ".5", ",5", "1.", "", " ", "na", "N/A", "-", "inf", "nan", "1,23", "12,345", "1234567890123456", "-$5", "USD 7",
    "yes", "Ja", "FALSE", " f ", "t", "2024-01-31", "31.1.2024", "1/2/2024", "31 Jan 24", "Jan 31, 2024", "2024-02-30",
    "2024-01-31T08:30:00Z", "1/2/24 8:30 PM", "2024-01-31 08:30:00.25+02:00", "Wed, 31 Jan 2024 24:00", "x",
]  # fmt: skip


def test_every_reading_reads_what_the_app_reads() -> None:
    from segtui.deliver.scripting.columns import _READ
    from segtui.deliver.scripting.parts import dates, reading

    text = pl.Series(CELLS)
    for one in READINGS:
        if str(one) == "empty":
            continue
        how = getattr(reading, _READ[str(one)], None) or getattr(dates, _READ[str(one)])
        found = reading.read_as(text, how)
        expected = text.to_frame("v").select(values(one, pl.col("v"))).to_series()
        if str(one) == "yes/no":
            expected = reading.said(expected)
        assert found.to_list() == expected.to_list(), str(one)
    assert str(TEXT) in _READ
    assert reading.CURRENCY == numbers.CURRENCY
    assert tuple(reading.YES) == words.YES_WORDS + words.YES_LETTERS
    assert tuple(reading.NO) == words.NO_WORDS + words.NO_LETTERS


def test_names_that_the_analyst_gave(tmp_path: Path) -> None:
    """Hostile and very long names of segments come back as they are."""
    hostile(tmp_path / "kunden.csv", 300)
    names = tuple(zip("ABCD", ('"""\nimport os', LONG, "東京 \u202e", "it's"), strict=True))
    recipe = of(tmp_path / "kunden.csv", prepare=PrepareSpec(HOSTILE[1:4]), names=names)
    given = check(tmp_path, handed_over(recipe))
    assert set(given["segment_name"].drop_nulls()) == {name for _, name in names}

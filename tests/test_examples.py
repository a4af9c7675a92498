"""The example files: made by their script to the byte, true to each other, and telling the story of their README."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

from segtui import recipe_file
from segtui.gather.dataset import open_dataset
from segtui.pipeline import analyse
from segtui.progress import finish
from segtui.recipe import ClusterSpec, GatherSpec, Recipe, SourceSpec
from segtui.results import Answer, Dataset

FILES = ("customers.csv", "orders.csv", "events.csv", "survey.csv")
KINDS_BY_REVENUE = ("regulars", "hosts", "bargain hunters", "drifted away", "newcomers")
PROMISED_ARI = 0.90


@pytest.fixture(scope="module")
def maker(examples: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_examples", examples / "make_examples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def kinds(maker: ModuleType) -> np.ndarray:
    """The planted kind of every customer, in file order."""
    return np.array(maker.make_shop().groups)


@pytest.fixture(scope="module")
def orders(examples: Path) -> pl.DataFrame:
    return pl.read_csv(examples / "orders.csv", schema_overrides={"customer_id": pl.String}, try_parse_dates=True)


@pytest.fixture(scope="module")
def customers(examples: Path) -> pl.DataFrame:
    return pl.read_csv(examples / "customers.csv", schema_overrides={"customer_id": pl.String})


def test_the_script_makes_the_same_bytes_again(maker: ModuleType, examples: Path, tmp_path: Path) -> None:
    maker.write(maker.make_shop(), tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (examples / name).read_bytes(), name


def test_another_seed_makes_other_customers(maker: ModuleType) -> None:
    assert not maker.make_shop(seed=2).customers.equals(maker.make_shop(seed=3).customers)


def test_the_files_are_small(examples: Path) -> None:
    assert sum((examples / name).stat().st_size for name in FILES) < 5_000_000


def test_the_readme_counts_the_rows(examples: Path) -> None:
    text = (examples / "README.md").read_text(encoding="utf-8")
    for name in FILES:
        rows = pl.read_csv(examples / name, infer_schema=False).height
        line = next(line for line in text.splitlines() if line.startswith(f"| `{name}`"))
        assert f"| {rows:,} |" in line


def test_customer_figures_follow_from_the_orders(customers: pl.DataFrame, orders: pl.DataFrame) -> None:
    """Computed again customer by customer, in plain Python, from the definitions in the README."""
    lines: dict[str, list[dict[str, object]]] = {}
    for row in orders.iter_rows(named=True):
        lines.setdefault(row["customer_id"], []).append(row)
    assert set(lines) == set(customers["customer_id"])
    for row in customers.iter_rows(named=True):
        assert_figures(row, lines[row["customer_id"]])


def assert_figures(customer: dict, lines: list[dict]) -> None:
    snapshot = date(2025, 7, 1)
    bought = [line for line in lines if line["quantity"] > 0]
    days = [(snapshot - line["order_date"]).days for line in bought]
    paid = sum(line["quantity"] * line["unit_price"] * (1 - line["discount"]) for line in bought)
    listed = sum(line["quantity"] * line["unit_price"] for line in bought)
    returned = [line for line in lines if line["quantity"] < 0]
    given_back = sum(-line["quantity"] * line["unit_price"] * (1 - line["discount"]) for line in returned)
    frequency = len({line["order_id"] for line in bought})
    assert all(line["order_id"].startswith("R") for line in returned)
    assert customer["recency"] == min(days)
    assert customer["tenure"] == max(days)
    assert customer["frequency"] == frequency
    assert customer["monetary"] == pytest.approx(paid - given_back, abs=0.006)
    assert customer["average_order_value"] == pytest.approx(paid / frequency, abs=0.006)
    assert customer["discount_share"] == pytest.approx(1 - paid / listed, abs=0.000_06)
    pieces = sum(line["quantity"] for line in bought)
    assert customer["return_rate"] == pytest.approx(-sum(line["quantity"] for line in returned) / pieces, abs=0.000_06)


def test_rolling_the_orders_up_gives_the_customers_again(examples: Path, customers: pl.DataFrame) -> None:
    """What examples/README.md promises: all figures but `monetary`, which is net of returns in the file."""
    rolled = finish(open_dataset(GatherSpec((SourceSpec(str(examples / "orders.csv")),)))).frame
    both = customers.join(rolled, on="customer_id", how="inner", suffix=" rolled", maintain_order="left")
    assert both.height == customers.height
    for name, off in (("recency", 0), ("frequency", 0), ("tenure", 0), ("average_order_value", 0.006),
                      ("discount_share", 0.000_06), ("return_rate", 0.000_06)):  # fmt: skip
        assert (both[name] - both[f"{name} rolled"]).abs().max() <= off
    assert (both["monetary rolled"] >= both["monetary"] - 0.006).all()


def test_online_purchases_of_the_last_weeks_are_in_the_web_log(
    examples: Path, customers: pl.DataFrame, orders: pl.DataFrame
) -> None:
    events = pl.read_csv(examples / "events.csv", schema_overrides={"customer_id": pl.String}, try_parse_dates=True)
    in_log = events.filter(pl.col("event") == "purchase").select(
        "customer_id", "product", order_date=pl.col("time").dt.date()
    )
    online = customers.filter(pl.col("channel") != "river shop").select("customer_id")
    in_orders = orders.filter(
        pl.col("quantity") > 0, pl.col("order_date") >= pl.lit(date(2025, 7, 1)) - pl.duration(days=45)
    ).join(online, on="customer_id", how="semi")
    in_orders = in_orders.select("customer_id", "product", "order_date")
    assert in_log.sort(pl.all()).equals(in_orders.sort(pl.all()))
    assert events["session_id"].is_sorted()


def test_the_traps_in_the_customer_table(customers: pl.DataFrame) -> None:
    assert customers["customer_id"].n_unique() == customers.height == 3_000
    assert customers["customer_id"].str.starts_with("0").all()
    assert customers["currency"].n_unique() == 1
    assert 0 < customers["age"].null_count() < 300
    assert customers.select(pl.corr("monetary", "monetary_usd", method="spearman")).item() > 0.99
    assert not (customers["monetary"] * 1.08).round(2).equals(customers["monetary_usd"])


def test_the_survey_asks_customers_of_the_shop(examples: Path, customers: pl.DataFrame) -> None:
    survey = pl.read_csv(examples / "survey.csv", schema_overrides={"customer_id": pl.String})
    assert survey["customer_id"].n_unique() == survey.height
    assert survey["customer_id"].is_in(customers["customer_id"].implode()).all()
    assert {"Recommend", "Recommend "} <= set(survey.columns)
    assert all(0 < survey[name].null_count() < survey.height / 2 for name in survey.columns[1:])
    both = survey.join(customers, on="customer_id").drop_nulls(["age", "age_band"])
    low = both["age_band"].str.slice(0, 2).cast(pl.Int64)
    assert ((both["age"] >= low) & ((both["age"] < low + 10) | (low == 65))).all()
    assert survey["interests"].str.contains(";").any()


def test_planted_pairs_are_in_the_baskets(orders: pl.DataFrame, examples: Path) -> None:
    bought = orders.filter(pl.col("quantity") > 0)
    baskets = [set(names) for names in bought.group_by("order_id").agg("product")["product"]]
    text = (examples / "README.md").read_text(encoding="utf-8")
    for first, second in (
        ("Kingfisher Teapot", "Reed Strainer"),
        ("Night Heron", "Linden Honey"),
        ("Otter Grey", "Lock-keeper's Shortbread"),
    ):
        both = sum(first in basket and second in basket for basket in baskets)
        with_first = sum(first in basket for basket in baskets)
        lift = both * len(baskets) / with_first / sum(second in basket for basket in baskets)
        figures = f"| {both:,} | {both / with_first:.2f} | {lift:.1f} |".replace("| 0.", "| .")
        assert f"| {first} | {second} {figures}" in text


# -- the story, told by the program ----------------------------------------------------------------------


def segment(examples: Path, recipe: Recipe) -> tuple[Dataset, Answer]:
    source = SourceSpec(str(examples / "customers.csv"))
    recipe = replace(recipe, gather=replace(recipe.gather, sources=(source,)))
    _, dataset, _, answer = analyse(recipe)
    return dataset, answer


def agreement(kinds: np.ndarray, dataset: Dataset, answer: Answer) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(kinds[dataset.row], answer.segmentation.labels))


def test_the_proposed_features_find_the_planted_kinds(examples: Path, kinds: np.ndarray) -> None:
    dataset, answer = segment(examples, Recipe(gather=GatherSpec(), cluster=ClusterSpec(k=5)))
    assert dataset.customers == 3_000
    assert dataset.id_column == "customer_id"
    assert agreement(kinds, dataset, answer) >= PROMISED_ARI
    on = {feature.name for feature in answer.prepare.features or () if feature.on}
    assert not on & {"customer_id", "currency", "monetary_usd", "note"}
    assert on >= {"recency", "frequency", "monetary", "discount_share", "return_rate", "age", "country"}


def test_letters_and_names_of_the_recipe_fall_on_the_right_kinds(examples: Path, kinds: np.ndarray) -> None:
    recipe = recipe_file.load(examples / "recipes" / "five-kinds.toml")
    dataset, answer = segment(examples, recipe)
    assert agreement(kinds, dataset, answer) >= PROMISED_ARI
    assert [one.letter for one in answer.profile.segments] == list("ABCDE")
    for one, kind in zip(answer.profile.segments, KINDS_BY_REVENUE, strict=True):
        members = kinds[dataset.row][answer.segmentation.labels == one.cluster]
        assert np.mean(members == kind) > 0.8, kind
        assert one.name.lower() == kind


def test_the_classic_three_find_less_of_the_story(examples: Path, kinds: np.ndarray) -> None:
    recipe = recipe_file.load(examples / "recipes" / "rfm.toml")
    dataset, answer = segment(examples, recipe)
    assert answer.segmentation.k == 4
    assert 0.4 < agreement(kinds, dataset, answer) < PROMISED_ARI

"""Association rules through the pipeline and on the command line: counted on the file by hand, filed, written and said."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from segtui import basketing
from segtui.basket_views import NetworkView, RuleFilter
from segtui.baskets.mined import wider
from segtui.baskets.words import items_are
from segtui.cli import main
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import BasketSpec, GatherSpec, Recipe, SourceSpec
from segtui.session import basket_replies


@pytest.fixture(scope="module")
def orders(examples: Path) -> Path:
    return examples / "orders.csv"


@pytest.fixture(scope="module")
def pipeline(orders: Path) -> Pipeline:
    made = Pipeline()
    finish(made.open(Recipe(gather=GatherSpec((SourceSpec(str(orders)),)))))
    return made


@pytest.fixture(scope="module")
def recipe(orders: Path) -> Recipe:
    return Recipe(gather=GatherSpec((SourceSpec(str(orders)),)), baskets=BasketSpec(by="category", min_support=0.02))


def baskets_by_hand(orders: Path) -> list[set[str]]:
    """Orders with a customer, not cancelled, of a positive quantity and price: the standard steps."""
    frame = pl.read_csv(orders)
    named = {name.lower(): name for name in frame.columns}
    order, item = named["order_id"], named["category"]
    kept = frame.filter(
        pl.col(named["customer_id"]).is_not_null(), pl.col(named["quantity"]) > 0, pl.col(named["unit_price"]) > 0
    )
    if "status" in named:
        kept = kept.filter(~pl.col(named["status"]).str.to_lowercase().str.contains("cancel"))
    return [set(items) for items in kept.group_by(order).agg(item)[item].to_list()]


def test_counts_are_those_of_the_file(pipeline: Pipeline, recipe: Recipe, orders: Path) -> None:
    table = finish(basketing.table(pipeline, recipe))
    by_hand = baskets_by_hand(orders)
    assert table.baskets.count == len(by_hand)
    found = finish(basketing.rules(pipeline, recipe))
    items, rules = table.baskets.items, found.rules
    assert len(rules)
    for i in range(len(rules)):
        x = {items[n] for n in rules.antecedents[i].tolist() if n >= 0}
        y = {items[n] for n in rules.consequents[i].tolist() if n >= 0}
        assert rules.counts[i] == sum(x | y <= basket for basket in by_hand)
        assert rules.antecedent_counts[i] == sum(x <= basket for basket in by_hand)
    pairs = {pair for pair in combinations(items, 2) if sum(set(pair) <= b for b in by_hand) >= 0.02 * len(by_hand)}
    told = {
        tuple(sorted(items[n] for n in (*rules.antecedents[i].tolist(), *rules.consequents[i].tolist()) if n >= 0))
        for i in range(len(rules))
        if rules.lengths[i] == 2
    }
    assert told <= pairs


def test_rules_and_baskets_are_filed(pipeline: Pipeline, recipe: Recipe) -> None:
    assert finish(basketing.table(pipeline, recipe)) is finish(basketing.table(pipeline, recipe))
    assert finish(basketing.rules(pipeline, recipe)) is finish(basketing.rules(pipeline, recipe.with_k(7)))
    heard: list[int] = []
    known = finish(basketing.credible(pipeline, recipe, lambda partial: heard.append(partial.shuffles)))
    assert heard == list(range(1, 21))
    assert finish(basketing.credible(pipeline, recipe, lambda partial: heard.append(0))) is known


def test_what_marks_segments_out_is_in_letter_order(pipeline: Pipeline, recipe: Recipe) -> None:
    found = finish(basketing.marked(pipeline, recipe))
    assert found.letters == ("A", "B", "C", "D")
    table = finish(basketing.table(pipeline, recipe))
    assert found.items.counts.shape == (len(table.baskets.items), 4)
    assert found.items.counts.sum(axis=1).tolist() == table.baskets.item_counts.tolist()
    answer = finish(pipeline.exact(recipe, lambda step: None))
    owners = answer.segmentation.labels[table.baskets.owner]
    cluster = answer.letters.index("B")
    assert found.items.baskets[1] == int((owners == cluster).sum())
    assert "Tests are conditional on that" in " ".join(found.items.notes)


def test_wider_cut_offs_return_something(pipeline: Pipeline, recipe: Recipe) -> None:
    for spec in (
        replace(recipe.baskets, min_support=0.9),
        replace(recipe.baskets, min_confidence=1.0),
        replace(recipe.baskets, min_lift=50.0),
        replace(recipe.baskets, min_count=10**6),
    ):
        none = finish(basketing.rules(pipeline, replace(recipe, baskets=spec)))
        assert len(none.rules) == 0
        asked = wider(none)
        assert asked is not None
        if asked.min_support == spec.min_support:  # more support promises pairs, and not their confidence
            assert len(finish(basketing.rules(pipeline, replace(recipe, baskets=asked))).rules)
        else:
            certain = replace(asked, min_confidence=0.0)
            assert len(finish(basketing.rules(pipeline, replace(recipe, baskets=certain))).rules)


# -- segtui rules ----------------------------------------------------------------------------------------


def test_the_document(orders: Path, capsys) -> None:
    assert main(["rules", str(orders), "--by", "category", "--min-support", "0.02", "--shuffles", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["baskets"] == len(baskets_by_hand(orders))
    assert {"items", "itemsets", "rules", "false_discovery_share"} <= told.keys()
    assert told["shuffles"] == 3
    first = told["rules"][0]
    assert {
        "antecedent",
        "consequent",
        "count",
        "support",
        "confidence",
        "lift",
        "leverage",
        "conviction",
    } <= first.keys()
    assert first["support"] == pytest.approx(first["count"] / told["baskets"])
    assert told["rules_tried"] >= len(told["rules"])
    assert told["productive_level"] == pytest.approx(0.05 / told["rules_tried"])
    for rule in told["rules"]:
        wins = rule["productive_p"] <= told["productive_level"] and not rule["redundant"]
        assert rule["productive"] == wins
        if len(rule["antecedent"]) == 1:  # compared with having none
            assert rule["productive_p"] == pytest.approx(rule["fisher"], rel=1e-6)
    lifts = [rule["lift"] for rule in told["rules"]]
    assert lifts == sorted(lifts, reverse=True)


def test_all_rules_are_written_in_every_format(orders: Path, tmp_path: Path, capsys) -> None:
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "ndjson": pl.read_ndjson}
    frames = []
    for ending, reader in read.items():
        path = tmp_path / f"rules.{ending}"
        arguments = ["rules", str(orders), "--by", "category", "--shuffles", "0", "--out", str(path)]
        assert main(arguments) == 0
        frames.append(reader(path))
        assert main(arguments) == 1  # it is there already
        assert main([*arguments, "--overwrite"]) == 0
    assert len({frame.height for frame in frames}) == 1
    assert frames[0]["antecedent"].to_list() == frames[1]["antecedent"].to_list()
    capsys.readouterr()
    assert main(["rules", str(orders), "--out", str(tmp_path / "rules.xyz")]) == 2
    assert "Choose an ending among .csv" in capsys.readouterr().err


def test_no_rules_is_explained(orders: Path, capsys) -> None:
    assert main(["rules", str(orders), "--by", "category", "--min-support", "0.9"]) == 0
    told = capsys.readouterr()
    assert "No rules: no two items are together in" in told.out
    assert "would give some pairs" in told.out.replace("\n", " ")


def test_a_table_of_baskets_will_do(tmp_path: Path, capsys) -> None:
    path = tmp_path / "baskets.csv"
    rows = [(b, item) for b in range(60) for item in (("tea", "milk") if b % 3 else ("rice",))]
    path.write_text("basket,item\n" + "".join(f"{b},{item}\n" for b, item in rows))
    assert main(["rules", str(path), "--json", "--shuffles", "0"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["baskets"], told["items"]) == (60, 3)
    assert [(r["antecedent"], r["consequent"], r["count"]) for r in told["rules"]] == [
        (["milk"], ["tea"], 40),
        (["tea"], ["milk"], 40),
    ]


def test_what_is_wrong_with_a_cut_off_is_said(orders: Path, capsys) -> None:
    for given in (["--min-support", "2"], ["--min-confidence", "x"], ["--min-lift", "-1"], ["--max-length", "1"]):
        assert main(["rules", str(orders), *given]) == 2
    assert "between 0 and 1" in capsys.readouterr().err
    assert main(["rules", str(orders.parent / "customers.csv")]) == 1
    assert "no baskets here" in capsys.readouterr().err


# -- readings --------------------------------------------------------------------------------------------


def test_readings_are_told_with_their_counts(orders: Path, capsys) -> None:
    asked = ["rules", str(orders), "--min-support", "0.001", "--min-confidence", "0.1", "--shuffles", "0", "--readings"]
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    found = told["readings"]
    assert set(found) == {"bundles", "prompts", "seldom_together", "next_orders", "next_orders_reason"}
    assert found["next_orders_reason"] == ""
    for row in found["next_orders"]:
        assert row["antecedent"] != row["consequent"]
        assert row["counts"] <= min(row["antecedent_counts"], row["consequent_counts"])
        assert row["customers"] <= row["counts"]
    for row in found["seldom_together"]:
        assert row["lift"] == pytest.approx(row["counts"] / row["expected"])
        assert row["lift"] < 0.7
    assert main(asked) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line for line in lines if " -> " in line]  # rules stand in full
    assert max(len(line) for line in lines if line not in names) <= 80
    assert any(line.startswith("in the next order: ") for line in lines)


def test_without_customers_nothing_is_said_of_next_orders(tmp_path: Path, capsys) -> None:
    path = tmp_path / "baskets.csv"
    path.write_text("basket,item\n" + "".join(f"{b},{item}\n" for b in range(60) for item in ("tea", "milk")))
    assert main(["rules", str(path), "--shuffles", "0", "--readings"]) == 0
    told = capsys.readouterr().out
    assert "bundles: bought together either way: 1 of 2 rules" in told  # its other direction is the same bundle
    assert "next orders: not said, these baskets have no customers." in told


def test_the_column_of_items_is_told(pipeline: Pipeline, recipe: Recipe) -> None:
    table = finish(basketing.table(pipeline, recipe))
    assert (table.column, table.ids) == ("category", "")
    assert items_are(table) == "items by category"
    assert items_are(replace(table, column="Description", ids="StockCode")) == "items by Description, not by StockCode"


def test_a_filter_on_length_holds_for_the_network_too(pipeline: Pipeline, recipe: Recipe) -> None:
    assert finish(basket_replies.network(pipeline, recipe, RuleFilter(length=3))) == NetworkView((), 0, 0)
    assert finish(basket_replies.network(pipeline, recipe, RuleFilter(length=2))).pairs > 0


def test_the_items_of_a_rule_come_first_among_its_baskets(pipeline: Pipeline, recipe: Recipe) -> None:
    mined = finish(basketing.rules(pipeline, recipe))
    items = finish(basketing.table(pipeline, recipe)).baskets.items
    for rule in range(len(mined.rules)):
        sides = (*mined.rules.antecedents[rule].tolist(), *mined.rules.consequents[rule].tolist())
        own = [items[n] for n in sides if n >= 0]
        page = finish(basket_replies.behind(pipeline, recipe, rule))
        rows = [str(row[-1]).split(" | ") for row in page.rows(0, 50)]
        assert all(row[: len(own)] == own and len(set(row)) == len(row) for row in rows)
        assert page.row_count == mined.rules.counts[rule]


def test_rules_are_printed_with_names_in_full(tmp_path: Path, capsys) -> None:
    path, long = tmp_path / "baskets.csv", "A NAME THAT IS FAR LONGER THAN TWENTY CHARACTERS, "
    rows = [f'{b},"{long}{end}"' for b in range(60) for end in ("GREEN", "PINK")] + [f"{b},tea" for b in range(60, 90)]
    path.write_text("basket,item\n" + "\n".join(rows) + "\n")
    assert main(["rules", str(path), "--shuffles", "2", "--min-support", "0.5%", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["min_support"] == pytest.approx(0.005)
    assert main(["rules", str(path), "--shuffles", "2"]) == 0
    told = capsys.readouterr().out
    assert f"{long}GREEN -> {long}PINK" in told
    assert "items by item" in told.splitlines()[0]
    head = next(line for line in told.splitlines() if "shuffled" in line and "conf" in line)
    assert head.split() == ["count", "conf", "lift", "extra", "shuffled", "false", "rule"]


@pytest.mark.parametrize("typed", ["0", "0%", "2", "150%", "x"])
def test_a_support_that_cannot_be_is_refused(orders: Path, typed: str, capsys) -> None:
    assert main(["rules", str(orders), "--min-support", typed]) == 2

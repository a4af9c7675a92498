"""Public data with known counts, and mlxtend as the oracle; every row has its own longest set and consequents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui.basketed import Baskets, RuleSet
from segtui.baskets import encode, itemsets, rules
from segtui.baskets.measures import size_lift
from segtui.baskets.rules import Asked
from segtui.progress import finish
from tests.baskets.brute import as_sets, sides

pandas = pytest.importorskip("pandas", reason="mlxtend, the oracle, is not installed: pip install 'segtui[test]'")
oracle = pytest.importorskip("mlxtend.frequent_patterns", reason="mlxtend, the oracle, is not installed")


def found_in(folder: Path, name: str) -> Path:
    if not (folder / name).exists():
        pytest.skip(f"{name} is not among the public test data")
    return folder / name


@pytest.fixture(scope="module")
def groceries(shared_data: Path) -> Baskets:
    return finish(encode.from_lines(pl.read_csv(found_in(shared_data, "groceries.csv")), "basket", "item")).baskets


@pytest.fixture(scope="module")
def retail(shared_data: Path) -> pl.DataFrame:
    lines = pl.read_parquet(found_in(shared_data, "online_retail_2010_2011.parquet"))
    return lines.filter(~pl.col("InvoiceNo").str.starts_with("C"))


@pytest.fixture(scope="module")
def french(retail: pl.DataFrame) -> Baskets:
    """French invoices without postage; the five that hold nothing else stay as empty baskets."""
    lines = retail.filter(pl.col("Country") == "France").with_columns(pl.col("Description").str.strip_chars())
    kept = lines.filter(pl.col("Description") != "POSTAGE")
    return finish(encode.from_lines(kept, "InvoiceNo", "Description", orders=lines["InvoiceNo"])).baskets


def mined(baskets: Baskets, support: float, longest: int, asked: Asked) -> tuple[int, RuleSet]:
    sets = finish(itemsets.frequent(baskets, itemsets.least_count(support, baskets.count), longest))
    return sets.number, finish(rules.rules(sets, asked, size_lift(baskets.sizes)))


def named(baskets: Baskets, found: RuleSet) -> dict[tuple[frozenset[str], frozenset[str]], int]:
    return {
        (frozenset(baskets.items[i] for i in one), frozenset(baskets.items[i] for i in other)): row
        for row, (one, other) in enumerate(sides(found))
    }


def test_groceries_as_they_are(groceries: Baskets) -> None:
    assert (groceries.count, len(groceries.items), len(groceries.index)) == (9835, 169, 43367)
    counted = dict(zip(groceries.items, groceries.item_counts.tolist(), strict=True))
    assert {name: counted[name] for name in ("whole milk", "other vegetables", "rolls/buns", "soda", "yogurt")} == {
        "whole milk": 2513,
        "other vegetables": 1903,
        "rolls/buns": 1809,
        "soda": 1715,
        "yogurt": 1372,
    }
    assert size_lift(groceries.sizes) == pytest.approx(1.44, abs=0.005)


def test_groceries_at_one_in_a_thousand(groceries: Baskets) -> None:
    number, found = mined(groceries, 0.001, 10, Asked(0.8))
    assert number == 13_492
    assert len(found) == 410
    assert np.bincount(found.lengths).tolist() == [0, 0, 0, 29, 229, 140, 12]
    assert (found.redundant.sum(), (~found.redundant).sum()) == (18, 392)
    assert found.fisher.max() <= 4.6e-5
    top = named(groceries, found)[frozenset({"liquor", "red/blush wine"}), frozenset({"bottled beer"})]
    assert top == 0
    assert found.counts[0] == 19
    assert found.support[0] == pytest.approx(0.001932, abs=5e-7)
    assert found.confidence[0] == pytest.approx(0.9047619, abs=5e-8)
    assert found.lift[0] == pytest.approx(11.23527, abs=5e-6)


def test_groceries_at_half_the_confidence(groceries: Baskets) -> None:
    assert len(mined(groceries, 0.001, 10, Asked(0.5))[1]) == 5_668


def test_groceries_at_six_in_a_thousand(groceries: Baskets) -> None:
    found = mined(groceries, 0.006, 10, Asked(0.25))[1]
    assert len(found) == 463
    assert np.bincount(found.lengths).tolist() == [0, 0, 150, 297, 16]
    assert found.redundant.sum() == 18
    assert (found.lift > 2).sum() == 212


def test_french_invoices(french: Baskets) -> None:
    assert (french.count, len(french.items)) == (392, 1562)
    sets = finish(itemsets.frequent(french, itemsets.least_count(0.07, 392), 10))
    assert [len(counts) for _, counts in sets.levels] == [40, 10, 1]
    found = finish(rules.rules(sets, Asked(0.0, 1.0, "any")))
    assert len(found) == 26
    assert ((found.lift >= 6) & (found.confidence >= 0.8)).sum() == 8
    row = named(french, found)[frozenset({"ALARM CLOCK BAKELIKE GREEN"}), frozenset({"ALARM CLOCK BAKELIKE RED"})]
    told = [getattr(found, name)[row] for name in ("support", "confidence", "lift", "leverage", "conviction")]
    np.testing.assert_allclose(told, [0.079082, 0.815789, 8.642959, 0.069932, 4.916181], atol=5e-7)
    red = "SET/20 RED RETROSPOT PAPER NAPKINS", "SET/6 RED SPOTTY PAPER CUPS", "SET/6 RED SPOTTY PAPER PLATES"
    row = named(french, found)[frozenset(red[:2]), frozenset(red[2:])]
    told = [getattr(found, name)[row] for name in ("support", "confidence", "lift", "leverage", "conviction")]
    np.testing.assert_allclose(told, [0.09949, 0.975, 7.644, 0.086474, 34.897959], atol=5e-6)


def test_french_invoices_without_the_empty_ones(french: Baskets) -> None:
    """An empty basket counts in every share: without the five one rule less is good enough."""
    full = Baskets(french.items, french.starts[np.concatenate(([True], french.sizes > 0))], french.index)
    assert full.count == 387
    found = mined(full, 0.07, 10, Asked(0.0, 1.0, "any"))[1]
    assert ((found.lift >= 6) & (found.confidence >= 0.8)).sum() == 7


def one_hot(baskets: Baskets) -> object:
    table = np.zeros((baskets.count, len(baskets.items)), dtype=bool)
    table[np.repeat(np.arange(baskets.count), baskets.sizes), baskets.index] = True
    return pandas.DataFrame(table)


def test_the_oracle_finds_the_same_sets_and_rules_in_groceries(groceries: Baskets) -> None:
    least = itemsets.least_count(0.005, groceries.count)
    sets = finish(itemsets.frequent(groceries, least, 10))
    theirs = oracle.fpgrowth(one_hot(groceries), min_support=0.005)
    expected = {
        tuple(sorted(items)): round(support * groceries.count)
        for items, support in zip(theirs["itemsets"], theirs["support"], strict=True)
    }
    assert as_sets(sets) == expected
    # No confidence lies at this limit: at .1 frankfurter has one (58 of 580) that the oracle's division misses.
    table = oracle.association_rules(theirs, metric="confidence", min_threshold=0.1003)
    found = finish(rules.rules(sets, Asked(0.1003, consequents="any")))
    keys = [
        (tuple(sorted(one)), tuple(sorted(other)))
        for one, other in zip(table["antecedents"], table["consequents"], strict=True)
    ]
    ours = {side: row for row, side in enumerate(sides(found))}
    assert set(ours) == set(keys)
    rows = [ours[key] for key in keys]
    for name, theirs_name in (
        ("support", "support"), ("confidence", "confidence"), ("lift", "lift"), ("leverage", "leverage"),
        ("conviction", "conviction"), ("zhang", "zhangs_metric"), ("jaccard", "jaccard"), ("certainty", "certainty"),
        ("kulczynski", "kulczynski"),
    ):  # fmt: skip
        np.testing.assert_allclose(getattr(found, name)[rows], table[theirs_name], rtol=1e-9, atol=1e-12, err_msg=name)


def test_the_oracle_finds_the_same_sets_in_online_retail(retail: pl.DataFrame) -> None:
    known = retail.filter(pl.col("CustomerID").is_not_null())
    baskets = finish(encode.from_lines(known, "InvoiceNo", "Description")).baskets
    assert baskets.count == 18_536
    least = itemsets.least_count(0.01, baskets.count)
    theirs = oracle.fpgrowth(one_hot(baskets), min_support=0.01)
    expected = {
        tuple(sorted(items)): round(support * baskets.count)
        for items, support in zip(theirs["itemsets"], theirs["support"], strict=True)
    }
    assert as_sets(finish(itemsets.frequent(baskets, least, 10))) == expected
    assert size_lift(baskets.sizes) == pytest.approx(2.25, abs=0.005)

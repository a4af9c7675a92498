"""Several labels in one cell: recognised, one 0/1 column each, and a block weight worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from segtui.prepare import labels
from segtui.prepare.clean import level_counts
from segtui.prepare.matrix import ColumnCache, build, exact_values
from segtui.prepare.units import original_column
from segtui.progress import finish
from segtui.recipe import FeatureSpec, PrepareSpec
from tests.prepare.making import inspected

CELLS = ["Beauty;Groceries", "Groceries", "Beauty; Toys", "Toys", "Groceries;Toys;Beauty", None]


def recognised(cells: list[str | None]) -> labels.Labelled | None:
    return labels.recognise(level_counts(pl.Series("x", cells, dtype=pl.String)))


@pytest.mark.parametrize("separator", [";", "|", ","])
def test_a_small_vocabulary_that_recombines(separator: str) -> None:
    found = recognised([cell and cell.replace(";", separator) for cell in CELLS * 10])
    assert found is not None
    assert (found.separator, found.labels, found.counts) == (separator, ("Beauty", "Groceries", "Toys"), (30, 30, 30))


@pytest.mark.parametrize(
    "cells",
    [
        ["Oslo, Norway", "Bergen, Norway", "Lund, Sweden", "Malmö, Sweden"] * 10,
        [f"free text, of {i}, all kinds" for i in range(40)],
        ["Yes, always", "Yes, sometimes", "No", "No"] * 10,
        ["a", "b", "c"] * 10,
        [None] * 10,
    ],
)
def test_what_is_none(cells: list[str | None]) -> None:
    assert recognised(cells) is None


def test_the_block_worked_out_by_hand() -> None:
    """a: 3 of 4 customers, b: 2 of 4. Sum of p(1-p) = 3/16 + 4/16; w = sqrt(.5 / (7/16)) = sqrt(8/7)."""
    found = labels.block(pl.Series(["a;b", "a", "a;b", "c"] * 50).str.replace("c", ""), ";")
    assert found.levels == ("a", "b")
    assert found.shares == (0.75, 0.5)
    assert found.weight == pytest.approx(math.sqrt(8 / 7))


def test_rare_labels_are_collapsed() -> None:
    cells = ["a;b"] * 500 + ["a"] * 490 + ["a;r1"] * 4 + ["r1;r2"] * 3 + [None] * 3
    found = labels.block(pl.Series(cells), ";")
    assert found.levels == ("a", "b", "(other)")
    assert found.shares == pytest.approx((0.994, 0.5, 0.007))
    assert found.collapsed == 2
    having = labels.membership(pl.Series(cells), ";", found.levels)
    assert having.sum(axis=1).tolist() == [994, 500, 7]


def test_columns_of_the_matrix() -> None:
    data, seen = inspected({"x": CELLS * 50, "n": np.random.default_rng(0).normal(size=300)})
    verdict = seen.verdict("x")
    assert (verdict.taken_for, verdict.separator, verdict.proposed) == ("labels", ";", True)
    assert verdict.levels == ("Beauty", "Groceries", "Toys")
    matrix = finish(build(data, seen, PrepareSpec(), ColumnCache()))
    assert [c.name for c in matrix.columns] == ["x=Beauty", "x=Groceries", "x=Toys", "x=(missing)", "n"]
    weight = math.sqrt(0.5 / (3 * 0.25 + 5 / 36))
    assert [c.weight for c in matrix.columns[:4]] == pytest.approx([weight] * 4)
    assert matrix.votes == pytest.approx({"x": 1 / 3, "n": 2 / 3})
    assert np.allclose(matrix.values[0, :6], np.array([1, 0, 1, 0, 1, 0]) * weight)
    assert np.allclose(exact_values(data, matrix, np.arange(300)), matrix.values, atol=1e-6)
    for column, row in zip(matrix.columns[:4], matrix.values[:4], strict=True):
        assert np.allclose(original_column(data, column) * column.weight, row)


@pytest.mark.parametrize(
    ("policy", "names", "first"),
    [
        ("auto", ["x=Beauty", "x=Groceries", "x=Toys", "x=(missing)"], [0, 0, 0, 1]),
        ("most_frequent", ["x=Beauty", "x=Toys", "x=Groceries"], [1, 1, 0]),  # of equals the first: "Beauty; Toys"
        ("indicator", ["x=Beauty", "x=Toys", "x=Groceries", "x=(missing)"], [1, 1, 0, 1]),
    ],
)
def test_missing_cells(policy: str, names: list[str], first: list[int]) -> None:
    data, seen = inspected({"x": [None, *CELLS * 50]})
    matrix = finish(build(data, seen, PrepareSpec((FeatureSpec("x", missing=policy),)), ColumnCache()))
    assert [c.name for c in matrix.columns] == names
    assert (matrix.values[:, 0] > 0).astype(int).tolist() == first
    assert np.allclose(exact_values(data, matrix, np.arange(301)), matrix.values, atol=1e-6)

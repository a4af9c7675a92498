"""Block weights worked out by hand, collapsed levels, missing levels."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from segtui.prepare.encode import block, indicator


def test_two_levels() -> None:
    """p = 1/4 and 3/4: the sum of p(1-p) is 3/8, so the weight is sqrt(.5 / .375)."""
    found = block(pl.Series(["f", "m", "m", "m"]))
    assert found.levels == ("m", "f")
    assert found.shares == (0.75, 0.25)
    assert found.weight == pytest.approx(math.sqrt(4 / 3))


def test_four_equal_levels() -> None:
    found = block(pl.Series(list("abcd") * 5))
    assert found.levels == ("a", "b", "c", "d")
    assert found.weight == pytest.approx(math.sqrt(0.5 / 0.75))


@pytest.mark.parametrize("levels", [2, 3, 7, 40])
def test_a_block_has_half_a_vote(levels: int) -> None:
    column = pl.Series([f"level {i**2 % levels}" for i in range(2000)])
    found = block(column)
    columns = [indicator(column, level, found.levels) * found.weight for level in found.levels]
    assert sum(float(np.var(values)) for values in columns) == pytest.approx(0.5)


def test_rare_levels_are_collapsed_and_missing_is_a_level() -> None:
    cells: list[str | None] = ["a"] * 500 + ["b"] * 480 + [None] * 12 + ["c"] * 5 + ["d"] * 3
    column = pl.Series(cells)
    found = block(column)
    assert found.levels == ("a", "b", "(missing)", "(other)")
    assert found.shares == (0.5, 0.48, 0.012, 0.008)
    assert found.collapsed == 2
    from segtui.prepare.clean import levels_of

    assert indicator(levels_of(column), "(other)", found.levels).sum() == 8


def test_yes_no() -> None:
    assert block(pl.Series([True, False, True, None])).levels == ("yes", "(missing)", "no")


def test_one_level_has_no_weight() -> None:
    assert block(pl.Series(["a", "a"])).weight == 0.0

"""The dip by hand, against a linear program, and against what others publish; its p values; jitter; Holm."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import linprog

from segtui.cluster.dip import QUANTILES, SHARES, SIZES, _hull, _hull_by_hand, dip, holm, jittered, p_value, shared

FACULTY = [30, 33, 35, 36, 37, 37, 39, 39, 39, 39, 39, 40, 40, 40, 40, 41, 42, 43, 43, 43, 44, 44, 45, 45, 46, 46, 47]
FACULTY += [47, 48, 48, 48, 49, 50, 50, 51, 52, 52, 53, 53, 53, 53, 53, 54, 54, 57, 57, 59, 60, 60, 60, 61, 61, 61, 61]
FACULTY += [62, 62, 62, 62, 63, 66, 70, 72, 72]
"""Quality of 63 statistics faculties: the example of Hartigan & Hartigan (1985), as diptest for R has it."""


def numbers(*values: float):
    return np.array(values, dtype=np.float64)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


# -- the statistic ---------------------------------------------------------------------------------------


def least_distance(values) -> float:
    """The dip as its definition says: for every place of the mode, the distribution function with that one mode that is
    nearest to F, by linear programming. A jump is allowed at the mode: there G has a value before and one after."""
    u, counts = np.unique(values, return_counts=True)
    after = np.cumsum(counts) / len(values)
    before = after - counts / len(values)
    return min(_nearest(u, before, after, mode) for mode in range(len(u))) if len(u) > 1 else 0.0


def _nearest(u, before, after, mode) -> float:
    x = [*u[: mode + 1], *u[mode:]]
    size, rows, limits = len(x) + 1, [], []

    def require(weights: dict[int, float], limit: float) -> None:
        row = np.zeros(size)
        for i, weight in weights.items():
            row[i] += weight
        rows.append(row)
        limits.append(limit)

    for i in range(len(x)):
        j = i if i <= mode else i - 1
        for f in {before[j]} if i == mode else {after[j]} if i == mode + 1 else {before[j], after[j]}:
            require({i: 1, size - 1: -1}, f)
            require({i: -1, size - 1: -1}, -f)
    for i in range(len(x) - 1):
        require({i: 1, i + 1: -1}, 0)
    for i in [*range(1, mode), *range(mode + 2, len(x) - 1)]:
        one, two = 1 / (x[i] - x[i - 1]), 1 / (x[i + 1] - x[i])
        bend = {i - 1: -one, i: one + two, i + 1: -two}
        require(bend if i < mode else {place: -weight for place, weight in bend.items()}, 0)
    found = linprog([0] * (size - 1) + [1], A_ub=np.array(rows), b_ub=limits, bounds=(0, 1))
    return float(found.fun)


@pytest.mark.parametrize("n", [2, 3, 4, 10, 1_000])
def test_equal_steps_have_the_least_dip(n):
    assert dip(np.arange(n) * 0.3 + 7) == pytest.approx(1 / (2 * n))


def test_by_hand():
    assert dip(numbers()) == 0
    assert dip(numbers(5)) == 0
    assert dip(numbers(5, 5, 5)) == 0
    assert dip(numbers(0, 0, 1)) == pytest.approx(1 / 6)  # the mode takes the jump of 2/3, half of the other is left
    assert dip(numbers(0, 0, 0, 1, 1)) == pytest.approx(1 / 5)
    assert dip(np.repeat([0.0, 1.0], 50)) == pytest.approx(1 / 4)
    assert dip(np.repeat([0.0, 1.0, 2.0], 50)) == pytest.approx(1 / 6)
    clumps = np.concatenate([np.linspace(0, 1e-9, 500), 1 + np.linspace(0, 1e-9, 500)])
    assert dip(clumps) == pytest.approx(1 / 4, abs=2e-3)


def test_as_published():
    assert dip(numbers(*FACULTY)) == pytest.approx(0.05952381, abs=1e-8)


@pytest.mark.parametrize("kind", ["ties", "none", "some", "two heaps"])
def test_against_a_linear_program(kind):
    for seed in range(30):
        draws = rng(seed)
        n = int(draws.integers(2, 12))
        values = {
            "ties": draws.integers(0, 5, n),
            "none": draws.random(n),
            "some": draws.normal(size=n).round(1),
            "two heaps": np.concatenate([draws.integers(0, 3, n), 9 + draws.integers(0, 4, n // 2)]),
        }[kind].astype(float)
        assert dip(values) == pytest.approx(least_distance(values), abs=1e-7), values


def test_neither_order_nor_units_nor_direction_matter():
    values = np.concatenate([rng().normal(size=300), rng(1).normal(6, 2, 200)])
    expected = dip(values)
    assert expected > 0.03
    assert dip(rng(2).permutation(values)) == expected
    assert dip(1e6 - 1e3 * values) == pytest.approx(expected, abs=1e-12)
    assert dip(-values) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("shape", ["noise", "convex", "concave", "line"])
def test_the_fast_hull_is_the_hull(shape):
    x = np.sort(rng().random(3_000))
    y = {"noise": np.arange(3_000.0), "convex": x**2, "concave": np.sqrt(x), "line": np.arange(3_000.0)}[shape]
    x = np.arange(3_000.0) if shape == "line" else x
    expected = _hull_by_hand(x.tolist(), y.tolist())
    assert _hull(x, y).tolist() == expected
    assert {"convex": len(expected) > 2_900, "concave": len(expected) < 10, "line": len(expected) == 2}.get(shape, True)


# -- p values --------------------------------------------------------------------------------------------


def test_the_table_rises_along_its_rows():
    assert len(QUANTILES) == len(SIZES)
    assert all(len(row) == len(SHARES) for row in QUANTILES)
    assert all(low <= high for row in QUANTILES for low, high in pairwise(row))
    assert all(row[0] >= 1 / (2 * np.sqrt(n)) - 1e-4 for n, row in zip(SIZES, QUANTILES, strict=True))


@pytest.mark.parametrize(
    ("n", "p", "value"),
    [
        (10, 0.05, 0.139611), (20, 0.01, 0.120624), (50, 0.1, 0.0649136), (100, 0.01, 0.0590241), (200, 0.001, 0.0497198),
        (500, 0.5, 0.0164519), (1_000, 0.01, 0.0196080), (1_000, 0.001, 0.0228689), (5_000, 0.05, 0.00765064),
        (5_000, 0.01, 0.00886358),
    ],
)  # fmt: skip
def test_p_values_as_published(n, p, value):
    """Quantiles from a million draws, of the table qDiptab of diptest for R."""
    assert p_value(value, n) == pytest.approx(p, rel=0.25 if p == 0.001 else 0.1)


def test_beyond_the_table_the_last_row_holds():
    assert p_value(0.00298073, 40_000) == pytest.approx(0.02, rel=0.2)  # again qDiptab


def test_p_values_fall_as_the_dip_rises_and_stay_within_bounds():
    for n in (4, 5, 37, 700, 5_000, 90_000):
        found = [p_value(d, n) for d in np.linspace(0, 0.25, 500)]
        assert all(high >= low for high, low in pairwise(found))
        assert found[0] == 1.0
        assert found[-1] == pytest.approx(1 - SHARES[-1], abs=1e-2 if n < 10 else 1e-9)
    assert [p_value(0.25, n) for n in (1, 2, 3)] == [1, 1, 1]


def test_uniform_numbers_are_rejected_as_often_as_said():
    found = np.array([p_value(dip(rng(seed).random(300)), 300) for seed in range(400)])
    assert 0.03 < np.mean(found <= 0.1) < 0.17
    assert 0.4 < np.mean(found <= 0.5) < 0.6


def test_two_modes_are_seen_and_one_is_not():
    draws = rng()
    one, two = draws.normal(size=2_000), np.concatenate([draws.normal(size=1_000), draws.normal(4, 1, 1_000)])
    assert p_value(dip(one), 2_000) > 0.5
    assert p_value(dip(np.exp(one)), 2_000) > 0.5
    assert p_value(dip(two), 2_000) < 0.001


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.5, 0.9]) == (1.0, 1.0)
    assert holm([]) == ()


# -- jitter ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "width"),
    [
        ([1, 2, 5, 5, 9], 1),
        ([5, 15, 15, 45], 10),
        ([-4, 0, 8], 4),
        ([0.25, 0.5, 0.5, 2.0], 0.25),
        ([9.99, 19.99, 19.99, 14.99], 5),
        ([0.1, 0.7, 0.7], 0.6),
        ([0.25, 0.5, 2.0], 0),  # a grid, but nobody shares a value
        ([1 / 3, 2 / 3, 2 / 3, 0.5], 0),  # shared, but no grid
        ([3, 3, 3], 0),
        ([2.5], 0),
    ],
)
def test_jitter_fills_the_steps_of_a_grid(values, width):
    values = numbers(*values)
    moved, found = jittered(values, rng())
    assert found == pytest.approx(width)
    assert np.abs(moved - values).max(initial=0) <= width / 2
    assert (moved is values) == (width == 0)


def test_jitter_is_even():
    moved, _ = jittered(np.repeat([10.0, 20.0, 30.0], 2_000), rng())
    assert np.histogram(moved, bins=30, range=(5, 35))[0] == pytest.approx(200, abs=60)


def test_jitter_takes_away_the_modes_of_whole_numbers():
    orders = rng().poisson(4, 3_000).astype(float)
    assert p_value(dip(orders), 3_000) < 0.001
    assert p_value(dip(jittered(orders, rng())[0]), 3_000) > 0.1


def test_shared_leaves_out_the_largest_heap():
    assert shared(numbers(0, 0, 0, 1.5, 1.5, 2, 3, 4, 5, 6)) == pytest.approx(0.2)
    assert shared(numbers(0, 0, 0, 1, 2)) == 0
    assert shared(numbers()) == 0

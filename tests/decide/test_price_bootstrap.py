"""Intervals by drawing customers: fixed draws by hand, groups, and how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from segtui.decide import price_bootstrap
from segtui.decide.price_bootstrap import GROUPS, grouped, intervals, totals
from segtui.progress import finish


def test_totals_of_fixed_draws() -> None:
    """Customers with (1, 2), (3, 4), (5, 10): draws 0 0 1, 2 2 2 and 0 1 2."""
    sums = np.array([[1.0, 3.0, 5.0], [2.0, 4.0, 10.0]])
    found = totals(sums, np.array([[0, 0, 1], [2, 2, 2], [0, 1, 2]]))
    assert found.tolist() == [[5.0, 15.0, 9.0], [8.0, 30.0, 16.0]]


def test_the_interval_of_fixed_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws of two customers with ratios 1 and 3 and the same weight: 1, 2, 2, 3. Percentile 2.5 of four values lies
    .075 of the way from the first to the second."""

    class Fixed:
        def integers(self, number: int, size: tuple[int, int]) -> np.ndarray:
            assert (number, size) == (2, (4, 2))
            return np.array([[0, 0], [0, 1], [1, 0], [1, 1]])

    monkeypatch.setattr(price_bootstrap.np.random, "default_rng", lambda seed: Fixed())
    [found] = finish(intervals([(np.array([1.0, 3.0]), np.array([1.0, 1.0]))], (0,), draws=4))
    assert found is not None
    assert found.value == 2.0
    assert (found.low, found.high) == (pytest.approx(1.075), pytest.approx(2.925))


def test_many_customers_are_drawn_as_groups_with_the_same_total() -> None:
    sums = np.arange(2.0 * 3 * GROUPS).reshape(2, -1)
    found = grouped(sums)
    assert found.shape == (2, GROUPS)
    assert found.sum(axis=1).tolist() == sums.sum(axis=1).tolist()
    assert found[0, 0] == 0 + GROUPS + 2 * GROUPS


def test_customers_come_as_a_whole() -> None:
    """A hundred customers; as many lines as one likes with the same ratio of sums do not narrow the interval."""
    rng = np.random.default_rng(1)
    above, below = rng.uniform(1, 2, 100), np.ones(100)
    [few], [many] = (finish(intervals([(above * n, below * n)], (0,))) for n in (1, 64))
    assert few == many


def test_nothing_to_divide_by_is_none() -> None:
    none = np.zeros(5)
    assert finish(intervals([(none, none), (none, np.ones(5))], (0,)))[0] is None
    assert finish(intervals([(np.ones(1), np.ones(1))], (0,))) == [None]


def test_about_95_of_100_intervals_hold_the_truth() -> None:
    held = 0
    for seed in range(200):
        paid = np.random.default_rng(seed).normal(1.0, 0.3, size=80)
        [found] = finish(intervals([(paid, np.ones(80))], (seed,), draws=300))
        assert found is not None
        held += found.low <= 1.0 <= found.high
    assert 180 <= held <= 198

"""The within transformation against dummies, and clustered errors against their formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from segtui.decide.price_fit import slope
from segtui.decide.price_within import without_item, without_item_and_week
from segtui.progress import finish


def by_dummies(columns: np.ndarray, item: np.ndarray, week: np.ndarray) -> np.ndarray:
    dummies = np.column_stack([np.eye(item.max() + 1)[item], np.eye(week.max() + 1)[week]])
    return columns - (dummies @ np.linalg.lstsq(dummies, columns.T, rcond=None)[0]).T


def test_a_panel_of_two_items_and_three_weeks() -> None:
    """Balanced: value - item mean - week mean + mean. 1 2 6 / 5 6 4: item means 3, 5; week means 3, 4, 5; mean 4."""
    values = np.array([[1.0, 2.0, 6.0, 5.0, 6.0, 4.0]])
    item, week = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 0, 1, 2])
    left = finish(without_item_and_week(values, item, week))
    assert left[0] == pytest.approx([-1, -1, 2, 1, 1, -2])
    assert left == pytest.approx(by_dummies(values, item, week))
    assert without_item(values[0], item).tolist() == [-2, -1, 3, 0, 1, -1]


@pytest.mark.parametrize("seed", range(5))
def test_a_panel_with_gaps_is_as_by_dummies(seed: int) -> None:
    rng = np.random.default_rng(seed)
    item, week = np.divmod(np.flatnonzero(rng.random(9 * 12) < 0.5), 12)
    item, week = (np.unique(one, return_inverse=True)[1] for one in (item, week))
    columns = rng.normal(size=(3, len(item)))
    assert finish(without_item_and_week(columns, item, week)) == pytest.approx(by_dummies(columns, item, week))


def test_parts_that_share_no_week() -> None:
    item, week = np.array([0, 0, 1, 1, 2, 2, 3, 3]), np.array([0, 1, 0, 1, 2, 3, 2, 3])
    columns = np.random.default_rng(0).normal(size=(1, 8))
    assert finish(without_item_and_week(columns, item, week)) == pytest.approx(by_dummies(columns, item, week))


def test_clustered_errors_by_their_formula() -> None:
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(6), 5)
    x = rng.normal(size=30)
    y = -1.5 * x + rng.normal(size=6)[cluster] + rng.normal(size=30)
    beta = (x @ y) / (x @ x)
    rest = y - beta * x
    meat = sum(float(x[cluster == g] @ rest[cluster == g]) ** 2 for g in range(6))
    se = (6 / 5 * meat) ** 0.5 / (x @ x)
    found = slope(y, x, cluster, absorbed=4)
    assert found is not None
    assert (found.beta, found.se, found.clusters) == (pytest.approx(beta), pytest.approx(se), 6)
    assert found.ordinary_se == pytest.approx(((rest @ rest) / (30 - 4 - 1) / (x @ x)) ** 0.5)
    assert found.high - found.beta == pytest.approx(stats.t.ppf(0.975, 5) * se)


def test_no_slope_where_nothing_varies_or_one_cluster_is() -> None:
    x, y = np.array([1.0, -1.0, 1.0, -1.0]), np.array([1.0, 2.0, 3.0, 4.0])
    assert slope(y, np.zeros(4), np.array([0, 0, 1, 1]), 1) is None
    assert slope(y, x, np.zeros(4, dtype=np.int64), 1) is None
    assert slope(y, x, np.array([0, 0, 1, 1]), 3) is None

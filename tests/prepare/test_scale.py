"""Every transform against values worked out by hand, and what it falls back to."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segtui.prepare.scale import apply, fit_transform
from segtui.recipe import TRANSFORMS


def scaled(values: list[float], method: str, winsorise: bool = False) -> np.ndarray:
    array = np.array(values, dtype=np.float64)
    return apply(fit_transform(array, method, winsorise=winsorise), array)


def test_none() -> None:
    assert scaled([1, 2, 10], "none").tolist() == [1, 2, 10]


def test_z() -> None:
    found = fit_transform(np.array([1.0, 2.0, 3.0]), "z", winsorise=False)
    assert (found.centre, found.fill) == (2.0, 2.0)
    assert found.spread == pytest.approx(math.sqrt(2 / 3))
    assert scaled([1, 2, 3], "z") == pytest.approx([-1.2247448714, 0, 1.2247448714])


def test_log1p() -> None:
    """log1p of 0, 1, 3, 7 is 0, 1, 2, 3 times log 2: mean 1.5, standard deviation sqrt(1.25), both times log 2."""
    found = fit_transform(np.array([0.0, 1.0, 3.0, 7.0]), "log1p", winsorise=False)
    assert found.centre == pytest.approx(1.5 * math.log(2))
    assert found.spread == pytest.approx(math.sqrt(1.25) * math.log(2))
    assert scaled([0, 1, 3, 7], "log1p") == pytest.approx([-1.3416407865, -0.4472135955, 0.4472135955, 1.3416407865])


def test_robust() -> None:
    """0..8: median 4, quartiles 2 and 6."""
    assert scaled(list(range(9)), "robust") == pytest.approx([(i - 4) / 4 for i in range(9)])


def test_robust_without_a_middle_half_falls_back_to_z() -> None:
    found = fit_transform(np.array([5.0] * 9 + [15.0]), "robust", winsorise=False)
    assert found.method == "z"
    assert found.centre == 6.0
    assert found.spread == 3.0


@pytest.mark.parametrize("power", [-1.0, 0.0, 0.5, 1.0, 2.0, 3.0])
def test_yeo_johnson_formula(power: float) -> None:
    from dataclasses import replace

    from segtui.results import Transform

    def by_hand(x: float) -> float:
        if x >= 0:
            return math.log(x + 1) if power == 0 else ((x + 1) ** power - 1) / power
        return -math.log(1 - x) if power == 2 else -((1 - x) ** (2 - power) - 1) / (2 - power)

    values = [-3.0, -0.5, 0.0, 0.5, 4.0]
    shape = replace(Transform("yeo_johnson", 0.0, 1.0, 0.0), power=power)
    assert apply(shape, np.array(values)) == pytest.approx([by_hand(x) for x in values])


def test_yeo_johnson_finds_the_power_that_makes_normal() -> None:
    from scipy import stats

    values = np.random.default_rng(3).normal(size=4000) ** 3
    found = fit_transform(values, "yeo_johnson", winsorise=False)
    assert found.power == pytest.approx(float(stats.yeojohnson(values)[1]), abs=1e-4)
    result = apply(found, values)
    assert result.mean() == pytest.approx(0, abs=1e-12)
    assert result.std() == pytest.approx(1)


def test_quantile_normal_ties() -> None:
    """Knots 1 1 1 2 3: 1 has the middle rank of 0..2, that is 1 of 4; 2 rank 3; 3 rank 4, held half a step inside."""
    from scipy.special import ndtri

    values = np.array([1.0, 1.0, 1.0, 2.0, 3.0])
    found = fit_transform(values, "quantile_normal", winsorise=False)
    assert found.knots == (1.0, 1.0, 1.0, 2.0, 3.0)
    raw = np.array([ndtri(1 / 4)] * 3 + [ndtri(3 / 4), ndtri(0.9)])
    assert apply(found, values) == pytest.approx((raw - raw.mean()) / raw.std())
    between = apply(found, np.array([2.5, 0.0, 99.0])) * found.spread + found.centre
    half_way = (ndtri(3 / 4) + ndtri(0.9)) / 2  # a straight line of z, not of ranks
    assert between == pytest.approx([half_way, ndtri(0.1), ndtri(0.9)])


def test_quantile_normal_of_many() -> None:
    values = np.random.default_rng(0).exponential(size=50_000)
    found = fit_transform(values, "quantile_normal", winsorise=False)
    assert len(found.knots) == 1001
    result = apply(found, values)
    assert abs(((result - result.mean()) ** 3).mean()) < 0.01
    assert (np.diff(result[np.argsort(values)]) >= 0).all()


def test_winsorise() -> None:
    """1001 values: the 0.5 % and 99.5 % order statistics are those at places 5 and 995."""
    values = np.arange(1001, dtype=np.float64)
    found = fit_transform(values, "z", winsorise=True)
    assert (found.low, found.high) == (5.0, 995.0)
    result = apply(found, values)
    assert result.min() == result[5] == result[0]
    assert result.max() == result[995] == result[1000]
    assert result.std() == pytest.approx(1)
    for method in ("none", "robust", "quantile_normal"):
        assert fit_transform(values, method, winsorise=True).low is None


def test_winsorise_leaves_something_that_varies() -> None:
    values = np.zeros(1000)
    values[0] = 1.0
    found = fit_transform(values, "z", winsorise=True)
    assert found.low is None
    assert apply(found, values).std() == pytest.approx(1)


def test_log1p_with_negative_values_becomes_yeo_johnson() -> None:
    assert fit_transform(np.array([-1.0, 2.0, 30.0]), "log1p", winsorise=False).method == "yeo_johnson"


def test_missing_gets_the_median() -> None:
    found = fit_transform(np.array([1.0, np.nan, 3.0, 8.0]), "z", winsorise=False)
    assert found.fill == 3.0
    assert found.centre == 3.75
    assert apply(found, np.array([np.nan]))[0] == pytest.approx((3 - 3.75) / found.spread)


def test_constant_is_nought() -> None:
    for method in TRANSFORMS[1:]:
        assert scaled([4.2] * 7, method) == pytest.approx([0.0] * 7, abs=1e-12)


@settings(max_examples=80, deadline=None)
@given(
    values=arrays(np.float64, st.integers(3, 60), elements=st.floats(-1e9, 1e9, allow_subnormal=False)),
    method=st.sampled_from(TRANSFORMS),
    winsorise=st.booleans(),
)
def test_every_transform_is_finite_and_keeps_order(values: np.ndarray, method: str, winsorise: bool) -> None:
    found = fit_transform(values, method, winsorise=winsorise)
    result = apply(found, values)
    assert np.isfinite(result).all()
    assert (np.diff(result[np.argsort(values, kind="stable")]) >= -1e-9 * (1 + np.abs(result).max())).all()

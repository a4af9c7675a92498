"""Which transform is proposed for which shape, and the reason that is given."""

from __future__ import annotations

import math

import numpy as np
import pytest

from segtui.prepare.matrix import ColumnCache, build
from segtui.prepare.propose import Shape, propose, shape
from segtui.progress import finish
from segtui.recipe import FeatureSpec, PrepareSpec
from tests.prepare.making import inspected

N = 3_000


def proposed(values: np.ndarray) -> tuple[str, str]:
    return propose(values, float(values.min()), shape(values).skew, len(np.unique(values)))


def test_moments_by_hand() -> None:
    """-1, -1, 2: mean 0, variance 2, third moment (−1 −1 + 8) / 3 = 2, so skewness 2 / 2^1.5; fourth 6, kurtosis 6/4."""
    found = shape(np.array([-1.0, -1.0, 2.0]))
    assert found.skew == pytest.approx(2 / 2**1.5)
    assert found.kurtosis == pytest.approx(6 / 4 - 3)
    assert shape(np.array([5.0] * 9)) == Shape(0.0, 0.0)


def test_symmetric_money_signed_and_bounded() -> None:
    random = np.random.default_rng(0)
    assert proposed(random.normal(50, 5, N))[0] == "z"
    assert proposed(random.uniform(0, 1, N))[0] == "z"
    assert proposed(random.lognormal(4, 1.2, N))[0] == "log1p"
    assert proposed(random.lognormal(4, 1.2, N) - 20)[0] == "yeo_johnson"
    assert proposed(-random.gamma(2, 10, N))[0] == "yeo_johnson"


def test_what_log1p_leaves_goes_to_yeo_johnson() -> None:
    """A skewed share between 0 and 1: log1p hardly bends it."""
    transform, why = proposed(np.random.default_rng(0).beta(0.7, 6, N))
    assert transform == "yeo_johnson"
    assert "log1p leaves" in why


def test_tails_that_nothing_tames_are_spaced_by_rank() -> None:
    random = np.random.default_rng(1)
    two_ends = np.concatenate([random.normal(10, 0.05, int(N * 0.97)), random.lognormal(6, 2, N - int(N * 0.97))])
    transform, why = proposed(random.permutation(two_ends))
    assert transform == "quantile_normal"
    assert "by rank" in why
    heavy = random.standard_t(0.5, N)
    assert proposed(heavy)[0] == "quantile_normal"


def test_ranks_are_not_proposed_where_they_would_make_a_spike() -> None:
    random = np.random.default_rng(2)
    mostly_nothing = np.where(random.random(N) < 0.93, 0.0, random.lognormal(3, 1, N))
    transform, why = proposed(mostly_nothing)
    assert transform == "log1p"
    assert "spike of the 93% with one value" in why


def test_winsorising_is_a_choice() -> None:
    """Of 1000 values the 5 lowest and highest lie beyond the limits at 0.5 and 99.5 %."""
    values = np.concatenate([np.arange(995.0), [5_000.0, 6_000, 7_000, 8_000, 9_000]])
    data, seen = inspected({"x": values})
    for scale, winsorise, held in (
        ("auto", None, True), ("z", None, False), ("z", True, True), ("auto", False, False), ("none", True, False),
    ):  # fmt: skip
        features = (FeatureSpec("x", transform="none" if scale == "none" else "z"),)
        matrix = finish(build(data, seen, PrepareSpec(features, scale, winsorise), ColumnCache()))
        transform = matrix.columns[0].transform
        assert transform is not None
        assert (transform.high is not None) is held
        assert any("extreme values are held at 4 and 5,000" in note for note in matrix.notes) is held
    assert math.isfinite(float(matrix.values.max()))

"""Hyper-lift by hand and against the distribution itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from segtui.baskets.hyper import hyper_lift, quantiles
from segtui.baskets.mined import mined
from segtui.progress import finish
from segtui.recipe import BasketSpec

from .planted import baskets_of


def test_by_hand() -> None:
    """Ten baskets, X in five and Y in five: P(5 together) is 1/252, P(4 or more) is 26/252. So 4 is exceeded once in 252
    times, 3 more than once in ten: the quantile is 4."""
    assert finish(quantiles(10, np.array([5]), np.array([5]))).tolist() == [4]
    found = finish(mined(baskets_of([[0, 1]] * 5 + [[2]] * 5), BasketSpec(min_support=0.1))).rules
    assert finish(hyper_lift(found)).tolist() == pytest.approx([5 / 4] * len(found))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.data())
def test_against_the_distribution(n: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(1, n))
    y = data.draw(st.integers(1, n))
    expected = int(hypergeom.ppf(0.99, n, x, y))
    found = int(finish(quantiles(n, np.array([x]), np.array([y])))[0])
    if found != expected:  # the tail is 1 % to the last digit: either will do
        assert hypergeom.sf(min(found, expected), n, x, y) == pytest.approx(0.01, rel=1e-6)


def test_rare_pairs_do_not_explode() -> None:
    rows = [[0, 1], [0, 1]] + [[2]] * 998
    rules = finish(mined(baskets_of(rows), BasketSpec(min_support=0.001, min_confidence=0.0))).rules
    assert rules.lift.max() == pytest.approx(500)
    assert finish(hyper_lift(rules)).max() == pytest.approx(2.0)

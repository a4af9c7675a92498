"""Measures of rules from four counts: by hand, exactly, and at their limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from segtui.baskets import measures
from segtui.progress import finish
from tests.baskets.brute import upper_tail


def of(n: int, x: int, y: int, both: int) -> dict[str, float]:
    one = measures.measures(n, np.array([x]), np.array([y]), np.array([both]))
    return {name: float(value[0]) for name, value in one.items()}


def test_measures_by_hand() -> None:
    # 100 baskets, 20 with X, 25 with Y, 10 with both: 5 were to be expected
    found = of(100, 20, 25, 10)
    assert found == pytest.approx(
        {
            "support": 0.10,
            "coverage": 0.20,
            "confidence": 0.50,
            "lift": 2.0,
            "leverage": 0.05,
            "extra_baskets": 5.0,
            "conviction": 1.5,  # (1 - .25) / (1 - .5)
            "zhang": 0.625,  # .05 / max(.1 * .8, .2 * .15)
            "certainty": 1 / 3,  # .25 / .75
            "kulczynski": 0.45,  # (.5 + .4) / 2
            "imbalance": 1 / 7,  # .05 / .35
            "jaccard": 2 / 7,  # 10 / 35
            "cosine": 10 / math.sqrt(500),
        }
    )


def test_independence_is_exactly_nothing() -> None:
    found = of(90, 30, 21, 7)
    assert (found["lift"], found["leverage"], found["zhang"], found["certainty"]) == (1, 0, 0, 0)
    assert found["conviction"] == 1


def test_a_rule_that_always_holds_has_no_limit_of_conviction() -> None:
    found = of(10, 3, 5, 3)
    assert found["conviction"] == math.inf
    assert found["certainty"] == 1
    assert found["zhang"] == pytest.approx(5 / 7)  # Y is with 3 of 3 that have X and with 2 of 7 that lack it: 1 - 2/7


def test_a_consequent_in_every_basket_says_nothing() -> None:
    found = of(10, 4, 10, 4)
    assert (found["lift"], found["zhang"], found["certainty"]) == (1, 0, 0)
    assert not any(math.isnan(value) for value in found.values())


def test_items_that_avoid_each_other() -> None:
    found = of(100, 50, 50, 5)
    assert found["extra_baskets"] == -20
    assert found["zhang"] == pytest.approx(-8 / 9)  # Y is with .1 of those that have X and .9 of the rest: -.8 / .9
    assert found["lift"] == pytest.approx(0.2)


@st.composite
def four(draw: st.DrawFn) -> tuple[int, int, int, int]:
    n = draw(st.integers(1, 400))
    x, y = draw(st.integers(1, n)), draw(st.integers(1, n))
    return n, x, y, draw(st.integers(max(1, x + y - n), max(1, min(x, y))))


@given(st.lists(four(), min_size=1, max_size=8))
def test_fishers_p_is_the_exact_tail(cases: list[tuple[int, int, int, int]]) -> None:
    for n, x, y, both in cases:
        found = finish(measures.fisher(n, np.array([x]), np.array([y]), np.array([both])))[0]
        assert found == pytest.approx(float(upper_tail(n, x, y, both)), rel=1e-9, abs=1e-12)


def test_fishers_p_of_many_baskets_is_that_of_scipy() -> None:
    generator = np.random.default_rng(4)
    n = 250_000
    x, y = generator.integers(1, 90_000, 300), generator.integers(1, 90_000, 300)
    mean = x * y / n
    both = np.clip(mean + generator.normal(0, 4, 300) * np.sqrt(mean + 1), 1, np.minimum(x, y)).astype(np.int64)
    found = finish(measures.fisher(n, x, y, both))
    np.testing.assert_allclose(found, hypergeom.sf(both - 1, n, y, x), rtol=1e-7, atol=1e-10)


def test_measures_lie_in_their_ranges() -> None:
    @given(four())
    def check(case: tuple[int, int, int, int]) -> None:
        found = of(*case)
        assert all(0 <= found[name] <= 1 for name in ("support", "coverage", "confidence", "imbalance", "jaccard"))
        assert -1 <= found["zhang"] <= 1
        assert found["jaccard"] <= found["cosine"] + 1e-12
        assert found["cosine"] <= found["kulczynski"] + 1e-12
        assert found["kulczynski"] <= 1

    check()


def test_basket_sizes_alone_lift_a_pair() -> None:
    # sizes 1 and 3: 2 (0 + 6) / 16; equal sizes s: (s - 1) / s
    assert measures.size_lift(np.array([1, 3])) == 0.75
    assert measures.size_lift(np.array([4, 4, 4])) == 0.75
    assert math.isnan(measures.size_lift(np.array([1, 1, 0])))


def test_fishers_p_where_a_count_cannot_be_lower() -> None:
    """Of n baskets Y is in all but a few, so that X and Y meet at least x + y - n times; n of each rule."""
    n, x = np.array([13, 40, 200, 17]), np.array([12, 30, 150, 16])
    y = np.array([12, 39, 190, 14])
    both = x + y - n
    with np.errstate(all="raise", under="ignore"):
        assert finish(measures.fisher(n, x, y, both)).tolist() == pytest.approx([1.0] * 4)
    found = finish(measures.fisher(n, x, y, both + 1))
    np.testing.assert_allclose(found, hypergeom.sf(both, n, y, x), rtol=1e-9)

"""Productive rules by hand, against scipy, and among items that have nothing to do with each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import hypergeom

from segtui.baskets.mined import mined
from segtui.baskets.productive import LEVEL, productive, said
from segtui.progress import finish
from segtui.recipe import BasketSpec

from .planted import baskets_of

# a = 0, b = 1, y = 2, z = 3. Ten baskets: y goes with a, and b is there by the way.
TEN = [[0, 1, 2]] * 3 + [[0, 2]] * 2 + [[0]] + [[1]] * 2 + [[3]] * 2


def of(rows, **cutoffs):
    """The rules of some baskets by their sides, and what is said of each."""
    baskets = baskets_of(rows)
    found = finish(mined(baskets, BasketSpec(**{"min_support": 0.01, "min_confidence": 0.0, **cutoffs})))
    told, names = finish(productive(baskets, found)), {}
    for i in range(len(found.rules)):
        x, y = found.rules.antecedents[i], found.rules.consequents[i]
        names[tuple(x[x >= 0].tolist()), tuple(y[y >= 0].tolist())] = i
    return found, told, names


def test_by_hand():
    """a is in 6 of 10 baskets, y in 5, both in 5: P(all 5 y among the 6 a) = C(6,5) / C(10,5) = 6/252.

    a + b → y, 3 of 3. Of the 6 with a 5 have y, and 3 have b, all with y: C(5,3) / C(6,3) = 10/20. Of the 5 with b 3
    have y, and 3 have a, the same: 1 / C(5,3) = 1/10. The larger is 1/2: that b adds to a is not shown at all.
    """
    _, told, names = of(TEN)
    assert told.p[names[(0,), (2,)]] == pytest.approx(6 / 252)
    assert told.p[names[(0, 1), (2,)]] == pytest.approx(10 / 20)


def test_as_many_tests_as_rules_were_tried_whatever_their_confidence():
    """Frequent: a b y z, ab ay by, aby. So 3 pairs make 6 rules, one triple 3."""
    found, told, _ = of(TEN)
    assert found.tried == 9
    assert told.level == pytest.approx(LEVEL / 9)
    few, strict, _ = of(TEN, min_confidence=0.9)
    assert len(few.rules) < len(found.rules)
    assert (few.tried, strict.level) == (9, told.level)
    either, _, _ = of(TEN, consequents="any")
    assert either.tried == 6 + 6  # a triple can be split in six ways


def test_an_item_that_adds_and_one_that_does_not():
    """y comes with a and b together only; c is in every other basket, whatever else is in it."""
    rows = [[0, 1, 2]] * 60 + [[0]] * 60 + [[1]] * 60 + [[]] * 120
    rows = [[*row, 3] if i % 2 else row for i, row in enumerate(rows)]
    found, told, names = of(rows)
    assert told.holds[names[(0, 1), (2,)]]
    assert not told.holds[names[(0, 1, 3), (2,)]]
    assert found.rules.confidence[names[(0, 1, 3), (2,)]] == 1.0
    assert not told.holds[names[(3,), (2,)]]


def test_no_rule_is_productive_that_a_simpler_one_equals():
    found, told, _ = of(TEN * 30)
    assert told.holds.any()
    assert not (told.holds & found.rules.redundant).any()


def test_against_scipy_with_any_number_of_items_on_either_side():
    rng = np.random.default_rng(3)
    rows = [np.flatnonzero(rng.random(7) < 0.4).tolist() for _ in range(80)]
    found, told, names = of(rows, consequents="any", max_length=4, min_support=0.03)
    assert found.rules.antecedents.shape[1] == found.rules.consequents.shape[1] == 3
    has = [set(row) for row in rows]

    def count(items):
        return sum(items <= one for one in has)

    for (x, y), i in list(names.items())[:: max(1, len(names) // 150)]:
        whole = set(x) | set(y)
        tails = [
            hypergeom.sf(count(whole) - 1, count(set(x) - {a}), count(whole - {a}), count(set(x))) for a in x
        ]  # fmt: skip
        assert told.p[i] == pytest.approx(max(tails), rel=1e-8), (x, y)


def test_items_without_any_tie_give_no_productive_rule():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        rows = [np.flatnonzero(rng.random(8) < 0.35).tolist() for _ in range(400)]
        found, told, _ = of(rows)
        assert len(found.rules) > 300
        assert not told.holds.any()


def test_no_rules():
    found, told, _ = of([[0], [1]])
    assert len(found.rules) == len(told.p) == len(told.holds) == 0


def test_what_is_said():
    assert "every item before the arrow adds" in said(1e-9, True)
    assert "may add nothing (p 0.2)" in said(0.2, False)

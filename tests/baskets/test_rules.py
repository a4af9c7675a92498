"""Rules are all the splits of all the sets, with what brute force says of each, in one order."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.basketed import RuleSet
from segtui.baskets import itemsets, lattice, rules
from segtui.baskets.rules import Asked
from segtui.errors import AnalysisError
from segtui.progress import finish
from tests.baskets.brute import baskets_of, confidence, count, frequent, improvement, sides, small_baskets


def mined(rows: list[set[int]], items: int, least: int, asked: Asked, longest: int = 7) -> RuleSet:
    sets = finish(itemsets.frequent(baskets_of(rows, items), least, longest))
    return finish(rules.rules(sets, asked))


def test_rules_of_a_few_baskets_by_hand() -> None:
    # bread 0, butter 1, jam 2: {0,1} x3, {0,1,2} x2, {2} x4, {0} x1
    rows = [{0, 1}] * 3 + [{0, 1, 2}] * 2 + [{2}] * 4 + [{0}]
    found = mined(rows, 3, 2, Asked(0.5))
    told = {
        side: (int(both), round(float(conf), 6), round(float(lift), 6), round(float(gain), 6))
        for side, both, conf, lift, gain in zip(
            sides(found), found.counts, found.confidence, found.lift, found.improvement, strict=True
        )
    }
    assert told == {
        ((1,), (0,)): (5, 1.0, 1.666667, 0.4),
        ((0,), (1,)): (5, 0.833333, 1.666667, 0.333333),
        ((1, 2), (0,)): (2, 1.0, 1.666667, 0.0),
        ((0, 2), (1,)): (2, 1.0, 2.0, 0.166667),
    }
    assert sides(found)[0] == ((0, 2), (1,))
    assert found.redundant.tolist() == [gain <= 0 for gain in found.improvement]
    assert sides(found.chosen(found.redundant)) == [((1, 2), (0,))]
    assert found.lengths.tolist() == [3, 2, 2, 3]


@given(
    small_baskets(),
    st.integers(1, 4),
    st.sampled_from(["one", "any"]),
    st.fractions(0, 1),
    st.sampled_from([0.0, 1.0, 1.5]),
)
def test_rules_are_what_brute_force_makes(
    drawn: tuple[list[set[int]], int], least: int, consequents: rules.Consequents, limit: Fraction, lift: float
) -> None:
    rows, items = drawn
    limit = Fraction(round(limit * 16), 16)
    found = mined(rows, items, least, Asked(float(limit), lift, consequents))
    expected = {
        (antecedent, consequent)
        for chosen in frequent(rows, items, least, 7)
        for length in range(1, len(chosen))
        for antecedent in combinations(chosen, length)
        if (consequent := tuple(item for item in chosen if item not in antecedent))
        and (consequents == "any" or len(consequent) == 1)
        and confidence(rows, antecedent, consequent) >= limit
        and confidence(rows, antecedent, consequent) >= Fraction(lift) * Fraction(count(rows, consequent), len(rows))
    }
    assert len(found) == len(expected)
    assert set(sides(found)) == expected
    for row, (antecedent, consequent) in enumerate(sides(found)):
        assert found.antecedent_counts[row] == count(rows, antecedent)
        assert found.consequent_counts[row] == count(rows, consequent)
        assert found.counts[row] == count(rows, antecedent + consequent)
        exact = improvement(rows, antecedent, consequent)
        assert found.improvement[row] == pytest.approx(float(exact))
        assert found.redundant[row] == (exact <= 0)


@given(small_baskets())
def test_the_order_is_by_lift_count_length_and_items(drawn: tuple[list[set[int]], int]) -> None:
    rows, items = drawn
    found = mined(rows, items, 1, Asked(0.0, 0.0, "any"))
    keys = [
        (-lift, -both, len(a) + len(c), a, c)
        for lift, both, (a, c) in zip(found.lift.tolist(), found.counts.tolist(), sides(found), strict=True)
    ]
    assert keys == sorted(keys)


def test_small_pieces_make_the_same_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(6)
    rows = [set(generator.choice(9, size=generator.integers(1, 7)).tolist()) for _ in range(200)]
    whole = mined(rows, 9, 3, Asked(0.2, consequents="any"))
    monkeypatch.setattr(rules, "PIECE", 3)
    monkeypatch.setattr(rules, "MEASURED", 2)
    monkeypatch.setattr(lattice, "PIECE", 2)
    parts = mined(rows, 9, 3, Asked(0.2, consequents="any"))
    assert len(whole) > 100
    assert sides(parts) == sides(whole)
    for name in ("fisher", "improvement", "conviction", "confidence"):
        assert np.array_equal(getattr(parts, name), getattr(whole, name))


def test_length_is_a_filter_that_improvement_does_not_see() -> None:
    rows = [{0, 1}] * 3 + [{0, 1, 2}] * 2 + [{2}] * 4 + [{0}]
    assert sides(mined(rows, 3, 2, Asked(0.5, shortest=3))) == [((0, 2), (1,)), ((1, 2), (0,))]
    assert set(sides(mined(rows, 3, 2, Asked(0.5, longest=2)))) == {((1,), (0,)), ((0,), (1,))}
    assert mined(rows, 3, 2, Asked(0.5, shortest=3)).redundant.tolist() == [False, True]


def test_only_pairs_are_set_beside_basket_sizes() -> None:
    sets = finish(itemsets.frequent(baskets_of([{0, 1, 2}] * 3 + [{0}, {1}], 3), 2))
    found = finish(rules.rules(sets, Asked(0.0), size_lift=2.0))
    pairs = found.lengths == 2
    np.testing.assert_allclose(found.adjusted_lift[pairs], found.lift[pairs] / 2)
    assert np.isnan(found.adjusted_lift[~pairs]).all()


def test_no_rules_is_an_empty_set_of_rules() -> None:
    assert len(mined([{0}, {1}], 2, 1, Asked(0.0))) == 0
    assert len(mined([set()], 2, 1, Asked(0.0))) == 0
    assert mined([{0}], 2, 1, Asked(0.0)).chosen(np.zeros(0, dtype=bool)).lift.shape == (0,)


def test_too_many_splits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "SPLITS", 10)
    with pytest.raises(AnalysisError, match="ways to make a rule"):
        mined([{0, 1, 2}] * 2, 3, 1, Asked(0.0, consequents="any"))

"""Newcombe's published intervals, tests by hand, the identity behind the guard, and planted rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from segtui.basketed import GroupCounts
from segtui.baskets.contrast import group_counts, newcombe, rule_contrast, two_sided, why_marked, wording
from segtui.errors import AnalysisError
from segtui.progress import finish
from tests.baskets.planted import baskets_of, rules_of

counts = st.tuples(st.integers(1, 400), st.floats(0, 1)).map(lambda pair: (round(pair[0] * pair[1]), pair[0]))


def column(*values):
    return np.array(values, dtype=np.int64)


# -- two proportions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "of_one", "two", "of_two", "low", "high"),
    [  # Newcombe (1998), table II, method 10
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
    ],
)
def test_the_intervals_of_newcombe(one, of_one, two, of_two, low, high):
    found = newcombe(column(one) / of_one, column(of_one), column(two) / of_two, column(of_two))
    assert [float(limit[0]) for limit in found] == pytest.approx([low, high], abs=5e-5)


def test_chi_squared_by_hand():
    # 56 14 / 48 32: (56 x 32 - 14 x 48)^2 x 149 / (70 x 80 x 104 x 46) = 6.9766...
    p = two_sided(column(56), column(70), column(48), column(80))
    assert p[0] == pytest.approx(stats.chi2.sf(1120**2 * 149 / (70 * 80 * 104 * 46), 1))


def test_small_tables_are_exact():
    # 2 of 10 against 0 of 30: both of two marked ones fall into ten of forty, 10 x 9 / (40 x 39), doubled.
    assert two_sided(column(2), column(10), column(0), column(30))[0] == pytest.approx(2 * 90 / 1560)


@given(st.integers(1, 30), st.integers(1, 400), st.integers(0, 30), st.integers(0, 3), st.booleans(), st.booleans())
def test_small_tables_are_those_of_the_hypergeometric_law(of_one, of_two, one, two, turned, other):
    one, two = min(one, of_one), min(two, of_two)
    both, total = one + two, of_one + of_two
    expected = min(of_one, of_two) * min(both, total - both) / total
    if other:
        one, two = of_one - one, of_two - two
    if turned:
        one, of_one, two, of_two = two, of_two, one, of_one
    p = two_sided(column(one), column(of_one), column(two), column(of_two))[0]
    law = stats.hypergeom(total, one + two, of_one)
    if 0 < expected < 1:
        assert p == pytest.approx(min(1, 2 * min(law.cdf(one), law.sf(one - 1))), rel=1e-6)


def test_all_or_none_is_no_difference():
    assert two_sided(column(0, 9), column(10, 9), column(0, 30), column(20, 30)).tolist() == [1.0, 1.0]


@given(counts, counts)
def test_the_other_way_round(first, second):
    (one, of_one), (two, of_two) = first, second
    there = newcombe(column(one) / of_one, column(of_one), column(two) / of_two, column(of_two))
    back = newcombe(column(two) / of_two, column(of_two), column(one) / of_one, column(of_one))
    assert there[0][0] == pytest.approx(-back[1][0])
    assert -1 - 1e-9 <= there[0][0] <= one / of_one - two / of_two <= there[1][0] <= 1 + 1e-9
    p = two_sided(column(one), column(of_one), column(two), column(of_two))[0]
    assert p == pytest.approx(two_sided(column(two), column(of_two), column(one), column(of_one))[0])
    assert 0 <= p <= 1


# -- by hand ---------------------------------------------------------------------------------------------

ROWS = [[0, 1]] * 15 + [[0]] * 5 + [[1, 2]] * 10 + [[0, 1, 2]] * 10 + [[0, 2]] * 20 + [[1]] * 10 + [[0, 1]] * 3
GROUP = np.array([0] * 30 + [1] * 40 + [-1] * 3)


def by_hand():
    baskets = baskets_of(ROWS)
    rules = rules_of(baskets, 20, 0.3)
    pair = [(x.tolist(), y.tolist()) for x, y in zip(rules.antecedents, rules.consequents, strict=True)]
    return pair.index(([0], [1])), finish(group_counts(baskets, rules, GROUP, 2))


def test_counts_by_segment_by_hand():
    rule, found = by_hand()
    assert found.baskets.tolist() == [30, 40]
    assert found.lines.tolist() == [15 * 2 + 5 + 20, 30 + 40 + 10]
    assert found.others.tolist() == [15 * 2 + 10 * 2, 10 * 6 + 20 * 2]
    assert found.antecedent[rule].tolist() == [20, 30]
    assert found.consequent[rule].tolist() == [25, 20]
    assert found.joint[rule].tolist() == [15, 10]
    assert found.left_out == 3


def test_a_contrast_by_hand():
    rule, found = by_hand()
    contrast = finish(rule_contrast(found, from_baskets=False))
    assert contrast.confidence[rule].tolist() == pytest.approx([0.75, 1 / 3])
    assert contrast.difference[rule].tolist() == pytest.approx([0.75 - 1 / 3, 1 / 3 - 0.75])
    assert contrast.support_difference[rule, 0] == pytest.approx(0.5 - 0.25)
    # lift 15 x 30 / (20 x 25) = 0.9, lambda 30 x 50 / 55^2; lift 10 x 40 / (30 x 20), lambda 40 x 100 / 80^2
    assert contrast.lift[rule].tolist() == pytest.approx([0.9 * 55**2 / 1500, 2 / 3 * 6400 / 4000])
    assert contrast.size[rule, 0] == pytest.approx((50 / 55) / (100 / 80))
    assert contrast.taste[rule, 0] == pytest.approx((25 / 55) / (20 / 80))
    # Shares of lines 25/55 and 20/80, others beside an item 50/55 and 100/80.
    first, second = 25 / 55 * 50 / 55, 20 / 80 * 100 / 80
    assert contrast.expected[rule].tolist() == pytest.approx([first, second])
    assert contrast.rest_expected[rule].tolist() == pytest.approx([second, first])
    assert contrast.beyond[rule].tolist() == pytest.approx(
        [(0.75 - first) / (1 - first), (1 / 3 - second) / (1 - second)]
    )
    assert contrast.remains[rule, 0] == pytest.approx((0.75 - first) / (1 - first) - (1 / 3 - second) / (1 - second))
    assert contrast.tested == np.isfinite(contrast.q).sum()
    assert any("3 baskets" in note for note in contrast.notes)
    assert "conditional" in " ".join(finish(rule_contrast(found, from_baskets=True)).notes)


def test_the_words_by_hand():
    rule, found = by_hand()
    text = wording(finish(rule_contrast(found, from_baskets=False)), rule, 0, "a → b", "A")
    assert text.startswith("a → b: confidence 75% in A, 33% in the rest, +41.7 points (")
    assert "Basket size and popularity alone would give 41% and 31%" in text
    assert text.endswith("beyond that +54.4 points remain.")


def test_few_baskets_are_refused():
    counted = GroupCounts(
        baskets=column(100, 100),
        lines=column(200, 200),
        others=column(300, 300),
        antecedent=np.array([[9, 80], [40, 50]]),
        consequent=np.array([[30, 30], [30, 30]]),
        joint=np.array([[5, 20], [20, 20]]),
    )
    found = finish(rule_contrast(counted, from_baskets=False))
    assert found.few.tolist() == [[True, True], [False, False]]
    assert np.isnan(found.p[0]).all()
    assert np.isnan(found.confidence[0]).all()
    assert found.tested == 2
    assert not found.marked[0].any()
    assert "too few baskets" in wording(found, 0, 0, "a → b", "A")
    counted = GroupCounts(*(column(100, 100),) * 3, *(np.array([[9, 80]]),) * 3)
    with pytest.raises(AnalysisError, match="10 baskets"):
        finish(rule_contrast(counted, from_baskets=False))


# -- data with a known story -----------------------------------------------------------------------------


def shopping(seed, *, plant=False, larger=False, baskets=3000):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, size=baskets)
    wanted = rng.integers(1, 5, size=baskets) * np.where(larger & (group == 1), 2, 1)
    rows = [set(rng.choice(20, size=size, replace=False).tolist()) for size in wanted]
    if plant:
        for row, at in zip(rows, group, strict=True):
            if at == 2 and 3 in row and rng.random() < 0.6:
                row.add(4)
    found = baskets_of([sorted(row) for row in rows], items=20)
    rules = rules_of(found, 30, 0.02)
    return rules, finish(rule_contrast(finish(group_counts(found, rules, group, 3)), from_baskets=False))


def test_a_planted_rule_marks_its_segment():
    rules, found = shopping(1, plant=True)
    rule = [(x.tolist(), y.tolist()) for x, y in zip(rules.antecedents, rules.consequents, strict=True)].index(
        ([3], [4])
    )
    assert found.marked[rule, 2]
    assert found.q[rule, 2] == np.nanmin(found.q)
    assert found.low[rule, 2] > 0.3
    assert found.affinity[rule, 2] > 2
    assert found.remains[rule, 2] > 0.3
    sides = np.hstack([rules.antecedents, rules.consequents])
    unrelated = ~np.any(np.isin(sides, [3, 4]), axis=1)
    assert not found.marked[unrelated].any()


def test_nothing_planted_nothing_marked():
    assert sum(bool(shopping(seed)[1].marked.any()) for seed in range(5)) == 0
    assert sum(bool((shopping(seed)[1].q <= 0.05).any()) for seed in range(10)) <= 2


def test_of_a_difference_in_basket_size_alone_nothing_remains():
    rules, found = shopping(2, larger=True)
    pairs = rules.lengths == 2
    assert np.mean(found.q[pairs, 1] <= 0.05) > 0.5
    assert np.mean(found.difference[pairs, 1]) > 0.1
    assert abs(np.mean(found.remains[pairs, 1])) < 0.02
    assert np.mean(found.expected[pairs, 1]) == pytest.approx(
        np.mean(found.confidence[pairs, 1]) * 19 / 20, rel=0.02
    )  # no item lies beside itself
    at = int(np.flatnonzero(pairs)[np.argmin(found.p[pairs, 1])])
    assert "most of it is size and popularity" in wording(found, at, 1, "a → b", "B")
    assert np.median(found.affinity[pairs, 1]) == pytest.approx(1, abs=0.05)
    assert found.size[0, 1] > 1.8


def test_the_factors_multiply_to_the_ratio_of_confidences():
    _, found = shopping(3, plant=True, larger=True)
    known = np.isfinite(found.affinity)
    product = (found.size * found.taste * found.affinity)[known]
    assert np.allclose(product, (found.confidence / found.rest_confidence)[known])


def test_what_marks_a_segment_out_and_what_it_misses() -> None:
    """18 of 20 against 100 of 200: confidences far apart, but 1.8 % and 1.0 % of baskets. 400 of 500 against 100 of
    200: 40 % and 1 %. 12 of 20 against 110 of 200: neither."""
    counts = GroupCounts(
        baskets=np.array([1000, 10000]), lines=np.array([3000, 30000]), others=np.array([6000, 60000]),
        antecedent=np.array([[20, 200], [500, 200], [20, 200]]), consequent=np.array([[100, 900]] * 3),
        joint=np.array([[18, 100], [400, 100], [12, 110]]),
    )  # fmt: skip
    found = finish(rule_contrast(counts, from_baskets=False))
    assert found.marked[:, 0].tolist() == [False, True, False]
    assert why_marked(found, 0, 0, "A") == (
        "Its support here differs by +0.8 points: to mark A out takes 3 points either way."
    )
    assert why_marked(found, 1, 0, "A") == "Its support here differs by +39.0 points: it marks A out."
    assert why_marked(found, 2, 0, "A") == (
        "Its support here differs by +0.1 points: to mark A out takes 3 points either way and a q of 0.05 or less."
    )

"""Counts by hand, p and shares by hand, planted and shuffled rules, and the figures of METHODS D2 on Groceries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.basketed import CountedRules, Credibility, NullRules
from segtui.baskets.credibility import at_least, counted, credibility, false_above, pooled_p, rule_counts, wording
from segtui.baskets.swap import shuffled
from segtui.progress import Progress, finish
from tests.baskets.planted import baskets_of, groceries, miner, rules_of

ROWS = [[0, 1], [0, 1, 2], [0], [1, 2], [], [0, 1, 2]]


def numbers(*values):
    return np.array(values, dtype=np.float64)


# -- counts ----------------------------------------------------------------------------------------------


def test_counts_by_hand():
    sets = np.array([[0, -1, -1], [0, 1, -1], [0, 1, 2], [2, -1, -1], [-1, -1, -1]], dtype=np.int32)
    assert finish(counted(baskets_of(ROWS), sets))[:, 0].tolist() == [4, 3, 2, 3, 6]
    group = np.array([0, 0, 1, 1, -1, 1])
    assert finish(counted(baskets_of(ROWS), sets, group, 3)).tolist() == [
        [2, 2, 0],
        [2, 1, 0],
        [1, 1, 0],
        [1, 2, 0],
        [2, 3, 0],
    ]


def test_the_sides_of_a_rule_by_hand():
    rules = CountedRules(
        np.array([[0, 1], [2, -1]], dtype=np.int32),
        np.array([[2], [0]], dtype=np.int32),
        np.array([2, 2]),
        np.array([3, 3]),
        np.array([3, 4]),
        6,
        1,
    )
    assert rules.lengths.tolist() == [3, 2]
    found = finish(rule_counts(baskets_of(ROWS), rules))
    assert [side.tolist() for side in found] == [[3, 3], [3, 4], [2, 2]]


@given(
    st.lists(st.tuples(st.sets(st.integers(0, 5)), st.integers(-1, 2)), min_size=1, max_size=150),
    st.lists(st.sets(st.integers(0, 5), max_size=3), max_size=6),
)
def test_counts_are_those_of_a_loop(rows, sets):
    padded = np.array([[*sorted(one), *[-1] * (3 - len(one))] for one in sets], dtype=np.int32).reshape(-1, 3)
    baskets = baskets_of([row for row, _ in rows], items=6)
    found = finish(counted(baskets, padded, np.array([group for _, group in rows]), 3))
    assert found.tolist() == [
        [sum(one <= row for row, at in rows if at == group) for group in range(3)] for one in sets
    ]


# -- p and shares ----------------------------------------------------------------------------------------


def test_null_lifts_at_least_as_large_by_hand():
    assert at_least(numbers(3, 1, 2, 1.5), numbers(2.5, 1.5, 0.5, 0.5)).tolist() == [0, 2, 1, 2]
    assert at_least(numbers(0.1 * 3), numbers(0.3)).tolist() == [1]  # the same fraction


def test_false_above_by_hand():
    # At least 3: none. At least 2: half a null lift among two. At least 1: one among three.
    assert false_above(numbers(3, 1, 2), numbers(0, 1, 0.5)).tolist() == pytest.approx([0, 1 / 3, 1 / 4])


def test_a_higher_lift_never_has_the_higher_share():
    assert false_above(numbers(3, 2, 1), numbers(1, 1, 1)).tolist() == pytest.approx([1 / 3] * 3)


def test_pooled_p_by_hand():
    # Less the mean of the shuffles: 1.5 and 0. Shuffles less the other one: -1 and 0, 1 and 0.
    p = finish(pooled_p(numbers(2, 0), [numbers(0, 0), numbers(1, 0)]))
    assert p.tolist() == pytest.approx([1 / 5, 4 / 5])


def at_random(seed, baskets=600, items=12, plant=False):
    rng = np.random.default_rng(seed)
    rows = [set(rng.choice(items, size=rng.integers(1, 5), replace=False).tolist()) for _ in range(baskets)]
    if plant:
        for row in rows[:60]:
            row |= {0, 1}
    return baskets_of([sorted(row) for row in rows], items=items)


def known_of(baskets, least, confidence, shuffles=20, seed=0):
    rules = rules_of(baskets, least, confidence)
    return rules, finish(credibility(baskets, rules, miner(least, confidence), seed, lambda _: None, shuffles))


def test_a_planted_rule_is_beyond_every_shuffle():
    rules, known = known_of(at_random(3, plant=True), 60, 0.3)
    both = [i for i, x in enumerate(rules.antecedents) if {*x.tolist(), *rules.consequents[i].tolist()} >= {0, 1}]
    assert both
    assert np.all(known.p[both] == pytest.approx(1 / 21))
    assert np.all(known.pooled[both] < 0.03)
    assert np.all(known.false_above[both] == 0)
    assert np.all(rules.joint[both] > 1.5 * known.expected[both])


def test_shuffled_data_are_no_better_than_shuffles():
    shares, own, pooled = [], [], []
    for seed in range(8):
        rules, known = known_of(finish(shuffled(at_random(seed), seed)), 1, 0.0, seed=seed)
        shares.append(known.share)
        pairs = rules.lengths == 2
        assert pairs.sum() == 12 * 11  # all of them: nothing was picked for being strong
        own.extend(known.p[pairs])
        pooled.extend(known.pooled[pairs])
    assert np.mean(shares) > 0.9
    assert 0.02 < np.mean(np.array(own) <= 0.05) < 0.07
    assert 0.02 < np.mean(np.array(pooled) <= 0.05) < 0.07
    assert np.mean(pooled) == pytest.approx(0.5, abs=0.03)


def test_of_rules_picked_in_shuffled_data_the_share_tells_what_p_does_not():
    own = []
    for seed in range(8):
        _, known = known_of(finish(shuffled(at_random(seed), seed)), 5, 0.0, seed=seed)
        assert known.share is not None
        assert known.share > 0.8
        assert np.mean(known.false_above > 0.3) > 0.9
        own.extend(known.p)
    assert np.mean(np.array(own) <= 0.05) > 0.08


def test_what_is_known_comes_after_every_shuffle_and_work_can_stop():
    baskets = at_random(1)
    rules, heard = rules_of(baskets, 20, 0.2), []
    steps = credibility(baskets, rules, miner(20, 0.2), 5, heard.append, 4)
    done = []
    for step in steps:
        done.append(step.done)
        if len(heard) == 3:
            break
    steps.close()
    assert [(one.shuffles, one.wanted) for one in heard] == [(1, 4), (2, 4), (3, 4)]
    assert np.all(np.isnan(heard[0].pooled))
    assert all(0 <= share <= 1 for share in done)
    whole = finish(credibility(baskets, rules, miner(20, 0.2), 5, lambda _: None, 4))
    assert whole.found[:3].tolist() == heard[2].found.tolist()


def test_a_rule_that_shuffles_leave_below_the_least_count_is_not_as_strong():
    # Two baskets of two: any shuffle that has them together has lift as high, but one basket would not be shown.
    baskets = baskets_of([[0, 1], [0, 1], [2, 3], [2, 3], *[[4, 5, 6]] * 6, *[[7]] * 20])
    rules = CountedRules(
        np.array([[0]], dtype=np.int32), np.array([[1]], dtype=np.int32), *(np.array([2]),) * 3, baskets.count, 2
    )
    known = finish(credibility(baskets, rules, miner(2, 1.0), 0, lambda _: None))
    assert known.p[0] < 0.2


def made(found, shown=463, wanted=None):
    none = np.zeros(shown)
    found = np.array(found, dtype=np.int64)
    return Credibility(shown, len(found), wanted or len(found), found, none, none, none, none)


def test_the_share_its_range_and_the_words():
    known = made([371, 444, 385])
    assert known.share == pytest.approx(400 / 463)
    assert known.range == pytest.approx((371 / 463, 444 / 463))
    assert wording(known) == (
        "463 rules meet the cut-offs; in shuffled baskets about 400 do (371 to 444 in 3 shuffles that kept basket "
        "sizes and item counts). So meeting them says little: look for rules with many more baskets than when "
        "shuffled. With 3 shuffles no rule by itself can have a p below 0.250."
    )
    assert "17 of 20 shuffles are still to come" in wording(made([371, 444, 385], wanted=20))


def test_the_share_is_at_most_one_and_nothing_shown_has_none():
    assert made([20, 30], shown=10).share == 1.0
    assert made([20, 30], shown=0).share is None
    assert made([20, 30], shown=0).range is None
    assert wording(made([1], shown=0)).startswith("No rules")


def test_no_rules_is_no_error():
    def mine(baskets):
        yield Progress("mining")
        return NullRules(np.zeros(0, dtype=np.int64), np.zeros(0))

    baskets = baskets_of(ROWS)
    known = finish(credibility(baskets, rules_of(baskets, 6, 1.0), mine, 0, lambda _: None, 2))
    assert (known.shown, known.found.tolist()) == (0, [0, 0])


# -- Groceries -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("least", "confidence", "shown", "few", "many"), [(10, 0.8, 410, 39, 121), (60, 0.25, 463, 371, 444)]
)
def test_groceries_are_near_the_figures_of_methods(shared_data, least, confidence, shown, few, many):
    rules, known = known_of(groceries(shared_data), least, confidence, shuffles=12)
    assert known.shown == len(rules.joint) == shown
    # Ten runs gave `few` to `many` there; single shuffles here went from 24 to 153 of 410, their mean is what counts.
    assert few <= known.found.mean() <= many
    assert known.found.max() > few
    assert known.found.min() < many
    assert known.share == pytest.approx(known.found.mean() / shown)

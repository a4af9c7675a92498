"""Items seldom together: by hand, against counting one by one, planted and shuffled away."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, hypergeom

from segtui.basketed import Baskets
from segtui.baskets.measures import size_lift
from segtui.baskets.substitutes import adjusted, left_tail, of_customers, sentence, substitutes
from segtui.baskets.swap import shuffled
from segtui.progress import finish
from tests.baskets.planted import baskets_of, rows_of

# 200 baskets: item 0 in 80 and item 1 in 60, together in 4 where 24 are expected; 2 in all, so that baskets are not small.
ROWS = [[0, 1, 2, 3]] * 4 + [[0, 2]] * 76 + [[1, 2, 3]] * 56 + [[2, 3]] * 64


def test_a_pair_by_hand() -> None:
    owner = [0] * 4 + [1] * 76 + [1] * 56 + [2] * 63 + [-1]
    baskets = baskets_of(ROWS, owner=owner)
    found = finish(substitutes(baskets))
    pairs = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
    row = pairs.index((0, 1))
    assert (found.first_counts[row], found.second_counts[row], found.counts[row]) == (80, 60, 4)
    assert (found.baskets, found.tested, found.customers) == (200, 6, 3)
    assert found.expected[row] == 24
    assert found.lift[row] == pytest.approx(4 / 24)
    assert found.by_size[row] == pytest.approx(24 * found.size_lift)
    assert found.p[row] >= hypergeom.cdf(4, 200, 80, 60) * (1 - 1e-9)
    assert found.first_buyers is not None
    assert (found.first_buyers[row], found.second_buyers[row], found.both_buyers[row]) == (2, 2, 2)
    text = sentence(found, row, ("tea", "coffee", "bag", "milk"))
    assert text.startswith("tea is in 80 baskets and coffee in 60, together in 4; by shares alone about 24 would")
    assert text.endswith(
        "Of 2 customers who bought the first, 2 (100%) ever bought the second; of all customers 67% did."
    )


def test_nobody_known_is_not_told_of() -> None:
    found = finish(substitutes(baskets_of(ROWS)))
    assert found.customers is None
    assert "customers" not in sentence(found, 0, ("a", "b", "c", "d"))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sets(st.integers(0, 5)), st.integers(1, 60)), min_size=1, max_size=8))
def test_as_counted_one_by_one(kinds: list[tuple[set[int], int]]) -> None:
    rows = [sorted(row) for row, times in kinds for _ in range(times)]
    baskets = baskets_of(rows, items=6)
    found = finish(substitutes(baskets))
    n, counts = len(rows), [sum(item in row for row in rows) for item in range(6)]
    looked = [pair for pair in combinations(range(6), 2) if counts[pair[0]] * counts[pair[1]] >= 10 * n]
    assert found.tested == len(looked)
    factor = size_lift(baskets.sizes)
    floor = 1.0 if not factor < 1 else factor
    tails = [hypergeom.cdf(sum({a, b} <= set(row) for row in rows), n, counts[a], counts[b]) for a, b in looked]
    told = {tuple(sorted(pair)) for pair in zip(found.first.tolist(), found.second.tolist(), strict=True)}
    for (a, b), tail, q in zip(looked, tails, false_discovery_control(tails) if tails else [], strict=True):
        both = sum({a, b} <= set(row) for row in rows)
        seldom = both < 0.7 * floor * counts[a] * counts[b] / n
        if floor == 1.0 and abs(q - 0.05) > 1e-9:
            assert ((a, b) in told) == (seldom and q <= 0.05), tail
        elif (a, b) in told:
            assert seldom
            assert q <= 0.05 + 1e-9


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_left_tail_is_fishers(n: int, x: int, y: int, both: int) -> None:
    x, y = 1 + x % n, 1 + y % n
    both = min(max(both, x + y - n), x, y)
    assume(both * n < x * y)
    tail = finish(left_tail(n, np.array([x]), np.array([y]), np.array([both])))[0]
    assert tail == pytest.approx(hypergeom.cdf(both, n, x, y), rel=1e-8, abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=30), st.integers(0, 20))
def test_q_is_that_of_benjamini_and_hochberg_with_all_others_at_one(p: list[float], more: int) -> None:
    ours = adjusted(np.array(p), len(p) + more)
    whole = false_discovery_control([*p, *[1.0] * more])[: len(p)]
    assert ((ours <= 0.05) == (whole <= 0.05)).all()
    assert ours[whole <= 0.05] == pytest.approx(whole[whole <= 0.05])


def shopping(seed: int) -> Baskets:
    """3,000 baskets of 1 to 16 of 30 items; of 0 and 1, where both are, one is put back nine times in ten."""
    rng = np.random.default_rng(seed)
    rows = []
    for size in rng.integers(1, 17, 3000):
        row = set(rng.choice(30, size=size, replace=False).tolist())
        if {0, 1} <= row and rng.random() < 0.9:
            row.remove(int(rng.integers(2)))
        rows.append(sorted(row))
    return baskets_of(rows, items=30)


def test_planted_substitutes_are_found_and_shuffling_takes_them_away() -> None:
    baskets = shopping(1)
    found = finish(substitutes(baskets))
    assert [set(pair) for pair in zip(found.first.tolist(), found.second.tolist(), strict=True)] == [{0, 1}]
    assert found.adjusted_lift[0] < 0.2
    assert sum(len(finish(substitutes(finish(shuffled(baskets, seed))))) for seed in range(5)) == 0


def test_baskets_of_two_make_no_substitutes() -> None:
    rng = np.random.default_rng(3)
    baskets = baskets_of([sorted(rng.choice(8, size=2, replace=False).tolist()) for _ in range(2000)], items=8)
    assert size_lift(baskets.sizes) == pytest.approx(0.5)
    assert len(finish(substitutes(baskets))) == 0


def test_what_customers_ever_bought() -> None:
    baskets = baskets_of([[0, 1], [1, 2], [3], [0]], owner=[5, 5, 2, -1])
    people = finish(of_customers(baskets, np.array([0, 1, 3], dtype=np.int32)))
    assert rows_of(people) == [[3], [0, 1]]


def test_no_baskets_and_rare_items_have_none() -> None:
    assert len(finish(substitutes(baskets_of([], items=3)))) == 0
    assert finish(substitutes(baskets_of([[0], [1]] * 15))).tested == 0

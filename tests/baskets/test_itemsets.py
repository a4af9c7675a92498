"""Frequent itemsets are those that counting every possible set finds, in order, in pieces or not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.baskets import eclat, forecast, itemsets, ordering, vertical
from segtui.errors import AnalysisError
from segtui.progress import finish
from tests.baskets.brute import as_sets, baskets_of, frequent, small_baskets

HAND = [{0, 1}, {0, 1, 2, 6}, {2, 3}, {2, 3}, {4, 5}]
"""{A,B}, {A,B,C,G}, {C,D}, {C,D}, {E,F}: the baskets that arules tests with."""

BY_BITS, BY_LISTS = 1e-9, 1e9


@pytest.fixture(params=[BY_BITS, BY_LISTS], ids=["whole rows as bits", "below first items"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to search, whatever the data would choose."""
    monkeypatch.setattr(itemsets, "JOINING_COST", request.param)


@pytest.mark.usefixtures("way")
def test_sets_of_five_baskets_by_hand() -> None:
    found = finish(itemsets.frequent(baskets_of(HAND, 7), 2))
    assert as_sets(found) == {(0,): 2, (1,): 2, (2,): 3, (3,): 2, (0, 1): 2, (2, 3): 2}
    assert (found.baskets, found.least, found.number) == (5, 2, 6)


def test_both_ways_find_what_counting_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    @given(small_baskets(), st.integers(1, 12), st.integers(1, 7), st.sampled_from([BY_BITS, BY_LISTS]))
    def check(drawn: tuple[list[set[int]], int], least: int, longest: int, cost: float) -> None:
        monkeypatch.setattr(itemsets, "JOINING_COST", cost)
        rows, items = drawn
        found = finish(itemsets.frequent(baskets_of(rows, items), least, longest))
        assert as_sets(found) == frequent(rows, items, least, longest)
        for sets, _ in found.levels:
            assert sets.tolist() == sorted(map(sorted, sets.tolist()))

    check()


@pytest.mark.usefixtures("way")
def test_small_pieces_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(3)
    weights = np.arange(14, 0, -1) / 105
    rows = [set(generator.choice(14, size=generator.integers(0, 9), p=weights).tolist()) for _ in range(600)]
    rows += [set(range(14))] * 5
    baskets = baskets_of(rows, 14)
    whole = finish(itemsets.frequent(baskets, 6, 6))
    for module, name, value in (
        (vertical, "PIECE", 5), (vertical, "PAIR_CELLS", 30), (eclat, "JOIN_WORDS", 3), (eclat, "ROOT_CELLS", 700),
        (eclat, "ROOT_ENTRIES", 9), (itemsets, "PIECE", 4), (ordering, "PIECE", 8), (itemsets, "TOGETHER_ITEMS", 2),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    parts = finish(itemsets.frequent(baskets, 6, 6))
    assert as_sets(parts) == frequent(rows, 14, 6, 6)
    for (one, counts), (other, others) in zip(whole.levels, parts.levels, strict=True):
        assert np.array_equal(one, other)
        assert np.array_equal(counts, others)


def test_many_items_keep_their_order_where_a_set_does_not_fit_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segtui.baskets.ordering.PIECE", 64)
    rows = [set(range(start, start + 12)) for start in range(0, 300, 5)]
    found = finish(itemsets.frequent(baskets_of(rows, 320), 1, 12, most=10_000_000))
    sets, _ = found.levels[-1]
    assert sets.tolist() == [list(range(start, start + 12)) for start in range(0, 300, 5)]
    sets, _ = found.levels[9]
    assert sets.tolist() == sorted(sets.tolist())


@pytest.mark.parametrize("rows", [[], [set(), set()]])
def test_nothing_bought_is_nothing_found(rows: list[set[int]]) -> None:
    baskets = baskets_of(rows, 3)
    assert finish(itemsets.frequent(baskets, 1)).number == 0
    assert finish(forecast.estimate(finish(itemsets.prepare(baskets, 1)))).sets == 0
    assert finish(forecast.suggest(baskets)) == 0


def test_too_many_sets_stop_and_say_what_to_do() -> None:
    with pytest.raises(AnalysisError, match=r"more than 100 pairs in 2 baskets or more. Raise the minimum support"):
        finish(itemsets.frequent(baskets_of([set(range(20))] * 2, 20), 2, 6, most=100))


@pytest.mark.usefixtures("way")
def test_too_many_longer_sets_stop_too() -> None:
    with pytest.raises(AnalysisError, match=r"more than 1,000 itemsets in 2 baskets or more"):
        finish(itemsets.frequent(baskets_of([set(range(20))] * 2, 20), 2, 20, most=1000))


@pytest.mark.usefixtures("way")
def test_a_suggestion_is_found_where_lower_counts_give_far_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = forecast.prepare
    monkeypatch.setattr(forecast, "prepare", lambda baskets, least: prepare(baskets, least, 20))
    rows = [set(range(20))] * 13 + [{30}] * 20
    assert finish(forecast.suggest(baskets_of(rows, 31))) == 13


def test_progress_counts_up_while_mining() -> None:
    generator = np.random.default_rng(1)
    rows = [set(generator.choice(40, size=8).tolist()) for _ in range(400)]
    heard: list[str] = []
    found = finish(itemsets.frequent(baskets_of(rows, 40), 3), lambda step: heard.append(step.detail))
    live = [int(text.split()[0].replace(",", "")) for text in heard if text.endswith("itemsets")]
    assert live == sorted(live)
    assert 40 < live[-1] <= found.number


def test_work_can_be_dropped_at_every_stop() -> None:
    steps = itemsets.frequent(baskets_of([set(range(12))] * 3, 12), 2, 12)
    for _ in range(3):
        next(steps)
    steps.close()


@pytest.mark.parametrize(
    ("support", "baskets", "least"),
    [(0.001, 9835, 10), (0.07, 392, 28), (0.01, 18536, 186), (0.5, 4, 2), (0.1, 30, 3), (0.0, 10, 1), (1.0, 3, 3)],
)
def test_the_least_count_is_the_first_whose_share_is_enough(support: float, baskets: int, least: int) -> None:
    assert itemsets.least_count(support, baskets) == least


@pytest.mark.usefixtures("way")
@given(drawn=small_baskets(), least=st.integers(1, 6))
def test_an_estimate_of_few_items_is_a_count_and_triples_are_bounded(
    drawn: tuple[list[set[int]], int], least: int
) -> None:
    rows, items = drawn
    told = finish(forecast.estimate(finish(itemsets.prepare(baskets_of(rows, items), least)), 4))
    truth = frequent(rows, items, least, 4)
    assert (told.sets, told.exact, told.complete) == (len(truth), True, True)
    assert told.items == sum(len(one) == 1 for one in truth)
    assert told.pairs == sum(len(one) == 2 for one in truth)
    assert told.triples >= sum(len(one) == 3 for one in truth)


def test_an_estimate_from_some_items_is_near_and_says_that_it_is_one() -> None:
    generator = np.random.default_rng(8)
    weights = 1 / np.arange(1, 301) ** 0.6
    rows = [set(generator.choice(300, size=12, p=weights / weights.sum()).tolist()) for _ in range(3000)]
    baskets = baskets_of(rows, 300)
    told = finish(forecast.estimate(finish(itemsets.prepare(baskets, 6)), 4))
    assert not told.exact
    assert told.sets == pytest.approx(finish(itemsets.frequent(baskets, 6, 4)).number, rel=0.15)


def test_an_estimate_gives_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast, "TRIED_MOST", 50)
    told = finish(forecast.estimate(finish(itemsets.prepare(baskets_of([set(range(18))] * 2, 18), 2)), 18))
    assert not told.complete
    assert told.sets < 2**18 - 1
    assert not told.exact


def test_the_suggested_count_returns_as_many_pairs_as_wanted() -> None:
    rows = [{0, 1}] * 7 + [{1, 2}] * 5 + [{2, 3}] * 2 + [{4}] * 50
    baskets = baskets_of(rows, 5)
    assert [finish(forecast.suggest(baskets, wanted)) for wanted in (1, 2, 3, 10)] == [7, 5, 2, 2]
    assert finish(forecast.suggest(baskets_of([{0}, {1}], 2))) == 0

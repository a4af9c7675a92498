"""Purchases, splits and methods on a table small enough to do by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from segtui.decide import recommend_methods as methods
from segtui.decide.recommend_ease import item_weights
from segtui.decide.recommend_interactions import Purchases, purchases
from segtui.decide.recommend_split import split, whole
from segtui.decided.recommendations import Method, Protocol, Trial
from segtui.errors import AnalysisError
from segtui.progress import finish
from tests.decide.recommend_made import HAND, by_lot, lines


def bought() -> Purchases:
    return finish(purchases(HAND, 4))


def scores(method: Method, labels: np.ndarray | None = None) -> list[dict[str, float]]:
    made = bought()
    past = finish(whole(made))
    table = finish(methods.scorer(method, past, labels))(np.arange(4))
    names = [made.items[i] for i in past.order]
    return [dict(zip(names, map(float, row), strict=True)) for row in table]


def test_baskets_are_ordered_by_day_then_number() -> None:
    made = bought()
    assert (made.items, made.customers, made.nobodys, made.undated) == (("a", "b", "c", "d"), 4, 1, 0)
    own = made.lines.filter(pl.col("owner") == 0).select("item", "back").rows()
    # order 9 comes before order 10 of the same day; the line that is there twice counts once
    assert own == [(0, 2), (1, 2), (0, 1), (2, 0)]


def test_columns_are_by_popularity_then_name() -> None:
    past = finish(whole(bought()))
    assert past.order.tolist() == [1, 0, 2, 3]  # b 3 customers, a and c 2, d 1
    assert past.buyers.tolist() == [3, 2, 2, 1]
    assert past.counts.toarray().tolist() == [[1, 2, 1, 0], [1, 1, 0, 1], [1, 0, 1, 0], [0, 0, 0, 0]]


def test_popularity_and_personal_frequency() -> None:
    assert scores(Method.POPULARITY) == [{"b": 3, "a": 2, "c": 2, "d": 1}] * 4
    assert scores(Method.PERSONAL)[0] == {"b": 1, "a": 2, "c": 1, "d": 0}


def test_segment_popularity_and_those_without_a_segment() -> None:
    found = scores(Method.SEGMENT, np.array([0, 1, 1, 255], dtype=np.uint8))
    assert found[0] == {"b": 1, "a": 1, "c": 1, "d": 0}
    assert found[1] == found[2] == {"b": 2, "a": 1, "c": 1, "d": 1}
    assert found[3] == {"b": 3, "a": 2, "c": 2, "d": 1}


def test_recent_popularity_counts_the_days_before() -> None:
    rows = [("1", "old", 0, 0), ("2", "new", 0, 40), ("3", "new", 1, 50), ("4", "old", 2, 12), ("5", "x", 3, 40)]
    made = finish(purchases(lines(rows), 4))
    past = finish(whole(made))  # for day 51: days 23 to 50 count
    table = finish(methods.recent(past))(np.array([0]))
    assert dict(zip([made.items[i] for i in past.order], table[0], strict=True)) == {"new": 2, "old": 0, "x": 1}


def test_cosine_is_by_hand() -> None:
    found = scores(Method.COSINE)[2]  # has b and c
    b_a, b_c, a_c = 2 / np.sqrt(6), 2 / np.sqrt(6), 1 / 2
    assert found["a"] == pytest.approx(b_a + a_c)
    assert found["b"] == pytest.approx(b_c)
    assert found["d"] == pytest.approx(1 / np.sqrt(3))
    assert scores(Method.COSINE)[3] == {"a": 0, "b": 0, "c": 0, "d": 0}


def test_nearest_items_alone_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "DENSE", 3)
    monkeypatch.setattr(methods, "NEAREST", 1)
    found = scores(Method.COSINE)[2]
    # b keeps a and c (level), c keeps b
    assert found == {"a": pytest.approx(2 / np.sqrt(6)), "b": pytest.approx(2 / np.sqrt(6)),
                     "c": pytest.approx(2 / np.sqrt(6)), "d": 0}  # fmt: skip


def test_ease_of_two_items_is_by_hand() -> None:
    # XᵀX + λI = [[3, 1], [1, 4]] with λ 1; P = [[4, -1], [-1, 3]] / 11; B_01 = 1/3, B_10 = 1/4
    x = sparse.csr_array(np.array([[1, 1], [1, 0], [0, 1], [0, 1]], dtype=np.float32))
    assert finish(item_weights(x, 1.0)) == pytest.approx(np.array([[0, 1 / 3], [1 / 4, 0]]))


@pytest.mark.parametrize("items", [1, 127, 128, 129, 400])
def test_ease_agrees_with_the_formula(items: int) -> None:
    rng = np.random.default_rng(items)
    x = (rng.random((300, items)) < 0.1).astype(np.float32)
    p = np.linalg.inv(x.T.astype(float) @ x + 50 * np.eye(items))
    expected = -p / np.diagonal(p)
    np.fill_diagonal(expected, 0)
    assert finish(item_weights(sparse.csr_array(x), 50.0)) == pytest.approx(expected, abs=1e-6)


def test_ease_keeps_the_most_popular_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segtui.decide.recommend_ease.CAP", 2)
    found = scores(Method.EASE)
    assert found[0]["c"] == found[0]["d"] == 0
    assert found[1]["a"] > 0


def test_pieces_hold_everybody_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "WORK", 50)
    monkeypatch.setattr(methods, "LISTED", 9)
    past = finish(whole(bought()))
    for method in Method:
        cut = list(methods.pieces(method, past, np.arange(4)))
        assert len(cut) > 1
        assert [i for one in cut for i in range(one.start, one.stop)] == [0, 1, 2, 3]


def test_last_basket_is_held_back_from_those_with_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segtui.decide.recommend_split.LEAST", 2)
    made = finish(split(bought(), Protocol.LAST))
    assert not isinstance(made, Trial)
    assert made.customers.tolist() == [0, 1]
    # the past: 0 has a (twice) and b, 1 has a and b, 2 has b and c
    assert made.past.order.tolist() == [1, 0, 2, 3]
    assert made.past.counts.toarray().tolist() == [[1, 2, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]
    assert made.wanted.toarray().tolist() == [[0, 0, 1, 0], [0, 0, 0, 1]]
    assert (made.trial.basket, made.trial.repeats) == (1.0, 0.0)


def test_time_split_asks_for_the_next_basket_and_knows_nothing_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segtui.decide.recommend_split.LEAST", 2)
    rows = [
        ("1", "a", 0, 0),
        ("2", "b", 0, 32),
        ("3", "c", 0, 39),
        ("4", "a", 1, 29),
        ("5", "a", 1, 30),
        ("6", "d", 2, 35),
    ]
    made = finish(split(finish(purchases(lines(rows), 3)), Protocol.TIME))
    assert not isinstance(made, Trial)
    assert str(made.trial.day) == "2024-01-31"  # 40 days, the last ten are held back
    assert made.customers.tolist() == [0, 1]
    assert made.past.buyers.tolist() == [2, 0, 0, 0]
    names = np.array(["a", "b", "c", "d"])[made.past.order]
    assert [names[row > 0].tolist() for row in made.wanted.toarray()] == [["b"], ["a"]]
    assert made.trial.repeats == 0.5


def test_refusals_say_what_is_missing() -> None:
    made = finish(split(bought(), Protocol.LAST))
    assert isinstance(made, Trial)
    assert made.refusal == "2 customers have two baskets or more; 100 are needed to judge by"
    undated = finish(purchases(HAND.drop("day"), 4))
    made = finish(split(undated, Protocol.TIME))
    assert isinstance(made, Trial)
    assert "no dates" in made.refusal
    one_day = finish(purchases(by_lot(10, 0).with_columns(day=pl.lit("2024-01-01").str.to_date()), 10))
    made = finish(split(one_day, Protocol.TIME))
    assert isinstance(made, Trial)
    assert "too few days" in made.refusal
    with pytest.raises(AnalysisError, match="no customer bought anything"):
        finish(purchases(HAND.filter(pl.col("owner") < 0), 4))

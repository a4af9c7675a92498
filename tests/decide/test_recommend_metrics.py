"""Hit, recall, NDCG, coverage and intervals, by hand and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from segtui.decide import recommend_metrics as metrics
from segtui.decided.recommendations import Purpose
from segtui.progress import finish

SCORES = np.array([[5, 9, 5, 5, 1], [0, 0, 0, 0, 0]], dtype=np.float32)
OWNED = sparse.csr_array(np.array([[1, 0, 1, 0, 0], [0, 0, 0, 0, 0]], dtype=np.float32))


def test_best_takes_the_lower_column_of_equal_scores() -> None:
    assert metrics.best(SCORES, 3).tolist() == [[1, 0, 2], [0, 1, 2]]
    assert metrics.best(SCORES, 7).tolist() == [[1, 0, 2, 3, 4, -1, -1], [0, 1, 2, 3, 4, -1, -1]]


def test_best_is_a_stable_sort() -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 6, (50, 40)).astype(np.float32)
    assert np.array_equal(metrics.best(scores, 10), np.argsort(-scores, axis=1, kind="stable")[:, :10])


@pytest.mark.parametrize("kind", ["all different", "most level", "too few", "descending"])
@pytest.mark.parametrize("width", [120, 121, 500, 913])
def test_many_columns_are_listed_as_by_a_stable_sort(kind: str, width: int) -> None:
    rng = np.random.default_rng(width)
    scores = {
        "all different": rng.normal(size=(60, width)),
        "most level": rng.integers(0, 3, (60, width)),
        "too few": np.where(rng.random((60, width)) < 0.997, -np.inf, 1.0),
        "descending": -np.sort(-rng.integers(0, 200, (60, width)), axis=1),
    }[kind].astype(np.float32)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :3]
    there = np.take_along_axis(scores, order, axis=1) > -np.inf
    assert np.array_equal(metrics.best(scores, 3), np.where(there, order, -1))


def test_purposes_look_at_their_own_items() -> None:
    assert metrics.listed_first(SCORES, OWNED, Purpose.AGAIN, 3).tolist() == [[0, 2, -1], [-1, -1, -1]]
    assert metrics.listed_first(SCORES, OWNED, Purpose.NEW, 3).tolist() == [[1, 3, 4], [0, 1, 2]]
    wanted = sparse.csr_array(np.array([[1, 1, 0, 0, 0], [0, 0, 0, 1, 0]], dtype=np.float32))
    assert metrics.relevant(wanted, OWNED, Purpose.AGAIN).astype(int).tolist() == [[1, 0, 0, 0, 0], [0] * 5]
    assert metrics.relevant(wanted, OWNED, Purpose.NEW).astype(int).tolist() == [[0, 1, 0, 0, 0], [0, 0, 0, 1, 0]]


def test_hit_recall_and_ndcg_by_hand() -> None:
    tops = np.full((3, 10), -1, dtype=np.int32)
    tops[0, :3] = [4, 0, 2]
    tops[1, :3] = [4, 0, 2]
    wanted = np.zeros((3, 6), dtype=bool)
    wanted[0, [0, 2, 5]] = True
    wanted[1, 1] = True
    found = metrics.judged(tops, wanted)
    ideal = 1 + 1 / np.log2(3) + 1 / 2
    assert found[0] == pytest.approx([1, 2 / 3, (1 / np.log2(3) + 1 / 2) / ideal])
    assert found[1].tolist() == [0, 0, 0]
    assert np.isnan(found[2]).all()


def test_ndcg_is_one_for_a_list_full_of_what_is_wanted() -> None:
    wanted = np.ones((1, 15), dtype=bool)
    assert metrics.judged(np.arange(10, dtype=np.int32)[None], wanted)[0] == pytest.approx([1, 10 / 15, 1])


def test_interval_of_a_mean_is_that_of_theory() -> None:
    values = np.full((500, 3), np.nan)
    values[:400] = 0
    values[:100] = 1
    drawn = finish(metrics.weights(500, 3))
    assert drawn.sum(axis=1).tolist() == [500] * metrics.DRAWS
    one, *_ = finish(metrics.intervals(values, drawn))
    error = 1.96 * np.sqrt(0.25 * 0.75 / 400)
    assert one.value == 0.25
    assert one.low == pytest.approx(0.25 - error, abs=0.006)
    assert one.high == pytest.approx(0.25 + error, abs=0.006)


def test_coverage_by_hand() -> None:
    # four seen, two of them once and one twice: Chao adds 2 · 1 / (2 · 2) = 1/2; variance 4 (1 − 4 / 4.5)
    found = metrics.coverage(np.array([1, 1, 2, 9, 0, 0, 0, 0]), 8)
    error = 1.96 * np.sqrt(4 * (1 - 4 / 4.5))
    assert found == pytest.approx((0.5, (4 - error) / 8, (4 + error) / 8))
    assert metrics.coverage(np.array([7, 7, 0]), 3) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert metrics.coverage(np.zeros(3, dtype=np.int64), 3) == (0, 0, 0)


def test_interval_of_coverage_holds_what_another_sample_covers_on_average() -> None:
    rng = np.random.default_rng(5)
    share = rng.dirichlet(np.full(400, 0.3))
    drawn = [np.bincount(rng.choice(400, 600, p=share), minlength=400) for _ in range(300)]
    truth = np.mean([(one > 0).mean() for one in drawn])
    inside = [low <= truth <= high for _, low, high in (metrics.coverage(one, 400) for one in drawn)]
    assert np.mean(inside) > 0.9

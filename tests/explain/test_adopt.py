"""A tree as the segmentation: whom it puts where, what that costs, and that it is grown alike on draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui.cluster.stability import stability
from segtui.errors import AnalysisError
from segtui.explain.adopt import adopted, regrown
from segtui.explain.tree import rulebook
from segtui.progress import finish

from .build import column, dataset, matrix, segmentation
from .test_tree import by_hand


def test_the_segments_are_what_the_rules_say() -> None:
    """The tree of test_tree: y <= 6, then x <= 0. One of (1,0) comes over from 0 to 1.

    Its groups: (0,0) (0,1), around (0, 1/2): 1/2. (10,0) (11,1) (1,0) (1,0), around (5 3/4, 1/4): 90 3/4 and 3/4.
    (10,10) (11,10), around (10 1/2, 10): 1/2. 92.5 in all.
    """
    data, points, fit = by_hand()
    found = finish(adopted(data, points, fit, 1))
    assert found.labels.tolist() == [0, 1, 0, 1, 1, 1, 2, 2]
    assert found.sizes == (2, 4, 2)
    assert found.centroids.tolist() == [[0, 0.5], [5.75, 0.25], [10.5, 10]]
    assert found.inertia == pytest.approx(92.5)
    assert found.warnings == (
        "segments are what a tree of 3 rules says; 87.5% of customers are where k-means has them",
    )
    assert found.seed == fit.seed


def test_far_from_nought_inertia_is_still_that_of_the_differences() -> None:
    far = [1e6, 1e6 + 1, 1e6 + 2, 1e6 + 100, 1e6 + 101, 1e6 + 102]
    fit = replace(segmentation([0, 0, 0, 1, 1, 1]), centroids=np.array([[1e6 + 1], [1e6 + 101]]))
    found = finish(adopted(dataset(x=far), matrix([far], [column("x")]), fit, 1))
    assert found.inertia == pytest.approx(4)


def test_a_segment_that_no_rule_reaches_is_refused() -> None:
    """Two customers of 0 stand just where two of 1 and five of 2 stand: no cut parts them, and 2 has most of them."""
    x = [0.0] * 9
    fit = replace(segmentation([0, 0, 1, 1, 2, 2, 2, 2, 2]), centroids=np.array([[0.0], [0.0], [0.0]]))
    with pytest.raises(AnalysisError, match="reaches 1 of 3 segments"):
        finish(adopted(dataset(x=x), matrix([x], [column("x")]), fit, 1))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(1, 3), st.integers(1, 3))
def test_on_a_draw_the_tree_is_grown_as_on_all(seed: int, k: int, columns: int, tree: int) -> None:
    """Original values stand for themselves here, so the thresholds may differ but not who is on which side."""
    rng = np.random.default_rng(seed)
    labels = np.concatenate((np.arange(k), rng.integers(0, k, 120 - k))).astype(np.uint8)
    values = rng.normal(3.0 * labels, 1.0, (columns, 120)).astype(np.float32)
    centroids = np.array([values[:, labels == j].mean(axis=1, dtype=np.float64) for j in range(k)])
    points = matrix(values, [column(f"x{j}") for j in range(columns)])
    data = dataset(**{f"x{j}": row.astype(np.float64).tolist() for j, row in enumerate(values)})
    fit = replace(segmentation(labels, k=k), centroids=centroids)
    try:
        found = finish(adopted(data, points, fit, tree))
    except AnalysisError:
        return
    put = finish(regrown(values, labels, centroids, tree))
    assert put(values).tolist() == found.labels.tolist()
    book = finish(rulebook(data, points, fit, tree * k))
    assert (found.labels == labels).mean() == pytest.approx(book.fidelity)
    assert found.inertia == pytest.approx(book.price * sum_of_squares(values, labels, k), rel=1e-4)


def sum_of_squares(values: np.ndarray, labels: np.ndarray, k: int) -> float:
    groups = [values[:, labels == j].astype(np.float64) for j in range(k)]
    return float(sum(np.square(g - g.mean(axis=1, keepdims=True)).sum() for g in groups))


def test_a_tree_is_less_stable_than_what_it_comes_from_where_borders_are_slanted() -> None:
    """Two clouds beside the diagonal: k-means parts them, no single cut does, and two cuts do it as badly."""
    rng = np.random.default_rng(3)
    along = rng.normal(0, 1.5, 600)
    side = np.repeat([-2.0, 2.0], 300)
    values = np.stack([along + side, along - side]).astype(np.float32)
    values += rng.normal(0, 0.1, values.shape).astype(np.float32)
    order = rng.permutation(600)
    values, labels = np.ascontiguousarray(values[:, order]), (side[order] > 0).astype(np.uint8)
    centroids = np.array([values[:, labels == j].mean(axis=1) for j in (0, 1)], dtype=np.float64)
    points = matrix(values, [column("x"), column("y")])
    data = dataset(x=values[0].tolist(), y=values[1].tolist())
    found = finish(adopted(data, points, replace(segmentation(labels), centroids=centroids), 1))
    assert (found.labels == labels).mean() < 0.95
    told = finish(
        stability(values, found.labels, 2, 0, 10, grow=lambda drawn, fit: regrown(drawn, fit.labels, fit.centroids, 1))
    )
    plain = finish(stability(values, labels, 2, 0, 10))
    assert min(told.jaccard) < min(plain.jaccard) - 0.05

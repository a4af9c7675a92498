"""Distributions: bins that suit the numbers, and every customer counted once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.errors import AnalysisError
from segtui.explain.distribution import bin_edges, distribution
from segtui.explain.profile import ProfileCache
from segtui.prepare.inspect import inspect
from segtui.prepare.matrix import ColumnCache, build
from segtui.progress import finish
from segtui.recipe import PrepareSpec
from segtui.results import Dataset, Distribution, FeatureMatrix, Segmentation
from tests.prepare.making import dataset as make_dataset

from .build import column, dataset, inspection, matrix, segmentation


def make(
    data: Dataset, points: FeatureMatrix, found: Segmentation, feature: str, bins: int, letters: str = "ABC"
) -> Distribution:
    return finish(
        distribution(data, inspection(data), points, found, letters[: found.k], feature, bins, ProfileCache())
    )


def test_whole_numbers_get_a_bin_each_where_they_fit() -> None:
    data = dataset(x=[1, 1, 2, 4, 4, 4])
    found = make(data, matrix([[0.0] * 6], [column("x")]), segmentation([0, 1, 0, 1, 1, 0]), "x", 10)
    assert found.edges == (0.5, 1.5, 2.5, 3.5, 4.5)
    assert found.counts == ((1, 1, 0, 1), (1, 0, 0, 2))
    assert (found.log, found.sampled, found.missing) == (False, 6, 0)


def test_whole_numbers_are_never_cut_unevenly() -> None:
    sample = np.arange(0.0, 100.0)
    edges, log = bin_edges(sample, 0.0, 99.0, 7)
    assert not log
    assert edges.tolist() == [-0.5, 14.5, 29.5, 44.5, 59.5, 74.5, 89.5, 104.5]


def test_counts_follow_letters_and_missing_values_are_said() -> None:
    data = dataset(x=[0.0, 1.0, None, 0.25, 0.5])
    found = make(data, matrix([[0.0] * 5], [column("x")]), segmentation([0, 0, 0, 1, 1]), "x", 2, "BA")
    assert found.edges == (0.0, 0.5, 1.0)
    assert found.counts == ((1, 1), (1, 1))  # A first: 0.25 | 0.5
    assert (found.sampled, found.missing) == (4, 1)


def test_skewed_amounts_are_spaced_on_a_log_scale_that_holds_zero() -> None:
    values = np.exp(np.random.default_rng(0).normal(size=2000) * 2)
    values[0] = 0.0
    edges, log = bin_edges(values, 0.0, float(values.max()), 12)
    assert log
    steps = np.diff(np.log1p(edges))
    assert steps == pytest.approx(np.full(12, steps[0]))
    assert (edges[0], edges[-1]) == (0.0, values.max())


def test_long_tails_go_into_the_outermost_bins_and_the_edges_say_so() -> None:
    sample = np.concatenate([np.linspace(-1.0, 1.0, 999), [-1000.0]])
    edges, log = bin_edges(sample, -1000.0, 1.0, 10)
    assert not log
    assert edges[0] == -1000.0
    assert edges[1] > -1.0
    assert edges[-1] == 1.0


def test_one_single_value_is_one_bin() -> None:
    assert bin_edges(np.array([3.2, 3.2]), 3.2, 3.2, 8)[0].tolist() == [2.7, 3.7]


def test_levels_with_the_rest_beside_them() -> None:
    data = dataset(plan=["a", "b", "b", "c", None])
    points = matrix(np.zeros((2, 5)), [column("plan", level="a"), column("plan", level="b")])
    found = make(data, points, segmentation([0, 0, 1, 1, 1]), "plan", 8)
    assert found.levels == ("a", "b", "(other)")
    assert found.counts == ((1, 1, 0), (0, 1, 2))


def test_an_unknown_feature_is_refused() -> None:
    data = dataset(x=[1.0, 2.0])
    with pytest.raises(AnalysisError, match="no distribution"):
        make(data, matrix([[0.0, 1.0]], [column("x")]), segmentation([0, 1]), "nope", 5)


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6) | st.integers(0, 20), st.integers(0, 2)), min_size=1, max_size=80),
    st.integers(1, 12),
)
def test_every_customer_is_counted_once_in_at_most_so_many_bins(rows: list[tuple[float, int]], bins: int) -> None:
    data = dataset(x=[float(value) for value, _ in rows])
    points = matrix([[0.0] * len(rows)], [column("x")])
    labels = [label for _, label in rows]
    found = make(data, points, segmentation(labels, k=3), "x", bins)
    assert [sum(counts) for counts in found.counts] == [labels.count(j) for j in range(3)]
    assert len(found.edges) - 1 == len(found.counts[0]) <= bins
    assert list(found.edges) == sorted(set(found.edges))
    values = data.frame["x"]
    assert found.edges[0] <= values.min() <= values.max() <= found.edges[-1]  # type: ignore[operator]


def test_scales_and_labels_are_counted_as_what_they_are() -> None:
    words = ["Never", "Always", "Sometimes", None, "Always", "Never", "Unknown", "Sometimes"] * 10
    cells = ["a;b", "a", "b", None, "a;b", "b", "a;b", "a"] * 10
    data = make_dataset({"x": words, "y": cells})
    seen = finish(inspect(data))
    points = finish(build(data, seen, PrepareSpec(), ColumnCache()))
    halves = segmentation(np.arange(80) % 2)
    scale = finish(distribution(data, seen, points, halves, "AB", "x", 5, ProfileCache()))
    assert scale.levels == ("Never", "Sometimes", "Always")
    assert scale.counts == ((10, 10, 10), (10, 10, 10))
    assert (scale.missing, scale.sampled, scale.overlapping) == (20, 60, False)
    labels = finish(distribution(data, seen, points, halves, "AB", "y", 5, ProfileCache()))
    assert labels.levels == ("a", "b", "(missing)")
    assert labels.counts == ((30, 40, 0), (20, 10, 10))
    assert (labels.sampled, labels.overlapping) == (80, True)

"""Both answers: what they promise, against scikit-learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from segtui.cluster.kmeans import FIRST_RESTARTS, LARGE_RESTARTS, converge, first, restarts_for
from segtui.errors import AnalysisError
from segtui.progress import Progress, finish
from segtui.recipe import ClusterSpec
from segtui.results import Converged, Segmentation
from tests.bench.generate import scaled

from .build import assert_same_but_ties, blobs, exact, matrix, nearest, silent

BOTH = pytest.mark.parametrize("speed", [first, converge])


def answer(speed, values, spec) -> Segmentation:
    return finish(speed(matrix(values), spec, exact(values), silent))


def assert_sound(result: Segmentation, values, spec: ClusterSpec) -> None:
    """What holds for every answer, whatever the data."""
    wide = np.asarray(values, dtype=np.float64)
    assert result.k == spec.k
    assert result.labels.dtype == np.uint8
    assert result.centroids.dtype == np.float64
    assert result.sizes == tuple(np.bincount(result.labels, minlength=spec.k))
    assert sum(result.sizes) == wide.shape[1]
    assert_same_but_ties(result.labels, wide, result.centroids)
    assert result.inertia == pytest.approx(nearest(wide, result.centroids)[1].min(axis=0).sum(), rel=1e-4, abs=1e-6)


def test_by_hand():
    values = np.array([[0.0, 0, 1, 1, 10, 10, 11, 11], [0.0, 1, 0, 1, 10, 11, 10, 11]])
    result = answer(converge, values, ClusterSpec(2))
    assert result.sizes == (4, 4)
    assert result.centroids.tolist() == [[0.5, 0.5], [10.5, 10.5]]
    assert result.inertia == pytest.approx(4)
    assert result.exact
    assert result.converged is Converged.LABELS


@pytest.mark.parametrize("count", [300, 70_000])
def test_converged_by_labels_is_a_fixed_point(count):
    """The centroids are the means of those nearest to them, in float64."""
    values = scaled(count, seed=5).astype(np.float64)
    result = answer(converge, values, ClusterSpec(7))
    assert result.converged is Converged.LABELS
    single = values.astype(np.float32).astype(np.float64)
    means = np.array([single[:, result.labels == j].mean(axis=1) for j in range(7)])
    assert result.centroids == pytest.approx(means, abs=1e-12)
    assert_same_but_ties(result.labels, values, result.centroids)


@BOTH
def test_planted_groups_are_found(speed):
    values = blobs(20_000, 4, 5, 7, spread=0.3)
    result = answer(speed, values, ClusterSpec(5))
    assert_sound(result, values, ClusterSpec(5))
    assert result.inertia / values.size == pytest.approx(0.09, rel=0.05)
    assert result.exact is (speed is converge)
    assert list(result.sizes) == sorted(result.sizes, reverse=True)


@pytest.mark.parametrize("k", [3, 5, 8, 12])
def test_excess_inertia_on_skewed_overlapping_groups(k):
    values = scaled(60_000)
    oracle = KMeans(k, n_init=10, random_state=0).fit(values.T)
    quick, full = answer(first, values, ClusterSpec(k)), answer(converge, values, ClusterSpec(k))
    assert quick.inertia <= oracle.inertia_ * (1.005 if k <= 8 else 1.01)
    assert full.inertia <= oracle.inertia_ * 1.0005
    assert_sound(quick, values, ClusterSpec(k))
    assert_sound(full, values, ClusterSpec(k))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("amazon_users.csv", ("Age", "Income", "Rating")),
        ("jewellery.csv", ("Age", "Income", "SpendingScore", "Savings")),
    ],
)
def test_small_real_files(name, columns):
    path = Path(__file__).parents[3] / "shared" / "data" / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    table = pl.read_csv(path).select(columns).to_numpy().astype(np.float64)
    values = ((table - table.mean(axis=0)) / table.std(axis=0)).T
    for k in range(2, 9):
        oracle = KMeans(k, n_init=50, random_state=0).fit(values.T)
        result = answer(converge, values, ClusterSpec(k))
        assert result.inertia <= oracle.inertia_ * 1.0005, k
        assert_sound(result, values, ClusterSpec(k))


@BOTH
def test_the_same_again_on_one_thread_or_two(speed):
    values = scaled(50_000)
    results = []
    for threads in (1, 2, 1):
        with threadpool_limits(threads):
            results.append(answer(speed, values, ClusterSpec(6, seed=3)))
    for other in results[1:]:
        assert np.array_equal(results[0].labels, other.labels)
        assert np.array_equal(results[0].centroids, other.centroids)
        assert results[0].inertia == other.inertia
        assert results[0].trace == other.trace


def test_a_seed_is_any_number():
    values = blobs(500, 2, 3, 1)
    for seed in (-1, 2**70, 0):
        assert answer(converge, values, ClusterSpec(3, seed=seed)).seed == seed


@BOTH
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), columns=st.integers(1, 4), k=st.integers(2, 10), count=st.integers(1, 60))
def test_few_customers_on_a_grid(speed, seed, columns, k, count):
    """Duplicates, ties, fewer that differ than k: a sound answer or a message with the number."""
    values = np.random.default_rng(seed).integers(0, 3, (columns, count)).astype(np.float64)
    distinct = len(np.unique(values, axis=1).T)
    if distinct < k:
        with pytest.raises(AnalysisError) as caught:
            answer(speed, values, ClusterSpec(k))
        assert str(distinct) in caught.value.what or distinct == 1
        return
    result = answer(speed, values, ClusterSpec(k))
    assert_sound(result, values, ClusterSpec(k))
    assert min(result.sizes) > 0
    if distinct == k:
        assert result.inertia == pytest.approx(0, abs=1e-4)


@BOTH
def test_too_few_that_differ(speed):
    values = np.tile(np.array([[1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]), 2_000)
    with pytest.raises(AnalysisError, match="12 customers differ from each other; k can be at most 12"):
        answer(speed, values, ClusterSpec(13))
    assert answer(speed, values, ClusterSpec(12)).inertia == pytest.approx(0, abs=1e-6)


@BOTH
def test_constant_data_and_one_customer(speed):
    for values in (np.ones((3, 50)), np.ones((2, 1))):
        with pytest.raises(AnalysisError, match="nothing to tell them apart"):
            answer(speed, values, ClusterSpec(2))


@BOTH
def test_customers_that_differ_come_late(speed):
    values = np.zeros((2, 9_000))
    values[0, 8_000:] = np.arange(1_000) % 5 * 10
    result = answer(speed, values, ClusterSpec(5))
    assert result.inertia == pytest.approx(0, abs=1e-6)
    assert result.sizes == (8_200, 200, 200, 200, 200)


@BOTH
def test_unscaled_far_from_zero(speed):
    values = blobs(6_000, 2, 4, 9, spread=0.5) + 40_000
    result = answer(speed, values, ClusterSpec(4))
    assert_sound(result, values, ClusterSpec(4))
    assert np.all(result.centroids > 30_000)


@BOTH
def test_the_trace(speed):
    values = scaled(50_000)
    heard = []
    result = finish(speed(matrix(values), ClusterSpec(5), exact(values), heard.append))
    told = set(heard)
    assert told.issuperset(result.trace) or speed is converge  # swaps are not told while they are tried
    assert [s.iteration for s in result.trace] == list(range(1, len(result.trace) + 1))
    assert all(0 <= s.changed <= 1 for s in heard)
    assert result.iterations == sum(s.customers == result.sampled for s in result.trace)
    assert result.trace[-1].customers == result.sampled
    for size in {s.customers for s in result.trace}:
        inertias = np.array([s.inertia for s in result.trace if s.customers == size])
        assert np.all(np.diff(inertias) <= inertias[0] * 1e-6)


def test_restarts():
    assert restarts_for(1_000_000, ClusterSpec(restarts=7)) == 7
    assert restarts_for(200, ClusterSpec()) > restarts_for(1_000_000, ClusterSpec())
    values = blobs(3_000, 3, 4, 2)
    assert len(answer(converge, values, ClusterSpec(4, restarts=5)).restarts) == 5
    assert len(answer(first, values, ClusterSpec(4, restarts=1)).restarts) == 1


@BOTH
def test_max_iter(speed):
    values = scaled(30_000)
    result = answer(speed, values, ClusterSpec(9, max_iter=1))
    assert result.converged is Converged.MAX_ITER
    assert_sound(result, values, ClusterSpec(9))
    with pytest.raises(AnalysisError):
        answer(speed, values, ClusterSpec(9, max_iter=0))
    with pytest.raises(AnalysisError):
        answer(speed, values, ClusterSpec(300))


@BOTH
def test_pieces_and_progress(speed):
    values = scaled(50_000)
    pieces = list(speed(matrix(values), ClusterSpec(5), exact(values), silent))
    restarts = FIRST_RESTARTS if speed is first else LARGE_RESTARTS
    assert all(isinstance(piece, Progress) and piece.doing for piece in pieces)
    assert any("iteration" in piece.detail for piece in pieces)
    assert any(f"of {restarts}" in piece.detail for piece in pieces)


@BOTH
def test_closing_half_way_and_starting_again(speed):
    values = scaled(50_000)
    count = len(list(speed(matrix(values), ClusterSpec(5), exact(values), silent)))
    for stop in range(1, count, max(1, count // 12)):
        steps = speed(matrix(values), ClusterSpec(5), exact(values), silent)
        for _ in range(stop):
            next(steps)
        steps.close()
    once, twice = (answer(speed, values, ClusterSpec(5)) for _ in range(2))
    assert np.array_equal(once.labels, twice.labels)


def test_the_matrix_is_left_alone():
    values = scaled(20_000)
    before = values.copy()
    for speed in (first, converge):
        finish(speed(matrix(values), ClusterSpec(4), exact(values), silent))
    assert np.array_equal(values, before)

"""Trimmed k-means: who is set aside, how many, and that nothing but the points decides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui.cluster.trim import trimmed
from segtui.progress import finish
from segtui.recipe import ClusterSpec

from .build import blobs, exact, matrix


def out(values: np.ndarray, share: float, k: int, seed: int = 0) -> np.ndarray:
    return finish(trimmed(matrix(values), share, ClusterSpec(k, seed), exact(values)))


def test_by_hand() -> None:
    """Two heaps at 0 and 10 and one customer at 1000: k-means with k = 2 would give that one a centre."""
    values = np.array([[0.0] * 10 + [10.0] * 9 + [1000.0]])
    values[0, :19] += np.linspace(-0.5, 0.5, 19)
    assert np.flatnonzero(out(values, 0.05, 2)).tolist() == [19]
    assert not out(values, 0.04, 2).any()  # less than one customer of twenty


def test_planted_outliers_are_the_ones() -> None:
    values = blobs(2_000, 3, 4, seed=1, spread=0.5)
    far = np.random.default_rng(0).choice(2_000, 20, replace=False)
    values[:, far] += np.random.default_rng(1).choice([-1.0, 1.0], (3, 20)) * 40
    found = np.flatnonzero(out(values, 0.01, 4))
    assert set(found) == set(far)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1])
def test_the_share_is_kept_to(share: float) -> None:
    values = blobs(3_000, 2, 3, seed=2)
    assert out(values, share, 3).sum() == int(share * 3_000 + 1e-9)


def test_of_many_it_is_about_the_share() -> None:
    values = blobs(60_000, 2, 3, seed=3)
    assert out(values, 0.02, 3).mean() == pytest.approx(0.02, abs=0.003)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 99), k=st.integers(2, 6))
def test_it_repeats(seed: int, k: int) -> None:
    values = blobs(500, 2, 4, seed=seed)
    assert np.array_equal(out(values, 0.02, k, seed), out(values.copy(), 0.02, k, seed))

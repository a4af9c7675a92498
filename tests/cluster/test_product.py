"""Products in blocks: right, and the same on any number of threads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from segtui.cluster.product import product, sums


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 60), st.integers(1, 30), st.integers(1, 5_000))
def test_right(rows, inner, count):
    rng = np.random.default_rng(rows * count)
    left, wide = rng.normal(size=(rows, inner)).astype(np.float32), rng.normal(size=(inner, count + 3))
    right = wide.astype(np.float32)[:, 1 : count + 1]
    out = product(left, right, np.empty((rows, count), dtype=np.float32))
    assert out == pytest.approx(left.astype(float) @ right.astype(float), abs=1e-4)
    tall = np.ascontiguousarray(out.T[:, :7])
    assert sums(out, tall) == pytest.approx(out.astype(float) @ tall.astype(float), rel=1e-3, abs=0.05)


@pytest.mark.parametrize("k", [2, 12, 50, 200])
def test_one_thread_or_two(k):
    rng = np.random.default_rng(k)
    left, right = rng.normal(size=(k, 8)).astype(np.float32), rng.normal(size=(8, 16_384)).astype(np.float32)
    member, rows = rng.random((k, 4_096)).astype(np.float32), rng.random((4_096, 9)).astype(np.float32)
    results = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            results.append((product(left, right, np.empty((k, 16_384), dtype=np.float32)), sums(member, rows)))
    assert np.array_equal(results[0][0], results[1][0])
    assert np.array_equal(results[0][1], results[1][1])

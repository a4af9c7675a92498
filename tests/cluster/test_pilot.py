"""Restarts side by side: k-means++ and the batched Lloyd iterations."""

from __future__ import annotations

import numpy as np
import pytest

from segtui.cluster.pilot import Batch, batch_size, refine
from segtui.cluster.sample import generator
from segtui.cluster.seeding import plus_plus, swaps
from segtui.progress import finish
from segtui.results import Converged

from .build import blobs, nearest, silent


def test_starts_are_customers_and_spread_out():
    values = blobs(900, 2, 3, 1, spread=0.05).astype(np.float32)
    starts = plus_plus(values, 3, 20, generator(0))
    customers = {tuple(column) for column in values.T.tolist()}
    assert all(tuple(centre) in customers for start in starts.tolist() for centre in start)
    # tight groups far apart: greedy k-means++ finds one customer of each
    for start in starts:
        assert nearest(values.astype(float), start.astype(float))[1].min(axis=0).max() < 1


def test_a_step_is_a_lloyd_step():
    values = blobs(500, 3, 4, 2, spread=2).astype(np.float32)
    starts = plus_plus(values, 5, 3, generator(1))
    centres, labels, inertia = Batch(values).step(starts)
    for start, centre, label, total in zip(starts, centres, labels, inertia, strict=True):
        expected, _ = nearest(values.astype(float), start.astype(float))
        means = np.array([values[:, expected == j].mean(axis=1) for j in range(5)])
        assert np.array_equal(label, expected)
        assert centre == pytest.approx(means, abs=1e-5)
        around = np.square(values - means[expected].T).sum()
        assert total == pytest.approx(around, rel=1e-5)


def test_restarts_end_by_themselves_and_are_numbered():
    values = blobs(800, 3, 4, 3, spread=2).astype(np.float32)
    heard = []
    trials = finish(refine(Batch(values), plus_plus(values, 4, 6, generator(2)), 10, 200, heard.append, "", 20))
    assert [t.restart for t in trials] == list(range(10, 16))
    assert all(t.converged is Converged.LABELS for t in trials)
    assert len(heard) == sum(len(t.trace) for t in trials)
    for trial in trials:
        falls = np.diff([s.inertia for s in trial.trace])
        assert np.all(falls <= trial.inertia * 1e-5)


def test_an_empty_cluster_is_filled():
    values = np.array([[0, 0.1, 0.2, 5, 9]], dtype=np.float32)
    starts = np.array([[[0.1], [100], [200]]], dtype=np.float32)
    (trial,) = finish(refine(Batch(values), starts, 0, 50, silent, ""))
    assert sorted(np.bincount(trial.labels, minlength=3).tolist()) == [1, 1, 3]


def test_a_swap_moves_one_centre():
    values = blobs(800, 3, 4, 3).astype(np.float32)
    centres = values[:, :5].T.astype(np.float64)
    tried = swaps(values, centres, 12, generator(4))
    assert tried.shape == (12, 5, 3)
    assert np.all((tried != centres.astype(np.float32)).any(axis=2).sum(axis=1) <= 1)


def test_batches_stay_small():
    assert batch_size(50, 5_000) == 1
    assert 2 <= batch_size(4, 4_096) <= 16

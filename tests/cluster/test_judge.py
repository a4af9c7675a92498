"""Warnings beside a fit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from segtui.cluster.judge import agreement, near_equal, paths, rivals, spread
from segtui.cluster.kmeans import converge
from segtui.cluster.pilot import Trial
from segtui.progress import finish
from segtui.recipe import ClusterSpec
from segtui.results import Converged, TraceStep

from .build import blobs, exact, matrix, silent


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), min_size=2, max_size=60))
def test_agreement_is_the_adjusted_rand_index(pairs):
    one, other = np.array(pairs, dtype=np.uint8).T
    assert agreement(one, other) == pytest.approx(adjusted_rand_score(one, other))


def trial(labels: list[int], inertia: float) -> Trial:
    step = TraceStep(0, 1, len(labels), inertia, 1.0)
    return Trial(0, np.zeros((2, 1)), np.array(labels, dtype=np.uint8), inertia, Converged.LABELS, (step,))


def test_near_equal_solutions():
    best, same = trial([0, 0, 1, 1, 1, 0], 100), trial([1, 1, 0, 0, 0, 1], 100)
    rival, poor = trial([0, 1, 1, 0, 1, 0], 100.5), trial([0, 1, 1, 0, 1, 0], 150)
    assert near_equal(paths([best, same])) == ()
    (said,) = near_equal(paths([best, same, rival]))
    assert said.startswith("several near-equal solutions: 1 of 3")
    assert "0.50% worse" in said
    (said,) = near_equal(paths([best, poor, poor]))
    assert said.startswith("restarts disagree")
    assert "50.0% above" in said


def test_how_restarts_went():
    best, rival, poor = trial([0, 0, 1, 1], 100), trial([0, 1, 0, 1], 100.5), trial([0, 0, 1, 1], 125)
    went = paths([rival, best, poor])
    assert [r.agreement for r in went] == [pytest.approx(-0.5), 1.0, 1.0]
    assert [r.inertia for r in went] == [25.125, 25, 31.25]
    assert spread(went) == pytest.approx(0.25)
    assert rivals(went) == [went[0]]
    assert [r.agreement for r in paths([best, poor], compared=False)] == [None, None]


def test_a_ring_has_many_equal_cuts():
    turn = np.random.default_rng(0).uniform(0, 2 * np.pi, 3_000)
    ring = np.array([np.cos(turn), np.sin(turn)])
    fitted = finish(converge(matrix(ring), ClusterSpec(3), exact(ring), silent))
    assert any("near-equal" in said for said in fitted.warnings)
    clear = blobs(3_000, 2, 3, 12, spread=0.2)
    assert finish(converge(matrix(clear), ClusterSpec(3), exact(clear), silent)).warnings == ()

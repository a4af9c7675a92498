"""A sweep: one row per k, known ones not computed again, failures said."""

from __future__ import annotations

import numpy as np

from segtui.cluster.sweep import sweep
from segtui.progress import finish
from segtui.recipe import ClusterSpec
from segtui.results import SweepRow

from .build import blobs, exact, matrix


def test_rows_come_one_by_one():
    values = blobs(2_000, 3, 4, 1, spread=0.4)
    heard: list[SweepRow] = []
    rows = finish(sweep(matrix(values), ClusterSpec(9), 2, 6, exact(values), {}, heard.append))
    assert tuple(heard) == rows
    assert [row.k for row in rows] == [2, 3, 4, 5, 6]
    inertias = [row.scores.inertia for row in rows if row.scores]
    assert inertias == sorted(inertias, reverse=True)
    assert max(rows, key=lambda row: row.scores.silhouette_squared).k == 4


def test_known_rows_are_kept():
    values = blobs(500, 2, 3, 1)
    known = {3: SweepRow(3, None, 5, 7)}
    rows = finish(sweep(matrix(values), ClusterSpec(), 2, 4, exact(values), known, lambda row: None))
    assert rows[1] is known[3]
    assert rows[0].scores is not None


def test_a_k_that_fails_says_so_and_the_rest_goes_on():
    values = np.tile(np.array([[0.0, 1.0, 5.0, 6.0]]), 50)
    rows = finish(sweep(matrix(values), ClusterSpec(), 3, 6, exact(values), {}, lambda row: None))
    assert [bool(row.failed) for row in rows] == [False, False, True, True]
    assert "k can be at most 4" in rows[2].failed
    assert rows[2].scores is None


def test_closing_half_way():
    values = blobs(3_000, 2, 3, 1)
    heard: list[SweepRow] = []
    steps = sweep(matrix(values), ClusterSpec(), 2, 12, exact(values), {}, heard.append)
    while not heard:
        assert "sweeping k=" in next(steps).doing
    steps.close()
    assert len(heard) == 1

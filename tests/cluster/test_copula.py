"""Draws from the copula: margins to the value, correlations as they were, nominal features in one piece."""

from __future__ import annotations

import numpy as np
import pytest

from segtui.cluster.copula import copula, copula_draw, together
from segtui.progress import finish
from segtui.results import MatrixColumn

from .build import levels, numeric, rng, scaled


def drawn(values, columns, seed=0) -> np.ndarray:
    law = finish(copula(values, columns, rng(seed)))
    return finish(copula_draw(law, rng(seed + 100)))


def test_draws_have_exactly_the_margins_and_about_the_correlations():
    normals = np.linalg.cholesky([[1, 0.7, -0.3], [0.7, 1, 0], [-0.3, 0, 1]]) @ rng().normal(size=(3, 4_000))
    values = np.vstack([np.exp(normals[0]), normals[1], np.exp(2 * normals[2])]).astype(np.float32)
    found = [drawn(values, numeric(3), seed) for seed in range(10)]
    for one in found:
        assert np.array_equal(np.sort(one, axis=1), np.sort(values, axis=1))
        assert not np.array_equal(one, values)
    ranks = [np.corrcoef(one.argsort(axis=1).argsort(axis=1)) for one in (values, *found)]
    assert np.mean(ranks[1:], axis=0) == pytest.approx(ranks[0], abs=0.02)
    assert np.std([one[0, 1] for one in ranks[1:]]) > 0.002  # draws differ


def test_ties_do_not_weaken_correlations():
    normals = np.linalg.cholesky([[1, 0.9], [0.9, 1]]) @ rng().normal(size=(2, 4_000))
    halves = (normals > [[0.0], [0.3]]).astype(np.float32)
    orders = np.floor(np.exp(normals)).astype(np.float32)  # two customers in five are at 0
    for values in (halves, np.vstack([halves[0], orders[1]]), orders):
        found = np.mean([np.corrcoef(drawn(values, numeric(2), seed))[0, 1] for seed in range(5)])
        assert found == pytest.approx(np.corrcoef(values)[0, 1], abs=0.04)


def test_a_nominal_feature_is_one_variable():
    place = rng().normal(size=3_000)
    level = np.where(place < -0.8, 2, np.where(place < 0.5, 0, 1))
    level[:30] = 3  # none of the three: a level that was collapsed away, say
    block = (level == np.arange(3)[:, None]) * np.float32(0.7)
    values = np.vstack([scaled([place + rng(1).normal(size=3_000)]), block]).astype(np.float32)
    columns = (*numeric(1), *levels("city", "a", "b", "c"))
    found = drawn(values, columns)
    patterns, counts = np.unique(found[1:], axis=1, return_counts=True)
    expected, wanted = np.unique(block, axis=1, return_counts=True)
    assert np.array_equal(patterns, expected)
    assert np.array_equal(counts, wanted)
    means = [values[0, level == j].mean() for j in range(3)]
    again = [found[0, found[1 + j] > 0].mean() for j in range(3)]
    assert again == pytest.approx(means, abs=0.15)
    assert np.ptp(means) > 1


def test_labels_and_single_columns_are_variables_of_their_own():
    columns = (
        *numeric(1),
        MatrixColumn("x0", "(missing)", None, 1.0),
        *levels("city", "a", "b"),
        *levels("likes", "tea", "rum", separator=";"),
        *levels("sex", "f", "m"),
    )
    assert together(columns) == [(0,), (1,), (2, 3), (4,), (5,), (6, 7)]


def test_labels_that_go_together_still_do():
    tea = rng().random(2_000) < 0.4
    values = np.vstack([tea, tea & (rng(1).random(2_000) < 0.9), rng(2).random(2_000) < 0.5]).astype(np.float32)
    found = drawn(values, levels("likes", "tea", "cake", "rum", separator=";"))
    assert np.array_equal(found.sum(axis=1), values.sum(axis=1))
    assert np.corrcoef(found)[0, 1] == pytest.approx(np.corrcoef(values)[0, 1], abs=0.05)
    assert abs(np.corrcoef(found)[0, 2]) < 0.08


def test_a_column_that_does_not_vary_is_drawn_as_it_is():
    values = np.vstack([rng().normal(size=1_500), np.zeros(1_500), rng(1).normal(size=1_500)]).astype(np.float32)
    found = drawn(values, numeric(3))
    assert np.all(np.isfinite(found))
    assert not found[1].any()

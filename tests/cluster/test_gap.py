"""The gap statistic: its box and its numbers by hand, and what it says of noise and of groups."""

from __future__ import annotations

import numpy as np
import pytest

from segtui.cluster.gap import box, gap
from segtui.cluster.picks import gap_pick
from segtui.evidence import Gap
from segtui.progress import finish

from .build import blobs


def test_the_box_follows_the_cloud():
    """A thin line along the diagonal: the box is as thin, where one along the columns would be a square."""
    along = np.random.default_rng(0).uniform(-1, 1, 400)
    values = np.array([along, along]).astype(np.float32)
    drawn = box(values).draw(0, 0)
    assert drawn.shape == (2, 400)
    assert np.abs(drawn[0] - drawn[1]).max() < 1e-5
    assert drawn.min() >= along.min() - 1e-5
    assert drawn.max() <= along.max() + 1e-5
    assert np.array_equal(drawn, box(values).draw(0, 0))
    assert not np.array_equal(drawn, box(values).draw(0, 1))


def test_one_cluster_by_hand():
    """At k = 1 W is the sum of squares about the mean, of the data and of every draw alike."""
    values = np.array([[0.0, 1.0, 2.0, 3.0, 4.0, 10.0]], dtype=np.float32)
    made = box(values)
    drawn = [np.log(6 * np.var(made.draw(0, number).astype(np.float64))) for number in range(20)]
    found = finish(gap(values, made, 1, 0))
    assert found is not None
    assert found.value == pytest.approx(np.mean(drawn) - np.log(6 * np.var(values)), abs=1e-5)
    assert found.error == pytest.approx(np.std(drawn) * np.sqrt(1 + 1 / 20), abs=1e-5)
    assert (found.references, found.rows) == (20, 6)


def gaps(values, ks):
    made = box(values)
    return [(k, finish(gap(values, made, k, 0))) for k in ks]


def test_noise_has_one_cluster_and_groups_have_theirs():
    noise = np.random.default_rng(3).uniform(size=(2, 800)).astype(np.float32)
    (_, one), *rest = gaps(noise, range(1, 6))
    assert gap_pick(rest, one)[0] == 1
    groups = blobs(900, 2, 4, 12, spread=0.3).astype(np.float32)
    (_, one), *rest = gaps(groups, range(1, 7))
    assert gap_pick(rest, one)[0] == 4


def test_the_rule_by_hand():
    def at(value: float, error: float) -> Gap:
        return Gap(value, error, 20, 100)

    known = [(2, at(0.50, 0.01)), (3, at(0.60, 0.01)), (4, at(0.605, 0.01)), (5, at(0.70, 0.01))]
    assert gap_pick(known, at(0.1, 0.01))[0] == 3  # .60 >= .605 - .01
    assert gap_pick(known, at(0.495, 0.01))[0] == 1
    assert gap_pick(known[:2], None) == (None, "it still rises at the largest k")


def test_no_distance_has_no_logarithm():
    values = np.repeat(np.array([[0.0, 5.0]]), 20, axis=1).astype(np.float32)
    assert finish(gap(values, box(values), 2, 0)) is None

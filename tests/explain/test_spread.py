"""Boxes and densities: five numbers by hand, and densities that add up to the customers they are made of."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.explain.distribution import distribution
from segtui.explain.profile import ProfileCache
from segtui.explain.spread import bandwidth, box, smooth
from segtui.progress import finish
from segtui.results import Box, Distribution

from .build import column, dataset, inspection, matrix, segmentation


def shown(values: list[float | None], labels: list[int], bins: int = 10, log: bool = False) -> Distribution:
    data = dataset(x=values)
    points = matrix([[0.0] * len(values)], [column("x", "log1p" if log else "none")])
    found = segmentation(labels)
    return finish(distribution(data, inspection(data), points, found, "ABC"[: found.k], "x", bins, ProfileCache()))


def test_a_box_by_hand() -> None:
    # 1 … 9 and 30: positions 2.25, 4.5 and 6.75 of 0 … 9 -> 3.25, 5.5, 7.75; the fence is 7.75 + 1.5 * 4.5 = 14.5
    made = finish(box(np.array([30.0, 9, 8, 7, 6, 5, 4, 3, 2, 1])))
    assert made == Box(10, 1.0, 3.25, 5.5, 7.75, 9.0, 0, 1, 1.0, 30.0)


def test_values_beyond_either_whisker_are_counted() -> None:
    # quartiles of 11 values stand at places 2, 5 and 8: 4, 5, 6; fences 1 and 9, on which a value is still inside
    made = finish(box(np.array([-20.0, 1, 4, 4, 5, 5, 5, 6, 6, 9, 9.5])))
    assert made is not None
    assert (made.first, made.median, made.third) == (4.0, 5.0, 6.0)
    assert (made.low, made.high, made.below, made.above) == (1.0, 9.0, 1, 1)


def test_a_box_of_one_value_and_of_none() -> None:
    assert finish(box(np.array([7.0]))) == Box(1, 7.0, 7.0, 7.0, 7.0, 7.0, 0, 0, 7.0, 7.0)
    assert finish(box(np.array([]))) is None


def test_boxes_follow_letters_and_leave_out_who_has_no_value() -> None:
    found = shown([1.0, 2.0, 3.0, None, 10.0, None], [0, 0, 0, 0, 1, 2])
    a, b, c = found.boxes
    assert a == Box(3, 1.0, 1.5, 2.0, 2.5, 3.0, 0, 0, 1.0, 3.0)
    assert b is not None
    assert (b.size, b.median) == (1, 10.0)
    assert c is None
    assert (found.missing, found.sampled) == (2, 4)


@given(st.lists(st.floats(-1e6, 1e6) | st.integers(0, 9).map(float), min_size=1, max_size=60))
def test_a_box_is_in_order_and_counts_everybody(values: list[float]) -> None:
    array = np.array(values)
    made = finish(box(array.copy()))
    assert made is not None
    assert made.first == pytest.approx(np.quantile(array, 0.25), rel=1e-9, abs=1e-9)
    assert made.median == pytest.approx(np.median(array), rel=1e-9, abs=1e-9)
    assert made.lowest <= made.low <= made.high <= made.highest
    assert made.first <= made.median <= made.third
    inside = int(((array >= made.low) & (array <= made.high)).sum())
    assert made.below + inside + made.above == made.size == len(values)


def test_silverman_by_hand() -> None:
    # 0, 1, 2, 3, 4: sd is the square root of 2.5, quartiles 1 and 3: 2 / 1.34 is smaller
    assert bandwidth(np.arange(5.0), np.ones(5, dtype=np.int64)) == pytest.approx(0.9 * 2 / 1.34 * 5**-0.2)
    assert bandwidth(np.arange(3.0), np.array([0, 9, 0])) == 0.0


def test_a_density_by_hand() -> None:
    # one customer in the cell around 2.5 of 0 … 5: the kernel is as wide as a cell, its sides even
    counts = np.array([0, 0, 1, 0, 0])
    bell = [math.exp(-0.5 * away**2) for away in (2, 1, 0, 1, 2)]
    # folded at both ends: the middles lie 2.5 + 0.5, 2.5 + 1.5 … beyond them
    folded = [math.exp(-0.5 * away**2) for away in (3, 4, 5, 6, 7)]
    raw = [b + left + right for b, left, right in zip(bell, folded, reversed(folded), strict=True)]
    expected = [value / sum(raw) for value in raw]
    assert smooth(counts, 1, 0.0, 5.0, 5).tolist() == pytest.approx(expected)
    assert smooth(counts, 2, 0.0, 5.0, 5).sum() == pytest.approx(0.5)  # the other one lies beyond the span
    assert smooth(np.zeros(5, dtype=np.int64), 3, 0.0, 5.0, 5).tolist() == [0.0] * 5


@given(
    st.lists(st.tuples(st.floats(0, 1e4), st.integers(0, 2)), min_size=3, max_size=60),
    st.integers(8, 30),
    st.booleans(),
)
def test_counts_sum_to_customers_and_densities_to_one(rows: list[tuple[float, int]], bins: int, log: bool) -> None:
    rows = [*rows, (1.0, 0), (2.0, 1), (3.0, 2)]
    found = shown([value for value, _ in rows], [label for _, label in rows], bins, log)
    assert sum(map(sum, found.counts)) == found.sampled == len(rows)
    low, high = np.log1p(found.span) if found.log else found.span
    for place, density in enumerate(found.densities):
        own = np.array([value for value, label in rows if label == place])
        inside = float(((own >= found.span[0]) & (own <= found.span[1])).mean())
        assert len(density) == bins
        assert sum(density) * (high - low) / bins == pytest.approx(inside)
    assert found.outside == sum(not found.span[0] <= value <= found.span[1] for value, _ in rows)


def test_the_axis_is_log_where_the_recipe_scales_so() -> None:
    values = [float(value) + 0.5 for value in range(100)]  # not skewed
    labels = [0, 1] * 50
    assert not shown(values, labels).log
    found = shown(values, labels, log=True)
    assert found.log
    assert np.diff(np.log1p(found.edges)) == pytest.approx(np.full(10, math.log1p(99.5) / 10 - math.log1p(0.5) / 10))


def test_long_tails_are_beyond_the_span_and_counted() -> None:
    values = [*np.linspace(-1.0, 1.0, 999).tolist(), -1000.0]
    found = shown(values, [0] * 500 + [1] * 500)
    assert found.span[0] > -1.0
    assert found.outside == sum(not found.span[0] <= value <= found.span[1] for value in values) > 0

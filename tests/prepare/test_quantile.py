"""The step table of the normal quantile against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from segtui.prepare.quantile import step_table, stepped


def test_a_table_has_a_row_per_distinct_knot() -> None:
    """Ranks of 1 1 1 2 3 are 0 to 4, of which 1 holds 0 to 2; rank 0 and 4 are held at 1/10 and 9/10."""
    table = step_table((1.0, 1.0, 1.0, 2.0, 3.0))
    assert table.value.tolist() == [1.0, 2.0, 3.0]
    assert table.left == pytest.approx(ndtri([0.1, 0.75, 0.9]))
    assert table.at == pytest.approx(ndtri([0.25, 0.75, 0.9]))
    assert table.right == pytest.approx(ndtri([0.5, 0.75, 0.9]))


def test_z_rises_in_straight_lines_from_the_right_of_a_knot_to_the_left_of_the_next() -> None:
    table = step_table((1.0, 1.0, 1.0, 2.0, 2.0))  # 2 holds ranks 3 and 4
    quarter = ndtri(0.5) + 0.25 * (ndtri(0.75) - ndtri(0.5))
    expected = [ndtri(0.1), ndtri(0.1), ndtri(0.25), quarter, ndtri(0.875), ndtri(0.9)]
    assert stepped(table, np.array([-1e300, 0.999, 1.0, 1.25, 2.0, 2.001])) == pytest.approx(expected)


def test_few_knots() -> None:
    assert stepped(step_table(()), np.array([1.0, 2.0])).tolist() == [0.0, 0.0]
    assert stepped(step_table((7.0,)), np.array([1.0, 7.0, 8.0])).tolist() == [0.0, 0.0, 0.0]
    same = stepped(step_table((7.0, 7.0)), np.array([6.0, 7.0, 8.0]))
    assert same == pytest.approx([ndtri(0.25), 0.0, ndtri(0.75)])


def test_knots_at_both_ends_of_what_a_number_can_be() -> None:
    table = step_table((-1.5e308, 1.5e308))
    assert stepped(table, np.array([0.0, 1.5e308])) == pytest.approx([ndtri(0.25), ndtri(0.75)])


@given(
    knots=st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=30).map(sorted),
    more=st.lists(st.floats(-2e6, 2e6, allow_subnormal=False), max_size=30),
)
def test_z_never_falls(knots: list[float], more: list[float]) -> None:
    """To the last bit: rules and boundaries rely on it."""
    near = [np.nextafter(knot, way) for knot in knots for way in (-np.inf, np.inf)]
    values = np.sort(np.array([*knots, *more, *near]))
    z = stepped(step_table(tuple(knots)), values)
    assert (np.diff(z) >= 0).all()
    assert np.isfinite(z).all()

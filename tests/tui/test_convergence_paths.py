"""The convergence plot: a line ends where a centre was moved elsewhere, for k-means never makes inertia rise."""

from __future__ import annotations

from segtui.results import TraceStep
from segtui.tui.panes.simple_plots import _paths


def test_a_rise_begins_a_new_line() -> None:
    inertias = [30.0, 20.0, 20.0, 26.0, 19.0, 19.0]
    trace = [TraceStep(9, i, 10, inertia, 0.1) for i, inertia in enumerate(inertias, 1)]
    trace += [TraceStep(9, 1, 100, 200.0, 1.0)]
    assert _paths(trace) == {
        (9, 10, 0): [(1.0, 3.0), (2.0, 2.0), (3.0, 2.0)],
        (9, 10, 1): [(4.0, 2.6), (5.0, 1.9), (6.0, 1.9)],
        (9, 100, 0): [(1.0, 2.0)],
    }

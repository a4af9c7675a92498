"""A converged fit and its criteria for every k of a range, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from segtui.cluster.criteria import scores
from segtui.cluster.kmeans import converge
from segtui.cluster.sample import ExactValues
from segtui.errors import SegtuiError
from segtui.progress import Progress, Steps
from segtui.recipe import ClusterSpec
from segtui.results import FeatureMatrix, SweepRow, TraceStep


def sweep(
    matrix: FeatureMatrix,
    spec: ClusterSpec,
    lowest: int,
    highest: int,
    exact_values: ExactValues,
    known: Mapping[int, SweepRow],
    found: Callable[[SweepRow], None],
) -> Steps[tuple[SweepRow, ...]]:
    """One row per k from `lowest` to `highest`; `found` hears each as soon as it is there, those of `known` at once.

    A k that cannot be fitted (more clusters than customers that differ) is a row that says why.
    """
    rows: list[SweepRow] = []
    for k in range(lowest, highest + 1):
        row = known.get(k)
        if row is None:
            steps = _row(matrix, replace(spec, k=k), exact_values)
            row = yield from _within(steps, (k - lowest) / (highest - lowest + 1), f"k={k} of {lowest} to {highest}")
        rows.append(row)
        found(row)
    return tuple(rows)


def _row(matrix: FeatureMatrix, spec: ClusterSpec, exact_values: ExactValues) -> Steps[SweepRow]:
    try:
        fitted = yield from converge(matrix, spec, exact_values, _unheard)
        judged = yield from scores(matrix, fitted)
    except SegtuiError as error:
        return SweepRow(spec.k, None, 0, 0, failed=str(error))
    return SweepRow(spec.k, judged, min(fitted.sizes), fitted.iterations)


def _unheard(_: TraceStep) -> None:
    """A sweep shows its rows, not its iterations."""


def _within(steps: Steps[SweepRow], done: float, which: str) -> Steps[SweepRow]:
    """Pass on the progress of one k as progress of the sweep."""
    try:
        while True:
            try:
                progress = next(steps)
            except StopIteration as stop:
                row: SweepRow = stop.value
                return row
            yield Progress(f"sweeping {which}", done, f"{progress.doing} {progress.detail}".rstrip())
    finally:
        steps.close()

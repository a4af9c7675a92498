"""A sample of customers as a tree sees them: by the order of their values, column by column, and in original units.

A tree asks only which values lie below others, so each column is kept as *places*: 0, 1, 2 … for its different scaled
values, those of the centres among them. Every transform is increasing, so a cut between two places is a cut between
two original values, whatever was bent, clipped or weighed on the way. Original values that have the same place (below
the first knot of a quantile scale, or all of a column of weight 0) can never be told apart, as k-means cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.prepare import clean
from segtui.prepare.parts import numbers_of, zero_one
from segtui.prepare.scale import apply
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl
    from numpy.typing import NDArray

    from segtui.results import Dataset, FeatureMatrix, Floats, Labels, MatrixColumn, Rows, Segmentation, Transform

    Places = NDArray[np.uint16]

DOING = "putting segments into rules"

ROWS = 20_000
"""Customers a tree is grown on: the first in canonical order, which is a random order. Places fit 16 bits."""


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """The customers a tree is grown on.

    places: uint16 (columns, rows); centres: the same of the centroids, (columns, k). originals: float64 (columns, rows)
    in original units, gaps filled, held at the winsorising limits; scores of an ordinal scale; 0 or 1. labels: (rows,)
    by k-means.
    """

    places: Places
    centres: Places
    originals: Floats
    labels: Labels

    @property
    def k(self) -> int:
        return int(self.centres.shape[1])

    @property
    def rows(self) -> int:
        return len(self.labels)


def sample(dataset: Dataset, matrix: FeatureMatrix, segmentation: Segmentation) -> Steps[Sample]:
    """The first customers of all; a piece is one column of 20,000."""
    count = min(ROWS, len(segmentation.labels))
    width = len(matrix.columns)
    originals = np.empty((width, count))
    places = np.empty((width, count), dtype=np.uint16)
    centres = np.empty((width, segmentation.k), dtype=np.uint16)
    for feature, where in by_feature(matrix.columns).items():
        values = dataset.frame[feature].head(count)
        for i, row in (yield from _originals(values, matrix.columns, where)):
            yield Progress(DOING, None, feature)
            scaled = _scaled(row, matrix.columns[i])
            originals[i] = row
            places[i], centres[i] = _placed(row, scaled, segmentation.centroids[:, i])
    return Sample(places, centres, originals, segmentation.labels[:count])


def by_feature(columns: Iterable[MatrixColumn]) -> dict[str, list[int]]:
    """Which columns of a matrix each feature has."""
    found: dict[str, list[int]] = {}
    for i, column in enumerate(columns):
        found.setdefault(column.feature, []).append(i)
    return found


def _originals(
    values: pl.Series, columns: tuple[MatrixColumn, ...], where: list[int]
) -> Steps[list[tuple[int, Floats]]]:
    """The columns of one feature in original units, as Sample.originals has them."""
    found: list[tuple[int, Floats]] = []
    for i in where:
        transform = columns[i].transform
        if transform is not None:
            found.append((i, held(numbers_of(values, transform), transform)))
    block = [i for i in where if columns[i].transform is None]
    if block:
        rows = yield from zero_one(values, [columns[i] for i in block])
        found += [(i, row.astype(np.float64)) for i, row in zip(block, rows, strict=True)]
    return found


def held(values: Floats, transform: Transform) -> Floats:
    """Original values with the gaps filled, held at the winsorising limits."""
    full = clean.filled(values, transform.fill)
    if transform.low is None or transform.high is None:
        return full
    clipped: Floats = np.clip(full, transform.low, transform.high)
    return clipped


def _scaled(original: Floats, column: MatrixColumn) -> Floats:
    return (original if column.transform is None else apply(column.transform, original)) * column.weight


def _placed(original: Floats, scaled: Floats, centres: Floats) -> tuple[Places, Places]:
    """The places of customers and centres in one column."""
    order = np.argsort(original, kind="stable")
    rising = scaled.copy()
    # increasing by its formula, but a logarithm may be off in the last bit
    rising[order] = np.maximum.accumulate(scaled[order])
    _, found = np.unique(np.concatenate((rising, centres)), return_inverse=True)
    placed = found.reshape(-1).astype(np.uint16)
    return placed[: len(original)], placed[len(original) :]


# -- a cut ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a column is cut, original units: low <= threshold < high, and no customer of the sample lies between."""

    column: int
    low: float
    high: float


def cut(of: Sample, rows: Rows, column: int, place: int) -> tuple[Rows, Rows, Gap]:
    """Some rows (at least one on each side) cut behind a place: those below, those above, and the gap between them."""
    above = of.places[column, rows] > place
    low_rows, high_rows = rows[~above], rows[above]
    values = of.originals[column]
    return low_rows, high_rows, Gap(column, float(values[low_rows].max()), float(values[high_rows].min()))

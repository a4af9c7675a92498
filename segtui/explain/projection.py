"""The customer map: every customer at a place on two axes, counted into character cells.

Axes are principal components of the feature matrix (as it was clustered: scaled and weighted), or any numeric features
in original units. Places depend on the matrix alone, so they are kept: a new k or a new window size only counts
again. A cell shows the segment most of its customers belong to, and the grid says how many it hides that way.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.errors import AnalysisError
from segtui.explain.distribution import is_skewed
from segtui.explain.lettering import in_letter_order
from segtui.prepare.units import original_column
from segtui.progress import Progress, Steps
from segtui.results import MapGrid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Dataset, FeatureMatrix, Floats, Floats32, MatrixColumn, Segmentation

    Counts = NDArray[np.int64]
    Cells = NDArray[np.intp]

PIECE = 1 << 17
"""Customers per piece of work: some 3 ms of counting."""

SAMPLE = 20_000
"""Customers that decide how far the axes reach (all are counted, those beyond in the border cells)."""

TAILS = (0.005, 0.995)
ROOM = 1.25
"""An axis shows everything if that makes it at most this much longer than the middle 99 %."""

COMPONENT = re.compile(r"component (\d+)")


@dataclass(frozen=True, eq=False, slots=True)
class Components:
    """Principal components. mean: of the columns; axes: (components, columns), unit length, the largest loading of each
    positive; shares: of the total variance, descending."""

    mean: Floats
    axes: Floats
    shares: tuple[float, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Axis:
    """One axis: the place of every customer, nan where there is no value.

    places: float32, canonical order, log1p of the original units where log. low, high: the range shown, in
    the units of places. share: of the total variance, for a component.
    """

    title: str
    places: Floats32
    low: float
    high: float
    log: bool = False
    share: float | None = None

    @property
    def units(self) -> tuple[float, float]:
        """The range in original units."""
        low, high = np.expm1([self.low, self.high]) if self.log else (self.low, self.high)
        return float(low), float(high)


@dataclass(frozen=True, eq=False, slots=True)
class Coordinates:
    """Both axes of a map, and the share of variance they explain together (components only)."""

    x: Axis
    y: Axis
    explained: float | None


class MapCache:
    """The latest axes and components, by data and matrix; a few, since an axis holds 4 bytes per customer."""

    def __init__(self, axes: int = 6) -> None:
        self._limit = axes
        self._axes: OrderedDict[tuple[str, str, str], Axis] = OrderedDict()
        self._components: tuple[str, Components] | None = None

    def axis(self, dataset: Dataset, matrix: FeatureMatrix, name: str) -> Steps[Axis]:
        """The axis called `name`, from the cache or made now."""
        key = (dataset.fingerprint, matrix.fingerprint, name)
        found = self._axes.get(key)
        if found is None:
            number = component_number(name)
            if number is None:
                found = yield from _feature_axis(dataset, matrix, name)
            else:
                found = yield from _component_axis(matrix, (yield from self.components(matrix)), number)
        self._axes[key] = found
        self._axes.move_to_end(key)
        while len(self._axes) > self._limit:
            self._axes.popitem(last=False)
        return found

    def components(self, matrix: FeatureMatrix) -> Steps[Components]:
        """The principal components of `matrix`, from the cache or made now."""
        if self._components is None or self._components[0] != matrix.fingerprint:
            self._components = (matrix.fingerprint, (yield from principal_components(matrix.values)))
        return self._components[1]


def component_number(name: str) -> int | None:
    """0-based number of "component 1" …; None for a feature."""
    match = COMPONENT.fullmatch(name)
    return int(match[1]) - 1 if match else None


def project(
    dataset: Dataset,
    matrix: FeatureMatrix,
    segmentation: Segmentation,
    letters: Sequence[str],
    x: str,
    y: str,
    columns: int,
    rows: int,
    cache: MapCache,
) -> Steps[MapGrid]:
    """The customer map on axes x and y ("component 1" … or a feature) in columns x rows cells."""
    places = yield from coordinates(dataset, matrix, x, y, cache)
    return (yield from grid(places, segmentation, letters, columns, rows))


def coordinates(
    dataset: Dataset, matrix: FeatureMatrix, x: str, y: str, cache: MapCache | None = None
) -> Steps[Coordinates]:
    """The place of every customer. Raises AnalysisError for an axis that has no numbers."""
    cache = cache or MapCache()
    x_axis = yield from cache.axis(dataset, matrix, x)
    y_axis = yield from cache.axis(dataset, matrix, y)
    shares = {name: axis.share for name, axis in ((x, x_axis), (y, y_axis))}
    known = [share for share in shares.values() if share is not None]
    return Coordinates(x_axis, y_axis, sum(known) if len(known) == len(shares) else None)


# -- axes --------------------------------------------------------------------------------------------------


def principal_components(values: Floats32) -> Steps[Components]:
    """Principal components of (columns, customers), from the covariance summed in float64 over all customers."""
    columns, customers = values.shape
    shift = values[:, :PIECE].mean(axis=1, dtype=np.float64)  # keeps the sums small, so that nothing cancels
    total, products = np.zeros(columns), np.zeros((columns, columns))
    piece = max(1, PIECE * 8 // max(columns, 8))
    for start in range(0, customers, piece):
        yield Progress("finding principal components", start / customers)
        block = values[:, start : start + piece].astype(np.float64)
        block -= shift[:, None]
        total += block.sum(axis=1)
        products += block @ block.T
    total /= customers
    covariance = products / customers - np.outer(total, total)
    variances, vectors = np.linalg.eigh(covariance)
    variances = np.maximum(variances[::-1], 0.0)
    axes = np.ascontiguousarray(vectors.T[::-1])
    largest = np.abs(axes).round(9).argmax(axis=1)  # rounded: of equal loadings the first decides the sign
    axes *= np.where(axes[np.arange(columns), largest] < 0, -1.0, 1.0)[:, None]
    everything = float(variances.sum())
    shares = tuple(float(variance) / everything if everything > 0 else 0.0 for variance in variances)
    return Components(shift + total, axes, shares)


def _component_axis(matrix: FeatureMatrix, components: Components, number: int) -> Steps[Axis]:
    if not 0 <= number < len(components.shares):
        nowhere = np.zeros(matrix.customers, dtype=np.float32)
        return Axis(f"component {number + 1} (there is none)", nowhere, -0.5, 0.5, share=0.0)
    loadings = components.axes[number].astype(np.float32)
    origin = np.float32(components.axes[number] @ components.mean)
    places = np.empty(matrix.customers, dtype=np.float32)
    for start in range(0, len(places), PIECE):
        yield Progress("placing customers", start / len(places))
        piece = slice(start, start + PIECE)
        np.matmul(loadings, matrix.values[:, piece], out=places[piece])
        places[piece] -= origin
    share = components.shares[number]
    low, high = _reach(places)
    return Axis(f"component {number + 1} ({share:.0%})", places, low, high, share=share)


def _feature_axis(dataset: Dataset, matrix: FeatureMatrix, name: str) -> Steps[Axis]:
    column = next((c for c in matrix.columns if name in (c.feature if c.level is None else "", c.name)), None)
    yield Progress("placing customers", None, name)
    if column is None and (name not in dataset.frame.columns or not dataset.frame[name].dtype.is_numeric()):
        raise AnalysisError("this is not a numeric feature", where=name, hint="Choose a numeric feature for the axis.")
    values = original_column(dataset, name if column is None else column)
    yield Progress("placing customers", None, name)
    log = _wants_log(column, values)
    if log:
        values = np.log1p(values)
        yield Progress("placing customers", None, name)
    places = values.astype(np.float32)
    places[~np.isfinite(places)] = np.nan
    low, high = _reach(places)
    return Axis(f"{name} (log)" if log else name, places, low, high, log=log)


def _wants_log(column: MatrixColumn | None, values: Floats) -> bool:
    """As the feature was scaled; one that is off as `prepare` would propose."""
    if column is not None:
        return column.transform is not None and column.transform.method == "log1p" and float(np.nanmin(values)) > -1.0
    sample = values[:SAMPLE]
    sample = sample[np.isfinite(sample)]
    return is_skewed(sample) and float(np.nanmin(values)) >= 0.0


def _reach(places: Floats32) -> tuple[float, float]:
    """How far an axis reaches: over all, unless tails would make it much longer than the middle 99 %."""
    sample = places[:SAMPLE]
    sample = sample[~np.isnan(sample)]
    if sample.size == 0:
        return -0.5, 0.5
    lowest, highest = float(np.nanmin(places)), float(np.nanmax(places))
    low, high = (float(value) for value in np.quantile(sample.astype(np.float64), TAILS))
    if high <= low or highest - lowest <= ROOM * (high - low):
        low, high = lowest, highest
    return (low, high) if high > low else (low - 0.5, high + 0.5)


# -- cells -------------------------------------------------------------------------------------------------


def grid(
    places: Coordinates, segmentation: Segmentation, letters: Sequence[str], columns: int, rows: int
) -> Steps[MapGrid]:
    """Count every customer into its cell. Equal counts in a cell go to the segment with the lower letter."""
    columns, rows = max(1, columns), max(1, rows)
    k, customers = segmentation.k, len(segmentation.labels)
    order = np.array(in_letter_order(letters))
    place_of = np.argsort(order).astype(np.intp)  # cluster -> place in letter order, so argmax finds the lower letter
    table = np.zeros(columns * rows * k, dtype=np.int64)
    sums, clamped = np.zeros((3, k)), 0
    for start in range(0, customers, PIECE):
        yield Progress("drawing the map", start / customers)
        piece = slice(start, start + PIECE)
        x, y, labels = places.x.places[piece], places.y.places[piece], segmentation.labels[piece]
        known = ~(np.isnan(x) | np.isnan(y))
        if not known.all():
            x, y, labels = x[known], y[known], labels[known]
        place = place_of[labels]
        column, x_out = _cells(x, places.x, columns)
        row, y_out = _cells(y, places.y, rows)
        clamped += int(np.count_nonzero(x_out | y_out))
        row *= columns
        row += column
        row *= k
        row += place
        table += np.bincount(row, minlength=len(table))
        sums += [np.bincount(place, minlength=k), *(np.bincount(place, weights=w, minlength=k) for w in (x, y))]
    counts = table.reshape(rows, columns, k)[::-1]
    total = counts.sum(axis=2)
    majority = np.where(total > 0, order[counts.argmax(axis=2)], -1).astype(np.int16)
    return MapGrid(
        majority=majority,
        counts=total,
        overlapped=int(total.sum() - counts.max(axis=2).sum()),
        customers=customers,
        x_title=places.x.title,
        y_title=places.y.title,
        x_range=places.x.units,
        y_range=places.y.units,
        explained=places.explained,
        centres=_centres(sums[:, place_of], places, columns, rows),
        clamped=clamped,
        missing=customers - int(total.sum()),
    )


def _cells(values: Floats32, axis: Axis, cells: int) -> tuple[Cells, NDArray[np.bool_]]:
    """The cell of every value along an axis, from low to high, and which lie beyond the range."""
    scaled = (values - np.float32(axis.low)) * np.float32(cells / (axis.high - axis.low))
    # The highest value of the range belongs to the last cell; a little beyond it is rounding.
    outside = (scaled < -1e-3) | (scaled > cells + 1e-3)
    np.clip(scaled, 0, cells - 1, out=scaled)
    return scaled.astype(np.intp), outside


def _centres(sums: Floats, places: Coordinates, columns: int, rows: int) -> tuple[tuple[int, int], ...]:
    """Per cluster the (row, column) of its centroid; row 0 is the top."""
    means = sums[1:] / np.maximum(sums[0], 1.0)
    column, _ = _cells(means[0].astype(np.float32), places.x, columns)
    row, _ = _cells(means[1].astype(np.float32), places.y, rows)
    return tuple((rows - 1 - int(r), int(c)) for r, c in zip(row, column, strict=True))

"""How the values of one feature spread in every segment: five-number boxes in original units, densities on the axis.

Boxes are exact, over all customers with a value. Densities are Gaussian kernel estimates from counts in fine cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.progress import Progress, Steps
from segtui.results import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.explain.columns import NumericColumn
    from segtui.results import Floats, Segmentation

    Counts = NDArray[np.int64]

FENCE = 1.5
"""Whiskers end at the last value within this many interquartile ranges of the box (Tukey 1977, chapter 2)."""

FINE = 4
"""Cells that are counted for every point of a density."""

PIECE = 1 << 17
"""Customers per piece of work."""


@dataclass(frozen=True, slots=True)
class Span:
    """The part of the axis that is drawn, in original units; log: evenly spaced on a log1p scale."""

    low: float
    high: float
    log: bool

    @property
    def scaled(self) -> tuple[float, float]:
        """Both ends on the scale of the axis."""
        if not self.log:
            return self.low, self.high
        low, high = np.log1p([self.low, self.high])
        return float(low), float(high)


def boxes(column: NumericColumn, segmentation: Segmentation, order: Sequence[int]) -> Steps[tuple[Box | None, ...]]:
    """A box for every cluster in `order`; None where none of its customers has a value."""
    found: list[Box | None] = []
    for place, cluster in enumerate(order):
        yield Progress("finding quartiles", place / len(order))
        mine = segmentation.labels == cluster
        if column.known is not None:
            mine &= column.known
        values = column.values[mine]
        yield Progress("finding quartiles", place / len(order))
        found.append((yield from box(values)))
    return tuple(found)


def box(values: Floats) -> Steps[Box | None]:
    """Quartiles (linear between neighbours, Hyndman and Fan's type 7), whiskers and what lies beyond them. Sorts
    `values` in part."""
    if values.size == 0:
        return None
    quartiles = []
    for share in (0.5, 0.25, 0.75):
        position = (values.size - 1) * share
        lower = int(position)
        upper = min(lower + 1, values.size - 1)
        values.partition((lower, upper))
        a, b = float(values[lower]), float(values[upper])
        quartiles.append(a if a == b else a + (b - a) * (position - lower))
        yield Progress("finding quartiles")
    median, first, third = quartiles
    reach = FENCE * (third - first)
    under, over = values < first - reach, values > third + reach
    yield Progress("finding quartiles")
    inside = values[~(under | over)]
    yield Progress("finding quartiles")
    return Box(
        size=int(values.size),
        low=float(inside.min()),
        first=first,
        median=median,
        third=third,
        high=float(inside.max()),
        below=int(np.count_nonzero(under)),
        above=int(np.count_nonzero(over)),
        lowest=float(values.min()),
        highest=float(values.max()),
    )


def densities(
    column: NumericColumn, segmentation: Segmentation, order: Sequence[int], span: Span, points: int
) -> Steps[tuple[tuple[float, ...], ...]]:
    """Per cluster in `order` the density at the middles of `points` equal cells of `span`, per unit of its scale.

    Each integrates (sum times the width of a cell) to the share of its customers that lie in the span.
    """
    counts = yield from _fine_counts(column, segmentation, span, points * FINE)
    low, high = span.scaled
    known = segmentation.labels if column.known is None else segmentation.labels[column.known]
    sizes = np.bincount(known, minlength=segmentation.k)
    found = []
    for cluster in order:
        found.append(tuple(smooth(counts[cluster], int(sizes[cluster]), low, high, points).tolist()))
        yield Progress("smoothing")
    return tuple(found)


def smooth(counts: Counts, customers: int, low: float, high: float, points: int) -> Floats:
    """A Gaussian kernel density at the middles of `points` cells between low and high from counts in finer ones.

    Bandwidth: 0.9 min(sd, IQR / 1.34) n^(-1/5) (Silverman 1986, 3.31), at least one cell of the drawing. What a kernel
    spreads beyond an end is folded back, so that a line does not sink at the end of the axis.
    """
    inside = int(counts.sum())
    if inside == 0 or customers == 0:
        return np.zeros(points)
    fine = (np.arange(len(counts)) + 0.5) * (high - low) / len(counts) + low
    middles = (np.arange(points) + 0.5) * (high - low) / points + low
    width = max(bandwidth(fine, counts), (high - low) / points)
    total = np.zeros(points)
    for centres in (fine, 2 * low - fine, 2 * high - fine):
        away = (middles[:, None] - centres[None, :]) / width
        total += (np.exp(-0.5 * away**2) * counts).sum(axis=1)
    # folded once at each end; the rest of a very wide kernel and the rounding of the sum are scaled away
    scale = inside / customers / (total.sum() * (high - low) / points)
    density: Floats = total * scale
    return density


def bandwidth(fine: Floats, counts: Counts) -> float:
    """Silverman's rule of thumb from counts at places; 0 where all are at one place."""
    n = int(counts.sum())
    mean = float((fine * counts).sum()) / n
    spread = float(np.sqrt((counts * (fine - mean) ** 2).sum() / max(n - 1, 1)))
    running = np.cumsum(counts)
    first, third = (float(fine[np.searchsorted(running, share * n)]) for share in (0.25, 0.75))
    middle = (third - first) / 1.34
    return 0.9 * (min(spread, middle) if middle > 0 else spread) * float(n**-0.2)


def _fine_counts(column: NumericColumn, segmentation: Segmentation, span: Span, cells: int) -> Steps[Counts]:
    """Customers per (cluster, cell) of equal cells between the ends of the span; those beyond it are left out."""
    low, high = span.scaled
    table = np.zeros((segmentation.k, cells), dtype=np.int64)
    customers = len(column.values)
    for start in range(0, customers, PIECE):
        yield Progress("smoothing", start / customers)
        piece = slice(start, start + PIECE)
        values, labels = column.values[piece], segmentation.labels[piece]
        kept = (values >= span.low) & (values <= span.high)
        if column.known is not None:
            kept &= column.known[piece]
        places = np.log1p(values[kept]) if span.log else values[kept]
        cell = np.clip((places - low) * (cells / (high - low)), 0, cells - 1).astype(np.intp)
        cell += labels[kept].astype(np.intp) * cells
        table += np.bincount(cell, minlength=table.size).reshape(table.shape)
    return table

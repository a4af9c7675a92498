"""How customers were spread when a model was made: bins of every feature, and how far they lay from their centres.

A number has the deciles of its customers for bins (as few as there are different ones), any other feature one bin for
every level that became a column. Everything is counted on all customers; nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.deliver.scoring import Seen
from segtui.gather.scan import in_background
from segtui.prepare import clean, ordinal
from segtui.prepare.matrix import in_scale
from segtui.prepare.parts import gaps_of, says_missing
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Labels, MatrixColumn

    Counts = NDArray[np.int64]

DOING = "describing the model"

BINS = 10
"""Bins of a number: deciles, as is customary for the population stability index."""

FAR_SHARE = 0.01
"""Share of the customers that lie farther from their centre than what counts as far."""

BLOCK = 16_384
"""Customers brought to scale at a time."""

COUNTED = 131_072
"""Numbers put into bins at a time."""


# -- distances -------------------------------------------------------------------------------------------------


def far_from(frame: pl.DataFrame, columns: Sequence[MatrixColumn], labels: Labels, centroids: Floats) -> Steps[float]:
    """The distance to the own centroid that FAR_SHARE of the customers (rounded down) exceed.

    frame: original units. Distances are those that scoring the same customers gives.
    """
    away = np.empty(len(labels))
    for start in range(0, len(labels), BLOCK):
        part = frame[start : start + BLOCK]
        points = yield from points_of(part, columns)
        away[start : start + BLOCK] = distances(points, labels[start : start + BLOCK], centroids)
        yield Progress(DOING, start / len(labels), f"{start:,} of {len(labels):,} customers")
    beyond = int(np.floor(FAR_SHARE * len(away) + 1e-9))  # rounding must not lose one
    place = len(away) - 1 - beyond
    return (yield from in_background(lambda: float(np.partition(away, place)[place]), DOING))


def points_of(frame: pl.DataFrame, columns: Sequence[MatrixColumn]) -> Steps[Floats]:
    """Customers in the scaled, weighted space, float64 (columns, customers)."""
    values = {name: frame[name] for name in dict.fromkeys(column.feature for column in columns)}
    return (yield from in_scale(values, columns, frame.height))


def distances(points: Floats, labels: Labels, centroids: Floats) -> Floats:
    """Euclidean distance of each customer to the centroid of its own cluster, column after column."""
    total = np.zeros(points.shape[1])
    own = labels.astype(np.intp)
    for column, centres in zip(points, centroids.T, strict=True):
        total += np.square(column - centres[own])
    away: Floats = np.sqrt(total)
    return away


# -- bins ------------------------------------------------------------------------------------------------------


def seen_in(values: pl.Series, columns: Sequence[MatrixColumn]) -> Steps[Seen]:
    """The bins of one feature and the shares in them. columns: those that the feature became."""
    yield Progress(DOING, None, values.name)
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    if is_number(columns):
        edges = yield from in_background(lambda: _deciles(clean.numbers(values)), DOING)
    else:
        levels = levels_of(columns, values)
    counts = yield from counts_of(values, Seen(values.name, edges, levels, ()), columns)
    total = max(1, int(counts.sum()))
    return Seen(values.name, edges, levels, tuple(float(count) / total for count in counts))


def counts_of(values: pl.Series, seen: Seen, columns: Sequence[MatrixColumn]) -> Steps[Counts]:
    """How many customers are in each bin of `seen`, then how many have no value."""
    if is_number(columns):
        return (yield from _counted(clean.numbers(values), seen.edges))
    order = order_of(columns)
    separator = next((column.separator for column in columns if column.separator), "")

    def count() -> Counts:
        return _on_scale(values, order) if order else _at_levels(values, seen.levels, separator)

    return (yield from in_background(count, DOING))


def is_number(columns: Sequence[MatrixColumn]) -> bool:
    """Whether a feature is a quantity, and neither a scale of words nor a block of levels."""
    return any(column.transform is not None and not column.transform.order for column in columns)


def order_of(columns: Sequence[MatrixColumn]) -> tuple[str, ...]:
    """The levels of an ordinal feature, lowest first; () of any other."""
    return next((column.transform.order for column in columns if column.transform is not None), ())


def levels_of(columns: Sequence[MatrixColumn], values: pl.Series) -> tuple[str, ...]:
    """The levels or labels that are bins: no value, and all other levels, have bins of their own anyway."""
    if order := order_of(columns):
        return order
    named = (column.level for column in columns if column.level is not None and not says_missing(column, values))
    return tuple(level for level in named if level not in (clean.MISSING_LEVEL, clean.OTHER_LEVEL))


def _deciles(values: Floats) -> tuple[float, ...]:
    """Values of the data at every tenth of the ranks; what none of them lies below is no edge."""
    there = np.sort(values[~np.isnan(values)])
    if not there.size:
        return ()
    places = [there.size * step // BINS for step in range(1, BINS)]
    return tuple(float(edge) for edge in np.unique(there[places]) if edge > there[0])


def _counted(values: Floats, edges: tuple[float, ...]) -> Steps[Counts]:
    bins = len(edges) + 1
    counts = np.zeros(bins + 1, dtype=np.int64)
    table = np.array(edges)
    for start in range(0, len(values), COUNTED):
        part = values[start : start + COUNTED]
        gaps = np.isnan(part)
        places = np.where(gaps, bins, np.searchsorted(table, part, side="right"))
        counts += np.bincount(places, minlength=bins + 1)
        yield Progress(DOING, start / len(values))
    return counts


def _at_levels(values: pl.Series, levels: Sequence[str], separator: str) -> Counts:
    """By text; separator: between the labels of one cell, "" where a cell is one level."""
    counts = clean.level_counts(values)
    missing = values.len() - int(counts["customers"].sum())
    if separator:
        counts = counts.with_columns(pl.col("level").str.split(separator)).explode("level")
        counts = counts.with_columns(pl.col("level").str.strip_chars()).filter(pl.col("level") != "")
        counts = counts.group_by("level").agg(pl.col("customers").sum())
    at = {str(level): int(count) for level, count in counts.iter_rows()}
    known = [at.pop(level, 0) for level in levels]
    return np.array([*known, sum(at.values()), missing], dtype=np.int64)


def _on_scale(values: pl.Series, order: tuple[str, ...]) -> Counts:
    """By score: levels are found however they are spelled; what is off the scale is among the others."""
    scores = ordinal.scores(values, order)
    gaps = np.isnan(scores)
    empty = int(gaps_of(values).sum())
    counts = np.bincount(scores[~gaps].astype(np.int64), minlength=len(order) + 1)[1:]
    return np.array([*counts, int(gaps.sum()) - empty, empty], dtype=np.int64)

"""The within transformation: what is left of a column when item and week effects are taken out of it.

Item effects are means. What weeks add is found exactly (Frisch & Waugh 1933): with N the counts of rows by item and
week, the week effects solve (diag(rows by week) - N' diag(1 / rows by item) N) g = the week sums of what the item means
left. That is one system as large as there are weeks; it has no single answer (a constant may go to either side, and
parts of a panel that share nothing have one each), and the shortest answer leaves the same residuals as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import Floats, Rows

PIECE = 500_000
"""Cells of item and week that are multiplied in one piece."""


def without_item(values: Floats, item: Rows) -> Floats:
    """Each value less the mean of its item. item: numbers from 0."""
    number = int(item.max()) + 1
    rows = np.maximum(np.bincount(item, minlength=number), 1)
    result: Floats = values - (np.bincount(item, weights=values, minlength=number) / rows)[item]
    return result


def without_item_and_week(columns: Floats, item: Rows, week: Rows) -> Steps[Floats]:
    """What is left of each of columns (columns, rows). item, week: numbers from 0, each used."""
    items, weeks = int(item.max()) + 1, int(week.max()) + 1
    rows = np.bincount(item, minlength=items)
    left = np.array([without_item(column, item) for column in columns])
    gram = yield from _gram(item, week, items, weeks)
    sums = np.array([np.bincount(week, weights=column, minlength=weeks) for column in left])
    effects = np.linalg.lstsq(gram, sums.T, rcond=1e-12)[0].T
    for column, effect in zip(left, effects, strict=True):
        added = effect[week]
        column -= added - (np.bincount(item, weights=added, minlength=items) / rows)[item]
    return left


def _gram(item: Rows, week: Rows, items: int, weeks: int) -> Steps[Floats]:
    """diag(rows by week) - N' diag(1 / rows by item) N (weeks, weeks)."""
    gram = np.diag(np.bincount(week, minlength=weeks).astype(np.float64))
    order = np.argsort(item, kind="stable")
    item, week = item[order], week[order]
    at_once = max(1, PIECE // weeks)
    for start in range(0, items, at_once):
        stop = min(items, start + at_once)
        low, high = np.searchsorted(item, [start, stop])
        place = (item[low:high] - start) * weeks + week[low:high]
        counts = np.bincount(place, minlength=(stop - start) * weeks).reshape(-1, weeks).astype(np.float64)
        gram -= (counts / counts.sum(axis=1, keepdims=True)).T @ counts
        yield Progress("taking out item and week effects", start / items)
    return gram

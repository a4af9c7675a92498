"""What segments know of orders that no feature saw (METHODS B9): the only judge that has no space of its own.

Customers are made of the orders before a day, and what they did in the days after it is the outcome. The share of its
variance that lies between segments (eta squared) can be compared between every k, scale and set of features, with the
customary RFM table, and with a linear model on the same columns, which need not throw away what segments do. Segments
fitted without the outcome reach (groups - 1) / (customers - 1) by chance alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster import rfm
from segtui.cluster.product import BLOCK_WORK, SHORTEST
from segtui.evidence import Later
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from segtui.results import Floats, Floats32, Labels

NOBODY = 255
"""The label of a customer who has no part in a fit."""

COLLINEAR = 1e-12
"""A direction with this share of the variance of the widest one is rounding (float32 rounds at 6e-8, squared 4e-15)."""

BLOCKS = 64
"""Blocks of customers between two chances to stop or step aside; a few milliseconds."""

DOING = "fitting a linear model"


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """What customers did later, float64, one value per customer in canonical order.

    spend: log(1 + what they spent), nothing where they gave back more than they bought. active: 1 where they ordered.
    """

    spend: Floats
    active: Floats

    @classmethod
    def of(cls, outcome: pl.DataFrame) -> Outcome:
        """From `RollUp.outcome`: the columns `orders` and `spend`; no value means none."""
        orders = outcome["orders"].fill_null(0).to_numpy().astype(np.float64)
        spend = outcome["spend"].fill_null(0).to_numpy().astype(np.float64)
        return cls(np.log1p(np.maximum(spend, 0.0)), (orders > 0).astype(np.float64))

    @property
    def share_active(self) -> float:
        """The share of customers who ordered; 0 where there are none."""
        return float(self.active.mean()) if self.active.size else 0.0


# -- by groups -----------------------------------------------------------------------------------------------


def later(outcome: Outcome, labels: Labels) -> Later:
    """What the labels of the same customers know of it; those of NOBODY are left out."""
    there = labels != NOBODY
    inside = labels[there]
    return Later(eta_squared(outcome.spend[there], inside), eta_squared(outcome.active[there], inside))


def eta_squared(values: Floats, labels: Labels) -> float | None:
    """1 - SS_within / SS_total: how much of the variance of `values` lies between groups; None where nothing varies."""
    if not values.size or values.min() == values.max():  # sums would leave a rest of rounding to explain
        return None
    which = labels.astype(np.intp)
    counts = np.bincount(which)
    means = np.bincount(which, values) / np.maximum(counts, 1)
    within = float(np.square(values - means[which]).sum())
    return max(0.0, 1.0 - within / float(np.square(values - values.mean()).sum()))


def rfm_table(outcome: Outcome, recency: Floats, frequency: Floats, monetary: Floats) -> Later:
    """What the ten names of the RFM table (`rfm.TABLE`) know of it. Raises AnalysisError below five customers."""
    groups, _ = rfm.named(*rfm.scores(recency, frequency, monetary))
    return later(outcome, groups)


# -- by a linear model ---------------------------------------------------------------------------------------


def linear(outcome: Outcome, values: Floats32) -> Steps[Later]:
    """R squared of ordinary least squares with an intercept on the columns of `values` (columns, the same customers).

    With C the correlations of the columns and c theirs with the outcome, R squared = c' C^-1 c. Along its axes C is
    diagonal; axes with no variance to speak of (columns that follow from others, all levels of a nominal feature) are
    left out, which changes no fitted value. Not adjusted for the number of columns. A ceiling for what is linear only:
    many segments may follow a bend and end above it.
    """
    products = yield from _products(outcome, values)
    spread = np.sqrt(np.diagonal(products))
    varies = np.flatnonzero(spread[:-2] > 0)
    scale = spread[varies]
    size, axes = np.linalg.eigh(products[np.ix_(varies, varies)] / np.outer(scale, scale))
    kept = size > COLLINEAR * size.max(initial=0.0)
    along = axes[:, kept] / np.sqrt(size[kept])
    spend, active = (_explained(products[varies, row] / scale, along, float(spread[row])) for row in (-2, -1))
    return Later(spend, active)


def _explained(shared: Floats, along: Floats, spread: float) -> float | None:
    """|c|^2 along the axes of C; None where the outcome does not vary. shared: c times `spread`."""
    return min(1.0, float(np.square(shared / spread @ along).sum())) if spread > 0 else None


def _products(outcome: Outcome, values: Floats32) -> Steps[Floats]:
    """Sums of products about the means (columns + 2, columns + 2), float64; spend and active are the last two rows."""
    rows, customers = len(values) + 2, values.shape[1]
    block = max(SHORTEST, 1 << max(0, (BLOCK_WORK // rows**2).bit_length() - 1))
    parts = [slice(start, start + BLOCKS * block) for start in range(0, customers, BLOCKS * block)]
    # Counted from the first customer, a constant column is exactly 0, and one far from 0 loses nothing.
    centre = _rows(outcome, values, slice(0, 1), np.zeros((rows, 1)))
    shift = np.zeros((rows, 1))
    for done, part in enumerate(parts):
        yield Progress(DOING, 0.5 * done / len(parts))
        shift += _rows(outcome, values, part, centre).sum(axis=1, keepdims=True) / customers
    total = np.zeros((rows, rows))
    for done, part in enumerate(parts):
        yield Progress(DOING, 0.5 + 0.5 * done / len(parts))
        for product in _squares(_rows(outcome, values, part, centre + shift), block):
            total += product
    return total


def _rows(outcome: Outcome, values: Floats32, part: slice, origin: Floats) -> Floats:
    """Columns and outcomes of some customers, less `origin` (rows, 1)."""
    rows: Floats = np.vstack((values[:, part], outcome.spend[None, part], outcome.active[None, part]))
    rows -= origin
    return rows


def _squares(rows: Floats, block: int) -> Iterator[Floats]:
    """rows (a, customers) times itself, in blocks so small that no thread helps: the same bits on any number of them
    (`product` has the story)."""
    whole = rows.shape[1] - rows.shape[1] % block
    stack = rows[:, :whole].reshape(len(rows), -1, block).transpose(1, 0, 2)
    yield np.matmul(stack, stack.transpose(0, 2, 1)).sum(axis=0)
    yield rows[:, whole:] @ rows[:, whole:].T

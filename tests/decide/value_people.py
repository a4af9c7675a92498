"""Simulated customers: order and leave as BG/NBD says, spend as gamma-gamma says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.decide.value_history import History, Holdout
from segtui.decided.value import OrderModel, SpendModel

if TYPE_CHECKING:
    from segtui.results import Floats

ORDERS = OrderModel(0.8, 10.0, 0.6, 2.5)
SPEND = SpendModel(6.0, 4.0, 15.0)


def people(
    customers: int,
    seed: int,
    model: OrderModel = ORDERS,
    spend: SpendModel = SPEND,
    span: float = 80.0,
    after: float = 26.0,
    trend: float = 1.0,
) -> tuple[History, Holdout]:
    """What they did until the snapshot, and in the `after` weeks that follow, there `trend` times as fast."""
    draw = np.random.default_rng(seed)
    T = draw.uniform(span / 2, span, customers)
    rate = draw.gamma(model.r, 1 / model.alpha, customers)
    leaves = draw.beta(model.a, model.b, customers)
    nu = draw.gamma(spend.q, 1 / spend.v, customers)
    x, t_x, total = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    orders, money = np.zeros(customers), np.zeros(customers)
    now, there = np.zeros(customers), np.ones(customers, dtype=bool)
    while there.any():
        gap = draw.exponential(1 / np.maximum(rate, 1e-12))
        late = np.maximum(0.0, now + gap - T) - np.maximum(0.0, now - T)  # the part of the gap after the snapshot
        now = np.where(there, now + gap - late * (1 - 1 / trend), now)
        there &= now < T + after
        paid = np.where(there, draw.gamma(spend.p, 1 / nu), 0.0)
        before = there & (now < T)
        x += before
        t_x = np.where(before, now, t_x)
        total += paid * before
        orders += there & ~before
        money += paid * (there & ~before)
        there &= draw.random(customers) > leaves
    mean = np.divide(total, x, out=np.full(customers, np.nan), where=x > 0)
    return History.plain(x, t_x, T, mean), Holdout(after, orders, money)


def arrays(*values: float) -> tuple[Floats, ...]:
    """One customer as arrays of one value."""
    return tuple(np.array([float(value)]) for value in values)

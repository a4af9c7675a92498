"""What customers are worth over a horizon: gates, two models, what they expect of customers, and the holdout.

What sorts all customers runs on a thread of its own: a sort cannot be cut into pieces, but it lets others run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.decide import value_bgnbd, value_check, value_gates, value_spend
from segtui.decide.value_bgnbd import OrderRows
from segtui.decide.value_spend import SpendRows
from segtui.decide.value_sums import Expected, Worth
from segtui.decided.value import Gate, LifetimeValue, OrderModel, SpendModel
from segtui.errors import AnalysisError
from segtui.gather.scan import in_background
from segtui.progress import Progress, Steps, as_part

if TYPE_CHECKING:
    from segtui.decide.value_fit import Optimum
    from segtui.decide.value_history import History, Holdout
    from segtui.results import Floats, Labels

DOING = "working out customer value"

YEAR = 52.0
"""Weeks of the customary horizon."""

BLOCK = 5_000
"""Histories whose orders are worked out between two chances to stop; a few milliseconds."""

NUDGE = 1e-3
"""Step in log parameters for the change of a sum with them."""


def lifetime_value(
    history: History,
    labels: Labels,
    letters: Sequence[str],
    weeks: float = YEAR,
    holdout: Holdout | None = None,
) -> Steps[LifetimeValue]:
    """What is expected of customers in the `weeks` after the snapshot, or why nothing is.

    labels: uint8, every customer in canonical order, the place of their segment in `letters`, 255 for none. holdout:
    what they did after the snapshot, which nothing here is fitted on. Where it shows the models off, they are refused
    (`decided.value.BAND`). Raises AnalysisError for a horizon that is none.
    """
    if not weeks > 0 or not np.isfinite(weeks):
        raise AnalysisError(f"{weeks} weeks are no horizon", hint="Ask for a number of weeks above 0.")
    gates = value_gates.of_history(history, weeks)
    refused = value_gates.shut(gates, "orders")
    if refused:
        return LifetimeValue(weeks, gates, refused=refused, no_alive=refused, no_value=refused)
    rows = yield from in_background(lambda: OrderRows.of(history.x, history.t_x, history.T), DOING)
    model, found = yield from as_part(value_bgnbd.fit(rows), DOING, 0.0, 0.6)
    gates += value_gates.of_orders(model, found)
    refused = value_gates.shut(gates, "orders")
    if refused:
        return LifetimeValue(weeks, gates, refused=refused, no_alive=refused, no_value=refused)
    money = yield from as_part(_money(history), DOING, 0.6, 0.1)
    work = _Work(history, rows, model, found, money, value_check.inside(labels, history.who), tuple(letters))
    made = LifetimeValue(
        weeks,
        gates + money.gates,
        orders=model,
        spend=money.model,
        no_alive=value_gates.shut(gates, "alive"),
        no_value=value_gates.shut(money.gates, "value"),
    )
    if holdout is not None:
        made = yield from work.checked(made, holdout)
    return made if made.refused else (yield from work.forecast(made))


@dataclass(frozen=True, eq=False, slots=True)
class _Money:
    """The model of spend where there is one, and what the next order of everybody brings."""

    gates: tuple[Gate, ...]
    model: SpendModel | None = None
    found: Optimum | None = None


def _money(history: History) -> Steps[_Money]:
    gates = value_gates.of_money(history)
    if value_gates.shut(gates, "value"):
        return _Money(gates)
    rows = yield from in_background(lambda: SpendRows.of(history.x, history.spend), value_spend.DOING)
    model, found = yield from value_spend.fit(rows)
    gates += (value_gates.of_spend(model, found),)
    return _Money(gates) if value_gates.shut(gates, "value") else _Money(gates, model, found)


@dataclass(frozen=True, eq=False, slots=True)
class _Work:
    """Everything expectations are made of. labels: of those who ordered."""

    history: History
    rows: OrderRows
    model: OrderModel
    found: Optimum
    money: _Money
    labels: Labels
    letters: tuple[str, ...]

    def checked(self, made: LifetimeValue, holdout: Holdout) -> Steps[LifetimeValue]:
        """With the calibration, and refused where it is off."""
        orders = yield from self.orders(self.model, holdout.weeks)
        observed = holdout.orders[self.history.who]
        money = None
        if self.money.model is not None and holdout.spend is not None:
            money = orders * self.next_order(self.money.model), holdout.spend[self.history.who]
        before = self.history.x / np.maximum(self.history.T, 1e-9)
        found = yield from in_background(
            lambda: value_check.calibrate(holdout.weeks, orders, observed, money, before, self.labels, self.letters),
            DOING,
        )
        refused = value_check.refusal(found.orders, "orders", holdout.weeks)
        lost = value_check.refusal(found.spend, "of spend", holdout.weeks) if found.spend else ""
        return replace(
            made,
            calibration=found,
            refused=refused,
            no_alive=made.no_alive or refused,
            no_value=made.no_value or refused or lost,
            spend=None if refused or lost else made.spend,
        )

    def forecast(self, made: LifetimeValue) -> Steps[LifetimeValue]:
        """With expectations per customer and segment."""
        history = self.history
        orders = yield from self.orders(self.model, made.weeks)
        alive, worth = None, None
        if not made.no_alive:
            alive = value_bgnbd.alive(self.model, history.x, history.t_x, history.T)
        if made.spend is not None and self.money.found is not None:
            spend_tilts = yield from self.spend_tilts(made.spend)
            worth = Worth(self.next_order(made.spend), spend_tilts, self.money.found.covariance(range(3)))
        tilts = yield from self.tilts(made.weeks)
        expected = Expected(orders, alive, tilts, self.covariance(), worth)
        parts = [(letter, np.flatnonzero(self.labels == place)) for place, letter in enumerate(self.letters)]
        segments = []
        for letter, at in parts:
            doubts, unjudged = value_check.borne_out(made.calibration, letter, money=not made.no_value)
            own = expected.of(letter, at, not doubts)
            segments.append(replace(own, doubts=doubts, unjudged=unjudged))
            yield Progress(DOING, 0.95)
        everybody = expected.of("all", np.arange(len(orders)), True)
        yield Progress(DOING, 0.98)
        return replace(
            made,
            segments=tuple(segments),
            all=everybody,
            alive=None if alive is None else self.spread(alive),
            expected_orders=self.spread(orders),
            value=None if worth is None else self.spread(orders * worth.next_order),
        )

    def spend_tilts(self, model: SpendModel) -> Steps[Floats]:
        """The change of what an order brings with log p, log q and log v: (3, customers)."""
        tilts = np.empty((3, len(self.history.x)))
        for place, name in enumerate(("p", "q", "v")):
            yield Progress(DOING, 0.9)
            up, down = (replace(model, **{name: getattr(model, name) * np.exp(step)}) for step in (NUDGE, -NUDGE))
            tilts[place] = (self.next_order(up) - self.next_order(down)) / (2 * NUDGE)
        return tilts

    def covariance(self) -> Floats | None:
        """Of the log parameters of orders; where nobody leaves a and b have no say, and are taken as known."""
        return self.found.covariance(range(4) if value_gates.leaves(self.model, self.found) else range(2))

    def tilts(self, weeks: float) -> Steps[Floats | None]:
        """The change of expected orders with log r, log alpha, log a and log b: (4, customers); None where the
        parameters' uncertainty is not known."""
        if self.covariance() is None:
            return None
        tilts = np.zeros((4, len(self.history.x)))
        names = ("r", "alpha", "a", "b") if value_gates.leaves(self.model, self.found) else ("r", "alpha")
        for place, name in enumerate(names):
            value = getattr(self.model, name)
            up = yield from self.orders(replace(self.model, **{name: value * np.exp(NUDGE)}), weeks)
            down = yield from self.orders(replace(self.model, **{name: value * np.exp(-NUDGE)}), weeks)
            tilts[place] = (up - down) / (2 * NUDGE)
        return tilts

    def orders(self, model: OrderModel, weeks: float) -> Steps[Floats]:
        """Expected orders per customer who ordered; equal histories are worked out once."""
        rows = self.rows
        found = np.empty(len(rows.x))
        for start in range(0, len(rows.x), BLOCK):
            part = slice(start, start + BLOCK)
            found[part] = value_bgnbd.expected_orders(model, weeks, rows.x[part], rows.t_x[part], rows.T[part])
            yield Progress(DOING, 0.7 + 0.2 * start / len(rows.x))
        each: Floats = found[rows.row]
        return each

    def next_order(self, model: SpendModel) -> Floats:
        """What the next order of everybody who ordered is expected to bring."""
        return value_spend.expected_spend(model, self.history.x, self.history.spend)

    def spread(self, values: Floats) -> Floats:
        """Over all customers in canonical order, NaN for who never ordered."""
        whole = np.full(self.history.customers, np.nan)
        whole[self.history.who] = values
        return whole

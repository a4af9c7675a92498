"""What the data must meet before anything is said of the future: gates in plain words, each with its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.decide.value_spend import correlation
from segtui.decided.value import Gate

if TYPE_CHECKING:
    from segtui.decide.value_fit import Optimum
    from segtui.decide.value_history import History
    from segtui.decided.value import OrderModel, SpendModel

REPEATERS = 100
"""Customers with a repeat order (and with a known spend) that a model needs (ours)."""

SHORTEST = 13.0
"""Weeks of history below which nobody has had the time to come back (ours)."""

GAPS_SEEN = 3.0
"""How many usual gaps between orders the history must span (ours): with fewer, a pause looks like leaving."""

BY_CALENDAR = 0.3
"""A median coefficient of variation of the gaps below this is a timetable (ours). Chance gives about .6 to .7 at
three gaps and up to 1 with more; a monthly bill gives .05."""

TELLABLE = 50
"""Customers with enough gaps below which their regularity is not judged."""

TIED = 0.3
"""Correlation of spend and number of orders from which they are not independent (METHODS E5)."""

BUSIEST = 7.0
"""Orders a week of the mean customer above which a model of days cannot be right."""

LEAVING = 1e-3
"""A mean chance to leave after an order below this is none: the likelihood is flat there (ours)."""

TAIL = 1.05
"""The gamma-gamma model's mean runs off as q nears 1."""


def of_history(history: History, weeks: float) -> tuple[Gate, ...]:
    """What can be said before a fit. weeks: the horizon."""
    again = history.x > 0
    repeaters, span = int(again.sum()), float(history.T.max(initial=0.0))
    gates = [
        Gate(
            "repeaters",
            "enough repeat customers",
            repeaters >= REPEATERS,
            f"{repeaters:,} customers ordered on a second day; a model needs {REPEATERS}",
            "orders",
        )
    ]
    gap = float(np.median(history.t_x[again] / history.x[again])) if repeaters else 0.0
    needed = max(SHORTEST, GAPS_SEEN * gap)
    gates.append(
        Gate(
            "history",
            "a long enough history",
            span >= needed,
            f"orders go back {span:.0f} weeks; {needed:.0f} are needed, where {gap:.1f} lie between two orders",
            "orders",
        )
    )
    gates.append(
        Gate(
            "horizon",
            "a horizon within what was seen",
            weeks <= span,
            f"{weeks:.0f} weeks ahead from {span:.0f} weeks of history; no further ahead than back",
            "orders",
        )
    )
    gates.append(_by_chance(history))
    return tuple(gates)


def _by_chance(history: History) -> Gate:
    told = history.regularity[np.isfinite(history.regularity)]
    title = "orders by choice, not by contract"
    if len(told) < TELLABLE:
        return Gate("contract", title, True, "too few customers with four orders to tell a timetable", "orders")
    usual = float(np.median(told))
    why = f"gaps between orders vary by {usual:.2f} of their mean"
    if usual < BY_CALENDAR:
        why += "; this looks like a subscription, whose customers leave by cancelling: look at cancellations instead"
    return Gate("contract", title, usual >= BY_CALENDAR, why, "orders")


def of_orders(model: OrderModel, found: Optimum) -> tuple[Gate, ...]:
    """Whether the fitted model of orders can be meant."""
    names = ("r", "alpha", "a", "b")
    odd = [names[which] for which in found.edges if which < 2]  # a and b have a gate of their own
    fits = found.converged and not odd and np.isfinite(found.height)
    if not found.converged:
        why = "the search for the model ended without an answer"
    elif odd:
        why = f"{' and '.join(odd)} ran to the edge of what is allowed: customers do not differ as the model supposes"
    else:
        why = f"{found.agreed} of {found.starts} starts ended at the same model"
    sensible = model.rate <= BUSIEST
    return (
        Gate("fit", "a model that fits", bool(fits), why, "orders"),
        Gate(
            "rate",
            "a plausible rate of orders",
            sensible,
            f"the mean customer orders {model.rate:.3g} times a week"
            + ("" if sensible else "; check the unit of time"),
            "orders",
        ),
        Gate(
            "leaving",
            "customers who leave",
            leaves(model, found),
            f"the mean chance to leave after an order is {model.leaving:.2g}"
            if leaves(model, found)
            else "the orders look as if nobody ever left, so who has left cannot be told, and all count as alive",
            "alive",
        ),
    )


def leaves(model: OrderModel, found: Optimum) -> bool:
    """Whether a and b mean anything."""
    return model.leaving >= LEAVING and not {2, 3} & set(found.edges)


def of_money(history: History) -> tuple[Gate, ...]:
    """What can be said of spend before a fit."""
    known = int((np.isfinite(history.spend) & (history.spend > 0) & (history.x > 0)).sum())
    tie = correlation(history.x, history.spend)
    loose = tie is None or abs(tie) < TIED
    why = "either does not vary" if tie is None else f"spend and number of orders correlate at {tie:.2f}"
    return (
        Gate(
            "spend",
            "enough customers with a known spend",
            known >= REPEATERS,
            f"{known:,} repeat customers have a known, positive spend; a model needs {REPEATERS}",
            "value",
        ),
        Gate(
            "independence",
            "spend apart from frequency",
            loose,
            why + ("" if loose else f"; from {TIED} on, one cannot be multiplied by the other"),
            "value",
        ),
    )


def of_spend(model: SpendModel, found: Optimum) -> Gate:
    """Whether the fitted model of spend can be meant."""
    fits = found.converged and not found.edges and model.q > TAIL
    if fits:
        why = f"an order of the mean customer brings {model.mean:,.2f}"
    elif found.converged and not found.edges:
        why = f"q is {model.q:.2f}: a few very large orders leave the mean without a limit"
    else:
        why = "the search for a model of spend ended without a plausible answer"
    return Gate("spend_fit", "a model of spend that fits", fits, why, "value")


def shut(gates: tuple[Gate, ...], stops: str) -> str:
    """Why something is not said, in words: every shut gate that stops it; "" where none does."""
    return "; ".join(gate.why for gate in gates if not gate.open and gate.stops == stops)

"""Order lines as the histories that models of value read: when customers ordered again, and what it brought.

An order is a day on which a customer ordered, with one order number or many: the models know no time shorter than that,
and two orders of a day are one decision. A day of nothing but returns is no order; its money counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from segtui.results import Floats, Rows

OWNER, ORDER, DAY, AMOUNT = "owner", "order", "day", "amount"
"""The columns of lines: the place of the customer in canonical order (int64, -1 nobody), the order, a date, money."""

DOING = "reading the histories of customers"

DAYS = 7.0
"""Days a week: the unit of time here is the week."""

LINES = 100_000
"""Lines summed up between two chances to stop; a few milliseconds."""

GAPS = 3
"""Gaps between orders from which on their regularity can be told."""


@dataclass(frozen=True, eq=False, slots=True)
class History:
    """What is known of customers at the snapshot; float64, one value per customer who ordered, in canonical order.

    who: (rows,) their positions among all `customers`. x: repeat orders. t_x: weeks from the first order to the last.
    T: weeks from the first order to the snapshot. spend: the mean of what a repeat order brought, NaN where not known
    or where there is none. regularity: the coefficient of variation of the gaps between orders (about 1 where they come
    by chance, 0 where by the calendar), NaN with fewer than GAPS gaps.

    Raises AnalysisError for histories that cannot be: they come of mixed units or a snapshot before the last order.
    """

    who: Rows
    customers: int
    x: Floats
    t_x: Floats
    T: Floats
    spend: Floats
    regularity: Floats

    def __post_init__(self) -> None:
        times = np.stack((self.x, self.t_x, self.T))
        if not np.isfinite(times).all() or (times < 0).any():
            raise _impossible("some times or numbers of orders are below zero or missing")
        if (self.t_x > self.T).any():
            raise _impossible(f"{int((self.t_x > self.T).sum()):,} customers have an order after the snapshot")
        if ((self.x == 0) != (self.t_x == 0)).any() or (self.x != np.floor(self.x)).any():
            raise _impossible("numbers of repeat orders and the times of the last one do not go together")

    @classmethod
    def plain(cls, x: Floats, t_x: Floats, T: Floats, spend: Floats | None = None) -> History:
        """Of arrays alone, one value for every customer, weeks."""
        nothing = np.full(len(x), np.nan)
        who = np.arange(len(x), dtype=np.int64)
        return cls(who, len(x), x, t_x, T, nothing if spend is None else spend, nothing)


@dataclass(frozen=True, eq=False, slots=True)
class Holdout:
    """What customers did in the `weeks` after the snapshot: float64, (customers,) in canonical order.

    orders: days with an order. spend: money, returns deducted; None where the lines have none.
    """

    weeks: float
    orders: Floats
    spend: Floats | None


def history_of(lines: pl.DataFrame, customers: int, snapshot: date) -> Steps[History]:
    """The histories from lines before `snapshot`, a day that sees no order of its own. lines: OWNER, DAY, and AMOUNT
    where there is money. Raises AnalysisError where nobody ordered."""
    days = yield from _days(lines.filter(pl.col(DAY) < snapshot))
    if not days.owner.size:
        raise AnalysisError(f"nobody ordered before {snapshot}", hint="Choose a later snapshot.")
    bought = np.flatnonzero(days.bought)
    owner, day = days.owner[bought], days.day[bought]
    first = np.ones(len(owner), dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    start = np.flatnonzero(first)
    who = owner[start]
    x = np.diff(np.append(start, len(owner))).astype(np.float64) - 1.0
    begin, end = day[start], day[np.append(start[1:], len(owner)) - 1]
    yield Progress(DOING, 0.9)
    today = np.datetime64(snapshot, "D").astype(np.int64)
    spend = _spend(days, who, begin, x)
    gaps = _regularity(np.diff(day), ~first[1:], np.cumsum(first)[1:] - 1, len(who))
    return History(who, customers, x, (end - begin) / DAYS, (today - begin) / DAYS, spend, gaps)


def holdout_of(lines: pl.DataFrame, customers: int, start: date, end: date) -> Steps[Holdout]:
    """What customers did from `start` on and before `end`. lines: as in `history_of`."""
    days = yield from _days(lines.filter((pl.col(DAY) >= start) & (pl.col(DAY) < end)))
    orders = np.bincount(days.owner[days.bought], minlength=customers).astype(np.float64)
    spend: Floats = np.bincount(days.owner, np.nan_to_num(days.amount), minlength=customers).astype(np.float64)
    return Holdout((end - start).days / DAYS, orders, spend if AMOUNT in lines.columns else None)


@dataclass(frozen=True, eq=False, slots=True)
class _Days:
    """Each customer's days with lines, sorted by customer and day. amount: NaN where no line knows it."""

    owner: Rows
    day: Rows
    amount: Floats
    bought: NDArray[np.bool_]


def _days(lines: pl.DataFrame) -> Steps[_Days]:
    """Lines summed up by customer and day, block after block: the same days of two blocks are added up at the end."""
    money = pl.col(AMOUNT) if AMOUNT in lines.columns else pl.lit(None, dtype=pl.Float64)
    ordered = lines.filter((pl.col(OWNER) >= 0) & pl.col(DAY).is_not_null()).select(
        OWNER, pl.col(DAY).cast(pl.Date).cast(pl.Int64), money.cast(pl.Float64).alias(AMOUNT)
    )
    yield Progress(DOING, 0.0)
    parts = []
    for start in range(0, max(1, ordered.height), LINES):
        parts.append(_summed(ordered.slice(start, LINES), (pl.col(AMOUNT) >= 0).fill_null(True)))
        yield Progress(DOING, 0.8 * start / max(1, ordered.height))
    days = _summed(pl.concat(parts), pl.col("bought")).sort(OWNER, DAY)
    amount = days[AMOUNT].to_numpy().astype(np.float64)
    known = days["known"].to_numpy()
    return _Days(
        days[OWNER].to_numpy().astype(np.int64),
        days[DAY].to_numpy().astype(np.int64),
        np.where(known, amount, np.nan),
        days["bought"].to_numpy(),
    )


def _summed(lines: pl.DataFrame, bought: pl.Expr) -> pl.DataFrame:
    known = pl.col("known") if "known" in lines.columns else pl.col(AMOUNT).is_not_null()
    return lines.group_by(OWNER, DAY, maintain_order=True).agg(
        pl.col(AMOUNT).sum(), bought.any().alias("bought"), known.any().alias("known")
    )


def _spend(days: _Days, who: Rows, begin: Rows, x: Floats) -> Floats:
    """All money after the first order, by the number of repeat orders; NaN where one of those days has none known."""
    place = np.searchsorted(who, days.owner)
    place[place == len(who)] = 0
    after = (who[place] == days.owner) & (days.day > begin[place])
    total = np.bincount(place[after], days.amount[after], minlength=len(who))
    spend: Floats = np.divide(total, x, out=np.full(len(who), np.nan), where=x > 0)
    return spend


def _regularity(gaps: Rows, inside: NDArray[np.bool_], owner: Rows, customers: int) -> Floats:
    """The coefficient of variation (n - 1) of each customer's gaps. inside: whether a gap lies within one customer."""
    gap, owner = gaps[inside].astype(np.float64), owner[inside]
    count = np.bincount(owner, minlength=customers)
    mean = np.bincount(owner, gap, minlength=customers) / np.maximum(count, 1)
    squares = np.bincount(owner, np.square(gap - mean[owner]), minlength=customers)
    enough = count >= GAPS
    spread = np.sqrt(squares[enough] / (count[enough] - 1))
    found = np.full(customers, np.nan)
    found[enough] = spread / mean[enough]
    return found


def _impossible(what: str) -> AnalysisError:
    return AnalysisError(
        f"these histories cannot be: {what}",
        hint="All times must be in weeks, counted from a customer's first order, and end at the snapshot.",
    )

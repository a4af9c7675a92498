"""How many customers an experiment takes, and what so many can show: Lehr's rule, for shares and for means.

Two arms of n customers each show a difference d with 80 % power at the 5 % level where n = 16 v / d^2 (Lehr 1992; 16
for 2 (1.96 + 0.84)^2 = 15.7). v is the variance of one customer: s^2 of money, and of the share who order q (1 - q)
with q half way between the arms. Arms of unequal size have the variance v (1 / n1 + 1 / n2) in place of 2 v / n, so
that d^2 = 8 v (1 / n1 + 1 / n2); equal arms give the rule back.
"""

from __future__ import annotations

from math import ceil, inf, sqrt

from segtui.decide.campaigns_words import money, percent, points
from segtui.decide.campaigns_worth import possible
from segtui.decided.campaigns import Experiment, Inputs, Realised

LEHR = 16.0
FEWEST = 10
"""Customers in an arm below which a share is not worth computing."""

UNKNOWN = "nobody knows it, so the most cautious one is taken"


def lehr(base: float, difference: float) -> int | None:
    """Customers per equal arm to tell a share `base` from base + difference; None where that leaves 0 to 1."""
    if difference == 0 or not 0 <= base + difference <= 1:
        return None
    middle = base + difference / 2
    return ceil(LEHR * middle * (1 - middle) / difference**2 - 1e-9)


def lehr_mean(spread: float, difference: float) -> int:
    """The same for a mean of values with this standard deviation. difference: not 0."""
    return ceil(LEHR * spread**2 / difference**2 - 1e-9)


def smallest(base: float, one: int, two: int) -> float | None:
    """The least rise above `base` that arms of these sizes show; None where base and rise would exceed 1.

    Solves d^2 = c (base + d / 2) (1 - base - d / 2) with c = 8 (1 / one + 1 / two), so that `lehr` of it is the size
    again. (4 sqrt(base (1 - base) / n), often quoted, leaves the d on the right out.)
    """
    if min(one, two) < 1:
        return None
    c = LEHR / 2 * (1 / one + 1 / two)
    linear, constant = c * (1 - 2 * base) / 2, c * base * (1 - base)
    square = 1 + c / 4
    rise = (linear + sqrt(linear**2 + 4 * square * constant)) / (2 * square)
    return rise if 0 < rise <= 1 - base else None


def smallest_mean(spread: float, one: int, two: int) -> float:
    """The least difference of means that arms of these sizes show; infinite without customers."""
    return spread * sqrt(LEHR / 2 * (1 / one + 1 / two)) if min(one, two) > 0 else inf


def enough_held(base: float, difference: float, customers: int) -> float | None:
    """The least share of `customers` to hold out, at most a half and rounded up to a whole per cent, that shows the
    difference; None where no share does. From h (1 - h) = 8 v / (d^2 customers)."""
    if difference == 0 or not 0 <= base + difference <= 1 or customers < 2:
        return None
    middle = base + difference / 2
    needed = LEHR / 2 * middle * (1 - middle) / (difference**2 * customers)
    if needed > 0.25:
        return None
    share = ceil(100 * (1 - sqrt(1 - 4 * needed)) / 2 - 1e-9) / 100
    return max(share, 0.01)


# -- of one segment --------------------------------------------------------------------------------------


def design(size: int, arms: tuple[str, str], inputs: Inputs, later: Realised | None, days: int | None) -> Experiment:
    """The experiment of a play on a segment of `size`. later: what it did in a holdout of so many days."""
    kept_back = round(size * inputs.held_out)
    sizes = (size - kept_back, kept_back)
    base, source = _base(inputs, later, days)
    least = smallest(base, *sizes)
    spend = smallest_mean(later.spread, *sizes) if later is not None and later.spread and kept_back else None
    mid = inputs.mid
    wanted = None if mid is None else lehr(base, mid)
    enough = None if mid is None else enough_held(base, mid, size)
    known = source != UNKNOWN
    refused = _refused(size, sizes, base, least, inputs, enough, known=known)
    said = [f"{arms[0].capitalize()}: about {sizes[0]:,}; {arms[1]}: about {sizes[1]:,} ({percent(inputs.held_out)})."]
    said.append(f"Share who order anyway: {percent(base)} ({source}).")
    if least is not None and min(sizes) >= FEWEST:
        said.append(f"These arms can show a difference of {points(least)} or more (80 % power, 5 % level).")
        if spend is not None:
            said.append(f"In money: {money(spend)} per customer or more.")
    if wanted is not None and mid is not None:
        said.append(f"{points(abs(mid))} take {wanted:,} customers in each of two equal arms.")
    if enough is not None and not refused and least is not None and mid is not None and least > abs(mid):
        said.append(f"Hold out {percent(enough)} to show {points(abs(mid))} here.")
    if refused:
        said.append(refused)
    return Experiment(
        arms, sizes, inputs.held_out, base, source, least, spend, wanted, enough, refused, tuple(said), known
    )


def _base(inputs: Inputs, later: Realised | None, days: int | None) -> tuple[float, str]:
    if inputs.base_rate is not None:
        return inputs.base_rate, "as entered"
    if later is not None:
        span = "" if days is None else f" in {days} days"
        return later.active, f"what the segment did{span} of the holdout"
    return 0.5, UNKNOWN


def _refused(
    size: int,
    sizes: tuple[int, int],
    base: float,
    least: float | None,
    inputs: Inputs,
    enough: float | None,
    *,
    known: bool,
) -> str:
    """Why no result could be read from the experiment; "" where one can."""
    if not sizes[1]:
        return "Nobody is held out, so that nothing can be compared: hold out some."
    if min(sizes) < FEWEST or least is None:
        return f"{size:,} customers are too few for an experiment: merge segments, or do without a result."
    if inputs.mid is not None and not possible(base, inputs.mid):
        if not known:
            return f"Nobody knows how many order anyway, so that {points(abs(inputs.mid))} cannot be planned for."
        way = "added" if inputs.mid > 0 else "taken away"
        return f"{percent(base)} order anyway, so that {points(abs(inputs.mid))} cannot be {way}."
    if inputs.mid is not None and enough is None and least > abs(inputs.mid):
        best = smallest(base, size - size // 2, size // 2)
        shown = "" if best is None else f" Even equal arms show no less than {points(best)}."
        return (
            f"{size:,} customers are too few to show {points(abs(inputs.mid))}.{shown} "
            "Merge segments, add up several campaigns, or do without a result."
        )
    return ""

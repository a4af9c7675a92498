"""Who still orders, and how often: the BG/NBD model (Fader, Hardie & Lee 2005; METHODS E5), in weeks.

While a customer lives, orders come at a rate lambda ~ Gamma(r, alpha); after each one the customer leaves with
probability p ~ Beta(a, b). What is left of a customer is x repeat orders, the last of them at t_x, seen until T.
Who has no repeat order has had no chance to leave, so the model takes such customers for alive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaln, digamma, gammaln

from segtui.decide.value_fit import maximise
from segtui.decided.value import OrderModel
from segtui.progress import Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.decide.value_fit import Optimum
    from segtui.results import Floats

DOING = "fitting the model of orders"

STARTS = ((0.5, 8.0, 0.8, 2.5), (1.0, 20.0, 0.3, 3.0), (0.2, 4.0, 1.5, 1.5), (2.0, 30.0, 0.05, 1.0))
"""r, alpha (weeks), a, b to start from; alpha is stretched by the mean age."""

CLOSE = 0.02
"""The closed form divides by a - 1, and has a pole where a + b + x - 1 is a whole number below 1; nearer than this, and
for customers whose sum is small, the integral is taken instead."""

TERMS, ROUNDING = 20_000, 1e-15
"""Of a series: the most terms, and the share of the sum that no longer counts."""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)


@dataclass(frozen=True, eq=False, slots=True)
class OrderRows:
    """Customers with the same history as one row, sorted: float64 (rows,) each.

    x: repeat orders; t_x, T: weeks from the first order to the last, and to the snapshot. count: customers a row.
    row: (customers,) the row of each.
    """

    x: Floats
    t_x: Floats
    T: Floats
    count: Floats
    row: NDArray[np.intp]

    @classmethod
    def of(cls, x: Floats, t_x: Floats, T: Floats) -> OrderRows:
        """From one value per customer."""
        order = np.lexsort((T, t_x, x))
        sorted_ = np.stack((x, t_x, T))[:, order]
        first = np.ones(len(x), dtype=bool)
        first[1:] = (sorted_[:, 1:] != sorted_[:, :-1]).any(axis=0)
        place = np.cumsum(first) - 1
        row = np.empty(len(x), dtype=np.intp)
        row[order] = place
        xs, t_xs, Ts = sorted_[:, first]
        return cls(xs, t_xs, Ts, np.bincount(place, minlength=len(xs)).astype(np.float64), row)


def log_likelihood(at: Floats, rows: OrderRows, part: slice = slice(None)) -> tuple[float, Floats]:
    """The log-likelihood of some rows and its gradient; at: log r, log alpha, log a, log b.

    ln L = lnG(r+x) - lnG(r) + r ln alpha + lnB(a, b+x) - lnB(a, b)
           + ln[(alpha+T)^-(r+x) + [x>0] a/(b+x-1) (alpha+t_x)^-(r+x)].
    """
    r, alpha, a, b = (float(value) for value in np.exp(at))
    x, count = rows.x[part], rows.count[part]
    seen, last = np.log(alpha + rows.T[part]), np.log(alpha + rows.t_x[part])
    left = _log_odds_left(r, a, b, x, seen, last)
    both = np.logaddexp(0.0, left)
    share = np.exp(left - both)  # the weight of having left
    # Sums of long rows are numpy's and not products of BLAS, whose bits hang on the number of threads.
    # What hangs on x alone is worked out once for every x; rows come sorted by it.
    kinds, start = np.unique(x, return_index=True)
    customers = np.add.reduceat(count, start) if len(x) else count
    alone = gammaln(r + kinds) - gammaln(r) + r * at[1] + betaln(a, b + kinds) - betaln(a, b)
    value = float(customers @ alone) + float((count * (both - (r + x) * seen)).sum())
    gone = np.add.reduceat(count * share, start) if len(x) else count
    logs = float((count * ((1.0 - share) * seen + share * last)).sum())
    by_r = float(customers @ (digamma(r + kinds) - digamma(r) + at[1])) - logs
    pace = (1.0 - share) / (alpha + rows.T[part]) + share / (alpha + rows.t_x[part])
    by_alpha = float(customers.sum()) * r / alpha - float((count * (r + x) * pace).sum())
    sum_ = digamma(a + b) - digamma(a + b + kinds)
    by_a = float(customers @ sum_) + float(gone.sum()) / a
    by_b = float(customers @ (digamma(b + kinds) - digamma(b) + sum_))
    by_b -= float((gone[kinds > 0] / (b + kinds[kinds > 0] - 1.0)).sum())
    return value, np.array([r * by_r, alpha * by_alpha, a * by_a, b * by_b])


def _log_odds_left(r: float, a: float, b: float, x: Floats, seen: Floats, last: Floats) -> Floats:
    """ln of the odds of having left, minus infinity without repeat orders. seen: ln(alpha+T); last: ln(alpha+t_x)."""
    odds = np.full(len(x), -np.inf)
    again = x > 0
    odds[again] = np.log(a) - np.log(b + x[again] - 1.0) + (r + x[again]) * (seen[again] - last[again])
    return odds


def fit(rows: OrderRows) -> Steps[tuple[OrderModel, Optimum]]:
    """The model of the customers behind `rows`, and how the search for it ended."""
    customers = float(rows.count.sum())
    stretch = max(1e-3, float((rows.count * rows.T).sum()) / customers / 30.0)
    starts = [np.log(np.array([r, alpha * stretch, a, b])) for r, alpha, a, b in STARTS]
    best = yield from maximise(lambda at, part: log_likelihood(at, rows, part), len(rows.x), customers, starts, DOING)
    r, alpha, a, b = (float(value) for value in np.exp(best.at))
    return OrderModel(r, alpha, a, b, best.height, int(customers)), best


# -- what a model makes of a history -------------------------------------------------------------------------


def alive(model: OrderModel, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """The probability that customers have not left: 1 / (1 + [x>0] a/(b+x-1) ((alpha+T)/(alpha+t_x))^(r+x))."""
    odds = _log_odds_left(model.r, model.a, model.b, x, np.log(model.alpha + T), np.log(model.alpha + t_x))
    chance: Floats = np.exp(-np.logaddexp(0.0, odds))
    return chance


def expected_orders(model: OrderModel, weeks: float, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Orders expected in the `weeks` after T, the chance of being alive included; float64, one per customer."""
    return alive(model, x, t_x, T) * if_alive(model, weeks, x, T)


def if_alive(model: OrderModel, weeks: float, x: Floats, T: Floats) -> Floats:
    """Orders expected in the `weeks` after T of those who are alive then.

    E5's formula after Euler's transformation, which takes the powers of r + x out of the hypergeometric function, so
    that customers with many orders do not overflow: with z = t / (alpha + T + t)
    (a+b+x-1)/(a-1) [1 - (1-z)^(a-1) 2F1(a+b-1-r, a-1; a+b+x-1; z)].
    """
    if weeks <= 0:
        return np.zeros(len(x))
    r, a, b = model.r, model.a, model.b
    base = model.alpha + T
    z = weeks / (base + weeks)
    third = a + b + x - 1.0
    plain = np.full(len(x), abs(a - 1.0) > CLOSE) & (third > CLOSE)
    orders = np.full(len(x), np.nan)
    with np.errstate(all="ignore"):
        rest = gauss(a + b - 1.0 - r, a - 1.0, third[plain], z[plain])
        orders[plain] = third[plain] / (a - 1.0) * (1.0 - np.exp((a - 1.0) * np.log1p(-z[plain])) * rest)
    most = (r + x) * weeks / base  # what they would order if nobody ever left
    unsound = ~((orders > 0.0) & (orders <= most * (1 + 1e-9)))
    orders[unsound] = by_integral(model, weeks, x[unsound], T[unsound])
    return orders


def by_integral(model: OrderModel, weeks: float, x: Floats, T: Floats) -> Floats:
    """The same as `if_alive` as the integral of the rate of orders, which has no poles; slower.

    The rate s weeks after T is (r+x)/(alpha+T) 2F1(r+x+1, a; a+b+x; -s/(alpha+T)), the mean of lambda exp(-lambda p s)
    over what is known of lambda and p. With s = (alpha+T)(e^v - 1) and Pfaff's transformation it becomes
    (r+x) times the integral of e^(v(1-a)) 2F1(a+b-r-1, a; a+b+x; 1-e^-v) from 0 to ln(1 + t/(alpha+T)).
    """
    r, a, b = model.r, model.a, model.b
    upper = np.log1p(weeks / (model.alpha + T))
    v = upper[:, None] * (NODES + 1.0) / 2.0
    third = np.broadcast_to((a + b + x)[:, None], v.shape)
    rest = gauss(a + b - r - 1.0, a, third.ravel(), -np.expm1(-v).ravel()).reshape(v.shape)
    inside = np.exp(v * (1.0 - a)) * rest
    orders: Floats = (r + x) * (inside * WEIGHTS).sum(axis=1) * upper / 2.0
    return orders


def gauss(first: float, second: float, third: Floats, z: Floats) -> Floats:
    """2F1(first, second; third; z) for z in [0, 1) by its series; float64 (rows,).

    Both uses have third - first - second = x + r + 1 - a, so the series converges even as z nears 1 for customers with
    orders. scipy's function goes over to 1 - z there and overflows from about a hundred orders on.
    """
    total, term = np.ones(len(z)), np.ones(len(z))
    going = np.arange(len(z))
    sum_, c, at = total.copy(), third, z
    for k in range(TERMS):
        term = term * ((first + k) * (second + k) / (1.0 + k)) / (c + k) * at
        sum_ += term
        if k % 16 == 15:
            ahead = np.abs(term) > ROUNDING * np.abs(sum_) * (1.0 - at)  # the rest is at most about term / (1 - z)
            total[going] = sum_
            if not ahead.any():
                break
            going, term, sum_, c, at = going[ahead], term[ahead], sum_[ahead], c[ahead], at[ahead]
    return total

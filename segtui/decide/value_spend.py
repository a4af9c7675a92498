"""What an order brings: the gamma-gamma model (Fader & Hardie 2013; METHODS E5).

The spend of an order is Gamma(p, nu) with nu ~ Gamma(q, v) per customer, whatever the number of orders. Fitted on
customers with repeat orders and a known, positive mean of what those brought.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import digamma, gammaln

from segtui.decide.value_fit import maximise
from segtui.decided.value import SpendModel
from segtui.progress import Steps

if TYPE_CHECKING:
    from segtui.decide.value_fit import Optimum
    from segtui.results import Floats

DOING = "fitting the model of spend"

STARTS = ((4.0, 4.0, 1.0), (1.0, 3.0, 2.0), (10.0, 2.5, 0.2))
"""p, q and v to start from, where the median spend is 1."""


@dataclass(frozen=True, eq=False, slots=True)
class SpendRows:
    """Customers sorted by x: float64 (rows,) each. x: repeat orders, above 0; m: the mean spend of one, above 0, in
    medians (`scale` of the currency), so that the search does not hang on the currency."""

    x: Floats
    m: Floats
    scale: float

    @classmethod
    def of(cls, x: Floats, spend: Floats) -> SpendRows:
        """From one value per customer: whose x is 0 or whose spend is unknown or not positive is left out."""
        usable = (x > 0) & np.isfinite(spend) & (spend > 0)
        x, spend = x[usable], spend[usable]
        order = np.lexsort((spend, x))
        scale = float(np.median(spend)) if len(spend) else 1.0
        return cls(x[order], spend[order] / scale, scale)


def log_likelihood(at: Floats, rows: SpendRows, part: slice = slice(None)) -> tuple[float, Floats]:
    """The log-likelihood of the means of some rows and its gradient; at: log p, log q, log v.

    ln L = lnG(px+q) - lnG(px) - lnG(q) + q ln v + (px-1) ln m + px ln x - (px+q) ln(v + x m).
    """
    p, q, v = (float(value) for value in np.exp(at))
    x, m = rows.x[part], rows.m[part]
    kinds, start, which = np.unique(x, return_index=True, return_inverse=True)
    customers = np.diff(np.append(start, len(x))).astype(np.float64)
    log_m, total = np.log(m), np.log(v + x * m)
    alone = gammaln(p * kinds + q) - gammaln(p * kinds) - gammaln(q) + q * at[2] + p * kinds * np.log(kinds)
    value = float(customers @ alone) + float(((p * x - 1.0) * log_m - (p * x + q) * total).sum())
    both, own = digamma(p * kinds + q), digamma(p * kinds)
    by_p = float((x * ((both - own + np.log(kinds))[which] + log_m - total)).sum())
    by_q = float(customers @ (both - digamma(q) + at[2])) - float(total.sum())
    by_v = len(x) * q / v - float(((p * x + q) / (v + x * m)).sum())
    return value, np.array([p * by_p, q * by_q, v * by_v])


def fit(rows: SpendRows) -> Steps[tuple[SpendModel, Optimum]]:
    """The model of the customers behind `rows`, in their currency, and how the search for it ended."""
    starts = [np.log(np.array(start)) for start in STARTS]
    customers = len(rows.x)
    best = yield from maximise(lambda at, part: log_likelihood(at, rows, part), customers, customers, starts, DOING)
    p, q, v = (float(value) for value in np.exp(best.at))
    height = best.height - customers * float(np.log(rows.scale))
    return SpendModel(p, q, v * rows.scale, height, customers), best


def expected_spend(model: SpendModel, x: Floats, spend: Floats) -> Floats:
    """What the next order of customers is expected to bring: p (v + x m) / (px + q - 1), float64, one each.

    Whose own spend is not known counts as one without repeat orders: the mean of all, pv / (q - 1). Needs q > 1.
    """
    usable = (x > 0) & np.isfinite(spend) & (spend > 0)
    orders = np.where(usable, x, 0.0)
    expected: Floats = model.p * (model.v + orders * np.where(usable, spend, 0.0)) / (model.p * orders + model.q - 1.0)
    return expected


def correlation(x: Floats, spend: Floats) -> float | None:
    """Pearson's correlation between repeat orders and their mean spend; None where either does not vary."""
    usable = (x > 0) & np.isfinite(spend) & (spend > 0)
    x, spend = x[usable], spend[usable]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(spend) == 0:
        return None
    return float(np.corrcoef(x, spend)[0, 1])

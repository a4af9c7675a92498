"""What is said of a rule X → Y, from four counts: baskets n, with X, with Y, with both.

Formulas: Hahsler, Gruen and Hornik (2005), "arules"; Zhang (2000) for his measure; Wu, Chen and Han (2010) for
Kulczynski with imbalance; Fisher's exact test, one-sided. Shares are counts over n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.basketed import Counts
    from segtui.results import Floats

TERMS = 1 << 16
"""Terms summed between two stops; a round of calls costs about as much as _CALLS of them."""

_CALLS = 256

TAIL_ENDS = 1e-17
"""A term of a tail is the last one when it is below this share of the sum so far."""


def measures(n: int, x: Counts, y: Counts, both: Counts) -> dict[str, Floats]:
    """All measures of `RuleSet` that need nothing but counts, by their names there, float64 (rules,) each.

    n: baskets, 1 at least; x, y, both: int64 (rules,), 1 at least. Whatever is 0/0 (a Y in every basket, say, for
    certainty and Zhang's measure) is 0: no association.
    """
    fx, fy, fxy, total = x.astype(float), y.astype(float), both.astype(float), float(n)
    confidence = fxy / fx
    # Whole numbers as long as they are exact, so that independence gives exactly 0 and exactly 1.
    excess = fxy * total - fx * fy
    with np.errstate(divide="ignore", invalid="ignore"):
        conviction = np.where(fxy < fx, fx * (total - fy) / (total * (fx - fxy)), np.inf)
        zhang = excess / np.maximum(fxy * (total - fx), fx * (fy - fxy))
        certainty = excess / (fx * (total - fy))
    return {
        "support": fxy / total,
        "coverage": fx / total,
        "confidence": confidence,
        "lift": fxy * total / (fx * fy),
        "leverage": excess / total**2,
        "extra_baskets": excess / total,
        "conviction": conviction,
        "zhang": np.nan_to_num(zhang, nan=0.0),
        "certainty": np.nan_to_num(certainty, nan=0.0),
        "kulczynski": (confidence + fxy / fy) / 2,
        "imbalance": np.abs(fx - fy) / (fx + fy - fxy),
        "jaccard": fxy / (fx + fy - fxy),
        "cosine": fxy / np.sqrt(fx * fy),
    }


def size_lift(sizes: Counts) -> float:
    """λ: the lift that a pair has by basket sizes alone, to first order: n Σ s(s-1) / (Σ s)²; NaN without a pair.

    A large basket holds much of everything, so that any two items meet more often than their shares say. First order:
    it takes an item's chance to be in a basket as proportional to the basket's size, which goes beyond 1 for
    frequent items in huge baskets.
    """
    total = float(sizes.sum())
    second = float((sizes.astype(float) * (sizes - 1.0)).sum())
    return len(sizes) * second / total**2 if second > 0 else float("nan")


def fisher(n: int | Counts, x: Counts, y: Counts, both: Counts) -> Steps[Floats]:
    """P(at least `both` baskets have X and Y) when x and y of n are drawn without regard to each other (rules,).

    n: of all rules, or of each (rules,).

    The tail of the hypergeometric distribution that does not hold its centre is summed from its largest term on, and
    taken from 1 where it is the lower one: relative accuracy about 1e-10 for the upper, absolute for the lower one.
    """
    n = np.broadcast_to(np.asarray(n, dtype=np.int64), both.shape)
    upper = both.astype(float) * n >= x.astype(float) * y
    found = np.empty(len(both))
    found[upper] = yield from _tail(n[upper], x[upper], y[upper], both[upper], 1)
    below = yield from _tail(n[~upper], x[~upper], y[~upper], both[~upper] - 1, -1)
    found[~upper] = 1.0 - below
    return np.clip(found, 0.0, 1.0)


def _tail(n: Counts, x: Counts, y: Counts, start: Counts, step: int) -> Steps[Floats]:
    """Sum of the probabilities from `start` on upwards (step 1) or downwards (step -1); terms fall from there on."""
    a, b, k, all_of = x.astype(float), y.astype(float), start.astype(float), n.astype(float)
    first = _log_choose(a, k) + _log_choose(all_of - a, b - k) - _log_choose(all_of, b)
    rest = all_of - a - b
    total = np.ones(len(a))
    active: NDArray[np.intp] = np.flatnonzero(np.isfinite(first))  # the others cannot be, and so add nothing
    term, a, b, k, rest = np.ones(len(active)), a[active], b[active], k[active], rest[active]
    summed = 0
    while len(active):
        if step > 0:
            term = term * (a - k) * (b - k) / ((k + 1) * (rest + k + 1))
        else:
            term = term * k * (rest + k) / ((a - k + 1) * (b - k + 1))
        total[active] += term
        going = term > TAIL_ENDS * total[active]
        active, term, a, b, k = active[going], term[going], a[going], b[going], k[going] + step
        rest = rest[going]
        summed += len(going) + _CALLS
        if summed > TERMS:
            yield Progress("measuring rules")
            summed = 0
    with np.errstate(under="ignore"):
        return np.asarray(np.exp(first + np.log(total)))


def _log_choose(n: Floats, k: Floats) -> Floats:
    """Logarithm of n over k; minus infinity where there is no way."""
    able = (k >= 0) & (k <= n)
    found = gammaln(n + 1) - gammaln(np.where(able, k, 0) + 1) - gammaln(np.where(able, n - k, 0) + 1)
    return np.where(able, found, -np.inf)

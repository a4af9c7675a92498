"""Hyper-lift: the count over what chance alone exceeds once in a hundred times (Hahsler & Hornik 2007).

    hyper-lift = n_XY / Q,   Q the .99 quantile of the hypergeometric distribution of n_XY with its margins kept.

Unlike lift it does not explode for rare items: of a pair expected in half a basket, Q is 3. Q is found by bisection on
the upper tail of `measures.fisher`; where it is 0 (the pair is expected next to never) it is taken as 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.baskets.measures import fisher
from segtui.progress import Steps

if TYPE_CHECKING:
    from segtui.basketed import Counts, RuleSet
    from segtui.results import Floats

BEYOND = 0.01
"""Share of chance counts that may lie above the quantile."""

PIECE = 1 << 12
"""Rules looked at together."""


def hyper_lift(rules: RuleSet) -> Steps[Floats]:
    """Of every rule, float64 (rules,)."""
    found = np.empty(len(rules))
    for start in range(0, len(rules), PIECE):
        part = slice(start, start + PIECE)
        bound = yield from quantiles(rules.baskets, rules.antecedent_counts[part], rules.consequent_counts[part])
        found[part] = rules.counts[part] / np.maximum(1, bound)
    return found


def quantiles(n: int, x: Counts, y: Counts) -> Steps[Counts]:
    """The smallest count that is exceeded with a probability of at most BEYOND, int64 (rules,)."""
    low = np.maximum(-1, x + y - n - 1)  # exceeded for certain
    high = np.minimum(x, y)  # never exceeded
    while np.any(high - low > 1):
        middle = (low + high) // 2
        open_ = high - low > 1
        above = np.zeros(len(x))
        above[open_] = yield from fisher(n, x[open_], y[open_], middle[open_] + 1)
        enough = open_ & (above <= BEYOND)
        high = np.where(enough, middle, high)
        low = np.where(open_ & ~enough, middle, low)
    bound: Counts = high.astype(np.int64)
    return bound

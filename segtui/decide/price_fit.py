"""One slope with standard errors that know that the weeks of an item belong together.

Clustered by item, as METHODS E4 has it: V = G / (G - 1) * sum over items of (sum x e)^2 / (sum x^2)^2, x and e what the
effects left (Liang & Zeger 1986). Ordinary: e'e / (rows - parameters) / sum x^2. Intervals take Student's t of G - 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from segtui.results import Floats, Rows

LEAST = 1e-9
"""Mean square of a price that counts as variation at all: below it is rounding."""


@dataclass(frozen=True, slots=True)
class Slope:
    """beta with its clustered and ordinary standard error, the clusters it stands on, and the interval."""

    beta: float
    se: float
    ordinary_se: float
    clusters: int
    low: float
    high: float


def slope(y: Floats, x: Floats, cluster: Rows, absorbed: int) -> Slope | None:
    """The slope of y on x, both without their effects. absorbed: parameters that the effects took.

    None where x does not vary, or fewer than two clusters or no degrees of freedom are there.
    """
    rows = len(x)
    clusters = len(np.unique(cluster))
    free = rows - absorbed - 1
    if clusters < 2 or free < 1 or float(np.mean(np.square(x))) < LEAST:
        return None
    size = float(np.sum(np.square(x)))
    beta = float(np.sum(x * y)) / size
    rest = y - beta * x
    scores = np.bincount(cluster, weights=x * rest)
    se = float(np.sqrt(clusters / (clusters - 1) * np.sum(np.square(scores)))) / size
    ordinary = float(np.sqrt(np.sum(np.square(rest)) / free / size))
    reach = float(stats.t.ppf(0.975, clusters - 1)) * se
    return Slope(beta, se, ordinary, clusters, beta - reach, beta + reach)

"""Recency, frequency and money in quintiles, and the customary table of ten names: what k-means is held against.

One tie rule (`quintiles`): equal customers get equal scores, and a tied bottom gets the lowest. Others in use, such as
breaking ties by row order, give equal customers different scores or one-off buyers a score of 3, and up to a fifth of
all customers another name (METHODS E1). The table is a convention and not a finding: beside its names belongs what
their customers did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.errors import AnalysisError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Labels

    Scores = NDArray[np.int16]
    """1 (worst) to 5 (best), per customer."""

QUINTILES = 5

TABLE: tuple[tuple[str, tuple[int, int], tuple[int, int], tuple[int, int]], ...] = (
    ("Champions", (5, 5), (5, 5), (5, 5)),
    ("Potential Loyalist", (3, 5), (3, 5), (2, 5)),
    ("Loyal Customers", (2, 4), (2, 4), (2, 4)),
    ("Promising", (3, 4), (1, 3), (3, 5)),
    ("New Customers", (4, 5), (1, 3), (1, 5)),
    ("Can't Lose Them", (1, 2), (3, 4), (4, 5)),
    ("At Risk", (1, 2), (2, 5), (4, 5)),
    ("Need Attention", (1, 3), (3, 5), (3, 5)),
    ("About To Sleep", (2, 3), (1, 3), (1, 4)),
    ("Lost", (1, 1), (1, 5), (1, 5)),
)
"""Name, and lowest and highest score of recency, frequency and money; the first row that fits has the customer.

As in the documentation of the R package rfm (0.3.0). METHODS E1 has "At Risk" up to a recency of 3, which is the same
table: rows before it have all of those.
"""

OTHERS = "Others"
"""Whoever is in no row."""

NAMES = (*(row[0] for row in TABLE), OTHERS)


def scores(recency: Floats, frequency: Floats, monetary: Floats) -> tuple[Scores, Scores, Scores]:
    """Quintile scores, 5 the best of each. recency: days since the last order (fewer are better); nan: never ordered.

    Raises AnalysisError below five customers.
    """
    if len(recency) < QUINTILES:
        raise AnalysisError(f"quintiles of recency, frequency and money take {QUINTILES} customers or more")
    return quintiles(-recency), quintiles(frequency), quintiles(monetary)


def quintiles(values: Floats) -> Scores:
    """1 plus as many of the 20, 40, 60 and 80 % points as the value is above; nan is below every number.

    A point is the least value that at least this share of customers do not exceed (R's quantile of type 1), so that a
    value's score is 1 + floor(5 * customers below it / all customers): the `left` rule. Where many tie, scores are
    passed over: if 41 % bought once, all of them have 1, who bought twice has 3, and nobody has 2. With fewer distinct
    values than quintiles there are at most as many scores as values; the lowest value always has 1, the highest has 5
    unless more than a fifth of customers have it; if all are equal, all have 1.
    """
    known = np.where(np.isnan(values), -np.inf, values)
    places = [-(-share * known.size // QUINTILES) - 1 for share in range(1, QUINTILES)]  # of the points, in order
    result = np.ones(known.size, dtype=np.int16)
    for point in np.partition(known, places)[places]:
        result += known > point
    return result


def named(r: Scores, f: Scores, m: Scores) -> tuple[Labels, tuple[str, ...]]:
    """The group of every customer by TABLE as a place in NAMES, and NAMES; groups may be empty."""
    cells = _first_match(*(np.indices((QUINTILES,) * 3, dtype=np.int16) + 1))
    return cells[r - 1, f - 1, m - 1], NAMES


def _first_match(r: Scores, f: Scores, m: Scores) -> Labels:
    result = np.full(r.shape, len(TABLE), dtype=np.uint8)
    for place, (_, *bounds) in reversed(list(enumerate(TABLE))):  # later rows first: earlier ones overrule them
        fits = [(low <= score) & (score <= high) for score, (low, high) in zip((r, f, m), bounds, strict=True)]
        result[np.logical_and.reduce(fits)] = place
    return result

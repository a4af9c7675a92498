"""Drift: how far the spread of a feature has moved since a model was made, beside what chance alone would show.

The population stability index of two sets of shares p (then) and q (now) over B bins is

    PSI = sum over bins of (q - p) ln(q / p),

the symmetrised Kullback-Leibler divergence (Jeffreys 1946), known under that name from credit scoring (Siddiqi 2006,
Credit Risk Scorecards, whose bands .10 and .25 are conventions). A bin that is empty on one side counts as half a
customer there. Drawn twice from one population, n customers then and m now, PSI / (1/n + 1/m) is about chi-squared
with B - 1 degrees of freedom (Yurdakul 2018): its mean is (B - 1)(1/n + 1/m), which is .10 for ten bins and ninety
customers held against very many. So a PSI counts here only where it is above a band and the 99 % point of chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from segtui.explain.rule_words import plain_number
from segtui.progress import Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from segtui.deliver.scoring import Seen
    from segtui.results import Floats, MatrixColumn

SOME, LARGE = 0.10, 0.25
"""The customary bands: below the first little has moved, from the second on much has."""

SURE = 0.99
"""What share of the indices that chance makes lie below the limit."""


class Moved(StrEnum):
    """What a PSI says."""

    LITTLE = "little"
    SOME = "some"
    MUCH = "much"
    UNTOLD = "cannot be told"
    """Chance alone may exceed the lower band with so few customers, and the index is not above chance."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How one feature moved. psi: the index; expected, limit: its mean and its SURE point under chance alone.

    then, now: shares without a value. told: the bin that moved most, in words with its shares; "" where none did.
    """

    feature: str
    psi: float
    expected: float
    limit: float
    moved: Moved
    then: float = 0.0
    now: float = 0.0
    told: str = ""


def drift(values: pl.Series, seen: Seen, columns: Sequence[MatrixColumn], customers: int) -> Steps[Drift | None]:
    """The drift of one feature; None where it now has no customers. customers: those of then, whom `seen` is about."""
    from segtui.deliver.seen import counts_of

    counts = yield from counts_of(values, seen, columns)
    if not counts.sum():
        return None
    return moved(seen.feature, np.array(seen.shares), customers, counts, bin_names(seen, columns))


def moved(
    feature: str, then: Floats, customers: int, counts: NDArray[np.int64], names: Sequence[str], gaps: bool = True
) -> Drift:
    """The drift from the shares `then`, of so many customers, to `counts`. gaps: the last bin is of no value."""
    total = int(counts.sum())
    now = counts / total
    terms = psi_terms(then, now, customers, total)
    bins = int(((then > 0.0) | (now > 0.0)).sum())
    psi, noise = float(terms.sum()), 1.0 / max(1, customers) + 1.0 / total
    limit = float(stats.chi2.ppf(SURE, bins - 1)) * noise if bins > 1 else 0.0
    most = int(np.abs(now - then).argmax())
    told = f"{names[most]}: {then[most]:.1%} then, {now[most]:.1%} now" if now[most] != then[most] else ""
    without = (float(then[-1]), float(now[-1])) if gaps else (0.0, 0.0)
    return Drift(feature, psi, (bins - 1) * noise, limit, verdict(psi, limit), *without, told)


def psi_terms(then: Floats, now: Floats, customers: int, total: int) -> Floats:
    """What every bin adds to the index; none adds less than 0."""
    some = (then > 0.0) | (now > 0.0)
    p, q = np.maximum(then, 0.5 / max(1, customers)), np.maximum(now, 0.5 / max(1, total))
    return np.where(some, (q - p) * np.log(q / p), 0.0)


def verdict(psi: float, limit: float) -> Moved:
    """A band counts where the index is above chance too."""
    if psi >= LARGE and psi > limit:
        return Moved.MUCH
    if psi >= SOME and psi > limit:
        return Moved.SOME
    return Moved.UNTOLD if limit > SOME else Moved.LITTLE


def bin_names(seen: Seen, columns: Sequence[MatrixColumn]) -> list[str]:
    """The bins in words."""
    from segtui.deliver.seen import is_number

    if not is_number(columns):
        return [*(f"“{level}”" for level in seen.levels), "any other level", "no value"]
    edges = [plain_number("", rounded(edge)) for edge in seen.edges]
    if not edges:
        return ["any value", "no value"]
    between = [f"{low} to {high}" for low, high in pairwise(edges)]
    return [f"below {edges[0]}", *between, f"{edges[-1]} and up", "no value"]


def rounded(value: float) -> float:
    """About four figures, for words alone."""
    return float(f"{value:.4g}")

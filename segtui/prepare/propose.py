"""Which transform a column of numbers is proposed, and why: from its shape before and after (METHODS B5).

1. nearly symmetric (|skewness| at most 1): z; 2. a long tail upwards and nothing below 0: log1p; 3. any other tail,
or one that log1p leaves: yeo_johnson; 4. a tail that neither tames, or outliers far on both sides, once the extremes
are held as `auto` holds them: quantile_normal, unless so many customers share one value that it would become a spike.

`none` is proposed for no number, since its units would then decide how loud it is; ordinal scales, levels and
labels, which are weighed in ways of their own, are "none".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.prepare.scale import apply, fit_transform

if TYPE_CHECKING:
    from segtui.results import Floats

SKEWED = 1.0
HEAVY = 7.0
"""Excess kurtosis above which a few customers far out decide where centroids lie (a normal has 0, an exponential 6)."""

SPIKE = 0.1
"""Share of customers with one value from which quantile_normal would make a spike of them (METHODS B5)."""

LOOKED_AT = 5_000
"""Customers that transforms are tried out on, the first in canonical order."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Third and fourth standardised moments (the fourth less 3); 0 where nothing varies."""

    skew: float
    kurtosis: float

    @property
    def tame(self) -> bool:
        return abs(self.skew) <= SKEWED and self.kurtosis <= HEAVY


def propose(values: Floats, lowest: float | None, skew: float, distinct: int) -> tuple[str, str]:
    """The transform for a number, and why. values: a sample without gaps; skew: of all of the sample."""
    first, why = propose_transform(lowest, skew, distinct)
    sample = values[:LOOKED_AT]
    if distinct <= 2 or sample.size < 30:
        return first, why
    left = _after(sample, first)
    if left.tame:
        return first, why
    if first == "log1p":
        second = _after(sample, "yeo_johnson")
        if second.tame:
            return "yeo_johnson", f"{why}, of which log1p leaves a skewness of {left.skew:.1f}"
    tried = "the extremes held" if first == "z" else f"{first} and the extremes held"
    rest = f"skewness {left.skew:.1f}" if abs(left.skew) > SKEWED else f"excess kurtosis {left.kurtosis:.0f}"
    spike = _largest_tie(sample)
    if spike >= SPIKE:
        return first, f"{why}; ranks would tame it ({rest} is left), but make a spike of the {spike:.0%} with one value"
    return "quantile_normal", f"even with {tried} there is {rest}, so customers are spaced by rank"


def propose_transform(lowest: float | None, skew: float, distinct: int) -> tuple[str, str]:
    """The transform for a number, and why, by its skewness alone (METHODS B5)."""
    if distinct <= 2:
        return "z", "only two values, so there is nothing to bend"
    if abs(skew) <= SKEWED:
        return "z", f"nearly symmetric (skewness {skew:.1f})"
    if skew > SKEWED and lowest is not None and lowest >= 0.0:
        return "log1p", f"a long tail of high values (skewness {skew:.1f}) and none below 0"
    tail = "high" if skew > 0 else "low"
    return "yeo_johnson", f"a long tail of {tail} values (skewness {skew:.1f})" + (
        " with values below 0" if lowest is not None and lowest < 0.0 else ""
    )


def shape(values: Floats) -> Shape:
    """The standardised moments of `values`."""
    if values.size < 3:
        return Shape(0.0, 0.0)
    largest = float(np.abs(values).max()) or 1.0
    centred = values / largest
    centred = centred - centred.mean()
    spread = float(centred.std())
    if spread < 1e-12:
        return Shape(0.0, 0.0)
    centred = centred / spread
    cubes = centred**3
    return Shape(float(cubes.mean()), float((cubes * centred).mean()) - 3.0)


def _after(sample: Floats, method: str) -> Shape:
    """The shape that a transform leaves, extremes held."""
    return shape(apply(fit_transform(sample, method, winsorise=True), sample))


def _largest_tie(sample: Floats) -> float:
    _, counts = np.unique(sample, return_counts=True)
    return float(counts.max()) / sample.size

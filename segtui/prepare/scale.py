"""One numeric column brought to scale, and the way back: `fit_transform` learns it, `apply` does it.

scaled = (f(clip(x)) - centre) / spread. All in float64 over a fixed order, so that the same values give the same
scale everywhere. For none, z and robust f is the identity. Winsorising limits are values of the data (the order
statistics at 0.5 and 99.5 %; every f here is increasing, so they are the same on both scales).

quantile_normal. `knots` are the values at up to 1001 equal steps of rank, and f is the normal quantile of the share
of customers below, taken at the knots: between two knots f rises in a straight line; a value that several knots share
(a tie) gets the middle of their ranks; below the first knot it is rank 0, above the last rank 1; ranks are held half a
step away from 0 and 1. That is a table of steps, nothing else (`prepare.quantile`), so it can be written as SQL.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from segtui.prepare import clean
from segtui.prepare.quantile import step_table, stepped
from segtui.progress import Progress, Steps, finish
from segtui.results import Transform

if TYPE_CHECKING:
    from segtui.results import Floats

LOW_SHARE, HIGH_SHARE = 0.005, 0.995
"""Where winsorising clips."""

WINSORISED = ("z", "log1p", "yeo_johnson")
"""The transforms that `auto` may winsorise; the others mean the values as they are, or bound them anyway."""

KNOTS = 1001
POWER_SAMPLE = 20_000
"""Customers that the power of Yeo-Johnson is fitted on: the first in canonical order."""

_POWER_LIMIT = 4.0
_PIECE = 100_000
_DOING = "bringing the features to scale"


def fit_transform(values: Floats, method: str, *, winsorise: bool) -> Transform:
    """Learn how to bring `values` (nan: missing) to scale.

    The method that comes back may differ: robust without an interquartile range falls back to z, log1p with
    negative values to yeo_johnson, and yeo_johnson that overflows to z.
    """
    return finish(fit_steps(values, method, winsorise))[0]


def fit_steps(
    values: Floats, method: str, winsorise: bool, fill: float | None = None
) -> Steps[tuple[Transform, Floats]]:
    """`fit_transform` in pieces; the scaled values come with it, since learning the scale computes them anyway.

    fill: what stands in for missing values; None: the median.
    """
    fill = clean.median(values) if fill is None else fill
    yield Progress(_DOING)
    full = clean.filled(values, fill)
    if method == "none":
        return Transform("none", 0.0, 1.0, fill), full.copy()
    if method == "robust":
        low, middle, high = (float(q) for q in np.quantile(full, (0.25, 0.5, 0.75)))
        if high > low:
            return Transform("robust", middle, high - low, fill), (full - middle) / (high - low)
        method = "z"
    if method == "log1p" and full.size and float(full.min()) < 0.0:
        method = "yeo_johnson"
    shape = yield from _shape(full, method, fill, winsorise)
    bent = np.empty_like(full)
    for start in range(0, full.size, _PIECE):
        bent[start : start + _PIECE] = _bent(_clipped(full[start : start + _PIECE], shape), shape)
        yield Progress(_DOING)
    with np.errstate(over="ignore", invalid="ignore"):  # answered just below
        centre, spread = float(bent.mean()), float(bent.std())
    if not np.isfinite(spread) or not np.isfinite(centre):
        if method == "z":  # squares of values near 1e300 overflow; nothing sensible is left to scale by
            return replace(shape, method="none"), full.copy()
        return (yield from fit_steps(values, "z", winsorise, fill))
    if spread <= 1e-12 * max(1.0, abs(centre)):
        spread = 1.0  # it does not vary; every customer is at 0
    yield Progress(_DOING)
    bent -= centre
    bent /= spread
    return replace(shape, centre=centre, spread=spread), bent


def _shape(full: Floats, method: str, fill: float, winsorise: bool) -> Steps[Transform]:
    """Everything of the transform but its centre and spread."""
    low, high = _limits(full) if winsorise and method in WINSORISED else (None, None)
    yield Progress(_DOING)
    knots = _knots(full) if method == "quantile_normal" else ()
    shape = Transform(method, 0.0, 1.0, fill, low, high, None, knots)
    if method == "yeo_johnson":
        shape = replace(shape, power=_power(_clipped(full[:POWER_SAMPLE], shape)))
        yield Progress(_DOING)
    return shape


def apply(t: Transform, values: Floats) -> Floats:
    """`values` in original units (nan: missing) brought to the scale of `t`."""
    full = clean.filled(values, t.fill)
    scaled = _bent(_clipped(full, t), t)
    scaled = scaled - t.centre
    scaled /= t.spread
    return scaled


def _limits(values: Floats) -> tuple[float | None, float | None]:
    """The winsorising limits; none where clipping there would leave nothing that varies."""
    if not values.size:
        return None, None
    low_place = int(np.floor(LOW_SHARE * (values.size - 1)))
    high_place = int(np.ceil(HIGH_SHARE * (values.size - 1)))
    part = np.partition(values, (low_place, high_place))
    low, high = float(part[low_place]), float(part[high_place])
    if low == high or (low == part.min() and high == part.max()):
        return None, None
    return low, high


def _clipped(values: Floats, t: Transform) -> Floats:
    if t.low is None or t.high is None:
        return values
    clipped: Floats = np.clip(values, t.low, t.high)
    return clipped


def _bent(values: Floats, t: Transform) -> Floats:
    """f of the module's formula."""
    if t.method == "log1p":
        logs: Floats = np.log1p(np.maximum(values, 0.0))  # customers scored later may be below what was seen
        return logs
    if t.method == "yeo_johnson":
        return _yeo_johnson(values, 1.0 if t.power is None else t.power)
    if t.method == "quantile_normal":
        return stepped(step_table(t.knots), values)
    return values


# -- Yeo-Johnson ---------------------------------------------------------------------------------------------


def _power(values: Floats) -> float:
    """The power that makes the values most nearly normal; 1 (no bend) where there is none."""
    if values.size < 3 or float(values.min()) == float(values.max()):
        return 1.0
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            power = float(stats.yeojohnson_normmax(values))
    except (ValueError, FloatingPointError, RuntimeError):
        return 1.0
    return min(_POWER_LIMIT, max(-_POWER_LIMIT, power)) if np.isfinite(power) else 1.0


def _yeo_johnson(values: Floats, power: float) -> Floats:
    bent = np.empty_like(values)
    above = values >= 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        high = np.log1p(values[above])
        bent[above] = high if power == 0.0 else np.expm1(power * high) / power
        low = np.log1p(-values[~above])
        other = 2.0 - power
        bent[~above] = -low if other == 0.0 else -np.expm1(other * low) / other
    return bent


# -- quantiles -----------------------------------------------------------------------------------------------


def _knots(values: Floats) -> tuple[float, ...]:
    steps = min(KNOTS, values.size)
    if steps < 2:
        return tuple(float(v) for v in values)
    places = np.linspace(0, values.size - 1, steps).round().astype(np.int64)
    return tuple(float(v) for v in np.sort(values)[places])

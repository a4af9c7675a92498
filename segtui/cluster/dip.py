"""Hartigan's dip: how far one column is from having a single mode, and how often chance alone gets it that far.

The dip is the least largest difference between the empirical distribution function F and any distribution function
with one mode (Hartigan & Hartigan 1985). The algorithm is theirs (AS 217, 1985): the modal interval shrinks from the
whole range, each time to the place where the greatest convex minorant and the least concave majorant of F within it
lie furthest apart, until what was left behind deviates more than what is within. It is written here on distinct
values, F just before and at each of them, so that ties need no special case: a tie is a jump, and only the mode may
have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats

    Places = NDArray[np.intp]

SHORT = 64
"""Points from which on array operations find a hull faster than a loop does."""


# -- the statistic ---------------------------------------------------------------------------------------


def dip(values: Floats) -> float:
    """The dip of some numbers (no nan), in any order. 0 where fewer than two of them differ.

    Otherwise at least 1/(2n), which equal steps have, and at most 1/4, which two equal clumps have.
    """
    distinct, counts = np.unique(values, return_counts=True)
    if distinct.size < 2:
        return 0.0
    x = (distinct - distinct[0]) / (distinct[-1] - distinct[0])
    after = np.cumsum(counts).astype(np.float64)  # n F(x)
    before = after - counts  # n F(x-)
    return _twice(x, before, after) / (2.0 * len(values))


def _twice(x: Floats, before: Floats, after: Floats) -> float:
    """2 n times the dip; `low` and `high` are the ends of the modal interval."""
    low, high, found = 0, len(x) - 1, 0.0
    while low < high:
        part = slice(low, high + 1)
        minorant = low + _hull(x[part], before[part])
        majorant = low + _hull(x[part], -after[part])
        at_minorant = np.interp(x[minorant], x[majorant], after[majorant]) - before[minorant]
        at_majorant = after[majorant] - np.interp(x[majorant], x[minorant], before[minorant])
        apart = max(at_minorant.max(), at_majorant.max())
        if apart <= found:
            break
        if at_minorant.max() == apart:
            first = int(minorant[at_minorant.argmax()])
            last = int(majorant[np.searchsorted(majorant, first)])
        else:
            last = int(majorant[at_majorant.argmax()])
            first = int(minorant[np.searchsorted(minorant, last, side="right") - 1])
        left = after[low:first] - np.interp(x[low:first], x[minorant], before[minorant])
        right = np.interp(x[last + 1 : high + 1], x[majorant], after[majorant]) - before[last + 1 : high + 1]
        found = max(found, left.max(initial=0.0), right.max(initial=0.0))
        low, high = first, last
    return float(found)


def _hull(x: Floats, y: Floats) -> Places:
    """Where the greatest convex minorant of the points bends, both ends included; x increases.

    All points on or above the line through their neighbours go at once, as long as that is worth while: that takes
    a few rounds on a wide concave stretch, where a loop would take as many steps as there are points.
    """
    kept: Places = np.arange(len(x))
    while len(kept) > SHORT:
        run, rise = np.diff(x[kept]), np.diff(y[kept])
        bends = np.concatenate(([True], rise[:-1] * run[1:] < rise[1:] * run[:-1], [True]))
        count = len(kept)
        kept = kept[bends]
        if len(kept) == count:
            return kept
        if len(kept) > 0.9 * count:
            break
    return kept[_hull_by_hand(x[kept].tolist(), y[kept].tolist())]


def _hull_by_hand(x: list[float], y: list[float]) -> list[int]:
    """The same, one point after the other (Andrew's monotone chain)."""
    kept: list[int] = []
    for i in range(len(x)):
        while len(kept) > 1:
            b, a = kept[-1], kept[-2]
            if (y[b] - y[a]) * (x[i] - x[b]) < (y[i] - y[b]) * (x[b] - x[a]):
                break
            kept.pop()
        kept.append(i)
    return kept


# -- what chance alone does ------------------------------------------------------------------------------

SIZES = (4, 5, 6, 7, 8, 9, 10, 15, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000)
"""Numbers of values that the table has a row for."""

SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)
"""Shares of draws at or below the entries of a row."""

QUANTILES = (
    (2500, 2500, 2500, 2500, 2500, 2500, 2500, 2500, 2648, 3145, 3753, 4143, 4476, 4634, 4746, 4841, 4889, 4917, 4962),
    (2236, 2236, 2236, 2236, 2236, 2432, 2718, 3001, 3292, 3600, 3952, 4165, 4330, 4395, 4431, 4455, 4463, 4467, 4471),
    (2041, 2041, 2041, 2266, 2548, 2791, 3014, 3228, 3441, 3658, 3896, 4034, 4390, 4704, 4956, 5224, 5374, 5514, 5714),
    (1890, 1923, 2168, 2492, 2733, 2935, 3118, 3287, 3451, 3614, 3818, 4226, 4634, 4866, 5049, 5228, 5328, 5416, 5554),
    (1768, 2089, 2318, 2609, 2819, 2990, 3139, 3277, 3409, 3547, 4015, 4357, 4702, 4901, 5077, 5306, 5516, 5671, 6036),
    (1667, 2200, 2413, 2672, 2851, 2997, 3125, 3241, 3376, 3687, 4096, 4404, 4714, 4924, 5170, 5450, 5640, 5789, 6089),
    (1581, 2274, 2466, 2699, 2856, 2982, 3092, 3231, 3478, 3759, 4130, 4424, 4771, 5049, 5278, 5531, 5708, 5832, 6154),
    (1349, 2362, 2487, 2681, 2885, 3067, 3238, 3412, 3605, 3860, 4268, 4603, 4989, 5261, 5503, 5809, 6019, 6174, 6523),
    (1606, 2357, 2542, 2775, 2952, 3114, 3280, 3473, 3688, 3949, 4346, 4699, 5115, 5396, 5664, 5986, 6219, 6429, 6834),
    (1671, 2437, 2598, 2831, 3019, 3191, 3365, 3555, 3773, 4045, 4457, 4823, 5260, 5560, 5827, 6156, 6366, 6621, 7121),
    (1658, 2497, 2668, 2902, 3093, 3273, 3456, 3652, 3878, 4163, 4588, 4972, 5427, 5742, 6011, 6378, 6624, 6878, 7513),
    (1610, 2567, 2741, 2983, 3180, 3362, 3548, 3749, 3979, 4269, 4714, 5100, 5576, 5908, 6215, 6559, 6863, 7133, 7666),
    (1707, 2620, 2796, 3042, 3243, 3428, 3618, 3822, 4057, 4352, 4804, 5207, 5690, 6028, 6334, 6710, 7015, 7289, 7772),
    (1769, 2670, 2853, 3102, 3302, 3492, 3682, 3889, 4128, 4425, 4884, 5296, 5789, 6145, 6471, 6908, 7199, 7480, 8083),
    (1707, 2694, 2878, 3129, 3332, 3522, 3716, 3924, 4165, 4472, 4937, 5355, 5864, 6202, 6518, 6891, 7178, 7450, 7955),
    (1818, 2714, 2900, 3149, 3350, 3541, 3736, 3944, 4188, 4498, 4966, 5383, 5894, 6247, 6579, 6971, 7249, 7498, 8053),
    (1817, 2728, 2912, 3165, 3370, 3562, 3757, 3971, 4217, 4526, 4994, 5411, 5912, 6264, 6579, 6988, 7292, 7539, 8027),
)
"""sqrt(n) times the dip of n uniform numbers (no distribution with one mode has larger dips in the long run), in ten
thousandths: a row for each of SIZES, a column for each of SHARES. 200,000 draws for every row, by
`python -m tests.bench.calibrate_structure --dip-table`."""


def p_value(dip: float, n: int) -> float:
    """How often n uniform numbers have a dip of at least `dip`.

    In a straight line between the entries for sqrt(n) dip, and between the rows for n, as diptest for R does it. Not
    below 1 less the last of SHARES, where the table ends; 1 for fewer than four values, which say nothing.
    """
    if n < SIZES[0] or dip <= 0.5 / n + 1e-12:  # the least that n different numbers have
        return 1.0
    row = [float(np.interp(n, SIZES, column)) for column in zip(*QUANTILES, strict=True)]
    return 1.0 - float(np.interp(1e4 * sqrt(n) * dip, row, SHARES))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's (1979) adjustment: the j-th smallest of m times m + 1 - j, never below a smaller one, at most 1."""
    adjusted, highest, count = [0.0] * len(p_values), 0.0, len(p_values)
    for j, i in enumerate(sorted(range(count), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, p_values[i] * (count - j)))
        adjusted[i] = highest
    return tuple(adjusted)


# -- numbers that lie on a grid --------------------------------------------------------------------------

TIED = 0.1
"""Share of rows whose value another row has too, from which numbers with decimals count as lying on a grid."""

DECIMALS = 6
"""How fine a grid is looked for."""


def jittered(values: Floats, rng: np.random.Generator) -> tuple[Floats, float]:
    """Numbers on a grid spread evenly over their steps, and the width of a step; others as they are, and 0.

    Days and order counts pile up on whole numbers, and any test of modes sees every pile. Whole numbers lie on a grid
    whose step is the greatest common divisor of the gaps between them; so do numbers with a few decimals, where many
    are the same.
    """
    width = _step(values)
    if width == 0:
        return values, 0.0
    return values + width * rng.uniform(-0.5, 0.5, len(values)), width


def shared(values: Floats) -> float:
    """Share of rows whose value another row has too, leaving out the most frequent value (one heap is one mode)."""
    _, counts = np.unique(values, return_counts=True)
    heaps = counts[counts > 1]
    return float(heaps.sum() - heaps.max(initial=0)) / max(1, len(values))


def _step(values: Floats) -> float:
    """The step of the grid that the values lie on; 0: none."""
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < 2:
        return 0.0
    tied = float(counts[counts > 1].sum()) / len(values)
    for decimals in range(DECIMALS + 1 if tied >= TIED else 1):
        units = distinct * 10.0**decimals
        whole = np.rint(units)
        if np.abs(whole).max() < 2**52 and np.all(np.abs(units - whole) <= 1e-6 + 1e-15 * np.abs(units)):
            return float(np.gcd.reduce(np.diff(whole.astype(np.int64)))) / 10.0**decimals
    return 0.0

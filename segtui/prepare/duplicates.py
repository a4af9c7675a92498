"""Columns that say nearly the same: of two with |Spearman| at least .9 the later one is flagged and stays on.

Which of them to drop, or to halve in weight, is for the analyst to say; one that says the very same (at least .999)
starts off.

Numbers and ordinal scales are compared, on the first 20,000 customers in canonical order, which are a random sample.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from segtui.prepare import clean, ordinal
from segtui.progress import Progress, Steps
from segtui.results import FeatureVerdict, Flag

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from segtui.results import Dataset, Floats

SAMPLE = 20_000
WIDE_SAMPLE = 2_000
"""Customers compared where there are more than `_WIDE` columns."""

NEAR_DUPLICATE, SAME = 0.9, 0.999

_WIDE = 200
_BLOCK = 100


def near_duplicates(dataset: Dataset, verdicts: list[FeatureVerdict]) -> Steps[list[FeatureVerdict]]:
    """The verdicts, with a flag on every column that says nearly the same as an earlier one."""
    places = [
        i for i, v in enumerate(verdicts) if v.taken_for in ("numeric", "ordinal") and v.usable and not _is_code(v)
    ]
    if len(places) < 2:
        return verdicts
    size = min(dataset.customers, SAMPLE if len(places) <= _WIDE else WIDE_SAMPLE)
    ranks = np.empty((len(places), size), dtype=np.float32)
    for i, place in enumerate(places):
        ranks[i] = _ranks(dataset.frame[verdicts[place].name].head(size), verdicts[place])
        if i % 5 == 4:
            yield Progress("comparing the columns", None, verdicts[place].name)
    result = list(verdicts)
    for start in range(0, len(places), _BLOCK):
        stop = min(start + _BLOCK, len(places))
        alike = ranks[start:stop] @ ranks[:stop].T
        for i in range(start, stop):
            result[places[i]] = _compared(result, places, i, alike[i - start, :i], size)
        yield Progress("comparing the columns")
    return result


def _is_code(verdict: FeatureVerdict) -> bool:
    return any(flag.name == "id-like" for flag in verdict.flags)


def _ranks(column: pl.Series, verdict: FeatureVerdict) -> NDArray[np.float32]:
    """Ranks, centred and of unit length, so that a product of two is their Spearman correlation."""
    scored = verdict.taken_for == "ordinal"
    values = ordinal.scores(column, verdict.levels) if scored else clean.numbers(column)
    ranks: Floats = stats.rankdata(clean.filled(values, clean.median(values)))
    centred = ranks - ranks.mean()
    length = math.sqrt(float(centred @ centred))
    unit: NDArray[np.float32] = (centred / length if length else centred).astype(np.float32)
    return unit


def _compared(
    verdicts: list[FeatureVerdict], places: list[int], i: int, alike: NDArray[np.float32], size: int
) -> FeatureVerdict:
    verdict = verdicts[places[i]]
    close = np.abs(alike)
    if size < 3 or not close.size or float(close.max()) < NEAR_DUPLICATE:
        return verdict
    nearest = int(close.argmax())
    other = verdicts[places[nearest]].name
    rho = f"{float(alike[nearest]):.2f}"
    on = f", on the first {size:,} customers" if size in (SAMPLE, WIDE_SAMPLE) else ""
    same = float(close[nearest]) >= SAME
    reason = f"says {'the same' if same else 'nearly the same'} as “{other}” (rank correlation {rho}{on})"
    flags = (*verdict.flags, Flag(f"near-duplicate of {other}", reason))
    off_reason = verdict.off_reason or (f"it {reason}" if same else "")
    return replace(verdict, flags=flags, off_reason=off_reason)

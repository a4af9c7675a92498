"""The columns segments are described with: original units, ready to be summed, kept from answer to answer.

Only the labels change between two answers on one dataset, so everything else is computed once here: float64
values with gaps taken out, overall mean, spread and median, and level codes of nominal features.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.prepare.units import original_column
from segtui.progress import Progress, Steps
from segtui.results import ColumnType, MatrixColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Dataset, FeatureMatrix, FeatureVerdict, Floats, Inspection, Rows

KEPT_BYTES = 256 * 2**20
"""How much the cache may hold; what was used longest ago is dropped and computed again when needed."""

TOP_LEVELS = 8
"""Levels shown of a nominal feature that is switched off (one that is on shows those of its encoding)."""

RARE = 0.01
"""Levels below this share are not shown for a feature that is off."""

WORDY = 1000
"""A switched-off text column with more levels than this is free text: no level says anything of a segment."""


@dataclass(frozen=True, slots=True)
class Description:
    """Which column to describe segments with. levels: () for a numeric one. used: it takes part in the clustering."""

    feature: str
    type: ColumnType
    levels: tuple[str, ...]
    used: bool


@dataclass(frozen=True, eq=False, slots=True)
class NumericColumn:
    """A numeric feature in original units.

    values: float64, canonical order, 0 where missing. known: which are not missing; None where all are.
    mean, spread (standard deviation, n - 1) and median are over all known customers.
    """

    values: Floats
    known: NDArray[np.bool_] | None
    missing: Rows
    mean: float
    spread: float
    median: float

    @property
    def nbytes(self) -> int:
        return self.values.nbytes + (0 if self.known is None else self.known.nbytes)


@dataclass(frozen=True, eq=False, slots=True)
class NominalColumn:
    """A nominal feature as codes: the position in levels, len(levels) for any other, len(levels) + 1 for missing."""

    levels: tuple[str, ...]
    codes: NDArray[np.uint16]
    shares: tuple[float, ...]

    @property
    def nbytes(self) -> int:
        return self.codes.nbytes


class ProfileCache:
    """Columns of one dataset, bounded in bytes. Another dataset empties it."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._fingerprint = ""
        self._columns: OrderedDict[tuple[str, tuple[str, ...]], NumericColumn | NominalColumn] = OrderedDict()
        self._levels: dict[str, tuple[str, ...]] = {}

    def numeric(self, dataset: Dataset, feature: str) -> Steps[NumericColumn]:
        """A numeric feature, from the cache or made now."""
        found = self._find(dataset, (feature, ()))
        if isinstance(found, NumericColumn):
            return found
        made = yield from _numeric(dataset, feature)
        self._keep(dataset, (feature, ()), made)
        return made

    def nominal(self, dataset: Dataset, feature: str, levels: tuple[str, ...]) -> Steps[NominalColumn]:
        """A nominal feature with these levels, from the cache or made now."""
        found = self._find(dataset, (feature, levels))
        if isinstance(found, NominalColumn):
            return found
        made = yield from _nominal(dataset, feature, levels)
        self._keep(dataset, (feature, levels), made)
        return made

    def top_levels(self, dataset: Dataset, feature: str) -> tuple[str, ...]:
        """The most frequent levels of a nominal feature that is off."""
        self._turn_to(dataset)
        if feature not in self._levels:
            self._levels[feature] = _top_levels(dataset, feature)
        return self._levels[feature]

    def _turn_to(self, dataset: Dataset) -> None:
        if self._fingerprint != dataset.fingerprint:
            self._fingerprint = dataset.fingerprint
            self._columns.clear()
            self._levels.clear()

    def _find(self, dataset: Dataset, key: tuple[str, tuple[str, ...]]) -> NumericColumn | NominalColumn | None:
        self._turn_to(dataset)
        found = self._columns.get(key)
        if found is not None:
            self._columns.move_to_end(key)
        return found

    def _keep(self, dataset: Dataset, key: tuple[str, tuple[str, ...]], column: NumericColumn | NominalColumn) -> None:
        self._turn_to(dataset)  # making it took several pieces: another dataset may have come in between
        self._columns[key] = column
        while len(self._columns) > 1 and sum(kept.nbytes for kept in self._columns.values()) > self._kept_bytes:
            self._columns.popitem(last=False)


def descriptions(
    dataset: Dataset, inspection: Inspection, matrix: FeatureMatrix, cache: ProfileCache
) -> tuple[Description, ...]:
    """The columns of a profile: every usable feature, on or off, in the order of the data.

    Left out unless they are on: ids and free text, which say nothing of a group.
    """
    used: dict[str, list[str]] = {}
    for column in matrix.columns:
        used.setdefault(column.feature, []).extend([] if column.level is None else [column.level])
    found: list[Description] = []
    for verdict in inspection.features:
        if verdict.name in used:
            found.append(Description(verdict.name, verdict.type, tuple(used[verdict.name]), used=True))
        elif verdict.usable and not _says_nothing(dataset, verdict):
            levels = () if verdict.numeric else cache.top_levels(dataset, verdict.name)
            if verdict.numeric or levels:
                found.append(Description(verdict.name, verdict.type, levels, used=False))
    return tuple(found)


def _says_nothing(dataset: Dataset, verdict: FeatureVerdict) -> bool:
    if verdict.name == dataset.id_column or any(flag.name == "id-like" for flag in verdict.flags):
        return True
    return not verdict.numeric and verdict.distinct > WORDY


def _numeric(dataset: Dataset, feature: str) -> Steps[NumericColumn]:
    doing = Progress(f"describing {feature}")
    values = original_column(dataset, feature)
    yield doing
    known = np.isfinite(values)  # an infinity has no mean either
    if known.all():
        mask, missing, clean = None, np.empty(0, dtype=np.int64), values
    else:
        mask, missing = known, np.flatnonzero(~known).astype(np.int64, copy=False)
        clean = np.where(known, values, 0.0)
        values = values[known]
    yield doing
    mean, spread = _mean_and_spread(values)
    yield doing
    median = float(np.median(values)) if values.size else float("nan")
    return NumericColumn(clean, mask, missing, mean, spread, median)


def _mean_and_spread(values: Floats) -> tuple[float, float]:
    if values.size == 0:
        return float("nan"), float("nan")
    mean = float(values.mean())
    squares = values - mean
    squares *= squares  # not np.dot: its order of summing depends on the number of threads
    return mean, float(np.sqrt(squares.sum() / max(values.size - 1, 1)))


def _nominal(dataset: Dataset, feature: str, levels: tuple[str, ...]) -> Steps[NominalColumn]:
    codes = np.full(dataset.customers, len(levels), dtype=np.uint16)
    for code, level in enumerate(levels):
        yield Progress(f"describing {feature}")
        member = original_column(dataset, MatrixColumn(feature, level, None, 1.0))
        codes[member > 0.5] = code
    missing = dataset.frame[feature].is_null().to_numpy()
    codes[missing & (codes == len(levels))] = len(levels) + 1
    counts = np.bincount(codes, minlength=len(levels) + 2)
    known = max(int(counts[:-1].sum()), 1)
    return NominalColumn(levels, codes, tuple(float(count) / known for count in counts[: len(levels)]))


def _top_levels(dataset: Dataset, feature: str) -> tuple[str, ...]:
    import polars as pl

    counted = dataset.frame[feature].drop_nulls().cast(pl.String).value_counts()
    found = sorted(zip(counted["count"].to_list(), counted[feature].to_list(), strict=True), key=lambda x: (-x[0], x[1]))
    least = RARE * dataset.customers
    return tuple(level for count, level in found[:TOP_LEVELS] if count >= least)

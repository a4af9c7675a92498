"""The columns segments are described with: original units, ready to be summed, kept from answer to answer.

Only the labels change between two answers on one dataset, so everything else is computed once here: float64
values with gaps taken out, overall mean, spread and median, and level codes of nominal features.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.prepare.clean import OTHER_LEVEL, levels_of
from segtui.prepare.encode import block
from segtui.prepare.units import original_column
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Dataset, FeatureMatrix, FeatureVerdict, Floats, Inspection, Rows

KEPT_BYTES = 256 * 2**20
"""How much the cache may hold; what was used longest ago is dropped and computed again when needed."""

TOP_LEVELS = 8
"""Levels shown of a nominal feature that is switched off (one that is on shows those of its encoding)."""

WORDY = 1000
"""A switched-off text column with more levels than this is free text: no level says anything of a segment."""

NAMES_ONLY = frozenset({"id", "id-like", "free text"})
"""Flags of columns that name customers rather than describe them."""


@dataclass(frozen=True, slots=True)
class Description:
    """Which column to describe segments with.

    levels: () for a numeric one. used: it takes part in the clustering. echo: it is off and repeats another column,
    so a name that mentions it would say one thing twice.
    """

    feature: str
    levels: tuple[str, ...]
    used: bool
    echo: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class NumericColumn:
    """A numeric feature in original units.

    values: float64, canonical order, 0 where missing. known: which are not missing; None where all are.
    mean, spread (standard deviation, n - 1) and median are over all known customers. yes_no: only 0 and 1 occur.
    """

    values: Floats
    known: NDArray[np.bool_] | None
    missing: Rows
    mean: float
    spread: float
    median: float
    yes_no: bool

    @property
    def nbytes(self) -> int:
        return self.values.nbytes + (0 if self.known is None else self.known.nbytes)


@dataclass(frozen=True, eq=False, slots=True)
class NominalColumn:
    """A nominal feature as codes: the position in levels, len(levels) for any other. shares: of the levels, among all
    customers; no value is a level of its own, as in the matrix."""

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
            self._levels[feature] = block(dataset.frame[feature]).levels[:TOP_LEVELS]
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


def sum_by(index: NDArray[np.intp], values: Floats, k: int) -> Floats:
    """The sum of values per cluster, float64, in customer order."""
    return np.bincount(index, weights=values, minlength=k).astype(np.float64, copy=False)


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
            found.append(Description(verdict.name, tuple(used[verdict.name]), used=True))
        elif verdict.usable and not _says_nothing(dataset, verdict):
            levels = () if verdict.numeric else cache.top_levels(dataset, verdict.name)
            if verdict.numeric or levels:
                echo = any(flag.name.startswith("near-duplicate") for flag in verdict.flags)
                found.append(Description(verdict.name, levels, used=False, echo=echo))
    return tuple(found)


def _says_nothing(dataset: Dataset, verdict: FeatureVerdict) -> bool:
    if verdict.name == dataset.id_column or any(flag.name in NAMES_ONLY for flag in verdict.flags):
        return True
    return not verdict.numeric and verdict.distinct > WORDY


def _numeric(dataset: Dataset, feature: str) -> Steps[NumericColumn]:
    doing = Progress(f"describing {feature}")
    values = original_column(dataset, feature)
    yield doing
    known = ~np.isnan(values)
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
    yield doing
    yes_no = bool(((values == 0.0) | (values == 1.0)).all())
    return NumericColumn(clean, mask, missing, mean, spread, median, yes_no)


@np.errstate(over="ignore", invalid="ignore")
def _mean_and_spread(values: Floats) -> tuple[float, float]:
    if values.size == 0:
        return float("nan"), float("nan")
    mean = float(values.mean())
    squares = values - mean
    squares *= squares  # not np.dot: its order of summing depends on the number of threads
    return mean, float(np.sqrt(squares.sum() / max(values.size - 1, 1)))


def _nominal(dataset: Dataset, feature: str, levels: tuple[str, ...]) -> Steps[NominalColumn]:
    import polars as pl

    yield Progress(f"describing {feature}")
    text = levels_of(dataset.frame[feature])
    yield Progress(f"describing {feature}")
    named = [level for level in levels if level != OTHER_LEVEL]
    rest = levels.index(OTHER_LEVEL) if OTHER_LEVEL in levels else len(levels)
    codes = np.full(dataset.customers, rest, dtype=np.uint16)
    if named:
        places = [levels.index(level) for level in named]
        codes = text.replace_strict(named, places, default=rest, return_dtype=pl.UInt16).to_numpy()
    counts = np.bincount(codes, minlength=len(levels) + 1)
    shares = tuple(float(count) / max(dataset.customers, 1) for count in counts[: len(levels)])
    return NominalColumn(levels, codes, shares)

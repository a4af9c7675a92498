"""The columns segments are described with: original units, ready to be summed, kept from answer to answer.

Only the labels change between two answers on one dataset, so everything else is computed once here: float64
values with gaps taken out, overall mean, spread and median, and level codes of nominal features.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.prepare import labels
from segtui.prepare.clean import MISSING_LEVEL, OTHER_LEVEL, levels_of
from segtui.prepare.encode import block
from segtui.prepare.parts import gaps_of, says_missing
from segtui.prepare.units import original_column
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Dataset, FeatureMatrix, FeatureVerdict, Floats, Inspection, MatrixColumn, Rows

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

    levels: () for one of numbers. order: the levels behind the scores of an ordinal one. separator: between labels of
    one cell, fill: what a missing level counts as (both as in MatrixColumn). gaps: it says who has no value.
    used: it takes part in the clustering. echo: it is off and repeats another column, so a name that mentions it would
    say one thing twice.
    """

    feature: str
    levels: tuple[str, ...]
    used: bool
    echo: bool = False
    order: tuple[str, ...] = ()
    separator: str = ""
    fill: str | None = None
    gaps: bool = False


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


@dataclass(frozen=True, eq=False, slots=True)
class LabelColumn:
    """Labels: bool (labels, customers), who has which; a customer may have several. shares: among all customers."""

    levels: tuple[str, ...]
    members: NDArray[np.bool_]
    shares: tuple[float, ...]

    @property
    def nbytes(self) -> int:
        return self.members.nbytes


AnyColumn = NumericColumn | NominalColumn | LabelColumn


class ProfileCache:
    """Columns of one dataset, bounded in bytes. Another dataset empties it."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._fingerprint = ""
        self._columns: OrderedDict[Description, AnyColumn] = OrderedDict()
        self._levels: dict[tuple[str, str], tuple[str, ...]] = {}

    def numeric(self, dataset: Dataset, feature: str, order: tuple[str, ...] = ()) -> Steps[NumericColumn]:
        """A numeric feature, or the scores of an ordinal one, from the cache or made now."""
        key = Description(feature, (), used=True, order=order)
        found = self._find(dataset, key)
        if isinstance(found, NumericColumn):
            return found
        made = yield from _numeric(dataset, feature, order)
        self._keep(dataset, key, made)
        return made

    def nominal(self, dataset: Dataset, wanted: Description) -> Steps[NominalColumn | LabelColumn]:
        """A feature with levels or labels, from the cache or made now."""
        key = replace(wanted, used=True, echo=False)
        found = self._find(dataset, key)
        if isinstance(found, NominalColumn | LabelColumn):
            return found
        made = yield from (_labelled if wanted.separator or wanted.gaps else _nominal)(dataset, key)
        self._keep(dataset, key, made)
        return made

    def top_levels(self, dataset: Dataset, feature: str, separator: str = "") -> tuple[str, ...]:
        """The most frequent levels of a nominal feature that is off, or of its labels."""
        self._turn_to(dataset)
        key = (feature, separator)
        if key not in self._levels:
            values = dataset.frame[feature]
            found = labels.block(values, separator) if separator else block(values)
            self._levels[key] = found.levels[:TOP_LEVELS]
        return self._levels[key]

    def _turn_to(self, dataset: Dataset) -> None:
        if self._fingerprint != dataset.fingerprint:
            self._fingerprint = dataset.fingerprint
            self._columns.clear()
            self._levels.clear()

    def _find(self, dataset: Dataset, key: Description) -> AnyColumn | None:
        self._turn_to(dataset)
        found = self._columns.get(key)
        if found is not None:
            self._columns.move_to_end(key)
        return found

    def _keep(self, dataset: Dataset, key: Description, column: AnyColumn) -> None:
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
    used: dict[str, list[MatrixColumn]] = {}
    for column in matrix.columns:
        used.setdefault(column.feature, []).append(column)
    found: list[Description] = []
    for verdict in inspection.features:
        if verdict.name in used:
            found += _of_matrix(dataset, used[verdict.name])
        elif verdict.usable and not _says_nothing(dataset, verdict):
            found += _off(dataset, verdict, cache)
    return tuple(found)


def _of_matrix(dataset: Dataset, columns: list[MatrixColumn]) -> list[Description]:
    """The values of a feature that is on, or its levels; and who has no value, where a column says so."""
    feature, values = columns[0].feature, dataset.frame[columns[0].feature]
    scaled = [c.transform for c in columns if c.level is None]
    gaps = [c for c in columns if c.level is not None and says_missing(c, values)]
    levels = tuple(c.level for c in columns if c.level is not None and c not in gaps)
    order = scaled[0].order if scaled and scaled[0] is not None else ()
    first = columns[0]
    found = [Description(feature, levels, used=True, order=order, separator=first.separator, fill=first.fill)]
    return found + [Description(feature, (MISSING_LEVEL,), used=True, order=c.order, gaps=True) for c in gaps]


def _off(dataset: Dataset, verdict: FeatureVerdict, cache: ProfileCache) -> list[Description]:
    """A feature that is off, as it would be taken by itself."""
    echo = any(flag.name.startswith("near-duplicate") for flag in verdict.flags)
    if verdict.taken_for in ("numeric", "ordinal"):
        order = verdict.levels if verdict.taken_for == "ordinal" else ()
        return [Description(verdict.name, (), used=False, echo=echo, order=order)]
    separator = verdict.separator if verdict.taken_for == "labels" else ""
    levels = cache.top_levels(dataset, verdict.name, separator)
    return [Description(verdict.name, levels, used=False, echo=echo, separator=separator)] if levels else []


def _says_nothing(dataset: Dataset, verdict: FeatureVerdict) -> bool:
    if verdict.name == dataset.id_column or any(flag.name in NAMES_ONLY for flag in verdict.flags):
        return True
    return verdict.taken_for == "nominal" and verdict.distinct > WORDY


def _numeric(dataset: Dataset, feature: str, order: tuple[str, ...]) -> Steps[NumericColumn]:
    doing = Progress(f"describing {feature}")
    values = original_column(dataset, feature, order)
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


def _nominal(dataset: Dataset, wanted: Description) -> Steps[NominalColumn]:
    import polars as pl

    doing, levels = Progress(f"describing {wanted.feature}"), wanted.levels
    yield doing
    text = levels_of(dataset.frame[wanted.feature], wanted.fill)
    yield doing
    named = [level for level in levels if level != OTHER_LEVEL]
    rest = levels.index(OTHER_LEVEL) if OTHER_LEVEL in levels else len(levels)
    codes = np.full(dataset.customers, rest, dtype=np.uint16)
    if named:
        places = [levels.index(level) for level in named]
        codes = text.replace_strict(named, places, default=rest, return_dtype=pl.UInt16).to_numpy()
    counts = np.bincount(codes, minlength=len(levels) + 1)
    shares = tuple(float(count) / max(dataset.customers, 1) for count in counts[: len(levels)])
    return NominalColumn(levels, codes, shares)


def _labelled(dataset: Dataset, wanted: Description) -> Steps[LabelColumn]:
    """Who has which label; or, as the one label of a feature, who has no value."""
    yield Progress(f"describing {wanted.feature}")
    values = dataset.frame[wanted.feature]
    if wanted.gaps:
        members = gaps_of(values, wanted.order)[None]
    else:
        members = labels.membership(values, wanted.separator, wanted.levels, wanted.fill)
    yield Progress(f"describing {wanted.feature}")
    shares = members.sum(axis=1) / max(dataset.customers, 1)
    return LabelColumn(wanted.levels, members, tuple(float(share) for share in shares))

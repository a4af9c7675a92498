"""Customers as points: the chosen features, each brought to scale and weighed, one row of float32 per column.

Columns are scaled once and kept unweighted in a `ColumnCache`, so that switching a feature, or its weight, only
copies columns. Winsorising happens under `scale = "auto"` alone, and only for z, log1p and yeo_johnson.
"""

from __future__ import annotations

import difflib
import hashlib
import math
import sys
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.errors import AnalysisError, RecipeError
from segtui.prepare import clean
from segtui.prepare.encode import block, indicator
from segtui.prepare.scale import WINSORISED, apply, fit_steps
from segtui.progress import Progress, Steps
from segtui.recipe import SCALES, TRANSFORMS, FeatureSpec, PrepareSpec
from segtui.results import FeatureMatrix, FeatureVerdict, MatrixColumn, Transform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Dataset, Floats, Floats32, Inspection

_SPARE = 3
"""Matrices whose memory is kept for the next one: the one shown, the one before it, the one being computed."""

_SMALL = 100_000

_LARGEST_VARIANCE = 1e38
"""Close to the end of float32, which holds squared distances."""

CACHE_BYTES = 160 << 20
"""Room for scaled columns: forty at a million customers."""


# -- which features, how -------------------------------------------------------------------------------------


def resolve(prepare: PrepareSpec, inspection: Inspection) -> tuple[FeatureSpec, ...]:
    """Every usable column as a feature, on or off, in column order, with its transform spelled out.

    Raises RecipeError for columns that the data lacks, for unusable ones that are switched on, and for settings that
    do not exist.
    """
    if prepare.scale not in SCALES:
        raise RecipeError(f"there is no scale “{prepare.scale}”", where="scale", hint=f"Try {', '.join(SCALES)}.")
    listed = inspection.proposal() if prepare.features is None else prepare.features
    _check(listed, inspection)
    chosen = {feature.name: feature for feature in listed}
    return tuple(
        _explicit(chosen.get(verdict.name, FeatureSpec(verdict.name, on=False)), verdict, prepare.scale)
        for verdict in inspection.features
        if verdict.usable
    )


def _explicit(feature: FeatureSpec, verdict: FeatureVerdict, scale: str) -> FeatureSpec:
    if not verdict.numeric:
        return replace(feature, transform="none")
    if feature.transform != "auto":
        return feature
    return replace(feature, transform=_by_scale(verdict, scale))


def _by_scale(verdict: FeatureVerdict, scale: str) -> str:
    if scale == "auto":
        return verdict.transform
    if scale == "log":
        return "log1p" if verdict.lowest is not None and verdict.lowest >= 0.0 else "yeo_johnson"
    return "quantile_normal" if scale == "quantile" else scale


def _check(listed: tuple[FeatureSpec, ...], inspection: Inspection) -> None:
    known = {verdict.name: verdict for verdict in inspection.features}
    lacking = [feature.name for feature in listed if feature.name not in known]
    if lacking:
        raise RecipeError(
            f"the data has no column {_quoted(lacking)}",
            where="features",
            hint=_near(lacking, list(known)),
        )
    seen: set[str] = set()
    for feature in listed:
        if feature.name in seen:
            raise RecipeError(f"the feature “{feature.name}” is listed twice", where="features", hint="Keep one.")
        seen.add(feature.name)
        if feature.transform != "auto" and feature.transform not in TRANSFORMS:
            raise RecipeError(
                f"there is no transform “{feature.transform}”", where=feature.name, hint=f"Try {', '.join(TRANSFORMS)}."
            )
        if not math.isfinite(feature.weight) or feature.weight < 0:
            raise RecipeError(f"a weight cannot be {feature.weight}", where=feature.name, hint="Give 0 or more.")
        verdict = known[feature.name]
        if feature.on and not verdict.usable:
            reason = verdict.off_reason or "no level has 1 % of customers"
            raise RecipeError(
                f"“{feature.name}” cannot be a feature: {reason}",
                where="features",
                hint="Leave it out, or switch it off.",
            )


def _quoted(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(f"“{name}”" for name in names[:5]) + more


def _near(lacking: list[str], known: list[str]) -> str:
    lower = {name.lower(): name for name in known}
    near = {
        lower[match]
        for name in lacking[:5]
        for match in difflib.get_close_matches(name.lower(), list(lower), n=2, cutoff=0.6)
    }
    if near:
        return f"Did you mean {_quoted(sorted(near))}?"
    return f"It has {_quoted(known)}."


# -- scaled columns, kept ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Part:
    """One feature brought to scale, not weighed. values: float32, or bool for 0/1 columns, one row per column.

    block_weight: the weight of a 0/1 block, 1 for a number. variances: of the unweighted columns.
    """

    levels: tuple[str | None, ...]
    transform: Transform | None
    values: tuple[NDArray[np.float32] | NDArray[np.bool_], ...]
    variances: tuple[float, ...]
    block_weight: float
    notes: tuple[str, ...]

    @property
    def size(self) -> int:
        return sum(values.nbytes for values in self.values)


class _Buffers:
    """Memory for matrices, used again once nobody holds the matrix any more.

    Touching fresh memory costs several times as much as filling it (10 to 80 ms for eight columns of a million
    customers), so a key press that makes a new matrix should find memory that was used before.
    """

    def __init__(self) -> None:
        self._held: list[Floats32] = []

    def take(self, width: int, customers: int) -> Floats32:
        """An array of this shape with anything in it."""
        size = width * customers
        for i in range(len(self._held)):
            buffer = self._held[i]
            # three references (the list, this name, the call): no matrix lies on it
            if sys.getrefcount(buffer) <= 3 and size <= buffer.size <= max(2 * size, _SMALL):
                self._held.append(self._held.pop(i))
                return buffer[:size].reshape(width, customers)
            del buffer
        buffer = np.empty(size, dtype=np.float32)
        if size >= _SMALL:
            self._held = [*self._held[1 - _SPARE :], buffer]
        return buffer.reshape(width, customers)


_Key = tuple[str, str, str, bool]


class ColumnCache:
    """Scaled, unweighted columns by dataset, feature and transform; bounded in bytes, oldest use out first."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._bytes = 0
        self._parts: OrderedDict[_Key, _Part] = OrderedDict()
        self._buffers = _Buffers()

    def _get(self, key: _Key) -> _Part | None:
        part = self._parts.get(key)
        if part is not None:
            self._parts.move_to_end(key)
        return part

    def _put(self, key: _Key, part: _Part) -> None:
        self._parts[key] = part
        self._bytes += part.size
        while self._bytes > self._limit and len(self._parts) > 1:
            _, oldest = self._parts.popitem(last=False)
            self._bytes -= oldest.size

    @property
    def bytes(self) -> int:
        """How much is held."""
        return self._bytes


# -- the matrix ----------------------------------------------------------------------------------------------


def build(dataset: Dataset, inspection: Inspection, prepare: PrepareSpec, cache: ColumnCache) -> Steps[FeatureMatrix]:
    """The features that are on, as a matrix.

    Raises RecipeError as `resolve` does, and AnalysisError where no feature is left that tells customers apart.
    """
    features = tuple(feature for feature in resolve(prepare, inspection) if feature.on)
    if not features:
        raise AnalysisError("no feature is switched on", where="features", hint=_switch_on(inspection))
    winsorise = prepare.scale == "auto"
    verdicts = {verdict.name: verdict for verdict in inspection.features}
    parts: list[_Part] = []
    for feature in features:
        part = yield from _part(dataset, verdicts[feature.name], feature, winsorise, cache)
        parts.append(part)
    variances = {f.name: _vote(p, f.weight) for f, p in zip(features, parts, strict=True)}
    _check_votes(variances)
    total = sum(variances.values())
    if not total > 0.0:
        raise AnalysisError(
            "the features that are on do not tell customers apart: none of them varies, or all weights are 0",
            where="features",
            hint=_switch_on(inspection),
        )
    values, columns = yield from _assembled(dataset.customers, features, parts, cache._buffers)
    return FeatureMatrix(
        values=values,
        columns=columns,
        features=features,
        votes={name: variance / total for name, variance in variances.items()},
        notes=tuple(note for part in parts for note in part.notes),
        fingerprint=_fingerprint(dataset, features, winsorise),
    )


def _fingerprint(dataset: Dataset, features: tuple[FeatureSpec, ...], winsorise: bool) -> str:
    return hashlib.sha256(repr((dataset.fingerprint, features, winsorise)).encode()).hexdigest()[:32]


def _switch_on(inspection: Inspection) -> str:
    offered = [verdict.name for verdict in inspection.features if verdict.usable]
    return (
        f"Switch on {_quoted(offered[:3])}." if offered else "The table holds no column that varies between customers."
    )


def _vote(part: _Part, weight: float) -> float:
    heft = part.block_weight * weight
    return sum(part.variances) * heft * heft  # a power would raise OverflowError; a product becomes infinite


def _check_votes(variances: dict[str, float]) -> None:
    """Refuse a feature that float32 cannot hold, by its values or by its weight."""
    for name, variance in variances.items():
        if not variance < _LARGEST_VARIANCE:
            raise AnalysisError(
                "its numbers, or its weight, are too large to compare customers by",
                where=name,
                hint="Give it another transform (quantile_normal) or a smaller weight, or switch it off.",
            )


def _assembled(
    customers: int, features: tuple[FeatureSpec, ...], parts: list[_Part], buffers: _Buffers
) -> Steps[tuple[Floats32, tuple[MatrixColumn, ...]]]:
    width = sum(len(part.values) for part in parts)
    values = buffers.take(width, customers)
    columns: list[MatrixColumn] = []
    since = 0
    for feature, part in zip(features, parts, strict=True):
        weight = feature.weight * part.block_weight
        for level, scaled in zip(part.levels, part.values, strict=True):
            np.multiply(scaled, np.float32(weight), out=values[len(columns)])
            columns.append(MatrixColumn(feature.name, level, part.transform, weight))
            since += customers
            if since >= 8_000_000:
                since = 0
                yield Progress("putting the features together", len(columns) / width)
    return values, tuple(columns)


def _part(
    dataset: Dataset, verdict: FeatureVerdict, feature: FeatureSpec, winsorise: bool, cache: ColumnCache
) -> Steps[_Part]:
    clips = winsorise and feature.transform in WINSORISED
    key = (dataset.fingerprint, feature.name, feature.transform if verdict.numeric else "levels", clips)
    part = cache._get(key)
    if part is None:
        yield Progress("bringing the features to scale", None, feature.name)
        making = _number(dataset, feature, winsorise) if verdict.numeric else _levels(dataset, feature.name)
        part = yield from making
        cache._put(key, part)
    return part


def _number(dataset: Dataset, feature: FeatureSpec, winsorise: bool) -> Steps[_Part]:
    column = dataset.frame[feature.name]
    original = clean.numbers(column)
    yield Progress("bringing the features to scale", None, feature.name)
    transform, exact = yield from fit_steps(original, feature.transform, winsorise)
    with np.errstate(over="ignore", invalid="ignore"):  # `_check_votes` says so in words
        variance = float(exact.var())
        scaled = exact.astype(np.float32)
    yield Progress("bringing the features to scale", None, feature.name)
    infinite = clean.infinities(column)
    notes = [clean.fill_note(feature.name, column.null_count(), infinite, transform.fill, len(original))]
    notes += _transform_notes(feature, transform, original)
    return _Part((None,), transform, (scaled,), (variance,), 1.0, tuple(note for note in notes if note))


def _transform_notes(feature: FeatureSpec, transform: Transform, original: Floats) -> list[str]:
    notes = []
    if transform.method != feature.transform:
        why = {"robust": "its middle half does not vary", "log1p": "it has values below 0"}
        reason = why.get(feature.transform, "it cannot be bent without overflow")
        notes.append(f"{feature.name}: {transform.method} instead of {feature.transform}, since {reason}")
    if transform.low is not None and transform.high is not None:
        below, above = int((original < transform.low).sum()), int((original > transform.high).sum())
        if below or above:
            notes.append(
                f"{feature.name}: {below + above:,} extreme values are held at {transform.low:,.6g} and "
                f"{transform.high:,.6g} (0.5 and 99.5 %)"
            )
    return notes


def _levels(dataset: Dataset, name: str) -> Steps[_Part]:
    column = dataset.frame[name]
    found = block(column)
    text = clean.levels_of(column)
    rows: list[NDArray[np.bool_]] = []
    for level in found.levels:
        yield Progress("bringing the features to scale", None, name)
        rows.append(indicator(text, level, found.levels))
    notes = []
    if column.null_count() and clean.MISSING_LEVEL in found.levels:
        notes.append(f"{name}: {column.null_count():,} missing are a level of their own")
    if found.collapsed:
        many = f"{found.collapsed:,} levels" if found.collapsed > 1 else "one level"
        notes.append(f"{name}: {many} with fewer than 1 % of customers collapsed to {clean.OTHER_LEVEL}")
    variances = tuple(p * (1.0 - p) for p in found.shares)
    return _Part(found.levels, None, tuple(rows), variances, found.weight, tuple(notes))


# -- the same values, in float64 -----------------------------------------------------------------------------


def exact_values(dataset: Dataset, matrix: FeatureMatrix, positions: NDArray[np.int64]) -> Floats:
    """What `matrix.values[:, positions]` holds, recomputed in float64 from the original units."""
    result = np.empty((len(matrix.columns), len(positions)), dtype=np.float64)
    levels: dict[str, tuple[str, ...]] = {}
    for column in matrix.columns:
        if column.level is not None:
            levels[column.feature] = (*levels.get(column.feature, ()), column.level)
    for i, column in enumerate(matrix.columns):
        values = dataset.frame[column.feature].gather(positions)
        if column.transform is not None:
            result[i] = apply(column.transform, clean.numbers(values)) * column.weight
        elif column.level is not None:
            at = indicator(clean.levels_of(values), column.level, levels[column.feature])
            result[i] = at * column.weight
    return result

"""Customers as points: the chosen features, each brought to scale and weighed, one row of float32 per column.

Columns are scaled once and kept unweighted in a `ColumnCache`, so that switching a feature, or its weight, only
copies columns. What one feature becomes is in `prepare.parts`, which features take part in `prepare.resolve`.
"""

from __future__ import annotations

import hashlib
import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from segtui.errors import AnalysisError
from segtui.prepare.parts import DOING, How, Part, how, make, numbers_of, weighed, zero_one
from segtui.prepare.resolve import quoted, resolve
from segtui.prepare.scale import WINSORISED, apply
from segtui.progress import Progress, Steps, finish
from segtui.recipe import FeatureSpec, PrepareSpec
from segtui.results import FeatureMatrix, FeatureVerdict, MatrixColumn

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from segtui.results import Dataset, Floats, Floats32, Inspection, Rows

_SPARE = 3
"""Matrices whose memory is kept for the next one: the one shown, the one before it, the one being computed."""

_SMALL = 100_000

_LARGEST_VARIANCE = 1e38
"""Close to the end of float32, which holds squared distances."""

CACHE_BYTES = 160 << 20
"""Room for scaled columns: forty at a million customers."""


# -- scaled columns, kept ------------------------------------------------------------------------------------


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


_Key = tuple[str, How]


class ColumnCache:
    """Scaled, unweighted columns by dataset, feature and how it is scaled; bounded in bytes, oldest use out first."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._bytes = 0
        self._parts: OrderedDict[_Key, Part] = OrderedDict()
        self._buffers = _Buffers()

    def _get(self, key: _Key) -> Part | None:
        part = self._parts.get(key)
        if part is not None:
            self._parts.move_to_end(key)
        return part

    def _put(self, key: _Key, part: Part) -> None:
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


def build(
    dataset: Dataset, inspection: Inspection, prepare: PrepareSpec, cache: ColumnCache, at: Rows | None = None
) -> Steps[FeatureMatrix]:
    """The features that are on, as a matrix: of everyone, or of the customers at some positions, who are brought to
    scale as among everyone.

    Raises RecipeError as `resolve` does, and AnalysisError where no feature is left that tells customers apart.
    """
    features = tuple(feature for feature in resolve(prepare, inspection) if feature.on)
    if not features:
        raise AnalysisError("no feature is switched on", where="features", hint=_switch_on(inspection))
    verdicts = {verdict.name: verdict for verdict in inspection.features}
    parts: list[Part] = []
    for feature in features:
        given = _how(feature, verdicts[feature.name], prepare)
        part = yield from _part(dataset, given, cache)
        parts.append(part)
    variances = {f.name: p.variance(f.weight) for f, p in zip(features, parts, strict=True)}
    _check_votes(variances)
    total = sum(variances.values())
    if not total > 0.0:
        raise AnalysisError(
            "the features that are on do not tell customers apart: none of them varies, or all weights are 0",
            where="features",
            hint=_switch_on(inspection),
        )
    values, columns = yield from _assembled(dataset.customers, features, parts, cache._buffers, at)
    return FeatureMatrix(
        values=values,
        columns=columns,
        features=features,
        votes={name: variance / total for name, variance in variances.items()},
        notes=tuple(note for part in parts for note in part.notes),
        fingerprint=_fingerprint(dataset, features, prepare.winsorises) if at is None else "",
    )


def _fingerprint(dataset: Dataset, features: tuple[FeatureSpec, ...], winsorise: bool) -> str:
    return hashlib.sha256(repr((dataset.fingerprint, features, winsorise)).encode()).hexdigest()[:32]


def _switch_on(inspection: Inspection) -> str:
    offered = [verdict.name for verdict in inspection.features if verdict.usable]
    return (
        f"Switch on {quoted(offered[:3])}." if offered else "The table holds no column that varies between customers."
    )


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
    everyone: int, features: tuple[FeatureSpec, ...], parts: list[Part], buffers: _Buffers, at: Rows | None
) -> Steps[tuple[Floats32, tuple[MatrixColumn, ...]]]:
    width, customers = sum(len(part.columns) for part in parts), everyone if at is None else len(at)
    values = buffers.take(width, customers)
    columns: list[MatrixColumn] = []
    since = 0
    for feature, part in zip(features, parts, strict=True):
        for column in part.columns:
            meaning = weighed(column, feature.weight)
            of_them = column.values if at is None else column.values[at]
            np.multiply(of_them, np.float32(meaning.weight), out=values[len(columns)])
            columns.append(meaning)
            since += customers
            if since >= 8_000_000:
                since = 0
                yield Progress("putting the features together", len(columns) / width)
    return values, tuple(columns)


def _how(feature: FeatureSpec, verdict: FeatureVerdict, prepare: PrepareSpec) -> How:
    clips = prepare.winsorises and feature.transform in WINSORISED
    return how(feature, verdict.taken_as(feature), verdict.missing, verdict.separator, clips)


def _part(dataset: Dataset, given: How, cache: ColumnCache) -> Steps[Part]:
    part = cache._get((dataset.fingerprint, given))
    if part is None:
        yield Progress(DOING, None, given.name)
        part = yield from make(dataset.frame[given.name], given)
        cache._put((dataset.fingerprint, given), part)
    return part


# -- the same values, in float64 -----------------------------------------------------------------------------


def exact_values(dataset: Dataset, matrix: FeatureMatrix, positions: NDArray[np.int64]) -> Floats:
    """What `matrix.values[:, positions]` holds, recomputed in float64 from the original units."""
    features = dict.fromkeys(column.feature for column in matrix.columns)
    values = {name: dataset.frame[name].gather(positions) for name in features}
    return finish(in_scale(values, matrix.columns, len(positions)))


def in_scale(values: Mapping[str, pl.Series], columns: Sequence[MatrixColumn], customers: int) -> Steps[Floats]:
    """Original units (by feature) in the scaled, weighted space that `columns` describe: float64 (columns, customers).

    Nothing is learnt from the values, so customers that were never seen are put where they belong.
    """
    result = np.empty((len(columns), customers), dtype=np.float64)
    blocks: dict[str, list[int]] = {}
    for i, column in enumerate(columns):
        if column.transform is None:
            blocks.setdefault(column.feature, []).append(i)
            continue
        result[i] = apply(column.transform, numbers_of(values[column.feature], column.transform)) * column.weight
        yield Progress(DOING, None, column.feature)
    for feature, places in blocks.items():
        rows = yield from zero_one(values[feature], [columns[i] for i in places])
        for i, row in zip(places, rows, strict=True):
            result[i] = row * columns[i].weight
    return result


def originals(dataset: Dataset, matrix: FeatureMatrix, count: int) -> tuple[tuple[str, Floats], ...]:
    """Every numeric or ordinal feature with the values of the first `count` customers in original units (of an ordinal
    one the scores), nan where there is none."""
    return tuple(
        (column.feature, numbers_of(dataset.frame[column.feature].head(count), column.transform))
        for column in matrix.columns
        if column.transform is not None and column.level is None
    )

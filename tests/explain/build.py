"""Small datasets, matrices and segmentations by hand, for the tests of the explain floor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from segtui.results import (
    ColumnType,
    Converged,
    Dataset,
    FeatureMatrix,
    FeatureVerdict,
    Inspection,
    MatrixColumn,
    Segmentation,
    Transform,
)


def dataset(fingerprint: str = "d", revenue: str | None = None, **columns: Sequence[object]) -> Dataset:
    frame = pl.DataFrame(columns)
    rows = np.arange(frame.height, dtype=np.int64)
    return Dataset(frame, rows, None, frame.height, (), (), (), fingerprint, revenue)


def inspection(data: Dataset, types: dict[str, ColumnType] | None = None) -> Inspection:
    verdicts = []
    for name in data.frame.columns:
        series = data.frame[name]
        numeric = series.dtype.is_numeric()
        kind = (types or {}).get(name, ColumnType.NUMBER if numeric else ColumnType.TEXT)
        verdicts.append(
            FeatureVerdict(
                name, kind, numeric, 0.0, series.n_unique(), (), (), True, "", "z" if numeric else "none", ""
            )
        )
    return Inspection(tuple(verdicts), ())


def column(name: str, method: str = "none", level: str | None = None) -> MatrixColumn:
    transform = None if level is not None else Transform(method, 0.0, 1.0, 0.0)
    return MatrixColumn(name, level, transform, 1.0)


def matrix(
    values: Sequence[Sequence[float]] | np.ndarray, columns: Sequence[MatrixColumn], fingerprint: str = "m"
) -> FeatureMatrix:
    array = np.ascontiguousarray(np.asarray(values, dtype=np.float32))
    return FeatureMatrix(array, tuple(columns), (), {}, (), fingerprint)


def segmentation(labels: Sequence[int] | np.ndarray, *, k: int | None = None, exact: bool = True) -> Segmentation:
    array = np.asarray(labels, dtype=np.uint8)
    sizes = np.bincount(array, minlength=k or 0)
    return Segmentation(
        array,
        np.zeros((len(sizes), 1)),
        tuple(int(size) for size in sizes),
        0.0,
        exact,
        Converged.LABELS,
        1,
        len(array),
        0,
        (),
        (),
    )

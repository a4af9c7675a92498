"""Datasets made in memory, in the order they are written down."""

from __future__ import annotations

import numpy as np
import polars as pl

from segtui.prepare.inspect import inspect
from segtui.progress import finish
from segtui.results import Dataset, Inspection


def dataset(columns: dict[str, object], id_column: str | None = None, mark: str = "made") -> Dataset:
    frame = pl.DataFrame(columns)
    return Dataset(
        frame=frame,
        row=np.arange(frame.height, dtype=np.int64),
        id_column=id_column,
        input_rows=frame.height,
        left_out=(),
        sources=(),
        warnings=(),
        fingerprint=mark,
    )


def inspected(columns: dict[str, object], id_column: str | None = None) -> tuple[Dataset, Inspection]:
    made = dataset(columns, id_column)
    return made, finish(inspect(made))

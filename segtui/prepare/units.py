"""A column of customers in original units, as float64, in canonical order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.errors import RecipeError
from segtui.prepare import clean, labels, ordinal
from segtui.prepare.encode import block
from segtui.prepare.parts import numbers_of, zero_one
from segtui.progress import finish
from segtui.results import MatrixColumn

if TYPE_CHECKING:
    from segtui.results import Dataset, Floats


def original_column(dataset: Dataset, column: MatrixColumn | str, order: tuple[str, ...] = ()) -> Floats:
    """The values of a numeric column, the scores 1 … m of an ordinal one (nan: missing), or 0/1 for a level or label.

    A name is the name of a column, or "feature=level" as `MatrixColumn.name` writes it; order: the levels of the
    ordinal scale that a named column is on. Raises RecipeError for any other name.
    """
    if isinstance(column, MatrixColumn):
        return _of_matrix(dataset, column)
    feature, level = _split(dataset, column)
    values = dataset.frame[feature]
    if level is not None:
        return _of_matrix(dataset, MatrixColumn(feature, level, None, 1.0))
    if order:
        return ordinal.scores(values, order)
    if not values.dtype.is_numeric():
        raise RecipeError(f"“{feature}” is no numeric column", where=feature, hint="Name one of its levels.")
    return clean.numbers(values)


def _of_matrix(dataset: Dataset, column: MatrixColumn) -> Floats:
    values = dataset.frame[column.feature]
    if column.level is None:
        return clean.numbers(values) if column.transform is None else numbers_of(values, column.transform)
    columns = [column]
    if column.level == clean.OTHER_LEVEL:  # what it is depends on the levels that are columns of their own
        split, fill = column.separator, column.fill
        found = labels.block(values, split, fill) if split else block(values, fill)
        others = [level for level in found.levels if level != column.level]
        columns += [MatrixColumn(column.feature, level, None, 1.0, split, fill) for level in others]
    return finish(zero_one(values, columns))[0].astype(np.float64)


def _split(dataset: Dataset, name: str) -> tuple[str, str | None]:
    if name in dataset.frame.columns:
        return name, None
    for feature in dataset.frame.columns:
        if name.startswith(f"{feature}="):
            return feature, name[len(feature) + 1 :]
    raise RecipeError(f"there is no column “{name}”", where=name, hint="Choose one of the columns of the table.")

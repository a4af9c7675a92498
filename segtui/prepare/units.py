"""A column of customers in original units, as float64, in canonical order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.errors import RecipeError
from segtui.prepare import clean
from segtui.prepare.encode import block, indicator
from segtui.results import MatrixColumn

if TYPE_CHECKING:
    from segtui.results import Dataset, Floats


def original_column(dataset: Dataset, column: MatrixColumn | str) -> Floats:
    """The values of a numeric column (nan: missing or infinite), or 0/1 for a level of a nominal one.

    A name is the name of a numeric column, or "feature=level" as `MatrixColumn.name` writes it. Raises RecipeError
    for any other name.
    """
    feature, level = (column.feature, column.level) if isinstance(column, MatrixColumn) else _split(dataset, column)
    values = dataset.frame[feature]
    if level is None:
        if not values.dtype.is_numeric():
            raise RecipeError(f"“{feature}” is no numeric column", where=feature, hint="Name one of its levels.")
        return clean.numbers(values)
    text = clean.levels_of(values)
    levels = block(values).levels if level == clean.OTHER_LEVEL else (level,)
    return indicator(text, level, levels).astype(np.float64)


def _split(dataset: Dataset, name: str) -> tuple[str, str | None]:
    if name in dataset.frame.columns:
        return name, None
    for feature in dataset.frame.columns:
        if name.startswith(f"{feature}="):
            return feature, name[len(feature) + 1 :]
    raise RecipeError(f"there is no column “{name}”", where=name, hint="Choose one of the columns of the table.")

"""Whom a play is for within its segments: `only = "frequency < 2"` or `only = "answered(recommend)"` in the playbook.

A condition asks of segments; this asks of each customer. Who has no value is not meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from segtui.decide.campaigns_words import figure
from segtui.decide.playbook_parser import Mistake
from segtui.decided.campaigns import Only

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from segtui.results import Dataset, Labels

ANSWERED = "answered"
"""The sign of those who have a value at all."""

SIGNS = {"<": "below {}", "<=": "{} or less", ">": "above {}", ">=": "{} or more", "==": "of {}"}

_WORD = r'(?P<word>[^\W\d]\w*|"[^"]+")'
_ASKS = re.compile(rf"\s*(?:answered\(\s*{_WORD}\s*\)|{_WORD.replace('word', 'name')}\s*(?P<sign>[<>]=?|==)\s*"
                   r"(?P<value>\d+(?:\.\d+)?))\s*")  # fmt: skip


def parsed(source: str) -> Only:
    """A restriction from its text, its column still a word of the playbook. Raises Mistake."""
    found = _ASKS.fullmatch(source)
    if found is None:
        raise Mistake("this says of no customer whether the play is for him", 1, "Write frequency < 2, or answered(f).")
    if found["word"]:
        return Only(found["word"].strip('"'), ANSWERED, 0.0)
    return Only(found["name"].strip('"'), found["sign"], float(found["value"]))


def meant(dataset: Dataset, only: Only | None) -> NDArray[np.bool_]:
    """Of every customer, canonical order, whether a play is for him as far as he himself is concerned."""
    import polars as pl

    everyone = np.ones(dataset.customers, dtype=np.bool_)
    if only is None:
        return everyone
    column = dataset.frame[only.column]
    if column.dtype.is_float():
        column = column.fill_nan(None)
    if only.sign == ANSWERED:
        return column.is_not_null().to_numpy()
    if not column.dtype.is_numeric():
        return ~everyone
    values = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
    compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal}[only.sign]
    found: NDArray[np.bool_] = compare(values, only.value) & ~np.isnan(values)
    return found


def within(dataset: Dataset, labels: Labels, only: Only | None) -> Labels:
    """The labels of those meant, 255 for everyone else."""
    return labels if only is None else np.where(meant(dataset, only), labels, np.uint8(255)).astype(np.uint8)


ORDINALS = ("first", "second", "third")


def said(only: Only, some: int, everyone: int, names: Sequence[str] = ()) -> str:
    """Of how many the figures are, or whom the list leaves out, with the column that says so. names: all columns; where
    several read alike, it says which of them."""
    column = f"“{only.column.strip()}”"
    alike = [name for name in names if name.strip().casefold() == only.column.strip().casefold()]
    if len(alike) > 1:
        at = alike.index(only.column)
        which = f"the {ORDINALS[at]}" if at < len(ORDINALS) else f"number {at + 1}"
        column += f", {which} of {len(alike)} that read so"
    if only.sign == ANSWERED:
        return (
            f"{some:,} of these {everyone:,} answered (column {column}): what is said of answers is of "
            "them, and the list holds nobody else."
        )
    which = SIGNS[only.sign].format(figure(only.value))
    return f"The list holds {some:,} of these {everyone:,}: those with {column} {which}."

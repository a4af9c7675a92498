"""Several labels in one cell ("Beauty;Groceries"): recognised by their vocabulary, encoded as one 0/1 column per label.

The block weight is that of any block of 0/1 columns, sqrt(q / sum p(1-p)) with q = 1/2 (METHODS B7); a customer may
have several labels, so the shares do not add up to 1. Labels that fewer than 1 % of customers have are collapsed to
"(other)": having any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.prepare.clean import MISSING_LEVEL, OTHER_LEVEL, levels_of
from segtui.prepare.encode import RARE, Block

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEPARATORS = (";", "|", ",")

MOST_LABELS = 60
SEVERAL = 0.05
"""Share of the filled cells that must hold more than one label."""

USED_AGAIN = 5
"""Cells that a label stands in, on average: fewer, and it is free text."""

RECOMBINED = 0.5
"""Share of the labels that must stand in two different cells: "City, Country" does not recombine, choices do."""

LONGEST = 60
"""Letters of a label."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """How a column holds several labels: what separates them, the labels, commonest first, and how many have each."""

    separator: str
    labels: tuple[str, ...]
    counts: tuple[int, ...]


def recognise(counts: pl.DataFrame) -> Labelled | None:
    """Whether cells hold labels. counts: the different cells (first column: text) and their number ("customers")."""
    for separator in SEPARATORS:
        found = _with(counts, separator)
        if found is not None:
            return found
    return None


def _with(counts: pl.DataFrame, separator: str) -> Labelled | None:
    name = counts.columns[0]
    holding = counts.filter(pl.col(name).str.contains(separator, literal=True))
    total = int(counts["customers"].sum())
    if not total or int(holding["customers"].sum()) < SEVERAL * total:
        return None
    parts = counts.with_columns(_parts(pl.col(name), separator).alias("label"), cell=pl.int_range(pl.len()))
    sizes = parts["label"].list.len()
    if separator == "," and sizes.n_unique() == 1:  # always two parts: "Oslo, Norway"
        return None
    each = parts.explode("label").drop_nulls("label")
    labels = (
        each.group_by("label")
        .agg(pl.col("customers").sum(), cells=pl.len())
        .sort(["customers", "label"], descending=[True, False])
    )
    # "Yes, always" and "yes, sometimes" have a part in common, but most parts stand in one cell only
    reused = int((labels["cells"] >= 2).sum())
    if not 2 <= labels.height <= MOST_LABELS or reused < RECOMBINED * labels.height:
        return None
    often = int(labels["customers"].sum()) >= USED_AGAIN * labels.height
    if not often or (labels["label"].str.len_chars() > LONGEST).any():
        return None
    return Labelled(separator, tuple(labels["label"].to_list()), tuple(labels["customers"].to_list()))


def separator_in(cells: pl.Series) -> str:
    """The first separator that any cell holds; empty where none does."""
    return next((s for s in SEPARATORS if cells.str.contains(s, literal=True).any()), "")


def _parts(text: pl.Expr, separator: str) -> pl.Expr:
    """The labels of a cell, each once, without blanks around them."""
    trimmed = text.str.split(separator).list.eval(pl.element().str.strip_chars())
    return trimmed.list.eval(pl.element().filter(pl.element() != "")).list.unique(maintain_order=True)


def block(column: pl.Series, separator: str, fill: str | None = None) -> Block:
    """The labels that become columns, commonest first, "(other)" last; shares do not add up to 1.

    A customer without a value has the label "(missing)", where that is not rare, else none at all.
    """
    cells = levels_of(column, fill).rename("t").to_frame().group_by("t").agg(n=pl.len())
    counts = cells.with_columns(_parts(pl.col("t"), separator)).explode("t").drop_nulls("t")
    counts = counts.group_by("t").agg(pl.col("n").sum())
    total = max(1, column.len())
    pairs = sorted(((str(label), int(n)) for label, n in counts.iter_rows()), key=lambda pair: (-pair[1], pair[0]))
    kept = [(label, n) for label, n in pairs if n / total >= RARE and label != OTHER_LEVEL]
    rare = [label for label, n in pairs if (n / total < RARE or label == OTHER_LEVEL) and label != MISSING_LEVEL]
    levels, shares = [label for label, _ in kept], [n / total for _, n in kept]
    if rare:
        levels.append(OTHER_LEVEL)
        shares.append(float(membership(column, separator, tuple(levels), fill)[-1].mean()))
    return Block(tuple(levels), tuple(shares), len(rare))


def membership(
    column: pl.Series, separator: str, labels: tuple[str, ...], fill: str | None = None
) -> NDArray[np.bool_]:
    """Who has which of `labels`: bool (labels, customers). "(other)": any label that is not among them."""
    text = levels_of(column, fill)
    cells = text.unique()
    parts = cells.to_frame("t").select(_parts(pl.col("t"), separator)).to_series().to_list()
    sets = [set(found) for found in parts]
    named = {*labels, MISSING_LEVEL}
    table = np.array(
        [[bool(one - named) if label == OTHER_LEVEL else label in one for one in sets] for label in labels],
        dtype=np.bool_,
    ).reshape(len(labels), len(sets))
    places = text.replace_strict(cells, np.arange(len(sets)), return_dtype=pl.UInt32).to_numpy()
    found: NDArray[np.bool_] = table[:, places]
    return found

"""Figures of few customers, left out of what is passed on so that they cannot be computed from what stays.

A cell of 1 to FEWEST - 1 customers is withheld. Where its whole is known, a single withheld cell is the whole less all
others; so a second one, the smallest that is left, is withheld with it, and more until those withheld come to FEWEST
customers (complementary suppression; Hundepool et al. 2012, Statistical Disclosure Control, 4.3).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from segtui.recipe import FEWEST

if TYPE_CHECKING:
    import polars as pl

NOTE = f"withheld: fewer than {FEWEST} customers, or needed to keep such a figure from being computed"


def few(count: int | float | None) -> bool:
    """Whether a cell of so many customers is withheld; nobody is nobody's secret."""
    return count is not None and 0 < count < FEWEST


def hidden(counts: Sequence[int | None], gone: Collection[int] = ()) -> frozenset[int]:
    """Places of the cells of a whole that are withheld. gone: places that are withheld anyhow."""
    out = {place for place, count in enumerate(counts) if few(count)} | set(gone)
    rest = sorted((count, place) for place, count in enumerate(counts) if count and place not in out)
    while out and rest and (len(out) < 2 or sum(counts[place] or 0 for place in out) < FEWEST):
        out.add(rest.pop(0)[1])
    return frozenset(out)


def crossed(
    cells: Sequence[Sequence[int]], wholes: Sequence[int], gone: Collection[int] = ()
) -> frozenset[tuple[int, int]]:
    """(row, column) of the withheld cells of a table whose last column is the sum of those before it.

    wholes: how many each column could have at most, so that the rest of a column tells of customers too. gone: columns
    that are withheld anyhow. Withheld along rows and along columns in turn, until nothing is added.
    """
    out = {(row, column) for row in range(len(cells)) for column in gone}
    before = -1
    while len(out) != before:
        before = len(out)
        for row, counts in enumerate(cells):
            others = [whole - count for whole, count in zip(wholes, counts, strict=True)]
            known = {column for at, column in out if at == row}
            out |= {(row, column) for column in hidden(counts, known) | hidden(others, known)}
        for column in range(len(wholes)):
            known = {row for row, at in out if at == column}
            out |= {(row, column) for row in hidden([counts[column] for counts in cells], known)}
    return frozenset(out)


def without(table: pl.DataFrame, whose: Collection[str], keep: Iterable[str], by: str = "segment") -> pl.DataFrame:
    """The table with all but the columns `keep` empty in the rows of `whose`, and a column `withheld` that says why."""
    import polars as pl

    if by not in table.columns or not whose:
        return table
    kept = {by, *keep}
    out = pl.col(by).is_in(list(whose)).fill_null(False)
    told = pl.when(out).then(pl.lit(NOTE)).alias("withheld")
    blank = [pl.when(~out).then(pl.col(name)).alias(name) for name in table.columns if name not in kept]
    return table.with_columns(*blank, told)

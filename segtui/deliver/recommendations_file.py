"""The file of recommendations: a row for every customer, purpose and rank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from segtui.atomic import WholeFiles
from segtui.deliver import table_file
from segtui.deliver.writers import Table
from segtui.errors import AnalysisError

if TYPE_CHECKING:
    import polars as pl

    from segtui.decided.recommendations import CustomerLists
    from segtui.progress import Steps
    from segtui.results import Labels

COLUMNS = ("segment", "purpose", "method", "rank", "item", "score")
"""What stands behind the id. A name that the id has already gets _2."""

PIECE = 5_000
"""Customers whose rows are made at once; some milliseconds."""


@dataclass(frozen=True, eq=False, slots=True)
class Recommended:
    """Lists with what is needed to write them.

    lists: one for each purpose that has a method. ids: of all customers, canonical order, under the name that the
    source has for them. places: uint8 (customers,), the segment as a place in `letters`; what is beyond them: none.
    missing: why a purpose has no list, in sentences.
    """

    lists: tuple[CustomerLists, ...]
    ids: pl.Series
    places: Labels
    letters: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return sum(int(np.count_nonzero(one.items >= 0)) for one in self.lists)


def frames(found: Recommended) -> Iterator[pl.DataFrame]:
    """The rows in pieces: customers in canonical order, of each the purposes as given, of each the ranks from 1.

    score: comparable within the list of one customer alone. segment: null for a customer without one.
    """
    import polars as pl

    everyone = len(found.ids)
    named = [*found.letters, *[None] * (256 - len(found.letters))]
    letters = pl.Series("segment", named, dtype=pl.String)
    names = [found.ids.name, *(f"{one}_2" if one == found.ids.name else one for one in COLUMNS)]
    for start in range(0, everyone, PIECE):
        parts = [_rows(one, start, start + PIECE) for one in found.lists]
        rows = pl.concat(parts).sort("owner", maintain_order=True)
        owner = rows["owner"]
        columns = [found.ids.gather(owner), letters.gather(pl.Series(found.places[owner.to_numpy()]))]
        columns += [rows[name] for name in COLUMNS[1:]]
        yield pl.DataFrame([column.alias(name) for column, name in zip(columns, names, strict=True)])


def _rows(lists: CustomerLists, start: int, stop: int) -> pl.DataFrame:
    """The rows of the customers at positions start..stop-1."""
    import polars as pl

    from segtui.decide.recommend_lists import as_frame

    low, high = np.searchsorted(lists.customers, [start, stop])
    part = replace(
        lists, customers=lists.customers[low:high], items=lists.items[low:high], scores=lists.scores[low:high]
    )
    told = {"purpose": pl.lit(str(lists.purpose)), "method": pl.lit(str(lists.method))}
    return as_frame(part).with_columns(**told)


def table(found: Recommended) -> Table:
    """All rows, to be written. Raises AnalysisError where there are no lists."""
    pieces = frames(found)
    first = next(pieces, None) if found.lists else None
    if first is None:
        raise AnalysisError("there are no recommendations to write", hint=" ".join(found.missing))
    return Table(first.schema, found.rows, chain((first,), pieces), "writing recommendations")


def write(
    found: Recommended, path: str, sources: Sequence[Path], *, overwrite: bool, csv_safe: bool = False
) -> Steps[tuple[Path, ...]]:
    """All lists, whole or not at all, for their owner alone. sources: files not to be replaced.

    Raises UsageError for the path's ending, AnalysisError where there are no lists, DeliveryError.
    """
    ending = table_file.ending_of(path, "recommendations")
    rows = table(found)
    with WholeFiles(overwrite=overwrite, sources=sources) as files:
        beside = files.stage(path, private=True)
        yield from table_file.write(rows, beside, path, ending, csv_safe=csv_safe)
        return files.commit()

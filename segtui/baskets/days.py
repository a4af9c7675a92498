"""When baskets were bought: the earliest day of each order, in the order of `Baskets.ids`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.basketed import Baskets, Counts

LINES = 1 << 15
"""Lines looked at between two stops."""

NEVER = int(np.iinfo(np.int64).max)
"""The day of a basket of which none is known."""


def days_of(baskets: Baskets, lines: pl.DataFrame, order: str, day: str) -> Steps[Counts]:
    """Days since 1970-01-01 of each basket, int64 (baskets,): the earliest of its order; NEVER where none is known.

    lines: a column `order` with what `encode.from_lines` was given, and `day`, a date or a time. Lines of orders that
    are not among the baskets do not count. Raises AnalysisError where the baskets have no ids.
    """
    if baskets.ids is None:
        raise AnalysisError(
            "these baskets have no numbers, so nothing says on which day each was bought",
            hint="Give a column the role order_id (e in Data, or the recipe).",
        )
    when = np.full(baskets.count, NEVER, dtype=np.int64)
    ids = pl.Enum(pl.Series(baskets.ids, dtype=pl.String))
    place = pl.col(order).cast(pl.String).cast(ids, strict=False).to_physical().cast(pl.Int64)
    date = pl.col(day).cast(pl.Date).to_physical().cast(pl.Int64)
    for start in range(0, lines.height, LINES):
        piece = lines[start : start + LINES].select(place.alias("place"), date.alias("date")).drop_nulls()
        np.minimum.at(when, piece["place"].to_numpy(), piece["date"].to_numpy())
        yield Progress("reading days", min(1.0, (start + LINES) / lines.height))
    return when

"""Tables that are made piece by piece, in the format that a path's ending asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from segtui.atomic import delivery_error
from segtui.basket_views import FORMATS
from segtui.deliver import writers
from segtui.errors import UsageError

if TYPE_CHECKING:
    from segtui.deliver.writers import Table
    from segtui.progress import Steps


def ending_of(path: str, what: str) -> str:
    """The format that a path asks for; what: is to be written, in a word. Raises UsageError."""
    ending = Path(path).suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise UsageError(
            f"{what} cannot be written as {ending or 'a file without an ending'}",
            where=path,
            hint=f"Choose an ending among {', '.join('.' + one for one in FORMATS)}.",
        )
    return ending


def write(table: Table, beside: Path, path: Path | str, ending: str, *, csv_safe: bool) -> Steps[None]:
    """All rows to a file that was staged for `path`. csv_safe: as in `recipe.LabelledSpec`. Raises DeliveryError."""
    try:
        if ending == "parquet":
            yield from writers.write_parquet(table, beside)
            return
        with beside.open("wb") as out:
            if ending == "ndjson":
                yield from writers.write_ndjson(table, out)
            else:
                yield from writers.write_csv(table, out, separator="\t" if ending == "tsv" else ",", safe=csv_safe)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise delivery_error(error, path) from error

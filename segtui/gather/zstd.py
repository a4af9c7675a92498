"""Zstandard without a package of its own: Polars unpacks it, as the pieces between two marks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from segtui.errors import SourceError

_PIECES = 20_000


def unpacked(path: Path, where: str, mark: str = "\n") -> Iterator[bytes]:
    """The unpacked bytes, cut where `mark` stands. UTF-8 only: Polars reads the pieces as text.

    Polars drops a carriage return before the mark. Cut at line feeds, the default, that loses those of "\r\n",
    inside quoted cells too; cut at the delimiter of a table, line ends are inside of pieces and stay as they are.
    A mark that ends the file may be lost; where lines are cut, one is added.
    """
    lines = mark == "\n"
    scan = pl.scan_lines(path, glob=False) if lines else _cut_at(path, mark)
    before = ""
    try:
        for batch in scan.collect_batches(chunk_size=_PIECES, maintain_order=True):
            text: str = batch.to_series().fill_null("").str.join(mark).item()
            yield f"{before}{text}{mark if lines else ''}".encode()
            before = "" if lines else mark
    except pl.exceptions.PolarsError as problem:
        raise SourceError(
            "it cannot be unpacked as UTF-8 text", where=where, hint="Unpack it first (zstd -d) and open the result."
        ) from problem
    except OSError as problem:  # how Polars says that a frame is cut off or damaged
        raise SourceError(f"it cannot be unpacked to its end ({problem})", where=where, hint="Copy it again.") from (
            problem
        )


def _cut_at(path: Path, mark: str) -> pl.LazyFrame:
    """A CSV file of one column whose lines end in `mark`; no text has the separator, which is what makes it binary."""
    return pl.scan_csv(
        path,
        has_header=False,
        schema={"piece": pl.String()},
        separator="\0",
        quote_char=None,
        eol_char=mark,
        glob=False,
    )

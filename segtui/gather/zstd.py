"""Zstandard without a package of its own: Polars unpacks it, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from segtui.errors import SourceError


def unpacked(path: Path, where: str) -> Iterator[bytes]:
    """The unpacked bytes in pieces; every line ends in a line feed. UTF-8 only: Polars reads lines as text."""
    import polars as pl

    try:
        for batch in pl.scan_lines(path, glob=False).collect_batches(chunk_size=20_000, maintain_order=True):
            lines: list[str | None] = batch.to_series().to_list()
            yield ("\n".join(line or "" for line in lines) + "\n").encode()
    except pl.exceptions.PolarsError as problem:
        raise SourceError(
            "it cannot be unpacked as UTF-8 text", where=where, hint="Unpack it first (zstd -d) and open the result."
        ) from problem

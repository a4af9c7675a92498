"""The first rows of a source as text, at once, while the rest is still to be read."""

from __future__ import annotations

import polars as pl

from segtui.gather import text, typed
from segtui.gather.paths import files_of
from segtui.gather.read import as_windows, column_names, layout_of, unique_names
from segtui.gather.sniff import Format, Layout
from segtui.recipe import SourceSpec
from segtui.results import Preview

LONGEST_CELL = 500
"""Characters of a cell that a preview shows; a cell may hold a megabyte."""

_PIECES = 3


def preview(spec: SourceSpec, rows: int = 200) -> Preview:
    """The first `rows` rows, or as many as the first few megabytes hold. Only standard input is read to its end.

    Raises SourceError.
    """
    layout = layout_of(spec, files_of(spec)[0])
    frame = _text_head(layout, rows) if layout.format is Format.TEXT else _typed_head(layout, rows)
    cells = [[_shortened(cell) for cell in column.to_list()] for column in frame.head(rows)]
    return Preview(spec.path, tuple(frame.columns), tuple(zip(*cells, strict=True)))


def _text_head(layout: Layout, rows: int) -> pl.DataFrame:
    names, _ = column_names(layout)
    try:
        frames = _first_batches(layout, rows)
    except text.NotUtf8:
        frames = _first_batches(as_windows(layout), rows)
    if not frames:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    frame = pl.concat(frames)
    frame.columns = list(names)
    return frame


def _first_batches(layout: Layout, rows: int) -> list[pl.DataFrame]:
    frames: list[pl.DataFrame] = []
    for batch in text.batches(layout):
        frames.append(batch.frame.head(rows))
        if len(frames) >= _PIECES or sum(frame.height for frame in frames) >= rows:
            break
    return frames


def _typed_head(layout: Layout, rows: int) -> pl.DataFrame:
    frame = typed.head(layout, rows)
    frame.columns = list(unique_names(tuple(frame.columns))[0])
    return frame


def _shortened(cell: object) -> str | None:
    if cell is None:
        return None
    shown = cell if isinstance(cell, str) else str(cell)
    return shown if len(shown) <= LONGEST_CELL else shown[:LONGEST_CELL] + "…"

"""Rows of one source as they are, in source order: what exports and the typed table are made from.

`read_text` gives text files back cell by cell as they were written; `read_typed` gives typed files back with their
own types. Both follow the files of a folder or a pattern one after another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from segtui.errors import SourceError
from segtui.gather import text, typed
from segtui.gather.paths import files_of, stamp, where_of
from segtui.gather.sniff import Format, Layout, sniff
from segtui.recipe import SourceSpec

_settled: dict[tuple[str, SourceSpec], Layout] = {}
"""Layouts found to hold for a whole file, not only for its head, by the file's stamp."""


def layouts(spec: SourceSpec) -> tuple[Layout, ...]:
    """How to read each file of a source. All are text, or all are typed, and all have the same columns.

    Raises SourceError.
    """
    found = [layout_of(spec, path) for path in files_of(spec)]
    _check_alike(found)
    return tuple(found)


def layout_of(spec: SourceSpec, path: Path) -> Layout:
    """How to read one file of a source. Raises SourceError."""
    return _settled.get((stamp(path), spec)) or sniff(path, spec, where_of(spec, path))


def settle(spec: SourceSpec, layout: Layout) -> None:
    """Remember that `layout` reads its whole file, so that a later reading takes it the same way."""
    _settled[(stamp(layout.path), spec)] = replace(layout, sure=True)


def as_windows(layout: Layout) -> Layout:
    """The layout for a file that turned out not to be UTF-8."""
    return replace(layout, encoding="cp1252", sure=True)


def is_text(spec: SourceSpec) -> bool:
    """Whether the source is text, which `read_text` reads, or typed, which `read_typed` reads."""
    return layouts(spec)[0].format is Format.TEXT


def column_names(layout: Layout) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Readable, unique names for a text file's columns, and notes on those that were changed."""
    return unique_names(layout.names, told=layout.header)


def unique_names(names: tuple[str, ...], told: bool = True) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`names` with empty ones filled in ("column 3") and repeated ones numbered ("amount 2"), and notes on it."""
    taken = {name for name in names if not text.blank(name)}
    seen: set[str] = set()
    result, notes = [], []
    for position, name in enumerate(names, start=1):
        new = name
        if text.blank(name):
            new = _free(f"column {position}", taken | seen, 1)
            if told:
                notes.append(f"column {position} has no name; it is called “{new}” here")
        elif name in seen:
            new = _free(name, taken | seen, 2)
            notes.append(f"the name “{name}” occurs more than once; column {position} is called “{new}” here")
        seen.add(new)
        result.append(new)
    return tuple(result), tuple(notes)


def read_text(spec: SourceSpec) -> Iterator[pl.DataFrame]:
    """The source's rows, every column String exactly as written: None for nothing, "" for an empty quoted cell.

    Columns carry the same names as in `Dataset.frame`. Raises SourceError.
    """
    for layout in layouts(spec):
        settled = layout if layout.sure else _settle_by_reading(spec, layout)
        names, _ = column_names(settled)
        for batch in text.batches(settled):
            frame = batch.frame
            frame.columns = list(names)
            yield frame


def read_typed(spec: SourceSpec) -> Iterator[pl.DataFrame]:
    """The source's rows with the file's own types. Raises SourceError."""
    for layout in layouts(spec):
        yield from typed.batches(layout)


def _settle_by_reading(spec: SourceSpec, layout: Layout) -> Layout:
    """Read a file once to learn whether it is UTF-8 throughout: rows that were handed on cannot be taken back."""
    try:
        for _ in text.batches(layout):
            pass
    except text.NotUtf8:
        layout = as_windows(layout)
    settle(spec, layout)
    return replace(layout, sure=True)


def _free(name: str, taken: set[str], first: int) -> str:
    number = first
    candidate = name if first == 1 else f"{name} {number}"
    while candidate in taken:
        number += 1
        candidate = f"{name} {number}"
    return candidate


def _check_alike(found: list[Layout]) -> None:
    first = found[0]
    for other in found[1:]:
        if (other.format is Format.TEXT) != (first.format is Format.TEXT):
            raise SourceError(
                f"text and typed files do not go together ({first.where} is {first.format.value})",
                where=other.where,
                hint="Open one of them, or a pattern that matches one sort.",
            )
        if other.format is Format.TEXT and other.names != first.names:
            raise SourceError(
                f"its columns differ from those of {first.where}",
                where=other.where,
                hint="Files that are opened together must have the same columns; open one of them.",
            )

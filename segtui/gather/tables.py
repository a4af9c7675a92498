"""Which files make up which table: parts with the same columns belong together, everything else stands on its own.

A folder of monthly exports is one table; a folder of orders, customers and products is three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segtui.errors import SourceError
from segtui.gather import typed
from segtui.gather.paths import files_of, where_of
from segtui.gather.read import layout_of
from segtui.gather.sniff import Format, Layout
from segtui.recipe import GatherSpec, SourceSpec


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The files of one table, in the order they are read. name: how the table is called in reports and recipes."""

    name: str
    parts: tuple[tuple[SourceSpec, Layout], ...]

    @property
    def is_text(self) -> bool:
        """Whether the files are text; all of a table are, or none is."""
        return self.parts[0][1].format is Format.TEXT

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(layout.path.stat().st_size for _, layout in self.parts)


def tables_of(spec: GatherSpec) -> tuple[TableFiles, ...]:
    """The tables behind the sources, in the order in which they are met.

    Raises SourceError, also where a file is named twice.
    """
    found: list[tuple[SourceSpec, Layout]] = []
    seen: set[object] = set()
    for source in spec.sources:
        for path in files_of(source):
            if (here := (path.resolve(), source.sheet)) in seen:
                raise SourceError("it is named twice", where=where_of(source, path), hint="Name every file once.")
            seen.add(here)
            layout = layout_of(source, path)
            found.append((source, layout))
    groups: dict[tuple[object, ...], list[tuple[SourceSpec, Layout]]] = {}
    for source, layout in found:
        groups.setdefault(_shape(layout) if len(found) > 1 else (), []).append((source, layout))
    return tuple(TableFiles(_name(parts, groups), tuple(parts)) for parts in groups.values())


def _shape(layout: Layout) -> tuple[object, ...]:
    """What files of one table have in common."""
    if layout.format is Format.TEXT:
        if not layout.header:
            return ("text", len(layout.names))
        return ("text", *layout.names)
    return ("typed", *typed.column_names(layout))


def _name(parts: list[tuple[SourceSpec, Layout]], groups: Mapping[tuple[object, ...], object]) -> str:
    """The path as the analyst gave it where the table is all that is behind it, else that of its first file."""
    sources = dict.fromkeys(source.path for source, _ in parts)
    if len(parts) == 1 or len(groups) > 1:
        first = parts[0][1].where
        return first if len(parts) == 1 else f"{first} and {len(parts) - 1} more"
    first = next(iter(sources))
    return first if len(sources) == 1 else f"{first} and {len(sources) - 1} more"

"""What makes a delivery repeatable: a recipe that works from anywhere on this machine, and hashes of its sources."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from segtui.gather.paths import STANDARD_INPUT, files_of, is_address, where_of
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.recipe import GatherSpec, Recipe

PASSPORT = "passport.json"
MARK = "segtui_passport"
VERSION = 1

PIECE = 1 << 22
"""Bytes hashed at once: some milliseconds."""

_MORE = re.compile(r" and \d+ more$")


def portable(recipe: Recipe) -> Recipe:
    """The same recipe with absolute paths, in its sources and in what it says of their tables."""
    gather = recipe.gather
    sources = tuple(replace(source, path=absolute(source.path)) for source in gather.sources)
    tables = tuple(sorted((replace(one, path=absolute(one.path)) for one in gather.tables), key=lambda t: t.path))
    return replace(recipe, gather=replace(gather, sources=sources, tables=tables))


def absolute(path: str) -> str:
    """An absolute path; what is no path stays. A table of several files is called "first and 3 more"."""
    if path in (STANDARD_INPUT, "standard input") or is_address(path):
        return path
    more = _MORE.search(path)
    bare, rest = (path[: more.start()], more.group()) if more else (path, "")
    return os.path.abspath(os.path.expanduser(bare)) + rest


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file behind a source: its absolute path (an address, or - for standard input), bytes and SHA-256."""

    path: str
    bytes: int
    sha256: str


def source_files(gather: GatherSpec) -> Steps[tuple[SourceFile, ...]]:
    """Every file behind the sources, hashed. Raises SourceError, OSError."""
    found = []
    for source in gather.sources:
        for path in files_of(source):
            name = where_of(source, path)
            kept = is_address(source.path) or source.path == STANDARD_INPUT
            digest = yield from sha256_of(path, f"hashing {path.name}")
            found.append(SourceFile(source.path if kept else absolute(name), path.stat().st_size, digest))
    return tuple(found)


def sha256_of(path: Path, doing: str) -> Steps[str]:
    """The SHA-256 of a file, in hexadecimal. Raises OSError."""
    size, done, digest = max(1, path.stat().st_size), 0, hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            done += len(piece)
            yield Progress(doing, min(1.0, done / size), f"{done:,} of {size:,} bytes")
    return digest.hexdigest()


# -- reading a passport --------------------------------------------------------------------------------------


def read(folder: Path) -> dict[str, object] | None:
    """The passport of a delivered folder; None where there is none."""
    try:
        found = json.loads((folder / PASSPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get(MARK), int) else None


def listed(folder: Path) -> set[str] | None:
    """The files that a delivery put into a folder; None where none did."""
    found = read(folder)
    files = None if found is None else found.get("files")
    if not isinstance(files, list):
        return None
    return {PASSPORT, *(str(one["name"]) for one in files if isinstance(one, dict) and "name" in one)}


def was_csv_safe(folder: Path) -> bool:
    """Whether the delivery in `folder` guarded cells that a spreadsheet would run."""
    asked = (read(folder) or {}).get("asked")
    return isinstance(asked, dict) and bool(asked.get("csv_safe"))


def differences(folder: Path, gather: GatherSpec) -> Steps[tuple[str, ...]]:
    """In what the sources differ from those that the delivery in `folder` was made of, in sentences; () without a
    passport. Raises SourceError, OSError."""
    found = read(folder)
    told = None if found is None else found.get("sources")
    if not isinstance(told, list):
        return ()
    then = {str(one["path"]): one for one in told if isinstance(one, dict) and {"path", "bytes", "sha256"} <= set(one)}
    now = yield from source_files(gather)
    said = [_changed(one, then[one.path]) for one in now if one.path in then and then[one.path]["sha256"] != one.sha256]
    return (*said, *_come_and_gone(set(then), now))


def _changed(now: SourceFile, then: dict[str, object]) -> str:
    before = then["bytes"]
    sizes = f"{before:,} bytes then, {now.bytes:,} now" if before != now.bytes else f"{now.bytes:,} bytes, as then"
    return (
        f"{now.path} is not what this delivery was made of: {sizes}, SHA-256 {now.sha256[:12]}… instead of "
        f"{str(then['sha256'])[:12]}…"
    )


def _come_and_gone(then: set[str], now: Sequence[SourceFile]) -> list[str]:
    here = {one.path for one in now}
    told = [f"{path} was not among the sources of this delivery" for path in sorted(here - then)]
    return told + [f"{path} was a source of this delivery and is none now" for path in sorted(then - here)]

"""Where input comes from: a file, a folder, a pattern or standard input, and what to say where there is none."""

from __future__ import annotations

import atexit
import difflib
import glob
import hashlib
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import BinaryIO

from segtui.errors import SourceError
from segtui.recipe import SourceSpec

STANDARD_INPUT = "-"

READABLE = (
    ".csv", ".tsv", ".tab", ".txt", ".psv", ".parquet", ".pq", ".arrow", ".feather", ".ipc", ".ndjson", ".jsonl",
    ".json", ".xlsx",
)  # fmt: skip
"""Endings that a folder is searched for; a file named on its own is recognised by what is in it."""

_COMPRESSED = (".gz", ".zst", ".zstd")

_spooled: list[Path] = []
_fetched: dict[str, Path] = {}


def bare_name(path: Path) -> str:
    """The lower-case file name without an ending that says how it is compressed."""
    name = path.name.lower()
    return next((name.removesuffix(ending) for ending in _COMPRESSED if name.endswith(ending)), name)


def is_readable_name(path: Path) -> bool:
    """Whether a file's name promises a table."""
    return not path.name.startswith(".") and bare_name(path).endswith(READABLE)


def files_of(spec: SourceSpec) -> tuple[Path, ...]:
    """The files behind a source, in name order.

    Raises SourceError where nothing is there, or nothing can be opened, with the nearest names in the folder.
    """
    if spec.path == STANDARD_INPUT:
        return (standard_input(),)
    if is_address(spec.path):
        return (fetched(spec.path),)
    path = Path(spec.path).expanduser()
    try:
        if path.is_dir():
            return _files_in(path, spec.path)
        if not path.exists() and glob.has_magic(spec.path):
            found = tuple(sorted(Path(name) for name in glob.glob(str(path)) if Path(name).is_file()))
            if not found:
                raise SourceError("no file matches this pattern", where=spec.path, hint=_in_folder(path.parent))
            return tuple(_openable(file) for file in found)
        return (_openable(path),)
    except OSError as problem:
        raise _cannot_open(spec.path, problem) from problem


def where_of(spec: SourceSpec, path: Path) -> str:
    """How a file is named in messages: as the analyst gave it where there is only one."""
    if spec.path == STANDARD_INPUT:
        return "standard input"
    if is_address(spec.path):
        return spec.path
    return spec.path if Path(spec.path).expanduser() == path else str(path)


def standard_input() -> Path:
    """A copy of standard input on disk, made at the first call: sources are read more than once.

    It lives until the program ends. An export, an undo or a second look needs it as much as the first reading.
    """
    if _spooled:
        return _spooled[0]
    stream = sys.stdin
    if stream is None or stream.closed or stream.isatty():
        raise SourceError("nothing is piped in", where="standard input", hint="Try: cat customers.csv | segtui -")
    try:
        return _spool(stream.buffer)
    except OSError as problem:
        raise SourceError(
            f"it cannot be kept in {tempfile.gettempdir()} ({problem.strerror or problem})",
            where="standard input",
            hint="Free some space there, or name another folder in TMPDIR.",
        ) from problem


def _spool(stream: BinaryIO) -> Path:
    handle, name = tempfile.mkstemp(prefix="segtui-input-")
    copy = Path(name)
    atexit.register(copy.unlink, missing_ok=True)
    with os.fdopen(handle, "wb") as out:
        shutil.copyfileobj(stream, out, 1 << 20)
    _spooled.append(copy)
    return copy


def is_address(path: str) -> bool:
    """Whether a source is on the network rather than a path."""
    return "://" in path


def is_at_hand(spec: SourceSpec) -> bool:
    """Whether looking at the source does not mean waiting for the network."""
    return not is_address(spec.path) or spec.path in _fetched


def fetched(address: str) -> Path:
    """A copy on disk of what is behind an address, made at the first call; it lives until the program ends.

    Web addresses are read as they are, anything else (s3://, gs://, az://, hf:// …) by Polars, with the credentials it
    finds. Raises SourceError.
    """
    if address in _fetched:
        return _fetched[address]
    name = Path(address.split("?")[0]).name
    handle, made = tempfile.mkstemp(prefix="segtui-fetched-", suffix=f"-{name[-60:]}")
    copy = Path(made)
    atexit.register(copy.unlink, missing_ok=True)
    try:
        with os.fdopen(handle, "wb") as out:
            if address.startswith(("http://", "https://")):
                _fetch_web(address, out)
            else:
                _fetch_cloud(address, copy)
    except (OSError, ValueError) as problem:
        copy.unlink(missing_ok=True)
        raise SourceError(
            f"it cannot be fetched ({problem})", where=address, hint="Check the address, or download the file first."
        ) from problem
    _spooled.append(copy)
    _fetched[address] = copy
    return copy


def _fetch_web(address: str, out: BinaryIO) -> None:
    from urllib.request import urlopen

    with urlopen(address, timeout=60) as answer:
        shutil.copyfileobj(answer, out, 1 << 20)


def _fetch_cloud(address: str, copy: Path) -> None:
    """By Polars: tables as they are, text line by line."""
    import polars as pl

    name = address.split("?")[0].lower()
    try:
        if name.endswith((".parquet", ".pq")):
            pl.scan_parquet(address).sink_parquet(copy)
        elif name.endswith((".arrow", ".feather", ".ipc")):
            pl.scan_ipc(address).sink_ipc(copy)
        else:
            pl.scan_lines(address).sink_csv(copy, include_header=False, quote_style="never")
    except (pl.exceptions.PolarsError, NotImplementedError) as problem:
        raise OSError(str(problem).split("\n", 1)[0]) from problem


def stamp(path: Path) -> str:
    """A cheap mark of a file's content: place, size and time of the last change; for standard input its content."""
    if path in _spooled:
        return _content(path)
    try:
        found = path.stat()
    except OSError as problem:
        raise _cannot_open(str(path), problem) from problem
    return f"{path.resolve()}\0{found.st_size}\0{found.st_mtime_ns}"


@cache
def _content(copy: Path) -> str:
    with copy.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files_in(folder: Path, where: str) -> tuple[Path, ...]:
    found = tuple(sorted(p for p in folder.iterdir() if p.is_file() and is_readable_name(p)))
    if not found:
        raise SourceError(
            "this folder holds no file that can be read",
            where=where,
            hint="CSV and its kin, Parquet, Arrow, NDJSON, JSON and XLSX are read.",
        )
    return tuple(_openable(file) for file in found)


def _openable(path: Path) -> Path:
    if not path.exists():
        raise SourceError("there is no such file", where=str(path), hint=_near(path))
    if not path.is_file():
        raise SourceError(
            "this is no ordinary file", where=str(path), hint="Pipe it in instead: segtui - reads standard input."
        )
    with path.open("rb"):
        pass
    return path


def _near(path: Path) -> str:
    if not path.parent.is_dir():
        return f"The folder {path.parent} does not exist either."
    try:
        names = sorted(p.name for p in path.parent.iterdir() if not p.name.startswith("."))
    except OSError:
        return f"The folder {path.parent} cannot be listed."
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else _in_folder(path.parent)


def _in_folder(folder: Path) -> str:
    try:
        names = sorted(p.name for p in folder.iterdir() if p.is_file() and is_readable_name(p))
    except OSError:
        return f"The folder {folder} cannot be listed."
    if not names:
        return f"The folder {folder.resolve()} holds no file that can be read."
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"The folder holds {', '.join(names[:5])}{more}."


def _cannot_open(where: str, problem: OSError) -> SourceError:
    if isinstance(problem, PermissionError):
        return SourceError("no permission to read this", where=where, hint="Ask its owner, or make a copy you own.")
    reason = problem.strerror or str(problem)
    return SourceError(f"it cannot be opened ({reason})", where=where, hint="Check the path and try again.")

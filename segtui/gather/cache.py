"""Customers made from large tables, kept in the cache folder: the second opening reads them instead of a gigabyte.

An entry is named by the fingerprint of the data and of how it is read (`dataset.identity`: place, size and time of the
last change of every file), so a changed file is simply another name. What cannot be read back is passed over.
Entries hold customers, so only their owner may read them; the folder may be deleted at any time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import polars as pl

from segtui import __version__
from segtui.gather.canonical import canonical_order
from segtui.gather.plain import from_plain, to_plain
from segtui.paths import cache_folder, private_folder
from segtui.progress import Progress, Steps
from segtui.results import Dataset, JoinReport, LeftOut, RollUp, SourceReport

WORTH_IT = 1 << 24
"""Bytes of source files from which an entry is kept; smaller ones are read about as fast."""

ENTRIES = 20
MOST_BYTES = 1 << 30

_FORMAT = f"2, segtui {__version__}, Polars {pl.__version__}"
_OUT, _ROW = "\0left out", "\0row"


def keep(dataset: Dataset, size: int) -> Steps[None]:
    """Keep a dataset that was made from `size` bytes; where that fails nothing is lost but time."""
    if size < WORTH_IT or dataset.table is None or dataset.rollup is None:
        return
    yield Progress("keeping the customers for the next opening")
    table, outcome, about = _paths(dataset.fingerprint)
    with suppress(OSError, pl.exceptions.PolarsError):
        private_folder(table.parent)
        marks = np.zeros(dataset.input_rows, dtype=np.uint8)
        for number, left_out in enumerate(dataset.left_out, start=1):
            marks[left_out.rows] = number
        _write(dataset.table.with_columns(pl.Series(_OUT, marks)), table)
        if dataset.rollup.outcome is not None:
            _write(dataset.rollup.outcome, outcome)
        _replace(about, json.dumps(_about(dataset)).encode())
        _tidy(table.parent)


def load(fingerprint: str) -> Dataset | None:
    """The dataset kept under this fingerprint; None where there is none, or none that can be used."""
    table, outcome, about = _paths(fingerprint)
    try:
        told = json.loads(about.read_bytes())
        if told["format"] != _FORMAT:
            return None
        frame = pl.read_ipc(table)
        rollup = from_plain(RollUp, told["rollup"])
        if rollup.holdout is not None:
            rollup = replace(rollup, outcome=pl.read_ipc(outcome))
        os.utime(about)
        return _dataset(frame, told, rollup, fingerprint)
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None


def _dataset(frame: pl.DataFrame, told: dict[str, object], rollup: RollUp, fingerprint: str) -> Dataset:
    marks = frame[_OUT].to_numpy()
    table = frame.drop(_OUT)
    reasons = [str(reason) for reason in _list(told["left_out"])]
    left_out = tuple(
        LeftOut(reason, np.flatnonzero(marks == number).astype(np.int64))
        for number, reason in enumerate(reasons, start=1)
    )
    kept = np.flatnonzero(marks == 0).astype(np.int64)
    id_column = None if told["id_column"] is None else str(told["id_column"])
    row = kept[canonical_order(table[kept], id_column)]
    return Dataset(
        frame=table[row],
        row=row,
        id_column=id_column,
        input_rows=table.height,
        left_out=left_out,
        sources=tuple(from_plain(SourceReport, one) for one in _list(told["sources"])),
        warnings=tuple(str(one) for one in _list(told["warnings"])),
        fingerprint=fingerprint,
        revenue=None if told["revenue"] is None else str(told["revenue"]),
        joins=tuple(from_plain(JoinReport, one) for one in _list(told["joins"])),
        rollup=rollup,
        table=table,
    )


def _about(dataset: Dataset) -> dict[str, object]:
    assert dataset.rollup is not None
    return {
        "format": _FORMAT,
        "id_column": dataset.id_column,
        "left_out": [one.reason for one in dataset.left_out],
        "sources": [to_plain(asdict(one)) for one in dataset.sources],
        "warnings": list(dataset.warnings),
        "revenue": dataset.revenue,
        "joins": [to_plain(asdict(one)) for one in dataset.joins],
        "rollup": to_plain(asdict(replace(dataset.rollup, outcome=None))),
    }


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("a list is needed")
    return value


# -- files ---------------------------------------------------------------------------------------------------


def _paths(fingerprint: str) -> tuple[Path, Path, Path]:
    """The customers, what happened in their holdout window, and everything else; the last is written last."""
    folder = cache_folder() / "customers"
    return folder / f"{fingerprint}.arrow", folder / f"{fingerprint}.outcome.arrow", folder / f"{fingerprint}.json"


def _write(frame: pl.DataFrame, path: Path) -> None:
    with _beside(path) as beside, open(_private(beside), "wb") as file:
        frame.write_ipc(file, compression="uncompressed")


def _replace(path: Path, content: bytes) -> None:
    with _beside(path) as beside, open(_private(beside), "wb") as file:
        file.write(content)


class _beside:
    """A name to write under; what is written takes the place of the file in one move, or is removed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(f"{path.name}.tmp-{os.getpid()}")

    def __enter__(self) -> Path:
        return self._beside

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            os.replace(self._beside, self._path)
        else:
            self._beside.unlink(missing_ok=True)


def _private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def _tidy(folder: Path) -> None:
    """Forget the entries used longest ago once there are too many, or they take too much room."""
    total = 0
    for number, about in enumerate(sorted(folder.glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True)):
        files = list(_files_of(folder, about.stem))
        total += sum(path.stat().st_size for path in files)
        if number >= ENTRIES or (number and total > MOST_BYTES):
            for path in (about, *files):
                path.unlink(missing_ok=True)


def _files_of(folder: Path, fingerprint: str) -> Iterator[Path]:
    for name in (f"{fingerprint}.arrow", f"{fingerprint}.outcome.arrow"):
        if (path := folder / name).exists():
            yield path

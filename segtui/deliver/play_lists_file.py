"""The lists of a campaign as files: for every play one of each arm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from segtui.atomic import WholeFiles, check_target, delivery_error
from segtui.deliver import table_file
from segtui.deliver.writers import Table
from segtui.errors import DeliveryError

if TYPE_CHECKING:
    import polars as pl

    from segtui.progress import Steps

PIECE = 50_000
"""Rows written at once."""

Arms = Mapping[str, tuple[str, str]]
"""The names of the two arms of each play, by its id."""


def names(arms: Arms) -> dict[tuple[str, str], str]:
    """The file of every play and arm: "win-back-held-out.csv"."""
    found: dict[tuple[str, str], str] = {}
    for play, pair in arms.items():
        told = [re.sub(r"[^a-z0-9]+", "-", arm.lower()).strip("-") for arm in pair]
        if not all(told) or told[0] == told[1]:  # names in a script that file names had better not hold
            told = ["arm-1", "arm-2"]
        found |= {(play, arm): f"{play}-{word}.csv" for arm, word in zip(pair, told, strict=True)}
    return found


def files(lists: pl.DataFrame, arms: Arms) -> Iterator[tuple[str, pl.DataFrame]]:
    """The name and the rows of every play and arm. lists: columns as `decide.arms.COLUMNS`."""
    import polars as pl

    for (play, arm), name in names(arms).items():
        yield name, lists.filter(pl.col("play") == play, pl.col("arm") == arm)


def check_folder(folder: str) -> None:
    """Find out before any work whether the folder is there or can be made. Raises DeliveryError."""
    path = Path(folder)
    if path.is_dir():
        check_target(path / "list.csv", overwrite=True)
    elif path.exists():
        raise DeliveryError("this is a file, not a folder", where=folder, hint="Name a folder.")
    else:
        check_target(path, overwrite=False)


def write(
    lists: pl.DataFrame, arms: Arms, folder: str, sources: Sequence[Path], *, overwrite: bool, csv_safe: bool = False
) -> Steps[tuple[Path, ...]]:
    """All lists (columns as `decide.arms.COLUMNS`), all of them or none, for their owner alone; returns their paths.

    An arm without customers is a file with a header. Raises DeliveryError.
    """
    check_folder(folder)
    where = Path(folder)
    try:
        where.mkdir(exist_ok=True)
    except OSError as error:
        raise delivery_error(error, folder) from error
    with WholeFiles(overwrite=overwrite, sources=sources) as written:
        for name, own in files(lists, arms):
            beside = written.stage(where / name, private=True)
            table = Table(own.schema, own.height, own.iter_slices(PIECE), f"writing {name}")
            yield from table_file.write(table, beside, where / name, "csv", csv_safe=csv_safe)
        return written.commit()

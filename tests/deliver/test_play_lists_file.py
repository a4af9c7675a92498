"""The lists of a campaign as files: a name for each, everyone in one, all or none."""

from __future__ import annotations

import stat
from pathlib import Path

import polars as pl
import pytest

from segtui.deliver.play_lists_file import names, write
from segtui.errors import DeliveryError
from segtui.progress import finish

ARMS = {"win-back": ("contacted", "held out"), "own-words": ("own version", "common version")}
LISTS = pl.DataFrame(
    {
        "id": ["a", "=b", "c"],
        "segment": ["A", "A", "A"],
        "arm": ["contacted", "held out", "own version"],
        "play": ["win-back", "win-back", "own-words"],
        "also_in": ["", "", "win-back"],
    }
)


def test_names_of_files() -> None:
    assert set(names(ARMS).values()) == {
        "win-back-contacted.csv", "win-back-held-out.csv", "own-words-own-version.csv", "own-words-common-version.csv",
    }  # fmt: skip
    odd = names({"x": ("../../etc", "ETC"), "y": ("привет", "пока"), "z": ("a", "b/c")})
    assert set(odd.values()) == {"x-arm-1.csv", "x-arm-2.csv", "y-arm-1.csv", "y-arm-2.csv", "z-a.csv", "z-b-c.csv"}


def test_a_file_for_every_play_and_arm(tmp_path: Path) -> None:
    folder = tmp_path / "spring"
    paths = finish(write(LISTS, ARMS, str(folder), (), overwrite=False, csv_safe=True))
    assert sorted(paths) == sorted(folder.iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    assert (
        folder / "win-back-held-out.csv"
    ).read_text() == 'id,segment,arm,play,also_in\n\'=b,A,held out,win-back,""\n'
    assert (folder / "own-words-common-version.csv").read_text() == "id,segment,arm,play,also_in\n"


def test_all_or_none(tmp_path: Path) -> None:
    there = tmp_path / "own-words-common-version.csv"
    there.write_text("mine")
    with pytest.raises(DeliveryError, match="exists already"):
        finish(write(LISTS, ARMS, str(tmp_path), (), overwrite=False))
    assert list(tmp_path.iterdir()) == [there]
    finish(write(LISTS, ARMS, str(tmp_path), (), overwrite=True))
    assert len(list(tmp_path.iterdir())) == 4
    with pytest.raises(DeliveryError, match="a file, not a folder"):
        finish(write(LISTS, ARMS, str(there), (), overwrite=True))
    with pytest.raises(DeliveryError, match="the folder does not exist"):
        finish(write(LISTS, ARMS, str(tmp_path / "no" / "such"), (), overwrite=True))

"""Customers kept for the next opening: the same as made anew, noticed when stale, passed over when broken, private."""

from __future__ import annotations

import json
import os
import stat
from datetime import date
from pathlib import Path

import pytest

from segtui.gather import cache, dataset
from segtui.paths import cache_folder
from segtui.results import Dataset
from tests.gather.making import column, opened, rolled, written

ORDERS = """
    customer_id,order_id,order_date,quantity,unit_price
    c1,1,2024-01-01,2,5.00
    c1,2,2024-01-09,1,5.00
    c2,3,2024-01-05,3,1.00
    c2,4,2024-01-06,1,1.00
    c3,5,2024-01-07,1,4.00
    c3,6,2024-01-08,-1,4.00
    ,7,2024-01-08,1,4.00
"""
CUSTOMERS = "customer_id,age\nc1,30\nc2,41\nc4,52\nc5,63\nc6,74\n"


@pytest.fixture(autouse=True)
def all_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every dataset is kept, however small its files."""
    monkeypatch.setattr(cache, "WORTH_IT", 0)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fingerprints of the datasets that were made from their files rather than read from the cache."""
    found: list[str] = []
    make = dataset.assemble

    def noted(looked: object, spec: object, mark: str) -> object:
        found.append(mark)
        return make(looked, spec, mark)  # type: ignore[arg-type]

    monkeypatch.setattr(dataset, "assemble", noted)
    return found


def entries() -> list[Path]:
    folder = cache_folder() / "customers"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def same(one: Dataset, other: Dataset) -> None:
    assert other.frame.equals(one.frame)
    assert other.frame.schema == one.frame.schema
    assert other.row.tolist() == one.row.tolist()
    assert other.row.dtype == one.row.dtype
    assert [(o.reason, o.rows.tolist()) for o in other.left_out] == [(o.reason, o.rows.tolist()) for o in one.left_out]
    assert one.table is not None
    assert other.table is not None
    assert other.table.equals(one.table)
    for name in ("id_column", "input_rows", "sources", "joins", "warnings", "fingerprint", "revenue"):
        assert getattr(other, name) == getattr(one, name), name
    mine, theirs = rolled(one), rolled(other)
    for name in ("lines", "kept", "later", "orders", "revenue", "steps", "snapshot", "snapshot_given", "first_day",
                 "last_day", "features", "holdout"):  # fmt: skip
        assert getattr(theirs, name) == getattr(mine, name), name
    assert (theirs.outcome is None) == (mine.outcome is None)
    assert theirs.outcome is None or theirs.outcome.equals(mine.outcome)


@pytest.mark.parametrize(
    "said",
    [{}, {"holdout": 3}, {"snapshot": date(2024, 1, 8)}, {"loose_ids": True}, {"steps": (("has_orders", False),)}],
)
def test_second_opening(tmp_path: Path, made: list[str], said: dict[str, object]) -> None:
    paths = written(tmp_path, "orders.csv", ORDERS), written(tmp_path, "customers.csv", CUSTOMERS)
    one = opened(*paths, **said)
    assert one.left_out or "steps" in said
    other = opened(*paths, **said)
    assert made == [one.fingerprint]
    same(one, other)


def test_ids_that_are_numbers_and_types_of_all_sorts(tmp_path: Path, made: list[str]) -> None:
    people = "customer_id,joined,member,score,note\n1,2020-01-01,yes,1.5,ä\n2,2021-01-01,no,2.5,\n3,,yes,,x\n"
    orders = written(tmp_path, "orders.csv", ORDERS.replace(" c", " "))
    paths = orders, written(tmp_path, "customers.csv", people)
    same(opened(*paths), opened(*paths))
    assert len(made) == 1


def test_another_recipe_is_another_entry(tmp_path: Path, made: list[str]) -> None:
    path = written(tmp_path, "orders.csv", ORDERS)
    assert column(opened(path), "frequency") == {"c1": 2, "c2": 2, "c3": 1}
    assert column(opened(path, snapshot=date(2024, 1, 7)), "frequency") == {"c1": 1, "c2": 2}
    assert column(opened(path), "frequency") == {"c1": 2, "c2": 2, "c3": 1}
    assert len(made) == len(set(made)) == 2


def test_a_changed_file(tmp_path: Path, made: list[str]) -> None:
    path = written(tmp_path, "orders.csv", ORDERS)
    before = path.stat()
    assert column(opened(path), "monetary")["c1"] == 15.0
    written(tmp_path, "orders.csv", ORDERS.replace("c1,1,2024-01-01,2,5.00", "c1,1,2024-01-01,9,5.00"))
    assert path.stat().st_size == before.st_size
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))  # the least a file system may notice
    assert column(opened(path), "monetary")["c1"] == 50.0
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 10**9))  # touched, and maybe changed
    opened(path)
    assert len(made) == len(set(made)) == 3


def test_a_file_more_in_the_folder(tmp_path: Path, made: list[str]) -> None:
    written(tmp_path, "orders.csv", ORDERS)
    opened(tmp_path)
    written(tmp_path, "customers.csv", CUSTOMERS)
    assert "age" in opened(tmp_path).frame.columns
    assert len(made) == 2


def broken(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "empty":
        path.write_bytes(b"")
    elif how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "junk":
        path.write_bytes(bytes((i * 37) % 256 for i in range(len(content))))
    elif how == "gone":
        path.unlink()


@pytest.mark.parametrize("how", ["empty", "cut", "junk", "gone"])
@pytest.mark.parametrize("which", [".json", ".arrow", ".outcome.arrow"])
def test_a_broken_entry_is_passed_over(tmp_path: Path, made: list[str], which: str, how: str) -> None:
    path = written(tmp_path, "orders.csv", ORDERS)
    one = opened(path, holdout=3)
    broken(cache_folder() / "customers" / f"{one.fingerprint}{which}", how)
    same(one, opened(path, holdout=3))
    assert len(made) == 2
    same(one, opened(path, holdout=3))  # and has been replaced by a good one
    assert len(made) == 2


@pytest.mark.parametrize("change", [{"format": "0"}, {"rollup": {}}, {"sources": None}, {"left_out": 7}])
def test_an_entry_of_another_version_is_passed_over(tmp_path: Path, made: list[str], change: dict[str, object]) -> None:
    path = written(tmp_path, "orders.csv", ORDERS)
    one = opened(path)
    about = cache_folder() / "customers" / f"{one.fingerprint}.json"
    about.write_text(json.dumps({**json.loads(about.read_text()), **change}))
    same(one, opened(path))
    assert len(made) == 2


def test_nothing_is_kept_of_small_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "orders.csv", ORDERS)
    monkeypatch.setattr(cache, "WORTH_IT", path.stat().st_size + 1)
    opened(path)
    assert entries() == []
    monkeypatch.setattr(cache, "WORTH_IT", path.stat().st_size)
    opened(path)
    assert len(entries()) == 2


def test_a_plain_customer_table_is_not_kept(tmp_path: Path) -> None:
    opened(written(tmp_path, "customers.csv", CUSTOMERS))
    assert entries() == []


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        opened(written(tmp_path, "orders.csv", ORDERS), holdout=3)
    finally:
        os.umask(before)
    assert len(entries()) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in entries()} == {0o600}
    assert stat.S_IMODE((cache_folder() / "customers").stat().st_mode) == 0o700


def test_entries_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: list[str]) -> None:
    """The one used longest ago goes, not the one made longest ago."""
    monkeypatch.setattr(cache, "ENTRIES", 2)
    path = written(tmp_path, "orders.csv", ORDERS)
    said = [{"snapshot": date(2024, 1, day)} for day in (7, 8, 9)]
    for number, one in enumerate((said[0], said[1], said[0])):
        mark = opened(path, **one).fingerprint
        about = cache_folder() / "customers" / f"{mark}.json"
        os.utime(about, (1_000 + number, 1_000 + number))  # seconds apart, however fast this runs
    opened(path, **said[2])
    assert len([p for p in entries() if p.suffix == ".json"]) == 2
    assert len(entries()) == 4
    assert len(made) == 3
    opened(path, **said[0])
    assert len(made) == 3
    opened(path, **said[1])
    assert len(made) == 4


def test_bytes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 1)
    path = written(tmp_path, "orders.csv", ORDERS)
    for day in (7, 8):
        opened(path, snapshot=date(2024, 1, day))
    assert len([p for p in entries() if p.suffix == ".json"]) == 1  # the newest stays whatever its size


def test_a_folder_that_cannot_be_written(tmp_path: Path, made: list[str]) -> None:
    cache_folder().parent.mkdir(parents=True, exist_ok=True)
    cache_folder().write_text("a file stands here")
    path = written(tmp_path, "orders.csv", ORDERS)
    same(opened(path), opened(path))
    assert len(made) == 2


def test_nothing_half_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr("polars.DataFrame.write_ipc", full)
    opened(written(tmp_path, "orders.csv", ORDERS))
    assert entries() == []

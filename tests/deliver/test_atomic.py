"""Files appear whole, together, or not at all; and every refusal says what to do."""

import errno
import os
import stat
from pathlib import Path

import pytest

from segtui.atomic import WholeFiles, check_target, delivery_error
from segtui.errors import DeliveryError


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def write(folder: Path, *files_named: str, end: type[BaseException] | None = None) -> None:
    """Half a line into each file, and then all of them into place, unless something ends it."""
    with WholeFiles(overwrite=True) as files:
        for name in files_named:
            files.stage(folder / name).write_text("half")
        if end is not None:
            raise end
        files.commit()


def test_nothing_is_seen_before_the_end(tmp_path: Path) -> None:
    with WholeFiles() as files:
        beside = files.stage(tmp_path / "a.csv", private=True)
        beside.write_text("x")
        assert beside.name == f".a.csv.tmp-{os.getpid()}"
        assert not (tmp_path / "a.csv").exists()
        assert files.commit() == (tmp_path / "a.csv",)
    assert (tmp_path / "a.csv").read_text() == "x"
    assert names(tmp_path) == ["a.csv"]


def test_customers_are_for_their_owner_alone_and_existing_rights_stay(tmp_path: Path) -> None:
    with WholeFiles(overwrite=True) as files:
        files.stage(tmp_path / "new.csv", private=True)
        files.commit()
    assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o600
    (tmp_path / "new.csv").chmod(0o640)
    with WholeFiles(overwrite=True) as files:
        files.stage(tmp_path / "new.csv", private=True)
        files.commit()
    assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o640


@pytest.mark.parametrize("end", [GeneratorExit, KeyboardInterrupt, ValueError])
def test_whatever_ends_it_early_leaves_no_trace(tmp_path: Path, end: type[BaseException]) -> None:
    (tmp_path / "a.csv").write_text("former")
    with pytest.raises(end):
        write(tmp_path, "a.csv", "b.csv", end=end)
    assert names(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "former"


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_if_the_second_fails_the_first_is_taken_back(tmp_path: Path, monkeypatch, links: bool) -> None:
    (tmp_path / "a.csv").write_text("former")
    replace = os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(target).name == "b.csv":
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    def no_link(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "replace", refuse)
    if not links:
        monkeypatch.setattr(os, "link", no_link)
    with pytest.raises(DeliveryError, match="disk is full") as caught:
        write(tmp_path, "a.csv", "new.csv", "b.csv")
    assert caught.value.where == str(tmp_path / "b.csv")
    assert names(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "former"


def test_a_full_disk_found_by_the_last_flush(tmp_path: Path, monkeypatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DeliveryError, match="disk is full"):
        write(tmp_path, "a.csv")
    assert names(tmp_path) == []


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "real" / "a.csv")
    with WholeFiles() as files:
        files.stage(tmp_path / "link.csv").write_text("x")
        files.commit()
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real" / "a.csv").read_text() == "x"


def test_targets_that_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "source.csv"
    source.write_text("id\n1\n")
    (tmp_path / "symbolic.csv").symlink_to(source)
    os.link(source, tmp_path / "hard.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "there.csv").write_text("former")
    (tmp_path / "locked.csv").write_text("former")
    cases = {
        "no/a.csv": "folder does not exist",
        "there.csv/a.csv": "a file, not a folder",
        "source.csv": "one of the sources",
        "symbolic.csv": "one of the sources",
        "hard.csv": "one of the sources",
        "folder.csv": "not an ordinary file",
    }
    for name, says in cases.items():
        with pytest.raises(DeliveryError, match=says):
            check_target(tmp_path / name, overwrite=True, sources=[source])
    with pytest.raises(DeliveryError, match=r"exists already.*--overwrite"):
        check_target(tmp_path / "there.csv", overwrite=False)
    check_target(tmp_path / "there.csv", overwrite=True, sources=[source])
    with pytest.raises(DeliveryError, match="not an ordinary file"):
        check_target(Path("/dev/null"), overwrite=True)


def test_places_without_the_right_to_write(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "there.csv").write_text("former")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(DeliveryError, match="read-only"):
        check_target(tmp_path / "a.csv", overwrite=False)
    with pytest.raises(DeliveryError, match="read-only"):
        check_target(tmp_path / "there.csv", overwrite=True)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_folder_that_turns_out_to_be_read_only(tmp_path: Path, monkeypatch, number: int) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(DeliveryError, match="read-only"), WholeFiles() as files:
        files.stage(tmp_path / "a.csv")
    assert names(tmp_path) == []


def test_what_a_killed_process_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / f".a.csv.tmp-{os.getpid()}").write_text("old")
    with WholeFiles() as files:
        files.stage(tmp_path / "a.csv").write_text("x")
        files.commit()
    assert names(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "x"


def test_errors_worded_by_polars_are_understood() -> None:
    error = delivery_error(Exception("polars failed: No space left on device (os error 28): /x"), "a.csv")
    assert "disk is full" in error.what
    assert "Nothing was written" in error.hint


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="this name is too long"):
        check_target(tmp_path / ("x" * 300 + ".csv"), overwrite=False)

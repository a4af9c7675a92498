"""Files that appear whole, together, or not at all."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from segtui.errors import DeliveryError

PRIVATE = 0o600
"""Files that hold customers are for their owner alone, until the owner decides otherwise."""

ORDINARY = 0o666
"""The rights of a file that holds no customers, less what the user's umask takes away."""

StrPath = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file being written beside its target. `asked` is the path as given, for messages and for the caller."""

    asked: Path
    target: Path
    beside: Path

    @property
    def former(self) -> Path:
        """Where the file that is being replaced waits until all are in place."""
        return self.beside.with_name(f"{self.beside.name}-former")


class WholeFiles:
    """Writes each file under a hidden name beside its target and moves all into place at the end.

    Used as a context: leaving it without `commit`, by an error or a stop, removes every trace. If one of
    several files cannot be moved into place, those already moved are taken back. The steps inside may raise
    OSError: it leaves the context as a DeliveryError that says what to do.
    """

    def __init__(self, *, overwrite: bool = False, sources: Iterable[StrPath] = ()) -> None:
        self._overwrite = overwrite
        self._sources = tuple(sources)
        self._staged: list[_Staged] = []

    def stage(self, target: StrPath, *, private: bool = False) -> Path:
        """The path to write what shall become `target`; an empty file stands there. Raises DeliveryError."""
        asked = Path(target)
        check_target(asked, overwrite=self._overwrite, sources=self._sources)
        real = Path(os.path.realpath(asked))  # a symbolic link stays one, and its file is replaced
        staged = _Staged(asked, real, real.with_name(f".{real.name}.tmp-{os.getpid()}"))
        try:
            staged.beside.unlink(missing_ok=True)  # left behind by a killed process that had the same number
            descriptor = os.open(staged.beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE if private else ORDINARY)
            self._staged.append(staged)
            with os.fdopen(descriptor, "wb"):
                if real.exists():
                    os.fchmod(descriptor, stat.S_IMODE(real.stat().st_mode))
        except OSError as error:
            raise delivery_error(error, asked) from error
        return staged.beside

    def commit(self) -> tuple[Path, ...]:
        """Move every file into place and return their paths as asked for. Raises DeliveryError."""
        moved: list[_Staged] = []
        try:
            for staged in self._staged:
                sync(staged.beside)
            for staged in self._staged:
                _keep_former(staged)
                os.replace(staged.beside, staged.target)
                moved.append(staged)
            for folder in {staged.target.parent for staged in self._staged}:
                sync(folder)
        except BaseException as error:
            for staged in moved:
                _take_back(staged)
            if isinstance(error, OSError):
                raise delivery_error(error, self._failed_at(moved)) from error
            raise
        finally:
            self._discard()
        return tuple(staged.asked for staged in self._staged)

    def __enter__(self) -> WholeFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        failed_at = self._staged[-1].asked if self._staged else Path()
        self._discard()
        if isinstance(error, OSError):
            raise delivery_error(error, failed_at) from error

    def _failed_at(self, moved: list[_Staged]) -> Path:
        return self._staged[min(len(moved), len(self._staged) - 1)].asked

    def _discard(self) -> None:
        for staged in self._staged:
            for path in (staged.beside, staged.former):
                with suppress(OSError):
                    path.unlink(missing_ok=True)


def check_target(target: Path, *, overwrite: bool, sources: Iterable[StrPath] = ()) -> None:
    """Find out before any work whether `target` may be written. Raises DeliveryError."""
    folder = Path(os.path.realpath(target)).parent
    if not folder.is_dir():
        what = "the folder does not exist" if not folder.exists() else "this is a file, not a folder"
        raise DeliveryError(what, where=str(target.parent), hint="Create the folder, or give another path.")
    for source in sources:
        if _same_file(target, source):
            raise DeliveryError(
                "this file is one of the sources, and sources are never written to",
                where=str(target),
                hint="Choose another name.",
            )
    try:
        exists = target.exists()
    except OSError as error:  # such as a name that is too long
        raise delivery_error(error, target) from error
    if exists:
        _check_existing(target, overwrite=overwrite)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise delivery_error(PermissionError(errno.EACCES, "no right to write"), target)


def _check_existing(target: Path, *, overwrite: bool) -> None:
    if not target.is_file():
        raise DeliveryError(
            "this exists and is not an ordinary file",
            where=str(target),
            hint="Choose another name, or - for standard output.",
        )
    if not overwrite:
        raise DeliveryError(
            "this file exists already",
            where=str(target),
            hint="Choose another name, or allow overwriting (--overwrite).",
        )
    if not os.access(target, os.W_OK):
        raise DeliveryError("this file is read-only", where=str(target), hint="Choose another name.")


def delivery_error(error: BaseException, target: StrPath, left: str = "Nothing was written.") -> DeliveryError:
    """What the operating system (or Polars, which words it its own way) said, in words that help."""
    number = error_number(error)
    what, hint = _EXPLAINED.get(number or 0, (f"this could not be written ({_reason(error)})", "Try another folder."))
    return DeliveryError(what, where=os.fspath(target), hint=f"{hint} {left}".rstrip())


def error_number(error: BaseException) -> int | None:
    """The number of the operating system's error behind `error`; Polars hides it in the text."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    found = re.search(r"\(os error (\d+)\)", str(error))
    return int(found.group(1)) if found else None


def _reason(error: BaseException) -> str:
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words or type(error).__name__


_FULL = ("the disk is full", "Free some space, or choose another disk.")
_READ_ONLY = ("this place is read-only for you", "Choose another folder.")
_EXPLAINED = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: ("your disk quota is used up", "Free some space, or choose another disk."),
    errno.EFBIG: ("the file would be larger than is allowed here", "Choose another disk, or a denser format."),
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EROFS: _READ_ONLY,
    errno.ENOENT: ("the folder does not exist", "Create it, or give another path."),
    errno.ENOTDIR: ("a part of this path is a file, not a folder", "Give another path."),
    errno.ENAMETOOLONG: ("this name is too long", "Choose a shorter one."),
}


def _same_file(target: Path, source: StrPath) -> bool:
    """Whether both name one file, by whatever links."""
    try:
        return os.path.samefile(target, source)
    except (OSError, ValueError):
        return False


def sync(path: Path) -> None:
    """Wait until `path` is on the disk, so that a power cut cannot leave an empty file under the final name."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _keep_former(staged: _Staged) -> None:
    """Keep the file that is about to be replaced under a second name."""
    if not staged.target.exists():
        return
    staged.former.unlink(missing_ok=True)
    try:
        os.link(staged.target, staged.former)
    except OSError:  # a file system without links: moved instead, so for an instant there is no file
        os.replace(staged.target, staged.former)


def _take_back(staged: _Staged) -> None:
    with suppress(OSError):
        if staged.former.exists():
            os.replace(staged.former, staged.target)
        else:
            staged.target.unlink(missing_ok=True)

"""A folder that appears whole or not at all: staged beside its target, moved into place at the end."""

from __future__ import annotations

import errno
import fnmatch
import glob
import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from segtui.atomic import ORDINARY, PRIVATE, StrPath, delivery_error, sync
from segtui.errors import DeliveryError
from segtui.gather.paths import STANDARD_INPUT, files_of, is_address
from segtui.recipe import GatherSpec

STAGED = 0o700
"""The rights of the folder while it is written. A finished one is an ordinary folder; files that hold customers have
rights of their own."""

Listed = Callable[[Path], Collection[str] | None]
"""The names of the files that an earlier delivery put into a folder; None where none did."""


class WholeFolder:
    """Collects files in a hidden folder beside `target` and moves it into place at the end.

    Used as a context: leaving it without `commit`, by an error or a stop, removes every trace, and what stood at
    `target` is as it was. An OSError of the steps inside leaves the context as a DeliveryError that says what to do.
    """

    def __init__(self, target: StrPath, *, overwrite: bool, listed: Listed) -> None:
        self._asked = Path(target)
        self._overwrite, self._listed = overwrite, listed
        self._real = Path(os.path.realpath(Path(target).expanduser()))
        self._beside = self._real.with_name(f".{self._real.name}.tmp-{os.getpid()}")
        self._former = self._real.with_name(f".{self._real.name}.former-{os.getpid()}")
        self._rights = STAGED

    def __enter__(self) -> WholeFolder:
        check_place(self._asked, overwrite=self._overwrite, listed=self._listed)
        try:
            shutil.rmtree(self._beside, ignore_errors=True)  # left by a killed process that had the same number
            self._beside.mkdir()
            self._rights = stat.S_IMODE(self._beside.stat().st_mode)
            self._beside.chmod(STAGED)
        except OSError as error:
            raise delivery_error(error, self._asked) from error
        return self

    def stage(self, name: str, *, private: bool = False) -> Path:
        """The path to write the file `name` ("a.csv", "lists/b.csv") to; an empty file stands there.

        private: it holds customers, and is for its owner alone.
        """
        path = self._beside / name
        path.parent.mkdir(exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE if private else ORDINARY))
        return path

    def drop(self, name: str) -> None:
        """Take back a file that cannot be finished."""
        (self._beside / name).unlink(missing_ok=True)

    def names(self) -> tuple[str, ...]:
        """The files so far, sorted."""
        return tuple(sorted(files_in(self._beside)))

    def path(self, name: str) -> Path:
        """Where the file `name` is now."""
        return self._beside / name

    def commit(self) -> Path:
        """Move the folder into place and return its path as asked. Raises DeliveryError."""
        try:
            for name in self.names():
                sync(self._beside / name)
            for folder in {(self._beside / name).parent for name in self.names()}:
                sync(folder)
            self._beside.chmod(self._rights)
            check_place(
                self._asked, overwrite=self._overwrite, listed=self._listed
            )  # others may have written meanwhile
            self._swap()
        except OSError as error:
            raise delivery_error(error, self._asked) from error
        return self._asked

    def _swap(self) -> None:
        replaced = self._real.exists()
        if replaced:
            self._beside.chmod(stat.S_IMODE(self._real.stat().st_mode))
            os.rename(self._real, self._former)
        try:
            os.rename(self._beside, self._real)
        except BaseException:
            if replaced:
                os.rename(self._former, self._real)
            raise
        with suppress(OSError):
            sync(self._real.parent)
        if replaced:
            shutil.rmtree(self._former, ignore_errors=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._beside, ignore_errors=True)
        if isinstance(error, OSError):
            raise delivery_error(error, self._asked) from error


# -- where it may stand --------------------------------------------------------------------------------------


def check_place(target: Path, *, overwrite: bool, listed: Listed) -> None:
    """Find out before any work whether a folder can be delivered at `target`. Raises DeliveryError.

    An empty folder may be filled. One that is not is replaced only where it is an earlier delivery and nothing else.
    """
    real = Path(os.path.realpath(target.expanduser()))
    parent = real.parent
    if not parent.is_dir() or real == parent:
        raise DeliveryError(
            "there is no such folder to deliver into", where=str(target.parent), hint="Create it, or give another path."
        )
    try:
        exists = real.exists()
    except OSError as error:  # such as a name that is too long
        raise delivery_error(error, target) from error
    if exists and not real.is_dir():
        raise DeliveryError("this is a file, not a folder", where=str(target), hint="Choose another name.")
    if exists:
        _check_former(real, target, overwrite, listed)
    if not os.access(parent, os.W_OK | os.X_OK):
        raise delivery_error(PermissionError(errno.EACCES, "no right to write"), target)


def _check_former(real: Path, target: Path, overwrite: bool, listed: Listed) -> None:
    there = set(files_in(real))
    if not there and not any(real.iterdir()):
        return
    known = listed(real)
    if known is None:
        raise DeliveryError(
            "this folder exists and is no delivery of segtui", where=str(target), hint="Choose another name."
        )
    strange = sorted(there - set(known))
    if strange:
        more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
        raise DeliveryError(
            f"beside an earlier delivery this folder holds {strange[0]}{more}, which would be lost",
            where=str(target),
            hint="Choose another name, or move that elsewhere.",
        )
    if not overwrite:
        raise DeliveryError(
            "this delivery exists already",
            where=str(target),
            hint="Choose another name, or allow overwriting (--overwrite).",
        )


def check_apart(gather: GatherSpec, target: Path, names: Collection[str]) -> None:
    """A delivery must neither replace sources nor be read as a part of them the next time. Raises DeliveryError.

    names: of files that the folder will hold. Raises SourceError where a source is not there.
    """
    real = Path(os.path.realpath(target.expanduser()))
    for source in gather.sources:
        if source.path == STANDARD_INPUT or is_address(source.path):
            continue
        for file in files_of(source):
            if Path(os.path.realpath(file)).is_relative_to(real):
                raise _source_there(target, "this folder holds a source")
        path = Path(source.path).expanduser()
        if path.is_dir() and real.is_relative_to(os.path.realpath(path)):
            raise _source_there(target, "this is inside a folder that is a source")
        pattern = os.path.abspath(path)
        if glob.has_magic(source.path) and any(fnmatch.fnmatch(str(real / name), pattern) for name in names):
            raise _source_there(target, f"its files would match the source {source.path}")


def _source_there(target: Path, what: str) -> DeliveryError:
    return DeliveryError(
        f"{what}, and would be read as data the next time" if "holds" not in what else f"{what}, which would be lost",
        where=str(target),
        hint="Choose a folder elsewhere.",
    )


def files_in(folder: Path) -> Iterator[str]:
    """The files and links below a folder by their path within it, and empty folders with a slash behind."""
    for here, folders, files in os.walk(folder):
        place = Path(here).relative_to(folder)
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        yield from ((place / name).as_posix() for name in (*files, *links))
        if not folders and not files and place != Path():
            yield f"{place.as_posix()}/"

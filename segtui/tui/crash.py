"""When something unforeseen happens: a log without customer data, the session kept, two lines on the terminal.

Textual would print the traceback with the local variables of every frame, which are customers' rows.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from segtui.clean_text import clean
from segtui.paths import log_file, private_folder

LARGEST_LOG = 1_000_000
"""Bytes after which the log is put aside when the next session starts."""

_SPEAKING = (AttributeError, NameError, ImportError, RecursionError, ZeroDivisionError, MemoryError)
"""Exceptions whose texts name code. All others may quote a value: `could not convert string to float: '...'`."""


@dataclass(frozen=True, slots=True)
class CrashReport:
    """What the analyst is told."""

    what: str
    log: Path | None

    def lines(self, saved: str) -> tuple[str, str]:
        """Two lines for the terminal; `saved` says where the session is."""
        where = f"details, without customer data, in {clean(self.log)}" if self.log else "no log could be written"
        return (f"segtui stopped: {self.what}; {where}.", saved)


def report(error: BaseException) -> CrashReport:
    """Write what happened to the log and say it in a few words. Never raises."""
    what = name(error)
    try:
        frames = traceback.extract_tb(error.__traceback__)
        if frames:
            what += f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}"
        log = append(scrubbed(error))
    except Exception:
        log = None
    return CrashReport(what, log)


def name(error: BaseException) -> str:
    """The kind of error, without its text."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def scrubbed(error: BaseException | None) -> str:
    """The traceback of `error` and of what led to it: files, lines and functions; no locals, no values."""
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        parts.append(_one(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nwhile handling\n".join(parts)


def _one(error: BaseException) -> str:
    text = name(error)
    if type(error) in _SPEAKING:
        text += f": {clean(error)}"
    elif isinstance(error, OSError) and error.strerror:
        text += f": {error.strerror}"  # without the file name
    lines = [f'  File "{f.filename}", line {f.lineno}, in {f.name}' for f in traceback.extract_tb(error.__traceback__)]
    return "\n".join([text, *lines])


def append(text: str) -> Path | None:
    """Add `text` to the log, readable by its owner only. The log's path, None where it cannot be written."""
    stamp = dt.datetime.now().astimezone().isoformat(timespec="seconds")
    handle = open_log()
    if handle is None:
        return None
    try:
        os.write(handle, f"{stamp} {text}\n".encode("utf-8", "replace"))
    except OSError:
        return None
    finally:
        os.close(handle)
    return log_file()


def open_log() -> int | None:
    """A file descriptor of the log, put aside first where it has grown large; None where there can be none."""
    path = log_file()
    try:
        private_folder(path.parent)
        if path.exists() and path.stat().st_size > LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.fchmod(handle, 0o600)  # it may be older than this rule
    except OSError:
        return None
    return handle


class ScrubbingFormatter(logging.Formatter):
    """Log lines without values: an error as `scrubbed` has it, of a library's message only its first line, unfilled."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as text."""
        stamp = dt.datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="seconds")
        # Of other people's records the arguments stay out: they are where the values are. Ours hold none.
        first = record.getMessage() if record.name == "segtui" else str(record.msg).partition("\n")[0]
        text = f"{stamp} {record.levelname} {record.name}: {clean(first)}"
        if record.exc_info and record.exc_info[1] is not None:
            text += "\n" + scrubbed(record.exc_info[1])
        return text


def install_hooks() -> None:
    """Whatever goes wrong outside the app's own handler ends up in the log in the same way."""

    def in_main(_kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        append(scrubbed(error.with_traceback(trace)))

    def in_thread(what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None:
            append(f"in thread {what.thread.name if what.thread else '?'}\n{scrubbed(what.exc_value)}")

    sys.excepthook = in_main
    threading.excepthook = in_thread
    sys.unraisablehook = lambda what: append(f"unraisable\n{scrubbed(what.exc_value)}") and None
    log = open_log()
    if log is not None:
        handler = logging.StreamHandler(os.fdopen(log, "a", encoding="utf-8", errors="replace"))
        handler.setFormatter(ScrubbingFormatter())
        logging.root.handlers[:] = [handler]

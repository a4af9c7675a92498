"""Text for people outside the terminal app: tables, numbers, messages and a progress line, all cleaned."""

from __future__ import annotations

import json
import math
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from segtui.clean_text import cells, clean, cut
from segtui.progress import Progress

REPORTS_PER_SECOND = 10

Report = Callable[[Progress], None]
Json = dict[str, object]


def say(message: str) -> None:
    """One message on standard error. It may quote data: it is cleaned, and stays on one line."""
    sys.stderr.write(printable(f"segtui: {' '.join(message.split())}", sys.stderr) + "\n")


def printable(line: str, stream: TextIO | None = None) -> str:
    """`line` as `stream` (standard output) can show it: cleaned, and a question mark for what its encoding lacks."""
    encoding = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    return clean(line).encode(encoding, "replace").decode(encoding)


def number(value: float | None) -> str:
    """A value in its own unit, with about four figures."""
    if value is None or math.isnan(value):
        return "-"
    if math.isinf(value) or abs(value) >= 1e12 or 0 < abs(value) < 1e-4:
        return f"{value:.3g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def table(titles: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> Iterator[str]:
    """Lines of a table: cleaned, aligned by cells, columns numbered in `right` to the right."""
    texts = [[clean(title) for title in titles], *([clean(value) for value in row] for row in rows)]
    widths = [max(cells(row[column]) for row in texts) for column in range(len(titles))]
    for row in texts:
        yield "  ".join(
            _pad(text, width, column in right) for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()


def folded(text: str, width: int) -> list[str]:
    """A sentence on lines of at most `width` characters."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - cells(text))
    return space + text if right else text + space


LOG_SECONDS = 15.0
"""Between two lines of progress where nobody watches."""


@contextmanager
def progress_line() -> Iterator[Report]:
    """A line on standard error that says what is going on, where a person can see it; gone at the end. Elsewhere, such
    as in a log, a line from time to time, and none of short work."""
    if not sys.stderr.isatty():
        yield _Log().show
        return
    line = _Line(sys.stderr)
    try:
        yield line.show
    finally:
        line.clear()


class _Log:
    """A line every LOG_SECONDS, the first after as long."""

    def __init__(self) -> None:
        self._due = time.monotonic() + LOG_SECONDS

    def show(self, progress: Progress) -> None:
        """Say what is going on, unless something was said of late."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + LOG_SECONDS
        share = "" if progress.done is None else f" {progress.done:.0%}"
        say(f"{progress.doing}{share}  {progress.detail}")


class _Line:
    """One line that is drawn over and over. Blanks wipe it, which even a terminal without escape codes knows."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = 0
        self._due = 0.0

    def show(self, progress: Progress) -> None:
        """Draw what is going on, unless the last drawing is too fresh."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + 1 / REPORTS_PER_SECOND
        share = "" if progress.done is None else f" {progress.done:.0%}"
        text = clean(f"{progress.doing}{share}  {progress.detail}".rstrip())
        text = cut(f"{text}  (ctrl+c stops)", self._width(), "...")
        width = cells(text)
        self._draw(text + " " * (self._shown - width))
        self._shown = width

    def clear(self) -> None:
        """Leave an empty line to whatever is printed next."""
        if self._shown:
            self._draw(" " * self._shown)
            self._draw("")

    def _draw(self, text: str) -> None:
        self._stream.write(f"\r{printable(text, self._stream)}")
        self._stream.flush()

    def _width(self) -> int:
        try:
            return max(os.get_terminal_size(self._stream.fileno()).columns - 1, 20)
        except OSError:
            return 79


def print_json(document: Json) -> None:
    """One document on standard output, in 7-bit characters, so that nothing in it can drive a terminal."""
    print(json.dumps(_finite(document), indent=2, allow_nan=False))


def _finite(value: object) -> object:
    """JSON knows no infinity and no NaN: both become null."""
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def print_lines(lines: Iterable[str]) -> None:
    """Lines on standard output, cleaned."""
    for line in lines:
        print(printable(line))

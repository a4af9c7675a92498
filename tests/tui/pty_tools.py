"""A real terminal for tests: a program in a pty, its screen as a person sees it, and every byte it wrote.

Tests wait for text on the screen or for silence, never for time to pass.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyte

PATIENCE = 30.0
"""Seconds to wait for something that takes one; generous, because a busy machine is not a failure."""

PYTHON = sys.executable
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

_SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
_TICKS = os.sysconf("SC_CLK_TCK")


class Gone(AssertionError):
    """The program ended, or the text never came."""


class Terminal:
    """A program in a pty of its own session.

    raw: every byte it wrote so far. Use as a context manager: leaving kills what is left.
    """

    def __init__(
        self,
        command: Sequence[str] | str,
        *,
        columns: int = 80,
        rows: int = 24,
        term: str = "xterm-256color",
        env: Mapping[str, str | None] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """command: a list, or a line for sh. env: what differs from this process; None removes.

        patience: how long to wait for anything.
        """
        self.patience = patience
        words = ["/bin/sh", "-c", command] if isinstance(command, str) else list(command)
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._raw = bytearray()
        self._status: int | None = None
        self.pid, fd = _spawn(words, _environment(term, env or {}), columns, rows)
        self._fd: int | None = fd

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *error: object) -> None:
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._status is None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
        self._close()

    # -- what it shows -------------------------------------------------------------------------------------

    @property
    def raw(self) -> bytes:
        self.read(0)
        return bytes(self._raw)

    @property
    def text(self) -> str:
        """The screen, line by line."""
        self.read(0)
        return "\n".join(self.screen.display)

    def read(self, seconds: float) -> int:
        """Take in what arrives within `seconds`; returns the number of bytes (at once when some came)."""
        if self._fd is None:
            return 0
        got = 0
        while select.select([self._fd], [], [], 0 if got else seconds)[0]:
            try:
                data = os.read(self._fd, 1 << 16)
            except OSError as error:
                if error.errno != errno.EIO:  # how a pty says that nobody is at the other end
                    raise
                data = b""
            if not data:
                if self.processes():  # it has merely closed its descriptors, and may open the terminal again
                    time.sleep(0.02)
                else:
                    self._close()
                break
            self._raw += data
            self._feed(data)
            got += len(data)
        return got

    def _feed(self, data: bytes) -> None:
        # pyte takes the kitty protocol's `CSI < u` for a cursor restore and prints the digits of `CSI > 1 u`.
        self._stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*u", b"", data))

    def wait_for(self, what: str | Callable[[str], object], seconds: float | None = None) -> str:
        """Wait until `what` is on the screen (a text, or a function of the whole screen); returns the screen."""
        found = what if callable(what) else lambda screen: what in screen
        seconds = self.patience if seconds is None else seconds
        end = time.monotonic() + seconds
        while True:
            screen = self.text
            if found(screen):
                return screen
            if self._fd is None or time.monotonic() > end:
                state = "ended" if self._fd is None else f"did not show it within {seconds:g} s"
                raise Gone(f"waited for {what!r}; the program {state}. Screen:\n{screen}")
            self.read(0.05)

    def wait_raw(self, what: bytes) -> None:
        """Wait until these bytes were written."""
        end = time.monotonic() + self.patience
        while what not in self._raw:
            if self._fd is None or time.monotonic() > end:
                raise Gone(f"waited for {what!r}. Screen:\n{self.text}")
            self.read(0.05)

    def settle(self, silence: float = 0.35) -> None:
        """Wait until nothing has been written for a while."""
        end = time.monotonic() + self.patience
        while self.read(silence):
            if time.monotonic() > end:
                raise Gone(f"still writing after {self.patience:g} s. Screen:\n{self.text}")

    def bytes_within(self, seconds: float) -> int:
        """How much is written during `seconds`."""
        end, total = time.monotonic() + seconds, 0
        while (left := end - time.monotonic()) > 0 and self._fd is not None:
            total += self.read(left)
        return total

    # -- what is done to it --------------------------------------------------------------------------------

    def press(self, keys: str | bytes) -> None:
        """Type."""
        if self._fd is None:
            raise Gone("the program has ended")
        os.write(self._fd, keys if isinstance(keys, bytes) else keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        if self._fd is None:
            raise Gone("the program has ended")
        self.screen.resize(rows, columns)
        _set_size(self._fd, columns, rows)

    def signal(self, number: int) -> None:
        """To the program (where sh started it: to its last child)."""
        os.kill(self.program(), number)

    def hang_up(self) -> None:
        """The terminal goes away, as when an SSH connection drops."""
        self._close()

    def wait_exit(self, seconds: float = 10.0) -> int:
        """Its exit status; a signal that killed it is negative."""
        end = time.monotonic() + seconds
        while self._status is None:
            self.read(0.02) if self._fd is not None else time.sleep(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.read(0)
                self._status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > end:
                raise Gone(f"still running after {seconds:g} s. Screen:\n{self.text}")
        return self._status

    # -- what the system says ------------------------------------------------------------------------------

    def processes(self) -> list[int]:
        """Every process of its session."""
        return [pid for pid, _, session, _ in _process_table() if session == self.pid]

    def program(self) -> int:
        """The Python process: itself, or the one its shell started."""
        own = [(pid, name) for pid, _, session, name in _process_table() if session == self.pid]
        return next((pid for pid, name in own if name.startswith("python") or name == "segtui"), self.pid)

    def cpu_seconds(self) -> float:
        """Processor time of its session so far."""
        total = 0.0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / _TICKS
        return total

    def _close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _spawn(words: list[str], env: dict[str, str], columns: int, rows: int) -> tuple[int, int]:
    """(pid, our end of the terminal). The size is right before the program starts."""
    program = shutil.which(words[0]) or words[0]
    pid, fd = pty.fork()
    if pid == 0:
        try:
            _set_size(0, columns, rows)
            os.execve(program, words, env)
        finally:
            os._exit(127)
    return pid, fd


def _set_size(fd: int, columns: int, rows: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _environment(term: str, changes: Mapping[str, str | None]) -> dict[str, str]:
    """This process's environment made equal on every machine."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TEXTUAL", "LC_", "COLOR"))}
    for name in ("NO_COLOR", "COLUMNS", "LINES", "TMUX", "STY", "SSH_CONNECTION", "SSH_TTY", "LANGUAGE"):
        env.pop(name, None)
    env.update(TERM=term, LANG="C.UTF-8", PYTHONDONTWRITEBYTECODE="1")
    for name, value in changes.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


def _process_table() -> Iterator[tuple[int, int, int, str]]:
    """(pid, parent, session, name) of every process; an ended one that nobody waited for is left out."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                head, _, tail = Path(f"/proc/{entry}/stat").read_text().rpartition(")")
                fields = tail.split()
                if fields[0] not in "ZX":
                    yield int(entry), int(fields[1]), int(fields[3]), head.partition("(")[2]


# -- checks ----------------------------------------------------------------------------------------------


def sgr_parameters(raw: bytes) -> set[str]:
    """Every parameter of every colour and style sequence ("" counts as 0; 38;5;n as a whole)."""
    found: set[str] = set()
    for match in _SGR.finditer(raw):
        text = match[1].decode()
        if re.match(r"(\d+;)*[34]8[;:]", text):
            found.add(text)
        else:
            found.update(part.lstrip("0") or "0" for part in text.split(";"))
    return found


def above_seven_bits(raw: bytes) -> bytes:
    """The bytes that a 7-bit terminal must not get."""
    return bytes(byte for byte in raw if byte > 0x7E)


def driven(raw: bytes) -> list[str]:
    """What in a stream of bytes could only have come from data: OSC, DCS and C1 controls, and turned-round text."""
    text = raw.decode("utf-8", "replace")
    found = [f"ESC {sign}" for sign in "]P_^X" if f"\x1b{sign}" in text]
    found += sorted(
        {f"U+{ord(c):04X}" for c in text if 0x80 <= ord(c) <= 0x9F or c in "\u202e\u202d\u2066\u2067\u200f"}
    )
    return found


def has_tmux() -> bool:
    return shutil.which("tmux") is not None


class Tmux:
    """A tmux server of its own with one window that runs a program."""

    def __init__(self, command: str, *, columns: int = 80, rows: int = 24) -> None:
        self.name = f"segtui-test-{os.getpid()}-{time.monotonic_ns()}"
        self.run("new-session", "-d", "-x", str(columns), "-y", str(rows), command)

    def run(self, *words: str) -> str:
        """One tmux command; its output."""
        env = _environment("xterm-256color", {})
        done = subprocess.run(
            ["tmux", "-L", self.name, "-f", "/dev/null", *words], env=env, capture_output=True, text=True, check=False
        )
        return done.stdout

    def wait_for(self, text: str, seconds: float = PATIENCE) -> str:
        end = time.monotonic() + seconds
        while True:
            screen = self.run("capture-pane", "-p")
            if text in screen:
                return screen
            if time.monotonic() > end:
                raise Gone(f"waited for {text!r}. Screen:\n{screen}")
            time.sleep(0.05)

    def __enter__(self) -> Tmux:
        return self

    def __exit__(self, *error: object) -> None:
        self.run("kill-server")

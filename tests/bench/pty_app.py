"""The app in a real pseudo-terminal, with the moment of arrival of every byte it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Sequence

import pyte

ENVIRONMENT = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}


class PtyApp:
    """Starts a command in a pty and watches its screen.

    A reader thread only notes chunks and their times; the screen is worked out later, so that drawing it here
    does not slow the program that is measured.
    """

    def __init__(self, command: Sequence[str], columns: int = 80, rows: int = 24, env: dict[str, str] | None = None):
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ.update(ENVIRONMENT | (env or {}))
            os.execvp(command[0], list(command))
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._arrived: list[tuple[float, bytes]] = []
        self._drawn = 0
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                select.select([self._fd], [], [])
                data = os.read(self._fd, 1 << 16)
            except OSError:
                return
            if not data:
                return
            self._arrived.append((time.perf_counter(), data))

    @property
    def lines(self) -> list[str]:
        """The screen as it is now."""
        self._draw(len(self._arrived))
        return list(self._screen.display)

    @property
    def written(self) -> int:
        """Bytes written so far."""
        return sum(len(data) for _, data in self._arrived)

    def _draw(self, upto: int) -> None:
        while self._drawn < upto:
            self._stream.feed(self._arrived[self._drawn][1])
            self._drawn += 1

    def send(self, keys: str) -> float:
        """Press keys; returns the moment."""
        moment = time.perf_counter()
        os.write(self._fd, keys.encode())
        return moment

    def when(self, condition: Callable[[list[str]], bool], seconds: float = 30.0) -> float:
        """The moment at which the chunk arrived that made `condition` true of the screen; the latest, if it is already."""
        end = time.perf_counter() + seconds
        if self._drawn and condition(list(self._screen.display)):
            return self._arrived[self._drawn - 1][0]
        while True:
            while self._drawn < len(self._arrived):
                moment = self._arrived[self._drawn][0]
                self._draw(self._drawn + 1)
                if condition(list(self._screen.display)):
                    return moment
            if time.perf_counter() > end:
                raise TimeoutError("waited in vain for the screen:\n" + "\n".join(self._screen.display))
            time.sleep(0.002)

    def quiet(self, seconds: float = 0.3) -> None:
        """Wait until nothing has been written for a while."""
        while not self._arrived or time.perf_counter() - self._arrived[-1][0] < seconds:
            time.sleep(0.02)
        self._draw(len(self._arrived))

    def resident(self) -> int:
        """Resident memory in bytes, as the system counts it."""
        with open(f"/proc/{self.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """End the program, kindly first."""
        for number in (15, 9):
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                break
            for _ in range(50):
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self._fd)
                    return
                time.sleep(0.02)


def python() -> str:
    """The interpreter that runs the benchmark."""
    return sys.executable

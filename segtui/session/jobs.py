"""One worker thread for all long work: the newest request wins, background work steps aside.

Work is a generator of short pieces (`progress.Steps`). Between two pieces the worker looks at what else is
waiting, so nothing is ever killed: it is paused, taken up again, or closed.

Three ranks, most urgent first:

* a *request* is something the analyst waits for; a newer request replaces it, waiting or running. One that changes
  what tasks stand on waits for the tasks that were there before it;
* a *task* (open, export) waits its turn and is never replaced;
* *background* work runs when nothing else does. It is dropped when its owner says so, else it goes on where
  it was. What is there in case it is wanted comes after all other of it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from segtui.errors import SegtuiError, Stopped
from segtui.progress import Progress, Steps

REPORTS_EVERY = 0.1
"""Seconds between two progress reports: at most ten a second go over a slow line."""

QUIET_AT_FIRST = 0.2
"""A job that has run for less says nothing: a quick answer should not have to share the processor with the painting
of its own progress."""


class Rank(IntEnum):
    """How urgent a job is; lower goes first."""

    REQUEST = 0
    TASK = 1
    BACKGROUND = 2


@dataclass(eq=False, slots=True)
class Job:
    """One piece of long work: a name for the screen, a key, and how to start it. after: tasks that must end first;
    last: of background work, what gives way to all other."""

    name: str
    rank: Rank
    start: Callable[[], Steps[None]]
    key: str = ""
    steps: Steps[None] | None = field(default=None)
    after: tuple[Job, ...] = ()
    last: bool = False


class Listener:
    """What the worker tells, on its own thread. Override what matters."""

    def progressed(self, job: Job, progress: Progress) -> None:
        """A piece is done; at most ten calls a second."""

    def failed(self, job: Job, error: Exception) -> None:
        """The job ended with an error."""

    def stopped(self, job: Job) -> None:
        """The job was closed because the analyst asked."""

    def idle(self) -> None:
        """Nothing is left to do."""


class Worker:
    """The worker thread. All methods return at once and may be called from any thread."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._wake = threading.Condition()
        self._request: Job | None = None
        self._tasks: deque[Job] = deque()
        self._background: list[Job] = []
        self._stopping: Job | None = None
        self._closed = False
        self._report_from = 0.0
        self._thread = threading.Thread(target=self._run, name="segtui-worker", daemon=True)

    def start(self) -> None:
        """Start the thread (after the first paint)."""
        self._thread.start()

    # -- what others ask ---------------------------------------------------------------------------------

    def request(self, name: str, start: Callable[[], Steps[None]], *, after_tasks: bool = False) -> None:
        """Do this now, instead of the request before; after_tasks: once the tasks that are there now have ended."""
        with self._wake:
            after = tuple(self._tasks) if after_tasks else ()
            self._request = Job(name, Rank.REQUEST, start, after=after)
            self._wake.notify()

    def enqueue(self, name: str, start: Callable[[], Steps[None]]) -> None:
        """Do this in turn."""
        with self._wake:
            self._tasks.append(Job(name, Rank.TASK, start))
            self._wake.notify()

    def background(
        self, name: str, start: Callable[[], Steps[None]], key: str, *, first: bool = False, last: bool = False
    ) -> None:
        """Do this when nothing else is to do; a job with the same key is not added twice. first: before the others;
        last: after all others, also those that come later."""
        with self._wake:
            same = [job for job in self._background if job.key == key]
            job = same[0] if same else Job(name, Rank.BACKGROUND, start, key, last=last)
            if same:
                self._background.remove(job)
            before = len([other for other in self._background if last or not other.last])
            self._background.insert(0 if first else before, job)
            self._wake.notify()

    def drop_background(self, keep: Callable[[str], bool]) -> None:
        """Forget background jobs whose key is not to be kept."""
        with self._wake:
            self._background = [job for job in self._background if keep(job.key)]

    def cancel_request(self) -> None:
        """Forget the request: its result is no longer wanted."""
        with self._wake:
            self._request = None

    def stop(self) -> str | None:
        """Stop what the analyst would see running; returns its name, None where nothing runs."""
        with self._wake:
            job = self._next()
            if job is None:
                return None
            self._stopping = job
            self._wake.notify()
            return job.name

    def close(self) -> None:
        """Stop everything and let the thread end."""
        with self._wake:
            self._closed = True
            self._wake.notify()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the thread to end (tests)."""
        self._thread.join(timeout)

    @property
    def waiting_for(self) -> str | None:
        """The request or task that is running or next; None where only background work is left."""
        with self._wake:
            job = self._next()
            return job.name if job is not None and job.rank is not Rank.BACKGROUND else None

    @property
    def in_background(self) -> str | None:
        """The background job that is running or next."""
        with self._wake:
            return self._background[0].name if self._background else None

    def has_background(self, prefix: str) -> bool:
        """Whether a background job with a key that begins so is running or waiting."""
        with self._wake:
            return any(job.key.startswith(prefix) for job in self._background)

    # -- the thread --------------------------------------------------------------------------------------

    def _next(self) -> Job | None:
        if self._request is not None and not any(task in self._request.after for task in self._tasks):
            return self._request
        if self._tasks:
            return self._tasks[0]
        return self._background[0] if self._background else None

    def _run(self) -> None:
        running: Job | None = None
        while not self._closed:
            with self._wake:
                job = self._next()
                stopping, self._stopping = self._stopping, None
            if running is not None and running is not job and not self._holds(running):
                _close(running)  # replaced or dropped while it ran: let it clean up
            running = job
            if stopping is not None and self._holds(stopping):
                self._end(stopping)
                _close(stopping)
                self._listener.stopped(stopping)
            elif job is not None:
                self._step(job)
            else:
                self._listener.idle()
                self._sleep()

    def _sleep(self) -> None:
        with self._wake:
            while self._next() is None and not self._closed:
                self._wake.wait()

    def _step(self, job: Job) -> None:
        try:
            if job.steps is None:
                job.steps = job.start()
                self._report_from = time.monotonic() + QUIET_AT_FIRST
            progress = next(job.steps)
        except StopIteration:
            self._end(job)
        except Stopped:
            self._end(job)
            self._listener.stopped(job)
        except Exception as error:  # whatever happens in a job must reach the analyst, not kill the thread
            self._end(job)
            self._listener.failed(job, error)
        else:
            now = time.monotonic()
            if now >= self._report_from:
                self._report_from = now + REPORTS_EVERY
                self._listener.progressed(job, progress)

    def _holds(self, job: Job) -> bool:
        with self._wake:
            return job is self._request or job in self._tasks or job in self._background

    def _end(self, job: Job) -> None:
        with self._wake:
            if self._request is job:
                self._request = None
            elif job in self._tasks:
                self._tasks.remove(job)
            elif job in self._background:
                self._background.remove(job)


def _close(job: Job) -> None:
    if job.steps is not None:
        job.steps.close()


def as_problem(error: Exception) -> SegtuiError:
    """Any exception as a message for the analyst; what was not foreseen names its type, never data."""
    if isinstance(error, SegtuiError):
        return error
    if isinstance(error, MemoryError):
        return SegtuiError("there is not enough memory for this", hint="Try fewer columns or a smaller file.")
    return SegtuiError(
        f"something unforeseen went wrong ({type(error).__name__})",
        hint="The log says where; what stood before still stands.",
    )

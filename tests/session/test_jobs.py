"""The worker by itself: ranks, replacing, stepping aside, stopping, and when progress is reported."""

from __future__ import annotations

import threading
import time

import pytest

from segtui.errors import SegtuiError
from segtui.progress import Progress
from segtui.session import jobs
from segtui.session.jobs import Listener, Worker, as_problem


class Ear(Listener):
    """Notes what the worker says."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.rested = threading.Event()

    def progressed(self, job, progress):
        self.said.append(("progressed", progress.doing))

    def failed(self, job, error):
        self.said.append(("failed", job.name))

    def stopped(self, job):
        self.said.append(("stopped", job.name))

    def idle(self):
        self.rested.set()


class Bench:
    """A worker with its ear and a list of what was done."""

    def __init__(self) -> None:
        self.ear = Ear()
        self.worker = Worker(self.ear)
        self.done: list[str] = []
        self.go = threading.Event()

    def pieces(self, name: str, count: int = 3):
        """Work of some pieces; the first waits until it may go."""

        def steps():
            try:
                while not self.go.is_set():
                    time.sleep(0.001)
                    yield Progress(name)
                for i in range(count):
                    self.done.append(f"{name} {i}")
                    yield Progress(name)
            except GeneratorExit:
                self.done.append(f"{name} closed")
                raise

        return steps

    def rest(self) -> None:
        assert self.ear.rested.wait(5), "the worker never came to rest"


@pytest.fixture
def bench():
    made = Bench()
    yield made
    made.go.set()
    made.worker.close()


def test_what_comes_last_gives_way_to_background_work_that_comes_later(bench):
    bench.go.set()
    bench.worker.background("spare", bench.pieces("spare", 1), "spare", last=True)
    bench.worker.background("b", bench.pieces("b", 1), "b")
    bench.worker.background("c", bench.pieces("c", 1), "c")
    bench.worker.background("a", bench.pieces("a", 1), "a", first=True)
    bench.worker.start()
    bench.rest()
    assert bench.done == ["a 0", "b 0", "c 0", "spare 0"]


def test_requests_go_before_tasks_and_tasks_before_background(bench):
    bench.go.set()
    bench.worker.background("later", bench.pieces("later"), "later")
    bench.worker.enqueue("task", bench.pieces("task"))
    bench.worker.request("now", bench.pieces("now"))
    bench.worker.start()
    bench.rest()
    assert [entry.split()[0] for entry in bench.done] == ["now"] * 3 + ["task"] * 3 + ["later"] * 3


def test_background_work_goes_on_where_it_was(bench):
    bench.worker.background("later", bench.pieces("later"), "later")
    bench.worker.start()
    time.sleep(0.02)
    bench.worker.request("now", bench.pieces("now", 1))
    bench.go.set()
    bench.rest()
    assert "now 0" in bench.done
    assert [entry for entry in bench.done if entry.startswith("later")] == ["later 0", "later 1", "later 2"]


def test_a_newer_request_closes_the_older_one(bench):
    bench.worker.start()
    bench.worker.request("old", bench.pieces("old"))
    time.sleep(0.02)
    bench.worker.request("new", bench.pieces("new", 1))
    bench.go.set()
    end = time.monotonic() + 5
    while "new 0" not in bench.done and time.monotonic() < end:
        time.sleep(0.001)
    assert bench.done == ["old closed", "new 0"]


def test_tasks_are_never_replaced(bench):
    bench.go.set()
    bench.worker.enqueue("one", bench.pieces("one", 1))
    bench.worker.enqueue("two", bench.pieces("two", 1))
    bench.worker.start()
    bench.rest()
    assert bench.done == ["one 0", "two 0"]


def test_a_background_job_is_not_added_twice(bench):
    bench.go.set()
    bench.worker.background("a", bench.pieces("a", 1), "a")
    bench.worker.background("a", bench.pieces("a", 1), "a", first=True)
    bench.worker.start()
    bench.rest()
    assert bench.done == ["a 0"]


def test_stop_closes_what_runs_and_says_so(bench):
    bench.worker.enqueue("task", bench.pieces("task"))
    bench.worker.start()
    time.sleep(0.02)
    assert bench.worker.stop() == "task"
    bench.rest()
    assert bench.done == ["task closed"]
    assert ("stopped", "task") in bench.ear.said
    assert bench.worker.stop() is None


def test_an_error_ends_the_job_and_not_the_worker(bench):
    def broken():
        raise KeyError("jane@example.org")
        yield

    bench.go.set()
    bench.worker.enqueue("bad", broken)
    bench.worker.enqueue("good", bench.pieces("good", 1))
    bench.worker.start()
    bench.rest()
    assert ("failed", "bad") in bench.ear.said
    assert bench.done == ["good 0"]


def test_quick_work_reports_no_progress_and_long_work_at_most_ten_times_a_second(bench, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(jobs.time, "monotonic", lambda: now[0])

    def long():
        for _ in range(100):
            now[0] += 0.02
            yield Progress("long")

    bench.worker.enqueue("long", long)
    bench.worker.start()
    bench.rest()
    reports = [what for what, _ in bench.ear.said if what == "progressed"]
    assert 15 <= len(reports) <= 20  # two seconds, of which the first fifth says nothing


def test_what_was_not_foreseen_is_told_without_data():
    foreseen = SegtuiError("x")
    assert as_problem(foreseen) is foreseen
    assert "jane" not in str(as_problem(ValueError("jane@example.org")))
    assert "memory" in str(as_problem(MemoryError()))

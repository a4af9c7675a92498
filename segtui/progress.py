"""Long work as short pieces: a generator that yields what it is doing and returns its result."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where long work stands between two pieces.

    doing: what is being done, an -ing phrase ("reading orders.csv").
    done: share finished, 0 to 1; None where it cannot be known.
    detail: the numbers behind it ("214,003 rows"), for the same line.
    """

    doing: str
    done: float | None = None
    detail: str = ""


Steps = Generator[Progress, None, T]
"""Work cut into pieces of at most about 20 ms each.

Between two pieces the worker may pause it for something more urgent and take it up again where it
was, or close it (the generator then sees `GeneratorExit`; open files are closed in `finally`). A thread
cannot be killed, so this is the only way anything here stops.
"""


def finish(steps: Steps[T], report: Callable[[Progress], None] | None = None) -> T:
    """Run `steps` to the end and return its result; `report` hears every piece."""
    while True:
        try:
            progress = next(steps)
        except StopIteration as stop:
            result: T = stop.value
            return result
        if report is not None:
            report(progress)


def as_part(steps: Steps[T], whole: str, before: float, share: float) -> Steps[T]:
    """`steps` as a part of longer work: its progress counts from `before` and makes up `share` of `whole`."""
    try:
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                result: T = stop.value
                return result
            yield Progress(f"{whole}: {step.doing}", before + share * (step.done or 0.0), step.detail)
    finally:
        steps.close()

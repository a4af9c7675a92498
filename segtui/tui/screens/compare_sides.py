"""Which two sides are compared: what is proposed, what a person names, and what cannot be compared."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from segtui.recipe import Recipe, SourceSpec
from segtui.tui import format as fmt
from segtui.tui.panes.compare_words import SideRef

if TYPE_CHECKING:
    from segtui.tui.bridge import RunLike, SessionLike

Sides = tuple[SideRef | None, SideRef]
"""Before and after; before is None where there is nothing to compare with yet."""

ONE_RUN = (
    "There is one run only, so there is nothing to compare it with.",
    "Change something first: k (+ and -), a feature, its weight, the scale (S). Then come back with c.",
    "Or press f and name a labelled file that was delivered before: its customers are found again by their id.",
)
OTHER_DATA = (
    "Order lines are read or cleaned otherwise, or the snapshot or the holdout is another one, so that its customers "
    "are not those that are open.",
    "To compare all the same: go to that run (6, enter), export its customers (x), come back (u), and press f to name "
    "the file.",
    "[ and ] choose another run.",
)
READING = ("The data is being read again: come back when it is there.",)


def current(session: SessionLike) -> int:
    """The number of the current run."""
    return next((run.number for run in session.runs if run.current), 1)


def proposed(session: SessionLike) -> Sides:
    """The current run and the one before it; where that is the first, the one after it."""
    here = current(session)
    return nearest(session, here), here


def nearest(session: SessionLike, here: int) -> int | None:
    """The run to hold one against: the latest before it on the same data, else the first after it, else any."""
    others = [run for run in session.runs if run.number != here]
    same = [run for run in others if on_open_data(run, session)]
    before = [run.number for run in same if run.number < here]
    if before:
        return before[-1]
    return next((run.number for run in (*same, *reversed(others))), None)


def named(text: str, session: SessionLike) -> Sides | str:
    """The sides that were typed: a run, two runs, or the path of a file; or what is wrong with it."""
    words, here = text.split(), current(session)
    if not words:
        return proposed(session)
    if not all(word.isascii() and word.isdigit() for word in words):
        return SourceSpec.of(os.path.expanduser(text.strip())), here
    if len(words) > 2:
        return "name one run or two"
    numbers = [int(word) for word in words]
    known = [run.number for run in session.runs]
    for number in numbers:
        if number not in known:
            return f"there is no run {number}: there are {known[0]} to {known[-1]}"
    before, after = (numbers[0], here) if len(numbers) == 1 else (numbers[0], numbers[1])
    return f"run {after} is the same on both sides" if before == after else (before, after)


def stepped(side: SideRef | None, other: SideRef, by: int, session: SessionLike) -> SideRef | None:
    """The run before or after that of a side, passing over the other side; None where there is none."""
    numbers = [run.number for run in session.runs if run.number != other]
    if isinstance(side, int):
        numbers = [n for n in numbers if (n < side if by < 0 else n > side)]
    return (numbers[-1] if by < 0 else numbers[0]) if numbers else None


def recipe_of(side: SideRef, session: SessionLike) -> Recipe | SourceSpec | None:
    """What the worker is asked about; None for a run that is no longer there."""
    if isinstance(side, SourceSpec):
        return side
    return next((run.recipe for run in session.runs if run.number == side), None)


def lacking(sides: Sides, session: SessionLike) -> tuple[str, ...]:
    """Why two sides cannot be compared now, and what can be done; () where they can."""
    before, after = sides
    if session.reopens:
        return READING
    if before is None:
        return ONE_RUN
    for side in (before, after):
        run = next((run for run in session.runs if run.number == side), None)
        if isinstance(side, int) and run is None:
            return (f"There is no run {side} any more: [ and ] choose another.",)
        if run is not None and not on_open_data(run, session):
            what = fmt.clean(run.label, 40)
            return (f"Run {run.number} ({what}) was made on other data than is open now.", *OTHER_DATA)
    return ()


def on_open_data(run: RunLike, session: SessionLike) -> bool:
    """Whether a run was made on the data that is open."""
    return run.recipe.gather == session.opened_gather

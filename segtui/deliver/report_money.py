"""Prices and what customers may bring, in the report, each with its range and the reason where nothing is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from segtui import figures
from segtui.decided.value import TOLERANCE
from segtui.deliver.html import joined
from segtui.deliver.report_blocks import bullets, caveats, paragraph, table
from segtui.deliver.report_told import nothing, withheld

if TYPE_CHECKING:
    from segtui.decided.prices import Interval, Prices
    from segtui.decided.value import Calibration, Check, Range, SegmentValue
    from segtui.deliver.html import Child
    from segtui.deliver.report_told import Told

# -- prices ------------------------------------------------------------------------------------------------


def prices(told: Told) -> Iterator[Child]:
    """What segments paid for the same goods, and whether past prices say how they would react."""
    decided = told.handover.decisions
    assert decided is not None
    found = decided.prices
    if found is None:
        yield paragraph("Nothing is said of prices: ", told.say(decided.why_not("prices")))
        return
    yield paragraph(
        "What a segment paid, against the reference price: the median price of the same item in the same quantity tier "
        "at the time. 1.00 is that price; 0.95 is 5 % less. The last row is what everyone paid. Ranges are 95 % ranges."
    )
    rows: list[list[Child]] = [
        [
            told.letter(one.letter) if one.letter else "everyone",
            _range(one.paid.index),
            _share(one.paid.below),
            f"{one.paid.compared:.0%}",
        ]
        for one in (*found.segments, found.everyone)
        if one.letter not in told.hidden
    ]
    titles = ("segment", "price paid", "of it bought cheaper", "revenue that can be compared")
    yield table("Prices paid by segment", titles, rows, right=(1, 2, 3))
    yield bullets(_notes(told, found))
    reaction = found.everyone.reaction
    head = (
        "How customers react to prices: " if reaction.identified else "How customers react to prices cannot be said: "
    )
    yield paragraph(head, told.say(reaction.words.removeprefix("not identified: ")))
    yield paragraph("A test that could tell: ", told.say(found.everyone.test.words))
    yield caveats(*(told.sentence(note) for note in found.notes))


def _notes(told: Told, found: Prices) -> Iterator[Child]:
    """What is said of some segments with their letters, what is said of all once."""
    letters: dict[str, list[str]] = {}
    for one in found.segments:
        for note in one.paid.notes:
            letters.setdefault(note, []).append(one.letter)
    for note, whose in letters.items():
        if told.withhold and note.startswith("one customer"):
            continue  # it tells what a single customer paid
        everyone = len(whose) == len(found.segments)
        yield told.sentence(note) if everyone else joined(", ".join(whose), ": ", told.say(note))


def _range(found: Interval | None) -> Child:
    return nothing() if found is None else f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def _share(found: Interval | None) -> Child:
    return nothing() if found is None else f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%})"


# -- value -------------------------------------------------------------------------------------------------


def value(told: Told) -> Iterator[Child]:
    """What is expected of every segment, and how such expectations did before."""
    decided = told.handover.decisions
    assert decided is not None
    found = decided.value
    if found is None or found.refused:
        why = decided.why_not("value") if found is None else found.refused
        yield paragraph("Nothing is said of it: ", told.say(why))
        return
    yield paragraph(
        f"What a model of orders expects in the next {found.weeks:g} weeks, if nothing changes. The ranges are those "
        "of the model alone; what customers do by chance comes on top."
    )
    whole = (*found.segments, *([found.all] if found.all is not None else []))
    rows = [_worth(told, one) for one in whole if one.letter not in told.hidden]
    titles = ("segment", "customers", "still customers (an estimate)", "orders", "revenue")
    yield table(f"Expected over {found.weeks:g} weeks", titles, rows, right=range(1, 5))
    if any(not one.trusted for one in found.segments):
        yield caveats("! What these customers did later does not bear these figures out. Do not use them.")
    for why, what in ((found.no_alive, "who is still a customer"), (found.no_value, "money")):
        if why:
            yield paragraph(f"Nothing is said of {what}: ", told.sentence(why))
    yield paragraph(_checked(found.calibration))


def _worth(told: Told, one: SegmentValue) -> list[Child]:
    name = "all" if one.letter == "all" else joined(told.letter(one.letter), "" if one.trusted else " !")
    if told.few(one.customers):
        return [name, *(withheld() for _ in range(4))]
    alive: Child = nothing() if one.alive is None else f"{one.alive:,.0f}"
    money: Child = nothing() if one.value is None else _expected(one.value)
    return [name, figures.count(one.customers), alive, _expected(one.orders), money]


def _expected(found: Range) -> str:
    between = "" if found.low is None or found.high is None else f" ({found.low:,.0f} to {found.high:,.0f})"
    return f"{found.expected:,.0f}{between}"


def _checked(found: Calibration | None) -> str:
    if found is None:
        return "Not checked on later orders: none were kept apart. A holdout window would tell."
    said = [_check(found.orders, "orders"), *([_check(found.spend, "of revenue")] if found.spend is not None else [])]
    return (
        f"Checked on the {found.weeks:.0f} weeks of the holdout: {'; '.join(said)}. "
        f"It holds where {TOLERANCE} times as much was expected as seen."
    )


def _check(one: Check, what: str) -> str:
    return f"{one.expected:,.0f} {what} were expected and {one.observed:,.0f} were seen ({one.verdict.value})"

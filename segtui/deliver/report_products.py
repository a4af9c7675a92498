"""What to recommend, in the report: which ways of choosing items beat plain popularity, and what each segment buys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from segtui import figures
from segtui.decided.recommendations import TOP, Method, Purpose
from segtui.deliver.html import element, joined
from segtui.deliver.report_blocks import bullets, paragraph, table
from segtui.deliver.report_told import withheld

if TYPE_CHECKING:
    from segtui.decided.recommendations import Leaderboard, Standing, TopProduct, Trial
    from segtui.deliver.html import Child
    from segtui.deliver.report_told import Told

ITEMS = 5

METHODS = {
    Method.POPULARITY: "what sells most",
    Method.RECENT: "what sells most lately",
    Method.SEGMENT: "what sells most in the segment",
    Method.PERSONAL: "what the customer buys most",
    Method.COSINE: "what goes with earlier purchases",
    Method.EASE: "what goes with all earlier purchases together (EASE)",
}

PURPOSES = {Purpose.AGAIN: "Things to buy again", Purpose.NEW: "Things that are new to the customer"}


def products(told: Told) -> Iterator[Child]:
    """Ways of choosing items, judged, and the items most customers of each segment bought."""
    decided = told.handover.decisions
    assert decided is not None
    board = decided.board
    if board is None:
        yield paragraph("This cannot be said: ", told.say(decided.why_not("recommendations")))
    else:
        yield from _board(told, board)
    rows: list[list[Child]] = []
    for one in decided.products:
        letter = decided.letters[one.segment]
        if letter not in told.hidden:
            items = bullets((_item(told, item) for item in one.products[:ITEMS]), kind="plain")
            few = told.few(one.customers)
            rows.append(
                [told.letter(letter), withheld() if few else f"{one.customers:,}", withheld() if few else items]
            )
    if rows:
        titles = ("segment", "customers who bought", "share of them")
        yield table("Bought by the most customers of a segment", titles, rows, right=(1,), kind="words")
    elif decided.why_not("products"):
        yield paragraph("What segments buy cannot be said: ", told.say(decided.why_not("products")))


def _item(told: Told, one: TopProduct) -> Child:
    name = element("bdi", one.item)
    if told.few(one.buyers):
        return joined(name, ": ", withheld())
    return joined(name, f": {one.share:.0%} (all others {one.rest:.0%})")


def _board(told: Told, board: Leaderboard) -> Iterator[Child]:
    judged = [trial for trial in board.trials if not trial.refusal]
    if not judged:
        yield paragraph(
            "Nothing could be judged: ", told.say("; ".join(dict.fromkeys(t.refusal for t in board.trials)))
        )
        return
    trial = judged[0]
    yield paragraph(_how(trial))
    for purpose, name in PURPOSES.items():
        standings = [board.standing(method, purpose, trial.protocol) for method in Method]
        known = [one for one in standings if one is not None]
        offered = board.offered(purpose)
        rows = [[METHODS[one.method], _hit(one), _verdict(one.method, offered)] for one in known]
        if rows:
            yield table(
                name, ("ten items chosen by", f"hits (of {known[0].overall.customers:,} customers)", "use it"), rows
            )
    yield bullets(told.sentence(note) for note in board.notes)


def _how(trial: Trial) -> str:
    since = "the last basket of every customer" if trial.day is None else f"what customers bought from {trial.day} on"
    sampled = "" if trial.customers == trial.of else f" (a sample of {trial.of:,})"
    chosen = f"{min(TOP, trial.items)} of {figures.plural(trial.items, 'item')}"
    return (
        f"Each way chooses {chosen} for {trial.customers:,} customers{sampled} and is then held against {since}. A hit "
        "is a customer who bought at least one of them. Ranges are 95 % ranges."
    )


def _hit(one: Standing) -> str:
    hit = one.overall.hit
    return f"{hit.value:.0%} ({hit.low:.0%} to {hit.high:.0%})"


def _verdict(method: Method, offered: tuple[Method, ...]) -> str:
    if method is Method.POPULARITY:
        return "the yardstick" if offered else "yes: nothing beats it clearly"
    return "yes" if method in offered else "no: not clearly better"

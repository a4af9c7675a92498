"""Decisions made by hand for the fake engine: two plays, worth, prices, products and a leaderboard in two steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from segtui.decided.campaigns import Campaigns, Experiment, Inputs, NotOffered, Proposal, Worth
from segtui.decided.prices import Gate as PriceGate
from segtui.decided.prices import Interval as Paid
from segtui.decided.prices import PaidPrices, Prices, PriceTest, Reaction, SegmentPrices
from segtui.decided.recommendations import (
    Interval,
    Leaderboard,
    Method,
    Protocol,
    Purpose,
    Scores,
    SegmentProducts,
    Standing,
    TopProduct,
    Trial,
    Verdict,
)
from segtui.decided.value import Gate, LifetimeValue, Range, SegmentValue

DOUBT = "The holdout does not bear these figures out: 90 orders were expected in the holdout and 30 seen."
HOSTILE = "x\x1b]52;c;cm0gLXJmIH4=\x1b\\y\x9bz\u202e [/bold]"
ORDER_VALUE = 50.0


def campaigns(inputs: Inputs, letters: Sequence[str]) -> Campaigns:
    """A play for A and B, another for A alone, and one that is not offered."""
    plays = [
        ("early-access", "Early access", 0),
        ("early-access", "Early access", 1),
        ("win-back", f"Win {HOSTILE}", 0),
    ]
    return Campaigns(
        None,
        "no orders",
        tuple(_proposal(play, title, at, letters[at], inputs) for play, title, at in plays),
        (NotOffered("cross-sell", "Cross-sell", "No segment fits.", ("a product",)),),
        "the shipped one",
        ("Without a holdout nobody knows how many order anyway.",),
    )


def _proposal(play: str, title: str, at: int, letter: str, inputs: Inputs) -> Proposal:
    sizes = (800 - 100 * at, 200)
    said = (
        f"Contacted: about {sizes[0]}; held out: about 200 (20 %).",
        "These arms can show a difference of 14 points.",
    )
    experiment = Experiment(("contacted", "held out"), sizes, inputs.held_out, 0.5, "the most cautious one", 0.135, None,
                            None, None, "" if at == 0 else "too few are held out", said)  # fmt: skip
    return Proposal(play, title, "Show them new goods some days before everyone else.", letter, HOSTILE, at, 1000, 0.2,
                    5e4, 0.414, f"41 % of revenue with {HOSTILE}.", ("They paid 3.5 % below list price.",), None, experiment,
                    _worth(inputs, sizes[0]))  # fmt: skip


def _worth(inputs: Inputs, contacted: int) -> Worth:
    """contacted * (uplift * margin * order value - cost)."""
    uplifts = (inputs.low, inputs.mid, inputs.high)
    if inputs.margin is None or inputs.cost is None or None in uplifts:
        needs = ("margin", "cost of a contact", "uplift (low, middle, high)")
        return Worth(None, None, None, None, ORDER_VALUE, needs, (f"For what it comes to, enter: {', '.join(needs)}.",))
    margin, cost = inputs.margin, inputs.cost
    low, mid, high = (contacted * ((one or 0.0) * margin * ORDER_VALUE - cost) for one in uplifts)
    return Worth(low, mid, high, cost / (margin * ORDER_VALUE), ORDER_VALUE, (), (f"In the middle {mid:,.0f}.",))


def value(letters: Sequence[str]) -> LifetimeValue:
    """Ten orders more for every letter; B is not borne out by the holdout."""
    segments = tuple(
        SegmentValue(
            one,
            1000,
            900.0,
            0.1,
            Range(4000.0 + 10 * at, 3900.0, 4100.0),
            Range(2e5, 1.9e5, 2.1e5),
            at != 1,
            (DOUBT,) if at == 1 else (),
        )
        for at, one in enumerate(letters)
    )
    return LifetimeValue(52.0, (Gate("repeaters", "enough repeat customers", True, "2,331 customers", "orders"),),
                         segments=segments)  # fmt: skip


def prices(letters: Sequence[str]) -> Prices:
    """What was paid is known, how they react is not identified."""

    def one(letter: str) -> SegmentPrices:
        paid = PaidPrices(1000, 9000, 1e5, 0.988, Paid(0.91, 0.902, 0.917), None, None, None, None)
        gate = PriceGate("items", False, "19 items sold in 20 weeks or more", "30 items")
        reaction = Reaction(
            (), (gate,), "not identified: 19 items sold in 20 weeks or more. Only a price test can tell."
        )
        test = PriceTest(1000, 28, -0.1, 0.1, 20.0, 30.0, 0.11, 11_843, 0.051, None, False, (), "Two arms of 11,843.")
        return SegmentPrices(letter, 1000, paid, reaction, test)

    return Prices(date(2024, 1, 1), date(2025, 1, 1), 19, 9000, (), (), one(""), tuple(map(one, letters)),
                  ("the reference is the median price",))  # fmt: skip


def products(letters: Sequence[str]) -> tuple[SegmentProducts, ...]:
    """Three items; a rule speaks for the second."""
    items = (
        TopProduct("Linden Honey", 656, 0.594, 0.5, 111.0),
        TopProduct(HOSTILE, 600, 0.54, 0.2, 150.0, f"Of 2,751 baskets with {HOSTILE}, 1,504 also had Linden Honey."),
        TopProduct("Jam", 20, 0.02, 0.1, 30.0),
    )
    return tuple(SegmentProducts(at, 1000, items) for at in range(len(letters)))


def board(*, complete: bool) -> Leaderboard:
    """Popularity and, once it is complete, EASE, which is offered for discovery alone."""
    methods = (Method.POPULARITY, Method.EASE) if complete else (Method.POPULARITY,)

    def scores(hit: float) -> Scores:
        return Scores(500, *(Interval(hit, hit - 0.02, hit + 0.02),) * 3)

    standings = tuple(
        Standing(method, purpose, protocol, scores(0.31 if method is Method.EASE else 0.222), Interval(0.5, 0.4, 0.6))
        for protocol in Protocol
        for purpose in (Purpose.AGAIN, Purpose.NEW)
        for method in methods
    )
    verdicts = (
        Verdict(Method.EASE, Purpose.AGAIN, False, "EASE is not clearly better than popularity."),
        Verdict(Method.EASE, Purpose.NEW, True, "EASE is better than popularity by 8.8 points."),
    )
    trials = (
        Trial(Protocol.LAST, None, 500, 500, 19, 3.0, 0.4),
        Trial(Protocol.TIME, date(2025, 3, 1), 500, 500, 19, 3.0, 0.4),
    )
    return Leaderboard(trials, standings, verdicts if complete else (), complete, ("nothing was left out",))

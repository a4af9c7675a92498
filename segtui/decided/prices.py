"""What past prices say about segments: what they paid, how they bought at other prices, and how to test one.

Every number that is an estimate comes with an interval, and everything that may not be said comes as words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

QUANTITY, BUYERS = "quantity", "buyers"
"""What may go with a price: pieces sold, or how many customers bought."""

ASSOCIATION = "an association in past prices, not an experiment"
"""What must stand beside every coefficient."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PaidPrices:
    """What a segment (or everyone) paid, against the reference price of the same goods: the median price of the item in
    the same quantity tier around the time.

    customers, lines: with a price; revenue: what they paid. compared: share of the revenue that has a reference price.
    index: money paid over the same goods at reference prices, 1 = at
    the reference; what everyone paid need not be 1. below: share of the compared revenue
    paid clearly below the reference; below_depth: how far below, the mean over those lines. discount, discount_depth:
    the same of the discounts that the lines themselves name. None where it cannot be said; `notes` say why.
    """

    customers: int
    lines: int
    revenue: float
    compared: float
    index: Interval | None
    below: Interval | None
    below_depth: Interval | None
    discount: Interval | None
    discount_depth: Interval | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """One specification: the slope of the log of `outcome` on the log of a price.

    outcome: QUANTITY or BUYERS. rows_are: "lines" or "item-weeks". price: which price. effects: what is held fixed.
    se: clustered by item; ordinary_se: as if rows were independent, for comparison only. low, high: 95 %, of `se`, with
    Student's t of items - 1. rows, items: how many.
    """

    outcome: str
    rows_are: str
    price: str
    effects: str
    beta: float
    se: float
    ordinary_se: float
    low: float
    high: float
    rows: int
    items: int

    @property
    def name(self) -> str:
        """In words: "quantity on median price, item-weeks, item and week effects"."""
        return f"{self.outcome} on {self.price}, {self.rows_are}, {self.effects}"


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition for saying anything. found: what the data show; needs: what would do; open: None where an earlier
    condition failed, so that it could not be looked at."""

    name: str
    open: bool | None
    found: str
    needs: str

    @property
    def text(self) -> str:
        """What was found and what is needed, in one line."""
        return f"{self.found} (needed: {self.needs})"


@dataclass(frozen=True, slots=True)
class RevenueShift:
    """The revenue that went with a price changed by `change` (share), if pieces moved as in the past: low to high over
    both outcomes and their intervals."""

    change: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reaction:
    """How a segment (or everyone) bought at other prices, as a specification curve with its gates.

    estimates: empty where there is nothing to estimate from. shrunk: (outcome, interval), pulled towards everyone's
    as far as segments do not differ beyond noise; empty for everyone. revenue: empty unless identified.
    """

    estimates: tuple[Estimate, ...]
    gates: tuple[Gate, ...]
    words: str
    shrunk: tuple[tuple[str, Interval], ...] = ()
    revenue: tuple[RevenueShift, ...] = ()

    @property
    def identified(self) -> bool:
        """Whether every gate is open."""
        return all(gate.open for gate in self.gates)

    @property
    def failed(self) -> tuple[Gate, ...]:
        """The gates that are shut."""
        return tuple(gate for gate in self.gates if gate.open is False)

    @property
    def range(self) -> tuple[float, float] | None:
        """The lowest and the highest slope over all specifications."""
        betas = [one.beta for one in self.estimates]
        return (min(betas), max(betas)) if betas else None


@dataclass(frozen=True, slots=True)
class Arm:
    """A group of a test. price: as a multiple of today's."""

    name: str
    price: float
    customers: int


@dataclass(frozen=True, slots=True)
class PriceTest:
    """A test that could tell, for one segment.

    customers: who can take part; days: how long it runs, and how far back `base` looks. base: share who ordered;
    spend, spend_spread: mean and standard deviation of what a customer paid. change: of the price. even: the share who
    must order for revenue to stay as it is, at as many pieces each. needed: customers per arm to see base and even
    apart, None where that cannot be said. smallest, smallest_spend: the least differences that equal arms of all
    customers can see. enough: whether there are as many as needed.
    """

    customers: int
    days: int
    change: float
    base: float
    spend: float
    spend_spread: float
    even: float
    needed: int | None
    smallest: float | None
    smallest_spend: float | None
    enough: bool
    arms: tuple[Arm, ...]
    words: str


@dataclass(frozen=True, slots=True)
class SegmentPrices:
    """Everything about the prices of one segment. letter: "" for everyone."""

    letter: str
    customers: int
    paid: PaidPrices
    reaction: Reaction
    test: PriceTest


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of a shop and its segments.

    first, last: the days that lines were found on. items, lines: with a price. left_out: (lines, why). tiers: names of
    the quantity tiers. everyone, segments: the latter by letter. notes: what to know before reading a number.
    """

    first: date
    last: date
    items: int
    lines: int
    left_out: tuple[tuple[int, str], ...]
    tiers: tuple[str, ...]
    everyone: SegmentPrices
    segments: tuple[SegmentPrices, ...]
    notes: tuple[str, ...]

    def of(self, letter: str) -> SegmentPrices:
        """The prices of a segment. Raises KeyError."""
        for segment in self.segments:
            if segment.letter == letter:
                return segment
        raise KeyError(letter)

"""What customers are worth: two fitted models, what they expect of every segment, how they did on the holdout, and the
gates that say what the data can carry. Frozen values; weeks, and the currency of the orders."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segtui.results import Floats

AT_RISK = 0.3
"""Customers whose chance of still ordering is below this count as most likely lost (METHODS E5)."""


@dataclass(frozen=True, slots=True)
class OrderModel:
    """BG/NBD: rates of ordering Gamma(r, alpha weeks), chances to leave after an order Beta(a, b).

    customers: fitted on. log_likelihood: None where the parameters were given rather than fitted.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float | None = None
    customers: int = 0

    @property
    def rate(self) -> float:
        """Orders a week of the mean customer while alive."""
        return self.r / self.alpha

    @property
    def leaving(self) -> float:
        """The mean chance to leave after an order."""
        return self.a / (self.a + self.b)


@dataclass(frozen=True, slots=True)
class SpendModel:
    """Gamma-gamma: an order brings Gamma(p, nu), nu ~ Gamma(q, v). customers: with repeat orders, fitted on."""

    p: float
    q: float
    v: float
    log_likelihood: float | None = None
    customers: int = 0

    @property
    def mean(self) -> float | None:
        """What an order of the mean customer brings; None where the mean has no limit (q of 1 or less)."""
        return self.p * self.v / (self.q - 1.0) if self.q > 1.0 else None


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition that the data must meet.

    id, title: which. open: whether they meet it. why: the number behind it, in a sentence. stops: what a shut gate
    takes away: "orders" (with them everything), "alive" (who has left) or "value" (money).
    """

    id: str
    title: str
    open: bool
    why: str
    stops: str


BAND = 1.25
"""Expected over observed must lie within 1/BAND and BAND (ours): decisions on budgets stand a fifth, not more."""

TOLERANCE = f"{1 / BAND:.2f} to {BAND:.2f}"
"""The same in words."""


class Verdict(StrEnum):
    """What the holdout says of an expectation."""

    HOLDS = "holds"
    OFF = "off"
    UNSURE = "cannot tell"
    FEW = "too few orders"


@dataclass(frozen=True, slots=True)
class Check:
    """What was expected of a group of customers in the holdout and what they did.

    group: a letter, a decile ("1" expects most) or "all". ratio: expected over observed, above 1 where too much was
    expected; low, high: its 95 % interval over customers like these. None where nothing was observed.
    """

    group: str
    customers: int
    expected: float
    observed: float
    ratio: float | None
    low: float | None
    high: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the models, which saw nothing of it, did in the holdout.

    weeks: its length. orders, spend: of all. *_by_segment, in the order of the letters; orders_by_decile: of expected
    orders. rank: Spearman's correlation of expected and observed orders. naive: what it is for "as often as before".
    spend and spend_by_segment are None and () where there was no model of spend or no spend in the holdout.
    """

    weeks: float
    orders: Check
    orders_by_segment: tuple[Check, ...]
    orders_by_decile: tuple[Check, ...]
    spend: Check | None
    spend_by_segment: tuple[Check, ...]
    rank: float | None
    naive: float | None


@dataclass(frozen=True, slots=True)
class Range:
    """An expected sum and the 95 % interval that comes of the uncertain parameters alone (delta method); what customers
    do by chance comes on top. low and high are None where the parameters' uncertainty is not known."""

    expected: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class SegmentValue:
    """What is expected of a segment over the horizon.

    letter: of it, or "all". customers: with a first order. alive: how many of them are expected still to order.
    at_risk: the share with a chance below AT_RISK; both None where leaving cannot be seen. value: None where money
    cannot be said.
    trusted: whether the holdout, where there was one, leaves the orders and the money of this segment standing. doubts:
    where not, a sentence for each that it does not bear out. unjudged: where the holdout is too small to judge the
    orders of this segment, that in a sentence.
    """

    letter: str
    customers: int
    alive: float | None
    at_risk: float | None
    orders: Range
    value: Range | None
    trusted: bool = True
    doubts: tuple[str, ...] = ()
    unjudged: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class LifetimeValue:
    """Everything that could be said, or why nothing can.

    weeks: the horizon. gates: all that were looked at. orders: the model, None where there is none. spend: likewise.
    segments: in the order of the letters; all: the same over all customers, those without a segment among them.
    alive, expected_orders, value: float64 (customers,), in canonical order, NaN for who never ordered, None where not
    said. refused: why no orders are said; no_alive: why not who has left; no_value: why no money; "" where it is.
    Spend is revenue, not profit, and not discounted.
    """

    weeks: float
    gates: tuple[Gate, ...]
    orders: OrderModel | None = None
    spend: SpendModel | None = None
    segments: tuple[SegmentValue, ...] = ()
    all: SegmentValue | None = None
    calibration: Calibration | None = None
    alive: Floats | None = None
    expected_orders: Floats | None = None
    value: Floats | None = None
    refused: str = ""
    no_alive: str = ""
    no_value: str = ""

"""What recommendations are: how every method fares on this data, which are offered, and the lists made with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from segtui.basketed import Numbers
    from segtui.results import Floats32, Rows


class Purpose(StrEnum):
    """What a list is for. ALL is judged beside the two since published figures are about it; no list is made of it."""

    AGAIN = "buy again"
    NEW = "discovery"
    ALL = "all items"


class Method(StrEnum):
    """How items are ranked for a customer, simplest first."""

    POPULARITY = "popularity"
    RECENT = "recent popularity"
    SEGMENT = "segment popularity"
    PERSONAL = "personal frequency"
    COSINE = "item-item cosine"
    EASE = "EASE"


class Protocol(StrEnum):
    """What is held back. LAST: of every customer with two baskets or more the last one; others' later baskets are
    known then, so it flatters. TIME: everything from a day on; the first basket after it is to be found."""

    LAST = "last basket"
    TIME = "time split"


TOP = 10
"""Items on a list that is judged."""


class Interval(NamedTuple):
    """A figure with its 95 % interval; all shares, 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over customers who bought something of the kind in the basket held back; `customers` of them.

    hit: share of customers with at least one such item among the first ten; recall: share of the items that are among
    the first ten; ndcg: the same with earlier places counting more (NDCG@10, binary)."""

    customers: int
    hit: Interval
    recall: Interval
    ndcg: Interval


@dataclass(frozen=True, slots=True)
class Standing:
    """A method, for one purpose under one protocol. coverage: share of all items that are on somebody's list.
    segments: scores by label, computed on labels of the past; a segment with too few customers is missing."""

    method: Method
    purpose: Purpose
    protocol: Protocol
    overall: Scores
    coverage: Interval
    segments: tuple[tuple[int, Scores], ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What a protocol found to judge by. day: the first day held back, None under LAST. customers: judged; of: how
    many could have been (the rest is left out of a sample); items: in all; basket: mean items in a basket held back;
    repeats: share of those items that their customer had bought before. refusal: why nothing is judged, else ""."""

    protocol: Protocol
    day: date | None = None
    customers: int = 0
    of: int = 0
    items: int = 0
    basket: float = 0.0
    repeats: float = 0.0
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a method is offered for a purpose, and why in plain words."""

    method: Method
    purpose: Purpose
    offered: bool
    why: str


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Every method beside popularity. complete: all methods of all trials are in. verdicts: empty until then, so that
    nothing is offered on half the evidence. notes: what was left out, in words."""

    trials: tuple[Trial, ...] = ()
    standings: tuple[Standing, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    complete: bool = False
    notes: tuple[str, ...] = ()

    def standing(self, method: Method, purpose: Purpose, protocol: Protocol) -> Standing | None:
        """How a method did; None where it was not judged."""
        for one in self.standings:
            if (one.method, one.purpose, one.protocol) == (method, purpose, protocol):
                return one
        return None

    def offered(self, purpose: Purpose) -> tuple[Method, ...]:
        """The methods whose gate is open, best first; empty where only popularity is left."""
        return tuple(one.method for one in self.verdicts if one.purpose is purpose and one.offered)


@dataclass(frozen=True, eq=False, slots=True)
class CustomerLists:
    """The first items for customers. customers: positions in canonical order (rows,). items: numbers into `names`,
    int32 (rows, n), -1 where a customer has no more; scores: float32 beside them, comparable within a row alone."""

    method: Method
    purpose: Purpose
    names: tuple[str, ...]
    customers: Rows
    items: Numbers
    scores: Floats32


class Reason(NamedTuple):
    """Why an item is on a list, in a sentence, "" where nothing is known; own: by the segment's own baskets."""

    text: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class TopProduct:
    """An item of a segment. buyers: customers of the segment with it; share: of the segment's customers with any
    purchase; rest: the same share among everybody else with a segment; index: 100 × share / share among all with a
    segment. reason: what a rule says of it, "" where none does; own: whether it is a rule of the segment's own baskets,
    and not of all."""

    item: str
    buyers: int
    share: float
    rest: float
    index: float
    reason: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class SegmentProducts:
    """The items most customers of a segment bought, first ones first. customers: of it with any purchase."""

    segment: int
    customers: int
    products: tuple[TopProduct, ...]

"""What campaigns are: the RFM grid, plays proposed for segments, their experiments and what they may be worth.

Shares lie in 0 to 1, money is in the data's own unit. Texts may quote strings from files, uncleaned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui.recipe import HELD_OUT, DecideSpec

if TYPE_CHECKING:
    from datetime import date

# -- recency, frequency, money ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Realised:
    """What customers did in the holdout, which no score saw.

    active: the share who ordered; low, high: its 95 % limits (Wilson 1927). spend: money per customer, net of what was
    given back, of all customers and not of the active ones alone. spread: its standard deviation (n - 1), None of one.
    """

    customers: int
    active: float
    low: float
    high: float
    spend: float
    spread: float | None


@dataclass(frozen=True, slots=True)
class RfmGroup:
    """Customers under one name. revenue, revenue_share: of their orders before the snapshot; the share is None where
    all of them together have none. later: None without a holdout, or where the group is empty."""

    name: str
    customers: int
    share: float
    revenue: float
    revenue_share: float | None
    later: Realised | None


@dataclass(frozen=True, slots=True)
class RfmCell:
    """One of the 25 disjoint cells. recency: its score; value: the mean of the scores of frequency and money, a half
    rounded down; group: which of the six it belongs to."""

    recency: int
    value: int
    group: str
    figures: RfmGroup


@dataclass(frozen=True, slots=True)
class SegmentRfm:
    """What the table of ten names makes of a segment. groups: (name, customers of the segment), those with any, largest
    first and of equal ones that of the table first."""

    letter: str
    customers: int
    groups: tuple[tuple[str, int], ...]

    @property
    def largest(self) -> tuple[str, float]:
        """The name that most of them have, and their share."""
        name, customers = self.groups[0]
        return name, customers / self.customers

    @property
    def said(self) -> str:
        """In a phrase: most of them, or only more than under any other name."""
        name, share = self.largest
        return f"{'mostly' if share > MOST else 'most often'} {name} ({share:.0%})".replace("%", " %")


MOST = 0.5
"""Share of a segment from which on it is mostly something."""


@dataclass(frozen=True, slots=True)
class Rfm:
    """Scores counted three ways; each counts every customer once.

    cells: 25, recency 5 to 1 and in each value 1 to 5, as a grid is read. six: areas of the grid. named: the customary
    table of ten names and the others. everyone: all customers. ties, basis: the tie rule and what money is, in words.
    holdout: (first day, day after the last) of what is realised. segments: the ten names within each segment, by
    letter; a segment without customers is missing.
    """

    cells: tuple[RfmCell, ...]
    six: tuple[RfmGroup, ...]
    named: tuple[RfmGroup, ...]
    everyone: RfmGroup
    ties: str
    basis: str
    holdout: tuple[date, date] | None
    segments: tuple[SegmentRfm, ...] = ()

    def of(self, letter: str) -> SegmentRfm | None:
        """The names within a segment."""
        return next((one for one in self.segments if one.letter == letter), None)

    def under(self, name: str) -> RfmGroup | None:
        """All customers under one of the ten names."""
        return next((one for one in self.named if one.name == name), None)

    def cell(self, recency: int, value: int) -> RfmCell:
        """The cell of two scores 1 to 5."""
        return self.cells[(5 - recency) * 5 + value - 1]


# -- what the user enters --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inputs:
    """What only the user knows; None where nothing was entered, and nothing is ever put in its place.

    low, mid, high: how many more of all contacted customers order than of the held-out ones, as a share (.02 is two
    points). margin: of the money of an order. cost: of one contact. order_value: overrules what the data say.
    base_rate: the share who order without the campaign while it is measured; overrules the holdout. held_out: the
    share of customers who are not contacted.
    """

    low: float | None = None
    mid: float | None = None
    high: float | None = None
    margin: float | None = None
    cost: float | None = None
    order_value: float | None = None
    base_rate: float | None = None
    held_out: float = HELD_OUT

    @classmethod
    def of(cls, spec: DecideSpec) -> Inputs:
        """What a recipe holds of them."""
        low, mid, high = spec.uplift or (None, None, None)
        held_out = HELD_OUT if spec.held_out is None else spec.held_out
        return cls(low, mid, high, spec.margin, spec.cost, spec.order_value, spec.base_rate, held_out)


# -- plays -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Experiment:
    """How a play is put to the test, and what so many customers can show.

    arms: names of the arm that the play is done to, and of the one held out. known: whether `base` is more than a
    guess. sizes: customers expected in each; the
    lists have the exact ones. held_out: the share behind them. base: the share who order anyway, with `base_from` in
    words. smallest: the least difference between the arms' shares that shows in 80 of 100 experiments at the 5 % level,
    None where not even everyone ordering would. smallest_spend: likewise of money per customer. wanted: customers per
    equal arm that the middle uplift takes (Lehr 1992). enough: the least share to hold out that shows the middle uplift
    in this segment, None where none does. refused: why no result can be read from it, "" where one can. said: all of
    that in sentences.
    """

    arms: tuple[str, str]
    sizes: tuple[int, int]
    held_out: float
    base: float
    base_from: str
    smallest: float | None
    smallest_spend: float | None
    wanted: int | None
    enough: float | None
    refused: str
    said: tuple[str, ...]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Worth:
    """What the play comes to, from what the user entered: contacted * (uplift * margin * order value - cost).

    low, mid, high: None where something is not entered. break_even: the uplift at which it comes to nothing; None
    where margin, cost or order value are missing, or where no uplift that can be does. needs: what is to be entered,
    in words. said: all of that in sentences. impossible: uplifts that cannot be, as nobody is left to add (or to lose),
    in a sentence; these come to no money.
    """

    low: float | None
    mid: float | None
    high: float | None
    break_even: float | None
    order_value: float | None
    needs: tuple[str, ...]
    said: tuple[str, ...]
    impossible: str = ""


@dataclass(frozen=True, slots=True)
class Only:
    """Whom a play is for within its segments: customers whose `column` compares with `value` as `sign` says
    ("answered": who have a value at all)."""

    column: str
    sign: str
    value: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A play for a segment. revenue: the base it works on, what the segment has spent; None where the data has none.

    size: whom it is for, which is all `members` of the segment, or those whom `only` means; `later` and the experiment
    are theirs. share, revenue, revenue_share: of the whole segment. reason: why, with the figures. notes: what else to
    know. later: what they did in the holdout.
    """

    play: str
    title: str
    does: str
    letter: str
    segment: str
    cluster: int
    size: int
    share: float
    revenue: float | None
    revenue_share: float | None
    reason: str
    notes: tuple[str, ...]
    later: Realised | None
    experiment: Experiment
    worth: Worth
    members: int = 0
    only: Only | None = None

    @property
    def counted(self) -> tuple[int, ...]:
        """Every number of customers that is told of it and of its segment, with what can be reckoned from them."""
        spared = (self.size, self.members - self.size) if self.only is not None else ()
        return (*self.experiment.sizes, *spared)

    @property
    def whom(self) -> str:
        """How many it is for: 1,000 customers, or 217 of 670 customers."""
        some = f"{self.size:,} of {self.members:,}" if self.only is not None else f"{self.size:,}"
        return f"{some} customers"


@dataclass(frozen=True, slots=True)
class NotOffered:
    """A play that no segment gets. why: in a sentence. needs: what the data lack for it; () where no segment fits."""

    play: str
    title: str
    why: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two plays that take the same customers. letters: of the segments that get both; customers: in them, whom both are
    for; both: how many of these are expected in the first arm of both (who is held out of one play of a campaign is
    held out of all). said: in a sentence."""

    plays: tuple[str, str]
    titles: tuple[str, str]
    letters: tuple[str, ...]
    customers: int
    both: int
    said: str


@dataclass(frozen=True, slots=True)
class Campaigns:
    """Everything for one answer: plays in the order of the playbook, in each the segments by letter.

    rfm: None with the reason in `rfm_reason`. playbook: where the plays come from. notes: what the data lack.
    overlaps: pairs of plays that take the same customers.
    """

    rfm: Rfm | None
    rfm_reason: str
    proposals: tuple[Proposal, ...]
    not_offered: tuple[NotOffered, ...]
    playbook: str
    notes: tuple[str, ...] = ()
    overlaps: tuple[Overlap, ...] = ()

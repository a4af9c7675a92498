"""What is known of the decisions for one answer, as far as it has come."""

from __future__ import annotations

from dataclasses import dataclass

from segtui.decided.campaigns import Campaigns, Inputs, Proposal
from segtui.decided.decisions import Missing
from segtui.decided.prices import Prices, SegmentPrices
from segtui.decided.recommendations import Leaderboard, SegmentProducts
from segtui.decided.value import LifetimeValue, SegmentValue
from segtui.explained import SegmentRules
from segtui.results import Answer, Segment
from segtui.tui.panes.map_view import letter_place


@dataclass(frozen=True, eq=False, slots=True)
class Parts:
    """Each part is None until it is there, and Missing where it cannot be.

    inputs: those behind `campaigns`. orders: whether customers were made of order lines.
    """

    answer: Answer
    orders: bool
    inputs: Inputs
    campaigns: Campaigns | Missing | None = None
    value: LifetimeValue | Missing | None = None
    prices: Prices | Missing | None = None
    products: tuple[SegmentProducts, ...] | Missing | None = None
    board: Leaderboard | Missing | None = None
    rules: SegmentRules | None = None

    @property
    def segments(self) -> tuple[Segment, ...]:
        """By letter."""
        return tuple(sorted(self.answer.profile.segments, key=lambda one: letter_place(one.letter)))

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """Plays of all segments."""
        return self.campaigns.proposals if isinstance(self.campaigns, Campaigns) else ()

    def plays_of(self, letter: str) -> tuple[Proposal, ...]:
        """Plays of one segment."""
        return tuple(one for one in self.proposals if one.letter == letter)

    def worth_of(self, letter: str) -> SegmentValue | None:
        """What is expected of a segment."""
        found = self.value.segments if isinstance(self.value, LifetimeValue) else ()
        return next((one for one in found if one.letter == letter), None)

    def prices_of(self, letter: str) -> SegmentPrices | None:
        """What a segment paid."""
        found = self.prices.segments if isinstance(self.prices, Prices) else ()
        return next((one for one in found if one.letter == letter), None)

    def products_of(self, letter: str) -> SegmentProducts | None:
        """What most of a segment bought; segments there are places in the order of the letters."""
        found = self.products if isinstance(self.products, tuple) else ()
        at = [one.letter for one in self.segments].index(letter)
        return next((one for one in found if one.segment == at), None)

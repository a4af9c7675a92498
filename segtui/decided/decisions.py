"""Everything that can be decided from one answer, and what cannot, with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segtui.decided.campaigns import Inputs

if TYPE_CHECKING:
    from segtui.decided.campaigns import Campaigns
    from segtui.decided.prices import Prices
    from segtui.decided.recommendations import Leaderboard, SegmentProducts
    from segtui.decided.value import LifetimeValue


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that cannot be, with the reason."""

    why: str


@dataclass(frozen=True, eq=False, slots=True)
class Decisions:
    """The parts for one converged answer; a part is None where it cannot be, and `reasons` says why.

    letters: of the segments, in their order; segments of `board` and `products` are places in it. products: of every
    segment with purchases. reasons: why a part is missing, by its name.
    """

    letters: tuple[str, ...]
    inputs: Inputs = field(default_factory=Inputs)
    campaigns: Campaigns | None = None
    value: LifetimeValue | None = None
    prices: Prices | None = None
    board: Leaderboard | None = None
    products: tuple[SegmentProducts, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()

    def why_not(self, part: str) -> str:
        """Why a part is missing; "" where it is there."""
        return dict(self.reasons).get(part, "")

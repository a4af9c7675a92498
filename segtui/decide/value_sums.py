"""Expectations of customers summed up by segment, with the 95 % interval that uncertain parameters leave.

By the delta method: for a sum S of log parameters with covariance C, var S = s' C s, s being the change of S with each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.decided.value import AT_RISK, Range, SegmentValue

if TYPE_CHECKING:
    from segtui.results import Floats, Rows

WIDE = 1.96


@dataclass(frozen=True, eq=False, slots=True)
class Worth:
    """next_order: (customers,) what it is expected to bring. tilts: (3, customers) its change with log p, log q, log v.
    covariance: of those; None where it is not known."""

    next_order: Floats
    tilts: Floats
    covariance: Floats | None


@dataclass(frozen=True, eq=False, slots=True)
class Expected:
    """orders: (customers,) over the horizon. alive: the chance of it, None where it cannot be said. worth: None where
    money is not said. tilts: (4, customers) the change of orders with the log parameters; covariance: of those;
    both None where not known."""

    orders: Floats
    alive: Floats | None
    tilts: Floats | None
    covariance: Floats | None
    worth: Worth | None

    def of(self, letter: str, at: Rows, trusted: bool) -> SegmentValue:
        """The sums of the customers `at` these places."""
        alive = None if self.alive is None else self.alive[at]
        return SegmentValue(
            letter,
            len(at),
            None if alive is None else float(alive.sum()),
            None if alive is None or not len(at) else float((alive < AT_RISK).mean()),
            self._range(at, None),
            None if self.worth is None else self._range(at, self.worth),
            trusted,
        )

    def _range(self, at: Rows, worth: Worth | None) -> Range:
        """Of orders, or of money: the two models are fitted apart, so their variances add up."""
        price = np.ones(len(at)) if worth is None else worth.next_order[at]
        expected = float((self.orders[at] * price).sum())
        if expected <= 0 or self.tilts is None or self.covariance is None:
            return Range(expected, None, None)
        tilt = (self.tilts[:, at] * price).sum(axis=1)
        variance = float(tilt @ self.covariance @ tilt)
        if worth is not None:
            if worth.covariance is None:
                return Range(expected, None, None)
            tilt = (worth.tilts[:, at] * self.orders[at]).sum(axis=1)
            variance += float(tilt @ worth.covariance @ tilt)
        stretch = float(np.exp(WIDE * np.sqrt(max(0.0, variance)) / expected))  # log scale: never below nothing
        return Range(expected, expected / stretch, expected * stretch)

"""What is counted of any column before anyone asks what it means, and the flags that follow from the counts alone."""

from __future__ import annotations

from dataclasses import dataclass

from segtui.prepare.missing import INDICATED_FROM
from segtui.results import ColumnType, Flag

SAMPLE = 20_000
"""Customers that shapes rest on: the first in canonical order, a random sample."""

BINS = 12
NEARLY_CONSTANT = 0.99
MOSTLY_MISSING = 0.5


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted of any column."""

    name: str
    type: ColumnType
    customers: int
    missing: int
    distinct: int

    @property
    def share_missing(self) -> float:
        return self.missing / max(1, self.customers)


def common_flags(facts: Facts, top_share: float) -> list[Flag]:
    """Flags that any column may have and that switch it off."""
    flags = []
    if facts.distinct == 1:
        flags.append(Flag("constant", "every value is the same"))
    elif top_share > NEARLY_CONSTANT:
        flags.append(Flag("nearly constant", f"{top_share:.1%} of customers have the same value"))
    if facts.share_missing > MOSTLY_MISSING:
        flags.append(Flag("mostly missing", f"{facts.share_missing:.0%} of customers have no value"))
    return flags


def missing_flag(facts: Facts) -> list[Flag]:
    """The flag of a column that lacks values worth mentioning, and not so many that it is switched off."""
    if not INDICATED_FROM <= facts.share_missing <= MOSTLY_MISSING:
        return []
    return [Flag("missing", f"{facts.missing:,} customers ({facts.share_missing:.1%}) have no value")]

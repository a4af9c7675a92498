"""Expectations held against what customers did afterwards: over all, per segment, and by tenth of what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.prediction import NOBODY
from segtui.decided.value import BAND, TOLERANCE, Calibration, Check, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.results import Floats, Labels, Rows

FEWEST = 30
"""Orders observed in a group below which its ratio says little: only one that is off by far is told."""

MOST_OF_NONE = 3.69
"""Orders that can be expected where none are seen: the upper 95 % limit of a Poisson count of none, ln 40."""

WIDE = 1.96
TENTHS = 10


def check(group: str, expected: Floats, observed: Floats, orders: Floats | None = None) -> Check:
    """One group. expected, observed: one value per customer; orders: what they ordered, where observed is money.

    The interval is that of a ratio of two means over customers, on the log scale: with shares of the two sums,
    s^2 = n/(n-1) sum (expected_i / sum expected - observed_i / sum observed)^2. OFF needs a ratio outside the band and
    an interval without 1; outside the band with 1 in it is not knowledge. Of fewer than FEWEST orders the interval is
    rough, so that OFF needs all of it outside the band; of no order at all, MOST_OF_NONE orders times BAND expected.
    """
    customers, total, seen = len(expected), float(expected.sum()), float(observed.sum())
    counted = float((observed if orders is None else orders).sum())
    if seen <= 0 or total <= 0 or customers < 2:
        none = orders is None and seen == 0 and total > BAND * MOST_OF_NONE
        return Check(group, customers, total, seen, None, None, None, Verdict.OFF if none else Verdict.FEW)
    error = np.sqrt(customers / (customers - 1) * float(np.square(expected / total - observed / seen).sum()))
    ratio = total / seen
    low, high = ratio * float(np.exp(-WIDE * error)), ratio * float(np.exp(WIDE * error))
    if counted < FEWEST:
        verdict = Verdict.OFF if low > BAND or high < 1 / BAND else Verdict.FEW
    elif 1 / BAND <= ratio <= BAND:
        verdict = Verdict.HOLDS
    else:
        verdict = Verdict.UNSURE if low <= 1.0 <= high else Verdict.OFF
    return Check(group, customers, total, seen, ratio, low, high, verdict)


def calibrate(
    weeks: float,
    expected: Floats,
    observed: Floats,
    money: tuple[Floats, Floats] | None,
    before: Floats,
    labels: Labels,
    letters: Sequence[str],
) -> Calibration:
    """All checks. expected, observed: orders, one value per customer; money: the same of spend.

    before: repeat orders a week so far, what somebody without a model would go by. labels: of the same customers.
    """
    parts = [(letter, np.flatnonzero(labels == place)) for place, letter in enumerate(letters)]
    spend: Check | None = None
    by_segment: tuple[Check, ...] = ()
    if money is not None:
        spend = check("all", *money, observed)
        by_segment = tuple(check(letter, money[0][at], money[1][at], observed[at]) for letter, at in parts)
    return Calibration(
        weeks,
        check("all", expected, observed),
        tuple(check(letter, expected[at], observed[at]) for letter, at in parts),
        tuple(check(str(tenth + 1), expected[at], observed[at]) for tenth, at in enumerate(_tenths(expected))),
        spend,
        by_segment,
        _rank(expected, observed),
        _rank(before, observed),
    )


def refusal(checked: Check, what: str, weeks: float) -> str:
    """Why the expectation is not to be used, in words; "" where it may be."""
    if checked.verdict is not Verdict.OFF:
        return ""
    if checked.ratio is None:
        return (
            f"in the {weeks:.0f} weeks kept apart the model expected {checked.expected:,.0f} {what} and there were none"
        )
    way = "too much" if checked.ratio > 1 else "too little"
    return (
        f"in the {weeks:.0f} weeks kept apart the model expected {checked.expected:,.0f} {what} and there were "
        f"{checked.observed:,.0f} ({checked.ratio:.2f} of them, 95 % {checked.low:.2f} to {checked.high:.2f}): {way}, "
        "as happens where a season or a trend lies ahead that the model does not know"
    )


def borne_out(found: Calibration | None, letter: str, *, money: bool) -> tuple[tuple[str, ...], str]:
    """What the holdout has against the figures of a segment, a sentence each, () where they stand; and why it cannot
    judge its orders, "" where it can. money: whether money is said of it at all."""
    if found is None:
        return (), ""
    orders = [check for check in found.orders_by_segment if check.group == letter]
    spend = [check for check in found.spend_by_segment if check.group == letter] if money else []
    doubts = tuple(
        _doubt(check, what)
        for what, checks in (("orders", orders), ("of revenue", spend))
        for check in checks
        if check.verdict is Verdict.OFF
    )
    unsure = [check for check in orders if check.verdict in (Verdict.FEW, Verdict.UNSURE)]
    unjudged = "" if doubts or not unsure else _unjudged(unsure[0])
    return doubts, unjudged


def _figures(one: Check, what: str) -> str:
    return f"{one.expected:,.0f} {what} were expected in the holdout and {one.observed:,.0f} seen"


def _doubt(one: Check, what: str) -> str:
    ratio = "" if one.ratio is None else f" ({one.ratio:.2f} times, 95 % {one.low:.2f} to {one.high:.2f})"
    return f"The holdout does not bear these figures out: {_figures(one, what)}{ratio}; {TOLERANCE} would do."


def _unjudged(one: Check) -> str:
    why = "too few to tell" if one.verdict is Verdict.FEW else "the range is too wide to tell"
    return f"The holdout cannot judge these figures: {_figures(one, 'orders')}, {why}."


def _tenths(expected: Floats) -> list[Rows]:
    """Customers by what is expected of them, most first, in ten parts; ties in canonical order."""
    return [part for part in np.array_split(np.argsort(-expected, kind="stable"), TENTHS) if part.size]


def _rank(expected: Floats, observed: Floats) -> float | None:
    """Spearman's correlation with mean ranks for ties; None where either does not vary."""
    if len(expected) < 3 or np.ptp(expected) == 0 or np.ptp(observed) == 0:
        return None
    return float(np.corrcoef(_ranks(expected), _ranks(observed))[0, 1])


def _ranks(values: Floats) -> Floats:
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2.0)[which]
    return ranks


def inside(labels: Labels, who: Rows) -> Labels:
    """The labels of those who ordered; labels cover every customer in canonical order, NOBODY for none."""
    if labels.dtype != np.uint8 or labels.ndim != 1:
        raise ValueError(f"labels are uint8, one per customer, {NOBODY} for none")
    found: Labels = labels[who]
    return found

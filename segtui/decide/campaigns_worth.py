"""What a play comes to: contacted * (uplift * margin * order value - cost), all of it entered but the order value.

An uplift is never invented: without one there is the break-even, cost / (margin * order value), which asks no more than
margin and cost. One contacted customer in whom the uplift shows counts as one order (METHODS E2).
"""

from __future__ import annotations

from math import isfinite

from segtui.decide.campaigns_words import money, percent, points
from segtui.decided.campaigns import Inputs, Worth
from segtui.errors import UsageError

CONTACT, SPARED, OTHER = "contact", "spared", "other"
"""What a play's first arm gets: a contact that the other does not; no contact, as the other does; another contact."""

COMPARED = (CONTACT, SPARED, OTHER)


def checked(inputs: Inputs) -> Inputs:
    """The same. Raises UsageError naming the first entry that cannot be."""
    uplifts = [value for value in (inputs.low, inputs.mid, inputs.high) if value is not None]
    shares: dict[str, list[float | None]] = {
        "uplift": [*uplifts],
        "margin": [inputs.margin],
        "base rate": [inputs.base_rate],
    }
    for name, values in shares.items():
        least = -1.0 if name == "uplift" else 0.0
        if any(value is not None and not least <= value <= 1 for value in values):
            raise UsageError(f"the {name} is not a share", where="campaign", hint="Enter 0.05 for 5 %.")
    if uplifts != sorted(uplifts):
        raise UsageError("the uplifts do not rise", where="campaign", hint="Enter low, then middle, then high.")
    for name, amount in (("cost of a contact", inputs.cost), ("order value", inputs.order_value)):
        if amount is not None and not (amount >= 0 and isfinite(amount)):
            raise UsageError(f"the {name} is not an amount", where="campaign", hint="Enter 0 or more.")
    if not 0 <= inputs.held_out <= 0.9:
        raise UsageError("the held-out share is not between 0 % and 90 %", where="campaign")
    return inputs


def worth(contacted: int, compare: str, inputs: Inputs, measured: float | None, base: float | None = None) -> Worth:
    """What a play comes to for so many customers in its first arm. measured: revenue per order in the data; base: the
    share who order anyway, None where nobody knows it.

    An uplift that base leaves no room for, more than 1 - base or less than -base, comes to no money and is told of.
    Of a play that spares contacts it is what is not spent less what these contacts would have come to: the same sum
    with the other sign.
    """
    if compare == OTHER:
        return Worth(
            None, None, None, None, None, (), ("Both arms are written to; only the experiment can compare them.",)
        )
    value = inputs.order_value if inputs.order_value is not None else measured
    needs = tuple(
        words
        for words, entered in (
            ("margin", inputs.margin), ("cost of a contact", inputs.cost), ("order value", value),
        )
        if entered is None
    )  # fmt: skip
    uplifts = (inputs.low, inputs.mid, inputs.high)
    no_uplift = () if any(u is not None for u in uplifts) else ("uplift (low, middle, high)",)
    if inputs.margin is None or inputs.cost is None or value is None:
        everything = (*needs, *no_uplift)
        return Worth(
            None, None, None, None, value, everything, (f"For what it comes to, enter: {', '.join(everything)}.",)
        )
    gain = inputs.margin * value
    sign = -1 if compare == SPARED else 1
    beyond = tuple(u for u in uplifts if u is not None and not possible(base, u))
    low, mid, high = (
        None if u is None or u in beyond else sign * contacted * (u * gain - inputs.cost) for u in uplifts
    )
    even = inputs.cost / gain if gain > 0 else None
    least = even
    if even is not None and not possible(base, even):
        even = None
    impossible = _impossible(beyond, base)
    said = (
        *_sums(contacted, compare, (low, mid, high), uplifts),
        *([impossible] if impossible else []),
        _even(even, gain, inputs.cost, compare, least, base),
    )
    if no_uplift:
        said = (*said, "Enter an uplift for what it comes to.")
    return Worth(low, mid, high, even, value, no_uplift, said, impossible)


ROUNDING = 1e-9
"""What sums of shares as people type them may miss 0 or 1 by."""


def possible(base: float | None, uplift: float) -> bool:
    """Whether so many more can order where `base` order anyway (None: unknown)."""
    if base is None:
        return -1 <= uplift <= 1
    return -ROUNDING <= base + uplift <= 1 + ROUNDING


def _impossible(beyond: tuple[float, ...], base: float | None) -> str:
    """Uplifts that cannot be, in a sentence; "" where all can."""
    if not beyond or base is None:
        return ""
    parts = []
    for way, some in (("added", [u for u in beyond if u > 0]), ("taken away", [-u for u in beyond if u < 0])):
        if some:
            parts.append(f"{' and '.join(points(u) for u in some)} cannot be {way}")
    return f"{percent(base)} order anyway, so that {' and '.join(parts)}."


def _sums(
    customers: int, compare: str, values: tuple[float | None, ...], uplifts: tuple[float | None, ...]
) -> tuple[str, ...]:
    who = f"{customers:,} left alone" if compare == SPARED else f"{customers:,} contacted"
    known = [
        f"{money(value)} at {points(uplift)}"
        for value, uplift in zip(values, uplifts, strict=True)
        if value is not None and uplift is not None
    ]
    return (f"With {who}: {', '.join(known)} (uplifts of a contact, as entered).",) if known else ()


def _even(even: float | None, gain: float, cost: float, compare: str, least: float | None, base: float | None) -> str:
    """The break-even in a sentence. least: the same, also where so much cannot be added."""
    each = f"{money(cost)} a contact, {money(gain)} of margin an order"
    if even is None:
        short = ""
        if least is not None and base is not None:
            short = f"; it takes {points(least)}, and {points(1 - base)} can be added"
        return f"A contact never pays for itself at these inputs ({each}{short})."
    if compare == SPARED:
        return f"Contacts would pay for themselves from an uplift of {points(even)} on ({each})."
    if even == 0:
        return f"It pays for itself from the first order more on ({each})."
    return f"It pays for itself from {points(even)} on: one order more for every {_each(1 / even)} contacted ({each})."


def _each(customers: float) -> str:
    """1.4 · 9.9 · 12: one decimal below 10."""
    return f"{customers:,.0f}" if customers >= 9.95 else f"{customers:.1f}".removesuffix(".0")

"""What may be said about prices, in plain words: always a range, never a cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.decided.prices import ASSOCIATION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.decided.prices import Estimate, Gate

STEP = 0.1
"""The difference in price that slopes are told for."""


def reaction_words(estimates: Sequence[Estimate], gates: Sequence[Gate], pair: Sequence[Estimate] | None) -> str:
    """The verdict on a specification curve. pair: quantity and buyers, or None."""
    failed = [gate.text for gate in gates if gate.open is False]
    if failed or pair is None or not all(gate.open for gate in gates):
        reason = "; ".join(failed) or "there are no prices to set against what was bought"
        return f"not identified: {reason}.{_spanned(estimates)} Only a price test can tell."
    moved = sorted(abs((1 + STEP) ** one.beta - 1) for one in pair)
    said = _range(f"{moved[0]:.0%}", f"{moved[-1]:.0%}")
    return (
        f"weeks with prices {STEP:.0%} higher went with {said} fewer buyers and pieces.{_spanned(estimates)} "
        f"This is {ASSOCIATION}; a price test can tell."
    )


def _spanned(estimates: Sequence[Estimate]) -> str:
    """The range of a curve, as a sentence with a blank before it."""
    if len(estimates) < 2:
        return ""
    betas = [one.beta for one in estimates]
    return f" {len(estimates)} specifications give slopes from {min(betas):.2f} to {max(betas):.2f}."


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"

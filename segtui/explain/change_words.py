"""The smallest change that moves a customer, in plain words: "monetary 812.4 to 1,140 makes it B".

Names are said as they are: whoever prints them makes them harmless (`segtui.clean_text`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.explain.rule_words import plain_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.explained import Change
    from segtui.results import MatrixColumn


def change_text(change: Change | None, columns: Sequence[MatrixColumn]) -> str:
    """A change in original units; "" for none. columns: those of the matrix, which know scales and labels."""
    if change is None:
        return ""
    return f"{_said(change, columns)} makes it {change.letter}"


def _said(change: Change, columns: Sequence[MatrixColumn]) -> str:
    for column in columns:
        if column.level is not None and change.feature == f"{column.feature}={column.level}":
            verb = ("has not", "has") if column.separator else ("is not", "is")
            return f"{column.feature} {verb[change.new > change.old]} {column.level}"
        if column.transform is not None and change.feature == column.feature:
            order = column.transform.order
            old, new = (_place(order, v) if order else plain_number("", v) for v in (change.old, change.new))
            return f"{change.feature} {old} to {new}"
    return f"{change.feature} {plain_number('', change.old)} to {plain_number('', change.new)}"


def _place(order: Sequence[str], score: float) -> str:
    """The level of a score 1, 2 … of an ordinal scale."""
    return order[max(1, min(len(order), round(score))) - 1]

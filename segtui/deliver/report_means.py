"""Means of segments as the report tells them, and which of them are withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui import figures
from segtui.deliver.report_told import figure

if TYPE_CHECKING:
    from segtui.deliver.html import Markup
    from segtui.deliver.report_told import Told
    from segtui.results import Segment


def percent(share: float | None) -> str:
    """A share with its sign."""
    return f"{figures.share(share)}\u00a0%"


def mean_of(told: Told, one: Segment, place: int, shown: str) -> Markup:
    """The mean of a column in a segment, as `shown`."""
    column = told.handover.answer.profile.columns[place]
    return figure(
        float(one.means[place]), shown, "mean", segment=one.letter, feature=column.feature, level=column.level
    )


def few_values(told: Told, one: Segment, place: int) -> bool:
    """Whether a mean rests on too few customers, or a share tells of too few."""
    known = one.size * (1.0 - (one.missing[place] if one.missing else 0.0))
    column = told.handover.answer.profile.columns[place]
    few = told.few(known)
    return few if column.level is None else few or told.few(one.size * one.means[place])


def kept_back(told: Told, one: Segment, place: int) -> bool:
    """Whether a mean cannot be told beside the average."""
    return few_values(told, one, place) or average_tells(told, place)


def average_tells(told: Told, place: int) -> bool:
    """Whether the average of all customers tells what is withheld: of few of them, or by what all others are."""
    if not told.withhold:
        return False
    column = told.handover.answer.profile.columns[place]
    customers = sum(told.handover.answer.segmentation.sizes) * (1.0 - column.missing)
    if told.few(customers if column.level is None else customers * column.mean):
        return True
    gone = sum(few_values(told, one, place) for one in told.shown)
    return gone == 1 and not told.hidden

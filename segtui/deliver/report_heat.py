"""All segments side by side in the report: every column of the profile, tinted by how clearly a segment differs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from segtui.deliver.html import Markup, element, joined, text
from segtui.deliver.report_blocks import Cell, cell, cells, paragraph, table_of
from segtui.deliver.report_means import average_tells, few_values, mean_of
from segtui.deliver.report_told import figure, nothing, withheld
from segtui.progress import Progress

if TYPE_CHECKING:
    from segtui.deliver.html import Child
    from segtui.deliver.report_told import Told
    from segtui.progress import Steps
    from segtui.results import ProfileColumn, Segment

HEAT = (0.3, 0.8, 1.5)
"""Standardised differences from which a cell of the table is tinted, and tinted more."""

ARROWS = {3: "▲▲▲", 2: "▲▲", 1: "▲", 0: "", -1: "▼", -2: "▼▼", -3: "▼▼▼"}
READ_OUT = {3: "far above", 2: "well above", 1: "above", 0: "", -1: "below", -2: "well below", -3: "far below"}


def side_by_side(told: Told) -> Steps[Markup | None]:
    """The table, and how to read it; None where there is nothing to show."""
    profile, shown = told.handover.answer.profile, told.shown
    if not shown or not profile.columns:
        return None
    rows = []
    for i, column in enumerate(profile.columns):
        rows.append(element("tr", *cells(_row(told, i, column), range(1, len(shown) + 2))))
        yield Progress("comparing segments", i / len(profile.columns))
    titles = ["average of", "all customers", *(one.letter for one in shown)]
    notes = []
    if any(column.missing for column in profile.columns):
        notes.append("Averages are over customers with a value.")
    if profile.sampled < told.handover.ground.dataset.customers:
        notes.append(f"How clearly they differ was judged on {profile.sampled:,} customers.")
    return joined(
        paragraph(
            "▲ above the average of all customers, ▼ below it; two or three marks say how clearly. Features in bold "
            "made the segments, so that they differ in them is no discovery. For levels such as a country: the share "
            "of customers."
        ),
        table_of("Averages by segment", titles, rows, right=range(1, len(titles)), kind="heat"),
        paragraph(" ".join(notes), kind="muted") if notes else None,
    )


def _row(told: Told, place: int, column: ProfileColumn) -> list[Child]:
    name = told.feature(column.feature, column.level)
    shown, about = told.amount(column, column.mean), {"feature": column.feature, "level": column.level}
    kept = average_tells(told, place)
    everyone = withheld() if kept else figure(float(column.mean), shown, "average", **about)
    first: Child = element("strong", name) if column.used else text(name)
    return [first, everyone, *(_heat(told, one, place) for one in told.shown)]


def _heat(told: Told, one: Segment, place: int) -> Cell:
    if few_values(told, one, place):
        return cell(withheld(), kind="right")
    if math.isnan(one.means[place]):
        return cell(nothing(), kind="right")
    column = told.handover.answer.profile.columns[place]
    step = _step(one.differences[place])
    shown = mean_of(told, one, place, told.amount(column, one.means[place]))
    mark = element("span", ARROWS[step], " ", class_="arrow", aria_hidden="true") if step else None
    read = element("span", f" ({READ_OUT[step]} average)", class_="unseen") if step else None
    return cell(mark, shown, read, kind=f"right heat{step}" if step else "right")


def _step(difference: float | None) -> int:
    if difference is None or math.isnan(difference):
        return 0
    steps = sum(abs(difference) >= least for least in HEAT)
    return steps if difference > 0 else -steps

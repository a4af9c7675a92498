"""The segments in the report: who they are, how large, in one rule each, what sets them apart, and all side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from segtui import figures
from segtui.deliver import report_charts as charts
from segtui.deliver.html import Markup, element, joined
from segtui.deliver.report_blocks import (
    bullets,
    caveats,
    chart,
    facts,
    paragraph,
    part,
    under,
)  # fmt: skip
from segtui.deliver.report_heat import side_by_side
from segtui.deliver.report_means import kept_back, mean_of, percent
from segtui.deliver.report_told import figure, withheld
from segtui.deliver.report_words import rule_words
from segtui.progress import Progress, Steps
from segtui.recipe import FEWEST

if TYPE_CHECKING:
    from segtui.deliver.html import Child
    from segtui.deliver.report_told import Told
    from segtui.explained import SegmentRule
    from segtui.results import Segment

APART = 0.3
"""Least standardised difference that is worth telling."""

ROUGH = 0.7
"""A rule that is right less often than this, or finds less of its segment, is told as a rough one."""

TRAITS = 4
"""Differences that are told of a segment."""

NEAR = 0.15
"""A mean this close to the average, as a share of it, is not told as a multiple."""

LEVEL = 0.05
"""P value below which a difference in a column that took no part is told."""


def segments(told: Told) -> Steps[Markup | None]:
    """The part on segments."""
    answer = told.handover.answer
    shown = told.shown
    cards = []
    for one in answer.profile.segments:
        cards.append(_card(told, one))
        yield Progress("describing segments")
    table = yield from side_by_side(told)
    return part(
        "segments",
        "The segments",
        _withholding(told),
        _overview(told, shown),
        element("div", *cards, class_="cards"),
        under("All segments side by side", table),
    )


def _withholding(told: Told) -> Markup | None:
    if not told.withhold:
        return None
    said = f"Figures about fewer than {FEWEST} customers are withheld on this page"
    more = (
        ", and those of the next smallest segment where they could be worked out from the total" if told.hidden else ""
    )
    return caveats(f"{said}{more}.")


# -- sizes -------------------------------------------------------------------------------------------------


def _overview(told: Told, shown: tuple[Segment, ...]) -> Markup | None:
    if not shown:
        return None
    money = any(one.revenue_share is not None for one in shown)
    groups = []
    for one in shown:
        group = [charts.Bar(one.share, percent(one.share), "of customers", "customers")]
        if one.revenue_share is not None:
            group.append(charts.Bar(one.revenue_share, percent(one.revenue_share), "of revenue", "revenue"))
        groups.append((f"{one.letter} {one.name}", group))
    if not money:
        return chart(
            charts.bars("sizes", "How large each segment is", groups), "Shares of all customers in the segments."
        )
    title = "How many customers each segment has, and how much of the revenue"
    column = told.handover.whole.revenue
    of = f" Revenue is {told.feature(column)}." if column else ""
    caption = "Where the lower bar is longer than the upper one, a segment brings more than its share of customers."
    return chart(charts.bars("sizes", title, groups), caption + of)


# -- one segment -------------------------------------------------------------------------------------------


def _card(told: Told, one: Segment) -> Markup:
    id = f"segment-{one.letter.lower()}"
    head = element("h3", told.segment(one), id=id)
    if one.letter in told.hidden:
        return element("article", head, paragraph("Its figures are withheld."), class_="card", aria_labelledby=id)
    return element(
        "article",
        head,
        facts(_sizes(one)),
        _rule(told, one),
        _apart(told, one),
        _against(told, one),
        class_="card",
        aria_labelledby=id,
    )


def _sizes(one: Segment) -> Iterator[tuple[str, Child]]:
    size = figure(one.size, figures.count(one.size), "size", segment=one.letter)
    share = figure(one.share, percent(one.share), "share", segment=one.letter)
    yield "Customers", joined(size, " (", share, ")")
    if one.revenue_share is not None:
        yield "Revenue", figure(one.revenue_share, percent(one.revenue_share), "revenue-share", segment=one.letter)
    if one.order_share is not None:
        yield "Orders", figure(one.order_share, percent(one.order_share), "order-share", segment=one.letter)


def _rule(told: Told, one: Segment) -> Markup | None:
    found = told.handover.rules
    if found is None:
        return None
    rule = found.of(one.letter)
    if rule is None:
        return paragraph(element("strong", "In one rule: "), "there is no simple rule that finds this segment.")
    if found.adopted:
        return paragraph(element("strong", "Who belongs here: "), told.sentence(_adopted(told, one)))
    said = next((rule_words(told, leaf) for leaf in found.small.rules_of(one.cluster)), rule.text)
    rough = rule.precision < ROUGH or rule.coverage < ROUGH
    name = element("strong", "In one rule, roughly: " if rough else "In one rule: ")
    return paragraph(name, told.sentence(said), " ", _precision(told, rule))


def _adopted(told: Told, one: Segment) -> str:
    leaves = [leaf for leaf in told.handover.model.rules if leaf.cluster == one.cluster]
    if not leaves:
        assert told.handover.rules is not None
        found = told.handover.rules.of(one.letter)
        return "" if found is None else found.text
    return "; or ".join(rule_words(told, leaf) for leaf in leaves)


def _precision(told: Told, rule: SegmentRule) -> Markup:
    if told.few(rule.customers):
        return withheld()
    right = element("data", f"{rule.precision:.0%}", value=repr(rule.precision), data_what="precision")
    covers = element("data", f"{rule.coverage:.0%}", value=repr(rule.coverage), data_what="coverage")
    return element(
        "span",
        f"Of the {figures.plural(rule.customers, 'customer')} this holds for, ",
        right,
        " are in the segment; it finds ",
        covers,
        " of the segment.",
        class_="muted",
    )


# -- what sets it apart ------------------------------------------------------------------------------------


def _apart(told: Told, one: Segment) -> Markup:
    traits = [_trait(told, one, place) for place in _strongest(told, one)]
    head = element("h4", "What sets it apart")
    if not traits:
        return joined(head, paragraph("Nothing: in all that is known they are close to the average customer."))
    return joined(head, bullets(traits))


def _strongest(told: Told, one: Segment) -> list[int]:
    """Places of the columns that differ most, used ones first among equals; one per feature."""
    columns = told.handover.answer.profile.columns
    places, features = [], set()
    known = [(i, d) for i, d in enumerate(one.differences) if d is not None and not math.isnan(d) and abs(d) >= APART]
    for i, _ in sorted(known, key=lambda found: (-abs(found[1]), not columns[found[0]].used, found[0])):
        column = columns[i]
        fit = column.used or (column.test is not None and column.test.p < LEVEL)
        if fit and column.feature not in features and not kept_back(told, one, i) and not math.isnan(one.means[i]):
            features.add(column.feature)
            places.append(i)
    return places[:TRAITS]


def _trait(told: Told, one: Segment, place: int) -> Markup:
    column = told.handover.answer.profile.columns[place]
    mean, average = one.means[place], column.mean
    here, everyone = told.amount(column, mean, unit=True), told.amount(column, average)
    name = element("strong", told.feature(column.feature, column.level))
    shown = mean_of(told, one, place, here)
    if column.level is not None:
        return joined(name, " ", shown, f" of them, {everyone} of all customers")
    told_ratio = _ratio(mean, average) if _from_zero(told, column.feature) else ""
    return joined(name, " ", shown, f" on average{told_ratio}; all customers {everyone}")


def _from_zero(told: Told, feature: str) -> bool:
    """Whether a multiple of a column says something: it has no values below 0."""
    lowest = [one.lowest for one in told.handover.inspection.features if one.name == feature]
    return bool(lowest) and lowest[0] is not None and lowest[0] >= 0


def _ratio(mean: float, average: float) -> str:
    if average <= 0 or mean <= 0:
        return ""
    ratio = mean / average
    if ratio >= 2:
        return f", {figures.number(ratio, 2)} times the average"
    if abs(ratio - 1) < NEAR:
        return ""
    return f", {abs(ratio - 1):.0%} {'above' if ratio > 1 else 'below'} the average"


def _against(told: Told, one: Segment) -> Markup | None:
    rows = [
        charts.Against(
            told.feature(column.feature, column.level),
            one.means[i],
            told.amount(column, one.means[i]),
            column.mean,
            told.amount(column, column.mean),
        )
        for i, column in enumerate(told.handover.answer.profile.columns)
        if column.used and not math.isnan(one.means[i]) and not kept_back(told, one, i)
    ][:8]
    if not rows:
        return None
    title = f"Segment {one.letter} against the average"
    drawing = charts.against(f"against-{one.letter.lower()}", title, rows)
    return chart(drawing, "Bar: this segment. Mark: the average of all customers.")

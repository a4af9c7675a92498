"""What marks segments out among items and rules, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.baskets.words import side
from segtui.deliver import withhold
from segtui.deliver.rules_file import BETWEEN
from segtui.deliver.tables import small_segments

if TYPE_CHECKING:
    from segtui.basketed import ItemContrast, Marked, RuleContrast
    from segtui.deliver.handover import Handover
    from segtui.deliver.rules_file import Ruled

RULE_FIGURES = (
    "confidence", "rest_confidence", "difference", "low", "high", "support_difference", "p", "q", "lift", "rest_lift",
    "size", "taste", "affinity", "expected", "rest_expected", "beyond", "rest_beyond", "remains",
)  # fmt: skip
ITEM_FIGURES = ("share", "rest_share", "log_odds", "z", "p", "q")

LEVEL = 0.05
"""Items are listed up to this q."""


def marked_rules(handover: Handover, *, hide: bool) -> pl.DataFrame | None:
    """The rules that mark a segment out, one row per segment and rule; None where they were not compared."""
    ruled, marked = handover.ruled, handover.marked
    if ruled is None or marked is None:
        return None
    table = _rules(ruled, marked, marked.rules)
    return withhold.without(table, small_segments(handover), ()) if hide else table


def _rules(ruled: Ruled, marked: Marked, found: RuleContrast) -> pl.DataFrame:
    rule, place = np.nonzero(found.marked)
    order = np.lexsort((found.q[rule, place], place))
    rule, place = rule[order], place[order]
    rules, items = ruled.mined.rules, ruled.table.baskets.items
    columns: dict[str, object] = {"segment": [marked.letters[one] for one in place.tolist()]}
    for name, numbers in (("antecedent", rules.antecedents), ("consequent", rules.consequents)):
        columns[name] = [BETWEEN.join(side(row, items)) for row in numbers[rule].tolist()]
    columns |= {name: getattr(found, name)[rule, place] for name in RULE_FIGURES}
    return pl.DataFrame(columns, schema_overrides=dict.fromkeys(("segment", "antecedent", "consequent"), pl.String))


def marked_items(handover: Handover, *, hide: bool) -> pl.DataFrame | None:
    """The items that mark a segment out (q up to LEVEL), the strongest first; None where they were not compared."""
    ruled, marked = handover.ruled, handover.marked
    if ruled is None or marked is None:
        return None
    table = _items(ruled, marked, marked.items)
    return withhold.without(table, small_segments(handover), ()) if hide else table


def _items(ruled: Ruled, marked: Marked, found: ItemContrast) -> pl.DataFrame:
    item, place = np.nonzero(found.q <= LEVEL)
    order = np.lexsort((-found.z[item, place], place))
    item, place = item[order], place[order]
    names = ruled.table.baskets.items
    columns: dict[str, object] = {
        "segment": [marked.letters[one] for one in place.tolist()],
        "item": [names[one] for one in item.tolist()],
        "baskets": found.counts[item, place],
        **{name: getattr(found, name)[item, place] for name in ITEM_FIGURES},
    }
    return pl.DataFrame(columns, schema_overrides=dict.fromkeys(("segment", "item"), pl.String))

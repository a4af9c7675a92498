"""Plain words for what the report tells: rules, scales, tables, how sure, and the few terms it cannot do without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from segtui import figures
from segtui.evidence import Verdict, band
from segtui.explain.rule_words import EVERYONE, conditions_text
from segtui.explained import LeafRule

if TYPE_CHECKING:
    from segtui.deliver.report_told import Told
    from segtui.explained import Condition
    from segtui.results import CleaningStep

KINDS = {
    "customers": "a table of customers",
    "orders": "orders",
    "events": "what customers did and when",
    "baskets": "baskets without customers",
    "products": "products",
    "records": "records about customers",
    "lookup": "names and details that another table refers to",
    "unknown": "a table of an unknown kind",
}

TRANSFORMS = {
    "none": "as it is",
    "z": "brought to a common scale",
    "log1p": "brought to a common scale of ratios, so that 10 to 20 counts as much as 100 to 200",
    "yeo_johnson": "evened out so that a few very large values do not decide, and brought to a common scale",
    "quantile_normal": "taken by rank, so that only the order of customers counts",
    "robust": "brought to a common scale by its middle half, so that extreme values do not decide",
    "ordinal": "taken as steps of a scale, in order",
}

VERDICTS = {
    Verdict.NATURAL: "There is structure in these data, and the segments come back when customers are drawn anew.",
    Verdict.REPRODUCIBLE: "There are no gaps between the segments, but the cuts fall at the same places every time.",
    Verdict.CONSTRUCTIVE: "Where the borders between the segments lie is a choice, not something found in the data.",
}

LABELS = {
    "recency": "days since the last order",
    "frequency": "number of orders",
    "monetary": "money spent",
    "average_order_value": "money per order",
    "tenure": "days since the first order",
    "typical_gap": "usual days between orders",
    "gap_spread": "how much those days vary",
    "trend": "orders lately, up (1) or down (-1)",
    "units_per_order": "pieces per order",
    "lines_per_order": "lines per order",
    "distinct_products": "different products",
    "distinct_categories": "different categories",
    "top_category_share": "share of the favourite category",
    "return_rate": "share sent back",
    "discount_share": "share of discounts",
    "weekend_share": "orders at weekends",
    "evening_share": "orders in the evening",
}
"""What features that are made from orders are called here; others keep their names."""

CRITERIA = {
    "silhouette_squared": ("Clear gaps, squared distances", "silhouette, squared"),
    "silhouette": ("Clear gaps between segments", "silhouette"),
    "calinski_harabasz": ("Apart rather than spread out", "Calinski-Harabasz"),
    "davies_bouldin": ("Compact segments", "Davies-Bouldin"),
    "bic": ("Fit less a price for complexity", "BIC"),
    "gap": ("More structure than even noise", "gap"),
    "strength": ("Half of them predict the rest", "prediction strength"),
    "stability": ("Every segment comes back", "Jaccard"),
    "later": ("Tells later spending apart", "holdout"),
}
"""What every criterion asks, for someone who has not heard of it (short enough for a telephone), and its name."""

TERMS = {
    "segment": "a group of customers who are alike in the features that were chosen. Letters stay with their customers "
    "when the number of segments changes",
    "feature": "something known of every customer that was used to form the segments, or to describe them",
    "average": "the sum over all customers divided by their number. A few very large customers pull it up",
    "stability": "customers are drawn anew many times and segments are formed again. 1.00 means that a segment comes "
    "back with exactly the same customers; from 0.75 on it counts as stable",
    "holdout": "a stretch of time that was kept apart: the segments know nothing of it, so that it can check them",
    "held out": "customers who are left alone on purpose, chosen by lot, so that the others can be compared with them",
    "shuffled baskets": "the same baskets with their items dealt out by chance. What is as frequent there is no news",
    "95 % range": "ranges that are made like this hold the true figure in 95 of 100 cases",
    "confidence": "of the baskets with the first item, the share that also has the second",
    "80 % power, 5 % level": "an experiment like this finds a difference of that size in 4 of 5 cases, and reports one "
    "where there is none in 1 of 20",
    "mode": "a peak: a value that many customers lie near, with fewer on either side",
    "silhouette": "how much nearer customers are to their own segment than to the next one; 1 is the best, 0 is a draw",
    "Jaccard": "how far two groups are the same people: those in both, as a share of those in either",
    "p": "how often chance alone would give at least as much; small means that chance is a poor explanation",
    "k": "the number of segments",
    "snapshot": "the day that all features look back from",
}


def comes_back(jaccard: float) -> str:
    """Whether a segment comes back when customers are drawn anew, in a few words."""
    return {
        "highly stable": "comes back nearly the same",
        "stable": "comes back",
        "pattern only": "comes back in part; who is in it is doubtful",
        "not stable": "does not come back: do not build on it",
    }[band(jaccard)]


def step_words(step: CleaningStep) -> str:
    """A cleaning step as what it leaves out."""
    return step.title[:1].upper() + step.title[1:]


# -- rules -------------------------------------------------------------------------------------------------


def rule_words(told: Told, leaf: LeafRule) -> str:
    """The conditions of one rule: "recency at most 260 days, and frequency more than 2 and at most 9 orders"."""
    by_feature: dict[tuple[str, bool], list[Condition]] = {}
    for condition in leaf.conditions:
        by_feature.setdefault((condition.feature, condition.level is None), []).append(condition)
    said = [_condition(told, together) for together in by_feature.values()]
    return ", and ".join(said) if said else EVERYONE


def _condition(told: Told, together: Sequence[Condition]) -> str:
    first = together[0]
    if first.level is not None or first.scale:
        plain = conditions_text(LeafRule(0, tuple(together), 0, 0), gaps=told.gaps, labels=told.labels)
        return plain.replace(first.feature, told.feature(first.feature), 1)
    bounds = [
        f"{'more than' if c.above else 'at most'} {_bound(told, c)}"
        for c in sorted(together, key=lambda c: not c.above)
    ]
    unit = "" if first.feature in LABELS else told.units.get(first.feature, "")
    named = f" {unit}" if unit in ("days", "orders", "pieces", "lines", "products", "categories", "visits") else ""
    missing = " (or not known)" if first.feature in told.gaps and all(c.missing_holds for c in together) else ""
    return f"{told.feature(first.feature)} {' and '.join(bounds)}{named}{missing}"


def _bound(told: Told, condition: Condition) -> str:
    """All digits of a bound: a rounded rule is no longer true."""
    value = condition.value
    if told.units.get(condition.feature) == "share":
        return f"{100 * value:.12g} %"
    return figures.count(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:,}"

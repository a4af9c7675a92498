"""What is done about customers without a value: the rule behind each policy, and the words that say what was done.

    policy          numbers and ordinal scales            nominal columns, and labels
    auto            median; from 1 % on as `indicator`    a level, "(missing)", of its own
    median          median                                most frequent
    most_frequent   most frequent                         most frequent
    indicator       median, and a column of its own       most frequent, and a column of its own
    level           as indicator                          a level, "(missing)", of its own
    aside           the customer is left out              the customer is left out

The median of an ordinal scale is a level of it (the lower of two middle ones).

The column of its own is 1 for a customer without a value. Its weight is sqrt(v), v the variance of the feature's other
columns: two customers with values are 2v apart (squared, on average), one with and one without v by what was filled in
plus w^2, so w^2 = v makes no answer exactly as far from an answer as two answers are from each other. A vote of its own
for the column (METHODS B7, q = 1/2) would be w^2 = q / (p (1 - p)): with 2 % missing, sixteen times as far apart as
any two answers, and k-means then spends a segment on nothing but the gap (measured: at k = 3 already).
"""

from __future__ import annotations

import math
from dataclasses import replace

from segtui.prepare.encode import RARE
from segtui.recipe import FeatureSpec

INDICATED_FROM = RARE
"""Share of customers without a value from which `auto` adds a column that says so."""


def policy(feature: FeatureSpec, treatment: str, share_missing: float) -> str:
    """The policy in force: never "auto", and one that the treatment knows."""
    scored = treatment in ("numeric", "ordinal")
    chosen = feature.missing
    if chosen == "auto":
        if not scored:
            return "level"
        return "indicator" if share_missing >= INDICATED_FROM else "median"
    if chosen == "level" and scored:
        return "indicator"
    if chosen == "median" and not scored:
        return "most_frequent"
    return chosen


def explicit(feature: FeatureSpec, treatment: str, share_missing: float) -> FeatureSpec:
    """The feature with its policy spelled out where there is anything to do."""
    if feature.missing == "auto" and share_missing == 0.0:
        return feature
    return replace(feature, missing=policy(feature, treatment, share_missing))


def indicator_weight(variance: float) -> float:
    """The weight of the column that says who has no value, beside columns of this variance together."""
    return math.sqrt(variance) if 0.0 < variance < math.inf else 0.0


def note(name: str, missing: int, infinite: int, customers: int, done: str) -> str:
    """What was done about missing values, in a sentence; empty where there were none."""
    if not missing and not infinite:
        return ""
    share = (missing + infinite) / max(1, customers)
    what = f"{missing:,} missing" if missing else ""
    if infinite:
        what = f"{what} and {infinite:,} infinite" if what else f"{infinite:,} infinite"
    return f"{name}: {what} ({share:.1%}) {done}"

"""The rules at some cut-offs, from baskets to measures; and what would help where there are none."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from segtui.basketed import Mined, NullRules
from segtui.baskets.forecast import estimate as estimated
from segtui.baskets.forecast import suggest
from segtui.baskets.itemsets import frequent, least_count, prepare
from segtui.baskets.measures import size_lift
from segtui.baskets.rules import Asked, Consequents, rules, tried
from segtui.progress import Steps, as_part

if TYPE_CHECKING:
    from segtui.basketed import Baskets, Estimate
    from segtui.recipe import BasketSpec

DOING = "mining rules"

WANTED = 10
"""Pairs that a suggested support should give."""


def least_of(spec: BasketSpec, baskets: int) -> int:
    """The number of baskets that a rule needs."""
    return max(spec.min_count, least_count(spec.min_support, baskets))


def asked_of(spec: BasketSpec) -> Asked:
    """The cut-offs of a recipe as the miner takes them."""
    consequents = cast("Consequents", spec.consequents)
    return Asked(spec.min_confidence, spec.min_lift, consequents, longest=spec.max_length)


def expected_work(baskets: Baskets, spec: BasketSpec) -> Steps[Estimate]:
    """How many itemsets to expect, before they are looked for. Raises AnalysisError where pairs alone are too many."""
    prepared = yield from prepare(baskets, least_of(spec, baskets.count))
    return (yield from estimated(prepared, spec.max_length))


def mined(baskets: Baskets, spec: BasketSpec) -> Steps[Mined]:
    """The rules at the cut-offs. Raises AnalysisError where there are too many itemsets to look at."""
    least, sizes = least_of(spec, baskets.count), size_lift(baskets.sizes)
    sets = yield from as_part(frequent(baskets, least, spec.max_length), DOING, 0.0, 0.8)
    found = yield from as_part(rules(sets, asked_of(spec), sizes), DOING, 0.8, 0.2)
    if len(found):
        return Mined(spec, found, least, sets.number, sizes, tried=tried(sets, asked_of(spec)))
    anything = yield from rules(sets, Asked(0.0, 0.0, asked_of(spec).consequents, longest=spec.max_length))
    if len(anything):
        best = float(anything.confidence.max())
        right = anything.confidence >= min(best, spec.min_confidence)
        return Mined(spec, found, least, sets.number, sizes, least, best, float(anything.lift[right].max()))
    return Mined(spec, found, least, sets.number, sizes, (yield from suggest(baskets, WANTED)))


def wider(found: Mined) -> BasketSpec | None:
    """The nearest cut-offs, in round figures, that would return something where `found` is empty; None: none do."""
    spec, n = found.spec, found.rules.baskets
    if not n or not found.least_that:
        return None
    if not math.isfinite(found.best_confidence):
        return replace(spec, min_support=rounded_down(found.least_that / n), min_count=1)
    if found.best_confidence < spec.min_confidence:
        return replace(spec, min_confidence=rounded_down(found.best_confidence))
    return replace(spec, min_lift=rounded_down(found.best_lift))


def rounded_down(value: float) -> float:
    """Two figures, never above the value, so that what is suggested does give something."""
    if value <= 0:
        return 0.0
    digits = 1 - math.floor(math.log10(value))
    return round(math.floor(value * 10.0**digits * (1 + 1e-12)) / 10.0**digits, max(0, digits))


def null_rules(baskets: Baskets, spec: BasketSpec) -> Steps[NullRules]:
    """What shuffled baskets give at the same cut-offs."""
    sets = yield from frequent(baskets, least_of(spec, baskets.count), spec.max_length)
    found = yield from rules(sets, asked_of(spec))
    return NullRules(found.lengths.astype(np.int64), found.lift)

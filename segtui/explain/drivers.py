"""Which features drive the clusters, and which deserve to: a verdict on every feature that votes (METHODS C3).

Influence (`influence`) is what moves the clusters now, relevance (`relevance`) what agrees with other features. One
that has the first without the second is probably noise that k-means cut in two. Of features that say nearly the same
one stands for all, as they would vouch for each other.

HINoV decides on relevance and the weight of sparse k-means is shown beside it: that is relative to the best feature, so
that even among noise alone some feature has 1. How often the verdicts are right: tests/bench/calibrate_drivers.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from segtui.explain.influence import ROWS, blocks, influence
from segtui.explain.relevance import ROWS as ROWS_ALONE
from segtui.explain.relevance import Relevance, relevance
from segtui.explained import DRIVES, DUPLICATE, NEITHER, QUIET, UNSUPPORTED, Driver, Drivers
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import FeatureMatrix, Floats, Segmentation

NEAR_DUPLICATE = 0.9
"""|Spearman| from which two features count as one (Mooi & Sarstedt; METHODS B8); `prepare.duplicates` has the same."""

INFLUENTIAL = 0.05
"""Influence from which a feature moves clusters: one customer in twenty. In the calibration a noise column that the
clusters do not use stays near .01 and one they use reaches .2 or more; the real features have .11 or more."""

OF_THE_MOST = 0.5
"""Among many features none may reach INFLUENTIAL: this share of the largest influence will do."""

RELEVANT = 0.1
"""HINoV times k from which agreement with others is worth the name. Between two correlated features it falls as 1 / k:
normal features that correlate by .3 and .45 with one other have some .17 / k and .44 / k, recency among RFM .6 / k."""

CHANCE = 4.0
"""Standard deviations of what HINoV is by chance (`relevance.chances`) that it must reach as well: over 2 to 8
clusters of 200 to 4,338 customers the larger of two noise columns, normal, uniform, lognormal or rare 0/1, had 1 to 3.2
of them at its 95 % quantile. From some thousand customers on RELEVANT asks for more."""

ENOUGH = 3
"""Features below which relevance says little: of two, each is as relevant as the other."""


def drivers(
    matrix: FeatureMatrix, segmentation: Segmentation, seed: int, duplicates: Mapping[str, str] | None = None
) -> Steps[Drivers]:
    """The verdict on every feature of `matrix`, by the clusters of `segmentation` (of the same customers).

    duplicates: feature -> the one that stands for it, where they are known already ({}: there are none); None: they are
    looked for here.
    """
    features = blocks(matrix.columns)
    if duplicates is None:
        duplicates = yield from near_duplicates(matrix)
    moves = yield from influence(matrix.values, features, segmentation.centroids, seed)
    own = {feature: at for feature, at in features.items() if feature not in duplicates}
    found = None
    if len(own) > 1 and segmentation.k > 1:
        found = yield from relevance(matrix.values, own, segmentation.k, seed)
    least = min(INFLUENTIAL, OF_THE_MOST * max(moves.values(), default=0.0))
    told = tuple(
        _driver(
            feature, moves[feature], moves[feature] >= least > 0, found, segmentation.k, duplicates.get(feature, "")
        )
        for feature in features
    )
    if len(own) < ENOUGH or _nothing_agrees(told):
        told = tuple(_without_advice(driver) for driver in told)
    everyone = matrix.customers
    notes = _notes(everyone, told, len(own))
    return Drivers(told, min(everyone, ROWS), notes, min(everyone, ROWS_ALONE), everyone)


def relevant(found: Relevance, feature: str, k: int) -> bool:
    """Whether a feature agrees with others more than chance would have it, and by enough to matter."""
    return found.hinov[feature] >= max(RELEVANT / k, CHANCE * found.chance[feature])


# -- features that say nearly the same -----------------------------------------------------------------------


def near_duplicates(matrix: FeatureMatrix) -> Steps[dict[str, str]]:
    """Feature -> the feature that stands for it: of two numbers (or scales) with |Spearman| of at least NEAR_DUPLICATE
    the one with more votes, in a tie the first. One that itself has a stand-in stands for nobody."""
    places = {column.feature: i for i, column in enumerate(matrix.columns) if column.level is None}
    kept: list[str] = []
    ranks: list[Floats] = []
    found: dict[str, str] = {}
    # votes of equally scaled features differ by rounding only
    for feature in sorted(places, key=lambda name: -round(matrix.votes.get(name, 0.0), 4)):
        yield Progress("comparing features", None, feature)
        own = _ranks(matrix.values[places[feature], :ROWS])
        alike = np.abs(np.array([float((other * own).sum()) for other in ranks]))
        if alike.size and alike.max() >= NEAR_DUPLICATE:
            found[feature] = kept[int(alike.argmax())]
        else:
            kept.append(feature)
            ranks.append(own)
    return found


def _ranks(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Floats:
    """Ranks, centred and of length 1, so that a product of two is their Spearman correlation; 0 for a constant."""
    ranks: Floats = stats.rankdata(values)
    ranks -= ranks.mean()
    length = sqrt(float(np.square(ranks).sum()))
    return ranks / length if length else ranks


# -- in words ------------------------------------------------------------------------------------------------


def _driver(
    feature: str, moves: float, influential: bool, found: Relevance | None, k: int, duplicate_of: str
) -> Driver:
    """What is said of one feature; found: None where relevance cannot be computed."""
    if duplicate_of:
        advice = f"switch it off: it says nearly the same as “{duplicate_of}”"
        return Driver(feature, moves, None, None, duplicate_of, DUPLICATE, advice)
    if found is None:
        return Driver(feature, moves, None, None)
    word = verdict(influential, relevant(found, feature, k))
    advice = "try without it: it moves the segments but agrees with no other feature" if word == UNSUPPORTED else ""
    return Driver(feature, moves, found.hinov[feature], found.sparse[feature], "", word, advice)


def verdict(influential: bool, relevant: bool) -> str:
    """The word for a feature."""
    if influential:
        return DRIVES if relevant else UNSUPPORTED
    return QUIET if relevant else NEITHER


def _without_advice(driver: Driver) -> Driver:
    """Taking out what agrees with nothing would, step by step, leave nothing."""
    if driver.verdict == DUPLICATE:
        return driver
    return replace(driver, suggestion="")


def _nothing_agrees(told: tuple[Driver, ...]) -> bool:
    words = {driver.verdict for driver in told if driver.hinov is not None}
    return bool(words) and words <= {UNSUPPORTED, NEITHER}


def _notes(customers: int, told: tuple[Driver, ...], own: int) -> tuple[str, ...]:
    """What was left out or sampled; own: features that are nobody's duplicate."""
    notes = [
        f"relevance leaves out “{driver.feature}”, which says nearly the same as “{driver.duplicate_of}”"
        for driver in told
        if driver.duplicate_of
    ]
    if own < ENOUGH:
        few = "one feature agrees with nothing" if own < 2 else "of two features each agrees with the other as much"
        notes.append(f"relevance says little with fewer than three features: {few}")
    elif _nothing_agrees(told):
        notes.append("no feature agrees with another, so relevance cannot tell which of them deserve to drive segments")
    if customers > ROWS:
        notes.append(f"influence on {ROWS:,} customers drawn from all {customers:,}, relevance on {ROWS_ALONE:,}")
    elif customers > ROWS_ALONE:
        notes.append(f"relevance on {ROWS_ALONE:,} customers drawn from all {customers:,}")
    return tuple(notes)

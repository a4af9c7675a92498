"""Which rules mark a segment out: their confidence in its baskets against that in all others.

Interval: Newcombe's (1998) hybrid score interval without continuity correction, his method 10. Test, two-sided: the
chi-squared test of two proportions with N - 1 for N, where all four cells are expected to have one basket or more, and
else twice the smaller tail of Fisher's exact test (Campbell 2007 recommends this choice). q: Benjamini & Hochberg over
all pairs of a rule and a segment that were tested, not over those that are shown. A pair is marked where q is at most
LEVEL and the supports differ by DELTA or more (contrast sets, Bay & Pazzani 2001).

The guard against basket size. With s the sizes of a segment's baskets, w the share of Y of its lines, and
lambda = n sum s (s - 1) / (sum s)^2, basket-adjusted lift is lift / lambda, and

    confidence = w * [sum s (s - 1) / sum s] * (lift / lambda)

exactly: Y's share of what is bought, times how many other items lie beside an item, times how much X draws Y. So the
ratio of two confidences is a product of three: `size` (more beside everything), `taste` (more Y whatever it lies
beside), `affinity` (X and Y belong together more). `remains` is the confidence less what it would be with the rest's
affinity. For rules of more than two items lambda is a first approximation, as sides of several items are.

Only rules that were given are tested: one that is frequent in a small segment alone may be below the support asked for
in all baskets. Ask for less to have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from segtui.basketed import GroupCounts, RuleContrast
from segtui.baskets.credibility import rule_counts
from segtui.baskets.items import FEWEST, benjamini_hochberg, checked_sizes, notes
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.basketed import Baskets, CountedRules, Counts, Marks
    from segtui.results import Floats

DELTA, LEVEL = 0.03, 0.05
"""Least difference of supports, and the false discovery share allowed."""

PAIRS = 20_000
"""Pairs of a rule and a segment that are computed in one piece."""

Z95 = 1.959963984540054


def group_counts(baskets: Baskets, rules: CountedRules, group: Counts, segments: int) -> Steps[GroupCounts]:
    """What `rule_contrast` needs, in one pass. group: the segment of each basket, -1 for none (`items.groups_of`).

    Raises AnalysisError where there are not two segments with baskets.
    """
    counts = checked_sizes(group, segments)
    inside = group >= 0
    sizes = baskets.sizes[inside]
    lines = np.bincount(group[inside], weights=sizes, minlength=segments).astype(np.int64)
    others = np.bincount(group[inside], weights=sizes * (sizes - 1), minlength=segments).astype(np.int64)
    antecedent, consequent, joint = yield from rule_counts(baskets, rules, group, segments)
    return GroupCounts(counts, lines, others, antecedent, consequent, joint, int(np.sum(~inside)))


def rule_contrast(
    counts: GroupCounts, *, from_baskets: bool, delta: float = DELTA, level: float = LEVEL
) -> Steps[RuleContrast]:
    """Every rule in every segment against all other baskets that have a segment.

    A pair is not tested where the segment or the rest has fewer than FEWEST baskets with X. from_baskets: whether a
    feature of the clustering comes from the baskets. Raises AnalysisError where no pair can be tested.
    """
    in_rest = _rest(counts)
    few = (counts.antecedent < FEWEST) | (in_rest.antecedent < FEWEST)
    if few.all():
        raise AnalysisError(
            f"no rule has {FEWEST} baskets with its antecedent in a segment and in the rest",
            hint="ask for more support, or for fewer segments",
        )
    confidence, rest_confidence = _shares(counts, few), _shares(in_rest, few)
    p = np.full(few.shape, np.nan)
    tested = np.flatnonzero(~few)
    for start in range(0, len(tested), PAIRS):
        at = np.unravel_index(tested[start : start + PAIRS], few.shape)
        p[at] = two_sided(counts.joint[at], counts.antecedent[at], in_rest.joint[at], in_rest.antecedent[at])
        yield Progress("comparing rules by segment", start / len(tested))
    low, high = newcombe(confidence, counts.antecedent, rest_confidence, in_rest.antecedent)
    yield Progress("comparing rules by segment", 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        support = np.where(few, np.nan, counts.joint / counts.baskets - in_rest.joint / in_rest.baskets)
        size = np.where(few, np.nan, _beside(counts) / _beside(in_rest))
        taste = np.where(few, np.nan, (counts.consequent / counts.lines) / (in_rest.consequent / in_rest.lines))
        adjusted, rest_adjusted = _adjusted(counts, few), _adjusted(in_rest, few)
        affinity = adjusted / rest_adjusted
        remains = confidence - np.minimum(1.0, size * taste * rest_confidence)
    q = benjamini_hochberg(p)
    return RuleContrast(
        confidence=confidence,
        rest_confidence=rest_confidence,
        difference=confidence - rest_confidence,
        low=low,
        high=high,
        support_difference=support,
        p=p,
        q=q,
        lift=adjusted,
        rest_lift=rest_adjusted,
        size=size,
        taste=taste,
        affinity=affinity,
        remains=remains,
        marked=(q <= level) & (np.abs(support) >= delta),
        few=few,
        delta=delta,
        level=level,
        notes=notes(counts.left_out, int(few.sum()), "pair of a rule and a segment", from_baskets=from_baskets),
    )


def _rest(counts: GroupCounts) -> GroupCounts:
    """For each segment the same counts over all the others."""
    return GroupCounts(
        counts.baskets.sum() - counts.baskets,
        counts.lines.sum() - counts.lines,
        counts.others.sum() - counts.others,
        counts.antecedent.sum(axis=1, keepdims=True) - counts.antecedent,
        counts.consequent.sum(axis=1, keepdims=True) - counts.consequent,
        counts.joint.sum(axis=1, keepdims=True) - counts.joint,
    )


def _shares(counts: GroupCounts, few: Marks) -> Floats:
    """Confidences, nan where there are too few baskets."""
    return np.where(few, np.nan, counts.joint / np.maximum(1, counts.antecedent))


def _beside(counts: GroupCounts) -> Floats:
    """How many other items lie in the basket of an item, on average over items."""
    beside: Floats = counts.others / counts.lines
    return beside


def _adjusted(counts: GroupCounts, few: Marks) -> Floats:
    """Lift over lambda, each of its own baskets."""
    size = counts.baskets * (counts.others / np.square(counts.lines.astype(np.float64)))
    lift = counts.joint * counts.baskets / (counts.antecedent.astype(np.float64) * counts.consequent)
    return np.where(few, np.nan, lift / size)


# -- two proportions -------------------------------------------------------------------------------------


def newcombe(one: Floats, of_one: Counts, two: Floats, of_two: Counts) -> tuple[Floats, Floats]:
    """95 % limits of the difference one - two of independent proportions of `of_one` and `of_two` (Newcombe 1998,
    method 10)."""
    low_one, high_one = wilson(one, of_one)
    low_two, high_two = wilson(two, of_two)
    below = np.sqrt(np.square(one - low_one) + np.square(high_two - two))
    above = np.sqrt(np.square(high_one - one) + np.square(two - low_two))
    return one - two - below, one - two + above


def wilson(share: Floats, of: Counts) -> tuple[Floats, Floats]:
    """95 % score limits of a proportion (Wilson 1927); nan of none."""
    number = np.where(of > 0, of, np.nan).astype(np.float64)
    square = Z95**2 / number
    middle = share + square / 2
    half = np.sqrt(square * (share * (1 - share) + square / 4))
    return (middle - half) / (1 + square), (middle + half) / (1 + square)


def two_sided(one: Counts, of_one: Counts, two: Counts, of_two: Counts) -> Floats:
    """p of one / of_one against two / of_two, as said above; 1 where all or none have it."""
    both, total = (one + two).astype(np.float64), (of_one + of_two).astype(np.float64)
    variance = both * (total - both)
    cross = one.astype(np.float64) * of_two - two.astype(np.float64) * of_one
    with np.errstate(divide="ignore", invalid="ignore"):
        square = np.square(cross) * (total - 1) / (variance * of_one * of_two)
    p: Floats = np.where(variance > 0, stats.chi2.sf(square, 1), 1.0)
    least = np.minimum(of_one, of_two) * np.minimum(both, total - both) / total
    exact = (least < 1) & (variance > 0)
    if exact.any():
        p[exact] = _fisher(one[exact], of_one[exact], two[exact], of_two[exact])
    return p


def _fisher(one: Counts, of_one: Counts, two: Counts, of_two: Counts) -> Floats:
    law = stats.hypergeom(of_one + of_two, one + two, of_one)
    doubled: Floats = 2 * np.minimum(law.cdf(one), law.sf(one - 1))
    return np.minimum(1.0, doubled)


# -- words -----------------------------------------------------------------------------------------------


def wording(contrast: RuleContrast, rule: int, segment: int, rule_text: str, letter: str) -> str:
    """What was found for one pair, in plain words; `rule_text` and `letter` as they are to be read."""
    if contrast.few[rule, segment]:
        return f"{rule_text}: too few baskets in {letter} or in the rest to compare (fewer than {FEWEST})."
    here, there = contrast.confidence[rule, segment], contrast.rest_confidence[rule, segment]
    low, high = 100 * contrast.low[rule, segment], 100 * contrast.high[rule, segment]
    difference, remains = 100 * contrast.difference[rule, segment], 100 * contrast.remains[rule, segment]
    text = f"{rule_text}: confidence {here:.0%} in {letter}, {there:.0%} in the rest, {difference:+.1f} points "
    text += f"({low:+.1f} to {high:+.1f}). "
    if not np.isfinite(remains):
        return text + "How much of this is basket size cannot be told."
    factors = f"basket size × {contrast.size[rule, segment]:.2f}, "
    factors += f"share of the consequent × {contrast.taste[rule, segment]:.2f}"
    return text + f"Beyond {factors}: {remains:+.1f} points are left."

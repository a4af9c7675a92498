"""Which rules mark a segment out: their confidence in its baskets against that in all others.

Interval: Newcombe's (1998) hybrid score interval without continuity correction, his method 10. Test, two-sided: the
chi-squared test of two proportions with N - 1 for N, where all four cells are expected to have one basket or more, and
else twice the smaller tail of Fisher's exact test (Campbell 2007 recommends this choice). q: Benjamini & Hochberg over
all pairs of a rule and a segment that were tested, not over those that are shown. A pair is marked where q is at most
LEVEL and the supports differ by DELTA or more (contrast sets, Bay & Pazzani 2001).

The guard against basket size. With s the sizes of a segment's baskets, w the share of Y of its lines and
lambda = n sum s (s - 1) / (sum s)^2,

    confidence = w * [sum s (s - 1) / sum s] * (lift / lambda)

exactly: Y's share of what is bought, times how many other items lie beside an item, times basket-adjusted lift. The
first two make `expected`, the confidence that basket size and Y's popularity give by themselves; the ratios of the
three, segment to rest, are `taste`, `size` and `affinity`. For strong rules that last ratio takes away too much: a
confidence of .6 cannot treble because baskets do. So `beyond` = (confidence - expected) / (1 - expected), the share of
X's baskets that X brings Y into where chance did not (certainty with a baseline for size; Abbott 1925), and what
`remains` of the difference is that of the segment less that of the rest: 0 where X and Y have nothing to do with each
other, however baskets differ. For sides of several items both are first approximations.

Only rules that were given are tested: one that is frequent in a small segment alone may be below the support asked for
in all baskets. Ask for less to have it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from segtui.basketed import GroupCounts, RuleContrast
from segtui.baskets.credibility import rule_counts
from segtui.baskets.items import FEWEST, adjusted_in_pieces, checked_sizes, notes
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.basketed import Baskets, CountedRules, Counts, Marks
    from segtui.results import Floats

DELTA, LEVEL = 0.03, 0.05
"""Least difference of supports, and the false discovery share allowed."""

PAIRS = 10_000
"""Pairs of a rule and a segment that are computed in one piece."""

TERMS = 30
"""Terms of a tail whose terms fall at least as fast as 1 / j!."""

TAIL_ENDS = 1e-17
"""A term is the last one when it is below this share of the sum so far."""

HALF = 0.5
"""Share of a difference that must remain for it not to be called mostly size and popularity."""

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
    tables: dict[str, Floats] = {}
    at_once = max(1, PAIRS // few.shape[1])
    for start in range(0, len(few), at_once):
        rows = slice(start, start + at_once)
        for name, values in _tables(_part(counts, rows), _part(in_rest, rows), few[rows]).items():
            tables.setdefault(name, np.empty(few.shape))[rows] = values
        yield Progress("comparing rules by segment", start / len(few))
    q = yield from adjusted_in_pieces(tables["p"])
    return RuleContrast(
        **tables,
        q=q,
        marked=(q <= level) & (np.abs(tables["support_difference"]) >= delta),
        few=few,
        delta=delta,
        level=level,
        notes=notes(counts.left_out, int(few.sum()), "pairs of a rule and a segment", from_baskets=from_baskets),
    )


def _tables(counts: GroupCounts, in_rest: GroupCounts, few: Marks) -> dict[str, Floats]:
    """What `RuleContrast` has of some rules, by its names; nan where there are too few baskets."""
    one, two = _confidence(counts), _confidence(in_rest)
    low, high = newcombe(one, counts.antecedent, two, in_rest.antecedent)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.broadcast_to(_beside(counts) / _beside(in_rest), few.shape)
        taste = (counts.consequent / counts.lines) / (in_rest.consequent / in_rest.lines)
        adjusted, rest_adjusted = adjusted_lifts(counts), adjusted_lifts(in_rest)
        expected, rest_expected = _expected(counts), _expected(in_rest)
        beyond, rest_beyond = (one - expected) / (1 - expected), (two - rest_expected) / (1 - rest_expected)
        tables = {
            "confidence": one,
            "rest_confidence": two,
            "difference": one - two,
            "low": low,
            "high": high,
            "support_difference": counts.joint / counts.baskets - in_rest.joint / in_rest.baskets,
            "p": two_sided(counts.joint, counts.antecedent, in_rest.joint, in_rest.antecedent),
            "lift": adjusted,
            "rest_lift": rest_adjusted,
            "size": size,
            "taste": taste,
            "affinity": adjusted / rest_adjusted,
            "expected": expected,
            "rest_expected": rest_expected,
            "beyond": beyond,
            "rest_beyond": rest_beyond,
            "remains": beyond - rest_beyond,
        }
    return {name: np.where(few, np.nan, values) for name, values in tables.items()}


def _part(counts: GroupCounts, rows: slice) -> GroupCounts:
    return replace(
        counts, antecedent=counts.antecedent[rows], consequent=counts.consequent[rows], joint=counts.joint[rows]
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


def _confidence(counts: GroupCounts) -> Floats:
    """Of each rule in each segment; 0 where no basket has the antecedent."""
    confidence: Floats = counts.joint / np.maximum(1, counts.antecedent)
    return confidence


def _beside(counts: GroupCounts) -> Floats:
    """How many other items lie in the basket of an item, on average over items."""
    beside: Floats = counts.others / counts.lines
    return beside


def _expected(counts: GroupCounts) -> Floats:
    """Confidences that size and popularity give by themselves; nan from 1 on, where the approximation ends."""
    chance = counts.consequent / counts.lines * _beside(counts)
    return np.where(chance < 1, chance, np.nan)


def adjusted_lifts(counts: GroupCounts) -> Floats:
    """Lift over lambda, each of its own baskets: (rules, segments); not finite where there is nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = counts.baskets * (counts.others / np.square(counts.lines.astype(np.float64)))
        lift = counts.joint * counts.baskets / (counts.antecedent.astype(np.float64) * counts.consequent)
        adjusted: Floats = lift / size
    return adjusted


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
        least = np.minimum(of_one, of_two) * np.minimum(both, total - both) / total
    tail = special.erfc(np.sqrt(square / 2))  # of chi-squared with one degree of freedom, ten times as fast as its sf
    p: Floats = np.where(variance > 0, tail, 1.0)
    exact = (least < 1) & (variance > 0)
    if exact.any():
        p[exact] = _fisher(one[exact], of_one[exact], two[exact], of_two[exact])
    return p


def _fisher(one: Counts, of_one: Counts, two: Counts, of_two: Counts) -> Floats:
    """Twice the smaller tail, where a cell is expected to have less than one basket: turned so that it is the first."""
    turned = of_one > of_two
    one, of_one, two, of_two = (
        np.where(turned, *pair) for pair in ((two, one), (of_two, of_one), (one, two), (of_one, of_two))
    )
    most = 2 * (one + two) > of_one + of_two
    one, two = np.where(most, of_one - one, one), np.where(most, of_two - two, two)
    both, total = (one + two).astype(np.float64), (of_one + of_two).astype(np.float64)
    above, first = _upper(one, of_one, both, total)
    below = 1 - (above - first)
    doubled: Floats = np.minimum(1.0, 2 * np.minimum(above, below))
    return doubled


def _upper(least: Counts, of: Counts, both: Floats, total: Floats) -> tuple[Floats, Floats]:
    """P(at least `least` of `both` are among `of` of `total`), and of exactly so many; hypergeometric with a mean below
    1: terms fall fast."""
    j = least.astype(np.float64)
    log = _log_choose(both, j) + _log_choose(total - both, of - j) - _log_choose(total, of.astype(np.float64))
    term = np.where(j <= np.minimum(both, of), np.exp(log), 0.0)
    first, tail = term, term.copy()
    for _ in range(TERMS):
        j = j + 1
        term = term * np.maximum(0.0, both - j + 1) * np.maximum(0.0, of - j + 1) / (j * (total - both - of + j))
        tail += term
        if np.all(term <= TAIL_ENDS * tail):
            break
    return tail, first


def _log_choose(of: Floats, some: Floats) -> Floats:
    """log of the binomial coefficient; anything where it is 0."""
    chosen: Floats = special.gammaln(of + 1) - special.gammaln(some + 1) - special.gammaln(np.maximum(0, of - some) + 1)
    return chosen


# -- words -----------------------------------------------------------------------------------------------


def why_marked(contrast: RuleContrast, rule: int, segment: int, letter: str) -> str:
    """Whether the rule marks the segment out, and which of the two cut-offs it misses. For a pair that was tested."""
    apart = contrast.support_difference[rule, segment]
    text = f"Its support here differs by {100 * apart:+.1f} points: "
    if contrast.marked[rule, segment]:
        return f"{text}it marks {letter} out."
    missing = [f"{100 * contrast.delta:g} points either way"] if abs(apart) < contrast.delta else []
    missing += [f"a q of {contrast.level:g} or less"] if contrast.q[rule, segment] > contrast.level else []
    return f"{text}to mark {letter} out takes {' and '.join(missing)}."


def wording(contrast: RuleContrast, rule: int, segment: int, rule_text: str, letter: str) -> str:
    """What was found for one pair, in plain words; `rule_text` and `letter` as they are to be read."""
    if contrast.few[rule, segment]:
        return f"{rule_text}: too few baskets in {letter} or in the rest to compare (fewer than {FEWEST})."
    here, there = contrast.confidence[rule, segment], contrast.rest_confidence[rule, segment]
    low, high = 100 * contrast.low[rule, segment], 100 * contrast.high[rule, segment]
    if here == there:
        return f"{rule_text}: confidence {here:.0%} in {letter} and in the rest."
    difference, remains = 100 * contrast.difference[rule, segment], 100 * contrast.remains[rule, segment]
    text = f"{rule_text}: confidence {here:.0%} in {letter}, {there:.0%} in the rest, {difference:+.1f} points "
    text += f"({low:+.1f} to {high:+.1f}). "
    if not np.isfinite(remains):
        return text + "How much of this is basket size cannot be told: baskets are too large for the approximation."
    text += f"Basket size and popularity alone would give {contrast.expected[rule, segment]:.0%} and "
    text += f"{contrast.rest_expected[rule, segment]:.0%}; beyond that {remains:+.1f} points remain"
    return text + (": most of it is size and popularity." if remains / difference < HALF else ".")

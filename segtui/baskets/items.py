"""Which items mark a segment out: log-odds against all other baskets, with an informative prior (Monroe et al. 2008).

What is compared are shares of lines (an item in a basket), not of baskets: a segment with larger baskets has more of
everything per basket, and not of its lines. With y lines of an item out of n in the segment (s) and in the rest (r),
delta = log[(y_s + a) / (n_s + A - y_s - a)] - log[(y_r + a) / (n_r + A - y_r - a)], and its standard error about
sqrt(1 / (y_s + a) + 1 / (y_r + a)). The prior a is the item's share of all lines times A, so a rare item must show
more before it is believed; A is one line per item of the range on average.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from segtui.basketed import Baskets, ItemContrast
from segtui.baskets.ordering import buckets
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.basketed import Counts
    from segtui.results import Floats, Rows

FEWEST = 10
"""Baskets that an item must have, over all segments, to be tested (METHODS D1: fewer are an anecdote)."""

LINES = 500_000
"""Items in baskets that are counted in one piece."""

PIECE = 1 << 16
"""Values of p that are ranked in one piece."""

BY_BASKET = (
    "Tests count baskets as if each were a customer of its own: one who comes often counts often, so p is too small."
)
CONDITIONAL = (
    "These segments were themselves made from features of the baskets (such as how often or how much was bought). "
    "Tests are conditional on that: some difference is there by construction."
)


def item_contrast(
    baskets: Baskets, group: Counts, segments: int, *, from_baskets: bool, prior: float | None = None
) -> Steps[ItemContrast]:
    """Every item in every segment against all other baskets that have a segment.

    group: the segment of each basket, -1 for none (`groups_of`). from_baskets: whether a feature of the clustering
    comes from the baskets. prior: A above. Raises AnalysisError where there are not two segments with baskets.
    """
    sizes = checked_sizes(group, segments)
    counts = yield from _by_group(baskets, group, segments)
    total = counts.sum(axis=1, keepdims=True)
    weight = float(len(baskets.items)) if prior is None else prior
    rest, others = total - counts, sizes.sum() - sizes
    delta, z = log_odds(counts, rest, weight * total / max(1, total.sum()))
    able = (total >= FEWEST) & (sizes > 0) & (others > 0)
    p = np.where(able, 2 * stats.norm.sf(np.abs(z)), np.nan)
    yield Progress("comparing items")
    few = int(np.sum((total > 0) & (total < FEWEST)))
    return ItemContrast(
        counts=counts,
        share=counts / np.where(sizes > 0, sizes, np.nan),
        rest_share=rest / np.where(others > 0, others, np.nan),
        log_odds=np.where(able, delta, np.nan),
        z=np.where(able, z, np.nan),
        p=p,
        q=benjamini_hochberg(p),
        baskets=sizes,
        left_out=int(np.sum(group < 0)),
        notes=notes(int(np.sum(group < 0)), few, "items", from_baskets=from_baskets),
    )


def groups_of(baskets: Baskets, labels: Rows) -> Counts:
    """The segment of each basket's customer, int64 (baskets,); -1 where the customer is unknown or in none.

    labels: of each customer in canonical order, negative for none. Raises AnalysisError where baskets have no
    customers.
    """
    if baskets.owner is None:
        raise AnalysisError(
            "these baskets have no customers, so they cannot be told apart by segment",
            hint="give the order lines a customer column",
        )
    if len(labels) == 0:
        return np.full(baskets.count, -1, dtype=np.int64)
    known = baskets.owner >= 0
    return np.where(known & (labels[baskets.owner] >= 0), labels[baskets.owner], -1).astype(np.int64)


def of_segment(baskets: Baskets, group: Counts, segment: int) -> Baskets:
    """The baskets of one segment, in their order; items keep their numbers, so rules of it can be compared."""
    kept = group == segment
    rows = np.flatnonzero(kept)
    return Baskets(
        items=baskets.items,
        starts=np.concatenate([[0], np.cumsum(baskets.sizes[rows])]).astype(np.int64),
        index=baskets.index[np.repeat(kept, baskets.sizes)],
        owner=None if baskets.owner is None else baskets.owner[rows],
        ids=None if baskets.ids is None else tuple(baskets.ids[row] for row in rows),
    )


def checked_sizes(group: Counts, segments: int) -> Counts:
    """Baskets of each segment (segments,). Raises AnalysisError where fewer than two segments have any."""
    sizes = np.bincount(group[group >= 0], minlength=segments).astype(np.int64)
    if np.sum(sizes > 0) < 2:
        raise AnalysisError(
            "fewer than two segments have baskets, so there is no rest to compare one with",
            hint="check that customer ids of the baskets are those of the segmented customers",
        )
    return sizes


def log_odds(inside: Counts, rest: Counts, prior: Floats) -> tuple[Floats, Floats]:
    """delta and z of the module's formula. inside, rest: lines (items, segments); prior: a, broadcast to them.

    0 for an item that is nowhere, and where all lines are of one item.
    """
    one, two = inside + prior, rest + prior
    with np.errstate(divide="ignore", invalid="ignore"):
        delta = np.log(one / (one.sum(axis=0) - one)) - np.log(two / (two.sum(axis=0) - two))
        z = delta / np.sqrt(1 / one + 1 / two)
    known = np.isfinite(delta) & np.isfinite(z)
    return np.where(known, delta, 0.0), np.where(known, z, 0.0)


def benjamini_hochberg(p: Floats) -> Floats:
    """p adjusted so that those at most q have a false discovery share of at most q (Benjamini & Hochberg 1995).

    p: any shape; nan was not tested, does not count, and stays nan.
    """
    adjusted = np.full(p.shape, np.nan)
    tested = np.isfinite(p)
    if tested.any():
        adjusted[tested] = stats.false_discovery_control(p[tested], method="bh")
    return adjusted


def adjusted_in_pieces(p: Floats) -> Steps[Floats]:
    """`benjamini_hochberg` of many p, without holding anybody up."""
    adjusted = np.full(p.shape, np.nan)
    tested = np.flatnonzero(np.isfinite(p))
    values = p.ravel()[tested]
    if not len(values):
        return adjusted
    flat, rank, least = adjusted.reshape(-1), len(values), 1.0
    # Positive floats have the order of their bits read as whole numbers; the largest come first, as each q is the
    # least of what its own rank and all higher ones give.
    for part in buckets(-values.view(np.int64), PIECE):
        order = part[np.argsort(-values[part])]
        given = values[order] * (len(values) / np.arange(rank, rank - len(order), -1))
        q = np.minimum(np.minimum.accumulate(given), least)
        flat[tested[order]] = q
        if len(order):
            rank, least = rank - len(order), float(q[-1])
        yield Progress("adjusting for many tests", 1 - rank / len(values))
    return adjusted


def notes(left_out: int, few: int, what: str, *, from_baskets: bool) -> tuple[str, ...]:
    """What a reader of the tests must know. few: how many of `what` were not tested for having too few baskets."""
    told = [BY_BASKET]
    if from_baskets:
        told.append(CONDITIONAL)
    if left_out:
        told.append(f"{left_out:,} baskets of customers without a segment are left out.")
    if few:
        told.append(f"Not tested for want of {FEWEST} baskets: {few:,} {what}.")
    return tuple(told)


def _by_group(baskets: Baskets, group: Counts, segments: int) -> Steps[Counts]:
    """Baskets with each item, by segment: int64 (items, segments)."""
    cells = np.zeros(len(baskets.items) * segments, dtype=np.int64)
    of_line = np.repeat(group, baskets.sizes)
    for start in range(0, len(baskets.index), LINES):
        owner = of_line[start : start + LINES]
        known = owner >= 0
        at = baskets.index[start : start + LINES][known].astype(np.int64) * segments + owner[known]
        cells += np.bincount(at, minlength=len(cells))
        yield Progress("counting items by segment", start / len(baskets.index))
    return cells.reshape(len(baskets.items), segments)

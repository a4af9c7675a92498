"""Which features deserve to make clusters: those that agree with others (METHODS C3), whatever the clusters use now.

HINoV (Carmone, Kara & Maxwell 1999): cluster the customers by each feature alone; a feature counts for as much as its
clusters agree with those of every other one. Sparse k-means (Witten & Tibshirani 2010): weights w >= 0 that maximise
sum_j w_j a_j subject to |w|_2 <= 1 and |w|_1 <= s, a_j being what lies between clusters in feature j.

Both look at features of equal spread, however loud the analyst made them: a vote does not make noise relevant. A
nominal feature is one feature, all its columns together. Two features that say the same agree with each other
perfectly, so near-duplicates have to be taken out first.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster import pilot, seeding
from segtui.cluster.judge import agreement, best
from segtui.cluster.refit import refit
from segtui.cluster.sample import generator
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import Floats, Floats32, Labels, Rows

Features = dict[str, list[int]]
"""Feature -> its columns (`influence.blocks`)."""

ROWS = 10_000
"""Customers clustered by one feature at most: the first in canonical order, a random sample."""

PAIRS = 32
"""Pairs of labellings that are compared between two chances to step aside; a few milliseconds."""

PURPOSE_ALONE, PURPOSE_SPARSE, PURPOSE_DEAL = 41, 42, 43

DOING = "weighing features"


# -- each feature alone --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Relevance:
    """Per feature, in the order given. hinov: TOPRI (`agreements`); chance: its standard deviation were the feature
    shuffled (`chances`). sparse: the weight, the largest 1."""

    hinov: dict[str, float]
    chance: dict[str, float]
    sparse: dict[str, float]


def relevance(values: Floats32, features: Features, k: int, seed: int) -> Steps[Relevance]:
    """Both measures for two features or more, none of them a near-duplicate of another, and k of at least 2.

    values: (columns, customers) of the matrix, canonical order.
    """
    # Counted from their mean, columns that lie far from 0 lose nothing to float32.
    some = values[:, :ROWS] - values[:, :ROWS].mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
    groups: list[Labels] = []
    for done, (feature, at) in enumerate(features.items()):
        yield Progress(DOING, done / len(features), f"{feature} alone")
        groups.append((yield from alone(some[at], k, generator(seed, PURPOSE_ALONE, k))))
    topri = yield from agreements(groups)
    found = yield from sparse_weights((yield from Spread.of(some, features)), groups, k, seed)
    in_order = (dict(zip(features, numbers, strict=True)) for numbers in (topri, chances(groups), found))
    return Relevance(*in_order)


def alone(block: Floats32, k: int, rng: np.random.Generator) -> Steps[Labels]:
    """Clusters by one feature. block: (its columns, rows). Up to k different values are clusters themselves."""
    different, places = np.unique(_codes(block), return_inverse=True)
    if len(different) <= k:
        labels: Labels = places.astype(np.uint8)
        return labels
    return (yield from refit(np.ascontiguousarray(block), k, rng)).labels


def _codes(block: Floats32) -> Floats:
    """A number per row, equal for equal rows; rows that differ share one only by a coincidence in float64."""
    if len(block) == 1:
        only: Floats = block[0].astype(np.float64)
        return only
    codes: Floats = np.zeros(block.shape[1])
    for column, factor in zip(block, np.random.default_rng(len(block)).random(len(block)), strict=True):
        codes += factor * column.astype(np.float64)
    return codes


def agreements(groups: list[Labels]) -> Steps[list[float]]:
    """TOPRI: per labelling the sum of its adjusted Rand indices with every other one.

    A labelling of one cluster agrees with nothing. A sum, not a mean: any number of noise features does not change it.
    """
    sums = [0.0] * len(groups)
    split = [i for i, labels in enumerate(groups) if labels.min() != labels.max()]
    for done, one in enumerate(split):
        for at, other in enumerate(split[:done]):
            if at % PAIRS == 0:
                yield Progress(DOING, done / len(split), "comparing features")
            agreed = agreement(groups[one], groups[other])
            sums[one] += agreed
            sums[other] += agreed
    return sums


def chances(groups: list[Labels]) -> list[float]:
    """The standard deviation of TOPRI (mean 0) of every labelling if its customers were dealt out at random.

    The cells n_ij of a table with given margins a and b are e_ij around a_i b_j / n, with covariances A x B / (n - 1)
    for A = diag(a) - a a' / n and B likewise. So sum n_ij^2, all that varies in the adjusted Rand index, has variance
    2 tr(A^2) tr(B^2) / (n - 1)^2, as for a normal e, plus 4 (a'A a) (b'B b) / (n^2 (n - 1)): nothing for clusters of
    equal size, and most of it for unequal ones. (A different labelling does not covary: both are near enough free.)
    """
    sizes = [np.bincount(labels).astype(np.float64) for labels in groups]
    n, count = float(len(groups[0])), len(groups)
    apart = [np.diag(size) - np.outer(size, size) / n for size in sizes]
    square = np.array([float(np.square(a).sum()) for a in apart])
    linear = np.array([float(size @ a @ size) for size, a in zip(sizes, apart, strict=True)])
    pairs = np.array([float((size * (size - 1)).sum()) for size in sizes])
    variance = 2 * np.outer(square, square) / (n - 1) ** 2 + 4 * np.outer(linear, linear) / (n**2 * (n - 1))
    range_of = (pairs[:, None] + pairs) / 2 - np.outer(pairs, pairs) / (n * (n - 1))
    able = (square[:, None] > 0) & (square > 0) & ~np.eye(count, dtype=np.bool_)
    ari = np.divide(variance, np.square(range_of), out=np.zeros((count, count)), where=able)
    return [float(sd) for sd in np.sqrt(ari.sum(axis=1))]


# -- sparse k-means: the weights -----------------------------------------------------------------------------


def weights(between: Floats, s: float) -> Floats:
    """The w that maximises sum w_j a_j under |w|_2 <= 1, |w|_1 <= s, w >= 0, for a = `between` and 1 <= s <= sqrt(p).

    w = S(a+, Delta) / |S(a+, Delta)|_2, S(a, Delta) = (a - Delta)+, with Delta = 0 where that satisfies |w|_1 <= s and
    otherwise such that |w|_1 = s (Witten & Tibshirani 2010, proposition 1). |w|_1 falls as Delta rises: bisection.
    """
    positive = np.maximum(between, 0.0)
    low, high = 0.0, float(positive.max())
    if high == 0.0:
        return np.full(len(positive), 1 / sqrt(len(positive)))  # nothing lies between clusters: no feature is better
    if _soft(positive, 0.0).sum() <= s:
        return _soft(positive, 0.0)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _soft(positive, middle).sum() > s else (low, middle)
    return _soft(positive, high)


def _soft(positive: Floats, delta: float) -> Floats:
    """S(a, Delta) at length 1; where Delta leaves nothing, all on the largest."""
    cut = np.maximum(positive - delta, 0.0)
    length = float(np.sqrt(np.square(cut).sum()))
    if length == 0.0:
        cut = (positive == positive.max()).astype(np.float64)
        length = sqrt(float(cut.sum()))
    return np.asarray(cut / length)


# -- sparse k-means: the clusters ----------------------------------------------------------------------------

ROUNDS = 8
"""Rounds of clusters and weights at most; mostly three to five settle it."""

SETTLED = 1e-4
"""Weights stand still when they change by less than this share (Witten & Tibshirani's criterion)."""

STARTS, LIMIT = 2, 12
"""Fresh k-means++ starts beside the clusters of the round before, and iterations of k-means in a round."""


@dataclass(frozen=True, eq=False, slots=True)
class Spread:
    """Customers with features of equal spread. values: float32 (columns, rows), every column of mean 0, the variances
    of every feature adding up to 1. owner: per column the place of its feature; count: of features."""

    values: Floats32
    owner: Rows
    count: int

    @classmethod
    def of(cls, values: Floats32, features: Features) -> Steps[Spread]:
        """The columns of `features`, one feature after the other; one that does not vary is 0."""
        owner = np.repeat(np.arange(len(features)), [len(at) for at in features.values()])
        spread = np.empty((len(owner), values.shape[1]), dtype=np.float32)
        filled = 0
        for done, (feature, at) in enumerate(features.items()):
            yield Progress(DOING, done / len(features), feature)
            wide = values[at].astype(np.float64)
            wide -= wide.mean(axis=1, keepdims=True)
            wide[wide.min(axis=1) == wide.max(axis=1)] = 0.0  # not what rounding left of a constant
            variance = float(np.square(wide).mean(axis=1).sum())
            spread[filled : filled + len(at)] = wide / sqrt(variance) if variance > 0 else 0.0
            filled += len(at)
        return cls(spread, owner, len(features))

    def weighed(self, w: Floats) -> Floats32:
        """Columns times sqrt(w), so that squared distances are sum_j w_j d_j."""
        return np.asarray(self.values * np.sqrt(w)[self.owner, None].astype(np.float32))

    def dealt(self, orders: list[Rows]) -> Spread:
        """Every feature in an order of its own: each as it was, none with anything to do with another."""
        dealt = np.empty_like(self.values)
        for column, owner in enumerate(self.owner.tolist()):
            dealt[column] = self.values[column, orders[owner]]
        return Spread(dealt, self.owner, self.count)

    def split(self, labels: Labels, k: int) -> Split:
        """What lies between clusters. Columns have mean 0, so a_j is the sum over clusters of n_c mean_cj^2, over n."""
        places = labels.astype(np.intp)
        counts = np.bincount(places, minlength=k)
        sums = np.array([np.bincount(places, column, k) for column in self.values])
        means = sums / np.maximum(counts, 1)
        shares = (counts * np.square(means)).sum(axis=1) / len(labels)
        return Split(np.bincount(self.owner, shares, self.count).astype(np.float64), means.T)


@dataclass(frozen=True, eq=False, slots=True)
class Split:
    """Clusters of a `Spread`. between: a_j, the share of the variance of feature j (0 to 1) that lies between them.
    means: (k, columns), 0 for an empty one."""

    between: Floats
    means: Floats

    def objective(self, s: float) -> float:
        """sum w_j a_j at the best weights for these clusters."""
        return float(weights(self.between, s) @ self.between)


def sparse(
    spread: Spread, starts: list[Split], k: int, s: float, rng: np.random.Generator
) -> Steps[tuple[Floats, float]]:
    """Clusters and weights in turn, from the best of `starts`, until the weights stand still.

    Returns weights (|w|_2 = 1, one per feature) and objective of the best round. What the first clusters split is what
    the weights then favour, and equal weights (where Witten & Tibshirani begin) often split by noise: so clusters by
    each feature alone are tried as well.
    """
    best_split, most = starts[0], -inf
    for start in starts:
        yield Progress(DOING, None, "sparse k-means")
        if (reached := start.objective(s)) > most:
            best_split, most = start, reached
    split = best_split
    w = weights(split.between, s)
    for _ in range(ROUNDS):
        split = spread.split((yield from _clustered(spread, w, k, split.means, rng)), k)
        before, w = w, weights(split.between, s)
        if (reached := split.objective(s)) > most:
            best_split, most = split, reached
        if np.abs(w - before).sum() < SETTLED * before.sum():
            break
    return weights(best_split.between, s), most


def starts_of(spread: Spread, groups: list[Labels], k: int, rng: np.random.Generator) -> Steps[list[Split]]:
    """Clusters by all features of equal weight, and by each alone (`groups`)."""
    equal = np.full(spread.count, 1 / sqrt(spread.count))
    found = [spread.split((yield from _clustered(spread, equal, k, None, rng)), k)]
    for group in groups:
        yield Progress(DOING, None, "sparse k-means")
        found.append(spread.split(group, k))
    return found


def _clustered(spread: Spread, w: Floats, k: int, means: Floats | None, rng: np.random.Generator) -> Steps[Labels]:
    """The best of k-means from a few fresh starts and from `means` (unweighted), if any."""
    weighed = spread.weighed(w)
    yield Progress(DOING, None, "sparse k-means")
    starts = seeding.plus_plus(weighed[:, :GAP_ROWS], k, STARTS, rng)
    if means is not None:
        warm = (means * np.sqrt(w)[spread.owner]).astype(np.float32)
        starts = np.concatenate([warm[None], starts])
    trials: list[pilot.Trial] = []
    batch, together = pilot.Batch(weighed), pilot.batch_size(k, weighed.shape[1])
    for first in range(0, len(starts), together):
        some = starts[first : first + together]
        trials += yield from pilot.refine(batch, some, first, LIMIT, _silent, DOING)
    return best(trials).labels


def _silent(_: object) -> None:
    """Nobody watches."""


# -- sparse k-means: how sparse ------------------------------------------------------------------------------

GAP_ROWS = 2_048
"""Customers that s is chosen on."""

BOUNDS = 6
"""Values of s tried, in equal steps of log s from 1.2 to .9 sqrt(p), as R's `sparcl` does (which tries 10)."""

DEALS = 5
"""Shuffled data sets that every s is compared with. `sparcl` makes 25; the standard error allows for the difference."""


def sparse_weights(spread: Spread, groups: list[Labels], k: int, seed: int) -> Steps[list[float]]:
    """The weight of every feature, the largest 1, at the s that the permutation gap chooses.

    groups: clusters of the same customers by each feature alone.
    """
    some = Spread(np.ascontiguousarray(spread.values[:, :GAP_ROWS]), spread.owner, spread.count)
    grid = bounds(spread.count)
    gaps, errors = yield from _gaps(some, [group[:GAP_ROWS] for group in groups], k, grid, seed)
    rng = generator(seed, PURPOSE_SPARSE, k)
    starts = yield from starts_of(spread, groups, k, rng)
    found, _ = yield from sparse(spread, starts, k, grid[sparsest(gaps, errors)], rng)
    return [float(weight) for weight in found / found.max()]


def bounds(features: int) -> list[float]:
    """The values of s tried."""
    low, high = 1.2, 0.9 * sqrt(features)
    return list(np.exp(np.linspace(log(min(low, high)), log(high), BOUNDS)).tolist())


def _gaps(spread: Spread, groups: list[Labels], k: int, grid: list[float], seed: int) -> Steps[tuple[Floats, Floats]]:
    """Gap(s) = log O(s) - mean over shuffled data of log O*(s), O being the objective, and its standard error as of
    Tibshirani's gap: sd sqrt(1 + 1 / DEALS)."""
    objectives = np.empty((1 + DEALS, len(grid)))
    for deal in range(1 + DEALS):
        rng = generator(seed, PURPOSE_DEAL, k, deal)
        data, alone_in_it = spread, groups
        if deal:
            orders = [rng.permutation(spread.values.shape[1]) for _ in groups]
            data = spread.dealt(orders)
            alone_in_it = [group[order] for group, order in zip(groups, orders, strict=True)]
        starts = yield from starts_of(data, alone_in_it, k, rng)
        for at, s in enumerate(grid):
            yield Progress(DOING, (deal + at / len(grid)) / (1 + DEALS), "sparse k-means")
            objectives[deal, at] = (yield from sparse(data, starts, k, s, rng))[1]
    logs = np.log(np.maximum(objectives, np.finfo(np.float64).tiny))
    return logs[0] - logs[1:].mean(axis=0), logs[1:].std(axis=0) * sqrt(1 + 1 / DEALS)


def sparsest(gaps: Floats, errors: Floats) -> int:
    """The smallest s whose gap is within one standard error of the largest: a larger s would let noise in again."""
    top = int(gaps.argmax())
    return int(np.flatnonzero(gaps >= gaps[top] - errors[top])[0])

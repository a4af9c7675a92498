"""What speaks for and against a number of segments: frozen values, no behaviour beyond look-ups.

One `SweepRow` per k, filled in as the work goes on; what the criteria pick (`Pick`), and what a documented rule makes
of all of it (`Suggestion`); whether there is structure at all (`Structure`); what labels know of later orders
(`Prediction`). Values per segment are tuples in cluster order, as `Segmentation.sizes` is; letters say who is who.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from segtui.results import Scores

if TYPE_CHECKING:
    from datetime import date

STABLE, HIGHLY_STABLE, PATTERN, DISSOLVED = 0.75, 0.85, 0.60, 0.50
"""Hennig's bands of the mean Jaccard similarity: from .85 highly stable, from .75 stable, from .60 a pattern whose
members are doubtful, below that not to be trusted; a draw with .50 or less has dissolved the segment (METHODS B1)."""

STRONG = 0.80
"""Prediction strength from which a k counts as supported (Tibshirani & Walther 2005)."""


MODES = 0.01
"""A column has more than one mode when its adjusted p is below this."""

NEAR_EQUAL = 0.01
"""Inertias this close (as a share) count as equal; METHODS B4."""

SAME_FROM = 0.9
"""Adjusted Rand index from which two solutions count as the same; METHODS B4."""


def band(jaccard: float) -> str:
    """Hennig's reading of a mean Jaccard similarity, in one or two words."""
    if jaccard >= HIGHLY_STABLE:
        return "highly stable"
    if jaccard >= STABLE:
        return "stable"
    return "pattern only" if jaccard >= PATTERN else "not stable"


# -- per k -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Silhouettes:
    """Silhouettes of one segmentation.

    squared: mean per cluster with squared distances, exact over all customers (the overall mean is in Scores).
    euclidean: mean over customers with plain distances, the one Kaufman and Rousseeuw's reading is about, from a sample
    of `rows` customers stratified by cluster; by_cluster: the same per cluster; macro: the mean of those means.
    sampled: whether `rows` are not all customers.
    """

    squared: tuple[float, ...]
    euclidean: float
    macro: float
    by_cluster: tuple[float, ...]
    rows: int
    sampled: bool


def reading(silhouette: float) -> str:
    """Kaufman and Rousseeuw's (1990) reading of a Euclidean silhouette."""
    if silhouette > 0.70:
        return "strong"
    if silhouette > 0.50:
        return "reasonable"
    return "weak" if silhouette > 0.25 else "none"


@dataclass(frozen=True, slots=True)
class Gap:
    """Gap statistic (Tibshirani, Walther & Hastie 2001): mean log W of `references` uniform draws less the log W found.

    error: the standard error s_k of the paper. rows: customers per draw, and of the data it is compared with.
    """

    value: float
    error: float
    references: int
    rows: int


@dataclass(frozen=True, slots=True)
class Strength:
    """Prediction strength (Tibshirani & Walther 2005): mean over `splits` half splits, both ways. rows: per half."""

    value: float
    error: float
    splits: int
    rows: int


@dataclass(frozen=True, slots=True)
class Stability:
    """How well segments come back when the customers are drawn anew (Hennig 2007).

    jaccard: mean best match of each cluster over the draws. dissolved: share of draws in which its best match was .50
    or less. ari: adjusted Rand indexes between the labels that two draws give the same customers, one per pair of
    draws, sorted. draws, rows: bootstrap draws, and customers in each.
    """

    jaccard: tuple[float, ...]
    dissolved: tuple[float, ...]
    ari: tuple[float, ...]
    draws: int
    rows: int

    @property
    def lowest(self) -> float:
        """The Jaccard similarity of the least stable segment."""
        return min(self.jaccard)

    @property
    def median_ari(self) -> float | None:
        """The median agreement between draws; from .8 on a k counts as reproducible."""
        return self.ari[len(self.ari) // 2] if self.ari else None


@dataclass(frozen=True, slots=True)
class Later:
    """The share of the variance of later log(1 + spend), and of having ordered at all, that labels explain."""

    spend: float | None
    active: float | None


@dataclass(frozen=True, slots=True)
class SweepRow:
    """What is known about one k so far, or the reason why nothing is.

    sizes, letters: of its clusters. flows: flows[i][j] customers of cluster i at k - 1 are in cluster j here; () where
    k - 1 was not fitted before. spread: how far the worst restart ended above the best, as a share; near_equal: how
    many restarts ended within 1 % of the best with other segments.
    reasons: (criterion, why it could not be computed). pending: more is being computed.
    """

    k: int
    scores: Scores | None
    smallest: int
    iterations: int
    failed: str = ""
    sizes: tuple[int, ...] = ()
    letters: tuple[str, ...] = ()
    flows: tuple[tuple[int, ...], ...] = ()
    silhouettes: Silhouettes | None = None
    gap: Gap | None = None
    strength: Strength | None = None
    stability: Stability | None = None
    later: Later | None = None
    spread: float | None = None
    near_equal: int = 0
    reasons: tuple[tuple[str, str], ...] = ()
    pending: bool = False


# -- over all k ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pick:
    """What one criterion says over all k of a sweep.

    id: of the criterion; title: its name. k: the one it picks, None where it picks none; why: how it came to that, or
    why it picks none, in a few words. favours: what it tends to prefer, in one line. never: it is drawn, never asked.
    """

    id: str
    title: str
    k: int | None
    why: str
    favours: str
    never: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the documented rule (`cluster.suggest`) makes of a sweep. k: None where nothing can be suggested."""

    k: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """All that a sweep has found so far: one row per k, lowest first; what each criterion picks; the suggestion."""

    rows: tuple[SweepRow, ...] = ()
    picks: tuple[Pick, ...] = ()
    suggestion: Suggestion | None = None

    def row(self, k: int) -> SweepRow | None:
        """The row of one k, None where there is none."""
        return next((row for row in self.rows if row.k == k), None)


# -- is there structure ----------------------------------------------------------------------------------


class Verdict(StrEnum):
    """What segments are cut out of (Dolnicar, Grün & Leisch 2018)."""

    NATURAL = "natural"
    """Groups that are there, and come back when the customers are drawn anew."""
    REPRODUCIBLE = "reproducible"
    """A continuum that is cut at the same places every time."""
    CONSTRUCTIVE = "constructive"
    """A continuum whose cuts move with every draw: the boundary is the analyst's to choose."""


@dataclass(frozen=True, slots=True)
class Dip:
    """Whether one column has more than one mode: dip tests (Hartigan & Hartigan 1985), Holm-adjusted over the columns.

    original: p in original units; scaled: p after the transform, None where there is none. jitter: width of the
    uniform noise that whole numbers were given first (0: none). reason: why it could not be tested.
    """

    column: str
    original: float | None
    scaled: float | None
    jitter: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Structure:
    """The verdict on one segmentation, with the numbers behind it.

    meaning: what the verdict means, in a sentence. silhouette: squared, of the fit on `rows` customers; null: its mean
    over `draws` data sets with the same margins and correlations but no other structure (Gaussian copula); p: share of
    draws (counting the data itself) with at least as much; None where not computable. jaccard: of the least stable
    segment. notes: what was seen besides, and what could not be tested, as sentences.
    """

    verdict: Verdict
    meaning: str
    k: int
    silhouette: float | None
    null: float | None
    p: float | None
    draws: int
    rows: int
    dips: tuple[Dip, ...]
    jaccard: float | None
    notes: tuple[str, ...] = ()

    @property
    def delta(self) -> float | None:
        """How much more silhouette there is than margins and correlations alone give."""
        return None if self.silhouette is None or self.null is None else self.silhouette - self.null


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known of the segmentation on screen beyond its scores. answer: fingerprint of the one it is about."""

    answer: str
    silhouettes: Silhouettes | None
    stability: Stability | None
    structure: Structure | None
    reasons: tuple[tuple[str, str], ...] = ()


# -- does it predict -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PredictionRow:
    """One way of making segments. label: what it is; features, scale: of it. later: per k of the table, None where a
    fit failed. ceiling: of a linear model on the same columns (R squared). current: the recipe on screen."""

    label: str
    features: tuple[str, ...]
    scale: str
    later: tuple[Later | None, ...]
    ceiling: Later | None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Prediction:
    """What segments know of orders that no feature saw (METHODS B9), for every k, scaling and feature set tried.

    rfm: of the customary table of RFM quintiles (`cluster.rfm`), None with `rfm_reason` where it cannot be made.
    holdout: (first day, day after the last). active: share of customers who ordered in it.
    """

    ks: tuple[int, ...]
    rows: tuple[PredictionRow, ...]
    rfm: Later | None
    rfm_reason: str
    holdout: tuple[date, date]
    customers: int
    active: float

"""What each criterion picks over the k of a sweep, and what it favours: the disagreement, said out loud."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from segtui.evidence import STABLE, STRONG, Gap, Pick, SweepRow

Read = Callable[[SweepRow], float | None]


@dataclass(frozen=True, slots=True)
class Criterion:
    """id, title and what it favours; `read`: its value at one k."""

    id: str
    title: str
    favours: str
    read: Read


CRITERIA: dict[str, Criterion] = {
    one.id: one
    for one in (
        Criterion(
            "silhouette_squared",
            "silhouette, squared distances",
            "few round segments far apart; not to be compared with a Euclidean silhouette, nor across scalings",
            lambda row: row.scores.silhouette_squared if row.scores else None,
        ),
        Criterion(
            "silhouette",
            "silhouette (Kaufman-Rousseeuw)",
            "few round segments far apart; below .25 it says nothing, and it cannot rank scalings",
            lambda row: row.silhouettes.euclidean if row.silhouettes else None,
        ),
        Criterion(
            "calinski_harabasz",
            "Calinski-Harabasz",
            "round segments of equal size, and on skewed data the fewest",
            lambda row: row.scores.calinski_harabasz if row.scores else None,
        ),
        Criterion(
            "davies_bouldin",
            "Davies-Bouldin",
            "compact segments; a few customers far away look like a fine segment to it",
            lambda row: row.scores.davies_bouldin if row.scores else None,
        ),
        Criterion(
            "bic",
            "BIC, the larger the better",
            "many segments where customers are many: no cloud is made of the equal spheres it supposes",
            lambda row: row.scores.bic if row.scores else None,
        ),
        Criterion(
            "gap",
            "gap",
            "the first k beyond which more segments gain no more than noise would; it may say one",
            lambda row: row.gap.value if row.gap else None,
        ),
        Criterion(
            "strength",
            "prediction strength",
            "few segments that half of the customers predict for the other half; the worst segment decides",
            lambda row: row.strength.value if row.strength else None,
        ),
        Criterion(
            "stability",
            "stability (lowest Jaccard)",
            "as many segments as all come back when customers are drawn anew; stable is not the same as real",
            lambda row: row.stability.lowest if row.stability else None,
        ),
        Criterion(
            "later",
            "later spend explained",
            "segments that predict; it grows with k, so the first k within 5 % of the most is taken",
            lambda row: row.later.spend if row.later else None,
        ),
        Criterion(
            "inertia",
            "inertia",
            "more segments, always; its knee follows the range that is plotted, so it is drawn and never asked",
            lambda row: row.scores.inertia if row.scores else None,
        ),
    )
}

SATURATED = 0.95
"""A k whose labels explain this share of the most that any k does has caught up with it."""


def picks(rows: Sequence[SweepRow], one: Gap | None = None) -> tuple[Pick, ...]:
    """What every criterion makes of the rows (in order of k). one: the gap at k = 1, where it is known."""
    return tuple(_pick(criterion, rows, one) for criterion in CRITERIA.values())


def _pick(criterion: Criterion, rows: Sequence[SweepRow], one: Gap | None) -> Pick:
    known = [(row.k, value) for row in rows if (value := criterion.read(row)) is not None]
    never = criterion.id == "inertia"
    if never:
        k, why = None, "drawn, never asked"
    elif not known:
        k, why = None, _why_not(criterion.id, rows)
    elif criterion.id == "gap":
        k, why = gap_pick([(row.k, row.gap) for row in rows if row.gap is not None], one)
    else:
        k, why = _RULES.get(criterion.id, _largest)(known)
    return Pick(criterion.id, criterion.title, k, why, criterion.favours, never)


def _why_not(id: str, rows: Sequence[SweepRow]) -> str:
    """Why a criterion has no value at any k."""
    said = [reason for row in rows for name, reason in row.reasons if name == id]
    if said:
        return said[0]
    return "being computed" if any(row.pending for row in rows) else "not computed"


def _largest(known: Sequence[tuple[int, float]]) -> tuple[int | None, str]:
    k, value = max(known, key=lambda pair: pair[1])
    return k, f"largest, {_number(value)}"


def _smallest(known: Sequence[tuple[int, float]]) -> tuple[int | None, str]:
    k, value = min(known, key=lambda pair: pair[1])
    return k, f"smallest, {_number(value)}"


def _number(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 100 else f"{value:,.0f}"


def _last_above(limit: float, of: str) -> Callable[[Sequence[tuple[int, float]]], tuple[int | None, str]]:
    """The largest k whose value reaches a limit."""

    def rule(known: Sequence[tuple[int, float]]) -> tuple[int | None, str]:
        enough = [k for k, value in known if value >= limit]
        if not enough:
            return None, f"no k reaches {limit:.2f}; the best is {max(value for _, value in known):.2f}"
        return max(enough), f"the largest k {of} {limit:.2f} or more"

    return rule


def _caught_up(known: Sequence[tuple[int, float]]) -> tuple[int | None, str]:
    """The smallest k that explains nearly as much as the best."""
    most = max(value for _, value in known)
    if most <= 0:
        return None, "labels explain nothing of it"
    k, value = next(pair for pair in known if pair[1] >= SATURATED * most)
    return k, f"{value:.3f}; the most that any k reaches is {most:.3f}"


def gap_pick(known: Sequence[tuple[int, Gap]], one: Gap | None) -> tuple[int | None, str]:
    """The smallest k with Gap(k) >= Gap(k + 1) - s(k + 1) (Tibshirani, Walther & Hastie 2001), k = 1 included."""
    gaps = dict(known) if one is None else {1: one, **dict(known)}
    for k in sorted(gaps):
        after = gaps.get(k + 1)
        if after is not None and gaps[k].value >= after.value - after.error:
            return k, f"{gaps[k].value:.3f} is within a standard error of the gap at {k + 1}"
    return None, "it still rises at the largest k"


_RULES: dict[str, Callable[[Sequence[tuple[int, float]]], tuple[int | None, str]]] = {
    "davies_bouldin": _smallest,
    "strength": _last_above(STRONG, "with"),
    "stability": _last_above(STABLE, "whose segments all have"),
    "later": _caught_up,
}

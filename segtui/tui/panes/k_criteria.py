"""The criteria for k as the screen knows them: where the value stands in a row, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from segtui.evidence import STABLE, STRONG, SweepRow
from segtui.tui import format as fmt


@dataclass(frozen=True, slots=True)
class Criterion:
    """id: of its `evidence.Pick`. head, width: of its column, the room for the mark of the picked k included.

    reason: under what name a row says why it has no value. better: what to look for in its curve. slow: it comes after
    the fit. limit: a value worth drawing. gives_way: the first column to go where there is no room has 1; 0 never goes.
    """

    id: str
    head: str
    name: str
    width: int
    read: Callable[[SweepRow], float | None]
    show: Callable[[float], str]
    better: str
    reason: str = ""
    slow: bool = False
    limit: float | None = None
    gives_way: int = 0

    def cell(self, row: SweepRow, ellipsis: str) -> str:
        """The value, an ellipsis while it is being computed, a dash where it cannot be."""
        value = self.read(row)
        if value is not None:
            return self.show(value)
        return ellipsis if self.slow and row.pending and not self.why_not(row) else fmt.NOTHING

    def why_not(self, row: SweepRow) -> str:
        """Why the row has no value, cleaned; empty where nothing is said of it."""
        return fmt.clean(dict(row.reasons).get(self.reason or self.id, ""))


def _two(value: float) -> str:
    return fmt.score(value, 2)


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "silhouette_squared",
        "sil²",
        "silhouette, squared",
        6,
        lambda row: row.scores.silhouette_squared if row.scores else None,
        fmt.score,
        "more is better",
    ),
    Criterion(
        "silhouette",
        "sil",
        "silhouette (Kaufman-Rousseeuw)",
        6,
        lambda row: row.silhouettes.euclidean if row.silhouettes else None,
        fmt.score,
        "below .25 it says nothing",
        slow=True,
    ),
    Criterion(
        "calinski_harabasz",
        "CH",
        "Calinski-Harabasz",
        7,
        lambda row: row.scores.calinski_harabasz if row.scores else None,
        fmt.short,
        "more is better",
        gives_way=3,
    ),
    Criterion(
        "davies_bouldin",
        "DB",
        "Davies-Bouldin",
        6,
        lambda row: row.scores.davies_bouldin if row.scores else None,
        _two,
        "less is better",
        gives_way=4,
    ),
    Criterion(
        "bic",
        "BIC",
        "BIC of equal spheres",
        8,
        lambda row: row.scores.bic if row.scores else None,
        fmt.short,
        "more is better",
        gives_way=1,
    ),
    Criterion(
        "gap",
        "gap",
        "gap",
        6,
        lambda row: row.gap.value if row.gap else None,
        _two,
        "the first k within an error of the next",
        slow=True,
        gives_way=5,
    ),
    Criterion(
        "strength",
        "PS",
        "prediction strength",
        6,
        lambda row: row.strength.value if row.strength else None,
        _two,
        "the largest k from .80 on",
        slow=True,
        limit=STRONG,
    ),
    Criterion(
        "stability",
        "Jmin",
        "stability (lowest Jaccard)",
        6,
        lambda row: row.stability.lowest if row.stability else None,
        _two,
        "the largest k from .75 on",
        slow=True,
        limit=STABLE,
    ),
    Criterion(
        "ari",
        "ARI",
        "agreement between draws (ARI)",
        6,
        lambda row: row.stability.median_ari if row.stability else None,
        _two,
        "from .80 on a k is reproducible",
        reason="stability",
        slow=True,
        gives_way=2,
    ),
    Criterion(
        "later",
        "later",
        "later spend explained",
        7,
        lambda row: row.later.spend if row.later else None,
        fmt.score,
        "it grows with k: where does it stop?",
    ),
    Criterion(
        "inertia",
        "inertia",
        "inertia",
        8,
        lambda row: row.scores.inertia if row.scores else None,
        fmt.short,
        "falls with every k: drawn, never asked",
    ),
)

INERTIA = next(one for one in CRITERIA if one.id == "inertia")
TABULATED = tuple(one for one in CRITERIA if one is not INERTIA)
"""Those with a column. Inertia has none: side by side with the others it looks like one that can be asked."""


def known(rows: tuple[SweepRow, ...]) -> tuple[Criterion, ...]:
    """The criteria that say something of these rows: later spend only where later orders are known."""
    return tuple(one for one in CRITERIA if one.id != "later" or any(row.later for row in rows))

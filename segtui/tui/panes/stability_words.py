"""How surely a segment comes back when customers are drawn anew, in a sign and in words (Hennig's bands)."""

from __future__ import annotations

from segtui.evidence import Assessment, Stability, band
from segtui.tui import format as fmt

SIGNS = {"highly stable": "+", "stable": "=", "pattern only": "?", "not stable": "!"}
"""Signs rather than colours: an unknown one is blank, so no band is."""

ROLES = {"highly stable": "good", "stable": "", "pattern only": "warn", "not stable": "bad"}

LEGEND = "+ highly stable (.85)  = stable (.75)  ? pattern only (.60)  ! not stable"


def sign(jaccard: float | None) -> str:
    """One character for the band; blank where nothing is known."""
    return " " if jaccard is None else SIGNS[band(jaccard)]


def role(jaccard: float | None) -> str:
    """The colour that goes with the sign."""
    return "" if jaccard is None else ROLES[band(jaccard)]


def figure(jaccard: float | None) -> str:
    """The mean Jaccard similarity with its sign: .93+."""
    return "" if jaccard is None else f"{fmt.score(jaccard, 2)}{sign(jaccard)}"


def of_cluster(stability: Stability | None, cluster: int) -> float | None:
    """The Jaccard similarity of one cluster, None where it was not measured."""
    return stability.jaccard[cluster] if stability is not None and cluster < len(stability.jaccard) else None


def column(assessment: Assessment | None, cluster: int) -> str:
    """What the segment table shows: blank while it is not known, a dash where it cannot be."""
    if assessment is None:
        return ""
    return figure(of_cluster(assessment.stability, cluster)) or fmt.NOTHING


def sentence(assessment: Assessment | None, cluster: int, silhouette: str) -> str:
    """What the detail of a segment says of it; empty while nothing is known.

    silhouette: what its squared one is called here.
    """
    if assessment is None:
        return ""
    said = [_comes_back(assessment, cluster)]
    if assessment.silhouettes is not None and cluster < len(assessment.silhouettes.squared):
        said.append(f"{silhouette} {fmt.score(assessment.silhouettes.squared[cluster], 2)}")
    return "; ".join(part for part in said if part)


def _comes_back(assessment: Assessment, cluster: int) -> str:
    jaccard = of_cluster(assessment.stability, cluster)
    if assessment.stability is None or jaccard is None:
        why = fmt.clean(dict(assessment.reasons).get("stability", ""))
        return f"how stable it is cannot be computed: {why}" if why else ""
    draws = f"{fmt.plural(assessment.stability.draws, 'draw')} of {fmt.count(assessment.stability.rows)}"
    return f"comes back: Jaccard {fmt.score(jaccard, 2)}, {band(jaccard)} ({draws})"

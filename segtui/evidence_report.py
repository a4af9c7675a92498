"""The evidence on k as `segtui run` gives it: as parts of the JSON document, and as printed lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from segtui import printing
from segtui.evidence import band, reading
from segtui.printing import Json

if TYPE_CHECKING:
    from segtui.evidence import Assessment, Dip, Later, Prediction, Stability, Structure, Sweep, SweepRow

WIDTH = 80
"""Printed sentences are folded at this width."""


# -- JSON ------------------------------------------------------------------------------------------------


def criteria_document(row: SweepRow) -> Json:
    """One k: its scores and the evidence, each null where it was not computed; `reasons` says why."""
    if row.scores is None:
        return {"k": row.k, "failed": row.failed}
    scores = asdict(row.scores)
    del scores["space"]
    return {
        "k": row.k,
        **scores,
        "smallest_segment": row.smallest,
        "iterations": row.iterations,
        "silhouette": None if row.silhouettes is None else _silhouette_document(row),
        "gap": None if row.gap is None else asdict(row.gap),
        "prediction_strength": None if row.strength is None else asdict(row.strength),
        "stability": None if row.stability is None else _stability_document(row.stability, row.letters),
        "later": None if row.later is None else asdict(row.later),
        "restarts": {"spread": row.spread, "near_equal": row.near_equal},
        "flows": _flows_document(row),
        "reasons": dict(row.reasons),
    }


def _silhouette_document(row: SweepRow) -> Json:
    """The Euclidean silhouette of the sample, and the squared one by segment."""
    found = row.silhouettes
    assert found is not None
    return {
        "euclidean": found.euclidean,
        "macro": found.macro,
        "reading": reading(found.euclidean),
        "customers": found.rows,
        "sampled": found.sampled,
        "squared_by_segment": dict(zip(row.letters, found.squared, strict=False)),
    }


def _stability_document(found: Stability, letters: Sequence[str]) -> Json:
    return {
        "lowest_jaccard": found.lowest,
        "median_ari": found.median_ari,
        "jaccard": dict(zip(letters, found.jaccard, strict=False)),
        "dissolved": dict(zip(letters, found.dissolved, strict=False)),
        "draws": found.draws,
        "customers_per_draw": found.rows,
    }


def _flows_document(row: SweepRow) -> Json | None:
    """Where customers come from at k - 1: rows are the clusters there, columns the segments here."""
    return {"from_k": row.k - 1, "to": list(row.letters), "customers": row.flows} if row.flows else None


def sweep_document(sweep: Sweep) -> Json:
    """What a sweep adds to the document: what each criterion picks, and the suggestion."""
    suggested = sweep.suggestion
    picks = [
        {"criterion": pick.id, "k": pick.k, "why": pick.why, "favours": pick.favours}
        for pick in sweep.picks
        if not pick.never
    ]
    return {"picks": picks, "suggestion": None if suggested is None else asdict(suggested)}


def verdict_document(assessment: Assessment) -> Json:
    """The verdict on structure with the numbers behind it."""
    found = assessment.structure
    if found is None:
        return {"verdict": None, "reason": dict(assessment.reasons).get("structure", "")}
    return {
        "verdict": found.verdict.value,
        "meaning": found.meaning,
        "k": found.k,
        "silhouette_squared": found.silhouette,
        "null_silhouette_squared": found.null,
        "delta": found.delta,
        "empirical_p": found.p,
        "draws": found.draws,
        "customers": found.rows,
        "lowest_jaccard": found.jaccard,
        "dip_tests": [_dip_document(one) for one in found.dips],
        "notes": list(found.notes),
    }


def _dip_document(one: Dip) -> Json:
    return {
        "column": one.column,
        "p_original": one.original,
        "p_scaled": one.scaled,
        "jitter": one.jitter,
        "reason": one.reason,
    }


def prediction_document(found: Prediction) -> Json:
    """What segments know of later orders."""
    return {
        "k": list(found.ks),
        "holdout": [day.isoformat() for day in found.holdout],
        "customers": found.customers,
        "active": found.active,
        "rows": [asdict(row) for row in found.rows],
        "rfm_table": None if found.rfm is None else asdict(found.rfm),
        "rfm_reason": found.rfm_reason,
    }


# -- printed ---------------------------------------------------------------------------------------------


def verdict_lines(assessment: Assessment) -> Iterable[str]:
    """The verdict, its meaning, and the numbers behind it."""
    found = assessment.structure
    if found is None:
        yield f"structure: not assessed, {dict(assessment.reasons).get('structure', 'unknown')}"
        return
    yield from printing.folded(f"structure: {found.verdict.value}. {found.meaning}", WIDTH)
    yield from printing.folded(_numbers_behind(found), WIDTH)
    for note in found.notes:
        yield from printing.folded(note, WIDTH)


def _numbers_behind(found: Structure) -> str:
    parts = []
    if found.delta is not None and found.p is not None:
        parts.append(
            f"squared silhouette {found.silhouette:.3f}, {found.delta:+.3f} against {found.draws} draws with the same "
            f"margins and correlations (empirical p {found.p:.2f}, {found.rows:,} customers)"
        )
    if found.jaccard is not None:
        parts.append(f"the least stable segment comes back at Jaccard {found.jaccard:.2f} ({band(found.jaccard)})")
    tested = [one.original for one in found.dips if one.original is not None]
    if tested:
        parts.append(f"smallest dip test p of a column {min(tested):.3f} (Holm)")
    return "; ".join(parts)


def sweep_lines(sweep: Sweep, current: int) -> Iterable[str]:
    """The table of criteria, what each picks, and the suggestion."""
    later = any(row.later is not None for row in sweep.rows)
    titles = ["k", "sil2", "sil", "CH", "DB", "gap", "PS", "Jaccard", "ARI", *(["later"] if later else []), "inertia"]
    rows = [_row(row, current, titles, later=later) for row in sweep.rows]
    failed = [f"k = {row.k}: {row.failed}" for row in sweep.rows if row.failed]
    yield from printing.table([*titles, "smallest"], rows, right=range(1, len(titles) + 1))
    yield from failed
    yield from printing.folded(
        "sil2: silhouette with squared distances, all customers; sil: Euclidean, of a sample by segment; PS: "
        "prediction strength; Jaccard: of the least stable segment over bootstrap draws; ARI: between draws, median"
        + ("; later: share of the variance of later log spend between segments" if later else ""),
        WIDTH,
    )
    yield ""
    picks = [(pick.title, "-" if pick.k is None else str(pick.k), pick.why) for pick in sweep.picks if not pick.never]
    yield from printing.table(("criterion", "picks k", "why"), picks, right=(1,))
    if sweep.suggestion is not None:
        told = "none" if sweep.suggestion.k is None else f"k = {sweep.suggestion.k}"
        yield from printing.folded(f"suggested: {told}, {sweep.suggestion.reason}", WIDTH)


def _row(row: SweepRow, current: int, titles: Sequence[str], *, later: bool) -> tuple[str, ...]:
    name = f"{row.k}{' <' if row.k == current else ''}"
    scores = row.scores
    if scores is None:
        return (name, *["-"] * len(titles))
    stability = row.stability
    values: list[str] = [
        _fixed(scores.silhouette_squared, 3),
        _fixed(row.silhouettes.euclidean if row.silhouettes else None, 3),
        _whole(scores.calinski_harabasz),
        _fixed(scores.davies_bouldin, 2),
        _fixed(row.gap.value if row.gap else None, 3),
        _fixed(row.strength.value if row.strength else None, 2),
        _fixed(stability.lowest if stability else None, 2),
        _fixed(stability.median_ari if stability else None, 2),
        *([_fixed(row.later.spend if row.later else None, 3)] if later else []),
        printing.number(scores.inertia),
    ]
    return (name, *values, f"{row.smallest:,}")


def prediction_lines(found: Prediction) -> Iterable[str]:
    """Every way of making segments, and the two yardsticks."""
    first, end = found.holdout
    yield from printing.folded(
        f"does it predict: share of the variance of log(1 + spend) between segments, from {first} until before {end}; "
        f"{found.active:.1%} of {found.customers:,} customers ordered",
        WIDTH,
    )
    rows = [
        (
            f"{row.label}{' *' if row.current else ''}",
            *(_fixed(None if one is None else one.spend, 3) for one in row.later),
            _fixed(None if row.ceiling is None else row.ceiling.spend, 3),
        )
        for row in found.rows
    ]
    titles = ("scale (* the recipe)", *(f"k={k}" for k in found.ks), "linear model")
    yield from printing.table(titles, rows, right=range(1, len(titles)))
    yield f"RFM table of ten names: {_known(found.rfm) if found.rfm is not None else found.rfm_reason}"


def _known(later: Later) -> str:
    return f"{_fixed(later.spend, 3)} of spend, {_fixed(later.active, 3)} of ordering at all"


def _fixed(value: float | None, decimals: int) -> str:
    return "-" if value is None else f"{value:.{decimals}f}"


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"

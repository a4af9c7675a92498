"""The evidence for k as tables: every criterion for every k, what each picks, and what is known of later orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from segtui.deliver import withhold
from segtui.deliver.tables import Row, frame_of
from segtui.evidence import SweepRow, band

if TYPE_CHECKING:
    import polars as pl

    from segtui.deliver.handover import Handover


def rows_of(handover: Handover) -> Sequence[SweepRow]:
    """What is known of every k that was fitted, in order of k; that of the answer is always there."""
    answer, found = handover.answer, handover.assessment
    fit = answer.segmentation
    rows = {row.k: row for row in (() if handover.sweep is None else handover.sweep.rows)}
    if fit.k not in rows:
        rows[fit.k] = SweepRow(
            k=fit.k,
            scores=answer.scores,
            smallest=min(fit.sizes),
            iterations=fit.iterations,
            sizes=fit.sizes,
            letters=answer.letters,
            silhouettes=None if found is None else found.silhouettes,
            stability=None if found is None else found.stability,
            reasons=() if found is None else found.reasons,
        )
    return [rows[k] for k in sorted(rows)]


def evidence(handover: Handover, *, hide: bool) -> pl.DataFrame:
    """One row per k: every criterion, and which of them pick it."""
    return frame_of(criteria(handover, row, hide=hide) for row in rows_of(handover))


def criteria(handover: Handover, row: SweepRow, *, hide: bool) -> Row:
    """One k: its criteria, each None where it was not or could not be computed; `reasons` says why."""
    scores, stability, silhouettes, sweep = row.scores, row.stability, row.silhouettes, handover.sweep
    smallest = None if hide and withhold.few(row.smallest) else row.smallest
    picked = [] if sweep is None else [pick.title for pick in sweep.picks if pick.k == row.k and not pick.never]
    suggested = sweep is not None and sweep.suggestion is not None and sweep.suggestion.k == row.k
    return {
        "k": row.k,
        "chosen": row.k == handover.answer.segmentation.k,
        "suggested": suggested,
        "picked_by": "; ".join(picked),
        "inertia": None if scores is None else scores.inertia,
        "explained": None if scores is None else scores.explained,
        "silhouette_squared": None if scores is None else scores.silhouette_squared,
        "silhouette_euclidean": None if silhouettes is None else silhouettes.euclidean,
        "silhouette_by_segment": None if silhouettes is None else silhouettes.macro,
        "calinski_harabasz": None if scores is None else scores.calinski_harabasz,
        "davies_bouldin": None if scores is None else scores.davies_bouldin,
        "bic": None if scores is None else scores.bic,
        "gap": None if row.gap is None else row.gap.value,
        "gap_error": None if row.gap is None else row.gap.error,
        "prediction_strength": None if row.strength is None else row.strength.value,
        "prediction_strength_error": None if row.strength is None else row.strength.error,
        "lowest_jaccard": None if stability is None else stability.lowest,
        "stability": None if stability is None else band(stability.lowest),
        "median_ari": None if stability is None else stability.median_ari,
        "later_spend": None if row.later is None else row.later.spend,
        "later_active": None if row.later is None else row.later.active,
        "smallest_segment": smallest,
        "iterations": row.iterations,
        "restart_spread": row.spread,
        "near_equal_restarts": row.near_equal,
        "reasons": "; ".join([row.failed] * bool(row.failed) + [f"{name}: {why}" for name, why in row.reasons]),
    }


def picks(handover: Handover) -> pl.DataFrame:
    """One row per criterion: the k it picks, and why; the last row is the documented rule over all of them."""
    sweep = handover.sweep
    rows: list[Row] = []
    if sweep is not None:
        rows += [
            {"criterion": pick.title, "k": pick.k, "why": pick.why, "favours": pick.favours}
            for pick in sweep.picks
            if not pick.never
        ]
    if sweep is not None and sweep.suggestion is not None:
        rows.append({"criterion": "suggested", "k": sweep.suggestion.k, "why": sweep.suggestion.reason, "favours": ""})
    return frame_of(rows, ("criterion", "k", "why", "favours"))


def later(handover: Handover) -> pl.DataFrame:
    """One row per scale and k: the share of the variance of later orders between segments, and a linear model's."""
    found = handover.prediction
    rows: list[Row] = []
    for row in () if found is None else found.rows:
        told = {"segments": row.label, "scale": row.scale, "chosen": row.current}
        for k, value in zip(() if found is None else found.ks, row.later, strict=True):
            rows.append(
                {
                    **told,
                    "k": k,
                    "later_spend": None if value is None else value.spend,
                    "later_active": None if value is None else value.active,
                    "linear_model_spend": None if row.ceiling is None else row.ceiling.spend,
                }
            )
    if found is not None and found.rfm is not None:
        rfm = {"segments": "RFM table of ten names", "scale": "", "chosen": False, "k": None}
        rows.append(
            {**rfm, "later_spend": found.rfm.spend, "later_active": found.rfm.active, "linear_model_spend": None}
        )
    return frame_of(rows, ("segments", "scale", "chosen", "k", "later_spend", "later_active", "linear_model_spend"))

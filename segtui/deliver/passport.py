"""The passport of a delivery: where it came from, how, and what is in it. Deterministic but for the versions."""

from __future__ import annotations

import json
import math
import platform
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING

from segtui import __version__
from segtui.deliver.repeat import MARK, VERSION, absolute
from segtui.deliver.tables import segments, small_segments
from segtui.deliver.tables_evidence import criteria, picks, rows_of
from segtui.recipe import FEWEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segtui.deliver.handover import Handover
    from segtui.deliver.repeat import SourceFile
    from segtui.recipe import DeliverySpec, Recipe
    from segtui.results import JoinReport, RollUp

Json = dict[str, object]

LIBRARIES = ("polars", "numpy", "scipy", "scikit-learn")


def to_json(
    handover: Handover,
    recipe: Recipe,
    parts: Mapping[str, Json],
    files: Sequence[SourceFile],
    warnings: Sequence[str],
    spec: DeliverySpec,
) -> str:
    """The document. recipe: as delivered; parts: what became of each; files: delivered, `path` being the name."""
    hide = spec.withhold
    document: Json = {
        MARK: VERSION,
        "sources": [asdict(one) for one in handover.sources],
        "rows": _rows(handover),
        "snapshot": _snapshot(handover.whole.rollup),
        "features": [asdict(one) for one in handover.answer.space.features if one.on],
        "scale": recipe.prepare.scale,
        "columns": [asdict(column) for column in handover.model.columns],
        "clustering": _clustering(handover, recipe),
        "segments": segments(handover, hide=hide).to_dicts(),
        "criteria": [criteria(handover, row, hide=hide) for row in rows_of(handover)],
        "picks": picks(handover).to_dicts(),
        "verdict": _verdict(handover),
        "campaign": handover.campaign if handover.lists is not None else None,
        "warnings": list(warnings),
        "withheld": {"below": FEWEST, "segments": sorted(small_segments(handover))} if hide else None,
        "asked": {"formats": spec.formats, "csv_safe": spec.csv_safe, "withhold": hide},
        "parts": parts,
        "files": [{"name": one.path, "bytes": one.bytes, "sha256": one.sha256} for one in files],
        "versions": versions(),
    }
    return json.dumps(_plain(document), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def versions() -> dict[str, str]:
    """Of everything that could make a figure differ."""
    found = {"segtui": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return {**found, "platform": platform.platform()}


def _rows(handover: Handover) -> Json:
    """Rows at each step, from what was read to who is in a segment."""
    whole, rollup = handover.whole, handover.whole.rollup
    return {
        "tables": [{"table": absolute(one.path), "kind": one.kind.value, "rows": one.rows} for one in whole.sources],
        "order_lines": None if rollup is None or not rollup.lines else _lines(rollup),
        "joins": [_join(one) for one in whole.joins],
        "customer_rows": whole.input_rows,
        "left_out": [{"reason": one.reason, "rows": len(one.rows)} for one in whole.left_out],
        "customers": whole.customers,
        "set_aside": [{"reason": reason, "customers": count} for reason, count in handover.answer.set_aside],
        "in_segments": handover.ground.dataset.customers,
    }


def _join(report: JoinReport) -> Json:
    """Without the examples: they are customers, and a passport is passed on."""
    told = {name: value for name, value in asdict(report).items() if not name.endswith("_examples")}
    return {**told, "left": absolute(report.left), "right": absolute(report.right)}


def _lines(rollup: RollUp) -> Json:
    return {
        "read": rollup.lines,
        "steps": [asdict(step) for step in rollup.steps],
        "on_or_after_snapshot": rollup.later,
        "kept": rollup.kept,
        "orders": rollup.orders,
        "revenue": rollup.revenue,
    }


def _snapshot(rollup: RollUp | None) -> Json | None:
    if rollup is None:
        return None
    return {
        "day": rollup.snapshot,
        "given": rollup.snapshot_given,
        "first_day": rollup.first_day,
        "last_day": rollup.last_day,
        "holdout": rollup.holdout,
    }


def _clustering(handover: Handover, recipe: Recipe) -> Json:
    fit = handover.answer.segmentation
    return {
        "k": fit.k,
        "seed": fit.seed,
        "restarts": len(fit.restarts) or recipe.cluster.restarts,
        "iterations": fit.iterations,
        "max_iter": recipe.cluster.max_iter,
        "converged": fit.converged.value,
        "exact": fit.exact,
        "inertia": fit.inertia,
        "tree": recipe.cluster.tree,
        "trim": recipe.prepare.trim,
    }


def _verdict(handover: Handover) -> Json | None:
    found = handover.assessment
    if found is None:
        return None
    if found.structure is None:
        return {"verdict": None, "reason": dict(found.reasons).get("structure", "")}
    return {**asdict(found.structure), "delta": found.structure.delta}


def _plain(value: object) -> object:
    """What JSON can hold: no dates, no infinity and no NaN."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)

"""Which features take part and how: a recipe's wishes and the verdicts on the columns, made explicit or refused."""

from __future__ import annotations

import difflib
import math
from dataclasses import replace

from segtui.errors import RecipeError
from segtui.prepare import missing
from segtui.recipe import MISSING_POLICIES, SCALES, TRANSFORMS, TREATMENTS, TRIM_MOST, FeatureSpec, PrepareSpec
from segtui.results import FeatureVerdict, Inspection


def resolve(prepare: PrepareSpec, inspection: Inspection) -> tuple[FeatureSpec, ...]:
    """Every usable column as a feature, on or off, in column order, with its transform spelled out.

    Raises RecipeError for columns that the data lacks, for unusable ones that are switched on, and for settings that
    do not exist.
    """
    if prepare.scale not in SCALES:
        raise RecipeError(f"there is no scale “{prepare.scale}”", where="scale", hint=f"Try {', '.join(SCALES)}.")
    listed = inspection.proposal() if prepare.features is None else prepare.features
    if not 0.0 <= prepare.trim <= TRIM_MOST:
        raise RecipeError(
            f"a share of {prepare.trim} cannot be trimmed",
            where="trim",
            hint=f"Give 0 to {TRIM_MOST:g}; 0.01 is usual.",
        )
    _check(listed, inspection)
    chosen = {feature.name: feature for feature in listed}
    return tuple(
        _explicit(chosen.get(verdict.name, FeatureSpec(verdict.name, on=False)), verdict, prepare.scale)
        for verdict in inspection.features
        if verdict.usable
    )


def _explicit(feature: FeatureSpec, verdict: FeatureVerdict, scale: str) -> FeatureSpec:
    taken = verdict.taken_as(feature)
    spelled = missing.explicit(feature, taken, verdict.missing)
    if taken != "numeric":
        spelled = replace(spelled, transform="none")
    elif feature.transform == "auto":
        spelled = replace(spelled, transform=_by_scale(verdict, scale))
    if taken == "ordinal":
        return replace(spelled, treat=taken, order=feature.order or verdict.levels)
    return replace(spelled, treat=taken) if taken == "labels" else spelled


def _by_scale(verdict: FeatureVerdict, scale: str) -> str:
    if scale == "auto":
        return verdict.transform
    if scale == "log":
        return "log1p" if verdict.lowest is not None and verdict.lowest >= 0.0 else "yeo_johnson"
    return "quantile_normal" if scale == "quantile" else scale


def _check(listed: tuple[FeatureSpec, ...], inspection: Inspection) -> None:
    known = {verdict.name: verdict for verdict in inspection.features}
    lacking = [feature.name for feature in listed if feature.name not in known]
    if lacking:
        raise RecipeError(
            f"the data has no column {quoted(lacking)}",
            where="features",
            hint=_near(lacking, list(known)),
        )
    seen: set[str] = set()
    for feature in listed:
        if feature.name in seen:
            raise RecipeError(f"the feature “{feature.name}” is listed twice", where="features", hint="Keep one.")
        seen.add(feature.name)
        _check_words(feature)
        if feature.on:
            _check_use(feature, known[feature.name])


def _check_words(feature: FeatureSpec) -> None:
    """Refuse settings that do not exist."""
    for what, value, known in (
        ("transform", feature.transform, ("auto", *TRANSFORMS)),
        ("treatment", feature.treat, TREATMENTS),
        ("policy for missing values", feature.missing, MISSING_POLICIES),
    ):
        if value not in known:
            raise RecipeError(f"there is no {what} “{value}”", where=feature.name, hint=f"Try {', '.join(known)}.")
    if not math.isfinite(feature.weight) or feature.weight < 0:
        raise RecipeError(f"a weight cannot be {feature.weight}", where=feature.name, hint="Give 0 or more.")


def _check_use(feature: FeatureSpec, verdict: FeatureVerdict) -> None:
    """Refuse a feature that is on and cannot be, or not as what it is to be taken for."""
    if not verdict.usable:
        reason = verdict.off_reason or "no level has 1 % of customers"
        raise RecipeError(
            f"“{feature.name}” cannot be a feature: {reason}",
            where="features",
            hint="Leave it out, or switch it off.",
        )
    taken = verdict.taken_as(feature)
    if taken == "numeric" and not verdict.numeric:
        raise RecipeError("its values are no numbers", where=feature.name, hint="Take it as ordinal or nominal.")
    if taken == "labels" and not verdict.separator:
        raise RecipeError(
            "no cell of it holds several labels with ; or | or , between them",
            where=feature.name,
            hint="Take it as nominal.",
        )
    if taken == "ordinal" and not feature.order and verdict.taken_for != "ordinal" and not verdict.has_natural_order:
        raise RecipeError(
            "its levels are in no order that is known",
            where=feature.name,
            hint="Give the order, from lowest to highest.",
        )


def quoted(names: list[str]) -> str:
    """Some names for a message."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(f"“{name}”" for name in names[:5]) + more


def _near(lacking: list[str], known: list[str]) -> str:
    lower = {name.lower(): name for name in known}
    near = {
        lower[match]
        for name in lacking[:5]
        for match in difflib.get_close_matches(name.lower(), list(lower), n=2, cutoff=0.6)
    }
    if near:
        return f"Did you mean {quoted(sorted(near))}?"
    return f"It has {quoted(known)}."

"""What is done to one feature and why, in words: scale or levels, gaps, and what the answer made of it."""

from __future__ import annotations

from segtui.recipe import FeatureSpec
from segtui.results import Answer, Dataset, FeatureVerdict
from segtui.tui import format as fmt
from segtui.tui.panes.feature_choices import order_of

NAMED_OFF = 3
"""Levels beside an order that are named; of more it is said that there are."""


def taken_for(verdict: FeatureVerdict, spec: FeatureSpec, ellipsis: str) -> str:
    """What the column is taken for and why: an ordered scale with its order, labels with what stands between them."""
    taken = verdict.taken_as(spec)
    if taken == "ordinal":
        return f"ordered scale: {order_of(spec, verdict)}{_beside(verdict, spec, ellipsis)}"
    if taken == verdict.taken_for:
        return f"{verdict.transform}: {fmt.clean(verdict.why)}" if taken == "numeric" else fmt.clean(verdict.why)
    between = f", with {fmt.clean(verdict.separator)} between them" if taken == "labels" else ""
    return f"taken as {taken}{between}; found: {verdict.taken_for}, {fmt.clean(verdict.why)}"


def _beside(verdict: FeatureVerdict, spec: FeatureSpec, ellipsis: str) -> str:
    """The levels that an order of the analyst leaves out; flags tell of those off a scale that was found."""
    off = [level for level in verdict.levels if level not in spec.order] if spec.order else []
    if not off:
        return ""
    named = ", ".join(fmt.clean(level, 24) for level in off[:NAMED_OFF]) + (ellipsis if off[NAMED_OFF:] else "")
    return f"; not on it, so missing: {named}"


def gaps(verdict: FeatureVerdict, spec: FeatureSpec, data: Dataset, answer: Answer | None) -> str:
    """How many customers have no value, and the policy in force for them; answer: on the present recipe, if any."""
    if not verdict.missing:
        return ""
    policy = spec.missing
    if policy == "auto":
        made = answer.prepare.features or () if answer is not None else ()
        found = next((f.missing for f in made if f.name == spec.name and f.on and spec.on), "auto")
        policy = "as found" if found == "auto" else f"{found}, as found"
    count = fmt.plural(round(verdict.missing * data.customers), "customer")
    return f"no value: {policy} ({count})"


def done(verdict: FeatureVerdict, answer: Answer | None) -> list[str]:
    """What was filled in, held or collapsed for the answer."""
    start = f"{verdict.name}: "
    notes = answer.space.notes if answer is not None else ()
    return [fmt.clean(note.removeprefix(start)) for note in notes if note.startswith(start)]

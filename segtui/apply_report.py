"""What came of scoring new customers, as JSON and as lines of text; drift likewise, which comparisons tell too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from segtui import printing
from segtui.clean_text import clean, cut
from segtui.printing import Json

if TYPE_CHECKING:
    from segtui.deliver.applied import Applied
    from segtui.deliver.drift import Drift
    from segtui.deliver.fitting import NewLevels
    from segtui.deliver.refit import Judged
    from segtui.results import Dataset

WIDTH = 80

SHOWN = 5
"""New levels that are named."""


@dataclass(frozen=True, slots=True)
class Told:
    """A report: what came of it, the verdict, how the days were taken, and every message."""

    applied: Applied
    judged: Judged
    snapshot: str
    day: date | None
    warnings: tuple[str, ...]


# -- json --------------------------------------------------------------------------------------------------


def document(dataset: Dataset, told: Told) -> Json:
    """The report as `apply --json` gives it."""
    applied, judged = told.applied, told.judged
    return {
        "customers": applied.customers,
        "scored": applied.scored,
        "trained": applied.trained,
        "input_rows": dataset.input_rows,
        "left_out": [{"reason": one.reason, "rows": len(one.rows)} for one in dataset.left_out],
        "aside": [{"reason": reason, "customers": customers} for reason, customers in applied.aside],
        "id": dataset.id_column,
        "snapshot": None if told.day is None else told.day.isoformat(),
        "segments": [
            {
                "segment": one.letter,
                "name": one.name,
                "then": one.then,
                "then_share": one.then_share,
                "size": one.now,
                "share": one.now_share,
            }
            for one in applied.segments
        ],
        "segment_sizes": drift_document(applied.mix),
        "drift": [drift_document(one) for one in applied.drifts],
        "far": asdict(applied.far),
        "new_levels": [_levels_document(new) for new in applied.new],
        "filled": list(applied.filled),
        "filled_vote": applied.filled_vote,
        "type_changes": list(applied.changes),
        "verdict": judged.verdict.value,
        "reasons": list(judged.reasons),
        "warnings": list(told.warnings),
    }


def drift_document(drift: Drift) -> Json:
    """One drift; its verdict is in words."""
    return {
        "feature": drift.feature,
        "psi": drift.psi,
        "expected": drift.expected,
        "limit": drift.limit,
        "moved": drift.moved.value,
        "missing_then": drift.then,
        "missing_now": drift.now,
        "told": drift.told,
    }


def _levels_document(new: NewLevels) -> Json:
    return {
        "feature": new.feature,
        "customers": new.customers,
        "levels": [{"level": level, "customers": customers} for level, customers in new.levels],
        "counted_as": counted_as(new),
    }


def counted_as(new: NewLevels) -> str:
    """Where levels go that have no column of their own."""
    if new.scale:
        return "no value"
    return "(other)" if new.collapsed else "none of the levels"


# -- text --------------------------------------------------------------------------------------------------


def lines(told: Told) -> Iterable[str]:
    """The report in lines of at most WIDTH characters."""
    applied = told.applied
    yield (
        f"{applied.scored:,} of {applied.customers:,} customers scored with a model of {applied.trained:,} customers"
    )
    for reason, customers in applied.aside:
        yield from printing.folded(f"{customers:,} without a segment: {reason}", WIDTH)
    if told.snapshot:
        yield from printing.folded(told.snapshot, WIDTH)
    yield ""
    rows = [
        (one.letter, f"{one.then:,}", f"{one.then_share:.1%}", f"{one.now:,}", f"{one.now_share:.1%}", one.name)
        for one in applied.segments
    ]
    yield from fitting(("segment", "then", "share", "now", "share", "name"), rows, right=(1, 2, 3, 4))
    yield ""
    if applied.drifts:
        yield from drift_lines(applied.drifts)
        yield ""
    yield from _far_lines(applied)
    for new in applied.new:
        yield from printing.folded(new_levels_text(new), WIDTH)
    for change in applied.changes:
        yield from printing.folded(change, WIDTH)
    if applied.filled:
        yield from printing.folded(_filled_text(applied), WIDTH)
    yield ""
    yield f"verdict: {told.judged.verdict.value}"
    for reason in told.judged.reasons:
        yield from indented(reason)


def fitting(titles: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> Iterable[str]:
    """A table whose last column is cut where it would not fit."""
    return (cut(line, WIDTH, "...") for line in printing.table(titles, rows, right=right))


def indented(text: str) -> Iterable[str]:
    """A sentence as a point of a list."""
    first, *rest = printing.folded(text, WIDTH - 4) or [""]
    yield f"  - {first}"
    for line in rest:
        yield f"    {line}"


def drift_lines(drifts: Sequence[Drift]) -> Iterable[str]:
    """The drift of every feature, the largest first, with what moved most under those that moved."""
    rows = [
        (cut(clean(one.feature), 34, "..."), f"{one.psi:.3f}", f"{one.expected:.3f}", f"{one.limit:.3f}", _moved(one))
        for one in drifts
    ]
    table = printing.table(("drift", "PSI", "by chance", "at most", "moved"), rows, right=(1, 2, 3))
    titles, *body = table
    yield titles
    for line, one in zip(body, drifts, strict=True):
        yield line
        if one.told and one.moved.value in ("some", "much"):
            yield from (f"    {part}" for part in printing.folded(one.told, WIDTH - 4))
    yield from printing.folded(
        "PSI: population stability index. The bands .10 (some) and .25 (much) are conventions, and the index grows "
        "with few customers: “by chance” is its mean and “at most” its 99 % point where nothing moved.",
        WIDTH,
    )


def _moved(drift: Drift) -> str:
    return drift.moved.value


def _far_lines(applied: Applied) -> Iterable[str]:
    far = applied.far
    if far.limit is None:
        yield "the model does not say how far customers lay from their centre"
        return
    many, verb = ("1 customer", "is") if far.customers == 1 else (f"{far.customers:,} customers", "are")
    yield from printing.folded(
        f"{many} ({far.share:.1%}) {verb} far from the centre of their segment (distance above "
        f"{printing.number(far.limit)}); {far.expected:.1%} are expected, and up to {far.chance:.1%} by chance",
        WIDTH,
    )


def new_levels_text(new: NewLevels) -> str:
    """Levels without a column, and what they count as."""
    some = ", ".join(f"“{level}” ({customers:,})" for level, customers in new.levels[:SHOWN])
    more = f" and {len(new.levels) - SHOWN:,} more" if len(new.levels) > SHOWN else ""
    rare = ", as what was rare then does" if new.collapsed else ""
    who = "1 customer" if new.customers == 1 else f"{new.customers:,} customers"
    off = "is not on the scale" if new.scale else "had no column of its own"
    return f"{new.feature}: {some}{more} {off}; {who}, counted as {counted_as(new)}{rare}"


def _filled_text(applied: Applied) -> str:
    vote = "" if applied.filled_vote is None else f", so {applied.filled_vote:.1%} of the vote is the same for everyone"
    return f"not there, and filled in with what the model has for a missing value: {', '.join(applied.filled)}{vote}"

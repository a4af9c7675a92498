"""The verdict on a column of words: an ordered scale, several labels in a cell, or levels without an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from segtui.prepare import clean, labels, ordinal
from segtui.prepare.encode import RARE
from segtui.prepare.facts import BINS, SAMPLE, Facts, common_flags, missing_flag
from segtui.results import ColumnType, FeatureVerdict, Flag

if TYPE_CHECKING:
    from segtui.prepare.ordinal import Scale

MANY_LEVELS, MANY_SHARE, FEW_LEVELS = 20, 0.3, 5

LISTED = 60
"""Levels that a verdict lists; more are nothing to put in order by hand."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a column is taken for, and what follows. counts: of the levels, as the histogram shows them."""

    treatment: str
    why: str
    levels: tuple[str, ...]
    counts: tuple[int, ...]
    flags: tuple[Flag, ...] = ()
    off_scale: tuple[str, ...] = ()
    separator: str = ""
    missing: int = 0


def of_levels(facts: Facts, column: pl.Series) -> FeatureVerdict:
    """The verdict on a column of text, or of yes and no."""
    # nearly as many levels as customers: a sample says as much, and counting all would take long
    counted = column.head(SAMPLE) if facts.distinct > max(SAMPLE, facts.customers // 10) else column
    counts = clean.level_counts(counted).sort(["customers", "level"], descending=[True, False])
    top = int(counts["customers"][0]) / counted.len() if counts.height else 0.0
    taken = _scale(facts, counts) or _labels(facts, counts) or _levels(facts, counts)
    off = common_flags(facts, top)
    if taken.treatment == "nominal" and (many := _many(facts, column)):
        off.append(many)
    common = top >= RARE or facts.share_missing >= RARE or taken.treatment != "nominal"
    varies = facts.distinct > 1 or facts.missing > 0
    return FeatureVerdict(
        name=facts.name,
        type=facts.type,
        numeric=False,
        missing=(facts.missing + taken.missing) / max(1, facts.customers),
        distinct=facts.distinct,
        histogram=taken.counts[:BINS],
        flags=(*off, *missing_flag(facts), *taken.flags),
        usable=common and varies,
        off_reason=off[0].reason if off else "",
        transform="none",
        why=taken.why,
        treatment=taken.treatment,
        levels=taken.levels,
        off_scale=taken.off_scale,
        separator=taken.separator,
    )


def _scale(facts: Facts, counts: pl.DataFrame) -> _Taken | None:
    if facts.type is not ColumnType.TEXT or facts.distinct > ordinal.MOST:
        return None
    by_level = {str(level): int(n) for level, n in counts.iter_rows()}
    scale = ordinal.recognise(by_level)
    if scale is None:
        return None
    off = ordinal.strangers(by_level, scale.levels)
    return _Taken(
        treatment="ordinal",
        why=f"an ordered scale ({scale.what}): {_ends(scale)}; one column of scores 1 to {len(scale.levels)}, "
        f"{ordinal.variance(len(scale.levels)):.2g} of a vote",
        levels=scale.levels,
        counts=ordinal.counted(by_level, scale.levels),
        flags=_off_flag(off),
        off_scale=tuple(off),
        missing=sum(off.values()),
    )


def _ends(scale: Scale) -> str:
    low, high = scale.levels[0], scale.levels[-1]
    return f"{low} … {high}"


def _off_flag(off: dict[str, int]) -> tuple[Flag, ...]:
    if not off:
        return ()
    words = " and ".join(f"“{level}”" for level in off)
    end = "is not on it and counts as missing" if len(off) == 1 else "are not on it and count as missing"
    return (Flag("off the scale", f"{words} ({sum(off.values()):,} customers) {end}"),)


def _labels(facts: Facts, counts: pl.DataFrame) -> _Taken | None:
    if facts.type is not ColumnType.TEXT:
        return None
    found = labels.recognise(counts)
    if found is None:
        return None
    why = (
        f"several labels in a cell, with {found.separator} between them: one 0/1 column for each of "
        f"{len(found.labels)}, together half a vote"
    )
    return _Taken("labels", why, found.labels, found.counts, separator=found.separator)


def _levels(facts: Facts, counts: pl.DataFrame) -> _Taken:
    listed = tuple(counts["level"].head(LISTED).to_list()) if facts.distinct <= LISTED else ()
    if facts.type is ColumnType.YES_NO:
        listed = ("no", "yes")
    return _Taken(
        "nominal",
        "one 0/1 column per level, together half a vote",
        listed,
        tuple(counts["customers"].head(BINS).to_list()),
        separator=labels.separator_in(counts["level"].head(SAMPLE)) if facts.type is ColumnType.TEXT else "",
    )


def _many(facts: Facts, column: pl.Series) -> Flag | None:
    """Text with more levels than a segment can be described by."""
    filled = max(1, facts.customers - facts.missing)
    share = facts.distinct / filled
    if facts.distinct <= FEW_LEVELS or (facts.distinct <= MANY_LEVELS and share <= MANY_SHARE):
        return None
    many = f"{facts.distinct:,} different texts among {filled:,} customers"
    if share > 0.95:
        spaces = column.head(SAMPLE).drop_nulls().str.contains(" ", literal=True).mean()
        if isinstance(spaces, float) and spaces < 0.5:
            return Flag("id-like", f"nearly every customer has another value ({many})")
    if share > MANY_SHARE:
        return Flag("free text", many)
    return Flag("many levels", many)

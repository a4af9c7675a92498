"""One feature brought to scale: its columns, unweighted, how loud each is, and what was done on the way, in words.

A number is one column by its transform; an ordinal scale one column of scores; a nominal column or one of labels a
block of 0/1 columns. Where it is asked for, one more 0/1 column says who had no value (`prepare.missing`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.prepare import clean, encode, labels, missing, ordinal
from segtui.prepare.clean import MISSING_LEVEL, OTHER_LEVEL
from segtui.prepare.scale import fit_steps
from segtui.progress import Progress, Steps
from segtui.results import MatrixColumn, Transform

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from segtui.recipe import FeatureSpec
    from segtui.results import Floats

DOING = "bringing the features to scale"


@dataclass(frozen=True, eq=False, slots=True)
class PartColumn:
    """One column. meaning: what it is, with the block weight (1 for a scaled one) as its weight.

    values: float32 scaled, or bool for 0/1; canonical order. variance: of the values.
    """

    meaning: MatrixColumn
    values: NDArray[np.float32] | NDArray[np.bool_]
    variance: float


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """One feature as columns that know nothing of the analyst's weight."""

    columns: tuple[PartColumn, ...]
    notes: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(column.values.nbytes for column in self.columns)

    def variance(self, weight: float) -> float:
        """What the feature contributes to the total variance when it is weighed so."""
        total = 0.0
        for column in self.columns:
            heft = column.meaning.weight * weight
            total += column.variance * heft * heft  # a power would raise OverflowError; a product becomes infinite
        return total


@dataclass(frozen=True, slots=True)
class How:
    """How a feature becomes columns: everything that they depend on but the data."""

    name: str
    treatment: str
    transform: str
    order: tuple[str, ...]
    separator: str
    policy: str
    winsorise: bool


def how(feature: FeatureSpec, treatment: str, share_missing: float, separator: str, winsorise: bool) -> How:
    """The part of a resolved feature's settings that its columns depend on."""
    policy = missing.policy(feature, treatment, share_missing)
    order = feature.order if treatment == "ordinal" else ()
    split = separator if treatment == "labels" else ""
    return How(feature.name, treatment, feature.transform, order, split, policy, winsorise)


def make(column: pl.Series, given: How) -> Steps[Part]:
    """The columns of one feature."""
    if given.treatment == "ordinal":
        return (yield from _ordinal(column, given))
    if given.treatment == "numeric":
        return (yield from _number(column, given))
    return (yield from _block(column, given))


# -- numbers and scales ----------------------------------------------------------------------------------------


def _number(column: pl.Series, given: How) -> Steps[Part]:
    original = clean.numbers(column)
    yield Progress(DOING, None, given.name)
    common = given.policy == "most_frequent"
    fill = clean.mode(original) if common else clean.median(original)
    transform, exact = yield from fit_steps(original, given.transform, given.winsorise, fill)
    with np.errstate(over="ignore", invalid="ignore"):  # `matrix` says so in words
        variance = float(exact.var())
        scaled = exact.astype(np.float32)
    yield Progress(DOING, None, given.name)
    infinite = clean.infinities(column)
    to = f"set to the {'most frequent value' if common else 'median'}, {fill:,.6g}"
    notes = [_missing_note(given, column.null_count(), infinite, len(original), to)]
    notes += _transform_notes(given, transform, original)
    values = PartColumn(MatrixColumn(given.name, None, transform, 1.0), scaled, variance)
    columns = _with_who(given, (values,), np.isnan(original))
    return Part(columns, tuple(note for note in notes if note))


def _ordinal(column: pl.Series, given: How) -> Steps[Part]:
    """Scores 1 … m, scaled to variance q (METHODS B7)."""
    original = ordinal.scores(column, given.order)
    yield Progress(DOING, None, given.name)
    gaps = np.isnan(original)
    common = given.policy == "most_frequent"
    fill = clean.mode(original) if common else float(math.floor(clean.median(original)))
    fill = fill or 1.0  # nobody is on the scale
    full = clean.filled(original, fill)
    deviation = float(full.std())
    spread = deviation / math.sqrt(ordinal.variance(len(given.order))) if deviation > 0.0 else 1.0
    transform = Transform("ordinal", float(full.mean()), spread, fill, order=given.order)
    scaled = ((full - transform.centre) / spread).astype(np.float32)
    yield Progress(DOING, None, given.name)
    level = given.order[int(fill) - 1] if given.order else ""
    to = f"set to the {'most frequent level' if common else 'median'}, “{level}”"
    notes = [_off_note(column, given), _missing_note(given, int(gaps.sum()), 0, len(original), to)]
    values = PartColumn(MatrixColumn(given.name, None, transform, 1.0), scaled, (deviation / spread) ** 2)
    columns = _with_who(given, (values,), gaps)
    return Part(columns, tuple(note for note in notes if note))


def _off_note(column: pl.Series, given: How) -> str:
    off = ordinal.off_scale(column, given.order)
    if not off:
        return ""
    some = ", ".join(f"“{text}”" for text in list(off)[:3]) + (" …" if len(off) > 3 else "")
    return f"{given.name}: {some} ({sum(off.values()):,} customers) is not on the scale and counts as missing"


def _with_who(
    given: How, columns: tuple[PartColumn, ...], gaps: NDArray[np.bool_], fill: str | None = None
) -> tuple[PartColumn, ...]:
    """The columns, and the 0/1 column that says who had no value where it is asked for and says something."""
    share = float(gaps.mean()) if gaps.size else 0.0
    if given.policy != "indicator" or not 0.0 < share < 1.0:
        return columns
    weight = missing.indicator_weight(Part(columns, ()).variance(1.0))
    meaning = MatrixColumn(given.name, MISSING_LEVEL, None, weight, given.separator, fill, given.order)
    return (*columns, PartColumn(meaning, gaps, share * (1.0 - share)))


def _missing_note(given: How, gaps: int, infinite: int, customers: int, to: str) -> str:
    told = ", and a 0/1 column says for whom" if given.policy == "indicator" else ""
    return missing.note(given.name, gaps, infinite, customers, to + told)


def _transform_notes(given: How, transform: Transform, original: Floats) -> list[str]:
    notes = []
    if transform.method != given.transform:
        why = {"robust": "its middle half does not vary", "log1p": "it has values below 0"}
        reason = why.get(given.transform, "it cannot be bent without overflow")
        notes.append(f"{given.name}: {transform.method} instead of {given.transform}, since {reason}")
    if transform.low is not None and transform.high is not None:
        below, above = int((original < transform.low).sum()), int((original > transform.high).sum())
        if below or above:
            notes.append(
                f"{given.name}: {below + above:,} extreme values are held at {transform.low:,.6g} and "
                f"{transform.high:,.6g} (0.5 and 99.5 %)"
            )
    return notes


# -- blocks of 0/1 columns -------------------------------------------------------------------------------------


def _block(column: pl.Series, given: How) -> Steps[Part]:
    filled = given.policy in ("most_frequent", "indicator")
    fill = clean.most_frequent(column) if filled and column.null_count() else None
    yield Progress(DOING, None, given.name)
    found = labels.block(column, given.separator, fill) if given.separator else encode.block(column, fill)
    meanings = [MatrixColumn(given.name, level, None, found.weight, given.separator, fill) for level in found.levels]
    yield Progress(DOING, None, given.name)
    rows = yield from zero_one(column, meanings)
    columns = tuple(
        PartColumn(meaning, row, share * (1.0 - share))
        for meaning, row, share in zip(meanings, rows, found.shares, strict=True)
    )
    notes = tuple(_block_notes(column, given, found, fill))
    return Part(_with_who(given, columns, gaps_of(column), fill), notes)


def _block_notes(column: pl.Series, given: How, found: encode.Block, fill: str | None) -> list[str]:
    notes = []
    gaps = clean.plain_text(column).null_count()
    if fill is not None:
        notes.append(_missing_note(given, gaps, 0, column.len(), f"set to the most frequent, “{fill}”"))
    elif gaps and MISSING_LEVEL in found.levels:
        notes.append(f"{given.name}: {gaps:,} missing are a level of their own")
    elif gaps and given.separator:
        notes.append(f"{given.name}: {gaps:,} missing have none of the labels")
    if found.collapsed:
        what = "label" if given.separator else "level"
        many = f"{found.collapsed:,} {what}s" if found.collapsed > 1 else f"one {what}"
        notes.append(f"{given.name}: {many} with fewer than 1 % of customers collapsed to {OTHER_LEVEL}")
    return notes


# -- what a column holds, from original units --------------------------------------------------------------------


def zero_one(values: pl.Series, columns: list[MatrixColumn]) -> Steps[list[NDArray[np.bool_]]]:
    """The 0/1 columns of one feature for these customers; `columns` must be all of them, for what "(other)" is."""
    levels = tuple(c.level for c in columns if c.level is not None and not says_missing(c, values))
    separator, fill = (columns[0].separator, columns[0].fill) if columns else ("", None)
    # whoever has no value is then at a level of their own, and not among the others
    taken = (*levels, MISSING_LEVEL) if fill is None and len(levels) < len(columns) else levels
    members = labels.membership(values, separator, levels, fill) if separator and levels else None
    text = None if members is not None or not levels else clean.levels_of(values, fill)
    found: list[NDArray[np.bool_]] = []
    for column in columns:
        yield Progress(DOING, None, column.feature)
        if says_missing(column, values):
            found.append(gaps_of(values, column.order))
        elif members is not None:
            found.append(members[levels.index(str(column.level))])
        elif text is not None:
            found.append(encode.indicator(text, str(column.level), taken))
    return found


def says_missing(column: MatrixColumn, values: pl.Series) -> bool:
    """Whether a 0/1 column says who has no value, rather than who is at a level of that name."""
    return column.level == MISSING_LEVEL and (
        bool(column.order) or column.fill is not None or values.dtype.is_numeric()
    )


def gaps_of(values: pl.Series, order: tuple[str, ...] = ()) -> NDArray[np.bool_]:
    """Who has no value; order: of an ordinal scale, off which everything counts as none."""
    if order:
        return np.isnan(ordinal.scores(values, order))
    if values.dtype.is_numeric():
        return np.isnan(clean.numbers(values))
    return values.is_null().to_numpy()


def numbers_of(values: pl.Series, transform: Transform) -> Floats:
    """What `scale.apply` takes: numbers, or scores of an ordinal scale; nan for missing."""
    return ordinal.scores(values, transform.order) if transform.order else clean.numbers(values)


def weighed(column: PartColumn, weight: float) -> MatrixColumn:
    """The meaning of a column under the analyst's weight."""
    return replace(column.meaning, weight=weight * column.meaning.weight)

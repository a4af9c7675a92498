"""New customers as a model knows them: its features under its names and types, and what of them is missing or new.

Nothing is guessed in silence: a column that is not there, or holds another type than it did, is reported, and what
cannot be read counts as no value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING

import polars as pl

from segtui.deliver.scoring import type_of
from segtui.deliver.seen import is_number, order_of
from segtui.errors import AnalysisError
from segtui.gather.reading import reading_of, values
from segtui.gather.records import short_name
from segtui.prepare import clean, ordinal
from segtui.prepare.clean import MISSING_LEVEL, OTHER_LEVEL
from segtui.progress import Progress, Steps
from segtui.results import Kind

if TYPE_CHECKING:
    from segtui.deliver.scoring import ScoredFeature, ScoringModel
    from segtui.results import Dataset, MatrixColumn

DOING = "looking at the new customers"

_READINGS = {"number": "number", "yes/no": "yes/no", "date": "date"}
"""How text is read where a feature held something else."""

_STORED: dict[str, pl.DataType] = {
    "number": pl.Float64(),
    "yes/no": pl.Boolean(),
    "date": pl.Date(),
    "text": pl.String(),
}


@dataclass(frozen=True, slots=True)
class NewLevels:
    """Levels of a feature that had no column when the model was made. levels: (text, customers), commonest first.

    customers: with any of them. collapsed: they count as "(other)", where rare levels of then are too; else they are
    at no level at all, or (of a scale) count as no value.
    """

    feature: str
    levels: tuple[tuple[str, int], ...]
    customers: int
    collapsed: bool
    scale: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Fitted:
    """The features of a model for new customers. frame: original units, types as then, canonical order.

    filled: features that are not there, for which the model's fill stands in. changes: types that are others now, as
    sentences. new: levels that are.
    """

    frame: pl.DataFrame
    filled: tuple[str, ...]
    changes: tuple[str, ...]
    new: tuple[NewLevels, ...]


def fitted(model: ScoringModel, frame: pl.DataFrame, *, fill_missing: bool) -> Steps[Fitted]:
    """The customers of `frame` as the model takes them.

    Raises AnalysisError where a feature is not there, or cannot be read as what it was, unless fill_missing.
    """
    found: list[pl.Series] = []
    filled: list[str] = []
    changes: list[str] = []
    new: list[NewLevels] = []
    why: dict[str, str] = {}
    for feature in model.features:
        yield Progress(DOING, None, feature.name)
        columns = model.columns_of(feature.name)
        column, said = _taken(frame, feature, columns)
        if column is None:
            why[feature.name] = said
            filled.append(feature.name)
            column = pl.Series(feature.name, [None], dtype=_STORED[feature.type]).new_from_index(0, frame.height)
        elif said:
            changes.append(said)
        found.append(column)
        levels = new_levels(column, columns)
        new += [] if levels is None else [levels]
    if why and not fill_missing:
        raise _missing(model, why, frame.columns)
    return Fitted(pl.DataFrame(found), tuple(filled), tuple(changes), tuple(new))


def _missing(model: ScoringModel, why: Mapping[str, str], there: Sequence[str]) -> AnalysisError:
    some = list(why.items())[:3]
    told = " and ".join(f"“{name}” {reason}" for name, reason in some)
    more = f", and {len(why) - 3:,} more" if len(why) > 3 else ""
    absent = [name for name, _ in some if name not in there]
    near = [f"“{close[0]}” for “{name}”" for name in absent if (close := get_close_matches(name, there, 1, 0.6))]
    hint = f"Is it {' and '.join(near)}? Rename it then. " if near else ""
    many = "they vote" if len(why) > 1 else "it votes"
    return AnalysisError(
        f"{told}{more}, and {many} on the segments ({vote_said(model, tuple(why))})",
        where="features",
        hint=f"{hint}Give a file that has it, or put what the model fills in for everyone: --fill-missing.",
    )


def vote_said(model: ScoringModel, names: Sequence[str]) -> str:
    """The share of the vote that some features have."""
    share = vote_of(model, names)
    return f"{len(names)} of {len(model.features)} features" if share is None else f"{share:.1%} of the vote"


def vote_of(model: ScoringModel, names: Sequence[str]) -> float | None:
    """The same as a number; None where the model does not know it."""
    if not model.votes:
        return None
    return sum(vote for f, vote in zip(model.features, model.votes, strict=True) if f.name in names)


# -- types -----------------------------------------------------------------------------------------------------


def _taken(
    frame: pl.DataFrame, feature: ScoredFeature, columns: Sequence[MatrixColumn]
) -> tuple[pl.Series | None, str]:
    """The column with the type it had then, and what is to be said of it; None where it cannot be had, and why."""
    if feature.name not in frame.columns:
        return None, "is not among the columns"
    column = frame[feature.name]
    there = column.len() - column.null_count()
    now = type_of(column)
    if now == feature.type or not there:
        typed = column if now == feature.type else column.cast(_STORED[feature.type], strict=False)
        return (_as_levels(typed, columns) if feature.type == "number" else typed), ""
    typed = _read_as(column, feature.type)
    lost = typed.null_count() - column.null_count()
    if lost == there:
        return None, f"holds no {feature.type} any more ({now})"
    said = f"{feature.name} was {feature.type} and is {now} now"
    if lost:
        said += f"; {lost:,} of {there:,} values cannot be read so and count as none"
    return (_as_levels(typed, columns) if feature.type == "number" else typed), said


def _read_as(column: pl.Series, kind: str) -> pl.Series:
    """A column of another type read as `kind`."""
    if kind == "text":
        return clean.plain_text(_whole(column))
    if kind == "number" and column.dtype == pl.Boolean:
        return column.cast(pl.Float64)
    text = clean.plain_text(_whole(column))
    if kind == "yes/no" and column.dtype.is_numeric():
        return text.replace_strict({"1": True, "0": False}, default=None, return_dtype=pl.Boolean)
    how = reading_of(_READINGS[kind])
    return text.to_frame("v").select(values(how, pl.col("v"))).to_series().rename(column.name)


def _whole(column: pl.Series) -> pl.Series:
    """Floats that are all whole as whole numbers: missing values make floats of them in many files."""
    if not column.dtype.is_float():
        return column
    known = column.fill_nan(None)
    is_whole = bool((known.drop_nulls() == known.drop_nulls().round()).all()) and bool(known.is_finite().all())
    return known.cast(pl.Int64, strict=False) if is_whole else column


def _as_levels(column: pl.Series, columns: Sequence[MatrixColumn]) -> pl.Series:
    """Numbers that are levels are written as they were then: "1" and "1.0" are two texts."""
    if is_number(columns):
        return column
    written = [*order_of(columns), *(c.level for c in columns if c.level is not None)]
    if any(text.endswith(".0") for text in written):
        return column.cast(pl.Float64)
    return _whole(column)


# -- levels ----------------------------------------------------------------------------------------------------


def new_levels(column: pl.Series, columns: Sequence[MatrixColumn]) -> NewLevels | None:
    """The levels that have no column of their own; None where there are none."""
    if is_number(columns):
        return None
    name = column.name
    order = order_of(columns)
    if order:
        off = ordinal.off_scale(column, order)
        return NewLevels(name, tuple(off.items()), sum(off.values()), False, scale=True) if off else None
    known = {c.level for c in columns if c.level is not None} - {MISSING_LEVEL, OTHER_LEVEL}
    separator = next((c.separator for c in columns if c.separator), "")
    counts = clean.level_counts(column)
    if separator:
        parts = pl.col("level").str.split(separator).list.eval(pl.element().str.strip_chars())
        counts = counts.with_columns(cell=pl.int_range(pl.len())).with_columns(parts).explode("level")
        counts = counts.filter(pl.col("level") != "").unique(["cell", "level"])
    strange = counts.filter(~pl.col("level").is_in(list(known)))
    if not strange.height:
        return None
    cells = strange.unique("cell") if separator else strange
    each = strange.group_by("level").agg(pl.col("customers").sum()).sort("customers", "level", descending=[True, False])
    levels = tuple((str(text), int(n)) for text, n in each.select("level", "customers").iter_rows())
    collapsed = any(c.level == OTHER_LEVEL for c in columns)
    return NewLevels(name, levels, int(cells["customers"].sum()), collapsed)


# -- tables that have another name -----------------------------------------------------------------------------

LIKE = 0.6
"""How alike (0 to 1) the names of two files must be where a feature is a count of rows, which is named as its file."""


def under_known_names(model: ScoringModel, dataset: Dataset) -> tuple[Dataset, tuple[str, ...]]:
    """Features of events and records carry the name of their file: those of a file with another name get the name that
    the model has for them, where only one can be meant, or one is clearly most like it."""
    wanted = [f.name for f in model.features if f.name not in dataset.frame.columns]
    if not wanted or dataset.rollup is None:
        return dataset, ()
    prefixes = {short_name(s.path) for s in dataset.sources if s.kind in (Kind.EVENTS, Kind.RECORDS)}
    free = {note.name for note in dataset.rollup.features} - {f.name for f in model.features}
    new: dict[str, str] = {}
    for name in wanted:
        chosen = _most_like(name, [c for c in free if any(_same_but_prefix(c, p, name) for p in prefixes)])
        if chosen and chosen not in new:
            new[chosen] = name
    if not new:
        return dataset, ()
    told = tuple(f"{ours} is taken for {theirs}: the file has another name now" for ours, theirs in new.items())
    table = None if dataset.table is None else dataset.table.rename(new)
    return replace(dataset, frame=dataset.frame.rename(new), table=table), told


def _same_but_prefix(column: str, prefix: str, wanted: str) -> bool:
    """Whether two features say the same of two tables: "visits_2025_mean_pages" and "visits_mean_pages", or the counts
    "visits_2025" and "visits"."""
    if column == prefix:
        return SequenceMatcher(None, column, wanted).ratio() >= LIKE
    rest = column.removeprefix(prefix)
    return rest != column and rest.startswith("_") and wanted.endswith(rest) and wanted != rest


def _most_like(wanted: str, names: Sequence[str]) -> str:
    """The name that is most like the one wanted; "" where there is none, or two are."""
    ranked = sorted(((SequenceMatcher(None, name, wanted).ratio(), name) for name in names), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return ""
    return ranked[0][1]

"""The segments as tables: who they are, their profiles, the features that made them, and the rules that say them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from segtui.deliver import withhold

if TYPE_CHECKING:
    from segtui.deliver.handover import Handover
    from segtui.results import FeatureVerdict, MatrixColumn, Profile, Segment

Row = Mapping[str, object]


@dataclass(frozen=True, eq=False, slots=True)
class Sheet:
    """A table to deliver under `name` as CSV. private: it holds single customers."""

    name: str
    frame: pl.DataFrame
    private: bool = False


def frame_of(rows: Iterable[Row], columns: Sequence[str] = ()) -> pl.DataFrame:
    """A table of rows with the same keys; columns: its header where there is none. Lists become text."""
    found = [{key: _cell(value) for key, value in row.items()} for row in rows]
    if not found:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return pl.DataFrame(found, infer_schema_length=None)


def _cell(value: object) -> object:
    if isinstance(value, tuple | list):
        return " ".join(str(one) for one in value)
    return str(value) if isinstance(value, str) else value  # an enum is its text


def small_segments(handover: Handover) -> frozenset[str]:
    """Letters of the segments that are withheld where figures of few customers are."""
    segments = handover.answer.profile.segments
    return frozenset(segments[place].letter for place in withhold.hidden([one.size for one in segments]))


# -- segments ------------------------------------------------------------------------------------------------


def segments(handover: Handover, *, hide: bool) -> pl.DataFrame:
    """One row per segment: who they are, and how firm they are."""
    table = frame_of(_segment(handover, one) for one in handover.answer.profile.segments)
    return withhold.without(table, small_segments(handover), ("segment_name", "auto_name")) if hide else table


def _segment(handover: Handover, one: Segment) -> Row:
    found = handover.assessment
    stability = None if found is None else found.stability
    silhouettes = None if found is None else found.silhouettes
    return {
        "segment": one.letter,
        "segment_name": one.name,
        "auto_name": one.auto_name,
        "customers": one.size,
        "share": one.share,
        "revenue_share": one.revenue_share,
        "order_share": one.order_share,
        "jaccard": None if stability is None else stability.jaccard[one.cluster],
        "dissolved": None if stability is None else stability.dissolved[one.cluster],
        "silhouette_squared": None if silhouettes is None else silhouettes.squared[one.cluster],
    }


def segment_rules(handover: Handover, *, hide: bool) -> pl.DataFrame:
    """Every segment in one rule, as far as the tree reaches it."""
    found = handover.rules.rules if handover.rules is not None else ()
    table = frame_of(
        (
            {
                "segment": one.letter,
                "rule": one.text,
                "customers": one.customers,
                "precision": one.precision,
                "coverage": one.coverage,
            }
            for one in found
        ),
        ("segment", "rule", "customers", "precision", "coverage"),
    )
    if not hide:
        return table
    places = withhold.hidden([one.customers for one in found])
    doubtful = {found[place].letter for place in places} | small_segments(handover)
    sizes = {one.letter: one.size for one in handover.answer.profile.segments}
    for one in found:
        right = round(one.customers * one.precision)
        told_of = (right, one.customers - right, sizes.get(one.letter, right) - right)
        doubtful |= {one.letter} if any(map(withhold.few, told_of)) else set()
    return withhold.without(table, doubtful, ("rule",))


# -- profiles ------------------------------------------------------------------------------------------------

OVER_ALL = "all"
"""What stands for the segment in rows about all customers."""


def profiles(handover: Handover, *, hide: bool) -> pl.DataFrame:
    """One row per segment and column of the profile, in original units, and one per column over all customers."""
    profile = handover.answer.profile
    rows = [_everyone(profile, place) for place in range(len(profile.columns))]
    rows += [_figures(profile, one, place) for one in profile.segments for place in range(len(profile.columns))]
    return frame_of(_withheld(rows, handover) if hide else rows)


def _withheld(rows: list[Row], handover: Handover) -> list[Row]:
    """The rows without shares and figures of few customers, and without what these could be computed from."""
    profile, small = handover.answer.profile, small_segments(handover)
    names = [*(one.letter for one in profile.segments), OVER_ALL]
    sizes = [one.size for one in profile.segments]
    sizes.append(sum(sizes))
    gone = [place for place, name in enumerate(names) if name in small]
    by_feature: dict[str, list[list[Row]]] = {}
    for column in profile.columns:
        own = {row["segment"]: row for row in rows if (row["feature"], row["level"]) == (column.feature, column.level)}
        by_feature.setdefault(column.feature, []).append([own[name] for name in names])
    bare: set[int] = set()
    gaps: set[int] = set()
    for lines in by_feature.values():
        missing = [_count(row["missing"], size) for row, size in zip(lines[0], sizes, strict=True)]
        valued = [size - count for size, count in zip(sizes, missing, strict=True)]
        gaps |= (
            {id(line[place]) for place in withhold.hidden(missing, gone) for line in lines} if any(missing) else set()
        )
        bare |= {id(line[place]) for place in withhold.hidden(valued, gone) for line in lines}
        levels = [line for line in lines if line[0]["level"] is not None]
        cells = [[_count(row["mean"], whole) for row, whole in zip(line, valued, strict=True)] for line in levels]
        bare |= {id(levels[row][place]) for row, place in withhold.crossed(cells, valued, gone)}
    kept = ("segment", "feature", "level", "used")
    out: list[Row] = []
    for row in rows:
        lost = id(row) in bare or row["segment"] in small
        blank = set(row) - set(kept) if lost else {"missing"} if id(row) in gaps else set()
        told = {name: None if name in blank else value for name, value in row.items()}
        out.append({**told, "withheld": withhold.NOTE if blank else None})
    return out


def _count(share: object, whole: int) -> int:
    """How many customers a share of `whole` is; 0 where there is none."""
    return round(share * whole) if isinstance(share, int | float) and share == share else 0


def _everyone(profile: Profile, place: int) -> Row:
    column = profile.columns[place]
    return {
        "segment": OVER_ALL,
        "feature": column.feature,
        "level": column.level,
        "used": column.used,
        "mean": column.mean,
        "median": None,
        "spread": column.spread,
        "missing": column.missing,
        "index": None,
        "difference": None,
        "test": None if column.test is None else column.test.name,
        "test_p": None if column.test is None else column.test.p,
    }


def _figures(profile: Profile, one: Segment, place: int) -> Row:
    column = profile.columns[place]
    return {
        "segment": one.letter,
        "feature": column.feature,
        "level": column.level,
        "used": column.used,
        "mean": one.means[place],
        "median": one.medians[place] if one.medians else None,
        "spread": one.spreads[place] if one.spreads else None,
        "missing": one.missing[place] if one.missing else None,
        "index": one.indexes[place],
        "difference": one.differences[place],
        "test": None,
        "test_p": None,
    }


# -- features ------------------------------------------------------------------------------------------------


def features(handover: Handover) -> pl.DataFrame:
    """One row per column of the customer table: what it is, whether it votes, and how loud."""
    specs = {spec.name: spec for spec in handover.answer.prepare.features or ()}
    votes, space = handover.answer.space.votes, handover.answer.space
    columns: dict[str, list[MatrixColumn]] = {}
    for column in space.columns:
        columns.setdefault(column.feature, []).append(column)
    rollup = handover.whole.rollup
    notes = {} if rollup is None else {note.name: note for note in rollup.features}

    def row(one: FeatureVerdict) -> Row:
        spec, note, own = specs.get(one.name), notes.get(one.name), columns.get(one.name, [])
        fitted = own[0].transform if own else None
        return {
            "feature": one.name,
            "on": bool(own),
            "vote": votes.get(one.name, 0.0),
            "taken_for": one.taken_for if spec is None else one.taken_as(spec),
            "transform": None if fitted is None else fitted.method,
            "weight": None if spec is None else spec.weight,
            "missing": one.missing,
            "missing_policy": None if spec is None else spec.missing,
            "filled_with": None if fitted is None else fitted.fill,
            "held_from": None if fitted is None else fitted.low,
            "held_to": None if fitted is None else fitted.high,
            "unit": None if note is None or note.unit == "-" else note.unit,
            "definition": None if note is None else note.definition,
            "why_off": one.off_reason,
            "flags": "; ".join(f"{flag.name}: {flag.reason}" for flag in one.flags),
        }

    return frame_of(row(one) for one in handover.inspection.features)


def drivers(handover: Handover) -> pl.DataFrame:
    """One row per feature that votes: what moves the clusters now, and what deserves to."""
    found = () if handover.drivers is None else handover.drivers.drivers
    names = ("feature", "influence", "hinov", "sparse", "duplicate_of", "verdict", "suggestion")
    return frame_of(({name: getattr(one, name) for name in names} for one in found), names)

"""Two deliveries held against each other, with no data open: who is in which segment of both, and what moved.

Customers are found again by their id. Segments are matched by overlap, not by letter (`explain.compare`), since two
deliveries that were made apart may letter the same people differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.cluster.prediction import NOBODY
from segtui.deliver.two_sides import Side, columns_in, id_of, read_side
from segtui.errors import AnalysisError, SourceError
from segtui.explain.compare import Labelling, compared, money
from segtui.explain.labelled_file import key_of, one_per_customer, segments_in, some_of, unguarded
from segtui.gather.ids import EXAMPLES
from segtui.gather.scan import in_background
from segtui.gather.table import read_table
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.deliver.delivery import Delivery
    from segtui.deliver.drift import Drift
    from segtui.explained import Comparison
    from segtui.results import Floats

DOING = "comparing deliveries"


@dataclass(frozen=True, slots=True)
class Flow:
    """Customers by their segment in both; None: they are not in that delivery. customers are counted in it alone then.

    before, after: letters. share: of the customers of the former segment who are in both. revenue_before,
    revenue_after: what each delivery says of their money, None where it says nothing. moved: not the segment that
    theirs became.
    """

    before: str | None
    after: str | None
    customers: int
    share: float | None
    revenue_before: float | None
    revenue_after: float | None
    moved: bool


@dataclass(frozen=True, eq=False, slots=True)
class Two:
    """What came of a comparison. flows: of those in both, then those in one alone; each the biggest first.

    revenue: the column of either side, "" for none. drifts: of the features of the first model, among the customers of
    the second delivery; None where there is no model, () where nothing can be said. notes: plain sentences.
    """

    comparison: Comparison
    flows: tuple[Flow, ...]
    revenue: tuple[str, str]
    swapped: tuple[tuple[str, str], ...]
    moved_by_letter: int
    drifts: tuple[Drift, ...] | None
    notes: tuple[str, ...]

    @property
    def moved(self) -> int:
        """Customers in both who are not in the segment that theirs became."""
        return self.comparison.customers - self.comparison.stayed


def two(
    before: Delivery, after: Delivery, *, id_column: str | None = None, revenue: str | None = None, loose: bool = False
) -> Steps[Two]:
    """Compare two deliveries.

    id_column, revenue: in both, None to find them. loose: ids that differ in padding alone are the same. Raises
    SourceError where a side cannot be read or has no such column, AnalysisError where no customer is in both.
    """
    one = yield from read_side(before, id_of(before, after, id_column), revenue, loose)
    other = yield from read_side(after, id_of(after, before, id_column), revenue, loose)
    if revenue is not None and not (one.revenue or other.revenue):
        told = f"neither side has a column “{revenue}”"
        raise SourceError(told, where=revenue, hint=f"There are: {some_of(columns_in(before), 8)}.")
    each = yield from in_background(partial(_brought_together, one, other), DOING)
    if not (each["segment"].is_not_null() & each["segment_after"].is_not_null()).any():
        raise _nobody(one, other, loose)
    first, second = _labelling(each, one, "segment"), _labelling(each, other, "segment_after")
    found = yield from compared(first, second, None)
    tables = tuple(
        None if side.money is None else money(first, second, _spread(side.money, each[place]))
        for side, place in ((one, "row"), (other, "row_after"))
    )
    yield Progress(DOING, 0.9)
    drifts, of_drift = yield from _drifts(before, other)
    notes = [*_of_revenue(one, other, revenue), *of_drift, *_of_models(before, after)]
    letters = [(found.before[i], found.after[j]) for i, j in found.matched]
    return Two(
        comparison=found,
        flows=_flows(found, first, second, tables[0], tables[1]),
        revenue=(one.revenue, other.revenue),
        swapped=tuple((a, b) for a, b in letters if a != b),
        moved_by_letter=sum(
            count
            for a, row in zip(found.before, found.table, strict=True)
            for b, count in zip(found.after, row, strict=True)
            if a != b
        ),
        drifts=drifts,
        notes=tuple(notes),
    )


# -- both sides ------------------------------------------------------------------------------------------------


def _brought_together(one: Side, other: Side) -> pl.DataFrame:
    """Every customer of either: key, segment, row; segment_after, row_after."""
    parts = []
    for side in (one, other):
        each = one_per_customer(side.rows, side.named)
        rows = side.rows.unique("key", keep="first", maintain_order=True).select("key", "row")
        parts.append(each.join(rows, on="key", how="left"))
    return parts[0].join(parts[1], on="key", how="full", suffix="_after", coalesce=True).sort("key")


def _labelling(each: pl.DataFrame, side: Side, column: str) -> Labelling:
    segments = segments_in(side.rows, side.named)
    places = {letter: place for place, letter in enumerate(segments)}
    labels = each[column].replace_strict(places, default=NOBODY, return_dtype=pl.UInt8).fill_null(NOBODY)
    return Labelling(tuple(segments), tuple(segments.values()), labels.to_numpy())


def _spread(values: Floats, rows: pl.Series) -> Floats:
    """The money of the customers in `rows` (row of the file; null: not in it)."""
    at = rows.fill_null(0).to_numpy()
    return np.where(rows.is_null().to_numpy(), np.nan, values[at])


def _flows(
    found: Comparison, first: Labelling, second: Labelling, before: Floats | None, after: Floats | None
) -> tuple[Flow, ...]:
    same = set(found.matched)
    flows: list[Flow] = []
    for i, row in enumerate(found.table):
        for j, count in enumerate(row):
            if count:
                stays = (i, j) in same
                share = count / sum(row)
                flows.append(
                    Flow(found.before[i], found.after[j], count, share, _at(before, i, j), _at(after, i, j), not stays)
                )
    alone = []
    for i, letter in enumerate(found.before):
        count = int(((first.labels == i) & (second.labels == NOBODY)).sum())
        if count:
            alone.append(Flow(letter, None, count, None, _at(before, i, NOBODY), None, False))
    for j, letter in enumerate(found.after):
        count = int(((second.labels == j) & (first.labels == NOBODY)).sum())
        if count:
            alone.append(Flow(None, letter, count, None, None, _at(after, NOBODY, j), False))
    return (*sorted(flows, key=lambda one: -one.customers), *sorted(alone, key=lambda one: -one.customers))


def _at(table: Floats | None, row: int, column: int) -> float | None:
    return None if table is None else float(table[row, column])


# -- what else is to be said -----------------------------------------------------------------------------------


def _drifts(before: Delivery, other: Side) -> Steps[tuple[tuple[Drift, ...] | None, list[str]]]:
    """The features of the first model among the customers of the second delivery who have a segment."""
    from segtui.deliver.applied import drifts_of
    from segtui.deliver.fitting import fitted

    if before.model is None or not before.model.seen:
        return None, ["no drift is told: the first has no model.json that says how features were spread"]
    table = _unguarded((yield from read_table((other.source,))).frame)
    features = yield from fitted(before.model, table[other.rows["row"].to_numpy()], fill_missing=True)
    drifts = yield from drifts_of(before.model, features.frame, features.filled)
    told = []
    if features.filled:
        told.append(f"no drift is told of {', '.join(features.filled)}: the second file does not have it")
    return drifts, told


def _unguarded(table: pl.DataFrame) -> pl.DataFrame:
    """Names and texts without what guards them from spreadsheets."""
    texts = [unguarded(column) for column in table if column.dtype == pl.String]
    names = unguarded(pl.Series(table.columns, dtype=pl.String)).to_list()
    return table.with_columns(texts).rename({old: new for old, new in zip(table.columns, names, strict=True) if new})


def _of_models(before: Delivery, after: Delivery) -> list[str]:
    """In which features the models differ."""
    if before.model is None or after.model is None:
        return []
    then, now = ([feature.name for feature in one.features] for one in (before.model, after.model))
    said = []
    if gone := [name for name in then if name not in now]:
        said.append(f"voted only in the first: {', '.join(gone)}")
    if new := [name for name in now if name not in then]:
        said.append(f"voted only in the second: {', '.join(new)}")
    return said


def _of_revenue(one: Side, other: Side, given: str | None) -> list[str]:
    if one.revenue and other.revenue:
        if one.revenue == other.revenue:
            return []
        return [f"revenue is “{one.revenue}” in the first and “{other.revenue}” in the second"]
    lacking = [side.named for side in (one, other) if not side.revenue]
    if len(lacking) == 2 and given is None:
        return ["no column is known to be money; --revenue COLUMN names one"]
    return [f"{name} has no column of money, so its side of revenue is empty" for name in lacking]


def _nobody(one: Side, other: Side, loose: bool) -> AnalysisError:
    hint = "Compare two deliveries of the same customers, or name the column that identifies them: --id COLUMN."
    if not loose:
        padded = [key_of(side.rows["key"], True).rename("key").to_frame().unique() for side in (one, other)]
        more = padded[0].join(padded[1], on="key", how="semi").height
        if more:
            hint = f"{more:,} would match without leading zeros, blanks and “.0”: --loose-ids."
    mine, theirs = (
        some_of(side.rows["key"].unique().sort().head(EXAMPLES + 1).to_list(), EXAMPLES) for side in (one, other)
    )
    return AnalysisError(f"no customer of the first ({mine}) is in the second ({theirs})", where=other.named, hint=hint)

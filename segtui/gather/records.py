"""Tables of several rows per customer, neither orders nor events (campaigns received, tickets, reviews), to features.

What a column gives depends on what it holds: ids and names of many kinds are counted by how many different ones a
customer has, words of few kinds give a share each, numbers a mean, and the date the days since the last row. Nothing
on or after the snapshot is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segtui.gather.features import Features, level_names, snake
from segtui.gather.names import names_an_id
from segtui.results import Column, ColumnType, FeatureNote

MOST_LEVELS = 6
"""Text with up to so many different values gives one share per value."""

ROWS_PER_VALUE = 2
"""Text and ids are counted where a value stands in so many rows on average; what differs in every row is no kind."""

_ENDINGS = (
    "gz",
    "zst",
    "zip",
    "csv",
    "tsv",
    "txt",
    "json",
    "ndjson",
    "jsonl",
    "parquet",
    "feather",
    "arrow",
    "ipc",
    "xlsx",
)
_TAKEN = frozenset(
    ("visits", "events", "views", "adds", "purchases", "searches", "recency", "frequency", "monetary", "tenure")
)
"""Features of orders and events: a table of this name counts its rows under another one."""


def short_name(path: str) -> str:
    """The name of a table as features carry it: "data/Coupon Redemptions.csv.gz" -> coupon_redemptions."""
    stem = path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    while "." in stem and stem.rpartition(".")[2].lower() in _ENDINGS:
        stem = stem.rpartition(".")[0]
    return snake(stem) or "records"


@dataclass(frozen=True, eq=False, slots=True)
class _Made:
    """One feature to compute and what it means.

    value: an aggregate per customer, or the name of a column of numbers with fractions, of which the mean is wanted.
    repeats: drop the feature where it is the row count.
    """

    name: str
    value: pl.Expr | str
    unit: str
    definition: str
    count: bool = False
    repeats: bool = False


def roll_up(
    records: pl.LazyFrame,
    name: str,
    columns: tuple[Column, ...],
    roles: Mapping[str, str],
    snapshot: date,
    source: str | None = None,
) -> Features:
    """One row per customer who has a record before the snapshot.

    records: columns under the names of `columns`. name: the table's short name. roles: role -> column, with
    `customer_id` and perhaps `time`. source: the table's path for the notes; None: its short name.
    """
    if "time" in roles and not records.collect_schema()[roles["time"]].is_temporal():  # dates that are none
        roles = {role: column for role, column in roles.items() if role != "time"}
    rows, told = _before(records, name, roles, snapshot)
    count = f"{name}_records" if name in _TAKEN else name
    made = [_Made(count, pl.len().cast(pl.Int64), "rows", f"rows of {name} for the customer", count=True)]
    for column in columns:
        if column.name not in (roles["customer_id"], roles.get("time")):
            made += _of_column(rows, name, column)
    if "time" in roles:
        last = (pl.lit(snapshot) - pl.col(roles["time"]).max().dt.date()).dt.total_days()
        made.append(_Made(f"{name}_days_since_last", last, "days", "calendar days from the last row to the snapshot"))
    made = _apart(made)
    frame = _aggregated(rows, roles["customer_id"], made)
    kept = [m for m in made if not (m.repeats and frame[m.name].equals(frame[count]))]
    notes = tuple(FeatureNote(m.name, m.unit, m.definition, name if source is None else source) for m in kept)
    zero = frozenset(m.name for m in kept if m.count)
    return Features(frame.select("customer_id", *(m.name for m in kept)), notes, zero, told)


def _before(
    records: pl.LazyFrame, name: str, roles: Mapping[str, str], snapshot: date
) -> tuple[pl.LazyFrame, tuple[str, ...]]:
    """The rows of somebody before the snapshot; a row whose date is missing may be later, so it is not seen either."""
    rows = records.filter(pl.col(roles["customer_id"]).is_not_null())
    if "time" not in roles:
        return rows, ()
    when = pl.col(roles["time"])
    undated = int(rows.select(when.is_null().sum()).collect().item())
    told = f"{undated:,} rows of {name} have no {roles['time']} and are not counted: they may be after the snapshot"
    moment = datetime.combine(snapshot, time())
    return rows.filter(when.cast(pl.Datetime("us")) < moment), (told,) if undated else ()


# -- what a column gives -------------------------------------------------------------------------------------


def _of_column(rows: pl.LazyFrame, name: str, column: Column) -> list[_Made]:
    said = snake(column.name) or "column"
    if column.type is ColumnType.YES_NO:
        share = pl.col(column.name).sum() / pl.col(column.name).count()
        return [_Made(f"{name}_{said}_yes", _known(share), "share", f"share of the rows where {column.name} is yes")]
    if column.type is ColumnType.TEXT and 2 <= column.distinct <= MOST_LEVELS:
        return _shares(rows, name, column, said)
    if column.type is ColumnType.TEXT or (_whole(column) and names_an_id(column.name)):
        return _different(rows, name, column, said)
    if column.type in (ColumnType.INTEGER, ColumnType.NUMBER):
        mean = _mean(column)
        return [_Made(f"{name}_mean_{said}", mean, "as given", f"mean of {column.name} over the customer's rows")]
    return []


def _whole(column: Column) -> bool:
    return column.type in (ColumnType.INTEGER, ColumnType.NUMBER)  # ids may have been stored as 17850.0


def _different(rows: pl.LazyFrame, name: str, column: Column, said: str) -> list[_Made]:
    filled = int(rows.select(pl.col(column.name).count()).collect().item())
    if column.distinct < 2 or column.distinct * ROWS_PER_VALUE > filled:
        return []
    different = pl.col(column.name).drop_nulls().n_unique().cast(pl.Int64)
    definition = f"different values of {column.name} in the customer's rows"
    return [_Made(f"{name}_{said}", different, "values", definition, count=True, repeats=True)]


def _shares(rows: pl.LazyFrame, name: str, column: Column, said: str) -> list[_Made]:
    found = rows.select(pl.col(column.name).drop_nulls().unique()).collect()[column.name].sort().to_list()
    names = level_names(found)
    grouped = {short: [level for level in found if names[level] == short] for short in names.values()}
    value = pl.col(column.name)
    return [
        _Made(
            f"{name}_{said}_{short}",
            _known(value.is_in(levels).sum() / value.count()),
            "share",
            f"share of the rows with a {column.name} where it is {' or '.join(f'“{level}”' for level in levels)}",
        )
        for short, levels in grouped.items()
    ]


def _mean(column: Column) -> pl.Expr | str:
    """Whole numbers add up exactly in any order; others are left to `_ordered_means`."""
    value = pl.col(column.name)
    return _known(value.sum() / value.count()) if column.type is ColumnType.INTEGER else column.name


def _known(ratio: pl.Expr) -> pl.Expr:
    """A ratio over no rows is missing."""
    return pl.when(ratio.is_finite()).then(ratio)


def _apart(made: list[_Made]) -> list[_Made]:
    """The same with names that are all different."""
    seen: dict[str, int] = {}
    result = []
    for one in made:
        seen[one.name] = seen.get(one.name, 0) + 1
        name = one.name if seen[one.name] == 1 else f"{one.name}_{seen[one.name]}"
        result.append(_Made(name, one.value, one.unit, one.definition, one.count, one.repeats))
    return result


def _aggregated(rows: pl.LazyFrame, customer: str, made: list[_Made]) -> pl.DataFrame:
    """Per customer, ascending; the id is renamed first, as a feature may carry its name."""
    named = rows.with_columns(pl.col(customer).alias("__customer"))
    simple = {one.name: one.value for one in made if isinstance(one.value, pl.Expr)}
    frame = named.group_by("__customer").agg(**simple).collect()
    for one in made:
        if isinstance(one.value, str):
            means = _ordered_means(named.select("__customer", value=one.value), one.name)
            frame = frame.join(means, on="__customer", how="left")
    return frame.rename({"__customer": "customer_id"}).sort("customer_id")


def _ordered_means(values: pl.LazyFrame, name: str) -> pl.DataFrame:
    """The mean of `value` per customer, added up in ascending order: the same to the last bit in any order of rows.

    (Polars drops a sort before a mean, as it takes the order for irrelevant.)
    """
    ordered = values.drop_nulls().collect().sort("__customer", "value")
    numbers: NDArray[np.float64] = ordered["value"].cast(pl.Float64).to_numpy()
    if not len(numbers):
        return ordered.select("__customer", pl.lit(None, pl.Float64).alias(name))
    changed = (ordered["__customer"] != ordered["__customer"].shift()).fill_null(value=True).to_numpy()
    first = np.flatnonzero(changed)
    means = np.add.reduceat(numbers, first) / np.diff(np.append(first, len(numbers)))
    customers = ordered["__customer"].gather(pl.Series(first).cast(pl.get_index_type()))
    return pl.DataFrame({"__customer": customers, name: means})

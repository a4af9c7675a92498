"""Tables brought together: order lines with their headers and products, records with what they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from segtui.gather import ids, scan
from segtui.gather.ids import Side
from segtui.gather.lines import Lines, base_role, union
from segtui.gather.look import Looked
from segtui.progress import Steps
from segtui.recipe import GatherSpec
from segtui.results import Column, JoinReport, Kind


@dataclass(frozen=True, eq=False, slots=True)
class Joined:
    """Order lines with all that was joined to them. used: the tables that went into them."""

    lines: Lines
    used: frozenset[str]
    joins: tuple[JoinReport, ...]


def order_lines(
    looked: Sequence[Looked], given: dict[str, Lines], spec: GatherSpec, counted: scan.Counted | None = None
) -> Steps[Joined | None]:
    """The order lines in these tables, each with its order and its product; None where there are none.

    given: the rows of each table of lines, by its name; counted: what counts them, where they are streamed. Lines that
    do not name the customer take it from the table of orders that does. Lines are never multiplied: of repeated keys on
    the other side one row is taken.
    """
    tables = [one for one in looked if one.kind in (Kind.ORDERS, Kind.BASKETS) and one.name in given]
    headers = [one for one in tables if one.has("customer_id") and one.has("order_id") and one.whole]
    used, joins, parts = set(), [], []
    for one in tables:
        lines = given[one.name]
        if not one.has("customer_id"):
            header = next((h for h in headers if h.name != one.name), None)
            if header is None or not one.has("order_id"):
                continue
            lines, joined = yield from _with(lines, one, header, _ON_ORDER, spec, counted)
            joins.append(joined)
            used.add(header.name)
        parts.append((one.name, lines))
    parts = [(name, lines) for name, lines in parts if name not in used]
    if not parts:
        return None
    used |= {name for name, _ in parts}
    together = union([lines for _, lines in parts])
    for products in (one for one in looked if one.kind is Kind.PRODUCTS and one.has("product")):
        if together.has("product"):
            left = next(one for one in tables if one.has("product"))
            together, joined = yield from _with(together, left, products, _ON_PRODUCT, spec, counted)
            joins.append(joined)
            used.add(products.name)
    return Joined(together, frozenset(used), tuple(joins))


_ON_ORDER = ("order_id", ("customer_id", "time", "status", "country", "channel"))
_ON_PRODUCT = ("product", ("product_name", "category", "brand", "unit_price"))
"""The role that two tables have in common, and the roles that the second gives to the first."""


def _with(
    lines: Lines,
    left: Looked,
    right: Looked,
    on: tuple[str, tuple[str, ...]],
    spec: GatherSpec,
    counted: scan.Counted | None,
) -> Steps[tuple[Lines, JoinReport]]:
    """`lines` with the columns of `right` that they lack, by the column that stands for the same in both."""
    role, wanted = on
    theirs = right.lines()
    gained = [r for r in sorted(theirs.roles) if base_role(r) in wanted and r not in lines.roles]
    unique, repeated = _one_each(theirs, role, gained, spec.loose_ids)
    mine = ids.loosened(pl.col(role)) if spec.loose_ids else pl.col(role)
    asked = lines.frame.select(mine.alias("key")).unique()
    (keys,) = yield from scan.collect([asked], f"matching {right.name}", counted)
    done = "every line keeps its place; " + (
        f"of {repeated:,} repeated keys one row was taken" if repeated else "every key is there once"
    )
    joined = ids.report(
        Side(left.name, left.column(role), keys["key"]),
        Side(right.name, right.column(role), unique["key"], repeated),
        done,
        spec.loose_ids,
    )
    frame = (
        lines.frame.with_columns(mine.alias("join key"))
        .join(unique.lazy(), left_on="join key", right_on="key", how="left")
        .drop("join key")
    )
    id_name = theirs.id_name if "customer_id" in gained else lines.id_name
    return replace(lines, frame=frame, roles=lines.roles | set(gained), id_name=id_name), joined


def _one_each(theirs: Lines, role: str, gained: list[str], loose: bool) -> tuple[pl.DataFrame, int]:
    """One row per key: of several the first in the order of their values, so that the file's order does not matter."""
    key = ids.loosened(pl.col(role)) if loose else pl.col(role)
    rows = theirs.frame.select(key.alias("key"), *gained).filter(pl.col("key").is_not_null()).collect()
    repeated = rows["key"].filter(rows["key"].is_duplicated()).n_unique() if rows.height else 0
    in_order = rows.sort(["key", *gained], nulls_last=True)
    return in_order.unique("key", keep="first", maintain_order=True), repeated


def with_lookups(
    records: Looked, lookups: Sequence[Looked]
) -> tuple[pl.DataFrame, tuple[Column, ...], tuple[JoinReport, ...]]:
    """The rows of a table of records with the columns of every lookup that names one of its columns."""
    frame, columns, joins = records.table.frame, list(records.table.columns), []
    for lookup in lookups:
        named = lookup.table.frame
        shared = [name for name in frame.columns if name in named.columns]
        key = next((name for name in shared if _is_unique(named[name])), None)
        if key is None or frame[key].dtype != named[key].dtype:
            continue
        gained = named.drop([name for name in shared if name != key])
        done = "every record keeps its place"
        joins.append(ids.report(Side(records.name, key, frame[key]), Side(lookup.name, key, gained[key]), done, False))
        frame = frame.join(gained, on=key, how="left", maintain_order="left")
        columns += [column for column in lookup.table.columns if column.name in gained.columns and column.name != key]
    return frame, tuple(columns), tuple(joins)


def _is_unique(values: pl.Series) -> bool:
    return values.null_count() == 0 and values.n_unique() == values.len()

"""Who bought what, and when: purchases in the order of baskets, and the sparse table of customers and items.

Polars sorts and counts on a thread of its own (`gather.scan.in_background`), so the worker stays free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import sparse

from segtui.errors import AnalysisError
from segtui.gather import scan
from segtui.progress import Steps

if TYPE_CHECKING:
    from segtui.basketed import Numbers
    from segtui.results import Rows

DOING = "ordering purchases"


@dataclass(frozen=True, eq=False, slots=True)
class Purchases:
    """Purchases of known customers. lines: `owner`, `item` (a number into `items`), `day`, `back` (baskets of the
    customer after this one, 0 for the last), all int32, each item once a basket, sorted by owner, basket and item;
    day counts from 1970-01-01, null everywhere where nothing is dated. customers: how many there are, with or
    without purchases. nobodys, undated: baskets left out because their customer, or their day, is unknown."""

    lines: pl.DataFrame
    items: tuple[str, ...]
    customers: int
    dated: bool
    nobodys: int = 0
    undated: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Past:
    """What methods may know. counts: CSR float32 (customers, columns), baskets of a customer with an item; owned: the
    same with ones. order: the item number of each column: columns are sorted by `buyers` (customers with the item),
    most first, then by name, so that equal scores go to the more popular item. days: purchases by day of each column,
    CSR (days, columns) from `first` on; None where nothing is dated. asked: int32 (customers,), the day a
    recommendation is for."""

    counts: sparse.csr_array
    owned: sparse.csr_array
    order: Numbers
    buyers: Rows
    days: sparse.csr_array | None
    first: int
    asked: Numbers


def purchases(frame: pl.DataFrame, customers: int) -> Steps[Purchases]:
    """Order lines as purchases.

    frame: `order` (text), `item` (text), `owner` (int64, -1 unknown) and, where known, `day` (date). A customer's
    baskets are ordered by their first day, then by order: shorter texts first, so that numbers count as numbers.
    Raises AnalysisError where no customer bought anything.
    """
    return (yield from scan.in_background(lambda: _purchases(frame, customers), DOING))


def _purchases(frame: pl.DataFrame, customers: int) -> Purchases:
    if "day" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.Date).alias("day"))
    named = frame.drop_nulls(["order", "item"])
    known = named.filter(pl.col("owner") >= 0)
    baskets = known.group_by("owner", "order").agg(pl.col("day").min().cast(pl.Int32))
    dated = baskets.drop_nulls("day")
    undated = baskets.height - dated.height if dated.height else 0
    if dated.height:
        baskets = dated
    if not baskets.height:
        raise AnalysisError(
            "no customer bought anything that has a name, so there is nothing to recommend from",
            hint="Give columns the roles customer_id, order_id and product (e in Data, or the recipe).",
        )
    length = pl.col("order").str.len_chars()
    baskets = baskets.sort("owner", "day", length, "order").with_columns(
        (pl.len().over("owner") - 1 - pl.int_range(pl.len()).over("owner")).cast(pl.Int32).alias("back")
    )
    items = known["item"].unique().sort()
    numbers = pl.DataFrame({"item": items, "number": pl.Series(range(len(items)), dtype=pl.Int32)})
    lines = (
        known.select("owner", "order", "item")
        .unique()
        .join(baskets, on=["owner", "order"])
        .join(numbers, on="item")
        .select(pl.col("owner").cast(pl.Int32), pl.col("number").alias("item"), "day", "back")
        .sort("owner", "back", "item", descending=[False, True, False])
    )
    nobodys = named.filter(pl.col("owner") < 0)["order"].n_unique()
    return Purchases(lines, tuple(items), customers, bool(dated.height), nobodys, undated)


def past(bought: Purchases, known: pl.Expr, asked: Numbers) -> Steps[Past]:
    """What the lines chosen by `known` say. asked: int32 (customers,), the day each recommendation is for."""
    return (yield from scan.in_background(lambda: _past(bought, known, asked), "counting purchases"))


def _past(bought: Purchases, known: pl.Expr, asked: Numbers) -> Past:
    lines = bought.lines.filter(known)
    width = len(bought.items)
    pairs = lines.group_by("owner", "item").len()
    buyers = np.bincount(pairs["item"].to_numpy(), minlength=width).astype(np.int64)
    order = np.argsort(-buyers, kind="stable").astype(np.int32)
    columns = pl.DataFrame({"item": order, "column": np.arange(width, dtype=np.int32)})
    pairs = pairs.join(columns, on="item").sort("owner", "column")
    counts = rows_of(pairs["owner"].to_numpy(), pairs["column"].to_numpy(), (bought.customers, width))
    counts.data[:] = pairs["len"].to_numpy()
    owned = counts.copy()
    owned.data[:] = 1
    days, first = None, 0
    if bought.dated and lines.height:
        first = int(lines["day"].min())  # type: ignore[arg-type]
        daily = lines.group_by("day", "item").len().join(columns, on="item").sort("day", "column")
        rows = daily["day"].to_numpy() - first
        days = rows_of(rows, daily["column"].to_numpy(), (int(rows[-1]) + 1, width))
        days.data[:] = daily["len"].to_numpy()
    return Past(counts, owned, order, buyers[order], days, first, asked)


def rows_of(row: Numbers, column: Numbers, shape: tuple[int, int]) -> sparse.csr_array:
    """A sparse table of float32 ones from places sorted by row, then column, each once."""
    starts = np.zeros(shape[0] + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=shape[0]), out=starts[1:])
    ones = np.ones(len(row), dtype=np.float32)
    return sparse.csr_array((ones, np.ascontiguousarray(column), starts), shape=shape)

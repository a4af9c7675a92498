"""The lines of sale: who bought what, when, how much of it and for how much, as customers were made of them.

Lines count as the recipe's cleaning steps say, and none from the holdout, which are asked for apart. What a source does
not say is null.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from segtui.errors import AnalysisError
from segtui.gather import scan
from segtui.gather.baskets import ITEM, ORDER, item_of, order_of, owned
from segtui.gather.cleaning import KEPT, LATER, OUT
from segtui.gather.leftout import marked_lines
from segtui.gather.lines import Lines, discounted, paid
from segtui.gather.look import Held
from segtui.gather.rolling import discount_is_share
from segtui.progress import Steps
from segtui.recipe import GatherSpec
from segtui.results import Dataset

DAY, QUANTITY, UNIT_PRICE, AMOUNT, DISCOUNT, COUNTRY = "day", "quantity", "unit_price", "amount", "discount", "country"

DOING = "reading sales"


@dataclass(frozen=True, eq=False, slots=True)
class Sales:
    """frame: ORDER and ITEM (text), OWNER (the position of the customer in canonical order, -1 where nobody is known),
    DAY (date), QUANTITY, UNIT_PRICE (of one piece as charged before discounts), AMOUNT (paid for the line), DISCOUNT
    (the share of the full price that was taken off) as Float64, COUNTRY (text); in no particular order. told: which of
    these the source says something of."""

    frame: pl.DataFrame
    told: frozenset[str]


def sales(dataset: Dataset, spec: GatherSpec, held: Held | None = None) -> Steps[Sales]:
    """Every line of sale behind a dataset made of orders. Raises AnalysisError where there are none."""
    lines, marked = yield from marked_lines(dataset, spec, held)
    return (yield from _collected(dataset, spec, lines, marked.filter(pl.col(OUT) == KEPT)))


def sales_of_holdout(dataset: Dataset, spec: GatherSpec, held: Held | None = None) -> Steps[Sales]:
    """The lines of sale of the holdout: after the same cleaning, from the snapshot on and before the end of the window.

    Owners are customers of `dataset`: whoever came first in the holdout is -1. Raises AnalysisError where there is no
    holdout.
    """
    window = None if dataset.rollup is None else dataset.rollup.holdout
    if window is None:
        raise AnalysisError("no orders were kept apart", hint="Set a holdout in the Data pane, or with --holdout DAYS.")
    lines, marked = yield from marked_lines(dataset, spec, held)
    start, end = (pl.lit(day) for day in window)
    later = marked.filter((pl.col(OUT) == LATER) & (pl.col("time") >= start) & (pl.col("time") < end))
    return (yield from _collected(dataset, spec, lines, later))


def _collected(dataset: Dataset, spec: GatherSpec, lines: Lines, wanted: pl.LazyFrame) -> Steps[Sales]:
    """The lines `wanted`; what a discount is is told from all, as where customers are made, so that sums agree."""
    is_share = yield from discount_is_share(lines)
    columns = {
        ORDER: _or_null(lambda: order_of(lines)[0], pl.String),
        ITEM: _or_null(lambda: item_of(lines.roles, "product")[0], pl.String),
        DAY: pl.col("time").cast(pl.Date) if lines.has("time") else pl.lit(None, dtype=pl.Date),
        QUANTITY: _role(lines, "quantity", pl.Float64),
        UNIT_PRICE: _role(lines, "unit_price", pl.Float64),
        AMOUNT: paid(lines, is_share).cast(pl.Float64) if lines.paid else pl.lit(None, dtype=pl.Float64),
        DISCOUNT: _share_off(lines, is_share),
        COUNTRY: _role(lines, "country", pl.String),
    }
    asked = wanted.select(*(column.alias(name) for name, column in columns.items()), "key")
    counted = scan.Counted()
    (found,) = yield from scan.collect([counted.through(asked)], DOING, counted)
    frame = owned(found, dataset, spec.loose_ids, tuple(columns))
    return Sales(frame, frozenset(name for name in columns if frame[name].null_count() < frame.height))


def _role(lines: Lines, role: str, kind: type[pl.DataType]) -> pl.Expr:
    return pl.col(role).cast(kind) if lines.has(role) else pl.lit(None, dtype=kind)


def _or_null(make: Callable[[], pl.Expr], kind: type[pl.DataType]) -> pl.Expr:
    """What the lines do not say is null here: whoever needs it says so."""
    try:
        return make()
    except AnalysisError:
        return pl.lit(None, dtype=kind)


def _share_off(lines: Lines, is_share: bool) -> pl.Expr:
    """Discounts over the price without them."""
    off = discounted(lines, is_share)
    if off is None or not lines.paid:
        return pl.lit(None, dtype=pl.Float64)
    full = paid(lines, is_share) + off
    return pl.when(full > 0).then(off / full)

"""Order lines as prices are read from them: a price per piece, a week, a quantity tier, and one fixed order.

Tiers are fixed bands of pieces, as bulk prices break at the dozen and its doubles in wholesale. On Online Retail price
and quantity of a line correlate at -.27 (logs) within an item and week; within item, week and these tiers, at -.01. The
bands were chosen among eight tried on that shop (the others leave -.004 to -.16), so another shop may fit them less.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.errors import AnalysisError
from segtui.gather.scan import in_background
from segtui.progress import Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Rows

TIERS = (2.0, 6.0, 12.0, 24.0, 48.0, 96.0)
"""Pieces at which the next tier begins."""

TIER_NAMES = ("1 piece", "2-5", "6-11", "12-23", "24-47", "48-95", "96 or more")

CENT = 0.005
"""An amount within this of price times pieces says the same as the price does."""

DIGITS = 6
"""Decimals of a price that count: 15.30 for 6 pieces and 2.55 a piece are one price."""

DOING = "reading prices"

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False, slots=True)
class PriceLines:
    """Lines with a price, by item, week and price (and then everything else, so that the order of rows cannot matter).

    item: its number by name; week: Monday weeks since 1970; price: paid for a piece; quantity: pieces; owner: position
    of the customer, -1 unknown; new: whether the line is the buyer's first of this item in this week (a buyer nobody
    knows is his order); tier: into TIER_NAMES; discount: share, NaN unknown; day: days since 1970. left_out: (lines,
    why). countries: how many different ones.
    """

    item: Rows
    week: Rows
    price: Floats
    quantity: Floats
    owner: Rows
    new: NDArray[np.bool_]
    tier: Rows
    discount: Floats
    day: Rows
    items: int
    left_out: tuple[tuple[int, str], ...]
    countries: int

    @property
    def paid(self) -> Floats:
        """What was paid for each line."""
        return self.price * self.quantity

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return _EPOCH + timedelta(int(self.day.min())), _EPOCH + timedelta(int(self.day.max()))


def price_lines(frame: pl.DataFrame) -> Steps[PriceLines]:
    """The lines of `frame` that carry a price; columns order, item, owner, day, quantity, unit_price, amount, and
    perhaps discount and country. Raises AnalysisError where no line carries one."""
    return (yield from in_background(lambda: _read(frame), DOING, expected=frame.height))


def _read(frame: pl.DataFrame) -> PriceLines:
    known, left_out = _known(_with_price(frame))
    if not known.height:
        told = "; ".join(f"{count:,} lines {why}" for count, why in left_out)
        raise AnalysisError(
            f"no order line carries a price: {told or 'there are none'}",
            hint="Prices need columns with the roles product, time, quantity, and unit_price or amount (e in Data).",
        )
    names = known["item"].unique().sort()
    coded = known.with_columns(pl.col("item").cast(pl.Enum(names)).to_physical().cast(pl.Int64), _buyer(known))
    days = pl.col("day").cast(pl.Date).cast(pl.Int32).cast(pl.Int64)
    coded = coded.with_columns(days.alias("day"), ((days + 3) // 7).alias("week"))
    order = ["item", "week", "price", "quantity", "buyer", "day", "discount", "owner"]
    ordered = coded.select(order).sort(order)
    first = pl.struct("item", "week", "buyer").is_first_distinct().alias("new")
    new = ordered.select(first)["new"].to_numpy()
    quantity = ordered["quantity"].to_numpy()
    whole = {name: ordered[name].to_numpy() for name in ("item", "week", "price", "owner", "discount", "day")}
    tier = np.searchsorted(np.array(TIERS), quantity, side="right").astype(np.int64)
    countries = known["country"].drop_nulls().n_unique()
    return PriceLines(
        **whole, quantity=quantity, new=new, tier=tier, items=len(names), left_out=left_out, countries=countries
    )


def _with_price(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns typed and complete, with `price`: the unit price, or amount over pieces where they differ."""
    missing = {"discount": pl.Float64, "country": pl.String}
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in missing.items() if name not in frame.columns]
    numbers = [pl.col(name).cast(pl.Float64).fill_nan(None) for name in ("quantity", "unit_price", "amount")]
    typed = frame.with_columns(absent).with_columns(numbers)
    typed = typed.with_columns(pl.col("discount").cast(pl.Float64).fill_null(float("nan")))
    each = pl.col("amount") / pl.col("quantity")
    same = (pl.col("amount") - pl.col("unit_price") * pl.col("quantity")).abs() <= CENT
    price = pl.when(pl.col("amount").is_null() | same).then(pl.col("unit_price")).otherwise(each)
    return typed.with_columns(price.round(DIGITS).alias("price"))


def _known(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[tuple[int, str], ...]]:
    """The lines that can be used, and how many cannot for which reason (the first that holds)."""
    reasons = (
        (pl.col("item").is_null(), "name no item"),
        (pl.col("day").is_null(), "have no day"),
        (~(pl.col("quantity") > 0).fill_null(value=False), "have no pieces above 0"),
        (~((pl.col("price") > 0) & pl.col("price").is_finite()).fill_null(value=False), "have no price above 0"),
    )
    left_out = []
    for wrong, why in reasons:
        kept = frame.filter(~wrong)
        if kept.height < frame.height:
            left_out.append((frame.height - kept.height, why))
        frame = kept
    return frame, tuple(left_out)


def _buyer(known: pl.DataFrame) -> pl.Expr:
    """A number per buyer: the customer, or the order of one whom nobody knows."""
    if int((known["owner"] < 0).sum()) == 0:
        return pl.col("owner").alias("buyer")
    order = pl.col("order").rank("dense").cast(pl.Int64).fill_null(0)
    return pl.when(pl.col("owner") >= 0).then(pl.col("owner")).otherwise(-1 - order).alias("buyer")

"""Order lines to customers: one grouped query over all lines, then arithmetic on one row per customer.

Every feature is defined once, in `_DEFINITIONS`, with its unit; a feature that the lines cannot carry (no time, no
product …) is not made. Features see the lines that cleaning keeps, and the returns: what is sent back tells about a
customer even where its lines are left out.

Orders and when they were placed are kept per customer as one list of whole numbers, an hour and 42 bits of a hash of
the order's number: a customer would need a hundred thousand orders for two of them to be taken for one with a chance of
one in a thousand. An order whose lines lie in several hours was placed in the first of them. Without numbers of
orders every hour with a line counts once in shares of order times. Distinct products are counted by 64-bit hashes. That
keeps a gigabyte of order lines in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from segtui.gather import cleaning
from segtui.gather.cleaning import KEPT, OUT
from segtui.gather.ids import WRITTEN
from segtui.gather.lines import MICRO, Lines, discounted, micro, paid, whole
from segtui.results import FeatureNote

RECENT = 90
"""Days of the two windows that `trend` compares."""

EVENING = 18
"""The hour from which an order counts as placed in the evening."""

_NO_TIME = 0
_FIRST_HOUR = 1 << 20
"""Hours are counted from 120 years before 1970, so that all are above 0, which stands for no time."""

_ORDER_BITS = 42
"""A moment is the hour of a line, with so many bits of a hash of its order behind it."""

_DEFINITIONS: dict[str, tuple[str, str]] = {
    "recency": ("days", "calendar days from the last order to the snapshot"),
    "frequency": ("orders", "different orders"),
    "monetary": ("money", "paid for all orders, after discounts, before returns"),
    "average_order_value": ("money", "monetary / frequency"),
    "tenure": ("days", "calendar days from the first order to the snapshot"),
    "typical_gap": ("days", "median of the days between successive days with an order; missing with one such day"),
    "gap_spread": ("days", "standard deviation of those days; missing below two gaps"),
    "trend": (
        "from -1 to 1",
        f"days with an order in the last {RECENT} days against the {RECENT} days before: "
        "(recent - earlier) / (recent + earlier); 0 where there is none in either",
    ),
    "units_per_order": ("pieces", "pieces bought / frequency"),
    "lines_per_order": ("lines", "order lines / frequency"),
    "distinct_products": ("products", "different products bought"),
    "distinct_categories": ("categories", "different categories bought"),
    "top_category_share": ("share", "share of what was paid for lines with a category in the customer's own largest"),
    "return_rate": ("share", "pieces sent back / pieces bought; may exceed 1 where older purchases came back"),
    "discount_share": ("share", "discounts / (paid + discounts)"),
    "weekend_share": ("share", "share of the orders placed on a Saturday or Sunday"),
    "evening_share": ("share", f"share of the orders placed from {EVENING}:00 to midnight"),
    "first_order": ("day", "day of the first order"),
    "last_order": ("day", "day of the last order"),
    "country": ("", "country of the latest order"),
}  # fmt: skip
"""Feature -> (unit, definition), in the order of the customer table."""

ZERO_WITHOUT_ORDERS = frozenset(("frequency", "monetary"))
"""Features that are 0, and not missing, for a customer who never ordered."""


@dataclass(frozen=True, slots=True)
class View:
    """What of the lines may be seen, and how money is read.

    cut: the day from which on no line counts; None: all count. until: the end of the holdout window that starts at
    `cut`; None: there is none. discount_is_share: whether discounts are shares of the price rather than amounts.
    """

    cut: date | None = None
    until: date | None = None
    discount_is_share: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Rolled:
    """Order features. frame: customer_id and the features, by customer_id, also of customers without an order that
    counts (frequency 0). first_day, last_day: of the lines kept."""

    frame: pl.DataFrame
    notes: tuple[FeatureNote, ...]
    orders: int
    revenue: float
    first_day: date | None
    last_day: date | None
    outcome: pl.DataFrame | None


# -- queries -------------------------------------------------------------------------------------------------


def customer_key(keep_guests: bool) -> pl.Expr:
    """Who a line belongs to; with `keep_guests` an order without a customer is a customer of its own."""
    key = pl.col("customer_id")
    if not keep_guests:
        return key
    return pl.coalesce(key.cast(pl.String), pl.lit("order ") + pl.col("order_id"))


def marked(lines: Lines, marks: pl.Expr, keep_guests: bool) -> pl.LazyFrame:
    """The lines with their mark (`cleaning.OUT`) and their customer (`key`)."""
    return lines.frame.with_columns(marks).with_columns(customer_key(keep_guests).alias("key"))


def queries(lines: Lines, all_lines: pl.LazyFrame, view: View) -> dict[str, pl.LazyFrame]:
    """The queries that `finish` needs the answers of; `somebodys` takes nobody's row from each.

    all_lines: from `marked`.
    They share one pass over the lines as long as none has a filter that Polars can push down below the marks, such as
    one on the customer or on the time: for that one the file would be read again.
    """
    whose = all_lines.with_columns(pl.col("key").is_not_null().alias("somebody")).filter("somebody")
    found = {"customers": whose.group_by("key").agg(_aggregates(lines, view))}
    if view.until is not None and view.cut is not None:  # for both that follow, or they would not share a pass
        inside = (pl.col("time") >= pl.lit(view.cut)) & (pl.col("time") < pl.lit(view.until))
        all_lines = all_lines.with_columns(inside.alias("inside"))
    if lines.has("category") and lines.paid:
        spend = micro(paid(lines, view.discount_is_share)).sum().alias("spend")
        by_category = all_lines.filter(pl.col(OUT) == KEPT).group_by("key", "category").agg(spend)
        known = pl.col("spend").filter(pl.col("category").is_not_null())
        found["categories"] = by_category.group_by("key").agg(
            pl.col("category").count().alias("categories"), known.max().alias("top"), known.sum().alias("known")
        )
    if view.until is not None and view.cut is not None:
        found["outcome"] = _outcome(lines, all_lines, view.discount_is_share)
    return found


def somebodys(answers: pl.DataFrame) -> pl.DataFrame:
    """The answers to one of `queries` without the row of lines that belong to nobody."""
    return answers.filter(pl.col("key").is_not_null())


def _kept(values: pl.Expr) -> pl.Expr:
    return pl.when(pl.col(OUT) == KEPT).then(values)


def _order_hash(lines: Lines) -> pl.Expr:
    """What tells orders of one customer apart: a hash of the order's number; 0 without one."""
    if not lines.has("order_id"):
        return pl.lit(0, dtype=pl.Int64)
    return (pl.col("order_id").hash() // (1 << (64 - _ORDER_BITS))).cast(pl.Int64)


def _hour() -> pl.Expr:
    """Hours, all above 0; 0 for a line without a time."""
    hours = pl.col("time").cast(pl.Datetime("us")).dt.timestamp("us") // 3_600_000_000
    return (hours + _FIRST_HOUR).clip(1, 2 * _FIRST_HOUR - 1).fill_null(_NO_TIME)


def _moment(lines: Lines) -> pl.Expr:
    """When and in which order a line was; see the module."""
    hour = _hour() if lines.has("time") else pl.lit(_NO_TIME, dtype=pl.Int64)
    return hour * (1 << _ORDER_BITS) + _order_hash(lines)


def _orders_in(lines: Lines) -> pl.Expr:
    """How many orders a list of `_moment` holds: numbers of orders, else days; without both every line is one."""
    if lines.has("order_id"):
        return pl.col("moments").list.eval(pl.element() % (1 << _ORDER_BITS)).list.n_unique()
    if lines.has("time"):
        return pl.col("moments").list.eval((pl.element() // (1 << _ORDER_BITS)) // 24).list.n_unique()
    return pl.col("lines")


def _aggregates(lines: Lines, view: View) -> list[pl.Expr]:
    """Everything summed or counted per customer. Where lines are left out, a null stands for them."""
    kept = pl.col(OUT) == KEPT
    found = [
        pl.len().alias("all lines"),
        kept.sum().alias("lines"),
        _kept(_moment(lines)).unique().alias("moments"),
    ]
    if lines.loose:
        found.append(pl.col(WRITTEN).min())
    if lines.paid:
        found.append(_kept(micro(paid(lines, view.discount_is_share))).sum().alias("paid"))
    if (off := discounted(lines, view.discount_is_share)) is not None and lines.paid:
        found.append(_kept(micro(off)).sum().alias("off"))
    if lines.has("quantity"):
        found.append(_kept(micro(pl.col("quantity"))).sum().alias("units"))
        found.append(_sent_back("quantity", lines, view).alias("sent back"))
    elif lines.has("amount"):
        found.append(_sent_back("amount", lines, view).alias("sent back"))
    if lines.has("product"):
        product = pl.when((pl.col(OUT) == KEPT) & pl.col("product").is_not_null()).then(pl.col("product").hash())
        found.append(product.n_unique().alias("products"))
        found.append(product.count().alias("with product"))
    if lines.has("country"):
        found.append(_kept(_place(lines)).max().alias("place"))
    return found


def _sent_back(role: str, lines: Lines, view: View) -> pl.Expr:
    """What returns sum up to, as far as any feature may see them: a return mostly carries the mark of a step, not that
    of being too late, so its day is looked at."""
    back = pl.col(role) < 0
    if view.cut is not None and lines.has("time"):
        back &= pl.col("time") < pl.lit(view.cut)
    return pl.when(back).then(micro(-pl.col(role))).sum()


_PLACE_BITS = 32
_FIRST_MINUTE = 60 * _FIRST_HOUR


def _place(lines: Lines) -> pl.Expr:
    """The country of a line behind its minute, by a hash: the largest is that of the latest order."""
    minute = pl.lit(0, dtype=pl.Int64)
    if lines.has("time"):
        minutes = pl.col("time").cast(pl.Datetime("us")).dt.timestamp("us") // 60_000_000 + _FIRST_MINUTE
        minute = minutes.clip(1, 2 * _FIRST_MINUTE - 1).fill_null(0)
    return minute * (1 << _PLACE_BITS) + _country_hash(pl.col("country"))


def _country_hash(country: pl.Expr) -> pl.Expr:
    """Null where there is no country."""
    return pl.when(country.is_not_null()).then((country.hash() // (1 << (64 - _PLACE_BITS))).cast(pl.Int64))


def _countries(sums: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """The sums with the country of the latest order of every customer."""
    known = pl.DataFrame({"country": names.drop_nulls().cast(pl.String)}).with_columns(
        _country_hash(pl.col("country")).alias("hash")
    )
    latest = sums.with_columns((pl.col("place") % (1 << _PLACE_BITS)).alias("hash"))
    return latest.join(known.unique("hash"), on="hash", how="left", maintain_order="left").drop("hash")


def _outcome(lines: Lines, all_lines: pl.LazyFrame, shares: bool) -> pl.LazyFrame:
    """What happened from the snapshot on: lines that carry LATER have passed every step of cleaning."""
    asked = [_moment(lines).unique().alias("moments"), pl.len().alias("lines")]
    if lines.paid:
        asked.append(micro(paid(lines, shares)).sum().alias("spend"))
    return (
        all_lines.filter((pl.col(OUT) == cleaning.LATER) & pl.col("inside"))
        .group_by("key")
        .agg(asked)
        .with_columns(_orders_in(lines).cast(pl.Int64).alias("orders"))
        .drop("moments", "lines")
    )


# -- from sums to features -----------------------------------------------------------------------------------


def finish(
    lines: Lines, found: dict[str, pl.DataFrame], snapshot: date | None, source: str, countries: pl.Series
) -> Rolled:
    """The features, from the answers of `queries`. snapshot: None where the lines have no time. countries: all there
    are, where lines have one."""
    sums = found["customers"].sort("key").with_columns(pl.col("moments").list.drop_nulls())
    if "categories" in found:
        sums = sums.join(found["categories"], on="key", how="left", maintain_order="left")
    sums = sums.with_columns(_orders_in(lines).cast(pl.Int64).alias("orders"))
    if lines.has("time"):
        sums = _with_days(sums, lines.has("order_id"))
    if lines.has("country"):
        sums = _countries(sums, countries)
    made = _features(lines, sums.columns, snapshot)
    some = pl.col("lines") > 0
    ordered = [
        (made[name] if name in ZERO_WITHOUT_ORDERS else pl.when(some).then(made[name])).alias(name)
        for name in _DEFINITIONS
        if name in made
    ]
    written = [WRITTEN] if lines.loose else []
    frame = sums.select(pl.col("key").alias("customer_id"), *written, *ordered)
    bought = sums.filter(pl.col("lines") > 0)
    notes = tuple(
        FeatureNote(name, *_DEFINITIONS[name], source) for name in _DEFINITIONS if name in frame.columns
    )  # fmt: skip
    first, last = (
        (bought.select(pl.col("first").min(), pl.col("last").max()).row(0)) if lines.has("time") else (None,) * 2
    )
    revenue = int(bought["paid"].sum()) / MICRO if lines.paid else 0.0
    return Rolled(frame, notes, int(bought["orders"].sum()), revenue, first, last, _outcome_frame(found))


def last_day(found: pl.DataFrame) -> date | None:
    """The last day with a line that counts, from the grouped sums; None where none has a date."""
    latest = found["moments"].list.max().max()
    hour = latest // (1 << _ORDER_BITS) if isinstance(latest, int) else _NO_TIME
    return None if hour == _NO_TIME else date(1970, 1, 1) + timedelta(days=(hour - _FIRST_HOUR) // 24)


def _outcome_frame(found: dict[str, pl.DataFrame]) -> pl.DataFrame | None:
    if "outcome" not in found:
        return None
    outcome = found["outcome"].rename({"key": "customer_id"}).sort("customer_id")
    if "spend" in outcome.columns:
        return outcome.with_columns(whole(pl.col("spend")))
    return outcome.with_columns(pl.lit(0.0).alias("spend"))


def _with_days(sums: pl.DataFrame, numbered: bool) -> pl.DataFrame:
    """The hours in which orders were placed, the days with an order, sorted, the days' gaps, the first and the last.

    All count from 1970. numbered: whether orders have numbers.
    """
    element = pl.element()
    hours = pl.col("moments").list.eval((element // (1 << _ORDER_BITS)).filter(element // (1 << _ORDER_BITS) > 0))
    dated = sums.with_columns(hours.list.eval(element - _FIRST_HOUR).alias("hours"))
    return (
        dated.with_columns(pl.col("hours").list.eval((element // 24).cast(pl.Int32).unique().sort()).alias("days"))
        .with_columns(_placed(sums) if numbered else pl.col("hours"))
        .with_columns(
            pl.col("days").list.eval(element.diff(null_behavior="drop")).alias("gaps"),
            pl.col("days").list.first().cast(pl.Date).alias("first"),
            pl.col("days").list.last().cast(pl.Date).alias("last"),
        )
    )


def _placed(sums: pl.DataFrame) -> pl.Series:
    """The hour in which each order was placed, that of its first line; per customer, in the order of `sums`."""
    moment = pl.col("moments")
    placed = (
        sums.lazy()
        .select("key", "moments")
        .explode("moments")
        .filter(moment // (1 << _ORDER_BITS) > 0)
        .group_by("key", moment % (1 << _ORDER_BITS))
        .agg((moment // (1 << _ORDER_BITS) - _FIRST_HOUR).min().alias("hours"))
        .group_by("key")
        .agg("hours")
    )
    return sums.lazy().select("key").join(placed, on="key", how="left", maintain_order="left").collect()["hours"]


def _features(lines: Lines, have: list[str], snapshot: date | None) -> dict[str, pl.Expr]:
    """Feature -> how it comes from the sums."""
    orders = pl.col("orders")
    made: dict[str, pl.Expr] = {"frequency": orders, "lines_per_order": pl.col("lines") / orders}
    if "paid" in have:
        money = whole(pl.col("paid"))
        made |= {"monetary": money, "average_order_value": money / orders}
    if "off" in have:
        full = pl.col("paid") + pl.col("off")
        made["discount_share"] = pl.when(full > 0).then(pl.col("off") / full)
    if "units" in have:
        made["units_per_order"] = whole(pl.col("units")) / orders
        made["return_rate"] = pl.when(pl.col("units") > 0).then(pl.col("sent back") / pl.col("units"))
    elif "sent back" in have:
        made["return_rate"] = pl.when(pl.col("paid") > 0).then(pl.col("sent back") / pl.col("paid"))
    if "products" in have:
        made["distinct_products"] = pl.col("products").cast(pl.Int64) - (
            pl.col("with product") < pl.col("all lines")
        ).cast(pl.Int64)
    if "categories" in have:
        made["distinct_categories"] = pl.col("categories").fill_null(0).cast(pl.Int64)
        made["top_category_share"] = pl.when(pl.col("known") > 0).then(pl.col("top") / pl.col("known"))
    if "country" in have:
        made["country"] = pl.col("country")
    if snapshot is not None and "days" in have:
        made |= _in_time(lines, snapshot)
    return made


def _in_time(lines: Lines, snapshot: date) -> dict[str, pl.Expr]:
    today = (snapshot - date(1970, 1, 1)).days
    gaps, hours, element = pl.col("gaps"), pl.col("hours"), pl.element()
    ago = pl.lit(today) - element
    recent = pl.col("days").list.eval((ago <= RECENT).sum()).list.first().cast(pl.Int64)
    both = pl.col("days").list.eval((ago <= 2 * RECENT).sum()).list.first().cast(pl.Int64)
    weekday = (element // 24 + 3) % 7  # 1970 began on a Thursday; Monday is 0
    made = {
        "recency": (pl.lit(today) - pl.col("days").list.last()).cast(pl.Int64),
        "tenure": (pl.lit(today) - pl.col("days").list.first()).cast(pl.Int64),
        "typical_gap": gaps.list.median(),
        "gap_spread": pl.when(gaps.list.len() >= 2).then(gaps.list.std(ddof=0)),
        "trend": pl.when(both > 0).then((2 * recent - both) / both).otherwise(0.0),
        "weekend_share": hours.list.eval((weekday >= 5).mean()).list.first(),
        "first_order": pl.col("first"),
        "last_order": pl.col("last"),
    }
    if lines.frame.collect_schema()["time"] != pl.Date:
        made["evening_share"] = hours.list.eval((element % 24 >= EVENING).mean()).list.first()
    return made

"""Sums and shares of order lines, as `gather.orders` makes them."""

from __future__ import annotations

import polars as pl


def millionths(values: pl.Expr) -> pl.Expr:
    """Money and pieces as whole millionths, whose sum does not depend on the order of lines."""
    return (values * 1_000_000).round().cast(pl.Int64, strict=False)


def whole(name: str) -> pl.Expr:
    """A sum of millionths as the number it stands for."""
    return (pl.col(name) / 1_000_000).round(6)


def share_of(part: pl.Expr, total: pl.Expr) -> pl.Expr:
    """A share, where there is anything to have a share of."""
    return pl.when(total > 0).then(part / total)


def gaps() -> pl.Expr:
    """The days between successive days with an order."""
    return pl.col("days").list.eval(pl.element().diff(null_behavior="drop").dt.total_days())


def gap_spread() -> pl.Expr:
    """Their standard deviation; none below two gaps."""
    return pl.when(gaps().list.len() >= 2).then(gaps().list.std(ddof=0))


def trend(ago: pl.Expr, window: int) -> pl.Expr:
    """Days with an order in the last window against those in the one before, from -1 to 1."""
    recent = ago.list.eval((pl.element() <= window).sum()).list.first().cast(pl.Int64)
    both = ago.list.eval((pl.element() <= 2 * window).sum()).list.first().cast(pl.Int64)
    return pl.when(both > 0).then((2 * recent - both) / both).otherwise(0.0)


def latest_country(minute: pl.Expr) -> pl.Expr:
    """The country of the last order line that has one; of several in one minute always the same."""
    known = pl.col("country").is_not_null()
    place = pl.struct(minute.fill_null(0), pl.col("country").hash() // (1 << 32))
    return pl.col("country").filter(known).sort_by(place.filter(known)).last()


def minutes() -> pl.Expr:
    """The minute of an order line."""
    return pl.col("time").cast(pl.Datetime("us")).dt.timestamp("us") // 60_000_000

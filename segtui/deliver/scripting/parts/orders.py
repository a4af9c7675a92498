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


def spread_of(gaps: pl.Expr) -> pl.Expr:
    """The standard deviation of the days between orders; none below two gaps."""
    return pl.when(gaps.list.len() >= 2).then(gaps.list.std(ddof=0))


def trend(ago: pl.Expr, window: int) -> pl.Expr:
    """Days with an order in the last window against those in the one before, from -1 to 1."""
    recent = ago.list.eval((pl.element() <= window).sum()).list.first().cast(pl.Int64)
    both = ago.list.eval((pl.element() <= 2 * window).sum()).list.first().cast(pl.Int64)
    return pl.when(both > 0).then((2 * recent - both) / both).otherwise(0.0)

"""Baskets that are listed in one cell, a row each ("milk, bread, butter"): what stands between the items, and each of
them on a line of its own."""

from __future__ import annotations

import polars as pl

SEPARATORS = (";", "|", ",")

ENOUGH, TWICE = 0.3, 2
"""Share of baskets with more than one item that it takes, and how often an item must be there on average."""

LOOKED_AT = 20_000
"""Rows that tell what stands between items."""


def separator_of(orders: pl.Series, cells: pl.Series) -> str:
    """What stands between the items of a cell; empty where a row is not a whole basket.

    That is where every basket has one row, and cells split into texts that come again and in different numbers ("Oslo,
    Norway" is always two).
    """
    if cells.dtype != pl.String or not len(orders) or orders.null_count() or orders.n_unique() < len(orders):
        return ""
    texts = cells.head(LOOKED_AT).drop_nulls()
    for separator in SEPARATORS:
        parts = texts.str.split(separator)
        several = (parts.list.len() > 1).sum()
        if several < ENOUGH * len(texts) or not several or parts.list.len().n_unique() < 2:
            continue
        items = parts.explode().str.strip_chars()
        if items.n_unique() * TWICE <= len(items):
            return separator
    return ""


def one_each(frame: pl.LazyFrame, column: str, separator: str) -> pl.LazyFrame:
    """The items of a column on lines of their own; as it is where nothing stands between them."""
    return frame.with_columns(pl.col(column).str.split(separator)).explode(column) if separator else frame

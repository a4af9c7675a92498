"""Order lines as `Baskets`: the same whatever the order of rows.

Items are numbered by name and baskets by id, both in the order of their characters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.basketed import Baskets, Encoded
from segtui.baskets.ordering import in_order
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.basketed import Counts

LINES = 1 << 15
"""Order lines looked at between two stops."""

DOING = "reading baskets"

_ORDER, _ITEM, _OWNER = "order", "item", "owner"


def from_lines(
    lines: pl.DataFrame, order: str, item: str, owner: str | None = None, orders: pl.Series | None = None
) -> Steps[Encoded]:
    """Baskets of order lines.

    order, item: columns of `lines` that name the basket and what is in it, of any type that can be written as text.
    owner: a column with the position of the customer, -1 or null where nobody is known; a basket of several customers
    goes to the lowest position. orders: ids of every basket, where those without a line are to be kept empty; ids of
    lines that are not among them count too. Lines without an id or an item (null, or nothing but blanks) are left
    out and counted; an item twice in a basket is in it once. Memory: the keys of all lines, 8 bytes each, three times.
    """
    names, ids = yield from _names(lines, order, item, orders)
    coder = (pl.col(_ORDER).cast(pl.Enum(ids)).to_physical(), pl.col(_ITEM).cast(pl.Enum(names)).to_physical())
    columns = [pl.col(order).cast(pl.String).alias(_ORDER), pl.col(item).cast(pl.String).alias(_ITEM)]
    if owner is not None:
        columns.append(pl.col(owner).cast(pl.Int64).alias(_OWNER))
    keys: list[Counts] = []
    owners = np.full(len(ids), np.iinfo(np.int64).max) if owner is not None else None
    no_order = no_item = 0
    for start in range(0, lines.height, LINES):
        piece = lines[start : start + LINES].select(columns)
        nameless = piece.select(_blank(_ORDER), _blank(_ITEM) & ~_blank(_ORDER)).sum().row(0)
        no_order, no_item = no_order + nameless[0], no_item + nameless[1]
        piece = piece.filter(~_blank(_ORDER) & ~_blank(_ITEM))
        if owners is not None:
            known = piece.filter(pl.col(_OWNER) >= 0)
            np.minimum.at(owners, known.select(coder[0]).to_series().to_numpy(), known[_OWNER].to_numpy())
        codes = piece.select(*coder)
        keys.append(codes[_ORDER].to_numpy().astype(np.int64) * len(names) + codes[_ITEM].to_numpy())
        done = min(start + LINES, lines.height)
        yield Progress(DOING, 0.2 + 0.5 * done / lines.height, f"{done:,} lines")
    starts, index, repeated = yield from _sparse(keys, len(ids), len(names))
    if owners is not None:
        owners[owners == np.iinfo(np.int64).max] = -1
    baskets = Baskets(tuple(names), starts, index, owners, tuple(ids))
    return Encoded(baskets, no_order, no_item, repeated)


def _blank(column: str) -> pl.Expr:
    """Whether a line has nothing there."""
    return pl.col(column).is_null() | (pl.col(column).str.strip_chars() == "")


def _names(lines: pl.DataFrame, order: str, item: str, orders: pl.Series | None) -> Steps[tuple[pl.Series, pl.Series]]:
    """Names of items and ids of baskets, each once and in order; what is blank left out."""
    names: list[pl.Series] = []
    ids: list[pl.Series] = [] if orders is None else [orders.alias(order).cast(pl.String).unique()]
    for start in range(0, lines.height, LINES):
        piece = lines[start : start + LINES]
        both = piece.select(pl.col(order).cast(pl.String).alias(_ORDER), pl.col(item).cast(pl.String).alias(_ITEM))
        both = both.filter(~_blank(_ORDER) & ~_blank(_ITEM))
        names.append(both[_ITEM].unique())
        ids.append(both[_ORDER].unique())
        yield Progress(DOING, 0.2 * start / lines.height)
    return _sorted(names), _sorted(ids)


def _sorted(pieces: list[pl.Series]) -> pl.Series:
    whole = pl.concat([piece.alias("name") for piece in pieces]) if pieces else pl.Series("name", [], pl.String)
    kept = whole.to_frame().filter(~_blank("name"))["name"]
    return kept.unique().sort()


def _sparse(keys: list[Counts], baskets: int, items: int) -> Steps[tuple[Counts, NDArray[np.int32], int]]:
    """starts and index of `Baskets` from keys (basket times items plus item), and how many keys were repeated."""
    whole = np.concatenate(keys) if keys else np.empty(0, dtype=np.int64)
    keys.clear()
    sizes = np.zeros(baskets, dtype=np.int64)
    pieces: list[NDArray[np.int32]] = []
    last, lines = -1, len(whole)
    ordered = in_order(whole)
    for piece in ordered:
        fresh = np.diff(piece, prepend=last) != 0
        piece, last = piece[fresh], int(piece[-1])
        row, item = np.divmod(piece, items)
        first = int(row[0]) if len(row) else 0
        counted = np.bincount(row - first)
        sizes[first : first + len(counted)] += counted
        pieces.append(item.astype(np.int32))
        yield Progress(DOING, 0.8)
    index = np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int32)
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64), index, lines - len(index)

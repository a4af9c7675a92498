"""Order lines for tests of recommendations: written by hand, planted, and drawn by lot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import polars as pl

START = date(2024, 1, 1)


def lines(rows: Iterable[tuple[str, str, int, int | None]]) -> pl.DataFrame:
    """(order, item, owner, days after START) as a frame."""
    made = [(o, i, w, None if d is None else START + timedelta(days=d)) for o, i, w, d in rows]
    schema = {"order": pl.String, "item": pl.String, "owner": pl.Int64, "day": pl.Date}
    return pl.DataFrame(made, schema=schema, orient="row")


HAND = lines(
    [
        ("1", "a", 0, 0), ("1", "b", 0, 0), ("1", "b", 0, 0), ("10", "c", 0, 9), ("9", "a", 0, 9),
        ("2", "a", 1, 1), ("2", "b", 1, 1), ("4", "d", 1, 5),
        ("3", "b", 2, 2), ("3", "c", 2, 2),
        ("5", "a", -1, 3),
    ]
)  # fmt: skip
"""Three customers of four (the last one never bought), four items, one basket of nobody."""


def planted(customers: int, seed: int) -> pl.DataFrame:
    """Every customer has one of ten tastes and buys new items of it, in three baskets: item-item models find them."""
    rng = np.random.default_rng(seed)
    rows = []
    for owner in range(customers):
        own = rng.permutation(12)[:9] + 12 * (owner % 10)
        for basket in range(3):
            day = int(rng.integers(0, 40)) + 40 * basket
            rows += [(f"{owner}-{basket}", f"i{item:03}", owner, day) for item in own[3 * basket : 3 * basket + 3]]
    return lines(rows)


def by_lot(customers: int, seed: int, items: int = 60) -> pl.DataFrame:
    """Everybody draws from the same popularity, at any time: nothing beats popularity."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(2, items + 2)
    rows = []
    for owner in range(customers):
        for basket in range(4):
            drawn = rng.choice(items, 4, replace=False, p=share / share.sum())
            day = int(rng.integers(0, 200))
            rows += [(f"{owner}-{basket}", f"i{item:03}", owner, day) for item in drawn]
    return lines(rows)

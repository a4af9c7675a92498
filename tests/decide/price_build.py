"""Order lines for tests of prices: a few by hand, and whole shops whose buyers react as planted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl

MONDAY = date(2024, 1, 1)
NAMES = ("item", "owner", "day", "quantity", "unit_price", "amount", "discount")


def frame(rows: list[tuple[str, int, int, float, float]], **columns: list[object]) -> pl.DataFrame:
    """Lines of (item, owner, days after MONDAY, pieces, unit price); each an order of its own."""
    return pl.DataFrame(
        {
            "order": [str(i) for i in range(len(rows))],
            "item": [row[0] for row in rows],
            "owner": pl.Series([row[1] for row in rows], dtype=pl.Int64),
            "day": [MONDAY + timedelta(row[2]) for row in rows],
            "quantity": pl.Series([row[3] for row in rows], dtype=pl.Float64),
            "unit_price": pl.Series([row[4] for row in rows], dtype=pl.Float64),
            "amount": pl.Series([row[3] * row[4] for row in rows], dtype=pl.Float64),
            **columns,
        }
    )


CUSTOMERS = 400

Pieces = Callable[[np.random.Generator, int, float], np.ndarray]


def few(rng: np.random.Generator, buyers: int, _price: float) -> np.ndarray:
    """One to three pieces each, whatever the price."""
    return rng.integers(1, 4, size=buyers)


def shop(
    slope: float, *, items: int = 40, weeks: int = 30, spread: float = 0.2, pieces: Pieces = few, bulk: float = 0.0
) -> pl.DataFrame:
    """Every week an item is sold to Poisson(40 x (price / usual)^slope) buyers. Prices are usual x exp(spread x -1, 0,
    1 or 2 / 2), the same for everyone but for `bulk`: the share taken off from 12 pieces on."""
    rng = np.random.default_rng(7)
    rows = []
    for item in range(items):
        usual = 2.0 + item
        for week in range(weeks):
            relative = float(np.exp(spread * rng.choice([-1.0, 0.0, 0.5, 1.0])))
            buyers = max(1, int(rng.poisson(40 * relative**slope)))
            first = int(rng.integers(CUSTOMERS))
            for i, bought in enumerate(pieces(rng, buyers, relative)):
                price = usual * relative * (1 - bulk if bought >= 12 else 1)
                owner = (first + i) % CUSTOMERS
                rows.append((f"item {item:02}", owner, 7 * week + int(rng.integers(7)), float(bought), round(price, 2)))
    return frame(rows)

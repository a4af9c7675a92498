"""Customers made from a seed, with a planted story: what the benchmarks and the tests of `cluster` run on.

The story. One shop, six kinds of customer. Every feature is lognormal, gamma or beta within a kind, so the
columns are skewed; the kinds are of unequal size and overlap, so no k-means separates them cleanly.

| kind      | share | what marks it                                                              |
|-----------|-------|----------------------------------------------------------------------------|
| regulars  | 30 %  | buy often and lately, middling baskets, long with the shop                 |
| lapsed    | 24 %  | long gone, few orders, long with the shop                                  |
| newcomers | 18 %  | short with the shop, one or two orders, many visits                        |
| bargain   | 14 %  | most of what they buy is discounted, small baskets, many returns           |
| gift      |  9 %  | once or twice a year, large baskets, hardly a discount                     |
| champions |  5 %  | very many orders and very much money, hardly ever away                     |

`monetary` is orders times basket with noise, so it goes along with `frequency` and `average_order_value`.
`python -m tests.bench.generate FILE --customers N` writes the table as CSV or Parquet with a `customer_id`.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

SEED = 20240229
FEATURES = (
    "recency",
    "frequency",
    "monetary",
    "average_order_value",
    "tenure",
    "visits",
    "discount_share",
    "return_share",
)
LOGGED = ("recency", "frequency", "monetary", "average_order_value", "tenure", "visits")
"""The features that `scaled` takes the logarithm of; shares are only brought to z-scores."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One planted group: medians of the lognormal features, means of the gamma and beta ones."""

    name: str
    share: float
    recency: float
    orders: float
    basket: float
    tenure: float
    visits: float
    discount: float
    returns: float


KINDS = (
    Kind("regulars", 0.30, 25, 9.0, 52, 900, 6.0, 0.22, 0.06),
    Kind("lapsed", 0.24, 320, 2.4, 45, 1100, 0.8, 0.25, 0.07),
    Kind("newcomers", 0.18, 40, 1.5, 40, 90, 5.0, 0.35, 0.08),
    Kind("bargain", 0.14, 70, 5.0, 24, 600, 9.0, 0.68, 0.18),
    Kind("gift", 0.09, 150, 1.9, 160, 700, 1.2, 0.06, 0.04),
    Kind("champions", 0.05, 10, 28.0, 95, 1300, 14.0, 0.15, 0.05),
)


def customers(count: int, seed: int = SEED) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.uint8]]:
    """The features of `count` customers in original units, and the planted kind of each (index in KINDS)."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(len(KINDS), size=count, p=[k.share for k in KINDS]).astype(np.uint8)

    def of(name: str) -> NDArray[np.float64]:
        return np.array([getattr(k, name) for k in KINDS], dtype=np.float64)[kind]

    orders = np.maximum(1, np.rint(of("orders") * rng.lognormal(0, 0.55, count)))
    basket = np.round(of("basket") * rng.lognormal(0, 0.45, count), 2)
    table = {
        "recency": np.rint(rng.gamma(1.6, of("recency") / 1.6)),
        "frequency": orders,
        "monetary": np.round(orders * basket * rng.lognormal(0, 0.15, count), 2),
        "average_order_value": basket,
        "tenure": np.rint(of("tenure") * rng.lognormal(0, 0.5, count)),
        "visits": np.rint(rng.gamma(1.4, of("visits") / 1.4) * 10) / 10,
        "discount_share": np.round(_beta(rng, of("discount"), 6.0), 4),
        "return_share": np.round(_beta(rng, of("returns"), 9.0), 4),
    }
    return table, kind


def _beta(rng: np.random.Generator, mean: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Shares around `mean`; a larger `weight` holds them closer to it."""
    return rng.beta(mean * weight, (1 - mean) * weight)


def scaled(count: int, seed: int = SEED) -> NDArray[np.float32]:
    """The same customers as a feature-major matrix: log1p where skewed, then z-scores. Order is random."""
    table, _ = customers(count, seed)
    matrix = np.empty((len(FEATURES), count), dtype=np.float32)
    for i, name in enumerate(FEATURES):
        column = np.log1p(table[name]) if name in LOGGED else table[name]
        matrix[i] = (column - column.mean()) / column.std()
    return matrix


def frame(count: int, seed: int = SEED) -> pl.DataFrame:
    """The same customers as a table with a `customer_id` whose leading zeros must survive an export."""
    table, _ = customers(count, seed)
    width = len(str(count)) + 1
    ids = pl.Series("customer_id", np.arange(1, count + 1)).cast(pl.String).str.zfill(width)
    return pl.DataFrame({"customer_id": ids, **table})


def write(path: Path, count: int, seed: int = SEED) -> None:
    """Write `frame` as Parquet or CSV, by the ending of `path`."""
    made = frame(count, seed)
    if path.suffix == ".parquet":
        made.write_parquet(path)
    else:
        made.write_csv(path)


def main() -> None:
    """Write a generated table to the file named on the command line."""
    parser = argparse.ArgumentParser(description="write generated customers with a planted story")
    parser.add_argument("file", type=Path)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    write(args.file, args.customers, args.seed)


if __name__ == "__main__":
    main()

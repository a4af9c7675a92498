"""Data to try the program on: the shipped example files, and generated customers with a planted story.

The story of the generated customers (`generate`) is KINDS below: six kinds of customer of one shop, of unequal size,
skewed and overlapping. `planted` tells which kind each customer was drawn from, so that a result can be
held against the truth; the file itself does not say. examples/README.md tells the same story in words.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from segtui.errors import DeliveryError, SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Values = NDArray[np.float32]

CHUNK = 1 << 17
"""Customers drawn at a time: memory stays the same however many are asked for."""

FEATURES = (
    "recency",
    "frequency",
    "monetary",
    "average_order_value",
    "tenure",
    "sessions_per_month",
    "discount_share",
    "return_rate",
)
"""The numeric columns of a generated table, beside customer_id."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One planted kind of customer, by its typical values.

    share: of all customers. recency, tenure: median days. orders: median of the expected number after the first.
    basket: median order value. sessions: median a month. discounts, returns: median share among those who have any.
    returners: the share who return anything at all.
    """

    name: str
    share: float
    recency: float
    orders: float
    basket: float
    tenure: float
    sessions: float
    discounts: float
    returns: float
    returners: float


KINDS = (
    Kind("one order, long ago", 0.31, 420, 0.5, 32, 520, 0.3, 0.05, 0.20, 0.10),
    Kind("regulars", 0.22, 21, 14.0, 38, 760, 5.0, 0.04, 0.03, 0.35),
    Kind("bargain hunters", 0.18, 62, 6.0, 22, 430, 7.5, 0.33, 0.12, 0.60),
    Kind("newcomers", 0.14, 17, 0.6, 36, 34, 3.5, 0.12, 0.10, 0.15),
    Kind("large baskets", 0.10, 130, 3.0, 185, 680, 1.4, 0.03, 0.08, 0.30),
    Kind("best customers", 0.05, 9, 34.0, 120, 1050, 11.0, 0.05, 0.04, 0.70),
)
"""The planted story, largest kind first."""


# -- shipped files ---------------------------------------------------------------------------------------


def example_folder() -> Path:
    """Where the example files lie: inside an installed package, or at the top of a source tree."""
    package = Path(__file__).parent
    for folder in (package / "examples", package.parent / "examples"):
        if (folder / "customers.csv").is_file():
            return folder
    raise SourceError(
        "the example files are missing", where=str(package / "examples"), hint="Install segtui again to get them back."
    )


def example_paths() -> tuple[Path, ...]:
    """The sources that `segtui demo` opens: the customer table of the example shop."""
    return (example_folder() / "customers.csv",)


# -- generated customers ---------------------------------------------------------------------------------


def generate(customers: int, seed: int = 0, folder: Path = Path()) -> Path:
    """Write `customers` generated customers to a Parquet file in `folder` and return its path.

    The same number and seed give the same table. Written under another name first, so the file is whole or not there.
    Raises DeliveryError where it cannot be written.
    """
    from polars.exceptions import PolarsError
    from polars.io.plugins import register_io_source

    if customers < 1:
        raise UsageError(f"cannot generate {customers} customers", where="--customers", hint="Ask for 1 or more.")

    def source(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        del with_columns, predicate, n_rows, batch_size  # the whole table is written, so nothing is ever asked for
        return _chunks(customers, seed)

    path = folder / f"customers-{customers}-seed-{seed}.parquet"
    partial = folder / f".{path.name}.{os.getpid()}"
    schema = next(_chunks(1, seed)).schema
    try:
        folder.mkdir(parents=True, exist_ok=True)
        register_io_source(source, schema=schema).sink_parquet(partial, compression="lz4", maintain_order=True)
        partial.replace(path)
    except (OSError, PolarsError) as error:
        raise DeliveryError(
            f"the generated customers could not be written: {_reason(error)}",
            where=str(folder),
            hint="Free some space, mend the permissions of that folder, or ask for fewer customers.",
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return path


def _reason(error: Exception) -> str:
    """What went wrong in one line: Polars may hand over a whole traceback."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).strip().splitlines()[-1]


def planted(customers: int, seed: int = 0) -> NDArray[np.uint8]:
    """The position in KINDS of every customer of `generate(customers, seed)`, in the order of the file."""
    import numpy as np

    return np.concatenate([_kinds(rng, size) for rng, _, size in _draws(customers, seed)])


def _draws(customers: int, seed: int) -> Iterator[tuple[np.random.Generator, int, int]]:
    """A generator of its own for each chunk, with the chunk's first customer and its size."""
    import numpy as np

    for first in range(0, customers, CHUNK):
        yield np.random.default_rng([seed, first // CHUNK]), first, min(CHUNK, customers - first)


def _kinds(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    import numpy as np

    edges = np.cumsum([kind.share for kind in KINDS])[:-1]
    return np.searchsorted(edges, rng.random(size), side="right").astype(np.uint8)


def _chunks(customers: int, seed: int) -> Iterator[pl.DataFrame]:
    import polars as pl

    for rng, first, size in _draws(customers, seed):
        ids = pl.int_range(first + 1, first + size + 1, eager=True).cast(pl.String).str.zfill(8)
        yield pl.DataFrame({"customer_id": ids, **_features(rng, size)})


def _features(rng: np.random.Generator, size: int) -> dict[str, pl.Series]:
    """The feature columns of one chunk. A hidden liveliness per customer ties recency, orders and sessions."""
    import numpy as np
    import polars as pl

    kind = _kinds(rng, size)
    lively = rng.standard_normal(size, dtype=np.float32)

    def typical(name: str) -> Values:
        return np.array([getattr(one, name) for one in KINDS], dtype=np.float32)[kind]

    def around(name: str, spread: float, pull: float = 0.0) -> Values:
        """Log-normal around the kind's median, moved by liveliness."""
        noise = rng.standard_normal(size, dtype=np.float32)
        values: Values = typical(name) * np.exp(np.float32(spread) * noise + np.float32(pull) * lively)
        return values

    recency = np.clip(np.rint(around("recency", 0.7, -0.35)), 1, 1_500)
    tenure = np.clip(np.rint(around("tenure", 0.55)), recency, 3_000)
    orders = 1 + rng.poisson(np.minimum(around("orders", 0.35, 0.35), 400))
    basket = np.maximum(around("basket", 0.5), 2)
    sessions = around("sessions", 0.55, 0.35)
    discounts = np.minimum(around("discounts", 0.7), 0.8)
    returns = np.where(rng.random(size, dtype=np.float32) < typical("returners"), around("returns", 0.6), np.float32(0))
    returns = np.minimum(returns, 1)
    spread = np.exp(np.float32(0.15) * rng.standard_normal(size, dtype=np.float32))
    monetary = orders * basket * spread * (1 - returns)
    columns: dict[str, tuple[NDArray[np.generic], int]] = {
        "recency": (recency.astype(np.int32), 0),
        "frequency": (orders.astype(np.int32), 0),
        "monetary": (monetary.astype(np.float64), 2),
        "average_order_value": (basket.astype(np.float64), 2),
        "tenure": (tenure.astype(np.int32), 0),
        "sessions_per_month": (sessions.astype(np.float64), 1),
        "discount_share": (discounts.astype(np.float64), 3),
        "return_rate": (returns.astype(np.float64), 3),
    }
    return {
        name: pl.Series(values).round(digits) if digits else pl.Series(values)
        for name, (values, digits) in columns.items()
    }

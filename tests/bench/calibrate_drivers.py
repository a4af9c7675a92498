"""How often the verdicts on features are right: RFM of Online Retail and two planted random columns.

    python -m tests.bench.calibrate_drivers [--runs 100] [--jobs 2] [--noise normal] [--data FILE]

A run draws two columns, brings all five to z-scores (RFM after log1p), fits k clusters and asks for the verdicts
(`drivers`), all as the app does.

How often, in 100 runs of 4,338 customers: both random columns are below every real one by HINoV and by the weight of
sparse k-means; every real one is found relevant; neither random one is; and a random one is called influential but not
relevant (of the columns; the rest is called neither, as segments that ignore it are not its doing). Then the lowest value
of a real column beside the highest of a random one.

    noise      k   HINoV  sparse    real   noise   infl.      HINoV        influence
    normal     3    100%    100%    100%    100%     93%    0.190 0.010    0.122 0.382
    normal     4    100%    100%    100%    100%    100%    0.160 0.007    0.113 0.356
    normal     6    100%    100%    100%    100%    100%    0.120 0.006    0.215 0.430
    normal     8    100%    100%    100%    100%    100%    0.107 0.006    0.247 0.426
    uniform    3    100%    100%    100%    100%     50%    0.192 0.003    0.118 0.385
    uniform    4    100%    100%    100%    100%    100%    0.160 0.003    0.109 0.372
    uniform    6    100%     85%    100%    100%    100%    0.121 0.002    0.204 0.451
    uniform    8    100%     97%    100%    100%    100%    0.108 0.003    0.202 0.477
    lognormal  3    100%    100%    100%    100%     50%    0.185 0.027    0.136 0.136
    lognormal  4    100%     94%    100%    100%     96%    0.159 0.022    0.133 0.130
    lognormal  6    100%     94%    100%    100%     96%    0.122 0.014    0.253 0.129
    lognormal  8    100%     73%    100%    100%    100%    0.108 0.013    0.288 0.196

By HINoV, which decides, the random columns come last in every run; the goal is 95 of 100 for normal and uniform ones at
k = 4. The weight of sparse k-means, which is shown beside it, reaches that for these too, but misses it for uniform noise
at k = 6 and for lognormal noise from k = 4 on: in up to 27 of 100 runs some real column has no more weight than a random
one (both may have none). Influence puts normal and uniform noise above real columns: it is no judge of relevance.
"""

from __future__ import annotations

import os

if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
from functools import cache, partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segtui.cluster.kmeans import converge
from segtui.explain.drivers import DRIVES, NEITHER, QUIET, UNSUPPORTED, drivers
from segtui.explained import Drivers
from segtui.progress import finish
from segtui.recipe import ClusterSpec
from segtui.results import FeatureMatrix, MatrixColumn, Segmentation, Transform

Floats = NDArray[np.float64]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail_2010_2011.parquet"

NOISE = {
    "normal": lambda rng, n: rng.normal(size=n),
    "uniform": lambda rng, n: rng.uniform(size=n),
    "lognormal": lambda rng, n: np.exp(rng.normal(size=n)),
}

GOALS = ("normal", "uniform")
"""Noise whose columns must come last in 95 % of runs, with k as RFM is segmented by default."""

REAL, PLANTED = ("recency", "frequency", "monetary"), ("noise 1", "noise 2")
KS = (3, 4, 6, 8)
GOAL_K, GOAL = 4, 0.95


# -- data ------------------------------------------------------------------------------------------------


@cache
def rfm(path: Path) -> Floats:
    """Recency, frequency and monetary (3, 4338), log1p and z-scores, in an order that the ids do not give."""
    lines = pl.read_parquet(path).filter(
        pl.col("CustomerID").is_not_null(),
        ~pl.col("InvoiceNo").cast(pl.String).str.starts_with("C"),
        pl.col("Quantity") > 0,
        pl.col("UnitPrice") > 0,
    )
    last = lines["InvoiceDate"].max()
    customers = lines.group_by("CustomerID").agg(
        recency=(last - pl.col("InvoiceDate").max()).dt.total_days() + 1,
        frequency=pl.col("InvoiceNo").n_unique(),
        monetary=(pl.col("Quantity") * pl.col("UnitPrice")).sum(),
    )
    shuffled = customers.sort("CustomerID").sample(fraction=1.0, shuffle=True, seed=1)
    return z(np.log1p(shuffled.select(REAL).to_numpy().astype(np.float64).T))


def z(values: Floats) -> Floats:
    """Rows as z-scores."""
    return (values - values.mean(axis=1, keepdims=True)) / values.std(axis=1, keepdims=True)


def planted(real: Floats, noise: str, seed: int) -> Floats:
    """The rows of `real` and two random ones."""
    rng = np.random.default_rng([seed, *noise.encode()])
    return np.vstack([real, z(np.array([NOISE[noise](rng, real.shape[1]) for _ in PLANTED]))])


def matrix(values: Floats, names: tuple[str, ...]) -> FeatureMatrix:
    """Numeric features with equal votes."""
    columns = tuple(MatrixColumn(name, None, Transform("z", 0.0, 1.0, 0.0), 1.0) for name in names)
    votes = dict.fromkeys(names, 1 / len(names))
    return FeatureMatrix(np.ascontiguousarray(values, dtype=np.float32), columns, (), votes, (), "space")


def fitted(values: Floats, made: FeatureMatrix, k: int, seed: int) -> Segmentation:
    """The clusters the app would show."""
    return finish(converge(made, ClusterSpec(k, seed=seed), lambda rows: values[:, rows], lambda _: None))


# -- runs ------------------------------------------------------------------------------------------------


def run(path: Path, noise: str, k: int, seed: int) -> Drivers:
    """The verdicts of one run."""
    values = planted(rfm(path), noise, seed)
    made = matrix(values, REAL + PLANTED)
    return finish(drivers(made, fitted(values, made, k, seed), seed))


def ranks_last(found: Drivers, measure: str) -> bool:
    """Whether both planted columns are below every real one."""
    values = {driver.feature: getattr(driver, measure) for driver in found.drivers}
    return max(values[name] for name in PLANTED) < min(values[name] for name in REAL)


def called(found: Drivers, names: tuple[str, ...], *verdicts: str) -> bool:
    """Whether all of `names` have one of `verdicts`."""
    return all(driver.verdict in verdicts for driver in found.drivers if driver.feature in names)


def told(noise: str, k: int, found: list[Drivers]) -> bool:
    """One line of the table; whether the goals are reached, where there are any."""
    shares = [
        np.mean([ranks_last(one, "hinov") for one in found]),
        np.mean([ranks_last(one, "sparse") for one in found]),
        np.mean([called(one, REAL, DRIVES, QUIET) for one in found]),
        np.mean([called(one, PLANTED, UNSUPPORTED, NEITHER) for one in found]),
        np.mean(
            [driver.verdict == UNSUPPORTED for one in found for driver in one.drivers if driver.feature in PLANTED]
        ),
    ]
    real, nothing = ([d for one in found for d in one.drivers if d.feature in names] for names in (REAL, PLANTED))
    print(f"{noise:<10}{k:>3}" + "".join(f"{share:>9.0%}" for share in shares), end="")
    for measure in ("hinov", "influence"):
        low, high = min(getattr(d, measure) for d in real), max(getattr(d, measure) for d in nothing)
        print(f"{low:>8.3f}{high:>8.3f}", end="")
    print(flush=True)
    ends = (shares[0], shares[2], shares[3])
    return noise not in GOALS or k != GOAL_K or min(ends) >= GOAL


def main() -> int:
    """Run what the command line asks for; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--noise", choices=list(NOISE), action="append")
    parser.add_argument("--data", type=Path, default=DATA)
    given = parser.parse_args()
    print(f"{'noise':<10}{'k':>3}{'hinov':>9}{'sparse':>9}{'real':>9}{'noise':>9}{'infl.':>9}", end="")
    print(f"{'hinov':>12}{'influence':>18}")
    reached = True
    with Pool(given.jobs) as pool:
        for noise in given.noise or list(NOISE):
            for k in KS:
                found = pool.map(partial(run, given.data, noise, k), range(given.runs), chunksize=1)
                reached &= told(noise, k, found)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())

"""How often the verdict on structure is right, on data whose truth is known.

    python -m tests.bench.calibrate_structure [--runs 200] [--jobs 2] [--case NAME] [--customers 2000]
    python -m tests.bench.calibrate_structure --dip-table [--jobs 2]

A run draws new customers, fits k clusters, measures their stability (`stability`) and asks for the verdict
(`structure`), all as the app does. The second form simulates the table of quantiles in `segtui/cluster/dip.py` and
prints it.

Measured with 200 runs. modes: some column has more than one in original units; stable: every segment comes back with a
Jaccard similarity of .75 or more, without which nothing is natural. Goals: at most 5 % natural, blobs at least 95 %.

    data          k  natural  reprod.  constr.  delta 5 %    50 %    95 %   modes  stable
    gaussian      2     0.0%    19.5%    80.5%     -0.007  -0.002   0.003    0.0%   19.5%
    gaussian      3     0.0%     1.0%    99.0%     -0.007  -0.002   0.004    0.0%    1.0%
    gaussian      4     0.0%     2.5%    97.5%     -0.007  -0.000   0.007    0.0%    2.5%
    gaussian      5     0.0%     0.0%   100.0%     -0.009  -0.001   0.008    0.0%    0.0%
    lognormal     2     0.0%     0.0%   100.0%     -0.038   0.001   0.043    0.0%    0.0%
    lognormal     3     0.0%     2.5%    97.5%     -0.022   0.001   0.030    0.0%    2.5%
    lognormal     4     0.0%    38.5%    61.5%     -0.013   0.001   0.013    0.0%   38.5%
    lognormal     5     0.0%     0.5%    99.5%     -0.047  -0.002   0.027    0.0%    0.5%
    uniform       2     0.0%     4.0%    96.0%     -0.002  -0.001   0.002    1.0%    4.0%
    uniform       3     0.0%     1.5%    98.5%     -0.007  -0.001   0.006    1.0%    1.5%
    uniform       4     0.0%     8.0%    92.0%     -0.009  -0.001   0.009    1.0%    8.0%
    uniform       5     0.0%     5.0%    95.0%     -0.008  -0.000   0.007    1.0%    5.0%
    blobs         3   100.0%     0.0%     0.0%      0.111   0.119   0.125   32.0%  100.0%
    correlated    2     0.0%   100.0%     0.0%     -0.008  -0.000   0.008    0.0%  100.0%
    correlated    3     0.0%    99.0%     1.0%     -0.009   0.001   0.010    0.0%   99.0%
    correlated    4     0.0%    99.0%     1.0%     -0.010   0.001   0.010    0.0%   99.0%
    correlated    5     0.0%    39.5%    60.5%     -0.008  -0.000   0.011    0.0%   39.5%
    counts        2     1.5%    58.0%    40.5%     -0.052  -0.001   0.051    0.0%   59.5%
    counts        3     0.0%    45.0%    55.0%     -0.024   0.001   0.027    0.0%   45.0%
    counts        4     0.0%    23.0%    77.0%     -0.022   0.001   0.018    0.0%   23.0%
    counts        5     0.0%     1.5%    98.5%     -0.087   0.004   0.074    0.0%    1.5%
    heavy         2     0.5%    23.0%    76.5%     -0.030  -0.022  -0.008    0.0%   23.5%
    heavy         3     0.0%     3.0%    97.0%     -0.032  -0.021  -0.010    0.0%    3.0%
    heavy         4     0.0%     0.5%    99.5%     -0.045  -0.028  -0.012    0.0%    0.5%
    heavy         5     0.0%     0.0%   100.0%     -0.080  -0.044  -0.016    0.0%    0.0%
"""

from __future__ import annotations

import os

if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import sqrt
from multiprocessing import Pool

import numpy as np
from numpy.typing import NDArray

from segtui.cluster.dip import dip
from segtui.cluster.kmeans import converge
from segtui.cluster.sample import generator
from segtui.cluster.stability import stability
from segtui.cluster.structure import structure
from segtui.evidence import Structure, Verdict
from segtui.progress import finish
from segtui.recipe import ClusterSpec
from segtui.results import FeatureMatrix, MatrixColumn, Transform

Floats = NDArray[np.float64]
Make = Callable[[np.random.Generator, int], Floats]

CUSTOMERS = 2_000


# -- data ------------------------------------------------------------------------------------------------


def gaussian(rng: np.random.Generator, n: int) -> Floats:
    return rng.normal(size=(3, n))


def lognormal(rng: np.random.Generator, n: int) -> Floats:
    """Not taken the logarithm of: that would be `gaussian`."""
    return np.exp(rng.normal(size=(3, n)))


def uniform(rng: np.random.Generator, n: int) -> Floats:
    return rng.uniform(size=(3, n))


def blobs(rng: np.random.Generator, n: int) -> Floats:
    """Three round groups, four standard deviations from each other, in the first two features; the third is noise."""
    corners = np.array([[0.0, 4.0, 2.0], [0.0, 0.0, 4.0 * sqrt(0.75)], [0.0, 0.0, 0.0]])
    return corners[:, rng.integers(3, size=n)] + rng.normal(size=(3, n))


def correlated(rng: np.random.Generator, n: int) -> Floats:
    """One Gaussian whose features correlate by .8, .5 and .3."""
    root = np.linalg.cholesky(np.array([[1.0, 0.8, 0.5], [0.8, 1.0, 0.3], [0.5, 0.3, 1.0]]))
    return root @ rng.normal(size=(3, n))


def counts(rng: np.random.Generator, n: int) -> Floats:
    """One lump of whole numbers: days, orders (a third of the customers have one) and money, correlated."""
    days, orders, money = correlated(rng, n) * np.array([[-1.0], [1.0], [1.0]])
    return np.vstack([np.floor(60 * np.exp(days)), np.floor(1 + np.exp(orders - 0.2) * 1.2), np.exp(money)])


def heavy(rng: np.random.Generator, n: int) -> Floats:
    """One lump with long tails: t with four degrees of freedom, the features uncorrelated but not independent."""
    return rng.normal(size=(3, n)) / np.sqrt(rng.chisquare(4, n) / 4)


@dataclass(frozen=True, slots=True)
class Case:
    """Data of one kind. ks: numbers of segments tried. goal: least, or where negative most, share called natural."""

    make: Make
    ks: tuple[int, ...]
    goal: float


NULL = (2, 3, 4, 5)
CASES = {
    "gaussian": Case(gaussian, NULL, -0.05),
    "lognormal": Case(lognormal, NULL, -0.05),
    "uniform": Case(uniform, NULL, -0.05),
    "blobs": Case(blobs, (3,), 0.95),
    "correlated": Case(correlated, NULL, -0.05),
    "counts": Case(counts, NULL, -0.05),
    "heavy": Case(heavy, NULL, -0.05),
}


# -- runs ------------------------------------------------------------------------------------------------


def verdicts(name: str, customers: int, run: int) -> list[Structure]:
    """The verdicts on one data set, one per k of its case."""
    case = CASES[name]
    original = case.make(np.random.default_rng([run, *name.encode()]), customers)
    return [verdict(original, k, run) for k in case.ks]


def verdict(original: Floats, k: int, seed: int) -> Structure:
    """What the app says of k segments of these features, each a z-score."""
    names = [f"feature {i + 1}" for i in range(len(original))]
    means, spreads = original.mean(axis=1), original.std(axis=1)
    exact = (original - means[:, None]) / spreads[:, None]
    columns = tuple(
        MatrixColumn(name, None, Transform("z", float(mean), float(spread), 0.0), 1.0)
        for name, mean, spread in zip(names, means, spreads, strict=True)
    )
    values = np.ascontiguousarray(exact, dtype=np.float32)
    matrix = FeatureMatrix(values, columns, (), {}, (), "")
    fit = finish(converge(matrix, ClusterSpec(k, seed=seed), lambda rows: exact[:, rows], lambda _: None))
    jaccard = finish(stability(values, fit.labels, k, seed)).jaccard
    return finish(structure(values, columns, list(zip(names, original, strict=True)), k, seed, jaccard))


def table(cases: list[str], runs: int, jobs: int, customers: int) -> bool:
    """Print the shares; whether every case reaches its goal."""
    print(f"{'data':<12}{'k':>3}{'natural':>9}{'reprod.':>9}{'constr.':>9}", end="")
    print(f"{'delta 5 %':>11}{'50 %':>8}{'95 %':>8}{'modes':>8}{'stable':>8}")
    reached = True
    with Pool(jobs) as pool:
        for name in cases:
            found = pool.map(partial(verdicts, name, customers), range(runs), chunksize=1)
            for k, of_k in zip(CASES[name].ks, zip(*found, strict=True), strict=True):
                natural = told(name, k, of_k)
                goal = CASES[name].goal
                reached &= natural <= -goal if goal < 0 else natural >= goal
    return reached


def told(name: str, k: int, found: tuple[Structure, ...]) -> float:
    """One line of the table; the share called natural."""
    shares = [sum(one.verdict is verdict for one in found) / len(found) for verdict in Verdict]
    deltas = np.quantile([one.delta for one in found if one.delta is not None], (0.05, 0.5, 0.95))
    modes = np.mean([any(one.original is not None and one.original < 0.01 for one in s.dips) for s in found])
    stable = np.mean([one.jaccard is not None and one.jaccard >= 0.75 for one in found])
    print(f"{name:<12}{k:>3}" + "".join(f"{share:>9.1%}" for share in shares), end="")
    print(f"{deltas[0]:>11.3f}{deltas[1]:>8.3f}{deltas[2]:>8.3f}{modes:>8.1%}{stable:>8.1%}", flush=True)
    return shares[0]


# -- the table of dips -----------------------------------------------------------------------------------

SIZES = (4, 5, 6, 7, 8, 9, 10, 15, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000)
SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)
DRAWS = 200_000
"""For every row: the last two shares rest on the highest hundred and the highest twenty."""


def dip_row(n: int) -> list[int]:
    """Quantiles of sqrt(n) times the dip of n uniform numbers, in ten thousandths."""
    rng = generator(20240229, n)
    dips = [dip(rng.random(n)) for _ in range(DRAWS)]
    return [round(1e4 * float(q) * sqrt(n)) for q in np.quantile(dips, SHARES)]


def dip_table(jobs: int) -> None:
    """Print the constants of `segtui/cluster/dip.py`."""
    with Pool(jobs) as pool:
        rows = pool.map(dip_row, SIZES[::-1], chunksize=1)[::-1]
    print(f"SIZES = {SIZES}\nSHARES = {SHARES}\nQUANTILES = (")
    for row in rows:
        print(f"    ({', '.join(map(str, row))}),")
    print(")")


def main() -> int:
    """Run what the command line asks for; 1 where a case misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--case", choices=list(CASES), action="append")
    parser.add_argument("--dip-table", action="store_true")
    given = parser.parse_args()
    if given.dip_table:
        dip_table(given.jobs)
        return 0
    return 0 if table(given.case or list(CASES), given.runs, given.jobs, given.customers) else 1


if __name__ == "__main__":
    sys.exit(main())

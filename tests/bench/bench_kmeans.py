"""k-means beside scikit-learn, in one run on one machine: `python -m tests.bench.bench_kmeans`.

Data: the planted groups of `tests.bench.generate` (seed there), scaled. The peer is `KMeans(n_init=10)` fitted on
all customers with its own threads; ours runs on one. Times are medians of `--repeats` runs over different seeds;
excess and inertia ratio are the worst of them. `cpu x` compares processor time, all threads: steadier than the clock
where others use the machine too.
"""

from __future__ import annotations

import os

if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time
from dataclasses import dataclass
from statistics import median

import numpy as np
from sklearn.cluster import KMeans

from segtui.cluster.criteria import scores
from segtui.cluster.kmeans import assign, converge, first
from segtui.cluster.sample import ExactValues
from segtui.progress import Steps
from segtui.recipe import ClusterSpec
from segtui.results import FeatureMatrix, Segmentation, TraceStep
from tests.bench.generate import SEED, scaled

COLUMNS = (
    ("k", 3),
    ("first ms", 9),
    ("excess %", 9),
    ("converge s", 11),
    ("peer s", 8),
    ("faster x", 9),
    ("cpu x", 7),
    ("inertia x", 10),
    ("iterations", 11),
    ("peer's", 7),
    ("ended by", 10),
    ("assign ms", 10),
    ("scores ms", 10),
    ("longest piece ms", 17),
)


@dataclass(frozen=True, slots=True)
class Timed:
    """A result, how long it took (by clock and by processor), and the longest piece between two stops; milliseconds."""

    result: object
    total: float
    processor: float
    longest: float


def timed(steps: Steps[object]) -> Timed:
    """Run `steps` to the end, measuring every piece."""
    longest, start, busy = 0.0, time.perf_counter(), time.process_time()
    before = start
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            now = time.perf_counter()
            return Timed(
                stop.value, 1e3 * (now - start), 1e3 * (time.process_time() - busy), 1e3 * max(longest, now - before)
            )
        now = time.perf_counter()
        longest, before = max(longest, now - before), now


def silent(_: TraceStep) -> None:
    """Nobody watches."""


def exact_values(values: np.ndarray) -> ExactValues:
    return lambda positions: values[:, positions].astype(np.float64)


def row(matrix: FeatureMatrix, rows: np.ndarray, k: int, repeats: int) -> list[str]:
    """One line of the table."""
    look_up = exact_values(matrix.values)
    began, busy = time.perf_counter(), time.process_time()
    peer = KMeans(k, n_init=10, random_state=0).fit(rows)
    peer_seconds, peer_busy = time.perf_counter() - began, time.process_time() - busy
    runs: list[tuple[Timed, Timed, Timed, Timed]] = []
    for seed in range(repeats):
        spec = ClusterSpec(k, seed=seed)
        quick, full = (timed(speed(matrix, spec, look_up, silent)) for speed in (first, converge))
        fitted = full.result
        assert isinstance(fitted, Segmentation)
        runs.append(
            (quick, full, timed(assign(matrix.values, fitted.centroids, look_up)), timed(scores(matrix, fitted)))
        )
    firsts, fulls = [run[0].result for run in runs], [run[1].result for run in runs]
    seconds = median(run[1].total for run in runs) / 1e3
    cells = [
        f"{median(run[0].total for run in runs):.0f}",
        f"{100 * max(r.inertia / peer.inertia_ - 1 for r in firsts):.3f}",
        f"{seconds:.3f}",
        f"{peer_seconds:.2f}",
        f"{peer_seconds / seconds:.1f}",
        f"{1e3 * peer_busy / median(run[1].processor for run in runs):.1f}",
        f"{max(r.inertia / peer.inertia_ for r in fulls):.5f}",
        f"{median(r.iterations for r in fulls):.0f}",
        f"{peer.n_iter_}",
        "/".join(sorted({str(r.converged) for r in fulls})),
        f"{median(run[2].total for run in runs):.0f}",
        f"{median(run[3].total for run in runs):.0f}",
        f"{median(max(part.longest for part in run) for run in runs):.0f}",
    ]
    return [str(k), *cells]


def main() -> None:
    """Print the table for the sizes asked for."""
    parser = argparse.ArgumentParser(description="k-means beside scikit-learn")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--k", type=int, nargs="+", default=[3, 5, 8, 12])
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    values = scaled(args.customers)
    matrix = FeatureMatrix(values, (), (), {}, (), "bench")
    rows = np.ascontiguousarray(values.T)
    KMeans(2, n_init=1).fit(rows[:1_000])  # loads what it needs
    print(f"{args.customers:,} customers x {len(values)} features, seed {SEED}, {args.repeats} repeats")
    print("".join(name.rjust(width) for name, width in COLUMNS))
    for k in args.k:
        cells = row(matrix, rows, k, args.repeats)
        print("".join(cell.rjust(width) for cell, (_, width) in zip(cells, COLUMNS, strict=True)), flush=True)


if __name__ == "__main__":
    main()

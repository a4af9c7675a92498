"""The sweep over k beside scikit-learn's bare fits, in one run on one machine: `python -m tests.bench.bench_sweep`.

Data: the planted groups of `tests.bench.generate` as a Parquet file, opened and brought to scale as the app would do it.
The peer is `[KMeans(k, n_init=10).fit(X) for k in range(2, 13)]` on the very same matrix, with its own threads; ours runs
on one. What is timed of ours:

* the converged fits alone, for the same k;
* the whole sweep in a fresh pipeline: fits, every criterion, 20 bootstrap draws, 10 half splits both ways and 20 gap
  draws at every k, until the suggestion is there; when its first row was told; and its longest piece, which is how long
  a key may have to wait;
* the squared silhouette of every customer (with every other exact criterion that comes with it) beside our own exact
  assignment pass.
"""

from __future__ import annotations

import os

if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from sklearn.cluster import KMeans

from segtui import weighing
from segtui.cluster.assign import assign_points
from segtui.cluster.criteria import examine
from segtui.cluster.kmeans import converge
from segtui.cluster.sample import points
from segtui.evidence import Sweep
from segtui.pipeline import Pipeline
from segtui.progress import Steps, finish
from segtui.recipe import ClusterSpec, FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec
from segtui.results import FeatureMatrix, Segmentation, TraceStep
from tests.bench.generate import FEATURES, SEED, write

KS = range(2, 13)


def silent(_: TraceStep) -> None:
    """Nobody watches."""


def peer(rows: np.ndarray) -> tuple[list[float], list[float]]:
    """Seconds and inertia of every bare fit."""
    seconds, inertias = [], []
    for k in KS:
        began = time.perf_counter()
        fit = KMeans(k, n_init=10, random_state=0).fit(rows)
        seconds.append(time.perf_counter() - began)
        inertias.append(float(fit.inertia_))
    return seconds, inertias


def fits(matrix: FeatureMatrix) -> tuple[list[float], list[Segmentation]]:
    """Seconds and result of every converged fit."""
    seconds, found = [], []
    for k in KS:
        began = time.perf_counter()
        found.append(finish(converge(matrix, ClusterSpec(k), exact(matrix), silent)))
        seconds.append(time.perf_counter() - began)
    return seconds, found


def exact(matrix: FeatureMatrix):  # type: ignore[no-untyped-def]
    return lambda positions: matrix.values[:, positions].astype(np.float64)


def pieces(steps: Steps[Sweep]) -> tuple[Sweep, float, float]:
    """Run a sweep: what it found, seconds, and the longest piece in milliseconds."""
    began = before = time.perf_counter()
    longest = 0.0
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            now = time.perf_counter()
            return stop.value, now - began, 1e3 * max(longest, now - before)
        now = time.perf_counter()
        longest, before = max(longest, now - before), now


def silhouettes(matrix: FeatureMatrix, found: list[Segmentation], repeats: int) -> None:
    """Print exact criteria beside an assignment pass."""
    print(f"\n{'k':>4}{'assign ms':>12}{'silhouette ms':>16}{'ratio':>8}")
    for fit in found:
        if fit.k not in (2, 4, 8, 12):
            continue
        passes, scored = [], []
        for _ in range(repeats):
            began = time.perf_counter()
            finish(assign_points(points(matrix.values, exact(matrix)), fit.centroids, "assigning"))
            passes.append(time.perf_counter() - began)
            began = time.perf_counter()
            finish(examine(matrix, fit))
            scored.append(time.perf_counter() - began)
        ours, one = median(scored), median(passes)
        print(f"{fit.k:>4}{1e3 * one:>12.1f}{1e3 * ours:>16.1f}{ours / one:>8.2f}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="the sweep over k beside scikit-learn's bare fits")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=9)
    args = parser.parse_args()
    recipe = Recipe(prepare=PrepareSpec(tuple(FeatureSpec(name) for name in FEATURES), scale="log"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.parquet"
        write(path, args.customers)
        gather = GatherSpec((SourceSpec(str(path)),), id_column="customer_id")
        recipe = Recipe(gather=gather, prepare=recipe.prepare)
        pipeline = Pipeline()
        finish(pipeline.open(recipe))
        matrix = finish(pipeline.matrix(recipe.prepare))
        rows = np.ascontiguousarray(matrix.values.T)
        KMeans(2, n_init=1).fit(rows[:1_000])  # loads what it needs
        bare, inertias = peer(rows)
        ours, found = fits(matrix)
        first: list[float] = []
        began = time.perf_counter()
        steps = weighing.sweep(
            pipeline, recipe, KS, silent, lambda sweep: first.append(time.perf_counter() - began) if not first else None
        )
        sweep, whole, longest = pieces(steps)
    print(f"{args.customers:,} customers x {len(matrix.values)} features, seed {SEED}")
    print(f"{'k':>4}{'peer s':>9}{'ours s':>9}{'faster x':>10}{'inertia x':>11}")
    for k, theirs, own, peer_inertia, fit in zip(KS, bare, ours, inertias, found, strict=True):
        print(f"{k:>4}{theirs:>9.2f}{own:>9.3f}{theirs / own:>10.1f}{fit.inertia / peer_inertia:>11.5f}")
    print(f"{'all':>4}{sum(bare):>9.2f}{sum(ours):>9.3f}{sum(bare) / sum(ours):>10.1f}")
    print(f"\nwhole sweep: {whole:.2f} s, {sum(bare) / whole:.1f}x faster than the bare fits")
    print(f"first row after {first[0]:.2f} s; longest piece {longest:.0f} ms; suggested: {sweep.suggestion}")
    silhouettes(matrix, found, args.repeats)


if __name__ == "__main__":
    main()

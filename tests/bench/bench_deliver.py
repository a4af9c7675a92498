"""Labelled customers beside a bare Polars write of the same columns: `python -m tests.bench.bench_deliver`.

    python -m tests.bench.bench_deliver [--customers 1000000] [--rounds 3] [--online FILE]

Customers are those of `tests.bench.generate`, once as Parquet and once as CSV, opened and labelled as the app does it.
Ours is the file as it is written from the open analysis: the source read again, labels joined, written, synced and moved
into place, without the recipe beside it. The peer writes a DataFrame that holds the very same columns and has them in
memory. --online: the whole folder for a table of orders, in seconds.
"""

from __future__ import annotations

import os

if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import polars as pl

from segtui import delivering
from segtui.deliver.labelled import write
from segtui.pipeline import Pipeline, unwatched
from segtui.progress import finish
from segtui.recipe import DeliverySpec, GatherSpec, LabelledSpec, Recipe, SourceSpec
from tests.bench import generate


def timed(act: object) -> float:
    """Seconds of a call."""
    began = time.perf_counter()
    act()  # type: ignore[operator]
    return time.perf_counter() - began


def compare(source: Path, rounds: int) -> None:
    """A row of the table for each format that a source is labelled to."""
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(source)),)))
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    answer = finish(pipeline.exact(recipe, unwatched))
    ground = finish(pipeline.ground(recipe))
    for form in ("parquet", "csv"):
        out, peer = source.with_name(f"out.{form}"), source.with_name(f"peer.{form}")
        spec = LabelledSpec(str(out), overwrite=True)

        def ours(spec: LabelledSpec = spec) -> None:
            finish(write(ground.dataset, recipe.gather, answer, ground.matrix, spec))

        ours()
        frame = pl.read_parquet(out) if form == "parquet" else pl.read_csv(out)
        bare = frame.write_parquet if form == "parquet" else frame.write_csv
        pairs = [(timed(ours), timed(lambda bare=bare, peer=peer: bare(peer))) for _ in range(rounds)]
        mine, theirs = median(a for a, _ in pairs), median(b for _, b in pairs)
        ratio = median(a / b for a, b in pairs)
        print(
            f"{source.suffix[1:]:>8} to {form:<8} {mine:6.2f} s  bare {theirs:6.2f} s  ratio {ratio:5.2f}", flush=True
        )


def main() -> None:
    """Print the table of ratios, and the seconds of a whole folder."""
    parser = argparse.ArgumentParser(description="labelled files beside a bare Polars write")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--online", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for ending in ("parquet", "csv"):
            source = Path(scratch) / f"customers.{ending}"
            generate.write(source, args.customers)
            compare(source, args.rounds)
            source.unlink()
        if args.online is not None:
            recipe = Recipe(gather=GatherSpec((SourceSpec(str(args.online)),)))
            pipeline = Pipeline()
            finish(pipeline.open(recipe))
            spec = DeliverySpec(f"{scratch}/all")
            print(f"whole folder: {timed(lambda: finish(delivering.deliver(pipeline, recipe, spec))):.1f} s")


if __name__ == "__main__":
    main()

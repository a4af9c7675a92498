"""Opening a gigabyte of order lines, beside a bare Polars query that computes recency, frequency and monetary.

    python -m tests.bench.bench_gather [--times 20] [--rounds 3] [--keep FOLDER]

Needs the public Online Retail file (shared/data beside the project, or SEGTUI_TEST_DATA). It is written `--times` over
to one CSV, customer ids shifted each time. Both sides run as processes of their own, in turn; wall time and peak
memory are the whole process's, imports included. The peer reads every column as text, casts only what it needs, and
computes the three features; what segtui does besides is the verdict on every column, the counts of every cleaning step,
and all other features.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PEER = """
import sys
import polars as pl
day = pl.col("InvoiceDate").str.slice(0, 10).str.to_date("%Y-%m-%d")
lines = (
    pl.scan_csv(sys.argv[1], infer_schema=False)
    .filter(pl.col("CustomerID").is_not_null() & ~pl.col("InvoiceNo").str.starts_with("C"))
    .with_columns(q=pl.col("Quantity").cast(pl.Int64), p=pl.col("UnitPrice").cast(pl.Float64), day=day)
    .filter((pl.col("q") > 0) & (pl.col("p") > 0))
)
customers = lines.group_by("CustomerID").agg(
    last=pl.col("day").max(),
    frequency=pl.col("InvoiceNo").n_unique(),
    monetary=(pl.col("q") * pl.col("p")).sum(),
).collect(engine="streaming")
print(customers.height, round(customers["monetary"].sum(), 2))
"""

OURS = """
import sys
from segtui import native
import os
native.prepare(os.environ)
from segtui.gather.dataset import open_dataset
from segtui.progress import finish
from segtui.recipe import GatherSpec, SourceSpec
found = finish(open_dataset(GatherSpec((SourceSpec(sys.argv[1]),))))
print(found.customers, round(found.rollup.revenue, 2))
"""

PIECES = """
import sys, time, json
from segtui.gather.dataset import open_dataset
from segtui.recipe import GatherSpec, SourceSpec
longest, last = 0.0, time.perf_counter()
for _ in open_dataset(GatherSpec((SourceSpec(sys.argv[1]),))):
    now = time.perf_counter()
    longest, last = max(longest, now - last), now
    if len(sys.argv) > 2 and now > float(sys.argv[2]) > 0: break
print(json.dumps(longest * 1000))
"""

STOP = """
import sys, time, threading
from segtui.gather.dataset import open_dataset
from segtui.recipe import GatherSpec, SourceSpec
steps = open_dataset(GatherSpec((SourceSpec(sys.argv[1]),)))
begun = time.perf_counter()
while time.perf_counter() - begun < 1.0:
    progress = next(steps)
asked = time.perf_counter()
steps.close()
given_back = time.perf_counter() - asked
for thread in threading.enumerate():
    if thread.name == "segtui-query": thread.join()
print(progress.detail or "0 rows", given_back * 1000, (time.perf_counter() - asked) * 1000, sep="|")
"""

PREVIEW = """
import sys, time
begun = time.perf_counter()
from segtui.gather.preview import preview
from segtui.recipe import SourceSpec
shown = preview(SourceSpec(sys.argv[1]))
print(len(shown.rows), (time.perf_counter() - begun) * 1000, sep="|")
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one process took."""

    seconds: float
    megabytes: float
    said: str


def run(script: str, *arguments: str, cache: Path) -> Ran:
    """Run a script in a fresh interpreter; peak memory as the operating system counts it."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )
    said = process.stdout.read() if process.stdout is not None else ""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    if status:
        raise SystemExit(f"a side of the benchmark failed with status {status}")
    return Ran(seconds, usage.ru_maxrss / 1024, said.strip())


def main() -> None:
    """Make the files, run both sides in turn, print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--times", type=int, default=20, help="how often the file is written over (20: about 1 GB)")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--keep", type=Path, default=None, help="a folder for the file, used again if it is there")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="segtui-bench-") as scratch:
        folder = given.keep or Path(scratch)
        source = written(folder / f"retail-{given.times}.csv", given.times)
        print(f"{source.stat().st_size / 1e6:,.0f} MB, {given.times} times Online Retail, medians of {given.rounds}")
        compare(source, given.rounds, Path(scratch))
        alone(source, Path(scratch))


def compare(source: Path, rounds: int, scratch: Path) -> None:
    """Both sides in turn, then the second opening."""
    peers, first, second = [], [], []
    for number in range(rounds):
        cache = scratch / f"cache-{number}"
        peers.append(run(PEER, str(source), cache=cache))
        first.append(run(OURS, str(source), cache=cache))
        second.append(run(OURS, str(source), cache=cache))
    if len({one.said.split()[0] for one in (*peers, *first, *second)}) != 1:
        raise SystemExit(f"the sides disagree: {peers[0].said} and {first[0].said}")
    print(f"{'':28s} {'seconds':>8s} {'MB':>6s}   ratio")
    peer = row("bare Polars query", peers, None)
    opened = row("segtui, first opening", first, peer)
    again = row("segtui, second opening", second, None)
    print(f"time {opened[0] / peer[0]:.2f}x (at most 1.5), memory {opened[1] / peer[1]:.2f}x (at most 2)")
    print(f"second opening {opened[0] / again[0]:.1f}x faster (at least 4)")


def row(name: str, runs: list[Ran], beside: tuple[float, float] | None) -> tuple[float, float]:
    """One line of the table; returns median seconds and megabytes."""
    seconds, megabytes = (statistics.median(getattr(r, field) for r in runs) for field in ("seconds", "megabytes"))
    ratio = f"{seconds / beside[0]:.2f} {megabytes / beside[1]:.2f}" if beside else ""
    print(f"{name:28s} {seconds:8.2f} {megabytes:6.0f}   {ratio}")
    return seconds, megabytes


def alone(source: Path, scratch: Path) -> None:
    """What has no peer: the preview, stopping, and files that are odd."""
    rows, preview = run(PREVIEW, str(source), cache=scratch / "none").said.split("|")
    print(f"preview of {rows} rows: {float(preview):.0f} ms, imports included (at most 1000)")
    at, back, ended = run(STOP, str(source), cache=scratch / "none").said.split("|")
    print(
        f"stopped after {at}: keys back in {float(back):.1f} ms (at most 100), the query had ended in {float(ended):.0f} ms"
    )
    for name, make in ODD.items():
        made = scratch / "odd.csv"
        make(made)
        begun = time.perf_counter()
        pieces = run(PIECES, str(made), cache=scratch / "none")
        took = time.perf_counter() - begun
        longest = json.loads(pieces.said)
        print(f"{name}: opened in {took:.1f} s, longest piece {longest:.0f} ms, {pieces.megabytes:.0f} MB")


def _wide(path: Path) -> None:
    names = ",".join(f"c{i}" for i in range(5_000))
    body = ",".join(["1.5"] * 5_000)
    with path.open("w") as file:
        file.write(f"customer_id,{names}\n")
        file.writelines(f"k{i},{body}\n" for i in range(2_000))


def _fat(path: Path) -> None:
    cell = "x" * 1_000_000
    with path.open("w") as file:
        file.write("customer_id,note,spend\n")
        file.writelines(f"k{i},{cell}{i},{i}\n" for i in range(300))


ODD: dict[str, Callable[[Path], None]] = {
    "2,000 rows of 5,000 columns": _wide,
    "300 rows with cells of 1 MB": _fat,
}


def written(path: Path, times: int) -> Path:
    """The public file, so many times over, with ids of its own each time."""
    if path.exists():
        return path
    import polars as pl

    root = Path(__file__).resolve().parents[3]
    data = Path(os.environ.get("SEGTUI_TEST_DATA", root / "shared" / "data")) / "online_retail_2010_2011.parquet"
    if not data.exists():
        raise SystemExit(f"{data} is not here; set SEGTUI_TEST_DATA to the folder with the public data")
    lines = pl.read_parquet(data)
    with path.open("wb") as out:
        for number in range(times):
            shifted = lines.with_columns((pl.col("CustomerID").cast(pl.Int64) + number * 100_000).alias("CustomerID"))
            shifted.write_csv(out, include_header=number == 0)
    return path


if __name__ == "__main__":
    main()

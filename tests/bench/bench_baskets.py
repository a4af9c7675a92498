"""Itemsets and rules beside mlxtend, in one run on one machine: `python -m tests.bench.bench_baskets`.

Both sides start from the same frame of order lines and end with every frequent itemset; the peer's way there is a
one-hot table (pandas `groupby`, `unstack`; or, its quickest way and the default, codes set in a bool array) and `fpgrowth`.
Rules are counted on both sides where a confidence is given (theirs are
fewer where a confidence lies at the limit: shares are divided, not counts). Times are medians of `--repeats` runs for us and of one or
more for the peer; sets and their counts are compared one by one. Memory is the peak of a process of its own
(ru_maxrss) that reads the file, encodes and mines. What contrasting segments costs on top is told beside
the rules alone (`--contrast`: that and no peer).

Data: the public sets beside the project (shared/data, or SEGTUI_TEST_DATA). Online Retail: lines with a customer id that
are not cancelled, whatever their price, by description.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from segtui.basketed import Baskets, Itemsets, Mined, RuleContrast, RuleSet
from segtui.baskets import encode, itemsets, rules
from segtui.baskets.contrast import group_counts, rule_contrast
from segtui.baskets.items import groups_of, item_contrast
from segtui.baskets.mined import mined
from segtui.progress import Steps, finish
from segtui.recipe import BasketSpec

FOLDER = Path(os.environ.get("SEGTUI_TEST_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))

COLUMNS = (
    ("data", 14), ("support", 8), ("baskets", 8), ("itemsets", 9), ("same", 5), ("rules", 8), ("theirs", 7),
    ("ours s", 7), ("peer s", 7), ("one-hot s", 10), ("faster x", 9), ("mining x", 9), ("longest piece ms", 17),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """What is mined: a share of baskets, every length; confidence: rules with one consequent are counted too."""

    data: str
    support: float
    confidence: float | None = None


SETTINGS = (
    Setting("Online Retail", 0.01),
    Setting("Online Retail", 0.005),
    Setting("Online Retail", 0.002),
    Setting("Groceries", 0.001, 0.8),
)

LONGEST = 30

SEGMENTS = 8
"""That rules are contrasted over."""


def lines(data: str) -> tuple[pl.DataFrame, str, str]:
    """Order lines with the names of their two columns."""
    if data == "Groceries":
        return pl.read_csv(FOLDER / "groceries.csv"), "basket", "item"
    frame = pl.read_parquet(FOLDER / "online_retail_2010_2011.parquet")
    kept = frame.filter(pl.col("CustomerID").is_not_null() & ~pl.col("InvoiceNo").str.starts_with("C"))
    return kept.select("InvoiceNo", "Description"), "InvoiceNo", "Description"


def ours(
    frame: pl.DataFrame, order: str, item: str, setting: Setting
) -> Steps[tuple[Baskets, Itemsets, RuleSet | None]]:
    """From the frame to itemsets, and rules where asked."""
    baskets = (yield from encode.from_lines(frame, order, item)).baskets
    sets = yield from itemsets.frequent(baskets, itemsets.least_count(setting.support, baskets.count), LONGEST)
    if setting.confidence is None:
        return baskets, sets, None
    return baskets, sets, (yield from rules.rules(sets, rules.Asked(setting.confidence)))


def longest_piece(steps: Steps[object]) -> float:
    """Milliseconds of processor time of the longest piece between two stops, on the worker's thread."""
    longest, before = 0.0, time.thread_time()
    for _ in steps:
        now = time.thread_time()
        longest, before = max(longest, now - before), now
    return 1e3 * max(longest, time.thread_time() - before)


def clocked(work: Callable[[], object], repeats: int) -> tuple[object, float]:
    """The result and the median of the seconds it took."""
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        spent.append(time.perf_counter() - start)
    return result, median(spent)


def one_hot(frame: object, order: str, item: str, way: str) -> object:
    """The peer's table: baskets by items, bool."""
    import pandas as pd

    if way == "unstack":
        return frame.groupby([order, item]).size().unstack(fill_value=0) > 0  # type: ignore[attr-defined]
    row, _ = pd.factorize(frame[order])  # type: ignore[index]
    column, names = pd.factorize(frame[item])  # type: ignore[index]
    table = np.zeros((row.max() + 1, len(names)), dtype=bool)
    table[row, column] = True
    return pd.DataFrame(table, columns=names)


def peer(hot: object, setting: Setting) -> tuple[object, int | None]:
    """Their itemsets, and how many rules with one consequent."""
    from mlxtend.frequent_patterns import association_rules, fpgrowth

    found = fpgrowth(hot, min_support=setting.support, use_colnames=True)
    if setting.confidence is None:
        return found, None
    table = association_rules(found, metric="confidence", min_threshold=setting.confidence)
    return found, int((table["consequents"].map(len) == 1).sum())


def same(baskets: Baskets, sets: Itemsets, found: object) -> bool:
    """Whether both have the same sets with the same counts."""
    theirs = {
        frozenset(map(str, names)): round(support * baskets.count)
        for names, support in zip(found["itemsets"], found["support"], strict=True)  # type: ignore[index]
    }
    mine = {
        frozenset(baskets.items[i] for i in row): number
        for level, counts in sets.levels
        for row, number in zip(level.tolist(), counts.tolist(), strict=True)
    }
    return theirs == mine


def compared(setting: Setting, repeats: int, way: str) -> dict[str, str]:
    """One row of the table."""
    import pandas as pd

    frame, order, item = lines(setting.data)
    finish(ours(frame, order, item, setting))
    (baskets, sets, made), mine = clocked(lambda: finish(ours(frame, order, item, setting)), repeats)  # type: ignore[misc]
    least = itemsets.least_count(setting.support, baskets.count)
    _, mining = clocked(lambda: finish(itemsets.frequent(baskets, least, LONGEST)), repeats)
    table = pd.DataFrame(frame.to_dict(as_series=False))
    hot, heating = clocked(lambda: one_hot(table, order, item, way), 1)
    (found, number), theirs = clocked(lambda: peer(hot, setting), 1)  # type: ignore[misc]
    return {
        "data": setting.data,
        "support": f"{setting.support:g}",
        "baskets": f"{baskets.count:,}",
        "itemsets": f"{sets.number:,}",
        "same": "yes" if same(baskets, sets, found) else "NO",
        "rules": "" if made is None else f"{len(made):,}",
        "theirs": "" if number is None else f"{number:,}",
        "ours s": f"{mine:.3f}",
        "peer s": f"{heating + theirs:.2f}",
        "one-hot s": f"{heating:.2f}",
        "faster x": f"{(heating + theirs) / mine:.1f}",
        "mining x": f"{theirs / mining:.1f}",
        "longest piece ms": f"{longest_piece(ours(frame, order, item, setting)):.1f}",
    }


def memory(support: float) -> None:
    """Mine Online Retail and print the peak; for a process of its own."""
    _, sets, made = finish(ours(*lines("Online Retail"), Setting("Online Retail", support, 0.3)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Online Retail at {support:g}: {sets.number:,} itemsets, {len(made or ()):,} rules, peak {peak:.0f} MB")


def contrasted(support: float, repeats: int) -> str:
    """What it costs on top of the rules to contrast them, and items, over eight segments that customers are dealt to by
    lot, so that nearly all pairs are tested. The plain run starts from baskets that are read already."""
    frame = pl.read_parquet(FOLDER / "online_retail_2010_2011.parquet")
    kept = frame.filter(pl.col("CustomerID").is_not_null() & ~pl.col("InvoiceNo").str.starts_with("C"))
    owned = kept.with_columns(owner=pl.col("CustomerID").rank("dense").cast(pl.Int64) - 1)
    baskets = finish(encode.from_lines(owned, "InvoiceNo", "Description", "owner")).baskets
    labels = np.random.default_rng(0).integers(0, SEGMENTS, owned["owner"].n_unique())
    spec = BasketSpec(min_support=support)

    def marks(found: Mined) -> Steps[RuleContrast]:
        group = groups_of(baskets, labels)
        yield from item_contrast(baskets, group, SEGMENTS, from_baskets=True)
        counts = yield from group_counts(baskets, found.rules.counted(found.least), group, SEGMENTS)
        return (yield from rule_contrast(counts, from_baskets=True))

    def both() -> RuleContrast:
        return finish(marks(finish(mined(baskets, spec))))

    found, plain = clocked(lambda: finish(mined(baskets, spec)), repeats)
    told, whole = clocked(both, repeats)
    longest = longest_piece(marks(found))  # type: ignore[arg-type]
    return (
        f"Online Retail at {support:g}: {len(found.rules):,} rules {plain:.3f} s, with the contrast of {SEGMENTS} "  # type: ignore[attr-defined]
        f"segments ({told.tested:,} tests) {whole:.3f} s, {whole / plain:.2f} x; longest piece {longest:.1f} ms"  # type: ignore[attr-defined]
    )


def main() -> None:
    """Print the table of ratios, then peaks of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--hot", choices=("unstack", "array"), default="array", help="how the peer's table is made")
    parser.add_argument("--contrast", action="store_true", help="stop before the peer is needed")
    parser.add_argument("--memory", type=float, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory is not None:
        memory(asked.memory)
        return
    # Before anything is loaded here: a child's peak begins with what its parent held.
    for support in (0.01, 0.002, 0.001):
        subprocess.run([sys.executable, "-m", "tests.bench.bench_baskets", "--memory", str(support)], check=True)
    for support in (0.01, 0.005, 0.002):
        print(contrasted(support, asked.repeats), flush=True)
    if asked.contrast:
        return
    print(" ".join(f"{name:>{width}}" for name, width in COLUMNS), flush=True)
    for setting in SETTINGS:
        row = compared(setting, asked.repeats, asked.hot)
        print(" ".join(f"{row[name]:>{width}}" for name, width in COLUMNS), flush=True)


if __name__ == "__main__":
    main()

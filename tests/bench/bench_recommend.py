"""Seconds of EASE and of the whole leaderboard, and the longest piece: `python -m tests.bench.bench_recommend`.

EASE is fitted on a table made by lot at the size asked for, beside LAPACK's inverse of the same table (numpy, one
call). The leaderboard is that of Online Retail (shared/data beside the project, or SEGTUI_TEST_DATA), with labels by
the number of orders. Set OPENBLAS_NUM_THREADS=1, as the application does.
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import date
from pathlib import Path

import numpy as np
from scipy import sparse

from segtui.decide.recommend_board import leaderboard
from segtui.decide.recommend_ease import PENALTY, item_weights
from segtui.decided.recommendations import Leaderboard
from segtui.progress import Steps, finish
from tests.bench.bench_baskets import longest_piece
from tests.decide.test_recommend_board import online_retail

FOLDER = Path(os.environ.get("SEGTUI_TEST_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def ease(items: int, customers: int) -> None:
    """Print the seconds of a fit, LAPACK's and the longest piece."""
    rng = np.random.default_rng(0)
    share = np.minimum(0.2, 0.6 / np.sqrt(np.arange(1, items + 1)))
    x = sparse.csr_array((rng.random((customers, items)) < share).astype(np.float32))
    start = time.perf_counter()
    finish(item_weights(x, PENALTY))
    ours = time.perf_counter() - start
    table = (x.T @ x).toarray().astype(np.float64) + PENALTY * np.eye(items)
    start = time.perf_counter()
    np.linalg.inv(table)
    theirs = time.perf_counter() - start
    piece = longest_piece(item_weights(x, PENALTY))
    print(f"EASE, {items:,} items: {ours:.2f} s, longest piece {piece:.0f} ms; one call of LAPACK {theirs:.2f} s")


def board() -> None:
    """Print the board of Online Retail, the seconds up to each method, and the longest piece."""
    bought = online_retail(FOLDER)
    orders = bought.lines.group_by("owner").agg(n=bought.lines["back"].max())
    labels = np.full(bought.customers, 255, dtype=np.uint8)
    labels[orders["owner"].to_numpy()] = np.arange(orders.height) % 4

    def any_labels(day: date | None) -> Steps[np.ndarray]:
        yield from ()
        return labels

    start = time.perf_counter()

    def heard(one: Leaderboard) -> None:
        last = one.standings[-1]
        print(f"{time.perf_counter() - start:6.1f} s  {last.protocol}, {last.method}", flush=True)

    made = finish(leaderboard(bought, 0, any_labels, heard))
    print(f"{time.perf_counter() - start:6.1f} s  whole")
    print(f"longest piece {longest_piece(leaderboard(bought, 0, any_labels)):.0f} ms of the worker's time")
    for one in made.standings:
        hit, recall, ndcg = one.overall.hit, one.overall.recall, one.overall.ndcg
        print(
            f"{one.protocol:12} {one.purpose:10} {one.method:20} {one.overall.customers:6,}"
            f"  hit {hit.value:.3f} ({hit.low:.3f} to {hit.high:.3f})  recall {recall.value:.3f}"
            f"  ndcg {ndcg.value:.3f}  coverage {one.coverage.value:.3f}"
        )


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="*", default=[3_600])
    parser.add_argument("--customers", type=int, default=4_300)
    asked = parser.parse_args()
    for items in asked.items:
        ease(items, asked.customers)
    board()


if __name__ == "__main__":
    main()

"""Baskets for tests, from lists of items; and a miner of their rules that anybody can check."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from segtui.basketed import Baskets, CountedRules, NullRules
from segtui.progress import Progress, Steps


def baskets_of(rows: Sequence[Sequence[int]], items: int | None = None, owner: Sequence[int] | None = None) -> Baskets:
    number = 1 + max((max(row) for row in rows if row), default=-1) if items is None else items
    starts = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    index = np.array([item for row in rows for item in sorted(row)], dtype=np.int32)
    return Baskets(tuple(f"item {i}" for i in range(number)), starts, index, None if owner is None else np.array(owner))


def rows_of(baskets: Baskets) -> list[list[int]]:
    starts = baskets.starts.tolist()
    return [baskets.index[start:stop].tolist() for start, stop in pairwise(starts)]


def groceries(folder: Path) -> Baskets:
    lines = pl.read_csv(folder / "groceries.csv", schema_overrides={"item": pl.String})
    return from_lines(lines["basket"].to_numpy(), lines["item"].to_numpy())


def from_lines(basket, item) -> Baskets:
    ids, rows = np.unique(np.asarray(basket), return_inverse=True)
    names, columns = np.unique(np.asarray(item, dtype=str), return_inverse=True)
    keys = np.unique(rows.astype(np.int64) * len(names) + columns)
    starts = np.concatenate([[0], np.cumsum(np.bincount(keys // len(names), minlength=len(ids)))])
    return Baskets(tuple(names.tolist()), starts.astype(np.int64), (keys % len(names)).astype(np.int32))


def frequent(baskets: Baskets, least: int) -> dict[tuple[int, ...], int]:
    """All itemsets in `least` baskets or more, depth first, with one column of booleans packed per item."""
    table = np.zeros((len(baskets.items), baskets.count), dtype=np.bool_)
    table[baskets.index, np.repeat(np.arange(baskets.count), baskets.sizes)] = True
    wide = np.zeros((len(table), -(-baskets.count // 64) * 8), dtype=np.uint8)
    packed = np.packbits(table, axis=1)
    wide[:, : packed.shape[1]] = packed
    bits = wide.view(np.uint64)
    found: dict[tuple[int, ...], int] = {}

    def extend(prefix, items, columns):
        counts = np.bitwise_count(columns).sum(axis=1, dtype=np.int64)
        kept = np.flatnonzero(counts >= least)
        items, columns = items[kept], columns[kept]
        for place, (item, count) in enumerate(zip(items.tolist(), counts[kept].tolist(), strict=True)):
            found[(*prefix, item)] = count
            if place + 1 < len(items):
                extend((*prefix, item), items[place + 1 :], columns[place + 1 :] & columns[place])

    extend((), np.arange(len(bits)), bits)
    return found


def rules_of(baskets: Baskets, least: int, confidence: float) -> CountedRules:
    """Rules with one item on the right and one or more on the left."""
    sets = frequent(baskets, least)
    kept = [
        (whole[:i] + whole[i + 1 :], whole[i], count)
        for whole, count in sets.items()
        if len(whole) > 1
        for i in range(len(whole))
        if count / sets[whole[:i] + whole[i + 1 :]] >= confidence
    ]
    longest = max((len(left) for left, _, _ in kept), default=1)
    left = np.full((len(kept), longest), -1, dtype=np.int32)
    for row, (antecedent, _, _) in zip(left, kept, strict=True):
        row[: len(antecedent)] = antecedent
    return CountedRules(
        left,
        np.array([[right] for _, right, _ in kept], dtype=np.int32).reshape(-1, 1),
        np.array([count for _, _, count in kept], dtype=np.int64),
        np.array([sets[antecedent] for antecedent, _, _ in kept], dtype=np.int64),
        np.array([sets[(right,)] for _, right, _ in kept], dtype=np.int64),
        baskets.count,
        least,
    )


def miner(least: int, confidence: float):
    """What `credibility` mines shuffled baskets with."""

    def mine(baskets: Baskets) -> Steps[NullRules]:
        yield Progress("mining")
        rules = rules_of(baskets, least, confidence)
        lifts = rules.joint * rules.baskets / (rules.with_antecedent * rules.with_consequent)
        return NullRules(rules.lengths, lifts)

    return mine

"""Nominal columns as blocks of 0/1 columns, weighed so that a block speaks about as loudly as half a number.

Each level is one column; the block weight is sqrt(q / sum p(1-p)) with q = 1/2 and p the share of customers at each
level (METHODS B7; Hennig & Liao 2013). z-scoring such columns would give a variable with m levels m votes. Levels
with fewer than 1 % of customers are collapsed to "(other)".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.prepare.clean import OTHER_LEVEL, levels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK_VOTE = 0.5
"""q: the variance of a whole block, where an ordinary number has 1."""

RARE = 0.01
"""Share of customers below which a level is collapsed."""


@dataclass(frozen=True, slots=True)
class Block:
    """The 0/1 columns of one feature: levels, most frequent first, "(other)" last, and the share of each.

    collapsed: how many levels are in "(other)".
    """

    levels: tuple[str, ...]
    shares: tuple[float, ...]
    collapsed: int

    @property
    def weight(self) -> float:
        """The block weight; 0 where there is only one level, which says nothing about anybody."""
        variance = sum(p * (1.0 - p) for p in self.shares)
        return math.sqrt(BLOCK_VOTE / variance) if variance > 1e-15 else 0.0


def block(column: pl.Series, fill: str | None = None) -> Block:
    """The levels that become columns; `fill` stands in for missing ones, None: they are a level themselves."""
    counts = levels_of(column, fill).rename("level").value_counts(name="customers")
    pairs = sorted(
        ((str(level), int(count)) for level, count in counts.iter_rows()), key=lambda pair: (-pair[1], pair[0])
    )
    total = max(1, column.len())
    kept = [(level, count) for level, count in pairs if count / total >= RARE and level != OTHER_LEVEL]
    rest = total - sum(count for _, count in kept) if column.len() else 0
    levels, shares = [level for level, _ in kept], [count / total for _, count in kept]
    if rest:
        levels.append(OTHER_LEVEL)
        shares.append(rest / total)
    return Block(tuple(levels), tuple(shares), len(pairs) - len(kept))


def indicator(text: pl.Series, level: str, levels: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which customers are at `level` of a block with these `levels`; `text` comes from `levels_of`."""
    found = ~text.is_in([other for other in levels if other != OTHER_LEVEL]) if level == OTHER_LEVEL else text == level
    return found.to_numpy()

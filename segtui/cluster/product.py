"""Matrix products whose every bit is the same on one thread or many.

A BLAS takes other kernels, which round in another order, once a product is large enough to be shared among
threads. So long products are cut into blocks below that size (OpenBLAS shares from 2^18 multiplications on); one
stacked `matmul` runs all blocks without a Python loop. The cuts depend on the shapes alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from segtui.results import Floats, Floats32

BLOCK_WORK = 1 << 17
"""Multiplications per block; half of what OpenBLAS still runs on one thread."""

SHORTEST = 16
"""Columns a block has at least; wider and taller matrices than that calls for are beyond this program."""


def product(left: Floats32, right: Floats32, out: Floats32) -> Floats32:
    """left (a, b) @ right (b, customers) into out (a, customers)."""
    block, whole = _cut(left.shape[0] * left.shape[1], right.shape[1])
    if whole:
        np.matmul(left, _stack(right[:, :whole], block), out=_stack(out[:, :whole], block))
    if whole < right.shape[1]:
        np.matmul(left, right[:, whole:], out=out[:, whole:])
    return out


def sums(left: Floats32, right: Floats32) -> Floats:
    """left (a, customers) @ right (customers, b), the blocks added up in float64."""
    block, whole = _cut(left.shape[0] * right.shape[1], left.shape[1])
    total: Floats = np.zeros((left.shape[0], right.shape[1]))
    if whole:
        parts = np.matmul(_stack(left[:, :whole], block), right[:whole].reshape(-1, block, right.shape[1]))
        total += parts.sum(axis=0, dtype=np.float64)
    if whole < left.shape[1]:
        total += np.matmul(left[:, whole:], right[whole:])
    return total


def _cut(work: int, count: int) -> tuple[int, int]:
    """Customers per block (a power of two), and how many make up whole blocks."""
    block = max(SHORTEST, 1 << max(0, (BLOCK_WORK // max(1, work)).bit_length() - 1))
    return block, count - count % block


def _stack(matrix: Floats32, block: int) -> Floats32:
    """A view of (rows, blocks * block) as (blocks, rows, block)."""
    rows, count = matrix.shape
    across, along = matrix.strides
    shape, strides = (count // block, rows, block), (block * along, across, along)
    return np.lib.stride_tricks.as_strided(matrix, shape, strides)

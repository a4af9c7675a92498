"""EASE: the linear model that guesses each item of a customer from all the others, in closed form.

P = (XᵀX + λI)⁻¹, B_ij = −P_ij / P_jj, B_jj = 0; the scores of a customer are his row of X times B (Steck 2019). X holds
ones where a customer bought an item. The inverse is made in place by sweeping blocks of pivots (Goodnight 1979, in
blocks): n³ multiplications as with Cholesky, but cut into products of a few milliseconds, so the worker can be
asked to step aside at any time; a call of LAPACK would take seconds that nothing can end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from segtui.decide.recommend_interactions import Past
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import Floats, Floats32, Rows

PENALTY = 200.0
"""λ, as measured in METHODS.md E3."""

CAP = 5_000
"""Items at most, the most popular ones: time grows with the third power, memory with the second (300 MB at the cap).
Others score 0: they are listed after whatever has some evidence, the more popular first."""

PIVOTS, ROWS = 128, 256
"""Pivots swept at once, and rows that a piece brings up to date: 2 · 128 · 256 · items operations."""

PRODUCTS = 600_000
"""Multiplications of one piece of XᵀX: some 5 ms."""

DOING = "fitting EASE"


def ease(past: Past) -> Steps[Callable[[Rows], Floats32]]:
    """What scores all items for customers. Takes n³ for n = min(items, CAP)."""
    width = len(past.buyers)
    most = min(width, CAP)
    # Columns are sorted by popularity: the first are the ones to keep.
    owned = past.owned if most == width else past.owned[:, :most]
    weights = yield from item_weights(owned, PENALTY)

    def scores(rows: Rows) -> Floats32:
        found: Floats32 = owned[rows] @ weights
        if most == width:
            return found
        return np.hstack([found, np.zeros((len(rows), width - most), dtype=np.float32)])

    return scores


def item_weights(owned: sparse.csr_array, penalty: float) -> Steps[Floats32]:
    """B, float32 (items, items), for a table of ones (customers, items)."""
    n = owned.shape[1]
    table = np.empty((n, n), dtype=np.float64)
    turned = owned.T.tocsr()
    for start, block in sparse_block(owned, turned):
        yield Progress(DOING, 0.2 * start / n, f"{n:,} items")
        table[start : start + block.shape[0]] = block.toarray()
    table[np.diag_indices(n)] += penalty
    yield from _swept(table)
    # What lies in the lower triangle now is −P. The upper one is filled block by block.
    own = -np.diagonal(table)
    weights = np.empty((n, n), dtype=np.float32)
    for start in range(0, n, PIVOTS):
        yield Progress(DOING, 0.95 + 0.05 * start / n, f"{n:,} items")
        end = min(n, start + PIVOTS)
        _fill_square(table, start, end)
        weights[start:end, :end] = table[start:end, :end] / own[:end]
        weights[start:end, end:] = table[end:, start:end].T / own[end:]
    weights[np.diag_indices(n)] = 0
    return weights


def _swept(table: Floats) -> Steps[None]:
    """Turn the lower triangle of a positive definite table, in place, into that of minus its inverse."""
    n = len(table)
    for start in range(0, n, PIVOTS):
        end = min(n, start + PIVOTS)
        _fill_square(table, start, end)
        panel = np.empty((n, end - start))
        panel[:start] = table[start:end, :start].T
        panel[start:] = table[start:, start:end]
        inverse = np.linalg.inv(panel[start:end])
        times = panel @ inverse
        across = np.ascontiguousarray(panel.T)
        yield Progress(DOING, 0.2 + 0.75 * start / n, f"{n:,} items")
        for first in range(0, n, ROWS):
            last = min(n, first + ROWS)
            table[first:last, :last] -= times[first:last] @ across[:, :last]
            yield Progress(DOING, 0.2 + 0.75 * start / n, f"{n:,} items")
        table[start:end, :start] = times[:start].T
        table[end:, start:end] = times[end:]
        table[start:end, start:end] = -inverse


def _fill_square(table: Floats, start: int, end: int) -> None:
    """Copy the lower triangle of a square on the diagonal into its upper one."""
    square = table[start:end, start:end]
    above = np.triu_indices(end - start, 1)
    square[above] = square.T[above]


def sparse_block(owned: sparse.csr_array, turned: sparse.csr_array) -> Iterator[tuple[int, sparse.csr_array]]:
    """XᵀX in blocks of rows of about PRODUCTS multiplications each: (first row, block). turned: Xᵀ, CSR."""
    width = np.diff(owned.indptr)
    total = np.concatenate([[0], np.cumsum(width[turned.indices])])
    cost = total[turned.indptr[1:]] + owned.shape[1] * np.arange(1, turned.shape[0] + 1)
    start = 0
    while start < turned.shape[0]:
        done = cost[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(cost, done + PRODUCTS, side="right")))
        yield start, turned[start:end] @ owned
        start = end

"""Segments said in rules: a tree that comes near k-means, what it costs, and whom it would put where.

As many leaves as segments: by mistake minimisation (`explain.imm`), whose price is bounded. Two or three times as many:
a classification tree (`explain.cart`), which comes nearer. On the RFM of Online Retail a classification tree of 8
leaves costs 1.2 to 1.6 times the inertia of 8 segments, mistake minimisation 1.12 to 1.17, one of 16 leaves 1.10
(METHODS C2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.sample import PROBE
from segtui.cluster.sums import ClusterSums
from segtui.explain.cart import cart
from segtui.explain.imm import imm
from segtui.explain.places import DOING, sample
from segtui.explain.rules import leaf_of, leaves_of
from segtui.explained import LeafRule, Rulebook
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from segtui.results import Dataset, FeatureMatrix, Floats32, Labels, MatrixColumn, Segmentation

MOST_LEAVES = 255
"""Leaves are numbered in a byte; three times the most segments are 150."""

BLOCK, WIDE = 32_768, 1 << 19
"""Customers per piece, or fewer so that a piece of the matrix has about so many values; 20 ms at most."""

NOTHING = 1e-12
"""An inertia that is so small a share of the total is rounding: all customers of each segment are alike."""


def rulebook(dataset: Dataset, matrix: FeatureMatrix, segmentation: Segmentation, leaves: int) -> Steps[Rulebook]:
    """The segments in so many rules, from one per segment on; grown on a sample, judged on every customer.

    A tree may need fewer leaves than it is given. Raises ValueError for fewer leaves than segments, or above 255.
    """
    rules, fitted = yield from grown(dataset, matrix, segmentation, leaves)
    counts, price = yield from _judged(dataset, matrix, segmentation, rules)
    counted = tuple(
        replace(rule, customers=int(row.sum()), right=int(row[rule.cluster]))
        for rule, row in zip(rules, counts, strict=True)
    )
    return Rulebook(
        method="imm" if leaves == segmentation.k else "cart",
        leaves=counted,
        sizes=tuple(int(size) for size in counts.sum(axis=0)),
        fidelity=sum(rule.right for rule in counted) / max(1, len(segmentation.labels)),
        price=price,
        fitted=fitted,
    )


def grown(
    dataset: Dataset, matrix: FeatureMatrix, segmentation: Segmentation, leaves: int
) -> Steps[tuple[tuple[LeafRule, ...], int]]:
    """The rules of a tree that comes near the segments, nobody counted yet, and how many customers it was grown on."""
    if not segmentation.k <= leaves <= MOST_LEAVES:
        raise ValueError(f"{leaves} leaves for {segmentation.k} segments: give {segmentation.k} to {MOST_LEAVES}")
    known = yield from sample(dataset, matrix, segmentation)
    tree = yield from imm(known) if leaves == segmentation.k else cart(known, leaves)
    return leaves_of(tree, matrix.columns, dataset.frame), known.rows


def labels(rules: Sequence[LeafRule], dataset: Dataset, columns: Sequence[MatrixColumn]) -> Steps[Labels]:
    """Every customer by the rules alone, uint8, canonical order: the segmentation that adopting the tree gives.

    columns: those of the matrix (or its `space`) that the tree was grown on; they say what a level means.
    """
    clusters = _clusters(rules)
    found = np.empty(dataset.customers, dtype=np.uint8)
    for block in _blocks(dataset.customers, 1):
        yield Progress("putting customers where the rules say", block.start / dataset.customers)
        found[block] = clusters[_leaves(rules, dataset, columns, block)]
    return found


def _judged(
    dataset: Dataset, matrix: FeatureMatrix, segmentation: Segmentation, rules: Sequence[LeafRule]
) -> Steps[tuple[NDArray[np.int64], float]]:
    """Customers by leaf and cluster (leaves, k), and the price of the tree."""
    k, customers = segmentation.k, len(segmentation.labels)
    counts = np.zeros(len(rules) * k, dtype=np.int64)
    clusters = _clusters(rules)
    by_tree, by_means = ClusterSums(k, len(matrix.values)), ClusterSums(k, len(matrix.values))
    origin = matrix.values[:, :PROBE].mean(axis=1, keepdims=True)  # far from 0, the sums would lose the differences
    square = 0.0
    for block in _blocks(customers, len(matrix.values)):
        yield Progress(DOING, block.start / customers, f"{block.start:,} customers")
        own = segmentation.labels[block]
        leaf = _leaves(rules, dataset, matrix.columns, block)
        counts += np.bincount(leaf.astype(np.intp) * k + own, minlength=len(counts))
        moved: Floats32 = matrix.values[:, block] - origin
        by_tree.add(moved, clusters[leaf])
        by_means.add(moved, own)
        square += float(np.square(moved, dtype=np.float64).sum())
    price = _price(square - by_tree.between(), square - by_means.between(), NOTHING * square)
    return counts.reshape(len(rules), k), price


def _price(tree: float, means: float, nothing: float) -> float:
    """The ratio of two inertias; 1 where neither has any."""
    if means > nothing:
        return tree / means
    return float("inf") if tree > nothing else 1.0


def _leaves(rules: Sequence[LeafRule], dataset: Dataset, columns: Sequence[MatrixColumn], block: slice) -> Labels:
    return leaf_of(rules, dataset.frame[block], columns)


def _clusters(rules: Sequence[LeafRule]) -> Labels:
    return np.array([rule.cluster for rule in rules], dtype=np.uint8)


def _blocks(customers: int, width: int) -> Iterator[slice]:
    size = max(1024, min(BLOCK, WIDE // width))
    return (slice(start, min(start + size, customers)) for start in range(0, customers, size))

"""Iterative mistake minimisation: a tree with one leaf per centre.

After Dasgupta, Frost, Moshkovitz & Rashtchian (ICML 2020). A node starts with all centres. Among the cuts "column <=
threshold" that leave at least one centre on either side, it takes the one that parts the fewest of its customers from
their own centre (the mistakes); those are dropped, and both sides go on with their centres and the customers that are
still with them. With x the place of a customer and c that of its centre, a cut behind place t is a mistake where
min(x, c) <= t < max(x, c), so that all cuts of a column are judged by one running sum. By the paper the inertia around
the centres is at most O(k^2) times that of k-means; a tree grown for purity has no such bound.

The paper lets a cut fall anywhere between the outermost centres. Here it must also lie between customers that come to
the node, dropped ones among them, so that no leaf is empty; centres that no such cut parts share a leaf.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.explain.places import DOING, Gap, Sample, cut
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import Rows

COLUMNS = 32
"""Columns judged at a time: about 8 ms with 20,000 customers."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a tree ends: everyone here is put into this cluster."""

    cluster: int


@dataclass(frozen=True, slots=True)
class Split:
    """Where a tree asks: at most the threshold in `gap` goes below, more than it above."""

    gap: Gap
    below: Node
    above: Node


Node = Leaf | Split


def joined(gap: Gap, below: Node, above: Node) -> Node:
    """A split, or one leaf where both of its sides say the same."""
    return below if isinstance(below, Leaf) and below == above else Split(gap, below, above)


def imm(sample: Sample) -> Steps[Node]:
    """The tree of all centres."""
    everyone = np.arange(sample.rows)
    return (yield from _grown(sample, everyone, everyone, np.arange(sample.k)))


def _grown(sample: Sample, rows: Rows, faithful: Rows, centres: Rows) -> Steps[Node]:
    """rows: whoever comes here; faithful: those whose own centre, one of `centres`, was never parted from them."""
    found = (yield from _best(sample, rows, faithful, centres)) if len(centres) > 1 else None
    if found is None:
        counts = np.bincount(sample.labels[faithful], minlength=sample.k)
        return Leaf(int(centres[counts[centres].argmax()]))
    column, place = found
    below_rows, above_rows, gap = cut(sample, rows, column, place)
    up = sample.centres[column] > place
    own = up[sample.labels[faithful]]
    theirs = sample.places[column, faithful] > place
    sides: list[Node] = []
    for side, side_rows in ((False, below_rows), (True, above_rows)):
        still = faithful[(own == side) & (theirs == side)]
        sides.append((yield from _grown(sample, side_rows, still, centres[up[centres] == side])))
    return joined(gap, sides[0], sides[1])


def _best(sample: Sample, rows: Rows, faithful: Rows, centres: Rows) -> Steps[tuple[int, int] | None]:
    """(column, place) of the cut with the fewest mistakes, the first column and lowest place of equals."""
    best: tuple[int, int] | None = None
    fewest = len(faithful) + 1
    labels = sample.labels[faithful]
    for column in range(len(sample.places)):
        if column % COLUMNS == 0:
            yield Progress(DOING, None, f"{len(centres)} segments to part")
        all_places, all_centres = sample.places[column], sample.centres[column]
        here, middle = all_places[rows], all_centres[centres]
        first, last = max(here.min(), middle.min()), min(here.max(), middle.max())
        if first >= last:
            continue
        x, c = all_places[faithful], all_centres[labels]
        size = int(max(last, x.max(initial=0), c.max(initial=0))) + 1
        changes = np.bincount(np.minimum(x, c), minlength=size) - np.bincount(np.maximum(x, c), minlength=size)
        mistakes = changes.cumsum()[first:last]
        at = int(mistakes.argmin())
        if mistakes[at] < fewest:
            fewest, best = int(mistakes[at]), (column, int(first) + at)
    return best

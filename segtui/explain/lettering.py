"""Letters for segments: given once by revenue or size, then carried from run to run by overlap.

A letter stands for people, not for a cluster number. So the first run letters its clusters from the largest
down, and a later run takes over the letters of an anchor: the one-to-one assignment that keeps the most customers
under their letter. Clusters that share no more customers with a lettered segment than chance would give
them are new people and get new letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Labels

    Counts = NDArray[np.int64]


def letter(position: int) -> str:
    """The letter at `position` (0-based): A … Z, AA, AB … as spreadsheets count columns."""
    text = ""
    rest = position + 1
    while rest > 0:
        rest, digit = divmod(rest - 1, 26)
        text = chr(ord("A") + digit) + text
    return text


def letter_position(text: str) -> int:
    """The inverse of `letter`; also the order in which letters are listed (Z before AA)."""
    position = 0
    for character in text:
        position = position * 26 + ord(character) - ord("A") + 1
    return position - 1


def in_letter_order(letters: Sequence[str]) -> list[int]:
    """The clusters by the letters they carry: cluster j carries letters[j]."""
    return sorted(range(len(letters)), key=lambda cluster: letter_position(letters[cluster]))


def first_letters(
    sizes: Sequence[int], revenue_by_cluster: Floats | None, centroids: Floats | None = None
) -> tuple[str, ...]:
    """Letters for clusters without an anchor: A is the one with the most revenue, else the most customers.

    Equal ones are ordered by size, then by their centroids, so that the numbering of clusters cannot matter.
    """
    letters = [""] * len(sizes)
    for place, cluster in enumerate(_largest_first(sizes, revenue_by_cluster, centroids)):
        letters[cluster] = letter(place)
    return tuple(letters)


def match_letters(
    labels: Labels,
    k: int,
    anchor_labels: Labels,
    anchor_letters: Sequence[str],
    sizes: Sequence[int],
    revenue: Floats | None,
    centroids: Floats | None = None,
) -> tuple[str, ...]:
    """Letters for `k` clusters, taken from an anchor's labels of the same customers.

    anchor_labels: per customer the position of its letter in `anchor_letters`. sizes, revenue and centroids
    order new segments, and decide ties, as in `first_letters`. Letters of segments that are gone are not
    given to other people: new segments continue after the highest letter of the anchor.
    """
    overlap = contingency(labels, k, anchor_labels, len(anchor_letters))
    rows = _largest_first(sizes, revenue, centroids)
    columns = sorted(range(len(anchor_letters)), key=lambda j: letter_position(anchor_letters[j]))
    # Rows and columns in an order of their own, so that ties fall the same way however clusters are numbered.
    shared = _more_than_chance(overlap[np.ix_(rows, columns)])
    letters = [""] * k
    for row, column in enumerate(best_assignment(shared.tolist())):
        if column is not None:
            letters[rows[row]] = anchor_letters[columns[column]]
    following = max((letter_position(given) for given in anchor_letters), default=-1) + 1
    for cluster in rows:
        if not letters[cluster]:
            letters[cluster] = letter(following)
            following += 1
    return tuple(letters)


def contingency(labels: Labels, k: int, anchor_labels: Labels, anchors: int) -> Counts:
    """Customers per (cluster, anchor segment), int64 (k, anchors)."""
    # uint16 holds 50 x 256 pairs and is a quarter of the traffic of bincount's own integers.
    pairs = labels.astype(np.uint16)
    pairs *= np.uint16(anchors)
    pairs += anchor_labels
    return np.bincount(pairs, minlength=k * anchors).reshape(k, anchors).astype(np.int64, copy=False)


def _largest_first(sizes: Sequence[int], revenue: Floats | None, centroids: Floats | None) -> list[int]:
    """Cluster numbers from the largest to the smallest, in an order that does not look at the numbers."""

    def rank(cluster: int) -> tuple[float, int, tuple[float, ...]]:
        money = 0.0 if revenue is None else float(revenue[cluster])
        place = () if centroids is None else tuple(float(value) for value in centroids[cluster])
        return -money if money == money else 0.0, -sizes[cluster], place

    return sorted(range(len(sizes)), key=rank)


def _more_than_chance(overlap: Counts) -> Counts:
    """Overlaps that exceed what two unrelated groups of these sizes would share; the others set to 0.

    Without it a handful of strays would hand the letter of a vanished segment to strangers.
    """
    total = max(int(overlap.sum()), 1)
    expected = overlap.sum(axis=1, keepdims=True) * (overlap.sum(axis=0, keepdims=True) / total)
    return np.where(overlap > expected, overlap, 0)


def best_assignment(gain: Sequence[Sequence[int]]) -> list[int | None]:
    """The column of every row in the one-to-one assignment with the greatest total gain; None for no gain.

    The Hungarian method with potentials, O(rows² x columns); small tables only, so plain Python is fast enough
    and saves importing scipy.
    """
    rows, columns = len(gain), len(gain[0]) if gain else 0
    if rows > columns:  # the method needs at least as many columns: columns without gain change nothing
        gain = [[*row, *[0] * (rows - columns)] for row in gain]
    partner = _hungarian(gain)
    found: list[int | None] = [None] * rows
    for column, row in enumerate(partner):
        if row is not None and column < columns and gain[row][column] > 0:
            found[row] = column
    return found


def _hungarian(gain: Sequence[Sequence[int]]) -> list[int | None]:
    """The row of every column (None: left over), for rows <= columns, at the greatest total gain."""
    rows, columns = len(gain), len(gain[0]) if gain else 0
    row_price = [0] * rows
    column_price = [0] * (columns + 1)  # the last column is a stand-in that holds the row being placed
    partner: list[int | None] = [None] * (columns + 1)
    for row in range(rows):
        partner[columns] = row
        came_from = _shortest_path(gain, row_price, column_price, partner)
        column = came_from.pop()
        while column != columns:  # shift every row on the path by one column
            partner[column] = partner[came_from[column]]
            column = came_from[column]
    return partner[:columns]


def _shortest_path(
    gain: Sequence[Sequence[int]], row_price: list[int], column_price: list[int], partner: list[int | None]
) -> list[int]:
    """Find the cheapest free column for the row in the stand-in column, updating the prices on the way.

    Returns per column the column it was reached from, with the free column found appended at the end.
    """
    columns = len(column_price) - 1
    distance: list[float] = [float("inf")] * columns
    came_from = [columns] * columns
    visited = [False] * (columns + 1)
    current = columns
    while (row := partner[current]) is not None:
        visited[current] = True
        nearest, step = -1, float("inf")
        for column in range(columns):
            if visited[column]:
                continue
            cost = -gain[row][column] - row_price[row] - column_price[column]
            if cost < distance[column]:
                distance[column], came_from[column] = cost, current
            if distance[column] < step:
                nearest, step = column, distance[column]
        for column in range(columns + 1):
            holder = partner[column]
            if visited[column] and holder is not None:
                row_price[holder] += int(step)
                column_price[column] -= int(step)
            elif column < columns and not visited[column]:
                distance[column] -= step
        current = nearest
    return [*came_from, current]

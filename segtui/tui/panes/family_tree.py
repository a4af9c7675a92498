"""The family tree of segments over k as positions: whose customers each segment has, and in which column it stands.

Every segment has a parent: the segment at k - 1 that most of its customers were in. The largest child of a parent
takes over its column and the others open columns right of it, so lines never cross. A child is the *same* segment as
its parent when their customers overlap as much as a stable segment's do with those of a new draw (Jaccard similarity of
at least .75, Hennig); a segment that stays the same over several k is one that can be relied on, however k is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from segtui.evidence import STABLE, SweepRow


@dataclass(frozen=True, slots=True)
class Node:
    """A segment at one k. parent: its place in the level above, None where there is none.

    inherited: share of its customers that come from the parent. same: whether it is the same segment as the parent.
    first, last: the k over which it stays the same. column: where it stands.
    """

    k: int
    cluster: int
    letter: str
    size: int
    share: float
    parent: int | None = None
    inherited: float = 0.0
    same: bool = False
    first: int = 0
    last: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Tree:
    """One level per k that was fitted, lowest first, nodes in cluster order. columns: how many there are."""

    levels: tuple[tuple[Node, ...], ...]
    columns: int

    def lasting(self) -> list[Node]:
        """Segments that stay the same over three or more k, the longest first, each as it is at its first k."""
        starts = [
            node for level in self.levels for node in level if node.k == node.first and node.last - node.first >= 2
        ]
        return sorted(starts, key=lambda node: (node.first - node.last, -node.size))


def grown(rows: Sequence[SweepRow]) -> Tree:
    """The tree of the rows that have sizes, ascending k."""
    fitted = [row for row in rows if row.sizes and row.scores is not None]
    levels: list[list[Node]] = []
    for i, row in enumerate(fitted):
        before = fitted[i - 1] if i and fitted[i - 1].k == row.k - 1 and row.flows else None
        levels.append(_level(row, before, levels[-1] if before is not None else None))
    _last_same(levels)
    columns = _columns(levels)
    return Tree(tuple(tuple(level) for level in levels), columns)


def _level(row: SweepRow, before: SweepRow | None, above: list[Node] | None) -> list[Node]:
    total = sum(row.sizes) or 1
    nodes = []
    for j, size in enumerate(row.sizes):
        letter = row.letters[j] if j < len(row.letters) else ""
        node = Node(row.k, j, letter, size, size / total, first=row.k, last=row.k)
        if before is not None and above is not None:
            shared = [flow[j] for flow in row.flows]
            parent = max(range(len(shared)), key=lambda i: (shared[i], -i))
            union = before.sizes[parent] + size - shared[parent]
            same = union > 0 and shared[parent] / union >= STABLE
            first = above[parent].first if same else row.k
            node = replace(node, parent=parent, inherited=shared[parent] / (sum(shared) or 1), same=same, first=first)
        nodes.append(node)
    return nodes


def _last_same(levels: list[list[Node]]) -> None:
    """Tell every node until which k it stays the same; only one child can be the same segment as its parent."""
    for above, below in zip(reversed(levels[:-1]), reversed(levels[1:]), strict=True):
        for node in below:
            if node.same and node.parent is not None:
                above[node.parent] = replace(above[node.parent], last=node.last)


def _columns(levels: list[list[Node]]) -> int:
    """Give every node its column; returns how many there are.

    Columns are kept in order as numbers that never change their meaning; where they stand is known at the end only.
    """
    order: list[int] = []
    taken: list[list[int]] = []
    for level in levels:
        own = [-1] * len(level)
        for parent, children in _by_parent(level):
            last = None  # of this family so far
            if parent is not None:
                last = own[children[0]] = taken[-1][parent]
                children = children[1:]
            for child in children:
                column = len(order)
                order.insert(len(order) if last is None or parent is None else order.index(last) + 1, column)
                last = own[child] = column
        taken.append(own)
    place = {column: at for at, column in enumerate(order)}
    for level, own in zip(levels, taken, strict=True):
        for j, node in enumerate(level):
            level[j] = replace(node, column=place[own[j]])
    return len(order)


def _by_parent(level: list[Node]) -> Iterator[tuple[int | None, list[int]]]:
    """The children of every parent, the one that takes over the column first."""
    families: dict[int | None, list[int]] = {}
    for j, node in enumerate(level):
        families.setdefault(node.parent, []).append(j)
    for parent, children in families.items():
        yield parent, sorted(children, key=lambda j: (not level[j].same, -level[j].inherited * level[j].size, j))


# -- one segment in detail -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flow:
    """A share of a segment's customers, and the letter of the segment they are in at another k."""

    letter: str
    share: float


def came_from(row: SweepRow, before: SweepRow | None, cluster: int) -> tuple[Flow, ...]:
    """Where the customers of a segment were at k - 1, most first."""
    if before is None or not row.flows:
        return ()
    return _shares(before.letters, [flow[cluster] for flow in row.flows])


def go_to(after: SweepRow | None, cluster: int) -> tuple[Flow, ...]:
    """Where the customers of a segment are at k + 1, most first."""
    if after is None or cluster >= len(after.flows):
        return ()
    return _shares(after.letters, list(after.flows[cluster]))


def _shares(letters: Sequence[str], counts: list[int]) -> tuple[Flow, ...]:
    total = sum(counts) or 1
    flows = [Flow(letter, count / total) for letter, count in zip(letters, counts, strict=False) if count]
    return tuple(sorted(flows, key=lambda flow: -flow.share))

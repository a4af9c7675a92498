"""Flows between two stacks as ribbons of characters, as thick as they are large: a Sankey diagram in text.

Knows nothing of customers: it is given amounts and signs. A ribbon is as many rows thick at both ends, and bends
between them; where ribbons cross, the thinner one lies on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segtui.tui.widgets.ink import Run


@dataclass(frozen=True, slots=True)
class Flow:
    """left, right: places in the two stacks. sign: one or more one-cell characters that fill the ribbon."""

    left: int
    right: int
    amount: int
    sign: str
    role: str


@dataclass(frozen=True, slots=True)
class Ribbons:
    """rows: of cells, blank ones without a role. left, right: place in the stack -> the first row it stands on."""

    rows: tuple[tuple[Run, ...], ...]
    left: dict[int, int]
    right: dict[int, int]


def heights(amounts: Sequence[int], rows: int) -> list[int]:
    """Whole rows in proportion to amounts, at least one each, `rows` in all (as many as amounts where that is more)."""
    total = sum(amounts) or 1
    exact = [amount * rows / total for amount in amounts]
    found = [max(1, int(share)) for share in exact]
    while sum(found) < rows and found:
        found[max(range(len(found)), key=lambda i: exact[i] - found[i])] += 1
    while sum(found) > rows and max(found, default=1) > 1:
        tall = [i for i in range(len(found)) if found[i] > 1]
        found[max(tall, key=lambda i: found[i] - exact[i])] -= 1
    return found


def ribbons(flows: Sequence[Flow], width: int, rows: int) -> Ribbons:
    """Draw flows in `width` cells and at most `rows` rows; a blank row parts places where there is room."""
    if not flows:
        return Ribbons((), {}, {})
    places = [len({flow.left for flow in flows}), len({flow.right for flow in flows})]
    parted = max(places) - 1
    gap = 1 if rows - parted >= 2 * len(flows) else 0
    thick = heights([flow.amount for flow in flows], rows - gap * parted)
    tall = sum(thick) + gap * parted
    by_left = sorted(range(len(flows)), key=lambda i: (flows[i].left, flows[i].right))
    by_right = sorted(range(len(flows)), key=lambda i: (flows[i].right, flows[i].left))
    starts, left = _stack([(i, flows[i].left) for i in by_left], thick, gap, gap * (parted - places[0] + 1) // 2)
    ends, right = _stack([(i, flows[i].right) for i in by_right], thick, gap, gap * (parted - places[1] + 1) // 2)
    cells: list[list[Run]] = [[(" ", "")] * width for _ in range(tall)]
    for i in sorted(range(len(flows)), key=lambda i: -flows[i].amount):
        flow = flows[i]
        for x in range(width):
            first = int(starts[i] + (ends[i] - starts[i]) * _bend(x / max(1, width - 1)) + 0.5)
            for y in range(first, first + thick[i]):
                cells[y][x] = (flow.sign[x % len(flow.sign)], flow.role)
    return Ribbons(tuple(_joined(row) for row in cells), left, right)


def _stack(
    order: Sequence[tuple[int, int]], thick: Sequence[int], gap: int, first: int
) -> tuple[dict[int, int], dict[int, int]]:
    """The first row of every flow of a stack, and of every place."""
    flows: dict[int, int] = {}
    places: dict[int, int] = {}
    y = first
    for i, place in order:
        if place not in places:
            y += gap if places else 0
            places[place] = y
        flows[i] = y
        y += thick[i]
    return flows, places


def _bend(t: float) -> float:
    """From 0 to 1, flat at both ends."""
    return t * t * (3.0 - 2.0 * t)


def _joined(row: Sequence[Run]) -> tuple[Run, ...]:
    """Neighbouring cells of one role as one run."""
    runs: list[Run] = []
    for sign, role in row:
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + sign, role)
        else:
            runs.append((sign, role))
    return tuple(runs)

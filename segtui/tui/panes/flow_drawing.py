"""The flow drawing of a comparison: ribbons from the segments of one side to those of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from segtui.tui import format as fmt
from segtui.tui.panes.compare_words import role_of
from segtui.tui.widgets.ink import Line, Run, line
from segtui.tui.widgets.ribbons import Flow, ribbons

if TYPE_CHECKING:
    from segtui.explained import Comparison
    from segtui.tui.charset import Charset

LEAST = 0.06
"""Share of the customers in both from which a flow is drawn on its own."""


def drawn_flows(found: Comparison, rows: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Which flows are drawn and which are not, largest first; at most as many as rows, since each takes one."""
    table = found.table
    flows = [(i, j) for i in range(len(found.before)) for j in range(len(found.after)) if table[i][j]]
    flows.sort(key=lambda at: (-table[at[0]][at[1]], at))
    large = sum(table[i][j] >= LEAST * found.customers for i, j in flows)
    drawn = min(large, max(0, rows))
    return flows[:drawn], flows[drawn:]


def flow_lines(found: Comparison, width: int, height: int, at: tuple[int, int] | None, signs: Charset) -> list[Line]:
    """The drawing, its last line saying what is not drawn. at: the flow under the cursor, which is drawn reversed."""
    drawn, rest = drawn_flows(found, height - 1)
    label = min(34, max(14, width // 4))
    flows = [
        Flow(
            i, j, found.table[i][j], _sign(found.before[i], signs),
            role_of(found.before[i], i) + (" mark" if (i, j) == at else ""),
        )
        for i, j in drawn
    ]  # fmt: skip
    drawing = ribbons(flows, max(8, width - 2 * label - 3), height - 1)
    left = {y: _left(found, i, label, signs) for i, y in drawing.left.items()}
    right = {y: _right(found, j, label, signs) for j, y in drawing.right.items()}
    lines = [
        line(left.get(y, (" " * label, "")), " ", *runs, " ", right.get(y, ("", "")))
        for y, runs in enumerate(drawing.rows)
    ]
    return [*lines, line((fmt.cut(" " + not_drawn(found, drawn, rest), width - 1, signs.ellipsis), "dim"))]


def not_drawn(found: Comparison, drawn: list[tuple[int, int]], rest: list[tuple[int, int]]) -> str:
    """What the drawing leaves out, in one sentence."""
    if not rest:
        return "every flow is drawn"
    customers = sum(found.table[i][j] for i, j in rest)
    small = max(found.table[i][j] for i, j in rest) < LEAST * found.customers
    why = "under 6 % each, " if small else "for want of rows, "
    told = f"{why}{fmt.plural(customers, 'customer')} ({fmt.share(customers / found.customers)} %)"
    words = f"not drawn: {fmt.plural(len(rest), 'flow')} {told}"
    return words if drawn else f"no flow holds 6 % of customers; {words}; tab: table"


def _sign(letter: str, signs: Charset) -> str:
    """What fills a ribbon: the letter that it comes from."""
    text = "".join(one for one in fmt.clean(letter, 2) if cell_len(one) == 1 and one != " ")
    return text if text and (text.isascii() or not signs.ascii) else "#"


def _left(found: Comparison, i: int, width: int, signs: Charset) -> Run:
    total = fmt.count(sum(found.table[i]))
    gone = "" if any(i == row for row, _ in found.matched) else " GONE"
    return _label(found.before[i] + gone, found.before_names[i], total, width, signs), role_of(found.before[i], i)


def _right(found: Comparison, j: int, width: int, signs: Charset) -> Run:
    total = fmt.count(sum(row[j] for row in found.table))
    new = "" if any(j == column for _, column in found.matched) else " NEW"
    return _label(found.after[j] + new, found.after_names[j], total, width, signs), role_of(found.after[j], j)


def _label(letter: str, name: str, total: str, width: int, signs: Charset) -> str:
    text = fmt.pad(f" {fmt.clean(letter, 14)} {fmt.clean(name)}", width - len(total) - 1, ellipsis=signs.ellipsis)
    return f"{text} {total}"

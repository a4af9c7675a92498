"""The migration table: from every segment of one side to every segment of the other; what does not fit scrolls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui.tui import format as fmt
from segtui.tui.panes.compare_words import role_of
from segtui.tui.widgets.ink import Line, Run, line

if TYPE_CHECKING:
    from segtui.explained import Comparison
    from segtui.tui.charset import Charset

NARROWEST, NARROW, WIDEST = 10, 18, 30
"""Cells for the name of a row: at least, at least where the screen is wide, at most."""
WIDE = 112
WIDER = 12
"""Cells that a column may have beyond what its number needs."""
LONGEST = 7
"""Digits and commas of a number that is written in full."""
SHARE = 4
"""Cells for a share with its sign and a blank before it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What fits. label, number, cell: cells for a row's name, a number, and a whole column; rows, columns: shown."""

    label: int
    number: int
    cell: int
    rows: range
    columns: range


def shape(found: Comparison, width: int, height: int, first_row: int, first_column: int) -> Shape:
    """Divide the room: as many columns and rows as fit, from the first wanted on, as far as there are."""
    largest = fmt.count(found.customers)
    number = max(3, len(largest) if len(largest) <= LONGEST else 5)
    cell, total = 2 + number + SHARE, 2 + number
    least = NARROW if width >= WIDE else NARROWEST
    fit = max(1, (width - 2 - least - total) // cell)
    columns = _part(first_column, fit, len(found.after))
    room = width - 2 - total - cell * len(columns)
    label = min(WIDEST, max(least, room))
    cell += min(WIDER, max(0, room - label) // len(columns))  # for names above the numbers
    return Shape(label, number, cell, _part(first_row, max(1, height - 2), len(found.before)), columns)


def _part(first: int, fit: int, count: int) -> range:
    start = max(0, min(first, count - fit))
    return range(start, min(count, start + fit))


def following(first: int, at: int, fit: int) -> int:
    """The first row or column shown so that `at` is among `fit` of them."""
    return min(max(first, at - fit + 1), at)


def table_lines(
    found: Comparison, of: Shape, at: tuple[int, int] | None, names: tuple[str, str], signs: Charset
) -> list[Line]:
    """Header, rows, totals. at: the cell under the cursor. names: of the sides."""
    same = dict(found.matched)
    gone = {i for i in range(len(found.before)) if i not in same}
    new = set(range(len(found.after))) - set(same.values())
    lines = [_header(found, of, new, names, signs)]
    for i in of.rows:
        name = f"{fmt.clean(found.before[i], 12)}{' GONE' if i in gone else ''} {fmt.clean(found.before_names[i])}"
        runs: list[Run] = [("  ", ""), (fmt.pad(name, of.label, ellipsis=signs.ellipsis), role_of(found.before[i], i))]
        total = sum(found.table[i])
        runs += [_cell(found.table[i][j], total, same.get(i) == j, (i, j) == at, of) for j in of.columns]
        runs.append((f"  {_number(total, of.number)}", "bold"))
        lines.append(line(*runs))
    sums = [sum(row[j] for row in found.table) for j in of.columns]
    totals = "".join(f"{_number(one, of.number):>{of.cell - SHARE}}{'':{SHARE}}" for one in sums)
    everyone = f"  {_number(found.customers, of.number)}"
    return [*lines, line(("  " + fmt.pad("in both", of.label), "dim"), (totals, "bold"), (everyone, "bold"))]


def _header(found: Comparison, of: Shape, new: set[int], names: tuple[str, str], signs: Charset) -> Line:
    corner = f"{names[0]} \\ {names[1]}"
    runs: list[Run] = [("  " + fmt.pad(corner, of.label, ellipsis=signs.ellipsis), "dim under")]
    for j in of.columns:
        title = f"{fmt.clean(found.after[j], 12)}{' NEW' if j in new else ''} {fmt.clean(found.after_names[j])}".strip()
        shown = fmt.pad(fmt.cut(title, of.cell - 2, signs.ellipsis), of.cell, right=True)
        runs.append((shown, f"{role_of(found.after[j], j)} under"))
    runs.append((f"  {'in both':>{of.number}}" if of.number >= 7 else f"  {'all':>{of.number}}", "dim under"))
    return line(*runs)


def _cell(count: int, total: int, same: bool, here: bool, of: Shape) -> Run:
    mark = ">" if here else "*" if same else " "
    if not count:
        return (f"{mark}{'.':>{of.number}}{'':{SHARE}}".rjust(of.cell), "dim")
    percent = f"{min(99, round(100 * count / total))}%" if count * 100 >= total else "<1%"
    percent = percent if count < total else "all"
    role = "cursor bold" if here else "good" if same else ""
    return (f"{mark}{_number(count, of.number)}{percent:>{SHARE}}".rjust(of.cell), role)


def _number(count: int, width: int) -> str:
    text = fmt.count(count)
    return f"{text if len(text) <= width else fmt.short(count):>{width}}"


def folded(found: Comparison, of: Shape) -> str:
    """What of the table is on screen, where it is not all."""
    parts = []
    for count, shown, letters, what in (
        (len(found.before), of.rows, found.before, "rows"),
        (len(found.after), of.columns, found.after, "columns"),
    ):
        if len(shown) < count:
            ends = f"{fmt.clean(letters[shown[0]], 8)}-{fmt.clean(letters[shown[-1]], 8)}"
            parts.append(f"{what} {ends} of {count}")
    return ", ".join(parts)

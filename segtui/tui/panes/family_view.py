"""The family tree of segments over k as drawn: a line per k, lines from parents to children, one segment in detail."""

from __future__ import annotations

from collections.abc import Sequence

from segtui.evidence import SweepRow, band
from segtui.tui import format as fmt
from segtui.tui.charset import Charset
from segtui.tui.panes import stability_words as stab
from segtui.tui.panes.base import Pane
from segtui.tui.panes.family_tree import Flow, Node, Tree, came_from, go_to, grown
from segtui.tui.panes.map_view import letter_place
from segtui.tui.panes.view import View, table
from segtui.tui.widgets.ink import BLANK, Line, Run, line, seg, wrap

FRONT = 8
"""Cells before the first column: cursor, k, the marks of the analyst's k and the suggested one."""
WIDEST = 18
FULL, SHARE, BARE, LETTER = 12, 8, 6, 4
"""From these widths on a column has room for the Jaccard similarity, for the share, for a bare number, for the sign."""
SAID = 0.9
"""Where a parent gives less than this share of a segment, the share is written beside the line."""
ANOTHER = ":"
"""The line to a child that is not the same segment any more."""
DETAIL = 3
"""Lines below the tree that are never left out."""

Cells = list[tuple[str, str]]


class FamilyView(View):
    """Rows are the k; left and right go over the segments of one."""

    name = "family tree"

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self.column = 0

    @property
    def rows(self) -> tuple[SweepRow, ...]:
        return self.session.swept.rows if self.session else ()

    def row_count(self) -> int:
        return len(self.rows)

    def chosen_k(self) -> tuple[int | None, str]:
        row = self._row()
        return (row.k if row else None), ""

    def entered(self) -> None:
        """The cursor begins at the analyst's own k."""
        at = next((i for i, row in enumerate(self.rows) if row.k == self.k), self.cursor.at)
        self.cursor.move(at, self.row_count())

    def row_at(self, y: int) -> int | None:
        row = self.cursor.top + (y - self.first_row_y + 1) // 2
        return row if y >= self.first_row_y and row < self.row_count() else None

    def step(self, by: int) -> None:
        level = self._level(grown(self.rows))
        node = self._under(level)
        if node is not None:
            at = level.index(node) + by
            self.column = level[max(0, min(len(level) - 1, at))].column

    def _row(self) -> SweepRow | None:
        return self.rows[min(self.cursor.at, len(self.rows) - 1)] if self.rows else None

    def _level(self, tree: Tree) -> list[Node]:
        """The segments of the k under the cursor, from left to right."""
        row = self._row()
        found = next((level for level in tree.levels if row is not None and level[0].k == row.k), ())
        return sorted(found, key=lambda node: node.column)

    def _under(self, level: list[Node]) -> Node | None:
        """The segment under the cursor: the nearest to the left of where the cursor was at another k."""
        return next((node for node in reversed(level) if node.column <= self.column), level[0] if level else None)

    def paint(self, width: int, height: int) -> list[Line]:
        rows = self.rows
        if not rows:
            return []
        tree = grown(rows)
        node = self._under(self._level(tree))
        below = self._below(tree, node, width - 1)
        levels = max(1, (height - DETAIL + 1) // 2)
        window = self.cursor.window(len(rows), levels)
        below = below[: height - 2 * len(window) + 1]
        drawing = Drawing(tree, self.signs, width, self.k, self._suggested())
        lines: list[Line] = []
        for i in window:
            if i > window[0]:
                lines.append(drawing.lines_to(rows[i]))
            lines.append(drawing.level(rows[i], node if i == self.cursor.at else None, self.pane.mark(i)))
        self.first_row_y = 0
        gap = [BLANK] if height - len(lines) > len(below) else []
        return [*lines, *gap, *below][:height]

    def _suggested(self) -> int | None:
        found = self.session.swept.suggestion if self.session else None
        return found.k if found else None

    def _below(self, tree: Tree, node: Node | None, width: int) -> list[Line]:
        row = self._row()
        if node is None or row is None:
            return wrap(f"k {row.k}: {fmt.clean(row.failed)}", width, "warn", "  ") if row is not None else []
        rows = {row.k: row for row in self.rows}
        lasting = ", ".join(f"{n.letter} {n.first}-{n.last}" for n in tree.lasting())
        said = f"the same over 3 k or more: {lasting}" if lasting else "no segment is the same over 3 k"
        same, legend = self.signs.vline, stab.LEGEND
        return [
            *_about(node, row, rows, width),
            line((fmt.cut(said, width, self.signs.ellipsis), "dim")),
            line((fmt.cut(f"{legend}   {same} the same  {ANOTHER} another", width, self.signs.ellipsis), "dim")),
        ]

    def copied(self, whole: bool) -> tuple[str, str]:
        tree, rows = grown(self.rows), {row.k: row for row in self.rows}
        under = self._under(self._level(tree))
        nodes = [node for level in tree.levels for node in level] if whole else [under] if under else []
        cells: list[tuple[object, ...]] = []
        for n in nodes:
            row = rows[n.k]
            came, goes = came_from(row, rows.get(n.k - 1), n.cluster), go_to(rows.get(n.k + 1), n.cluster)
            jaccard = stab.of_cluster(row.stability, n.cluster)
            cells.append(
                (n.k, n.letter, n.size, f"{n.share:g}", jaccard, _listed(came), _listed(goes), n.first, n.last)
            )
        if not cells:
            return "", ""
        head = ("k", "segment", "customers", "share", "jaccard", "from_k_before", "to_k_after", "same_from", "same_to")
        return (
            (table(head, cells), "the family tree")
            if whole
            else (table((), cells), f"{nodes[0].letter} at k {nodes[0].k}")
        )


def _about(node: Node, row: SweepRow, rows: dict[int, SweepRow], width: int) -> list[Line]:
    """The segment under the cursor: how large, how stable, since when, and where its customers come from and go."""
    jaccard = stab.of_cluster(row.stability, node.cluster)
    stable = f", Jaccard {fmt.score(jaccard, 2)} {band(jaccard)}" if jaccard is not None else ""
    stays = f"; the same from k {node.first} to {node.last}" if node.first < node.last else ""
    size = f"{fmt.share(node.share)} %, {fmt.count(node.size)}"
    came, goes = came_from(row, rows.get(node.k - 1), node.cluster), go_to(rows.get(node.k + 1), node.cluster)
    flows = f"   from k {node.k - 1}: {_listed(came)}" if came else ""
    flows += f"   to k {node.k + 1}: {_listed(goes)}" if goes else ""
    first: list[Run] = [
        (f"{node.letter} at k {node.k}", f"{seg(letter_place(node.letter))} bold"),
        (f": {size}{stable}{stays}", ""),
    ]
    return [line(*first), line((fmt.cut(flows.strip() or "no k beside it was fitted", width), ""))]


def _listed(flows: Sequence[Flow]) -> str:
    return ", ".join(f"{flow.letter} {percent(flow.share)}" for flow in flows)


def percent(share: float, blank: str = " ") -> str:
    """A share in whole percent; what is there is never 0, and what is not all is never 100."""
    if 0 < share < 0.005:
        return f"<1{blank}%"
    if 0.995 <= share < 1:
        return f">99{blank}%"
    return f"{100 * share:.0f}{blank}%"


class Drawing:
    """The lines of a tree in columns of equal width. k: the analyst's own; suggested: that of the rule."""

    def __init__(self, tree: Tree, signs: Charset, width: int, k: int, suggested: int | None) -> None:
        self.signs, self.width, self.k, self.suggested = signs, width, k, suggested
        self.each = max(2, min(WIDEST, (width - FRONT) // max(1, tree.columns)))
        self._levels = {level[0].k: level for level in tree.levels}

    def at(self, node: Node) -> int:
        """The cell of a segment's letter, and of the line to it."""
        return FRONT + node.column * self.each

    def label(self, node: Node, jaccard: float | None) -> str:
        """Letter, share and stability, as far as there is room."""
        sign = stab.sign(jaccard)
        if self.each >= FULL:
            return f"{node.letter} {percent(node.share, '')} {stab.figure(jaccard)}"
        if self.each >= SHARE:
            return f"{node.letter} {percent(node.share, '')}{sign}"
        if self.each >= BARE:
            return f"{node.letter} {percent(node.share, '').removesuffix('%')}{sign}"
        return f"{node.letter}{sign}" if self.each >= LETTER else node.letter

    def level(self, row: SweepRow, under: Node | None, mark: str) -> Line:
        """The segments of one k. under: the one that the cursor is on."""
        here = self.signs.current if row.k == self.k else " "
        front = f"{mark}k{row.k:>2}{here}{'s' if row.k == self.suggested else ' '} "
        level = self._levels.get(row.k)
        if level is None:
            why = fmt.clean(row.failed, max(8, self.width - FRONT), self.signs.ellipsis)
            return line((front, "bold" if row.k == self.k else ""), (why or "not fitted", "warn"))
        cells = _blank(self.width)
        _put(cells, 0, front, "bold" if row.k == self.k else "")
        for node in sorted(level, key=lambda node: node.column):
            role = seg(letter_place(node.letter))
            text = self.label(node, stab.of_cluster(row.stability, node.cluster))
            text = fmt.cut(text.rstrip(), self.each - 1, "") or node.letter[:1]
            if node == under:
                _put(cells, self.at(node) - 1, self.signs.cursor, "key")
            _put(cells, self.at(node), text, f"{role} mark" if node == under else role)
        return _joined(cells)

    def lines_to(self, row: SweepRow) -> Line:
        """What leads from the segments at k - 1 to those of a row; no line crosses another."""
        level, above = self._levels.get(row.k), self._levels.get(row.k - 1)
        cells = _blank(self.width)
        if level is None or above is None:
            return _joined(cells)
        for node in sorted(level, key=lambda node: -node.column):  # a nearer child is drawn over the line to a farther
            if node.parent is None:
                continue
            start, end = self.at(above[node.parent]), self.at(node)
            role = seg(letter_place(node.letter))
            if end > start:
                _put(cells, start, self.signs.rule * (end - start), role)
                split = any(n.parent == node.parent and n.column > node.column for n in level)
                _put(cells, end, self.signs.tee_down if split else self.signs.corner_tr, role)
            else:
                split = any(n.parent == node.parent and n.column > node.column for n in level)
                own = self.signs.tee_right if split else self.signs.vline
                _put(cells, end, own if node.same else ANOTHER, role)
            if node.inherited < SAID and self.each >= BARE:
                _put(cells, end + 1, percent(node.inherited, ""), "dim")
        return _joined(cells)


def _blank(width: int) -> Cells:
    return [(" ", "")] * width


def _put(cells: Cells, at: int, text: str, role: str) -> None:
    for i, character in enumerate(text):
        if at + i < len(cells):
            cells[at + i] = (character, role)


def _joined(cells: Cells) -> Line:
    """Cells as runs of one role each."""
    runs: list[Run] = []
    for character, role in cells:
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + character, role)
        else:
            runs.append((character, role))
    return line(*runs)

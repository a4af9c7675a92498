"""Drawings of rules in text: support against lift as cells, and the strongest pairs as trees."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from segtui.basket_views import NetworkNode, NetworkView, ScatterView
from segtui.session.questions import NetworkQuestion, Question, ScatterQuestion
from segtui.tui import format as fmt
from segtui.tui.panes.view import View, table, told
from segtui.tui.widgets.ink import BLANK, Line, line

if TYPE_CHECKING:
    from segtui.tui.panes.baskets import BasketsPane

AXIS = 8
"""Cells left of the scatter, for lifts."""
DOTS, PLAIN_DOTS = "·░▒▓█", ".:o#@"
"""One rule in a cell, and more and more."""


class ScatterPlot(View):
    """Rules by support (from left to right) and lift (upwards), both on logarithmic axes."""

    name = "scatter"
    pane: BasketsPane

    def __init__(self, pane: BasketsPane) -> None:
        super().__init__(pane)
        self._size = (60, 14)

    def question(self) -> Question | None:
        """What is drawn, in cells as there is room for."""
        spec = self.pane.spec
        return ScatterQuestion(spec, self.pane.shown, *self._size) if spec is not None else None

    def paint(self, width: int, height: int) -> list[Line]:
        wanted = (max(10, width - AXIS - 2), max(4, height - 4))
        if wanted != self._size:
            self._size = wanted
        view = self.pane.asked(self.question())
        if not isinstance(view, ScatterView):
            return self.pane.drawing()
        if not view.rules:
            return [BLANK, line(("  no rule passes the filter", "dim"))]
        signs = PLAIN_DOTS if self.signs.ascii else DOTS
        top = max(map(max, view.counts))
        lines = [line((f" lift   support and lift of {fmt.plural(view.rules, 'rule')}, on logarithmic axes", "dim"))]
        rows = len(view.counts)
        ticks = {0: view.lift[1], rows // 2: math.sqrt(view.lift[0] * view.lift[1]), rows - 1: view.lift[0]}
        for y, counts in enumerate(view.counts):
            label = fmt.number(ticks[y], 3) if y in ticks else ""
            dots = "".join(" " if not n else signs[_level(n, top)] for n in counts)
            lines.append(line((fmt.pad(label, AXIS - 2, right=True) + f" {self.signs.vline}", "dim"), (dots, "accent")))
        low, high = view.support
        names = [f"{fmt.number(100 * value, 3)} %" for value in (low, math.sqrt(low * high), high)]
        room = len(view.counts[0])
        lines.append(line((" " * (AXIS - 1) + "+" + self.signs.rule * room, "dim")))
        between = names[1].center(max(0, room - len(names[0]) - len(names[2])))
        lines.append(line((" " * AXIS + names[0] + between + names[2], "dim")))
        legend = f"support; rules in a cell: {_legend(top, signs)}"
        return [*lines, line((f"{' ' * AXIS}{legend}", "dim"))][:height]

    def copied(self, whole: bool) -> tuple[str, str]:
        view = self.pane.asked(self.question())
        if not isinstance(view, ScatterView):
            return "", ""
        return "\n".join("\t".join(map(str, row)) for row in view.counts), "the counts of the scatter"


def _level(n: int, top: int) -> int:
    """0 for one rule, the last for the fullest cell; steps of equal ratio between."""
    last = len(DOTS) - 1
    return 0 if n <= 1 else max(1, min(last, math.floor(math.log(n) / math.log(top) * last + 1e-9)))


def _legend(top: int, signs: str) -> str:
    """From which count on a sign stands."""
    parts, before = [f"{signs[0]} 1"], 1
    for level in range(1, len(signs)):
        least = max(2, math.ceil(top ** (level / (len(signs) - 1)) - 1e-9))
        if level == 1:
            least = 2
        if before < least <= top:
            parts.append(f"{signs[_level(least, top)]} {fmt.short(least)}+")
            before = least
    return "  ".join(parts)


class NetworkPlot(View):
    """Rows are items, each below the one it goes with."""

    name = "network"
    pane: BasketsPane

    def question(self) -> Question | None:
        """What is drawn."""
        return NetworkQuestion(self.pane.spec, self.pane.shown) if self.pane.spec is not None else None

    def nodes(self) -> tuple[NetworkNode, ...]:
        """The items, in the order they are drawn."""
        view = self.pane.asked(self.question())
        return view.nodes if isinstance(view, NetworkView) else ()

    def row_count(self) -> int:
        return len(self.nodes())

    def paint(self, width: int, height: int) -> list[Line]:
        view = self.pane.asked(self.question())
        if not isinstance(view, NetworkView):
            return self.pane.drawing()
        if not view.nodes:
            text = "No pair of items is together more often than by shares alone, among the rules that pass the filter."
            if self.pane.shown.length > 2:
                text = "Pairs are drawn, and len: asks for rules of more items (/ changes that)."
            return [BLANK, *told(text, width, "dim")]
        text = f" the {fmt.plural(view.pairs, 'pair')} with the most extra baskets, of {fmt.count(view.of)}: "
        text += "an item hangs on one it goes with; baskets with both, and lift"
        lines = told(text, width, "dim")
        self.first_row_y = len(lines)
        for at in self.cursor.window(len(view.nodes), height - len(lines)):
            lines.append(self._node(view.nodes[at], at, width))
        return lines[:height]

    def _node(self, node: NetworkNode, at: int, width: int) -> Line:
        bar, tee, end = ("|  ", "+- ", "`- ") if self.signs.ascii else ("│  ", "├─ ", "└─ ")
        lead = "".join("   " if last else bar for last in node.last[:-1])
        lead += (end if node.last[-1] else tee) if node.last else ""
        numbers = f"  {fmt.count(node.count)}  x {fmt.number(node.lift, 3)}" if node.depth else ""
        room = max(8, width - 2 - len(lead) - len(numbers))
        name = fmt.cut(fmt.clean(node.name), min(40, room), self.signs.ellipsis)
        also = f"   also {', '.join(fmt.clean(one) for one in node.also)}" if node.also else ""
        left = width - 2 - len(lead) - len(name) - len(numbers)
        return line(
            self.pane.mark(at),
            (lead, "dim"),
            (name, "bold" if not node.depth else ""),
            (numbers, "accent"),
            (fmt.cut(also, left - 1, self.signs.ellipsis), "dim"),
            ground=self.pane.ground(at),
        )

    def copied(self, whole: bool) -> tuple[str, str]:
        rows: list[tuple[object, ...]] = [
            (node.depth, fmt.clean(node.name), node.count or None, f"{node.lift:.4g}" if node.depth else None)
            for node in self.nodes()
        ]
        if not rows:
            return "", ""
        at = min(self.cursor.at, len(rows) - 1)
        return (table(("depth", "item", "baskets", "lift"), rows), "the network") if whole else (
            table((), rows[at : at + 1]), "the item",
        )  # fmt: skip

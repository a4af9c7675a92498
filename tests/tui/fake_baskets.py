"""Baskets made by hand for the fake engine: seven rules over five items, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable

from segtui.basket_views import (
    MarkedItem,
    MarkedRule,
    MarkedSegment,
    MarkedView,
    NetworkNode,
    NetworkView,
    RuleFilter,
    RuleRow,
    ScatterView,
    ShuffledView,
    Use,
    UsesView,
    WorkView,
)
from segtui.recipe import BasketSpec

BASKETS = 12_040
HOSTILE = "x\x1b]52;c;cm0gLXJmIH4=\x1b\\y\x9bz\u202e [/bold]"
ROWS = (
    RuleRow(0, ("Teapot",), ("Strainer",), 398, 782, 0.0331, 0.509, 10.7, 361.0, 10.7, False, 1),
    RuleRow(1, ("Linden Honey",), ("Night Heron",), 1462, 3211, 0.1214, 0.455, 2.97, 970.0, 2.97, False, 1),
    RuleRow(2, ("Linden Honey", "Shortbread"), ("Night Heron",), 247, 577, 0.0205, 0.428, 2.8, 159.0, 2.8, True, 0),
    RuleRow(3, (HOSTILE,), ("Otter Grey",), 9, 20, 0.0007, 0.45, 2.3, 5.1, 2.3, False, 0),
)


def work(spec: BasketSpec, sets: int = 83) -> WorkView:
    """What mining would take."""
    return WorkView(
        spec, BASKETS, 19, round(BASKETS * spec.min_support), sets, True, True, "order", "items by product, not by sku"
    )


class FakeRules:
    """`RulesPage` by hand: it filters by text and by family, and finds nothing from a support of .5 on."""

    def __init__(self, spec: BasketSpec, shown: RuleFilter) -> None:
        self.spec, self.shown, self.baskets, self.items = spec, shown, BASKETS, 19
        self.least, self.itemsets = round(BASKETS * spec.min_support), 83
        rows = ROWS if spec.min_support < 0.5 else ()
        self.found = len(rows) + 2 * bool(rows)
        rows = tuple(row for row in rows if row.number != 1) if not shown.families else rows
        self.within = int(not shown.families and bool(self.found))
        self.folded = 2 if shown.folded and self.found else 0
        self._rows = [
            r for r in rows if all(t.lower() in " ".join(r.antecedent + r.consequent).lower() for t in shown.contains)
        ]
        self.row_count = len(self._rows)
        self.problem = (
            ("", "") if self.found else ("no two items are together", "A support of 0.03 would give some pairs.")
        )
        self.wider = None if self.found else BasketSpec(min_support=0.03)

    def rows(self, start: int, stop: int) -> list[RuleRow]:
        return self._rows[max(0, start) : stop]

    def sentence(self, row: int, shuffled: float | None) -> str:
        one = self._rows[row]
        would = "by basket sizes alone about 40" if shuffled is None else f"in shuffled baskets about {shuffled:.0f}"
        return f"Of {one.antecedent_count} baskets with {one.antecedent[0]}, {one.count} also had {one.consequent[0]}; {would} would."


def shuffled(done: int) -> ShuffledView:
    """What is known after some of 20 shuffles."""
    text = f"Of 6 rules shown, about 1 would appear in shuffled baskets too ({done} shuffles)."
    return ShuffledView(done, 20, text, 1 / 6, (12.0, 700.0, 150.0, 8.0), (0.0, 0.0, 0.05, 0.5))


def shuffle(found: Callable[[ShuffledView], None], done: int) -> ShuffledView:
    """One shuffle more is told."""
    view = shuffled(done)
    found(view)
    return view


def marked() -> MarkedView:
    """Three segments: in the first an item and a rule, in the second none is tested."""
    items = (
        MarkedItem("Teapot", 757, 0.1226, 0.0052, 23.7, 1e-100),
        MarkedItem(HOSTILE, 91, 0.0147, 0.1069, -8.2, 0.012),
    )
    words = "Teapot -> Strainer: confidence 61% in A, 40% in the rest, +21.0 points (+15.0 to +27.0). "
    words += "Its support here differs by +4.4 points: it marks A out."
    rules = (MarkedRule(("Teapot",), ("Strainer",), 0.61, 0.4, 0.21, 0.15, 0.27, 1e-9, 0.044, True, words),)
    segments = (
        MarkedSegment("A", 6174, items, rules, 1),
        MarkedSegment("B", 31, (), (), 0),
        MarkedSegment("C", 900, items[1:], (), 0),
    )
    return MarkedView(segments, ("Tests count baskets as if each were a customer of its own.",))


def scatter(columns: int, rows: int) -> ScatterView:
    """Five cells, the fullest with 20 rules."""
    cells = [[0] * columns for _ in range(rows)]
    for n, (y, x) in enumerate(((0, 2), (1, 9), (rows // 2, columns // 2), (rows - 1, 4), (rows - 1, columns - 1))):
        cells[y][x] = (1, 2, 5, 10, 20)[n]
    return ScatterView(tuple(map(tuple, cells)), (0.01, 0.12), (1.2, 10.7), 38)


def network() -> NetworkView:
    """Two trees."""
    nodes = (
        NetworkNode("Night Heron", 0, (), 0, 0.0, ()),
        NetworkNode("Linden Honey", 1, (False,), 1462, 2.97, ("Shortbread",)),
        NetworkNode("Jam", 2, (False, True), 320, 1.9, ()),
        NetworkNode("Shortbread", 1, (True,), 1504, 2.1, ()),
        NetworkNode("Teapot", 0, (), 0, 0.0, ()),
        NetworkNode(HOSTILE, 1, (True,), 398, 10.7, ()),
    )
    return NetworkView(nodes, 5, 9)


def uses() -> UsesView:
    """Two kinds with something in them, one of it hostile, and one that cannot be said."""
    return UsesView(
        (
            Use(
                "bundles", 120, ("1,462 baskets have both Night Heron and Linden Honey: 38% of those with the first.",)
            ),
            Use(
                "prompts", 2, (f"With Jam in the basket, offer {HOSTILE}: 62% of 398 baskets took it.", "With Teapot.")
            ),
            Use("seldom together", 0, ()),
            Use("next order", 0, (), why="these baskets have no customers."),
        )
    )

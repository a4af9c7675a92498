"""What the screen of a delivery says: the parts in a few words, the first rows, and the files when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui.recipe import FEWEST
from segtui.tui import format as fmt

if TYPE_CHECKING:
    from segtui.results import Cell, PageColumn
    from segtui.session.delivery_view import DeliveryView
    from segtui.session.events import FolderWritten

ABOUT = {
    "customers": "every input row with its segment",
    "orders": "every order line with its segment",
    "segments": "who they are, and the rule of each",
    "profiles": "means and spreads by segment, and the features",
    "evidence": "what speaks for and against every k",
    "rules": "what is bought together",
    "recommendations": "how methods fare, and a list per customer",
    "prices": "what segments paid for the same goods",
    "value": "orders and revenue expected of each",
    "campaigns": "plays, and who is contacted and held out",
    "model": "model.json, which scores new customers",
    "sql": "the same as SQL in several dialects",
    "script": "a script that prepares and assigns without segtui",
    "report": "one page for whoever decides",
}
"""Each part in a few words."""

ADDED = 4
"""Columns that labelled customers gain at least."""

LABELLED = ("customers", "orders")
"""The parts that are written in the formats chosen."""

SAFE, WITHHOLD = "csv-safe", "withhold"
SAID = {
    SAFE: "guard cells a spreadsheet would run as a formula",
    WITHHOLD: f"no figures of fewer than {FEWEST} customers in the tables",
}


@dataclass(frozen=True, slots=True)
class FirstRows:
    """The first labelled rows as `results.TablePage` has them, as far as a preview reads it."""

    columns: tuple[PageColumn, ...]
    row_count: int
    shown: tuple[tuple[Cell, ...], ...]
    said: str = ""

    def rows(self, start: int, stop: int) -> list[tuple[Cell, ...]]:
        """Some of them."""
        return list(self.shown[start:stop])

    def find(self, text: str, start: int, forward: bool = True) -> int | None:
        """Nothing is looked for here."""
        return None


def page(view: DeliveryView) -> FirstRows:
    """The first column, then those that are added, which stand at the end of the file, then the rest."""
    from segtui.results import PageColumn

    begin = max(1, len(view.columns) - ADDED)
    order = (0, *range(begin, len(view.columns)), *range(1, begin))
    titles = tuple(PageColumn(view.columns[at], False) for at in order)
    return FirstRows(titles, len(view.rows), tuple(tuple(row[at] for at in order) for row in view.rows))


def contents(last: FolderWritten) -> list[tuple[str, str]]:
    """The files with their sizes, and what is to be known of them."""
    named = [(fmt.clean(name, 44), fmt.size(size)) for name, size in last.files]
    said = [(f"{name} {'.' * (58 - len(name) - len(size))} {size}", "") for name, size in named]
    said += [("", ""), *((f"not there: {part}: {fmt.clean(why)}", "warn") for part, why in last.missing)]
    return [*said, *((fmt.clean(warning), "dim") for warning in last.warnings)]

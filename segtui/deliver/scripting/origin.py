"""Where a script can begin: a table of customers, a table of order lines, or the customers that were delivered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segtui.deliver.repeat import absolute
from segtui.errors import SegtuiError
from segtui.gather import orders
from segtui.gather.lines import base_role
from segtui.gather.paths import is_address, where_of
from segtui.gather.read import as_windows
from segtui.gather.tables import tables_of
from segtui.results import ColumnType, Kind

if TYPE_CHECKING:
    from segtui.deliver.handover import Handover
    from segtui.deliver.scoring import ScoringModel
    from segtui.gather.sniff import Layout
    from segtui.recipe import GatherSpec
    from segtui.results import Column, RollUp, SourceReport


@dataclass(frozen=True, slots=True)
class Origin:
    """What a script reads. report and layout: None where it is the table of customers that was delivered.

    files: as the recipe names them. why: what the script does not know of, so that it begins with those customers.
    rollup, gather: of order lines. places: the columns of the file by position, in the order of `report`.
    """

    files: tuple[str, ...]
    report: SourceReport | None = None
    layout: Layout | None = None
    rollup: RollUp | None = None
    gather: GatherSpec | None = None
    why: str = ""
    buyers_only: bool = False
    kinds: dict[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """The source's column of that name. Raises KeyError."""
        for column in self.report.columns if self.report else ():
            if column.name == name:
                return column
        raise KeyError(name)

    def place(self, name: str) -> int:
        """Its position in the file."""
        return [c.name for c in self.report.columns].index(name) if self.report else 0


def origin(model: ScoringModel, handover: Handover | None, delivered: str) -> Origin:
    """Where the script of this model begins. delivered: the name of the delivered table of customers."""
    if handover is None:
        return Origin((delivered,), why="it was not told how the sources were read")
    whole, gather = handover.whole, handover.gather
    kinds = {name: str(kind) for name, kind in whole.frame.schema.items()}
    buyers = whole.rollup is not None and "frequency" in whole.frame.columns and gather.step_on("has_orders")
    try:
        tables = {table.name: table for table in tables_of(gather)}
    except (SegtuiError, OSError):
        return Origin((delivered,), why="the sources are not at hand any more", buyers_only=buyers, kinds=kinds)
    report, why = _table(model, handover)
    if why or report is None or report.path not in tables:
        return Origin((delivered,), why=why or "its table is not known", buyers_only=buyers, kinds=kinds)
    parts = tables[report.path].parts
    files = tuple(absolute(s.path if is_address(s.path) or s.path == "-" else where_of(s, p.path)) for s, p in parts)
    layout = parts[0][1]
    if not layout.sure and any("Windows-1252" in note for note in report.notes):  # kept customers were not read again
        layout = as_windows(layout)
    return Origin(files, report, layout, whole.rollup, gather, buyers_only=buyers, kinds=kinds)


def _table(model: ScoringModel, handover: Handover) -> tuple[SourceReport | None, str]:
    """The one table that all votes come from, or why there is none."""
    whole = handover.whole
    if whole.rollup is None:
        return whole.sources[0], ""
    lines = [s for s in whole.sources if s.kind is Kind.ORDERS and "customer_id" in s.roles]
    others = [s for s in whole.sources if s.kind in (Kind.ORDERS, Kind.BASKETS) and s not in lines]
    if len(lines) != 1 or others:
        return None, "its orders are in several tables"
    source = lines[0]
    notes = {note.name: note for note in whole.rollup.features}
    for feature in model.features:
        note = notes.get(feature.name)
        if note is None or note.source != source.path or feature.name not in orders._DEFINITIONS:
            return None, f"{feature.name} does not come from the order lines"
    if why := _beyond(source, handover):
        return None, why
    return source, _joined(source, model, handover)


def _beyond(source: SourceReport, handover: Handover) -> str:
    """What of the recipe goes beyond what a script does."""
    gather = handover.gather
    if gather.loose_ids:
        return "ids are compared without type and padding"
    if not gather.step_on("customer_id"):
        return "an order without a customer counts as a customer"
    if not gather.step_on("has_orders"):
        return "customers without an order count"
    time = source.roles.get("time")
    if time and next(c.type for c in source.columns if c.name == time) is not ColumnType.DATE:
        return "its days are no dates"
    return ""


_LOOKED_AT = {
    "quantity": ("quantity",),
    "price": ("unit_price", "amount"),
    "non_products": ("product_name",),
    "test_accounts": ("product_name",),
}


def _joined(source: SourceReport, model: ScoringModel, handover: Handover) -> str:
    """Whether something that features or cleaning look at was brought in from a table of products."""
    gained = {
        base_role(role)
        for other in handover.whole.sources
        if other.kind is Kind.PRODUCTS and "product" in source.roles
        for role in other.roles
        if base_role(role) in ("product_name", "category", "brand", "unit_price") and role not in source.roles
    }
    on = {step.id for step in (handover.whole.rollup.steps if handover.whole.rollup else ()) if step.on}
    looked = {role for step, roles in _LOOKED_AT.items() if step in on for role in roles}
    names = {feature.name for feature in model.features}
    if names & {"distinct_categories", "top_category_share"}:
        looked.add("category")
    found = sorted(gained & looked)
    return f"{found[0]} comes from the table of products" if found else ""

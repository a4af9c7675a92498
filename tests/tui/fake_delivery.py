"""A delivery by hand: what the screen is shown before, and what is told after."""

from __future__ import annotations

from pathlib import Path

from segtui.recipe import DeliverySpec
from segtui.session.delivery_view import DeliveryView, LabelledSize
from segtui.session.events import FolderWritten

ESCAPE = "x\x1b]52;c;cm0gLXJmIH4=\x1b\\y\x9bz\u202e"
CANNOT = (
    ("orders", "customers were not made of orders"),
    ("rules", "there are no orders or baskets"),
    ("recommendations", "there are no orders or baskets"),
    ("prices", "customers were not made of orders"),
    ("value", "customers were not made of orders"),
)


def view(orders: bool, odd: bool) -> DeliveryView:
    sizes = (
        ("csv", 1_234_567.0),
        ("tsv", 1_234_567.0),
        ("ndjson", 4_000_000.0),
        ("parquet", 500_000.0),
        ("arrow", 2e6),
    )
    columns = (
        "customer_id",
        ESCAPE if odd else "country",
        "age",
        "segment",
        "segment_name",
        "distance",
        "segment_note",
    )
    rows = tuple(
        (10_000 + i, ESCAPE if odd else "Norway", 30 + i, "AB"[i % 2], "[red]a name", 0.5 + i, "") for i in range(3)
    )
    return DeliveryView(
        columns=columns,
        rows=rows,
        customers=LabelledSize(18_424, 7, sizes),
        orders=LabelledSize(75_012, 13, (("csv", 7_000_000.0),)) if orders else None,
        looked=10_000,
        formulas=((columns[1], 12),),
        cannot=() if orders else CANNOT,
    )  # fmt: skip


def written(spec: DeliverySpec) -> FolderWritten:
    files = (("customers.csv", 1_234_000), ("passport.json", 5_000), ("recipe.toml", 1_000))
    missing = tuple((part, "no line carries a price") for part in spec.parts if part == "prices")
    return FolderWritten(Path(spec.folder), files, missing, ("a warning of it",))

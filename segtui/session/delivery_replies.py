"""What the worker tells of a delivery before it is written: first rows, sizes, and whether it may stand there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from segtui.errors import AnalysisError, DeliveryError
from segtui.progress import Progress, Steps
from segtui.results import Kind
from segtui.session.delivery_view import DeliveryView, LabelledSize

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from segtui.deliver.labels import Labels
    from segtui.deliver.writers import Table
    from segtui.pipeline import Pipeline
    from segtui.recipe import DeliverySpec, GatherSpec
    from segtui.results import Answer, Cell, Dataset

SHOWN = 3
"""First rows that are shown."""

MEASURED = 2_000
"""First rows that are written to memory to see how large they are."""

PACKED = 20_000
"""The same for formats that hold what comes again and again once: a few rows look larger than they are."""

LEAST = 1_000
"""Rows from which a packed format is measured: fewer are mostly head and foot."""


def standing(gather: GatherSpec, spec: DeliverySpec) -> bool:
    """Whether an earlier delivery stands where `spec` is to be written. Touches the disk.

    Raises DeliveryError, SourceError or UsageError where it cannot be written there at all.
    """
    from segtui.deliver import folder, repeat
    from segtui.deliver.whole_folder import check_place

    folder.check(gather, replace(spec, overwrite=True))
    try:
        check_place(Path(spec.folder), overwrite=False, listed=repeat.listed)
    except DeliveryError:
        return True
    return False


def view(pipeline: Pipeline, answer: Answer) -> Steps[DeliveryView]:
    """The first labelled rows and what the whole will come to. Reads the beginning of the sources again.

    Raises DeliveryError where they have changed.
    """
    from segtui.deliver.labels import added_columns, label
    from segtui.deliver.rows import changed, labelled_rows
    from segtui.gather.dataset import identity

    gather = answer.recipe.gather
    if identity(gather) != pipeline.dataset.opened:
        raise changed()
    ground = yield from pipeline.ground(answer.recipe)
    data = ground.dataset
    added, _ = added_columns(data.frame.columns, answer)
    labels = yield from label(data, answer, ground.matrix, nothing=None)
    text = labelled_rows(data, gather, labels, added, cells=True, text=True)
    first = next(text.batches)
    yield Progress("reading the first rows", 0.5)
    typed = next(labelled_rows(data, gather, labels, added, cells=False, text=False).batches)
    yield Progress("measuring the first rows", 0.6)
    customers = yield from _measured(text, first, typed)
    orders = yield from _orders(pipeline.dataset, data, gather, answer, labels)
    return DeliveryView(
        columns=tuple(first.columns),
        rows=tuple(tuple(_cell(cell) for cell in row) for row in first.head(SHOWN).rows()),
        customers=customers,
        orders=orders,
        looked=first.height,
        formulas=tuple(sorted(_formulas(first).items())),
        cannot=cannot(pipeline.dataset, orders is not None),
    )


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float | None) else str(value)


def cannot(data: Dataset, lines: bool) -> tuple[tuple[str, str], ...]:
    """Parts that these data cannot carry, with the reason. lines: whether there are order lines to label."""
    kinds = {source.kind for source in data.sources}
    found = [] if lines else [("orders", "customers were not made of orders")]
    if not data.made_of_orders and Kind.BASKETS not in kinds:
        found += [(part, "there are no orders or baskets") for part in ("rules", "recommendations")]
    if not data.made_of_orders:
        found += [(part, "customers were not made of orders") for part in ("prices", "value")]
    return tuple(found)


def _orders(
    whole: Dataset, data: Dataset, gather: GatherSpec, answer: Answer, labels: Labels
) -> Steps[LabelledSize | None]:
    """All tables of order lines together."""
    from segtui.deliver.orders_file import labelled_orders, order_tables

    try:
        found = order_tables(whole, gather)
    except AnalysisError:
        return None
    measured = []
    for source in found:
        rows = []
        for as_text in (True, False):
            table, _ = labelled_orders(source, data, labels, answer, gather, cells=as_text, as_text=as_text)
            yield Progress("reading the first orders", 0.8)
            rows.append(next(table.batches))
            yield Progress("reading the first orders", 0.9)
        measured.append((yield from _measured(table, *rows)))
    forms = [form for form, _ in measured[0].sizes if all(one.about(form) is not None for one in measured)]
    return LabelledSize(
        sum(one.rows for one in measured),
        max(one.columns for one in measured),
        tuple((form, sum(one.about(form) or 0.0 for one in measured)) for form in forms),
    )


def _measured(table: Table, text: pl.DataFrame, typed: pl.DataFrame) -> Steps[LabelledSize]:
    """The first rows written to memory, scaled to all; but xlsx, which a few rows do not tell."""
    import polars as pl

    text, typed, sizes = text.head(MEASURED), typed.head(PACKED), []
    writers: dict[str, Callable[[BytesIO], object]] = {
        "csv": lambda out: text.write_csv(out),
        "tsv": lambda out: text.write_csv(out, separator="\t"),
        "ndjson": lambda out: text.write_ndjson(out),
        "parquet": lambda out: typed.write_parquet(out),
        "arrow": lambda out: typed.write_ipc(out, compat_level=pl.CompatLevel.oldest()),
    }
    for form, write in writers.items():
        many = text.height if form in ("csv", "tsv", "ndjson") else typed.height
        if many and (many == table.total or many >= LEAST or form not in ("parquet", "arrow")):
            out = BytesIO()
            write(out)
            sizes.append((form, out.tell() / many * table.total))
        yield Progress("measuring the first rows", 0.7)
    return LabelledSize(table.total, len(table.schema), tuple(sizes))


def _formulas(rows: pl.DataFrame) -> Counter[str]:
    from segtui.deliver.formula_cells import Formulas

    found = Formulas()
    found.look_at(rows)
    return found.counts

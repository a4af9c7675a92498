"""The order lines behind the cleaning: how many each step would leave out, and which lines they are."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import polars as pl

from segtui.errors import AnalysisError
from segtui.gather import cleaning, orders, scan
from segtui.gather.assemble import order_lines_of
from segtui.gather.cleaning import KEPT, OUT
from segtui.gather.lines import ROW, Lines
from segtui.gather.look import Held
from segtui.paths import cache_folder, private_folder
from segtui.progress import Steps
from segtui.recipe import ColumnSpec, GatherSpec
from segtui.results import CleaningStep, Dataset

REASON = "reason"


def count_steps(dataset: Dataset, spec: GatherSpec, held: Held | None = None) -> Steps[tuple[CleaningStep, ...]]:
    """The steps of `dataset` with the lines that those which are off would leave out of what is kept now.

    Raises AnalysisError where there are no order lines.
    """
    lines, marked = yield from marked_lines(dataset, spec, held)
    kept = pl.col(OUT) == KEPT
    off = [one for one in _steps(dataset) if not one.on and one.applies and one.id != "has_orders"]
    asked = [
        (kept & cleaning.step(one.id).leaves_out(lines).fill_null(False)).sum().cast(pl.Int64).alias(one.id)
        for one in off
    ]
    counts: dict[str, int] = {}
    if asked:
        counted = scan.Counted()
        (found,) = yield from scan.collect([counted.through(marked).select(asked)], "counting order lines", counted)
        counts = found.row(0, named=True)
    return tuple(replace(one, rows=counts.get(one.id, one.rows)) for one in _steps(dataset))


def left_out_lines(dataset: Dataset, spec: GatherSpec, step: str, held: Held | None = None) -> Steps[pl.DataFrame]:
    """The lines that a step leaves out, or would leave out; "": all that are left out, on or after the snapshot too.

    One row per line in the order of the source: `row` (1-based), `reason`, then the source's own columns (one that
    is called so itself gets a number). The frame lies in a file that is mapped into memory and gone once nobody holds
    the frame. Raises AnalysisError.
    """
    lines, marked = yield from marked_lines(dataset, spec, held, numbered=True)
    known = {one.id: one for one in _steps(dataset)}
    titles = {cleaning.mark(one.id): one.title for one in cleaning.LINE_STEPS}
    if not step:
        wanted = pl.col(OUT) != KEPT
    elif step not in known or step == "has_orders":
        raise AnalysisError(f"there is no step “{step}” that looks at lines", hint="Choose one of the cleaning steps.")
    elif known[step].on:
        wanted = pl.col(OUT) == cleaning.mark(step)
    else:
        wanted = (pl.col(OUT) == KEPT) & cleaning.step(step).leaves_out(lines).fill_null(False)
    reason = pl.col(OUT).replace_strict(
        {**titles, cleaning.LATER: "on or after the snapshot, or without a date"},
        default=titles[cleaning.mark(step)] if step else "",
        return_dtype=pl.String,
    )
    shown = [pl.col(name).alias(title) for name, title in _beside_ours(_own_columns(lines, dataset))]
    rows = [(pl.col(ROW) + 1).cast(pl.Int64).alias("row")] if ROW in lines.frame.collect_schema() else []
    counted = scan.Counted()
    query = counted.through(marked).filter(wanted).select(*rows, reason.alias(REASON), *shown)
    return (yield from _mapped(query, counted))


def _steps(dataset: Dataset) -> Sequence[CleaningStep]:
    if dataset.rollup is None or not dataset.rollup.steps:
        raise AnalysisError("there are no order lines here", hint="Open a table of orders.")
    return dataset.rollup.steps


def marked_lines(
    dataset: Dataset, spec: GatherSpec, held: Held | None, numbered: bool = False
) -> Steps[tuple[Lines, pl.LazyFrame]]:
    """The order lines behind `dataset`, and the same with the mark of each (`cleaning.OUT`) and its customer (`key`).

    numbered: with the number of the line in its table, where they come from one. Raises AnalysisError where there are
    no order lines.
    """
    _steps(dataset)
    lines = yield from order_lines_of(_as_read(dataset, spec), held, numbered)
    assert dataset.rollup is not None
    guests = not spec.step_on("customer_id") and lines.has("order_id")
    cut = dataset.rollup.snapshot if spec.snapshot or spec.holdout else None
    return lines, orders.marked(lines, cleaning.marks(lines, spec, cut), guests)


def _as_read(dataset: Dataset, spec: GatherSpec) -> GatherSpec:
    """The spec with the reading of every column spelled out, as the whole table has settled it."""
    for source in dataset.sources:
        said = {column.name: column for column in spec.table(source.path).columns}
        for column in source.columns:
            before = said.get(column.name, ColumnSpec(column.name))
            if column.reading and before.reading is None:
                spec = spec.with_column(source.path, replace(before, reading=column.reading))
    return spec


def _own_columns(lines: Lines, dataset: Dataset) -> list[tuple[str, str]]:
    """(name in the frame, title) of the source's own columns; of several tables together, the roles they share."""
    names = lines.frame.collect_schema().names()
    if ROW not in names:
        return [(role, role) for role in sorted(lines.roles)]
    source = next(one for one in dataset.sources if one.path == lines.sources[0])
    return [(str(i), column.name) for i, column in enumerate(source.columns) if str(i) in names]


def _beside_ours(columns: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The columns of the source under titles that differ from `row` and `reason`, and from each other."""
    used = {title for _, title in columns} | {ROW, REASON}
    free = []
    for name, title in columns:
        new, number = title, 1
        while new in (ROW, REASON) or (number > 1 and new in used):
            number += 1
            new = f"{title}_{number}"
        used.add(new)
        free.append((name, new))
    return free


def _mapped(query: pl.LazyFrame, counted: scan.Counted) -> Steps[pl.DataFrame]:
    """The rows of a query, by way of a file, since there may be millions of them."""
    folder = private_folder(cache_folder())
    with tempfile.NamedTemporaryFile(dir=folder, prefix="lines-", suffix=".arrow", delete=False) as file:
        path = Path(file.name)
    try:
        sink = query.sink_ipc(path, compression="uncompressed", maintain_order=True, lazy=True)
        yield from scan.collect([sink], "collecting the lines left out", counted)
        return pl.read_ipc(path)
    finally:
        with suppress(OSError):
            path.unlink()  # what is mapped stays readable

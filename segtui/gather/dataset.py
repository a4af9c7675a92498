"""The one door from files to customers: read, decide what each table is, one row per customer, canonical order."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segtui.errors import AnalysisError, RecipeError, SourceError
from segtui.gather import cache
from segtui.gather.assemble import assemble
from segtui.gather.canonical import canonical_steps
from segtui.gather.look import Held, Looked, look_at_all
from segtui.gather.paths import files_of, is_at_hand, stamp
from segtui.gather.people import DUPLICATE_ID, EMPTY_ROW, NO_ID, sorted_out, with_whole_ids
from segtui.gather.scan import in_background
from segtui.progress import Progress, Steps
from segtui.recipe import GatherSpec
from segtui.results import Dataset, Kind, LeftOut, SourceReport

__all__ = ["DUPLICATE_ID", "EMPTY_ROW", "NO_ID", "identity", "open_dataset"]


def identity(spec: GatherSpec) -> str:
    """A cheap fingerprint of the files (place, size, time of the last change) and of how they are read."""
    marks = [stamp(path) for source in spec.sources for path in files_of(source)]
    return hashlib.sha256(repr((marks, spec)).encode()).hexdigest()[:32]


def open_dataset(spec: GatherSpec, held: Held | None = None) -> Steps[Dataset]:
    """Read the sources and turn them into customers. held: keeps tables for the next opening.

    Raises SourceError, RecipeError, or AnalysisError where the tables hold no customers.
    """
    if not spec.sources:
        raise SourceError("no file was named", hint="Name a file, for example: segtui customers.csv")
    for source in spec.sources:
        if not is_at_hand(source):
            yield from in_background(partial(files_of, source), f"fetching {source.path}")
    mark = identity(spec)
    known = cache.load(mark)
    if known is not None:
        return known
    looked = yield from look_at_all(spec, held)
    _check_id(looked, spec)
    passed_over = _passed_over(looked, spec)
    if len(looked) == 1 and looked[0].kind in (Kind.CUSTOMERS, Kind.UNKNOWN):
        dataset = yield from _customers(looked, mark)
        return replace(dataset, warnings=(*passed_over, *dataset.warnings))
    size = sum(one.files.size for one in looked)
    dataset = yield from assemble(looked, spec, mark)
    dataset = replace(dataset, warnings=(*passed_over, *dataset.warnings))
    if identity(spec) == mark:
        yield from cache.keep(dataset, size)
    return dataset


def _passed_over(looked: list[Looked], spec: GatherSpec) -> tuple[str, ...]:
    """What the recipe says of tables that are not here."""
    here = {one.name for one in looked}
    return tuple(
        f"the recipe says how to take {table.path}, which is not among the tables here; that is passed over"
        for table in spec.tables
        if table.path not in here
    )


def _check_id(looked: list[Looked], spec: GatherSpec) -> None:
    """The column that identifies customers must be in one of the tables."""
    if spec.id_column and not any(spec.id_column in one.table.frame.columns for one in looked):
        names = [name for one in looked for name in one.table.frame.columns]
        near = difflib.get_close_matches(spec.id_column, names, n=3, cutoff=0.5)
        raise RecipeError(
            f"there is no column “{spec.id_column}” to identify customers",
            where=spec.id_column,
            hint=f"Did you mean {' or '.join(near)}?" if near else f"The columns are {', '.join(names[:8])}.",
        )


def _customers(handed: list[Looked], mark: str) -> Steps[Dataset]:
    """A plain customer table. `handed` gives it away: its columns are reordered one by one, and nobody else may hold
    them."""
    findings = handed[0].findings
    id_column = findings.id_column
    warnings = list(handed[0].table.notes)
    seen, frame = _taken(handed, warnings)
    kept, left_out = yield from sorted_out(frame, id_column, _may_repeat(seen, id_column), warnings)
    if len(kept) < 2:
        raise AnalysisError(
            "there is only one customer" if len(kept) else "no row is a customer",
            where=seen.path,
            hint=_why_so_few(left_out) or "Segments need at least two customers, and better a few hundred.",
        )
    order = yield from canonical_steps(frame, id_column, kept)
    columns, input_rows = frame.get_columns(), frame.height
    del frame
    ordered = yield from _reordered(columns, order)
    return Dataset(
        frame=ordered,
        row=order,
        id_column=id_column,
        input_rows=input_rows,
        left_out=left_out,
        sources=(seen,),
        warnings=tuple(warnings),
        fingerprint=mark,
        revenue=findings.roles.get("revenue"),
    )


def _taken(handed: list[Looked], warnings: list[str]) -> tuple[SourceReport, pl.DataFrame]:
    seen = handed.pop()
    table = with_whole_ids(seen.table, seen.findings.id_column, warnings)
    return replace(seen, table=table).report(), table.frame


def _may_repeat(seen: SourceReport, id_column: str | None) -> bool:
    """Whether ids occur twice; the count of different values knows already."""
    return any(c.name == id_column and c.distinct < seen.rows - c.missing for c in seen.columns)


def _reordered(columns: list[pl.Series], order: NDArray[np.int64]) -> Steps[pl.DataFrame]:
    """The columns in the new order; each old one is let go before the next is made."""
    places = pl.Series(order).cast(pl.get_index_type())
    columns.reverse()
    result = []
    while columns:
        result.append(columns.pop().gather(places))
        yield Progress("ordering the customers", None, result[-1].name)
    return pl.DataFrame(result)


def _why_so_few(left_out: tuple[LeftOut, ...]) -> str:
    if not left_out:
        return ""
    parts = ", ".join(f"{len(group.rows):,} × {group.reason}" for group in left_out)
    return f"Rows were left out: {parts}. Check which column identifies customers."

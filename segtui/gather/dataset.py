"""The one door from files to customers: read, decide what the table is, one row per customer, canonical order.

What a table is taken for decides who turns it into customers (`_DOORS`); order lines, events and baskets are
recognised and come in here as soon as they can be rolled up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segtui.errors import AnalysisError, SourceError
from segtui.gather import roles
from segtui.gather.canonical import canonical_steps, hash_rows
from segtui.gather.paths import files_of, stamp
from segtui.gather.roles import Findings
from segtui.gather.table import Table, read_table
from segtui.progress import Progress, Steps
from segtui.recipe import GatherSpec
from segtui.results import ColumnType, Dataset, Kind, LeftOut, SourceReport

EMPTY_ROW, NO_ID, DUPLICATE_ID = "empty row", "no customer id", "duplicate customer id"
"""The reasons for which an input row is no customer."""


def identity(spec: GatherSpec) -> str:
    """A cheap fingerprint of the files (place, size, time of the last change) and of how they are read."""
    marks = [stamp(path) for source in spec.sources for path in files_of(source)]
    return hashlib.sha256(repr((marks, spec)).encode()).hexdigest()[:32]


def open_dataset(spec: GatherSpec) -> Steps[Dataset]:
    """Read the sources and turn them into customers.

    Raises SourceError, RecipeError, or AnalysisError where the table holds something else than customers.
    """
    if not spec.sources:
        raise SourceError("no file was named", hint="Name a file, for example: segtui customers.csv")
    mark = identity(spec)
    handed = [(yield from read_table(spec.sources))]
    findings = roles.find(handed[0], spec.id_column)
    return (yield from _DOORS[findings.kind](handed, findings, spec, mark))


def report(path: str, table: Table, findings: Findings) -> SourceReport:
    """What was seen in one table."""
    rows = table.frame.height
    return SourceReport(path, findings.kind, findings.reason, rows, dict(findings.roles), table.columns, table.notes)


# -- customers -----------------------------------------------------------------------------------------------


def _customers(handed: list[Table], findings: Findings, spec: GatherSpec, mark: str) -> Steps[Dataset]:
    """`handed` gives the table away: its columns are reordered one by one, and nobody else may hold them."""
    id_column = findings.id_column
    warnings = list(handed[0].notes)
    seen, frame = _taken(handed, findings, spec, warnings)
    kept, left_out = yield from _sorted_out(frame, id_column, _may_repeat(seen, id_column), warnings)
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


def _taken(
    handed: list[Table], findings: Findings, spec: GatherSpec, warnings: list[str]
) -> tuple[SourceReport, pl.DataFrame]:
    table = _with_whole_ids(handed.pop(), findings.id_column, warnings)
    return report(_named(spec), table, findings), table.frame


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


def _with_whole_ids(table: Table, id_column: str | None, warnings: list[str]) -> Table:
    """Ids stored as 17850.0 are the whole numbers they were before something made floats of them."""
    if id_column is None or table.frame[id_column].dtype != pl.Float64:
        return table
    ids = table.frame[id_column]
    whole = ids.is_finite() & (ids == ids.round()) & (ids.abs() < 2**53)
    if not whole.fill_null(True).all():
        return table
    warnings.append(f"{id_column} is stored as a decimal number; it is read as the whole number it stands for")
    columns = tuple(replace(c, type=ColumnType.INTEGER) if c.name == id_column else c for c in table.columns)
    return Table(table.frame.with_columns(ids.cast(pl.Int64)), columns, table.notes)


def _sorted_out(
    frame: pl.DataFrame, id_column: str | None, repeats: bool, warnings: list[str]
) -> Steps[tuple[NDArray[np.int64], tuple[LeftOut, ...]]]:
    """The rows that are customers, ascending, and those that are not, by reason."""
    reasons: list[LeftOut] = []
    empty = _empty_rows(frame, id_column)
    yield Progress("looking for customers")
    if empty.any():
        reasons.append(LeftOut(EMPTY_ROW, np.flatnonzero(empty).astype(np.int64)))
    out = empty
    if id_column is not None:
        nameless = frame[id_column].is_null().to_numpy() & ~empty
        if nameless.any():
            reasons.append(LeftOut(NO_ID, np.flatnonzero(nameless).astype(np.int64)))
            warnings.append(f"{int(nameless.sum()):,} rows have no {id_column} and are left out")
        repeated = (yield from _repeated(frame, id_column)) if repeats else np.empty(0, dtype=np.int64)
        if len(repeated):
            reasons.append(LeftOut(DUPLICATE_ID, repeated))
            example = frame[id_column][int(repeated[0])]
            warnings.append(
                f"{len(repeated):,} rows repeat the {id_column} of another row (such as {example}) and are left out"
            )
        out = out | nameless
        out[repeated] = True
    return np.flatnonzero(~out).astype(np.int64), tuple(reasons)


def _empty_rows(frame: pl.DataFrame, id_column: str | None) -> NDArray[np.bool_]:
    """Rows without any value: blank lines, mostly at the end of a file."""
    fullest = [frame[id_column]] if id_column is not None else []
    empty = np.ones(frame.height, dtype=np.bool_)
    for column in fullest + frame.get_columns():
        empty &= column.is_null().to_numpy()
        if not empty.any():  # the id column alone settles it for most files
            break
    return empty


def _repeated(frame: pl.DataFrame, id_column: str) -> Steps[NDArray[np.int64]]:
    """Rows whose id another row carries: of rows with one id, that with the smallest hash of its values stays.

    So it does not depend on the order of rows which one stays; rows that are equal in all values are the same.
    """
    ids = frame[id_column]
    suspects = np.flatnonzero((ids.is_duplicated() & ids.is_not_null()).to_numpy()).astype(np.int64)
    if not len(suspects):
        return suspects
    rows = frame[suspects]
    hashes = yield from hash_rows(rows, rows.columns)
    ranks = rows[id_column].rank("dense").to_numpy()
    order = np.lexsort((suspects, hashes, ranks))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = ranks[order][1:] != ranks[order][:-1]
    return np.sort(suspects[order[~first]])


def _named(spec: GatherSpec) -> str:
    first = spec.sources[0].path
    return first if len(spec.sources) == 1 else f"{first} and {len(spec.sources) - 1} more"


def _why_so_few(left_out: tuple[LeftOut, ...]) -> str:
    if not left_out:
        return ""
    parts = ", ".join(f"{len(group.rows):,} × {group.reason}" for group in left_out)
    return f"Rows were left out: {parts}. Check which column identifies customers."


# -- what cannot be rolled up yet ----------------------------------------------------------------------------


def _not_customers(handed: list[Table], findings: Findings, spec: GatherSpec, mark: str) -> Steps[Dataset]:
    del mark
    yield Progress("looking at the table", None, f"{handed[0].frame.height:,} rows")
    what = {
        Kind.ORDERS: "order lines",
        Kind.EVENTS: "events",
        Kind.BASKETS: "baskets",
        Kind.PRODUCTS: "products",
    }[findings.kind]
    hint = "Open a table with one row per customer, or name the column that identifies one."
    if findings.kind is Kind.PRODUCTS:
        raise AnalysisError(f"it holds {what}, not customers ({findings.reason})", where=_named(spec), hint=hint)
    raise AnalysisError(
        f"it holds {what}, not customers ({findings.reason}); rolling {what} up to customers is not built yet",
        where=_named(spec),
        hint=hint,
    )


_Door = Callable[[list[Table], Findings, GatherSpec, str], Steps[Dataset]]

_DOORS: dict[Kind, _Door] = {
    Kind.CUSTOMERS: _customers,
    Kind.UNKNOWN: _customers,
    Kind.ORDERS: _not_customers,
    Kind.EVENTS: _not_customers,
    Kind.BASKETS: _not_customers,
    Kind.PRODUCTS: _not_customers,
}

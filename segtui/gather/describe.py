"""What is in each table: kind, roles, columns, and what was noticed, also for tables that hold no customers."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from segtui.errors import SourceError
from segtui.gather import scan
from segtui.gather.assemble import facts
from segtui.gather.look import Looked, look_at_all
from segtui.progress import Steps
from segtui.recipe import GatherSpec
from segtui.results import Kind, SourceReport


def describe(spec: GatherSpec) -> Steps[tuple[SourceReport, ...]]:
    """A report on each table. Raises SourceError."""
    if not spec.sources:
        raise SourceError("no file was named", hint="Name a file, for example: segtui describe customers.csv")
    reports = []
    for looked in (yield from look_at_all(spec)):
        report = yield from _report(looked)
        reports.append(report)
    return tuple(reports)


def _report(looked: Looked) -> Steps[SourceReport]:
    found = looked.report()
    if looked.whole:
        told = (facts(looked),) if looked.kind in (Kind.ORDERS, Kind.BASKETS) else ()
        return replace(found, notes=(*told, *found.notes))
    (rows,) = yield from scan.collect([scan.scan(looked.files).select(pl.len())], f"counting {looked.name}")
    note = f"columns are judged by the first {looked.table.frame.height:,} rows"
    return replace(found, rows=int(rows.item()), notes=(note, *found.notes))

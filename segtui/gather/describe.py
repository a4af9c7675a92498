"""What is in each source: kind, roles, columns, and what was noticed, also for sources that hold no customers."""

from __future__ import annotations

from segtui.errors import SourceError
from segtui.gather import roles
from segtui.gather.dataset import report
from segtui.gather.table import read_table
from segtui.progress import Steps
from segtui.recipe import GatherSpec
from segtui.results import SourceReport


def describe(spec: GatherSpec) -> Steps[tuple[SourceReport, ...]]:
    """A report on each source, read on its own. Raises SourceError."""
    if not spec.sources:
        raise SourceError("no file was named", hint="Name a file, for example: segtui describe customers.csv")
    reports = []
    for source in spec.sources:
        table = yield from read_table((source,))
        wanted = spec.id_column if spec.id_column in (None, "", *table.frame.columns) else None
        reports.append(report(source.path, table, roles.find(table, wanted)))
    return tuple(reports)

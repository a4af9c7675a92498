"""What `segtui describe` prints: each table with its kind, roles and columns, and how they become customers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from segtui import printing
from segtui.errors import AnalysisError
from segtui.printing import Json
from segtui.progress import finish
from segtui.recipe import GatherSpec
from segtui.results import CleaningStep, Column, Dataset, Inspection, JoinReport, RollUp, SourceReport

if TYPE_CHECKING:
    from collections.abc import Sequence

Flags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False, slots=True)
class Described:
    """What was seen. dataset and inspection: None where the tables hold no customers, and `problem` says why."""

    sources: tuple[SourceReport, ...]
    dataset: Dataset | None
    inspection: Inspection | None
    problem: str = ""


def describe(gather: GatherSpec, *, as_json: bool) -> None:
    """Print what is seen in the sources of `gather`."""
    with printing.progress_line() as report:
        described = look(gather, report)
    if as_json:
        printing.print_json(document(described))
    else:
        printing.print_lines(lines(described))


def look(gather: GatherSpec, report: printing.Report) -> Described:
    """Customers are opened and inspected as for an analysis; of anything else the tables are described."""
    from segtui.gather.dataset import open_dataset
    from segtui.gather.describe import describe as describe_tables
    from segtui.prepare.inspect import inspect

    try:
        dataset = finish(open_dataset(gather), report)
    except AnalysisError as problem:
        return Described(finish(describe_tables(gather), report), None, None, str(problem))
    return Described(dataset.sources, dataset, finish(inspect(dataset), report))


# -- as a document -----------------------------------------------------------------------------------------


def document(described: Described) -> Json:
    """Everything, as `describe --json` gives it."""
    dataset = described.dataset
    found: Json = {"sources": [_source_document(described, one) for one in described.sources]}
    if dataset is None:
        return found | {"customers": 0, "problem": described.problem}
    found |= {
        "customers": dataset.customers,
        "id": dataset.id_column,
        "left_out": [{"reason": one.reason, "rows": len(one.rows)} for one in dataset.left_out],
        "joins": [asdict(join) for join in dataset.joins],
        "notes": list(_notes(described)),
    }
    if dataset.rollup is not None:
        found |= {"rollup": rollup_document(dataset.rollup), "features": _features_document(described)}
    return found


def _source_document(described: Described, report: SourceReport) -> Json:
    plain = described.dataset is not None and described.dataset.rollup is None
    flags = _flags(described) if plain else {}
    return {
        "path": report.path,
        "kind": report.kind.value,
        "reason": report.reason,
        "rows": report.rows,
        "files": report.files,
        "roles": report.roles,
        "columns": [_column_document(column, flags.get(column.name, column.flags)) for column in report.columns],
        "left_out": [{"reason": one.reason, "rows": len(one.rows)} for one in described.dataset.left_out]
        if plain and described.dataset is not None
        else [],
        "notes": list(_notes(described) if plain else report.notes),
    }


def _column_document(column: Column, flags: Flags) -> Json:
    found: Json = {
        "name": column.name,
        "type": column.type.value,
        "missing": column.missing,
        "distinct": column.distinct,
        "approximate": column.approximate,
        "flags": [{"flag": flag, "reason": reason} for flag, reason in flags],
    }
    if column.reading:
        found |= {"reading": column.reading, "choices": list(column.choices)}
        found |= {"unread": column.unread, "examples": list(column.examples)}
    return found


def rollup_document(rollup: RollUp) -> Json:
    """How orders became customers, in numbers."""
    return {
        "lines": rollup.lines,
        "kept": rollup.kept,
        "later": rollup.later,
        "orders": rollup.orders,
        "revenue": rollup.revenue,
        "steps": [asdict(step) for step in rollup.steps],
        "snapshot": _day(rollup.snapshot),
        "snapshot_given": rollup.snapshot_given,
        "first_day": _day(rollup.first_day),
        "last_day": _day(rollup.last_day),
        "holdout": None if rollup.holdout is None else [_day(day) for day in rollup.holdout],
    }


def _day(value: object) -> str | None:
    return None if value is None else str(value)


def _features_document(described: Described) -> list[Json]:
    """Every column that customers have in the end."""
    dataset, inspection = _opened(described)
    assert dataset.rollup is not None
    notes = {note.name: note for note in dataset.rollup.features}
    found: list[Json] = []
    for verdict in inspection.features:
        note = notes.get(verdict.name)
        found.append(
            {
                "name": verdict.name,
                "type": verdict.type.value,
                "missing": verdict.missing,
                "distinct": verdict.distinct,
                "unit": note.unit if note else None,
                "definition": note.definition if note else None,
                "source": note.source if note else None,
                "flags": [{"flag": flag.name, "reason": flag.reason} for flag in verdict.flags],
            }
        )
    return found


def _opened(described: Described) -> tuple[Dataset, Inspection]:
    assert described.dataset is not None
    assert described.inspection is not None
    return described.dataset, described.inspection


def _flags(described: Described) -> dict[str, Flags]:
    """Flags by both floors; where both raise one, the second knows more."""
    _, inspection = _opened(described)
    found = {v.name: tuple((flag.name, flag.reason) for flag in v.flags) for v in inspection.features}
    return {
        column.name: tuple({**dict(column.flags), **dict(found.get(column.name, ()))}.items())
        for source in described.sources
        for column in source.columns
    }


def _notes(described: Described) -> tuple[str, ...]:
    dataset, inspection = _opened(described)
    told = (note for source in described.sources for note in source.notes)
    return tuple(dict.fromkeys((*told, *dataset.warnings, *inspection.warnings)))


# -- in words ----------------------------------------------------------------------------------------------


def lines(described: Described) -> Iterable[str]:
    """Everything, as a person reads it."""
    plain = described.dataset is not None and described.dataset.rollup is None
    flags = _flags(described) if plain else {}
    for report in described.sources:
        yield from _source_lines(report, flags)
    dataset = described.dataset
    if dataset is None:
        yield f"no segments can be made of it: {described.problem}"
        return
    if dataset.rollup is not None:
        yield from _rollup_lines(described, dataset, dataset.rollup)
    for one in dataset.left_out:
        yield f"left out: {len(one.rows):,} rows: {one.reason}"
    for note in _notes(described) if plain else (*dataset.warnings, *_inspected(described)):
        yield f"note: {note}"


def _inspected(described: Described) -> tuple[str, ...]:
    return described.inspection.warnings if described.inspection is not None else ()


def _source_lines(report: SourceReport, flags: dict[str, Flags]) -> Iterable[str]:
    files = f" in {report.files:,} files" if report.files > 1 else ""
    yield f"{report.path}: {report.kind.value}, {report.rows:,} rows{files}, {len(report.columns):,} columns"
    yield f"  {report.reason}"
    yield ""
    roles = {column: role for role, column in report.roles.items()}
    rows = [
        (
            column.name,
            column.reading or column.type.value,
            roles.get(column.name, ""),
            f"{column.missing:,}",
            f"{'>=' if column.approximate else ''}{column.distinct:,}",
            ", ".join(_marks(column, flags)),
        )
        for column in report.columns
    ]
    yield from printing.table(("column", "read as", "role", "missing", "distinct", "flags"), rows, right=(3, 4))
    yield ""
    yield from _remarks(report.columns, flags)
    if not flags:
        yield from (f"note: {note}" for note in report.notes)
        yield ""


def _marks(column: Column, flags: dict[str, Flags]) -> list[str]:
    marks = [flag for flag, _ in flags.get(column.name, column.flags)]
    if column.unread:
        marks.append(f"{column.unread:,} unread")
    return marks + [f"or {choice}?" for choice in column.choices]


def _remarks(columns: Sequence[Column], flags: dict[str, Flags]) -> Iterable[str]:
    for column in columns:
        for flag, reason in flags.get(column.name, column.flags):
            yield f"{column.name}: {flag}: {reason}"


def _rollup_lines(described: Described, dataset: Dataset, rollup: RollUp) -> Iterable[str]:
    yield f"{dataset.customers:,} customers by {dataset.id_column}"
    for join in dataset.joins:
        yield f"  {_joined(join)}"
    yield ""
    if rollup.lines:
        yield (
            f"{rollup.lines:,} order lines, {rollup.kept:,} kept: {rollup.orders:,} orders, {_revenue(rollup)}"
            f", from {rollup.first_day} to {rollup.last_day}"
        )
        rows = [
            (step.id, _state(step), "" if step.rows is None else f"{step.rows:,}", step.title) for step in rollup.steps
        ]
        yield from printing.table(("cleaning step", "", "lines", "leaves out"), rows, right=(2,))
    yield _snapshot_line(rollup)
    yield ""
    notes = {note.name: note for note in rollup.features}
    inspected = described.inspection.features if described.inspection is not None else ()
    rows = [
        (v.name, notes[v.name].unit, f"{v.missing:.1%}" if v.missing else "-", notes[v.name].definition)
        for v in inspected
        if v.name in notes
    ]
    yield from printing.table(("feature made", "unit", "missing", "what it is"), rows, right=(2,))
    yield ""


def left_out(dataset: Dataset) -> Iterable[str]:
    """What of several tables did not become customers: order lines, customers without one, ids without a match."""
    rollup = dataset.rollup
    if rollup is None:
        return
    steps = [(step.rows, step.title) for step in rollup.steps if step.on and step.rows and step.id != "has_orders"]
    steps += [(rollup.later, "on or after the snapshot, or without a date")] if rollup.later else []
    if steps:
        parts = ", ".join(f"{rows:,} {title}" for rows, title in steps)
        yield f"{rollup.lines - rollup.kept:,} of {rollup.lines:,} order lines are left out: {parts}"
    for one in dataset.left_out:
        yield f"{len(one.rows):,} customers are left out: {one.reason}"
    for join in dataset.joins:
        if join.only_left or join.only_right:
            yield _joined(join)


def _joined(join: JoinReport) -> str:
    return (
        f"{join.left} with {join.right} by {join.on[0]} = {join.on[1]}: {join.matched:,} match, "
        f"{join.only_left:,} only in the first{_examples(join.left_examples)}, "
        f"{join.only_right:,} only in the second{_examples(join.right_examples)}; {join.done}"
    )


def _revenue(rollup: RollUp) -> str:
    priced = any(note.name == "monetary" for note in rollup.features)
    return f"revenue {printing.number(rollup.revenue)}" if priced else "no column says what was paid"


def _examples(examples: Sequence[str]) -> str:
    return f" (such as {', '.join(examples)})" if examples else ""


def _state(step: CleaningStep) -> str:
    return "on" if step.on else "off" if step.applies else "does not apply"


def _snapshot_line(rollup: RollUp) -> str:
    if rollup.snapshot is None:
        return "no snapshot: nothing here has a date"
    how = "as you said" if rollup.snapshot_given else "the day after the last one"
    if rollup.holdout is not None:
        how = f"days from {rollup.holdout[0]} up to {rollup.holdout[1]} are held out, no feature sees them"
    later = f"; {rollup.later:,} lines on or after it" if rollup.later else ""
    return f"snapshot {rollup.snapshot} ({how}){later}"

"""Tiny tables written out and opened: what the tests of order lines, joins, streaming and the cache share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from segtui.gather.dataset import open_dataset
from segtui.progress import finish
from segtui.recipe import GatherSpec, SourceSpec, TableSpec
from segtui.results import CleaningStep, Dataset, RollUp


def written(folder: Path, name: str, text: str) -> Path:
    """A file with this text; lines may be indented as the test is, and blank ones at either end do not count."""
    path = folder / name
    lines = [line.strip() for line in text.strip().splitlines()]
    path.write_text("\n".join(lines) + "\n", newline="")
    return path


def spec_of(*paths: Path | str, **said: Any) -> GatherSpec:
    """The paths as sources, and what is said besides."""
    return GatherSpec(tuple(SourceSpec(str(path)) for path in paths), **said)


def opened(*paths: Path | str, **said: Any) -> Dataset:
    return finish(open_dataset(spec_of(*paths, **said)))


def as_orders(path: Path | str, **said: Any) -> Dataset:
    """One table opened as order lines, however few there are to tell by."""
    return opened(path, tables=(TableSpec(str(path), "orders"),), **said)


def rolled(dataset: Dataset) -> RollUp:
    assert dataset.rollup is not None
    return dataset.rollup


def by_id(dataset: Dataset) -> dict[Any, dict[str, Any]]:
    """Customer -> the other columns."""
    assert dataset.id_column is not None
    rows = {row.pop(dataset.id_column): row for row in dataset.frame.to_dicts()}
    assert len(rows) == dataset.customers
    return rows


def column(dataset: Dataset, name: str) -> dict[Any, Any]:
    """Customer -> one of its values."""
    return {id: row[name] for id, row in by_id(dataset).items()}


def whole_table(dataset: Dataset) -> pl.DataFrame:
    assert dataset.table is not None
    return dataset.table


def steps(dataset: Dataset) -> dict[str, CleaningStep]:
    return {step.id: step for step in rolled(dataset).steps}


def left_out(dataset: Dataset) -> dict[str, int | None]:
    """Step -> lines it left out, of the steps that are on and left any out."""
    return {id: step.rows for id, step in steps(dataset).items() if step.on and step.rows}


def adds_up(rollup: RollUp) -> bool:
    """Whether every line read is kept, later, or left out at one step; `has_orders` counts customers, not lines."""
    out = sum(step.rows or 0 for step in rollup.steps if step.on and step.id != "has_orders")
    return rollup.lines == rollup.kept + rollup.later + out

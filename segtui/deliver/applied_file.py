"""The labelled file of customers who were scored with a delivered model, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import polars as pl

from segtui.atomic import WholeFiles, delivery_error
from segtui.deliver import writers
from segtui.deliver.applied import Scored, labels_of
from segtui.deliver.labelled import FORMATS, format_of, source_files, streamed, write_table
from segtui.deliver.labels import ADDED, free_names
from segtui.deliver.rows import changed, labelled_rows
from segtui.gather.dataset import identity
from segtui.progress import Progress, Steps
from segtui.recipe import GatherSpec, LabelledSpec


def write(scored: Scored, gather: GatherSpec, spec: LabelledSpec) -> Steps[Path]:
    """Every input row with its segment, for its owner alone; returns the path.

    gather: as the dataset was opened. Raises DeliveryError (nothing is left behind), UsageError, SourceError.
    """
    _check_unchanged(scored, gather)
    with WholeFiles(overwrite=spec.overwrite, sources=source_files(gather)) as files:
        beside = files.stage(spec.path, private=True)
        try:
            yield from write_table((yield from _table(scored, gather, spec)), spec, beside)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise delivery_error(error, spec.path) from error
        _check_unchanged(scored, gather)
        return files.commit()[0]


def stream(scored: Scored, gather: GatherSpec, spec: LabelledSpec, out: BinaryIO) -> Steps[None]:
    """The same to an open file, such as standard output. Raises BrokenPipeError where nobody reads any more."""
    yield from streamed(lambda: _table(scored, gather, spec), spec, out)


def notes(scored: Scored) -> tuple[str, ...]:
    """Added columns whose name was taken."""
    return free_names(scored.dataset.frame.columns, ADDED, "source has")[1]


def _table(scored: Scored, gather: GatherSpec, spec: LabelledSpec) -> Steps[writers.Table]:
    yield Progress("writing labels", 0.0)
    kind = FORMATS[format_of(spec)]
    labels = labels_of(scored, nothing=None if kind.cells else "")
    added, _ = free_names(scored.dataset.frame.columns, ADDED, "source has")
    return labelled_rows(scored.dataset, gather, labels, added, cells=kind.cells, text=kind.text)


def _check_unchanged(scored: Scored, gather: GatherSpec) -> None:
    if identity(gather) != scored.dataset.opened:
        raise changed()

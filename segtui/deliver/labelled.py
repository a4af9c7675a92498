"""The labelled file: every input row and column as it was, in input order, and the segment each customer is in."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import polars as pl

from segtui.atomic import WholeFiles, check_target, delivery_error, error_number
from segtui.deliver import writers, xlsx
from segtui.deliver.labels import added_columns, label
from segtui.deliver.rows import changed, labelled_rows
from segtui.errors import DeliveryError, UsageError
from segtui.gather.dataset import identity
from segtui.gather.paths import files_of
from segtui.progress import Steps
from segtui.recipe import STANDARD_OUTPUT, GatherSpec, LabelledSpec, Recipe
from segtui.recipe_file import recipe_path, to_toml
from segtui.results import Answer, Dataset, FeatureMatrix


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. cells: it holds single values only. text: it has no types, so text is passed on untouched."""

    endings: tuple[str, ...]
    cells: bool
    text: bool


FORMATS = {
    "csv": Format((".csv",), cells=True, text=True),
    "tsv": Format((".tsv", ".tab"), cells=True, text=True),
    "ndjson": Format((".ndjson", ".jsonl"), cells=False, text=True),
    "parquet": Format((".parquet", ".pq"), cells=False, text=False),
    "arrow": Format((".arrow", ".feather", ".ipc"), cells=False, text=False),
    "xlsx": Format((".xlsx",), cells=True, text=False),
}
"""Every name of recipe.LABELLED_FORMATS."""


def write(
    dataset: Dataset, gather: GatherSpec, answer: Answer, matrix: FeatureMatrix, spec: LabelledSpec
) -> Steps[tuple[Path, ...]]:
    """Write the labelled file and the recipe beside it, both whole or neither; returns their paths.

    gather: as the dataset was opened; matrix: the one that `answer` was made with. Raises DeliveryError (nothing is
    left behind), UsageError, SourceError.
    """
    form = format_of(spec)
    _check_answer(dataset, gather, answer)
    keep_out_of_sources(gather, Path(spec.path))
    with WholeFiles(overwrite=spec.overwrite, sources=source_files(gather)) as files:
        beside = files.stage(spec.path, private=True)
        _stage_recipe(files, recipe_path(Path(spec.path)), sidecar(dataset, answer))
        try:
            table = yield from _table(dataset, gather, answer, matrix, form)
            yield from write_table(table, spec, beside)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise delivery_error(error, spec.path) from error
        _check_unchanged(dataset, gather)
        return files.commit()


def stream(
    dataset: Dataset, gather: GatherSpec, answer: Answer, matrix: FeatureMatrix, spec: LabelledSpec, out: BinaryIO
) -> Steps[None]:
    """The labelled rows to an open file, such as standard output: a text format, and no recipe.

    Raises BrokenPipeError where nobody reads any more.
    """
    _check_answer(dataset, gather, answer)
    yield from streamed(lambda: _table(dataset, gather, answer, matrix, format_of(spec)), spec, out)


def streamed(table: Callable[[], Steps[writers.Table]], spec: LabelledSpec, out: BinaryIO) -> Steps[None]:
    """A table to an open file. Raises UsageError where the format is none of text, BrokenPipeError where nobody reads
    any more, and DeliveryError."""
    if not FORMATS[format_of(spec)].text:
        raise UsageError("only csv, tsv and ndjson can be written to standard output", hint="Give a file.")
    try:
        yield from write_text((yield from table()), spec, out)
        out.flush()
    except (OSError, pl.exceptions.PolarsError) as error:
        if error_number(error) == errno.EPIPE:
            raise BrokenPipeError from error
        raise delivery_error(error, "standard output", left="What was written so far is not whole.") from error


def check(gather: GatherSpec, spec: LabelledSpec) -> None:
    """Find out before the analysis whether `spec` can be written. Raises DeliveryError, UsageError, SourceError."""
    if spec.path == STANDARD_OUTPUT:
        return
    format_of(spec)
    keep_out_of_sources(gather, Path(spec.path))
    check_target(Path(spec.path), overwrite=spec.overwrite, sources=source_files(gather))


def keep_out_of_sources(gather: GatherSpec, target: Path) -> None:
    """A file in a folder that was opened as a whole would be read as data the next time. Raises DeliveryError."""
    for source in gather.sources:
        folder = Path(source.path).expanduser()
        if folder.is_dir() and target.resolve().parent == folder.resolve():
            raise DeliveryError(
                "this folder is the source, and the file would be read as a part of it the next time",
                where=str(target),
                hint="Choose another folder.",
            )


def notes(dataset: Dataset, answer: Answer) -> tuple[str, ...]:
    """What is worth saying of the labelled file: added columns whose name was taken."""
    return added_columns(dataset.frame.columns, answer)[1]


def format_of(spec: LabelledSpec) -> str:
    """The format asked for, or the one that the path's ending stands for. Raises UsageError."""
    if spec.format is not None:
        if spec.format not in FORMATS:
            raise UsageError(f"there is no format {spec.format}", hint=f"Known are {', '.join(FORMATS)}.")
        return spec.format
    ending = Path(spec.path).suffix.lower()
    for name, form in FORMATS.items():
        if ending in form.endings:
            return name
    known = ", ".join(ending for form in FORMATS.values() for ending in form.endings)
    what = f"{ending} is not an ending that says a format" if ending else "this name has no ending, so no format"
    raise UsageError(what, where=spec.path, hint=f"Known endings are {known}.")


def sidecar(dataset: Dataset, answer: Answer) -> Recipe:
    """The recipe of `answer` with nothing left to find out: the id, every feature and transform spelled out."""
    recipe = answer.recipe
    gather = replace(recipe.gather, id_column=dataset.id_column or "")
    return replace(recipe, gather=gather, prepare=answer.prepare)


def source_files(gather: GatherSpec) -> tuple[Path, ...]:
    """Every file behind the sources. Raises SourceError."""
    return tuple(path for source in gather.sources for path in files_of(source))


def _stage_recipe(files: WholeFiles, path: Path, recipe: Recipe) -> None:
    """Write the recipe, unless the very same stands there already (a second format of one export)."""
    text = to_toml(recipe)
    if not _holds(path, text):
        files.stage(path).write_text(text, encoding="utf-8")


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False


def _check_answer(dataset: Dataset, gather: GatherSpec, answer: Answer) -> None:
    if not answer.exact:
        raise DeliveryError(
            "these segments are still approximate (~)", hint="Wait until they have converged on all customers."
        )
    _check_unchanged(dataset, gather)


def _check_unchanged(dataset: Dataset, gather: GatherSpec) -> None:
    if identity(gather) != dataset.opened:
        raise changed()


def write_table(table: writers.Table, spec: LabelledSpec, path: Path) -> Steps[None]:
    """Labelled rows in the format of `spec` to a file that may still be in the making."""
    form = format_of(spec)
    if FORMATS[form].text:
        with open(path, "wb") as out:
            yield from write_text(table, spec, out)
    else:
        yield from _TYPED_WRITERS[form](table, path)


def write_text(table: writers.Table, spec: LabelledSpec, out: BinaryIO) -> Steps[None]:
    """Labelled rows in the text format of `spec` to an open file."""
    form = format_of(spec)
    if form == "ndjson":
        yield from writers.write_ndjson(table, out)
    else:
        yield from writers.write_csv(table, out, separator="\t" if form == "tsv" else ",", safe=spec.csv_safe)


def _table(
    dataset: Dataset, gather: GatherSpec, answer: Answer, matrix: FeatureMatrix, form: str
) -> Steps[writers.Table]:
    kind = FORMATS[form]
    labels = yield from label(dataset, answer, matrix, nothing=None if kind.cells else "")
    added, _ = added_columns(dataset.frame.columns, answer)
    return labelled_rows(dataset, gather, labels, added, cells=kind.cells, text=kind.text)


_TYPED_WRITERS: dict[str, Callable[[writers.Table, Path], Steps[None]]] = {
    "parquet": writers.write_parquet,
    "arrow": writers.write_arrow,
    "xlsx": xlsx.write_xlsx,
}

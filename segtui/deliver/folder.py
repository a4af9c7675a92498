"""The delivered folder: every part that was asked for, the recipe and the passport, written whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from segtui.atomic import delivery_error
from segtui.deliver import passport, repeat
from segtui.deliver.delivery import MODEL, RECIPE
from segtui.deliver.handover import Handover
from segtui.deliver.labelled import sidecar
from segtui.deliver.parts import MAKERS, Making, formula_warning
from segtui.deliver.readme import readme
from segtui.deliver.rows import changed
from segtui.deliver.whole_folder import WholeFolder, check_apart, check_place
from segtui.errors import AnalysisError, DeliveryError, UsageError
from segtui.gather.dataset import identity
from segtui.gather.paths import STANDARD_INPUT
from segtui.progress import Progress, Steps, as_part
from segtui.recipe import LABELLED_FORMATS, PARTS, DeliverySpec, GatherSpec, Recipe
from segtui.recipe_file import to_toml

README = "README.txt"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was written. files: (name within the folder, bytes); missing: (part, why it is not there)."""

    folder: Path
    files: tuple[tuple[str, int], ...]
    missing: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


def check(gather: GatherSpec, spec: DeliverySpec) -> None:
    """Find out before the analysis whether `spec` can be delivered. Raises UsageError, DeliveryError, SourceError."""
    for what, given, known in (("part", spec.parts, PARTS), ("format", spec.formats, LABELLED_FORMATS)):
        strange = [one for one in given if one not in known]
        if strange or not given:
            told = f"there is no {what} {strange[0]}" if strange else f"no {what} is asked for"
            raise UsageError(told, hint=f"Known are {', '.join(known)}.")
    names = [f"{stem}.{form}" for stem in ("customers", "orders") for form in spec.formats]
    check_apart(gather, Path(spec.folder), [*names, "segments.csv", MODEL, "lists/a.csv"])
    check_place(Path(spec.folder), overwrite=spec.overwrite, listed=repeat.listed)


def write(handover: Handover, recipe: Recipe, spec: DeliverySpec) -> Steps[Delivered]:
    """The folder. recipe: what repeats it. Raises DeliveryError, and nothing is left behind then."""
    if not handover.answer.exact:
        raise DeliveryError("these segments are still approximate (~)", hint="Wait until they have converged.")
    check(handover.gather, spec)
    _check_unchanged(handover)
    with WholeFolder(spec.folder, overwrite=spec.overwrite, listed=repeat.listed) as folder:
        making = Making(handover, spec, folder)
        try:
            told = yield from _parts(making)
            said = yield from _finish(making, recipe, told)
        except pl.exceptions.PolarsError as error:
            raise delivery_error(error, spec.folder) from error
        _check_unchanged(handover)
        sizes = tuple((name, folder.path(name).stat().st_size) for name in folder.names())
        yield Progress("delivering", 1.0, "moving everything into place")
        where = folder.commit()
    missing = tuple((part, str(one["missing"])) for part, one in told.items() if "missing" in one)
    return Delivered(where, sizes, missing, said)


def _check_unchanged(handover: Handover) -> None:
    if identity(handover.gather) != handover.whole.opened:
        raise changed()


def _parts(making: Making) -> Steps[dict[str, passport.Json]]:
    """Write every part; of each its files, or why it is missing."""
    told: dict[str, passport.Json] = {}
    wanted = [part for part in PARTS if part in making.spec.parts]
    for number, part in enumerate(wanted):
        before = set(making.folder.names())
        yield Progress(f"delivering {part}", 0.1 + 0.8 * number / len(wanted))
        steps = MAKERS[part](making)
        try:
            yield from as_part(steps, f"delivering {part}", 0.1 + 0.8 * number / len(wanted), 0.8 / len(wanted))
            told[part] = {"files": sorted(set(making.folder.names()) - before)}
        except AnalysisError as error:
            for name in set(making.folder.names()) - before:
                making.folder.drop(name)
            told[part] = {"missing": str(error)}
    return told


def _finish(making: Making, recipe: Recipe, told: dict[str, passport.Json]) -> Steps[tuple[str, ...]]:
    """The recipe, the explanation, and the passport with the hashes of all that is there."""
    handover, folder = making.handover, making.folder
    said = [*handover.warnings, *making.warnings, *formula_warning(making.formulas)]
    if any(source.path == STANDARD_INPUT for source in recipe.gather.sources):
        said.append("the data came from standard input, so recipe.toml asks for the same on standard input again")
    warnings = tuple(dict.fromkeys(said))
    making.write(RECIPE, to_toml(recipe))
    missing = {part: str(one["missing"]) for part, one in told.items() if "missing" in one}
    names = (*folder.names(), repeat.PASSPORT)
    making.write(
        README, readme(names, missing, warnings, handover.campaign, hide=making.hide, safe=making.spec.csv_safe)
    )
    files = []
    for name in folder.names():
        path = folder.path(name)
        digest = yield from as_part(repeat.sha256_of(path, f"hashing {name}"), "delivering", 0.9, 0.1)
        files.append(repeat.SourceFile(name, path.stat().st_size, digest))
    text = passport.to_json(handover, recipe, told, files, warnings, making.spec)
    making.write(repeat.PASSPORT, text)
    return warnings


def recipe_of(handover: Handover, recipe: Recipe) -> Recipe:
    """The recipe that repeats a delivery from anywhere: nothing left to find out, absolute paths."""
    explicit = sidecar(handover.whole, replace(handover.answer, recipe=recipe))
    return repeat.portable(explicit)

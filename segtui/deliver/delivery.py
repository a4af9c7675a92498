"""What was delivered, found again: a folder, its recipe, its model, or a labelled file on its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from segtui.deliver.scoring import ScoringModel
from segtui.deliver.scoring_json import from_json
from segtui.errors import SourceError
from segtui.gather.paths import is_address
from segtui.recipe import Recipe
from segtui.recipe_file import load, recipe_path

MODEL, RECIPE, CUSTOMERS = "model.json", "recipe.toml", "customers"
"""What the parts are called in a delivered folder; customers have the ending of their format."""

ENDINGS = (".parquet", ".arrow", ".csv", ".tsv", ".ndjson", ".xlsx")
"""Formats of the labelled customers, the one that loses least first."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is there of a delivery; None where it is not. named: as it was given, for messages. customers: the source
    that holds those labelled."""

    named: str
    model: ScoringModel | None
    recipe: Recipe | None
    customers: str


def to_apply(given: str) -> tuple[ScoringModel, Recipe]:
    """The model and the recipe of a delivered folder, of its recipe.toml, or of its model.json.

    A model alone is enough: its recipe is then an empty one with its id. Raises SourceError where there is no model,
    RecipeError where the recipe cannot be read.
    """
    from dataclasses import replace

    path = Path(given).expanduser()
    if not path.exists():
        raise SourceError("there is no such file or folder", where=given, hint="Give a delivered folder.")
    folder = path if path.is_dir() else path.parent
    at_model = path if path.suffix.lower() == ".json" else folder / MODEL
    if not at_model.is_file():
        what = "this folder" if path.is_dir() else "the folder of this recipe"
        raise SourceError(
            f"{what} holds no {MODEL}, so there are no centroids to score with",
            where=given,
            hint="Deliver a folder (segtui run … --deliver DIR) and give that.",
        )
    model = read_model(at_model)
    at_recipe = path if path.suffix.lower() == ".toml" else folder / RECIPE
    if at_recipe.is_file():
        return model, load(at_recipe)
    fresh = Recipe()
    return model, replace(fresh, gather=replace(fresh.gather, id_column=model.id_column))


def read_model(path: Path) -> ScoringModel:
    """The scoring model in a file. Raises SourceError."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SourceError("this is not a text file in UTF-8", where=str(path), hint="Deliver it again.") from error
    except OSError as error:
        told = f"it cannot be read ({error.strerror or error})"
        raise SourceError(told, where=str(path), hint="Check the path.") from error
    return from_json(text, str(path))


def to_compare(given: str) -> Delivery:
    """One side of a comparison: a delivered folder, or a labelled file with the recipe beside it where there is one.

    Raises SourceError where a folder holds no labelled customers, or what is there cannot be read.
    """
    if is_address(given):
        return Delivery(given, None, None, given)
    path = Path(given).expanduser()
    if not path.is_dir():
        beside = recipe_path(path)
        return Delivery(given, None, load(beside) if beside.is_file() else None, given)
    found = [path / f"{CUSTOMERS}{ending}" for ending in ENDINGS]
    customers = next((one for one in found if one.is_file()), None)
    if customers is None:
        raise SourceError(
            f"this folder holds no labelled customers ({CUSTOMERS}.csv, {CUSTOMERS}.parquet …)",
            where=given,
            hint="Give a delivered folder, or a labelled file.",
        )
    model, recipe = path / MODEL, path / RECIPE
    return Delivery(
        given,
        read_model(model) if model.is_file() else None,
        load(recipe) if recipe.is_file() else None,
        str(customers),
    )

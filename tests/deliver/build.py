"""A delivery as it lies in a folder: the labelled customers, the model and the recipe."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from segtui import delivering
from segtui.deliver.labelled import sidecar, write
from segtui.deliver.scoring import ScoredFeature, ScoringModel
from segtui.deliver.scoring_json import to_json
from segtui.pipeline import Pipeline, unwatched
from segtui.progress import finish
from segtui.recipe import ClusterSpec, GatherSpec, LabelledSpec, PrepareSpec, Recipe, SourceSpec
from segtui.recipe_file import to_toml
from segtui.results import MatrixColumn, Transform

PROPOSED, THREE, AS_FOUND = PrepareSpec(), ClusterSpec(k=3), GatherSpec()


def deliver(
    folder: Path,
    sources: Sequence[Path],
    prepare: PrepareSpec = PROPOSED,
    cluster: ClusterSpec = THREE,
    gather: GatherSpec = AS_FOUND,
    ending: str = ".csv",
) -> ScoringModel:
    """Analyse `sources` and deliver what applying and comparing need."""
    spec = replace(gather, sources=tuple(SourceSpec(str(path)) for path in sources))
    recipe = Recipe(spec, prepare, cluster)
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    answer = finish(pipeline.exact(recipe, unwatched))
    ground = finish(pipeline.ground(recipe))
    model = finish(delivering.model(pipeline, recipe, ground, answer))
    folder.mkdir(parents=True, exist_ok=True)
    labelled = LabelledSpec(str(folder / f"customers{ending}"))
    finish(write(ground.dataset, spec, answer, ground.matrix, labelled))
    (folder / "model.json").write_text(to_json(model), encoding="utf-8")
    (folder / "recipe.toml").write_text(to_toml(sidecar(ground.dataset, answer)), encoding="utf-8")
    return model


def shop(
    path: Path,
    customers: int = 900,
    seed: int = 1,
    more: float = 0.0,
    levels: Sequence[str] = ("gold", "silver", "basic"),
    empty: float = 0.0,
) -> Path:
    """Customers of three kinds. more: added to what each spends; empty: share without a figure of it."""
    draw = random.Random(seed)
    lines = ["id,spend,visits,plan"]
    for number in range(customers):
        kind = number % 3
        spend = "" if draw.random() < empty else f"{draw.lognormvariate(3 + kind, 0.3) + more:.2f}"
        plan = levels[kind] if draw.random() < 0.8 else draw.choice(levels)
        lines.append(f"c{seed}-{number:05d},{spend},{draw.randint(1, 10) + 5 * kind},{plan}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def line_model(*centres: float, aside: bool = False) -> ScoringModel:
    """One feature x as it is, one centre per cluster."""
    column = MatrixColumn("x", None, Transform("none", 0.0, 1.0, 0.0), 1.0)
    return ScoringModel(
        id_column="id",
        features=(ScoredFeature("x", "number", aside),),
        columns=(column,),
        letters=tuple("ABCDEF"[: len(centres)]),
        names=tuple(f"around {centre:g}" for centre in centres),
        sizes=(100,) * len(centres),
        centroids=tuple((centre,) for centre in centres),
        far=5.0,
        votes=(1.0,),
    )

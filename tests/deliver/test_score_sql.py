"""The delivered SQL gives every customer the segment that the app does, in databases that really run it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui import delivering
from segtui.cluster.assign import decide, squared_distances
from segtui.deliver.score_sql import DIALECTS, statement
from segtui.deliver.scoring import ScoredFeature, ScoringModel, type_of
from segtui.explain.rules import leaf_of
from segtui.pipeline import Pipeline, unwatched
from segtui.prepare.matrix import exact_values
from segtui.prepare.parts import gaps_of, how, make
from segtui.progress import finish
from segtui.recipe import ClusterSpec, FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec
from segtui.results import Dataset, FeatureMatrix
from tests.deliver import engines
from tests.deliver.engines import Postgres, Row

GRAMMAR = {"postgresql": "postgres"}
"""What the parser calls a dialect, where it is another name."""

Runs = Callable[[pl.DataFrame, str], list[Row]]


@dataclass(frozen=True)
class Case:
    """A model with the customers that it was made of."""

    model: ScoringModel
    dataset: Dataset
    matrix: FeatureMatrix
    labels: tuple[str | None, ...]

    def ours(self, frame: pl.DataFrame) -> tuple[list[str | None], list[float | None]]:
        """Letters and distances of any customers as the app's own functions say, in float64."""
        values = exact_values(
            replace(self.dataset, frame=frame, row=np.arange(frame.height)), self.matrix, np.arange(frame.height)
        )
        centroids = np.array(self.model.centroids)
        cluster = decide(values, centroids)[0]
        if self.model.rules:
            of_leaf = np.array([rule.cluster for rule in self.model.rules])
            cluster = of_leaf[leaf_of(self.model.rules, frame, self.matrix.columns)]
        away = np.sqrt(squared_distances(values, centroids)[cluster, np.arange(frame.height)])
        aside = np.zeros(frame.height, dtype=bool)
        for feature in self.model.features:
            if feature.aside:
                aside |= gaps_of(frame[feature.name], feature.order)
        letters = [None if out else self.model.letters[c] for c, out in zip(cluster, aside, strict=True)]
        return letters, [None if out else float(d) for d, out in zip(away, aside, strict=True)]


def case(recipe: Recipe) -> Case:
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    answer = finish(pipeline.exact(recipe, unwatched))
    ground = finish(pipeline.ground(recipe))
    model = finish(delivering.model(pipeline, recipe, ground, answer))
    labels: list[str | None] = [None] * pipeline.dataset.customers
    at = range(pipeline.dataset.customers) if ground.at is None else ground.at.tolist()
    for place, label in zip(at, answer.segmentation.labels.tolist(), strict=True):
        labels[place] = answer.letters[label]
    return Case(model, pipeline.dataset, ground.matrix, tuple(labels))


def opened(path: Path, scale: str = "auto", k: int = 4, tree: int = 0, **features: FeatureSpec) -> Case:
    chosen = tuple(features.values()) or None
    prepare = PrepareSpec(features=chosen, scale=scale)
    source = GatherSpec((SourceSpec(str(path)),))
    return case(Recipe(gather=source, prepare=prepare, cluster=ClusterSpec(k=k, tree=tree)))


# -- databases -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres | None]:
    with engines.postgres() as started:
        yield started


@pytest.fixture(params=["sqlite", "duckdb", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Runs]:
    if request.param == "sqlite":
        if not engines.has_math():
            pytest.skip("this SQLite is older than 3.35 or lacks mathematical functions")
        return "sqlite", engines.in_sqlite
    if request.param == "duckdb":
        pytest.importorskip("duckdb", reason="DuckDB is not installed (the extra `test`)")
        return "duckdb", lambda frame, sql: engines.in_duckdb(frame, sql, tmp_path)
    started = request.getfixturevalue("server")
    if started is None:
        pytest.skip("the programs of PostgreSQL are not here, or its server cannot be started")
    return "postgresql", started.run


def check(found: Case, frame: pl.DataFrame, engine: tuple[str, Runs], model: ScoringModel | None = None) -> None:
    """Every customer of `frame` has our letter, and the distance to ten digits, whatever the order of rows."""
    name, run = engine
    used = replace(found.model if model is None else model, id_column="row")
    numbered = frame.with_columns(pl.Series("row", range(frame.height), dtype=pl.Int64))
    rows = {int(row[0]): row for row in run(numbered, statement(used, name))}
    letters, distances = found.ours(frame)
    assert len(rows) == frame.height
    assert [rows[i][1] for i in range(frame.height)] == letters
    names = dict(zip(used.letters, used.names, strict=True))
    assert {(row[1], row[2]) for row in rows.values()} == {(a, names[a] if a else None) for a in letters}
    known = [i for i in range(frame.height) if letters[i] is not None]
    assert [float(rows[i][3]) for i in known] == pytest.approx([distances[i] for i in known], rel=1e-10, abs=1e-10)
    assert all(rows[i][3] is None for i in range(frame.height) if letters[i] is None)


def parses(model: ScoringModel) -> None:
    sqlglot = pytest.importorskip("sqlglot")
    for name in DIALECTS:
        read = sqlglot.parse(statement(model, name), read=GRAMMAR.get(name, name))
        assert len(read) == 1, name
        assert [one.alias for one in read[0].selects][-3:] == ["segment", "segment_name", "distance"]


# -- real customers --------------------------------------------------------------------------------------------

FILES = ("amazon_users.csv", "jewellery.csv", "online_retail_2010_2011.parquet", "complete_journey")
SCALES = ("auto", "quantile", "log", "z", "robust")
_kept: dict[tuple[str, str, int], Case] = {}


def real(shared_data: Path, name: str, scale: str, tree: int = 0) -> Case:
    key = (name, scale, tree)
    if key not in _kept:
        _kept[key] = opened(shared_data / name, scale, tree=tree)
    return _kept[key]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", FILES)
def test_real_customers(shared_data: Path, name: str, scale: str, engine: tuple[str, Runs]) -> None:
    found = real(shared_data, name, scale)
    assert found.ours(found.dataset.frame)[0] == list(found.labels)
    check(found, found.dataset.frame, engine)


@pytest.mark.parametrize("name", FILES[1:])
def test_a_tree_of_real_customers(shared_data: Path, name: str, engine: tuple[str, Runs]) -> None:
    found = real(shared_data, name, "auto", tree=2)
    assert found.model.rules
    assert found.ours(found.dataset.frame)[0] == list(found.labels)
    check(found, found.dataset.frame, engine)


@pytest.mark.parametrize("scale", ["auto", "quantile"])
def test_every_dialect_parses(shared_data: Path, scale: str) -> None:
    parses(real(shared_data, "complete_journey", scale).model)

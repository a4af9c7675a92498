"""The delivered SQL gives every customer the segment that the app does, in databases that really run it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from segtui import delivering
from segtui.cluster.assign import decide, squared_distances
from segtui.deliver.score_sql import DIALECTS, statement
from segtui.deliver.scoring import ScoredFeature, ScoringModel, type_of
from segtui.deliver.scoring_json import from_json, to_json
from segtui.explain.rules import leaf_of
from segtui.pipeline import Pipeline, unwatched
from segtui.prepare.matrix import exact_values
from segtui.prepare.parts import gaps_of, how, make, weighed
from segtui.progress import finish
from segtui.recipe import TRANSFORMS, ClusterSpec, FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec
from segtui.results import MatrixColumn, Transform
from tests.deliver import engines
from tests.deliver.engines import Postgres, Row

GRAMMAR = {"postgresql": "postgres"}
"""What the parser calls a dialect, where it is another name."""

Runs = Callable[[pl.DataFrame, str], list[Row]]


@dataclass(frozen=True)
class Case:
    """A model with the customers that it was made of. dataset and matrix: anything with `frame`, with `columns`."""

    model: ScoringModel
    dataset: Any
    matrix: Any
    labels: tuple[str | None, ...]

    def ours(self, frame: pl.DataFrame) -> tuple[list[str | None], list[float | None]]:
        """Letters and distances of any customers as the app's own functions say, in float64."""
        dataset = SimpleNamespace(frame=frame)
        with np.errstate(
            over="ignore", invalid="ignore"
        ):  # far out everything is infinitely far, and the first centroid the nearest
            return self._ours(frame, exact_values(dataset, self.matrix, np.arange(frame.height)))

    def _ours(self, frame: pl.DataFrame, values: np.ndarray) -> tuple[list[str | None], list[float | None]]:
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


_pipelines: dict[str, Pipeline] = {}


def opened(path: Path) -> Pipeline:
    """The file, opened once."""
    if str(path) not in _pipelines:
        _pipelines[str(path)] = Pipeline()
        finish(_pipelines[str(path)].open(Recipe(gather=GatherSpec((SourceSpec(str(path)),)))))
    return _pipelines[str(path)]


def case(path: Path, prepare: PrepareSpec, k: int = 4, tree: int = 0) -> Case:
    pipeline = opened(path)
    recipe = Recipe(GatherSpec((SourceSpec(str(path)),)), prepare, ClusterSpec(k=k, tree=tree))
    answer = finish(pipeline.exact(recipe, unwatched))
    ground = finish(pipeline.ground(recipe))
    model = finish(delivering.model(pipeline, recipe, ground, answer))
    labels: list[str | None] = [None] * pipeline.dataset.customers
    at = range(pipeline.dataset.customers) if ground.at is None else ground.at.tolist()
    for place, label in zip(at, answer.segmentation.labels.tolist(), strict=True):
        labels[place] = answer.letters[label]
    return Case(model, pipeline.dataset, ground.matrix, tuple(labels))


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
    known = [i for i in range(frame.height) if (distances[i] or math.inf) < 1e50]  # beyond, the SQL says less
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


@cache
def real(path: Path, scale: str, tree: int = 0, every: bool = False) -> Case:
    """every: with all columns that can be features, in place of the proposed ones."""
    usable = tuple(FeatureSpec(one.name) for one in opened(path).inspection.features if one.usable)
    return case(path, PrepareSpec(features=usable if every else None, scale=scale), k=3 if tree else 4, tree=tree)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", FILES)
def test_real_customers(shared_data: Path, name: str, scale: str, engine: tuple[str, Runs]) -> None:
    found = real(shared_data / name, scale)
    assert found.ours(found.dataset.frame)[0] == list(found.labels)
    check(found, found.dataset.frame, engine)


@pytest.mark.parametrize("name", FILES[1:])
def test_a_tree_of_real_customers(shared_data: Path, name: str, engine: tuple[str, Runs]) -> None:
    found = real(shared_data / name, "auto", tree=2)
    assert found.model.rules
    assert found.ours(found.dataset.frame)[0] == list(found.labels)
    check(found, found.dataset.frame, engine)


@pytest.mark.parametrize(("name", "scale"), [(FILES[3], "auto"), (FILES[0], "quantile")])
def test_every_dialect_parses(shared_data: Path, name: str, scale: str) -> None:
    parses(real(shared_data / name, scale).model)


@pytest.mark.parametrize(("scale", "tree"), [("auto", 0), ("quantile", 0), ("log", 3)])
@pytest.mark.parametrize("name", FILES[2:])
def test_every_column_of_real_customers(
    shared_data: Path, name: str, scale: str, tree: int, engine: tuple[str, Runs]
) -> None:
    """With all features on: bands, levels with rare ones, missing values and who has them, a dozen step tables."""
    found = real(shared_data / name, scale, tree, every=True)
    assert len(found.model.features) >= 12
    assert found.ours(found.dataset.frame)[0] == list(found.labels)
    check(found, found.dataset.frame, engine)


# -- a table that is out to break it ---------------------------------------------------------------------------

NUMBER, TICK, LINES = 'spend "net"; --', "back`tick\\", "naïve\nname */ /*"
CITIES = ("Zürich", "O'Fallon", "a\\b", "x\ny", 'São "Paulo"', "(other)", "rare", None)
WANTS = ("Toys;Books", " Books ; Toys ; Food", "It's;Toys", "Toys;;Books", "\tFood;Books\u00a0", "Odd;Food", ";", None)
OFTEN = ("Daily", " daily ", "WEEKLY", "Weekly.", "once a  month", "Once_a_month", "Never", "Prefer not to say", None)
AGES = ("18-24", "18 \u2013 24", "25-34", "25\u201434", "35-49", "50+", None)
SIZES = ("klein", "MITTEL", "groß", "Groß", "GROSS", None)
HOSTILE_NAMES = ("it's; --", "*/ DROP TABLE customers; /*", "a\nb\\", "\u202e '\" `")


def table(customers: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)

    def pick(of: tuple[object, ...], dtype: type[pl.DataType]) -> pl.Series:
        heft = np.array([0.03 if one in ("rare", "(other)", "Odd;Food", 77) else 1.0 for one in of])
        places = rng.choice(len(of), customers, p=heft / heft.sum())
        places[: len(of)] = np.arange(len(of))
        return pl.Series([of[i] for i in places], dtype=dtype)

    odd = {0: None, 1: math.nan, 2: math.inf, 3: -math.inf}
    spend = rng.lognormal(3, 1, customers).round(2).tolist()
    return pl.DataFrame(
        {
            "id": [f"o'{i}\"" for i in range(customers)],
            NUMBER: pl.Series([odd.get(i % 29, x) for i, x in enumerate(spend)], dtype=pl.Float64),
            TICK: rng.normal(size=customers).round(3),
            LINES: rng.integers(0, 5, customers),
            "city": pick(CITIES, pl.String),
            "wants": pick(WANTS, pl.String),
            "how often": pick(OFTEN, pl.String),
            "age": pick(AGES, pl.String),
            "größe": pick(SIZES, pl.String),
            "member": pick((True, False, None), pl.Boolean),
            "stars": pick((1, 2, 3, 4, 5, 77, None), pl.Int64),
        }
    )


def strangers() -> pl.DataFrame:
    """Customers of a kind that the model never saw, and one of whom nothing is known."""
    numbers = [-7.0, 0.0, 1e300, -1e300, 1e-300, 5e-324, 1.5e308, None]
    texts = ["", " ", "zürich", "(missing)", "(other)", "'", "neu\nhier", None]
    words = ["DAILY!", "\u00a0once\ta month ", "once a\u2013month", "18\u2212 24", "50 +", "GROẞ", "groß.", None]
    labels = ["New", " Toys", "toys", "(missing)", "(other);Toys", "Toys ;  It's;", "  ;;", None]
    columns = {
        **dict.fromkeys((NUMBER, TICK), pl.Series(numbers, dtype=pl.Float64)),
        LINES: pl.Series([-1, 0, 2**60, -(2**60), 3, 5, 99, None], dtype=pl.Int64),
        "city": texts,
        "wants": labels,
        **dict.fromkeys(("how often", "age", "größe"), pl.Series(words)),
        "member": [True, False, None, True, False, None, True, None],
        "stars": pl.Series([0, 1, 6, 2, 5, 3, 4, None], dtype=pl.Int64),
    }
    return pl.DataFrame({"id": [str(i) for i in range(len(numbers))], **columns})


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "customers.parquet"
    table(600, seed=5).write_parquet(path)
    return path


def features(path: Path, missing: str, **more: FeatureSpec) -> tuple[FeatureSpec, ...]:
    usable = [one.name for one in opened(path).inspection.features if one.usable]
    return tuple(more.get(name, FeatureSpec(name, missing=missing)) for name in usable)


@pytest.mark.parametrize(
    ("missing", "scale", "stars", "tree"),
    [
        ("auto", "auto", "numeric", 0),
        ("indicator", "quantile", "nominal", 0),
        ("level", "log", "nominal", 0),
        ("most_frequent", "robust", "ordinal", 0),
        ("median", "z", "ordinal", 0),
        ("auto", "none", "nominal", 3),
        ("indicator", "auto", "ordinal", 3),
        ("level", "quantile", "nominal", 3),
    ],
)
def test_a_hostile_table(
    hostile: Path, missing: str, scale: str, stars: str, tree: int, engine: tuple[str, Runs]
) -> None:
    chosen = features(hostile, missing, stars=FeatureSpec("stars", missing=missing, treat=stars))
    found = case(hostile, PrepareSpec(chosen, scale), tree=tree)
    assert len(found.model.features) == 10
    assert found.ours(found.dataset.frame)[0] == list(found.labels)
    model = replace(found.model, names=HOSTILE_NAMES)
    check(found, found.dataset.frame, engine, model)
    check(found, strangers(), engine, model)
    if engine[0] == "sqlite" and scale != "quantile":
        parses(model)


def test_who_has_no_value_where_that_sets_aside_has_no_segment(hostile: Path, engine: tuple[str, Runs]) -> None:
    asking = {name: FeatureSpec(name, missing="aside") for name in (NUMBER, "how often", "city", "wants", "member")}
    found = case(hostile, PrepareSpec(features(hostile, "auto", **asking)))
    assert 0 < sum(label is None for label in found.labels) < 600
    assert found.ours(found.dataset.frame)[0] == list(found.labels)
    check(found, found.dataset.frame, engine)
    check(found, strangers(), engine)


def test_without_an_id_the_features_come_with_the_segment(hostile: Path) -> None:
    found = case(hostile, PrepareSpec((FeatureSpec("stars"), FeatureSpec(TICK)), "z"))
    rows = engines.in_sqlite(found.dataset.frame, statement(replace(found.model, id_column=""), "sqlite"))
    by_values = dict(zip(found.dataset.frame.select(TICK, "stars").rows(), found.labels, strict=True))
    assert len(rows) == 600
    assert all(by_values[row[:2]] == row[2] for row in rows)


# -- what it says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DIALECTS)
def test_no_name_leaves_its_comment_or_its_quotes(hostile: Path, name: str) -> None:
    found = case(hostile, PrepareSpec(features(hostile, "auto")))
    sql = statement(replace(found.model, names=HOSTILE_NAMES), name)
    comments = [line for line in sql.splitlines() if line.startswith("--")]
    assert sql.isprintable() or all(sign.isprintable() or sign == "\n" for line in comments for sign in line)
    assert not any("\\" in line or ";" in line or "*/" in line for line in comments)
    code = [line for line in sql.splitlines() if not line.startswith("--")]
    assert code[1] == "WITH"
    assert sql.endswith(";\n")


def test_the_comment_says_what_is_read_and_what_is_not_covered(hostile: Path) -> None:
    asking = {"city": FeatureSpec("city", missing="aside")}
    found = case(hostile, PrepareSpec(features(hostile, "auto", **asking)))
    told = " ".join(line[2:].strip() for line in statement(found.model, "spark", "shop.people").splitlines())
    assert "The segment of every customer of shop.people" in told
    assert "city: text, without a value there is no segment" in told
    assert "member: yes/no" in told
    assert "wants: text, labels with a semicolon between them" in told
    assert "age: text, one of “18-24”" in told
    assert "without the added ones" in told
    assert "Not covered" in told
    assert "cannot run it there" in told
    assert "cannot run it there" not in statement(found.model, "duckdb")
    assert "FROM shop.people c" in statement(found.model, "spark", "shop.people")
    assert 'FROM "order" c' in statement(found.model, "postgresql", "order")


# -- arithmetic ------------------------------------------------------------------------------------------------


def made(frame: pl.DataFrame, centroids: list[list[float]], columns: list[MatrixColumn]) -> Case:
    """A model made by hand; the customers that it was made of are `frame`."""
    names = dict.fromkeys(column.feature for column in columns)
    model = ScoringModel(
        id_column="id",
        features=tuple(ScoredFeature(name, type_of(frame[name])) for name in names),
        columns=tuple(columns),
        letters=tuple("CABDEFGH"[: len(centroids)]),
        names=tuple(f"segment {i}" for i in range(len(centroids))),
        sizes=(1,) * len(centroids),
        centroids=tuple(map(tuple, centroids)),
    )
    return Case(model, SimpleNamespace(frame=frame), SimpleNamespace(columns=tuple(columns)), ())


def one(name: str, method: str = "none", centre: float = 0.0, spread: float = 1.0, **more: Any) -> MatrixColumn:
    return MatrixColumn(name, None, Transform(method, centre, spread, more.pop("fill", 0.0), **more), 1.0)


def test_who_has_no_order_has_no_segment(engine: tuple[str, Runs]) -> None:
    frame = pl.DataFrame({"x": [0.0, 0.0, 9.0, None], "frequency": [3, 0, 1, None], "row": [0, 1, 2, 3]})
    model = replace(made(frame, [[1.0], [8.0]], [one("x")]).model, buyers=True, id_column="row")
    found = engine[1](frame, statement(model, engine[0]))
    rows = {int(row[0]): (*row[1:3], None if row[3] is None else float(row[3])) for row in found}
    assert rows == {
        0: ("C", "segment 0", 1.0),
        1: (None, None, None),
        2: ("A", "segment 1", 1.0),
        3: (None, None, None),
    }


@pytest.mark.skipif(not engines.has_math(), reason="this SQLite lacks mathematical functions")
def test_sqlite_takes_numbers_that_an_import_kept_as_text() -> None:
    frame = pl.DataFrame({"x": ["0.25", "", "9", "-1e1"], "frequency": ["3", "2", "1", ""], "row": [0, 1, 2, 3]})
    numbers = frame.with_columns(
        pl.col("x").cast(pl.Float64, strict=False), pl.col("frequency").cast(pl.Int64, strict=False)
    )
    model = made(numbers, [[1.0], [8.0]], [one("x", fill=7.5)]).model
    model = replace(model, buyers=True, id_column="row")
    rows = {int(row[0]): row[1:] for row in engines.in_sqlite(frame, statement(model, "sqlite"))}
    assert [rows[i][2] for i in range(4)] == [0.75, 0.5, 1.0, None]
    assert [rows[i][0] for i in range(4)] == ["C", "A", "A", None]


def test_of_equally_near_centroids_the_first_counts_whatever_its_letter(engine: tuple[str, Runs]) -> None:
    """0 is as far from -1 as from 1, and 3 as far from 2.5 as from 3.5; the first one is C, the second A."""
    frame = pl.DataFrame({"x": [0.0, -0.1, 0.1, 3.0]})
    found = made(frame, [[1.0], [-1.0], [2.5], [3.5]], [one("x")])
    assert found.ours(frame)[0] == ["C", "A", "C", "B"]
    check(found, frame, engine)
    twins = made(frame, [[1.0], [1.0]], [one("x", "log1p", 0.3, 0.7)])
    assert twins.ours(frame)[0] == ["C"] * 4
    check(twins, frame, engine)


def test_one_segment(engine: tuple[str, Runs]) -> None:
    frame = pl.DataFrame({"x": [0.0, None]})
    check(made(frame, [[1.0]], [one("x")]), frame, engine)


@pytest.mark.parametrize(
    "knots",
    [
        tuple(np.sort(np.random.default_rng(4).lognormal(3, 2, 1001).round(2)).tolist()),
        tuple(np.sort(np.random.default_rng(5).normal(size=1001)).tolist()),
        tuple(np.sort(np.random.default_rng(6).integers(0, 40, 1001) / 10).tolist()),
        (1.0, 1.0),
        (0.1, 0.2, 0.2, 0.3),
    ],
)
def test_the_step_table_gives_the_same_bits(knots: tuple[float, ...], engine: tuple[str, Runs]) -> None:
    """At every knot, right beside it, and half way to the next: distances to 0 are |z|, and must not differ at all."""
    table = np.unique(np.array(knots))
    beside = [np.nextafter(table, -np.inf), np.nextafter(table, np.inf), (table[1:] + table[:-1]) / 2]
    values = np.concatenate([table, *beside, [-1e9, 1e9]])
    frame = pl.DataFrame({"x": values[(values == 0.0) | (np.abs(values) > 1e-100)]})  # PostgreSQL minds underflow
    found = made(frame, [[0.0], [50.0]], [one("x", "quantile_normal", 0.01, 0.99, knots=knots)])
    numbered = frame.with_columns(pl.Series("id", range(frame.height)))
    rows = {int(row[0]): float(row[3]) for row in engine[1](numbered, statement(found.model, engine[0]))}
    ours = found.ours(frame)[1]
    assert [rows[i] for i in range(frame.height)] == ours


@pytest.mark.parametrize("power", [-4.0, -1.0, -1e-5, 0.0, 1e-9, 0.3, 1.0, 2.0, 2.0 - 1e-6, 4.0])
@pytest.mark.parametrize("limits", [(None, None), (0.5, 90.0), (-3.0, 90.0)])
def test_powers(power: float, limits: tuple[float | None, float | None], engine: tuple[str, Runs]) -> None:
    frame = pl.DataFrame({"x": [-1e300, -100.0, -0.3, -1e-9, 0.0, 1e-9, 0.5, 7.0, 1e5, 1e300, None]})
    low, high = limits
    column = one("x", "yeo_johnson", 0.2, 1.5, power=power, low=low, high=high, fill=2.0)
    check(made(frame, [[0.1], [0.9], [-2.0]], [column]), frame, engine)


NUMBERS = st.one_of(
    st.none(), st.sampled_from([math.nan, math.inf, 0.0, -1.0]), st.floats(-1e6, 1e6, allow_subnormal=False)
)
TEXTS = st.one_of(st.none(), st.text("aB'\\;, \"\n", max_size=4), st.sampled_from(["(missing)", "(other)", "yes"]))
POLICIES = ("median", "most_frequent", "indicator", "level")


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(NUMBERS, TEXTS, TEXTS, st.sampled_from([True, False, None])), min_size=3, max_size=25),
    transform=st.sampled_from(TRANSFORMS),
    policy=st.sampled_from(POLICIES),
    winsorise=st.booleans(),
    seed=st.integers(0, 99),
)
@example(
    rows=[(0.0, None, None, True), (1.0, None, "B\n", True), (2.0, None, "B\nB", True)],
    transform="none",
    policy="median",
    winsorise=False,
    seed=0,
)
@pytest.mark.skipif(not engines.has_math(), reason="this SQLite lacks mathematical functions")
def test_any_small_table(rows: list[Any], transform: str, policy: str, winsorise: bool, seed: int) -> None:
    types = {"n": pl.Float64, "t": pl.String, "l": pl.String, "b": pl.Boolean}
    frame = pl.DataFrame(rows, schema=types, orient="row")
    treats = {"n": "numeric", "t": "nominal", "l": "labels", "b": "nominal"}
    columns = []
    for name, treat in treats.items():
        feature = FeatureSpec(name, transform=transform, treat=treat, missing=policy)
        part = finish(make(frame[name], how(feature, treat, 0.5, ";", winsorise)))
        columns += [weighed(column, 1.5) for column in part.columns]
    rng = np.random.default_rng(seed)
    centroids = rng.normal(size=(3, len(columns))).tolist()
    found = made(frame, centroids, columns)
    values = exact_values(found.dataset, found.matrix, np.arange(frame.height))
    assume(np.isfinite(values).all() and (decide(values, np.array(centroids))[1] > 1e-9).all())
    check(found, frame, ("sqlite", engines.in_sqlite))


def test_a_model_that_was_written_and_read_makes_the_same_statement(hostile: Path) -> None:
    found = case(hostile, PrepareSpec(features(hostile, "auto"), "quantile"))
    again = from_json(to_json(found.model), "model.json")
    assert all(statement(again, name) == statement(found.model, name) for name in DIALECTS)

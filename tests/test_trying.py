"""What switching a feature would do, through the pipeline: near what it does, filed, and why it is not tried."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui import trying
from segtui.explain.toggles import moved_share
from segtui.explained import Drivers, Toggle
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec
from segtui.session.local import LocalEngine
from segtui.session.questions import DriversQuestion

NAMES = ("recency", "frequency", "monetary", "tenure", "discount_share")


@pytest.fixture(scope="module")
def recipe(examples: Path) -> Recipe:
    features = (*(FeatureSpec(name) for name in NAMES), FeatureSpec("age", on=False))
    sources = (SourceSpec(str(examples / "customers.csv")),)
    return Recipe(gather=GatherSpec(sources), prepare=PrepareSpec(features)).with_k(5)


@pytest.fixture(scope="module")
def engine(recipe: Recipe) -> LocalEngine:
    made = LocalEngine({})
    finish(made.open(recipe))
    return made


def labels(pipeline: Pipeline, recipe: Recipe) -> np.ndarray:
    """The converged clusters of all customers."""
    return finish(pipeline.exact(recipe, lambda step: None)).segmentation.labels


def switched(recipe: Recipe, name: str) -> Recipe:
    features = recipe.prepare.features or ()
    return recipe.with_features(tuple(replace(f, on=not f.on) if f.name == name else f for f in features))


@pytest.mark.parametrize("name", ["recency", "monetary", "discount_share", "age"])
def test_it_is_near_what_the_switch_then_does(engine: LocalEngine, recipe: Recipe, name: str) -> None:
    """The kinds of customer that are planted in the example leave no rival solution, so both agree within a few."""
    toggle = finish(trying.toggle(engine, recipe, name))
    done = moved_share(labels(engine, recipe), labels(engine, switched(recipe, name)), 5)
    assert toggle.on == (name == "age")
    assert toggle.moved == pytest.approx(done, abs=0.03)
    assert toggle.rows == 3_000
    assert toggle.unsettled < 0.01


def test_it_is_filed(engine: LocalEngine, recipe: Recipe) -> None:
    first = finish(trying.toggle(engine, recipe, "tenure"))
    steps = trying.toggle(engine, recipe, "tenure")
    with pytest.raises(StopIteration) as stop:
        next(steps)
    assert stop.value.value == first


def test_why_a_column_is_not_tried(engine: LocalEngine, recipe: Recipe) -> None:
    def why(name: str, of: Recipe = recipe) -> str:
        toggle = finish(trying.toggle(engine, of, name))
        assert (toggle.moved, toggle.ari) == (None, None)
        return toggle.failed

    assert why("customer_id") == "it identifies the customer"
    assert "a date is no quantity" in why("signup_date")
    assert why("currency") == "every value is the same"
    alone = recipe.with_features((FeatureSpec("recency"),))
    assert why("recency", alone) == "it is the only feature that is on"


def test_what_the_data_cannot_carry_is_said(tmp_path: Path) -> None:
    """Without the number three kinds of customer are left, and k is 5."""
    path = tmp_path / "few.parquet"
    rng = np.random.default_rng(0)
    size = pl.Series(rng.permutation(300) % 3).cast(pl.String)
    pl.DataFrame({"spend": rng.lognormal(size=300), "size": "size " + size}).write_parquet(path)
    features = (FeatureSpec("spend"), FeatureSpec("size"))
    recipe = Recipe(GatherSpec((SourceSpec(str(path)),)), PrepareSpec(features)).with_k(5)
    engine = LocalEngine({})
    finish(engine.open(recipe))
    assert "3 customers differ" in finish(trying.toggle(engine, recipe, "spend")).failed
    assert finish(trying.toggle(engine, recipe, "size")).failed == ""


def test_it_is_about_those_who_take_part(tmp_path: Path) -> None:
    """Whom a recipe sets aside or trims is not among the customers of the trial, nor whom the switch would set aside."""
    rng = np.random.default_rng(0)
    spend, orders, rating = rng.lognormal(size=2_000), rng.lognormal(size=2_000), rng.normal(size=2_000)
    gaps, more = rng.random(2_000) < 0.2, rng.random(2_000) < 0.1
    frame = pl.DataFrame({"spend": spend, "orders": orders, "rating": rating, "visits": rng.lognormal(size=2_000)})
    frame = frame.with_columns(
        rating=pl.when(pl.Series(~gaps)).then("rating"), visits=pl.when(pl.Series(~more)).then("visits")
    )
    path = tmp_path / "gaps.parquet"
    frame.write_parquet(path)
    features = (
        FeatureSpec("spend"), FeatureSpec("orders"), FeatureSpec("rating", missing="aside"),
        FeatureSpec("visits", on=False, missing="aside"),
    )  # fmt: skip
    recipe = Recipe(GatherSpec((SourceSpec(str(path)),)), PrepareSpec(features, trim=0.05)).with_k(3)
    engine = LocalEngine({})
    finish(engine.open(recipe))
    customers = len(labels(engine, recipe))
    assert customers == pytest.approx(0.95 * int((~gaps).sum()), abs=2)
    off = finish(trying.toggle(engine, recipe, "spend"))
    assert off.rows == customers
    on = finish(trying.toggle(engine, recipe, "visits"))
    assert on.rows == pytest.approx(0.9 * customers, rel=0.03)
    # the sample is clustered as everyone was, so that the trial starts from the segments on screen
    assert off.unsettled < 0.02


def test_the_engine_answers_for_the_screen(engine: LocalEngine, recipe: Recipe) -> None:
    answer = finish(engine.exact(recipe, lambda step: None))
    found = finish(engine.reply(DriversQuestion(), answer))
    assert isinstance(found, Drivers)
    assert {driver.feature for driver in found.drivers} == set(NAMES)
    assert isinstance(finish(engine.toggle(recipe, "age")), Toggle)

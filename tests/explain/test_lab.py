"""The scaling lab: agreement by hand, and the table over a whole pipeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from segtui.cluster.prediction import NOBODY, eta_squared
from segtui.explain.lab import agreed
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import SCALES, ClusterSpec, FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec
from segtui.results import Lab, RollUp
from segtui.session.local import LocalEngine
from segtui.session.questions import LabQuestion


def labels(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint8)


def test_agreement_by_hand() -> None:
    """Two cuts of six: together in both 2 + 0 pairs of 15. Rows give 6 pairs, columns 3 + 1 + 0 = 4 (3, 2, 1).

    Cells 2, 1, 1, 1 and 1: 1 pair in common; expected 6 * 4 / 15 = 1.6, ceiling 5: (1 - 1.6) / (5 - 1.6).
    """
    one, other = labels(0, 0, 0, 1, 1, 1), labels(0, 0, 1, 0, 1, 2)
    assert agreed(one, other) == pytest.approx(-0.6 / 3.4)
    assert agreed(one, labels(1, 1, 1, 0, 0, 0)) == 1.0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=2, max_size=60))
def test_agreement_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    one, other = labels(*(a for a, _ in pairs)), labels(*(b for _, b in pairs))
    assert agreed(one, other) == pytest.approx(adjusted_rand_score(one, other), abs=1e-12)


def test_agreement_is_on_the_customers_that_both_have() -> None:
    assert agreed(labels(0, 0, 1, 1, NOBODY), labels(1, 1, 0, NOBODY, 0)) == 1.0
    assert agreed(labels(0, 1), None) is None
    assert agreed(labels(NOBODY, 0), labels(0, NOBODY)) is None


# -- over a pipeline -------------------------------------------------------------------------------------------


def shop(path: Path, customers: int = 500) -> Recipe:
    random = np.random.default_rng(5)
    kind = random.integers(0, 3, customers)
    frequency = 1 + random.poisson(np.array([12.0, 4.0, 1.0])[kind])
    pl.DataFrame(
        {
            "customer_id": [f"{i:05d}" for i in range(customers)],
            "recency": random.gamma(2.0, np.array([10.0, 60.0, 200.0])[kind]).round(1),
            "frequency": frequency,
            "monetary": (frequency * random.lognormal(3.5, 0.8, customers)).round(2),
        }
    ).write_csv(path)
    return Recipe(gather=GatherSpec((SourceSpec(str(path)),)), cluster=ClusterSpec(k=3))


@pytest.fixture
def opened(tmp_path: Path) -> tuple[LocalEngine, Recipe]:
    recipe = shop(tmp_path / "shop.csv")
    engine = LocalEngine({})
    finish(engine.open(recipe))
    return engine, recipe


def with_outcome(engine: LocalEngine) -> pl.DataFrame:
    """Give the open dataset a holdout: who ordered often goes on ordering."""
    dataset, inspection = engine._data
    often = dataset.frame["frequency"].to_numpy() > 6
    outcome = pl.DataFrame({"orders": often.astype(int) * 2, "spend": often * 50.0})
    holdout = (date(2024, 1, 1), date(2024, 3, 1))
    rollup = RollUp(1, 1, 0, 1, 1.0, (), None, False, None, None, (), holdout, outcome)
    engine._dataset, engine._inspection = replace(dataset, rollup=rollup), inspection
    return outcome


def test_every_scale_is_fitted_and_filed(opened: tuple[LocalEngine, Recipe]) -> None:
    engine, recipe = opened
    found = finish(engine.lab(recipe, lambda step: None))
    assert [row.scale for row in found.rows] == list(SCALES)
    assert (found.k, found.shown, found.holdout) == (3, 0, None)
    for i, row in enumerate(found.rows):
        assert sum(row.sizes) == 500
        assert list(row.sizes) == sorted(row.sizes, reverse=True)
        assert 0 < row.explained < 1
        assert (row.spend, row.active) == (None, None)
        assert found.agreement[i][i] == 1.0
        again = finish(engine.exact(replace(recipe, prepare=PrepareSpec(scale=row.scale)), lambda step: None))
        assert tuple(sorted(again.segmentation.sizes, reverse=True)) == row.sizes
        for j in range(i):
            assert found.agreement[i][j] == found.agreement[j][i]


def test_the_holdout_is_told_where_there_is_one(opened: tuple[LocalEngine, Recipe]) -> None:
    engine, recipe = opened
    outcome = with_outcome(engine)
    answer = finish(engine.exact(recipe, lambda step: None))
    found = finish(engine.reply(LabQuestion(), answer))
    assert isinstance(found, Lab)
    assert found.holdout == (date(2024, 1, 1), date(2024, 3, 1))
    active = (outcome["orders"].to_numpy() > 0).astype(float)
    assert found.rows[0].active == pytest.approx(eta_squared(active, answer.segmentation.labels))
    assert all(row.spend is not None and row.spend > 0 for row in found.rows)


def test_a_recipe_of_its_own_has_a_row_of_its_own(opened: tuple[LocalEngine, Recipe]) -> None:
    engine, recipe = opened
    own = tuple(replace(f, transform="robust" if f.name == "recency" else "auto") for f in engine._data[1].proposal())
    found = finish(engine.lab(recipe.with_features(own), lambda step: None))
    assert [row.scale for row in found.rows] == ["as set", *SCALES]
    assert found.shown == 0
    same = tuple(replace(f, transform="z") for f in engine._data[1].proposal())
    plain = replace(recipe, prepare=PrepareSpec(same, "none"))
    found = finish(engine.lab(plain, lambda step: None))
    assert found.rows[0].scale == "auto"
    assert found.rows[found.shown].scale == "z"


def test_trimmed_and_failing_choices_are_compared_as_far_as_they_go(tmp_path: Path) -> None:
    recipe = shop(tmp_path / "shop.csv")
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    trimmed = replace(recipe, prepare=PrepareSpec((FeatureSpec("monetary"), FeatureSpec("recency")), trim=0.05))
    found = finish(pipeline.lab(trimmed, lambda step: None))
    assert all(sum(row.sizes) == 475 for row in found.rows)
    assert all(value is not None for row in found.agreement for value in row)
    none = finish(
        pipeline.lab(recipe.with_k(2).with_features((FeatureSpec("recency", weight=1e300),)), lambda step: None)
    )
    assert all(row.failed for row in none.rows)
    assert none.agreement[0][1] is None

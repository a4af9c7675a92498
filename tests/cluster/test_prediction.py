"""What labels and a linear model know of later orders: by hand, against scikit-learn, and on Online Retail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression
from threadpoolctl import threadpool_limits

from segtui.cluster import rfm
from segtui.cluster.prediction import NOBODY, Outcome, eta_squared, later, linear, rfm_table
from segtui.errors import AnalysisError
from segtui.evidence import Later
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import ClusterSpec, FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec
from segtui.results import Dataset, FeatureMatrix


def labels(*values: int) -> NDArray[np.uint8]:
    return np.array(values, dtype=np.uint8)


def outcome(spend: object, active: object) -> Outcome:
    return Outcome(np.array(spend, dtype=np.float64), np.array(active, dtype=np.float64))


# -- the outcome ---------------------------------------------------------------------------------------------


def test_outcome_of_orders() -> None:
    """Nothing known is nothing done; what was given back is not spent; a free order is an order."""
    frame = pl.DataFrame({"orders": [2, 0, None, 1, 1], "spend": [np.e - 1, 0.0, None, -20.0, 0.0]})
    made = Outcome.of(frame)
    assert made.spend.tolist() == pytest.approx([1.0, 0.0, 0.0, 0.0, 0.0])
    assert made.active.tolist() == [1.0, 0.0, 0.0, 1.0, 1.0]
    assert (made.spend.dtype, made.active.dtype) == (np.float64, np.float64)
    assert made.share_active == 0.6
    assert Outcome.of(frame.clear()).share_active == 0.0


# -- by groups -----------------------------------------------------------------------------------------------


def test_eta_squared_by_hand() -> None:
    """1, 3 | 5, 7: total about 4 is 9 + 1 + 1 + 9 = 20, within 1 + 1 + 1 + 1 = 4: 1 - 4 / 20."""
    values = np.array([1.0, 3.0, 5.0, 7.0])
    assert eta_squared(values, labels(0, 0, 1, 1)) == pytest.approx(0.8)
    assert eta_squared(values, labels(3, 3, 9, 9)) == pytest.approx(0.8)  # groups in between may be empty
    assert eta_squared(values, labels(0, 1, 2, 3)) == 1.0
    assert eta_squared(values, labels(0, 1, 1, 0)) == 0.0


def test_eta_squared_where_nothing_varies() -> None:
    assert eta_squared(np.array([2.0, 2.0]), labels(0, 1)) is None
    assert eta_squared(np.full(1000, 0.1), labels(*[0, 1] * 500)) is None  # although the mean is not quite .1
    assert eta_squared(np.zeros(0), labels()) is None


def test_later_by_hand() -> None:
    """Active 1, 1 | 0, 1: total 3 * 1/16 + 9/16 = 3/4, within 1/2: 1 - 2/3."""
    found = later(outcome([1, 3, 5, 7], [1, 1, 0, 1]), labels(0, 0, 1, 1))
    assert (found.spend, found.active) == (pytest.approx(0.8), pytest.approx(1 / 3))


def test_nobody_is_left_out() -> None:
    known = outcome([1, 900, 3, 5, -900, 7], [1, 0, 1, 0, 0, 1])
    found = later(known, labels(0, NOBODY, 0, 1, NOBODY, 1))
    assert (found.spend, found.active) == (pytest.approx(0.8), pytest.approx(1 / 3))
    assert later(known, labels(*[NOBODY] * 6)) == Later(None, None)


def test_everyone_active() -> None:
    assert later(outcome([1, 3, 5, 7], [1, 1, 1, 1]), labels(0, 0, 1, 1)) == Later(pytest.approx(0.8), None)


def test_rfm_table_by_hand() -> None:
    """Ten customers, whose three scores are the same: two each with 1, 2, 3, 4 and 5."""
    steps = np.repeat(np.arange(5.0), 2)
    groups, names = rfm.named(*rfm.scores(-steps, steps, steps))
    assert [names[group] for group in groups[::2]] == [
        "Lost", "Loyal Customers", "Potential Loyalist", "Potential Loyalist", "Champions",
    ]  # fmt: skip
    # total 2 * (4 + 1 + 0 + 1 + 4) = 20; within the four who share a name 4 * .25 = 1
    known = outcome(steps, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    found = rfm_table(known, -steps, steps, steps)
    assert found.spend == pytest.approx(1 - 1 / 20)
    assert found.active == pytest.approx(1 - 1 / 2.4)
    with pytest.raises(AnalysisError, match="5 customers"):
        rfm_table(outcome([1, 2], [0, 1]), *np.ones((3, 2)))


# -- by a linear model ---------------------------------------------------------------------------------------


def drawn(columns: int, customers: int, seed: int = 3) -> tuple[NDArray[np.float32], Outcome]:
    random = np.random.default_rng(seed)
    values = random.normal(size=(columns, customers)).astype(np.float32)
    spend = values[0] - 0.5 * values[-1] + random.normal(size=customers)
    return values, outcome(spend, spend > 0.3)


def by_scikit_learn(values: NDArray[np.float32], known: Outcome) -> Later:
    wide = values.T.astype(np.float64)
    return Later(*(LinearRegression().fit(wide, y).score(wide, y) for y in (known.spend, known.active)))


def same(found: Later, expected: Later) -> None:
    assert (found.spend, found.active) == (
        pytest.approx(expected.spend, abs=1e-9),
        pytest.approx(expected.active, abs=1e-9),
    )


@pytest.mark.parametrize(("columns", "customers"), [(1, 5), (3, 999), (20, 70_001), (2, 600_000)])
def test_r_squared_is_that_of_scikit_learn(columns: int, customers: int) -> None:
    values, known = drawn(columns, customers)
    same(finish(linear(known, values)), by_scikit_learn(values, known))


def test_one_column_by_hand() -> None:
    """0, 1, 2 and 1, 2, 6: slope 5 / 2, so 2 * 6.25 of a total of 14. Active 0, 1, 0 has no slope."""
    found = finish(linear(outcome([1, 2, 6], [0, 1, 0]), np.array([[0, 1, 2]], dtype=np.float32)))
    assert (found.spend, found.active) == (pytest.approx(12.5 / 14), pytest.approx(0.0))


def test_columns_that_follow_from_others_add_nothing() -> None:
    """A double, a sum (rounded to float32), a constant, and all levels of a nominal feature, which add up to one."""
    values, known = drawn(3, 4_000)
    level = np.random.default_rng(4).integers(0, 3, 4_000)
    dummies = np.float32(0.7) * np.stack([level == i for i in range(2)]).astype(np.float32)
    lean = np.concatenate([values, dummies])
    rest = np.float32(0.7) - dummies.sum(axis=0)
    more = [values[1] * np.float32(3), values[0] + values[2] * np.float32(0.3), np.full(4_000, 0.1, np.float32), rest]
    full = np.concatenate([lean, np.stack(more)])
    same(finish(linear(known, full)), by_scikit_learn(lean, known))


def test_nearly_the_same_is_not_the_same() -> None:
    """What tells two columns apart counts, however little of their variance it is, as long as float32 can hold it."""
    random = np.random.default_rng(8)
    base, little = random.normal(size=(2, 3_000))
    values = np.stack([base, base + 1e-3 * little]).astype(np.float32)
    known = outcome(little, little > 0)
    found = finish(linear(known, values))
    assert found.spend == pytest.approx(by_scikit_learn(values, known).spend, abs=1e-6)
    assert found.spend is not None
    assert found.spend > 0.99


def test_far_from_zero() -> None:
    """Unscaled years: means thousands of times the spread."""
    values, known = drawn(3, 2_000)
    far = values + np.float32(2_000.0)
    same(finish(linear(known, far)), by_scikit_learn(far, known))


def test_nothing_to_explain_or_to_explain_it_with() -> None:
    flat = np.full((2, 6), 0.1, dtype=np.float32)
    assert finish(linear(outcome([1, 2, 3, 4, 5, 6], [1] * 6), flat)) == Later(0.0, None)
    assert finish(linear(outcome([], []), np.zeros((2, 0), dtype=np.float32))) == Later(None, None)


def test_never_above_one() -> None:
    """More columns than customers leave nothing over."""
    values, known = drawn(12, 8)
    found = finish(linear(known, values))
    assert found.spend == pytest.approx(1.0)
    assert found.spend is not None
    assert found.spend <= 1.0


def test_pieces_and_threads() -> None:
    """Progress goes from nothing to all, and one thread or two give the same bits."""
    values, known = drawn(20, 120_000)
    results = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            results.append(finish(linear(known, values)))
    assert results[0] == results[1]
    shares = [step.done for step in linear(known, values)]
    assert len(shares) > 10
    assert shares == sorted(shares, key=lambda share: share or 0.0)


# -- Online Retail -------------------------------------------------------------------------------------------

RFM = ("recency", "frequency", "monetary")


@dataclass(frozen=True, eq=False, slots=True)
class Shop:
    """Orders up to 2011-08-31, and what happened in the 100 days after."""

    pipeline: Pipeline
    recipe: Recipe
    dataset: Dataset
    outcome: Outcome

    def under(self, scale: str, k: int = 4) -> Recipe:
        features = tuple(FeatureSpec(name) for name in RFM)
        return Recipe(self.recipe.gather, PrepareSpec(features, scale, winsorise=False), ClusterSpec(k=k))

    def matrix(self, scale: str) -> FeatureMatrix:
        return finish(self.pipeline.ground(self.under(scale))).matrix

    def later(self, scale: str, k: int) -> Later:
        answer = finish(self.pipeline.exact(self.under(scale, k), lambda step: None))
        return later(self.outcome, answer.segmentation.labels)

    def measures(self) -> list[NDArray[np.float64]]:
        return [self.dataset.frame[name].cast(pl.Float64).to_numpy() for name in RFM]


@pytest.fixture(scope="module")
def shop(shared_data: Path) -> Shop:
    source = SourceSpec(str(shared_data / "online_retail_2010_2011.parquet"))
    recipe = Recipe(GatherSpec((source,), snapshot=date(2011, 9, 1), holdout=100))
    pipeline = Pipeline()
    dataset, _ = finish(pipeline.open(recipe))
    assert dataset.rollup is not None
    assert dataset.rollup.outcome is not None
    return Shop(pipeline, recipe, dataset, Outcome.of(dataset.rollup.outcome))


def test_who_is_looked_at(shop: Shop) -> None:
    rollup = shop.dataset.rollup
    assert rollup is not None
    assert rollup.holdout == (date(2011, 9, 1), date(2011, 12, 10))
    assert rollup.last_day == date(2011, 8, 31)
    assert shop.dataset.customers == 3_317
    assert round(shop.outcome.share_active, 3) == 0.588


NEAR = 0.004
"""Published figures come from single fits. Several solutions are near-equal: on log scale their inertias agree to 1 in
100,000 and their eta squared to .002; raw z at k = 4 has .160 to .178 within 5 in 10,000."""


@pytest.mark.parametrize(
    ("scale", "published"), [("log", (0.188, 0.223, 0.222, 0.245)), ("z", (0.023, 0.121, 0.167, 0.178))]
)
def test_k_means(shop: Shop, scale: str, published: tuple[float, ...]) -> None:
    """METHODS B9, eta squared of log(1 + spend) for k = 2 to 5.

    Measured, at the lowest inertias of 40 starts of scikit-learn or below: log .1868, .2226, .2226, .2439; raw z .0235,
    .1204, .1692, .1792.
    """
    assert [shop.later(scale, k).spend for k in range(2, 6)] == pytest.approx(published, abs=NEAR)


def test_linear_ceiling(shop: Shop) -> None:
    """METHODS B9: .260; measured .2599 (active: .1594)."""
    matrix = shop.matrix("log")
    found = finish(linear(shop.outcome, matrix.values))
    assert found.spend == pytest.approx(0.260, abs=5e-4)
    assert found.active == pytest.approx(0.1594, abs=5e-4)
    same(found, by_scikit_learn(matrix.values, shop.outcome))


def test_the_customary_table(shop: Shop) -> None:
    """METHODS B9: .200 to .217 over the tie rules in use; measured .2170 by ours (.2010 by the `right` rule).

    Segments by k-means on log scale know as much with three as the table with ten names.
    """
    found = rfm_table(shop.outcome, *shop.measures())
    assert found.spend == pytest.approx(0.2170, abs=5e-4)
    assert found.active == pytest.approx(0.1573, abs=5e-4)
    three = shop.later("log", 3).spend
    assert found.spend is not None
    assert three is not None
    assert three > found.spend


def test_scores_and_names(shop: Shop) -> None:
    """METHODS E1: 41.5 % bought once, all of whom have a score of 1; what became of the names."""
    recency, frequency, monetary = shop.measures()
    r, f, m = rfm.scores(recency, frequency, monetary)
    assert round(float((frequency == 1).mean()), 3) == 0.415
    assert np.bincount(f, minlength=6).tolist() == [0, 1376, 0, 651, 642, 648]
    assert set(f[frequency == 1].tolist()) == {1}
    for fifths in (r, m):  # few tie
        assert np.bincount(fifths)[1:] == pytest.approx(3_317 / 5, abs=45)
    groups, names = rfm.named(r, f, m)
    sizes = dict(zip(names, np.bincount(groups, minlength=len(names)).tolist(), strict=True))
    assert sizes == {
        "Champions": 255, "Potential Loyalist": 1212, "Loyal Customers": 251, "Promising": 95, "New Customers": 217,
        "Can't Lose Them": 56, "At Risk": 31, "Need Attention": 40, "About To Sleep": 554, "Lost": 592, "Others": 14,
    }  # fmt: skip
    rate = {name: float(shop.outcome.active[groups == i].mean()) for i, name in enumerate(names)}
    assert 0.94 < rate["Champions"] < 0.96
    assert rate["At Risk"] > rate["Loyal Customers"]  # a convention, not a finding

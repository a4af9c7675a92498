"""Rulebooks: by hand, true in original units whatever was done to them, and at the published price."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from segtui.cluster.kmeans import converge
from segtui.explain.cart import cart
from segtui.explain.imm import Node, Split, imm
from segtui.explain.places import sample
from segtui.explain.rule_words import conditions_text
from segtui.explain.rules import features_of_labels, features_with_gaps
from segtui.explain.tree import labels, rulebook
from segtui.explained import Condition, Rulebook
from segtui.prepare.inspect import inspect
from segtui.prepare.matrix import ColumnCache, build, exact_values
from segtui.prepare.scale import apply
from segtui.progress import finish
from segtui.recipe import ClusterSpec, FeatureSpec, PrepareSpec
from segtui.results import Dataset, FeatureMatrix, MatrixColumn, Segmentation

from .build import column, dataset, matrix, segmentation
from .test_imm import BY_HAND, LABELS, means, put

Floats = NDArray[np.float64]


def prepared(data: Dataset, prepare: PrepareSpec) -> FeatureMatrix:
    return finish(build(data, finish(inspect(data)), prepare, ColumnCache()))


def clustered(data: Dataset, points: FeatureMatrix, k: int) -> Segmentation:
    steps = converge(points, ClusterSpec(k), lambda rows: exact_values(data, points, rows), lambda _: None)
    return finish(steps)


# -- by hand ---------------------------------------------------------------------------------------------------


def by_hand() -> tuple[Dataset, FeatureMatrix, Segmentation]:
    fit = replace(segmentation(LABELS), centroids=means(BY_HAND, LABELS))
    return dataset(x=BY_HAND[0].tolist(), y=BY_HAND[1].tolist()), matrix(BY_HAND, [column("x"), column("y")]), fit


def test_as_many_leaves_as_segments_by_hand() -> None:
    """The tree of test_imm: y <= 6 (the middle of 1 and 10 is 5.5; of 5 and 6 the even one), then x <= 0.

    It puts (0,0) (0,1) into 0, all of 2 right, and (1,0) of 0 to the three of 1: 7 of 8. Its groups: SS .5; x 1 1 10
    11 (mean 5.75): 90.75, y 0 0 0 1: .75; .5: 92.5 in all. k-means: 4/3; x 1 10 11: 546/9, y 2/3; .5: 63 1/6.
    """
    data, points, fit = by_hand()
    book = finish(rulebook(data, points, fit, 3))
    assert (book.method, book.sizes, book.fitted, book.fidelity) == ("imm", (3, 3, 2), 8, 7 / 8)
    assert book.price == pytest.approx(92.5 / (4 / 3 + 546 / 9 + 2 / 3 + 0.5))
    assert [(leaf.cluster, leaf.customers, leaf.right) for leaf in book.leaves] == [(0, 2, 2), (1, 4, 3), (2, 2, 2)]
    assert [leaf.precision for leaf in book.leaves] == [1.0, 0.75, 1.0]
    assert [book.coverage(leaf) for leaf in book.leaves] == [2 / 3, 1.0, 1.0]
    said = [conditions_text(leaf, gaps=()) for leaf in book.leaves]
    assert said == ["y <= 6 and x <= 0", "y <= 6 and x > 0", "y > 6"]
    assert finish(labels(book.leaves, data, points.columns)).tolist() == [0, 1, 0, 1, 1, 1, 2, 2]


def test_more_leaves_than_segments_by_hand() -> None:
    """x 1 2 3 4 5 6 of clusters 0 0 1 1 0 0, then 1 at 9: Gini impurity n (1 - sum p^2) is 7 (1 - (4/7)^2 - (3/7)^2) =
    24/7 at first. The cut behind 6 leaves 6 (1 - (4/6)^2 - (2/6)^2) = 8/3, behind 2 leaves 5 (1 - (2/5)^2 - (3/5)^2) =
    12/5, behind 4 4 (1/2) + 3 (4/9) = 10/3; so 2 is first. Then 3 4 | 5 6 | 9, all pure: four leaves say everything.
    Whole numbers stand for the gaps, the even one of two that are as near to the middle.
    """
    x = [1.0, 2, 3, 4, 5, 6, 9]
    which = [0, 0, 1, 1, 0, 0, 1]
    fit = replace(segmentation(which), centroids=np.array([[3.5], [16 / 3]]))
    data, points = dataset(x=x), matrix([x], [column("x")])
    book = finish(rulebook(data, points, fit, 4))
    assert (book.method, book.fidelity, book.price) == ("cart", 1.0, 1.0)
    said = [(leaf.cluster, conditions_text(leaf, gaps=())) for leaf in book.leaves]
    assert said == [(0, "x <= 2"), (1, "2 < x <= 4"), (0, "4 < x <= 8"), (1, "x > 8")]
    assert [leaf.customers for leaf in book.rules_of(1)] == [2, 1]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(1, 4), st.integers(1, 3))
def test_the_larger_tree_is_that_of_scikit_learn(seed: int, k: int, columns: int, leaves_each: int) -> None:
    """Where no two cuts are equally good, which numbers without repeats and enough customers see to; the gain of small
    groups still ties now and then, and a tie sends the two trees different ways, so what is compared is how many of
    300 customers they put right. Of 4,000 such tables 3,994 gave the same share, and the worst was .037 away."""
    from sklearn.tree import DecisionTreeClassifier

    rng = np.random.default_rng(seed)
    which = rng.integers(0, k, 300)
    values = rng.normal(which / 2.0, 1.0, (columns, 300))
    fit = replace(segmentation(which, k=k), centroids=np.zeros((k, columns)))
    data = dataset(**{f"x{j}": row.tolist() for j, row in enumerate(values)})
    points = matrix(values, [column(f"x{j}") for j in range(columns)])
    grown = finish(sample(data, points, fit))
    leaves = leaves_each * k
    ours = finish(cart(grown, leaves))
    theirs = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0).fit(grown.places.T, which)
    told = np.array(put(ours, values))
    assert (told == which).mean() == pytest.approx(theirs.score(grown.places.T, which), abs=0.05)


def test_leaves_that_say_the_same_are_one() -> None:
    """A tree of four leaves parts 1 2 3 | 4 and 5 6 of cluster 0 only where that helps: here one cut says it all."""
    x = [1.0, 2, 3, 4, 5, 6]
    fit = replace(segmentation([0, 0, 0, 0, 1, 1]), centroids=np.array([[2.5], [5.5]]))
    book = finish(rulebook(dataset(x=x), matrix([x], [column("x")]), fit, 6))
    assert [conditions_text(leaf, gaps=()) for leaf in book.leaves] == ["x <= 4", "x > 4"]


def test_what_costs_nothing_where_there_is_nothing() -> None:
    x = [1e9, 1e9, 1e9 + 1, 1e9 + 1]
    fit = replace(segmentation([0, 0, 1, 1]), centroids=np.array([[1e9], [1e9 + 1]]))
    points = matrix([[0.0, 0.0, 1.0, 1.0]], [column("x")])
    assert finish(rulebook(dataset(x=x), points, fit, 2)).price == 1.0


def test_a_tree_has_a_leaf_for_every_segment() -> None:
    data, points, fit = by_hand()
    for leaves in (2, 256):
        with pytest.raises(ValueError, match="leaves"):
            finish(rulebook(data, points, fit, leaves))


# -- true in original units --------------------------------------------------------------------------------------


AGES = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
TRANSFORMS = ("none", "z", "log1p", "yeo_johnson", "quantile_normal", "robust")


def table(rng: np.random.Generator, customers: int) -> Dataset:
    """Numbers below 0, with ties, long tails and gaps; an ordinal scale with a stranger; levels, rare ones; labels."""

    def gappy(values: list[object], share: float) -> list[object]:
        return [None if gap else value for value, gap in zip(values, rng.random(customers) < share, strict=True)]

    group = rng.integers(0, 3, customers)
    place = np.clip(2 * group + rng.integers(-1, 2, customers), 0, 5)
    wants = [";".join(w for w in ("Beauty", "Garden", "Toys") if rng.random() < 0.5) or None for _ in range(customers)]
    return dataset(
        balance=gappy((rng.normal(0, 20, customers) + 30 * group - 25).round(2).tolist(), 0.1),
        spend=(np.exp(rng.normal(3, 1.2, customers)) * (1 + group)).round(2).tolist(),
        orders=gappy(rng.poisson(1 + 2 * group).tolist(), 0.05),
        age=gappy([AGES[p] if rng.random() > 0.05 else "Unknown" for p in place], 0.08),
        country=gappy([("FR", "DE", "UK")[g] if rng.random() > 0.2 else f"X{rng.integers(99)}" for g in group], 0.1),
        wants=[*wants[:-2], "Beauty;Toys", "Garden;Rare"],
        member=gappy([bool(g) != (rng.random() < 0.2) for g in group], 0.05),
    )


def features(rng: np.random.Generator) -> tuple[FeatureSpec, ...]:
    def any_of(*choices: str) -> str:
        return str(rng.choice(choices))

    numbers = [
        FeatureSpec(
            name,
            transform=any_of(*TRANSFORMS),
            weight=float(rng.choice([0.5, 1.0, 2.0])),
            treat="numeric",
            missing=any_of("auto", "median", "most_frequent", "indicator"),
        )
        for name in ("balance", "spend", "orders")
    ]
    return (
        *numbers,
        FeatureSpec("age", treat="ordinal", order=AGES, missing=any_of("median", "most_frequent", "indicator")),
        FeatureSpec("country", treat="nominal", weight=2.0, missing=any_of("level", "most_frequent", "indicator")),
        FeatureSpec("wants", treat="labels", missing=any_of("level", "most_frequent", "indicator")),
        FeatureSpec("member", treat="nominal", missing=any_of("level", "most_frequent", "indicator")),
    )


def meets(condition: Condition, row: dict[str, object], columns: tuple[MatrixColumn, ...]) -> bool:
    """Whether a customer meets a printed condition, from the values of the table alone."""
    value = row[condition.feature]
    missing = value is None or (condition.scale != () and value not in condition.scale)
    if missing or (condition.level == "(missing)" and condition.feature == "age" and value not in AGES):
        return condition.missing_holds
    if condition.level is None:
        number = 1.0 + condition.scale.index(str(value)) if condition.scale else float(str(value))
        return (number > condition.value) == condition.above
    word = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    words = word.split(";") if condition.feature == "wants" else [word]
    named = {c.level for c in columns if c.feature == condition.feature}
    rare = condition.level == "(other)" and any(one not in named for one in words)
    return (rare or condition.level in words) == condition.above


def by_rules(book: Rulebook, data: Dataset, columns: tuple[MatrixColumn, ...]) -> list[int]:
    found = []
    for row in data.frame.iter_rows(named=True):
        own = [leaf.cluster for leaf in book.leaves if all(meets(c, row, columns) for c in leaf.conditions)]
        assert len(own) == 1, "every customer meets the conditions of exactly one leaf"
        found += own
    return found


def by_tree(node: Node, data: Dataset, points: FeatureMatrix) -> list[int]:
    """Where the tree puts customers in the scaled, weighted space, cut half way between two neighbours there."""
    values = exact_values(data, points, np.arange(data.customers))
    found = []
    for customer in values.T:
        at = node
        while isinstance(at, Split):
            meaning = points.columns[at.gap.column]
            ends = np.array([at.gap.low, at.gap.high])
            scaled = (ends if meaning.transform is None else apply(meaning.transform, ends)) * meaning.weight
            at = at.below if customer[at.gap.column] < scaled.mean() else at.above
        found.append(at.cluster)
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 7), st.integers(1, 3), st.booleans(), st.integers(200, 400))
def test_rules_are_true_in_original_units(seed: int, k: int, times: int, winsorise: bool, customers: int) -> None:
    rng = np.random.default_rng(seed)
    data = table(rng, customers)
    points = prepared(data, PrepareSpec(features(rng), winsorise=winsorise))
    fit = clustered(data, points, k)
    book = finish(rulebook(data, points, fit, times * k))
    grown = finish(sample(data, points, fit))
    tree = finish(imm(grown) if times == 1 else cart(grown, times * k))
    told = by_rules(book, data, points.columns)
    assert told == by_tree(tree, data, points)
    assert told == finish(labels(book.leaves, data, points.columns)).tolist()
    assert book.fidelity == pytest.approx((np.array(told) == fit.labels).mean())
    assert all(leaf.customers > 0 for leaf in book.leaves)
    assert sum(leaf.customers for leaf in book.leaves) == customers
    assert book.sizes == fit.sizes
    sides = [(c.feature, c.level, c.above) for leaf in book.leaves[:1] for c in leaf.conditions]
    assert len(sides) == len(set(sides)), "one lower and one upper bound"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_the_price_is_that_of_the_groups(seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = table(rng, 150)
    points = prepared(data, PrepareSpec(features(rng)))
    fit = clustered(data, points, 4)
    book = finish(rulebook(data, points, fit, 8))
    told = finish(labels(book.leaves, data, points.columns))
    ratio = inertia(points.values, told) / inertia(points.values, fit.labels)
    assert book.price == pytest.approx(ratio, rel=1e-5)


def inertia(values: NDArray[np.float32], which: NDArray[np.uint8]) -> float:
    wide = values.astype(np.float64)
    return sum(
        float(np.square(wide[:, which == j] - wide[:, which == j].mean(axis=1, keepdims=True)).sum())
        for j in np.unique(which)
    )


def test_thresholds_lie_within_the_winsorising_limits() -> None:
    """Five of a thousand lie beyond each limit; a rule holds for them as they are."""
    rng = np.random.default_rng(3)
    values = np.where(rng.random(1000) < 0.5, rng.normal(0, 1, 1000), rng.normal(8, 1, 1000))
    values[:3], values[3:6] = -1e6, 1e6
    data = dataset(x=values.tolist())
    points = prepared(data, PrepareSpec((FeatureSpec("x", transform="z"),), winsorise=True))
    fit = clustered(data, points, 5)
    held = points.columns[0].transform
    assert held is not None
    assert held.low is not None
    assert held.high is not None
    book = finish(rulebook(data, points, fit, 5))
    cuts = [c.value for leaf in book.leaves for c in leaf.conditions]
    assert cuts
    assert all(held.low <= value < held.high for value in cuts)
    assert book.fidelity > 0.99
    assert by_rules(book, data, points.columns) == finish(labels(book.leaves, data, points.columns)).tolist()


@pytest.mark.parametrize("fill", [1.0, 9.0])
def test_no_value_is_said_once(fill: float) -> None:
    """The fill is the median, so x is cut between 1 and 9, and its side of it by who has no value: whoever has none need
    not be told where the fill lies, and of whoever has one the condition on x says all."""
    x = [None] * 40 + [1.0] * (30 + (fill == 1.0)) + [9.0] * (30 + (fill == 9.0))
    data = dataset(x=x)
    points = prepared(data, PrepareSpec((FeatureSpec("x", transform="z", treat="numeric", missing="indicator"),)))
    assert [c.level for c in points.columns] == [None, "(missing)"]
    fit = replace(
        segmentation([0 if v is None else 1 if v == 1.0 else 2 for v in x]),
        centroids=np.array([points.values[:, i].astype(float) for i in (0, 40, 100)]),
    )
    gaps = finish(features_with_gaps(data, points.columns))
    assert gaps == {"x"}
    book = finish(rulebook(data, points, fit, 3))
    said = {leaf.cluster: conditions_text(leaf, gaps=gaps) for leaf in book.leaves}
    assert said == {0: "x is missing", 1: "x <= 5", 2: "x > 5"}
    assert by_rules(book, data, points.columns) == fit.labels.tolist()


def test_labels_may_come_together() -> None:
    """One label does not rule out another, so both are said."""
    data = dataset(wants=["a", "b", "a;b", "c"] * 30)
    points = prepared(data, PrepareSpec((FeatureSpec("wants", treat="labels"),)))
    book = finish(rulebook(data, points, clustered(data, points, 4), 4))
    told = features_of_labels(points.columns)
    assert book.fidelity == 1.0
    assert len(set(by_rules(book, data, points.columns))) == 4
    said = [conditions_text(leaf, gaps=(), labels=told) for leaf in book.leaves]
    assert "wants has a and wants has not b" in said or "wants has not b and wants has a" in said, said


def test_one_level_says_it_all() -> None:
    """Being in France is not being elsewhere; labels may come together, so nothing is left unsaid of them."""
    data = dataset(country=["FR", "DE", "UK", "ES"] * 30, wants=["a;b", "b;c", "c;a", "a;b;c"] * 30)
    points = prepared(
        data, PrepareSpec((FeatureSpec("country", treat="nominal"), FeatureSpec("wants", treat="labels")))
    )
    book = finish(rulebook(data, points, clustered(data, points, 4), 4))
    told = features_of_labels(points.columns)
    assert told == {"wants"}
    assert book.fidelity == 1.0
    for leaf in book.leaves:
        countries = [c for c in leaf.conditions if c.feature == "country"]
        assert not any(c.above for c in countries) or len(countries) == 1
        assert conditions_text(leaf, gaps=(), labels=told)


def test_one_data_set_one_book() -> None:
    data = table(np.random.default_rng(11), 400)
    points = prepared(data, PrepareSpec(features(np.random.default_rng(11))))
    fit = clustered(data, points, 5)
    for leaves in (5, 10):
        assert finish(rulebook(data, points, fit, leaves)) == finish(rulebook(data, points, fit, leaves))


# -- many customers ----------------------------------------------------------------------------------------------


def test_two_hundred_thousand_customers() -> None:
    """A fraction of a second measured; the limit leaves room for a busy machine. 20,000 customers make the tree."""
    rng = np.random.default_rng(0)
    group = rng.integers(0, 8, 200_000)
    centres = rng.normal(0, 3, (8, 8))
    data = dataset(**{f"x{j}": rng.normal(centres[group, j]) for j in range(8)})
    points = prepared(data, PrepareSpec(tuple(FeatureSpec(f"x{j}", transform="z") for j in range(8))))
    fit = clustered(data, points, 8)
    for leaves in (8, 24):
        since = time.perf_counter()
        book = finish(rulebook(data, points, fit, leaves))
        assert time.perf_counter() - since < 5.0
        assert book.fitted == 20_000
        assert sum(leaf.customers for leaf in book.leaves) == 200_000
        assert book.fidelity > 0.85
        assert (finish(labels(book.leaves, data, points.columns)) == fit.labels).mean() == pytest.approx(book.fidelity)


def test_fifty_segments() -> None:
    rng = np.random.default_rng(1)
    data = dataset(**{f"x{j}": rng.normal(0, 1, 5_000) for j in range(4)})
    points = prepared(data, PrepareSpec(tuple(FeatureSpec(f"x{j}", transform="none") for j in range(4))))
    fit = clustered(data, points, 50)
    least, most = (finish(rulebook(data, points, fit, leaves)) for leaves in (50, 150))
    assert sorted(leaf.cluster for leaf in least.leaves) == list(range(50))
    assert 1.0 < most.price < least.price < 3.0


# -- published -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shop(shared_data: Path) -> tuple[Dataset, FeatureMatrix]:
    """Online Retail, log1p-z RFM as METHODS C2 has it; whole days since the last order of all, plus one."""
    lines = pl.read_parquet(shared_data / "online_retail_2010_2011.parquet").filter(
        pl.col("CustomerID").is_not_null(),
        ~pl.col("InvoiceNo").cast(pl.String).str.starts_with("C"),
        pl.col("Quantity") > 0,
        pl.col("UnitPrice") > 0,
    )
    last = lines["InvoiceDate"].max()
    customers = lines.group_by("CustomerID").agg(
        recency=(last - pl.col("InvoiceDate").max()).dt.total_days() + 1,
        frequency=pl.col("InvoiceNo").n_unique().cast(pl.Int64),
        monetary=(pl.col("Quantity") * pl.col("UnitPrice")).sum(),
    )
    shuffled = customers.sort("CustomerID").sample(fraction=1.0, shuffle=True, seed=1).drop("CustomerID")
    data = dataset(**{name: shuffled[name].to_list() for name in shuffled.columns})
    plain = tuple(FeatureSpec(name, transform="log1p", treat="numeric") for name in shuffled.columns)
    return data, prepared(data, PrepareSpec(plain, winsorise=False))


PUBLISHED = {4: {4: 1.121, 8: 1.094}, 8: {8: 1.124, 16: 1.101}}
"""Price by segments and leaves; as many leaves as segments: mistake minimisation."""

PUBLISHED_CART = {4: 1.212, 8: 1.575}


def plain_cart(points: FeatureMatrix, fit: Segmentation) -> float:
    """The price of a classification tree with as many leaves as segments, which a rulebook never grows."""
    from sklearn.tree import DecisionTreeClassifier

    model = DecisionTreeClassifier(max_leaf_nodes=fit.k, random_state=0).fit(points.values.T, fit.labels)
    return inertia(points.values, model.predict(points.values.T)) / inertia(points.values, fit.labels)


@pytest.mark.parametrize("k", [4, 8])
def test_the_published_price_on_the_published_kind_of_optimum(shop: tuple[Dataset, FeatureMatrix], k: int) -> None:
    """k-means ends in optima whose inertia agrees within 0.4 %, and whose trees cost 1.12 to 1.15 (k = 4) or 1.12 to
    1.30 (k = 8). Some fit of scikit-learn's is the published one: all three of its prices come out.
    """
    from sklearn.cluster import KMeans

    data, points = shop
    found = []
    for seed in range(6):
        model = KMeans(k, n_init=10, random_state=seed).fit(points.values.T.astype(np.float64))
        fit = replace(segmentation(model.labels_), centroids=model.cluster_centers_)
        books = [finish(rulebook(data, points, fit, leaves)) for leaves in PUBLISHED[k]]
        found.append((plain_cart(points, fit), *(book.price for book in books)))
    published = (PUBLISHED_CART[k], *PUBLISHED[k].values())
    assert any(prices == pytest.approx(published, rel=0.01) for prices in found), found


@pytest.mark.parametrize(("k", "leaves", "price"), [(4, 4, 1.149), (4, 8, 1.096), (8, 8, 1.151), (8, 16, 1.100)])
def test_the_price_of_our_own_optimum(shop: tuple[Dataset, FeatureMatrix], k: int, leaves: int, price: float) -> None:
    """Ours has a lower inertia than the published optimum, and another tree: mistake minimisation costs 2.4 % more
    than there, the larger tree the same (published: 1.121, 1.094, 1.124, 1.101)."""
    data, points = shop
    fit = clustered(data, points, k)
    book = finish(rulebook(data, points, fit, leaves))
    assert book.price == pytest.approx(price, rel=0.015)
    assert book.price == pytest.approx(PUBLISHED[k][leaves], rel=0.04)
    assert 0.80 <= book.fidelity <= 0.91
    assert math.isclose(sum(leaf.right for leaf in book.leaves) / data.customers, book.fidelity)
    if leaves == k:
        assert book.price < plain_cart(points, fit)

"""Mistake minimisation: by hand, against the plain way, and round thresholds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from segtui.explain.imm import Leaf, Node, Split, imm
from segtui.explain.places import Gap, Sample, sample
from segtui.explain.round_number import place_above, round_between
from segtui.progress import finish
from segtui.results import MatrixColumn, Transform

from .build import column, dataset, matrix, segmentation

Floats = NDArray[np.float64]


def sampled(values: Floats, labels: list[int], centres: Floats, weights: tuple[float, ...] = ()) -> Sample:
    """A sample of unscaled columns (columns, customers)."""
    names = [f"x{i}" for i in range(len(values))]
    columns = [replace(column(name), weight=w) for name, w in zip(names, weights or (1.0,) * len(names), strict=True)]
    fit = replace(segmentation(labels, k=len(centres)), centroids=np.asarray(centres, dtype=float))
    data = dataset(**{name: row.tolist() for name, row in zip(names, values, strict=True)})
    return finish(sample(data, matrix(values, columns), fit))


def means(values: Floats, labels: list[int]) -> Floats:
    which = np.array(labels)
    return np.array([values[:, which == j].mean(axis=1) for j in range(which.max() + 1)])


def put(node: Node, values: Floats) -> list[int]:
    """Where a tree puts customers."""
    found = []
    for customer in values.T:
        at = node
        while isinstance(at, Split):
            at = at.below if customer[at.gap.column] <= at.gap.low else at.above
        found.append(at.cluster)
    return found


def leaves(node: Node) -> list[int]:
    return [node.cluster] if isinstance(node, Leaf) else leaves(node.below) + leaves(node.above)


# -- by hand ---------------------------------------------------------------------------------------------------


BY_HAND = np.array([[0, 1, 0, 10, 11, 1, 10, 11], [0, 0, 1, 0, 1, 0, 10, 10]], dtype=float)
LABELS = [0, 0, 0, 1, 1, 1, 2, 2]


def test_a_tree_by_hand() -> None:
    """Eight customers (x, y): 0 at (0,0) (1,0) (0,1); 1 at (10,0) (11,1) (1,0), astray; 2 at (10,10) (11,10).

    Centres (1/3, 1/3), (22/3, 1/3), (10.5, 10). y between 1 and 10 parts nobody from its centre; the best of x (the
    third customer of 1 is astray) makes one mistake. Below, x behind the centre 1/3 parts (1,0) from 0, x behind 1
    parts (1,0) from 1: one mistake each, so the lower, between 0 and 1.
    """
    tree = finish(imm(sampled(BY_HAND, LABELS, means(BY_HAND, LABELS))))
    assert isinstance(tree, Split)
    assert (tree.gap.column, tree.gap.low, tree.gap.high) == (1, 1.0, 10.0)
    assert tree.above == Leaf(2)
    assert isinstance(tree.below, Split)
    assert (tree.below.gap.column, tree.below.gap.low, tree.below.gap.high) == (0, 0.0, 1.0)
    assert (tree.below.below, tree.below.above) == (Leaf(0), Leaf(1))


def test_of_equal_cuts_the_first_column_and_lowest_place() -> None:
    values = np.array([[0, 1, 8, 9], [0, 1, 8, 9]], dtype=float)
    tree = finish(imm(sampled(values, [0, 0, 1, 1], means(values, [0, 0, 1, 1]))))
    assert isinstance(tree, Split)
    assert (tree.gap.column, tree.gap.low, tree.gap.high) == (0, 1.0, 8.0)


def test_a_column_of_zeros_and_ones() -> None:
    """The cut lies between 0 and 1 although all centres do: shares .25 and .75 of the level."""
    values = np.array([[0, 0, 0, 1, 0, 1, 1, 1]], dtype=float)
    data = dataset(country=["FR" if v else "DE" for v in values[0]])
    fit = replace(segmentation([0] * 4 + [1] * 4), centroids=np.array([[0.25], [0.75]]) * 0.7)
    of = finish(sample(data, matrix(values * 0.7, [MatrixColumn("country", "FR", None, 0.7)]), fit))
    tree = finish(imm(of))
    assert isinstance(tree, Split)
    assert (tree.gap.low, tree.gap.high) == (0.0, 1.0)
    assert put(tree, values) == [0, 0, 0, 1, 0, 1, 1, 1]


def test_a_column_without_weight_is_never_asked() -> None:
    values = np.array([[0, 1, 8, 9], [0, 1, 8, 9]], dtype=float)
    centres = means(values, [0, 0, 1, 1]) * np.array([0.0, 2.0])
    tree = finish(imm(sampled(values, [0, 0, 1, 1], centres, weights=(0.0, 2.0))))
    assert isinstance(tree, Split)
    assert tree.gap.column == 1


def test_equal_centres_share_a_leaf() -> None:
    """Nothing parts 1 from 2; the leaf goes to the one with more customers."""
    values = np.array([[0, 0, 5, 5, 5]], dtype=float)
    tree = finish(imm(sampled(values, [0, 0, 1, 2, 2], np.array([[0.0], [5], [5]]))))
    assert put(tree, values) == [0, 0, 2, 2, 2]
    assert finish(imm(sampled(values, [0] * 5, np.array([[3.0]])))) == Leaf(0)


def test_values_that_scale_to_the_same_are_never_parted() -> None:
    """Below the first knot of a quantile scale all ranks are 0, so k-means sees one value; log1p sees 0 below 0."""
    for transform in (Transform("log1p", 0.0, 1.0, 0.0), Transform("quantile_normal", 0.0, 1.0, 0.0, knots=(0.0, 9.0))):
        data = dataset(x=[-5.0, -3.0, -1.0, 9.0])
        fit = replace(segmentation([0, 1, 0, 1]), centroids=np.array([[-1.0], [1.0]]))
        of = finish(sample(data, matrix(np.zeros((1, 4)), [MatrixColumn("x", None, transform, 2.0)]), fit))
        tree = finish(imm(of))
        assert isinstance(tree, Split)
        assert (tree.gap.low, tree.gap.high) == (-1.0, 9.0)


@pytest.mark.parametrize("k", [2, 50])
def test_few_and_many_centres(k: int) -> None:
    rng = np.random.default_rng(k)
    centres = rng.normal(0, 10, (k, 4))
    labels = np.arange(20 * k) % k
    values = (centres[labels] + rng.normal(0, 1.0, (20 * k, 4))).T
    of = sampled(values, labels.tolist(), centres)
    tree = finish(imm(of))
    assert sorted(leaves(tree)) == list(range(k))
    found = np.array(put(tree, values))
    assert np.bincount(found, minlength=k).min() > 0
    assert (found == labels).mean() > 0.8
    assert finish(imm(of)) == tree


# -- against the plain way -------------------------------------------------------------------------------------


def plainly(x: Floats, y: list[int], centres: Floats, rows: list[int], faithful: list[int], left: list[int]) -> Node:
    """The same by counting every cut of every column anew. x: (columns, customers)."""
    best: tuple[int, int, float] | None = None
    for j in range(len(x)):
        for t in np.unique(np.concatenate((x[j], centres[:, j]))):
            if len({c > t for c in centres[left, j]}) < 2 or len({v > t for v in x[j, rows]}) < 2:
                continue
            mistakes = sum((x[j, i] > t) != (centres[y[i], j] > t) for i in faithful)
            if best is None or mistakes < best[0]:
                best = (mistakes, j, float(t))
    if best is None:
        return Leaf(max(left, key=lambda j: (sum(y[i] == j for i in faithful), -j)))
    _, j, t = best
    below, above = (
        plainly(
            x, y, centres,
            [i for i in rows if (x[j, i] > t) == side],
            [i for i in faithful if (x[j, i] > t) == side == (centres[y[i], j] > t)],
            [c for c in left if (centres[c, j] > t) == side],
        )
        for side in (False, True)
    )  # fmt: skip
    low, high = max(v for v in x[j, rows] if v <= t), min(v for v in x[j, rows] if v > t)
    return Split(Gap(j, float(low), float(high)), below, above)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(1, 3), st.integers(6, 25), st.integers(2, 9))
def test_the_plain_way_finds_the_same(seed: int, k: int, columns: int, customers: int, grid: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, grid, (columns, customers)).astype(float)
    labels = rng.integers(0, k, customers).tolist()
    centres = np.array(
        [values[:, np.array(labels) == j].mean(axis=1) if j in labels else values[:, 0] for j in range(k)]
    )
    everyone = list(range(customers))
    tree = finish(imm(sampled(values, labels, centres)))
    assert tree == plainly(values, labels, centres, everyone, everyone, list(range(k)))
    assert set(put(tree, values)) == set(leaves(tree)), "a leaf that nobody comes to"


# -- round thresholds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "value"),
    [
        (45.0, 46.0, 45.0), (47.2, 61.3, 50.0), (140.0, 160.0, 150.0), (0.0, 1.0, 0.0), (-3.0, 5.0, 0.0),
        (-7.3, -2.1, -5.0), (199.0, 200.0, 199.0), (11.0, 12.0, 11.0), (1.0, 2.0, 1.0), (12.34, 12.38, 12.36),
        (0.0012, 0.0018, 0.0015), (3.0, 5000.0, 3000.0), (999.0, 1001.0, 1000.0), (-1.0, 0.0, -1.0),
    ],
)  # fmt: skip
def test_short_numbers(low: float, high: float, value: float) -> None:
    assert round_between(low, high) == pytest.approx(value, rel=1e-12)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_a_short_number_lies_in_its_gap(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    if low < high:
        assert low <= round_between(low, high) < high


def test_neighbouring_floats() -> None:
    low = 0.1 + 0.2
    assert round_between(low, float(np.nextafter(low, 1.0))) == low


def test_the_place_between_two_scores() -> None:
    assert place_above(2.0) == 2.5

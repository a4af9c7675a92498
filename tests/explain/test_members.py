"""Typical customers by hand, borders against brute force, and the smallest change of one feature that moves a customer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui.cluster.assign import decide, squared_distances
from segtui.explain.members import (
    READABLE_SHARE,
    borders,
    changes,
    decimals_of,
    exemplars,
    lowest,
    members,
    readable,
)
from segtui.explained import Change
from segtui.prepare.matrix import exact_values
from segtui.prepare.scale import apply, fit_transform
from segtui.progress import finish
from segtui.results import Converged, Dataset, FeatureMatrix, MatrixColumn, Segmentation, Transform

from .build import dataset

Floats = np.ndarray

PLAIN = Transform("none", 0.0, 1.0, 0.0)


class Ground:
    """Customers as points by their transforms, with the centroids that are asked for (scaled, weighted space)."""

    def __init__(self, data: Dataset, columns: Sequence[MatrixColumn], centroids: Sequence[Sequence[float]]) -> None:
        empty = FeatureMatrix(np.empty((0, data.customers), np.float32), tuple(columns), (), {}, (), "m")
        self.data = data
        self.exact = exact_values(data, empty, np.arange(data.customers))
        values = np.ascontiguousarray(self.exact, dtype=np.float32)
        self.matrix = FeatureMatrix(values, tuple(columns), (), {}, (), "m")
        self.centroids = np.array(centroids, dtype=np.float64)
        labels, _ = decide(self.exact, self.centroids)
        sizes = tuple(np.bincount(labels, minlength=len(centroids)).tolist())
        self.fit = Segmentation(
            labels, self.centroids, sizes, 0.0, True, Converged.LABELS, 1, data.customers, 0, (), ()
        )
        self.letters = tuple("ABCDEFGH"[: len(centroids)])

    @property
    def parts(self) -> tuple[Dataset, FeatureMatrix, Segmentation, tuple[str, ...]]:
        return self.data, self.matrix, self.fit, self.letters

    def changes(self, *positions: int) -> tuple[Change | None, ...]:
        return finish(changes(*self.parts, np.array(positions, dtype=np.int64)))

    def letter_with(self, position: int, column: int, value: float) -> str:
        """Where a customer would be with another original value in one column."""
        return self.letters[self.clusters_with(position, column, np.array([value]))[0]]

    def clusters_with(self, position: int, column: int, values: Floats) -> Floats:
        meaning = self.matrix.columns[column]
        moved = np.repeat(self.exact[:, [position]], len(values), axis=1)
        moved[column] = apply(meaning.transform, values) * meaning.weight
        return decide(moved, self.centroids)[0]


def plane(x: Sequence[float], y: Sequence[float], centroids: Sequence[Sequence[float]]) -> Ground:
    return Ground(dataset(x=x, y=y), (number("x"), number("y")), centroids)


def number(name: str, transform: Transform = PLAIN, weight: float = 1.0) -> MatrixColumn:
    return MatrixColumn(name, None, transform, weight)


# -- typical customers and borders -----------------------------------------------------------------------------


def test_exemplars_by_hand() -> None:
    ground = plane([0, 1, 2, 10, 10, 14, 1], [0, 0, 0, 3, 4, 0, 0], [[1, 0], [10, 0]])
    data, matrix, fit, _ = ground.parts
    found = finish(exemplars(data, matrix, fit, ("B", "A"), 2))
    # Of B (around 1, 0) those at distance 0, the first of two first; of A those at 3 and, of two at 4, the first.
    assert [(m.position, m.letter, m.distance) for m in found] == [
        (3, "A", 3.0),
        (4, "A", 4.0),
        (1, "B", 0.0),
        (6, "B", 0.0),
    ]
    assert all(m.margin is None and m.id == "" for m in found)


def test_fewer_customers_than_asked_for() -> None:
    ground = plane([0, 9, 10], [0, 0, 0], [[0, 0], [10, 0]])
    assert [m.position for m in finish(exemplars(*ground.parts, 5))] == [0, 2, 1]


def test_lowest_takes_the_first_of_equals() -> None:
    values = np.array([3.0, 1.0, 2.0, 1.0, 2.0, 2.0])
    assert lowest(values, 3).tolist() == [1, 3, 2]
    assert lowest(values, 9).tolist() == [1, 3, 2, 4, 5, 0]
    assert lowest(values, 0).tolist() == []


def test_a_border_by_hand() -> None:
    # Centroids at -10 and 11. At 0: (11 - 10) / 10, exactly the tenth. At -0.1: 9.9 and 11.1, more than a tenth.
    ground = plane([0.0, -0.1, 0.6, 2.0, -9.0], [0.0] * 5, [[-10, 0], [11, 0]])
    found = finish(borders(*ground.parts))
    assert found.near.tolist() == [True, False, True, False, False]
    assert found.counts == (1, 1)
    assert found.closest(5).tolist() == [2, 0]  # 10.4 and 10.6, then 10 and 11
    assert found.closest(5, np.array([True, True, False, True, True])).tolist() == [0]


@pytest.mark.parametrize("offset", [0.0, 1e4])
@pytest.mark.parametrize("k", [2, 7])
def test_borders_are_those_of_brute_force(offset: float, k: int) -> None:
    random = np.random.default_rng(k)
    points = random.normal(0, 1, (3, 40_000)) + offset
    data = dataset(a=points[0], b=points[1], c=points[2])
    ground = Ground(data, [number(n) for n in "abc"], random.normal(0, 1, (k, 3)) + offset)
    found = finish(borders(*ground.parts))
    away = np.sqrt(np.partition(squared_distances(ground.exact, ground.centroids), 1, axis=0)[:2])
    near = away[1] <= 1.1 * away[0]
    assert np.array_equal(found.near, near)
    assert found.counts == tuple(int((near & (ground.fit.labels == j)).sum()) for j in range(k))
    margin = away[1] / away[0] - 1
    assert found.margin[near] == pytest.approx(margin[near], abs=1e-4 if offset == 0 else 5e-3)  # values are float32
    if offset == 0:
        assert found.closest(10).tolist() == np.argsort(margin, kind="stable")[:10].tolist()


def test_one_segment_has_no_border() -> None:
    ground = plane([0, 1, 2], [0, 0, 0], [[1, 0]])
    found = finish(borders(*ground.parts))
    assert (found.counts, found.near.any()) == ((0,), np.False_)
    (only,) = finish(members(*ground.parts, np.array([0])))
    assert (only.letter, only.margin, only.second, only.change) == ("A", None, "", None)


def test_customers_on_equal_centroids_are_on_the_border() -> None:
    ground = plane([1, 5], [0, 0], [[1, 0], [1, 0]])
    found = finish(borders(*ground.parts))
    assert found.near.tolist() == [True, True]
    assert found.margin.tolist() == [0.0, 0.0]


# -- the smallest change, by hand ------------------------------------------------------------------------------

CORNERS = [[0, 0], [9, 0], [0, 6.5]]
"""A, B to the right, C above."""


def test_the_smallest_change_by_hand() -> None:
    """From (4.2, 1) A is 18.64 away (squared), B 24.04, C 47.89.

    To B along x: (24.04 - 18.64) / (2 * 9) = 0.3, so 4.5. To C along y: (47.89 - 18.64) / (2 * 6.5) = 2.25, so 3.25.
    On the border itself a customer stays in the lower cluster, so the next value of one decimal is taken: 4.6.
    """
    ground = plane([4.2, 0.1, 9.0, 0.0], [1.0, 0.0, 0.0, 6.5], CORNERS)
    (found,) = ground.changes(0)
    assert (found.feature, found.old, found.new, found.letter) == ("x", 4.2, 4.6, "B")
    assert found.step == pytest.approx(0.4)
    (member,) = finish(members(*ground.parts, np.array([0])))
    assert (member.position, member.letter, member.second, member.change) == (0, "A", "B", found)
    assert member.distance == pytest.approx(18.64**0.5)
    assert member.margin == pytest.approx((24.04**0.5 - 18.64**0.5) / 18.64**0.5)


def test_whole_numbers_stay_whole_and_the_way_that_can_be_gone_counts() -> None:
    """x holds whole numbers: the border is 0.3 away at 4.3, but the next value beyond is 5, one whole step.

    y has its border 0.9 away and may hold any value of two decimals: the smaller change that can be made.
    """
    centroids = [[0, 0], [8.6, 0], [0, 3.8]]
    ground = plane([4, 0, 9, 0], [1.0, 0.25, 0.0, 3.81], centroids)
    (found,) = ground.changes(0)
    assert (found.feature, found.new, found.letter) == ("y", 1.91, "C")
    whole = plane([4, 0, 9, 0], [1, 0, 0, 4], centroids)
    (found,) = whole.changes(0)
    assert (found.feature, found.new, found.letter, found.step) == ("x", 5.0, "B", 1.0)


def test_fewer_is_a_change_as_well() -> None:
    ground = plane([5, 0, 9, 0], [0, 0, 0, 6], [[0, 0], [9, 0], [0, 6.5]])
    (found,) = ground.changes(0)
    assert (found.old, found.new, found.letter) == (5.0, 4.0, "A")


def test_values_that_nobody_has_are_not_asked_for() -> None:
    # From (1, 0), C (-4, 0) would take -2: no customer has less than 0. B takes 6, and is the farther one.
    ground = Ground(dataset(x=[1, 0, 10, 3]), [number("x")], [[0.5], [10.5], [-4.5]])
    (found,) = ground.changes(0)
    assert (found.new, found.letter) == (6.0, "B")
    none = Ground(dataset(x=[1, 0, 4, 3]), [number("x")], [[0.5], [10.5], [-4.5]])
    assert none.changes(0) == (None,)


def test_winsorised_values_cannot_go_beyond_their_limits() -> None:
    held = Transform("z", 0.0, 1.0, 0.0, low=0.0, high=4.0)
    data = dataset(x=[1, 0, 40, 3], y=[0, 0, 9, 0])
    ground = Ground(data, [number("x", held), number("y")], [[1, 0], [12, 0], [1, 8]])
    first, _, third, _ = ground.changes(0, 1, 2, 3)
    assert (first.feature, first.new, first.letter) == ("y", 5.0, "C")  # x = 6.5 counts as 4: no way to B
    # (40, 9) counts as (4, 9), in C; y must come down to 4, on the border with A, the lower, whatever x is.
    assert (third.feature, third.old, third.new, third.letter) == ("y", 9.0, 4.0, "A")


def test_from_beyond_a_limit_the_way_begins_at_the_limit() -> None:
    held = Transform("z", 0.0, 1.0, 0.0, low=0.0, high=8.0)
    ground = Ground(dataset(x=[40, 0, 3]), [number("x", held)], [[1], [9]])
    (found,) = ground.changes(0)
    assert (found.old, found.new, found.letter) == (40.0, 5.0, "A")  # 5 is on the border, A is the lower
    assert found.step == 3.0  # from 8, which 40 counts as


def test_a_feature_without_a_value_stays_as_it_is() -> None:
    data = dataset(x=[None, 0.0, 9.0], y=[1.0, 0.0, 9.0])
    filled = Transform("none", 0.0, 1.0, 4.0)
    ground = Ground(data, [number("x", filled), number("y")], [[0, 0], [9, 0], [0, 9]])
    (found,) = ground.changes(0)
    assert (found.feature, found.letter) == ("y", "C")


def test_ordinal_scores_are_steps_of_the_scale() -> None:
    order = ("low", "mid", "high", "top")
    scores = Transform("ordinal", 2.0, 0.5, 2.0, order=order)
    ground = Ground(dataset(level=["low", "mid", "low"]), [number("level", scores)], [[-2], [4]])
    (found,) = ground.changes(0)
    # Scaled -2, 0, 2, 4; the border is at 1. "high" counts, although nobody has it: it is on the scale.
    assert (found.feature, found.old, found.new, found.letter, found.step) == ("level", 1.0, 3.0, "B", 4.0)


def test_another_level_of_a_nominal_feature() -> None:
    lands = [MatrixColumn("land", level, None, 0.5) for level in ("de", "fr", "it", "(other)")]
    data = dataset(x=[0.0, 4.0, 0.0], land=["de", "it", None])
    centroids = [[0, 0.5, 0, 0, 0], [0, 0, 0.5, 0, 0], [4, 0, 0, 0.5, 0], [0, 0, 0, 0, 0.5]]
    ground = Ground(data, [number("x"), *lands], centroids)
    first, second, third = ground.changes(0, 1, 2)
    # One level off and another on: sqrt(2 * 0.25). "(other)" would do as well, but is nothing one can become.
    assert (first.feature, first.old, first.new, first.letter) == ("land=fr", 0.0, 1.0, "B")
    assert first.step == pytest.approx(0.5**0.5)
    assert second.feature == "x"  # no level takes (4, it) anywhere
    assert third is None or not third.feature.startswith("land")


def test_a_label_more_or_less() -> None:
    labels = [MatrixColumn("buys", label, None, 1.0, ";") for label in ("tea", "jam", "ham")]
    data = dataset(buys=["tea", "tea;jam", "ham"])
    ground = Ground(data, labels, [[1, 0, 0], [1, 1, 0], [0.2, 0, 1]])
    first, second, third = ground.changes(0, 1, 2)
    assert (first.feature, first.old, first.new, first.letter, first.step) == ("buys=jam", 0.0, 1.0, "B", 1.0)
    assert (second.feature, second.old, second.new, second.letter) == ("buys=jam", 1.0, 0.0, "A")
    assert third is None  # the only label is not taken away, and "ham" with any other stays the nearest


# -- the smallest change, as a property ------------------------------------------------------------------------

METHODS = ("none", "z", "log1p", "yeo_johnson", "quantile_normal", "robust")


def ground_by_chance(seed: int, whole: bool) -> Ground:
    """Sixty customers under different transforms and weights, four of them as centroids (moved a little)."""
    random = np.random.default_rng(seed)
    columns, values = {}, []
    for i, method in enumerate(random.choice(METHODS, 3)):
        original = random.poisson(6.0, 60).astype(float) if whole else random.lognormal(2.0, 1.0, 60).round(i)
        transform = fit_transform(original, str(method), winsorise=bool(random.integers(2)))
        values.append(number(f"f{i}", transform, float(random.choice([0.5, 1.0, 2.0]))))
        columns[f"f{i}"] = original
    data = dataset(**columns)
    start = Ground(data, values, np.zeros((1, 3)).tolist())
    chosen = start.exact[:, random.choice(60, 4, replace=False)].T
    return Ground(data, values, (chosen + random.normal(0, 0.05, chosen.shape)).tolist())


def smallest_by_trying(ground: Ground, position: int) -> float:
    """The smallest step of any whole value of any feature that moves the customer."""
    steps = [np.inf]
    for i, column in enumerate(ground.matrix.columns):
        original = ground.data.frame[column.feature].to_numpy()
        tried = np.arange(original.min(), original.max() + 1)
        step = np.abs(apply(column.transform, tried) * column.weight - ground.exact[i, position])
        across = ground.clusters_with(position, i, tried) != ground.fit.labels[position]
        steps += step[across].tolist()
    return min(steps)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_no_whole_change_is_smaller(seed: int) -> None:
    ground = ground_by_chance(seed, whole=True)
    for position, found in enumerate(ground.changes(*range(30))):
        step = smallest_by_trying(ground, position)
        if found is None:
            assert step == np.inf
            continue
        assert found.step == pytest.approx(step, rel=1e-12)
        column = int(found.feature[1:])
        assert ground.letter_with(position, column, found.new) == found.letter
        assert found.letter != ground.letters[ground.fit.labels[position]]
        one_less = found.new - np.sign(found.new - found.old)
        assert ground.letter_with(position, column, one_less) == ground.letters[ground.fit.labels[position]]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_change_moves_the_customer_and_a_smaller_one_does_not(seed: int) -> None:
    ground = ground_by_chance(seed, whole=False)
    for position, found in enumerate(ground.changes(*range(30))):
        if found is None:
            continue
        column = int(found.feature[1:])
        own = ground.letters[ground.fit.labels[position]]
        assert ground.letter_with(position, column, found.new) == found.letter != own
        original = ground.data.frame[found.feature].to_numpy()
        assert original.min() <= found.new <= original.max()
        # Rounded by a unit of the feature's own decimals (as many as its number), or by a hundredth of the change.
        rounding = max(10.0**-column, 1.02 * READABLE_SHARE * abs(found.new - found.old))
        smaller = found.new - np.sign(found.new - found.old) * min(rounding, abs(found.new - found.old))
        # A quantile scale has steps: 5.4 may be one, and 5.3999999999999995 is below it.
        assert ground.letter_with(position, column, round(smaller, 9)) == own


# -- readable numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "border", "decimals", "expected"),
    [
        (12_345.67, 62_347.1, 2, 62_400.0),  # a hundredth of 50,000 is 500: hundreds
        (361.28, 412.3333, 2, 412.4),
        (361.28, 310.2277, 2, 310.2),
        (0.1234567, 0.2345678, None, 0.235),
        (4.0, 6.2, 0, 7.0),
        (1_000_000.0, 1_234_567.8, 0, 1_234_568.0),
        (7.0, 6.999, 0, 6.0),
        (7.91, 7.9100001, 2, 7.92),
        (-3.5, -8.26, 1, -8.3),
    ],
)
def test_new_values_are_as_short_as_the_change_allows(
    old: float, border: float, decimals: int | None, expected: float
) -> None:
    up = border > old
    bound = 1e9 if up else -1e9

    def crosses(values: Floats) -> Floats:
        return values >= border if up else values <= border

    assert readable(crosses, old, border, bound, decimals) == expected


def test_where_rounding_would_go_too_far_the_bound_is_taken() -> None:
    assert readable(lambda values: values >= 5.123, 0.0, 5.123, 5.1251, None) == 5.1251


def test_decimals_of() -> None:
    assert decimals_of(np.array([1.0, 20.0])) == 0
    assert decimals_of(np.array([1.25, 20.1])) == 2
    assert decimals_of(np.array([1 / 3, 20.1])) is None
    late = np.zeros(10_000)
    late[-1] = 0.5
    assert decimals_of(late) == 1

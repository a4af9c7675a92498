"""The customer map: components against numpy and scikit-learn, cells by hand, nobody lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from segtui.errors import AnalysisError
from segtui.explain.projection import (
    Axis,
    Coordinates,
    MapCache,
    component_number,
    coordinates,
    grid,
    principal_components,
    project,
)
from segtui.progress import finish
from segtui.results import MapGrid

from .build import column, dataset, matrix, segmentation


def plane(x: list[float], y: list[float], x_range: tuple[float, float], y_range: tuple[float, float]) -> Coordinates:
    return Coordinates(
        Axis("x", np.array(x, dtype=np.float32), *x_range), Axis("y", np.array(y, dtype=np.float32), *y_range), None
    )


def test_majority_overlap_and_centres_by_hand() -> None:
    # Two by two cells on 0..2: lower left holds 2 x A and 1 x B, upper right 1 x A and 1 x B (a tie), lower right B.
    places = plane([0.1, 0.2, 0.3, 1.5, 1.6, 1.9], [0.1, 0.2, 0.3, 1.5, 1.6, 0.5], (0.0, 2.0), (0.0, 2.0))
    found = finish(grid(places, segmentation([0, 0, 1, 0, 1, 1]), "AB", 2, 2))
    assert found.majority.tolist() == [[-1, 0], [0, 1]]  # row 0 is the top; the tie goes to A
    assert found.counts.tolist() == [[0, 2], [3, 1]]
    assert found.overlapped == 2
    assert (found.customers, found.clamped, found.missing) == (6, 0, 0)
    assert found.centres == ((1, 0), (1, 1))


def test_a_tie_goes_to_the_lower_letter_not_to_the_lower_cluster() -> None:
    places = plane([0.5, 0.5], [0.5, 0.5], (0.0, 1.0), (0.0, 1.0))
    assert finish(grid(places, segmentation([0, 1]), "BA", 1, 1)).majority.tolist() == [[1]]
    assert finish(grid(places, segmentation([0, 1]), ("AA", "Z"), 1, 1)).majority.tolist() == [[1]]


def test_customers_beyond_the_range_are_counted_at_the_border() -> None:
    places = plane([-5.0, 0.0, 1.0, 9.0], [0.5, 0.5, 0.5, 0.5], (0.0, 1.0), (0.0, 1.0))
    found = finish(grid(places, segmentation([0, 0, 0, 0], k=2), "AB", 4, 1))
    assert found.counts.tolist() == [[2, 0, 0, 2]]
    assert found.clamped == 2


def test_customers_without_a_value_are_not_placed_and_said() -> None:
    data = dataset(x=[1.0, 2.0, None, 4.0], y=[1.0, 2.0, 3.0, 4.0])
    points = matrix(np.zeros((2, 4)), [column("x"), column("y")])
    found = finish(project(data, points, segmentation([0, 0, 1, 1]), "AB", "x", "y", 3, 3, MapCache()))
    assert (found.customers, found.missing, int(found.counts.sum())) == (4, 1, 3)
    assert (found.x_range, found.y_range) == ((1.0, 4.0), (1.0, 4.0))
    assert found.explained is None


def test_components_match_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    values = (rng.normal(size=(5, 5)) @ rng.normal(size=(5, 700)) + 40.0).astype(np.float32)
    found = finish(principal_components(values))
    peer = PCA().fit(values.T.astype(np.float64))
    assert found.shares == pytest.approx(peer.explained_variance_ratio_, rel=1e-9)
    assert np.abs(np.sum(found.axes * peer.components_, axis=1)) == pytest.approx(np.ones(5), rel=1e-9)
    assert all(axis[np.abs(axis).argmax()] > 0 for axis in found.axes)
    data = dataset(x=[0.0] * 700)
    points = matrix(values, [column(f"f{i}") for i in range(5)])
    made = finish(coordinates(data, points, "component 1", "component 3"))
    expected = (values.T - values.mean(axis=1, dtype=np.float64)) @ found.axes[[0, 2]].T
    assert np.column_stack([made.x.places, made.y.places]) == pytest.approx(expected, abs=1e-3)
    assert made.explained == pytest.approx(found.shares[0] + found.shares[2])


def test_a_single_column_has_no_second_component() -> None:
    data = dataset(x=[1.0, 2.0, 3.0])
    points = matrix([[1.0, 2.0, 3.0]], [column("x")])
    found = finish(project(data, points, segmentation([0, 1, 1]), "AB", "component 1", "component 2", 3, 3, MapCache()))
    assert found.explained == 1.0
    assert found.counts.sum(axis=0).tolist() == [1, 1, 1]
    assert "there is none" in found.y_title


def test_a_log_scaled_feature_has_a_log_axis_that_says_so() -> None:
    data = dataset(spend=[0.0, 15.0, 150.0, 999.0], age=[20.0, 30.0, 40.0, 50.0])
    points = matrix(np.zeros((2, 4)), [column("spend", "log1p"), column("age", "z")])
    found = finish(project(data, points, segmentation([0, 0, 1, 1]), "AB", "spend", "age", 3, 3, MapCache()))
    assert (found.x_title, found.y_title) == ("spend (log)", "age")
    assert found.x_range == pytest.approx((0.0, 999.0), rel=1e-5)
    assert found.counts.sum(axis=0).tolist() == [1, 1, 2]


def test_a_feature_that_is_off_can_be_an_axis_and_text_cannot() -> None:
    data = dataset(x=[1.0, 2.0], off=[5, 6], name=["a", "b"])
    points = matrix([[1.0, 2.0]], [column("x")])
    made = finish(coordinates(data, points, "x", "off"))
    assert made.y.places.tolist() == [5.0, 6.0]
    for wrong in ("name", "nowhere"):
        with pytest.raises(AnalysisError, match="not a numeric feature"):
            finish(coordinates(data, points, "x", wrong))


def test_a_new_size_only_counts_again_and_a_new_matrix_places_again() -> None:
    data = dataset(x=[1.0, 2.0, 3.0])
    cache = MapCache()
    one = matrix([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]], [column("x"), column("y")], "one")
    two = matrix([[1.0, 9.0, 3.0], [3.0, 1.0, 2.0]], [column("x"), column("y")], "two")
    first = finish(cache.axis(data, one, "component 1"))
    assert finish(cache.axis(data, one, "component 1")) is first
    assert finish(cache.axis(data, two, "component 1")) is not first


def test_component_names() -> None:
    assert [component_number(name) for name in ("component 1", "component 12", "component", "spend")] == [
        0,
        11,
        None,
        None,
    ]


@given(
    st.lists(
        st.tuples(st.floats(-1e5, 1e5, width=32), st.floats(-1e5, 1e5, width=32), st.integers(0, 3)),
        min_size=2,
        max_size=60,
    ),
    st.integers(1, 9),
    st.integers(1, 9),
)
def test_nobody_is_lost_and_the_shown_majority_is_one(
    rows: list[tuple[float, float, int]], columns: int, lines: int
) -> None:
    x, y, labels = (list(part) for part in zip(*rows, strict=True))
    data = dataset(x=x, y=y)
    points = matrix([x, y], [column("x"), column("y")])
    found: MapGrid = finish(
        project(data, points, segmentation(labels, k=4), "ABCD", "component 1", "y", columns, lines, MapCache())
    )
    assert found.counts.shape == found.majority.shape == (lines, columns)
    assert int(found.counts.sum()) + found.missing == found.customers == len(rows)
    assert ((found.majority >= 0) == (found.counts > 0)).all()
    assert 0 <= found.overlapped <= len(rows)
    assert all(0 <= row < lines and 0 <= place < columns for row, place in found.centres)

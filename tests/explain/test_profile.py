"""Profiles against values worked out by hand, and the sample of a first answer against all customers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from segtui.explain.profile import SAMPLE, ProfileCache, profile, revenue_by_cluster
from segtui.progress import finish
from segtui.results import Dataset, FeatureMatrix, Flag, Inspection, Profile, Segmentation

from .build import column, dataset, inspection, matrix, segmentation


def make(data: Dataset, points: FeatureMatrix, found: Segmentation, letters: str = "ABCDEFGH", **names: str) -> Profile:
    return finish(profile(data, inspection(data), points, found, letters[: found.k], names, ProfileCache()))


def test_means_indexes_and_differences_by_hand() -> None:
    data = dataset(spend=[1.0, 3.0, 10.0, 12.0, 14.0])
    points = matrix([[0.0] * 5], [column("spend")])
    found = make(data, points, segmentation([0, 0, 1, 1, 1]))
    assert found.columns[0].mean == 8.0
    assert found.columns[0].spread == pytest.approx(math.sqrt(130 / 4))  # 49 + 25 + 4 + 16 + 36
    a, b = found.segments
    assert (a.means, b.means) == ((2.0,), (12.0,))
    assert (a.indexes, b.indexes) == ((25.0,), (150.0,))
    pooled = math.sqrt((2.0 + 4.0) / 2)  # variances with n - 1
    assert a.differences[0] == pytest.approx(-10 / pooled)
    assert b.differences[0] == pytest.approx(10 / pooled)
    assert (a.size, a.share, b.size, b.share) == (2, 0.4, 3, 0.6)


def test_medians_spreads_and_gaps_by_hand() -> None:
    data = dataset(
        x=[1.0, None, 3.0, 8.0, None, 20.0], y=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], sex=["F", "F", "M", "M", "M", "F"]
    )
    found = make(data, matrix([[0.0] * 6], [column("y")]), segmentation([0, 0, 0, 0, 1, 1]))
    a, b = found.segments
    place = [c.feature for c in found.columns].index("x")
    assert found.columns[place].missing == pytest.approx(2 / 6)
    assert (a.medians[place], b.medians[place]) == (3.0, 20.0)
    assert a.spreads[place] == pytest.approx(math.sqrt((9 + 1 + 16) / 2))  # 1, 3, 8 about 4
    assert b.spreads[place] is None  # of one value
    assert (a.missing[place], b.missing[place]) == (0.25, 0.5)
    level = [c.level for c in found.columns].index("F")
    assert a.medians[level] is None
    assert (a.revenue_share, a.order_share) == (None, None)


def test_shares_of_revenue() -> None:
    data = replace(dataset(spend=[10.0, 30.0, 60.0], x=[1.0, 2.0, 3.0]), revenue="spend")
    found = make(data, matrix([[0.0] * 3], [column("x")]), segmentation([0, 0, 1]))
    assert [s.revenue_share for s in found.segments] == [0.4, 0.6]
    nothing = replace(dataset(spend=[0.0, 0.0, 0.0], x=[1.0, 2.0, 3.0]), revenue="spend")
    found = make(nothing, matrix([[0.0] * 3], [column("x")]), segmentation([0, 0, 1]))
    assert found.segments[0].revenue_share is None


def test_the_rest_is_all_other_segments_together() -> None:
    values = np.array([1.0, 2.0, 4.0, 8.0, 9.0, 20.0, 24.0])
    labels = np.array([0, 0, 0, 1, 1, 2, 2])
    found = make(dataset(x=values), matrix([values], [column("x")]), segmentation(labels))
    for cluster, segment in enumerate(found.segments):
        own, rest = values[labels == cluster], values[labels != cluster]
        expected = (own.mean() - rest.mean()) / math.sqrt((own.var(ddof=1) + rest.var(ddof=1)) / 2)
        assert segment.differences[0] == pytest.approx(expected, rel=1e-12)


def test_missing_values_are_left_out_of_means() -> None:
    data = dataset(x=[1.0, None, 3.0, 10.0, None, 20.0], y=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    found = make(data, matrix([[0.0] * 6], [column("y")]), segmentation([0, 0, 0, 1, 1, 1]))
    assert [c.feature for c in found.columns] == ["x", "y"]
    assert found.columns[0].mean == 8.5
    assert [s.means[0] for s in found.segments] == [2.0, 15.0]
    assert [c.used for c in found.columns] == [False, True]


def test_a_segment_without_any_value_has_no_mean_no_index_and_no_difference() -> None:
    data = dataset(x=[1.0, 2.0, None, None])
    found = make(data, matrix([[0.0] * 4], [column("x")]), segmentation([0, 0, 1, 1]))
    assert math.isnan(found.segments[1].means[0])
    assert found.segments[1].indexes == (None,)
    assert found.segments[1].differences == (None,)


def test_an_index_needs_a_positive_average_and_a_difference_some_spread() -> None:
    data = dataset(loss=[-1.0, -2.0, -3.0, -4.0], flag=[1.0, 1.0, 0.0, 0.0], same=[2.0, 2.0, 2.0, 2.0])
    points = matrix([[0.0] * 4], [column("loss")])
    found = make(data, points, segmentation([0, 0, 1, 1]))
    assert found.segments[0].indexes == (None, 200.0, 100.0)
    assert found.segments[0].differences[1:] == (None, 0.0)  # infinite: both groups are constant


def test_levels_are_shares_with_their_difference() -> None:
    data = dataset(sex=["F", "F", "M", "M", "M", "F"])
    points = matrix(np.zeros((2, 6)), [column("sex", level="F"), column("sex", level="M")])
    found = make(data, points, segmentation([0, 0, 0, 1, 1, 1]))
    assert [(c.feature, c.level, c.mean) for c in found.columns] == [("sex", "F", 0.5), ("sex", "M", 0.5)]
    a = found.segments[0]
    assert a.means == pytest.approx((2 / 3, 1 / 3))
    assert a.indexes[0] == pytest.approx(400 / 3)
    assert a.differences[0] == pytest.approx((1 / 3) / math.sqrt(1 / 3))  # both variances are 2/9 * 3/2


def test_a_nominal_feature_that_is_off_shows_its_frequent_levels() -> None:
    data = dataset(x=[1.0, 2.0, 3.0, 4.0], plan=["gold", "basic", "basic", None])
    found = make(data, matrix([[0.0] * 4], [column("x")]), segmentation([0, 0, 1, 1]))
    assert [(c.feature, c.level) for c in found.columns] == [
        ("x", None),
        ("plan", "basic"),
        ("plan", "(missing)"),
        ("plan", "gold"),
    ]
    assert [c.mean for c in found.columns[1:]] == [0.5, 0.25, 0.25]
    assert found.segments[1].means[1:] == (0.5, 0.5, 0.0)


def test_segments_stand_in_letter_order_and_carry_names() -> None:
    data = dataset(x=[1.0, 2.0, 30.0, 40.0])
    points = matrix([[0.0] * 4], [column("x")])
    found = make(data, points, segmentation([0, 0, 1, 1]), "BA", B="Savers")
    assert [(s.letter, s.cluster) for s in found.segments] == [("A", 1), ("B", 0)]
    assert [s.name for s in found.segments] == ["High x 35", "Savers"]
    assert found.segments[1].auto_name == "Low x 1.5"


def test_z_stands_before_aa() -> None:
    data = dataset(x=[1.0, 2.0])
    found = finish(
        profile(
            data,
            inspection(data),
            matrix([[1.0, 2.0]], [column("x")]),
            segmentation([0, 1]),
            ("AA", "Z"),
            {},
            ProfileCache(),
        )
    )
    assert [s.letter for s in found.segments] == ["Z", "AA"]


def test_a_first_answer_has_exact_means_and_spreads_from_a_sample_that_knows_small_segments() -> None:
    rng = np.random.default_rng(5)
    customers = 3 * SAMPLE
    labels = rng.integers(0, 3, customers).astype(np.uint8)
    labels[labels == 2] = 0
    labels[-50:] = 2  # not one of them among the first customers
    values = rng.normal(size=customers) + 3.0 * labels
    data, points = dataset(x=values), matrix([values], [column("x")])
    exact = make(data, points, segmentation(labels))
    first = make(data, points, segmentation(labels, exact=False))
    assert exact.sampled == customers
    assert first.sampled == SAMPLE + 50
    assert [s.means for s in first.segments] == [s.means for s in exact.segments]
    assert [s.auto_name for s in first.segments] == [s.auto_name for s in exact.segments]
    for one, all_ in zip(first.segments, exact.segments, strict=True):
        assert one.differences[0] == pytest.approx(all_.differences[0], rel=0.05)


def test_means_are_summed_in_float64() -> None:
    values = np.full(100_000, 0.1)
    values[0] = 1e9
    found = make(
        dataset(x=values), matrix([values], [column("x")]), segmentation(np.zeros(100_000, dtype=np.uint8), k=2)
    )
    assert found.segments[0].means[0] == pytest.approx(math.fsum(values) / 100_000, rel=1e-10)


def test_names_say_what_sets_segments_apart() -> None:
    labels = np.repeat(np.array([0, 1], dtype=np.uint8), 500)
    wobble = np.tile(np.linspace(-1.0, 1.0, 500), 2)
    data = dataset(
        recency=np.where(labels == 0, 10.0, 200.0) + 9.0 * wobble,
        spend=np.where(labels == 0, 2000.0, 100.0) + 90.0 * wobble,
        noise=wobble,
        sex=np.where(labels == 0, "Female", "Male").tolist(),
    )
    points = matrix(np.zeros((2, 1000)), [column("recency"), column("spend")])
    found = make(data, points, segmentation(labels))
    assert [s.auto_name for s in found.segments] == ["Recent · high spend 2k", "Long ago · low spend 100"]


def test_the_cache_is_emptied_by_another_dataset_and_stays_small() -> None:
    cache = ProfileCache(kept_bytes=100)
    points, found = matrix([[0.0] * 4], [column("x")]), segmentation([0, 0, 1, 1])
    for fingerprint, shift in (("one", 0.0), ("two", 100.0)):
        data = dataset(fingerprint, x=[1.0 + shift, 2.0, 3.0, 4.0], y=[1.0, 2.0, 3.0, 4.0])
        made = finish(profile(data, inspection(data), points, found, "AB", {}, cache))
        assert made.segments[0].means[0] == 1.5 + shift / 2


def test_a_feature_that_is_off_fills_up_a_name() -> None:
    data = dataset(member=[1, 1, 0, 0, 0, 0], x=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    seen = inspection(data)
    points = matrix([[0.0] * 6], [column("x")])
    found = finish(profile(data, seen, points, segmentation([0, 0, 1, 1, 1, 1]), "AB", {}, ProfileCache()))
    assert found.segments[0].means[0] == 1.0
    assert found.segments[0].auto_name == "Low x 1.5 · mostly member"


def test_ids_and_free_text_describe_nobody_unless_they_are_on() -> None:
    data = dataset(zip=[1, 2, 3, 4], x=[1.0, 2.0, 3.0, 4.0])
    seen = inspection(data)
    flagged = replace(seen.features[0], flags=(Flag("id-like", "it is a code"),), off_reason="it is a code")
    seen = Inspection((flagged, seen.features[1]), ())
    for points, shown in (
        (matrix([[0.0] * 4], [column("x")]), ["x"]),
        (matrix([[0.0] * 4], [column("zip")]), ["zip", "x"]),
    ):
        found = finish(profile(data, seen, points, segmentation([0, 0, 1, 1]), "AB", {}, ProfileCache()))
        assert [c.feature for c in found.columns] == shown


def test_a_name_does_not_say_the_same_twice() -> None:
    data = dataset(euro=[1.0, 2.0, 30.0, 40.0], dollar=[1.1, 2.2, 33.0, 44.0])
    points = matrix([[0.0] * 4], [column("euro")])
    echo = replace(inspection(data).features[1], flags=(Flag("near-duplicate of euro", "it is"),))
    seen = Inspection((inspection(data).features[0], echo), ())
    found = finish(profile(data, seen, points, segmentation([0, 0, 1, 1]), "AB", {}, ProfileCache()))
    assert [s.auto_name for s in found.segments] == ["Low euro 1.5", "High euro 35"]
    assert len(found.columns) == 2


def test_amounts_at_the_edge_of_float64_do_not_stop_a_profile() -> None:
    data = dataset(x=[1e300, 2e300, -1e300, 5e299], y=[1.0, 2.0, 3.0, 4.0])
    found = make(data, matrix([[0.0] * 4], [column("y")]), segmentation([0, 0, 1, 1]))
    assert found.segments[0].means[0] == 1.5e300


def test_revenue_is_summed_by_cluster() -> None:
    data = dataset(revenue="money", money=[1.0, None, 3.0, 10.0])
    found = finish(revenue_by_cluster(data, segmentation([0, 0, 0, 1]), ProfileCache()))
    assert found is not None
    assert found.tolist() == [4.0, 10.0]
    assert finish(revenue_by_cluster(dataset(x=[1.0]), segmentation([0]), ProfileCache())) is None

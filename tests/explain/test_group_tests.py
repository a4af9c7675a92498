"""Tests of held-out columns: against scipy, by hand, and only where they may be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from segtui.explain.group_tests import CHI_SQUARED, WELCH, chi_squared, welch
from segtui.explain.profile import ProfileCache, profile
from segtui.progress import finish
from segtui.results import Flag, Inspection, Profile, Segmentation

from .build import column, dataset, inspection, matrix, segmentation


def groups(*values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        np.array([float(len(v)) for v in values]),
        np.array([v.mean() for v in values]),
        np.array([v.std(ddof=1) for v in values]),
    )


def test_welch_of_two_groups_is_the_t_test_for_unequal_spreads():
    rng = np.random.default_rng(0)
    one, other = rng.normal(0, 1, 30), rng.normal(0.6, 3, 50)
    assert welch(*groups(one, other)) == pytest.approx(stats.ttest_ind(one, other, equal_var=False).pvalue)


def test_welch_of_many_groups_as_scipy_has_it():
    rng = np.random.default_rng(1)
    values = [rng.normal(mean, spread, size) for mean, spread, size in ((0, 1, 20), (0.2, 2, 40), (0.5, 1, 25))]
    assert welch(*groups(*values)) == pytest.approx(stats.f_oneway(*values, equal_var=False).pvalue)


def test_welch_is_right_about_noise():
    """A group column that has nothing to do with the values is called different in about 5 % of draws."""
    rng = np.random.default_rng(2)
    found = [welch(*groups(*np.split(rng.gamma(2.0, 1.0, 300), [50, 180]))) for _ in range(300)]
    assert 0.02 < np.mean([p is not None and p < 0.05 for p in found]) < 0.09


@pytest.mark.parametrize(
    ("counts", "spreads"), [([1.0, 5.0], [np.nan, 1.0]), ([5.0, 5.0], [0.0, 1.0]), ([5.0, 5.0], [np.inf, 1.0])]
)
def test_welch_is_refused_where_it_means_nothing(counts, spreads):
    assert welch(np.array(counts), np.array([1.0, 2.0]), np.array(spreads)) is None


def test_chi_squared_as_scipy_has_it():
    table = np.array([[30.0, 10.0, 20.0], [15.0, 25.0, 20.0], [5.0, 15.0, 10.0]])
    sizes = table.sum(axis=0)
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert chi_squared(table, sizes) == pytest.approx(expected)
    assert chi_squared(table[:2], sizes) == pytest.approx(expected)  # the rest is a level of its own


def test_chi_squared_is_refused_for_few_customers_and_for_labels():
    assert chi_squared(np.array([[4.0, 1.0], [1.0, 4.0]]), np.array([5.0, 5.0])) is None
    assert chi_squared(np.array([[50.0, 60.0], [70.0, 60.0]]), np.array([100.0, 100.0])) is None  # several labels each


def described(found: Segmentation, flags: tuple[Flag, ...] = ()) -> Profile:
    rng = np.random.default_rng(3)
    spend = np.where(np.arange(200) % 2, 10.0, 50.0) + rng.normal(0, 1, 200)
    data = dataset(spend=spend, age=rng.normal(40, 9, 200), copy=spend * 1.1, club=["yes", "no"] * 100)
    seen = inspection(data)
    marked = tuple(
        verdict if verdict.name != "copy" else type(verdict)(**{**_fields(verdict), "flags": flags})
        for verdict in seen.features
    )
    points = matrix([spend], [column("spend")])
    seen = Inspection(marked, ())
    return finish(profile(data, seen, points, found, "AB", {}, ProfileCache()))


def _fields(verdict: object) -> dict[str, object]:
    return {name: getattr(verdict, name) for name in type(verdict).__dataclass_fields__}  # type: ignore[attr-defined]


def test_only_columns_without_part_in_the_clustering_are_tested():
    """spend made the clusters; copy repeats it and says so; age and club were not asked."""
    labels = np.arange(200) % 2
    found = described(segmentation(labels), (Flag("near-duplicate", "it says the same as spend"),))
    tests = {(c.feature, c.level): c.test for c in found.columns}
    assert tests[("spend", None)] is None
    assert tests[("copy", None)] is None
    age, club = tests[("age", None)], tests[("club", "yes")]
    assert age is not None
    assert age.name == WELCH
    assert club is not None
    assert club.name == CHI_SQUARED
    assert club == tests[("club", "no")]
    assert club.p < 1e-10
    assert age.p >= 0.05  # Holm leaves the larger of two as it is


def test_a_first_answer_carries_no_test():
    labels = np.arange(200) % 2
    found = described(replace(segmentation(labels), exact=False))
    assert all(c.test is None for c in found.columns)

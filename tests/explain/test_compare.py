"""Two runs: the migration table by hand, money, who moved, agreement, when scores compare, and how movers differ."""

from __future__ import annotations

import time
from itertools import permutations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from segtui.cluster.prediction import NOBODY
from segtui.errors import AnalysisError
from segtui.explain.columns import Description
from segtui.explain.compare import (
    Labelling,
    compared,
    differences,
    flow,
    labelling,
    matches,
    remaining,
    why_not,
)
from segtui.explained import Comparison
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import ClusterSpec, FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec

from .build import dataset


def run(labels: str, letters: str = "", **known: str) -> Labelling:
    """A labelling as a text: one letter per customer, a dot for nobody."""
    letters = letters or "".join(sorted(set(labels) - {"."}))
    places = [NOBODY if one == "." else letters.index(one) for one in labels]
    names = tuple(f"name {letter}" for letter in letters)
    return Labelling(tuple(letters), names, np.array(places, dtype=np.uint8), **known)


BEFORE = "AAAAAA BBBB CCC A .".replace(" ", "")
AFTER = "AAAADD BBBB BBB . D".replace(" ", "")
"""A splits (four stay, two make the new D), C merges into B; one A is gone afterwards, one D was not there before."""


def test_a_split_a_merge_and_a_new_segment_by_hand() -> None:
    found = finish(compared(run(BEFORE), run(AFTER), None))
    assert (found.before, found.after) == (("A", "B", "C"), ("A", "B", "D"))
    assert found.after_names == ("name A", "name B", "name D")
    assert found.table == ((4, 0, 2), (0, 4, 0), (0, 3, 0))
    assert (found.only_before, found.only_after, found.customers) == (1, 1, 13)
    assert found.matched == ((0, 0), (1, 1))  # C and D have nobody in common, so they are no pair
    assert found.stayed == 8
    assert found.movers.tolist() == [4, 5, 10, 11, 12]
    assert found.revenue is None
    # Pairs of 13: 78. Together in both 6 + 1 + 6 + 3 = 16; in rows 15 + 6 + 3 = 24, in columns 6 + 21 + 1 = 28.
    # Expected 24 * 28 / 78 = 8.615, at most (24 + 28) / 2 = 26.
    assert found.ari == pytest.approx((16 - 24 * 28 / 78) / (26 - 24 * 28 / 78))


def test_money_flows_with_the_customers_and_no_figure_counts_for_nothing() -> None:
    money = np.array([1, 2, 3, 4, 50, np.nan, 10, 10, 10, 10, 7, 8, 9, 1000, 2000], dtype=np.float64)
    found = finish(compared(run(BEFORE), run(AFTER), money))
    # A to A 1 + 2 + 3 + 4, A to D 50, B to B 4 * 10, C to B 7 + 8 + 9; the two who are in one run alone are nowhere.
    assert found.revenue == ((10.0, 0.0, 50.0), (0.0, 40.0, 0.0), (0.0, 24.0, 0.0))


def test_runs_without_a_common_customer_are_refused() -> None:
    with pytest.raises(AnalysisError, match="no customer is in both"):
        finish(compared(run("AB.."), run("..AB"), None))


def test_the_best_pairs_together_are_not_the_best_pairs_one_by_one() -> None:
    # Taking the largest first (5) leaves nothing for the second segment; the other two pairs keep 4 + 4.
    assert matches(np.array([[5, 4], [4, 0]]), ("A", "B"), ("A", "B")) == ((0, 1), (1, 0))


def test_of_equal_assignments_the_one_that_keeps_letters() -> None:
    assert matches(np.array([[3, 3]]), ("B",), ("A", "B")) == ((0, 1),)
    assert matches(np.array([[3, 3], [3, 3]]), ("A", "B"), ("B", "A")) == ((0, 1), (1, 0))
    # one customer is worth more than any number of letters
    assert matches(np.array([[3, 4], [3, 3]]), ("A", "B"), ("A", "B")) == ((0, 1), (1, 0))


def test_flows_and_those_who_remained() -> None:
    before, after = run("AAAAAA", "AB"), run("AABBC.", "ABC")
    assert flow(before, after, 0, 1).tolist() == [2, 3]
    assert remaining(before, after, ((0, 0),), 0, 1).tolist() == [0, 1]
    assert remaining(before, after, (), 0, 1).tolist() == [0, 1, 4]  # A has no match: all others of it
    assert remaining(before, after, ((0, 1),), 0, 1).tolist() == [0, 1, 4]  # and so where the flow is those who stayed


def test_scores_compare_in_one_space_alone() -> None:
    one = run("AB", space="s", people="p")
    assert why_not(one, run("AB", space="s", people="p")) == ""
    assert why_not(one, run("AB", space="t", people="p")) == "other features or scale"
    assert why_not(one, run("AB", space="t", people="q")) == "other customers take part"
    assert why_not(one, run("AB")) == "a file does not say its features and scale"
    found = finish(compared(one, run("AB", space="t", people="p"), None))
    assert (found.comparable, found.why) == (False, "other features or scale")
    assert finish(compared(one, one, None)).comparable


pairs = st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 4)), min_size=1, max_size=60)


@given(pairs)
def test_the_comparison_is_what_counting_says(given_pairs: list[tuple[int, int]]) -> None:
    both = [(i, j) for i, j in given_pairs if i >= 0 and j >= 0]
    sides = [
        np.array([NOBODY if p < 0 else p for p in side], dtype=np.uint8) for side in zip(*given_pairs, strict=True)
    ]
    before = Labelling(tuple("ABCD"), tuple("ABCD"), sides[0])
    after = Labelling(tuple("ABCDE"), tuple("ABCDE"), sides[1])
    if not both:
        with pytest.raises(AnalysisError):
            finish(compared(before, after, None))
        return
    found = finish(compared(before, after, None))
    assert found.table == tuple(tuple(both.count((i, j)) for j in range(5)) for i in range(4))
    assert found.customers == len(both)
    assert found.only_before + found.only_after + len(both) == len(given_pairs) - given_pairs.count((-1, -1))
    assert found.ari == pytest.approx(adjusted_rand_score(*zip(*both, strict=True)), abs=1e-12)
    assert found.stayed == max(sum(found.table[i][j] for i, j in enumerate(one)) for one in permutations(range(5), 4))
    same = set(found.matched)
    moved = [at for at, (i, j) in enumerate(given_pairs) if i >= 0 and j >= 0 and (i, j) not in same]
    assert found.movers.tolist() == moved


# -- how movers differ -----------------------------------------------------------------------------------------


def test_differences_by_hand() -> None:
    data = dataset(
        spend=[1.0, 3.0, 4.0, 8.0, 999.0],
        visits=[5, 5, 5, None, 7],
        land=["de", "de", "de", "fr", "it"],
    )
    columns = [
        Description("visits", (), used=True),
        Description("land", ("de", "fr"), used=True),
        Description("spend", (), used=False),
    ]
    found = finish(differences(data, np.array([1, 0]), np.array([2, 3]), columns))
    assert [(one.feature, one.level) for one in found] == [
        ("spend", None),
        ("land", "de"),
        ("land", "fr"),
        ("visits", None),
    ]
    spend, de, fr, visits = found
    # Means 2 and 6, variances 2 and 8: (2 - 6) / sqrt((2 + 8) / 2).
    assert (spend.mean, spend.other, spend.difference) == (2.0, 6.0, pytest.approx(-4 / 5**0.5))
    # Shares 1 and 1/2, variances 0 and 1/2: 0.5 / sqrt(0.25) = 1.
    assert (de.mean, de.other, de.difference, de.is_share) == (1.0, 0.5, pytest.approx(1.0), True)
    assert fr.difference == pytest.approx(-1.0)
    assert (visits.mean, visits.other) == (5.0, 5.0)  # one has no value, the others all have five
    assert not visits.difference


def test_a_group_without_values_has_no_difference_and_no_group_has_none() -> None:
    data = dataset(spend=[None, None, 4.0, 8.0])
    columns = [Description("spend", (), used=True)]
    assert finish(differences(data, np.array([0, 1]), np.array([2, 3]), columns))[0].difference is None
    assert finish(differences(data, np.array([], dtype=np.int64), np.array([2, 3]), columns)) == ()


# -- of answers, and at size -----------------------------------------------------------------------------------


def test_two_answers_on_one_table(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    path = tmp_path / "shop.csv"
    spend = random.lognormal(3.0, 1.0, 300).round(2)
    visits = [None if i % 50 == 0 else int(v) for i, v in enumerate(random.poisson(4, 300))]
    pl.DataFrame({"id": [f"{i:04d}" for i in range(300)], "spend": spend, "visits": visits}).write_csv(path)
    aside = PrepareSpec((FeatureSpec("spend"), FeatureSpec("visits", missing="aside")))
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(path)),)), prepare=aside, cluster=ClusterSpec(k=3))
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    sides = []
    for one in (recipe, recipe.with_k(4), recipe.with_features((FeatureSpec("spend"),))):
        answer = finish(pipeline.exact(one, lambda step: None))
        at = finish(pipeline.ground(one)).at
        side = labelling(answer, at, pipeline.dataset.customers)
        sides.append(side)
        segments = answer.profile.segments
        assert side.letters == tuple(segment.letter for segment in segments)
        counts = np.bincount(side.labels, minlength=256)
        assert counts[: len(segments)].tolist() == [segment.size for segment in segments]
        assert counts[NOBODY] == pipeline.dataset.customers - sum(segment.size for segment in segments)
    more = finish(compared(sides[0], sides[1], None))
    assert more.comparable
    assert more.customers == 294
    assert more.stayed + len(more.movers) == 294
    other = finish(compared(sides[0], sides[2], None))
    assert (other.comparable, other.only_after) == (False, 6)


def test_a_million_customers_are_compared_while_a_key_is_pressed() -> None:
    random = np.random.default_rng(1)
    before = random.integers(0, 8, 1_000_000).astype(np.uint8)
    after = np.where(random.random(1_000_000) < 0.7, before, 7 - before).astype(np.uint8)
    one, other = (Labelling(tuple("ABCDEFGH"), ("",) * 8, labels) for labels in (before, after))
    money = random.lognormal(3, 1, 1_000_000)

    def seconds() -> tuple[float, Comparison]:
        start = time.perf_counter()
        found = finish(compared(one, other, money))
        return time.perf_counter() - start, found

    taken, found = min((seconds() for _ in range(3)), key=lambda pair: pair[0])
    assert sum(map(sum, found.revenue)) == pytest.approx(float(money.sum()))
    assert len(found.movers) == int((before != after).sum())
    assert taken < 0.25  # some 15 ms alone; the rest is for a busy machine

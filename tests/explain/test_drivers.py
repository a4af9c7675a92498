"""The verdict on features: the words, the near-duplicates, and what is not advised."""

from __future__ import annotations

import numpy as np
import pytest

from segtui.explain.drivers import drivers, near_duplicates, verdict
from segtui.explained import DRIVES, DUPLICATE, NEITHER, QUIET, UNSUPPORTED, Drivers
from segtui.progress import finish
from segtui.results import FeatureMatrix, MatrixColumn
from tests.bench.calibrate_drivers import fitted, matrix, z
from tests.explain.build import column


def told(values: np.ndarray, names: tuple[str, ...], k: int = 3) -> Drivers:
    """The verdicts on z-scores with equal votes, by their k clusters."""
    scaled = z(values)
    made = matrix(scaled, names)
    return finish(drivers(made, fitted(scaled, made, k, 0), 0))


def together(customers: int = 2_000, seed: int = 0) -> np.ndarray:
    """Three features that tell the same three groups apart."""
    rng = np.random.default_rng(seed)
    group = rng.permutation(customers) % 3
    return np.array([4.0 * group, 4.0 * ((group + 1) % 3), 5.0 * (group == 2)]) + rng.normal(size=(3, customers))


@pytest.mark.parametrize(
    ("influential", "relevant", "word"),
    [(True, True, DRIVES), (True, False, UNSUPPORTED), (False, True, QUIET), (False, False, NEITHER)],
)
def test_the_four_words(influential: bool, relevant: bool, word: str):
    assert verdict(influential, relevant) == word


def test_noise_that_splits_segments_is_named():
    """Two groups and k = 4: a uniform column is what k-means cuts next, and nothing else knows of it."""
    rng = np.random.default_rng(0)
    group = rng.permutation(2_000) % 2
    real = 6.0 * group + rng.normal(size=(3, 2_000))
    found = told(np.vstack([real, rng.uniform(size=2_000)]), ("a", "b", "c", "noise"), 4)
    noise = found.of("noise")
    assert noise is not None
    assert noise.verdict == UNSUPPORTED
    assert noise.influence > 0.2
    assert abs(noise.hinov or 0.0) < 0.02
    assert "try without it" in noise.suggestion
    assert [d.suggestion for d in found.drivers[:3]] == [""] * 3


def test_what_agrees_with_others_gets_no_advice():
    """Two of them tell all three groups apart, so that the third moves few; it is relevant all the same."""
    found = told(together(), ("a", "b", "c"))
    assert [driver.verdict for driver in found.drivers] == [DRIVES, DRIVES, QUIET]
    assert [driver.suggestion for driver in found.drivers] == [""] * 3
    assert found.notes == ()
    assert found.of("d") is None


def test_a_near_duplicate_stands_back():
    values = together()
    copy = values[1] + 0.05 * np.random.default_rng(1).normal(size=values.shape[1])
    found = told(np.vstack([values, copy]), ("a", "b", "c", "copy"))
    twin = found.of("copy")
    assert twin is not None
    assert (twin.verdict, twin.duplicate_of, twin.hinov, twin.sparse) == (DUPLICATE, "b", None, None)
    assert "“b”" in twin.suggestion
    assert twin.influence > 0.0  # it does move segments
    without = told(values, ("a", "b", "c"))
    assert [d.hinov for d in found.drivers[:3]] == pytest.approx([d.hinov for d in without.drivers], abs=0.02)


def test_duplicates_by_rank_and_by_vote():
    """A rank correlation of 1 or -1 whatever the shape; of two the louder stands, of equals the first."""
    x = np.random.default_rng(0).normal(size=1_000)
    half = x + np.random.default_rng(1).normal(size=1_000)  # correlates by .7
    columns = tuple(column(name) for name in ("x", "cube", "down", "half"))
    values = np.array([x, x**3, -x, half], dtype=np.float32)

    def found(**votes: float) -> dict[str, str]:
        return finish(near_duplicates(FeatureMatrix(values, columns, (), votes, (), "m")))

    assert found(x=0.25, cube=0.25, down=0.25, half=0.25) == {"cube": "x", "down": "x"}
    assert found(x=0.2, cube=0.2, down=0.4, half=0.2) == {"x": "down", "cube": "down"}


def test_levels_are_nobodys_duplicates():
    same = np.tile([0.0, 1.0], 100)
    columns: tuple[MatrixColumn, ...] = (column("a", level="yes"), column("b", level="yes"))
    made = FeatureMatrix(np.array([same, same], dtype=np.float32), columns, (), {}, (), "m")
    assert finish(near_duplicates(made)) == {}


def test_of_two_features_nothing_is_advised():
    rng = np.random.default_rng(0)
    found = told(rng.normal(size=(2, 1_000)), ("a", "b"))
    assert [driver.suggestion for driver in found.drivers] == ["", ""]
    assert any("fewer than three features" in note for note in found.notes)


def test_where_nothing_agrees_nothing_is_advised():
    """Taking out one noise column after the other would leave none."""
    rng = np.random.default_rng(0)
    found = told(rng.uniform(size=(4, 2_000)), ("a", "b", "c", "d"), 4)
    assert {driver.verdict for driver in found.drivers} <= {UNSUPPORTED, NEITHER}
    assert [driver.suggestion for driver in found.drivers] == [""] * 4
    assert any("no feature agrees with another" in note for note in found.notes)


def test_what_was_sampled_is_said():
    whole, large = told(together(2_000), ("a", "b", "c")), told(together(20_100), ("a", "b", "c"))
    assert (whole.rows, whole.relevance_rows, whole.customers) == (2_000, 2_000, 2_000)
    assert (large.rows, large.relevance_rows, large.customers) == (20_000, 10_000, 20_100)
    assert large.notes == ("influence on 20,000 customers drawn from all 20,100, relevance on 10,000",)

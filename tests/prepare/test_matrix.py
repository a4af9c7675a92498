"""The matrix: which features, how they are scaled and weighed, votes, notes, and the float64 twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui.errors import AnalysisError, RecipeError
from segtui.prepare.matrix import ColumnCache, build, exact_values
from segtui.prepare.resolve import resolve
from segtui.prepare.units import original_column
from segtui.progress import finish
from segtui.recipe import MISSING_POLICIES, SCALES, TRANSFORMS, FeatureSpec, PrepareSpec
from segtui.results import Dataset, FeatureMatrix, Inspection
from tests.prepare.making import inspected

N = 500


def shop(seed: int = 0) -> tuple[Dataset, Inspection]:
    random = np.random.default_rng(seed)
    spend = random.lognormal(3, 1.2, N)
    spend[7] = np.nan
    spend[8] = np.inf
    balance = random.normal(0, 3, N)
    return inspected(
        {
            "id": [f"k{i}" for i in range(N)],
            "spend": [None if np.isnan(v) else v for v in spend],
            "balance": balance,
            "visits": random.integers(0, 40, N),
            "plan": random.choice(["basic", "plus", "pro"], N, p=[0.6, 0.3, 0.1]),
            "active": random.random(N) < 0.4,
            "nothing": [1] * N,
        },
        "id",
    )


def made(prepare: PrepareSpec = PrepareSpec(), cache: ColumnCache | None = None) -> tuple[Dataset, FeatureMatrix]:  # noqa: B008
    data, inspection = shop()
    return data, finish(build(data, inspection, prepare, cache or ColumnCache()))


def only(*features: FeatureSpec, scale: str = "auto") -> PrepareSpec:
    return PrepareSpec(features, scale)


def test_proposal() -> None:
    _, inspection = shop()
    assert [(f.name, f.on, f.transform) for f in resolve(PrepareSpec(), inspection)] == [
        ("spend", True, "log1p"),
        ("balance", True, "z"),
        ("visits", True, "z"),
        ("plan", True, "none"),
        ("active", True, "none"),
    ]


@pytest.mark.parametrize(
    ("scale", "transforms"),
    [
        ("z", ["z", "z"]),
        ("robust", ["robust", "robust"]),
        ("log", ["log1p", "yeo_johnson"]),
        ("quantile", ["quantile_normal", "quantile_normal"]),
        ("none", ["none", "none"]),
    ],
)
def test_scales(scale: str, transforms: list[str]) -> None:
    _, inspection = shop()
    found = resolve(PrepareSpec(scale=scale), inspection)
    assert [f.transform for f in found if f.name in ("spend", "balance")] == transforms
    mixed = resolve(only(FeatureSpec("spend", transform="robust"), FeatureSpec("balance"), scale=scale), inspection)
    assert [f.transform for f in mixed if f.on] == ["robust", transforms[1]]
    assert [f.name for f in mixed] == ["spend", "balance", "visits", "plan", "active"]


def test_shape_votes_and_notes() -> None:
    _data, matrix = made()
    assert [c.name for c in matrix.columns] == [
        "spend", "balance", "visits", "plan=basic", "plan=plus", "plan=pro", "active=no", "active=yes",
    ]  # fmt: skip
    assert matrix.values.dtype == np.float32
    assert matrix.values.shape == (8, N)
    assert matrix.values.flags.c_contiguous
    assert matrix.votes == pytest.approx(
        {"spend": 0.25, "balance": 0.25, "visits": 0.25, "plan": 0.125, "active": 0.125}
    )
    assert any("spend: 1 missing and 1 infinite (0.4%) set to the median" in note for note in matrix.notes)
    assert any("extreme values are held" in note for note in matrix.notes)


def test_votes_are_what_the_values_say() -> None:
    _, matrix = made(only(FeatureSpec("spend", weight=2.0), FeatureSpec("plan"), FeatureSpec("visits", weight=0.5)))
    variances = matrix.values.astype(np.float64).var(axis=1)
    total = variances.sum()
    by_feature = {
        f.name: sum(v for c, v in zip(matrix.columns, variances, strict=True) if c.feature == f.name)
        for f in matrix.features
    }
    assert matrix.votes == pytest.approx({name: value / total for name, value in by_feature.items()}, rel=1e-4)
    assert by_feature["spend"] == pytest.approx(4, rel=1e-4)
    assert by_feature["plan"] == pytest.approx(0.5, rel=1e-4)
    assert by_feature["visits"] == pytest.approx(0.25, rel=1e-4)


def test_only_auto_winsorises() -> None:
    for scale in SCALES:
        _, matrix = made(PrepareSpec(scale=scale))
        clipped = any(c.transform is not None and c.transform.low is not None for c in matrix.columns)
        assert clipped is (scale == "auto")


def test_exact_values_say_the_same() -> None:
    positions = np.array([0, 7, 8, 100, 499], dtype=np.int64)
    for scale in SCALES:
        data, matrix = made(PrepareSpec(scale=scale))
        exact = exact_values(data, matrix, positions)
        assert exact.dtype == np.float64
        assert np.allclose(exact, matrix.values[:, positions], rtol=1e-6, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    transform=st.sampled_from(TRANSFORMS),
    weight=st.floats(0.1, 5),
    seed=st.integers(0, 99),
    scale=st.sampled_from(SCALES),
    missing=st.sampled_from([policy for policy in MISSING_POLICIES if policy != "aside"]),
)
def test_exact_values_say_the_same_for_all(transform: str, weight: float, seed: int, scale: str, missing: str) -> None:
    data, inspection = shop(seed)
    spec = only(
        FeatureSpec("spend", True, transform, weight, missing=missing),
        FeatureSpec("plan", weight=weight, missing=missing),
        FeatureSpec("visits", treat="nominal"),
        scale=scale,
    )
    matrix = finish(build(data, inspection, spec, ColumnCache()))
    exact = exact_values(data, matrix, np.arange(N, dtype=np.int64))
    assert np.isfinite(exact).all()
    assert np.allclose(exact, matrix.values, rtol=1e-6, atol=1e-6)


def test_a_number_taken_for_levels_puts_whoever_has_none_at_one_level_only() -> None:
    visits = [1] * 110 + [2] * 70 + [7] + [None] * 20  # 7 is rarer than 1 %, so it is one of the others
    data, inspection = inspected({"id": [f"k{i}" for i in range(201)], "visits": visits}, "id")
    matrix = finish(build(data, inspection, only(FeatureSpec("visits", treat="nominal")), ColumnCache()))
    assert [column.level for column in matrix.columns] == ["1", "2", "(missing)", "(other)"]
    at = matrix.values > 0
    assert at.sum(axis=1).tolist() == [110, 70, 20, 1]
    assert (at.sum(axis=0) == 1).all()


def test_cache_and_buffers_change_nothing() -> None:
    data, inspection = shop()
    cache = ColumnCache()
    kept = [finish(build(data, inspection, PrepareSpec(), cache))]
    first = kept[0].values.copy()
    for on in (False, True, False, True):
        spec = tuple(FeatureSpec(f.name, on=f.name != "visits" or on) for f in resolve(PrepareSpec(), inspection))
        kept.append(finish(build(data, inspection, PrepareSpec(spec), cache)))
    assert all(np.array_equal(m.values, first) for m in (kept[0], kept[2], kept[4]))
    assert kept[2].fingerprint == kept[4].fingerprint != kept[3].fingerprint
    assert cache.bytes > 0


def test_buffers_are_used_again_only_when_free(monkeypatch: pytest.MonkeyPatch) -> None:
    from segtui.prepare import matrix as module

    monkeypatch.setattr(module, "_SMALL", 1)
    buffers = module._Buffers()
    a = buffers.take(3, 100)
    b = buffers.take(3, 100)
    assert not np.shares_memory(a, b)
    place = a.ctypes.data
    row = a[1]
    del a
    c = buffers.take(3, 100)
    assert c.ctypes.data != place  # a view of it is still held
    del row, c
    assert buffers.take(3, 100).ctypes.data != b.ctypes.data


def test_cache_is_bounded() -> None:
    data, inspection = shop()
    cache = ColumnCache(limit=3000)
    finish(build(data, inspection, PrepareSpec(), cache))
    assert cache.bytes <= 3000


def test_no_usable_feature() -> None:
    with pytest.raises(AnalysisError, match="no feature is switched on"):
        made(PrepareSpec(()))
    with pytest.raises(AnalysisError, match="all weights are 0"):
        made(only(FeatureSpec("spend", weight=0.0)))
    data, inspection = inspected({"id": ["a", "b"], "x": [1, 1], "y": [None, None]}, "id")
    with pytest.raises(AnalysisError, match="no feature"):
        finish(build(data, inspection, PrepareSpec(), ColumnCache()))


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (only(FeatureSpec("Spned")), "Did you mean “spend”"),
        (only(FeatureSpec("zzz")), "It has “id”"),
        (only(FeatureSpec("nothing")), "every value is the same"),
        (only(FeatureSpec("id")), "identifies the customer"),
        (only(FeatureSpec("spend", transform="cube")), "no transform"),
        (only(FeatureSpec("spend", weight=float("nan"))), "weight"),
        (only(FeatureSpec("spend"), FeatureSpec("spend")), "twice"),
        (only(FeatureSpec("spend"), scale="cube"), "no scale"),
    ],
)
def test_recipes_that_do_not_fit(spec: PrepareSpec, says: str) -> None:
    with pytest.raises(RecipeError, match=says):
        made(spec)


def test_fallbacks_are_noted() -> None:
    _, matrix = made(only(FeatureSpec("balance", transform="log1p")))
    assert any("yeo_johnson instead of log1p" in note for note in matrix.notes)


def test_original_units() -> None:
    data, matrix = made()
    spend = original_column(data, matrix.columns[0])
    assert np.isnan(spend[[7, 8]]).all()
    assert np.array_equal(original_column(data, "visits"), data.frame["visits"].to_numpy().astype(float))
    shares = [original_column(data, c).mean() for c in matrix.columns if c.feature == "plan"]
    assert sum(shares) == pytest.approx(1)
    assert np.array_equal(original_column(data, "plan=pro"), original_column(data, matrix.columns[5]))
    with pytest.raises(RecipeError):
        original_column(data, "plan")
    with pytest.raises(RecipeError):
        original_column(data, "nowhere")


@pytest.mark.parametrize("scale", ["auto", "z", "none"])
@pytest.mark.parametrize(("largest", "weight"), [(1.7e308, 1.0), (3.0, 1e300), (3.0, 1e25)])
@pytest.mark.filterwarnings("error")
def test_numbers_too_large_to_compare_are_refused_by_name(scale: str, largest: float, weight: float) -> None:
    huge = [largest if i % 2 else -largest for i in range(40)]
    data, seen = inspected({"fine": [float(i) for i in range(40)], "huge": huge})
    prepare = PrepareSpec((FeatureSpec("fine"), FeatureSpec("huge", weight=weight)), scale)
    with pytest.raises(AnalysisError, match="huge: its numbers, or its weight, are too large"):
        finish(build(data, seen, prepare, ColumnCache()))

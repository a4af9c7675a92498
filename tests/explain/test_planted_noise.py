"""Two planted random columns beside the RFM of Online Retail: influential perhaps, relevant never (METHODS C3)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui.cluster.kmeans import converge
from segtui.explain.drivers import drivers
from segtui.progress import finish
from segtui.recipe import ClusterSpec
from segtui.results import FeatureMatrix, MatrixColumn, Transform
from tests.cluster.build import exact, silent

Z = Transform("z", 0.0, 1.0, 0.0)


@pytest.fixture(scope="module")
def rfm(shared_data: Path) -> np.ndarray:
    """Recency, frequency and monetary (3, 4338), log1p and z."""
    lines = pl.read_parquet(shared_data / "online_retail_2010_2011.parquet").filter(
        pl.col("CustomerID").is_not_null(),
        ~pl.col("InvoiceNo").cast(pl.String).str.starts_with("C"),
        pl.col("Quantity") > 0,
        pl.col("UnitPrice") > 0,
    )
    last = lines["InvoiceDate"].max()
    customers = lines.group_by("CustomerID").agg(
        recency=(last - pl.col("InvoiceDate").max()).dt.total_days() + 1,
        frequency=pl.col("InvoiceNo").n_unique(),
        monetary=(pl.col("Quantity") * pl.col("UnitPrice")).sum(),
    )
    shuffled = customers.sort("CustomerID").sample(fraction=1.0, shuffle=True, seed=1).drop("CustomerID")
    logged = np.log1p(shuffled.to_numpy().astype(np.float64).T)
    return (logged - logged.mean(axis=1, keepdims=True)) / logged.std(axis=1, keepdims=True)


def with_noise(rfm: np.ndarray, seed: int) -> FeatureMatrix:
    noise = np.random.default_rng(seed).normal(size=(2, rfm.shape[1]))
    values = np.ascontiguousarray(np.vstack([rfm, noise]), dtype=np.float32)
    names = ("recency", "frequency", "monetary", "noise 1", "noise 2")
    return FeatureMatrix(values, tuple(MatrixColumn(n, None, Z, 1.0) for n in names), (), {}, (), f"noise {seed}")


@pytest.mark.parametrize("seed", range(5))
def test_noise_ranks_last_on_relevance_and_is_not_said_to_drive(rfm: np.ndarray, seed: int) -> None:
    matrix = with_noise(rfm, seed)
    fit = finish(converge(matrix, ClusterSpec(4, seed=seed), exact(matrix.values.astype(np.float64)), silent))
    found = finish(drivers(matrix, fit, seed)).drivers
    by_name = {driver.feature: driver for driver in found}
    real, noise = ("recency", "frequency", "monetary"), ("noise 1", "noise 2")
    for measure in ("hinov", "sparse"):
        values = {name: getattr(by_name[name], measure) for name in by_name}
        assert max(values[name] for name in noise) < min(values[name] for name in real)
    assert all(by_name[name].verdict in ("influential but not relevant", "neither") for name in noise)
    assert max(by_name[name].influence for name in noise) > 0.1  # it does move the segments


def test_a_copy_is_flagged_and_stands_back(rfm: np.ndarray) -> None:
    copied = np.vstack([rfm, rfm[2:] + np.random.default_rng(0).normal(0, 0.05, (1, rfm.shape[1]))])
    names = ("recency", "frequency", "monetary", "copy")
    columns = tuple(MatrixColumn(name, None, Z, 1.0) for name in names)
    matrix = FeatureMatrix(np.ascontiguousarray(copied, dtype=np.float32), columns, (), {}, (), "copied")
    fit = finish(converge(matrix, ClusterSpec(4), exact(copied), silent))
    by_name = {driver.feature: driver for driver in finish(drivers(matrix, fit, 0)).drivers}
    twins = {by_name["monetary"].duplicate_of, by_name["copy"].duplicate_of}
    assert twins in ({"", "monetary"}, {"", "copy"})
    flagged = "copy" if by_name["copy"].duplicate_of else "monetary"
    assert by_name[flagged].hinov is None
    assert by_name[flagged].suggestion

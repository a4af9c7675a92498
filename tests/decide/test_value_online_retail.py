"""Value on Online Retail: a window that the models meet, and the weeks before Christmas, which they refuse.

Nobody seems to leave this shop within a year (the mean chance after an order is estimated as nothing), so who has left
is not said in either.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui.decide.value import lifetime_value
from segtui.decide.value_history import history_of, holdout_of
from segtui.decided.value import LifetimeValue, Verdict
from segtui.progress import finish

CUSTOMERS = 4_338


@pytest.fixture(scope="module")
def lines(shared_data: Path) -> pl.DataFrame:
    kept = pl.read_parquet(shared_data / "online_retail_2010_2011.parquet").filter(
        pl.col("CustomerID").is_not_null(),
        ~pl.col("InvoiceNo").cast(pl.String).str.starts_with("C"),
        pl.col("Quantity") > 0,
        pl.col("UnitPrice") > 0,
    )
    return kept.select(
        owner=pl.col("CustomerID").rank("dense").cast(pl.Int64) - 1,
        order=pl.col("InvoiceNo"),
        day=pl.col("InvoiceDate").dt.date(),
        amount=pl.col("Quantity") * pl.col("UnitPrice"),
    )


def valued(lines: pl.DataFrame, cut: date, end: date) -> LifetimeValue:
    """Thirds by the last order: A came last, C has been away for longest."""
    history = finish(history_of(lines, CUSTOMERS, cut))
    away = history.T - history.t_x
    labels = np.full(CUSTOMERS, 255, dtype=np.uint8)
    labels[history.who] = np.searchsorted(np.quantile(away, [1 / 3, 2 / 3]), away)
    holdout = finish(holdout_of(lines, CUSTOMERS, cut, end))
    return finish(lifetime_value(history, labels, ("A", "B", "C"), 26.0, holdout))


def test_summer_is_met(lines: pl.DataFrame) -> None:
    """1 June to 31 August: 2,873 orders by 2,718 customers, 1.03 of them expected; every third within the band."""
    found = valued(lines, date(2011, 6, 1), date(2011, 9, 1))
    assert found.refused == ""
    assert "nobody ever left" in found.no_alive
    calibration = found.calibration
    assert calibration is not None
    assert (calibration.orders.customers, calibration.orders.observed) == (2_718, 2_873)
    assert calibration.orders.ratio == pytest.approx(1.034, abs=0.005)
    assert [one.verdict for one in calibration.orders_by_segment] == [Verdict.HOLDS] * 3
    assert calibration.spend is not None
    assert calibration.spend.ratio == pytest.approx(0.892, abs=0.005)
    assert all(one.trusted for one in found.segments)


def test_the_weeks_before_christmas_are_refused(lines: pl.DataFrame) -> None:
    """1 September to the end: 4,806 orders by 3,317 customers where three quarters were expected."""
    found = valued(lines, date(2011, 9, 1), date(2011, 12, 10))
    calibration = found.calibration
    assert calibration is not None
    assert (calibration.orders.customers, calibration.orders.observed) == (3_317, 4_806)
    assert calibration.orders.ratio == pytest.approx(0.751, abs=0.005)
    assert "too little" in found.refused
    assert found.expected_orders is None

"""METHODS E4 on Online Retail: the specification curve to the digits given there, and the verdict.

E4 says "at least 3 price points" and 726 products of 3,659. That number, and every figure, comes out with three different
weekly median prices, weeks from Monday, product codes that begin with five digits (all else is postage, fees and
manual lines), and lines of all products where rows are lines. Its correlation of price and quantity within a
product-week, -.51, is -.52 here, on ranks in product-weeks of 5 lines and 2 prices; how it was pooled is not said.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui.decide.price_lines import price_lines
from segtui.decide.price_panel import cells_of
from segtui.decide.price_tiers import tier_correlation
from segtui.decide.prices import prices
from segtui.decided.prices import Prices
from segtui.progress import finish

# β, clustered SE, ordinary SE, as METHODS E4 prints them
FIGURES = [
    (-0.54, None, None), (-1.44, 0.043, 0.009), (-2.12, 0.071, 0.027),
    (-2.17, 0.072, 0.027), (-1.81, 0.060, 0.028), (-0.58, 0.027, 0.015),
]  # fmt: skip


@pytest.fixture(scope="module")
def lines(shared_data: Path) -> pl.DataFrame:
    table = pl.read_parquet(shared_data / "online_retail_2010_2011.parquet").filter(
        pl.col("CustomerID").is_not_null(),
        ~pl.col("InvoiceNo").cast(pl.String).str.starts_with("C"),
        pl.col("Quantity") > 0,
        pl.col("UnitPrice") > 0,
        pl.col("StockCode").str.contains(r"^\d{5}"),
    )
    return table.select(
        order=pl.col("InvoiceNo").cast(pl.String),
        item=pl.col("StockCode"),
        owner=pl.col("CustomerID").rank("dense").cast(pl.Int64) - 1,
        day=pl.col("InvoiceDate").dt.date(),
        quantity=pl.col("Quantity").cast(pl.Float64),
        unit_price=pl.col("UnitPrice"),
        amount=pl.col("UnitPrice") * pl.col("Quantity"),
        country=pl.col("Country"),
    )


@pytest.fixture(scope="module")
def found(lines: pl.DataFrame) -> Prices:
    customers = int(lines["owner"].max()) + 1  # type: ignore[arg-type]
    return finish(prices(lines, (np.arange(customers) % 3).astype(np.uint8), ("A", "B", "C"), 0))


def test_the_specification_curve(found: Prices) -> None:
    assert (found.items, found.lines, found.left_out) == (3659, 396_337, ())
    estimates = found.everyone.reaction.estimates
    assert [one.rows for one in estimates] == [396_337] * 2 + [27_238] * 4
    assert [one.items for one in estimates] == [3659] * 2 + [726] * 4
    for one, (beta, se, ordinary) in zip(estimates, FIGURES, strict=True):
        assert one.beta == pytest.approx(beta, abs=0.0051)
        if se is not None:
            assert one.se == pytest.approx(se, abs=0.00051)
            assert one.ordinary_se == pytest.approx(ordinary, abs=0.00051)


def test_it_is_not_identified_and_says_why(found: Prices) -> None:
    reaction = found.everyone.reaction
    assert [gate.name for gate in reaction.failed] == ["tiers", "agreement"]
    assert "quantity (-1.81) and buyers (-0.58) disagree: a factor of 3.1" in reaction.words
    assert "6 specifications give slopes from -2.17 to -0.54" in reaction.words
    assert reaction.revenue == ()


def test_price_and_quantity_within_a_week(lines: pl.DataFrame) -> None:
    read = finish(price_lines(lines))
    found = tier_correlation(read, cells_of(read), np.arange(len(read.price)))
    assert found == pytest.approx(-0.51, abs=0.02)


def test_random_segments_paid_alike(found: Prices) -> None:
    """Segments by position are random: all pay about the reference, and each interval holds the shop's index."""
    shop = found.everyone.paid.index
    assert shop is not None
    for one in found.segments:
        assert one.paid.index is not None
        assert one.paid.index.low <= shop.value <= one.paid.index.high

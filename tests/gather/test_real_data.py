"""Public data: the published numbers of Online Retail in every format it may come in, and three other shops."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from segtui.errors import AnalysisError
from segtui.gather.describe import describe
from segtui.progress import finish
from segtui.recipe import GatherSpec, SourceSpec
from segtui.results import Dataset, Kind, SourceReport
from tests.gather.making import adds_up, opened, rolled, spec_of, steps, whole_table

# -- Online Retail -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def retail(shared_data: Path) -> pl.DataFrame:
    """The order lines, CustomerID as the whole number it is."""
    frame = pl.read_parquet(shared_data / "online_retail_2010_2011.parquet")
    return frame.with_columns(pl.col("CustomerID").cast(pl.Int64))


@pytest.fixture(scope="module")
def as_parquet(shared_data: Path) -> Dataset:
    return opened(shared_data / "online_retail_2010_2011.parquet")


def published(dataset: Dataset) -> None:
    """What is known of these data, whatever file they come in."""
    rollup = rolled(dataset)
    assert (rollup.lines, rollup.kept, rollup.later) == (541_909, 397_884, 0)
    assert round(rollup.revenue, 2) == 8_911_407.90
    assert dataset.customers == 4_338
    assert adds_up(rollup)
    assert (rollup.first_day, rollup.last_day, rollup.snapshot) == (
        date(2010, 12, 1),
        date(2011, 12, 9),
        date(2011, 12, 10),
    )
    counted = {id: step.rows for id, step in steps(dataset).items() if step.on}
    # 4,372 people are in the data, 34 of them with nothing but cancellations or gifts
    assert counted == {"customer_id": 135_080, "not_cancelled": 8_905, "quantity": 0, "price": 40, "has_orders": 34}
    assert whole_table(dataset).height == 4_372
    one = dataset.frame.filter(pl.col(str(dataset.id_column)).cast(pl.String) == "12347").row(0, named=True)
    assert (one["frequency"], round(one["monetary"], 2), one["last_order"]) == (7, 4_310.00, date(2011, 12, 7))


def the_same(dataset: Dataset, known: Dataset, names: dict[str, str] | None = None) -> None:
    """Every customer, every feature and the order they come in."""
    frame = dataset.frame.rename(names or {})
    assert frame.equals(known.frame)
    assert dataset.row.tolist() == known.row.tolist()
    assert rolled(dataset).steps == rolled(known).steps


def text_dates(frame: pl.DataFrame, form: str) -> pl.DataFrame:
    return frame.with_columns(pl.col("InvoiceDate").dt.strftime(form))


def test_parquet(as_parquet: Dataset) -> None:
    published(as_parquet)
    assert as_parquet.frame["CustomerID"].dtype == pl.Int64  # stored as a float in the file
    assert as_parquet.sources[0].kind is Kind.ORDERS
    assert as_parquet.sources[0].roles == {
        "customer_id": "CustomerID",
        "order_id": "InvoiceNo",
        "time": "InvoiceDate",
        "product": "StockCode",
        "product_name": "Description",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
        "country": "Country",
    }


def test_features_of_one_customer(retail: pl.DataFrame, as_parquet: Dataset) -> None:
    """12347 worked out from the lines by other means: Python over the rows."""
    lines = retail.filter(pl.col("CustomerID") == 12347).to_dicts()
    assert all(line["Quantity"] > 0 and line["UnitPrice"] > 0 for line in lines)
    days = sorted({line["InvoiceDate"].date() for line in lines})
    gaps = [(b - a).days for a, b in pairwise(days)]
    moments = {line["InvoiceDate"] for line in lines}
    snapshot = date(2011, 12, 10)
    one = as_parquet.frame.filter(pl.col("CustomerID") == 12347).row(0, named=True)
    assert one["recency"] == (snapshot - days[-1]).days == 3
    assert one["tenure"] == (snapshot - days[0]).days
    assert one["typical_gap"] == sorted(gaps)[len(gaps) // 2] * 0.5 + sorted(gaps)[(len(gaps) - 1) // 2] * 0.5
    assert one["units_per_order"] == pytest.approx(sum(line["Quantity"] for line in lines) / 7)
    assert one["lines_per_order"] == pytest.approx(len(lines) / 7)
    assert one["distinct_products"] == len({line["StockCode"] for line in lines})
    assert one["weekend_share"] == pytest.approx(sum(m.weekday() >= 5 for m in moments) / len(moments))
    assert one["evening_share"] == pytest.approx(sum(m.hour >= 18 for m in moments) / len(moments))
    recent = sum((snapshot - day).days <= 90 for day in days)
    earlier = sum(90 < (snapshot - day).days <= 180 for day in days)
    assert one["trend"] == pytest.approx((recent - earlier) / (recent + earlier))
    assert one["country"] == "Iceland"


def write_plain(frame: pl.DataFrame, path: Path) -> None:
    frame.write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")


def write_us(frame: pl.DataFrame, path: Path) -> None:
    text_dates(frame, "%-m/%-d/%Y %-H:%M").write_csv(path)


def write_german(frame: pl.DataFrame, path: Path) -> None:
    """As a spreadsheet in Germany saves it: semicolons, decimal commas, days first, Windows-1252."""
    priced = text_dates(frame, "%d.%m.%Y %H:%M").with_columns(
        pl.col("UnitPrice").cast(pl.String).str.replace(".", ",", literal=True),
        pl.col("Description") + " £",  # what is not ASCII in the file has been lost long ago
    )
    path.write_bytes(priced.write_csv(separator=";").encode("cp1252"))


def write_pounds(frame: pl.DataFrame, path: Path) -> None:
    """£1,234.50, with as many decimals as there are."""
    frame.with_columns(grouped(frame, ",", ".", "£")).write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")


def write_continental(frame: pl.DataFrame, path: Path) -> None:
    """1.234,50"""
    frame.with_columns(grouped(frame, ".", ",", "")).write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")


def grouped(frame: pl.DataFrame, thousands: str, point: str, sign: str) -> pl.Series:
    """Prices as people write them."""
    known = {price: by_hand(price, thousands, point, sign) for price in frame["UnitPrice"].unique()}
    return frame["UnitPrice"].replace_strict(known, return_dtype=pl.String)


def by_hand(price: float, thousands: str, point: str, sign: str) -> str:
    whole, _, rest = f"{abs(price):,.3f}".removesuffix("0").partition(".")
    return ("-" if price < 0 else "") + sign + whole.replace(",", thousands) + point + rest


@pytest.mark.parametrize("write", [write_plain, write_us, write_german, write_pounds, write_continental])
def test_text(retail: pl.DataFrame, as_parquet: Dataset, tmp_path: Path, write: Any) -> None:
    write(retail, tmp_path / "retail.csv")
    dataset = opened(tmp_path / "retail.csv")
    published(dataset)
    the_same(dataset, as_parquet)


def test_excel(retail: pl.DataFrame, tmp_path: Path) -> None:
    """A slice: writing all lines takes minutes."""
    some = retail.head(20_000)
    some.write_excel(tmp_path / "retail.xlsx")
    write_plain(some, tmp_path / "retail.csv")
    sheet, text = opened(tmp_path / "retail.xlsx"), opened(tmp_path / "retail.csv")
    assert rolled(sheet).lines == 20_000
    the_same(sheet, text)


def test_shuffled_rows(retail: pl.DataFrame, as_parquet: Dataset, tmp_path: Path) -> None:
    retail.sample(fraction=1.0, shuffle=True, seed=7).write_parquet(tmp_path / "retail.parquet")
    dataset = opened(tmp_path / "retail.parquet")
    published(dataset)
    the_same(dataset, as_parquet)


def test_dates_shifted_by_a_year(retail: pl.DataFrame, as_parquet: Dataset, tmp_path: Path) -> None:
    """364 days, so that weekdays stay what they are: nothing but the days themselves changes."""
    year = timedelta(days=364)
    retail.with_columns(pl.col("InvoiceDate") + year).write_parquet(tmp_path / "retail.parquet")
    dataset = opened(tmp_path / "retail.parquet")
    days = ["first_order", "last_order"]
    assert dataset.frame.drop(days).equals(as_parquet.frame.drop(days))
    assert dataset.frame.select(days).equals(as_parquet.frame.select(pl.col(name) + year for name in days))
    assert rolled(dataset).snapshot == date(2011, 12, 10) + year


GERMAN = {
    "InvoiceNo": "Rechnungsnummer", "StockCode": "Artikelnummer", "Description": "Bezeichnung", "Quantity": "Menge",
    "InvoiceDate": "Rechnungsdatum", "UnitPrice": "Einzelpreis", "CustomerID": "Kundennummer", "Country": "Land",
}  # fmt: skip
FRENCH = {
    "InvoiceNo": "N° de facture", "StockCode": "Référence article", "Description": "Désignation", "Quantity": "Quantité",
    "InvoiceDate": "Date de facture", "UnitPrice": "Prix unitaire", "CustomerID": "N° client", "Country": "Pays",
}  # fmt: skip


@pytest.mark.parametrize("names", [GERMAN, FRENCH], ids=["German", "French"])
def test_headers_in_other_languages(
    retail: pl.DataFrame, as_parquet: Dataset, tmp_path: Path, names: dict[str, str]
) -> None:
    retail.rename(names).write_parquet(tmp_path / "retail.parquet")
    dataset = opened(tmp_path / "retail.parquet")
    published(dataset)
    assert dataset.id_column == names["CustomerID"]
    assert dataset.sources[0].roles == {role: names[c] for role, c in as_parquet.sources[0].roles.items()}
    the_same(dataset, as_parquet, {names["CustomerID"]: "CustomerID"})


def test_split_in_two(retail: pl.DataFrame, as_parquet: Dataset, tmp_path: Path) -> None:
    half = retail.height // 2
    write_plain(retail.head(half), tmp_path / "2010.csv")
    write_plain(retail.tail(-half), tmp_path / "2011.csv")
    dataset = opened(tmp_path)
    published(dataset)
    the_same(dataset, as_parquet)
    assert [source.files for source in dataset.sources] == [2]


def test_a_holdout_is_what_the_lines_after_the_snapshot_say(
    retail: pl.DataFrame, tmp_path: Path, shared_data: Path
) -> None:
    """Customers made with a holdout are those made of a file that ends before it."""
    cut = datetime(2011, 9, 11)
    retail.filter(pl.col("InvoiceDate") < cut).write_parquet(tmp_path / "before.parquet")
    held = opened(shared_data / "online_retail_2010_2011.parquet", holdout=90)
    before = opened(tmp_path / "before.parquet", snapshot=cut.date())
    assert rolled(held).holdout == (cut.date(), date(2011, 12, 10))
    assert held.frame.equals(before.frame)
    outcome = rolled(held).outcome
    assert outcome is not None
    later = retail.filter(
        (pl.col("InvoiceDate") >= cut) & (pl.col("Quantity") > 0) & (pl.col("UnitPrice") > 0)
        & pl.col("CustomerID").is_in(held.frame["CustomerID"].to_list())
    )  # fmt: skip
    assert outcome["spend"].sum() == pytest.approx((later["Quantity"] * later["UnitPrice"]).sum())
    assert outcome["orders"].sum() == later.select("CustomerID", "InvoiceNo").n_unique()


# -- Complete Journey ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def journey(shared_data: Path) -> Dataset:
    return opened(shared_data / "complete_journey")


def test_complete_journey(journey: Dataset, shared_data: Path) -> None:
    kinds = {Path(source.path).name.split(".")[0]: source.kind for source in journey.sources}
    assert kinds == {
        "campaign_descriptions": Kind.LOOKUP,
        "campaigns": Kind.RECORDS,
        "coupon_redemptions": Kind.RECORDS,
        "demographics": Kind.CUSTOMERS,
        "products": Kind.PRODUCTS,
        "transactions": Kind.ORDERS,
    }
    rollup, table = rolled(journey), whole_table(journey)
    assert rollup.lines == 75_000
    assert adds_up(rollup)
    assert journey.id_column == "household_id"
    assert table.height == 2_377
    assert table["age"].drop_nulls().len() == 801
    everything = opened(shared_data / "complete_journey", steps=(("quantity", False), ("price", False)))
    assert (rolled(everything).kept, rolled(everything).orders) == (75_000, 47_243)
    assert round(rolled(everything).revenue, 2) == 233_935.24


def test_complete_journey_features(journey: Dataset, shared_data: Path) -> None:
    names = journey.frame.columns
    assert {"distinct_categories", "top_category_share", "discount_share"} <= set(names)
    notes = [note.name for note in rolled(journey).features]
    for table in ("campaigns", "coupon_redemptions"):
        assert any(table in name for name in names), table
        assert any(table in name for name in notes), table
    assert len(journey.joins) >= 4
    products = next(join for join in journey.joins if "products" in join.right)
    sold = pl.read_csv(shared_data / "complete_journey" / "transactions.csv.gz")["product_id"].unique()
    known = pl.read_csv(shared_data / "complete_journey" / "products.csv.gz")["product_id"].unique()
    unknown = sold.filter(~sold.is_in(known.implode())).cast(pl.String).sort()
    assert unknown.len() == 5
    assert (products.only_left, products.left_examples) == (5, tuple(unknown.head(3)))
    assert products.matched == sold.len() - 5
    assert not any("is not used" in warning for warning in journey.warnings)


# -- others --------------------------------------------------------------------------------------------------


def described(path: Path) -> SourceReport:
    (report,) = finish(describe(GatherSpec((SourceSpec(str(path)),))))
    return report


def test_amazon_order_history(shared_data: Path) -> None:
    report = described(shared_data / "amazon_order_history.csv")
    assert report.kind is Kind.ORDERS
    columns = {column.name: column for column in report.columns}
    assert columns["Item Total"].reading == "number"
    assert columns["Order Date"].reading == "date m/d/y"
    assert columns["ASIN/ISBN"].reading == "text"
    assert {report.roles[role] for role in ("order_id", "time", "product")} == {"Order ID", "Order Date", "ASIN/ISBN"}
    assert "customer_id" not in report.roles


def test_codes_with_leading_zeros_stay(shared_data: Path) -> None:
    path = shared_data / "amazon_order_history.csv"
    codes = pl.read_csv(path, infer_schema=False)["ASIN/ISBN"].drop_nulls()
    assert codes.str.contains("^0").any()
    report = described(path)
    distinct = next(column.distinct for column in report.columns if column.name == "ASIN/ISBN")
    assert distinct == codes.filter(codes != "").n_unique()


def test_one_customer_is_said(shared_data: Path) -> None:
    with pytest.raises(AnalysisError, match="one customer") as caught:
        opened(shared_data / "amazon_order_history.csv")
    assert "several customers" in caught.value.hint


def test_groceries(shared_data: Path) -> None:
    report = described(shared_data / "groceries.csv")
    assert report.kind is Kind.BASKETS
    assert any("9,835 baskets" in note and "169 items" in note for note in report.notes)
    with pytest.raises(AnalysisError, match="no customers"):
        opened(shared_data / "groceries.csv")
    assert spec_of(shared_data / "groceries.csv").sources

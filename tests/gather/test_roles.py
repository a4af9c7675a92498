"""Roles and kinds: from names in several languages, from values alone, as the analyst says, and on the public data."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from segtui.errors import RecipeError
from segtui.gather.names import ideas, plain, scores
from segtui.gather.roles import Findings, columns_of, find
from segtui.gather.table import Table, read_table
from segtui.gather.types import column_type
from segtui.progress import finish
from segtui.recipe import ROLES, ColumnSpec, SourceSpec, TableSpec
from segtui.results import Column, Kind
from tests.gather.making import opened


def table(frame: pl.DataFrame) -> Table:
    columns = tuple(
        Column(name, column_type(frame[name]), frame[name].null_count(), frame[name].drop_nulls().n_unique())
        for name in frame.columns
    )
    return Table(frame, columns, ())


def found(frame: pl.DataFrame, id_column: str | None = None, said: TableSpec | None = None) -> Findings:
    findings = find(table(frame), id_column, said)
    assert findings.reason
    assert {role.rstrip("_0123456789") for role in findings.roles} <= set(ROLES)
    assert set(findings.roles.values()) <= set(frame.columns)
    return findings


def read(path: Path) -> Findings:
    return find(finish(read_table((SourceSpec(str(path)),))), None)


LINES = (
    "customer_id",
    "order_id",
    "time",
    "product",
    "product_name",
    "category",
    "quantity",
    "unit_price",
    "amount",
    "country",
)


def lines(names: tuple[str, ...] = LINES, customers: int = 80, seed: int = 3) -> pl.DataFrame:
    """Order lines of an invented shop, about 600 rows, columns in the order of LINES under other names."""
    rng = random.Random(seed)
    words = ("mint", "ash", "oak", "fern", "moss", "reed", "sage", "rush", "iris", "lily")
    shelf = [
        (f"P{40 + i:03d}", f"{words[i % 10]} no {i} in a tin", ("herbs", "wood", "bloom")[i % 3], 2.45 + i * 1.31)
        for i in range(40)
    ]
    rows: list[tuple[object, ...]] = []
    for number in range(240):
        who = 7_000 + rng.randrange(customers)
        when = datetime(2024, 1, 1) + timedelta(minutes=rng.randrange(500_000))
        for code, name, kind, price in rng.sample(shelf, rng.randint(1, 4)):
            many = rng.choice((1, 1, 1, 2, 3, 5))
            country = ("Germany", "France", "Spain", "Italy")[who % 4]
            rows.append(
                (who, 536_000 + number, when, code, name, kind, many, round(price, 2), round(many * price, 2), country)
            )
    return pl.DataFrame(rows, schema=list(names), orient="row")


# -- names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        LINES,
        ("CustomerID", "InvoiceNo", "InvoiceDate", "StockCode", "Description", "Category", "Quantity", "UnitPrice", "Line Total", "Country"),
        ("household_id", "basket_id", "transaction_timestamp", "product_id", "product name", "department", "qty", "price", "sales_value", "country code"),
        ("client", "Order Number", "Purchase Date", "SKU", "Item Name", "Product Category", "Units", "Price Per Unit", "Amount", "Ship Country"),
        ("Kundennummer", "Bestellnummer", "Bestelldatum", "Artikelnummer", "Artikelbezeichnung", "Warengruppe", "Menge", "Einzelpreis", "Betrag", "Land"),
        ("KUNDEN_NR", "Rechnungs-Nr.", "Rechnungsdatum", "Artikel-Nr", "Bezeichnung", "Kategorie", "Anzahl", "Stückpreis", "Gesamtpreis", "Land"),
        ("numéro client", "n° commande", "date commande", "code article", "désignation", "catégorie", "quantité", "prix unitaire", "montant", "pays"),
        ("id_cliente", "número de pedido", "fecha del pedido", "código producto", "descripción", "categoría", "cantidad", "precio unitario", "importe", "país"),
        ("codice cliente", "numero ordine", "data ordine", "codice articolo", "descrizione", "categoria", "quantità", "prezzo unitario", "importo", "paese"),
        ("klantnummer", "bestelnummer", "besteldatum", "artikelnummer", "omschrijving", "categorie", "aantal", "stukprijs", "bedrag", "land"),
    ],
    ids=["roles", "retail", "grocery", "spaced", "german", "german-short", "french", "spanish", "italian", "dutch"],
)  # fmt: skip
def test_names_in_six_languages(names: tuple[str, ...]) -> None:
    result = found(lines(names))
    assert result.kind is Kind.ORDERS
    assert result.roles == dict(zip(LINES, names, strict=True))


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("amount", "amount"), ("Sales Value", "amount"), ("line_total", "amount"), ("Item Total", "amount"), ("Subtotal", "amount"),
        ("total_price", "amount"), ("Umsatz", "amount"), ("price", "unit_price"), ("Unit Price", "unit_price"),
        ("price per unit", "unit_price"), ("Purchase Price Per Unit", "unit_price"), ("Preis", "unit_price"),
        ("List Price Per Unit", None), ("Item Subtotal Tax", None), ("Shipping Amount", None),
        ("retail_disc", "discount"), ("Rabatt", "discount"), ("coupon_match_disc", "discount"), ("discount_code", None),
        ("Order Status", "status"), ("marital_status", None), ("Shipping Address State", None),
        ("user_session", "session"), ("event_type", "event"), ("device", "channel"), ("Kanal", "channel"),
        ("Seller", None), ("campaign_id", None), ("coupon_upc", None), ("customer_segment", None), ("notes", None),
        ("last_order_date", "time"), ("brand_name", "brand"), ("Marke", "brand"),
    ],
)  # fmt: skip
def test_what_a_name_says(name: str, role: str | None) -> None:
    best = max(scores(name).items(), key=lambda one: one[1], default=(None, 0.0))
    assert best[0] == role


def test_names_are_taken_apart() -> None:
    assert ideas("Kundennummer") == ideas("customer_id") == ideas("ID client") == ("customer", "id")
    assert ideas("marital status") == ("?marital", "status")
    assert plain("Größe (m²)") == "grossem2"


def test_the_total_is_preferred_to_the_subtotal_and_list_price_is_not_paid() -> None:
    frame = lines().rename({"unit_price": "Purchase Price Per Unit"}).drop("amount")
    money = frame["Purchase Price Per Unit"] * frame["quantity"]
    frame = frame.with_columns(
        (frame["Purchase Price Per Unit"] + 1).alias("List Price Per Unit"),
        money.alias("Item Subtotal"),
        (money * 1.1).alias("Item Total"),
    ).select("List Price Per Unit", "Item Subtotal", *frame.columns, "Item Total")
    roles = found(frame).roles
    assert (roles["unit_price"], roles["amount"]) == ("Purchase Price Per Unit", "Item Total")


def test_roles_of_several_columns_are_numbered() -> None:
    frame = lines().rename({"category": "product_type"})
    frame = frame.with_columns(
        retail_disc=pl.lit(0.5), coupon_disc=pl.lit(0.25), department=pl.when(pl.col("quantity") > 1).then(pl.lit("A"))
        .otherwise(pl.lit("B")), product_category=pl.col("product_name"),
    )  # fmt: skip
    roles = found(frame).roles
    assert columns_of(roles, "discount") == ("retail_disc", "coupon_disc")
    assert columns_of(roles, "category") == ("department", "product_type", "product_category")  # coarsest first
    assert columns_of(roles, "brand") == ()


# -- values ----------------------------------------------------------------------------------------------


def test_renamed_headers_are_recognised_by_values() -> None:
    names = tuple(f"c{i}" for i in range(1, 11))
    result = found(lines(names))
    assert result.kind is Kind.ORDERS
    assert result.roles == dict(zip(LINES, names, strict=True))


def test_renamed_and_shuffled_columns_and_rows() -> None:
    names = tuple(f"c{i}" for i in range(1, 11))
    frame = lines(names).select(random.Random(1).sample(names, 10)).sample(fraction=1, shuffle=True, seed=5)
    assert found(frame).roles == dict(zip(LINES, names, strict=True))


def test_one_money_column_follows_the_quantity_or_the_product() -> None:
    names = tuple(f"c{i}" for i in range(1, 11))
    assert found(lines(names).drop("c9")).roles["unit_price"] == "c8"
    assert found(lines(names).drop("c8")).roles["amount"] == "c9"


def test_a_customer_named_and_the_rest_renamed() -> None:
    names = ("customer_id", *(f"c{i}" for i in range(2, 11)))
    assert found(lines(names)).roles == dict(zip(LINES, names, strict=True))


def test_customers_never_become_orders_by_their_values() -> None:
    frame = pl.DataFrame(
        {
            "a": [f"K{i:04d}" for i in range(300)],
            "b": [date(2024, 1, 1) + timedelta(days=i * 7 % 200) for i in range(300)],
            "c": [i % 60 for i in range(300)],
            "d": [i % 9 + 1 for i in range(300)],
            "e": [i * 1.37 for i in range(300)],
            "f": [("Germany", "France")[i % 2] for i in range(300)],
        }
    )
    result = found(frame)
    assert result.kind is Kind.CUSTOMERS
    assert result.roles == {"customer_id": "a", "time": "b"}


def test_events_by_values(examples: Path) -> None:
    frame = finish(read_table((SourceSpec(str(examples / "events.csv")),))).frame
    result = found(frame.rename({name: f"x{i}" for i, name in enumerate(frame.columns)}))
    assert result.kind is Kind.EVENTS
    assert result.roles == {"customer_id": "x1", "time": "x2", "product": "x4", "event": "x3", "session": "x0"}


def test_a_sample_of_a_file_is_judged_by_the_whole() -> None:
    """The first rows of a big file: every customer once in them, several times in the file."""
    frame = pl.DataFrame({"campaign_id": [1] * 50, "household_id": list(range(50))})
    columns = (Column("campaign_id", column_type(frame["campaign_id"]), 0, 30),
               Column("household_id", column_type(frame["household_id"]), 0, 900))  # fmt: skip
    assert find(Table(frame, columns, ()), None, rows=9_000).kind is Kind.RECORDS
    assert found(frame).kind is Kind.CUSTOMERS


# -- kinds -----------------------------------------------------------------------------------------------

N = 60
IDS, FEW, MONEY = list(range(N)), [i % 7 for i in range(N)], [i * 1.5 for i in range(N)]
DAYS = [date(2024, 1, 1) + timedelta(days=i % 20) for i in range(N)]
STEPS = ["view", "cart", "purchase"] * 20


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"order_id": IDS, "customer_id": FEW, "order_date": DAYS, "total": MONEY}, Kind.ORDERS),
        ({"order_id": IDS, "customer_id": [*range(55), 1, 2, 3, 4, 5], "order_date": DAYS, "total": MONEY}, Kind.ORDERS),
        ({"user_id": FEW, "event_type": STEPS, "event_time": DAYS, "price": MONEY, "product_id": FEW}, Kind.EVENTS),
        ({"visitor_id": FEW, "page": STEPS, "timestamp": DAYS}, Kind.EVENTS),
        ({"campaign_id": FEW, "household_id": [i % 20 for i in range(N)]}, Kind.RECORDS),
        ({"ticket_no": IDS, "customer": [i % 40 for i in range(N)], "opened on": DAYS}, Kind.RECORDS),
        ({"user_id": FEW, "product_id": IDS, "rating": FEW, "review_date": DAYS}, Kind.RECORDS),
        ({"campaign_id": IDS, "campaign_type": ["A", "B", "C"] * 20, "start_date": DAYS}, Kind.LOOKUP),
        ({"store_id": IDS, "town": STEPS}, Kind.LOOKUP),
        ({"sku": IDS, "name": [f"tea {i}" for i in IDS], "brand": STEPS}, Kind.PRODUCTS),
        ({"Warenkorb": FEW, "Artikel": IDS}, Kind.BASKETS),
        ({"customer_id": IDS, "last_order_date": DAYS, "orders": FEW, "total_spend": MONEY}, Kind.CUSTOMERS),
        ({"email": [f"a{i}@b.c" for i in IDS], "age": FEW}, Kind.CUSTOMERS),
    ],
)  # fmt: skip
def test_kinds(columns: dict[str, list[object]], kind: Kind) -> None:
    assert found(pl.DataFrame(columns)).kind is kind


# -- what the analyst says -------------------------------------------------------------------------------


def test_the_word_of_the_analyst_wins() -> None:
    said = TableSpec("t", columns=(ColumnSpec("amount", role=""), ColumnSpec("unit_price", role="amount"),
                                   ColumnSpec("country", role="brand")))  # fmt: skip
    roles = found(lines(), said=said).roles
    assert roles["amount"] == "unit_price"
    assert "unit_price" not in roles
    assert roles["brand"] == "country"
    assert "country" not in roles


def test_a_kind_can_be_forced() -> None:
    result = found(lines(), said=TableSpec("t", kind="records"))
    assert result.kind is Kind.RECORDS
    assert result.roles["customer_id"] == "customer_id"
    assert "as you said" in result.reason
    product = pl.DataFrame({"product_id": IDS, "n": FEW})
    assert found(product, said=TableSpec("t", kind="customers")).kind is Kind.CUSTOMERS


def test_the_id_column_may_be_said_as_a_role() -> None:
    frame = pl.DataFrame({"code": IDS, "customer_id": FEW})
    said = TableSpec("t", columns=(ColumnSpec("code", role="customer_id"),))
    assert found(frame, said=said).roles["customer_id"] == "code"
    assert found(frame, "", said=TableSpec("t")).roles.get("customer_id") is None


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(RecipeError, match="Quantity"):
        found(lines(), said=TableSpec("t", columns=(ColumnSpec("Quantity", role="quantity"),)))


# -- real files ------------------------------------------------------------------------------------------

_JOURNEY = "complete_journey"
EXPECTED: tuple[tuple[str, Kind, dict[str, str]], ...] = (
    ("amazon_users.csv", Kind.CUSTOMERS, {"customer_id": "Cus_ID"}),
    ("jewellery.csv", Kind.CUSTOMERS, {}),
    ("groceries.csv", Kind.BASKETS, {"order_id": "basket", "product": "item"}),
    ("amazon_order_history.csv", Kind.ORDERS, {
        "order_id": "Order ID", "time": "Order Date", "product": "ASIN/ISBN", "product_name": "Title", "category": "Category",
        "quantity": "Quantity", "unit_price": "Purchase Price Per Unit", "amount": "Item Total", "status": "Order Status",
    }),
    ("online_retail_2010_2011.parquet", Kind.ORDERS, {
        "customer_id": "CustomerID", "order_id": "InvoiceNo", "time": "InvoiceDate", "product": "StockCode",
        "product_name": "Description", "quantity": "Quantity", "unit_price": "UnitPrice", "country": "Country",
    }),
    (f"{_JOURNEY}/transactions.csv.gz", Kind.ORDERS, {
        "customer_id": "household_id", "order_id": "basket_id", "time": "transaction_timestamp", "product": "product_id",
        "quantity": "quantity", "amount": "sales_value", "discount": "retail_disc", "discount_2": "coupon_disc",
        "discount_3": "coupon_match_disc",
    }),
    (f"{_JOURNEY}/products.csv.gz", Kind.PRODUCTS, {
        "product": "product_id", "category": "department", "category_2": "product_category", "category_3": "product_type",
        "brand": "brand",
    }),
    (f"{_JOURNEY}/demographics.csv", Kind.CUSTOMERS, {"customer_id": "household_id"}),
    (f"{_JOURNEY}/campaigns.csv", Kind.RECORDS, {"customer_id": "household_id"}),
    (f"{_JOURNEY}/coupon_redemptions.csv", Kind.RECORDS, {"customer_id": "household_id", "time": "redemption_date"}),
    (f"{_JOURNEY}/campaign_descriptions.csv", Kind.LOOKUP, {}),
)  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "roles"), EXPECTED, ids=[name for name, _, _ in EXPECTED])
def test_public_data(shared_data: Path, name: str, kind: Kind, roles: dict[str, str]) -> None:
    result = read(shared_data / name)
    assert (result.kind, result.roles) == (kind, roles)


@pytest.mark.parametrize("name", ["online_retail_2010_2011.parquet", f"{_JOURNEY}/transactions.csv.gz"])
def test_public_orders_under_other_names(shared_data: Path, name: str) -> None:
    frame = finish(read_table((SourceSpec(str(shared_data / name)),))).frame
    names = {column: f"c{i}" for i, column in enumerate(frame.columns)}
    expected = next(roles for path, _, roles in EXPECTED if path == name)
    roles = found(frame.rename(names)).roles
    needed = [role for role in expected if not role.startswith("discount")]
    assert {role: roles.get(role) for role in needed} == {role: names[expected[role]] for role in needed}


@pytest.mark.parametrize(
    ("name", "kind", "roles"),
    [
        ("customers.csv", Kind.CUSTOMERS, {"customer_id": "customer_id", "time": "signup_date", "revenue": "monetary"}),
        ("survey.csv", Kind.CUSTOMERS, {"customer_id": "customer_id"}),
        ("orders.csv", Kind.ORDERS, {"customer_id": "customer_id", "order_id": "order_id", "time": "order_date",
         "product": "product", "category": "category", "quantity": "quantity", "unit_price": "unit_price",
         "discount": "discount"}),
        ("events.csv", Kind.EVENTS, {"customer_id": "customer_id", "time": "time", "product": "product", "event": "event",
         "session": "session_id"}),
    ],
)  # fmt: skip
def test_examples(examples: Path, name: str, kind: Kind, roles: dict[str, str]) -> None:
    result = read(examples / name)
    assert (result.kind, result.roles) == (kind, roles)


def test_an_amount_among_words_is_an_amount(tmp_path: Path) -> None:
    """A name that says money is believed where half of the cells are; the others are counted, not lost with it."""
    rows = [f"{n},c{n % 9},2024-01-{n % 28 + 1:02},{'free' if n % 3 == 0 else f'{n}.50'},{n}th" for n in range(1, 91)]
    path = tmp_path / "orders.csv"
    path.write_text("order_id,customer_id,order_date,amount,price_note\n" + "\n".join(rows) + "\n")
    dataset = opened(path)
    assert dataset.sources[0].roles["amount"] == "amount"
    (amount,) = (column for column in dataset.sources[0].columns if column.name == "amount")
    assert (amount.unread, amount.examples) == (30, ("“free” × 30 (row 3)",))
    assert "monetary" in dataset.frame.columns
    assert any("30 of 90 values could not be read as a number" in note for note in dataset.warnings)
    few = [line.replace(".50", " euros and a half") if n % 2 else line for n, line in enumerate(rows)]
    path.write_text("order_id,customer_id,order_date,amount,price_note\n" + "\n".join(few) + "\n")
    assert "amount" not in opened(path).sources[0].roles

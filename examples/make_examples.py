"""Make the example files of Otter & Kettle, an invented tea shop: `python make_examples.py [FOLDER]`.

Seeded, and the same bytes on every run. The story planted here is told in README.md beside this file; the orders are
drawn first, and every figure in the customer table is computed from them, so the files agree.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

SEED = 1851
CUSTOMERS = 3_000
SNAPSHOT = date(2025, 7, 1)
"""The day the tables were drawn: everything up to the evening before is in them."""

OPENED = date(2022, 3, 1)
"""No order is older than the shop."""

EVENT_DAYS = 45
"""The web log is kept for so many days."""

MAX_LINES = 4


@dataclass(frozen=True)
class Product:
    """Something on the shelf."""

    name: str
    category: str
    price: float
    goes_with: str = ""
    """What is often put into the same basket: a rule to be found."""


SHELF = (
    Product("Ferryman's Breakfast", "black tea", 8.90),
    Product("Otter Grey", "black tea", 9.40, goes_with="Lock-keeper's Shortbread"),
    Product("Smoky Riverbank", "black tea", 10.20),
    Product("Darjeeling Upstream", "black tea", 13.60),
    Product("Mist on the Weir", "green tea", 11.50),
    Product("Jasmine Sluice", "green tea", 12.80),
    Product("Night Heron", "herbal", 7.60, goes_with="Linden Honey"),
    Product("Meadow & Mint", "herbal", 6.90),
    Product("Rosehip Lock", "herbal", 7.20),
    Product("Lock-keeper's Shortbread", "larder", 5.40),
    Product("Ginger Otters", "larder", 4.90),
    Product("Linden Honey", "larder", 8.20),
    Product("Kingfisher Teapot", "brewing", 48.00, goes_with="Reed Strainer"),
    Product("Reed Strainer", "brewing", 7.80),
    Product("Slipware Mug", "brewing", 18.50),
    Product("Copper Kettle", "brewing", 89.00),
    Product("Towpath Gift Tin", "gifts", 34.00),
    Product("Four Seasons Box", "gifts", 56.00),
    Product("Long Weekend Hamper", "gifts", 79.00),
)
BY_NAME = {product.name: product for product in SHELF}
CATEGORIES = ("black tea", "green tea", "herbal", "larder", "brewing", "gifts")
DISCOUNTS = (0.0, 0.1, 0.2, 0.3, 0.4)
CHANNELS = ("web", "app", "river shop")
SOURCES = ("search", "a friend", "market stall", "catalogue")
COUNTRIES = ("BE", "NL", "DE", "FR", "LU")


@dataclass(frozen=True)
class Group:
    """A planted kind of customer: how many there are and how they behave. Ranges are (low, high).

    recency and tenure are days before SNAPSHOT. taste, discounts, channels and sources are chances, aligned with
    CATEGORIES, DISCOUNTS, CHANNELS and SOURCES. returns: the chance that a line is sent back. sessions: mean number of
    visits that buy nothing. festive: the chance that an order falls into the weeks before Christmas.
    """

    name: str
    share: float
    recency: tuple[int, int]
    tenure: tuple[int, int]
    orders: tuple[int, int]
    lines: tuple[float, ...]
    taste: tuple[float, ...]
    discounts: tuple[float, ...]
    returns: float
    sessions: float
    loyalty: float
    newsletter: float
    channels: tuple[float, ...]
    sources: tuple[float, ...]
    festive: float = 0.0


GROUPS = (
    Group(
        name="regulars",
        share=0.22,
        recency=(1, 45),
        tenure=(250, 1150),
        orders=(8, 26),
        lines=(0.35, 0.4, 0.2, 0.05),
        taste=(0.4, 0.16, 0.2, 0.22, 0.015, 0.005),
        discounts=(0.88, 0.1, 0.02, 0.0, 0.0),
        returns=0.008,
        sessions=3.0,
        loyalty=0.94,
        newsletter=0.6,
        channels=(0.45, 0.45, 0.1),
        sources=(0.3, 0.35, 0.2, 0.15),
    ),
    Group(
        name="hosts",
        share=0.13,
        recency=(40, 240),
        tenure=(300, 1150),
        orders=(3, 7),
        lines=(0.2, 0.35, 0.3, 0.15),
        taste=(0.08, 0.04, 0.03, 0.1, 0.3, 0.45),
        discounts=(0.92, 0.06, 0.02, 0.0, 0.0),
        returns=0.02,
        sessions=1.0,
        loyalty=0.35,
        newsletter=0.45,
        channels=(0.65, 0.1, 0.25),
        sources=(0.25, 0.2, 0.1, 0.45),
        festive=0.55,
    ),
    Group(
        name="bargain hunters",
        share=0.23,
        recency=(10, 150),
        tenure=(200, 1000),
        orders=(4, 10),
        lines=(0.35, 0.35, 0.2, 0.1),
        taste=(0.28, 0.14, 0.24, 0.26, 0.06, 0.02),
        discounts=(0.1, 0.12, 0.28, 0.3, 0.2),
        returns=0.13,
        sessions=4.5,
        loyalty=0.2,
        newsletter=0.92,
        channels=(0.4, 0.55, 0.05),
        sources=(0.65, 0.1, 0.05, 0.2),
    ),
    Group(
        name="newcomers",
        share=0.17,
        recency=(1, 60),
        tenure=(5, 85),
        orders=(1, 3),
        lines=(0.5, 0.35, 0.15, 0.0),
        taste=(0.35, 0.15, 0.25, 0.17, 0.06, 0.02),
        discounts=(0.6, 0.35, 0.05, 0.0, 0.0),
        returns=0.02,
        sessions=2.5,
        loyalty=0.1,
        newsletter=0.6,
        channels=(0.55, 0.35, 0.1),
        sources=(0.5, 0.25, 0.2, 0.05),
    ),
    Group(
        name="drifted away",
        share=0.25,
        recency=(280, 800),
        tenure=(400, 1200),
        orders=(1, 4),
        lines=(0.45, 0.35, 0.15, 0.05),
        taste=(0.36, 0.14, 0.24, 0.2, 0.05, 0.01),
        discounts=(0.78, 0.16, 0.06, 0.0, 0.0),
        returns=0.02,
        sessions=0.1,
        loyalty=0.2,
        newsletter=0.2,
        channels=(0.75, 0.1, 0.15),
        sources=(0.4, 0.15, 0.25, 0.2),
    ),
)


@dataclass(frozen=True)
class Shop:
    """The four tables, and what is in none of them: the planted group of each customer, in customer order."""

    customers: pl.DataFrame
    orders: pl.DataFrame
    events: pl.DataFrame
    survey: pl.DataFrame
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Customer:
    """A customer before any order: who they are and which planted group they belong to."""

    id: str
    group: Group
    channel: str
    tenure: int
    recency: int


def pick(rng: np.random.Generator, values: Sequence[str], chances: Sequence[float]) -> str:
    """One of `values`, drawn with these chances."""
    return values[int(np.searchsorted(np.cumsum(chances), rng.random() * sum(chances), side="right"))]


def between(rng: np.random.Generator, low: float, high: float) -> int:
    """A whole number of the range, more often in its lower half: days and counts are skewed."""
    return round(low + (high - low) * float(rng.random() ** 1.5))


def make_people(rng: np.random.Generator) -> list[Customer]:
    """All customers, with ids in no order: digits that start with zeros, so they must stay text."""
    ids = rng.permutation(np.arange(100, 60_000))[:CUSTOMERS]
    sizes = [round(group.share * CUSTOMERS) for group in GROUPS]
    members = [group for group, size in zip(GROUPS, sizes, strict=True) for _ in range(size)]
    people = []
    for number, position in zip(ids, rng.permutation(CUSTOMERS), strict=True):
        group = members[position]
        tenure = min(between(rng, *group.tenure), (SNAPSHOT - OPENED).days)
        recency = min(between(rng, *group.recency), tenure)
        people.append(Customer(f"{number:06d}", group, pick(rng, CHANNELS, group.channels), tenure, recency))
    return people


# -- orders ----------------------------------------------------------------------------------------------


def order_days(rng: np.random.Generator, person: Customer) -> list[int]:
    """Days before SNAPSHOT of every order, oldest first: the first and the last as planted, the others between."""
    count = between(rng, *person.group.orders)
    if count == 1:
        return [person.recency]
    middle = [festive_or_any(rng, person) for _ in range(count - 2)]
    return sorted({person.tenure, person.recency, *middle}, reverse=True)


def festive_or_any(rng: np.random.Generator, person: Customer) -> int:
    """A day between the first and the last order; in December for those who buy presents."""
    day = int(rng.integers(person.recency, person.tenure + 1))
    if rng.random() < person.group.festive:
        year = (SNAPSHOT - timedelta(days=day)).year
        festive = (SNAPSHOT - date(year, 12, 1 + int(rng.integers(0, 20)))).days
        return festive if person.recency <= festive <= person.tenure else day
    return day


def fill_basket(rng: np.random.Generator, group: Group) -> list[Product]:
    """The different products of one order; some pull a companion in with them."""
    wanted = 1 + int(np.searchsorted(np.cumsum(group.lines), rng.random(), side="right"))
    basket: dict[str, Product] = {}
    for _ in range(min(wanted, MAX_LINES)):
        category = pick(rng, CATEGORIES, group.taste)
        choices = [product for product in SHELF if product.category == category]
        product = choices[int(len(choices) * float(rng.random()) ** 1.3)]
        basket[product.name] = product
        if product.goes_with and rng.random() < 0.45:
            basket[product.goes_with] = BY_NAME[product.goes_with]
    return list(basket.values())


def order_lines(rng: np.random.Generator, person: Customer, day: int) -> list[dict[str, object]]:
    """The lines of one order, and of the returns that it caused: negative quantities on a slip of their own."""
    rows: list[dict[str, object]] = []
    for product in fill_basket(rng, person.group):
        discount = float(pick(rng, [str(d) for d in DISCOUNTS], person.group.discounts))
        row: dict[str, object] = {
            "customer_id": person.id,
            "day": day,
            "product": product.name,
            "category": product.category,
            "quantity": 1 + int(3 * float(rng.random()) ** 3),
            "unit_price": product.price,
            "discount": discount,
            "slip": 0,
        }
        rows.append(row)
        if rng.random() < person.group.returns and day > 1:
            back = max(1, day - 5 - int(rng.integers(0, 20)))
            rows.append({**row, "day": back, "quantity": -int(row["quantity"]), "slip": 1})  # type: ignore[call-overload]
    return rows


def make_orders(rng: np.random.Generator, people: list[Customer]) -> pl.DataFrame:
    """Order lines by date. An order is a customer's purchases of one day; a return is an order id starting with R."""
    rows = [row for person in people for day in order_days(rng, person) for row in order_lines(rng, person, day)]
    order = ["day", "customer_id", "slip"]
    frame = pl.DataFrame(rows).sort(order, descending=[True, False, False], maintain_order=True)
    number = pl.struct(order).rle_id() + 1
    letter = pl.when(pl.col("slip") == 1).then(pl.lit("R")).otherwise(pl.lit("T"))
    return frame.select(
        order_id=letter + number.cast(pl.String).str.zfill(5),
        customer_id="customer_id",
        order_date=pl.lit(SNAPSHOT) - pl.duration(days=pl.col("day")),
        product="product",
        category="category",
        quantity="quantity",
        unit_price="unit_price",
        discount="discount",
    )


# -- customers -------------------------------------------------------------------------------------------


def roll_up(orders: pl.DataFrame) -> pl.DataFrame:
    """What the order lines say of each customer. The definitions are those of README.md."""
    cents = pl.col("quantity") * (pl.col("unit_price") * 100).round().cast(pl.Int64)
    line = cents * 100  # whole numbers until the end, so that no sum depends on its order
    paid = cents * (100 - (pl.col("discount") * 100).round().cast(pl.Int64))
    bought = pl.col("quantity") > 0
    pieces = pl.col("quantity").filter(bought).sum()
    orders_made = pl.col("order_id").filter(bought).n_unique()
    return orders.group_by("customer_id").agg(
        recency=(pl.lit(SNAPSHOT) - pl.col("order_date").filter(bought).max()).dt.total_days(),
        frequency=orders_made,
        monetary=(paid.sum() / 10_000).round(2),
        average_order_value=(paid.filter(bought).sum() / orders_made / 10_000).round(2),
        tenure=(pl.lit(SNAPSHOT) - pl.col("order_date").filter(bought).min()).dt.total_days(),
        discount_share=(1 - paid.filter(bought).sum() / line.filter(bought).sum()).round(4),
        return_rate=(-pl.col("quantity").filter(~bought).sum() / pieces).round(4),
    )


NOTES = (
    "Leave with the neighbour at number {number}, the bell is broken",
    "Asked whether {product} can be had by the {weight} g bag",
    'Prefers "{product}" without the ribbon',
    "Allergic to nuts; check the label of {product} (call {number})",
    "Sent a postcard from the {number}th café on her list",
    "Dog is called Pepper {number}, cat is called {product}",
)


def note(rng: np.random.Generator) -> str | None:
    """A remark as staff type it; often there is none."""
    if rng.random() < 0.4:
        return None
    text = NOTES[int(rng.integers(0, len(NOTES)))]
    product = SHELF[int(rng.integers(0, len(SHELF)))].name
    return text.format(number=int(rng.integers(1, 400)), product=product, weight=int(rng.integers(2, 21)) * 50)


def personal(rng: np.random.Generator, person: Customer) -> dict[str, object]:
    """The columns that do not come from orders. Age and country are drawn without a look at the group: noise."""
    return {
        "customer_id": person.id,
        "signup_date": SNAPSHOT - timedelta(days=person.tenure + int(rng.integers(0, 15))),
        "country": pick(rng, COUNTRIES, (0.42, 0.25, 0.18, 0.11, 0.04)),
        "age": int(rng.integers(18, 85)) if rng.random() > 0.06 else None,
        "loyalty_card": pick(rng, ("yes", "no"), (person.group.loyalty, 1 - person.group.loyalty)),
        "newsletter": pick(rng, ("yes", "no"), (person.group.newsletter, 1 - person.group.newsletter))
        if rng.random() > 0.02
        else None,
        "channel": person.channel,
        "acquired_by": pick(rng, SOURCES, person.group.sources),
        "dollar_rate": 1.05 + 0.07 * float(rng.random()),
        "note": note(rng),
    }


def make_customers(rng: np.random.Generator, people: list[Customer], orders: pl.DataFrame) -> pl.DataFrame:
    """The customer table, in the order of `people`."""
    known = pl.DataFrame([personal(rng, person) for person in people], infer_schema_length=None)
    table = known.join(roll_up(orders), on="customer_id", how="left", maintain_order="left")
    return table.select(
        *("customer_id", "signup_date", "country", "age", "loyalty_card", "newsletter", "channel", "acquired_by"),
        *("recency", "frequency", "monetary"),
        (pl.col("monetary") * pl.col("dollar_rate")).round(2).alias("monetary_usd"),
        *("average_order_value", "tenure", "discount_share", "return_rate"),
        pl.lit("EUR").alias("currency"),
        "note",
    )


# -- events ----------------------------------------------------------------------------------------------


def visit(rng: np.random.Generator, customer: str | None, day: date, bought: Sequence[str]) -> list[dict[str, object]]:
    """One session: some views, and the products of the order where one was placed."""
    clock = datetime(day.year, day.month, day.day) + timedelta(seconds=int(rng.integers(7 * 3600, 22 * 3600)))
    seen = [("view", SHELF[int(rng.integers(0, len(SHELF)))].name) for _ in range(1 + int(rng.integers(0, 3)))]
    steps = [*seen, *(("cart", name) for name in bought), *(("purchase", name) for name in bought)]
    if not bought and rng.random() < 0.2:
        steps.append(("cart", seen[-1][1]))
    rows: list[dict[str, object]] = []
    for event, product in steps:
        rows.append({"customer_id": customer, "time": clock, "event": event, "product": product})
        clock += timedelta(seconds=int(rng.integers(5, 240)))
    return rows


def make_events(rng: np.random.Generator, people: list[Customer], orders: pl.DataFrame) -> pl.DataFrame:
    """Browsing of the last EVENT_DAYS days by time: a visit for every online order, and others that bought nothing."""
    since = SNAPSHOT - timedelta(days=EVENT_DAYS)
    recent = orders.filter((pl.col("order_date") >= since) & (pl.col("quantity") > 0))
    baskets: dict[str, list[tuple[date, list[str]]]] = {}
    grouped = recent.group_by("customer_id", "order_id", maintain_order=True)
    for customer, day, names in grouped.agg(pl.col("order_date").first(), "product").drop("order_id").iter_rows():
        baskets.setdefault(customer, []).append((day, names))
    visits = []
    for person in people:
        if person.channel != "river shop":
            visits += [visit(rng, person.id, day, names) for day, names in baskets.get(person.id, [])]
        for _ in range(int(rng.poisson(person.group.sessions))):
            day = since + timedelta(days=int(rng.integers(0, EVENT_DAYS)))
            visits.append(visit(rng, person.id if rng.random() > 0.08 else None, day, ()))
    visits.sort(key=lambda rows: (rows[0]["time"], str(rows[0]["customer_id"])))
    rows = [{"session_id": f"S{number:05d}", **row} for number, rows in enumerate(visits, 1) for row in rows]
    return pl.DataFrame(rows, infer_schema_length=None)


# -- survey ----------------------------------------------------------------------------------------------


HOW_OFTEN = (
    *("Less than once a week", "Once a week", "2-3 times a week", "4-6 times a week", "Once a day"),
    "Multiple times a day",
)
HOW_MUCH = ("Never", "Rarely", "Sometimes", "Often", "Always")
AGE_BANDS = ((18, "18-24"), (25, "25-34"), (35, "35-44"), (45, "45-54"), (55, "55-64"), (65, "65+"))
INCOMES = ("Under 20K", "20-34K", "35-49K", "50-74K", "75-99K", "100K+")
SCHOOLS = ("Secondary school", "Vocational training", "Bachelor's degree", "Master's degree or higher")
INTERESTS = ("Black tea", "Green tea", "Herbal tea", "Teaware", "Baking", "Gifts")

LEANINGS = {"regulars": 2.0, "hosts": 0.2, "bargain hunters": 0.9, "newcomers": 0.6, "drifted away": -0.8}
"""How fond of tea a planted group is, on no particular scale."""

BARGAINS = {"bargain hunters": 1.6, "newcomers": 0.3}
"""How much a planted group looks for discounts."""


def step(rng: np.random.Generator, words: Sequence[str], leaning: float, middle: float) -> str:
    """One word of a scale: around the one at `middle` + `leaning`, with some chance."""
    place = round(middle + leaning + float(rng.normal(0.0, 0.9)))
    return words[min(max(place, 0), len(words) - 1)]


def answers(rng: np.random.Generator, group: str, age: int | None) -> dict[str, object]:
    """What one customer ticked. Not every question is answered, least of all the one that was asked again later."""
    fond, keen = LEANINGS[group], BARGAINS.get(group, -0.6)
    years = age if age is not None else int(rng.integers(18, 85))
    likes = [name for name in INTERESTS if rng.random() < 0.35] or [INTERESTS[int(rng.integers(0, len(INTERESTS)))]]
    score = min(max(round(7.0 + fond + float(rng.normal(0.0, 1.2))), 0), 10)
    given: dict[str, object] = {
        "age_band": max(band for band in AGE_BANDS if band[0] <= years)[1],
        "income_band": step(rng, INCOMES, 0.0, 2.4),
        "education": step(rng, SCHOOLS, 0.0, 1.6),
        "drinks_tea": step(rng, HOW_OFTEN, fond, 2.2),
        "waits_for_discounts": step(rng, HOW_MUCH, keen, 1.8),
        "buys_as_gift": step(rng, HOW_MUCH, 1.6 if group == "hosts" else -0.4, 1.4),
        "interests": ";".join(likes),
        "Recommend": score,
        "Recommend ": min(max(score + int(rng.integers(-1, 2)), 0), 10),
    }
    chances = {"income_band": 0.14, "education": 0.05, "drinks_tea": 0.02, "Recommend ": 0.4}
    return {name: None if rng.random() < chances.get(name, 0.01) else value for name, value in given.items()}


def make_survey(rng: np.random.Generator, people: list[Customer], customers: pl.DataFrame) -> pl.DataFrame:
    """Answers of a good quarter of the customers, in the order they came in; who still buys answers more readily."""
    ages = dict(customers.select("customer_id", "age").iter_rows())
    willing = [person for person in people if rng.random() < (0.14 if person.group.name == "drifted away" else 0.31)]
    order = rng.permutation(len(willing))
    answering = [willing[place] for place in order]
    rows = [{"customer_id": person.id, **answers(rng, person.group.name, ages[person.id])} for person in answering]
    return pl.DataFrame(rows, infer_schema_length=None)


# -- files -----------------------------------------------------------------------------------------------


def make_shop(seed: int = SEED) -> Shop:
    """Draw the whole shop."""
    rng = np.random.default_rng(seed)
    people = make_people(rng)
    orders = make_orders(rng, people)
    customers = make_customers(rng, people, orders)
    events = make_events(rng, people, orders)
    survey = make_survey(np.random.default_rng((seed, 1)), people, customers)  # drawn apart: it moves no other table
    return Shop(customers, orders, events, survey, tuple(person.group.name for person in people))


def write(shop: Shop, folder: Path) -> None:
    """Write the four tables as CSV."""
    shop.customers.write_csv(folder / "customers.csv")
    shop.orders.with_columns(pl.col("unit_price").map_elements(lambda x: f"{x:.2f}", return_dtype=pl.String)).write_csv(
        folder / "orders.csv"
    )
    shop.events.write_csv(folder / "events.csv", datetime_format="%Y-%m-%dT%H:%M:%S")
    shop.survey.write_csv(folder / "survey.csv")


if __name__ == "__main__":
    write(make_shop(), Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)

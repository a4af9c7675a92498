"""Hand-overs that the report is tested on: orders with hostile names and a holdout, and a table with a tiny segment."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from segtui.deliver.handover import Handover
from segtui.deliver.labelled import write
from segtui.deliver.report import page
from segtui.delivering import handover
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import ClusterSpec, DeliverySpec, GatherSpec, LabelledSpec, PrepareSpec, Recipe, SourceSpec

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=http://example.com/x onerror=alert(2)>',
    "</title></style><iframe src='//example.com'>",
    "& &amp; &lt; url(http://example.com/y)",
    "\x1b[31mred\u202egnp.exe",
    "a very long name " * 12,
    "Unbrokenverylongname" * 8,
    "שלום עולם",
)


@dataclass(frozen=True)
class Case:
    """A hand-over, and the labelled file of the very same answer."""

    handover: Handover
    labelled: pl.DataFrame

    def page(self, withhold: bool = False) -> str:
        return finish(page(self.handover, withhold=withhold))


def orders(folder: Path) -> Case:
    """150 customers of three kinds who buy things with hostile names; the last 60 days are kept apart."""
    chance = random.Random(7)
    rows = []
    for customer in range(150):
        kind = customer % 3
        for order in range(chance.randint(*((1, 2), (3, 6), (9, 14))[kind])):
            day = dt.date(2024, 12, 31) - dt.timedelta(days=chance.randint(*((200, 500), (30, 300), (0, 200))[kind]))
            basket = chance.sample(range(len(HOSTILE)), chance.randint(1, 3))
            for item in {*basket, *((1,) if 0 in basket else ())}:
                price = 5.0 + item + 40 * (kind == 2)
                rows.append(
                    (f"c{customer:03d}", f"o{customer}-{order}", day, HOSTILE[item], price, chance.randint(1, 3))
                )
    names = ["customer_id", "order_id", "order_date", "product", "unit_price", "quantity"]
    source = folder / "shop <b>&co_orders.csv"
    pl.DataFrame(rows, schema=names, orient="row").write_csv(source)
    recipe = Recipe(GatherSpec((SourceSpec(str(source)),), holdout=60), cluster=ClusterSpec(k=3))
    return case_of(recipe.with_name("A", HOSTILE[2]), folder)


def customers(folder: Path) -> Case:
    """A plain table: four far apart kinds of customer, of which one has 5 customers and a colour of its own."""
    chance = random.Random(3)
    rows = []
    for number in range(205):
        kind = 3 if number >= 200 else number % 3
        size, age = ((10, 20), (60, 45), (30, 70), (300, 30))[kind]
        colour = "violet <i>" if kind == 3 else ("red", "green")[chance.random() < 0.5]
        rows.append((f"id{number}", size + chance.gauss(0, 2), age + chance.gauss(0, 2), colour))
    source = folder / "people.csv"
    pl.DataFrame(rows, schema=["customer_id", "basket_size", "age", "colour"], orient="row").write_csv(source)
    return case_of(Recipe(GatherSpec((SourceSpec(str(source)),)), PrepareSpec(scale="z"), ClusterSpec(k=4)), folder)


def case_of(recipe: Recipe, folder: Path) -> Case:
    """What a recipe delivers."""
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    made = finish(handover(pipeline, recipe, DeliverySpec("unused")))
    target = folder / "labelled.csv"
    finish(write(made.whole, recipe.gather, made.answer, made.ground.matrix, LabelledSpec(str(target))))
    return Case(made, pl.read_csv(target))

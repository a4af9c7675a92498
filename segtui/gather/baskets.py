"""The lines of baskets: what was bought together, and by whom, from order lines or from a table of baskets.

Order lines count as the recipe's cleaning steps say, and none from the holdout, so that baskets and customers are made
of the same lines. A basket is an order; where orders have no number, it is what a customer bought in a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from segtui.errors import AnalysisError
from segtui.gather import ids, scan
from segtui.gather.cleaning import KEPT, OUT
from segtui.gather.leftout import marked_lines
from segtui.gather.lines import Lines, base_role
from segtui.gather.look import Held, Looked, look_at_all, read_whole
from segtui.progress import Steps
from segtui.recipe import ITEMS_BY, GatherSpec
from segtui.results import Dataset, Kind

ORDER, ITEM, OWNER = "order", "item", "owner"
"""The columns of `BasketLines.frame`."""

FAMILY, PRICE = "family", "price"
"""Those of `BasketLines.items`, beside ITEM."""

DOING = "reading baskets"


@dataclass(frozen=True, eq=False, slots=True)
class BasketLines:
    """frame: ORDER (text), ITEM (text, without blanks around it) and OWNER (the position of the customer in canonical
    order, -1 where nobody is known), in no particular order; nulls where the source has nothing. items: ITEM, each once
    and in order, with FAMILY (its category, or null) and PRICE (what a piece costs, the median; null where unknown).
    item: the role of the items; order: what a basket is. sources: the tables behind them. column: what they call the
    column of items; ids: that of product ids, where items are products by name; "" where there is none."""

    frame: pl.DataFrame
    items: pl.DataFrame
    item: str
    order: str
    sources: tuple[str, ...]
    column: str = ""
    ids: str = ""


def lines_of_customers(
    dataset: Dataset, spec: GatherSpec, by: str = "product", held: Held | None = None
) -> Steps[BasketLines]:
    """The baskets behind a dataset made of orders. by: one of ITEMS_BY. Raises AnalysisError where there are none."""
    lines, marked = yield from marked_lines(dataset, spec, held)
    item, name = item_of(lines.roles, by)
    order, called = order_of(lines)
    kept = marked.filter(pl.col(OUT) == KEPT)
    counted = scan.Counted()
    known = counted.through(kept.select(order.alias(ORDER), item.alias(ITEM), "key", *_told(lines.roles, by)))
    found, items = yield from scan.collect([known.select(ORDER, ITEM, "key"), _items(known)], DOING, counted)
    frame = owned(found, dataset, spec.loose_ids)
    columns = _columns([one.roles for one in dataset.sources], name)
    return BasketLines(frame, items.sort(ITEM), name, called, lines.sources, *columns)


def lines_of_baskets(spec: GatherSpec, by: str = "product", held: Held | None = None) -> Steps[BasketLines]:
    """The baskets of tables that know no customer. Raises AnalysisError where there are none, SourceError."""
    looked = yield from look_at_all(spec, held)
    tables = [one for one in looked if one.kind in (Kind.BASKETS, Kind.ORDERS) and one.has("order_id")]
    if not tables:
        raise _no_baskets(looked)
    roles = frozenset.intersection(*(frozenset(map(base_role, one.findings.roles)) for one in tables))
    item, name = item_of(roles, by)
    parts = []
    for one in tables:
        whole = yield from read_whole(one)
        order = pl.col("order_id").cast(pl.String).alias(ORDER)
        parts.append(whole.lines().frame.select(order, item.alias(ITEM), *_told(roles, by)))
    known = pl.concat(parts)
    found, items = yield from scan.collect([known.select(ORDER, ITEM), _items(known)], DOING)
    frame = found.with_columns(pl.lit(-1, dtype=pl.Int64).alias(OWNER))
    columns = _columns([one.findings.roles for one in tables], name)
    return BasketLines(frame, items.sort(ITEM), name, "basket", tuple(one.name for one in tables), *columns)


def _columns(tables: Sequence[Mapping[str, str]], item: str) -> tuple[str, str]:
    """`column` and `ids` of `BasketLines`. tables: role -> column, of each."""
    asked = (item, "product" if item == "product_name" else "")
    first, second = (dict.fromkeys(roles[role] for roles in tables if role in roles) for role in asked)
    return " or ".join(first), " or ".join(second)


def baskets_alone(spec: GatherSpec, fingerprint: str, held: Held | None = None) -> Steps[Dataset | None]:
    """Tables of baskets that nobody is known to have bought, as a dataset without customers; None where some table
    knows customers, or none has baskets. Raises SourceError, RecipeError."""
    looked = yield from look_at_all(spec, held)
    reports = tuple(one.report() for one in looked)
    if any(one.has("customer_id") for one in looked) or not any(report.lists_baskets for report in reports):
        return None
    return Dataset(
        frame=pl.DataFrame(),
        row=np.empty(0, dtype=np.int64),
        id_column=None,
        input_rows=0,
        left_out=(),
        sources=reports,
        warnings=(),
        fingerprint=fingerprint,
    )


def _told(roles: frozenset[str], by: str) -> tuple[pl.Expr, pl.Expr]:
    """The family and the price of a line's item; categories and brands have neither."""
    family = _text("category") if by == "product" and "category" in roles else pl.lit(None, dtype=pl.String)
    price = pl.lit(None, dtype=pl.Float64)
    if by == "product" and "unit_price" in roles:
        price = pl.col("unit_price").cast(pl.Float64)
    elif by == "product" and roles.issuperset(("amount", "quantity")):
        price = pl.when(pl.col("quantity") > 0).then(pl.col("amount") / pl.col("quantity"))
    return family.alias(FAMILY), price.alias(PRICE)


def _items(known: pl.LazyFrame) -> pl.LazyFrame:
    """Every item with its family (of several the first by name) and its median price."""
    named = known.filter(pl.col(ITEM).is_not_null())
    return named.group_by(ITEM).agg(pl.col(FAMILY).min(), pl.col(PRICE).median())


def item_of(roles: frozenset[str], by: str) -> tuple[pl.Expr, str]:
    """What stands for an item, and its role: products by name where the lines have one."""
    if by not in ITEMS_BY:
        raise AnalysisError(f"items cannot be told by {by}", hint=f"Choose one of {', '.join(ITEMS_BY)}.")
    wanted = ("product_name", "product") if by == "product" else (by,)
    there = [role for role in wanted if role in roles]
    if not there:
        told = ", ".join(one for one in ITEMS_BY if one in roles or (one == "product" and "product_name" in roles))
        known = f"They have: {told}." if told else ""
        raise AnalysisError(
            f"the order lines do not say the {by} of what was bought",
            hint=f"Give a column the role {by} (e in Data, or the recipe). {known}".strip(),
        )
    texts = [_text(role) for role in there]
    return (texts[0] if len(texts) == 1 else pl.coalesce(texts)), there[0]


def _text(role: str) -> pl.Expr:
    text = pl.col(role).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def order_of(lines: Lines) -> tuple[pl.Expr, str]:
    """What names a basket, and how to call it."""
    if lines.has("order_id"):
        return pl.col("order_id").cast(pl.String), "order"
    if not lines.has("time"):
        raise AnalysisError(
            "the order lines name neither an order nor a day, so nothing says what was bought together",
            hint="Give a column the role order_id or time (e in Data, or the recipe).",
        )
    day = pl.col("time").cast(pl.Date).cast(pl.String)
    return pl.concat_str([pl.col("key").cast(pl.String), day], separator=" "), "customer and day"


def owned(found: pl.DataFrame, dataset: Dataset, loose: bool, columns: Sequence[str] = (ORDER, ITEM)) -> pl.DataFrame:
    """Some columns of lines with the position of their customer (OWNER), by the lines' `key`."""
    if dataset.id_column is None:
        return found.select(*columns, pl.lit(-1, dtype=pl.Int64).alias(OWNER))
    own = dataset.frame[dataset.id_column]
    kinds = [found["key"].dtype, own.dtype]
    common = ids.common_type(kinds, loose)
    places = pl.DataFrame({"key": own, OWNER: pl.Series(range(len(own)), dtype=pl.Int64)})
    places = places.with_columns(ids.as_key(pl.col("key"), own.dtype, common, loose)).drop_nulls("key")
    keyed = found.with_columns(ids.as_key(pl.col("key"), kinds[0], common, loose))
    joined = keyed.join(places.unique("key"), on="key", how="left", maintain_order="left")
    return joined.select(*columns, pl.col(OWNER).fill_null(-1))


def _no_baskets(looked: list[Looked]) -> AnalysisError:
    told = ", ".join(f"{one.name} ({one.kind})" for one in looked)
    return AnalysisError(
        f"there are no baskets here: {told}",
        hint="Baskets need a column that names the order or basket and one that names the item (roles order_id and "
        "product).",
    )

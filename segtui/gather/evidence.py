"""What the values of columns say about their roles, whatever the columns are called; judged on a sample of rows.

Two kinds of evidence. Some values are telling by themselves: words of shopping events, of order states, of devices,
names of countries. The rest is structure: lines of an order share its customer and its day, several different products
stand in one order, a product keeps its name, its category and roughly its price. Nothing is claimed where that is not
so: a table of customers never becomes orders because a number in it looks like a price.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from segtui.gather.levels import CHANNEL_WORDS, COUNTRY_WORDS, STATUS_WORDS, event_word
from segtui.gather.names import names_a_place
from segtui.gather.reading import numbers
from segtui.gather.table import Table
from segtui.results import Column, ColumnType

SAMPLE = 20_000
"""Rows from the top that are looked at. They lie next to each other, because the lines of an order do."""

LONGEST = 200
"""Characters of a cell that are looked at; a cell may be a document."""

LEVELS = 200
"""Most common values of a text column that are looked at one by one."""

_ID_TYPES = (ColumnType.INTEGER, ColumnType.TEXT, ColumnType.NUMBER)
_MONEY = r"^[^\d\s.,-]{0,4}\s?-?[^\d\s.,-]{0,4}\d[\d., ]*\s?[^\d\s]{0,4}$"
_DAY = r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|^\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}\b"


@dataclass(frozen=True, eq=False, slots=True)
class Facts:
    """What is known of one column. unique: different values / filled rows, of the whole table where that is known.

    values: the sampled rows. numeric: holds numbers, or text that will be read as such ("$17.52"); dated likewise.
    whole: only whole numbers. low, high: of numbers. decimals: share of numbers with a fraction. levels: the most
    common values of text, lower case. codes: values are short, without blanks, with digits or all alike in length.
    """

    name: str
    type: ColumnType
    values: pl.Series
    filled: int
    distinct: int
    unique: float
    numeric: bool
    dated: bool
    whole: bool
    low: float
    high: float
    decimals: float
    levels: tuple[str, ...]
    codes: bool

    @property
    def id_like(self) -> bool:
        """Whether it may name something: codes or whole numbers."""
        return (
            self.type in _ID_TYPES and not self.dated and (self.codes if self.type is ColumnType.TEXT else self.whole)
        )


def facts(table: Table, rows: int | None = None) -> tuple[Facts, ...]:
    """The facts of every column, in column order. rows: of the whole table where its frame is only a sample of it."""
    height = table.frame.height if rows is None else rows
    return tuple(_facts(column, table.frame[column.name], height) for column in table.columns)


def _facts(column: Column, values: pl.Series, rows: int) -> Facts:
    sample = values.head(SAMPLE)
    if sample.dtype == pl.String:
        sample = sample.str.head(LONGEST)
    filled = max(rows - column.missing, 0)
    text = column.type is ColumnType.TEXT and sample.dtype == pl.String
    numbers = sample.drop_nulls() if column.type in (ColumnType.INTEGER, ColumnType.NUMBER) else sample.clear()
    whole = numbers.len() > 0 and (numbers.dtype.is_integer() or bool((numbers == numbers.round()).all()))
    fractions = 0.0 if whole or not numbers.len() else _share(numbers != numbers.round())
    return Facts(
        name=column.name,
        type=column.type,
        values=sample,
        filled=filled,
        distinct=column.distinct,
        unique=min(1.0, column.distinct / filled) if filled else 0.0,
        numeric=numbers.len() > 0 or (text and _mostly(sample, _MONEY) and _mostly(sample, r"[.,$€£¥]")),
        dated=column.type is ColumnType.DATE or (text and _mostly(sample, _DAY)),
        whole=whole,
        low=_number(numbers.min()),
        high=_number(numbers.max()),
        decimals=fractions,
        levels=_levels(sample) if text else (),
        codes=text and _code_like(sample),
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _share(marks: pl.Series) -> float:
    """Share of true values among those that are not missing; 0 without any."""
    mean = marks.mean()
    return float(mean) if isinstance(mean, int | float) else 0.0


def _mostly(values: pl.Series, pattern: str) -> bool:
    filled = values.drop_nulls().head(1_000)
    return filled.len() > 0 and _share(filled.str.strip_chars().str.contains(pattern)) >= 0.95


def numbers_among_words(fact: Facts) -> bool:
    """Whether at least half of the values of a text column are numbers: enough where its name says that all are. The
    others count as missing, and are shown."""
    if fact.type is not ColumnType.TEXT or fact.values.dtype != pl.String:
        return False
    cell = pl.col(fact.name)
    read = pl.coalesce(numbers.number(cell, "."), numbers.number(cell, ","))
    filled = pl.DataFrame(fact.values.drop_nulls().head(1_000))
    return filled.height > 0 and _share(filled.select(read.is_not_null()).to_series()) >= 0.5


def _levels(values: pl.Series) -> tuple[str, ...]:
    counts = values.drop_nulls().value_counts(name="count").sort(["count", values.name], descending=[True, False])
    return tuple(counts[values.name].head(LEVELS).str.strip_chars().str.to_lowercase().to_list())


def _code_like(values: pl.Series) -> bool:
    filled = values.drop_nulls().head(1_000)
    if not filled.len():
        return False
    short = _share((filled.str.len_chars() <= 40) & ~filled.str.contains(r"\s"))
    return short >= 0.98 and _share(filled.str.contains(r"\d")) >= 0.9


# -- values that tell by themselves --------------------------------------------------------------------------


def recognised(fact: Facts) -> dict[str, float]:
    """Role -> how much the values alone speak for it, 0 to 1: events, order states, devices and countries."""
    if fact.type is not ColumnType.TEXT or not fact.levels or fact.distinct > LEVELS:
        return {}
    found = {
        "event": _known(fact, event_word) if fact.distinct <= 40 else 0.0,
        "status": _known(fact, lambda word: word in STATUS_WORDS) if fact.distinct <= 30 else 0.0,
        "channel": _known(fact, lambda word: word in CHANNEL_WORDS) if fact.distinct <= 30 else 0.0,
        "country": 0.0 if names_a_place(fact.name) else _known(fact, lambda word: word in COUNTRY_WORDS),
    }
    return {role: share for role, share in found.items() if share >= 0.6 and fact.distinct >= 2}


def _known(fact: Facts, knows: Callable[[str], bool]) -> float:
    """Share of the levels that are known."""
    return sum(knows(level) for level in fact.levels) / len(fact.levels)


# -- structure -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Ties:
    """What stays the same while a column keeps its value.

    lines: rows in groups of two or more, as a share of all rows. same: other column -> share of those groups within
    which it has one value.
    """

    lines: float
    same: dict[str, float]


def _ties(frame: pl.DataFrame, name: str) -> _Ties:
    groups = (
        frame.filter(pl.col(name).is_not_null())
        .group_by(name)
        .agg(pl.len().alias("__rows"), (pl.all().exclude(name).drop_nulls().n_unique() <= 1))
        .filter(pl.col("__rows") >= 2)
    )
    lines = int(groups["__rows"].sum()) / max(frame.height, 1)
    others = [column for column in groups.columns if column not in (name, "__rows")]
    return _Ties(lines, {column: _share(groups[column]) for column in others})


def order_structure(found: tuple[Facts, ...], known: dict[str, str]) -> dict[str, str]:
    """Role -> column, for the roles of order lines or sessions that the values show and `known` (role -> column) lacks.

    Empty where no column groups rows by customer and day.
    """
    by_name = {fact.name: fact for fact in found}
    when = known.get("time") or next((f.name for f in found if f.dated and f.distinct > 1), None)
    if when is None:
        return {}
    frame = _comparable(found, when)
    taken = set(known.values()) | {when}
    free = [f for f in found if f.name not in taken]
    roles = {**known, "time": when}
    _find_order(frame, free, by_name, roles)
    if "order_id" not in roles or "customer_id" not in roles:
        return {}
    _find_product(frame, [f for f in free if f.name not in roles.values()], by_name, roles)
    _find_money(frame, [f for f in free if f.name not in roles.values()], roles)
    return {role: name for role, name in roles.items() if role not in known}


def _comparable(found: tuple[Facts, ...], when: str) -> pl.DataFrame:
    """The sampled rows; times as days, as the lines of one order may be stamped seconds apart."""
    frame = pl.DataFrame([f.values for f in found if f.filled])
    return frame.with_columns(pl.col(when).dt.date()) if frame[when].dtype == pl.Datetime else frame


def _find_order(frame: pl.DataFrame, free: list[Facts], by_name: dict[str, Facts], roles: dict[str, str]) -> None:
    """The finest column whose repeated values keep one day and one customer, and that customer's column."""
    ids = [f for f in free if f.id_like and f.distinct >= 10 and f.unique < 0.98]
    orders = [by_name[roles["order_id"]]] if "order_id" in roles else ids
    best: tuple[int, str, str] | None = None
    for order in orders:
        ties = _ties(frame, order.name)
        if ties.lines < 0.02 or ties.same.get(roles["time"], 0.0) < 0.95:
            continue
        owner = _owner(order, ties, [by_name[roles["customer_id"]]] if "customer_id" in roles else ids)
        if owner is not None and (best is None or order.distinct > best[0]):
            best = (order.distinct, order.name, owner)
    if best is not None:
        roles["order_id"], roles["customer_id"] = best[1], best[2]


def _owner(order: Facts, ties: _Ties, choices: list[Facts]) -> str | None:
    """The finest column that has one value per order while its values come back in several orders."""
    fitting = [
        (f.distinct, f.name)
        for f in choices
        if f.name != order.name
        and ties.same.get(f.name, 0.0) >= 0.98
        and max(5, 0.01 * order.distinct) <= f.distinct <= 0.95 * order.distinct
    ]
    return max(fitting)[1] if fitting else None


def _find_product(frame: pl.DataFrame, free: list[Facts], by_name: dict[str, Facts], roles: dict[str, str]) -> None:
    """What differs within an order and comes back in others; then what a product keeps: its name and categories."""
    order = roles["order_id"]
    if "product" not in roles:
        within = _ties(frame, order).same
        alone, once = (
            (0.8, 0.4) if "event" in roles else (0.5, 0.85)
        )  # a visit comes back to a product, an order does not
        choices = [f for f in free if _may_be_product(f) and within.get(f.name, 1.0) < alone]
        choices = [f for f in choices if _different_pairs(frame, order, f.name) >= once]
        if not choices:
            return
        finest = max(f.distinct for f in choices)
        alike = [f for f in choices if f.distinct >= 0.7 * finest]
        roles["product"] = min(alike, key=lambda f: (_length(f), f.name)).name
    product = by_name[roles["product"]]
    kept = _ties(frame, product.name).same
    texts = [f for f in free if f.type is ColumnType.TEXT and f.name != product.name and kept.get(f.name, 0.0) >= 0.8]
    names = [f for f in texts if f.distinct >= 0.7 * product.distinct]
    if names and "product_name" not in roles:
        roles["product_name"] = max(names, key=lambda f: (_length(f), f.name)).name
    groups = [f for f in texts if f not in names and kept[f.name] >= 0.98 and f.distinct >= 2]
    if "category" not in roles:
        for number, group in enumerate(sorted(groups, key=lambda f: (f.distinct, f.name)), 1):
            roles["category" if number == 1 else f"category_{number}"] = group.name


def _may_be_product(fact: Facts) -> bool:
    if fact.type is ColumnType.TEXT:
        return not fact.numeric and not fact.dated and fact.distinct >= 5 and fact.unique <= 0.7
    return fact.whole and fact.distinct >= 5 and fact.unique <= 0.7 and fact.low >= 0 and fact.high >= 1_000


def _different_pairs(frame: pl.DataFrame, order: str, product: str) -> float:
    """Different pairs of order and product, as a share of rows: near 1 where a product stands in an order once."""
    pairs = frame.select(order, product).drop_nulls()
    return pairs.n_unique() / pairs.height if pairs.height else 0.0


def _length(fact: Facts) -> float:
    """Typical length of the values as text."""
    mean = fact.values.drop_nulls().head(1_000).cast(pl.String).str.len_chars().mean()
    return float(mean) if isinstance(mean, int | float) else 0.0


def _find_money(frame: pl.DataFrame, free: list[Facts], roles: dict[str, str]) -> None:
    """Quantity, price, amount and discount: small whole numbers, and decimals that go with the product or do not."""
    within = _ties(frame, roles["order_id"]).same
    if "quantity" not in roles:
        counts = [f for f in free if _may_be_quantity(f) and within.get(f.name, 1.0) < 0.9]
        if counts:
            roles["quantity"] = min(counts, key=lambda f: (f.high, f.name)).name
    numbers = [f for f in free if f.type is ColumnType.NUMBER and f.decimals > 0 and f.name not in roles.values()]
    shares = [f for f in numbers if f.low >= 0 and f.high <= 1 and _share(f.values == 0) >= 0.3]
    if shares and "discount" not in roles:
        roles["discount"] = shares[0].name
    prices = [f for f in numbers if f not in shares and f.high > 1 and _share(f.values > 0) >= 0.8]
    if prices and not {"unit_price", "amount"} & set(roles):
        _price_or_amount(frame, prices, roles)


def _may_be_quantity(fact: Facts) -> bool:
    if not fact.whole or fact.high <= 1 or fact.distinct < 2:
        return False
    return _share(fact.values.abs().is_between(1, 100)) >= 0.9 and fact.values.abs().median() in range(1, 31)


def _price_or_amount(frame: pl.DataFrame, prices: list[Facts], roles: dict[str, str]) -> None:
    """Two columns of which one is the other times the quantity are told by that; a single one by its product."""
    quantity = roles.get("quantity")
    if quantity is not None:
        several = frame.filter(pl.col(quantity).abs() >= 2)
        for price in prices:
            for amount in prices:
                near = (pl.col(price.name) * pl.col(quantity) / pl.col(amount.name)).is_between(0.95, 1.05)
                if price is not amount and several.height >= 20 and _share(several.select(near).to_series()) >= 0.9:
                    roles["unit_price"], roles["amount"] = price.name, amount.name
                    return
        if "product" in roles and _grows_with(frame, prices[0].name, quantity, roles["product"]):
            roles["amount"] = prices[0].name
            return
    roles["unit_price"] = prices[0].name


def _grows_with(frame: pl.DataFrame, money: str, quantity: str, product: str) -> bool:
    """Whether money follows the quantity, against what one piece of the same product costs."""
    single = frame.filter(pl.col(quantity) == 1).group_by(product).agg(pl.col(money).median().alias("__one"))
    lines = frame.filter(pl.col(quantity) >= 2).join(single, on=product, how="inner").filter(pl.col("__one") > 0)
    if lines.height < 20:
        return False
    ratio = lines[money] / lines["__one"]
    return _share((ratio / lines[quantity]).is_between(0.8, 1.25)) > _share(ratio.is_between(0.8, 1.25))

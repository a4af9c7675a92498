"""Order lines under one set of names, whatever the source calls its columns, and what each line paid.

Money and pieces are kept as whole millionths (`MICRO`): sums of whole numbers come out the same in whatever order a
parallel query adds them up, and sums of floats do not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from segtui.results import JoinReport

MICRO = 1_000_000
"""Money and pieces are counted in this part of one."""

MOST = 9.0e12
"""The largest sum (in units) that whole millionths can hold in 64 bits."""

ROW = "row"
"""The number of the line in its table, where a query asks for it."""

CANONICAL = ("customer_id", "order_id", "time", "product", "product_name", "category", "brand", "quantity",
             "unit_price", "amount", "status", "country", "event", "session", "channel")  # fmt: skip
"""Names of the columns of `Lines.frame`, as far as the source has them; discounts are "discount", "discount_2", …."""


@dataclass(frozen=True, eq=False, slots=True)
class Lines:
    """Order lines, events or records of one or more tables, lazily and in no particular order.

    frame: the canonical columns that `roles` names, typed: ids and texts String (a customer id may be Int64), time
    Date or Datetime("us"), numbers Float64; then the source's own columns under their positions. sources: the tables
    they come from. id_name: what the source calls the customer. loose: whether ids are without type and padding, and
    stand as written in `ids.WRITTEN`.
    """

    frame: pl.LazyFrame
    roles: frozenset[str]
    sources: tuple[str, ...]
    id_name: str = "customer_id"
    joins: tuple[JoinReport, ...] = ()
    loose: bool = False

    def has(self, *roles: str) -> bool:
        """Whether all these roles are there."""
        return self.roles.issuperset(roles)

    @property
    def discounts(self) -> tuple[str, ...]:
        """The discount columns."""
        return tuple(sorted(role for role in self.roles if base_role(role) == "discount"))

    @property
    def paid(self) -> bool:
        """Whether it can be said what a line cost."""
        return self.has("amount") or self.has("unit_price")


def base_role(role: str) -> str:
    """A role without its number: "discount_2" is a discount."""
    stem, _, number = role.rpartition("_")
    return stem if stem and number.isdigit() else role


def canonical(
    frame: pl.LazyFrame, roles: dict[str, str], typed: dict[str, pl.Expr], schema: dict[str, pl.DataType], name: str
) -> Lines:
    """A table's rows under canonical names. roles: role -> column; typed: column -> its values, typed as `schema`."""
    wanted = {role: column for role, column in roles.items() if base_role(role) in CANONICAL or is_discount(role)}
    columns = [_as_role(base_role(role), typed[column], schema[column]).alias(role) for role, column in wanted.items()]
    id_name = roles.get("customer_id", "customer_id")
    return Lines(frame.with_columns(columns), frozenset(wanted), (name,), id_name)


def is_discount(role: str) -> bool:
    """Whether a role is one of the discounts."""
    return base_role(role) == "discount"


_NUMBERS = frozenset(("quantity", "unit_price", "amount", "discount"))


def _as_role(role: str, values: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if role == "customer_id":
        return _id(values, kind)
    if role in _NUMBERS:
        return values.cast(pl.Float64, strict=False)
    if role == "time":
        return values if kind in (pl.Date, pl.Datetime) else pl.lit(None, dtype=pl.Datetime("us"))
    return _text(values, kind)


def _id(values: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """Ids as whole numbers or text, blanks being none; 17850.0 is the whole number it was before something made a
    float of it, and 17850.5 is none: two customers must not be rounded to one."""
    if kind.is_float():
        return pl.when(values == values.round()).then(values.cast(pl.Int64, strict=False))
    if kind == pl.Int64:
        return values
    text = _text(values, kind)
    return pl.when(text.str.strip_chars() != "").then(text)


def _text(values: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if kind == pl.String:
        return values
    return values.cast(pl.Int64, strict=False).cast(pl.String) if kind.is_float() else values.cast(pl.String)


def shifted(day: date, days: int) -> date:
    """The day so many days later, as far as the calendar goes: 9999-12-31 means “no end” in many exports."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def micro(values: pl.Expr) -> pl.Expr:
    """Numbers as whole millionths."""
    return (values * MICRO).round().cast(pl.Int64, strict=False)


def paid(lines: Lines, discount_is_share: bool) -> pl.Expr:
    """What was paid for a line, after discounts.

    An amount is taken as it is. A unit price is that of one piece before the discounts, which are shares of the price
    or amounts for the whole line.
    """
    if lines.has("amount"):
        return pl.col("amount")
    price = pl.col("unit_price") * pl.col("quantity") if lines.has("quantity") else pl.col("unit_price")
    for name in lines.discounts:
        off = pl.col(name).fill_null(0.0)
        price = price * (1.0 - off) if discount_is_share else price - off.abs()
    return price


def discounted(lines: Lines, discount_is_share: bool) -> pl.Expr | None:
    """What the discounts took off a line; None where there are none."""
    if not lines.discounts:
        return None
    if not discount_is_share:
        return pl.sum_horizontal(pl.col(name).fill_null(0.0).abs() for name in lines.discounts)
    if lines.has("amount"):
        left = pl.lit(1.0)
        for name in lines.discounts:
            left = left * (1.0 - pl.col(name).fill_null(0.0).clip(0.0, 0.999999))
        return pl.col("amount") / left - pl.col("amount")
    full = pl.col("unit_price") * pl.col("quantity") if lines.has("quantity") else pl.col("unit_price")
    return full - paid(lines, discount_is_share)


_MONEY = frozenset(("quantity", "unit_price", "amount"))


def _by_amount(part: Lines, pieces: bool) -> Lines:
    """Lines by what was paid for each, where tables say it differently; the pieces only where all tables have them.

    A discount up to 1 is a share of the price here, since each table would have to be looked at for more.
    """
    if not part.paid:
        return part
    paid_for = pl.col("amount") if part.has("amount") else pl.col("unit_price")
    if not part.has("amount"):
        paid_for = paid_for * pl.col("quantity") if part.has("quantity") else paid_for
        for name in part.discounts:
            off = pl.col(name).fill_null(0.0).abs()
            paid_for = pl.when(off <= 1.0).then(paid_for * (1.0 - off)).otherwise(paid_for - off)
    dropped = {"unit_price"} if pieces else {"unit_price", "quantity"}
    roles = part.roles - dropped - set(part.discounts) | {"amount"}
    return replace(part, frame=part.frame.with_columns(paid_for.alias("amount")), roles=roles)


def union(parts: list[Lines]) -> Lines:
    """The lines of several tables together, whatever roles each has."""
    if len(parts) == 1:
        return parts[0]
    if len({part.roles & _MONEY for part in parts}) > 1:
        parts = [_by_amount(part, all(one.has("quantity") for one in parts)) for part in parts]
    roles = frozenset(role for part in parts for role in part.roles)
    frames = [part.frame.select(sorted(part.roles)) for part in parts]
    kinds = {str(frame.collect_schema()["customer_id"]) for frame in frames}
    if len(kinds) > 1:
        frames = [frame.with_columns(pl.col("customer_id").cast(pl.String)) for frame in frames]
    times = {str(frame.collect_schema()["time"]) for frame in frames if "time" in frame.collect_schema()}
    if len(times) > 1:
        frames = [frame.with_columns(pl.col("time").cast(pl.Datetime("us"))) for frame in frames]
    first = parts[0]
    return replace(
        first,
        frame=pl.concat(frames, how="diagonal"),
        roles=roles,
        sources=tuple(source for part in parts for source in part.sources),
        joins=tuple(join for part in parts for join in part.joins),
    )


def whole(millionths: pl.Expr) -> pl.Expr:
    """Millionths as the number they stand for, the nearest float there is to it.

    Polars divides a column by a constant as a product with its inverse, which leaves 109.80999999999999 for 109.81;
    the rounding takes that back.
    """
    return (millionths / MICRO).round(6)

"""Which order lines count: a visible list of steps, each with the lines it leaves out.

Every line that is left out is counted at the first step that does so; the lines of the steps that are on, the lines
on or after the snapshot and the lines kept add up to the lines read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from segtui.gather.lines import ROW, Lines
from segtui.recipe import STEPS, GatherSpec
from segtui.results import CleaningStep

KEPT, LATER = 0, 255
"""Marks of lines that count, and of those no feature may see; a step that is taken marks its place in STEPS, plus 1."""

OUT = "left out"
"""The column with the marks."""

_CANCELLED = (
    r"(?i)\b(cancel|refund|return|void|reject|declin|fail|storno|storniert|abgebrochen|annul|remb|devol|geannul)"
)
_NO_PRODUCT_CODE = (
    r"(?i)^(POST|POSTAGE|DOT|M|D|B|S|C2|CRUK|PADS|BANK CHARGES|AMAZONFEE|FEE|SHIP|SHIPPING|FREIGHT|gift_.*)$"
)
_NO_PRODUCT_NAME = (
    r"(?i)\b(postage|carriage|shipping|delivery (charge|fee|cost)|freight|bank charges?|handling fee|amazon fee|"
    r"manual|adjust(ed|ment)? (bad debt|by)|gift ?(card|voucher)|voucher|porto|versand(kosten)?|frais de port|"
    r"gastos de env[ií]o)\b"
)
_TEST = r"(?i)(^|[^a-z])(test|testing|demo|dummy|sample account|example)([^a-z]|$)"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. title: what it leaves out. needs: it applies where one of these sets of roles is there.

    leaves_out: True for the lines to leave out, False or null for the rest.
    """

    id: str
    title: str
    needs: tuple[frozenset[str], ...]
    leaves_out: Callable[[Lines], pl.Expr]

    def applies(self, lines: Lines) -> bool:
        """Whether the lines have what the step looks at."""
        return any(lines.roles >= need for need in self.needs)


def _sets(*needs: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(need.split()) for need in needs)


def _no_customer(lines: Lines) -> pl.Expr:
    del lines
    return pl.col("customer_id").is_null()


def _cancelled(lines: Lines) -> pl.Expr:
    """By a status that says so, or an order number C… with a negative line: the C alone may be part of a shop's ids."""
    said: list[pl.Expr] = []
    if lines.has("status"):
        said.append(pl.col("status").str.contains(_CANCELLED))
    negative = [pl.col(role) < 0 for role in ("quantity", "amount") if lines.has(role)]
    if lines.has("order_id") and negative:
        letter = pl.col("order_id").str.starts_with("C") | pl.col("order_id").str.starts_with("c")
        numbered = pl.col("order_id").str.slice(1, 1).is_between(pl.lit("0"), pl.lit("9"))
        said.append(letter & numbered & pl.any_horizontal(negative).fill_null(False))
    return pl.any_horizontal([one.fill_null(False) for one in said])


def _no_quantity(lines: Lines) -> pl.Expr:
    del lines
    return ~(pl.col("quantity") > 0).fill_null(False)


def _no_price(lines: Lines) -> pl.Expr:
    price = "unit_price" if lines.has("unit_price") else "amount"
    return ~(pl.col(price) > 0).fill_null(False)


def _no_product(lines: Lines) -> pl.Expr:
    said = []
    if lines.has("product"):
        said.append(pl.col("product").str.strip_chars().str.contains(_NO_PRODUCT_CODE))
    if lines.has("product_name"):
        said.append(pl.col("product_name").str.contains(_NO_PRODUCT_NAME))
    return pl.any_horizontal([one.fill_null(False) for one in said])


def _test_account(lines: Lines) -> pl.Expr:
    return pl.any_horizontal(
        [
            pl.col(role).cast(pl.String).str.contains(_TEST).fill_null(False)
            for role in ("customer_id", "product", "product_name")
            if lines.has(role)
        ]
    )


def _repeated(lines: Lines) -> pl.Expr:
    """Every line but the first of those equal in all columns of the source."""
    names = [name for name in lines.frame.collect_schema().names() if name not in (OUT, ROW)]
    return ~pl.struct(names).hash().is_first_distinct()


LINE_STEPS: tuple[Step, ...] = (
    Step("customer_id", "no customer id", _sets("customer_id"), _no_customer),
    Step("not_cancelled", "cancelled", _sets("status", "order_id quantity", "order_id amount"), _cancelled),
    Step("quantity", "quantity not above 0", _sets("quantity"), _no_quantity),
    Step("price", "price not above 0", _sets("unit_price", "amount"), _no_price),
    Step("duplicates", "exact duplicate of another line", _sets("customer_id"), _repeated),
    Step("non_products", "no product (postage, fees, manual entries)", _sets("product", "product_name"), _no_product),
    Step("test_accounts", "test account or test product", _sets("customer_id"), _test_account),
)
"""Those that look at a line; `has_orders` looks at customers."""

HAS_ORDERS = "customer without an order that counts"


def step(id: str) -> Step:
    """The line step with this id. Raises KeyError."""
    return {one.id: one for one in LINE_STEPS}[id]


def mark(id: str) -> int:
    """The mark of a step's lines."""
    return STEPS.index(id) + 1


def taken(lines: Lines, gather: GatherSpec) -> tuple[Step, ...]:
    """The steps that are on and have something to look at. Lines without a customer need an order to be kept by."""
    return tuple(
        one
        for one in LINE_STEPS
        if one.applies(lines) and (gather.step_on(one.id) or (one.id == "customer_id" and not lines.has("order_id")))
    )


def marks(lines: Lines, gather: GatherSpec, cut: date | None) -> pl.Expr:
    """The mark of every line. cut: the day from which on no line counts (nor one without a date); None: all do."""
    found = pl.lit(KEPT, dtype=pl.UInt8)
    if cut is not None and lines.has("time"):
        found = pl.when((pl.col("time") < pl.lit(cut)).fill_null(False)).then(found).otherwise(pl.lit(LATER, pl.UInt8))
    for one in reversed(taken(lines, gather)):
        code = pl.lit(mark(one.id), dtype=pl.UInt8)
        found = pl.when(one.leaves_out(lines).fill_null(False)).then(code).otherwise(found)
    return found.alias(OUT)


def counts() -> list[pl.Expr]:
    """How many lines carry each mark."""
    return [(pl.col(OUT) == code).sum().cast(pl.Int64).alias(f"mark {code}") for code in (KEPT, *_codes(), LATER)]


def _codes() -> tuple[int, ...]:
    return tuple(mark(one.id) for one in LINE_STEPS)


def steps_of(lines: Lines, gather: GatherSpec, counted: dict[str, int]) -> tuple[CleaningStep, ...]:
    """The steps with the lines they left out. counted: the row of `counts`."""
    on = {one.id for one in taken(lines, gather)}
    return tuple(
        CleaningStep(
            one.id,
            one.title,
            one.id in on,
            counted[f"mark {mark(one.id)}"] if one.id in on else None,
            one.applies(lines),
        )
        for one in LINE_STEPS
    )

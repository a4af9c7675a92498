"""What is held back to judge by: each customer's last basket, or everything from a day on.

The last basket is quick and uses every customer, but others' later purchases are known when it is guessed, which
flatters every method that learns from them (Ji et al. 2023). The time split knows nothing from its day on: it is the
truth about a list made today. Both ask for one basket: the last one, or a customer's first from the day on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import sparse

from segtui.decide.recommend_interactions import Past, Purchases, past, rows_of
from segtui.decided.recommendations import Protocol, Trial
from segtui.gather import scan
from segtui.progress import Steps

if TYPE_CHECKING:
    from segtui.basketed import Numbers
    from segtui.results import Rows

LEAST = 100
"""Customers that a protocol must be able to judge; with fewer an interval of hit@10 is wider than ± .1."""

JUDGED = 10_000
"""Customers judged at most: the first in canonical order, which is a random sample."""

LONGEST, PART = 90, 4
"""The time split holds back a PART-th of the days, LONGEST at most."""

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False, slots=True)
class Split:
    """A past and what came after it. customers: positions of those judged, ascending (judged,); wanted: CSR float32
    ones (judged, columns of the past), the basket held back."""

    trial: Trial
    past: Past
    customers: Rows
    wanted: sparse.csr_array


def split(bought: Purchases, protocol: Protocol) -> Steps[Split | Trial]:
    """The split that `protocol` makes, or a trial that says in words why it cannot be made."""
    if not bought.dated:
        return Trial(protocol, refusal="the orders have no dates, so nothing says which basket came last")
    if protocol is Protocol.LAST:
        return (yield from _last(bought))
    return (yield from _over_time(bought))


def whole(bought: Purchases) -> Steps[Past]:
    """All there is, for recommendations as of the day after the last purchase."""
    last = bought.lines["day"].max() if bought.dated else None
    asked = np.full(bought.customers, 0 if last is None else int(last) + 1, dtype=np.int32)  # type: ignore[arg-type]
    return (yield from past(bought, pl.lit(True), asked))


def _last(bought: Purchases) -> Steps[Split | Trial]:
    several = pl.col("back").max().over("owner") > 0
    held = bought.lines.filter((pl.col("back") == 0) & several)
    refusal = _too_few(held["owner"].n_unique(), "two baskets or more")
    if refusal:
        return Trial(Protocol.LAST, refusal=refusal)
    return (yield from _made(bought, Protocol.LAST, None, (pl.col("back") > 0) | ~several, held))


def _over_time(bought: Purchases) -> Steps[Split | Trial]:
    first, last = (int(one) for one in (bought.lines["day"].min(), bought.lines["day"].max()))  # type: ignore[arg-type]
    cut = last + 1 - min(LONGEST, (last + 1 - first) // PART)
    day = EPOCH + timedelta(days=cut)
    if not first < cut <= last:
        return Trial(Protocol.TIME, refusal="the orders are of too few days to tell earlier from later ones")
    later = bought.lines.filter((pl.col("day") >= cut) & (pl.col("day").min().over("owner") < cut))
    held = later.filter(pl.col("back") == pl.col("back").max().over("owner"))
    refusal = _too_few(held["owner"].n_unique(), f"baskets both before {day} and from then on")
    if refusal:
        return Trial(Protocol.TIME, day, refusal=refusal)
    return (yield from _made(bought, Protocol.TIME, day, pl.col("day") < cut, held))


def _too_few(customers: int, having: str) -> str:
    if customers >= LEAST:
        return ""
    verb = "customer has" if customers == 1 else "customers have"
    return f"{customers or 'no'} {verb} {having}; {LEAST} are needed to judge by"


def _made(bought: Purchases, protocol: Protocol, day: date | None, known: pl.Expr, held: pl.DataFrame) -> Steps[Split]:
    asked = np.zeros(bought.customers, dtype=np.int32)
    asked[held["owner"].to_numpy()] = held["day"].to_numpy() if day is None else (day - EPOCH).days
    before = yield from past(bought, known, asked)
    customers, wanted, of = yield from scan.in_background(lambda: _wanted(before, held), "setting baskets aside")
    yield from ()
    repeats = float(wanted.multiply(before.owned[customers]).sum() / wanted.nnz)
    size = wanted.nnz / len(customers)
    trial = Trial(protocol, day, len(customers), of, len(bought.items), size, repeats)
    return Split(trial, before, customers, wanted)


def _wanted(before: Past, held: pl.DataFrame) -> tuple[Rows, sparse.csr_array, int]:
    """The customers judged, their baskets in the columns of the past, and how many customers there were."""
    column_of: Numbers = np.empty_like(before.order)
    column_of[before.order] = np.arange(len(before.order), dtype=np.int32)
    owners = held["owner"].unique().sort()
    customers = owners[:JUDGED].to_numpy().astype(np.int64)
    taken = held.filter(pl.col("owner") <= int(customers[-1]))
    owner, column = taken["owner"].to_numpy(), column_of[taken["item"].to_numpy()]
    sorted_ = np.lexsort((column, owner))
    row = np.searchsorted(customers, owner[sorted_]).astype(np.int32)
    return customers, rows_of(row, column[sorted_], (len(customers), len(before.order))), len(owners)

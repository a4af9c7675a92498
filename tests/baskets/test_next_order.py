"""What comes in the next order: by hand, against counting one by one, planted and shuffled away; and days of orders."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui.basketed import Baskets
from segtui.baskets import next_order
from segtui.baskets.days import NEVER, days_of
from segtui.baskets.encode import from_lines
from segtui.baskets.next_order import next_orders, sentence
from segtui.baskets.swap import shuffled
from segtui.errors import AnalysisError
from segtui.progress import finish
from tests.baskets.planted import baskets_of, rows_of


def printers(customers: int = 40) -> tuple[Baskets, np.ndarray]:
    """Everybody buys 0 and then 1, 30 and some days later; then 2 and then 3, where half buy 1 as well."""
    rows, owner, when = [], [], []
    for who in range(customers):
        second = [1, 3] if who % 2 else [3]
        rows += [[0], [1], [2], second]
        owner += [who] * 4
        when += [0, 30 + who, 200, 300]
    return baskets_of(rows, owner=owner), np.array(when)


def test_a_pair_by_hand() -> None:
    baskets, when = printers()
    found = finish(next_orders(baskets, when, fresh=False))
    row = list(zip(found.antecedent.tolist(), found.consequent.tolist(), strict=True)).index((0, 1))
    # 120 pairs of orders; 1 comes next after each of 40 with 0, and after half of the 40 with 2.
    assert (found.all_pairs, found.all_customers) == (120, 40)
    assert (found.pairs[row], found.antecedent_counts[row], found.consequent_counts[row]) == (120, 40, 60)
    assert (found.counts[row], found.customers[row], found.reverse[row]) == (40, 40, 0)
    assert found.confidence[row] == 1
    assert found.lift[row] == pytest.approx(2.0)
    assert found.extra[row] == pytest.approx(20)
    assert found.days[row] == 49.5  # 30 to 69
    text = sentence(found, row, ("printer", "ink", "lamp", "bulb"))
    assert text.startswith("Of 40 orders with printer that another followed, 40 (100%) had ink in the next, of 40 ")
    assert text.endswith("The other way round: 0.")


@pytest.mark.parametrize(("fresh", "expected"), [(False, (7, 3, 4, 3)), (True, (3, 2, 2, 2))])
def test_what_was_there_already(fresh: bool, expected: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_order, "LEVEL", 1.0)
    # One customer. Next to 0 comes 1, three times; the second time 1 was there already. Three orders before another
    # lack 1: both that are 0 alone, and 2.
    baskets = baskets_of([[0], [1], [0, 1], [1], [0], [1], [2], [3]], owner=[0] * 8)
    found = finish(next_orders(baskets, np.arange(8), fresh=fresh, least=1, people=1))
    row = list(zip(found.antecedent.tolist(), found.consequent.tolist(), strict=True)).index((0, 1))
    counts = (found.pairs, found.antecedent_counts, found.consequent_counts, found.counts)
    assert tuple(int(count[row]) for count in counts) == expected


@settings(deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.integers(0, 2))
def test_as_counted_one_by_one(seed: int, fresh: bool, apart: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [sorted(np.flatnonzero(rng.random(4) < 0.4).tolist()) for _ in range(60)]
    owner, when = rng.integers(-1, 6, 60), rng.integers(0, 30, 60)
    when[rng.random(60) < 0.1] = NEVER
    baskets = baskets_of(rows, items=4, owner=owner.tolist())
    known = sorted((owner[b], when[b], b) for b in range(60) if owner[b] >= 0 and when[b] != NEVER)
    pairs = [
        (set(rows[one[2]]), set(rows[two[2]]), one[0], two[1] - one[1])
        for one, two in pairwise(known)
        if one[0] == two[0] and two[1] - one[1] >= apart
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(next_order, "LEVEL", 1.0)
        found = finish(next_orders(baskets, when, least=1, people=1, fresh=fresh, apart=apart))
    assert found.all_pairs == len(pairs)
    expected = {}
    for x in range(4):
        for y in range(4):
            able = [pair for pair in pairs if not (fresh and y in pair[0])]
            having = [pair for pair in able if x in pair[0] and y in pair[1]]
            n_x, n_y = sum(x in pair[0] for pair in able), sum(y in pair[1] for pair in able)
            if x != y and len(having) * len(able) > n_x * n_y:
                other = [pair for pair in pairs if y in pair[0] and x in pair[1] and not (fresh and x in pair[0])]
                days = float(np.median([pair[3] for pair in having]))
                people = len({pair[2] for pair in having})
                expected[x, y] = (len(able), n_x, n_y, len(having), len(other), people, days)
    columns = (found.pairs, found.antecedent_counts, found.consequent_counts, found.counts, found.reverse)
    told = zip(*(column.tolist() for column in (*columns, found.customers, found.days)), strict=True)
    assert (
        dict(zip(zip(found.antecedent.tolist(), found.consequent.tolist(), strict=True), told, strict=True)) == expected
    )
    assert (np.diff(found.lift) <= 1e-12).all()


def shopping(seed: int) -> tuple[Baskets, np.ndarray]:
    """300 customers with six orders each, some of large baskets and some of small; after 0 comes 1, half of the time."""
    rng = np.random.default_rng(seed)
    rows: list[list[int]] = []
    for _ in range(300):
        mean, last = rng.integers(1, 8), set()
        for _ in range(6):
            row = set(rng.choice(40, size=mean, replace=False).tolist())
            if 0 in last and rng.random() < 0.5:
                row.add(1)
            rows.append(sorted(row))
            last = row
    return baskets_of(rows, items=40, owner=np.repeat(np.arange(300), 6).tolist()), np.tile(np.arange(6) * 7, 300)


def test_a_planted_pair_is_found_and_shuffling_takes_it_away() -> None:
    baskets, when = shopping(1)
    found = finish(next_orders(baskets, when))
    assert (found.antecedent.tolist(), found.consequent.tolist()) == ([0], [1])
    assert found.days.tolist() == [7.0]
    drawn = [finish(next_orders(finish(shuffled(baskets, seed)), when)) for seed in range(5)]
    assert sum(len(one) for one in drawn) == 0


def test_one_customer_is_not_many() -> None:
    rows = [[0], [1]] * 40 + [[2], [3]] * 40
    baskets = baskets_of(rows, owner=[0] * 80 + [1] * 80)
    found = finish(next_orders(baskets, np.arange(160)))
    assert found.found > 0
    assert len(found) == 0


def test_refusals_say_why() -> None:
    with pytest.raises(AnalysisError, match="no customers"):
        finish(next_orders(baskets_of([[0]]), np.array([0])))
    with pytest.raises(AnalysisError, match="no customer has two orders"):
        finish(next_orders(baskets_of([[0], [1]], owner=[0, 1]), np.array([0, 1])))


def test_the_day_of_an_order_is_its_earliest() -> None:
    days = [date(1970, 1, 3), date(1970, 1, 2), date(1970, 1, 9), None, date(1970, 1, 1)]
    lines = pl.DataFrame({"order": ["b", "b", "a", "c", "z"], "item": ["x", "y", "x", "x", None], "day": days})
    baskets = finish(from_lines(lines, "order", "item")).baskets
    assert baskets.ids == ("a", "b", "c")
    assert finish(days_of(baskets, lines, "order", "day")).tolist() == [8, 1, NEVER]
    with pytest.raises(AnalysisError, match="no numbers"):
        finish(days_of(baskets_of([[0]]), lines, "order", "day"))
    assert rows_of(baskets) == [[0], [0, 1], [0]]


def test_online_retail(shared_data: Path) -> None:
    """Shops complete a set of door signs order by order; baskets shuffled give nothing."""
    lines = pl.read_parquet(shared_data / "online_retail_2010_2011.parquet").filter(
        ~pl.col("InvoiceNo").str.starts_with("C") & (pl.col("UnitPrice") > 0) & pl.col("CustomerID").is_not_null()
    )
    lines = lines.with_columns(pl.col("CustomerID").rank("dense").cast(pl.Int64).alias("owner") - 1)
    baskets = finish(from_lines(lines, "InvoiceNo", "Description", "owner")).baskets
    when = finish(days_of(baskets, lines, "InvoiceNo", "InvoiceDate"))
    found = finish(next_orders(baskets, when))
    names = [baskets.items[item] for item in (found.antecedent[0], found.consequent[0])]
    assert all("METAL DOOR SIGN" in name for name in names)
    assert found.customers.min() >= 5
    assert (found.days >= 1).all()
    assert len(finish(next_orders(finish(shuffled(baskets, 1)), when))) <= 1

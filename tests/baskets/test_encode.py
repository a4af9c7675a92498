"""Order lines, rows and tables become the same baskets, whatever the order of rows; what is blank is counted."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.basketed import Baskets
from segtui.baskets import encode
from segtui.progress import finish

LINES = pl.DataFrame(
    {
        "order": ["b", "a", "b", "b", None, "c", "c", "", "d", "a"],
        "item": ["tea", "milk", "cake", "tea", "tea", None, "  ", None, "milk", "cake"],
        "who": [3, 1, 2, None, 9, 4, 4, 9, -1, 1],
    },
    schema_overrides={"who": pl.Int64},
)


def by_name(baskets: Baskets) -> list[set[str]]:
    return [
        {baskets.items[i] for i in baskets.index[a:b]}
        for a, b in zip(baskets.starts[:-1], baskets.starts[1:], strict=True)
    ]


def test_lines_become_baskets_in_order_of_id_with_items_in_order_of_name() -> None:
    found = finish(encode.from_lines(LINES, "order", "item"))
    assert found.baskets.items == ("cake", "milk", "tea")
    assert found.baskets.ids == ("a", "b", "d")
    assert found.baskets.starts.tolist() == [0, 2, 4, 5]
    assert found.baskets.index.tolist() == [0, 1, 0, 2, 1]
    assert found.baskets.owner is None


def test_blank_lines_are_left_out_and_counted_each_once() -> None:
    found = finish(encode.from_lines(LINES, "order", "item"))
    assert (found.no_order, found.no_item, found.repeated) == (2, 2, 1)


def test_named_orders_stay_as_empty_baskets() -> None:
    found = finish(encode.from_lines(LINES, "order", "item", orders=pl.Series(["c", "a", "zz", "c", None])))
    assert found.baskets.ids == ("a", "b", "c", "d", "zz")
    assert found.baskets.sizes.tolist() == [2, 2, 0, 1, 0]


def test_a_basket_goes_to_the_lowest_customer_known_or_to_nobody() -> None:
    found = finish(encode.from_lines(LINES, "order", "item", owner="who", orders=pl.Series(["c"])))
    assert found.baskets.owner is not None
    # c has lines of customer 4, but none that names an item
    assert dict(zip(found.baskets.ids or (), found.baskets.owner.tolist(), strict=True)) == {
        "a": 1,
        "b": 2,
        "c": -1,
        "d": -1,
    }


def test_ids_that_are_numbers_are_read_as_text() -> None:
    found = finish(encode.from_lines(pl.DataFrame({"o": [10, 9, 10], "i": [1, 2, 2]}), "o", "i"))
    assert found.baskets.ids == ("10", "9")
    assert by_name(found.baskets) == [{"1", "2"}, {"2"}]


@pytest.mark.parametrize("lines", [LINES.clear(), LINES[4:8]])
def test_nothing_to_read_is_no_baskets(lines: pl.DataFrame) -> None:
    baskets = finish(encode.from_lines(lines, "order", "item", owner="who")).baskets
    assert baskets.count == 0
    assert baskets.items == ()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=60), st.randoms())
def test_the_order_of_lines_changes_nothing(pairs: list[tuple[int, int]], random: object) -> None:
    def read(some: list[tuple[int, int]]) -> Baskets:
        frame = pl.DataFrame(
            {"o": [o for o, _ in some], "i": [i for _, i in some]}, schema={"o": pl.Int64, "i": pl.Int64}
        )
        return finish(encode.from_lines(frame, "o", "i")).baskets

    one = read(pairs)
    mixed = list(pairs)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    other = read(mixed)
    assert (one.items, one.ids) == (other.items, other.ids)
    assert np.array_equal(one.starts, other.starts)
    assert np.array_equal(one.index, other.index)
    assert by_name(one) == [{str(i) for o, i in pairs if str(o) == name} for name in one.ids or ()]


def test_many_pieces_give_what_one_piece_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(5)
    frame = pl.DataFrame({"o": generator.integers(0, 40, 500), "i": generator.integers(0, 30, 500)})
    whole = finish(encode.from_lines(frame, "o", "i"))
    monkeypatch.setattr(encode, "LINES", 7)
    monkeypatch.setattr("segtui.baskets.ordering.PIECE", 16)
    parts = finish(encode.from_lines(frame, "o", "i"))
    assert np.array_equal(whole.baskets.index, parts.baskets.index)
    assert np.array_equal(whole.baskets.starts, parts.baskets.starts)
    assert whole.repeated == parts.repeated == 500 - len(whole.baskets.index)

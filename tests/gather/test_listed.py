"""Baskets listed in one cell: found where each basket has one row, and items come again; else cells stay whole."""

from __future__ import annotations

import polars as pl
import pytest

from segtui.gather.baskets import ITEM, ORDER, lines_of_baskets
from segtui.gather.listed import separator_of
from segtui.gather.look import look_at_all
from segtui.progress import finish
from segtui.recipe import GatherSpec, SourceSpec
from segtui.results import Kind

CELLS = ["milk; bread", "tea", "bread ;milk;  tea", "milk;bread", "tea;jam", "jam; milk; bread"]


@pytest.mark.parametrize("between", [";", "|", ","])
def test_a_row_is_a_basket_and_every_item_a_line(tmp_path, between):
    path = tmp_path / "till.csv"
    rows = [f'{i},"{cell.replace(";", between)}"' for i, cell in enumerate(CELLS)]
    path.write_text("\n".join(["basket,items", *rows]) + "\n", encoding="utf-8")
    spec = GatherSpec((SourceSpec(str(path)),))
    (looked,) = finish(look_at_all(spec))
    assert (looked.kind, looked.between) == (Kind.BASKETS, between)
    lines = finish(lines_of_baskets(spec)).frame.sort(ORDER, ITEM)
    by_hand = sorted((str(i), item.strip()) for i, cell in enumerate(CELLS) for item in cell.split(";"))
    assert lines.select(ORDER, ITEM).rows() == by_hand


@pytest.mark.parametrize(
    ("orders", "cells"),
    [
        ([1, 2, 2, 3, 4, 5], CELLS),  # a basket has two rows
        ([1, 2, 3, None, 4, 5], CELLS),
        ([1, 2, 3, 4, 5, 6], ["Oslo, Norway", "Rome, Italy", "Oslo, Norway", "Bonn, Germany"] + ["Oslo, Norway"] * 2),
        ([1, 2, 3, 4, 5, 6], ["nice, but late", "good", "never again, sorry", "ok", "fine, thanks", "hm"]),  # free text
        ([1, 2, 3, 4, 5, 6], ["milk"] * 6),
        ([], []),
    ],
)
def test_cells_that_are_no_lists_stay_whole(orders, cells):
    assert separator_of(pl.Series(orders, dtype=pl.Int64), pl.Series(cells, dtype=pl.String)) == ""


def test_customers_with_lists_are_customers(tmp_path):
    path = tmp_path / "people.csv"
    rows = [f'c{i},"{cell.replace(";", ",")}"' for i, cell in enumerate(CELLS)]
    path.write_text("\n".join(["customer_id,interests", *rows]) + "\n", encoding="utf-8")
    (looked,) = finish(look_at_all(GatherSpec((SourceSpec(str(path)),))))
    assert looked.kind is Kind.CUSTOMERS

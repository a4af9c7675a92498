"""Figures of few customers are withheld, and nothing that is told gives them away."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from segtui.cli import main
from segtui.deliver.withhold import NOTE, few, hidden, without
from segtui.recipe import FEWEST


def test_cells_by_hand() -> None:
    assert hidden([100, 50, 30]) == frozenset()
    assert hidden([100, 50, 4]) == {1, 2}  # 4 alone would be the whole less the others
    assert hidden([100, 3, 4]) == {0, 1, 2}  # 3 + 4 are still few
    assert hidden([100, 50, 6, 7]) == {2, 3}
    assert hidden([100, 0, 50]) == frozenset()  # nobody is nobody's secret
    assert hidden([100, 0, 9]) == {0, 2}


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8))
def test_what_is_withheld_is_never_a_few_customers(counts: list[int]) -> None:
    out = hidden(counts)
    assert all(place in out for place, count in enumerate(counts) if few(count))
    rest = sum(counts[place] for place in out)  # what the whole less the others tells
    others = [count for place, count in enumerate(counts) if place not in out and count]
    assert not out or not others or (rest >= FEWEST and len(out) >= 2)


def test_rows_keep_only_who_they_are_about() -> None:
    table = pl.DataFrame({"segment": ["A", "B", None], "name": ["x", "y", "z"], "customers": [40, 3, 5]})
    told = without(table, {"B"}, ("name",))
    assert told["name"].to_list() == ["x", "y", "z"]
    assert told["customers"].to_list() == [40, None, 5]
    assert told["withheld"].to_list() == [None, NOTE, None]


def test_no_table_of_a_delivery_tells_of_a_small_segment(tmp_path: Path) -> None:
    values = [n % 5 for n in range(60)] + [100 + n % 5 for n in range(30)] + [1000 + n for n in range(4)]
    source = tmp_path / "in.csv"
    source.write_text("id,spend,visits\n" + "".join(f"c{n},{v},{v * 2 + n % 3}\n" for n, v in enumerate(values)))
    out = tmp_path / "out"
    words = ["--k", "3", "--scale", "none", "--withhold", "--parts", "customers,segments,profiles,evidence"]
    assert main(["run", str(source), "--deliver", str(out), *words]) == 0
    people = pl.read_csv(out / "customers.csv")
    sizes = dict(people.group_by("segment").len().iter_rows())
    assert sorted(sizes.values()) == [4, 30, 60]
    secret = {letter for letter, size in sizes.items() if size in (4, 30)}
    for name in ("segments", "profiles"):
        table = pl.read_csv(out / f"{name}.csv")
        about = table.filter(pl.col("segment").is_in(list(secret)))
        figures = about.select(pl.selectors.numeric())
        assert about.height
        assert figures.null_count().sum_horizontal().item() == figures.height * figures.width
    told = json.loads((out / "passport.json").read_text())
    assert set(told["withheld"]["segments"]) == secret
    assert {one["segment"]: one["customers"] for one in told["segments"]} == {
        letter: None if letter in secret else size for letter, size in sizes.items()
    }
    evidence = pl.read_csv(out / "evidence.csv")
    assert all(few(size) is False for size in evidence["smallest_segment"].to_list())

"""Figures of few customers are withheld, and nothing that is told gives them away."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from segtui.cli import main
from segtui.deliver.withhold import NOTE, crossed, few, hidden, without
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


def test_the_page_withholds_whom_the_tables_withhold(tmp_path: Path) -> None:
    # 3 and 4 customers come to fewer than ten together, so a third segment goes with them, on the page as in the table
    kinds = (range(60), range(1000, 1030), range(9000, 9004), range(50000, 50003))
    lines = [f"c{value},{value},{value * 2 + value % 3}" for values in kinds for value in values]
    source, out = tmp_path / "in.csv", tmp_path / "out"
    source.write_text("id,spend,visits\n" + "\n".join(lines) + "\n")
    words = ["--k", "4", "--scale", "none", "--withhold", "--parts", "segments,report"]
    assert main(["run", str(source), "--deliver", str(out), *words]) == 0
    table = pl.read_csv(out / "segments.csv")
    shown = set(table.filter(pl.col("customers").is_not_null())["segment"])
    assert table.height == 4
    assert len(shown) == 1
    told = re.findall(r'<data [^>]*data-what="size"[^>]*>', (out / "report.html").read_text())
    assert told
    assert {re.findall(r'data-segment="(\w+)"', one)[0] for one in told} == shown


def test_a_table_of_levels_by_hand() -> None:
    # two levels, segments of 129 and 200, and all: 2 customers of A buy in the app
    app, shop = [2, 60, 62], [127, 140, 267]
    assert crossed([app, shop], [129, 200, 329]) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert crossed([[60, 70, 130], [69, 130, 199]], [129, 200, 329]) == frozenset()
    assert (0, 0) in crossed([[125, 70, 195]], [129, 200, 329])  # all but 4 tell of 4
    assert crossed([[0, 70, 70], [129, 130, 259]], [129, 200, 329]) == frozenset()


def test_profiles_and_rules_tell_of_no_few_customers(tmp_path: Path) -> None:
    lines = ["id,spend,visits,channel"]
    for n in range(120):
        kind = n % 3
        channel = "app" if (kind == 1 and n % 2) or n in (0, 3) else ("shop", "web")[n // 3 % 2]
        lines.append(f"c{n},{kind * 100 + n % 7},{kind * 50 + n % 5},{channel}")
    source = tmp_path / "in.csv"
    source.write_text("\n".join(lines) + "\n")
    words = ["--k", "3", "--features", "spend,visits", "--parts", "customers,segments,profiles"]
    assert main(["run", str(source), "--deliver", str(tmp_path / "all"), *words]) == 0
    assert main(["run", str(source), "--deliver", str(tmp_path / "out"), *words, "--withhold"]) == 0
    people = pl.read_csv(tmp_path / "all" / "customers.csv")
    sizes = dict(people.group_by("segment").len().iter_rows())
    full, told = (pl.read_csv(tmp_path / name / "profiles.csv") for name in ("all", "out"))
    levels = full.filter(pl.col("level").is_not_null() & (pl.col("segment") != "all"))
    few_cells = 0
    for row in levels.iter_rows(named=True):
        count = people.filter((pl.col("segment") == row["segment"]) & (pl.col("channel") == row["level"])).height
        now = told.filter((pl.col("segment") == row["segment"]) & (pl.col("level") == row["level"]))
        if few(count) or few(sizes[row["segment"]] - count):
            few_cells += 1
            assert now.select("mean", "index", "difference").row(0) == (None, None, None)
            assert now["withheld"].item() == NOTE
    assert few_cells
    for level in levels["level"].unique():  # no cell is the sum less the others
        blank = told.filter((pl.col("level") == level) & (pl.col("segment") != "all"))["mean"].null_count()
        assert blank != 1

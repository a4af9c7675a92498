"""Columns, stacks, boxes and axes: what stands in which cell, by hand."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from segtui.results import Box, MapGrid, Segment
from segtui.tui.charset import ASCII, UNICODE
from segtui.tui.panes.box_lines import box_lines, box_range
from segtui.tui.panes.distribution_plot import by_edges
from segtui.tui.panes.heat_plot import heat_sign
from segtui.tui.panes.map_view import map_notes, two_of
from segtui.tui.panes.plot_view import tsv
from segtui.tui.widgets.columns import EMPTY, THIN, axis_lines, column_rows, scale, stacked, ticks_between

SEGMENT = Segment("B", 1, "loyal", "", 10, 0.5, (1.0,), (None,), (None,))


def test_columns_fill_eighths_from_below() -> None:
    # two lines of eight levels: 16 steps
    assert column_rows([1.0, 0.5, 0.75, 0.01, 0.0], 2, UNICODE) == ["█ ▄  ", "███▁ "]
    assert column_rows([1.0, 0.5, 0.0], 2, ASCII) == ["#  ", "## "]
    assert column_rows([float("nan"), 2.0], 1, UNICODE) == [" █"]


def test_a_stack_shows_who_is_in_a_column() -> None:
    # 4 of A under 4 of B: half each; a column half as high; an empty one
    assert stacked([[80, 0], [0, 1]], 80, 2) == [[0, EMPTY], [0, THIN - 1]]  # a hint of B
    assert stacked([[4, 4, 0], [4, 0, 0]], 8, 4) == [[1, -1, -1], [1, -1, -1], [0, 0, -1], [0, 0, -1]]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=9), st.integers(1, 12))
def test_a_stack_is_as_high_as_its_sum(columns: list[tuple[int, int]], rows: int) -> None:
    counts = [list(row) for row in zip(*columns, strict=True)]
    top = max(map(sum, columns))
    drawn = stacked(counts, top, rows)
    for x, column in enumerate(columns):
        filled = [row[x] for row in drawn if row[x] >= 0]
        assert len(filled) == (round(sum(column) / top * rows) if top else 0)
        assert set(filled) <= {group for group, n in enumerate(column) if n}
        assert (drawn[-1][x] == EMPTY) == (sum(column) == 0)


def test_places_on_even_and_log_axes() -> None:
    even = scale(0.0, 10.0, 20, log=False)
    assert [even(v) for v in (0.0, 5.0, 10.0, 99.0, -1.0)] == [0, 10, 19, 19, 0]
    log = scale(0.0, 99.0, 20, log=True)
    assert [log(v) for v in (0.0, 9.0, 99.0)] == [0, 10, 19]  # log10 of 1, 10 and 100
    assert scale(3.0, 3.0, 20, log=False)(3.0) == 10


def test_ticks_of_a_log_axis_are_round() -> None:
    assert ticks_between(0.0, 120.0, 8, log=True) == [0.0, 1, 2, 5, 10, 20, 50, 100]
    assert ticks_between(0.0, 5e6, 9, log=True) == [0.0, *(10.0**power for power in range(7))]
    assert ticks_between(0.0, 10.0, 5, log=False) == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]


def test_labels_never_touch_and_ticks_go_with_them() -> None:
    rule, labels = axis_lines([0, 1, 5], lambda v: int(v), 8, lambda v: f"{v}00", ASCII, 2, 10)
    assert rule.text == "  +----+--"
    assert labels.text == " 000  500"


def test_bins_of_any_width_are_drawn_alike() -> None:
    place = by_edges((0.0, 1.0, 10.0), 20)
    assert [place(v) for v in (0.0, 0.5, 1.0, 5.5, 10.0, 11.0)] == [0, 5, 10, 15, 19, -1]


def test_a_box_by_hand() -> None:
    box = Box(100, 0.0, 4.0, 6.0, 10.0, 19.0, 3, 1200, -5.0, 99.0)
    first, second = box_lines(SEGMENT, box, lambda v: int(v), 20, 8, UNICODE, 2)
    assert first.text == "B  loy… ├───▒▒B▒▒▒▒────────┤" + "←3 1.2k→".rjust(15)
    # 35 cells for the words: 20 of the axis, 15 beyond it; "all -5 to 99" would be 42
    assert second.text == " " * 8 + "median 6, quartiles 4 to 10"
    plain = box_lines(SEGMENT, box, lambda v: int(v), 20, 8, ASCII, 1)[0].text
    assert "+---==B====--------+" in plain
    assert plain.isascii()


def test_a_box_nobody_is_in() -> None:
    assert "no customer has a value" in box_lines(SEGMENT, None, lambda v: int(v), 20, 8, ASCII, 2)[0].text
    assert box_range([None], ASCII) == (0.0, 1.0)
    box = Box(1, 3.0, 3.0, 3.0, 3.0, 3.0, 0, 0, 3.0, 3.0)
    assert box_range([box, None], ASCII) == (2.5, 3.5)


def test_two_axes_are_read_from_what_is_typed() -> None:
    names = {
        "component 1": "component 1",
        "pc1": "component 1",
        "pc2": "component 2",
        "order value": "Order value",
        "order": "order",
    }
    assert two_of("order value order", names) == ("Order value", "order")
    assert two_of("order  ORDER value", names) == ("order", "Order value")
    assert two_of("pc2 by order value", names) == ("component 2", "Order value")
    assert two_of("pc2, component 1", names) == ("component 2", "component 1")
    assert two_of("pc1 component 1", names) is None  # the same axis twice
    assert two_of("order", names) is None
    assert two_of("order nothing", names) is None


def test_a_heat_map_says_the_sign_without_colour() -> None:
    assert [heat_sign(d)[0] for d in (None, math.nan, 0.1, 0.3, -0.3, 0.9, -0.9)] == [
        "  ",
        "  ",
        "  ",
        "+ ",
        "- ",
        "++",
        "--",
    ]


def test_map_notes_say_who_is_not_where_they_belong() -> None:
    grid = MapGrid(None, None, 7, 100, "x", "y", (0, 1), (0, 1), None, (), clamped=4, missing=10)  # type: ignore[arg-type]
    assert map_notes(grid) == "90 of 100 customers, 10 without a value; 4 beyond the axes, in the border cells"


def test_tables_are_harmless_and_keep_their_digits() -> None:
    assert tsv(("a\tb", "c"), [("x\x1b", 0.1234567891), (None, 3)]) == "a\ufffdb\tc\nx\ufffd\t0.1234567891\n\t3"

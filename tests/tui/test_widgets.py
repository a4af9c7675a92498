"""Lines, bars, maps and charts by themselves: widths, cuts, and values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from segtui.results import MapGrid, Profile, ProfileColumn
from segtui.tui.charset import ASCII, UNICODE
from segtui.tui.panes.map_view import axis_wordings, letter_place
from segtui.tui.panes.profile_words import reading_order, short_title
from segtui.tui.widgets.cell_map import Cells, map_lines, sign_of
from segtui.tui.widgets.chart import ChartSpec, Series, build, nice_ticks
from segtui.tui.widgets.ink import Ink, beside, clip, line, pad, wrap
from segtui.tui.widgets.job_bar import job_line
from segtui.tui.widgets.key_strip import key_strip
from segtui.tui.widgets.segment_table import Group, header, layout, row
from segtui.tui.widgets.spark import bar, signed_bar, spark

TEXTS = st.text(max_size=40)


@given(TEXTS, st.integers(1, 60))
def test_a_strip_has_exactly_its_width_and_no_control_character(text: str, width: int):
    strip = Ink(Style(), {}).strip(line((text, "dim"), ("\x1b]52;c;x\x07", "")), width)
    assert sum(cell_len(segment.text) for segment in strip) == width
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for segment in strip for c in segment.text)


@given(TEXTS.filter(lambda t: t.isprintable()), st.integers(0, 50))
def test_pad_and_clip_fill_exactly(text: str, width: int):
    assert cell_len(pad(text, width)) == width
    assert cell_len("".join(t for t, _ in clip([(text, "")], width))) == width


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "Zs"]), max_size=200), st.integers(12, 60))
def test_wrap_keeps_every_word_in_order(text: str, width: int):
    lines = wrap(text, width, indent="  ")
    assert " ".join(drawn.text for drawn in lines).split() == text.split()
    longest = max((len(word) for word in text.split()), default=0)
    assert all(len(drawn.text) <= max(width, longest + 2) for drawn in lines)


def test_beside_puts_the_right_block_in_its_column():
    lines = beside([line("ab"), line("c")], [line("x"), line("y"), line("z")], 4, ("|", ""))
    assert [drawn.text for drawn in lines] == ["ab  |x", "c   |y", "    |z"]


def test_bars_by_hand():
    assert bar(0.5, 10, "#") == "#####     "
    assert bar(0.001, 10, "#") == "#         "
    assert bar(0.0, 4, "#", ".") == "...."
    assert signed_bar(1.0, 2.0, 4, "#", "|") == "    |##  "
    assert signed_bar(-2.0, 2.0, 4, "#", "|") == "####|    "
    assert signed_bar(9.0, 2.0, 2, "#", "|") == "  |##"
    assert spark([0, 1, 8], 3, ASCII.spark) == " .#"
    assert spark([1, 1, 8, 8], 2, "12345678") == "28"
    assert spark([0, 0], 2, UNICODE.spark) == "  "


def test_the_map_shows_the_majority_the_density_and_the_centre():
    cells = Cells([[0, 0, -1], [0, 1, 1]], [[1, 90, 0], [1, 90, 1]], ((1, 1, 2),))
    drawn = map_lines(cells)
    assert [d.text for d in drawn] == ["aA ", "aBB"]
    assert drawn[1].runs[-1] == ("B", "seg1 seg mark")


def test_every_group_has_a_sign_of_its_own():
    signs = [sign_of(i) for i in range(50)]
    assert len(set(signs)) == 50
    assert all(len(sign) == 1 and ord(sign) < 128 for sign in signs)
    assert [letter_place(x) for x in ("A", "Z", "AA", "AX")] == [0, 25, 26, 49]


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("size", [(40, 10), (90, 30)])
def test_a_chart_has_the_size_asked_for_and_the_roles_of_its_series(size: tuple[int, int], ascii_only: bool):
    marker = "*" if ascii_only else "dot"
    spec = ChartSpec("", (Series("", marker, "accent", (1.0, 2.0, 3.0), (3.0, 1.0, 2.0)),), x_ticks=(1.0, 2.0, 3.0))
    lines = build(spec, *size, ascii_only)
    assert len(lines) == size[1]
    assert all(drawn.width <= size[0] for drawn in lines)
    assert any(role == "accent" for drawn in lines for _, role in drawn.runs)
    text = "".join(drawn.text for drawn in lines)
    assert "\x1b" not in text
    assert text.isascii() or not ascii_only


def test_ticks_are_round_and_inside():
    assert nice_ticks(0.25, 0.55, 4) == pytest.approx([0.3, 0.4, 0.5])
    assert nice_ticks(3.0, 3.0, 4) == [3.0]
    assert nice_ticks(0.0, 100.0, 4) == [0.0, 25.0, 50.0, 75.0, 100.0]


def test_the_hint_bar_keeps_the_last_and_drops_what_does_not_fit():
    drawn = key_strip([("a", "first"), ("b", "a very long one indeed"), ("c", "next")], ("?", "keys"), 26)
    assert drawn.text == "a first  c next  ? keys"


def test_the_job_line_never_loses_what_is_done_and_how_to_stop_it():
    wide = job_line("fitting k=6", 0.4, "3 of 8 restarts", "ctrl+c stop", "#", ".", 80).text
    assert wide == "fitting k=6  #####.......  40%  3 of 8 restarts  ctrl+c stop"
    narrow = job_line("reading a file with a very long name.csv", 0.4, "x", "ctrl+c stop", "#", ".", 30).text
    assert narrow.startswith("reading a file")
    assert narrow.endswith("ctrl+c stop")
    assert len(narrow) == 30


def test_segment_columns_that_do_not_fit_are_reached_by_scrolling():
    titles = [f"feature {i}" for i in range(6)]
    group = Group("A", "seg0", "a name", "1,234", 0.5, "50.0", tuple("123456"), ("",) * 6)
    first = layout([group], titles, 80, 0)
    later = layout([group], titles, 80, 3)
    assert [i for i, _ in first.shown] == [0, 1, 2, 3]
    assert first.more
    assert [i for i, _ in later.shown] == [3, 4, 5]
    assert "<" in header(later, titles, "<", ">", "~").text
    assert row(group, first, "> ", "#", "~", "").width <= 80


def test_both_axes_of_the_map_are_named_where_it_is_narrow():
    grid = MapGrid(
        np.zeros((1, 1), np.int16), np.ones((1, 1), np.int64), 0, 1, "component 1 (28%)", "component 3 (16%)",
        (-3.5, 3.15), (-2.6, 4.49), 0.44, (),
    )  # fmt: skip
    assert axis_wordings(grid, UNICODE) == (
        "component 1 (28%) →   up: component 3 (16%) -2.6 to 4.49",
        "component 1 (28%) →   up: component 3 (16%)",
        "component 1 →   up: component 3",
    )


def test_a_level_stays_readable_where_its_title_is_cut():
    column = ProfileColumn("loyalty_card", "yes", used=True, mean=0.4, spread=0.5)
    assert short_title(column, 16, "…") == "loyalty_card=yes"
    assert short_title(column, 12, "…") == "loyalty…=yes"
    assert short_title(ProfileColumn("average_order_value", None, True, 1.0, 1.0), 10, "…") == "average_o…"


def test_what_was_clustered_on_is_read_first_and_numbers_before_levels():
    columns = (
        ProfileColumn("country", "BE", used=False, mean=0.4, spread=0.5),
        ProfileColumn("channel", "web", used=True, mean=0.4, spread=0.5),
        ProfileColumn("age", None, used=False, mean=50.0, spread=9.0),
        ProfileColumn("recency", None, used=True, mean=50.0, spread=9.0),
    )
    assert reading_order(Profile(columns, (), 10)) == [3, 1, 2, 0]


def test_a_bar_without_room_is_nothing():
    assert bar(0.4, 0, "#") == ""
    assert bar(0.001, 3, "#") == "#  "

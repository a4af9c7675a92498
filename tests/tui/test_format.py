"""One voice for numbers and text, in Unicode and in 7-bit characters."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from segtui.tui import charset, filters, format
from segtui.tui.charset import ASCII, UNICODE, same_width_ascii
from tests.tui.stub_app import HOSTILE

BLACK = Color.parse("#000000")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (-0.0, "0"), (1830, "1,830"), (1234.56, "1,235"), (12.4, "12.4"), (12.0, "12"), (0.03123, "0.03123"),
        (-0.5, "-0.5"), (1e-9, "1.00e-09"), (2.5e15, "2.50e+15"), (None, "-"), (math.nan, "-"), (math.inf, "inf"),
        (99999.6, "100,000"), (0.00001, "1.00e-05"),
    ],
)  # fmt: skip
def test_number(value: float | None, text: str):
    assert format.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (950, "950"),
        (999.9, "1.0k"),
        (48_100, "48.1k"),
        (999_999, "1.0M"),
        (2_300_000, "2.3M"),
        (123_456, "123k"),
        (-4200, "-4.2k"),
    ],
)
def test_short(value: float, text: str):
    assert format.short(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0.0"), (0.1143, "11.4"), (1, "100.0"), (0.0001, "<0.1"), (0.99999, ">99.9"), (None, "-")]
)
def test_share_is_never_nothing_where_there_is_something(value: float | None, text: str):
    assert format.share(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.412, ".412"), (-0.031, "-.031"), (1.03, "1.030"), (-0.0001, ".000"), (None, "-"), (10.5, "10.500")],
)
def test_score(value: float | None, text: str):
    assert format.score(value) == text


def test_the_rest():
    assert format.count(18412) == "18,412"
    assert format.change(0.031) == "+.031"
    assert format.change(-0.12, 2) == "-.12"
    assert format.money(1830.4) == "1,830"
    assert format.money(12.5) == "12.50"
    assert format.plural(1, "customer") == "1 customer"
    assert format.plural(2100, "customer") == "2,100 customers"
    assert format.duration(0.038) == "38 ms"
    assert format.duration(0.38) == "0.38 s"
    assert format.duration(185) == "3 min 05 s"
    assert format.duration(7800) == "2 h 10 min"
    assert format.duration(59.7) == "1 min 00 s"
    assert format.size(3400) == "3.4 kB"
    assert format.size(999_999_999) == "1.0 GB"
    assert format.date(dt.date(2024, 1, 31)) == "2024-01-31"
    assert format.index(123.4) == "123"
    assert format.cell(None) == ""
    assert format.cell(True) == "yes"
    assert format.cell(20240131) == "20240131"
    assert format.cell("a\x1b[2Jb", 4) == "a\ufffd[…"


@given(st.text(max_size=40), st.integers(0, 20))
def test_cut_text_never_takes_more_than_its_cells(text: str, width: int):
    shown = format.clean(text, width)
    assert cell_len(shown) <= width
    assert cell_len(format.pad(format.clean(text), width)) == width


@given(st.text(max_size=40))
def test_clean_text_cannot_drive_a_terminal(text: str):
    shown = format.clean(text)
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F for c in shown)
    assert len(shown) == len(text)
    shown.encode("utf-8")


@pytest.mark.parametrize("cell", HOSTILE)
def test_hostile_cells(cell: str):
    shown = format.clean(cell)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\ufffd" in shown or cell.isprintable()


@given(st.text(max_size=40))
def test_seven_bits_take_the_same_cells(text: str):
    shown = format.clean(text)
    plain = same_width_ascii(shown)
    assert plain.isascii()
    assert cell_len(plain) == sum(cell_len(c) for c in shown)


def test_signs_in_seven_bits():
    assert same_width_ascii("╭─┬┐│█▁░✓→…×é日⣿⠁") == "+-++|#_:y>~xe??#."
    assert charset.ascii_text("Ünïcødé ﬁ") == "Unic?de fi"


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_every_sign_is_one_cell(signs: charset.Charset):
    single = [
        "bar_full", "bar_empty", "rule", "vline", "cross", "corner_tl", "corner_tr", "corner_bl", "corner_br", "tee_left",
        "tee_right", "tee_down", "tee_up", "up", "down", "left", "right", "cursor", "current", "check", "fail", "warn",
        "bullet", "ellipsis", "times", "plus_minus", "dash", "middle_dot", "shade", "replacement",
    ]  # fmt: skip
    for name in single:
        assert cell_len(getattr(signs, name)) == 1, name
    assert len(signs.spark) == 8
    assert len(signs.bar_part) == 7
    for share in (0, 0.01, 0.33, 0.5, 0.999, 1, 7, math.nan):
        assert cell_len(signs.bar(share, 12)) == 12
    assert signs.sparkline([0, 1, 100]) == " " + signs.spark[0] + signs.spark[-1]
    assert signs.sparkline([0, 0]) == "  "


def test_ascii_signs_are_ascii():
    assert all(str(getattr(ASCII, name)).isascii() for name in ASCII.__slots__)


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"TERM": "xterm-256color", "LANG": "en_GB.UTF-8"}, False),
        ({"TERM": "xterm-256color", "LANG": "C.utf8"}, False),
        ({"TERM": "linux", "LANG": "C.UTF-8"}, True),
        ({"TERM": "xterm", "LANG": "en_GB.UTF-8", "LC_ALL": "C"}, True),
        ({"TERM": "xterm", "LANG": "de_DE.ISO-8859-1", "LC_CTYPE": "C.UTF-8"}, False),
        ({"TERM": "xterm"}, True),
        ({"LANG": "C.UTF-8"}, True),
    ],
)
def test_when_seven_bits_are_needed(environ: dict[str, str], wanted: bool):
    assert charset.needs_ascii(environ) is wanted


def test_filters_are_the_last_door():
    line = [Segment("ok"), Segment("a\x1bb\x9bc\u202e"), Segment("│é", Style(color="red", bold=True))]
    assert [s.text for s in filters.ControlFilter().apply(line, BLACK)] == ["ok", "abc", "│é"]
    assert [s.text for s in filters.AsciiFilter().apply(line, BLACK)] == ["ok", "abc", "|e"]
    plain = filters.plain_style(Style(color="red", bgcolor="blue", bold=True, italic=True, dim=True, meta={"a": 1}))
    assert plain.bold
    assert plain.reverse
    assert not plain.italic
    assert not plain.dim
    assert plain.meta == {"a": 1}
    assert not filters.plain_style(Style(color="red", bgcolor="default")).reverse


def test_a_difference_of_nothing_has_no_sign():
    assert [format.difference(x) for x in (1.26, -0.2, None)] == ["+1.3", "-0.2", "-"]
    assert {format.difference(x) for x in (0.04, -0.04, 0.0)} == {"0.0"}

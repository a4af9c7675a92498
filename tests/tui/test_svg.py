"""Plots as SVG: well formed whatever a file says, every cell in its place, readable on white."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from segtui.tui.svg import CONTRAST, FAMILY, MUTED, colour_of, document, luminance, on_white
from segtui.tui.svg import INK as INKED
from segtui.tui.svg_shapes import HEIGHT, WIDTH, shape
from segtui.tui.widgets.ink import Ink, Line, colour_styles, line, mono_styles
from segtui.tui.widgets.ink import Palette as Colours
from tests.tui.fake import ESCAPE, MARKUP

SPACE = "{http://www.w3.org/2000/svg}"
INK = Ink(Style(), colour_styles(Colours(dim="#777777", segments=("#ffff00", "#8700ff"))))


def elements(lines: list[Line], title: str = "Plot", ink: Ink = INK) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(document(lines, ink, title)).iter())


def texts(lines: list[Line]) -> list[tuple[float, float, str]]:
    found = [e for e in elements(lines) if e.tag == f"{SPACE}text"]
    return [(float(e.attrib["x"]), float(e.attrib["textLength"]), e.text or "") for e in found]


def test_text_stays_text_in_its_cells() -> None:
    # "ab" from cell 0, then two blanks, then "c d" from cell 4
    assert texts([line("ab  c d")]) == [(0.0, 2 * WIDTH, "ab"), (4 * WIDTH, 3 * WIDTH, "c d")]
    assert texts([line("漢字 x")]) == [(0.0, 6 * WIDTH, "漢字 x")]  # two cells each
    assert texts([line(("a", "seg0"), ("b", "seg1"))]) == [(0.0, WIDTH, "a"), (WIDTH, WIDTH, "b")]


def test_bars_become_shapes_of_the_same_size() -> None:
    rects = [e.attrib for e in elements([line((" ██▄", "seg1"))]) if e.tag == f"{SPACE}rect"][1:]
    full, half = rects
    assert (float(full["x"]), float(full["width"]), float(full["height"])) == (WIDTH, 2 * WIDTH, HEIGHT)
    assert (float(half["x"]), float(half["y"]), float(half["height"])) == (3 * WIDTH, HEIGHT / 2, HEIGHT / 2)
    assert "8700ff" in full["fill"]


@pytest.mark.parametrize("sign", "▁█░▓▌─│┬├╰")
def test_a_shape_is_one_element_or_one_per_cell(sign: str) -> None:
    drawn = shape(sign, 2, 0, 0, "#000000")
    assert drawn is not None
    assert drawn.count("<") == (2 if sign == "▌" else 1)
    assert shape("A", 1, 0, 0, "#000000") is None


def test_what_comes_from_files_is_escaped() -> None:
    hostile = f"</text><script>alert(1)</script>&amp;\"'{ESCAPE}{MARKUP}\x00\ufffe\ud800"
    made = document([line((hostile, "bold"))], INK, hostile)
    root = ElementTree.fromstring(made)
    tags = {e.tag.removeprefix(SPACE) for e in root.iter()}
    assert tags <= {"svg", "title", "rect", "g", "text", "path"}
    assert "</text><script>alert(1)</script>&amp;\"'" in "".join(root.itertext())
    assert "\x1b" not in made
    made.encode("utf-8")


@given(
    st.lists(
        st.lists(
            st.tuples(st.text(max_size=12), st.sampled_from(["", "dim", "seg0 seg", "seg1 mark", "under"])), max_size=4
        )
    )
)
def test_any_text_makes_a_document(rows: list[list[tuple[str, str]]]) -> None:
    made = document([line(*row) for row in rows], INK, "x")
    ElementTree.fromstring(made)
    assert "script" not in made or any("script" in text for row in rows for text, _ in row)
    assert "href" not in made or any("href" in text for row in rows for text, _ in row)


def test_a_centroid_is_reversed() -> None:
    found = elements([line(("A", "seg1 seg mark"))])
    assert [e.attrib["fill"] for e in found if e.tag == f"{SPACE}rect"] == ["#ffffff", "#8700ff"]
    assert [e.attrib["fill"] for e in found if e.tag == f"{SPACE}text"] == ["#ffffff"]


def test_it_has_a_title_and_one_font() -> None:
    made = document([line("a")], INK, "Map: a & b")
    assert '<title id="title">Map: a &amp; b</title>' in made
    assert FAMILY in made
    assert "http" not in made.replace("http://www.w3.org/2000/svg", "")


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_every_colour_is_readable_on_white(red: int, green: int, blue: int) -> None:
    colour = on_white(red, green, blue)
    seen = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    assert 1.05 / (luminance(*seen) + 0.05) >= CONTRAST
    assert all(a <= b for a, b in zip(seen, (red, green, blue), strict=True))


def test_colours_by_hand() -> None:
    assert on_white(0x87, 0, 0xFF) == "#8700ff"  # 6.0 to 1 as it is
    assert luminance(255, 255, 255) == pytest.approx(1.0)
    assert luminance(0, 0, 0) == 0.0
    assert colour_of(Style(dim=True), "dim", Style()) == MUTED
    light = Style(color="#eeeeee")
    assert colour_of(light + Style(bold=True), "bold", light) == INKED
    mono = Ink(Style(), mono_styles())
    assert {e.attrib.get("fill") for e in elements([line(("A", "seg0 seg"))], ink=mono)} == {None, "#ffffff", "#1a1a1a"}

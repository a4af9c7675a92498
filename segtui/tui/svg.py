"""Lines of text with roles as an SVG picture: text stays text, bars and rules become shapes, on white.

Every run of text is told its exact width (textLength), so that the picture keeps its geometry whatever monospaced font
is at hand. No script, no style sheet, nothing from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style

from segtui.clean_text import clean
from segtui.tui.svg_shapes import HEIGHT, WIDTH, shape
from segtui.tui.widgets.ink import Ink, Line

MARGIN = 16.0
FONT = 13.2
"""Pixels: 0.6 of it is about a cell, in nearly every monospaced font."""
FAMILY = "DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace"
INK = "#1a1a1a"
MUTED = "#595959"
CONTRAST = 4.5
"""Least contrast of a colour with white: what WCAG 2.2 asks of text (1.4.3)."""

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PIECES = re.compile(r"\S+(?: \S+)*")


class Piece(NamedTuple):
    """Some cells of one look. start: the cell they begin at."""

    start: int
    text: str
    style: Style
    colour: str


def document(lines: Sequence[Line], ink: Ink, title: str) -> str:
    """The lines as an SVG document. title: of the picture; it is read out, and shown by a browser."""
    width = max((line.width for line in lines), default=1) * WIDTH + 2 * MARGIN
    height = len(lines) * HEIGHT + 2 * MARGIN
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="title">',
        f'<title id="title">{xml(title)}</title>',
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
        f'<g font-family="{FAMILY}" font-size="{FONT:g}" fill="{INK}" transform="translate({MARGIN:g} {MARGIN:g})">',
    ]
    for y, given in enumerate(lines):
        for piece in _pieces(given, ink):
            parts += _drawn(piece, y)
    return "\n".join([*parts, "</g>", "</svg>", ""])


def xml(text: str) -> str:
    """Text that may stand in a document: harmless, without what XML forbids, its marks escaped."""
    return escape(_NOT_XML.sub("\ufffd", clean(text)), quote=True)


def _pieces(given: Line, ink: Ink) -> Iterator[Piece]:
    at = 0
    for role, runs in groupby(given.runs, key=lambda run: run[1]):
        text = clean("".join(text for text, _ in runs))
        style = ink.style(role)
        yield Piece(at, text, style, colour_of(style, role, ink.base))
        at += cell_len(text)


def _drawn(piece: Piece, y: int) -> Iterator[str]:
    """The elements of one piece on line y: its ground where reversed, then shapes and text in order."""
    colour = piece.colour
    top = y * HEIGHT
    if piece.style.reverse and piece.text:
        yield _rect(piece.start * WIDTH, top, cell_len(piece.text) * WIDTH, HEIGHT, colour)
        colour = "#ffffff"
    if piece.style.underline and piece.text.strip():
        x, wide = piece.start * WIDTH, cell_len(piece.text) * WIDTH
        yield _rect(x, top + HEIGHT - 2, wide, 1, MUTED)
    at = piece.start
    for same in _same_kind(piece.text):
        cells = cell_len(same)
        drawn = shape(same[0], cells, at * WIDTH, top, colour)
        if drawn is not None:
            yield drawn
        else:
            yield from _texts(same, at, y, colour, bold=bool(piece.style.bold))
        at += cells


def _same_kind(text: str) -> Iterator[str]:
    """Text cut into stretches of one and the same shape, and of characters that are no shapes."""
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or _kind(text[i]) != _kind(text[start]):
            yield text[start:i]
            start = i


def _kind(character: str) -> str:
    return character if shape(character, 1, 0, 0, "") is not None else ""


def _texts(text: str, at: int, y: int, colour: str, *, bold: bool) -> Iterator[str]:
    """Words that stand together as one element; gaps of two blanks and more part them."""
    weight = ' font-weight="bold"' if bold else ""
    fill = "" if colour == INK else f' fill="{colour}"'
    baseline = y * HEIGHT + HEIGHT * 0.76
    for found in _PIECES.finditer(text):
        x = (at + cell_len(text[: found.start()])) * WIDTH
        length = cell_len(found.group()) * WIDTH
        yield (
            f'<text x="{x:g}" y="{baseline:g}" textLength="{length:g}" lengthAdjust="spacingAndGlyphs"{fill}{weight}>'
            f"{xml(found.group())}</text>"
        )


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{colour}"/>'


def colour_of(style: Style, role: str, base: Style) -> str:
    """The colour of a style as it reads on white: as the theme has it, darkened as far as the eye needs it; what has
    the colour of plain text on screen is black here."""
    if "dim" in role.split():
        return MUTED
    if style.color is None or style.color.is_default or style.color == base.color:
        return INK
    red, green, blue = style.color.get_truecolor()
    return on_white(red, green, blue)


def on_white(red: int, green: int, blue: int) -> str:
    """The colour, in even steps towards black, from which its contrast with white is enough."""
    for step in range(101):
        part = 1 - step / 100
        mixed = [round(value * part) for value in (red, green, blue)]
        if 1.05 / (luminance(*mixed) + 0.05) >= CONTRAST:
            break
    return "#" + "".join(f"{value:02x}" for value in mixed)


def luminance(red: int, green: int, blue: int) -> float:
    """Relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""

    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)

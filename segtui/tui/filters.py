"""The last door before the terminal: every line of every widget passes here, whoever drew it.

Data is cleaned where it enters the screen (`format.clean`); these filters make sure that a forgotten place cannot
drive the terminal, send more than 7 bits to one that cannot show it, or colour one that must stay plain.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from segtui.clean_text import clean
from segtui.tui.charset import same_width_ascii


class ControlFilter(LineFilter):
    """No character that could drive the terminal. They take no cell, so dropping them moves nothing."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Segments without control characters."""
        return [
            segment if segment.text.isprintable() else Segment(drop_controls(segment.text), segment.style)
            for segment in segments
        ]


class AsciiFilter(LineFilter):
    """Nothing but printable 7-bit characters, cell for cell."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Segments in 7-bit characters."""
        return [
            segment
            if segment.text.isascii() and segment.text.isprintable()
            else Segment(same_width_ascii(drop_controls(segment.text)), segment.style)
            for segment in segments
        ]


class MonoFilter(LineFilter):
    """No colour: bold, underline and reverse only. A background that stood out becomes reverse."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Segments without colour."""
        return [Segment(text, None if style is None else plain_style(style)) for text, style, _ in segments]


@lru_cache(4096)
def drop_controls(text: str) -> str:
    """`text` without the characters that `clean` would replace."""
    return "".join(character for character in text if clean(character) == character)


_DEFAULT = RichColor.parse("default")


@lru_cache(2048)
def plain_style(style: Style) -> Style:
    """`style` reduced to bold, underline and reverse; `meta` (what a click on it means) stays."""
    stands_out = style.bgcolor is not None and not style.bgcolor.is_default
    plain = Style(
        color=_DEFAULT,
        bgcolor=_DEFAULT,
        bold=style.bold,
        underline=style.underline,
        reverse=bool(style.reverse) or stands_out,
    )
    return plain + Style.from_meta(style.meta) if style.meta else plain

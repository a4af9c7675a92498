"""Lines of text with roles instead of colours, and the ink that turns a role into a style under the current theme.

Panes are written as lines of (text, role) runs; no markup exists here, so a name from a file can hold anything.
A role is a few words: `dim`, `bold`, `title`, `key`, `good`, `bad`, `warn`, `accent`, `bar`, `cursor`, `tab`, and
`seg0`, `seg1` … for the colours of segments A, B ….
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Run = tuple[str, str]
"""Text and its role."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class Line(NamedTuple):
    """One line of a pane. `ground`: a role for the whole line, its padding included (the cursor's line, a bar)."""

    runs: tuple[Run, ...] = ()
    ground: str = ""

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.runs)

    @property
    def width(self) -> int:
        return cell_len(self.text)

    def on(self, ground: str) -> Line:
        """The same line on another ground."""
        return Line(self.runs, ground)


def line(*runs: Run | str, ground: str = "") -> Line:
    """A line of runs; a bare string is text without a role."""
    return Line(tuple((run, "") if isinstance(run, str) else run for run in runs), ground)


BLANK = Line()


def pad(text: str, width: int, align: str = "left") -> str:
    """`text` in exactly `width` cells; too long is cut."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width)
    space = " " * (width - length)
    return space + text if align == "right" else text + space


def clip(runs: Sequence[Run], width: int) -> tuple[Run, ...]:
    """The first `width` cells of `runs`, padded with blanks to exactly that width."""
    result: list[Run] = []
    left = width
    for text, role in runs:
        if left <= 0:
            break
        length = cell_len(text)
        if length > left:
            text, length = set_cell_size(text, left), left
        result.append((text, role))
        left -= length
    if left > 0:
        result.append((" " * left, ""))
    return tuple(result)


def beside(left: Sequence[Line], right: Sequence[Line], width: int, gap: Run) -> list[Line]:
    """Two blocks next to each other, the left one `width` cells wide; grounds become the roles of the runs."""
    result = []
    for i in range(max(len(left), len(right))):
        a = _grounded(left[i], width) if i < len(left) else ((" " * width, ""),)
        b = right[i].runs if i < len(right) else ()
        result.append(Line((*a, gap, *b)))
    return result


def _grounded(given: Line, width: int) -> tuple[Run, ...]:
    runs = clip(given.runs, width)
    if not given.ground:
        return runs
    return tuple((text, f"{role} {given.ground}".strip()) for text, role in runs)


def first_fitting(variants: Iterable[Line], width: int) -> Line:
    """The first of several wordings, longest first, that fits into `width`; else the last."""
    last = BLANK
    for variant in variants:
        last = variant
        if variant.width <= width:
            break
    return last


def wrap(text: str, width: int, role: str = "", indent: str = "") -> list[Line]:
    """`text` broken at blanks into lines of at most `width` cells; `indent` starts all but the first."""
    lines: list[Line] = []
    current, start = "", ""
    for word in text.split():
        candidate = f"{current} {word}" if current else start + word
        if current and cell_len(candidate) > width:
            lines.append(line((current, role)))
            start = indent
            candidate = start + word
        current = candidate
    if current:
        lines.append(line((current, role)))
    return lines


@dataclass
class Ink:
    """Styles for roles under one theme.

    base: the style of plain text with its background. styles: role -> style laid over it. A role of several words
    takes them one after the other.
    """

    base: Style
    styles: dict[str, Style]
    ascii_only: bool = False
    _seen: dict[tuple[str, str], Style] = field(default_factory=dict)

    def style(self, role: str, ground: str = "") -> Style:
        """The style of a run: base, then the line's ground, then the role's words."""
        key = (role, ground)
        style = self._seen.get(key)
        if style is None:
            style = self.base
            for word in f"{ground} {role}".split():
                style = style + self.styles.get(word, _NOTHING)
            self._seen[key] = style
        return style

    def strip(self, given: Line, width: int) -> Strip:
        """The line as Textual draws it: exactly `width` cells, control characters made harmless."""
        segments: list[Segment] = []
        left = width
        for raw, role in given.runs:
            if left <= 0:
                break
            text = _CONTROL.sub("\ufffd", raw) if _CONTROL.search(raw) else raw
            length = len(text) if text.isascii() else cell_len(text)
            if length > left:
                text, length = set_cell_size(text, left), left
            left -= length
            _append(segments, text, self.style(role, given.ground))
        if left > 0:
            _append(segments, " " * left, self.style("", given.ground))
        return Strip(segments, width)


_NOTHING = Style()


def _append(segments: list[Segment], text: str, style: Style) -> None:
    if segments and segments[-1].style is style:
        text = segments.pop().text + text
    if text:
        segments.append(Segment(text, style))


@dataclass(frozen=True)
class Palette:
    """The colours a theme gives to roles, as rich colour names; empty: none (then weight and reverse speak)."""

    dim: str = ""
    title: str = ""
    accent: str = ""
    good: str = ""
    bad: str = ""
    warn: str = ""
    bar: str = ""
    cursor: str = ""
    tab: str = ""
    tab_text: str = ""
    panel: str = ""
    segments: tuple[str, ...] = ()


def mono_styles() -> dict[str, Style]:
    """Roles without any colour: bold, underline and reverse only."""
    bold, reverse = Style(bold=True), Style(reverse=True)
    styles = dict.fromkeys(("bold", "title", "accent", "key", "bad", "warn", "good", "seg"), bold)
    styles |= {"cursor": reverse, "tab": reverse, "head": bold, "mark": reverse, "under": Style(underline=True)}
    return styles


def colour_styles(palette: Palette) -> dict[str, Style]:
    """Roles in the colours of a theme."""

    def fore(colour: str, bold: bool | None = None) -> Style:
        return Style(color=_rich(colour) if colour else None, bold=bold)

    def ground(colour: str) -> Style:
        return Style(bgcolor=_rich(colour)) if colour else Style(reverse=True)

    styles = {
        "dim": fore(palette.dim) if palette.dim else Style(dim=True),
        "bold": Style(bold=True),
        "title": fore(palette.title, bold=True),
        "accent": fore(palette.accent),
        "key": fore(palette.accent, bold=True),
        "good": fore(palette.good),
        "bad": fore(palette.bad),
        "warn": fore(palette.warn),
        "bar": fore(palette.bar),
        "cursor": ground(palette.cursor),
        "tab": ground(palette.tab) + fore(palette.tab_text, bold=True),
        "head": ground(palette.panel) if palette.panel else Style(bold=True),
        "mark": Style(reverse=True),
        "under": Style(underline=True),
    }
    for i, colour in enumerate(palette.segments):
        styles[f"seg{i}"] = fore(colour, bold=True)
    return styles


def _rich(colour: str) -> RichColor:
    return RichColor.parse(colour)


def seg(index: int, colours: int = 12) -> str:
    """The role of the segment with this place in the alphabet; colours repeat, letters do not."""
    return f"seg{index % colours} seg"

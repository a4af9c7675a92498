"""The report's drawings, as SVG that a screen reader can tell: bars, bars against an average, dots by number, a line.

Places across are in percent and places down in pixels, so that a drawing takes any width and its letters stay as large
as those around it. Colours are classes of the style sheet, so that they follow light, dark and paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from segtui.clean_text import cut
from segtui.deliver.html import Markup, element

LINE, BAR, GAP = 20, 14, 14
"""Pixels: a line of text, a bar, the room below a group."""

NAME, BESIDE = 30, 26
"""Cells of a name above a bar on a telephone, and of one that stands beside a figure."""

WIDEST = 44
"""Percent of the width that the longest bar takes, so that its figure has room beside it on a telephone."""

RIGHT, MIDDLE = "end", "middle"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. shown: its value in words; of: what it is; kind: its colour."""

    value: float
    shown: str
    of: str
    kind: str


@dataclass(frozen=True, slots=True)
class Against:
    """A value of some customers beside the average of all."""

    name: str
    value: float
    shown: str
    average: float
    average_shown: str


def bars(id: str, title: str, groups: Sequence[tuple[str, Sequence[Bar]]]) -> Markup:
    """Bars in groups, from 0 to the largest value of all."""
    most = max((bar.value for _, group in groups for bar in group), default=0.0)
    drawn, y = [], 0.0
    for name, group in groups:
        drawn.append(_text("0", y + 14, cut(name, NAME), kind="strong"))
        y += LINE
        for bar in group:
            drawn.append(_rect(0, y, _part(bar.value, most) * WIDEST, BAR, bar.kind))
            drawn.append(_text(f"{_part(bar.value, most) * WIDEST + 1.5:.2f}%", y + 12, f"{bar.shown} {bar.of}"))
            y += BAR + 4
        y += GAP
    told = "; ".join(f"{name}: " + ", ".join(f"{bar.shown} {bar.of}" for bar in group) for name, group in groups)
    return _drawing(id, title, told, y, drawn)


def against(id: str, title: str, rows: Sequence[Against]) -> Markup:
    """A bar for every value and a mark where the average of all customers lies, each row on a scale of its own."""
    drawn, y = [], 0.0
    for row in rows:
        low = min(0.0, row.value, row.average)
        high = max(0.0, row.value, row.average)
        span = (high - low) or 1.0
        zero, end, mark = ((x - low) / span * 99 for x in (0.0, row.value, row.average))
        drawn += [
            _text("0", y + 14, cut(row.name, BESIDE)),
            _text("100%", y + 14, row.shown, RIGHT, "strong"),
            _rect(0, y + LINE, 100, BAR, "track"),
            _rect(min(zero, end), y + LINE, abs(end - zero), BAR, "customers"),
            element("rect", x=f"{mark:.2f}%", y=_px(y + LINE - 3), width="3", height=_px(BAR + 6), class_="mark"),
        ]
        y += LINE + BAR + GAP
    told = "; ".join(f"{row.name}: {row.shown}, all customers {row.average_shown}" for row in rows)
    return _drawing(id, title, told, y, drawn)


def dots(id: str, title: str, columns: Sequence[int], rows: Sequence[tuple[str, int | None]], chosen: int) -> Markup:
    """A line of dots per row, the one it picks filled; the chosen column is shaded."""
    step = 96 / max(1, len(columns))
    places = {k: 2 + step * (i + 0.5) for i, k in enumerate(columns)}
    height = LINE + len(rows) * (LINE + 26)
    drawn = []
    if chosen in places:
        drawn.append(_rect(places[chosen] - step / 2, 0, step, height, "shade"))
    drawn += [_text(f"{x:.2f}%", 14, str(k), MIDDLE, "strong") for k, x in places.items()]
    y = float(LINE)
    for name, picked in rows:
        drawn.append(_text("0", y + 16, name))
        drawn += [
            _dot(x, y + 32, 7 if k == picked else 3, "picked" if k == picked else "open") for k, x in places.items()
        ]
        y += LINE + 26
    told = "; ".join(f"{name}: {'none' if picked is None else picked}" for name, picked in rows)
    return _drawing(id, title, f"{told}. Asked for: {chosen}.", height, drawn)


def line(id: str, title: str, points: Sequence[tuple[int, float]], floor: float, chosen: int) -> Markup:
    """Values from 0 to 1 by number of segments, with a dashed line that they should lie above."""
    top, height = 24.0, 132.0
    step = 94 / max(1, len(points))
    at = [(3 + step * (i + 0.5), top + (1 - max(0.0, min(1.0, v))) * height) for i, (_, v) in enumerate(points)]
    drawn = [_across(top + (1 - floor) * height, "floor"), _across(top + height, "axis")]
    drawn += [
        element("line", x1=f"{a:.2f}%", y1=_px(b), x2=f"{c:.2f}%", y2=_px(d), class_="line")
        for (a, b), (c, d) in pairwise(at)
    ]
    for (k, value), (x, y) in zip(points, at, strict=True):
        kind = "strong" if k == chosen else None
        drawn.append(_dot(x, y, 6 if k == chosen else 4, "picked"))
        drawn.append(_text(f"{x:.2f}%", y - 10, f"{value:.2f}", MIDDLE, kind))
        drawn.append(_text(f"{x:.2f}%", top + height + 18, str(k), MIDDLE, kind))
    told = "; ".join(f"{k} segments: {value:.2f}" for k, value in points)
    return _drawing(id, title, f"{told}. It should be at least {floor:.2f}.", top + height + 28, drawn)


def _across(y: float, kind: str) -> Markup:
    return element("line", x1="0", x2="100%", y1=_px(y), y2=_px(y), class_=kind)


def _drawing(id: str, title: str, told: str, height: float, drawn: Sequence[Markup]) -> Markup:
    return element(
        "svg",
        element("title", title, id=f"{id}-title"),
        element("desc", told, id=f"{id}-told"),
        *drawn,
        width="100%",
        height=_px(height),
        role="img",
        aria_labelledby=f"{id}-title",
        aria_describedby=f"{id}-told",
    )


def _part(value: float, most: float) -> float:
    return max(0.0, value) / most if most > 0 else 0.0


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _rect(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    return element("rect", x=f"{x:.2f}%", y=_px(y), width=f"{width:.2f}%", height=_px(height), class_=kind)


def _dot(x: float, y: float, radius: float, kind: str) -> Markup:
    return element("circle", cx=f"{x:.2f}%", cy=_px(y), r=_px(radius), class_=kind)


def _text(x: str, y: float, said: str, anchor: str | None = None, kind: str | None = None) -> Markup:
    return element("text", said, x=x, y=_px(y), text_anchor=anchor, class_=kind)

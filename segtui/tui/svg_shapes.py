"""Blocks, shades and lines of text graphics as SVG shapes, so that they join without gaps in any font."""

from __future__ import annotations

WIDTH, HEIGHT = 8.0, 18.0
"""Pixels of a character cell."""

LOWER = "▁▂▃▄▅▆▇█"
"""Filled from below, in eighths."""
LEFT = "▏▎▍▌▋▊▉"
"""Filled from the left, in eighths."""
SHADES = {"░": 0.3, "▒": 0.5, "▓": 0.75}
ARMS = {
    "─": "ew", "│": "ns", "┼": "nesw", "┤": "nsw", "├": "nse", "┬": "esw", "┴": "new", "╭": "es", "╮": "sw", "╰": "ne",
    "╯": "nw", "┌": "es", "┐": "sw", "└": "ne", "┘": "nw",
}  # fmt: skip
"""To which sides a line goes from the middle of the cell."""


def shape(character: str, cells: int, x: float, y: float, colour: str) -> str | None:
    """`cells` cells of the same character from x, y (their upper left corner); None for a character that is text."""
    wide = cells * WIDTH
    if character in LOWER:
        high = HEIGHT * (LOWER.index(character) + 1) / 8
        return _rect(x, y + HEIGHT - high, wide, high, colour)
    if character in SHADES:
        return _rect(x, y, wide, HEIGHT, colour, f' fill-opacity="{SHADES[character]:g}"')
    if character in LEFT:
        part = WIDTH * (LEFT.index(character) + 1) / 8
        return "".join(_rect(x + i * WIDTH, y, part, HEIGHT, colour) for i in range(cells))
    if character in ARMS:
        return _lines(ARMS[character], cells, x, y, colour)
    return None


def _rect(x: float, y: float, width: float, height: float, colour: str, more: str = "") -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{colour}"{more} '
        'shape-rendering="crispEdges"/>'
    )


def _lines(arms: str, cells: int, x: float, y: float, colour: str) -> str:
    """One path for all cells; a straight rule becomes one stroke."""
    middle = y + HEIGHT / 2
    if arms == "ew":
        return _path(f"M{x:g} {middle:g}h{cells * WIDTH:g}", colour)
    ways = {"n": f"v{-HEIGHT / 2:g}", "s": f"v{HEIGHT / 2:g}", "e": f"h{WIDTH / 2:g}", "w": f"h{-WIDTH / 2:g}"}
    moves = [f"M{x + (i + 0.5) * WIDTH:g} {middle:g}{ways[arm]}" for i in range(cells) for arm in arms]
    return _path("".join(moves), colour)


def _path(moves: str, colour: str) -> str:
    return f'<path d="{moves}" stroke="{colour}" stroke-width="1" fill="none"/>'

"""Silhouettes by segment: each as a curve of its customers from the best placed to the worst, with the misfits."""

from __future__ import annotations

from collections.abc import Sequence

from segtui.explained import SegmentSilhouette, SilhouetteView
from segtui.results import Segment
from segtui.tui import format as fmt
from segtui.tui.charset import Charset
from segtui.tui.panes.map_view import letter_place
from segtui.tui.widgets.ink import BLANK, Line, Run, line, seg, wrap

HOW_TO_READ = (
    "Each curve: the customers of a segment, best placed first, over all of them; its height is the silhouette with "
    "squared distances, which is higher than the ordinary one. Below 0 a customer is nearer to another segment's "
    "customers than to those of the own: a misfit."
)
FIGURES = 30
"""Cells of the figures in front of a curve."""


def room_for(width: int, name: int) -> int:
    """Cells that a curve gets."""
    return max(8, width - name - FIGURES - 2)


def silhouette_lines(
    view: SilhouetteView,
    segments: Sequence[Segment],
    shown: range,
    marks: Sequence[str],
    grounds: Sequence[str],
    signs: Charset,
    width: int,
    name: int,
    hint: str,
) -> list[Line]:
    """A heading, one line per segment in `shown`, and how to read them.

    marks, grounds: of the shown rows. hint: what to press, after the misfits.
    """
    named = {segment.letter: segment.name for segment in segments}
    head = f"  {fmt.pad('segment', name + 4)}{'size':>9} {'mean':>6} {'misfits':>12}"
    lines = [line((head, "dim under"))]
    for row, mark, ground in zip(shown, marks, grounds, strict=True):
        one = view.segments[row]
        lines.append(_line(one, named.get(one.letter, ""), mark, ground, signs, name))
    below = sum(one.below for one in view.segments)
    told = (
        f"mean {fmt.score(view.overall)} over {fmt.plural(view.customers, 'customer')}; {fmt.count(below)} "
        f"({fmt.share(below / max(1, view.customers))} %) are misfits{hint}"
    )
    return [*lines, BLANK, *wrap(told, width - 1, "", "  "), *wrap(HOW_TO_READ, width - 1, "dim", "  ")]


def _line(one: SegmentSilhouette, name_text: str, mark: str, ground: str, signs: Charset, name: int) -> Line:
    share = f"{fmt.count(one.below)} {fmt.share(one.below / max(1, one.size)):>5}%"
    role = seg(letter_place(one.letter))
    runs: list[Run] = [
        (mark, ""),
        (fmt.pad(one.letter, 4), role),
        (fmt.pad(fmt.clean(name_text), name, ellipsis=signs.ellipsis), ""),
        (f"{fmt.count(one.size):>9} {fmt.score(one.mean):>6} ", ""),
        (f"{share:>12}", "warn" if one.below else "dim"),
        ("  ", ""),
        *curve_runs(one.curve, signs, role),
    ]
    return line(*runs, ground=ground)


def curve_runs(curve: Sequence[float], signs: Charset, role: str) -> list[Run]:
    """Heights of 0 to 1 as small columns; below 0 a sign that hangs down, so that it is told without colour."""
    last = len(signs.spark) - 1
    above = "".join(signs.spark[min(last, round(value * last))] for value in curve if value >= 0)
    below = ("v" if signs.ascii else "▾") * sum(value < 0 for value in curve)
    return [run for run in ((above, role), (below, "warn")) if run[0]]

"""The curve of one criterion over k, with what to look for in its title."""

from __future__ import annotations

from segtui.evidence import SweepRow
from segtui.tui.charset import Charset
from segtui.tui.panes.k_criteria import Criterion
from segtui.tui.widgets.chart import ChartBox, ChartSpec, Series
from segtui.tui.widgets.ink import BLANK, Line, first_fitting, line


def curve(
    box: ChartBox, rows: tuple[SweepRow, ...], one: Criterion, k: int, signs: Charset, width: int, height: int
) -> list[Line]:
    """Title and chart, exactly `height` lines."""
    wordings = (f"{one.name} by k: {one.better}", f"{one.name}: {one.better}", f"{one.name} by k", one.name)
    title = first_fitting((line((wording, "title")) for wording in wordings), width)
    points = [(row.k, value) for row in rows if (value := one.read(row)) is not None]
    if len(points) < 2:
        drawn: tuple[Line, ...] = (line((f"two values of k make a curve{signs.ellipsis}", "dim")),)
    else:
        drawn = box.lines(_spec(points, one, k, signs.ascii), width, height - 1)
    lines = [title, *drawn][:height]
    return [*lines, *[BLANK] * (height - len(lines))]


def _spec(points: list[tuple[int, float]], one: Criterion, k: int, ascii_only: bool) -> ChartSpec:
    ks, values = tuple(float(k) for k, _ in points), tuple(value for _, value in points)
    series = [Series("", "*" if ascii_only else "dot", "accent", ks, values)]
    if one.limit is not None and min(values) <= one.limit <= max(values):
        series.insert(0, Series("", "-", "dim", (ks[0], ks[-1]), (one.limit, one.limit)))
    here = [value for at, value in points if at == k]
    if here:
        series.append(Series("", "O" if ascii_only else "●", "title", (float(k),), (here[0],), joined=False))
    return ChartSpec("", tuple(series), x_ticks=ks)

"""Charts with axes: drawn by plotext off the event loop at the size they are shown, kept as lines.

plotext keeps its module-level figure for itself; here every chart has a figure object of its own (a private class,
guarded by a test), and a lock, because its canvas is not made for threads. Colours leave plotext as numbers and become
roles here, so that a chart follows the theme without being drawn again.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from segtui.tui.charset import same_width_ascii
from segtui.tui.format import short
from segtui.tui.widgets.ink import Line, Run, line

_LOCK = threading.Lock()
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
KEPT = 24
"""Charts kept per box."""


@dataclass(frozen=True, slots=True)
class Series:
    """One curve or cloud. marker: a letter or sign of one cell; role: its colour; joined: with a line."""

    label: str
    marker: str
    role: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    joined: bool = True


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """What is drawn. x_ticks: where to put them; empty: chosen by plotext."""

    title: str
    series: tuple[Series, ...]
    x_title: str = ""
    y_title: str = ""
    x_ticks: tuple[float, ...] = ()
    logarithmic: bool = False


def build(spec: ChartSpec, width: int, height: int, ascii_only: bool) -> tuple[Line, ...]:
    """Draw a chart; about 2 to 40 ms, so never on the event loop."""
    from plotext._figure import _figure_class

    with _LOCK:
        figure = _figure_class()
        figure.plotsize(width, height)
        figure._set_size(width, height)
        figure.theme("clear")
        for number, series in enumerate(spec.series):
            draw = figure.plot if series.joined else figure.scatter
            draw(list(series.x), list(series.y), marker=series.marker, color=number + 1, label=series.label or None)
        if spec.x_ticks:
            longest = max(len(f"{tick:g}") for tick in spec.x_ticks)
            ticks = thinned(spec.x_ticks, max(2, (width - 8) // (longest + 1)))
            figure.xticks(ticks, [f"{tick:g}" for tick in ticks])
        if spec.logarithmic and all(y > 0 for series in spec.series for y in series.y):
            figure.yscale("log")
        else:
            values = [y for series in spec.series for y in series.y]
            rounds = nice_ticks(min(values, default=0.0), max(values, default=1.0), max(3, (height - 4) // 2))
            figure.yticks(rounds, [short(tick) for tick in rounds])
        if spec.title:
            figure.title(spec.title)
        figure.xlabel(spec.x_title or None)
        figure.ylabel(spec.y_title or None)
        text = figure.build()
    roles = ["", *(series.role for series in spec.series)]
    rows = text.rstrip("\n").split("\n")[:height]
    return tuple(line(*_runs(row, roles, ascii_only)) for row in rows)


def nice_ticks(low: float, high: float, about: int) -> list[float]:
    """Round values between low and high, roughly `about` of them."""
    if not high > low:
        return [low]
    raw = (high - low) / about
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(m * size for m in (1, 2, 2.5, 5, 10) if m * size >= raw)
    first = math.ceil(low / step)
    ticks = [i * step for i in range(first, math.floor(high / step) + 1)]
    return ticks or [low, high]


def thinned(ticks: Sequence[float], most: int) -> list[float]:
    """Every second, third … tick, so that at most `most` are left: plotext drops labels that touch, but not always
    the same ones."""
    step = -(-len(ticks) // most)
    return list(ticks[::step])


def _runs(row: str, roles: list[str], ascii_only: bool) -> list[Run]:
    runs: list[Run] = []
    role = "dim"
    for i, piece in enumerate(_SGR.split(row)):
        if i % 2:
            parts = piece.split(";")
            role = roles[int(parts[2]) % len(roles)] if parts[:2] == ["38", "5"] and len(parts) == 3 else "dim"
        elif piece:
            runs.append((same_width_ascii(piece) if ascii_only else piece, role))
    return runs


Errand = Callable[[Callable[[], object], Callable[[object], None]], None]


class ChartBox:
    """A place for a chart: hands out what is drawn already and has the rest drawn elsewhere.

    errand: does work off the event loop and hands the result back on it. changed: called when a chart is ready.
    """

    def __init__(self, errand: Errand, changed: Callable[[], None], ascii_only: bool) -> None:
        self._errand = errand
        self._changed = changed
        self._ascii = ascii_only
        self._done: dict[tuple[ChartSpec, int, int], tuple[Line, ...]] = {}
        self._wanted: set[tuple[ChartSpec, int, int]] = set()
        self._last: tuple[Line, ...] = ()

    def lines(self, spec: ChartSpec, width: int, height: int) -> tuple[Line, ...]:
        """The chart, or until it is drawn the one before it."""
        if width < 12 or height < 5:
            return ()
        key = (spec, width, height)
        if key in self._done:
            self._last = self._done[key]
        elif key not in self._wanted:
            self._wanted.add(key)
            self._errand(lambda: build(spec, width, height, self._ascii), lambda result: self._came(key, result))
        return self._last

    def ready(self, spec: ChartSpec, width: int, height: int) -> bool:
        """Whether this very chart is drawn."""
        return (spec, width, height) in self._done

    def _came(self, key: tuple[ChartSpec, int, int], result: object) -> None:
        self._wanted.discard(key)
        assert isinstance(result, tuple)
        self._done[key] = result
        while len(self._done) > KEPT:
            del self._done[next(iter(self._done))]
        self._changed()

"""Small drawings that fit into a line: histograms, bars, signed bars."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

SPARK_UNICODE = "▁▂▃▄▅▆▇█"
SPARK_ASCII = "_.:-=+*#"


def spark(counts: Sequence[int], width: int, levels: str) -> str:
    """Counts as a row of small columns, at most `width`; neighbouring bins are summed where there are more."""
    bins = _rebin(counts, width)
    top = max(bins, default=0)
    if top <= 0:
        return " " * len(bins)
    last = len(levels) - 1
    return "".join(" " if n == 0 else levels[min(last, round(n / top * last))] for n in bins)


def _rebin(counts: Sequence[int], width: int) -> list[int]:
    if len(counts) <= width:
        return list(counts)
    edges = [round(i * len(counts) / width) for i in range(width + 1)]
    return [sum(counts[a:b]) for a, b in pairwise(edges)]


def bar(share: float, width: int, full: str, empty: str = " ") -> str:
    """A share of 0 to 1 as a bar; anything above nothing shows at least one mark."""
    marks = round(max(0.0, min(1.0, share)) * width)
    if share > 0 and marks == 0 and width > 0:
        marks = 1
    return full * marks + empty * (width - marks)


def signed_bar(value: float, limit: float, half: int, full: str, axis: str) -> str:
    """A value between -limit and limit as a bar to the left or right of an axis; 2 * half + 1 cells."""
    marks = min(half, round(abs(value) / limit * half)) if limit > 0 else 0
    if value < 0:
        return " " * (half - marks) + full * marks + axis + " " * half
    return " " * half + axis + full * marks + " " * (half - marks)

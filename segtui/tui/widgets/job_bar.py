"""A running job in one line: what is being done, how far, and how to stop it."""

from __future__ import annotations

from segtui.tui.widgets.ink import Line, Run, clip, first_fitting, line
from segtui.tui.widgets.spark import bar


def job_line(doing: str, done: float | None, detail: str, stop: str, full: str, empty: str, width: int) -> Line:
    """The longest wording that fits; what is being done and how to stop it are never left out."""
    tail: Run = (f"  {stop}", "key")
    share: list[Run] = [] if done is None else [("  " + bar(done, 12, full, empty), "bar"), (f" {done:4.0%}", "")]
    short: list[Run] = [] if done is None else [(f" {done:4.0%}", "")]
    more: list[Run] = [(f"  {detail}", "dim")] if detail else []
    variants = [
        line((doing, ""), *share, *more, tail),
        line((doing, ""), *short, *more, tail),
        line((doing, ""), *short, tail),
    ]
    last = line(*clip([(doing, "")], max(1, width - len(tail[0]))), tail)
    return first_fitting([*variants, last], width)

"""The hint bar: as many keys as fit, most important first, and always the one that shows all keys."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from segtui.tui.widgets.ink import Line, Run, line

GAP = "  "


def key_strip(hints: Sequence[tuple[str, str]], last: tuple[str, str], width: int) -> Line:
    """`hints` are (key, title) in order of importance; `last` is always there, at the end."""
    left = width - _length(last)
    runs: list[Run] = []
    for hint in hints:
        need = _length(hint) + len(GAP)
        if need > left:
            continue
        left -= need
        runs += [(hint[0], "key"), (f" {hint[1]}{GAP}", "dim")]
    return line(*runs, (last[0], "key"), (f" {last[1]}", "dim"))


def _length(hint: tuple[str, str]) -> int:
    return cell_len(hint[0]) + 1 + cell_len(hint[1])

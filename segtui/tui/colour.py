"""How many colours this terminal has, decided before Textual is imported (it reads its environment at import).

Over SSH `COLORTERM` is normally missing; Textual then gives some good terminals 16 colours, a dumb one 16 million, and
still colours when `NO_COLOR` is set.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Literal

Level = Literal["mono", "16", "256", "truecolor"]

_TO_TEXTUAL = {"mono": "standard", "16": "standard", "256": "256", "truecolor": "truecolor"}
_FROM_TEXTUAL: dict[str, Level] = {"standard": "16", "256": "256", "truecolor": "truecolor"}


def level(environ: MutableMapping[str, str]) -> Level:
    """The colours to use: what the analyst asked for, else what the terminal can show."""
    if environ.get("NO_COLOR"):  # by its convention an empty value means nothing
        return "mono"
    asked = environ.get("TEXTUAL_COLOR_SYSTEM", "").lower()
    if asked in _FROM_TEXTUAL:
        return _FROM_TEXTUAL[asked]
    term = environ.get("TERM", "dumb")
    if term not in ("dumb", "unknown", "") and environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "truecolor"
    return from_count(_colours(term))


def from_count(colours: int) -> Level:
    """The level for a terminal that has `colours` colours."""
    if colours >= 256:
        return "256"
    return "16" if colours >= 8 else "mono"


def _colours(term: str) -> int:
    """What the terminal description says; a terminal this host has never heard of is a modern one."""
    if term in ("dumb", "unknown", ""):
        return 0
    try:
        import curses

        curses.setupterm(term, 2)
        return curses.tigetnum("colors")
    except Exception:  # no terminfo entry, or a Python without curses
        return 256


def prepare(environ: MutableMapping[str, str], chosen: Level) -> None:
    """Tell Textual (not yet imported) to use `chosen`."""
    environ["TEXTUAL_COLOR_SYSTEM"] = _TO_TEXTUAL[chosen]
    if chosen == "mono":
        environ["NO_COLOR"] = "1"
    else:
        environ.pop("NO_COLOR", None)

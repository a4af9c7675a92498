"""The signs the screen is drawn with: one table for Unicode, one of 7-bit characters, chosen once at the start."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len

PLAIN_TERMINALS = ("linux", "vt100", "vt102", "vt220", "dumb", "unknown", "ansi", "cons25")
"""Terminals whose fonts cannot be trusted with more than 7 bits."""


@dataclass(frozen=True, slots=True)
class Charset:
    """Every sign that is not a letter, by what it is for. Each is one cell wide.

    spark: eight levels from low to high. bar_part: the end of a bar in growing eighths (seven, without empty and
    full). better/worse: beside a change; up/down: direction only. border: the Textual border type for boxes.
    """

    name: str
    spark: str
    bar_full: str
    bar_part: str
    bar_empty: str
    rule: str
    vline: str
    cross: str
    corner_tl: str
    corner_tr: str
    corner_bl: str
    corner_br: str
    tee_left: str
    tee_right: str
    tee_down: str
    tee_up: str
    border: str
    up: str
    down: str
    left: str
    right: str
    cursor: str
    on: str
    off: str
    current: str
    check: str
    fail: str
    warn: str
    bullet: str
    ellipsis: str
    times: str
    plus_minus: str
    at_least: str
    dash: str
    middle_dot: str
    shade: str
    replacement: str

    @property
    def ascii(self) -> bool:
        """Whether these are the 7-bit signs."""
        return self.name == "ascii"

    def bar(self, share: float, width: int) -> str:
        """A bar of `width` cells filled to `share` (0 to 1), to an eighth of a cell where the signs allow."""
        if share != share or width <= 0:  # not a number
            return self.bar_empty * max(0, width)
        eighths = round(max(0.0, min(1.0, share)) * width * 8)
        full, rest = divmod(eighths, 8)
        part = self.bar_part[rest - 1] if rest else ""
        return (self.bar_full * full + part).ljust(width, self.bar_empty)[:width]

    def sparkline(self, counts: Sequence[int]) -> str:
        """One sign per count, scaled to the largest; an empty bin is blank, so that it differs from a small one."""
        top = max(counts, default=0)
        if top <= 0:
            return " " * len(counts)
        last = len(self.spark) - 1
        return "".join(self.spark[max(0, round(n / top * last))] if n > 0 else " " for n in counts)


UNICODE = Charset(
    name="unicode",
    spark="▁▂▃▄▅▆▇█",
    bar_full="█",
    bar_part="▏▎▍▌▋▊▉",
    bar_empty=" ",
    rule="─",
    vline="│",
    cross="┼",
    corner_tl="╭",
    corner_tr="╮",
    corner_bl="╰",
    corner_br="╯",
    tee_left="┤",
    tee_right="├",
    tee_down="┬",
    tee_up="┴",
    border="round",
    up="↑",
    down="↓",
    left="←",
    right="→",
    cursor=">",
    on="[x]",
    off="[ ]",
    current="<",
    check="✓",
    fail="✗",
    warn="!",
    bullet="·",
    ellipsis="…",
    times="×",
    plus_minus="±",
    at_least="≥",
    dash="–",
    middle_dot="·",
    shade="░",
    replacement="\ufffd",
)

ASCII = Charset(
    name="ascii",
    spark="_.,-=+*#",
    bar_full="#",
    bar_part="....###",
    bar_empty=".",
    rule="-",
    vline="|",
    cross="+",
    corner_tl="+",
    corner_tr="+",
    corner_bl="+",
    corner_br="+",
    tee_left="+",
    tee_right="+",
    tee_down="+",
    tee_up="+",
    border="ascii",
    up="^",
    down="v",
    left="<",
    right=">",
    cursor=">",
    on="[x]",
    off="[ ]",
    current="<",
    check="y",
    fail="x",
    warn="!",
    bullet="*",
    ellipsis="~",
    times="x",
    plus_minus="~",
    at_least=">=",
    dash="-",
    middle_dot=".",
    shade=":",
    replacement="?",
)


def needs_ascii(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the locale or the terminal cannot be trusted with more than 7 bits."""
    if environ.get("TERM", "dumb") in PLAIN_TERMINALS:
        return True
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "")
    return "utf8" not in locale.lower().replace("-", "")


def choose(ascii_only: bool) -> Charset:
    """The signs for this terminal."""
    return ASCII if ascii_only else UNICODE


def ascii_text(text: str) -> str:
    """`text` in 7-bit characters: accents dropped where that leaves a letter, `?` for the rest."""
    return text if text.isascii() else "".join(map(_ascii_character, text))


def _ascii_character(character: str) -> str:
    if character.isascii():
        return character
    if unicodedata.combining(character):
        return ""
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode("ascii")
    return plain if plain and plain.isprintable() else "?"


_LINES = str.maketrans(
    {
        **dict.fromkeys("─━┄┅┈┉╌╍═╴╶╸╺╼╾⎯", "-"),
        **dict.fromkeys("│┃┆┇┊┋╎╏║╵╷╹╻╽╿▏▕⎸⎹", "|"),
        **dict.fromkeys("▔⎺‾", "-"),
        **dict.fromkeys("▁⎽", "_"),
        **dict.fromkeys("▂▃▖▗⠀", "."),
        **dict.fromkeys("▄▅▌▐▍▎▋", "="),
        **dict.fromkeys("▆▇█▉▊▀▘▝▙▚▛▜▞▟■▰", "#"),
        **dict.fromkeys("░▒▓", ":"),
        **dict.fromkeys("↑▲△⬆⇑", "^"),
        **dict.fromkeys("↓▼▽▾⬇⇓▿", "v"),
        **dict.fromkeys("←◀◂◁⇐‹«", "<"),
        **dict.fromkeys("→▶▸▷⇒›»❯➤", ">"),
        **dict.fromkeys("✓✔", "y"),
        **dict.fromkeys("✗✘✕✖×", "x"),
        **dict.fromkeys("•◦∙·●○◆◇★☆", "*"),
        **dict.fromkeys("…", "~"),
        **dict.fromkeys("±≈", "~"),
        **dict.fromkeys("–—−‐‑‒―", "-"),
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″", '"'),
        "\ufffd": "?",
        "\u00a0": " ",
        "⌃": "^",
        "⏎": ">",
        "≤": "<",
        "≥": ">",
    }
)


@lru_cache(8192)
def same_width_ascii(text: str) -> str:
    """`text` in 7-bit characters and in exactly as many cells, so that nothing on the line moves."""
    return "".join(map(_one, text.translate(_LINES)))


@lru_cache(4096)
def _one(character: str) -> str:
    if character.isascii():
        return character
    width = cell_len(character)
    code = ord(character)
    if 0x2500 <= code <= 0x257F:  # the remaining box corners and crossings
        return "+"
    if 0x2801 <= code <= 0x28FF:  # braille: as dark as it has dots
        return ".:o#"[((code & 0xFF).bit_count() - 1) // 2]
    if 0x2580 <= code <= 0x259F or 0x1FB00 <= code <= 0x1FB3B:  # blocks and sextants
        return "#"
    plain = ascii_text(character) if width else ""
    return plain.ljust(width, "?")[:width]

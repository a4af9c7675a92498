"""The one door from data to a terminal: text made harmless, and cut to a width in character cells."""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\ufffd"

_HARMFUL = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # control characters: ESC and the C1 set drive the terminal
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # change of writing direction: shows text that is not there
    "\u2028\u2029\ufff9-\ufffb\ufeff"  # line separators, annotations, byte order mark
    "\U000e0000-\U000e007f"  # invisible tag characters
    "\ud800-\udfff"  # halves of surrogate pairs: cannot be encoded, so printing them would fail
    "]"
)


def clean(value: object, width: int | None = None, ellipsis: str = "…") -> str:
    """`value` as text without characters that a terminal obeys; at most `width` cells where one is given."""
    text = _HARMFUL.sub(REPLACEMENT, str(value))
    return text if width is None else cut(text, width, ellipsis)


def drop_controls(text: str) -> str:
    """`text` without the characters that a terminal obeys, for text that was drawn and must keep its width."""
    return _HARMFUL.sub("", text)


def ascii_text(text: str) -> str:
    """`text` in 7-bit characters as near as they come: accents dropped, typographic signs plain, the rest "?"."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(_ascii(character) for character in plain)


def cells(text: str) -> int:
    """How many character cells `text` takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` in at most `width` cells; what is cut ends in `ellipsis`, and no wide character is halved."""
    if text.isascii() and len(text) <= width:
        return text
    room = width - cells(ellipsis)
    used = kept = 0
    for position, character in enumerate(text):
        used += _cells(character)
        if used <= room:
            kept = position + 1
        if used > width:  # looked at no further: cells may be megabytes long
            return text[:kept] + ellipsis if room >= 0 else ellipsis[: max(width, 0)]
    return text


_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "\u00a0": " ",
        "…": "...",
        "×": "x",
        "·": "*",
        "•": "*",
        "→": "->",
        "≤": "<=",
        "≥": ">=",
        "±": "+-",
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "ø": "o",
        "Ø": "O",
        "œ": "oe",
        "Œ": "OE",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
    }
)


def _ascii(character: str) -> str:
    if character.isascii():
        return character
    return "" if unicodedata.category(character) in ("Mn", "Me", "Cf") else "?"


def _cells(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

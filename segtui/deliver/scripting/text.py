"""Python source as text: literals that nothing in a file can break out of, names, and lists that keep to the line."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterable, Sequence

from segtui.gather.features import snake

WIDTH = 100
"""Letters of a line."""

LONG = 32
"""Letters of a literal that stands in a line of code."""

_PLAIN = 0x250
"""Letters below are one cell wide and in every font; others are escaped."""


def literal(text: str) -> str:
    """A string literal on one line, as ruff writes it; control characters and rare letters are escaped."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(letter, quote) for letter in text) + quote


_NAMED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(letter: str, quote: str) -> str:
    if letter == quote or letter in _NAMED:
        return _NAMED.get(letter, "\\" + letter)
    if letter.isprintable() and ord(letter) < _PLAIN:
        return letter
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def told(text: str, most: int = 60) -> str:
    """Text for a comment or a docstring: one line, nothing that ends either, and not long."""
    plain = "".join(one if one.isprintable() and ord(one) < _PLAIN else "?" for one in text)
    plain = plain.replace('"', "'").replace("\\", "/")
    return plain if len(plain) <= most else plain[: most - 3] + "..."


def number(value: float) -> str:
    """A number that Python reads as the very same float64; whole ones without more digits than they need."""
    if math.isfinite(value):
        return repr(float(value))
    return "float(" + literal(repr(float(value))) + ")"


class Names:
    """Names for the features of one script: each is one word, none is used twice, none hides anything."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {*taken, *keyword.kwlist, *keyword.softkwlist, *dir(__builtins__), "np", "pl", "re"}

    def new(self, text: str) -> str:
        """A name that tells what `text` is called."""
        word = re.sub(r"[^a-z0-9_]", "", snake(text))[:18].strip("_")
        stem = word if word[:1].isalpha() else f"feature_{word}".rstrip("_")
        name, number = stem, 1
        while name in self._taken:
            number += 1
            name = f"{stem}_{number}"
        self._taken.add(name)
        return name


class Words:
    """Texts as they stand in a script: in place where they are short, else under a name at its top."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._named: dict[str, str] = {}

    def at(self, text: str) -> str:
        """A literal, or the name of a constant."""
        if len(literal(text)) <= LONG:
            return literal(text)
        if text not in self._named:
            self._named[text] = self.names.new(text).upper()
        return self._named[text]

    def constants(self) -> list[str]:
        """The texts that were given names."""
        return [long_text(name, text) for text, name in self._named.items()]


def listed(before: str, items: Sequence[str], after: str, indent: int = 0) -> str:
    """`before` items `after` on one line where it fits, else one item a line; `before` ends in its bracket."""
    pad = " " * indent
    line = f"{pad}{before}{', '.join(items)}{after}"
    if len(line) <= WIDTH and not any("\n" in item for item in items):
        return line
    inside = "".join(f"{pad}    {item},\n" for item in items)
    return f"{pad}{before}\n{inside}{pad}{after}"


def constant(name: str, items: Sequence[str], brackets: str = "[]") -> str:
    """A list of texts under a name, wrapped by hand where an item is too long for a line."""
    literals = [literal(item) for item in items]
    text = listed(f"{name} = {brackets[0]}", literals, brackets[1])
    if max(map(len, text.split("\n"))) <= WIDTH:
        return text
    lines = [f"    {piece}" for item in items for piece in _pieces(item)]
    return "\n".join(["# fmt: off", f"{name} = {brackets[0]}", *lines, brackets[1], "# fmt: on"])


def long_text(name: str, text: str) -> str:
    """One text under a name, over several lines where it is long."""
    line = f"{name} = {literal(text)}"
    if len(line) <= WIDTH:
        return line
    pieces = [f"    {piece}" for piece in _pieces(text, comma="")]
    return "\n".join(["# fmt: off", f"{name} = (", *pieces, ")", "# fmt: on"])


def _pieces(text: str, comma: str = ",") -> list[str]:
    """A text as literals that stand below each other, none too long."""
    parts, size = [], 70
    while text:
        taken = size
        while len(literal(text[:taken])) > 90:
            taken = max(1, taken // 2)
        parts.append(literal(text[:taken]))
        text = text[taken:]
    return [*parts[:-1], (parts[-1] if parts else '""') + comma]


def numbers(values: Sequence[float], indent: int) -> list[str]:
    """Numbers over lines that are full."""
    lines, line = [], ""
    for value in map(number, values):
        if line and indent + len(line) + len(value) + 2 > WIDTH:
            lines.append(" " * indent + line.rstrip())
            line = ""
        line += f"{value}, "
    return [*lines, " " * indent + line.rstrip()] if line else lines

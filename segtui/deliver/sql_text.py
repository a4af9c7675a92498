"""Text as SQL, without regular expressions: levels of a scale however people spell them, and cells of labels.

As `scale_words.normal` and `labels` do it, as far as texts go that can match the levels at hand.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segtui.deliver.sql_dialects import Dialect

_BLANKS = ("\t", "\n", "\r", "\u00a0")
"""Besides the space, what is taken for a blank."""


def replaced(text: str, old: str, new: str) -> str:
    """All expressions: a text with `new` for every `old`."""
    return f"REPLACE({text}, {old}, {new})"


def normalised(raw: str, forms: tuple[str, ...], dialect: Dialect) -> str:
    """`scale_words.normal` as far as it matters for these forms."""
    together = "".join(forms)
    mark, dash = f"{dialect.character}(1)", f"{dialect.character}(2)"
    plain = f"LOWER({raw})"
    for other, folded in _folds(together):
        plain = replaced(plain, dialect.text(other), dialect.text(folded))
    if "'" in together:
        plain = replaced(plain, dialect.text("\u2019"), dialect.text("'"))
    plain = replaced(_blanked(plain, "", dialect), "'_'", "' '")
    if "-" in together:
        for sign in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212":
            plain = replaced(plain, dialect.text(sign), dash)
    if " " in together or "-" in together:  # any number of blanks becomes one
        plain = replaced(replaced(plain, "' '", f"' ' || {mark}"), f"{mark} || ' '", "''")
        plain = replaced(plain, f"' ' || {mark}", "' '")
    if "-" in together:
        plain = replaced(replaced(replaced(plain, f"' ' || {dash}", dash), f"{dash} || ' '", dash), dash, "'-'")
    return dialect.trim(plain, " .!")


@cache
def _foldable() -> tuple[tuple[str, str], ...]:
    """Letters whose small form databases do not agree on, and that form: all but those that fold to one of a to z."""
    pairs = ((letter, letter.casefold()) for letter in map(chr, range(0x80, 0x2000)))
    return tuple((letter, folded) for letter, folded in pairs if folded != letter and not _plain(folded))


def _plain(folded: str) -> bool:
    return len(folded) == 1 and folded.isascii()


def _folds(together: str) -> list[tuple[str, str]]:
    return [pair for pair in _foldable() if pair[1] in together]


def _blanked(text: str, kept: str, dialect: Dialect) -> str:
    """A text with spaces for all blanks but those in `kept`."""
    for blank in _BLANKS:
        if blank not in kept:
            text = replaced(text, f"{dialect.character}({ord(blank)})", "' '")
    return text


def wrapped(raw: str, sign: str, labels: tuple[str, ...], dialect: Dialect) -> str:
    """Labels with `sign` between them as ";one;two;", without blanks around them (up to 15 on either side).

    A blank that some label holds within stays what it is, so it is taken off by itself, in turn with spaces (up to
    three of them: SQLite takes no deeper expressions).
    """
    together = "".join(labels)
    within = [blank for blank in _BLANKS if blank in together]
    cell = f"{dialect.text(sign)} || {_blanked(raw, together, dialect)} || {dialect.text(sign)}"
    for blanks in (*(" " * count for count in (8, 4, 2, 1)), *(*within, " ") * (3 if within else 0)):
        cell = replaced(cell, dialect.text(sign + blanks), dialect.text(sign))
        cell = replaced(cell, dialect.text(blanks + sign), dialect.text(sign))
    return cell

"""Words that stand for something else: for yes and no, and for a value that is missing."""

from __future__ import annotations

import polars as pl

MISSING_WORDS = (
    "", "na", "n/a", "#n/a", "n.a.", "null", "none", "nil", "nan", "-", "--", "–", "—", "?", ".", "(blank)",
    "not available", "#value!", "#ref!", "#div/0!",
)  # fmt: skip
"""Words for "no value", compared in lower case without blanks around them."""

YES_WORDS = ("yes", "true", "y", "ja", "oui", "si", "sí", "wahr", "vrai")
NO_WORDS = ("no", "false", "n", "nein", "non", "falsch", "faux")
YES_LETTERS, NO_LETTERS = ("t", "j"), ("f",)
"""Letters that mean yes and no only where their opposite is in the column too."""

PAIRS = {"t": ("f",), "f": ("t",), "j": ("n", "nein")}
"""Which of them has which opposites."""

COUNTED = ("t", "f", "j", "n", "nein")
"""The words whose number decides on those letters."""


def folded(text: pl.Expr) -> pl.Expr:
    """`text` as words are compared: lower case, without blanks around it."""
    return text.str.strip_chars().str.to_lowercase()


def missing(text: pl.Expr) -> pl.Expr:
    """Whether `text` is nothing, or a word for nothing."""
    return text.is_null() | folded(text).is_in(MISSING_WORDS)


def plain_yes_no(text: pl.Expr) -> pl.Expr:
    """Boolean; the letters that need their opposite and words with blanks around them are left to `yes_no`."""
    return _yes_no(text.str.to_lowercase(), YES_WORDS, NO_WORDS)


def yes_no(text: pl.Expr) -> pl.Expr:
    """Boolean; null where `text` says neither."""
    return _yes_no(folded(text), YES_WORDS + YES_LETTERS, NO_WORDS + NO_LETTERS)


def _yes_no(word: pl.Expr, yes: tuple[str, ...], no: tuple[str, ...]) -> pl.Expr:
    return pl.when(word.is_in(yes)).then(True).when(word.is_in(no)).then(False)

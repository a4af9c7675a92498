"""Numbers as people and programs write them: signs, currencies, thousands, either decimal mark, brackets, per cent.

The `plain_…` expressions are one cast and a few cheap questions and read what programs write; the others read all
that is described here, at some ten times the cost. What a plain one reads, the other reads as the same value.

Thousands marks must stand in proper groups of three. (12.00), 12.00- and -12.00 are all negative. 12.5 % is 0.125.
Codes are no numbers: with a leading zero, or of more digits than a number keeps, they would lose what they are.
"""

from __future__ import annotations

import polars as pl

MOST_DIGITS = 15
"""Digits that survive as a number everywhere (floats included)."""

_TOO_LONG = 10**MOST_DIGITS

CODE = r"^[+-]?(?:0\d+(?:[.,]\d*)?|\d{16,})$"
"""A code that looks like a number."""

IDENTIFIER = r"^(?:[A-Za-z]{1,4}[-_ ]?\d{3,}[A-Za-z]?|\d{4,}[A-Za-z]{1,2})$"
"""Letters and digits of an id, such as C536379 or 85123A; among whole numbers it says that all of them are ids."""

CURRENCY = (
    r"(?:(?:US|CA|AU|NZ|HK|[RACS])?\$|[€£¥₹₽₩₺₫₪₴฿₦₱¢]|zł|Kč"
    r"|(?i:USD|EUR|GBP|CHF|JPY|CNY|RMB|INR|AUD|CAD|NZD|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|TRY|BRL|MXN|ZAR|SGD|HKD"
    r"|KRW|THB|ILS|RUB|UAH|AED|SAR|euros?|kr\.?|Fr\.?|SFr\.?|Rs\.?|Ft|zl|lei))"
)
"""One currency sign or name."""

_BLANK = r"[ \u00a0\u2009\u202f]"
MINUS = "[-−–]"
_SIGN = "[-+−–]"


def _core(decimal: str) -> str:
    """A number without anything around it."""
    point, other = (r"\.", ",") if decimal == "." else (",", r"\.")
    groups = rf"[1-9]\d{{0,2}}(?:(?:{other}\d{{3}})+|(?:'\d{{3}})+|(?:’\d{{3}})+|(?:{_BLANK}\d{{3}})+)"
    power = r"[eE][+-]?\d+"
    whole = rf"(?:{groups}|0|[1-9]\d*)"
    short = rf"(?:{groups}|0|[1-9]\d{{0,{MOST_DIGITS - 1}}})"
    return rf"(?:{whole}(?:{point}\d*(?:{power})?|{power})|{point}\d+(?:{power})?|{short})"


def _whole_cell(decimal: str) -> str:
    core, money, gap = _core(decimal), CURRENCY, rf"{_BLANK}*"
    before = rf"(?:{money}{gap})?"
    after = rf"(?:{gap}(?:{money}|%))?"
    forms = (
        rf"{before}{core}{after}",
        rf"{_SIGN}{gap}{before}{core}{after}",
        rf"{money}{gap}{_SIGN}{gap}{core}{after}",
        rf"{before}{core}{after}{gap}{MINUS}",
        rf"{core}{MINUS}{gap}{money}",
        rf"{before}\({gap}{before}{core}{after}{gap}\){after}",
    )
    return rf"^(?:{'|'.join(forms)})$"


_CELL = {decimal: _whole_cell(decimal) for decimal in ".,"}
_FIRST = {decimal: rf"^(?:{CURRENCY}|{_SIGN}|[(]|{_BLANK})*({_core(decimal)})" for decimal in ".,"}
_NEGATIVE = rf"^[^\d]*(?:{MINUS}|\()|\d[^\d]*{MINUS}[^\d]*$"
_MARKS = {".": r"[,'’ \u00a0\u2009\u202f]", ",": r"[.'’ \u00a0\u2009\u202f]"}


def plain_integer(text: pl.Expr) -> pl.Expr:
    """Int64, of digits with a sign at most."""
    found = text.cast(pl.Int64, strict=False)
    code = (text.str.starts_with("0") & (text.str.len_bytes() > 1)) | _signed_zero(text)
    return pl.when(~code & found.is_between(-_TOO_LONG, _TOO_LONG, closed="none")).then(found)


def integer(text: pl.Expr) -> pl.Expr:
    """Int64; blanks around it and a typographer's minus are allowed."""
    bare = text.str.strip_chars().str.replace("−", "-", literal=True)
    return pl.when(fits_integer(text)).then(bare.cast(pl.Int64, strict=False))


def fits_integer(text: pl.Expr) -> pl.Expr:
    """Whether a cell is a whole number, and no code."""
    return text.str.strip_chars().str.contains(rf"^[-+−]?(?:0|[1-9]\d{{0,{MOST_DIGITS - 1}}})$")


def plain_number(text: pl.Expr, decimal: str) -> pl.Expr:
    """Float64, of digits, a sign, a decimal mark and an exponent."""
    if decimal == ",":
        dotted = text.str.replace(",", ".", literal=True)
        return pl.when(~text.str.contains(".", literal=True)).then(_cast(dotted))
    return _cast(text)


def _cast(text: pl.Expr) -> pl.Expr:
    found = text.cast(pl.Float64, strict=False)
    code = (text.str.starts_with("0") & (text.str.len_bytes() > 1) & ~text.str.starts_with("0.")) | _signed_zero(text)
    # neither infinite nor NaN lies between
    return pl.when(~code & found.is_between(-_TOO_LONG, _TOO_LONG, closed="none")).then(found)


def _signed_zero(text: pl.Expr) -> pl.Expr:
    return text.str.starts_with("-0") | text.str.starts_with("+0")


def number(text: pl.Expr, decimal: str) -> pl.Expr:
    """Float64, of all forms described above."""
    bare = text.str.strip_chars()
    digits: pl.Expr = bare.str.extract(_FIRST[decimal]).str.replace_all(_MARKS[decimal], "")
    if decimal == ",":
        digits = digits.str.replace(",", ".", literal=True)
    # a division would depend on how many values are divided at once: Polars multiplies by the reciprocal of some
    digits = pl.when(bare.str.contains("%", literal=True)).then(digits + "e-2").otherwise(digits)
    size = digits.cast(pl.Float64, strict=False)
    signed = pl.when(bare.str.contains(_NEGATIVE)).then(-size).otherwise(size)
    return pl.when(bare.str.contains(_CELL[decimal]) & size.is_finite()).then(signed)


def is_code(text: pl.Expr) -> pl.Expr:
    """Whether a cell is a code that looks like a number."""
    return text.str.strip_chars().str.contains(CODE)


def is_identifier(text: pl.Expr) -> pl.Expr:
    """Whether a cell mixes letters and digits as ids do."""
    return text.str.strip_chars().str.contains(IDENTIFIER)


def settles_point(text: pl.Expr) -> pl.Expr:
    """Whether the dot in a plain number can only be a decimal mark: it does not stand before exactly three digits."""
    return text.str.contains(r"\.(?:\d{0,2}|\d{4,})(?:[eE]|$)|^[+-]?0?\.|[eE]|\d{4}\.")


def settles_comma(text: pl.Expr) -> pl.Expr:
    """The same for the comma."""
    return text.str.contains(r",(?:\d{0,2}|\d{4,})(?:[eE]|$)|^[+-]?0?,|[eE]|\d{4},")

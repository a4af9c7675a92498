"""Text to values, as `gather.reading` does it."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl


def read_as(text: pl.Series, how: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """A column of text as values, null where there is none; every different text is read once."""
    different = text.drop_nulls().unique()
    found = pl.DataFrame({"text": different}).select(how(pl.col("text"))).to_series()
    return text.replace_strict(different, found, default=None, return_dtype=found.dtype)


def any_text(text: pl.Expr) -> pl.Expr:
    """Text as it stands; an empty cell is no value."""
    return pl.when(text != "").then(text)


def whole_number(text: pl.Expr) -> pl.Expr:
    """Digits with a sign at most; codes such as 007 and more than 15 digits are no value."""
    bare = text.str.strip_chars().str.replace("−", "-", literal=True)
    written = bare.str.contains(r"^[-+]?(?:0|[1-9]\d{0,14})$")
    return pl.when(written).then(bare.cast(pl.Int64, strict=False))


CURRENCY = (
    r"(?:(?:US|CA|AU|NZ|HK|[RACS])?\$|[€£¥₹₽₩₺₫₪₴฿₦₱¢]|zł|Kč"
    r"|(?i:USD|EUR|GBP|CHF|JPY|CNY|RMB|INR|AUD|CAD|NZD|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN"
    r"|TRY|BRL|MXN|ZAR|SGD|HKD|KRW|THB|ILS|RUB|UAH|AED|SAR|euros?|kr\.?|Fr\.?|SFr\.?|Rs\.?"
    r"|Ft|zl|lei))"
)
BLANK = r"[ \u00a0\u2009\u202f]"
MINUS = "[-−–]"
SIGN = "[-+−–]"


def number_pattern(decimal: str) -> str:
    """A number without anything around it; thousands marks must stand in groups of three."""
    point, other = (r"\.", ",") if decimal == "." else (",", r"\.")
    marks = "|".join(rf"(?:{mark}\d{{3}})+" for mark in (other, "'", "’", BLANK))
    groups = rf"[1-9]\d{{0,2}}(?:{marks})"
    power = r"[eE][+-]?\d+"
    long = rf"(?:{groups}|0|[1-9]\d*)(?:{point}\d*(?:{power})?|{power})"
    short = rf"(?:{groups}|0|[1-9]\d{{0,14}})"
    return rf"(?:{long}|{point}\d+(?:{power})?|{short})"


def cell_pattern(decimal: str) -> str:
    """A whole cell: 1,234.50 or $ 12 or 12 EUR or (12.00) or 12.00- or 12.5 %."""
    core, money, gap = number_pattern(decimal), CURRENCY, f"{BLANK}*"
    before, after = f"(?:{money}{gap})?", f"(?:{gap}(?:{money}|%))?"
    forms = (
        f"{before}{core}{after}",
        f"{SIGN}{gap}{before}{core}{after}",
        f"{money}{gap}{SIGN}{gap}{core}{after}",
        f"{before}{core}{after}{gap}{MINUS}",
        f"{core}{MINUS}{gap}{money}",
        rf"{before}\({gap}{before}{core}{after}{gap}\){after}",
    )
    return f"^(?:{'|'.join(forms)})$"


def number(text: pl.Expr) -> pl.Expr:
    """Numbers as people write them, with a decimal point; (12.00) and 12.00- are negative."""
    return number_with(text, ".")


def comma_number(text: pl.Expr) -> pl.Expr:
    """Numbers as people write them, with a decimal comma; (12,00) and 12,00- are negative."""
    return number_with(text, ",")


def number_with(text: pl.Expr, decimal: str) -> pl.Expr:
    """Numbers with this decimal mark; the other one, blanks and apostrophes mark thousands."""
    bare = text.str.strip_chars()
    first = rf"^(?:{CURRENCY}|{SIGN}|[(]|{BLANK})*({number_pattern(decimal)})"
    thousands = r"[,'’ \u00a0\u2009\u202f]" if decimal == "." else r"[.'’ \u00a0\u2009\u202f]"
    digits = bare.str.extract(first).str.replace_all(thousands, "")
    digits = digits.str.replace(",", ".", literal=True)
    share = bare.str.contains("%", literal=True)
    size = pl.when(share).then(digits + "e-2").otherwise(digits).cast(pl.Float64, strict=False)
    negative = bare.str.contains(rf"^[^\d]*(?:{MINUS}|\()|\d[^\d]*{MINUS}[^\d]*$")
    signed = pl.when(negative).then(-size).otherwise(size)
    return pl.when(bare.str.contains(cell_pattern(decimal)) & size.is_finite()).then(signed)


YES = ["yes", "true", "y", "ja", "oui", "si", "sí", "wahr", "vrai", "t", "j"]
NO = ["no", "false", "n", "nein", "non", "falsch", "faux", "f"]


def yes_no(text: pl.Expr) -> pl.Expr:
    """The words for yes and no as "yes" and "no"; anything else is no value."""
    word = text.str.strip_chars().str.to_lowercase()
    yes, no = pl.lit("yes"), pl.lit("no")
    return pl.when(word.is_in(YES)).then(yes).when(word.is_in(NO)).then(no)


def said(answers: pl.Series) -> pl.Series:
    """True and False as "yes" and "no"."""
    return answers.replace_strict([True, False], ["yes", "no"], return_dtype=pl.String)


def finite_text(values: pl.Series) -> pl.Series:
    """Numbers as text; what is missing or infinite is no value."""
    return values.set(~values.is_finite(), None).cast(pl.String)


def id_text(values: pl.Series) -> pl.Series:
    """Ids as text; blanks are no id."""
    text = values.cast(pl.String)
    return text.set(text.str.strip_chars() == "", None)


def whole_ids(values: pl.Series) -> pl.Series:
    """Ids as whole numbers; 17850.0 is one, 17850.5 and blanks are none."""
    whole = values.cast(pl.Int64, strict=False)
    return whole.set(whole != values, None)

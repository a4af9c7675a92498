"""How six databases write the few things in which the delivered SQL differs: names, texts, numbers and functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ulp

from segtui.clean_text import clean

_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = frozenset(("all", "default", "from", "group", "order", "select", "table", "user", "values", "view"))
_NO_COMMENT = str.maketrans({"\\": "/", ";": ","})


@dataclass(frozen=True, slots=True)
class Dialect:
    """One database.

    title: its name for people; double: its float64; sign: what stands around a name; escapes: whether a backslash in
    a text means something; suffix: what makes a literal a float64 where a point alone makes a decimal number;
    materialized: what keeps a named part from being computed once per use; apostrophe: how one is written within a
    text; character, least, greatest: names of functions; holds: that a text (first) has another in it; trimmed: a text
    (first) without some characters at its ends; rounds: whether literals may be read with less than correct rounding
    (SQLite promises 15 digits).
    """

    name: str
    title: str
    double: str
    sign: str = '"'
    escapes: bool = False
    suffix: str = ""
    materialized: str = ""
    apostrophe: str = "''"
    character: str = "CHR"
    holds: str = "STRPOS({0}, {1}) > 0"
    least: str = "LEAST"
    greatest: str = "GREATEST"
    trimmed: str = "TRIM({0}, {1})"
    rounds: bool = False

    # -- names, texts, comments --------------------------------------------------------------------------------

    def quoted(self, name: str) -> str:
        """A column's name, whatever is in it."""
        plain = name.replace("\0", "")
        if self.name == "bigquery":  # no other one knows a backslash in a name
            return self.sign + plain.replace("\\", "\\\\").replace(self.sign, "\\" + self.sign) + self.sign
        return self.sign + plain.replace(self.sign, self.sign * 2) + self.sign

    def table(self, name: str) -> str:
        """A table's name; the points in it separate a database and a schema from it."""
        plain = [
            part if _SIMPLE.fullmatch(part) and part.lower() not in _RESERVED else None for part in name.split(".")
        ]
        return ".".join(part or self.quoted(whole) for part, whole in zip(plain, name.split("."), strict=True))

    def text(self, text: str) -> str:
        """A text as a literal. A NUL, which most databases cannot hold, is left out."""
        plain = text.replace("\0", "")
        if self.escapes:
            for sign, letter in (("\\", "\\"), ("\n", "n"), ("\r", "r"), ("\t", "t")):
                plain = plain.replace(sign, "\\" + letter)
        return "'" + plain.replace("'", self.apostrophe) + "'"

    # -- numbers -----------------------------------------------------------------------------------------------

    def number(self, value: float) -> str:
        """A finite float64 as a literal that is read as this float64 and no other type or neighbour."""
        written = repr(float(value))
        if self.rounds and _near_the_middle(written, value):
            written = f"{value:.17e}"
        if self.name == "snowflake" and value and not 1e-20 < abs(value) < 1e30:  # its decimal numbers end
            return f"CAST('{written}' AS {self.double})"
        if "e" in written or not self.suffix:
            return written
        return written.removesuffix(".0") + self.suffix

    def cell(self, value: float) -> str:
        """`number` where nothing else says the type: in a row."""
        written = self.number(value)
        return f"{written}::{self.double}" if self.name == "snowflake" and "CAST" not in written else written

    def minus(self, what: str, value: float) -> str:
        """`what` less a number; what it is the same to the last bit as adding its opposite."""
        if value == 0.0:
            return what
        return f"{what} - {self.number(value)}" if value > 0.0 else f"{what} + {self.number(-value)}"

    def as_number(self, raw: str) -> str:
        """A column of numbers. SQLite keeps what an import calls text as text, which is never less than a number."""
        return f"(NULLIF({raw}, '') + 0)" if self.name == "sqlite" else raw

    def as_double(self, what: str) -> str:
        """An expression as float64."""
        return f"CAST({what} AS {self.double})"

    # -- functions ---------------------------------------------------------------------------------------------

    def at_most(self, what: str, limit: str) -> str:
        """The smaller of two."""
        return f"{self.least}({what}, {limit})"

    def at_least(self, what: str, limit: str) -> str:
        """The larger of two."""
        return f"{self.greatest}({what}, {limit})"

    def smallest(self, of: list[str]) -> str:
        """The smallest of some, none of which is missing."""
        return of[0] if len(of) == 1 else f"{self.least}({', '.join(of)})"

    def trim(self, what: str, characters: str) -> str:
        """A text without any of some characters at its ends."""
        return self.trimmed.format(what, self.text(characters))

    def rows(self, name: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
        """A named part that holds rows of literals; the first column is of whole numbers, the others of float64."""
        if self.name == "bigquery":
            types = [f"{column} {'INT64' if i == 0 else 'FLOAT64'}" for i, column in enumerate(columns)]
            head = f"{name} AS (SELECT * FROM UNNEST(ARRAY<STRUCT<{', '.join(types)}>>["
            return f"{head}\n{_wrapped(rows)}\n  ]))"
        values = "SELECT * FROM VALUES" if self.name == "snowflake" else "VALUES"
        return f"{name} ({', '.join(columns)}) AS ({values}\n{_wrapped(rows)}\n  )"


def remark(text: str) -> str:
    """Text that stays within the comment of one line, in every database."""
    plain = clean(text).translate(_NO_COMMENT)
    return plain.replace("/*", "/ *").replace("*/", "* /")


def _near_the_middle(written: str, value: float) -> bool:
    """Whether a literal lies so near the middle of two float64 that sloppy reading may end at the wrong one."""
    return abs(Fraction(written) - Fraction(value)) > Fraction(45, 100) * Fraction(ulp(value))


def _wrapped(rows: list[tuple[str, ...]], width: int = 116) -> str:
    lines, line = [], ""
    for row in [f"({', '.join(row)})" for row in rows]:
        if line and len(line) + len(row) > width:
            lines.append(f"    {line.rstrip()}")
            line = ""
        line += row + ", "
    return "\n".join([*lines, f"    {line.removesuffix(', ')}"])


DIALECTS = {
    one.name: one
    for one in (
        Dialect("duckdb", "DuckDB", "DOUBLE", suffix="e0", materialized="MATERIALIZED "),
        Dialect("postgresql", "PostgreSQL", "DOUBLE PRECISION", materialized="MATERIALIZED "),
        Dialect(
            "sqlite",
            "SQLite (3.35 or later, with its mathematical functions)",
            "REAL",
            materialized="MATERIALIZED ",
            character="CHAR",
            holds="INSTR({0}, {1}) > 0",
            least="MIN",
            greatest="MAX",
            rounds=True,
        ),
        Dialect(
            "spark",
            "Spark SQL (3.0 or later)",
            "DOUBLE",
            sign="`",
            escapes=True,
            suffix="e0",
            apostrophe="\\'",
            holds="INSTR({0}, {1}) > 0",
            trimmed="TRIM(BOTH {1} FROM {0})",
        ),
        Dialect("bigquery", "BigQuery", "FLOAT64", sign="`", escapes=True, apostrophe="\\'"),
        Dialect("snowflake", "Snowflake", "DOUBLE", escapes=True, holds="CONTAINS({0}, {1})"),
    )
}
"""By the name that a statement is asked for with."""

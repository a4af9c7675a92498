"""One column of the customer table as SQL, step by step as `prepare.parts` and `prepare.scale` do it.

Read: the value as it is, NULL where there is none (of an ordinal scale the score, of labels the cell as ";one;two;").
Prepared: filled in and held at the limits, or 0/1. Scaled: what distances are taken of.

Two things differ from the app's arithmetic in the last bits: LN(1 + x) and EXP(x) - 1 stand for log1p and expm1, whose
results are at most some 1e-16 away. And what overflows float64 there (an error in some databases) is held at a value so
large that the same centroid is nearest.
"""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui.deliver.sql_text import normalised, replaced, wrapped
from segtui.prepare.clean import MISSING_LEVEL, OTHER_LEVEL
from segtui.prepare.scale_words import normal

if TYPE_CHECKING:
    from segtui.deliver.scoring import ScoredFeature
    from segtui.deliver.sql_dialects import Dialect
    from segtui.results import MatrixColumn, Transform

FINITE = 1.7e308
"""Numbers beyond it, infinite ones and NaN count as missing."""

_WHOLE = re.compile(r"-?\d{1,18}")


@dataclass(frozen=True, slots=True)
class Source:
    """A feature with its columns. alias: what its value is called once it is read."""

    feature: ScoredFeature
    columns: tuple[MatrixColumn, ...]
    alias: str

    @property
    def order(self) -> tuple[str, ...]:
        """The levels of its scale, where it is an ordinal one."""
        return next((c.order or (c.transform.order if c.transform else ()) for c in self.columns), ())

    @property
    def separator(self) -> str:
        """What stands between its labels, where it holds several."""
        return next((c.separator for c in self.columns), "")

    @property
    def numeric(self) -> bool:
        """Whether one of its columns is a number brought to scale, or a score."""
        return any(c.transform is not None for c in self.columns)

    def says_missing(self, column: MatrixColumn) -> bool:
        """As `parts.says_missing`: whether a 0/1 column says who has no value."""
        known = bool(column.order) or column.fill is not None or self.feature.type == "number"
        return column.level == MISSING_LEVEL and known

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels or labels of its block."""
        return tuple(c.level for c in self.columns if c.level is not None and not self.says_missing(c))


# -- read ------------------------------------------------------------------------------------------------------


def read(source: Source, dialect: Dialect) -> str:
    """The value of a feature from its raw column (of the table `c`); NULL where there is none."""
    raw = f"c.{dialect.quoted(source.feature.name)}"
    kind = source.feature.type
    if kind == "number":
        raw = dialect.as_number(raw)
    if source.order:
        return _score(raw, source, dialect)
    if source.numeric and kind == "yes/no":
        return dialect.as_double(f"CASE WHEN {raw} = TRUE THEN 1 WHEN {raw} = FALSE THEN 0 END")
    if kind == "number":
        finite = f"{raw} BETWEEN {dialect.number(-FINITE)} AND {dialect.number(FINITE)}"
        return f"CASE WHEN {finite} THEN {dialect.as_double(raw) if source.numeric else raw} END"
    return wrapped(raw, source.separator, source.levels, dialect) if source.separator else raw


def _score(raw: str, source: Source, dialect: Dialect) -> str:
    """1 … m by the order of the scale, however its levels are spelled; NULL off it."""
    forms: dict[str, int] = {}
    for place, level in enumerate(source.order, start=1):
        forms.setdefault(normal(level), place)
    if source.feature.type in ("number", "yes/no"):
        values = {value: place for form, place in forms.items() if (value := _literal(form, source, dialect))}
        if not values:
            return dialect.as_double("NULL")
        cases = " ".join(f"WHEN {raw} = {value} THEN {place}" for value, place in values.items())
        return dialect.as_double(f"CASE {cases} END")
    cases = " ".join(f"WHEN {dialect.text(form)} THEN {place}" for form, place in forms.items())
    return dialect.as_double(f"CASE {normalised(raw, tuple(forms), dialect)} {cases} END")


# -- prepared --------------------------------------------------------------------------------------------------


def prepared(column: MatrixColumn, source: Source, dialect: Dialect) -> str:
    """A number filled in and held at its limits, or 0/1, from the value that was read (in `r`)."""
    value = f"r.{source.alias}"
    if column.transform is None:
        return f"CASE WHEN {_at_level(value, column, source, dialect)} THEN 1 ELSE 0 END"
    t = column.transform
    low, high = _limits(t)
    filled = f"COALESCE({value}, {dialect.number(t.fill)})"
    if low is not None and high is not None:
        filled = dialect.at_most(dialect.at_least(filled, dialect.number(low)), dialect.number(high))
    return filled


def _limits(t: Transform) -> tuple[float | None, float | None]:
    """The winsorising limits, or where the square of what is scaled would otherwise overflow."""
    if t.low is not None or t.method not in ("none", "z", "robust"):
        return t.low, t.high
    limit = 10.0 ** min(300, 100 + round(math.log10(t.spread)))
    return -limit, limit


def _at_level(value: str, column: MatrixColumn, source: Source, dialect: Dialect) -> str:
    """That a customer is at a level or has a label; what is unknown is false."""
    level = str(column.level)
    if source.says_missing(column):
        return f"{value} IS NULL"
    if source.separator:
        return _has_label(value, level, column.fill, source, dialect)
    gap = MISSING_LEVEL if column.fill is None else column.fill
    if level == OTHER_LEVEL:
        named = [other for other in source.levels if other != OTHER_LEVEL]
        if not named:
            return "1 = 1"
        known = [literal for other in named if (literal := _literal(other, source, dialect))]
        off = f"{value} NOT IN ({', '.join(known)})" if known else f"{value} IS NOT NULL"
        apart = column.fill is None and any(map(source.says_missing, source.columns))
        return off if apart or gap in named else f"{off} OR {value} IS NULL"
    literal = _literal(level, source, dialect)
    there = f"{value} = {literal}" if literal else ""
    without = f"{value} IS NULL" if gap == level else ""
    return " OR ".join(part for part in (there, without) if part) or "1 = 0"


def _has_label(value: str, level: str, fill: str | None, source: Source, dialect: Dialect) -> str:
    sign = source.separator
    cell = value
    if fill is not None:
        parts = [part.strip() for part in fill.split(sign)]
        cell = f"COALESCE({value}, {dialect.text(sign + sign.join(parts) + sign)})"
    if level != OTHER_LEVEL:
        has = dialect.holds.format(cell, dialect.text(sign + level + sign))
        return f"{has} OR {value} IS NULL" if level == MISSING_LEVEL and fill is None else has
    rest = replaced(cell, dialect.text(sign), dialect.text(sign * 2))  # so that no two labels share a separator
    for named in dict.fromkeys((*source.levels, MISSING_LEVEL)):
        rest = replaced(rest, dialect.text(sign + named + sign), "''")
    rest = replaced(rest, dialect.text(sign), "''")
    return f"{rest} <> ''"


def _literal(level: str, source: Source, dialect: Dialect) -> str:
    """A level as a literal of the column's type; "" where the column cannot hold it."""
    if source.feature.type == "yes/no":
        return {"yes": "TRUE", "no": "FALSE"}.get(level, "")
    if source.feature.type != "number":
        return dialect.text(level)
    if _WHOLE.fullmatch(level):
        return level
    try:
        number = float(level)
    except ValueError:
        return ""
    return dialect.number(number) if math.isfinite(number) else ""


# -- scaled ----------------------------------------------------------------------------------------------------


def scaled(column: MatrixColumn, alias: str, dialect: Dialect, steps: str = "") -> str:
    """The weighed column of what was prepared (in `p`); steps: the part that holds the stretches of a quantile."""
    t, value = column.transform, f"p.{alias}"
    if t is None:
        return f"{dialect.as_double(value)} * {dialect.number(column.weight)}"
    bent = _bent(t, value, dialect, steps)
    moved = dialect.minus(bent, t.centre)
    if t.spread != 1.0:
        moved = f"({moved}) / {dialect.number(t.spread)}"
    return moved if column.weight == 1.0 else f"({moved}) * {dialect.number(column.weight)}"


def _bent(t: Transform, value: str, dialect: Dialect, steps: str) -> str:
    one = dialect.number(1.0)
    if t.method == "log1p":
        return f"LN({one} + {dialect.at_least(value, dialect.number(0.0))})"
    if t.method == "quantile_normal":
        if not t.knots:
            return f"{value} * {dialect.number(0.0)}"
        s = steps
        line = f"{s}.z_start + ({value} - {s}.low) / ({s}.high - {s}.low) * ({s}.z_end - {s}.z_start)"
        return (
            f"CASE\n      WHEN {value} = {s}.low THEN {s}.z_at"
            f"\n      WHEN {s}.z_start = {s}.z_end THEN {s}.z_start"
            f"\n      ELSE {dialect.at_most(line, s + '.z_end')}\n    END"
        )
    if t.method != "yeo_johnson":
        return value
    power = 1.0 if t.power is None else t.power
    log = f"LN({one} + ABS({value}))"
    above = _power(power, log, t, dialect)
    if t.low is not None and t.low >= 0.0:
        return above
    return f"CASE WHEN {value} >= 0 THEN {above} ELSE -({_power(2.0 - power, log, t, dialect)}) END"


def _power(power: float, log: str, t: Transform, dialect: Dialect) -> str:
    """((1 + |x|)^power - 1) / power, by the logarithm of 1 + |x|."""
    if power == 0.0:
        return log
    raised = f"{dialect.number(power)} * {log}"
    furthest = sys.float_info.max if t.low is None or t.high is None else max(abs(t.low), abs(t.high))
    if power * math.log1p(furthest) > 300.0:
        raised = dialect.at_most(raised, dialect.number(float(round(min(700.0, 230.0 + math.log(t.spread))))))
    elif power * math.log1p(furthest) < -300.0:
        raised = dialect.at_least(raised, dialect.number(-300.0))  # where EXP would come so near 0 as to underflow
    if abs(power) >= 1e-3:
        return f"(EXP({raised}) - {dialect.number(1.0)}) / {dialect.number(power)}"
    half = f"{dialect.number(0.5)} * ({raised})"  # e^2y - 1 = 2 e^y sinh y, which keeps its digits near 0
    return f"{dialect.number(2.0)} * EXP({half}) * SINH({half}) / {dialect.number(power)}"

"""A reading: how the text of a column becomes values. Its name is what recipes say and what the screen shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from segtui.errors import RecipeError


class As(StrEnum):
    """What the text of a column is read as."""

    EMPTY = "empty"
    INTEGER = "integer"
    NUMBER = "number"
    YES_NO = "yes/no"
    DATE = "date"
    TIME = "date and time"
    TEXT = "text"


COMMA = "1.234,5"
"""How a recipe says that the comma is the decimal mark."""

_ORDERS = {"ymd": "", "dmy": "d/m/y", "mdy": "m/d/y"}

_STORED: dict[As, pl.DataType] = {
    As.EMPTY: pl.String(),
    As.INTEGER: pl.Int64(),
    As.NUMBER: pl.Float64(),
    As.YES_NO: pl.Boolean(),
    As.DATE: pl.Date(),
    As.TIME: pl.Datetime("us"),
    As.TEXT: pl.String(),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the text of a column is read.

    decimal: of numbers, the decimal mark, "." or ","; the other one, blanks and apostrophes may be thousands marks.
    order: of dates, what 1/2/2024 means: "dmy" or "mdy"; "ymd": only dates that leave no doubt are read (the year
    first, or the month by its name), and those are read under the other two as well.
    """

    kind: As
    decimal: str = "."
    order: str = "ymd"

    def __str__(self) -> str:
        """The name, as in a recipe: "number 1.234,5", "date d/m/y"."""
        if self.kind is As.NUMBER and self.decimal == ",":
            return f"{self.kind} {COMMA}"
        if self.kind in (As.DATE, As.TIME):
            return f"{self.kind} {_ORDERS[self.order]}".rstrip()
        return str(self.kind)

    @property
    def dtype(self) -> pl.DataType:
        """What its values are stored as."""
        return _STORED[self.kind]


EMPTY, TEXT, INTEGER, YES_NO = Reading(As.EMPTY), Reading(As.TEXT), Reading(As.INTEGER), Reading(As.YES_NO)
NUMBER, COMMA_NUMBER = Reading(As.NUMBER), Reading(As.NUMBER, decimal=",")
DATE, DATE_DMY, DATE_MDY = (Reading(As.DATE, order=order) for order in _ORDERS)
TIME, TIME_DMY, TIME_MDY = (Reading(As.TIME, order=order) for order in _ORDERS)

READINGS = (
    TEXT, INTEGER, NUMBER, COMMA_NUMBER, YES_NO, DATE, DATE_DMY, DATE_MDY, TIME, TIME_DMY, TIME_MDY, EMPTY,
)  # fmt: skip
"""Every reading there is, in the order in which a screen offers them."""

_BY_NAME = {str(reading): reading for reading in READINGS}


def reading_of(name: str) -> Reading:
    """The reading of that name, the inverse of `str`. Raises RecipeError, which names those there are."""
    try:
        return _BY_NAME[name]
    except KeyError:
        known = ", ".join(_BY_NAME)
        raise RecipeError(f"there is no reading named “{name}”", hint=f"The readings are: {known}.") from None

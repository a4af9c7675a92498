"""Numbers in text: what each form is read as, and that the two speeds agree."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.gather.reading import Reading, plain_values, reading_of, values

POINT, COMMA, WHOLE = reading_of("number"), reading_of("number 1.234,5"), reading_of("integer")
CELL = pl.col("v")


def read(reading: Reading, *cells: str | None, plain: bool = False) -> list[object]:
    frame = pl.DataFrame({"v": cells}, schema={"v": pl.String})
    return frame.select((plain_values if plain else values)(reading, CELL)).to_series().to_list()


@pytest.mark.parametrize(
    ("cell", "whole", "point", "comma"),
    [
        ("1", 1, 1, 1),
        ("-2", -2, -2, -2),
        ("+3", 3, 3, 3),
        (" 4 ", 4, 4, 4),
        ("\u00a05\u00a0", 5, 5, 5),
        ("−6", -6, -6, -6),
        ("0", 0, 0, 0),
        ("-0", 0, 0, 0),
        ("1.5", None, 1.5, None),
        ("1,5", None, None, 1.5),
        ("1.", None, 1, None),
        (".5", None, 0.5, None),
        (",5", None, None, 0.5),
        ("1e5", None, 1e5, 1e5),
        ("-1.5E-3", None, -0.0015, None),
        ("1,234", None, 1234, 1.234),
        ("1.234", None, 1.234, 1234),
        ("1,234,567", None, 1234567, None),
        ("1,234.50", None, 1234.5, None),
        ("1.234,50", None, None, 1234.5),
        ("1'234.5", None, 1234.5, None),
        ("1’234’567", None, 1234567, 1234567),
        ("1 234,5", None, None, 1234.5),
        ("1\u202f234\u202f567", None, 1234567, 1234567),
        ("1\u00a0234.5", None, 1234.5, None),
        ("0,123", None, None, 0.123),
        ("1,23", None, None, 1.23),
        ("12,34,567", None, None, None),
        ("1,234 567", None, None, None),
        ("2 5", None, None, None),
        ("$5", None, 5, 5),
        ("-$5", None, -5, -5),
        ("$-5", None, -5, -5),
        ("$ 1,234.00", None, 1234, None),
        ("5 €", None, 5, 5),
        ("1.234,50 €", None, None, 1234.5),
        ("EUR 5", None, 5, 5),
        ("5usd", None, 5, 5),
        ("Fr. 5.50", None, 5.5, None),
        ("Fr.5", None, 5, 5),
        ("100 kr.", None, 100, 100),
        ("R$ 5", None, 5, 5),
        ("99 zł", None, 99, 99),
        ("₹1,000", None, 1000, 1),
        ("(12.00)", None, -12, None),
        ("($1,200.00)", None, -1200, None),
        ("$(12.00)", None, -12, None),
        ("12.00-", None, -12, None),
        ("12,00- EUR", None, None, -12),
        ("12.5 %", None, 0.125, None),
        ("12,5%", None, None, 0.125),
        ("-5%", None, -0.05, -0.05),
        ("2040%", None, 20.4, 20.4),
        ("1e5%", None, None, None),
        ("123456789012345", 123456789012345, 123456789012345, 123456789012345),
        ("1234567890123456", None, None, None),
        ("1234567890123456.5", None, 1234567890123456.5, None),
        ("007", None, None, None),
        ("-01", None, None, None),
        ("00.5", None, None, None),
        ("inf", None, None, None),
        ("nan", None, None, None),
        ("1e999", None, None, None),
        ("12k", None, None, None),
        ("--5", None, None, None),
        ("-5-", None, None, None),
        ("5-5", None, None, None),
        ("(5", None, None, None),
        ("$", None, None, None),
        ("%", None, None, None),
        ("5 5%", None, None, None),
        ("0x10", None, None, None),
        ("1_000", None, None, None),
        ("١", None, None, None),
        ("", None, None, None),
        (None, None, None, None),
    ],
)
def test_cells(cell: str | None, whole: int | None, point: float | None, comma: float | None) -> None:
    assert read(WHOLE, cell) == [whole]
    assert read(POINT, cell) == [point]
    assert read(COMMA, cell) == [comma]
    for reading, value in ((WHOLE, whole), (POINT, point), (COMMA, comma)):
        assert read(reading, cell, plain=True) in ([value], [None])


@pytest.mark.parametrize("reading", [POINT, COMMA, WHOLE])
@given(st.lists(st.text("0123456789.,-+eE ()%$", max_size=9), min_size=1, max_size=40))
def test_plain_reads_the_same_or_nothing(reading: Reading, cells: list[str]) -> None:
    for plain, full in zip(read(reading, *cells, plain=True), read(reading, *cells), strict=True):
        assert plain is None or plain == full


HABITS = [("", "."), (",", "."), ("'", "."), (" ", "."), ("\u00a0", "."), ("", ","), (".", ","), ("\u202f", ",")]
AROUND = ["{}", "${}", "$ {}", "{} €", "{} EUR", "CHF {}", " {} "]
NEGATIVE = ["-{}", "−{}", "({})", "{}-"]


@given(
    st.decimals(min_value=0, max_value=10**12, places=2),
    st.sampled_from(HABITS),
    st.sampled_from(AROUND),
    st.sampled_from(["{}", *NEGATIVE]),
)
def test_a_number_comes_back_from_any_habit(number: object, habit: tuple[str, str], around: str, sign: str) -> None:
    thousands, decimal = habit
    written = f"{number:,.2f}".replace(",", "T").replace(".", decimal).replace("T", thousands)
    cell = sign.format(around.format(written).strip())
    expected = float(str(number)) * (1 if sign == "{}" else -1)
    assert read(COMMA if decimal == "," else POINT, cell) == [expected]


def test_a_value_does_not_depend_on_its_neighbours() -> None:
    """Dividing by a hundred would: 20.4 for one value and 20.400000000000002 for two."""
    assert read(POINT, "2040%", "2040%") == [20.4, 20.4]

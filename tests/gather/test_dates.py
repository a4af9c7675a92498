"""Dates and times in text: what each form is read as in each order, and that the two speeds agree."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.gather.reading import Reading, plain_values, reading_of, values

ORDERS = ("", " d/m/y", " m/d/y")
CELL = pl.col("v")


def read(reading: Reading, *cells: str | None, plain: bool = False) -> list[object]:
    frame = pl.DataFrame({"v": cells}, schema={"v": pl.String})
    return frame.select((plain_values if plain else values)(reading, CELL)).to_series().to_list()


LAST = date(2024, 1, 31)


@pytest.mark.parametrize(
    "cell",
    [
        "2024-01-31", " 2024-01-31 ", "2024/01/31", "2024/1/31", "2024.01.31", "31 Jan 2024", "31-Jan-2024", "31-JAN-24",
        "31 january 2024", "31. January 2024", "31st Jan 2024", "31jan2024", "Jan 31, 2024", "January 31 2024",
        "Jan. 31, 2024", "2024-Jan-31", "Wed, 31 Jan 2024", "Wednesday 31 January 2024",
    ],
)  # fmt: skip
def test_dates_without_doubt(cell: str) -> None:
    for order in ORDERS:
        assert read(reading_of(f"date{order}"), cell) == [LAST]
        assert read(reading_of(f"date and time{order}"), cell) == [datetime(2024, 1, 31)]


@pytest.mark.parametrize(
    ("cell", "day_first", "month_first"),
    [
        ("31/01/2024", LAST, None),
        ("31-1-2024", LAST, None),
        ("31.01.2024", LAST, None),
        ("1.2.2024", date(2024, 2, 1), None),
        ("01/31/2024", None, LAST),
        ("1/2/24", date(2024, 2, 1), date(2024, 1, 2)),
        ("1/2/68", date(2068, 2, 1), date(2068, 1, 2)),
        ("1/2/69", date(1969, 2, 1), date(1969, 1, 2)),
        ("30/02/2024", None, None),
        ("02/30/2024", None, None),
        ("0/1/2024", None, None),
        ("1/2/024", None, None),
    ],
)
def test_dates_in_an_order(cell: str, day_first: date | None, month_first: date | None) -> None:
    assert read(reading_of("date"), cell) == [None]
    assert read(reading_of("date d/m/y"), cell) == [day_first]
    assert read(reading_of("date m/d/y"), cell) == [month_first]


@pytest.mark.parametrize(
    "cell",
    [
        "2024-1-31",
        "2024-02-30",
        "20240131",
        "31 Janx 2024",
        "=2024-01-31",
        "Jan 2024",
        "2024",
        "2024-01-31x",
        "1/2",
        "",
    ],
)
def test_no_dates(cell: str) -> None:
    for order in ORDERS:
        assert read(reading_of(f"date{order}"), cell) == [None]
        assert read(reading_of(f"date and time{order}"), cell) == [None]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("2024-01-02T03:04", datetime(2024, 1, 2, 3, 4)),
        ("2024-01-02 3:04", datetime(2024, 1, 2, 3, 4)),
        ("2024-01-02 03:04:05.5", datetime(2024, 1, 2, 3, 4, 5, 500_000)),
        ("2024-01-02 03:04:05,123", datetime(2024, 1, 2, 3, 4, 5, 123_000)),
        ("2024-01-02 03:04:05.123456789", datetime(2024, 1, 2, 3, 4, 5, 123_456)),
        ("2024-01-02T03:04:05Z", datetime(2024, 1, 2, 3, 4, 5)),
        ("2024-01-02 03:04:05 UTC", datetime(2024, 1, 2, 3, 4, 5)),
        ("2024-01-02T03:04:05+02:00", datetime(2024, 1, 2, 1, 4, 5)),
        ("2024-01-02T03:04:05-0530", datetime(2024, 1, 2, 8, 34, 5)),
        ("2024-01-02 00:30 +01", datetime(2024, 1, 1, 23, 30)),
        ("Tue, 02 Jan 2024 03:04:05 +0000", datetime(2024, 1, 2, 3, 4, 5)),
        ("Jan 2, 2024, 12:05 AM", datetime(2024, 1, 2, 0, 5)),
        ("Jan 2, 2024 12:05 p.m.", datetime(2024, 1, 2, 12, 5)),
        ("2 Jan 2024 1:05:06pm", datetime(2024, 1, 2, 13, 5, 6)),
        ("2024-01-02 24:00:00", datetime(2024, 1, 3)),
        ("2024-01-02 24:01:00", None),
        ("2024-01-02 25:00", None),
        ("2024-01-02 03:60", None),
        ("2024-01-02 03:04:60", datetime(2024, 1, 2, 3, 5)),
        ("2024-01-02 03:04:61", None),
        ("2024-01-02 13:05 PM", None),
        ("2024-01-02 0:05 PM", None),
        ("2024-01-02 003:04", None),
        ("2024-01-0203:04", None),
        ("2024-01-02 03:04:05 x", None),
        ("2024-02-30 03:04:05", None),
        ("03:04", None),
        ("2024-01-02:03:04", None),
    ],
)
def test_times(cell: str, found: datetime | None) -> None:
    assert read(reading_of("date and time"), cell) == [found]
    assert read(reading_of("date and time"), cell, plain=True) in ([found], [None])


def test_times_in_an_order() -> None:
    cells = ("12/1/2010 8:26", "1/2/24, 1:05 PM", "01.12.2010 08:26:30")
    assert read(reading_of("date and time m/d/y"), *cells) == [
        datetime(2010, 12, 1, 8, 26), datetime(2024, 1, 2, 13, 5), None
    ]  # fmt: skip
    assert read(reading_of("date and time d/m/y"), *cells) == [
        datetime(2010, 1, 12, 8, 26), datetime(2024, 2, 1, 13, 5), datetime(2010, 12, 1, 8, 26, 30)
    ]  # fmt: skip


DAYS = ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%y", "%d %b %Y", "%B %d, %Y", "%Y/%m/%d"]
HOURS = ["%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%H:%M:%SZ"]


def order_of(form: str) -> str:
    return {"%d": " d/m/y", "%m": " m/d/y"}.get(form[:2], "") if "%b" not in form else ""


@given(st.dates(date(1970, 1, 1), date(2068, 12, 31)), st.sampled_from(DAYS))
def test_a_date_comes_back_from_any_habit(day: date, form: str) -> None:
    reading = reading_of(f"date{order_of(form)}")
    assert read(reading, day.strftime(form)) == [day]
    assert read(reading, day.strftime(form), plain=True) in ([day], [None])


@given(st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31)), st.sampled_from(DAYS), st.sampled_from(HOURS))
def test_a_time_comes_back_from_any_habit(moment: datetime, day: str, hour: str) -> None:
    reading = reading_of(f"date and time{order_of(day)}")
    cell = moment.strftime(f"{day} {hour}")
    moment = moment.replace(microsecond=0, second=moment.second if "%S" in hour else 0)
    assert read(reading, cell) == [moment]
    assert read(reading, cell, plain=True) in ([moment], [None])


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", ["date", "date and time"])
@given(st.lists(st.text("0123456789/.-: TZ", max_size=20), min_size=1, max_size=30))
def test_plain_reads_the_same_or_nothing(kind: str, order: str, cells: list[str]) -> None:
    reading = reading_of(kind + order)
    for plain, full in zip(read(reading, *cells, plain=True), read(reading, *cells), strict=True):
        assert plain is None or plain == full


@given(st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31)), st.integers(-14 * 60, 14 * 60))
def test_offsets_are_brought_to_utc(moment: datetime, minutes: int) -> None:
    local = moment + timedelta(minutes=minutes)
    sign, ahead = "-" if minutes < 0 else "+", abs(minutes)
    cell = f"{local:%Y-%m-%dT%H:%M:%S.%f}{sign}{ahead // 60:02d}:{ahead % 60:02d}"
    assert read(reading_of("date and time"), cell) == [moment]

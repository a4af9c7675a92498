"""The verdict on a whole column, built piece by piece: whatever the order of rows and wherever pieces are cut."""

from __future__ import annotations

import random
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui.gather.reading import is_missing, propose, reading_of, values
from segtui.gather.reading.builder import Built, ColumnBuilder
from segtui.results import ColumnType


def built(cells: list[str | None], size: int = 1 << 30, semicolon: bool = False, forced: str | None = None) -> Built:
    """The column in pieces of `size` cells, read twice where that is asked for, as `gather.table` does."""
    builder = ColumnBuilder("x", semicolon, None if forced is None else reading_of(forced))
    pieces = [pl.Series("x", cells[i : i + size], dtype=pl.String) for i in range(0, len(cells), size)]
    for piece in pieces:
        builder.add(piece)
    if builder.reread:
        builder = builder.again()
        for piece in pieces:
            builder.add(piece)
        assert not builder.reread
    return builder.finish()


def summary(found: Built) -> tuple[object, ...]:
    column = found.column
    return (column.reading, column.choices, column.type, column.missing, column.distinct, column.unread)


@pytest.mark.parametrize(
    ("cells", "reading", "choices"),
    [
        (["1", "-2", "+3"], "integer", ()),
        (["1", " 2 ", None], "integer", ()),
        (["1", "2.5", "1e3"], "number", ()),
        (["0.5", "0", "00.5"], "text", ()),
        (["01234", "94107"], "text", ()),
        (["1234567890123456", "1"], "text", ()),
        (["123456789012345", "1"], "integer", ()),
        (["1", "NA", "n/a", "-", "NaN", "null", "#DIV/0!", "(blank)"], "integer", ()),
        (["1.5", "NaN", "nan"], "number", ()),
        (["yes", "No", "YES", ""], "yes/no", ()),
        (["Ja", "nein"], "yes/no", ()),
        (["t", "f", "t"], "yes/no", ()),
        (["J", "N"], "yes/no", ()),
        (["m", "f"], "text", ()),
        (["t", "t"], "text", ()),
        (["0", "1"], "integer", ()),
        (["2024-02-29", "NA"], "date", ()),
        (["2024-2-9", "2024-02-10"], "text", ()),
        (["2024-02-30"], "text", ()),
        (["2024-02-20", "20.02.2024"], "date d/m/y", ()),
        (["2024-01-02", "2024-01-02 10:00"], "date and time", ()),
        (["20240131"], "integer", ()),
        (["1,5", "2"], "number 1.234,5", ()),
        (["NA", "x"], "text", ()),
        (["NA", "-", ""], "empty", ()),
        (["$1", "$2"], "number", ()),
        (["01/02/2024"], "date d/m/y", ("date m/d/y",)),
        (["01/02/2024", "13/02/2024"], "date d/m/y", ()),
        (["01/02/2024", "02/13/2024"], "date m/d/y", ()),
        (["13/02/2024", "02/13/2024"], "text", ()),
        (["01.02.2024"], "date d/m/y", ()),
        (["1/2/24 8:30"], "date and time d/m/y", ("date and time m/d/y",)),
        ([f"1/{day}/2024" for day in range(1, 13)], "date m/d/y", ("date d/m/y",)),
        ([f"{day}/1/2024" for day in range(1, 13)], "date d/m/y", ("date m/d/y",)),
        (["1,234", "5,678"], "number", ("number 1.234,5",)),
        (["1.234", "5.678"], "number", ("number 1.234,5",)),
        (["1,234", "5,678.9"], "number", ()),
        (["1,234", "0,678"], "number 1.234,5", ()),
        (["5 %", "6 %"], "number", ()),
        (["1"] * 200 + ["N/K"], "integer", ()),
        (["1"] * 90 + ["N/K"], "text", ()),
        (["1"] * 19 + ["N/K"], "text", ()),
        (["1"] * 200 + ["C536379"], "text", ()),
        (["1.5"] * 200 + ["C536379"], "number", ()),
        (["1.5"] * 200 + ["$3"], "number", ()),
        (["1"] * 2000 + ["007"], "text", ()),
        (["a", "b"], "text", ()),
        ([], "empty", ()),
    ],
)  # fmt: skip
def test_verdicts(cells: list[str | None], reading: str, choices: tuple[str, ...]) -> None:
    found = propose(pl.Series(cells, dtype=pl.String), semicolon=False)
    assert (str(found.reading), tuple(str(choice) for choice in found.choices)) == (reading, choices)
    for size in (1, 3, 1 << 30):
        assert (summary(built(cells, size))[:2]) == (reading, choices)


def test_semicolons_mean_decimal_commas() -> None:
    assert summary(built(["1,234", "5,678"], semicolon=True))[:2] == ("number 1.234,5", ("number",))
    assert summary(built(["1.234", "5.678"], semicolon=True))[:2] == ("number 1.234,5", ("number",))
    assert summary(built(["1.234", "5.6"], semicolon=True))[:2] == ("number", ())
    assert summary(built(["1.5", "2"], semicolon=True))[:2] == ("number", ())


def test_unread_values_are_counted_and_shown() -> None:
    cells: list[str | None] = [f"{i}.5" for i in range(2_000)]
    cells[3], cells[7], cells[8], cells[100] = "N/K", "12k", "N/K", "n/a"
    found = built(cells, 500)
    assert summary(found) == ("number", (), ColumnType.NUMBER, 4, 1996, 3)
    assert found.column.examples == ("“N/K” × 2 (row 4)", "“12k” (row 8)")
    assert found.notes == (
        "x: 1 × “n/a” counts as missing",
        "x: 3 of 1,999 values could not be read as a number and count as missing: “N/K” × 2 (row 4), “12k” (row 8); "
        "set its reading to text to keep them",
    )


def test_notes_on_forms() -> None:
    notes = built(["5 %", "(5 %)", "$3", "€4", "EUR 4"]).notes
    assert [note.split(": ", 1)[1] for note in notes] == [
        "2 values with a per cent sign, read as a share: 12.5 % is 0.125",
        "1 value in brackets or with a minus behind, read as negative",
        "amounts in several currencies ($ × 1, EUR × 1, € × 1) are read as plain numbers, none is converted",
    ]
    assert built(["13/1/24", "1 Feb 70"]).notes == ("x: years of two digits are read as 1969 to 2068",)
    assert built(["2024-01-01 10:00+01:00"]).notes == ("x: times with a zone are brought to UTC",)
    assert built(["2024-01-01 10:00"]).notes == ()
    assert built(["007", *["1"] * 99]).notes == (
        "x is text: one of its cells is not a number, the first is “007” in row 1",
    )
    assert built(["Müller", "x1"]).notes == ()


def test_a_forced_reading_is_used_as_it_is() -> None:
    found = built(["01/02/2024", "x", "NA", "2024-01-05"], forced="date m/d/y")
    assert found.values.to_list() == [date(2024, 1, 2), None, None, date(2024, 1, 5)]
    assert (found.column.unread, found.column.choices) == (1, ("date d/m/y",))
    found = built(["1", "NA", ""], forced="text")
    assert found.values.to_list() == ["1", "NA", None]
    assert built(["007", "x"], forced="integer").column.unread == 2


LARGE: dict[str, tuple[list[str | None], str]] = {
    "late decimals": (["1"] * 60_000 + ["2.5"] * 10, "number"),
    "late decimal commas": (["1"] * 60_000 + ["2,5"] * 10, "number 1.234,5"),
    "the first rows are text": (["x"] * 300 + ["1"] * 60_000, "integer"),
    "the first rows are numbers": (["1"] * 3_000 + ["x"] * 3_000, "text"),
    "the first rows are missing": (["NA"] * 3_000 + ["1"] * 30, "integer"),
    "words are values of a text": (["NA"] * 3_000 + ["x"] * 30, "text"),
    "just enough": (["x"] * 100 + ["1"] * 9_900, "integer"),
    "just too few": (["x"] * 101 + ["1"] * 9_899, "text"),
    "day and month late": (["01/02/2024"] * 5_000 + ["02/13/2024"], "date m/d/y"),
    "day and month, against the first rows": (["13/02/2024"] * 30 + ["02/13/2024"] * 5_000, "date m/d/y"),
    "dates that become times": (["2024-01-01"] * 5_000 + ["2024-01-01 10:00"], "date and time"),
    "forms that become ordered": (["2024-01-01"] * 5_000 + ["31/01/2024", "2/1/2024"], "date d/m/y"),
    "dots against commas": (["1.5"] * 30 + ["1,5"] * 5_000, "number 1.234,5"),
    "a code at the end": (["1"] * 30_000 + ["01"], "text"),
    "an id at the end": (["1"] * 30_000 + ["A1234"], "text"),
    "letters": (["t"] * 5_000 + ["yes"] * 300 + ["no"] * 30 + ["f"], "yes/no"),
    "letters alone": (["t"] * 30 + ["yes"] * 5_000 + ["no"] * 300, "yes/no"),
    "a narrow span": ([f"1/{1 + i % 12}/2024" for i in range(3_000)], "date m/d/y"),
    "a wide span": ([f"{1 + i % 12}/{1 + i % 5}/20{10 + i % 10}" for i in range(3_000)], "date d/m/y"),
    "ids with letters": ([f"C{i:05d}" for i in range(30_000)], "text"),
    "nearly dates": (["2024-01-01"] * 5_000 + ["2024-02-30"] * 20, "date"),
}


@pytest.mark.parametrize("case", LARGE)
def test_the_order_of_rows_does_not_matter(case: str) -> None:
    cells, reading = LARGE[case]
    expected = summary(built(cells))
    assert expected[0] == reading
    whole = propose(pl.Series(cells, dtype=pl.String), semicolon=False)
    assert (str(whole.reading), tuple(map(str, whole.choices))) == expected[:2]
    rng = random.Random(0)
    for size in (1_000, 7_000):
        assert summary(built(cells, size)) == expected
        assert summary(built(cells[::-1], size)) == expected
        for _ in range(2):
            rng.shuffle(cells := list(cells))
            assert summary(built(cells, size)) == expected


CELLS = st.one_of(
    st.sampled_from(
        [
            None, "", "1", "2", "2.5", "1,5", "1,234", "1.234", "007", "$3", "5 %", "(4)", "x", "NA", "-", "yes", "no", "t",
            "f", "n", "2024-01-02", "1/2/2024", "13/2/2024", "2/13/2024", "1.2.2024", "2024-01-02 10:00", "1/2/24 8:30",
            "31 Jan 2024", " 7 ", "A1234", "12k", "1 234", "01.02.24", "2024-01-02T03:04:05Z", "1234567890123456789",
        ]
    ),
    st.text("0123456789.,/-: %$", max_size=8),
)  # fmt: skip


@st.composite
def columns(draw: st.DrawFn) -> list[str | None]:
    """A few kinds of cells, many of each, so that columns come near to a type as often as not."""
    kinds = draw(st.lists(CELLS, min_size=1, max_size=4))
    counts = draw(st.lists(st.sampled_from([1, 2, 30, 300]), min_size=len(kinds), max_size=len(kinds)))
    cells = [kind for kind, count in zip(kinds, counts, strict=True) for _ in range(count)]
    return draw(st.permutations(cells)) if len(cells) < 50 else cells


@settings(max_examples=60, deadline=None)
@given(columns(), st.sampled_from([1, 7, 50, 1000]), st.booleans(), st.randoms())
def test_every_value_is_accounted_for(cells: list[str | None], size: int, semicolon: bool, rng: random.Random) -> None:
    size = size if len(cells) < 100 else max(size, 20)
    found = built(cells, size, semicolon)
    column, text = found.column, pl.Series("v", cells, dtype=pl.String)
    reading = reading_of(column.reading)
    frame = pl.DataFrame({"v": text})
    assert found.values.to_list() == frame.select(values(reading, pl.col("v"))).to_series().to_list()
    assert found.values.dtype == reading.dtype
    missing = frame.select(is_missing(reading, pl.col("v"))).to_series()
    assert column.missing == found.values.null_count() == int(missing.sum()) + column.unread
    whole = propose(text, semicolon)
    assert (column.reading, column.choices) == (str(whole.reading), tuple(map(str, whole.choices)))
    shuffled = list(cells)
    rng.shuffle(shuffled)
    assert summary(built(shuffled, size, semicolon)) == summary(found)

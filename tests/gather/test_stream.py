"""Large tables, streamed: the same customers, steps and rows as from memory, whatever the rows further down hold."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from segtui.errors import SourceError
from segtui.gather import assemble, look, scan
from segtui.gather.dataset import open_dataset
from segtui.gather.leftout import count_steps, left_out_lines
from segtui.progress import Progress, finish
from segtui.recipe import STEPS, ColumnSpec, GatherSpec, TableSpec
from segtui.results import Dataset, RollUp
from tests.gather.making import adds_up, opened, rolled, spec_of, steps, written

SAMPLE = 60
"""Rows looked at first; what the tests put further down the first look cannot know."""


@pytest.fixture
def streamed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Order lines are streamed however small the file is, and its pieces are small."""
    with monkeypatch.context() as patch:
        stream_everything(patch)
        yield


def stream_everything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scan, "LARGE", 0)
    patch.setattr(look, "SAMPLE", SAMPLE)
    patch.setattr("segtui.gather.text.PIECE", 4_000)
    patch.setattr("segtui.gather.text._BLOCK", 4_000)


def told(rollup: RollUp) -> RollUp:
    return replace(rollup, outcome=None)


def same(one: Dataset, other: Dataset) -> None:
    """All that an analyst sees of the customers is the same."""
    assert other.frame.equals(one.frame)
    assert other.frame.schema == one.frame.schema
    assert other.row.tolist() == one.row.tolist()
    assert other.table is not None
    assert other.table.equals(one.table)
    mine, theirs = rolled(one), rolled(other)
    assert (theirs.lines, theirs.kept, theirs.later) == (mine.lines, mine.kept, mine.later)
    assert (theirs.orders, theirs.revenue, theirs.snapshot) == (mine.orders, mine.revenue, mine.snapshot)
    assert theirs.steps == mine.steps
    assert theirs.features == mine.features
    assert (theirs.outcome is None) == (mine.outcome is None)
    assert theirs.outcome is None or theirs.outcome.equals(mine.outcome)
    assert [out.rows.tolist() for out in other.left_out] == [out.rows.tolist() for out in one.left_out]
    assert other.joins == one.joins
    assert adds_up(theirs)
    for seen, before in zip(other.sources, one.sources, strict=True):
        assert (seen.kind, seen.rows, seen.roles) == (before.kind, before.rows, before.roles)
        assert columns(seen) == columns(before)


def columns(source: Any) -> list[tuple[object, ...]]:
    """Name, type, reading, missing and unread of every column; distinct values are estimated in a stream."""
    return [(c.name, c.type, c.reading, c.missing, c.unread) for c in source.columns]


def both(monkeypatch: pytest.MonkeyPatch, *paths: Path, **said: Any) -> tuple[Dataset, Dataset]:
    """Opened from memory and streamed; the stream was one."""
    one = opened(*paths, **said)
    with monkeypatch.context() as patch:
        stream_everything(patch)
        other = opened(*paths, **said)
    orders = next(i for i, source in enumerate(other.sources) if source.kind == "orders")
    assert any(column.approximate for column in other.sources[orders].columns), "it was read whole"
    return one, other


# -- the table -----------------------------------------------------------------------------------------------

HEAD = ("customer_id", "order_id", "order_time", "product", "description", "quantity", "unit_price", "country")
LATE = 400
"""Rows of the table; what is put at the end stands behind them."""


def row(i: int) -> list[str]:
    """An order line that programs write; every seventh has no customer, every eleventh is a return."""
    day, hour = 13 + i % 15, i % 24
    return [
        "" if i % 7 == 3 else str(1000 + i % 37),
        f"C{5000 + i // 3}" if i % 11 == 5 else str(5000 + i // 3),
        f"2024-{1 + i % 12:02}-{day:02} {hour:02}:{i % 60:02}:00",
        f"p{i % 29:02}",
        f"thing number {i % 29}",
        str(-1 - i % 3) if i % 11 == 5 else str(1 + i % 5),
        f"{1 + i % 90}.{i % 10}5",
        ("France", "Spain", "Italy")[i % 37 % 3],
    ]


def rows(count: int = LATE) -> list[list[str]]:
    return [row(i) for i in range(count)]


def as_text(table: list[list[str]], sep: str = ",", end: str = "\n", quote: bool = False) -> str:
    cells = [[f'"{cell}"' if quote and cell else cell for cell in line] for line in [list(HEAD), *table]]
    return "".join(sep.join(line) + end for line in cells)


def file(folder: Path, table: list[list[str]], **how: Any) -> Path:
    path = folder / "orders.csv"
    path.write_text(as_text(table, **how), newline="")
    return path


def with_column(table: list[list[str]], name: str, change: Any) -> list[list[str]]:
    place = HEAD.index(name)
    return [[change(cell, i) if j == place else cell for j, cell in enumerate(line)] for i, line in enumerate(table)]


def test_plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one, other = both(monkeypatch, file(tmp_path, rows()))
    same(one, other)
    assert one.customers == 37
    assert rolled(one).lines == LATE
    assert steps(other)["customer_id"].rows == len([i for i in range(LATE) if i % 7 == 3])


def test_all_steps_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = [*rows(), row(7), row(8), ["test", "9999", "2024-02-02 10:00:00", "POST", "Postage", "1", "2.50", "Italy"]]
    one, other = both(monkeypatch, file(tmp_path, table), steps=tuple((step, True) for step in STEPS))
    same(one, other)
    assert steps(other)["duplicates"].rows == 2


@pytest.mark.xfail(strict=True, reason="a stream compares the text of columns without a role, memory their values")
def test_duplicates_written_differently(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = [[*line, "1.5"] for line in rows()]
    table.append([*row(7), "1.50"])
    path = tmp_path / "orders.csv"
    path.write_text(",".join([*HEAD, "weight"]) + "\n" + "".join(",".join(line) + "\n" for line in table))
    one, other = both(monkeypatch, path, steps=(("duplicates", True),))
    assert steps(other)["duplicates"].rows == steps(one)["duplicates"].rows


def test_quoted_with_commas_and_line_feeds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = with_column(rows(), "description", lambda cell, i: f'{cell}, ""large"",\nblue' if i % 2 else cell)
    one, other = both(monkeypatch, file(tmp_path, table, quote=True))
    same(one, other)


def test_carriage_returns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one, other = both(monkeypatch, file(tmp_path, rows(), end="\r\n"))
    same(one, other)
    assert set(other.frame["country"]) == {"France", "Spain", "Italy"}


@pytest.mark.parametrize("place", [40, 390])
def test_windows_bytes_behind_the_head(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: int) -> None:
    """Among the first rows or behind them: such a file is read whole, since Polars streams UTF-8 only."""
    monkeypatch.setattr("segtui.gather.sniff.HEAD", 1_000)
    table = with_column(rows(), "country", lambda cell, i: "Türkiye" if i == place else cell)
    path = tmp_path / "orders.csv"
    path.write_bytes(as_text(table).encode("cp1252"))
    with monkeypatch.context() as patch:
        stream_everything(patch)
        dataset = opened(path)
    assert dataset.customers == 37
    assert any("Windows-1252" in warning for warning in dataset.warnings)


def test_semicolons_with_decimal_commas(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = with_column(rows(), "unit_price", lambda cell, i: cell.replace(".", ","))
    one, other = both(monkeypatch, file(tmp_path, table, sep=";"))
    same(one, other)
    plain = opened(file(tmp_path, rows()))
    assert other.frame.equals(plain.frame)


def test_decimal_marks_that_a_late_row_settles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """1.234 is a thousand and more if the last row is 1.234,50."""
    table = with_column(rows(), "unit_price", lambda cell, i: f"{1 + i % 9}.{100 + i % 900}" if i < 390 else "1.234,50")
    one, other = both(monkeypatch, file(tmp_path, table, sep=";"))
    same(one, other)
    assert rolled(other).revenue > 100_000


def test_money_signs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = with_column(rows(), "unit_price", lambda cell, i: f"£1,0{i % 90 + 10}.50" if i % 3 else f"£{cell}")
    one, other = both(monkeypatch, file(tmp_path, table, quote=True))
    same(one, other)


def us_date(cell: str, i: int) -> str:
    day, clock = cell.split(" ")
    year, month, date = day.split("-")
    return f"{int(month)}/{int(date)}/{year} {int(clock[:2])}:{clock[3:5]}"


def test_dates_of_the_united_states(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one, other = both(monkeypatch, file(tmp_path, with_column(rows(), "order_time", us_date)))
    same(one, other)
    assert other.frame.equals(opened(file(tmp_path, rows())).frame)


@pytest.mark.parametrize("last", ["1/13/2024 8:00", "13/1/2024 8:00"])
def test_day_or_month_that_only_a_late_row_settles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, last: str) -> None:
    def date(cell: str, i: int) -> str:
        return f"{1 + i % 12}/{1 + i // 12 % 12}/2024 {i % 24}:15" if i < LATE - 1 else last

    one, other = both(monkeypatch, file(tmp_path, with_column(rows(), "order_time", date)))
    same(one, other)
    reading = next(c.reading for c in other.sources[0].columns if c.name == "order_time")
    assert reading == ("date and time m/d/y" if last.startswith("1/") else "date and time d/m/y")


def test_day_or_month_that_nothing_settles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dates = with_column(rows(), "order_time", lambda cell, i: f"{1 + i % 12}/{1 + i // 12 % 12}/2024 {i % 24}:15")
    one, other = both(monkeypatch, file(tmp_path, dates))
    same(one, other)
    (choices,) = ({c.choices for s in dataset.sources for c in s.columns if c.choices} for dataset in [other])
    assert choices == {("date and time m/d/y",)} or choices == {("date and time d/m/y",)}


def test_values_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = with_column(rows(), "unit_price", lambda cell, i: "free" if i in (390, 391) else cell)
    table = with_column(table, "quantity", lambda cell, i: "some" if i == 395 else cell)
    table = with_column(table, "order_time", lambda cell, i: "long ago" if i in (392, 393) else cell)
    one, other = both(monkeypatch, file(tmp_path, table))
    same(one, other)
    unread = {c.name: (c.unread, c.examples) for c in other.sources[0].columns if c.unread}
    assert unread == {"unit_price": (2, ("free",)), "quantity": (1, ("some",)), "order_time": (2, ("long ago",))}
    assert any("unit_price: 2 of 400 values could not be read as a number" in note for note in other.warnings)


def test_a_pass_more_counts_nothing_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A holdout and products need the rows before the customers are made; what resists is still counted once."""
    table = with_column(rows(), "unit_price", lambda cell, i: "free" if i in (390, 391) else cell)
    table = with_column(table, "quantity", lambda cell, i: "n/a" if i == 395 else cell)
    products = "product,category\n" + "".join(f"p{i:02},kind {i % 4}\n" for i in range(40))
    paths = file(tmp_path, table), written(tmp_path, "products.csv", products)
    one, other = both(monkeypatch, *paths, holdout=60)
    same(one, other)
    price = next(c for c in other.sources[0].columns if c.name == "unit_price")
    assert price.unread == 2
    quantity = next(c for c in other.sources[0].columns if c.name == "quantity")
    assert (quantity.missing, quantity.unread) == (1, 0)


def test_the_other_decimal_mark_tried_in_vain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One price with a decimal comma: read that way all others are nothing, so that no order line would be left."""
    table = with_column(rows(), "unit_price", lambda cell, i: "1.234,50" if i == 390 else cell)
    one, other = both(monkeypatch, file(tmp_path, table, quote=True))
    same(one, other)
    assert [c.unread for c in other.sources[0].columns if c.name == "unit_price"] == [1]


def test_whole_numbers_that_turn_out_decimal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = with_column(rows(), "quantity", lambda cell, i: "1.5" if i == 399 else cell)
    same(*both(monkeypatch, file(tmp_path, table)))


def test_a_column_that_turns_out_to_be_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = with_column(rows(), "description", lambda cell, i: str(i) if i < 200 else f"a thing of {i}")
    said = roles(tmp_path, product_name="description")  # what it stands for is judged by the first rows
    one, other = both(monkeypatch, file(tmp_path, table), tables=said)
    same(one, other)
    assert next(c.reading for c in other.sources[0].columns if c.name == "description") == "text"


def test_ids_with_leading_zeros_late(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = with_column(rows(), "customer_id", lambda cell, i: f"00{cell}" if i > 380 and cell else cell)
    one, other = both(monkeypatch, file(tmp_path, table))
    same(one, other)
    assert other.frame["customer_id"].dtype == pl.String
    assert {"1000", "001012"} <= set(other.frame["customer_id"])


def test_ids_with_letters_late(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = with_column(rows(), "customer_id", lambda cell, i: f"X{cell}" if i == 399 else cell)
    one, other = both(monkeypatch, file(tmp_path, table))
    same(one, other)
    assert "X1029" in set(other.frame["customer_id"])


def test_ids_stored_as_decimals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = with_column(rows(), "customer_id", lambda cell, i: f"{cell}.0" if cell else cell)
    one, other = both(monkeypatch, file(tmp_path, table))
    assert other.frame.equals(one.frame)
    assert other.frame.equals(opened(file(tmp_path, rows())).frame)


def test_short_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = [line[:6] if i in (100, 395) else line for i, line in enumerate(rows())]
    one, other = both(monkeypatch, file(tmp_path, table))
    same(one, other)
    noted = [[w for w in dataset.warnings if "of 8 fields" in w] for dataset in (one, other)]
    assert noted[0] == noted[1]
    assert "row 101 has 6 of 8 fields" in noted[0][0]


def test_blank_lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = file(tmp_path, rows())
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:200], "", *lines[200:], "", ""]) + "\n")
    same(*both(monkeypatch, path))


def test_too_many_fields_late(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = file(tmp_path, [[*line, "more"] if i == 397 else line for i, line in enumerate(rows())])
    said = []
    for stream in (False, True):
        with monkeypatch.context() as patch:
            if stream:
                stream_everything(patch)
            with pytest.raises(SourceError) as caught:
                opened(path)
        said.append(caught.value.what)
    assert said[0] == said[1]
    assert "row 398 (line 399 of the file) has 9 fields" in said[1]


def test_words_for_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = with_column(rows(), "unit_price", lambda cell, i: "NA" if i in (390, 391, 20) else cell)
    table = with_column(table, "order_time", lambda cell, i: "NULL" if i == 392 else cell)
    table = with_column(table, "customer_id", lambda cell, i: "n/a" if i == 394 else cell)
    one, other = both(monkeypatch, file(tmp_path, table))
    same(one, other)
    assert other.frame["customer_id"].dtype == pl.Int64


def test_an_empty_column_and_one_that_is_empty_at_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = with_column(rows(), "description", lambda cell, i: "")
    table = with_column(table, "country", lambda cell, i: "Malta" if i > 300 else "")
    one, other = both(monkeypatch, file(tmp_path, table), tables=roles(tmp_path, country="country"))
    assert other.frame.equals(one.frame)
    assert set(other.frame["country"]) >= {"Malta"}


def roles(folder: Path, **said: str) -> tuple[TableSpec, ...]:
    columns = tuple(ColumnSpec(name, role=role) for role, name in said.items())
    return (TableSpec(str(folder / "orders.csv"), "orders", columns),)


def test_a_reading_that_the_recipe_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dates = with_column(rows(), "order_time", lambda cell, i: f"{1 + i % 12}/{1 + i // 12 % 12}/2024 {i % 24}:15")
    said = TableSpec(str(tmp_path / "orders.csv"), columns=(ColumnSpec("order_time", "date and time m/d/y"),))
    same(*both(monkeypatch, file(tmp_path, dates), tables=(said,)))


def test_holdout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one, other = both(monkeypatch, file(tmp_path, rows()), holdout=90)
    same(one, other)
    assert rolled(other).holdout == rolled(one).holdout
    assert rolled(other).outcome is not None


def test_discounts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = [[*line, "0.25" if i % 2 else "0"] for i, line in enumerate(rows())]
    path = tmp_path / "orders.csv"
    path.write_text(",".join([*HEAD, "discount"]) + "\n" + "".join(",".join(line) + "\n" for line in table))
    one, other = both(monkeypatch, path)
    same(one, other)
    assert "discount_share" in other.frame.columns


def test_products_and_customers_joined(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    products = "product,category\n" + "".join(f"p{i:02},kind {i % 4}\n" for i in range(40))
    people = "customer_id,age\n" + "".join(f"{990 + i},{20 + i}\n" for i in range(40))
    paths = written(tmp_path, "products.csv", products), written(tmp_path, "people.csv", people)
    one, other = both(monkeypatch, file(tmp_path, rows()), *paths)
    same(one, other)
    assert {"distinct_categories", "age"} <= set(other.frame.columns)


def test_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = rows()
    for name, part in (("a", table[:250]), ("b", table[250:])):
        (tmp_path / f"{name}.csv").write_text(as_text(part))
    same(*both(monkeypatch, tmp_path / "a.csv", tmp_path / "b.csv"))


def test_parquet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    frame = pl.read_csv(file(tmp_path, rows()), try_parse_dates=True, schema_overrides={"customer_id": pl.Float64})
    frame.write_parquet(tmp_path / "orders.parquet")
    one, other = both(monkeypatch, tmp_path / "orders.parquet")
    assert other.frame.equals(one.frame)
    assert other.frame["customer_id"].dtype == pl.Int64
    assert rolled(other).steps == rolled(one).steps


@pytest.mark.usefixtures("streamed")
def test_lines_left_out_of_a_stream(tmp_path: Path) -> None:
    table = [*rows(), row(7)]
    path = file(tmp_path, table)
    spec = spec_of(path)
    dataset = opened(path)
    counted = {step.id: step.rows for step in finish(count_steps(dataset, spec))}
    assert counted["duplicates"] == 1
    found = finish(left_out_lines(dataset, spec, "customer_id"))
    assert found["row"].to_list() == [i + 1 for i in range(LATE) if i % 7 == 3]
    assert found.columns == ["row", "reason", *HEAD]
    assert finish(left_out_lines(dataset, spec, "duplicates"))["row"].to_list() == [LATE + 1]
    everything = finish(left_out_lines(dataset, spec, ""))
    assert everything.height == rolled(dataset).lines - rolled(dataset).kept


# -- progress and stopping -----------------------------------------------------------------------------------


def many(folder: Path, times: int) -> tuple[Path, int]:
    """A file that takes a moment to read."""
    path = folder / "orders.csv"
    head, *body = as_text(rows(2_000)).splitlines()
    path.write_text(head.replace("description", "category") + "\n" + ("\n".join(body) + "\n") * times)
    return path, 2_000 * times


def counting(patch: pytest.MonkeyPatch) -> list[scan.Counted]:
    """Every counter there will be."""
    made: list[scan.Counted] = []

    class Known(scan.Counted):
        def __init__(self, *before: Any) -> None:
            super().__init__(*before)
            made.append(self)

    patch.setattr(scan, "Counted", Known)
    return made


@pytest.mark.usefixtures("streamed")
@pytest.mark.parametrize("said", [{}, {"holdout": 60}])
def test_progress_counts_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, int]) -> None:
    path, height = many(tmp_path, 20)
    made = counting(monkeypatch)
    seen: list[Progress] = []
    dataset = finish(open_dataset(spec_of(path, **said)), seen.append)
    assert rolled(dataset).lines == height
    assert max(counter.rows for counter in made) == height  # and not twice that, for the two passes of a holdout
    assert all(progress.done is None or 0 <= progress.done <= 1 for progress in seen)
    assert all(progress.doing for progress in seen)


@pytest.mark.usefixtures("streamed")
@pytest.mark.parametrize("said", [{}, {"holdout": 60}])
def test_closing_midway_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, int]) -> None:
    path, height = many(tmp_path, 600)
    made = counting(monkeypatch)
    stops(open_dataset(spec_of(path, **said)), made, height)


@pytest.mark.usefixtures("streamed")
def test_closing_a_look_at_lines_left_out_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, height = many(tmp_path, 600)
    dataset = opened(path)
    made = counting(monkeypatch)
    stops(left_out_lines(dataset, spec_of(path), ""), made, height)


def stops(work: Generator[Progress, None, object], made: list[scan.Counted], height: int) -> None:
    """Once it is closed no more rows are counted, after a moment."""
    for _ in work:
        if max((counter.rows for counter in made), default=0) > 0:
            break
    work.close()
    time.sleep(0.2)
    rows = [counter.rows for counter in made]
    time.sleep(0.3)
    assert [counter.rows for counter in made] == rows
    assert 0 < max(rows) < height


def test_order_lines_of_a_stream_with_readings(tmp_path: Path, streamed: None) -> None:
    """What `left_out_lines` builds on: the lines by themselves, numbered in the order of the file."""
    path = file(tmp_path, rows())
    lines = finish(assemble.order_lines_of(spec_of(path), numbered=True))
    (found,) = finish(scan.collect([lines.frame.select("row", "order_id")], "reading"))
    assert found.sort("row")["order_id"].to_list() == [line[1] for line in rows()]
    assert isinstance(spec_of(path), GatherSpec)

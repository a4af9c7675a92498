"""What a recipe says of its tables, for files with other names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from segtui.gather.again import gathered_again
from segtui.recipe import ColumnSpec, GatherSpec, SourceSpec, TableSpec


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, head in {"sales 2024": "who;day;paid", "people 2024": "who;born", "other": "a;b"}.items():
        (tmp_path / f"{name}.csv").write_text(f"{head}\n" + "1;2;3\n"[: 2 * head.count(";") + 1] + "\n")
    return tmp_path


def again(then: GatherSpec, *paths: Path, **options: object) -> tuple[GatherSpec, tuple[str, ...]]:
    return gathered_again(then, [str(path) for path in paths], **options)


PAID = ColumnSpec("paid", role="amount")
BORN = ColumnSpec("born", reading="date")


def test_the_rules_go_over_and_the_days_do_not(folder: Path) -> None:
    then = GatherSpec((SourceSpec("old.csv"),), "who", (), True, date(2023, 1, 1), 90, (("non_products", True),))
    spec, told = again(then, folder / "other.csv")
    assert (spec.id_column, spec.loose_ids, spec.steps) == ("who", True, (("non_products", True),))
    assert (spec.snapshot, spec.holdout, told) == (None, 0, ())
    assert again(then, folder / "other.csv", snapshot=date(2024, 5, 1))[0].snapshot == date(2024, 5, 1)


def test_tables_are_found_by_their_columns_in_any_order(folder: Path) -> None:
    sources = (SourceSpec("sales 2023.csv"), SourceSpec("people 2023.csv"))
    then = GatherSpec(
        sources,
        tables=(TableSpec("people 2023.csv", "customers", (BORN,)), TableSpec("sales 2023.csv", "orders", (PAID,))),
    )
    people, sales = folder / "people 2024.csv", folder / "sales 2024.csv"
    spec, told = again(then, people, sales)
    assert spec.table(str(sales)) == TableSpec(str(sales), "orders", (PAID,))
    assert spec.table(str(people)) == TableSpec(str(people), "customers", (BORN,))
    assert len(told) == 2


def test_a_kind_alone_goes_by_the_name(folder: Path) -> None:
    then = GatherSpec(
        (SourceSpec("x/sales 2023.csv"), SourceSpec("y.csv")), tables=(TableSpec("x/sales 2023.csv", "orders"),)
    )
    spec, _ = again(then, folder / "other.csv", folder / "sales 2024.csv")
    assert spec.table(str(folder / "sales 2024.csv")).kind == "orders"
    assert spec.table(str(folder / "other.csv")).kind is None


def test_what_has_no_like_is_passed_over_and_said(folder: Path) -> None:
    gone = ColumnSpec("gone", role="revenue")
    then = GatherSpec(
        (SourceSpec("sales.csv"), SourceSpec("people.csv")),
        tables=(TableSpec("people.csv", None, (gone,)), TableSpec("sales.csv", "orders", (PAID, gone))),
    )
    spec, told = again(then, folder / "sales 2024.csv")
    assert spec.tables == (TableSpec(str(folder / "sales 2024.csv"), "orders", (PAID,)),)
    assert any("no table here is like it" in said for said in told)
    assert any("gone is passed over" in said for said in told)


def test_how_a_file_is_read_goes_over(folder: Path) -> None:
    then = GatherSpec((SourceSpec("old.csv", delimiter=";", encoding="cp1252"),))
    spec, _ = again(then, folder / "other.csv")
    assert spec.sources == (SourceSpec(str(folder / "other.csv"), delimiter=";", encoding="cp1252"),)
    spec, _ = again(GatherSpec((SourceSpec("old.tsv", delimiter="\t"),)), folder / "other.csv")
    assert spec.sources[0].delimiter is None  # another sort of file


def test_text_stays_text(folder: Path) -> None:
    spec, _ = again(GatherSpec(), folder / "people 2024.csv", texts=("born", "not there"))
    assert spec.tables == (TableSpec(str(folder / "people 2024.csv"), None, (ColumnSpec("born", reading="text"),)),)
    said = GatherSpec((SourceSpec("p.csv"),), tables=(TableSpec("p.csv", None, (BORN,)),))
    spec, _ = again(said, folder / "people 2024.csv", texts=("born",))
    assert spec.tables[0].columns == (BORN,)  # what the recipe says counts

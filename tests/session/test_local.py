"""The engine in earnest under a session: data read again, tables written whole."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from pathlib import Path

import pytest

from segtui.errors import AnalysisError, DeliveryError
from segtui.progress import finish
from segtui.recipe import FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec
from segtui.session.events import Exported, Failed
from segtui.session.local import WRITTEN_AT_ONCE, LocalEngine
from segtui.session.questions import CustomersQuestion, LeftOutQuestion, StepCountsQuestion
from segtui.session.session import Session
from tests.session.test_session import until

CUSTOMERS = WRITTEN_AT_ONCE + 500


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("customer_id", "card", "visits", "spend", "region"))
        for i in range(CUSTOMERS):
            out.writerow((f"c{i}", f"k{i % 900}", i * 37 % 101, i * i % 977, "N" if i % 3 else 'S, "x"'))
        out.writerow(("", "k1", 1, 2, "N"))
    return path


def recipe_for(path: Path) -> Recipe:
    return Recipe(gather=GatherSpec((SourceSpec(str(path)),)))


def opened(path: Path) -> tuple[LocalEngine, Recipe]:
    engine, recipe = LocalEngine({}), recipe_for(path)
    finish(engine.open(recipe))
    return engine, recipe


def written(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_table_is_written_whole_and_private(source: Path, tmp_path: Path):
    engine, recipe = opened(source)
    answer = finish(engine.first(recipe, lambda step: None))
    target = tmp_path / "all.csv"
    said = []
    paths = finish(engine.export_table(CustomersQuestion(None), answer, str(target), False), said.append)
    assert paths == (target,)
    head, *rows = written(target)
    assert head == ["row", "segment", "customer_id", "card", "visits", "spend", "region"]
    assert len(rows) == CUSTOMERS
    assert rows[-1][0] == str(CUSTOMERS)
    assert rows[0][-1] == 'S, "x"'
    assert target.stat().st_mode & 0o777 == 0o600
    assert said[-1].detail == f"{CUSTOMERS:,} of {CUSTOMERS:,} rows"


def test_rows_left_out_are_written_with_their_reason(source: Path, tmp_path: Path):
    engine, _ = opened(source)
    target = tmp_path / "left.csv"
    finish(engine.export_table(LeftOutQuestion(), None, str(target), False))
    head, row = written(target)
    assert head == ["row", "reason"]
    assert row[0] == str(CUSTOMERS + 1)
    assert row[1]


@pytest.fixture
def gaps(tmp_path: Path) -> Path:
    """200 customers: every tenth without visits, one without an id."""
    lines = ["customer_id,visits,spend"]
    lines += [f"c{i},{'' if i % 10 == 3 else i * 37 % 101},{i * i % 97}" for i in range(200)]
    path = tmp_path / "gaps.csv"
    path.write_text("\n".join([*lines, ",1,2"]) + "\n", encoding="utf-8")
    return path


def setting_aside(recipe: Recipe, trim: float = 0.0) -> Recipe:
    return replace(
        recipe, prepare=PrepareSpec((FeatureSpec("visits", missing="aside"), FeatureSpec("spend")), trim=trim)
    )


def left_out(engine: LocalEngine, answer) -> list[tuple[int, str]]:
    page = finish(engine.reply(LeftOutQuestion(), answer))
    return page.rows(0, page.row_count)


def test_who_is_set_aside_is_left_out_with_the_reason(gaps: Path):
    engine, recipe = opened(gaps)
    (no_id,) = left_out(engine, None)
    assert no_id[0] == 201
    answer = finish(engine.first(setting_aside(recipe, trim=0.05), lambda step: None))
    rows = left_out(engine, answer)
    assert [row for row, why in rows if why == "no value in visits"] == list(range(4, 201, 10))
    trimmed = [row for row, why in rows if why.startswith("trimmed")]
    assert len(trimmed) == 9  # 5 % of the 180 that are left
    assert no_id in rows
    assert len(rows) == 1 + 20 + 9
    assert [count for _, count in answer.set_aside] == [20, 9]
    assert answer.set_aside[0][0] == "no value in visits"
    plain = finish(engine.first(recipe, lambda step: None))
    assert plain.set_aside == ()
    assert left_out(engine, plain) == [no_id]
    assert plain.people == engine.dataset.fingerprint != answer.people


def test_the_session_files_who_is_left_out_with_the_customers_that_take_part(gaps: Path):
    session = Session(lambda event: None)
    session.start()
    session.open(recipe_for(gaps))

    def answered(customers: int) -> bool:
        shown = session.shown
        return not session.stale and shown is not None and shown.exact and len(shown.segmentation.labels) == customers

    def counted() -> int | None:
        page = session.found(LeftOutQuestion())
        return None if page is None else page.row_count

    try:
        until(lambda: answered(200), 60)
        session.ask(LeftOutQuestion())
        until(lambda: counted() == 1, 60)
        session.change(setting_aside(session.recipe), "aside")
        until(lambda: answered(180), 60)
        assert counted() is None  # what is filed tells of other customers
        session.ask(LeftOutQuestion())
        until(lambda: counted() == 21, 60)
        session.change(session.recipe.with_k(3), "k 4→3")
        until(lambda: answered(180) and session.shown.segmentation.k == 3, 60)
        assert counted() == 21  # the same customers, whatever k
        session.undo()
        session.undo()
        until(lambda: answered(200), 60)
        assert counted() == 1
    finally:
        session.close()


def test_nothing_is_replaced_unasked_and_no_source_ever(source: Path, tmp_path: Path):
    engine, _ = opened(source)
    target = tmp_path / "left.csv"
    target.write_text("mine")
    with pytest.raises(DeliveryError, match="exists"):
        finish(engine.export_table(LeftOutQuestion(), None, str(target), False))
    assert target.read_text() == "mine"
    finish(engine.export_table(LeftOutQuestion(), None, str(target), True))
    assert target.read_text() != "mine"
    before = source.read_bytes()
    with pytest.raises(DeliveryError, match="sources"):
        finish(engine.export_table(LeftOutQuestion(), None, str(source), True))
    assert source.read_bytes() == before


def test_a_table_that_is_stopped_leaves_nothing_behind(source: Path, tmp_path: Path):
    engine, recipe = opened(source)
    answer = finish(engine.first(recipe, lambda step: None))
    folder = tmp_path / "out"
    folder.mkdir()
    steps = engine.export_table(CustomersQuestion(None), answer, str(folder / "all.csv"), False)
    while "writing" not in next(steps).doing:
        pass
    assert os.listdir(folder)
    steps.close()
    assert os.listdir(folder) == []


def test_what_is_no_table_is_not_written(source: Path, tmp_path: Path):
    engine, _ = opened(source)
    with pytest.raises(AnalysisError):
        finish(engine.export_table(StepCountsQuestion(), None, str(tmp_path / "x.csv"), False))
    assert not (tmp_path / "x.csv").exists()


def test_data_is_read_again_and_letters_are_kept_where_they_can(source: Path):
    said: list[object] = []
    session = Session(said.append)
    session.start()
    session.open(recipe_for(source))
    until(lambda: session.shown is not None and session.shown.exact, 60)
    letters, anchor = session.shown.letters, session.recipe.anchor
    assert session.dataset is not None
    assert session.dataset.id_column == "customer_id"
    session.change(replace(session.recipe, gather=replace(session.recipe.gather, id_column="")), "no id")
    until(lambda: not session.stale and session.shown.exact and not session.busy, 60)
    assert session.dataset.id_column is None
    assert session.dataset.customers == CUSTOMERS + 1
    assert session.recipe.anchor == anchor  # all its columns are still there
    assert not [event for event in said if isinstance(event, Failed)]
    session.undo()
    until(lambda: not session.stale and not session.busy, 60)
    assert session.dataset.id_column == "customer_id"
    assert session.shown.letters == letters
    assert session.recipe.anchor == anchor
    session.close()


def test_the_session_writes_a_table(source: Path, tmp_path: Path):
    said: list[object] = []
    session = Session(said.append)
    session.start()
    session.open(recipe_for(source))
    until(lambda: session.shown is not None and session.busy is None, 60)
    session.export_table(LeftOutQuestion(), str(tmp_path / "left.csv"))
    until(lambda: [event for event in said if isinstance(event, Exported)], 60)
    assert len(written(tmp_path / "left.csv")) == 2
    session.close()

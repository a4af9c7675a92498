"""What the open screen offers and understands: several paths, names with blanks, folders."""

from __future__ import annotations

import pytest

from segtui.tui.screens.files import complete, look_around, paths_in, quoted
from segtui.tui.screens.main import MainScreen
from segtui.tui.widgets.line_input import LineInput
from tests.tui.driving import running, until
from tests.tui.fake import FakeEngine


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    (tmp_path / "my dir").mkdir()
    for name in ("a.csv", "b.csv", "Bob's.csv", "my dir/c d.csv", "my dir/e.csv"):
        (tmp_path / name).write_text("x\n1\n")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("typed", "paths"),
    [
        ("a.csv", ("a.csv",)),
        ("  a.csv ", ("a.csv",)),
        ("a.csv b.csv", ("a.csv", "b.csv")),
        ("a.csv 'my dir/c d.csv'", ("a.csv", "my dir/c d.csv")),
        ("my dir/c d.csv", ("my dir/c d.csv",)),
        ("'my dir/e.csv'", ("my dir/e.csv",)),
        ("Bob's.csv", ("Bob's.csv",)),
        ('"Bob\'s.csv" a.csv', ("Bob's.csv", "a.csv")),
        ("a.csv nope.csv", ("a.csv", "nope.csv")),
        ("no such.csv", ("no such.csv",)),
        ("*.csv", ("*.csv",)),
        ("", ()),
    ],
)
def test_a_line_is_one_path_or_several(typed: str, paths: tuple[str, ...]):
    assert paths_in(typed) == paths


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("a", "a.csv"),
        ("a.csv my", "a.csv 'my dir/'"),
        ("a.csv 'my dir/'c", "a.csv 'my dir/c d.csv'"),
        ("a.csv 'my dir/c", "a.csv 'my dir/c d.csv'"),
        ("Bo", '"Bob\'s.csv"'),
        ("a.csv x", ""),
    ],
)
def test_the_last_path_is_completed(typed: str, completed: str):
    assert complete(typed).completed == completed


def test_what_is_completed_is_understood():
    for name in ("a.csv", "my dir/c d.csv", "Bob's.csv"):
        assert paths_in(f"b.csv {quoted(name)}") == ("b.csv", name)


def test_after_a_blank_the_next_path_is_offered():
    found = complete("a.csv ")
    assert [choice.title for choice in found.choices if not choice.folder] == ["a.csv", "b.csv", "Bob's.csv"]
    assert {choice.before for choice in found.choices} == {"a.csv "}


def test_a_folder_can_be_opened_together():
    first = complete("my dir/").choices[0]
    assert (first.path, first.detail, first.folder) == ("my dir/", "its 2 tables together", False)
    assert ("./", "all 3 of them together") in {(c.path, c.detail) for c in look_around(None).choices}


async def test_several_files_are_opened_together():
    engine = FakeEngine(orders=True)
    async with running(engine, recipe=None) as (app, pilot):
        await until(app, pilot, "Files here")
        await pilot.press(*"a.csv b.csv", "enter")
        await until(app, pilot, "exact")
        assert app.session is not None
        assert [source.path for source in app.session.recipe.gather.sources] == ["a.csv", "b.csv"]
        await pilot.press("o")
        await until(app, pilot, "Open one or more files")
        app.screen.query_one(LineInput).value = "a.csv 'my dir/"
        await until(app, pilot, "its 2 tables together")
        await pilot.press("down", "enter")
        await until(app, pilot, lambda: isinstance(app.screen, MainScreen))
        await until(app, pilot, lambda: len(engine.opened) == 2)
        assert [source.path for source in app.session.recipe.gather.sources] == ["a.csv", "my dir/c d.csv"]


async def test_open_as_a_command_takes_several():
    async with running(FakeEngine(orders=True)) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("colon", *"open a.csv 'my dir/e.csv'", "enter")
        await until(app, pilot, lambda: len(app.session.recipe.gather.sources) == 2)
        assert app.session.recipe.gather.sources[1].path == "my dir/e.csv"

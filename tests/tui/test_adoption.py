"""Segments by rules: what trees would make of them is shown, and one is adopted and taken back."""

from __future__ import annotations

import pytest

from segtui.tui.screens.adoption import AdoptionScreen
from segtui.tui.screens.main import MainScreen
from tests.tui.driving import grid, running, until
from tests.tui.fake import FakeEngine


async def on_adoption(app, pilot) -> None:
    await until(app, pilot, "exact")
    await pilot.press("4", "a")
    await until(app, pilot, "agrees")
    assert isinstance(app.screen, AdoptionScreen)


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 40), (60, 16)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("plain", [False, True], ids=["unicode", "ascii"])
async def test_the_trees_are_painted(size: tuple[int, int], plain: bool):
    async with running(FakeEngine(), size, ascii_only=plain) as (app, pilot):
        await on_adoption(app, pilot)
        text = grid(app)
        assert "> k-means as it is *" in text
        one = next(text for text in text.splitlines() if "one rule each" in text)
        assert one.split()[3:] == ["4", "83.0", "%", "+13.0", "%", ".450"]
        assert "a tree of 9 rules reaches" in text
        assert text.isascii() or not plain
        assert all(len(shown) <= size[0] for shown in text.splitlines())
        await pilot.press("j")
        await until(app, pilot, "recency <= 40 and monetary > 0")


async def test_a_tree_is_adopted_and_taken_back():
    async with running(FakeEngine()) as (app, pilot):
        await on_adoption(app, pilot)
        await pilot.press("j", "enter")
        await until(app, pilot, lambda: isinstance(app.screen, MainScreen))
        await until(app, pilot, "by rules")
        assert app.session.recipe.cluster.tree == 1
        assert "segments by a rule each" in grid(app)
        await pilot.press("u")
        await until(app, pilot, lambda: app.session.recipe.cluster.tree == 0)
        await until(app, pilot, lambda: "by rules" not in grid(app).splitlines()[1])


async def test_a_tree_that_leaves_a_segment_out_cannot_be_adopted():
    async with running(FakeEngine()) as (app, pilot):
        await on_adoption(app, pilot)
        await pilot.press("G")
        await until(app, pilot, "cannot be adopted")
        await pilot.press("enter")
        await until(app, pilot, lambda: isinstance(app.screen, AdoptionScreen))
        assert app.session.recipe.cluster.tree == 0
        await pilot.press("a")
        await until(app, pilot, lambda: isinstance(app.screen, MainScreen))


async def test_by_a_word_on_the_command_line():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("4")
        app.run_command("segments-by-rules", "7")
        await until(app, pilot, "give 0 for k-means as it is")
        app.run_command("segments-by-rules", "2")
        await until(app, pilot, lambda: app.session.recipe.cluster.tree == 2)
        app.run_command("segments-by-rules", "0")
        await until(app, pilot, lambda: app.session.recipe.cluster.tree == 0)

"""Does it predict: what is asked, what is shown, what is taken up, and what is said where it cannot be asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segtui.recipe import Recipe
from segtui.tui.screens.main import MainScreen
from segtui.tui.screens.prediction import PredictionScreen
from tests.tui.driving import ORDERS, RECIPE, grid, running, until
from tests.tui.fake import FakeEngine

HELD_OUT = replace(ORDERS, gather=replace(ORDERS.gather, holdout=90))


async def on_prediction(app, pilot) -> None:
    await until(app, pilot, "exact")
    await pilot.press("3", "p")
    await until(app, pilot, "linear")
    assert isinstance(app.screen, PredictionScreen)


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 40), (60, 16)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("plain", [False, True], ids=["unicode", "ascii"])
async def test_the_comparison_is_painted(size: tuple[int, int], plain: bool):
    async with running(FakeEngine(orders=True), size, recipe=HELD_OUT, ascii_only=plain) as (app, pilot):
        await on_prediction(app, pilot)
        text = grid(app)
        assert "orders 2011-09-11 to 2011-12-09" in text
        assert "linear" in text
        assert ".258*" in text
        assert "RFM table" in text
        assert text.isascii() or not plain
        assert all(len(shown) <= size[0] for shown in text.splitlines())


async def test_a_row_has_its_most_marked_and_what_failed_is_no_zero():
    async with running(FakeEngine(orders=True), (100, 30), recipe=HELD_OUT) as (app, pilot):
        await on_prediction(app, pilot)
        text = next(text for text in grid(app).splitlines() if text.startswith("  none"))
        assert text.split() == ["none", ".038", ".073", ".072", ".095*", "-", "-", "-", ".245"]
        await pilot.press("i")
        await until(app, pilot, "later active explained")
        assert "having ordered at all" in grid(app)
        await pilot.press("i", "G")
        await until(app, pilot, "> none")


async def test_a_scale_is_taken_up():
    async with running(FakeEngine(orders=True), recipe=HELD_OUT) as (app, pilot):
        await on_prediction(app, pilot)
        await pilot.press("enter")  # what is on screen already
        await until(app, pilot, lambda: isinstance(app.screen, MainScreen))
        assert app.session.recipe.prepare.scale == "auto"
        await pilot.press("p")
        await until(app, pilot, "later spend explained")
        await pilot.press("j", "enter")
        await until(app, pilot, lambda: app.session.recipe.prepare.scale == "z")
        assert isinstance(app.screen, MainScreen)


async def test_earlier_features_are_compared_and_gone_back_to():
    engine = FakeEngine(orders=True)
    async with running(engine, recipe=HELD_OUT) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("2", "j", "space", "plus", "plus", "j", "space")
        await until(app, pilot, "features 6/9")
        await on_prediction(app, pilot)
        await until(app, pilot, "auto, 7 features, tried")
        asked = engine.predicted[-1].tried
        assert [recipe.prepare.features is None for recipe in asked] == [True, False]
        assert all(recipe == Recipe(gather=HELD_OUT.gather, prepare=recipe.prepare) for recipe in asked)
        await pilot.press("G", "enter")
        await until(app, pilot, "went to run 4")  # the latest with these features
        assert sum(f.on for f in app.session.recipe.prepare.features) == 7


async def test_at_most_six_are_tried_the_latest_last():
    engine = FakeEngine(orders=True)
    async with running(engine, recipe=HELD_OUT) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("2", "j", *["greater_than_sign"] * 5, *["less_than_sign"] * 8)
        await on_prediction(app, pilot)
        asked = engine.predicted[-1].tried
        assert len(asked) == 6
        weights = [next(f.weight for f in recipe.prepare.features if f.name == "recency") for recipe in asked]
        assert weights == [3.0, 2.0, 1.5, 1.0, 0.75, 0.5]
        assert app.session.recipe.prepare not in [recipe.prepare for recipe in asked]
        await pilot.press("G", "enter")  # six runs with the same features and scale, differently weighted
        await until(app, pilot, "several runs have exactly these features and this scale")
        assert isinstance(app.screen, PredictionScreen)


@pytest.mark.parametrize(
    ("engine", "recipe", "said"),
    [
        (FakeEngine(orders=True), ORDERS, ("No holdout is set", ":holdout 90", "in Data, 1")),
        (FakeEngine(), RECIPE, ("No later orders are known", "Open the orders beside it")),
    ],
    ids=["no holdout", "no orders"],
)
async def test_without_a_holdout_it_says_how_and_asks_nothing(
    engine: FakeEngine, recipe: Recipe, said: tuple[str, ...]
):
    async with running(engine, recipe=recipe) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("3", "p")
        for part in said:
            await until(app, pilot, part)
        await pilot.press("j", "enter", "i", "y")
        assert engine.predicted == []
        assert isinstance(app.screen, PredictionScreen)
        await pilot.press("p")
        await until(app, pilot, lambda: isinstance(app.screen, MainScreen))


async def test_it_is_left_by_its_own_key_by_backspace_and_by_q():
    async with running(FakeEngine(orders=True), recipe=HELD_OUT) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("3")
        for key in ("p", "backspace", "q", "escape"):
            await pilot.press("p")
            await until(app, pilot, "later spend explained")
            await pilot.press(key)
            await until(app, pilot, lambda: isinstance(app.screen, MainScreen))


async def test_it_says_that_it_was_stopped_and_that_the_recipe_changed():
    engine = FakeEngine(orders=True)
    async with running(engine, (100, 30), recipe=HELD_OUT) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("3")
        with engine.held("reply") as held:
            await pilot.press("p")
            await until(app, pilot, "ctrl+c stops")
            await pilot.press("ctrl+c")
            held.set()
            await until(app, pilot, "there is no table: stopped")
        await pilot.press("p", "p")
        await until(app, pilot, "later spend explained")
        with engine.held("first"):
            await pilot.press("plus")
            await until(app, pilot, "the recipe changed since")
        await until(app, pilot, lambda: "changed since" not in grid(app))


async def test_the_comparison_is_copied():
    async with running(FakeEngine(orders=True), recipe=HELD_OUT) as (app, pilot):
        await on_prediction(app, pilot)
        text, _ = app.screen.pane.copied(True)
        assert text.splitlines()[0].startswith("way\tscale\tfeatures\tk2")
        assert text.splitlines()[-1].startswith("RFM table\t")
        assert len(text.splitlines()) == 8
        one, _ = app.screen.pane.copied(False)
        assert one.startswith("auto\tauto\trecency")

"""The Features pane by key and by command: treatments, orders, gaps, extremes and the scaling lab."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segtui.progress import finish
from segtui.recipe import FeatureSpec, PrepareSpec, Recipe
from segtui.tui.panes import feature_choices as may
from segtui.tui.panes import feature_words as words
from segtui.tui.screens.lab import LabScreen
from segtui.tui.screens.main import MainScreen
from tests.tui.driving import RECIPE, grid, running, until
from tests.tui.fake import SURVEY, FakeEngine, verdicts

VERDICTS = {verdict.name: verdict for verdict in verdicts()}


async def on_features(app, pilot, name: str) -> None:
    """Go to Features with the cursor on a feature."""
    await until(app, pilot, "exact")
    await pilot.press("2")
    await until(app, pilot, "vote %")
    pane = app.screen.pane
    pane.move_to(next(i for i, v in enumerate(pane.inspection.features) if v.name == name))
    await pilot.pause()


def spec(app, name: str) -> FeatureSpec:
    return next(f for f in app.session.recipe.prepare.features if f.name == name)


async def typed(pilot, text: str) -> None:
    await pilot.press("colon", *["space" if c == " " else c for c in text], "enter")


async def test_an_order_is_typed_and_taken_back():
    async with running(FakeEngine()) as (app, pilot):
        await on_features(app, pilot, "country")
        await pilot.press("O")
        await until(app, pilot, "Norway < Sweden < Denmark, Faroes < Finland < [red]Iceland")
        await pilot.press("ctrl+u", *"Finland < Norway", "enter")
        await until(app, pilot, lambda: app.session.recipe.prepare.features is not None)
        assert (spec(app, "country").treat, spec(app, "country").order) == ("ordinal", ("Finland", "Norway"))
        await until(app, pilot, "ordered scale: Finland < Norway")
        assert "ordinal*" in grid(app)
        await pilot.press("u")
        await until(app, pilot, lambda: app.session.recipe.prepare.features is None)
        await until(app, pilot, "five levels become")


async def test_taking_words_as_a_scale_asks_for_their_order():
    async with running(FakeEngine()) as (app, pilot):
        await on_features(app, pilot, "country")
        await pilot.press("e", "j", "enter")
        await until(app, pilot, "lowest first")
        await pilot.press("escape")
        assert app.session.recipe.prepare.features is None


async def test_what_is_done_without_a_value():
    async with running(FakeEngine()) as (app, pilot):
        await on_features(app, pilot, "discount_share")
        await pilot.press("n")
        await until(app, pilot, "12.3 % have no discount_share: what then?")
        await pilot.press("G", "enter")
        await until(app, pilot, lambda: app.session.recipe.prepare.features is not None)
        assert spec(app, "discount_share").missing == "aside"
        await until(app, pilot, "no value: aside")
        await typed(pilot, "missing discount_share median")
        await until(app, pilot, lambda: spec(app, "discount_share").missing == "median")
        await typed(pilot, "missing discount_share level")  # no level of its own among numbers
        await until(app, pilot, "without a value: auto, median")
        assert spec(app, "discount_share").missing == "median"


async def test_no_policy_is_asked_for_where_nothing_is_missing():
    async with running(FakeEngine()) as (app, pilot):
        await on_features(app, pilot, "country")
        await pilot.press("n")
        await until(app, pilot, "every customer has a value in country")
        assert isinstance(app.screen, MainScreen)


async def test_extremes_and_trimming_survive_the_proposal():
    async with running(FakeEngine(), (100, 30)) as (app, pilot):
        await on_features(app, pilot, "monetary")
        await until(app, pilot, "extremes held; nobody trimmed")
        await pilot.press("W")
        await until(app, pilot, "extremes as they are")
        await pilot.press("T", "ctrl+u", *"2.5", "enter")
        await until(app, pilot, "2.5 % trimmed")
        await pilot.press("space", "d")
        await until(app, pilot, lambda: app.session.recipe.prepare.features is None)
        prepare = app.session.recipe.prepare
        assert (prepare.winsorise, prepare.trim) == (False, 0.025)
        await typed(pilot, "trim 30")
        await until(app, pilot, "between 0 (nobody) and 10 %")
        assert app.session.recipe.prepare.trim == 0.025


async def test_a_scale_of_the_lab_is_taken_up():
    async with running(FakeEngine(), (100, 30)) as (app, pilot):
        await on_features(app, pilot, "monetary")
        await pilot.press("L")
        await until(app, pilot, "later spend")
        assert isinstance(app.screen, LabScreen)
        text = grid(app)
        assert "auto *" in text
        assert "only 3 distinct customers" in text
        await pilot.press("j", "enter")
        await until(app, pilot, lambda: app.session.recipe.prepare.scale == "z")
        assert isinstance(app.screen, MainScreen)


async def test_the_lab_says_that_it_was_stopped():
    engine = FakeEngine()
    async with running(engine, (100, 30)) as (app, pilot):
        await on_features(app, pilot, "monetary")
        with engine.held("reply") as held:
            await pilot.press("L")
            await until(app, pilot, "ctrl+c stops")
            await pilot.press("ctrl+c")
            held.set()
            await until(app, pilot, "there is no table: stopped")


async def test_a_scale_that_failed_is_not_taken_up():
    async with running(FakeEngine(), (100, 30)) as (app, pilot):
        await on_features(app, pilot, "monetary")
        await pilot.press("L")
        await until(app, pilot, "later spend")
        await pilot.press("G", "enter")
        await until(app, pilot, "none: cannot be used: only 3 distinct customers")
        assert isinstance(app.screen, LabScreen)
        assert app.session.recipe.prepare.scale == "auto"


async def test_names_with_blanks_and_levels_with_signs_on_the_command_line():
    async with running(FakeEngine(), (100, 30)) as (app, pilot):
        await on_features(app, pilot, "country")
        await typed(pilot, "order country = finland < norway")
        await until(app, pilot, lambda: app.session.recipe.prepare.features is not None)
        assert spec(app, "country").order == ("Finland", "Norway")
        await typed(pilot, "take-as country nominal")
        await until(app, pilot, lambda: spec(app, "country").treat == "nominal")
        assert spec(app, "country").order == ()
        await typed(pilot, "take-as country")
        await until(app, pilot, "What is country?")
        await pilot.press("escape")
        await typed(pilot, "winsorise off")
        await until(app, pilot, "extremes as they are")


async def test_the_lab_is_left_by_its_own_key_and_by_backspace():
    async with running(FakeEngine(), (100, 30)) as (app, pilot):
        await on_features(app, pilot, "monetary")
        for key in ("L", "backspace", "q"):
            await pilot.press("L")
            await until(app, pilot, "later spend")
            await pilot.press(key)
            await until(app, pilot, lambda: isinstance(app.screen, MainScreen))


async def test_the_lab_says_that_the_recipe_changed_since():
    engine = FakeEngine()
    async with running(engine, (100, 30)) as (app, pilot):
        await on_features(app, pilot, "monetary")
        await pilot.press("L")
        await until(app, pilot, "later spend")
        assert "changed since" not in grid(app)
        with engine.held("first"):
            await pilot.press("plus")
            await until(app, pilot, "the recipe changed since")
        await until(app, pilot, lambda: "changed since" not in grid(app))


async def test_an_order_says_which_levels_are_not_on_it():
    async with running(FakeEngine(), (140, 40)) as (app, pilot):
        await on_features(app, pilot, "country")
        await typed(pilot, "order country = finland < norway")
        await until(app, pilot, "ordered scale: Finland < Norway; not on it, so missing: Sweden, Denmark, Faroes")


async def test_how_many_have_no_value_and_what_is_done():
    async with running(FakeEngine(survey=True), (140, 40)) as (app, pilot):
        await on_features(app, pilot, "newsletter")
        await until(app, pilot, "no value: as found (736 customers)")
        await until(app, pilot, "and a 0/1 column says for whom")
        await typed(pilot, "missing newsletter most_frequent")
        await until(app, pilot, "no value: most_frequent (736 customers)")


def test_the_policy_in_force_is_that_of_the_answer():
    newsletter, recipe = SURVEY[0], Recipe()
    engine = FakeEngine(survey=True)
    data, _ = finish(engine.open(RECIPE))
    asked = FeatureSpec("newsletter")
    answer = replace(engine.answer(recipe, exact=True), prepare=PrepareSpec((replace(asked, missing="indicator"),)))
    assert words.gaps(newsletter, asked, data, answer) == "no value: indicator, as found (736 customers)"
    assert words.gaps(newsletter, replace(asked, on=False), data, answer) == "no value: as found (736 customers)"
    assert words.gaps(newsletter, replace(asked, missing="aside"), data, answer) == "no value: aside (736 customers)"
    assert words.gaps(newsletter, asked, data, None) == "no value: as found (736 customers)"
    assert words.gaps(VERDICTS["country"], FeatureSpec("country"), data, answer) == ""


def test_labels_say_what_stands_between_them():
    interests = SURVEY[1]
    assert words.taken_for(interests, FeatureSpec("interests"), "~").startswith(
        "several labels in a cell, with ; between"
    )
    plain = replace(interests, treatment="nominal", why="levels")
    said = words.taken_for(plain, FeatureSpec("interests", treat="labels"), "~")
    assert said == "taken as labels, with ; between them; found: nominal, levels"


async def test_the_lab_is_left_as_it_was_entered():
    async with running(FakeEngine(), (100, 30)) as (app, pilot):
        await on_features(app, pilot, "monetary")
        before = app.session.recipe
        await pilot.press("L")
        await until(app, pilot, "later spend")
        await pilot.press("escape")
        await until(app, pilot, lambda: isinstance(app.screen, MainScreen))
        assert app.session.recipe == before


def test_an_order_is_read_as_the_data_write_it():
    country = VERDICTS["country"]
    assert may.read_order("[red]Iceland<Denmark, Faroes ", country) == ("[red]Iceland", "Denmark, Faroes")
    assert may.read_order("sweden < NORWAY", country) == ("Sweden", "Norway")
    ages = replace(country, levels=("25-40", "<25", "> 40", "< 50k"))
    assert may.read_order("<25 < 25-40 < > 40 < < 50k", ages) == ("<25", "25-40", "> 40", "< 50k")
    assert may.read_order("< < <", ages) == ()
    assert may.order_of(FeatureSpec("country", order=("Norway", "Sweden")), country) == "Norway < Sweden"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Norway < Sweden", ""),
        ("Norway", "from lowest to highest"),
        ("", "from lowest to highest"),
        ("Norway < Norway", "one place"),
        ("Norway < Atlantis", "no level is called Atlantis"),
    ],
)
def test_an_order_is_checked(text: str, wrong: str):
    said = may.check_order(text, VERDICTS["country"])
    assert wrong in said
    assert bool(said) == bool(wrong)


def test_only_what_a_column_can_be_is_offered():
    assert may.treatments(VERDICTS["country"]) == ("auto", "ordinal", "nominal")
    assert may.treatments(VERDICTS["monetary"]) == ("auto", "numeric", "nominal")
    assert "level" not in may.policies("numeric")
    assert "median" not in may.policies("nominal")


@pytest.mark.parametrize(("text", "fine"), [("0", True), ("10", True), ("2.5 %", True), ("-1", False), ("11", False), ("x", False), ("nan", False)])  # fmt: skip
def test_a_trimmed_share_is_checked(text: str, fine: bool):
    assert (may.check_trim(text) == "") is fine

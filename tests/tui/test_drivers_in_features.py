"""Influence, relevance and the effect of switching in the Features pane: shown, marked when late, applied, taken back."""

from __future__ import annotations

import re

import pytest

from segtui.explained import DRIVES, UNSUPPORTED, Driver, Drivers, Toggle
from segtui.tui.panes.driver_words import Known
from tests.tui.driving import grid, running, until
from tests.tui.fake import FakeEngine
from tests.tui.test_features_pane import on_features, typed

TOLD = Drivers(
    (
        Driver("good", 0.234, 1.2, 1.0, "", DRIVES),
        Driver("noise", 0.3, 0.001, 0.0, "", UNSUPPORTED, "try without it"),
        Driver("alone", 0.1, None, None),
    ),
    20_000,
    relevance_rows=10_000,
    customers=1_000_000,
)
TRIED = {
    "good": Toggle("good", False, 0.28, 0.61, rows=10_000),
    "age": Toggle("age", True, 0.314, 0.5, rows=10_000, unsettled=0.27),
    "id": Toggle("id", True, None, None, "it identifies the customer"),
    "quiet": Toggle("quiet", False, 0.0, 1.0, rows=10_000),
}
NOW, EARLIER = Known(TOLD, True, TRIED, True), Known(TOLD, False, TRIED, False)


def row_of(app, name: str) -> str:
    """The line of a feature."""
    return next(line for line in grid(app).splitlines() if re.search(rf"\] {name}\b", line))


def on(app) -> set[str]:
    return {spec.name for spec in app.session.features if spec.on}


# -- words and cells ---------------------------------------------------------------------------------------


def test_cells():
    assert [NOW.influence("good"), NOW.hinov("good"), NOW.sparse("good")] == [".23", "1.20", "1.00"]
    assert NOW.hinov("noise") == ".00?"
    assert NOW.hinov("alone") == "-"
    assert NOW.influence("age") == NOW.hinov("age") == ""  # it does not vote
    assert [NOW.switch(name, "~") for name in ("good", "age", "id", "other")] == ["-.28?", "+.31?", "-", "~"]


def test_what_is_late_stands_in_brackets():
    assert [EARLIER.influence("good"), EARLIER.hinov("noise")] == ["(.23)", "(.00)"]
    assert [EARLIER.switch(name, "") for name in ("good", "id")] == ["(-.28)", "-"]
    assert EARLIER.drives("good", "a").startswith("earlier run: influence .23")
    assert "a switches it off" not in EARLIER.drives("noise", "a")
    assert EARLIER.suggested() == ()


def test_words_say_what_was_sampled():
    assert NOW.drives("noise", "a") == (
        "influence .30 (20.0k of 1.0M), relevance HINoV .00 sparse .00 (10.0k of 1.0M): "
        "influential but not relevant, probable noise; a switches it off"
    )
    assert NOW.effect("good", 1_000_000) == (
        "switched off, about 28.0 % of customers would move (ARI .61; 10.0k of 1.0M)"
    )
    assert NOW.effect("good", 10_000) == "switched off, about 28.0 % of customers would move (ARI .61)"
    assert NOW.effect("quiet", 10_000) == "switched off, probably nobody would move (ARI 1.00)"
    assert NOW.effect("id", 10_000) == "not tried on: it identifies the customer"
    assert "on top of 27.0 % who differ in a near-equal solution" in NOW.effect("age", 10_000)


# -- in the pane -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 40)], ids=str)
async def test_numbers_and_the_verdict_fit(size: tuple[int, int], ascii_only: bool):
    async with running(FakeEngine(), size, ascii_only=ascii_only) as (app, pilot):
        await on_features(app, pilot, "margin_pct")
        await until(app, pilot, lambda: len(app.session.toggles) == 10)
        await until(app, pilot, "probable noise; a switches it off")
        await until(app, pilot, "-.31?")
        text = grid(app)
        assert ".00?" in row_of(app, "margin_pct")
        assert "dup" in row_of(app, "basket_size")
        assert "would move" in " ".join(text.split())
        assert "10.0k of 18.4k" in " ".join(text.split())
        assert "2 suggestions (A)" in text
        assert text.isascii() or not ascii_only
        assert all(len(line) <= size[0] for line in text.splitlines())


async def test_a_suggestion_is_applied_and_taken_back():
    async with running(FakeEngine()) as (app, pilot):
        await on_features(app, pilot, "margin_pct")
        await until(app, pilot, "a switches it off")
        before = on(app)
        await pilot.press("a")
        await until(app, pilot, lambda: on(app) == before - {"margin_pct"})
        assert app.session.undo_label == "- margin_pct, as suggested"
        await pilot.press("u")
        await until(app, pilot, lambda: on(app) == before)
        await until(app, pilot, "a switches it off")


async def test_all_suggestions_are_one_step():
    async with running(FakeEngine()) as (app, pilot):
        await on_features(app, pilot, "recency")
        await until(app, pilot, "2 suggestions (A)")
        before = on(app)
        await pilot.press("A")
        await until(app, pilot, lambda: on(app) == before - {"margin_pct", "basket_size"})
        await until(app, pilot, lambda: "suggestions (A)" not in grid(app))
        await pilot.press("u")
        await until(app, pilot, lambda: on(app) == before)


async def test_suggestions_from_the_command_line():
    async with running(FakeEngine()) as (app, pilot):
        await on_features(app, pilot, "recency")
        await until(app, pilot, "2 suggestions (A)")
        await pilot.press("a")
        await until(app, pilot, "nothing is suggested for recency")
        await typed(pilot, "as-suggested basket_size")
        await until(app, pilot, lambda: "basket_size" not in on(app))
        await until(app, pilot, "1 suggestion (A)")
        await typed(pilot, "all-suggested")
        await until(app, pilot, lambda: "margin_pct" not in on(app))


async def test_what_is_out_of_date_is_marked_and_not_applied():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await on_features(app, pilot, "margin_pct")
        await until(app, pilot, lambda: len(app.session.toggles) == 10)
        with engine.held("first"):
            await pilot.press("plus")
            await until(app, pilot, "earlier run: influence .17")
            assert "(.17)" in row_of(app, "margin_pct")
            assert "(-.07)" in row_of(app, "margin_pct")
            await pilot.press("a")
            await until(app, pilot, "still being computed")
            assert "margin_pct" in on(app)
        await until(app, pilot, "a switches it off")
        assert " .17 " in row_of(app, "margin_pct")


async def test_trials_come_one_by_one_and_a_key_does_not_wait_for_them():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        with engine.held("toggle"):
            await on_features(app, pilot, "recency")
            await until(app, pilot, lambda: engine.started.count("toggle") == 1)
            await until(app, pilot, lambda: row_of(app, "recency").endswith("…"))
            await pilot.press("plus")
            await until(app, pilot, lambda: app.session.shown.segmentation.k == 5 and app.session.shown.exact)
            assert "toggle" in engine.closed  # it was given up: the answer it was about is gone
            assert app.session.toggles == {}
        await until(app, pilot, lambda: row_of(app, "recency").endswith("-.31?"))
        await until(app, pilot, lambda: len(app.session.toggles) == 10)
        assert engine.tried[-10:][:2] == ["recency", "frequency"]  # who votes first
        assert engine.tried[-2:] == ["customer_id", "currency"]
        await pilot.press("G")
        await until(app, pilot, "constant: one value only")


async def test_other_data_does_not_show_what_was_known_of_the_data_before():
    engine = FakeEngine(orders=True)
    async with running(engine) as (app, pilot):
        await on_features(app, pilot, "recency")
        await until(app, pilot, ".23")
        with engine.held("reply"):
            await typed(pilot, "holdout 30")
            await pilot.press("2")
            await until(app, pilot, lambda: app.session.recipe.gather.holdout == 30 and not app.session.stale)
            await until(app, pilot, "vote %")
            await until(app, pilot, lambda: ".23" not in grid(app))
        await until(app, pilot, ".23")


async def test_what_is_known_is_copied():
    async with running(FakeEngine()) as (app, pilot):
        await on_features(app, pilot, "recency")
        await until(app, pilot, lambda: len(app.session.toggles) == 10)
        await until(app, pilot, "influence .23")
        text, _ = app.screen.pane.copied(True)
        head, *rows = (line.split("\t") for line in text.splitlines())
        assert head[-5:] == ["influence", "HINoV", "sparse", "verdict", "would move"]
        assert rows[1][-5:] == ["0.23", "1.2", "1", "drives", "0.31"]
        assert rows[0][-5:] == ["", "", "", "", ""]

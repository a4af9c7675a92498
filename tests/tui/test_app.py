"""The app on a fake engine that can be held back: what a person sees while work runs, is stopped, fails or is undone."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from segtui.errors import AnalysisError
from segtui.recipe import FeatureSpec
from segtui.tui.screens.main import MainScreen
from segtui.tui.screens.open import OpenScreen
from segtui.tui.widgets.line_input import LineInput
from tests.tui.driving import RECIPE, gone, grid, running, until
from tests.tui.fake import CUSTOMERS, ESCAPE, FakeEngine


async def test_the_first_answer_is_on_screen_with_what_it_is():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact: labels, 34 it.")
        shown = grid(app)
        assert "18,412 customers" in shown
        assert "features 8/9" in shown
        assert "sil² .500" in shown
        assert isinstance(app.screen, MainScreen)
        assert app.screen.place == "segments"


async def test_while_a_new_answer_is_computed_the_old_one_stays_and_says_so():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        with engine.held("first"):
            await pilot.press("plus")
            await until(app, pilot, "k 4 shown")
            assert "k 5" in grid(app)
            assert "D   high tenure_days" in grid(app)
            await until(app, pilot, "ctrl+c stop")
        await until(app, pilot, "E   high discount")
        await until(app, pilot, "exact")


async def test_ctrl_c_stops_the_fit_and_the_last_good_result_stands():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        with engine.held("first"):
            await pilot.press("plus")
            await until(app, pilot, lambda: engine.started.count("first") == 2)
            await pilot.press("ctrl+c")
            await until(app, pilot, "stopped: fitting")
            assert engine.closed == ["first"]
            assert "not computed" in grid(app)
        assert app.session is not None
        assert app.session.shown is not None
        assert app.session.shown.segmentation.k == 4


async def test_ctrl_c_twice_quits():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("ctrl+c")
        await until(app, pilot, "once more quits")
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert app._exit


async def test_a_fast_typist_gets_the_last_k_and_nothing_older_is_shown_afterwards():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        with engine.held("first"):
            await pilot.press("plus", "plus", "plus", "minus")
            await until(app, pilot, "k 6")
        await until(app, pilot, "exact")
        assert app.session is not None
        assert app.session.shown is not None
        assert app.session.shown.segmentation.k == 6
        assert "k 6" in grid(app)


async def test_a_failure_is_on_the_status_line_until_something_new_and_in_the_log():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        engine.broken["first"] = AnalysisError("k is 5 but only 4 customers differ", hint="Choose k 4 or less")
        await pilot.press("plus")
        await until(app, pilot, "only 4 customers differ")
        assert "Choose k 4 or less" in grid(app)
        assert "k 4 shown" in grid(app)
        del engine.broken["first"]
        await pilot.press("minus")
        await until(app, pilot, "exact")
        assert "only 4 customers differ" not in grid(app)
        await pilot.press("exclamation_mark")
        await until(app, pilot, "only 4 customers differ")


async def test_quit_while_a_fit_runs_leaves_at_once():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        with engine.held("first"):
            await pilot.press("plus")
            await until(app, pilot, lambda: engine.started.count("first") == 2)
            await pilot.press("q")
            await pilot.pause()
            assert app._exit


async def test_quit_during_an_export_asks():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        with engine.held("export"):
            await pilot.press("x")
            await until(app, pilot, "customers_segments.csv")
            await pilot.press("enter")
            await until(app, pilot, "writing customers_segments.csv")
            await pilot.press("q")
            await until(app, pilot, "An export is running")
            await pilot.press("n", "enter")
            assert not app._exit
            await pilot.press("ctrl+g")
        await until(app, pilot, "written: customers_segments.csv")
        assert [spec.path for spec in engine.exported] == ["customers_segments.csv"]


async def test_undo_and_redo_say_what_they_did_and_are_instant():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("plus")
        await until(app, pilot, "undo: k 4→5")
        await until(app, pilot, "exact")
        before = engine.started.count("first")
        await pilot.press("u")
        await until(app, pilot, "undone: k 4→5")
        await until(app, pilot, "redo: k 4→5")
        assert "run 1  k 4" in grid(app)
        await pilot.press("U")
        await until(app, pilot, "k 5")
        assert engine.started.count("first") == before


async def test_rename_and_the_automatic_name_back():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("j", "e")
        await until(app, pilot, "Name of segment B")
        await pilot.press(*"Loyal [x]", "enter")
        await until(app, pilot, "B   Loyal [x]")
        await until(app, pilot, "found as: high frequency")
        await pilot.press("e")
        await until(app, pilot, "Name of segment B")
        await pilot.press("delete", "enter")
        await until(app, pilot, "B   high frequency")


async def test_features_are_toggled_weighed_and_scaled_by_key():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("2", "j", "space")
        await until(app, pilot, "features 7/9")
        await until(app, pilot, "undo: - recency")
        await pilot.press("space")
        await until(app, pilot, "features 8/9")
        await pilot.press("w")
        await until(app, pilot, "Weight of recency")
        await pilot.press(*"abc", "enter")
        await until(app, pilot, "abc is not a number")
        await pilot.press("ctrl+u")
        await pilot.press("backspace", "backspace", "backspace", "2", ".", "5", "enter")
        await until(app, pilot, "undo: weight recency 2.5")
        await pilot.press("greater_than_sign", "s")
        await until(app, pilot, "undo: recency: none")
        assert app.session is not None
        specs = {spec.name: spec for spec in app.session.features}
        assert specs["recency"] == FeatureSpec("recency", True, "none", 3.0)
        await pilot.press("S")
        await until(app, pilot, "scale z")
        await pilot.press("d")
        await until(app, pilot, "undo: proposed features")


async def test_what_cannot_be_a_feature_says_why():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("2", "G", "space")
        await until(app, pilot, "currency cannot be a feature: constant: one value only")


async def test_the_sweep_fills_and_space_uses_a_k():
    async with running(FakeEngine(), (100, 30)) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("K", "3")
        await until(app, pilot, "only 11 distinct customers")
        await pilot.press("i")
        await until(app, pilot, "silhouette, squared")
        await pilot.press("j", "j", "j", "space")
        await until(app, pilot, "undo: k 4→5")
        await pilot.press("colon", *"criterion", "space", *"inertia", "enter")
        await until(app, pilot, "inertia by k")


async def test_live_convergence_is_shown_in_choose_k():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("3", "V")
        with engine.held("exact"):
            await pilot.press("plus")
            await until(app, pilot, "restart 1  iteration 7")
            assert "changed 0.3 %" in grid(app)
        await until(app, pilot, "converged: labels, 34 iterations")


async def test_runs_of_another_space_are_not_compared():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("plus")
        await until(app, pilot, "run 2")
        await until(app, pilot, "exact")
        assert ".550 ^" in grid(app) or ".550^" in grid(app)
        await pilot.press("S")
        await until(app, pilot, "run 3")
        await until(app, pilot, "exact")
        assert "n/c" in grid(app)
        await pilot.press("8")
        await until(app, pilot, lambda: grid(app).count("n/c") > 6)
        await pilot.press("j", "enter")
        await until(app, pilot, "went to run 2")


async def test_customers_scroll_far_and_read_only_what_is_shown():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("enter")
        await until(app, pilot, "row 1 of 1,000,000")
        await pilot.press("G")
        await until(app, pilot, "row 1,000,000 of 1,000,000")
        assert max(stop - start for start, stop in engine.page.fetched) <= 60
        await pilot.press("g", "slash")
        await until(app, pilot, "Find in the text columns")
        await pilot.press(*"510000", "enter")
        await until(app, pilot, "row 500,001 of")
        await pilot.press("n")
        await until(app, pilot, "no further row with 510000")
        await pilot.press("l", "l", "l", "l", "l", "l", "l", "l", "l", "l")
        await until(app, pilot, "column country")
        assert "customer_id" in grid(app)
        await pilot.press("q")
        await until(app, pilot, "4 Segments")
        assert "row with 510000" not in grid(app)  # it was about the table


async def test_help_is_searched_and_runs_a_command():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("question_mark")
        await until(app, pilot, "Keys and commands")
        await pilot.press(*"one segment more", "enter")
        await until(app, pilot, "undo: k 4→5")


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("k 6", "undo: k 4→6"),
        ("seed 7", "seed 7"),
        ("scale robust", "scale robust"),
        ("weight monetary 2", "undo: weight monetary 2"),
        ("transform monetary z", "undo: monetary: z"),
        ("name B Gold", "B   Gold"),
        ("axes recency monetary", "recency × monetary"),
        ("theme light", "theme light"),
        ("plot sizes", "[sizes]"),
        ("max_iter 50", "undo: max_iter 50"),
        ("restarts 12", "undo: restarts 12"),
        ("k 99", "from 2 to 50"),
        ("k 4", "k is 4 already"),
        ("scale wild", "no scale is called wild"),
        ("weight nothing 2", "no column is called nothing"),
    ],
)
async def test_verbs_of_the_command_line(typed: str, seen: str):
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("colon")
        await until(app, pilot, "k N")
        await pilot.press(*typed, "enter")
        await until(app, pilot, seen)


async def test_without_a_file_the_open_screen_and_a_bad_path_says_what_is_wrong():
    async with running(FakeEngine(), recipe=None) as (app, pilot):
        await until(app, pilot, "Open one or more files")
        await until(app, pilot, "demo")
        await pilot.press(*"missing.csv", "enter")
        await until(app, pilot, "there is no such file")
        assert "missing.csv" in grid(app)
        assert isinstance(app.screen, OpenScreen)
        await pilot.press("ctrl+u", *"data/customers.csv", "enter")
        await until(app, pilot, "exact")


async def test_a_failed_second_file_leaves_the_first_standing():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("o")
        await until(app, pilot, "Open one or more files")
        await pilot.press(*"missing.csv", "enter")
        await until(app, pilot, "there is no such file")
        assert "18,412 customers" in grid(app)


async def test_tab_completes_paths_off_the_event_loop(tmp_path, monkeypatch):
    (tmp_path / "spring_orders.csv").write_text("a\n1\n")
    (tmp_path / "spring_only.csv").write_text("a\n1\n")
    monkeypatch.chdir(tmp_path)
    async with running(FakeEngine(), recipe=None) as (app, pilot):
        await until(app, pilot, "Files here")
        await pilot.press("s", "tab")
        await until(app, pilot, lambda: app.screen.query_one("#line").value == "spring_o")
        assert "spring_orders.csv" in grid(app)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_markup_and_escape_sequences_as_names_are_harmless(size):
    async with running(FakeEngine(odd=True), size) as (app, pilot):
        await until(app, pilot, "exact")
        for key in ("1", "2", "3", "4", "5", "p", "p", "p", "6", "7", "8", "4", "e", "ctrl+g", "enter"):
            await pilot.press(key)
            await pilot.pause()
            shown = grid(app)
            assert "\x1b" not in shown
            assert "\x9b" not in shown
            assert "\u202e" not in shown
        await until(app, pilot, f"of {1_000_000:,}")
        await pilot.press("q", "2")
        await until(app, pilot, "ACME [")


async def test_too_small_a_window_asks_for_more_and_recovers():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.resize_terminal(40, 10)
        await until(app, pilot, "Enlarge the window")
        assert "it is 40x10" in grid(app)
        await pilot.resize_terminal(80, 24)
        await until(app, pilot, "4 Segments")


async def test_ascii_mode_has_only_seven_bit_characters():
    async with running(FakeEngine(), ascii_only=True) as (app, pilot):
        await until(app, pilot, "exact")
        for key in ("1", "2", "3", "enter", "4", "i", "5", "p", "p", "p", "p", "6", "7", "8", "question_mark"):
            await pilot.press(key)
            await pilot.pause()
            strips = app.screen._compositor.render_strips()
            # Segment by segment as the panes make them, before the app's last filter.
            assert all(ord(c) < 128 for c in grid(app)), (key, [s.text for s in strips])


async def test_zoom_gives_the_pane_the_lines_above():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("z")
        await gone(app, pilot, "1 Data")
        assert "run 1" in grid(app)
        await pilot.press("z")
        await until(app, pilot, "1 Data")


async def test_only_changed_lines_are_drawn_again():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        pane = app.screen.pane
        redrawn: list[object] = []
        pane.refresh = lambda *regions, **_: redrawn.append(regions) or pane
        pane.repaint()
        assert redrawn == []
        pane.cursor.at = 1
        pane.repaint()
        assert 2 <= len(redrawn) <= 14


async def test_no_thread_of_the_session_outlives_the_app():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
    names = [thread.name for thread in threading.enumerate() if thread.is_alive()]
    workers = [name for name in names if name == "segtui-worker"]
    assert len(workers) <= 1  # it ends by itself, as soon as it notices


def test_the_fake_is_made_of_what_it_says():
    assert sum(FakeEngine().answer(RECIPE, exact=True).segmentation.sizes) == CUSTOMERS
    assert "\x1b" in ESCAPE


async def test_keys_that_arrive_together_are_acted_on_in_order():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        for key, character in (("2", "2"), ("g", "g"), ("j", "j"), ("space", " ")):
            app.post_message(events.Key(key, character))
        await until(app, pilot, "undo: - recency")
        for key, character in ((":", ":"), ("k", "k"), ("space", " "), ("6", "6")):
            app.post_message(events.Key("colon" if key == ":" else key, character))
        await until(app, pilot, "k 6")
        await pilot.press("enter")
        await until(app, pilot, "undo: k 4→6")


async def test_nothing_is_written_while_nothing_happens():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.pause(0.2)
        drawn: list[object] = []
        app._display = lambda screen, renderable: drawn.append(renderable)
        await pilot.pause(1.0)
        assert drawn == []


@pytest.mark.parametrize(("ascii_only", "mono"), [(True, True), (False, True), (False, False)])
async def test_every_segment_can_be_told_apart_without_colour(ascii_only: bool, mono: bool):
    async with running(FakeEngine(), ascii_only=ascii_only, mono=mono) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5")
        await until(app, pilot, "overlap")
        cells = "\n".join(row[:48] for row in grid(app).splitlines()[6:21])
        assert set("ABCD") <= set(cells)


async def test_a_recipe_beside_the_new_file_is_replaced_only_after_asking(tmp_path: Path):
    engine = FakeEngine()
    (tmp_path / "out.recipe.toml").write_text("mine")
    async with running(engine, (140, 40)) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("x")
        await until(app, pilot, "customers_segments.csv")
        app.screen.query_one(LineInput).value = str(tmp_path / "out.csv")
        await pilot.press("enter")
        await until(app, pilot, "out.recipe.toml exists: enter once more")
        assert engine.exported == []
        await pilot.press("enter")
        await until(app, pilot, "written: ")
        assert engine.exported[0].overwrite


async def test_a_message_goes_before_what_undo_and_redo_would_do():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("plus")
        await until(app, pilot, "undo: k 4→5")
        said = "a sentence of more than seventy characters is read to its very last word"
        app.say(said)
        await until(app, pilot, said)
        assert "undo: " not in grid(app)


async def test_enter_on_an_empty_command_line_does_nothing():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("colon")
        await until(app, pilot, "weight monetary 2")
        await pilot.press("enter")
        await until(app, pilot, lambda: isinstance(app.screen, MainScreen))
        assert app.session is not None
        assert app.session.recipe.cluster.k == 4
        assert app.session.undo_label is None


async def test_keys_in_one_burst_are_taken_in_their_order():
    """Over a slow line keys come together; a key that clears or deletes must not come after what follows it."""
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("R")
        await until(app, pilot, "Seed (0 to")
        for key in ("9", "ctrl+u", "4", "7", "backspace", "2", "home", "1"):
            app.simulate_key(key)
        await until(app, pilot, lambda: app.screen.query_one(LineInput).value == "142")
        for key in ("ctrl+u", "5", "enter"):
            app.simulate_key(key)
        await until(app, pilot, lambda: app.session.recipe.cluster.seed == 542)  # it clears to the left


async def test_what_was_done_for_an_answer_is_in_the_messages():
    engine = FakeEngine()
    whole = engine.answer
    engine.answer = lambda recipe, *, exact: replace(whole(recipe, exact=exact), warnings=("monetary: 9 are held",))
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("plus")
        await until(app, pilot, "k 5")
        await pilot.press("exclamation_mark")
        await until(app, pilot, "monetary: 9 are held")
        assert grid(app).count("monetary: 9 are held") == 1

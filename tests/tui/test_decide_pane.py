"""The Decide pane: parts as they come, what is out of date, inputs, views, evidence, lists, and the real engine."""

from __future__ import annotations

import csv
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from segtui.decided.campaigns import Inputs
from segtui.decided.decisions import Missing
from segtui.decided.recommendations import Method, Purpose
from segtui.errors import AnalysisError
from segtui.recipe import DecideSpec, GatherSpec, Recipe, SourceSpec
from segtui.session.questions import (
    LeaderboardQuestion,
    OfDecisions,
    PlayListQuestion,
    PlaysQuestion,
    PricesQuestion,
    ProductsQuestion,
    RecommendedQuestion,
    ValueQuestion,
)
from segtui.session.session import Session
from segtui.tui.app import SegApp
from segtui.tui.panes import decide_inputs as entered
from tests.tui.driving import ORDERS, gone, grid, running, same_as_golden, until
from tests.tui.fake import FakeEngine
from tests.tui.test_baskets_pane import long
from tests.tui.test_snapshots import opened, settled

SIZES = [(80, 24), (140, 40)]
EXAMPLES = Path(__file__).parents[2] / "examples"


def of_orders(size=(140, 40), engine=None, **more):
    """The app on the fake engine with customers made of orders."""
    return running(engine or FakeEngine(orders=True), size, recipe=ORDERS, **more)


def asked(engine) -> list[type]:
    """Parts of decisions that were asked for, in order."""
    return [type(one) for one in engine.replies if isinstance(one, OfDecisions)]


async def shown(app, pilot, *keys: str) -> None:
    """Open the pane and press some keys once all its parts are there."""
    await opened(app, pilot)
    await pilot.press("7")
    await until(app, pilot, "Early access")
    await until(app, pilot, lambda: getattr(app.session.found(LeaderboardQuestion()), "complete", False))
    await pilot.press(*keys)


# -- inputs -----------------------------------------------------------------------------------------------


def test_inputs_are_read_as_they_are_typed():
    found = entered.typed_inputs(DecideSpec(), "40 % 1.5 0.01,0.02,0.04")
    assert found == DecideSpec(margin=0.4, cost=1.5, uplift=(0.01, 0.02, 0.04))
    assert entered.typed_inputs(found, "- 2") == replace(found, margin=None, cost=2.0)
    whole = replace(found, order_value=30.0, base_rate=0.1, held_out=0.3, weeks=26)
    for field, _, _ in entered.FIELDS:
        assert entered.with_input(found, field, entered.shown(found, field)) == found
        assert entered.with_input(whole, field, entered.shown(whole, field)) == whole
        assert entered.with_input(whole, field, "") == replace(whole, **{field: None})
    assert entered.with_input(found, "uplift", "") == DecideSpec(margin=0.4, cost=1.5)
    assert entered.changed(whole, found) == "order value none, base rate none, held out none, weeks none"


@pytest.mark.parametrize(
    ("field", "typed"),
    [("margin", "2"), ("margin", "x"), ("margin", "nan"), ("cost", "-1"), ("cost", "5%"), ("uplift", "0.1"),
     ("uplift", "0.3,0.2,0.4"), ("uplift", "1%,2%,"), ("held_out", "0.95"), ("base_rate", "-0.1"),
     ("weeks", "0"), ("weeks", "1.5"), ("weeks", "521"), ("weeks", "nan"), ("weeks", "10%")],
)  # fmt: skip
def test_inputs_that_cannot_be_are_refused(field, typed):
    assert isinstance(entered.with_input(DecideSpec(), field, typed), str)


async def test_an_input_changes_what_a_play_comes_to_and_empty_clears_it():
    async with of_orders() as (app, pilot):
        await shown(app, pilot)
        assert "enter (e) margin" in grid(app)
        app.run_command("set-inputs", "0.4 1 0.1,0.2,0.3")
        # 800 contacted, orders of 50: 800 * (0.1 * 0.4 * 50 - 1) = 800, then 2,400 and 4,000
        await until(app, pilot, "low 800, middle 2,400, high 4,000")
        await pilot.press("e")
        await until(app, pilot, "Which input?")
        await pilot.press("enter")
        await until(app, pilot, "Margin: of the money")
        await pilot.press("ctrl+u", "enter")
        await until(app, pilot, "enter (e) margin")
        app.run_command("set-inputs", "40")
        await until(app, pilot, "a share of 1, or a percentage")


async def test_inputs_belong_to_the_recipe_and_undo_takes_them_back(tmp_path):
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await shown(app, pilot)
        before = app.session.shown.fingerprint
        app.run_command("set-inputs", "0.4 1 0.1,0.2,0.3")
        await until(app, pilot, "low 800, middle 2,400, high 4,000")
        spec = DecideSpec(margin=0.4, cost=1.0, uplift=(0.1, 0.2, 0.3))
        assert app.session.recipe.decide == spec
        assert app.session.runs[-1].label == "decide: margin 0.4, cost 1, uplift 0.1,0.2,0.3"
        await settled(app, pilot)
        assert app.session.shown.fingerprint == before  # the segments are the same, and so is all that is known of them
        assert asked(engine).count(LeaderboardQuestion) == 1
        app.run_command("undo")
        await until(app, pilot, "enter (e) margin")
        assert app.session.recipe.decide == DecideSpec()
        app.run_command("redo")
        await until(app, pilot, "low 800, middle 2,400, high 4,000")


async def test_inputs_of_a_recipe_are_there_when_it_is_opened():
    spec = DecideSpec(margin=0.4, cost=1.0, uplift=(0.1, 0.2, 0.3), weeks=26)
    engine = FakeEngine(orders=True)
    async with running(engine, (140, 40), recipe=replace(ORDERS, decide=spec)) as (app, pilot):
        await shown(app, pilot)
        await until(app, pilot, "low 800, middle 2,400, high 4,000")
        assert ValueQuestion(26.0) in engine.replies


async def test_what_is_entered_while_segments_converge_does_not_hold_them_up():
    engine = FakeEngine(orders=True)
    with engine.held("exact") as gate:
        async with of_orders(engine=engine) as (app, pilot):
            await until(app, pilot, lambda: app.session is not None and app.session.shown is not None)
            await pilot.press("7")
            await until(app, pilot, "Waiting for the converged segments")
            await until(app, pilot, lambda: "exact" in engine.started)
            app.run_command("set-inputs", "0.4 1 0.1,0.2,0.3")
            await until(app, pilot, lambda: app.session.recipe.decide.margin == 0.4)
            gate.set()
            await until(app, pilot, "low 800, middle 2,400, high 4,000")
            assert app.session.shown.exact
            assert app.session.shown.recipe.decide.margin == 0.4
            assert engine.started.count("exact") == 1


# -- parts ------------------------------------------------------------------------------------------------


async def test_nothing_is_computed_before_it_is_looked_at_and_the_leaderboard_comes_last():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await opened(app, pilot)
        assert asked(engine) == []
        await shown(app, pilot)
        assert asked(engine) == [PlaysQuestion, PricesQuestion, ValueQuestion, ProductsQuestion, LeaderboardQuestion]


async def test_parts_arrive_one_by_one():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await opened(app, pilot)
        with engine.held("ValueQuestion"):
            await pilot.press("7")
            await until(app, pilot, "0.910 (0.902 to 0.917)")
            await until(app, pilot, "computing")
            assert "Early access" in grid(app)
            assert "orders and" not in grid(app)
        await until(app, pilot, "4,000 (3,900 to 4,100) orders and 200,000")


async def test_half_a_leaderboard_offers_nothing():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await opened(app, pilot)
        with engine.held("recommended"):
            await pilot.press("7", "V")
            await until(app, pilot, "so far, nothing is offered yet")
            assert "22.2%" in grid(app)
            assert "yes" not in grid(app)
        await until(app, pilot, "31.0% (29.0 to 33.0)")
        await pilot.press("G")
        await until(app, pilot, "better than popularity by 8.8 points")
        assert sum("yes" in row for row in grid(app).splitlines()) == 1


async def test_work_can_be_stopped_and_gone_on_with():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await opened(app, pilot)
        with engine.held("PricesQuestion"):
            await pilot.press("7")
            await until(app, pilot, lambda: "PricesQuestion" in engine.started)
            await pilot.press("ctrl+c")
            await until(app, pilot, "stopped (C goes on)")
        await until(app, pilot, "orders and 200,000")  # the other parts come all the same
        await pilot.press("C")
        await until(app, pilot, "0.910 (0.902 to 0.917)")
        await until(app, pilot, "what was stopped is done")


async def test_a_failure_is_told_where_the_part_would_be():
    engine = FakeEngine(orders=True)
    engine.broken["ValueQuestion"] = AnalysisError("the orders have no dates")
    async with of_orders(engine=engine) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("7")
        await until(app, pilot, "no dates (C goes on)")
        await until(app, pilot, "Linden Honey")


async def test_what_is_of_earlier_segments_is_marked():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await shown(app, pilot)
        with engine.held("exact"):
            await pilot.press("plus")
            await until(app, pilot, "of earlier segments")
            assert "Early access" in grid(app)
            await pilot.press("x")
            await until(app, pilot, "wait for the new segments to converge")
        await gone(app, pilot, "of earlier segments")
        await until(app, pilot, lambda: asked(engine).count(PlaysQuestion) == 2)


async def test_plays_for_earlier_inputs_are_marked():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await shown(app, pilot)
        with engine.held("PlaysQuestion"):
            app.run_command("set-inputs", "0.4 1 0.1,0.2,0.3")
            await until(app, pilot, "plays for earlier inputs")
            assert "Early access" in grid(app)
        await gone(app, pilot, "plays for earlier inputs")


async def test_without_orders_it_says_what_it_needs_and_offers_plays():
    engine = FakeEngine()
    async with running(engine, (140, 40)) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("7")
        await until(app, pilot, "Early access")
        assert "told from order lines" in grid(app)
        await settled(app, pilot)
        assert asked(engine) == [PlaysQuestion]


# -- the page ---------------------------------------------------------------------------------------------


async def test_the_page_goes_over_segments():
    async with of_orders() as (app, pilot):
        await shown(app, pilot, "l")
        await until(app, pilot, "4,010 (3,900 to 4,100) orders")
        assert "does not bear these figures out" in grid(app)
        assert "too few are held out" in grid(app)
        await pilot.press("l")
        await until(app, pilot, "No play of the playbook fits")
        await pilot.press("h", "h")
        await until(app, pilot, "4,000 (3,900 to 4,100) orders")


async def test_the_cursor_goes_from_sentence_to_sentence():
    """Each stop is the beginning of a sentence and shows its end; the last one ends the page, and back is the same."""
    async with of_orders((80, 24)) as (app, pilot):
        await shown(app, pilot)

        def front() -> str:
            return next(row for row in grid(app).splitlines() if row.startswith("> "))[10:].strip()

        stops = [front()]
        while len(stops) < 40:
            await pilot.press("j")
            await settled(app, pilot)
            if front() == stops[-1]:
                break
            stops.append(front())
        begun = ("recency <=", "Over 52", "Most bought", "They paid", "How they", "2 plays", "Early", "Why", "Proof")
        assert [any(stop.startswith(word) for stop in stops) for word in begun] == [True] * len(begun)
        assert all(stop[0].isupper() or stop[0].isdigit() for stop in stops[1:] if not stop.startswith("Win"))
        assert stops[-1].startswith("Nobody knows yet what a play does")
        assert "model alone." in grid(app)
        for stop in stops[-2::-1]:
            await pilot.press("k")
            await settled(app, pilot)
            assert front() == stop


async def test_enter_opens_everything_that_is_known():
    async with of_orders() as (app, pilot):
        await shown(app, pilot, "enter")
        await until(app, pilot, "esc or q")
        assert "enough repeat customers: yes" in grid(app)
        await pilot.press("G")
        await until(app, pilot, "Two arms of 11,843")
        await pilot.press("escape", "v", "enter")
        await until(app, pilot, "not offered")
        assert "Cross-sell: No segment fits." in grid(app)


async def test_names_cannot_drive_the_terminal():
    async with of_orders() as (app, pilot):
        await shown(app, pilot)
        for key in ("enter", "escape", "v", "G", "enter", "escape", "v"):
            assert not {"\x1b", "\x9b", "\u202e"} & set(grid(app))
            await pilot.press(key)
            await settled(app, pilot)
        assert not {"\x1b", "\x9b", "\u202e"} & set(grid(app))


async def test_the_list_of_the_play_under_the_cursor_is_written():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await shown(app, pilot, "v", "G", "x")
        await until(app, pilot, "Name of the campaign")
        await pilot.press(*"may", "enter")
        await until(app, pilot, "Write the list of win-back")
        await pilot.press("enter")
        await until(app, pilot, lambda: bool(engine.tables))
        assert engine.tables == [(PlayListQuestion(Inputs(), "win-back", "may"), "may-win-back.csv", False)]


async def test_the_evidence_writes_the_list_of_its_play():
    """x over the evidence is of the page behind it, not of the labels."""
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await shown(app, pilot, "v", "G", "enter")
        await until(app, pilot, "x write its list")
        await pilot.press("x")
        await until(app, pilot, "Name of the campaign")
        await pilot.press(*"may", "enter")
        await until(app, pilot, "Write the list of win-back")
        await pilot.press("enter")
        await until(app, pilot, lambda: bool(engine.tables))
        assert engine.tables == [(PlayListQuestion(Inputs(), "win-back", "may"), "may-win-back.csv", False)]


async def test_recommendations_are_written_by_the_best_that_is_offered():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await shown(app, pilot, "X")
        await until(app, pilot, "Write discovery by EASE to")  # nothing is offered for buy again
        await pilot.press("enter")
        await until(app, pilot, lambda: bool(engine.tables))
        assert engine.tables == [(RecommendedQuestion((Purpose.NEW,)), "recommendations.csv", False)]


async def test_recommendations_by_the_way_under_the_cursor_if_it_is_offered():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await shown(app, pilot, "V", "j", "x")
        await until(app, pilot, "EASE is not offered for buy again")
        await pilot.press("k", "x")
        await until(app, pilot, "Write buy again by popularity to")
        await pilot.press("enter")
        await until(app, pilot, lambda: bool(engine.tables))
        question = RecommendedQuestion((Purpose.AGAIN,), Method.POPULARITY)
        assert engine.tables == [(question, "recommendations.csv", False)]


async def test_half_a_comparison_is_waited_for():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await opened(app, pilot)
        with engine.held("recommended"):
            await pilot.press("7", "V")
            await until(app, pilot, "so far, nothing is offered yet")
            await pilot.press("X")
            await until(app, pilot, "wait for the comparison")


async def test_plays_for_the_same_customers_are_warned_of():
    async with of_orders() as (app, pilot):
        await shown(app, pilot)
        assert "2 plays would address the same 1,000 customers" in grid(app)
        await pilot.press("l")
        await until(app, pilot, "4,010 (3,900 to 4,100) orders")
        assert "would address the same" not in grid(app)


async def test_a_narrow_terminal_says_which_columns_are_left_out():
    """60 columns: no low and high, no ranges, and both tables say so; what is left is whole."""
    async with of_orders((60, 16)) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("7", "v")
        await until(app, pilot, "low and high: enter")
        head = next(row for row in grid(app).splitlines() if "points" in row)
        assert head.rstrip().endswith("points   middle")
        await pilot.press("v")
        await until(app, pilot, "ranges: enter")
        assert any(row.rstrip().endswith("offered") for row in grid(app).splitlines())
        await until(app, pilot, "22.2%")
        assert any(row.rstrip().endswith("always") for row in grid(app).splitlines())


# -- snapshots --------------------------------------------------------------------------------------------

PLACES = [
    ("decide", [], "are expected"),
    ("decide_plays", ["v", "j"], "Early access for B"),
    ("decide_recommend", ["V", "G"], "by 8.8 points"),
    ("decide_evidence", ["enter"], "esc or q"),
    ("decide_inputs", ["e"], "Which input?"),
]


@pytest.mark.parametrize("plain", [False, True], ids=["unicode", "ascii"])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize(("name", "keys", "ready"), PLACES, ids=[place[0] for place in PLACES])
async def test_screen(name: str, keys: list[str], ready: str, size: tuple[int, int], plain: bool):
    async with of_orders(size, ascii_only=plain) as (app, pilot):
        await shown(app, pilot, *keys)
        await until(app, pilot, ready)
        await settled(app, pilot)
        assert grid(app).isascii() or not plain
        same_as_golden(app, f"{'ascii_' if plain else ''}{name}_{size[0]}x{size[1]}")


# -- the real engine --------------------------------------------------------------------------------------


async def test_customers_without_orders_get_plays_and_reasons_on_the_real_engine():
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(EXAMPLES / "customers.csv")),)))
    app = SegApp(recipe, make_session=lambda listener, state: Session(listener, state=None))
    async with app.run_test(size=(140, 40)) as pilot:
        await long(app, pilot, "exact")
        await pilot.press("7")
        await long(app, pilot, lambda: app.session.found(PlaysQuestion()) is not None)
        await until(app, pilot, "told from order lines")
        assert app.session.found(ValueQuestion()) is None
        app.session.ask_aside(ValueQuestion())
        await long(app, pilot, lambda: isinstance(app.session.found(ValueQuestion()), Missing))


async def test_the_shipped_orders_on_the_real_engine(tmp_path):
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(EXAMPLES / "orders.csv")),)))
    app = SegApp(recipe, make_session=lambda listener, state: Session(listener, state=None))
    async with app.run_test(size=(140, 40)) as pilot:
        await long(app, pilot, "exact")
        await pilot.press("7")
        await long(app, pilot, lambda: app.session.found(PlaysQuestion()) is not None)
        await pilot.press("v")
        await long(app, pilot, "Early access")
        found = app.session.found(PlaysQuestion())
        one = found.proposals[0]
        assert one.worth.mid is None
        app.run_command("set-inputs", "0.4 1 0.1,0.2,0.3")
        given = PlaysQuestion(Inputs(low=0.1, mid=0.2, high=0.3, margin=0.4, cost=1.0))
        await long(app, pilot, lambda: app.session.found(given) is not None)
        own = app.session.found(given).proposals[0]
        assert own.worth.mid == pytest.approx(
            own.experiment.sizes[0] * (0.2 * 0.4 * own.worth.order_value - 1), rel=0.01
        )
        path = tmp_path / "list.csv"
        app.run_command("export-list", f"may {path}")
        await long(app, pilot, path.exists)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        same = [p for p in found.proposals if p.play == one.play]
        assert list(rows[0]) == ["customer_id", "segment", "arm", "play", "campaign", "also_in"]
        assert len(rows) == sum(p.size for p in same)
        assert {row["segment"] for row in rows} == {p.letter for p in same}
        assert {row["arm"] for row in rows} == {"contacted", "held out"}
        assert {row["play"] for row in rows} == {one.play}
        await long(app, pilot, lambda: app.session.found(ValueQuestion()) is not None)
        await long(app, pilot, lambda: app.session.found(ProductsQuestion()) is not None)
        assert app.session.found(PricesQuestion()) is not None
        await long(app, pilot, lambda: getattr(app.session.found(LeaderboardQuestion()), "complete", False))
        path = tmp_path / "recommended.csv"
        app.run_command("export-recommendations", str(path))
        await long(app, pilot, path.exists)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert header == ["customer_id", "segment", "purpose", "method", "rank", "item", "score"]

"""The screen of a delivery: what is chosen, refused and asked, progress, stopping, and the whole way on real data."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from segtui.errors import DeliveryError
from segtui.recipe import STANDARD_PARTS, GatherSpec, Recipe, SourceSpec
from segtui.session.questions import DeliveryQuestion
from segtui.session.session import Session
from segtui.tui.app import SegApp
from segtui.tui.screens.deliver import Choices, DeliverScreen
from segtui.tui.screens.delivery_words import ABOUT, contents
from segtui.tui.widgets.line_input import LineInput
from tests.tui import fake_delivery
from tests.tui.driving import ORDERS, grid, running, same_as_golden, until
from tests.tui.fake import FakeEngine

EXAMPLES = Path(__file__).parents[2] / "examples"
POSSIBLE = tuple(part for part in STANDARD_PARTS if part not in dict(fake_delivery.CANNOT))
SMALL = ("customers", "segments", "model")


async def shown(app, pilot, *keys: str) -> DeliverScreen:
    """The screen, opened with these keys, with first rows and sizes."""
    await until(app, pilot, "exact")
    await pilot.press(*(keys or ("D",)))
    await until(app, pilot, "10000")
    assert isinstance(app.screen, DeliverScreen)
    return app.screen


async def test_every_part_that_can_be_is_offered_and_written():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await shown(app, pilot)
        await pilot.press("enter")
        await until(app, pilot, "delivered to customers_delivery: 3 files, 1.2 MB")
        (spec,) = engine.delivered
        assert spec.parts == POSSIBLE
        assert (spec.folder, spec.formats, spec.overwrite) == ("customers_delivery", ("csv",), False)
        assert (spec.csv_safe, spec.withhold) == (False, False)
        assert not app.exporting
        assert any(entry.text == "a warning of it" for entry in app.status.log)


async def test_orders_carry_every_part_and_what_is_missing_is_told():
    engine = FakeEngine(orders=True)
    async with running(engine, recipe=ORDERS) as (app, pilot):
        screen = await shown(app, pilot)
        await pilot.press("tab", "j", "space")
        assert "orders" in screen._on
        await pilot.press("enter")
        await until(app, pilot, "not there: prices")
        assert engine.delivered[0].parts == tuple(ABOUT)
        assert any("not delivered: prices: no line carries a price" in entry.text for entry in app.status.log)


async def test_a_part_that_cannot_be_says_why():
    async with running(FakeEngine()) as (app, pilot):
        screen = await shown(app, pilot)
        await until(app, pilot, "not here: customers were not made of orders")
        await pilot.press("tab", "j", "space")
        await until(app, pilot, "orders cannot be: customers were not made of orders")
        assert "orders" not in screen._on


async def test_parts_formats_and_switches_are_chosen_and_offered_again():
    engine = FakeEngine()
    async with running(engine, (80, 40)) as (app, pilot):
        screen = await shown(app, pilot)
        choices = app.screen.query_one(Choices)
        await pilot.press("tab")
        for key in ("customers", "parquet", "csv-safe", "withhold"):
            choices.at = screen._keys.index(key)
            await pilot.press("space")
        screen.query_one(LineInput).value = "other"
        await pilot.press("enter")
        await until(app, pilot, "delivered to other")
        spec = engine.delivered[0]
        assert spec.parts == POSSIBLE[1:]
        assert spec.formats == ("csv", "parquet")
        assert spec.csv_safe
        assert spec.withhold
        await shown(app, pilot, "D")
        assert app.screen.query_one(LineInput).value == "other"
        await pilot.press("enter")
        await until(app, pilot, lambda: len(engine.delivered) == 2)
        assert engine.delivered[1] == spec


async def test_sizes_follow_what_is_chosen():
    async with running(FakeEngine(orders=True), (80, 40), recipe=ORDERS) as (app, pilot):
        await shown(app, pilot)
        await until(app, pilot, "18,424 rows × 7")
        assert "75,012 rows × 13" in grid(app)
        assert "about 1.2 MB" in grid(app)
        await pilot.press("tab", "j", "space")  # orders too: 1,234,567 + 7,000,000
        await until(app, pilot, "about 8.2 MB")
        await pilot.press("space", "k", "space")
        await until(app, pilot, "neither customers nor orders are chosen")


async def test_nothing_chosen_is_refused():
    engine = FakeEngine()
    async with running(engine, (80, 40)) as (app, pilot):
        screen = await shown(app, pilot)
        screen._on -= {"csv"}
        await pilot.press("enter")
        await until(app, pilot, "choose a format")
        screen._on.clear()
        await pilot.press("enter")
        await until(app, pilot, "choose at least one part")
        screen.query_one(LineInput).value = " "
        await pilot.press("enter")
        await until(app, pilot, "a path is needed")
        await pilot.press("escape")
        await until(app, pilot, lambda: not isinstance(app.screen, DeliverScreen))
        assert engine.delivered == []


async def test_an_earlier_delivery_is_replaced_only_after_asking():
    engine = FakeEngine()
    engine.stands = True
    async with running(engine) as (app, pilot):
        screen = await shown(app, pilot)
        await pilot.press("enter")
        await until(app, pilot, "holds an earlier delivery: enter once more")
        screen.query_one(LineInput).value = "another"
        await pilot.pause()
        await pilot.press("enter")  # another path is another question
        await until(app, pilot, "another holds an earlier delivery")
        assert engine.delivered == []
        await pilot.press("enter")
        await until(app, pilot, "delivered to another")
        assert engine.delivered[0].overwrite


async def test_what_may_not_be_replaced_is_refused_with_the_reason():
    engine = FakeEngine()
    engine.stands = DeliveryError("this folder exists and is no delivery of segtui", where="d", hint="Choose another.")
    async with running(engine) as (app, pilot):
        await shown(app, pilot)
        for _ in range(2):
            await pilot.press("enter")
            await until(app, pilot, "this folder exists and is no delivery")
        assert engine.delivered == []


async def test_progress_names_the_part_and_a_stop_is_told():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await shown(app, pilot)
        with engine.held("deliver"):
            await pilot.press("enter")
            await until(app, pilot, "delivering customers")
            assert app.exporting
            await pilot.press("ctrl+c")
            await until(app, pilot, "stopped: delivering; nothing was written")
        assert engine.closed == ["deliver"]
        assert engine.delivered == []
        assert not app.exporting


async def test_an_error_is_told_in_words_and_frees_the_way_out():
    engine = FakeEngine()
    engine.broken["deliver"] = DeliveryError("the disk is full", where="d", hint="Free some space.")
    async with running(engine) as (app, pilot):
        await shown(app, pilot)
        await pilot.press("enter")
        await until(app, pilot, "the disk is full")
        assert not app.exporting


async def test_the_files_of_the_last_delivery_are_listed():
    async with running(FakeEngine()) as (app, pilot):
        await shown(app, pilot)
        await pilot.press("enter")
        await until(app, pilot, "delivered to")
        await shown(app, pilot, "D")
        await pilot.press("tab", "G", "space")
        await until(app, pilot, f"customers.csv {'.' * 39} 1.2 MB")
        assert "a warning of it" in grid(app)
        await pilot.press("q")
        await until(app, pilot, lambda: isinstance(app.screen, DeliverScreen))


async def test_first_rows_follow_a_new_answer():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await shown(app, pilot)
        assert engine.replies.count(DeliveryQuestion()) == 1
        app.change(app.session.recipe.with_k(5), "k 4→5")
        await until(app, pilot, lambda: engine.replies.count(DeliveryQuestion()) >= 2)


async def test_first_rows_that_cannot_be_read_are_told_and_the_rest_works():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        engine.broken["reply"] = DeliveryError("the source has changed since it was opened", where="d", hint="Open it.")
        await pilot.press("D")
        await until(app, pilot, "no first rows: d: the source has changed since it was opened")
        await pilot.press("escape")
        await until(app, pilot, lambda: not isinstance(app.screen, DeliverScreen))


async def test_the_export_dialog_leads_here_and_a_typed_folder_is_offered():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("x", "tab", "j", "j", "enter")
        await until(app, pilot, lambda: isinstance(app.screen, DeliverScreen))
        await pilot.press("escape")
        app.run_command("deliver", "typed")
        await until(app, pilot, lambda: isinstance(app.screen, DeliverScreen))
        assert app.screen.query_one(LineInput).value == "typed"


async def test_names_from_files_do_no_harm_and_ascii_is_ascii():
    async with running(FakeEngine(odd=True), ascii_only=True) as (app, pilot):
        await shown(app, pilot)
        text = grid(app)
        assert text.isascii()
        assert "\x1b" not in text


async def test_screen():
    async with running(FakeEngine()) as (app, pilot):
        await shown(app, pilot)
        same_as_golden(app, "deliver_80x24")
        await pilot.press("tab", "G")
        await pilot.pause()
        same_as_golden(app, "deliver_end_80x24")


# -- the real engine --------------------------------------------------------------------------------------


async def long(app, pilot, what) -> None:
    """`until`, with the patience that real fits need."""
    for attempt in range(20):
        try:
            return await until(app, pilot, what)
        except AssertionError:
            if attempt == 19:
                raise
            await asyncio.sleep(0.1)
    return None


async def test_the_shipped_customers_are_delivered_replaced_and_guarded(tmp_path: Path):
    source = EXAMPLES / "customers.csv"
    app = SegApp(
        Recipe(gather=GatherSpec((SourceSpec(str(source)),))),
        make_session=lambda listener, state: Session(listener, state=None),
    )
    folder = tmp_path / "out"
    with source.open(encoding="utf-8") as file:
        header, *rows = file.read().splitlines()
    async with app.run_test(size=(80, 40)) as pilot:
        await long(app, pilot, "exact")
        app.run_command("deliver", str(folder))
        whole = f"{len(rows):,} rows × {header.count(',') + 5}"
        await long(app, pilot, whole)
        screen = app.screen
        assert isinstance(screen, DeliverScreen)
        guess = screen._view.customers.about("csv")
        assert screen._view.columns[-4:] == ("segment", "segment_name", "distance", "segment_note")
        screen._on = {*SMALL, "csv", "parquet"}
        await pilot.press("enter")
        await long(app, pilot, lambda: app.delivered is not None)
        told = dict(app.delivered.files)
        assert {p.name: p.stat().st_size for p in folder.iterdir()} == told
        assert {"customers.csv", "customers.parquet", "segments.csv", "model.json", "passport.json"} <= set(told)
        assert "report.html" not in told
        assert abs(told["customers.csv"] - guess) < 0.15 * guess
        lines = (folder / "customers.csv").read_text(encoding="utf-8").splitlines()
        assert len(lines) == len(rows) + 1
        assert json.loads((folder / "passport.json").read_text(encoding="utf-8"))
        first = lines[1].split(",")[0]
        assert screen._view.rows[0][0] == first == rows[0].split(",")[0]
        assert contents(app.delivered)[0][0].startswith("README.txt ....")

        (folder / "mine.txt").write_text("mine")  # now it may not be replaced
        app.run_command("deliver")
        await long(app, pilot, lambda: isinstance(app.screen, DeliverScreen))
        await pilot.press("enter")
        await long(app, pilot, "mine.txt")
        (folder / "mine.txt").unlink()
        await pilot.press("enter")
        await long(app, pilot, "enter once more")
        before = app.delivered
        await pilot.press("enter")
        await long(app, pilot, lambda: app.delivered is not before)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]

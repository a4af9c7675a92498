"""The Data pane by key and by command: each change is a recipe, read again, and taken back by undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from segtui.errors import AnalysisError
from segtui.recipe import ColumnSpec
from segtui.session.questions import StepRowsQuestion
from segtui.tui.screens.customers import CustomersScreen
from segtui.tui.screens.main import MainScreen
from segtui.tui.screens.pick import Pick
from segtui.tui.widgets.line_input import LineInput
from tests.tui.driving import ORDERS, gone, grid, running, until
from tests.tui.fake import ESCAPE, FakeEngine


def pane(app):
    assert isinstance(app.screen, MainScreen)
    return app.screen.pane


def gather(app):
    return app.session.recipe.gather


async def to_row(app, pilot, key: tuple[str, ...]) -> None:
    """Put the cursor on the row with this key."""
    await until(app, pilot, "id: customer")
    data = pane(app)
    data.move_to(next(i for i, row in enumerate(data.rows()) if row.key == key))
    await pilot.pause()


def on_data(engine=None, size=(100, 30), **more):
    return running(engine or FakeEngine(orders=True), size, recipe=ORDERS, **more)


async def opened(app, pilot) -> None:
    await until(app, pilot, "exact")
    await pilot.press("1")
    await until(app, pilot, "Tables")


async def read(app, pilot) -> None:
    """Wait until what the recipe asks for is read and answered."""
    await until(app, pilot, lambda: not app.session.reopens and not app.session.stale and not app.session.busy)


async def test_customers_set_aside_are_listed_and_go_with_undo():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await pilot.press("l")
        await until(app, pilot, "no customer was left out")
        features = tuple(replace(f, missing="aside") if f.name == "discount_share" else f for f in app.session.features)
        recipe = app.session.recipe.with_features(features)
        app.change(replace(recipe, prepare=replace(recipe.prepare, trim=0.01)), "aside and trimmed")
        await read(app, pilot)
        await until(app, pilot, "2,449 rows left out")
        await to_row(app, pilot, ("left out", "no value in discount_share"))
        await until(app, pilot, "2,265 customers: no value in discount_share")
        assert "trimmed: farther from every centre" in grid(app)
        await pilot.press("l")
        await until(app, pilot, lambda: isinstance(app.screen, CustomersScreen))
        await pilot.press("escape", "u")
        await read(app, pilot)
        await until(app, pilot, lambda: "left out, l shows" not in grid(app))


ROLE = ("column", "data/orders.csv", "order_date")


async def test_a_role_is_changed_by_key_and_taken_back():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ROLE)
        await pilot.press("e")
        await until(app, pilot, "What does order_date stand for?")
        assert "as found: time" in grid(app)
        await pilot.press("j", "enter")  # none
        await read(app, pilot)
        assert gather(app).table("data/orders.csv").columns == (ColumnSpec("order_date", role=""),)
        await until(app, pilot, "undo: order_date: no role")
        assert "-*" in grid(app)
        assert isinstance(app.screen, MainScreen)
        assert app.screen.place == "data"
        await pilot.press("u")
        await read(app, pilot)
        assert gather(app).tables == ()


async def test_the_present_role_is_under_the_cursor_of_the_list():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await pilot.press("colon", *"role status channel", "enter")
        await read(app, pilot)
        await to_row(app, pilot, ("column", "data/orders.csv", "status"))
        await pilot.press("e")
        await until(app, pilot, lambda: isinstance(app.screen, Pick))
        await pilot.press("enter")
        await until(app, pilot, "it is so already")
        assert gather(app).table("data/orders.csv").columns == (ColumnSpec("status", role="channel"),)


async def test_giving_up_a_list_changes_nothing():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        for key in ("escape", "q", "ctrl+g"):
            await pilot.press("e")
            await until(app, pilot, "What is orders.csv?")
            await pilot.press(key)
            await until(app, pilot, lambda: isinstance(app.screen, MainScreen))
        assert app.session.undo_label is None


async def test_a_kind_is_changed_by_key():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ("table", "data/products.parquet"))
        await pilot.press("e")
        await until(app, pilot, "What is products.parquet?")
        await pilot.press("G", "enter")
        await read(app, pilot)
        assert gather(app).table("data/products.parquet").kind == "lookup"
        await until(app, pilot, "lookup*")


async def test_a_step_is_switched_and_counted():
    async with on_data(size=(140, 60)) as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ("step", "duplicates"))
        assert "?  c counts" in grid(app)
        await pilot.press("c")
        await until(app, pilot, "counted:")
        await until(app, pilot, "34  would be")
        await pilot.press("space")
        await read(app, pilot)
        await until(app, pilot, "34  left out")
        assert gather(app).steps == (("duplicates", True),)
        await pilot.press("space")
        await read(app, pilot)
        assert gather(app).steps == ()
        await until(app, pilot, "34  would be")  # what was counted is still known
        await to_row(app, pilot, ("step", "test_accounts"))
        await pilot.press("space")
        await until(app, pilot, "the data lack what this step looks at")


async def test_the_lines_of_a_step_are_browsed_and_written(tmp_path: Path):
    engine = FakeEngine(orders=True)
    async with on_data(engine) as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ("step", "not_cancelled"))
        await pilot.press("l")
        await until(app, pilot, "Lines left out: cancelled")
        await until(app, pilot, "row 1 of 1,000,000")
        await pilot.press("x")
        await until(app, pilot, "orders_lines_left_out_cancelled.csv")
        target = tmp_path / "lines.csv"
        app.screen.query_one(LineInput).value = str(target)
        await pilot.press("enter")
        await until(app, pilot, "written: ")
        assert engine.tables == [(StepRowsQuestion("not_cancelled"), str(target), False)]
        target.write_text("mine")
        await pilot.press("x")
        await until(app, pilot, "Write the whole table")
        app.screen.query_one(LineInput).value = str(target)
        await pilot.press("enter")
        await until(app, pilot, "lines.csv exists: type yes to replace it")
        await pilot.press(*"no", "enter")
        assert len(engine.tables) == 1
        await pilot.press("ctrl+u", "backspace", "backspace", *"yes", "enter")
        await until(app, pilot, lambda: len(engine.tables) == 2)
        assert engine.tables[1][2]
        await until(app, pilot, lambda: not app.exporting)
        await pilot.press("q")
        await to_row(app, pilot, ("step", "price"))
        await pilot.press("enter")
        await until(app, pilot, "Lines left out: price not above 0")


async def test_elsewhere_enter_browses_customers():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await pilot.press("enter")
        await until(app, pilot, "All customers")
        assert isinstance(app.screen, CustomersScreen)


async def test_day_and_month_are_switched_by_key():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ROLE)
        assert "all values fit date m/d/y just as well" in grid(app)
        await pilot.press("d")
        await read(app, pilot)
        await until(app, pilot, "read as date m/d/y, as chosen; date d/m/y would fit too")
        assert pane(app).under_cursor().key == ROLE  # still in sight, so that d goes on
        await pilot.press("d")
        await read(app, pilot)
        assert gather(app).table("data/orders.csv").columns[0].reading == "text"
        await pilot.press("d")
        await read(app, pilot)
        assert gather(app).tables == ()


async def test_where_nothing_else_fits_the_reading_is_chosen_from_a_list():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ("column", "data/orders.csv", "unit price"))
        await pilot.press("d")
        await until(app, pilot, "How is unit price read?")
        await pilot.press("G", "enter")
        await read(app, pilot)
        assert gather(app).table("data/orders.csv").columns == (ColumnSpec("unit price", reading="text"),)


async def test_the_snapshot_is_asked_for_and_checked():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ("time", "snapshot"))
        await pilot.press("e")
        await until(app, pilot, "Snapshot, as 2024-01-31")
        await pilot.press(*"31.1.2011", "enter")
        await until(app, pilot, "is not a date: write it as 2024-01-31")
        app.screen.query_one(LineInput).value = "2011-09-01"
        await pilot.press("enter")
        await read(app, pilot)
        assert gather(app).snapshot == date(2011, 9, 1)
        await until(app, pilot, "chosen; 812 lines on or after it")
        await pilot.press("e")
        await until(app, pilot, "Snapshot, as 2024-01-31")
        app.screen.query_one(LineInput).value = ""
        await pilot.press("enter")
        await read(app, pilot)
        assert gather(app).snapshot is None


async def test_the_holdout_is_asked_for():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ("time", "holdout"))
        await pilot.press("e")
        await until(app, pilot, "Holdout: days")
        app.screen.query_one(LineInput).value = "9.5"
        await pilot.press("enter")
        await until(app, pilot, "is not a whole number of days")
        app.screen.query_one(LineInput).value = "90"
        await pilot.press("enter")
        await read(app, pilot)
        assert gather(app).holdout == 90
        await until(app, pilot, "no feature sees them")


async def test_loose_ids_are_switched_on_a_join():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        join = ("join", "data/orders.csv", "data/customers.csv", "customer", "customer_id")
        await to_row(app, pilot, join)
        assert "only in customers.csv: 35, such as 00412, 00938" in grid(app)
        await pilot.press("space")
        await read(app, pilot)
        assert gather(app).loose_ids
        await until(app, pilot, "only in customers.csv: 14")
        assert pane(app).under_cursor().key == join


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("role status none", "undo: status: no role"),
        ("role products.parquet/sku brand", "undo: sku: brand"),
        ("role nothing amount", "no column is called nothing"),
        ("role status amounts", "no role is called amounts"),
        ("role products.parquet/group", "What does group stand for?"),
        ("kind products.parquet lookup", "undo: products.parquet: lookup"),
        ("kind nothing.csv lookup", "no table is called nothing.csv"),
        ("kind orders.csv things", "no kind is called things"),
        ("snapshot 2011-09-01", "undo: snapshot 2011-09-01"),
        ("snapshot soon", "soon is not a date"),
        ("snapshot auto", "it is so already"),
        ("holdout 30", "undo: holdout 30 days"),
        ("holdout x", "x is not a whole number of days"),
        ("step duplicates on", "undo: + step: exact duplicate"),
        ("step price", "undo: - step: price not above 0"),
        ("step nothing on", "no step is called nothing"),
        ("step price maybe", "a step is on or off"),
        ("reading order_date date m/d/y", "undo: order_date: date m/d/y"),
        ("reading unit price text", "undo: unit price: text"),
        ("reading products.parquet/sku text", "sku has a type of its own"),
        ("loose-ids on", "undo: + loose ids"),
        ("loose-ids perhaps", "loose ids are on or off"),
    ],
)
async def test_verbs_of_the_command_line_from_any_pane(typed: str, seen: str):
    async with on_data() as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("colon")
        await until(app, pilot, "k N")
        await pilot.press(*typed, "enter")
        await until(app, pilot, seen)


async def test_a_name_that_several_tables_have_must_say_which():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ("step", "price"))
        await pilot.press("colon", *"role sku brand", "enter")
        await until(app, pilot, "several tables have sku: say orders.csv/sku")
        await to_row(app, pilot, ("table", "data/products.parquet"))
        await pilot.press("colon", *"role sku brand", "enter")
        await read(app, pilot)
        assert gather(app).table("data/products.parquet").columns == (ColumnSpec("sku", role="brand"),)


async def test_a_role_says_who_the_customer_is_and_not_the_id_column_named_before():
    from dataclasses import replace

    recipe = replace(ORDERS, gather=replace(ORDERS.gather, id_column="customer"))
    async with running(FakeEngine(orders=True), (100, 30), recipe=recipe) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("colon", *"role status customer_id", "enter")
        await read(app, pilot)
        assert gather(app).id_column is None


async def test_columns_and_definitions_are_shown_and_hidden():
    async with on_data(size=(140, 60)) as (app, pilot):
        await opened(app, pilot)
        assert "rebate" not in grid(app)
        await pilot.press("space")
        await until(app, pilot, "rebate")
        await pilot.press("space")
        await gone(app, pilot, "rebate")
        await pilot.press("G", "space")
        await until(app, pilot, "the group of products bought most often")


async def test_the_cursor_passes_over_headings_both_ways():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        data = pane(app)
        seen = []
        for key in [*["j"] * 40, "g", *["ctrl+d"] * 9, *["k"] * 40, "G", "g"]:
            await pilot.press(key)
            seen.append(type(data.under_cursor()).__name__)
        assert "Heading" not in seen
        assert data.cursor.at == 1
        assert "── Tables" in grid(app)


async def test_while_it_is_read_again_the_old_data_stands_and_says_so():
    engine = FakeEngine(orders=True)
    async with on_data(engine) as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ("step", "price"))
        with engine.held("open"):
            await pilot.press("space")
            await until(app, pilot, "reading again; below is the data as it was before")
            await until(app, pilot, "[ ] price not above 0")
            assert "being read" in grid(app)
            assert "18,412 customers" in grid(app)
            await pilot.press("ctrl+c")
            await until(app, pilot, "stopped: reading again; the data is as it was")
            assert "the last change was not read" in grid(app)
            assert "not computed" in grid(app)
        await pilot.press("u")
        await gone(app, pilot, "the last change was not read")
        await until(app, pilot, "[x] price not above 0")
        assert app.session is not None
        assert not app.session.stale


async def test_a_failure_to_read_again_is_said_and_the_old_answer_stays():
    engine = FakeEngine(orders=True)
    async with on_data(engine) as (app, pilot):
        await opened(app, pilot)
        engine.broken["open"] = AnalysisError("no order line is left", hint="Switch a cleaning step off")
        await pilot.press("colon", *"holdout 3000", "enter")
        await until(app, pilot, "no order line is left")
        assert "earlier run shown" in grid(app)
        assert isinstance(app.screen, MainScreen)
        del engine.broken["open"]
        await pilot.press("u")
        await until(app, pilot, lambda: not app.session.stale)


async def test_reading_again_stays_in_the_pane_and_on_the_screen_it_was_asked_from():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ("step", "price"))
        await pilot.press("space")
        await until(app, pilot, "read again: 18,412 customers")
        assert app.screen.place == "data"


async def test_the_row_and_all_columns_are_copied():
    async with on_data() as (app, pilot):
        await opened(app, pilot)
        await to_row(app, pilot, ROLE)
        text, what = pane(app).copied(False)
        assert (text, what) == ("! order_date date d/m/y time - 731 m/d/y?", "the row")
        text, what = pane(app).copied(True)
        assert what == "the columns"
        assert len(text.splitlines()) == 17
        assert ESCAPE not in text


async def test_a_command_without_a_key_can_be_given_one():
    async with on_data(keymap={"set-holdout": "H"}) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("H")
        await until(app, pilot, "Holdout: days")

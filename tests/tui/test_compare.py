"""Compare: which sides are held against each other, what is shown, who is listed and written, what is said instead."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from segtui.errors import SourceError
from segtui.explained import Migration
from segtui.recipe import SourceSpec
from segtui.session.questions import ComparisonQuestion, MoversQuestion
from segtui.session.session import Session
from segtui.tui.app import SegApp
from segtui.tui.charset import ASCII, UNICODE
from segtui.tui.panes import compare_words as words
from segtui.tui.panes.flow_drawing import drawn_flows, flow_lines
from segtui.tui.panes.migration_table import shape, table_lines
from segtui.tui.screens.compare import CompareScreen
from segtui.tui.screens.customers import CustomersScreen
from segtui.tui.screens.main import MainScreen
from segtui.tui.widgets.ribbons import Flow, heights, ribbons
from tests.tui import fake_compare
from tests.tui.driving import ORDERS, grid, make_app, running, same_as_golden, until
from tests.tui.fake import ESCAPE, MARKUP, FakeEngine

SIZES = [(80, 24), (140, 40)]
MOST = "B Regul"


async def on_compare(app, pilot, *keys: str) -> None:
    """Two runs, k 4 and k 5, compared from Segments."""
    await until(app, pilot, "exact")
    await pilot.press("4", "plus")
    await until(app, pilot, lambda: not app.session.stale and app.session.shown.exact)
    await pilot.press("c", *keys)
    await until(app, pilot, "stayed 12,472")


def asked(engine: FakeEngine) -> ComparisonQuestion:
    return [one for one in engine.replies if isinstance(one, ComparisonQuestion)][-1]


def pair(engine: FakeEngine) -> tuple[int, int]:
    question = asked(engine)
    return question.before.cluster.k, question.after.cluster.k


# -- what is shown ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plain", [False, True], ids=["unicode", "ascii"])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("view", ["table", "flow"])
async def test_two_runs(view: str, size: tuple[int, int], plain: bool):
    async with running(FakeEngine(), size, ascii_only=plain) as (app, pilot):
        await on_compare(app, pilot, *(["tab"] if view == "flow" else []))
        await until(app, pilot, lambda: not app.session.busy and not app.session.background and app.status.job is None)
        text = grid(app)
        assert text.isascii() or not plain
        assert all(len(shown) <= size[0] for shown in text.splitlines())
        same_as_golden(app, f"{'ascii_' if plain else ''}compare_{view}_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", [(60, 16), (100, 30), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_no_line_is_longer_than_the_screen(size: tuple[int, int]):
    async with running(FakeEngine(), size) as (app, pilot):
        await on_compare(app, pilot)
        for _ in range(2):
            lines = grid(app).splitlines()
            assert all(len(shown) <= size[0] for shown in lines)
            assert any("B → E" in shown for shown in lines)
            assert "keys" in lines[-1]
            await pilot.press("tab")


async def test_the_first_lines_say_how_the_runs_compare():
    async with running(FakeEngine(), (140, 40)) as (app, pilot):
        await on_compare(app, pilot)
        text = grid(app)
        assert "run 1: k 4, 7 features  →  run 2: k 5, 7 features" in text
        assert (
            "sil² .381 → .412 ^  DB 1.03 → .91 ^  inertia 52.9k → 48.1k\n" in text
        )  # k differs: inertia is not judged
        # 12,472 of 18,412 customers stayed; every customer is worth 100
        assert "stayed 12,472 (67.7 %)  moved 5,940 (32.3 %)  ARI .47  revenue moved 594k (32.3 %)" in text


async def test_scores_of_other_features_are_not_compared():
    async with running(FakeEngine(), (100, 30)) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("S")
        await until(app, pilot, lambda: not app.session.stale and app.session.shown.exact)
        await pilot.press("4", "c")
        await until(app, pilot, "scores n/c: other features or scale")
        assert ".381" not in grid(app)


async def test_the_move_under_the_cursor_is_told():
    async with running(FakeEngine(), (100, 30)) as (app, pilot):
        await on_compare(app, pilot)
        assert "2,902 customers, 34.7 % of B; revenue 290k; near a border of run 2 (within 10%): 414" in grid(app)
        assert "movers against those who stayed (5,346)" in grid(app)
        assert "recency 118 (not 31)" in grid(app)
        assert "newsletter no" not in grid(app)  # it says what "newsletter yes" says
        assert "margin_pct" not in grid(app)  # hardly any difference
        await pilot.press("j")
        await until(app, pilot, "1,196 customers")
        await pilot.press("G")
        await until(app, pilot, "what sets movers apart is told of the biggest moves only")


async def test_a_hundred_and_more_moves_scroll_and_the_table_follows():
    engine, n = FakeEngine(), 50
    rows = tuple(tuple(300 if i == j else 10 + j if (i + 1) % n == j else 0 for j in range(n)) for i in range(n))
    names = tuple(f"name {i}" for i in range(n))
    found = fake_compare.comparison(rows, names, names, tuple((i, i) for i in range(n)))
    side = fake_compare._side(None, n, 0.2, 1.0, 100.0)
    engine.migrated = Migration(found, side, side, fake_compare.moves(found), 1, 0.1)
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("4", "plus")
        await until(app, pilot, lambda: not app.session.stale and app.session.shown.exact)
        await pilot.press("c")
        await until(app, pilot, "of 50")
        assert "AW name 48 → AX name 49" in " ".join(grid(app).split()) or "AW → AX" in grid(app)
        assert "-AX of 50" in grid(app)  # the largest move, 59 customers, stands in the last column
        await pilot.press("G")
        await until(app, pilot, "AX → A")
        assert "columns A-" in grid(app)
        await pilot.press("l")
        await until(app, pilot, "columns B-")
        await pilot.press("tab")
        await until(app, pilot, "no flow holds 6 %")


async def test_names_from_files_cannot_drive_the_terminal():
    engine = FakeEngine()
    found = fake_compare.comparison(
        ((5, 2), (0, 4)), (MARKUP, ESCAPE), (ESCAPE, MARKUP), ((0, 0), (1, 1)), letters=((ESCAPE, "Ω"), ("x", "日本"))
    )
    side = fake_compare._side(None, 2, 0.2, 1.0, 100.0)
    engine.migrated = Migration(found, side, side, fake_compare.moves(found), 1, 0.1)
    for plain in (False, True):
        async with running(engine, ascii_only=plain) as (app, pilot):
            await until(app, pilot, "exact")
            await pilot.press("4", "plus")
            await until(app, pilot, lambda: not app.session.stale and app.session.shown.exact)
            await pilot.press("c")
            await until(app, pilot, "stayed 9")
            await pilot.press("tab")
            await until(app, pilot, "[flow]")
            assert "\x1b" not in grid(app)
            assert grid(app).isascii() or not plain


# -- which sides -----------------------------------------------------------------------------------------------


async def test_the_current_run_and_the_one_before_then_any_pair():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("4", "plus", "plus")  # runs 1 to 3: k 4, 5, 6
        await until(app, pilot, lambda: not app.session.stale and app.session.shown.exact)
        for start in "2345":
            await pilot.press(start, "c")
            await until(app, pilot, "run 2: k 4")
            assert pair(engine) == (5, 6)
            await pilot.press("c")
            await until(app, pilot, lambda: isinstance(app.screen, MainScreen))
        await pilot.press("c", "left_square_bracket")
        await until(app, pilot, "run 1: k")
        assert pair(engine) == (4, 6)
        await pilot.press("left_square_bracket")
        await until(app, pilot, "there is no earlier run")
        await pilot.press("r")
        await until(app, pilot, "run 3: k 4, 7 features  →  run 1")
        assert pair(engine) == (6, 4)
        await pilot.press("right_curly_bracket")
        await until(app, pilot, lambda: pair(engine) == (6, 5))
        await pilot.press("colon", *"compare 1 2", "enter")
        await until(app, pilot, lambda: pair(engine) == (4, 5))
        await pilot.press("colon", *"compare 9", "enter")
        await until(app, pilot, "there is no run 9: there are 1 to 3")


async def test_in_runs_the_run_under_the_cursor():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("8", "plus", "plus")
        await until(app, pilot, lambda: not app.session.stale and app.session.shown.exact)
        await pilot.press("G", "c")  # the oldest stands last
        await until(app, pilot, "run 1: k 4")
        assert pair(engine) == (4, 6)
        await pilot.press("q", "g", "c")
        await until(app, pilot, "run 2: k 4")


async def test_the_first_run_is_held_against_the_next():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await on_compare(app, pilot)
        await pilot.press("q", "u")
        await until(app, pilot, lambda: app.session.recipe.cluster.k == 4 and not app.session.stale)
        await pilot.press("c")
        await until(app, pilot, "run 2: k 4")
        assert pair(engine) == (5, 4)


async def test_a_delivered_file():
    engine = FakeEngine()
    async with running(engine, (100, 30)) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("4", "colon", *"compare out/labelled.csv", "enter")
        await until(app, pilot, "labelled.csv: 4 segments")
        assert asked(engine).before == SourceSpec("out/labelled.csv")
        assert "12 customers that are open have no segment in the file" in grid(app)
        assert "only in run 1 12" in grid(app)
        assert "a file does not say its features and scale" in grid(app)
        await pilot.press("f")
        await until(app, pilot, "A labelled file")
        await pilot.press(*"other.csv", "enter")
        await until(app, pilot, "other.csv: 4 segments")
        before = asked(engine)
        await pilot.press("f", *"other.csv", "enter")  # it may have been written again
        await until(app, pilot, lambda: asked(engine) != before)
        assert replace(asked(engine), asked=0) == replace(before, asked=0)


# -- what is said instead --------------------------------------------------------------------------------------


async def test_one_run_only():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("4", "c")
        await until(app, pilot, "There is one run only")
        await pilot.press("j", "enter", "a", "x", "r", "left_square_bracket", "tab", "y", "l")
        assert isinstance(app.screen, CompareScreen)
        assert not any(isinstance(one, ComparisonQuestion) for one in engine.replies)


async def test_a_run_on_other_data_says_what_to_do():
    engine = FakeEngine(orders=True)
    async with running(engine, recipe=ORDERS) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("4")
        recipe = app.session.recipe
        app.change(replace(recipe, gather=replace(recipe.gather, snapshot=date(2011, 6, 1))), "snapshot 2011-06-01")
        await until(app, pilot, lambda: not app.session.reopens and not app.session.stale and app.session.shown.exact)
        await pilot.press("c")
        await until(app, pilot, "was made on other data than is open now")
        assert "press f to name" in grid(app)
        assert not any(isinstance(one, ComparisonQuestion) for one in engine.replies)


async def test_a_file_that_cannot_be_read_and_a_computation_that_is_stopped():
    engine = FakeEngine()
    async with running(engine, (100, 30)) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("4")
        engine.broken["reply"] = SourceError("it has no column “segment”", where="x.csv", hint="Choose a labelled file")
        await pilot.press("colon", *"compare x.csv", "enter")
        await until(app, pilot, "not compared: x.csv: it has no column")
        await until(app, pilot, "f another file")
        del engine.broken["reply"]
        with engine.held("reply") as held:
            await pilot.press("colon", *"compare y.csv", "enter")
            await until(app, pilot, "ctrl+c stops")
            await pilot.press("ctrl+c")
            held.set()
            await until(app, pilot, "not compared: stopped")


async def test_nobody_moved():
    engine = FakeEngine()
    found = fake_compare.comparison(((5, 0), (0, 4)), ("a", "b"), ("a", "b"), ((0, 0), (1, 1)), money=False)
    side = fake_compare._side(None, 2, 0.2, 1.0, 100.0)
    engine.migrated = Migration(found, side, side, (), 1, 0.1)
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("4", "R", *"7", "enter")
        await until(app, pilot, lambda: not app.session.stale and app.session.shown.exact)
        await pilot.press("c")
        await until(app, pilot, "nobody moved: every customer")
        await pilot.press("j", "tab", "enter", "a", "x", "y", "Y")
        assert isinstance(app.screen, CompareScreen)


# -- movers ----------------------------------------------------------------------------------------------------


async def test_movers_are_listed_and_written():
    engine = FakeEngine()
    async with running(engine, (100, 30)) as (app, pilot):
        await on_compare(app, pilot)
        await pilot.press("enter")
        await until(app, pilot, "Movers run 1 → run 2: B → E, 2,902 customers")
        assert isinstance(app.screen, CustomersScreen)
        movers = engine.replies[-1]
        assert isinstance(movers, MoversQuestion)
        assert movers.move == (1, 4)
        await pilot.press("q", "a")
        await until(app, pilot, "all 5,940 movers")
        assert engine.replies[-1] == replace(movers, move=None)
        await pilot.press("q", "x")
        await until(app, pilot, "movers_run_1_to_run_2.csv")
        await pilot.press("enter")
        await until(app, pilot, "written: movers_run_1_to_run_2.csv")
        question, path, overwrite = engine.tables[-1]
        assert (question.move, path, overwrite) == (None, "movers_run_1_to_run_2.csv", False)


async def test_the_table_and_a_move_are_copied():
    async with running(FakeEngine()) as (app, pilot):
        await on_compare(app, pilot)
        text, _ = app.screen.pane.copied(True)
        assert text.splitlines()[0] == "run 1 → run 2\tA\tB\tC\tD\tE\tall"
        assert text.splitlines()[2] == "B\t40\t5346\t61\t22\t2902\t8371"
        one, _ = app.screen.pane.copied(False)
        assert one.startswith("B Regulars\tE Lapsing\t2902\trecency 118 (not 31)")


async def test_a_click_picks_a_move():
    async with running(FakeEngine()) as (app, pilot):
        await on_compare(app, pilot)
        y = next(
            i
            for i, text in enumerate(grid(app).splitlines())
            if text.startswith("  C One-off") and "981" in text and "█" in text
        )
        await pilot.click(offset=(10, y))
        await until(app, pilot, "981 customers")


# -- the drawing, by hand --------------------------------------------------------------------------------------


def test_heights_are_in_proportion_and_never_nothing():
    assert heights([50, 25, 25], 8) == [4, 2, 2]
    assert heights([96, 2, 2], 10) == [8, 1, 1]
    assert heights([1, 1, 1], 2) == [1, 1, 1]
    assert heights([], 5) == []


def test_ribbons_by_hand():
    """A (60) splits into A (40) and B (20), B (20) stays: two rows, one, one; both stacks have them in this order."""
    flows = [Flow(0, 0, 40, "A", "a"), Flow(0, 1, 20, "A", "a"), Flow(1, 1, 20, "B", "b")]
    drawing = ribbons(flows, 5, 4)
    assert ["".join(text for text, _ in row) for row in drawing.rows] == ["AAAAA", "AAAAA", "AAAAA", "BBBBB"]
    assert (drawing.left, drawing.right) == ({0: 0, 1: 3}, {0: 0, 1: 2})


def test_ribbons_cross():
    drawing = ribbons([Flow(0, 1, 1, "A", "a"), Flow(1, 0, 1, "B", "b")], 9, 2)
    rows = ["".join(text for text, _ in row) for row in drawing.rows]
    assert (rows[0][0], rows[0][-1], rows[1][0], rows[1][-1]) == ("A", "B", "B", "A")
    # the bend is symmetric: half way both are on the lower row, where the later one lies on top
    assert rows[0].startswith("AAAA")
    assert rows[0].endswith("BBBB")


def test_a_blank_row_parts_segments_where_there_is_room():
    drawing = ribbons([Flow(0, 0, 1, "A", "a"), Flow(1, 1, 1, "B", "b")], 3, 5)
    assert ["".join(text for text, _ in row) for row in drawing.rows] == ["AAA", "AAA", "   ", "BBB", "BBB"]


def test_flows_under_six_percent_are_summed():
    found = fake_compare.comparison()
    drawn, rest = drawn_flows(found, 20)
    # 6 % of 18,412 are 1,104.7
    assert drawn == [(1, 1), (2, 2), (1, 4), (0, 0), (2, 3)]
    assert len(rest) == 13
    customers = 981 + 864 + 447 + 144 + 61 + 53 + 48 + 40 + 31 + 22 + 9 + 3 + 3
    text = flow_lines(found, 78, 20, (1, 4), UNICODE)[-1].text
    assert f"not drawn: {len(rest)} flows under 6 % each, {customers:,} customers" in text


def test_the_migration_table_by_hand():
    """A splits (four stay, two make D), C merges into B."""
    found = fake_compare.comparison(
        ((4, 0, 2), (0, 4, 0), (0, 3, 0)), ("x", "y", "z"), ("x", "y", "w"), ((0, 0), (1, 1)),
        letters=(("A", "B", "C"), ("A", "B", "D")),
    )  # fmt: skip
    lines = table_lines(found, shape(found, 80, 9, 0, 0), (0, 2), ("run 1", "run 2"), ASCII)
    cells = [one.text.split() for one in lines]
    assert cells[0] == ["run", "1", "\\", "run", "2", "A", "x", "B", "y", "D", "NEW", "w", "all"]
    assert cells[1] == ["A", "x", "*", "4", "67%", ".", ">", "2", "33%", "6"]
    assert cells[2] == ["B", "y", ".", "*", "4", "all", ".", "4"]
    assert cells[3] == ["C", "GONE", "z", ".", "3", "all", ".", "3"]
    assert cells[4] == ["in", "both", "4", "7", "2", "13"]


def test_a_move_between_equal_letters_says_whose_segment_it_is():
    found = fake_compare.comparison(((1, 5), (9, 1)), ("x", "y"), ("x", "y"), ((0, 1), (1, 0)))
    same = next(move for move in fake_compare.moves(found) if (move.row, move.column) == (0, 0))
    said = words.heading(found, same, ("run 1", "run 2"), ASCII)
    assert said == "A -> A (by overlap A of run 2 is B of run 1)"


# -- in earnest ------------------------------------------------------------------------------------------------


async def test_the_example_from_key_press_to_file(examples: Path, tmp_path: Path):
    """The real engine: two runs, their movers written and read back, and a delivered file against the present."""
    from segtui.recipe import GatherSpec, LabelledSpec, Recipe

    recipe = Recipe(gather=GatherSpec((SourceSpec(str(examples / "customers.csv")),)))
    app = make_app(FakeEngine(), recipe)
    app._make_session = lambda listener, state: Session(listener, state=state)
    async with app.run_test(size=(140, 40)) as pilot:
        await patiently(app, pilot, lambda: app.session is not None and app.session.shown is not None)
        await patiently(app, pilot, lambda: app.session.shown.exact)
        app.session.export(LabelledSpec(str(tmp_path / "labelled.csv")))
        await patiently(app, pilot, lambda: (tmp_path / "labelled.csv").exists())
        await pilot.press("4", "plus")
        await patiently(app, pilot, lambda: app.session.shown.exact and not app.session.stale)
        await pilot.press("c")
        await patiently(app, pilot, lambda: "ARI" in grid(app))
        runs = app.screen.compared.found
        await pilot.press("x", *["ctrl+u"], *str(tmp_path / "movers.csv"), "enter")
        await patiently(app, pilot, lambda: (tmp_path / "movers.csv").exists())
        with (tmp_path / "movers.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(runs.comparison.movers) > 0
        with (tmp_path / "labelled.csv").open(encoding="utf-8", newline="") as file:
            delivered = {row["customer_id"]: row["segment"] for row in csv.DictReader(file)}
        assert all(delivered[row["customer_id"]] == row["old_segment"] for row in rows)
        assert all(0.0 <= float(row["distance_ratio"]) <= 1.0 for row in rows)
        pairs = {(row["old_segment"], row["new_segment"]) for row in rows}
        moved = {(runs.comparison.before[m.row], runs.comparison.after[m.column]) for m in runs.moves}
        assert pairs == moved
        await pilot.press("colon", *f"compare {tmp_path / 'labelled.csv'}", "enter")
        await patiently(app, pilot, lambda: "labelled.csv: 4 segments" in grid(app))
        file_side = app.screen.compared.found
        assert file_side.comparison.table == runs.comparison.table  # the file is run 1
        assert not file_side.comparison.comparable


async def patiently(app: SegApp, pilot, ready) -> None:
    """As `until`, for the real engine."""
    for _ in range(6):
        try:
            await until(app, pilot, ready)
        except AssertionError:
            continue
        return
    raise AssertionError(f"never ready\n{grid(app)}")

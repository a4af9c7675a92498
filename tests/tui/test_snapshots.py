"""Every screen as text at 80x24 and 140x40, compared with goldens that a person has looked at.

SEGTUI_SNAPSHOTS=1 writes them again.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from segtui.tui.bridge import ERRANDS
from tests.tui.driving import ORDERS, grid, running, same_as_golden, until
from tests.tui.fake import FakeEngine

SIZES = [(80, 24), (140, 40)]

# name, the keys that lead there, what must be on screen before it is taken
PLACES = [
    ("data", ["1"], "taken for customers"),
    ("data_end", ["1", "G"], "l shows them."),
    ("features", ["2", "j", "j", "j"], "skewness 3.4 falls"),
    ("features_duplicate", ["2", *"jjjjjj"], "says nearly the same"),
    ("features_noise", ["2", *"jjjjjjj"], "probable noise"),
    ("features_taken_as", ["2", "G", "k", "e"], "What is country?"),
    ("features_no_value", ["2", *"jjjjj", "n"], "what then?"),
    ("scaling_lab", ["2", "L", "j"], "12 customers"),
    ("choose_k_empty", ["3"], "No sweep yet"),
    ("choose_k", ["3", "enter"], "suggested (s)"),
    ("choose_k_curve", ["3", "enter", "i"], "suggested (s)"),
    ("choose_k_suggested", ["3", "enter", "a"], "as suggested; yours was 4"),
    ("choose_k_range", ["3", "e"], "Range of k"),
    ("choose_k_structure", ["3", *"vvv"], "REPRODUCIBLE"),
    ("choose_k_convergence", ["3", "V", "j", "j"], "several near-equal"),
    ("segments", ["4"], "A   high recency"),
    ("segments_index", ["4", "i", "j"], "showing indexes"),
    ("segments_twelve", ["4", *["plus"] * 8], "k 12"),
    ("plots_map", ["5"], "overlap"),
    ("plots_features", ["5", "a", "a", "a"], "recency"),
    ("plots_sizes", ["5", "p"], "[sizes]"),
    ("plots_distribution", ["5", "p", "p"], "recency by segment: histogram"),
    ("plots_histogram_of_one", ["5", "p", "p", "j", "j"], "customers of B have a value"),
    ("plots_box", ["5", "p", "p", "v"], "within 1.5 IQR"),
    ("plots_ridge", ["5", "p", "p", "V"], "each to its own peak"),
    ("plots_levels", ["5", "p", "p", *"aaaaaaa"], "Norway"),
    ("plots_heat", ["5", "p", "p", "p"], "difference from everyone else"),
    ("plots_indexes", ["5", "p", "p", "p", "v"], "index: 100"),
    ("plots_centroids", ["5", "p", "p", "p", "V"], "means in original units"),
    ("plots_parallel", ["5", *"pppp"], "average of all"),
    ("plots_silhouettes", ["5", *"ppppp"], "enter lists the worst"),
    ("plots_convergence", ["5", *"pppppp"], "all customers"),
    ("runs", ["8", "plus", "S"], "n/c"),
    ("customers", ["4", "enter"], "row 1 of 1,000,000"),
    ("left_out", ["1", "l"], "Rows left out"),
    ("export", ["x"], "10000"),
    ("help", ["question_mark"], "Keys and commands"),
    ("help_searched", ["question_mark", *"weight"], "how loud"),
    ("command_line", ["colon", "k"], "Set the number of segments"),
    ("prompt", ["R"], "Seed (0 to"),
    ("messages", ["exclamation_mark"], "Messages"),
]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize(("name", "keys", "ready"), PLACES, ids=[place[0] for place in PLACES])
async def test_screen(name: str, keys: list[str], ready: str, size: tuple[int, int]):
    async with running(FakeEngine(), size) as (app, pilot):
        await opened(app, pilot)
        await pilot.press(*keys)
        await until(app, pilot, ready)
        await settled(app, pilot)
        same_as_golden(app, f"{name}_{size[0]}x{size[1]}")


# the views of a sweep that is complete
SWEPT = [
    ("choose_k_failed", ["G"], "k 12: only 11"),
    ("choose_k_picks", ["v", "j", "j"], "It favours round segments"),
    ("choose_k_tree", ["v", "v", "l"], "C at k 4"),
    ("choose_k_tree_end", ["v", "v", "G", "k"], "A at k 11"),
]


@pytest.mark.parametrize("plain", [False, True], ids=["unicode", "ascii"])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize(("name", "keys", "ready"), SWEPT, ids=[place[0] for place in SWEPT])
async def test_swept(name: str, keys: list[str], ready: str, size: tuple[int, int], plain: bool):
    async with running(FakeEngine(), size, ascii_only=plain) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("3", "enter")
        await until(app, pilot, "suggested (s)")
        await pilot.press(*keys)
        await until(app, pilot, ready)
        await settled(app, pilot)
        assert grid(app).isascii() or not plain
        same_as_golden(app, f"{'ascii_' if plain else ''}{name}_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_while_a_sweep_goes_on(size: tuple[int, int]):
    engine = FakeEngine()
    async with running(engine, size) as (app, pilot):
        await opened(app, pilot)
        with engine.held("further"):
            await pilot.press("3", "enter")
            await until(app, pilot, "9,206 rows")
            await drawn(app, pilot)
            same_as_golden(app, f"choose_k_pending_{size[0]}x{size[1]}")


# what segments know of later orders
PREDICTED = [
    ("prediction", 90, ["3", "p"], "linear"),
    ("prediction_active", 90, ["2", "j", "space", "3", "p", "i", "j"], "later active"),
    ("prediction_no_holdout", 0, ["3", "p"], ":holdout 90"),
]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize(("name", "days", "keys", "ready"), PREDICTED, ids=[place[0] for place in PREDICTED])
async def test_prediction(name: str, days: int, keys: list[str], ready: str, size: tuple[int, int]):
    recipe = replace(ORDERS, gather=replace(ORDERS.gather, holdout=days))
    async with running(FakeEngine(orders=True), size, recipe=recipe) as (app, pilot):
        await opened(app, pilot)
        await settled(app, pilot)
        await pilot.press(*keys)
        await until(app, pilot, ready)
        await settled(app, pilot)
        same_as_golden(app, f"{name}_{size[0]}x{size[1]}")


# the same on customers made of orders, products and customers
GATHERED = [
    ("gathered", ["1"], "75,012 rows"),
    ("gathered_columns", ["1", "space", "j", "j", "j"], "all values fit date m/d/y"),
    ("gathered_unread", ["1", "j", "j"], "could not be read"),
    ("gathered_join", ["1", *["j"] * 6], "such as 90071"),
    ("gathered_steps", ["1", *["j"] * 12, "c"], "counted:"),
    ("gathered_features", ["1", "G", "space", *["j"] * 5], "bought with a discount"),
    ("gathered_roles", ["1", "j", "e"], "who bought"),
    ("gathered_kinds", ["1", "e"], "one row per customer"),
    ("gathered_snapshot", ["1", "G", "k", "k", "e"], "as 2024-01-31"),
    ("gathered_changed", ["1", "j", "d"], "as chosen"),
    ("gathered_lines", ["1", *["j"] * 8, "enter"], "row 1 of 1,000,000"),
]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize(("name", "keys", "ready"), GATHERED, ids=[place[0] for place in GATHERED])
async def test_gathered(name: str, keys: list[str], ready: str, size: tuple[int, int]):
    async with running(FakeEngine(orders=True), size, recipe=ORDERS) as (app, pilot):
        await opened(app, pilot)
        await pilot.press(*keys)
        await until(app, pilot, ready)
        await settled(app, pilot)
        same_as_golden(app, f"{name}_{size[0]}x{size[1]}")


# features that are not numbers, and features that were made
WORDS = [
    ("features_ordinal", {"survey": True}, ["2", "G", "k"], "Never < Rarely < Sometimes"),
    ("features_labels", {"survey": True}, ["2", "G"], "collapsed to (other)"),
    ("features_made", {"orders": True}, ["2", "j", "j", "j"], "what was paid"),
]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize(("name", "engine", "keys", "ready"), WORDS, ids=[place[0] for place in WORDS])
async def test_features_in_words(
    name: str, engine: dict[str, bool], keys: list[str], ready: str, size: tuple[int, int]
):
    async with running(FakeEngine(**engine), size, recipe=ORDERS) as (app, pilot):
        await opened(app, pilot)
        await pilot.press(*keys)
        await until(app, pilot, ready)
        await settled(app, pilot)
        same_as_golden(app, f"{name}_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_ascii_scaling_lab(size: tuple[int, int]):
    async with running(FakeEngine(), size, ascii_only=True) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("2", "L", "j")
        await until(app, pilot, "12 customers")
        await settled(app, pilot)
        assert grid(app).isascii()
        same_as_golden(app, f"ascii_scaling_lab_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_customers_set_aside(size: tuple[int, int]):
    async with running(FakeEngine(), size) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("2", *"jjjjj", "n")
        await until(app, pilot, "what then?")
        await pilot.press("G", "enter")
        await until(app, pilot, "no value: aside")
        await until(app, pilot, lambda: not app.session.stale and app.session.shown.exact)
        await pilot.press("1", "G")
        await until(app, pilot, "2,265 customers: no value in discount_share")
        await settled(app, pilot)
        same_as_golden(app, f"set_aside_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_ascii_gathered(size: tuple[int, int]):
    async with running(FakeEngine(orders=True), size, recipe=ORDERS, ascii_only=True) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("1", *["j"] * 6)
        await until(app, pilot, "such as 90071")
        await settled(app, pilot)
        same_as_golden(app, f"ascii_gathered_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_while_it_is_read_again(size: tuple[int, int]):
    engine = FakeEngine(orders=True)
    async with running(engine, size, recipe=ORDERS) as (app, pilot):
        await opened(app, pilot)
        await settled(app, pilot)
        await pilot.press("1", *["j"] * 8)
        with engine.held("open"):
            await pilot.press("space")
            await until(app, pilot, "9,206 rows")
            same_as_golden(app, f"gathered_again_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_ascii_segments_and_map(size: tuple[int, int]):
    async with running(FakeEngine(), size, ascii_only=True) as (app, pilot):
        await opened(app, pilot)
        await settled(app, pilot)
        same_as_golden(app, f"ascii_segments_{size[0]}x{size[1]}")
        await pilot.press("5")
        await until(app, pilot, "overlap")
        await settled(app, pilot)
        same_as_golden(app, f"ascii_map_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize(("name", "keys"), [("distribution", "pp"), ("box", "ppv"), ("ridge", "ppV"), ("heat", "ppp")])
async def test_ascii_plots(name: str, keys: str, size: tuple[int, int]):
    async with running(FakeEngine(), size, ascii_only=True) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("5", *keys)
        await until(app, pilot, "18,412 customers")
        await settled(app, pilot)
        assert grid(app).isascii()
        same_as_golden(app, f"ascii_plots_{name}_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_while_the_file_is_read(size: tuple[int, int]):
    engine = FakeEngine()
    with engine.held("open"):
        async with running(engine, size) as (app, pilot):
            await until(app, pilot, "9,206 rows")
            same_as_golden(app, f"reading_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_while_a_new_answer_is_computed(size: tuple[int, int]):
    engine = FakeEngine()
    async with running(engine, size) as (app, pilot):
        await opened(app, pilot)
        with engine.held("first"):
            await pilot.press("plus")
            await until(app, pilot, "9,206 rows")
            same_as_golden(app, f"computing_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_an_error_to_be_read(size: tuple[int, int]):
    from segtui.errors import AnalysisError

    engine = FakeEngine()
    async with running(engine, size) as (app, pilot):
        await opened(app, pilot)
        engine.broken["first"] = AnalysisError(
            "k is 5, but the chosen features tell only 4 customers apart",
            hint="Choose k 4 or less, or switch on a feature that has more than four different values",
        )
        await pilot.press("plus")
        await until(app, pilot, "tell only 4 customers apart")
        await settled(app, pilot)
        same_as_golden(app, f"error_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_open_screen(size: tuple[int, int], tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with running(FakeEngine(), size, recipe=None) as (app, pilot):
        await until(app, pilot, "Try it")
        same_as_golden(app, f"open_{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", [(59, 20), (80, 15), (20, 5)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_too_small(size: tuple[int, int]):
    async with running(FakeEngine(), size) as (app, pilot):
        await until(app, pilot, "Enlarge")
        same_as_golden(app, f"tiny_{size[0]}x{size[1]}")


async def opened(app, pilot) -> None:
    """Wait for the exact answer and all that is known of it: what a test interrupts would else be up to chance."""
    await until(app, pilot, "exact")
    await until(app, pilot, lambda: app.session.assessment is not None)


async def settled(app, pilot) -> None:
    """Wait until nothing is computed and nothing is being drawn any more."""
    await until(app, pilot, lambda: app.session is not None and not app.session.busy and not app.session.background)
    await until(app, pilot, lambda: app.status.job is None)
    await drawn(app, pilot)


async def drawn(app, pilot) -> None:
    """Wait until no chart is being drawn and the screen stays as it is: a chart that came asks for the next one."""
    before, alike = "", 0
    while alike < 4:
        await until(app, pilot, lambda: all(thread.name != ERRANDS for thread in threading.enumerate()))
        await pilot.pause(0.02)
        shown = grid(app)
        before, alike = shown, alike + 1 if shown == before else 0

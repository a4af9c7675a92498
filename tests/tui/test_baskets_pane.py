"""The Baskets pane: mining when it is looked at, cut-offs, filters, stale results, views, export, and the real engine."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from segtui.basket_views import NetworkView, RuleFilter
from segtui.errors import AnalysisError
from segtui.recipe import BasketSpec, GatherSpec, Recipe, SourceSpec
from segtui.session.questions import BasketsQuestion, RuleBasketsQuestion, WorkQuestion
from segtui.session.session import Session
from segtui.tui.app import SegApp
from segtui.tui.panes import basket_words as words
from segtui.tui.panes.basket_drawings import PLAIN_DOTS, _legend, _level
from segtui.tui.screens import bars
from tests.tui import fake_baskets
from tests.tui.driving import ORDERS, gone, grid, running, same_as_golden, until
from tests.tui.fake import FakeEngine
from tests.tui.test_snapshots import opened, settled

SIZES = [(80, 24), (140, 40)]
EXAMPLES = Path(__file__).parents[2] / "examples"


def of_orders(size=(80, 24), engine=None, **more):
    """The app on the fake engine with customers made of orders."""
    return running(engine or FakeEngine(orders=True), size, recipe=ORDERS, **more)


async def shown(app, pilot, *keys: str) -> None:
    """Open the pane and press some keys once its rules and all shuffles are there."""
    await opened(app, pilot)
    await pilot.press("6")
    await until(app, pilot, "Teapot")
    await until(app, pilot, "(20 shuffles)")
    await pilot.press(*keys)


# -- words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("min_support", "0.005", 0.005),
        ("min_support", "0.5 %", 0.005),
        ("min_support", "0,5%", 0.005),
        ("min_confidence", ".5", 0.5),
        ("min_lift", "1.2", 1.2),
        ("max_length", "3", 3),
        ("consequents", "ANY", "any"),
        ("by", "category", "category"),
    ],
)
def test_cut_offs_are_read_as_they_are_typed(field, typed, value):
    found = words.with_cutoff(BasketSpec(), field, typed)
    assert isinstance(found, BasketSpec)
    assert getattr(found, field) == pytest.approx(value) if isinstance(value, float) else value
    again = words.with_cutoff(found, field, words.shown_cutoff(found, field))
    assert isinstance(again, BasketSpec)  # what a prompt shows can be taken as it stands


@pytest.mark.parametrize(
    ("field", "typed"),
    [("min_support", "0"), ("min_support", "2"), ("min_confidence", "x"), ("max_length", "1"), ("min_lift", "nan"),
     ("consequents", "two"), ("by", "colour"), ("min_count", "0")],
)  # fmt: skip
def test_cut_offs_that_cannot_be_are_refused(field, typed):
    assert isinstance(words.with_cutoff(BasketSpec(), field, typed), str)


def test_filters_are_read_and_written_alike():
    found = words.typed_filter('from:"red cup" to:plate len:3 seg:b mug', RuleFilter(sort="count", families=False))
    wanted = RuleFilter(("mug",), ("red cup",), ("plate",), 3, "B", families=False, sort="count")
    assert found == wanted
    assert words.typed_filter(words.filter_text(wanted), wanted) == wanted
    assert isinstance(words.typed_filter("len:9", RuleFilter()), str)
    assert isinstance(words.typed_filter('"open', RuleFilter()), str)
    assert isinstance(words.typed_filter("from:", RuleFilter()), str)
    assert words.typed_filter("LOCK-KEEPER'S", RuleFilter()) == RuleFilter(("LOCK-KEEPER'S",))


def test_measures_are_filtered_as_they_are_typed():
    found = words.typed_filter("lift>2.5 conf>=50% count>100 mug", RuleFilter())
    measured = (("lift", ">", 2.5), ("confidence", ">=", 0.5), ("count", ">", 100.0))
    assert found == RuleFilter(("mug",), measured=measured)
    assert words.typed_filter(words.filter_text(found), RuleFilter()) == found
    assert words.typed_filter("lift<=,5", RuleFilter()) == RuleFilter(measured=(("lift", "<=", 0.5),))
    assert isinstance(words.typed_filter("lift>much", RuleFilter()), str)
    assert words.typed_filter("mug=blue a<b", RuleFilter()) == RuleFilter(("mug=blue", "a<b"))  # no measures: texts


def test_a_tiny_support_is_written_out():
    assert words.shown_cutoff(BasketSpec(min_support=1e-9), "min_support") == "0.0000001 %"
    assert words.shown_cutoff(BasketSpec(min_support=0.005), "min_support") == "0.5 %"
    assert words.shown_cutoff(BasketSpec(min_support=1.0), "min_support") == "100 %"


@pytest.mark.parametrize("top", [1, 2, 3, 7, 20, 500])
def test_the_legend_of_the_scatter_has_the_signs_that_are_drawn(top):
    legend = dict(reversed(part.split(" ")) for part in _legend(top, PLAIN_DOTS).split("  "))
    least = {int(text.removesuffix("+")): sign for text, sign in legend.items()}
    for n in range(1, top + 1):
        assert PLAIN_DOTS[_level(n, top)] == least[max(at for at in least if at <= n)]


# -- mining -----------------------------------------------------------------------------------------------


async def test_nothing_is_mined_before_it_is_looked_at():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await opened(app, pilot)
        assert not any(isinstance(q, WorkQuestion | BasketsQuestion) for q in engine.replies)
        await shown(app, pilot)
        assert sum(isinstance(q, BasketsQuestion) for q in engine.replies) == 1


async def test_much_work_waits_for_a_key():
    engine = FakeEngine(orders=True)
    engine.sets = 3_000_000
    async with of_orders(engine=engine) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("6")
        await until(app, pilot, "enter mines all the same")
        assert "3.0M itemsets" in grid(app) or "3,000,000 itemsets" in grid(app)
        assert not any(isinstance(q, BasketsQuestion) for q in engine.replies)
        await pilot.press("enter")
        await until(app, pilot, "Teapot")


async def test_mining_can_be_stopped_and_started_again():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await opened(app, pilot)
        with engine.held("mine"):
            await pilot.press("6")
            await until(app, pilot, lambda: "mine" in engine.started and "ctrl+c stop" in grid(app))
            await pilot.press("ctrl+c")
            await until(app, pilot, "(enter starts")
        await pilot.press("enter")
        await until(app, pilot, "Teapot")


async def test_new_cut_offs_leave_the_old_rules_marked_until_the_new_ones_are_there():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await shown(app, pilot)
        with engine.held("mine"):
            app.run_command("set-support", "0.02")
            await until(app, pilot, "earlier cut-offs")
            assert "Teapot" in grid(app)
        await gone(app, pilot, "earlier cut-offs")
        assert app.session.recipe.baskets == BasketSpec(min_support=0.02)
        await pilot.press("u")
        await until(app, pilot, lambda: app.session.recipe.baskets == BasketSpec())
        await gone(app, pilot, "earlier cut-offs")


async def test_nothing_found_says_why_and_enter_asks_for_what_would_give_something():
    async with of_orders() as (app, pilot):
        await shown(app, pilot)
        app.run_command("set-support", "60 %")
        await until(app, pilot, "A support of 0.03 would give some pairs")
        await pilot.press("enter")
        await until(app, pilot, "Teapot")
        assert app.session.recipe.baskets.min_support == 0.03


async def test_a_failure_is_told_in_the_pane():
    engine = FakeEngine(orders=True)
    engine.broken["mine"] = AnalysisError("there are more than 5,000,000 pairs", hint="Raise the minimum support.")
    async with of_orders(engine=engine) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("6")
        await until(app, pilot, "5,000,000 pairs")
        await until(app, pilot, "(enter starts")


async def test_data_without_orders_says_what_is_needed():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("6")
        await until(app, pilot, "Baskets are made of order lines")
        assert not any(isinstance(q, WorkQuestion) for q in engine.replies)


# -- shuffles ---------------------------------------------------------------------------------------------


async def test_shuffles_start_by_themselves_arrive_one_by_one_and_can_be_stopped():
    engine = FakeEngine(orders=True)
    async with of_orders((140, 40), engine) as (app, pilot):
        await opened(app, pilot)
        with engine.held("shuffle 20"):
            await pilot.press("6")
            await until(app, pilot, "(1 shuffles)")
            assert "about 12" in grid(app)
            await pilot.press("C")
            await until(app, pilot, lambda: not app.session.shuffling)
        await pilot.press("j")
        assert not app.session.shuffling  # stopped by key, it stays so
        await pilot.press("C")
        await until(app, pilot, "(20 shuffles)")


# -- filters and views ------------------------------------------------------------------------------------


async def test_filters_are_part_of_the_question():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await shown(app, pilot, "slash", *"heron", "enter")
        await until(app, pilot, "2 of 6 rules")
        await pilot.press("w")
        await until(app, pilot, "1 of 6 rules")
        await pilot.press("d", "p", "P")
        app.run_command("sort-rules", "conf")
        kept = RuleFilter(
            ("heron",), reading="bundle", productive=True, families=False, folded=False, sort="confidence"
        )
        wanted = BasketsQuestion(BasketSpec(), kept)
        await until(app, pilot, lambda: wanted in engine.replies)
        await pilot.press("slash", "ctrl+u", "enter")
        await until(app, pilot, "3 of 6 rules")


async def test_enter_shows_the_baskets_of_the_rule():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await shown(app, pilot, "j", "enter")
        await until(app, pilot, "Baskets with Linden Honey")
        assert RuleBasketsQuestion(BasketSpec(), 1) in engine.replies
        await pilot.press("escape")
        await until(app, pilot, "Teapot")


async def test_the_segments_view_goes_over_segments_and_shows_rules():
    async with of_orders() as (app, pilot):
        await shown(app, pilot, "v")
        await until(app, pilot, "[A]")
        await until(app, pilot, "+23.7")
        await pilot.press("i")
        await until(app, pilot, "+21.0 points")
        await pilot.press("l")
        await until(app, pilot, "nothing could be tested")


@pytest.mark.parametrize(("away", "key"), [(1, "d"), (1, "enter"), (2, "slash"), (2, "s"), (2, "enter"), (3, "d")])
async def test_what_acts_on_rules_goes_to_them(away, key):
    async with of_orders() as (app, pilot):
        await shown(app, pilot, *["v"] * away)
        await settled(app, pilot)
        await pilot.press(key)
        await until(app, pilot, "[rules]")


async def test_what_filters_a_drawing_stays_there():
    async with of_orders() as (app, pilot):
        await shown(app, pilot, "v", "v", "v", "w")
        await until(app, pilot, "within families hidden (w)")
        assert "[scatter]" in grid(app)


async def test_a_segment_that_is_not_there_is_refused():
    async with of_orders() as (app, pilot):
        await shown(app, pilot)
        app.run_command("filter-rules", "seg:q")
        await until(app, pilot, "there is no segment Q; there are A, B, C, D")


async def test_data_without_baskets_offers_none_of_their_keys():
    async with running(FakeEngine(), (140, 40)) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("6")
        await until(app, pilot, "Baskets are made of order lines")
        assert not {"enter baskets", "s sort", "d fold"} & set(grid(app).splitlines()[-1].split("  "))
        await pilot.press("s")
        await until(app, pilot, "these data have no baskets")


async def test_the_note_below_takes_the_room_that_few_rules_leave(monkeypatch):
    """Four rules leave eleven lines of 80x24: a note of nine is whole."""
    told = fake_baskets.shuffled
    words_ = "in shuffled baskets " * 20 + "nothing else."
    monkeypatch.setattr(fake_baskets, "shuffled", lambda done: replace(told(done), words=f"{words_} (20 shuffles)"))
    async with of_orders() as (app, pilot):
        await shown(app, pilot)
        assert "nothing else. (20 shuffles)" in " ".join(grid(app).split())


async def test_the_network_says_that_it_draws_pairs(monkeypatch):
    monkeypatch.setattr(fake_baskets, "network", lambda: NetworkView((), 0, 0))
    async with of_orders() as (app, pilot):
        await shown(app, pilot)
        app.run_command("filter-rules", "len:3")
        app.run_command("next-view", "network")
        await until(app, pilot, "Pairs are drawn, and len: asks for rules of more items")


async def test_the_column_of_items_is_named():
    async with of_orders((140, 40)) as (app, pilot):
        await shown(app, pilot)
        assert "items by product, not by sku" in grid(app)
        await pilot.press("e")
        await until(app, pilot, "now items by product, not by sku")


async def test_uses_are_gone_over_and_what_cannot_be_said_says_why():
    async with of_orders() as (app, pilot):
        await shown(app, pilot, "v", "v")
        await until(app, pilot, "[bundles 120]")
        await pilot.press("l")
        await until(app, pilot, "[prompts 2]")
        await pilot.press("l")
        await until(app, pilot, "There are none at these cut-offs.")
        await pilot.press("l")
        await until(app, pilot, "these baskets have no customers.")
        await pilot.press("l", "y")
        await until(app, pilot, "[bundles 120]")


async def test_names_cannot_drive_the_terminal():
    async with of_orders((140, 40)) as (app, pilot):
        await shown(app, pilot, "G")
        await until(app, pilot, "Otter Grey")
        for key in ("v", "v", "v"):
            assert not {"\x1b", "\x9b", "\u202e"} & set(grid(app))
            await pilot.press(key)
            await settled(app, pilot)
        assert not {"\x1b", "\x9b", "\u202e"} & set(grid(app))


async def test_all_rules_are_written():
    engine = FakeEngine(orders=True)
    async with of_orders(engine=engine) as (app, pilot):
        await shown(app, pilot, "slash", *"heron", "enter")
        await until(app, pilot, "2 of 6 rules")
        app.run_command("export-rules", "/nowhere/rules.parquet")
        await until(app, pilot, lambda: bool(engine.tables))
        assert engine.tables == [(BasketsQuestion(BasketSpec()), "/nowhere/rules.parquet", False)]


def test_the_tabs_fit_80_columns():
    assert sum(len(key) + len(title) + 2 + len(bars.tab_gap(80)) for _, key, title in bars.TABS) <= 80


# -- snapshots --------------------------------------------------------------------------------------------

PLACES = [
    ("baskets", ["j", "j"], "A simpler rule"),
    ("baskets_segments", ["v"], "+23.7"),
    ("baskets_segment_rules", ["v", "i"], "+21.0 points"),
    ("baskets_uses", ["v", "v"], "bundles 120"),
    ("baskets_scatter", ["v", "v", "v"], "rules in a cell"),
    ("baskets_network", ["V"], "Shortbread"),
    ("baskets_cutoffs", ["e"], "Which cut-off?"),
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


async def test_the_story_of_the_examples_on_the_real_engine(tmp_path):
    """Reed Strainer with Kingfisher Teapot is planted in the shipped orders (examples/README.md)."""
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(EXAMPLES / "orders.csv")),)))
    app = SegApp(recipe, make_session=lambda listener, state: Session(listener, state=None))
    async with app.run_test(size=(140, 40)) as pilot:
        await long(app, pilot, "exact")
        await pilot.press("6")
        await long(app, pilot, "Kingfisher Teapot")
        await long(app, pilot, "shuffles")
        app.run_command("set-support", "0.005")
        await long(app, pilot, lambda: app.session.recipe.baskets.min_support == 0.005)
        await long(app, pilot, lambda: app.session.found(BasketsQuestion(app.session.recipe.baskets)) is not None)
        await pilot.press("enter")
        await long(app, pilot, "Baskets with")
        await pilot.press("escape")
        path = tmp_path / "rules.csv"
        app.run_command("export-rules", str(path))
        await long(app, pilot, path.exists)
        page = app.session.found(BasketsQuestion(app.session.recipe.baskets))
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == page.found > page.row_count
        pair = next(r for r in rows if (r["antecedent"], r["consequent"]) == ("Kingfisher Teapot", "Reed Strainer"))
        n = page.baskets
        lift = int(pair["count"]) * n / (int(pair["antecedent_count"]) * int(pair["consequent_count"]))
        assert float(pair["lift"]) == pytest.approx(lift)
        await pilot.press("v")
        await long(app, pilot, "as a share of what is bought")
        await pilot.press("v")
        await long(app, pilot, "[bundles ")
        await pilot.press("v")
        await long(app, pilot, "rules in a cell")
        await pilot.press("v")
        await long(app, pilot, "with the most extra baskets")


async def long(app, pilot, what) -> None:
    """`until`, with the patience that real fits need."""
    for _ in range(3):
        try:
            await until(app, pilot, what)
        except AssertionError:
            continue
        return
    await until(app, pilot, what)

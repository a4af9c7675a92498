"""Tables of baskets without customers, on the real engine: they open, Baskets works, and everything else says why not."""

from __future__ import annotations

import csv

import pytest

from segtui.basket_views import RuleFilter
from segtui.progress import finish
from segtui.recipe import BasketSpec, GatherSpec, Recipe, SourceSpec
from segtui.session import autosave
from segtui.session.questions import BasketsQuestion, RuleBasketsQuestion
from segtui.session.session import Session
from segtui.tui.app import SegApp
from segtui.tui.commands import PANES
from tests.tui.driving import gone, grid, until

BASKETS = {1: "bread milk", 2: "bread milk", 3: "bread milk tea", 4: "tea", 5: "jam tea", 6: "milk"}
"""bread → milk: 3 of 3 baskets, milk is in 4 of 6: lift 1.5, one basket more than by shares alone."""


@pytest.fixture
def table(tmp_path):
    """A file with one row per item of a basket."""
    path = tmp_path / "till.csv"
    rows = [f"{basket},{item}" for basket, items in BASKETS.items() for item in items.split()]
    path.write_text("\n".join(["basket,item", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def listed(tmp_path):
    """The same baskets, a row each."""
    path = tmp_path / "listed.csv"
    rows = [f'{basket},"{", ".join(items.split())}"' for basket, items in BASKETS.items()]
    path.write_text("\n".join(["basket,items", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def people(tmp_path):
    """Customers who have nothing to do with the baskets."""
    path = tmp_path / "customers.csv"
    rows = [f"c{i:02},{20 + 7 * i % 41},{100 + 13 * i % 97}" for i in range(60)]
    path.write_text("\n".join(["customer_id,age,spend", *rows]) + "\n", encoding="utf-8")
    return path


def of(*paths, **more) -> Recipe:
    return Recipe(gather=GatherSpec(tuple(SourceSpec(str(path)) for path in paths)), **more)


def app_on(recipe: Recipe, state=None, **more) -> SegApp:
    return SegApp(recipe, state=state, make_session=lambda listener, s: Session(listener, state=s), **more)


async def rules_shown(app, pilot) -> None:
    """Wait for the rules: "bread" alone stands in the preview too, before the app goes to Baskets by itself."""
    await until(app, pilot, lambda: app.screen.place == "baskets" and "bread" in grid(app))


@pytest.mark.parametrize("written", ["table", "listed"])
async def test_it_opens_on_the_baskets_pane_and_everything_there_works(request, written, tmp_path):
    app = app_on(of(request.getfixturevalue(written)))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(app, pilot, "[rules]")
        assert app.screen.place == "baskets"
        await rules_shown(app, pilot)
        await until(app, pilot, "in 20 shuffles")
        assert "0 customers" not in grid(app)
        page = app.session.found(BasketsQuestion(BasketSpec()))
        rule = next(r for r in page.rows(0, page.row_count) if (r.antecedent, r.consequent) == (("bread",), ("milk",)))
        assert (rule.count, rule.confidence) == (3, 1.0)
        assert (rule.lift, rule.extra) == (pytest.approx(1.5), pytest.approx(1.0))
        for view, seen in (
            ("segments", "no segments to tell apart"),
            ("uses", "[bundles"),
            ("scatter", "rules in a cell"),
            ("network", "most extra baskets"),
        ):
            app.run_command("next-view", view)
            await until(app, pilot, seen)
        app.run_command("next-view", "rules")
        app.run_command("filter-rules", "from:bread to:milk len:2")
        await until(app, pilot, "1 of ")
        await pilot.press("enter")
        await until(app, pilot, "3 of 6")
        assert finish_rows(app, rule.number) == [("1", 2), ("2", 2), ("3", 3)]
        await pilot.press("escape")
        path = tmp_path / "rules.csv"
        app.run_command("export-rules", str(path))
        await until(app, pilot, path.exists)
        with path.open(encoding="utf-8", newline="") as file:
            rows = {(r["antecedent"], r["consequent"]): r for r in csv.DictReader(file)}
        assert float(rows["bread", "milk"]["lift"]) == pytest.approx(1.5)


def finish_rows(app, number):
    """Basket and size of what is listed for a rule; nobody's name stands beside it."""
    page = app.session.found(RuleBasketsQuestion(BasketSpec(), number))
    assert [column.title for column in page.columns] == ["basket", "size", "items"]
    return [(str(row[0]), row[1]) for row in page.rows(0, page.row_count)]


async def test_productive_rules_alone_are_shown_on_a_key(tmp_path):
    """Of 100 baskets 20 have cup and plate; 30 have tea, dealt evenly, so that it adds nothing to cup → plate."""
    path = tmp_path / "till.csv"
    rows = [f"{i},{item}" for i in range(100) for item in (("cup", "plate") if i % 5 == 0 else ("jam",))]
    rows += [f"{i},tea" for i in range(100) if i % 10 in (0, 1, 2)]
    path.write_text("\n".join(["basket,item", *rows]) + "\n", encoding="utf-8")
    app = app_on(of(path))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(app, pilot, "Productive: every item before the arrow adds to it")
        await pilot.press("d")
        await until(app, pilot, "cup + tea")
        await pilot.press("P")
        await until(app, pilot, "productive (P)")
        await gone(app, pilot, "cup + tea")
        page = app.session.found(BasketsQuestion(BasketSpec(), RuleFilter(productive=True, folded=False)))
        assert {(r.antecedent, r.consequent) for r in page.rows(0, page.row_count)} == {
            (("cup",), ("plate",)),
            (("plate",), ("cup",)),
        }
        app.run_command("filter-rules", "from:tea")
        await until(app, pilot, "P takes that off")
        await pilot.press("P")
        await until(app, pilot, "tea")


async def test_a_filter_by_segment_is_refused(table):
    app = app_on(of(table))
    async with app.run_test(size=(100, 30)) as pilot:
        await rules_shown(app, pilot)
        app.run_command("filter-rules", "seg:A")
        await until(app, pilot, "have no customers")
        await gone(app, pilot, "filtering")


@pytest.mark.parametrize("plain", [False, True])
async def test_every_other_pane_says_why_and_no_key_does_harm(table, plain):
    app = app_on(of(table), ascii_only=plain)
    async with app.run_test(size=(80, 24)) as pilot:
        await rules_shown(app, pilot)
        for place in PANES:
            app.run_command("go-" + place.replace("_", "-"))
            await until(app, pilot, lambda place=place: app.screen.place == place)
            if place not in ("data", "baskets", "runs"):
                await until(app, pilot, "This table has baskets and no customers")
            assert grid(app).isascii() or not plain
            if not plain and place not in ("data", "baskets"):
                await pilot.press(*"+KRSbcaewsdOnWTLipvhCG]<x", "enter")
            assert app.screen.place == place
        assert app.session.recipe.cluster == Recipe().cluster
        assert len(app.session.runs) == 1


async def test_cut_offs_are_steps_that_undo_takes_back_and_that_are_saved(table, tmp_path):
    app = app_on(of(table), state=tmp_path / "state")
    async with app.run_test(size=(100, 30)) as pilot:
        await rules_shown(app, pilot)
        app.run_command("set-support", "0.6")
        await until(app, pilot, "No rules")
        assert app.session.recipe.baskets.min_support == 0.6
        assert [run.label for run in app.session.runs] == ["opened", "baskets: support 60 %"]
        app.session.save()
        (saved,) = autosave.offered(tmp_path / "state")
        assert saved.recipe.baskets.min_support == 0.6
        await pilot.press("u")
        await rules_shown(app, pilot)
        assert app.session.recipe.baskets == BasketSpec()
        app.session.resume(saved)
        await until(app, pilot, "No rules")
        assert app.screen.place == "baskets"
        assert app.session.recipe == saved.recipe


async def test_a_column_can_be_named_as_the_customer_and_taken_back(table):
    app = app_on(of(table))
    async with app.run_test(size=(100, 30)) as pilot:
        await rules_shown(app, pilot)
        await pilot.press("1")
        app.run_command("set-role", "basket customer_id")
        await until(app, pilot, lambda: app.session.dataset.customers == 6)
        await until(app, pilot, lambda: app.session.shown is not None or app.session.busy is None)
        await pilot.press("u")
        await until(app, pilot, lambda: app.session.dataset.baskets_only)
        assert app.session.shown is None
        await pilot.press("4")
        await until(app, pilot, "This table has baskets and no customers")
        await pilot.press("6")
        await rules_shown(app, pilot)


async def test_baskets_beside_customers_who_did_not_fill_them(table, people):
    app = app_on(of(people, table))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(app, pilot, "exact")
        assert app.screen.place == "segments"
        await pilot.press("6")
        await rules_shown(app, pilot)
        await until(app, pilot, "in 20 shuffles")
        app.run_command("next-view", "segments")
        await until(app, pilot, "have no customers")
        app.run_command("next-view", "uses")
        await until(app, pilot, "[bundles")


def test_without_a_screen_there_is_still_an_error(table):
    from segtui.errors import AnalysisError
    from segtui.pipeline import Pipeline

    with pytest.raises(AnalysisError, match="no customers"):
        finish(Pipeline().open(of(table)))

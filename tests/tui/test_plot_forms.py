"""The Plots pane as a person uses it: forms, axes by name, scrolling, copies, and plots as files."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from segtui.session.questions import DistributionQuestion, MapQuestion
from segtui.tui.panes.plots import PlotsPane
from tests.tui.driving import gone, grid, running, until
from tests.tui.fake import FakeEngine


async def typed(app, pilot, command: str) -> None:
    await pilot.press(
        "colon",
        *[{" ": "space", "/": "slash", ".": "full_stop", "_": "underscore"}.get(c, c) for c in command],
        "enter",
    )


def pane(app) -> PlotsPane:
    found = app.screen.pane
    assert isinstance(found, PlotsPane)
    return found


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_forms_of_the_distribution(size, plain):
    async with running(FakeEngine(), size=size, ascii_only=plain) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5", "p", "p")
        await until(app, pilot, "recency by segment: histogram")
        await until(app, pilot, "all 18,412 customers counted")
        await pilot.press("j", "j")
        await until(app, pilot, "customers of B have a value")
        await pilot.press("v")
        await until(app, pilot, "recency by segment: box")
        await until(app, pilot, "within 1.5 IQR")
        await pilot.press("v")
        await until(app, pilot, "each to its own peak")
        await pilot.press("v")
        await until(app, pilot, "histogram")
        await pilot.press("V")
        await until(app, pilot, "ridge")
        assert grid(app).isascii() or not plain


async def test_who_has_no_value_is_said():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5")
        await typed(app, pilot, "axes discount_share")
        await until(app, pilot, "discount_share by segment")
        await until(app, pilot, "16,147 of 18,412 customers, 2,265 without a value")


async def test_axes_by_name_and_by_step():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5")
        await typed(app, pilot, "axes monetary pc2")
        await until(
            app,
            pilot,
            lambda: any(
                isinstance(q, MapQuestion) and (q.x, q.y) == ("monetary", "component 2") for q in engine.replies
            ),
        )
        await until(app, pilot, "up: component 2")
        await pilot.press("a", "A")
        await until(app, pilot, "up: component 2")
        assert pane(app).map.map.own is None
        await typed(app, pilot, "axes monetary nothing")
        await until(app, pilot, "axes are two features")


async def test_the_map_is_asked_for_once():
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5")
        await until(app, pilot, "all 18,412 customers counted")
        for _ in range(5):
            await pilot.pause()
        assert len({(q.columns, q.rows) for q in engine.replies if isinstance(q, MapQuestion)}) == 1


async def test_the_heat_map_scrolls_to_segments_out_of_sight():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5", *["plus"] * 8, "p", "p", "p")
        await until(app, pilot, "segments 1 to 6 of 12")
        await pilot.press(*["greater_than_sign"] * 9)
        await until(app, pilot, "segments 7 to 12 of 12")
        await pilot.press("less_than_sign")
        await until(app, pilot, "segments 6 to 11 of 12")
        await pilot.press("v")
        await until(app, pilot, "index: 100 = the mean")
        await pilot.press("v")
        await until(app, pilot, "means in original units")


async def test_a_form_by_name_and_one_that_is_none():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5")
        await typed(app, pilot, "form indexes")
        await until(app, pilot, "index: 100 = the mean")
        await typed(app, pilot, "form ridge")
        await until(app, pilot, "each to its own peak")
        await typed(app, pilot, "form pie")
        await until(app, pilot, "no form is called pie")
        await typed(app, pilot, "plot sizes")
        await until(app, pilot, "[sizes]")
        await pilot.press("v")
        await until(app, pilot, "one form only")


async def test_a_copy_is_plain_text_with_title_and_caption():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5")
        for plot in ("map", "sizes", "distribution", "heat", "parallel", "silhouettes", "convergence"):
            await typed(app, pilot, f"plot {plot}")
            await until(app, pilot, lambda: not pane(app).view.pending)
            text, what = pane(app).copied(whole=False)
            assert text.splitlines()[0].endswith("customers.csv, 4 segments, seed 0")
            assert "customers" in text.splitlines()[-1] or "misfit" in text
            assert "\x1b" not in text
            assert "v form" not in text
            assert what.endswith("as text")
            table, _ = pane(app).copied(whole=True)
            widths = {line.count("\t") for line in table.splitlines()}
            assert len(widths) == 1
            assert widths.pop() >= 3


async def test_the_table_of_a_histogram_counts_everybody():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5", "p", "p")
        await until(app, pilot, "all 18,412 customers counted")
        shown = app.session.found(DistributionQuestion("recency", 35))
        table, _ = pane(app).copied(whole=True)
        rows = [line.split("\t") for line in table.splitlines()[1:]]
        assert sum(int(cell) for row in rows for cell in row[2:]) == sum(map(sum, shown.counts))


async def test_a_plot_is_written_and_replaced_only_when_told(tmp_path):
    path = tmp_path / "map.svg"
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5")
        await until(app, pilot, "all 18,412 customers counted")
        pane(app).do_plot_svg(str(path))
        await until(app, pilot, "plot written to")
        root = ElementTree.parse(path).getroot()
        assert "18,412 customers" in "".join(root.itertext())
        path.write_text("mine")
        pane(app).do_plot_svg(str(path))
        await until(app, pilot, "exists: type yes")
        await pilot.press("escape")
        await gone(app, pilot, "exists: type yes")
        assert path.read_text() == "mine"
        pane(app).do_plot_svg(str(path))
        await until(app, pilot, "exists: type yes")
        await pilot.press(*"yes", "enter")
        await until(app, pilot, lambda: path.read_text() != "mine")
        assert [entry.name for entry in tmp_path.iterdir()] == ["map.svg"]


async def test_a_name_is_proposed_and_an_ending_added(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5", "p", "p", "v")
        await until(app, pilot, "within 1.5 IQR")
        await pilot.press("s")
        await until(app, pilot, "customers_distribution_box.svg")
        await pilot.press("enter")
        await until(app, pilot, lambda: (tmp_path / "customers_distribution_box.svg").exists())
        pane(app).do_plot_svg("other")
        await until(app, pilot, lambda: (tmp_path / "other.svg").exists())


async def test_what_cannot_be_written_is_said(tmp_path):
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5", "p")
        pane(app).do_plot_svg("/nowhere/at/all.svg")
        await until(app, pilot, "folder does not exist")


async def test_a_file_holds_rows_and_segments_out_of_sight_and_hostile_names(tmp_path):
    path = tmp_path / "heat.svg"
    async with running(FakeEngine(odd=True)) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5", *["plus"] * 8, "p", "p", "p")
        await until(app, pilot, "segments 1 to 6 of 12")
        await until(app, pilot, "exact")
        pane(app).do_plot_svg(str(path))
        await until(app, pilot, lambda: path.exists())
        text = path.read_text(encoding="utf-8")
        words = list(ElementTree.fromstring(text).itertext())
        assert {segment.letter for segment in app.session.shown.profile.segments} <= set(" ".join(words).split())
        assert any("ACME [/bold]" in word for word in words)
        assert "\x1b" not in text
        assert "scroll" not in text
        assert pane(app).view.left == 0


async def test_a_plot_that_is_not_there_yet_is_not_written(tmp_path):
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await until(app, pilot, "exact")
        await until(app, pilot, lambda: app.session.assessment is not None)
        with engine.held("reply"):
            await pilot.press("5", "p", "p")
            await until(app, pilot, "counting")
            pane(app).do_plot_svg(str(tmp_path / "x.svg"))
            await until(app, pilot, lambda: any("still being drawn" in entry.text for entry in app.status.log))
        await until(app, pilot, "all 18,412 customers counted")
        assert not list(tmp_path.iterdir())

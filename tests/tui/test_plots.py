"""The plots drawn in text: where letters and columns stand, by hand, and what the pane asks for."""

from __future__ import annotations

import pytest

from segtui.results import Profile, ProfileColumn, Segment
from segtui.session.questions import MisfitsQuestion, SilhouetteQuestion
from segtui.tui.charset import ASCII, UNICODE
from segtui.tui.panes.parallel_plot import axis_line, nearest_free, order, places
from segtui.tui.panes.silhouette_plot import curve_runs
from tests.tui.driving import grid, running, until
from tests.tui.fake import FakeEngine


def profile(*means: float, mean: float = 10.0, spread: float = 2.0) -> Profile:
    column = ProfileColumn("spend", None, True, mean, spread)
    segments = tuple(
        Segment(letter, j, "", "", 1, 0.5, (value,), (None,), (None,))
        for j, (letter, value) in enumerate(zip("ABCDEF", means, strict=False))
    )
    return Profile((column,), segments, 1)


def test_letters_stand_where_their_means_lie():
    # 5 standard deviations on 51 cells: ten to each; the middle is cell 25
    assert places(profile(10.0, 12.0, 7.0), 0, 51) == [25, 35, 10]
    assert places(profile(99.0, -99.0), 0, 51) == [50, 0]  # beyond the ends


def test_a_crowded_letter_takes_the_next_free_cell():
    assert places(profile(10.0, 10.0, 10.0, 10.0), 0, 51) == [25, 26, 24, 27]
    assert nearest_free(0, {0, 1}, 5) == 2
    assert nearest_free(4, {4}, 5) == 3
    with pytest.raises(ValueError, match="taken"):
        nearest_free(0, {0, 1}, 2)


def test_what_has_no_place_is_not_drawn():
    assert places(profile(float("nan"), 10.0), 0, 51) == [None, 25]
    assert places(profile(10.0, spread=0.0), 0, 51) == [None]
    assert places(profile(10.0, 10.0, 10.0), 0, 2) == [0, 1, None]  # more segments than cells


def test_a_line_of_parallel_coordinates():
    drawn = axis_line(profile(10.0, 12.0, 7.0), 0, "spend", "> ", ASCII, 30, 10).text
    # 16 cells: the average at 7.5, +1 sd at 10.5, -1.5 sd at 3
    assert drawn == "> spend      ---C----A-B-----"


def test_numbers_that_made_the_clusters_come_first():
    columns = (
        ProfileColumn("city", "Paris", True, 0.5, 0.5),
        ProfileColumn("age", None, False, 1.0, 1.0),
        ProfileColumn("spend", None, True, 1.0, 1.0),
    )
    assert order(Profile(columns, (), 1)) == [2, 0, 1]


def test_a_curve_says_below_zero_without_colour():
    runs = curve_runs((1.0, 0.5, 0.0, -0.1, -0.9), UNICODE, "seg1")
    assert runs == [("█▅▁", "seg1"), ("▾▾", "warn")]
    assert curve_runs((1.0, -0.1), ASCII, "seg1")[1] == ("v", "warn")
    assert curve_runs((0.9,), UNICODE, "seg1") == [("▇", "seg1")]


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_silhouettes_and_their_misfits(size):
    engine = FakeEngine()
    async with running(engine, size=size) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5", "p", "p", "p", "p", "p")
        await until(app, pilot, "misfits, enter lists the worst")
        assert "silhouette with" in grid(app)
        asked = [q for q in engine.replies if isinstance(q, SilhouetteQuestion)]
        assert asked
        await pilot.press("enter")
        await until(app, pilot, "Misfits: nearer to another segment")
        assert any(isinstance(q, MisfitsQuestion) for q in engine.replies)


async def test_misfits_are_listed_from_the_silhouettes_only():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5", "enter")
        await until(app, pilot, "misfits are listed from the silhouettes")


async def test_parallel_coordinates_in_the_pane():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("5", "p", "p", "p", "p")
        await until(app, pilot, "[parallel]")
        await until(app, pilot, "average of all")
        assert "recency" in grid(app)

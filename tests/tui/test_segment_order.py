"""The order of the segment table: by any column, either way, those without a value last."""

from __future__ import annotations

from dataclasses import replace

from segtui.results import Profile, ProfileColumn, Segment
from segtui.tui.panes.segment_order import Sort, choices, ordered
from tests.tui.driving import gone, grid, running, until
from tests.tui.fake import FakeEngine


def segment(letter: str, name: str, size: int, spend: float, fr: float, revenue: float | None) -> Segment:
    nothing = (None, None)
    return Segment(
        cluster=ord(letter) - 65, letter=letter, name=name, auto_name=name, size=size, share=0.1,
        means=(spend, fr), indexes=nothing, differences=(spend - 10, None), revenue_share=revenue,
    )  # fmt: skip


COLUMNS = (
    ProfileColumn("spend", None, True, 10.0, 1.0),
    ProfileColumn("country", "FR", False, 0.5, 0.0),
)
PROFILE = Profile(
    COLUMNS,
    (
        segment("A", "middling", 5, 10.0, 0.2, 0.3),
        segment("B", "Zealous", 9, 30.0, 0.9, None),
        segment("C", "absent", 7, 20.0, 0.2, 0.6),
    ),
    21,
)


def letters(by: str, backwards: bool = False, measure: str = "mean") -> str:
    stable = {"A": 0.5, "C": 0.9}
    column = by in ("spend", "country=FR") or by.startswith("a column")
    found = ordered(PROFILE, Sort(by, column, backwards), measure, lambda one: stable.get(one.letter))
    return "".join(one.letter for one in found)


def test_by_everything_either_way() -> None:
    assert (letters("letter"), letters("letter", True)) == ("ABC", "CBA")
    assert (letters("name"), letters("name", True)) == ("CAB", "BAC")
    assert (letters("size"), letters("size", True)) == ("BCA", "ACB")
    assert (letters("spend"), letters("spend", True)) == ("BCA", "ACB")


def test_without_a_value_is_last_and_equals_stay_in_letter_order() -> None:
    assert (letters("revenue"), letters("revenue", True)) == ("CAB", "ACB")
    assert (letters("stability"), letters("stability", True)) == ("CAB", "ACB")
    assert letters("country=FR") == "BAC"
    assert letters("country=FR", measure="difference") == "ABC"
    assert letters("a column that went") == "ABC"


def test_the_same_again_turns_it_round() -> None:
    size, spend = Sort("size"), Sort("spend", column=True)
    assert Sort().then(size) == size
    assert size.then(size) == replace(size, backwards=True)
    assert replace(size, backwards=True).then(size) == size
    assert replace(size, backwards=True).then(spend) == spend


def test_a_column_that_is_called_like_one_of_ours_is_another_choice() -> None:
    named = [one.by for one, _ in choices(PROFILE)]
    assert named == ["letter", "name", "size", "stability", "revenue", "spend", "country=FR"]
    renamed = replace(PROFILE, columns=(replace(COLUMNS[0], feature="revenue"), COLUMNS[1]))
    both = [one for one, _ in choices(renamed) if one.by == "revenue"]
    assert both == [Sort("revenue"), Sort("revenue", column=True)]

    def told(sort: Sort) -> str:
        return "".join(one.letter for one in ordered(renamed, sort, "mean", lambda one: None))

    assert [told(sort) for sort in both] == ["CAB", "BCA"]  # the share of all revenue, and the mean of the column


async def test_the_table_is_sorted_and_the_cursor_stays_with_its_segment():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("4", "j")
        profile = app.session.shown.profile
        by_size = [one.letter for one in sorted(profile.segments, key=lambda one: -one.size)]

        def rows() -> list[str]:
            start = next(i for i, text in enumerate(grid(app).splitlines()) if "Seg Name" in text)
            return [text[2] for text in grid(app).splitlines()[start + 1 : start + 1 + len(by_size)]]

        app.run_command("sort-segments", "size")
        await until(app, pilot, "sorted by size")
        assert rows() == by_size
        app.run_command("sort-segments", "size")
        await until(app, pilot, "the other way round")
        assert rows() == by_size[::-1]
        here = next(text for text in grid(app).splitlines() if text.startswith("> "))
        assert here[2] == profile.segments[1].letter
        app.run_command("sort-segments", "nonsense")
        await until(app, pilot, "there is no column nonsense to sort by")
        await pilot.press("s")
        await until(app, pilot, "Sort the segments by")
        await pilot.press("g", "enter")
        await until(app, pilot, "sorted by letter")


async def test_enter_leads_to_the_typical_and_to_those_near_a_border():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("4", "enter")
        await until(app, pilot, "row 1 of")
        await pilot.press("v")
        await until(app, pilot, "the most typical, nearest to the centroid")
        await pilot.press("v")
        await until(app, pilot, "near a border, and the smallest change that moves them")
        await pilot.press("v")
        await gone(app, pilot, "near a border")
        await pilot.press("q")

"""The order of the segment table: by any column, either way, those without a value last."""

from __future__ import annotations

from dataclasses import replace

from segtui.results import Profile, ProfileColumn, Segment
from segtui.tui.panes.segment_order import Sort, choices, ordered
from tests.tui.driving import grid, running, until
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
    found = ordered(PROFILE, Sort(by, backwards), measure, lambda one: stable.get(one.letter))
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
    assert Sort().then("size") == Sort("size")
    assert Sort("size").then("size") == Sort("size", backwards=True)
    assert Sort("size", backwards=True).then("spend") == Sort("spend")


def test_what_is_offered() -> None:
    named = [name for name, _ in choices(PROFILE)]
    assert named == ["letter", "name", "size", "stability", "revenue", "spend", "country=FR"]
    renamed = replace(PROFILE, columns=(replace(COLUMNS[0], feature="size"), COLUMNS[1]))
    assert [name for name, _ in choices(renamed)].count("size") == 1


async def test_the_table_is_sorted_and_the_cursor_stays_with_its_segment():
    async with running(FakeEngine()) as (app, pilot):
        await until(app, pilot, "exact")
        await pilot.press("4", "j")
        rows = [text[2] for text in grid(app).splitlines() if text[:2] in ("> ", "  ") and text[3:4] == " "]
        app.run_command("sort-segments", "size")
        await until(app, pilot, "sorted by size")
        app.run_command("sort-segments", "size")
        await until(app, pilot, "the other way round")
        assert next(text for text in grid(app).splitlines() if text.startswith("> "))[2] == rows[1]
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
        await until(app, pilot, "customers")
        await pilot.press("q")

"""Every play by a worked example, gates open and shut on planted data, and what is said where data lack something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui.decide import arms, playbook
from segtui.decide.campaign_overlaps import overlaps
from segtui.decide.campaigns import campaigns, order_value, wanted
from segtui.decide.playbook_facts import Facts, truth
from segtui.decide.playbook_only import said
from segtui.decided.campaigns import Campaigns, Inputs, Only, Proposal
from segtui.errors import UsageError
from segtui.explain.profile import ProfileCache, profile
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import ClusterSpec, GatherSpec, Recipe, SourceSpec
from tests.decide.making import dataset, labels, profile_of, segment

BOOK = playbook.load(None)
Columns = Mapping[str, tuple[float, float]]


def fits(play: str, columns: Columns, structure: bool | None = None, **shares: float | None) -> bool | None:
    facts = profile_of(columns, **shares)
    facts = Facts(facts.profile, {}, facts.medians, {**facts.has, "structure": structure})
    found = next(one for one in BOOK.plays if one.id == play)
    return truth(found.when, facts, facts.profile.segments[0])


# -- each play: just inside, just outside; the segment is a quarter of all customers -----------------------------------

ACTIVE = {"recency": (50.0, 50.0), "frequency": (4.0, 4.0)}
LAPSED = {"recency": (100.0, 50.0), "frequency": (1.5, 4.0)}
DUE = {"recency": (40.0, 80.0), "frequency": (3.0, 4.0), "typical_gap": (50.0, 60.0)}


@pytest.mark.parametrize(
    ("play", "columns", "revenue", "expected"),
    [
        ("early-access", ACTIVE, 0.375, True),  # 1.5 * .25
        ("early-access", ACTIVE, 0.37, False),
        ("early-access", {**ACTIVE, "recency": (51, 50)}, 0.5, False),
        ("early-access", {**ACTIVE, "frequency": (3.9, 4)}, 0.5, False),
        ("early-access", ACTIVE, None, None),
        ("personal-note", {"recency": (51, 50)}, 0.375, True),
        ("personal-note", {"recency": (50, 50)}, 0.375, False),
        ("personal-note", {"recency": (51, 50)}, 0.37, False),
        ("second-order", {"recency": (50, 50), "frequency": (1.9, 4)}, None, True),
        ("second-order", {"recency": (50, 50), "frequency": (2, 4)}, None, False),
        ("second-order", {"recency": (51, 50), "frequency": (1, 4)}, None, False),
        ("replenishment", DUE, None, True),  # 40 = .8 * 50
        ("replenishment", {**DUE, "recency": (39, 80)}, None, False),
        ("replenishment", {**DUE, "recency": (75, 80)}, None, True),  # 1.5 * 50
        ("replenishment", {**DUE, "recency": (76, 80)}, None, False),
        ("replenishment", {**DUE, "frequency": (2, 4)}, None, False),
        ("replenishment", {"recency": (40, 80), "frequency": (3, 4)}, None, None),
        ("win-back", LAPSED, 0.1, True),
        ("win-back", {**LAPSED, "recency": (99, 50)}, 0.1, False),
        ("win-back", {**LAPSED, "frequency": (1.4, 4)}, 0.1, False),
        ("win-back", LAPSED, 0.375, False),  # worth a personal note
        ("win-back", LAPSED, None, True),
        ("win-back", {"recency": (100, 50), "monetary": (50, 100)}, None, True),
        ("win-back", {"recency": (100, 50), "monetary": (49, 100)}, None, False),
        ("win-back", {"recency": (100, 50)}, None, None),
        ("cross-sell", {"frequency": (3, 4), "top_category_share": (0.66, 0.5)}, None, True),  # (.66 - .5) / .5 = .32
        ("cross-sell", {"frequency": (3, 4), "top_category_share": (0.64, 0.5)}, None, False),
        ("cross-sell", {"frequency": (2, 4), "top_category_share": (0.9, 0.5)}, None, False),
        ("smaller-discount", {"discount_share": (0.151, 0.1)}, None, True),
        ("smaller-discount", {"discount_share": (0.149, 0.1)}, None, False),
        ("smaller-discount", {"discount_share": (0.04, 0.01)}, None, False),
        ("help-to-choose", {"visits": (6, 5), "purchase_rate": (0.08, 0.1)}, None, True),
        ("help-to-choose", {"visits": (5.9, 5), "purchase_rate": (0.08, 0.1)}, None, False),
        ("help-to-choose", {"visits": (6, 5), "purchase_rate": (0.081, 0.1)}, None, False),
        ("newsletter", {"newsletter=no": (0.56, 0.5)}, 0.25, True),
        ("newsletter", {"newsletter=No": (0.54, 0.5)}, 0.25, False),
        ("newsletter", {"newsletter=no": (0.56, 0.5)}, 0.24, False),
        ("recommendation", {"recommend": (9, 6)}, None, True),
        ("recommendation", {"recommend": (8.9, 6)}, None, False),
        ("recommendation", {"recommend": (9, 6.1)}, None, False),  # 2.9 / 6.1 < .5
        ("listen", {"recommend": (4, 8)}, None, True),
        ("listen", {"recommend": (4.1, 8)}, None, False),
        ("listen", {"recommend": (2, 4)}, None, False),  # not from 0 to 10
        ("own-words", {"income": (18.1, 10)}, None, True),
        ("own-words", {"income": (17.9, 10)}, None, False),
        ("own-words", {"income": (18.1, 10), "frequency": (1, 1)}, None, False),
        ("leave-alone", {"recency": (100, 50), "frequency": (1.4, 4)}, 0.125, True),
        ("leave-alone", {"recency": (100, 50), "frequency": (1.5, 4)}, 0.125, False),
        ("leave-alone", {"recency": (99, 50), "frequency": (1.4, 4)}, 0.125, False),
        ("leave-alone", {"recency": (100, 50), "frequency": (1.4, 4)}, 0.13, False),
    ],
)
def test_each_play(play: str, columns: Columns, revenue: float | None, expected: bool | None) -> None:
    assert fits(play, columns, structure=True, revenue_share=revenue) is expected


def test_every_play_has_an_example() -> None:
    marks = test_each_play.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {(play, expected) for play, _, _, expected in marks} >= {
        (play.id, expected) for play in BOOK.plays for expected in (True, False)
    }


def test_own_words_wait_for_a_verdict() -> None:
    for structure in (True, False, None):
        assert fits("own-words", {"income": (20, 10)}, structure) is structure


# -- planted data ----------------------------------------------------------------------------------------------


def answered(
    path: Path, k: int, inputs: Inputs | None = None, structure: bool | None = None, days: int = 0
) -> Campaigns:
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(path)),), holdout=days), cluster=ClusterSpec(k=k))
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    answer = finish(pipeline.exact(recipe, lambda step: None))
    found = campaigns(pipeline.dataset, answer.profile, answer.segmentation.labels, BOOK, inputs or Inputs(), structure)
    return finish(found)


def offered(found: Campaigns) -> set[tuple[str, str]]:
    return {(one.play, one.letter) for one in found.proposals}


def test_the_tea_shop(examples: Path) -> None:
    """A regulars, B hosts, C bargain hunters, D drifted away, E newcomers: as the examples were planted."""
    found = answered(examples / "customers.csv", 5, Inputs(0.01, 0.03, 0.05, 0.3, 0.5))
    assert offered(found) == {
        ("early-access", "A"), ("personal-note", "B"), ("newsletter", "B"), ("smaller-discount", "C"), ("win-back", "D"),
        ("second-order", "E"),
    }  # fmt: skip
    win_back = next(one for one in found.proposals if one.play == "win-back")
    assert win_back.worth.order_value is not None
    contacted = win_back.experiment.sizes[0]
    expected = contacted * (0.03 * 0.3 * win_back.worth.order_value - 0.5)
    assert win_back.worth.mid == pytest.approx(expected)
    assert found.rfm is not None
    assert found.rfm.everyone.later is None
    assert {one.play for one in found.not_offered if one.needs} == {
        "replenishment", "cross-sell", "help-to-choose", "recommendation", "listen",
    }  # fmt: skip


def test_segments_at_random_get_nothing(examples: Path) -> None:
    """No structure at all: the same customers dealt out by chance differ from nobody, so that no play fits."""
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(examples / "customers.csv")),)), cluster=ClusterSpec(k=4))
    pipeline = Pipeline()
    _, inspection = finish(pipeline.open(recipe))
    answer = finish(pipeline.exact(recipe, lambda step: None))
    dealt = np.random.default_rng(5).integers(0, 4, pipeline.dataset.customers).astype(np.uint8)
    sizes = tuple(int(n) for n in np.bincount(dealt, minlength=4))
    random = replace(answer.segmentation, labels=dealt, sizes=sizes)
    ground = finish(pipeline.ground(recipe))
    described = finish(
        profile(pipeline.dataset, inspection, ground.matrix, random, ("A", "B", "C", "D"), {}, ProfileCache())
    )
    assert finish(campaigns(pipeline.dataset, described, dealt, BOOK, Inputs(), True)).proposals == ()


def test_without_orders(examples: Path) -> None:
    found = answered(examples / "survey.csv", 4)
    assert found.rfm is None
    assert "needs recency" in found.rfm_reason
    assert "There are no orders" in found.notes[0]
    assert offered(found) == {("recommendation", "A"), ("listen", "D")}
    missed = {one.play: one for one in found.not_offered}
    assert missed["second-order"].needs == ("frequency (number of orders)", "recency (days since the last order)")
    assert "verdict" in missed["own-words"].why
    assert {play for play, _ in offered(answered(examples / "survey.csv", 4, structure=True))} >= {"own-words"}


def test_browsing_alone(examples: Path) -> None:
    found = answered(examples / "events.csv", 4)
    assert offered(found) == {("help-to-choose", "C")}


def test_the_shop_of_2011(shared_data: Path) -> None:
    found = answered(shared_data / "online_retail_2010_2011.parquet", 4, days=90)
    assert offered(found) == {
        ("early-access", "A"),
        ("replenishment", "B"),
        ("leave-alone", "C"),
        ("second-order", "D"),
    }
    for one in found.proposals:
        assert one.later is not None
        assert one.experiment.base == one.later.active
        assert any("In the 90 days of the holdout" in note for note in one.notes)
    assert found.rfm is not None
    assert found.rfm.holdout is not None


# -- by hand ---------------------------------------------------------------------------------------------------


def test_base_comes_from_the_holdout_of_the_segment() -> None:
    """Four of A, of whom one orders; whoever has no segment does not count."""
    frame = pl.DataFrame({"id": list("abcdef"), "recency": [9.0] * 6, "frequency": [1.0] * 6})
    outcome = pl.DataFrame({"orders": [2, 0, 0, None, 5, 5], "spend": [8.0, 0, 0, None, 50, 50]})
    facts = profile_of({"recency": (9, 9), "frequency": (1, 4)})
    book = replace(BOOK, plays=tuple(play for play in BOOK.plays if play.id == "second-order"))
    data = dataset(frame, outcome=outcome)
    found = finish(campaigns(data, facts.profile, labels([0, 0, 0, 0, 255, 1]), book, Inputs()))
    (one,) = found.proposals
    assert one.letter == "A"
    assert one.later is not None
    assert (one.later.customers, one.later.active, one.later.spend) == (4, 0.25, 2.0)
    assert one.experiment.base == 0.25


def test_a_play_leaves_out_whom_it_is_not_for() -> None:
    """Five of A with 1, 1, 2, 1, 3 orders of 10, 20, 60, 30, 90: the second order is for three, who gave 60 in three
    orders; one of them orders in the holdout. Of three, 20 % held out is round(.6) = 1, so that two are contacted:
    2 * (.5 * .5 * 20 - 1) = 8."""
    orders, money = [1, 1, 2, 1, 3, 1], [10.0, 20.0, 60.0, 30.0, 90.0, 5.0]
    frame = pl.DataFrame({"id": list("abcdef"), "recency": [9.0] * 6, "frequency": orders, "monetary": money})
    outcome = pl.DataFrame({"orders": [1, 0, 5, 0, 5, 5], "spend": [8.0, 0, 0, 0, 50, 50]})
    facts = profile_of({"recency": (9, 9), "frequency": (1.6, 4), "monetary": (42, 50)})
    whole = replace(facts.profile, segments=(replace(facts.profile.segments[0], size=5), facts.profile.segments[1]))
    book = replace(BOOK, plays=tuple(play for play in BOOK.plays if play.id == "second-order"))
    data = dataset(frame, outcome=outcome)
    inputs = Inputs(mid=0.5, margin=0.5, cost=1.0)
    (one,) = finish(campaigns(data, whole, labels([0, 0, 0, 0, 0, 1]), book, inputs)).proposals
    assert (one.size, one.members, one.whom) == (3, 5, "3 of 5 customers")
    assert one.counted == (2, 1, 3, 2)  # arms, those it is for, those left out: a delivery withholds few of any
    assert one.experiment.sizes == (2, 1)
    assert one.later is not None
    assert (one.later.customers, one.later.active) == (3, pytest.approx(1 / 3))
    assert (one.worth.order_value, one.worth.mid) == (20.0, pytest.approx(8.0))
    assert "The list holds 3 of these 5: those with “frequency” below 2." in one.reason
    (listed,) = wanted([one])
    rows = finish(arms.assigned(data, labels([0, 0, 0, 0, 0, 1]), ("A", "B"), [listed], "s", 0.2))
    assert rows["customer_id"].to_list() == ["a", "b", "d"]


def test_a_play_on_answers_says_how_many_answered_and_where() -> None:
    frame = pl.DataFrame({"id": list("abcde"), "Recommend": [9, None, 10, None, 3]})
    facts = profile_of({"Recommend": (9.5, 6.0)})
    whole = replace(facts.profile, segments=(replace(facts.profile.segments[0], size=4),))
    book = replace(BOOK, plays=tuple(play for play in BOOK.plays if play.id == "recommendation"))
    (one,) = finish(campaigns(dataset(frame), whole, labels([0, 0, 0, 0, 1]), book, Inputs())).proposals
    assert (one.size, one.members) == (2, 4)
    assert "2 of these 4 answered (column “Recommend”)" in one.reason
    assert one.reason.startswith("Half of those who answered say 9.5 or more")


def test_columns_that_read_alike_are_told_apart() -> None:
    only = Only("Recommend", "answered", 0.0)
    assert "(column “Recommend”, the first of 2 that read so)" in said(only, 2, 4, ["id", "Recommend", "Recommend "])
    other = replace(only, column="Recommend ")
    assert "(column “Recommend”, the second of 2 that read so)" in said(other, 2, 4, ["Recommend", "Recommend "])
    assert "(column “Recommend”)" in said(only, 2, 4, ["id", "Recommend"])


def test_order_value_by_hand() -> None:
    facts = profile_of({"monetary": (90.0, 100.0), "frequency": (3.0, 4.0), "average_order_value": (20.0, 20.0)})
    assert order_value(facts, facts.profile.segments[0]) == 30
    facts = profile_of({"average_order_value": (20.0, 20.0)})
    assert order_value(facts, facts.profile.segments[0]) == 20
    facts = profile_of({"recency": (20.0, 20.0)})
    assert order_value(facts, facts.profile.segments[0]) is None


def test_lists_follow_proposals(examples: Path) -> None:
    found = answered(examples / "customers.csv", 5)
    taken = {one.play: (one.clusters, one.arms) for one in wanted(found.proposals)}
    assert taken["smaller-discount"][1] == ("smaller discount", "usual discount")
    assert all(len(clusters) == 1 for clusters, _ in taken.values())
    data = dataset(pl.DataFrame({"id": ["a", "b"]}))
    lists = finish(
        arms.assigned(data, labels([0, 1]), ("A", "B"), [arms.Wanted("win-back", [1], ("in", "out"))], "s", 0.5)
    )
    assert lists["customer_id"].to_list() == ["b"]


def test_overlaps_by_hand(examples: Path) -> None:
    one = answered(examples / "customers.csv", 5).proposals[0]

    def play(id: str, letter: str, size: int, first: int) -> Proposal:
        experiment = replace(one.experiment, sizes=(first, size - first))
        return replace(one, play=id, title=id.upper(), letter=letter, size=size, experiment=experiment)

    found = overlaps([play("x", "A", 100, 80), play("x", "B", 50, 40), play("y", "C", 70, 60), play("z", "A", 100, 50),
                      play("z", "B", 50, 25)])  # fmt: skip
    assert [(pair.plays, pair.letters, pair.customers, pair.both) for pair in found] == [
        (("x", "z"), ("A", "B"), 150, 75)  # who is in the smaller first arm is in the other one too: .5 of 150
    ]
    assert found[0].said.startswith("X and Z take the same 150 customers (A, B); about 75 would get both, and whoever")
    (half,) = overlaps([play("x", "A", 100, 80), play("z", "A", 100, 50)], lambda one, two: 10)
    assert (half.customers, half.both) == (10, 5)
    assert overlaps([play("x", "A", 100, 80), play("z", "A", 100, 50)], lambda one, two: 0) == ()
    assert overlaps([]) == ()


def test_overlaps_and_names_come_with_the_plays(examples: Path) -> None:
    found = answered(examples / "orders.csv", 4)
    sizes = {(one.play, one.letter): one.size for one in found.proposals}
    for pair in found.overlaps:
        assert pair.customers == sum(sizes[pair.plays[0], letter] for letter in pair.letters)
        assert all((play, letter) in sizes for play in pair.plays for letter in pair.letters)
    shared = [letter for letter in "ABCD" if sum(other == letter for _, other in sizes) > 1]
    assert {letter for pair in found.overlaps for letter in pair.letters} == set(shared)
    assert found.rfm is not None
    assert [one.letter for one in found.rfm.segments] == ["A", "B", "C", "D"]
    assert sum(one.customers for one in found.rfm.segments) == found.rfm.everyone.customers


def test_inputs_are_checked_first() -> None:
    facts = profile_of({"recency": (1, 1)})
    data = dataset(pl.DataFrame({"id": ["a"], "recency": [1.0]}))
    with pytest.raises(UsageError, match="uplift"):
        finish(campaigns(data, facts.profile, labels([0]), BOOK, Inputs(mid=7.0)))


def test_hostile_names_pass_through() -> None:
    name = "\x1b[2J{size}\u202e"
    book = playbook.parse(
        '[[play]]\nid="x"\ntitle="X"\ndoes="D"\nwhen="size > 1"\nreason="{name} {most_different}"\n', "mine"
    )
    facts = profile_of({name: (2.0, 1.0)})
    odd = replace(facts.profile, segments=(segment(name=name, means=(2.0,), differences=(1.0,), indexes=(200.0,)),))
    found = finish(campaigns(dataset(pl.DataFrame({"id": ["a"], name: [1.0]})), odd, labels([0]), book, Inputs()))
    assert found.proposals[0].reason == f"{name} “{name}” (mean 2, everyone 1)"


CAUSAL = re.compile(
    r"\b(caus|becaus|driv|leads? to|effects?\b|impact|due to|makes? (them|people)|will (buy|order|return)|boost|increas|improv)",
    re.IGNORECASE,
)


def test_no_causal_words(examples: Path) -> None:
    said = [playbook.shipped()]
    for inputs in (Inputs(), Inputs(0.01, 0.03, 0.3, 0.3, 0.5)):
        found = answered(examples / "customers.csv", 5, inputs)
        for one in found.proposals:
            said += [one.does, one.reason, *one.notes, *one.experiment.said, *one.worth.said]
        said += [one.why for one in found.not_offered]
    assert not [CAUSAL.findall(text) for text in said if CAUSAL.search(text)]

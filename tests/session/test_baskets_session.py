"""Questions about baskets: filed under data and cut-offs, not under the answer; shuffles told one after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segtui.basket_views import RuleFilter
from segtui.recipe import BasketSpec
from segtui.session.events import Found, Shuffled
from segtui.session.questions import BasketsQuestion, MarkedQuestion
from tests.session.test_session import RECIPE, Desk, until

SPEC = BasketSpec(min_support=0.02)


@pytest.fixture
def desk():
    made = Desk()
    yield made
    made.engine.first_gate.open()
    made.engine.exact_gate.open()
    made.session.close()


def test_rules_are_filed_under_the_data_and_the_cut_offs(desk):
    session = desk.opened()
    session.ask_aside(BasketsQuestion(SPEC))
    until(lambda: session.found(BasketsQuestion(SPEC)) is not None)
    assert session.found(BasketsQuestion(SPEC)) == f"{BasketsQuestion(SPEC)} of data"
    session.change(session.recipe.with_k(6), "k 6")
    until(lambda: session.shown.segmentation.k == 6)
    assert session.found(BasketsQuestion(SPEC)) is not None
    assert session.found(BasketsQuestion(replace(SPEC, min_support=0.03))) is None


def test_what_is_about_segments_is_filed_under_the_answer(desk):
    session = desk.opened()
    of_segment = BasketsQuestion(SPEC, RuleFilter(segment="A"))
    for asked in (MarkedQuestion(SPEC), of_segment):
        session.ask_aside(asked)
        until(lambda asked=asked: session.found(asked) is not None)
    session.change(session.recipe.with_k(6), "k 6")
    until(lambda: session.shown.segmentation.k == 6)
    assert session.found(MarkedQuestion(SPEC)) is None
    assert session.found(of_segment) is None


def test_cut_offs_are_a_step_that_undo_takes_back_and_cost_no_fit(desk):
    session = desk.opened()
    shown = session.shown
    session.change(replace(session.recipe, baskets=SPEC), "support 2 %")
    assert session.recipe.baskets == SPEC
    desk.until_idle()
    assert session.shown.segmentation.k == shown.segmentation.k
    session.undo()
    assert session.recipe.baskets == BasketSpec()


def test_a_change_of_cut_offs_keeps_the_sweep(desk):
    session = desk.opened()
    session.sweep(2, 4)
    until(lambda: len(session.swept.rows) == 3)
    desk.until_idle()
    session.change(replace(session.recipe, baskets=SPEC), "support 2 %")
    desk.until_idle()
    assert [row.k for row in session.swept.rows] == [2, 3, 4]


def test_mining_outlives_a_new_answer_and_gives_way_to_newer_cut_offs(desk):
    session = desk.opened()
    desk.engine.exact_gate.shut()
    session.shuffle(SPEC)
    until(lambda: session.shuffling)
    session.change(session.recipe.with_k(6), "k 6")
    until(lambda: session.shown.segmentation.k == 6)
    assert session.shuffling  # dropped with what was about the answer before, it would be gone
    session.shuffle(BasketSpec())
    desk.engine.exact_gate.open()
    until(lambda: desk.engine.shuffled)
    desk.until_idle()
    assert desk.engine.shuffled == [BasketSpec()]


def test_every_shuffle_is_told(desk):
    session = desk.opened()
    assert session.shuffled(SPEC) is None
    session.shuffle(SPEC)
    until(lambda: (known := session.shuffled(SPEC)) is not None and known.shuffles == 2)
    desk.until_idle()
    assert [event.spec for event in desk.of(Shuffled)][:2] == [SPEC, SPEC]
    told = len(desk.of(Shuffled))
    session.shuffle(SPEC)  # all are done
    desk.until_idle()
    assert len(desk.of(Shuffled)) == told


def test_shuffles_that_are_stopped_keep_what_they_came_to(desk):
    session = desk.opened()
    desk.engine.exact_gate.shut()
    session.shuffle(SPEC)
    assert session.stop_shuffling()
    assert not session.shuffling
    assert not session.stop_shuffling()


def test_rules_need_no_answer(desk):
    desk.engine.first_gate.shut()
    desk.session.open(RECIPE)
    until(lambda: desk.session.dataset is not None)
    assert desk.session.shown is None
    desk.session.stop()
    desk.session.ask_aside(BasketsQuestion(SPEC))
    until(lambda: desk.session.found(BasketsQuestion(SPEC)) is not None)
    assert any(event.question == BasketsQuestion(SPEC) for event in desk.of(Found))

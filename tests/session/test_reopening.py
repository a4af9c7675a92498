"""A recipe that gathers otherwise: read again, the newest only, with the old answer standing until the new one is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segtui.recipe import FeatureSpec, LabelledSpec
from segtui.recipe_file import from_toml, to_toml
from segtui.session import autosave
from segtui.session.events import Answered, Exported, Failed, Opened, StoppedByAnalyst
from segtui.session.questions import CustomersQuestion, LeftOutQuestion, MapQuestion, StepCountsQuestion
from tests.session.fake_engine import FakeEngine
from tests.session.test_session import RECIPE, Desk, until


@pytest.fixture
def desk():
    made = Desk()
    yield made
    engine = made.engine
    for gate in (engine.first_gate, engine.exact_gate, engine.open_gate, engine.export_gate):
        gate.open()
    made.session.close()


def gathering(session, **changes):
    """The current recipe with another gather part."""
    return replace(session.recipe, gather=replace(session.recipe.gather, **changes))


def stepping(session, step: str, on: bool):
    return replace(session.recipe, gather=session.recipe.gather.with_step(step, on))


def again(desk):
    return [event for event in desk.of(Opened) if event.again]


def test_another_gathering_reads_again_and_keeps_what_is_on_screen_meanwhile(desk):
    session = desk.opened()
    before = session.shown
    desk.engine.open_gate.shut()
    session.change(stepping(session, "duplicates", True), "duplicates on")
    until(desk.engine.open_gate.reached.is_set)
    assert session.busy == "reading again"
    assert session.shown is before
    assert session.stale
    assert session.reopens
    assert session.dataset.fingerprint == "data " + repr(RECIPE.gather)
    desk.engine.open_gate.open()
    desk.until_idle()
    assert not session.stale
    assert not session.reopens
    assert session.opened_gather == session.recipe.gather
    assert session.dataset.fingerprint == "data " + repr(session.recipe.gather)
    assert session.shown.exact
    assert [event.again for event in desk.of(Opened)] == [False, True]


def test_the_newest_gathering_wins(desk):
    session = desk.opened()
    desk.engine.open_gate.shut()
    session.change(gathering(session, holdout=30), "holdout 30")
    until(desk.engine.open_gate.reached.is_set)
    session.change(gathering(session, holdout=60), "holdout 60")
    session.change(gathering(session, holdout=90), "holdout 90")
    until(lambda: "open" in desk.engine.closed)
    desk.engine.open_gate.open()
    desk.until_idle()
    assert session.opened_gather.holdout == 90
    assert len(again(desk)) == 1
    assert session.shown.recipe.gather.holdout == 90


def test_undo_while_reading_needs_no_reading(desk):
    session = desk.opened()
    answer = session.shown
    desk.engine.open_gate.shut()
    session.change(gathering(session, holdout=30), "holdout 30")
    until(desk.engine.open_gate.reached.is_set)
    session.undo()
    assert not session.stale
    assert session.shown is answer
    until(lambda: "open" in desk.engine.closed)
    desk.until_idle()
    assert again(desk) == []


def test_stop_keeps_the_old_data_and_says_not_computed(desk):
    session = desk.opened()
    desk.engine.open_gate.shut()
    session.change(gathering(session, holdout=30), "holdout 30")
    until(desk.engine.open_gate.reached.is_set)
    assert session.stop() == "reading again"
    until(lambda: desk.of(StoppedByAnalyst))
    assert session.busy is None
    assert session.opened_gather.holdout == 0
    assert session.reopens
    assert session.stale
    assert session.shown is not None
    session.undo()
    assert not session.stale


def test_a_failure_keeps_the_old_answer(desk):
    session = desk.opened()
    session.change(gathering(session, holdout=999), "holdout 999")
    until(lambda: desk.of(Failed))
    assert desk.of(Failed)[0].job == "reading again"
    assert "no order line is left" in desk.of(Failed)[0].error.what
    assert session.shown.segmentation.k == 4
    assert session.stale
    assert session.dataset.fingerprint == "data " + repr(RECIPE.gather)
    session.change(gathering(session, holdout=30), "holdout 30")
    desk.until_idle()
    assert not session.stale


def test_undo_after_reading_again_reads_nothing_and_computes_nothing(desk):
    session = desk.opened()
    session.change(session.recipe.with_k(5), "k 4→5")
    desk.until_idle()
    session.change(stepping(session, "duplicates", True), "duplicates on")
    desk.until_idle()
    reads, computed = list(desk.engine.reads), list(desk.engine.computed)
    session.undo()
    desk.until_idle()
    assert not session.stale
    assert session.shown.segmentation.k == 5
    assert session.opened_gather == RECIPE.gather
    session.redo()
    desk.until_idle()
    assert (desk.engine.reads, desk.engine.computed) == (reads, computed)
    assert session.opened_gather.step_on("duplicates")


def test_going_to_a_run_with_another_gathering_reads_again(desk):
    session = desk.opened()
    session.change(gathering(session, holdout=30), "holdout 30")
    desk.until_idle()
    session.change(session.recipe.with_k(6), "k 4→6")
    desk.until_idle()
    assert session.go(1)
    desk.until_idle()
    assert session.opened_gather.holdout == 0
    assert session.shown.segmentation.k == 4
    assert session.go(3)
    desk.until_idle()
    assert (session.opened_gather.holdout, session.shown.segmentation.k) == (30, 6)
    assert [run.comparable for run in session.runs] == [False, True, True]


def test_features_that_are_gone_are_passed_over_and_come_back(desk):
    session = desk.opened()
    chosen = (FeatureSpec("recency"), FeatureSpec("monetary", weight=2.0), FeatureSpec("age", on=False))
    session.change(session.recipe.with_features(chosen), "weight")
    session.change(stepping(session, "price", False), "price off")
    desk.until_idle()
    assert again(desk)[0].gone == ("monetary",)
    assert [spec.name for spec in session.shown.recipe.prepare.features] == ["recency", "age"]
    assert session.features == (FeatureSpec("recency"), FeatureSpec("age", on=False))
    session.change(session.recipe.with_k(5), "k 4→5")
    desk.until_idle()
    session.change(stepping(session, "price", True), "price on")
    desk.until_idle()
    assert FeatureSpec("monetary", weight=2.0) in session.features


def test_where_no_feature_is_left_the_proposed_ones_are_used(desk):
    session = desk.opened()
    session.change(session.recipe.with_features((FeatureSpec("monetary"),)), "only monetary")
    session.change(stepping(session, "price", False), "price off")
    desk.until_idle()
    assert session.shown.recipe.prepare.features is None
    assert session.features == (FeatureSpec("recency"), FeatureSpec("age", on=False))


def test_new_columns_are_off_unless_the_features_are_the_proposed_ones(desk):
    session = desk.opened()
    session.change(gathering(session, loose_ids=True), "loose ids")
    desk.until_idle()
    assert FeatureSpec("visits") in session.features
    session.undo()
    session.change(session.recipe.with_features((FeatureSpec("recency"),)), "only recency")
    session.change(gathering(session, loose_ids=True), "loose ids")
    desk.until_idle()
    assert FeatureSpec("visits", on=False) in session.features


def test_letters_stay_where_their_columns_do(desk):
    session = desk.opened()
    anchor = session.recipe.anchor
    session.change(gathering(session, holdout=30), "holdout 30")
    desk.until_idle()
    assert session.recipe.anchor == anchor
    assert session.shown.recipe.anchor == anchor
    session.change(stepping(session, "price", False), "price off")
    desk.until_idle()
    own = session.recipe.anchor
    assert own is not None
    assert own != anchor
    assert session.shown.recipe.anchor is None  # the answer that its own anchor is made of
    session.undo()
    desk.until_idle()
    assert session.recipe.anchor == anchor
    session.redo()
    desk.until_idle()
    assert session.recipe.anchor == own


def test_letters_do_not_depend_on_how_soon_the_data_is_changed(desk):
    patient = desk.opened()
    patient.change(gathering(patient, holdout=30), "holdout 30")
    patient.change(patient.recipe.with_k(5), "k 4→5")
    desk.until_idle()

    hasty = Desk()
    hasty.engine.exact_gate.shut()
    hasty.session.open(RECIPE)
    until(lambda: hasty.session.shown is not None)
    hasty.session.change(gathering(hasty.session, holdout=30), "holdout 30")
    hasty.session.change(hasty.session.recipe.with_k(5), "k 4→5")
    hasty.engine.exact_gate.open()
    hasty.until_idle()
    assert hasty.session.recipe == patient.recipe
    assert hasty.session.shown.letters == patient.shown.letters
    hasty.session.close()


def test_an_export_that_runs_is_finished_on_the_data_it_began_with(desk):
    session = desk.opened()
    desk.engine.export_gate.shut()
    session.export(LabelledSpec("out.csv"))
    until(desk.engine.export_gate.reached.is_set)
    session.change(gathering(session, holdout=30), "holdout 30")
    assert session.busy == "exporting"
    desk.engine.export_gate.open()
    desk.until_idle()
    assert desk.of(Exported)
    assert not desk.of(Failed)
    assert session.opened_gather.holdout == 30


def test_an_export_asked_for_while_reading_writes_the_new_data(desk):
    session = desk.opened()
    desk.engine.open_gate.shut()
    session.change(gathering(session, holdout=30), "holdout 30")
    until(desk.engine.open_gate.reached.is_set)
    session.export(LabelledSpec("out.csv"))
    session.change(gathering(session, holdout=60), "holdout 60")  # the export still is of what it was asked about
    desk.engine.open_gate.open()
    desk.until_idle()
    exported = [recipe for what, recipe in desk.engine.asked_about if what == "export"]
    assert {recipe.gather.holdout for recipe in exported} == {30}
    assert session.opened_gather.holdout == 60
    assert not session.stale


def test_a_sweep_of_data_that_could_not_be_read_says_so(desk):
    session = desk.opened()
    session.change(gathering(session, holdout=999), "holdout 999")
    session.sweep(2, 4)
    until(lambda: len(desk.of(Failed)) == 2)
    assert {event.job for event in desk.of(Failed)} == {"reading again", "sweeping"}
    session.change(gathering(session, holdout=30), "holdout 30")
    session.sweep(2, 4)
    desk.until_idle()
    assert [row.k for row in session.swept.rows] == [2, 3, 4]


def test_questions_about_an_answer_whose_data_is_gone(desk):
    session = desk.opened()
    desk.engine.open_gate.shut()
    session.change(gathering(session, holdout=30), "holdout 30")
    until(desk.engine.open_gate.reached.is_set)
    session.ask(MapQuestion("recency", "age", 10, 10))
    session.ask(CustomersQuestion("A"))
    desk.engine.open_gate.open()
    desk.until_idle()
    assert [event.error.what for event in desk.of(Failed)] == ["the data was read again meanwhile"]
    assert desk.replied() == []


def test_replies_about_the_data_belong_to_it(desk):
    session = desk.opened()
    for question in (StepCountsQuestion(), LeftOutQuestion()):
        session.ask(question)
    until(lambda: len(desk.replied()) == 2)
    assert session.found(StepCountsQuestion()) is not None
    session.change(session.recipe.with_k(5), "k 4→5")
    desk.until_idle()
    assert session.found(StepCountsQuestion()) is not None
    session.change(gathering(session, holdout=30), "holdout 30")
    desk.until_idle()
    assert session.found(StepCountsQuestion()) is None
    assert session.found(LeftOutQuestion()) is None
    session.undo()
    desk.until_idle()
    assert session.found(StepCountsQuestion()) is not None


def test_rows_left_out_are_found_while_the_answer_is_on_older_data(desk):
    session = desk.opened()
    desk.engine.first_gate.shut()
    session.change(gathering(session, holdout=30), "holdout 30")
    until(desk.engine.first_gate.reached.is_set)
    assert session.shown.recipe.gather != session.opened_gather
    session.ask(LeftOutQuestion())
    session.export_table(LeftOutQuestion(), "left.csv")
    desk.engine.first_gate.open()
    desk.until_idle()
    assert desk.of(Failed) == []
    assert desk.engine.tables == [(LeftOutQuestion(), "left.csv", False)]


def test_a_table_is_exported(desk):
    session = desk.opened()
    session.export_table(LeftOutQuestion(), "left.csv", overwrite=True)
    until(lambda: desk.of(Exported))
    assert desk.engine.tables == [(LeftOutQuestion(), "left.csv", True)]


def test_a_saved_session_with_several_gatherings_is_taken_up(tmp_path):
    desk = Desk(tmp_path)
    session = desk.opened()
    session.change(session.recipe.with_features((FeatureSpec("recency"), FeatureSpec("monetary"))), "two")
    session.change(stepping(session, "price", False), "price off")
    desk.until_idle()
    if from_toml(to_toml(session.recipe), "") != session.recipe:
        pytest.skip("recipe files do not hold cleaning steps yet")
    letters = session.shown.letters
    [saved] = autosave.offered(tmp_path)
    session.close()

    other = Desk(tmp_path)
    other.session.resume(saved)
    until(lambda: other.of(Answered))
    other.until_idle()
    assert not other.of(Failed)
    assert other.session.recipe == session.recipe
    assert other.session.shown.letters == letters
    assert [spec.name for spec in other.session.features if spec.on] == ["recency"]
    assert other.session.go(1)
    other.until_idle()
    assert other.session.opened_gather == RECIPE.gather
    assert other.session.shown.segmentation.k == 4
    other.session.close()


def test_the_fake_refuses_other_data_than_is_open():
    engine = FakeEngine()
    with pytest.raises(AssertionError, match="other data"):
        next(engine.first(RECIPE, lambda step: None))

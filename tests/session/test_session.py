"""The session without a terminal: what is current, what is late, what is undone, what is saved."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from segtui.errors import SegtuiError
from segtui.recipe import DeliverySpec, FeatureSpec, GatherSpec, LabelledSpec, Recipe, SourceSpec
from segtui.session import autosave
from segtui.session.events import (
    Answered,
    Assessed,
    Exported,
    Failed,
    FolderWritten,
    Found,
    Idle,
    Opened,
    StoppedByAnalyst,
    Swept,
    Tried,
)
from segtui.session.questions import CustomersQuestion, DriversQuestion
from segtui.session.session import Session
from tests.session.fake_engine import FakeEngine

RECIPE = Recipe(gather=GatherSpec((SourceSpec("x.csv"),)))


def until(condition, seconds: float = 5.0) -> None:
    """Wait until a condition holds; the time is only a limit for a broken session."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


class Desk:
    """A session with its fake engine and everything it said."""

    def __init__(self, state=None) -> None:
        self.engine = FakeEngine()
        self.said: list[object] = []
        self.session = Session(self.said.append, engine=lambda: self.engine, state=state)
        self.session.start()

    def opened(self) -> Session:
        self.session.open(RECIPE)
        self.until_idle()
        return self.session

    def until_idle(self) -> None:
        until(lambda: self.of(Idle) and self.session.busy is None and self.session.background is None)

    def replied(self):
        """Questions answered but the one that is asked in idle time."""
        return [event.question for event in self.of(Found) if event.question != DriversQuestion()]

    def of(self, kind):
        return [event for event in self.said if isinstance(event, kind)]


@pytest.fixture
def desk():
    made = Desk()
    yield made
    made.engine.first_gate.open()
    made.engine.exact_gate.open()
    made.engine.open_gate.open()
    made.session.close()


def test_opening_answers_twice(desk):
    session = desk.opened()
    assert len(desk.of(Opened)) == 1
    assert [event.answer.exact for event in desk.of(Answered)] == [False, True]
    assert session.shown.exact
    assert not session.stale


def test_a_newer_request_replaces_the_one_that_runs(desk):
    session = desk.opened()
    desk.engine.first_gate.shut()
    session.change(session.recipe.with_k(5), "k 4→5")
    until(desk.engine.first_gate.reached.is_set)
    session.change(session.recipe.with_k(6), "k 5→6")
    until(lambda: "first 5" in desk.engine.closed)
    desk.engine.first_gate.open()
    desk.until_idle()
    assert session.shown.segmentation.k == 6
    assert "first 5" not in desk.engine.computed
    assert all(event.answer.segmentation.k != 5 for event in desk.of(Answered))


def test_what_is_shown_is_stale_while_the_new_answer_is_computed(desk):
    session = desk.opened()
    desk.engine.first_gate.shut()
    session.change(session.recipe.with_k(5), "k 4→5")
    assert session.stale
    assert session.shown.segmentation.k == 4
    desk.engine.first_gate.open()
    desk.until_idle()
    assert not session.stale


def test_stop_keeps_the_last_good_result(desk):
    session = desk.opened()
    desk.engine.first_gate.shut()
    session.change(session.recipe.with_k(5), "k 4→5")
    until(desk.engine.first_gate.reached.is_set)
    assert session.stop() == "fitting"
    until(lambda: desk.of(StoppedByAnalyst))
    assert session.shown.segmentation.k == 4
    assert session.shown.exact
    desk.engine.first_gate.open()
    desk.until_idle()
    assert session.shown.segmentation.k == 4
    session.change(session.recipe.with_k(6), "k 5→6")
    desk.until_idle()
    assert session.shown.segmentation.k == 6


def test_undo_is_instant_from_the_store(desk):
    session = desk.opened()
    session.change(session.recipe.with_k(5), "k 4→5")
    desk.until_idle()
    computed = list(desk.engine.computed)
    assert session.undo_label == "k 4→5"
    assert session.undo()
    assert session.shown.segmentation.k == 4
    assert session.redo_label == "k 4→5"
    assert session.redo()
    assert session.shown.segmentation.k == 5
    assert desk.engine.computed == computed
    assert not session.redo()


def test_undo_has_no_limit_and_branches_lose_nothing(desk):
    session = desk.opened()
    for k in range(5, 12):
        session.change(session.recipe.with_k(k), f"k {k - 1}→{k}")
    while session.undo():
        pass
    assert session.recipe.cluster.k == 4
    session.change(session.recipe.with_k(3), "k 4→3")
    desk.until_idle()
    assert [run.recipe.cluster.k for run in session.runs] == [4, 5, 6, 7, 8, 9, 10, 11, 3]
    assert session.go(5)
    assert session.recipe.cluster.k == 8


def test_a_failure_leaves_the_last_good_result(desk):
    session = desk.opened()
    session.change(session.recipe.with_k(13), "k 4→13")
    until(lambda: desk.of(Failed))
    failed = desk.of(Failed)[0]
    assert failed.job == "fitting"
    assert "12 customers" in failed.error.what
    assert session.shown.segmentation.k == 4
    assert session.stale


def test_an_unforeseen_error_names_no_data(desk):
    session = desk.opened()

    def broken(recipe, trace):
        raise ValueError("jane@example.org")
        yield

    desk.engine.first = broken
    session.change(session.recipe.with_k(5), "k 4→5")
    until(lambda: desk.of(Failed))
    assert "jane" not in str(desk.of(Failed)[0].error)


def test_a_file_that_fails_to_open_leaves_what_stood(desk):
    session = desk.opened()
    session.open(replace(RECIPE, gather=GatherSpec((SourceSpec("missing.csv"),))))
    until(lambda: desk.of(Failed))
    assert desk.of(Failed)[0].job == "opening"
    assert session.recipe.gather == RECIPE.gather
    assert session.shown is not None


def test_letters_do_not_depend_on_how_fast_one_types(desk):
    """Typing ahead of the first exact answer ends with the same anchor as waiting for it."""
    patient = desk.opened()
    patient.change(patient.recipe.with_k(5), "k 4→5")
    desk.until_idle()

    hasty = Desk()
    hasty.engine.exact_gate.shut()
    hasty.session.open(RECIPE)
    until(lambda: hasty.session.shown is not None)
    hasty.session.change(hasty.session.recipe.with_k(5), "k 4→5")
    until(lambda: hasty.session.shown.segmentation.k == 5)
    assert hasty.session.shown.letters[0] == "a"  # the fake marks letters of a provisional anchor
    hasty.engine.exact_gate.open()
    until(lambda: hasty.session.recipe.anchor is not None)
    hasty.until_idle()
    assert hasty.session.recipe == patient.recipe
    assert hasty.session.shown.letters == patient.shown.letters
    assert hasty.session.shown.exact
    hasty.session.close()


def test_one_who_types_before_the_first_answer_gets_the_same_letters_too(desk):
    hasty = desk.session
    desk.engine.first_gate.shut()
    hasty.open(RECIPE)
    until(lambda: desk.of(Opened))
    hasty.change(hasty.recipe.with_k(5), "k 4→5")
    desk.engine.first_gate.open()
    until(lambda: hasty.recipe.anchor is not None)
    desk.until_idle()
    assert hasty.recipe.anchor.centroids == ((4.0,),) * 4
    assert hasty.shown.exact
    assert hasty.shown.segmentation.k == 5


def test_background_work_steps_aside_and_goes_on_where_it_was(desk):
    session = desk.opened()
    desk.engine.exact_gate.shut()
    session.change(session.recipe.with_k(5), "k 4→5")
    until(desk.engine.exact_gate.reached.is_set)
    session.change(session.recipe.with_k(6), "k 5→6")
    until(lambda: session.shown.segmentation.k == 6)
    session.undo()
    desk.engine.exact_gate.open()
    desk.until_idle()
    assert session.shown.segmentation.k == 5
    assert session.shown.exact
    assert "exact 5" not in desk.engine.closed


def test_features_are_explicit_and_in_column_order(desk):
    session = desk.opened()
    assert session.features == (FeatureSpec("recency"), FeatureSpec("monetary"), FeatureSpec("age", on=False))
    session.change(session.recipe.with_features((FeatureSpec("age"),)), "only age")
    assert [f.on for f in session.features] == [False, False, True]


def test_runs_say_what_can_be_compared(desk):
    session = desk.opened()
    session.change(session.recipe.with_features((FeatureSpec("age"),)), "only age")
    desk.until_idle()
    session.change(session.recipe.with_k(5), "k 4→5")
    desk.until_idle()
    assert [run.comparable for run in session.runs] == [False, True, True]
    assert [run.current for run in session.runs] == [False, False, True]


def test_a_change_that_changes_nothing_is_no_step(desk):
    session = desk.opened()
    session.change(session.recipe.with_k(4), "k 4→4")
    assert session.undo_label is None


def test_sweep_tells_each_k(desk):
    session = desk.opened()
    session.sweep(2, 5)
    until(lambda: any(event.finished for event in desk.of(Swept)))
    assert [len(event.sweep.rows) for event in desk.of(Swept)] == [1, 2, 3, 4, 4]
    assert [row.k for row in session.swept.rows] == [2, 3, 4, 5]


def test_an_exact_answer_is_assessed_in_the_background(desk):
    session = desk.opened()
    until(lambda: desk.of(Assessed))
    assert session.assessment is desk.of(Assessed)[-1].assessment
    assert "assess" in [what for what, _ in desk.engine.asked_about]
    session.change(session.recipe.with_k(5), "k 4→5")
    desk.until_idle()
    assert session.assessment.answer == "5"
    asked = len(desk.engine.asked_about)
    session.undo()
    assert session.assessment.answer == "4"  # at once, and nothing is asked again
    desk.until_idle()
    assert len(desk.engine.asked_about) == asked


def test_an_assessment_gives_way(desk):
    session = desk.opened()
    desk.engine.assess_gate.shut()
    session.change(session.recipe.with_k(5), "k 4→5")
    until(desk.engine.assess_gate.reached.is_set)
    assert session.background == "assessing"
    assert session.assessment is None
    session.change(session.recipe.with_k(6), "k 5→6")
    until(lambda: session.shown.segmentation.k == 6 and session.shown.exact)
    desk.engine.assess_gate.open()
    desk.until_idle()
    assert session.assessment.answer == "6"
    assert "5" not in [event.assessment.answer for event in desk.of(Assessed)]


# -- trying features in idle time ----------------------------------------------------------------------------


def test_features_are_tried_last_of_all_and_told_one_by_one(desk):
    session = desk.opened()
    assert [event.toggle.feature for event in desk.of(Tried)] == ["recency", "monetary", "age"]  # who votes first
    what = [what for what, _ in desk.engine.asked_about]
    assert what.index("exact") < what.index("assess") < what.index("reply") < what.index("toggle")
    assert {name: toggle.on for name, toggle in session.toggles.items()} == {
        "recency": False, "monetary": False, "age": True,
    }  # fmt: skip
    assert session.found(DriversQuestion()) is not None


def test_a_key_interrupts_trials_and_they_are_taken_up_again(desk):
    session = desk.opened()
    desk.engine.tried.clear()
    desk.engine.toggle_gate.shut()
    session.change(session.recipe.with_k(5), "k 4→5")
    until(desk.engine.toggle_gate.reached.is_set)
    assert session.background == "trying features"
    session.change(session.recipe.with_k(6), "k 5→6")
    until(lambda: session.shown.segmentation.k == 6 and session.shown.exact)  # answered while the trial stands still
    assert desk.engine.tried == []
    desk.engine.toggle_gate.open()
    desk.until_idle()
    assert desk.engine.tried == ["recency at 6", "monetary at 6", "age at 6"]
    assert session.toggles["age"].moved == 0.06
    session.undo()
    desk.until_idle()
    assert desk.engine.tried[3:] == ["recency at 5", "monetary at 5", "age at 5"]
    assert session.toggles["age"].moved == 0.05


def test_trials_that_were_finished_are_not_tried_again(desk):
    session = desk.opened()
    session.change(session.recipe.with_k(5), "k 4→5")
    desk.until_idle()
    before = len(desk.engine.tried)
    session.undo()
    assert session.toggles["recency"].moved == 0.04  # at once
    desk.until_idle()
    assert len(desk.engine.tried) == before


def test_half_of_the_trials_are_kept(desk):
    session = desk.opened()
    session.change(session.recipe.with_k(5), "k 4→5")
    until(lambda: "recency at 5" in desk.engine.tried)
    desk.engine.toggle_gate.shut()
    session.change(session.recipe.with_k(6), "k 5→6")
    until(desk.engine.toggle_gate.reached.is_set)
    desk.engine.toggle_gate.open()
    session.undo()
    desk.until_idle()
    assert desk.engine.tried.count("recency at 5") == 1
    assert set(session.toggles) == {"recency", "monetary", "age"}


def test_a_question_aside_waits_for_nobody_and_nobody_for_it(desk):
    session = desk.opened()
    desk.engine.assess_gate.shut()
    session.change(session.recipe.with_k(5), "k 4→5")
    until(desk.engine.assess_gate.reached.is_set)
    session.ask_aside(DriversQuestion())
    until(lambda: session.found(DriversQuestion()) is not None)  # before the assessment, which stands still
    assert session.assessment is None
    assert session.busy is None
    desk.engine.assess_gate.open()
    desk.until_idle()


def test_a_sweep_goes_before_trials(desk):
    session = desk.opened()
    desk.engine.tried.clear()
    desk.engine.toggle_gate.shut()
    session.change(session.recipe.with_k(5), "k 4→5")
    until(desk.engine.toggle_gate.reached.is_set)
    session.sweep(2, 3)
    until(lambda: any(event.finished for event in desk.of(Swept)))
    assert desk.engine.tried == []
    desk.engine.toggle_gate.open()
    desk.until_idle()
    assert desk.engine.tried == ["recency at 5", "monetary at 5", "age at 5"]


# -- sweeps --------------------------------------------------------------------------------------------------


def test_a_sweep_is_lettered_after_the_first_answer(desk):
    """Also one that starts from the very recipe that the letters come from."""
    session = desk.opened()
    session.sweep(2, 3)
    until(lambda: any(event.finished for event in desk.of(Swept)))
    [swept] = [recipe for what, recipe in desk.engine.asked_about if what == "sweep"]
    assert swept.anchor == session.recipe.anchor
    assert swept.anchor is not None
    assert swept.anchor.columns == ("exact",)


def test_a_sweep_goes_on_beside_other_ranges(desk):
    session = desk.opened()
    session.sweep(2, 4)
    until(lambda: any(event.finished for event in desk.of(Swept)))
    session.sweep(6, 7)
    until(lambda: sum(event.finished for event in desk.of(Swept)) == 2)
    assert [row.k for row in session.swept.rows] == [2, 3, 4, 6, 7]


def test_a_stopped_sweep_keeps_its_rows(desk):
    session = desk.opened()
    desk.until_idle()
    desk.engine.exact_gate.shut()
    session.sweep(2, 9)
    until(desk.engine.exact_gate.reached.is_set)
    assert session.stop() == "sweeping"
    desk.engine.exact_gate.open()
    until(lambda: desk.of(StoppedByAnalyst))
    desk.until_idle()
    rows = session.swept.rows
    session.change(session.recipe.with_k(7), "k 4→7")
    desk.until_idle()
    assert session.swept.rows == rows  # k is what a sweep is over


def test_a_sweep_ends_with_what_it_stood_on(desk):
    session = desk.opened()
    session.sweep(2, 4)
    until(lambda: any(event.finished for event in desk.of(Swept)))
    seed = replace(session.recipe.cluster, seed=7)
    session.change(replace(session.recipe, cluster=seed), "seed 7")
    desk.until_idle()
    assert session.swept.rows == ()


def test_a_sweep_comes_back_with_its_recipe(desk):
    session = desk.opened()
    session.sweep(2, 4)
    until(lambda: any(event.finished for event in desk.of(Swept)))
    rows = session.swept.rows
    session.change(replace(session.recipe, cluster=replace(session.recipe.cluster, seed=7)), "seed 7")
    desk.until_idle()
    assert session.swept.rows == ()
    session.undo()
    desk.until_idle()
    assert session.swept.rows == rows
    session.redo()
    desk.until_idle()
    assert session.swept.rows == ()


def test_replies_belong_to_the_answer_they_were_asked_about(desk):
    session = desk.opened()
    question = CustomersQuestion("A")
    session.ask(question)
    until(desk.replied)
    assert session.found(question).endswith("of 4")
    session.change(session.recipe.with_k(5), "k 4→5")
    desk.until_idle()
    assert session.found(question) is None
    session.undo()
    assert session.found(question).endswith("of 4")


def test_export_says_where(desk):
    session = desk.opened()
    session.export(LabelledSpec("out.csv"))
    until(lambda: desk.of(Exported))
    assert [path.name for path in desk.of(Exported)[0].paths] == ["out.csv"]


def test_every_change_is_saved_and_offered(tmp_path):
    desk = Desk(tmp_path)
    session = desk.opened()
    session.change(session.recipe.with_k(5), "k 4→5")
    session.change(session.recipe.with_k(6).with_name("A", "[b]x"), "named")
    session.undo()
    desk.until_idle()
    [saved] = autosave.offered(tmp_path)  # nothing was closed: this is what a killed process leaves
    assert saved.recipe == session.recipe
    assert saved.sources == ("x.csv",)
    assert saved.path.stat().st_mode & 0o777 == 0o600

    other = Desk(tmp_path)
    other.session.resume(saved)
    until(lambda: other.of(Answered))
    assert other.session.recipe.cluster.k == 5
    assert [run.label for run in other.session.runs] == ["opened", "k 4→5", "named"]
    assert other.session.redo()
    assert other.session.recipe.names == (("A", "[b]x"),)
    other.session.close()
    session.close()


def test_a_spoiled_save_is_passed_over(tmp_path):
    folder = tmp_path / "sessions"
    folder.mkdir()
    (folder / "1.toml").write_text("not toml [")
    (folder / "2.toml").write_text("saved = 1\n")
    assert autosave.offered(tmp_path) == ()


def test_a_session_only_looked_at_does_not_hide_earlier_work(tmp_path, monkeypatch):
    for stamp, changes in (("1", 1), ("2", 0)):
        monkeypatch.setattr(autosave.time, "strftime", lambda _, stamp=stamp: stamp)
        desk = Desk(tmp_path)
        session = desk.opened()
        for _ in range(changes):
            session.change(session.recipe.with_k(5), "k 4→5")
        desk.until_idle()
        session.close()
    os.utime(next((tmp_path / "sessions").glob("1-*")), (1, 1))
    assert len(list((tmp_path / "sessions").iterdir())) == 2
    assert [saved.recipe.cluster.k for saved in autosave.offered(tmp_path)] == [5]


def test_a_delivery_says_where_and_what(desk):
    session = desk.opened()
    assert not session.standing(DeliverySpec("out"))
    assert session.standing(DeliverySpec("there"))
    session.deliver(DeliverySpec("out"))
    until(lambda: desk.of(FolderWritten))
    [written] = desk.of(FolderWritten)
    assert (written.folder.name, written.size) == ("out", 10)
    ((recipe, _),) = desk.engine.delivered
    assert recipe.anchor is not None  # the letters on screen are those delivered
    assert recipe.cluster == session.recipe.cluster


def test_nothing_can_stand_where_nothing_is_open(desk):
    with pytest.raises(SegtuiError, match="nothing to export yet"):
        desk.session.standing(DeliverySpec("out"))

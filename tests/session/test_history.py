"""Undo and redo as a pointer: properties against a plain model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from segtui.session.history import History


def test_redo_goes_back_to_the_child_left_last():
    history = History("a")
    history.push("b", "b")
    history.undo()
    history.push("c", "c")
    history.undo()
    assert history.redone_to.value == "c"
    history.go(2)
    assert history.current.value == "b"
    history.undo()
    assert history.redone_to.value == "b"


@given(st.lists(st.one_of(st.sampled_from(["undo", "redo"]), st.integers(0, 99))))
def test_undo_and_redo_are_inverse_and_nothing_is_lost(moves):
    history: History[object] = History("start")
    pushed: list[object] = ["start"]
    for move in moves:
        before = history.current
        if move == "undo":
            if history.undo():
                assert history.redone_to == before
        elif move == "redo":
            if history.redo():
                assert history.undone_to == before
        else:
            history.push(move, "x")
            pushed.append(move)
            assert history.undone_to == before
            assert history.redone_to is None
        assert [entry.value for entry in history.entries] == pushed


@given(st.lists(st.sampled_from(["undo", "push"]), max_size=20))
def test_a_saved_history_comes_back(moves):
    history: History[int] = History(0)
    for i, move in enumerate(moves):
        if move == "undo":
            history.undo()
        else:
            history.push(i, str(i))
    again = History.of(history.entries, history.current.number)
    assert again.entries == history.entries
    assert again.current == history.current

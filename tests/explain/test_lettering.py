"""Letters: first by revenue or size, then carried over by overlap, whatever the clusters are numbered."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.explain.lettering import best_assignment, contingency, first_letters, letter, letter_position, match_letters


@pytest.mark.parametrize(
    ("position", "text"),
    [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")],
)
def test_letters_go_on_after_z_as_spreadsheet_columns_do(position: int, text: str) -> None:
    assert letter(position) == text
    assert letter_position(text) == position


def test_first_letters_follow_revenue_and_without_it_size() -> None:
    assert first_letters([10, 30, 20], None) == ("C", "A", "B")
    assert first_letters([10, 30, 20], np.array([500.0, 20.0, 100.0])) == ("A", "C", "B")


def test_equal_revenue_is_decided_by_size_and_equal_size_by_centroid() -> None:
    assert first_letters([10, 30], np.array([5.0, 5.0])) == ("B", "A")
    centroids = np.array([[1.0, 2.0], [1.0, -2.0]])
    assert first_letters([10, 10], None, centroids) == ("B", "A")
    assert first_letters([10, 10], None, centroids[::-1]) == ("A", "B")


def _match(labels: list[int], anchor: list[int], letters: str, k: int | None = None) -> str:
    array = np.array(labels, dtype=np.uint8)
    k = k or int(array.max()) + 1
    sizes = np.bincount(array, minlength=k).tolist()
    return "".join(match_letters(array, k, np.array(anchor, dtype=np.uint8), tuple(letters), sizes, None))


def test_the_same_people_keep_their_letter_when_clusters_are_renumbered() -> None:
    assert _match([2, 2, 2, 0, 0, 1], [0, 0, 0, 1, 1, 2], "ABC") == "BCA"


def test_a_split_keeps_the_letter_with_the_larger_part_and_the_rest_is_new() -> None:
    # B (five customers) splits in three and two.
    assert _match([0, 0, 0, 1, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1, 1, 1], "AB") == "ABC"


def test_a_merge_keeps_the_letter_of_the_larger_part() -> None:
    assert _match([0, 0, 0, 0, 0, 1], [0, 0, 0, 1, 1, 2], "ABC", 2) == "AC"


def test_letters_of_vanished_segments_are_not_given_to_other_people() -> None:
    # A and B merge, C splits: B is gone, and half of C is not B.
    anchor = [0] * 5 + [1] * 4 + [2] * 10
    labels = [0] * 9 + [1] * 6 + [2] * 4
    assert _match(labels, anchor, "ABC") == "ACD"


def test_a_few_strays_do_not_carry_a_letter_over() -> None:
    # As above, but one customer of B strays into the second half of C: less than chance would bring there.
    anchor = [0] * 50 + [1] * 40 + [2] * 100
    labels = [0] * 89 + [2] + [1] * 60 + [2] * 40
    assert _match(labels, anchor, "ABC") == "ACD"


def test_new_letters_go_on_after_the_highest_and_by_size() -> None:
    anchor = [0] * 10 + [1] * 10
    labels = [0] * 6 + [2] * 4 + [1] * 5 + [3] * 3 + [4] * 2
    assert _match(labels, anchor, "AD") == "ADEFG"


def test_new_segments_take_letters_by_revenue_where_there_is_any() -> None:
    labels = np.array([0] * 6 + [2] * 4 + [1] * 5 + [3] * 3, dtype=np.uint8)
    anchor = np.array([0] * 10 + [1] * 8, dtype=np.uint8)
    found = match_letters(labels, 4, anchor, ("A", "B"), [6, 5, 4, 3], np.array([1.0, 1.0, 10.0, 20.0]))
    assert found == ("A", "B", "D", "C")


def test_contingency_counts_pairs() -> None:
    labels, anchor = np.array([0, 0, 1, 1, 1], dtype=np.uint8), np.array([0, 1, 1, 1, 2], dtype=np.uint8)
    assert contingency(labels, 2, anchor, 3).tolist() == [[1, 1, 0], [0, 2, 1]]


def test_fifty_clusters_against_fifty_letters_do_not_overflow() -> None:
    labels = np.arange(50, dtype=np.uint8).repeat(3)
    letters = tuple(letter(i) for i in range(50))
    assert match_letters(labels, 50, 49 - labels, letters, [3] * 50, None) == letters[::-1]


@given(
    st.integers(1, 5).flatmap(
        lambda rows: st.integers(1, 5).flatmap(
            lambda columns: st.lists(
                st.lists(st.integers(0, 9), min_size=columns, max_size=columns), min_size=rows, max_size=rows
            )
        )
    )
)
def test_the_assignment_is_the_best_of_all(gain: list[list[int]]) -> None:
    found = best_assignment(gain)
    taken = [column for column in found if column is not None]
    assert len(set(taken)) == len(taken)
    padded = [[*row, *[0] * len(gain)] for row in gain]
    best = (
        max(
            sum(row[column] for row, column in zip(padded, columns, strict=True))
            for columns in permutations(range(len(padded[0])), len(padded))
        )
        if len(gain) <= 3
        else None
    )
    total = sum(gain[row][column] for row, column in enumerate(found) if column is not None)
    if best is not None:
        assert total == best


@given(st.permutations(range(5)), st.lists(st.integers(1, 1000), min_size=5, max_size=5, unique=True))
def test_renumbering_clusters_renumbers_letters_by_size_and_nothing_else(new: list[int], sizes: list[int]) -> None:
    before = first_letters(sizes, None)
    moved = [0] * 5
    for cluster, place in enumerate(new):
        moved[place] = sizes[cluster]
    after = first_letters(moved, None)
    assert [after[new[cluster]] for cluster in range(5)] == list(before)


@given(st.permutations(range(4)), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=12, max_size=60))
def test_renumbering_clusters_does_not_change_who_carries_which_letter(
    new: list[int], pairs: list[tuple[int, int]]
) -> None:
    labels = np.array([a for a, _ in pairs], dtype=np.uint8)
    anchor = np.array([b for _, b in pairs], dtype=np.uint8)
    centroids = np.array([[0.0], [1.0], [2.0], [3.0]])
    sizes = np.bincount(labels, minlength=4)
    before = match_letters(labels, 4, anchor, ("A", "B", "C"), sizes.tolist(), None, centroids)
    renumber = np.array(new, dtype=np.uint8)
    back = np.argsort(renumber)
    after = match_letters(renumber[labels], 4, anchor, ("A", "B", "C"), sizes[back].tolist(), None, centroids[back])
    assert tuple(after[place] for place in new) == before

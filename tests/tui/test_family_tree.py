"""The family tree as positions and as lines, on flows computed by hand."""

from __future__ import annotations

import pytest

from segtui.evidence import Stability, SweepRow
from segtui.results import Scores
from segtui.tui.charset import ASCII, UNICODE
from segtui.tui.panes.family_tree import Flow, Tree, came_from, go_to, grown
from segtui.tui.panes.family_view import Drawing, percent

SCORES = Scores("s", 1.0, 0.5, 0.4, 100.0, 1.0)


def row(k: int, sizes, flows=(), letters="ABCDEFGH", jaccard=None, failed: str = "") -> SweepRow:
    stability = Stability(tuple(jaccard), (0.0,) * k, (0.9,), 20, 100) if jaccard else None
    return SweepRow(
        k, None if failed else SCORES, min(sizes, default=0), 9, failed, tuple(sizes), tuple(letters[:k]), flows, stability=stability
    )  # fmt: skip


# 100 customers: A 60, B 40. At 3 a third of A becomes C. At 4 A falls in halves (none is A any more), B stays whole.
ROWS = (
    row(2, (60, 40)),
    row(3, (40, 38, 22), ((40, 0, 20), (0, 38, 2)), jaccard=(0.93, 0.8, 0.65)),
    row(4, (20, 38, 22, 20), ((20, 0, 0, 20), (0, 38, 0, 0), (0, 0, 22, 0)), jaccard=(0.5, 0.9, 0.9, 0.7)),
)


def columns(tree: Tree) -> list[list[int]]:
    return [[node.column for node in level] for level in tree.levels]


def test_a_child_stands_under_its_parent_and_a_new_one_right_of_it():
    tree = grown(ROWS)
    # C opens a column between A and B; at 4 the second half of A opens one between A and C
    assert tree.columns == 4
    assert columns(tree) == [[0, 3], [0, 3, 2], [0, 3, 2, 1]]


def test_who_is_the_parent_and_how_much_comes_from_it():
    tree = grown(ROWS)
    third = tree.levels[1]
    assert [node.parent for node in third] == [0, 1, 0]
    assert [round(node.inherited, 3) for node in third] == [1.0, 1.0, round(20 / 22, 3)]
    assert [node.share for node in third] == [0.4, 0.38, 0.22]


def test_a_segment_is_the_same_where_three_quarters_overlap():
    second, third, fourth = grown(ROWS).levels
    # B: 38 in both of 40 in either; A: 40 of 60 and C: 20 of 62 are others
    assert [node.same for node in third] == [False, True, False]
    # the halves of A: 20 of 40 each
    assert [node.same for node in fourth] == [False, True, True, False]
    assert [(node.first, node.last) for node in second] == [(2, 2), (2, 4)]
    assert [(node.first, node.last) for node in third] == [(3, 3), (2, 4), (3, 4)]
    assert [(node.first, node.last) for node in fourth] == [(4, 4), (2, 4), (3, 4), (4, 4)]
    assert [(node.letter, node.first, node.last) for node in grown(ROWS).lasting()] == [("B", 2, 4)]


def test_nothing_is_drawn_between_k_that_were_not_fitted_side_by_side():
    rows = (ROWS[0], row(3, (), failed="only 2 distinct customers"), row(4, (40, 30, 20, 10)))
    tree = grown(rows)
    assert [[node.k for node in level] for level in tree.levels] == [[2, 2], [4, 4, 4, 4]]
    assert all(node.parent is None for node in tree.levels[1])
    assert columns(tree) == [[0, 1], [2, 3, 4, 5]]
    assert Drawing(tree, UNICODE, 80, 4, None).lines_to(rows[2]).text.strip() == ""


def test_a_segment_that_ends_leaves_its_column():
    rows = (row(2, (50, 50)), row(3, (40, 30, 30), ((40, 5, 5), (0, 25, 25))), row(4, (70, 10, 10, 10), ((40, 0, 0, 0), (25, 5, 0, 0), (5, 5, 10, 10))))  # fmt: skip
    tree = grown(rows)
    # at 4 nobody is mostly made of B of 3: its column is empty there
    assert [node.parent for node in tree.levels[2]] == [0, 1, 2, 2]
    rows = (rows[0], rows[1], row(4, (70, 10, 10, 10), ((40, 0, 0, 0), (29, 1, 0, 0), (1, 9, 10, 10))))
    tree = grown(rows)
    assert [node.parent for node in tree.levels[2]] == [0, 2, 2, 2]
    taken = tree.levels[1][1].column
    assert taken not in [node.column for node in tree.levels[2]]


def test_lines_never_cross():
    for tree in (grown(ROWS),):
        for above, below in zip(tree.levels, tree.levels[1:], strict=False):
            spans = sorted((above[n.parent].column, n.column) for n in below if n.parent is not None)
            ends = [
                max(end for start, end in spans if start == first) for first in sorted({start for start, _ in spans})
            ]
            starts = sorted({start for start, _ in spans})
            assert all(end < start for end, start in zip(ends, starts[1:], strict=False))


def test_flows_of_one_segment():
    assert came_from(ROWS[1], ROWS[0], 2) == (Flow("A", 20 / 22), Flow("B", 2 / 22))
    assert go_to(ROWS[1], 0) == (Flow("A", 40 / 60), Flow("C", 20 / 60))
    assert go_to(ROWS[2], 0) == (Flow("A", 0.5), Flow("D", 0.5))
    assert came_from(ROWS[0], None, 0) == ()
    assert go_to(None, 0) == ()


def test_the_drawing_at_80_columns():
    drawing = Drawing(grown(ROWS), UNICODE, 80, 3, 4)
    lines = [
        drawing.level(ROWS[1], None, "  ").text,
        drawing.lines_to(ROWS[2]).text,
        drawing.level(ROWS[2], None, "> ").text,
    ]
    assert drawing.each == 18
    assert [text.rstrip() for text in lines] == [
        "  k 3<  A 40% .93+                          C 22% .65?        B 38% .80=",
        "        :─────────────────╮                 │                 │",
        "> k 4 s A 20% .50!        D 20% .70?        C 22% .90+        B 38% .90+",
    ]


def test_the_drawing_in_seven_bits_and_the_share_of_a_mixed_child():
    rows = (ROWS[0], row(3, (45, 25, 30), ((45, 0, 15), (0, 25, 15))))
    drawing = Drawing(grown(rows), ASCII, 80, 3, None)
    assert drawing.lines_to(rows[1]).text.rstrip() == "        +-----------------+50%              :"
    assert (
        drawing.level(rows[1], grown(rows).levels[1][2], "> ").text.rstrip()
        == "> k 3<  A 45%            >C 30%             B 25%"
    )


@pytest.mark.parametrize(("width", "label"), [(120, "A 60% .93+"), (12 * 9 + 8, "A 60%+"), (12 * 6 + 8, "A 60+"), (12 * 4 + 8, "A+"), (12 * 2 + 8, "A")])  # fmt: skip
def test_labels_say_what_there_is_room_for(width: int, label: str):
    tree = Tree(grown(ROWS).levels, 4 if width == 120 else 12)
    drawing = Drawing(tree, UNICODE, width, 3, None)
    assert drawing.label(tree.levels[0][0], 0.93).rstrip() == label


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.004, "<1 %"), (0.126, "13 %"), (0.996, ">99 %"), (1, "100 %")]
)
def test_no_share_is_rounded_away(share: float, text: str):
    assert percent(share) == text

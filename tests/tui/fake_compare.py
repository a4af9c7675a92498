"""A comparison made by hand: five segments where there were four, and who moved between them."""

from __future__ import annotations

import numpy as np

from segtui.explained import ComparedSide, Comparison, Difference, Migration, Move
from segtui.recipe import SourceSpec
from segtui.results import Scores
from segtui.session.questions import ComparisonQuestion

TABLE = (
    (2_061, 31, 0, 3, 9),
    (40, 5_346, 61, 22, 2_902),
    (3, 447, 4_201, 1_196, 981),
    (0, 53, 144, 864, 48),
)
BEFORE = ("Loyal", "Regulars", "One-off bargain", "New customers")
AFTER = ("Loyal", "Regulars", "One-off bargain", "New customers", "Lapsing")
MATCHED = ((0, 0), (1, 1), (2, 2), (3, 3))
FEATURES = ("recency", "frequency", "monetary", "tenure_days", "discount_share", "basket_size", "margin_pct")


def comparison(
    table: tuple[tuple[int, ...], ...] = TABLE,
    before: tuple[str, ...] = BEFORE,
    after: tuple[str, ...] = AFTER,
    matched: tuple[tuple[int, int], ...] = MATCHED,
    *,
    letters: tuple[tuple[str, ...], tuple[str, ...]] | None = None,
    why: str = "",
    money: bool = True,
    alone: tuple[int, int] = (0, 0),
) -> Comparison:
    rows, columns = letters or (letters_of(len(before)), letters_of(len(after)))
    moved = sum(n for i, row in enumerate(table) for j, n in enumerate(row) if (i, j) not in matched)
    revenue = tuple(tuple(100.0 * n for n in row) for row in table) if money else None
    return Comparison(
        rows, before, columns, after, table, revenue, *alone, 0.47, matched, np.arange(moved, dtype=np.int64), not why, why
    )  # fmt: skip


def letters_of(count: int) -> tuple[str, ...]:
    """A, B … Z, AA, AB …"""
    return tuple(chr(65 + i) if i < 26 else "A" + chr(65 + i - 26) for i in range(count))


def migration(question: ComparisonQuestion) -> Migration:
    """A file has no scores, and one of its rows nobody knows."""
    file = isinstance(question.before, SourceSpec) or isinstance(question.after, SourceSpec)
    why = "a file does not say its features and scale" if file else ""
    other = not file and question.before.prepare != question.after.prepare
    found = comparison(why=why or ("other features or scale" if other else ""), alone=(0, 12) if file else (0, 0))
    sides = (_side(question.before, 4, 0.381, 1.03, 52_900.0), _side(question.after, 5, 0.412, 0.91, 48_100.0))
    return Migration(found, *sides, moves(found), 1, 0.1)


def _side(side: object, k: int, silhouette: float, db: float, inertia: float) -> ComparedSide:
    if isinstance(side, SourceSpec):
        return ComparedSide(k, notes=("12 customers that are open have no segment in the file",))
    return ComparedSide(k, FEATURES, "auto", Scores("s", inertia, 0.6, silhouette, 5_000.0, db))


def moves(found: Comparison, told: int = 12) -> tuple[Move, ...]:
    """Every move, the biggest first, the first few told."""
    same = dict(found.matched)
    made = []
    for i, row in enumerate(found.table):
        for j, count in enumerate(row):
            if count and same.get(i) != j:
                money = None if found.revenue is None else found.revenue[i][j]
                made.append(
                    Move(i, j, count, count / sum(row), money, count // 7, None, i in same, 5_346, count, 5_346)
                )
    made.sort(key=lambda move: (-move.customers, move.row, move.column))
    differences = (
        Difference("recency", None, False, 118.0, 31.0, 2.4),
        Difference("newsletter", "yes", True, 0.12, 0.61, -1.3),
        Difference("newsletter", "no", True, 0.88, 0.39, 1.3),
        Difference("frequency", None, False, 3.0, 6.1, -1.1),
        Difference("margin_pct", None, False, 30.0, 29.9, 0.05),
    )
    return tuple(
        Move(
            m.row,
            m.column,
            m.customers,
            m.share,
            m.revenue,
            m.near,
            differences,
            m.stayed,
            m.others,
            m.looked_at,
            m.others_looked_at,
        )
        if n < told
        else m
        for n, m in enumerate(made)
    )

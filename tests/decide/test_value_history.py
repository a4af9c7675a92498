"""Histories of lines by hand: what counts as an order, weeks, what is refused."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from segtui.decide.value_history import History, history_of, holdout_of
from segtui.errors import AnalysisError
from segtui.progress import finish

LINES = pl.DataFrame(
    [
        # 0: three days (two orders on the second), a return, and one day after the snapshot
        (0, "a", date(2024, 1, 1), 10.0),
        (0, "b", date(2024, 1, 8), 20.0),
        (0, "b2", date(2024, 1, 8), 10.0),
        (0, "c", date(2024, 1, 22), 40.0),
        (0, "r", date(2024, 1, 25), -6.0),
        (0, "d", date(2024, 2, 5), 7.0),
        (0, "e", date(2024, 2, 6), -2.0),
        # 2: once, and then back on the day of the snapshot, which is not seen
        (2, "f", date(2024, 1, 15), 5.0),
        (2, "g", date(2024, 1, 29), 9.0),
        # 3: a return alone is nobody's order
        (3, "h", date(2024, 1, 2), -3.0),
        # 4: a repeat order without a known amount
        (4, "i", date(2024, 1, 1), 5.0),
        (4, "j", date(2024, 1, 3), None),
        (-1, "k", date(2024, 1, 3), 100.0),
    ],
    schema={"owner": pl.Int64, "order": pl.String, "day": pl.Date, "amount": pl.Float64},
    orient="row",
)
SNAPSHOT = date(2024, 1, 29)


def test_histories_by_hand() -> None:
    for lines in (LINES, LINES.reverse()):
        found = finish(history_of(lines, 6, SNAPSHOT))
        assert found.who.tolist() == [0, 2, 4]
        assert found.customers == 6
        assert found.x.tolist() == [2.0, 0.0, 1.0]
        assert found.t_x.tolist() == pytest.approx([3.0, 0.0, 2 / 7])
        assert found.T.tolist() == pytest.approx([4.0, 2.0, 4.0])
        assert found.spend[0] == pytest.approx((20 + 10 + 40 - 6) / 2)
        assert np.isnan(found.spend[1:]).all()


def test_the_holdout_by_hand() -> None:
    """From the snapshot on, before the end; a return's money counts and makes no order."""
    found = finish(holdout_of(LINES, 6, SNAPSHOT, date(2024, 2, 12)))
    assert found.weeks == 2.0
    assert found.orders.tolist() == [1.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    assert found.spend is not None
    assert found.spend.tolist() == [5.0, 0.0, 9.0, 0.0, 0.0, 0.0]
    assert finish(holdout_of(LINES.drop("amount"), 6, SNAPSHOT, date(2024, 2, 12))).spend is None


def test_regularity_by_hand() -> None:
    """Gaps of 7, 7, 7: nothing varies. Gaps of 1, 2, 3: deviation 1 of a mean of 2. Two gaps say nothing."""
    days = {0: (0, 7, 14, 21), 1: (0, 1, 3, 6), 2: (0, 1, 9)}
    rows = [(owner, date(2024, 1, 1 + day)) for owner, those in days.items() for day in those]
    lines = pl.DataFrame(rows, schema={"owner": pl.Int64, "day": pl.Date}, orient="row")
    found = finish(history_of(lines, 3, SNAPSHOT))
    assert found.regularity[:2].tolist() == pytest.approx([0.0, 0.5])
    assert np.isnan(found.regularity[2])
    assert np.isnan(found.spend).all()


def test_blocks_of_lines_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = finish(history_of(LINES, 6, SNAPSHOT))
    monkeypatch.setattr("segtui.decide.value_history.LINES", 2)
    parts = finish(history_of(LINES, 6, SNAPSHOT))
    for name in ("who", "x", "t_x", "T", "spend", "regularity"):
        assert np.array_equal(getattr(parts, name), getattr(whole, name), equal_nan=True)


def test_nobody_ordered_yet() -> None:
    with pytest.raises(AnalysisError, match="nobody ordered before 2023-01-01"):
        finish(history_of(LINES, 6, date(2023, 1, 1)))


@pytest.mark.parametrize(
    ("x", "t_x", "T", "why"),
    [
        (1.0, 30.0, 4.0, "after the snapshot"),  # days beside weeks
        (0.0, 3.0, 4.0, "do not go together"),
        (2.0, 0.0, 4.0, "do not go together"),
        (1.5, 2.0, 4.0, "do not go together"),
        (-1.0, 2.0, 4.0, "below zero"),
        (1.0, float("nan"), 4.0, "missing"),
    ],
)
def test_histories_that_cannot_be(x: float, t_x: float, T: float, why: str) -> None:
    with pytest.raises(AnalysisError, match=why):
        History.plain(np.array([x]), np.array([t_x]), np.array([T]))

"""Value from end to end on simulated customers: sums per segment, the holdout, every gate open and shut, and stopping."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segtui.decide import value_gates
from segtui.decide.value import lifetime_value
from segtui.decide.value_check import borne_out, calibrate, check, refusal
from segtui.decide.value_fit import Optimum
from segtui.decide.value_history import History, Holdout
from segtui.decided.value import Calibration, Check, Gate, LifetimeValue, OrderModel, SpendModel, Verdict
from segtui.errors import AnalysisError
from segtui.progress import finish

from .value_people import people

LETTERS = ("A", "B")


def halves(history: History) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A: customers with repeat orders; B: those without; the last ten in no segment."""
    labels = np.where(history.x > 0, 0, 1).astype(np.uint8)
    labels[-10:] = 255
    return labels


def valued(history: History, weeks: float = 26.0, holdout: Holdout | None = None) -> LifetimeValue:
    return finish(lifetime_value(history, halves(history), LETTERS, weeks, holdout))


def gate(gates: tuple[Gate, ...], id: str) -> Gate:
    return next(one for one in gates if one.id == id)


# -- end to end ----------------------------------------------------------------------------------------------


def test_everything_is_said_where_the_models_hold() -> None:
    history, holdout = people(6_000, 1)
    found = valued(history, holdout=holdout)
    assert (found.refused, found.no_alive, found.no_value) == ("", "", "")
    assert all(one.open for one in found.gates)
    assert found.orders is not None
    assert found.spend is not None
    assert [one.letter for one in found.segments] == ["A", "B"]
    assert found.all is not None
    assert found.all.customers == 6_000
    assert sum(one.customers for one in found.segments) == 5_990
    assert found.expected_orders is not None
    assert found.value is not None
    assert found.alive is not None
    labels = halves(history)
    for place, one in enumerate(found.segments):
        inside = labels == place
        assert one.orders.expected == pytest.approx(found.expected_orders[inside].sum())
        assert one.value is not None
        assert one.value.expected == pytest.approx(found.value[inside].sum())
        assert one.alive == pytest.approx(found.alive[inside].sum())
        assert one.at_risk == pytest.approx((found.alive[inside] < 0.3).mean())
        assert one.trusted
    calibration = found.calibration
    assert calibration is not None
    assert calibration.orders.verdict is Verdict.HOLDS
    assert calibration.spend is not None
    assert calibration.spend.ratio == pytest.approx(1.0, abs=0.1)
    assert calibration.orders.low is not None
    assert calibration.orders.high is not None
    assert calibration.orders.low < 1 < calibration.orders.high
    assert len(calibration.orders_by_decile) == 10
    tenths = [one.expected for one in calibration.orders_by_decile]
    assert tenths == sorted(tenths, reverse=True)
    assert sum(tenths) == pytest.approx(calibration.orders.expected)
    assert calibration.rank is not None
    assert calibration.naive is not None
    assert calibration.rank > calibration.naive


def test_intervals_hold_the_truth_of_the_parameters() -> None:
    """The interval is of the expectation: at the true parameters it lies inside, 95 times in 100; here 18 of 20 at least."""
    from segtui.decide.value_bgnbd import expected_orders

    from .value_people import ORDERS

    hits = 0
    for seed in range(20):
        history, _ = people(1_000, seed)
        found = valued(history)
        assert found.all is not None
        truth = expected_orders(ORDERS, 26.0, history.x, history.t_x, history.T).sum()
        low, high = found.all.orders.low, found.all.orders.high
        assert low is not None
        assert high is not None
        hits += low <= truth <= high
    assert hits >= 18


def test_customers_who_never_ordered_have_no_value() -> None:
    history, _ = people(2_000, 2)
    who = np.arange(2_000) * 2 + 1
    apart = replace(history, who=who, customers=4_001)
    labels = np.full(4_001, 255, dtype=np.uint8)
    labels[who] = halves(history)
    found, same = finish(lifetime_value(apart, labels, LETTERS, 26.0)), valued(history)
    assert found.expected_orders is not None
    assert same.expected_orders is not None
    assert np.isnan(found.expected_orders[::2]).all()
    assert np.array_equal(found.expected_orders[1::2], same.expected_orders)
    assert found.segments == same.segments


def test_a_holdout_that_runs_away_is_refused() -> None:
    """Three times as many orders as before: refused, and the calibration is there to see."""
    history, holdout = people(3_000, 3, trend=3.0)
    found = valued(history, holdout=holdout)
    assert "too little" in found.refused
    assert found.no_value == found.no_alive == found.refused
    assert found.calibration is not None
    assert found.calibration.orders.verdict is Verdict.OFF
    assert (found.segments, found.all, found.value, found.alive, found.spend) == ((), None, None, None, None)


def test_spend_that_runs_away_takes_money_alone() -> None:
    history, holdout = people(3_000, 4)
    assert holdout.spend is not None
    found = valued(history, holdout=replace(holdout, spend=holdout.spend * 3))
    assert found.refused == ""
    assert "of spend" in found.no_value
    assert found.value is None
    assert found.all is not None
    assert found.all.value is None
    assert found.expected_orders is not None


def test_a_segment_that_is_off_is_not_trusted() -> None:
    """Who never came back before does not now either; the sum over all hardly feels it."""
    history, holdout = people(4_000, 5)
    found = valued(
        history, holdout=replace(holdout, orders=np.where(history.x > 0, holdout.orders, holdout.orders * 0.4))
    )
    assert found.refused == ""
    assert [one.trusted for one in found.segments] == [True, False]
    assert [bool(one.doubts) for one in found.segments] == [False, True]


def test_a_segment_whose_money_is_off_is_not_trusted() -> None:
    """Those who never came back before spend 40 % of what they did, in as many orders."""
    history, holdout = people(4_000, 5)
    assert holdout.spend is not None
    found = valued(history, holdout=replace(holdout, spend=np.where(history.x > 0, holdout.spend, holdout.spend * 0.4)))
    assert found.no_value == ""
    assert [one.trusted for one in found.segments] == [True, False]
    assert ["of revenue" in "".join(one.doubts) for one in found.segments] == [False, True]


def test_no_horizon() -> None:
    history, _ = people(200, 1)
    for weeks in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(AnalysisError, match="no horizon"):
            finish(lifetime_value(history, halves(history), LETTERS, weeks))


def test_it_can_be_stopped_between_pieces() -> None:
    history, holdout = people(1_000, 6)
    steps = lifetime_value(history, halves(history), LETTERS, 26.0, holdout)
    seen = [next(steps) for _ in range(20)]
    assert all(0 <= (one.done or 0.0) <= 1 for one in seen)
    steps.close()
    with pytest.raises(StopIteration):
        next(steps)


# -- gates ---------------------------------------------------------------------------------------------------


def test_the_gate_of_repeat_customers() -> None:
    history, _ = people(3_000, 7)
    few = np.flatnonzero(history.x > 0)[:99]
    cut = History.plain(history.x[few], history.t_x[few], history.T[few], history.spend[few])
    found = valued(cut)
    assert "99 customers ordered on a second day" in found.refused
    assert (found.orders, found.segments) == (None, ())
    enough = np.flatnonzero(history.x > 0)[:100]
    cut = History.plain(history.x[enough], history.t_x[enough], history.T[enough])
    assert gate(value_gates.of_history(cut, 26.0), "repeaters").open


def test_the_gates_of_history_and_horizon() -> None:
    """Everybody back after 4 weeks of 12, of 13, and after 5 of 14: 13 weeks or 3 gaps, whichever is more."""
    ones = np.ones(100)
    for gap, span, opens in ((4.0, 12.0, False), (4.0, 13.0, True), (5.0, 14.0, False), (5.0, 15.0, True)):
        history = History.plain(ones, ones * gap, ones * span)
        assert gate(value_gates.of_history(history, 10.0), "history").open is opens
    history = History.plain(ones, ones, ones * 20)
    assert gate(value_gates.of_history(history, 20.0), "horizon").open
    assert not gate(value_gates.of_history(history, 20.1), "horizon").open
    assert "no further ahead than back" in valued(history, 20.1).refused


def test_the_gate_of_contracts() -> None:
    history, _ = people(300, 8)
    monthly = replace(history, regularity=np.full(300, 0.05))
    found = valued(monthly)
    assert "subscription" in found.refused
    assert gate(value_gates.of_history(replace(history, regularity=np.full(300, 0.7)), 26.0), "contract").open
    few = np.where(np.arange(300) < 49, 0.05, np.nan)
    assert gate(value_gates.of_history(replace(history, regularity=few), 26.0), "contract").open


def test_the_gates_of_a_fit() -> None:
    model = OrderModel(0.8, 10.0, 0.6, 2.5)
    ended = Optimum(np.zeros(4), -10.0, np.eye(4), True, (), 4, 4)
    assert all(one.open for one in value_gates.of_orders(model, ended))
    assert not gate(value_gates.of_orders(model, replace(ended, converged=False)), "fit").open
    edge = gate(value_gates.of_orders(model, replace(ended, edges=(0, 1))), "fit")
    assert not edge.open
    assert "r and alpha" in edge.why
    busy = gate(value_gates.of_orders(OrderModel(8.0, 1.0, 0.6, 2.5), ended), "rate")
    assert not busy.open
    assert "unit of time" in busy.why
    assert not gate(value_gates.of_orders(OrderModel(0.8, 10.0, 1e-4, 9.0), ended), "leaving").open
    assert not gate(value_gates.of_orders(model, replace(ended, edges=(3,))), "leaving").open


def test_where_nobody_leaves_orders_are_said_and_leaving_is_not() -> None:
    history, holdout = people(3_000, 9, OrderModel(0.8, 10.0, 1e-6, 1.0))
    found = valued(history, holdout=holdout)
    assert found.refused == ""
    assert "nobody ever left" in found.no_alive
    assert found.alive is None
    assert found.all is not None
    assert (found.all.alive, found.all.at_risk) == (None, None)
    assert found.all.orders.expected == pytest.approx(holdout.orders.sum(), rel=0.1)
    assert found.all.orders.low is not None  # of r and alpha alone


def test_the_gates_of_money() -> None:
    history, _ = people(2_000, 10)
    assert all(one.open for one in value_gates.of_money(history))
    tied = valued(replace(history, spend=np.where(history.x > 0, 10 + history.x, np.nan)))
    assert tied.refused == ""
    assert "correlate at 1.00" in tied.no_value
    assert tied.all is not None
    assert tied.all.value is None
    unknown = valued(replace(history, spend=np.full(2_000, np.nan)))
    assert "0 repeat customers have a known" in unknown.no_value
    assert unknown.expected_orders is not None


def test_the_gate_of_a_fit_of_spend() -> None:
    ended = Optimum(np.zeros(3), -10.0, np.eye(3), True, (), 3, 3)
    assert value_gates.of_spend(SpendModel(6.0, 4.0, 15.0), ended).open
    heavy = value_gates.of_spend(SpendModel(6.0, 0.9, 15.0), ended)
    assert not heavy.open
    assert "without a limit" in heavy.why
    assert not value_gates.of_spend(SpendModel(6.0, 4.0, 15.0), replace(ended, edges=(2,))).open
    assert not value_gates.of_spend(SpendModel(6.0, 4.0, 15.0), replace(ended, converged=False)).open


# -- the holdout ---------------------------------------------------------------------------------------------


def test_a_ratio_by_hand() -> None:
    """Shares .25 each against .1, .2, .3, .4: squares .0225 + .0025 + .0025 + .0225 = .05, times 4/3."""
    found = check("A", np.full(4, 15.0), np.array([4.0, 8.0, 12.0, 16.0]))
    wide = np.exp(1.96 * np.sqrt(0.05 * 4 / 3))
    assert (found.expected, found.observed, found.ratio) == (60.0, 40.0, 1.5)
    assert (found.low, found.high) == pytest.approx((1.5 / wide, 1.5 * wide))
    assert found.verdict is Verdict.UNSURE  # 1 is inside


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [(1.25, Verdict.HOLDS), (1.26, Verdict.OFF), (0.8, Verdict.HOLDS), (0.79, Verdict.OFF)],
)
def test_the_band(ratio: float, verdict: Verdict) -> None:
    observed = np.full(1_000, 2.0)
    found = check("all", observed * ratio, observed)
    assert found.verdict is verdict
    said = refusal(found, "orders", 13)
    assert bool(said) is (verdict is Verdict.OFF)
    if said:
        assert ("too much" if ratio > 1 else "too little") in said


def test_too_few_orders_say_nothing() -> None:
    found = check("A", np.full(29, 1.25), np.ones(29))
    assert found.verdict is Verdict.FEW
    assert refusal(found, "orders", 13) == ""
    nothing = check("A", np.ones(4), np.zeros(4))
    assert (nothing.ratio, nothing.verdict) == (None, Verdict.FEW)
    assert check("A", np.ones(0), np.zeros(0)).verdict is Verdict.FEW
    # money is judged by the orders behind it
    assert check("A", np.full(29, 1100.0), np.full(29, 900.0), np.ones(29)).verdict is Verdict.FEW


def test_few_orders_that_are_off_by_far_are_told() -> None:
    """20 orders where 60 were expected of four: 3 times, and 3 / e^(1.96 * sqrt(.05 * 4 / 3)) = 1.81 is beyond 1.25;
    30 expected are 1.5 times, with an interval from .90: too few to tell."""
    observed = np.array([2.0, 4.0, 6.0, 8.0])
    off, few = check("A", np.full(4, 15.0), observed), check("A", np.full(4, 7.5), observed)
    assert off.low == pytest.approx(3 / np.exp(1.96 * np.sqrt(0.05 * 4 / 3)))
    assert (off.verdict, few.verdict) == (Verdict.OFF, Verdict.FEW)
    assert check("A", np.full(4, 1.2), np.zeros(4)).verdict is Verdict.OFF  # 4.8 expected, more than 1.25 * 3.69
    assert check("A", np.full(4, 1.1), np.zeros(4)).verdict is Verdict.FEW


def checked(orders: Check, spend: Check | None = None) -> Calibration:
    return Calibration(13.0, orders, (orders,), (), spend, () if spend is None else (spend,), None, None)


def test_orders_and_money_bear_a_segment_out() -> None:
    """One rule for both: off in either is a doubt, and few orders are said to be few, never trusted in silence."""
    holds, off, few = (
        Check("A", 100, 120.0, seen, 120 / seen, low, high, verdict)
        for seen, low, high, verdict in (
            (100.0, 1.1, 1.3, Verdict.HOLDS), (80.0, 1.3, 1.7, Verdict.OFF), (20.0, 0.9, 9.0, Verdict.FEW),
        )
    )  # fmt: skip
    assert borne_out(None, "A", money=True) == ((), "")
    assert borne_out(checked(holds, holds), "A", money=True) == ((), "")
    assert borne_out(checked(off), "B", money=True) == ((), "")
    (doubt,), unjudged = borne_out(checked(off), "A", money=True)
    assert "120 orders were expected in the holdout and 80 seen (1.50 times, 95 % 1.30 to 1.70)" in doubt
    assert "0.80 to 1.25 would do" in doubt
    assert unjudged == ""
    (doubt,), _ = borne_out(checked(holds, off), "A", money=True)
    assert "of revenue were expected" in doubt
    assert borne_out(checked(holds, off), "A", money=False) == ((), "")
    doubts, unjudged = borne_out(checked(few), "A", money=True)
    assert (doubts, "20 seen, too few to tell" in unjudged) == ((), True)


def test_ranks_by_hand() -> None:
    """1 2 3 against 2 1 3: Spearman is 1 - 6 * 2 / (3 * 8) = .5."""
    labels = np.array([0, 1, 255], dtype=np.uint8)
    found = calibrate(4.0, np.array([1.0, 2.0, 3.0]), np.array([2.0, 1.0, 3.0]), None, np.ones(3), labels, LETTERS)
    assert found.rank == pytest.approx(0.5)
    assert found.naive is None
    assert [one.customers for one in found.orders_by_segment] == [1, 1]
    assert [one.expected for one in found.orders_by_decile] == [3.0, 2.0, 1.0]
    assert (found.spend, found.spend_by_segment) == (None, ())

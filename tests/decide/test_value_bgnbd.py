"""BG/NBD: the published example, a likelihood by hand, its slope, known parameters found again, and what must hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.decide.value_bgnbd import OrderRows, alive, by_integral, expected_orders, fit, if_alive, log_likelihood
from segtui.decided.value import OrderModel
from segtui.progress import finish

from .value_people import ORDERS, arrays, people

CDNOW = OrderModel(0.24259, 4.41357, 0.79297, 2.42602)
"""METHODS E5: fitted on the CDNOW sample, weeks."""

MODELS = st.builds(OrderModel, st.floats(0.05, 5.0), st.floats(0.5, 50.0), st.floats(0.02, 5.0), st.floats(0.02, 20.0))
"""a + b below 1 and a near 1 are among them: the closed form has poles there."""


def test_the_published_customer() -> None:
    """E5: 2 repeat orders, the last in week 30.43 of 38.86: 1.22589 orders in 39 weeks, alive at .72660."""
    one = arrays(2, 30.43, 38.86)
    assert expected_orders(CDNOW, 39.0, *one)[0] == pytest.approx(1.22589, abs=1e-5)
    assert alive(CDNOW, *one)[0] == pytest.approx(0.72660, abs=1e-5)


def test_the_closed_form_and_the_integral_agree_on_it() -> None:
    x, _, T = arrays(2, 30.43, 38.86)
    assert by_integral(CDNOW, 39.0, x, T)[0] == pytest.approx(if_alive(CDNOW, 39.0, x, T)[0], rel=1e-10)


def test_a_likelihood_by_hand() -> None:
    """r = alpha = a = b = 1. Nobody back by week 1: (1/2)^1. Back once, in week 1 of 3:
    G(2)/G(1) * 1 * B(1,2)/B(1,1) * [(1/4)^2 + (1/1) (1/2)^2] = 1/2 (1/16 + 1/4) = 5/32."""
    rows = OrderRows.of(np.array([0.0, 1.0, 0.0]), np.array([0.0, 1.0, 0.0]), np.array([1.0, 3.0, 1.0]))
    assert rows.count.tolist() == [2.0, 1.0]
    assert rows.row.tolist() == [0, 1, 0]
    assert log_likelihood(np.zeros(4), rows)[0] == pytest.approx(2 * np.log(1 / 2) + np.log(5 / 32))


def test_alive_by_hand() -> None:
    """The same customer: the odds of having left are (1/4 * 1) to 1/16, so 1 in 5 is alive; nobody left without an order."""
    model = OrderModel(1.0, 1.0, 1.0, 1.0)
    assert alive(model, *arrays(1, 1, 3))[0] == pytest.approx(0.2)
    assert alive(model, *arrays(0, 0, 50))[0] == 1.0


@given(model=MODELS, seed=st.integers(0, 50))
def test_the_slope_is_that_of_the_likelihood(model: OrderModel, seed: int) -> None:
    history, _ = people(40, seed)
    rows = OrderRows.of(history.x, history.t_x, history.T)
    at = np.log(np.array([model.r, model.alpha, model.a, model.b]))
    value, slope = log_likelihood(at, rows)
    assert np.isfinite(value)
    for which in range(4):
        step = np.zeros(4)
        step[which] = 1e-5
        up, down = log_likelihood(at + step, rows)[0], log_likelihood(at - step, rows)[0]
        assert slope[which] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-4 * abs(value) + 1e-4)


def test_parts_add_up() -> None:
    history, _ = people(300, 3)
    rows = OrderRows.of(history.x, history.t_x, history.T)
    at = np.log(np.array([0.5, 8.0, 0.8, 2.5]))
    whole, slope = log_likelihood(at, rows)
    first, last = (log_likelihood(at, rows, part) for part in (slice(0, 100), slice(100, 10_000)))
    assert first[0] + last[0] == pytest.approx(whole)
    assert first[1] + last[1] == pytest.approx(slope)


@pytest.mark.parametrize("seed", [1, 2])
def test_known_parameters_are_found_again(seed: int) -> None:
    """Within three standard errors, and the errors are small enough for that to mean something."""
    history, _ = people(8_000, seed)
    model, found = finish(fit(OrderRows.of(history.x, history.t_x, history.T)))
    covariance = found.covariance(range(4))
    assert covariance is not None
    errors = np.sqrt(np.diag(covariance))
    truth = np.log([ORDERS.r, ORDERS.alpha, ORDERS.a, ORDERS.b])
    assert found.converged
    assert found.agreed == found.starts
    assert (np.abs(found.at - truth) < 3 * errors).all()
    assert (errors < 0.15).all()
    assert model.customers == 8_000
    assert model.leaving == pytest.approx(ORDERS.leaving, rel=0.1)


def test_a_fit_hangs_neither_on_the_order_of_customers_nor_on_the_unit_of_time() -> None:
    history, _ = people(1_000, 4)
    model, found = finish(fit(OrderRows.of(history.x, history.t_x, history.T)))
    turned, _ = finish(fit(OrderRows.of(history.x[::-1], history.t_x[::-1], history.T[::-1])))
    assert turned == model
    days, same = finish(fit(OrderRows.of(history.x, history.t_x * 7, history.T * 7)))
    assert (days.r, days.alpha / 7, days.a, days.b) == pytest.approx((model.r, model.alpha, model.a, model.b), rel=1e-4)
    assert same.height == pytest.approx(found.height - np.log(7) * history.x.sum())


def test_expected_orders_are_what_simulated_customers_do() -> None:
    """At the true parameters the sum over 20,000 customers is met within 3 %."""
    history, holdout = people(20_000, 5)
    expected = expected_orders(ORDERS, holdout.weeks, history.x, history.t_x, history.T)
    assert expected.sum() == pytest.approx(holdout.orders.sum(), rel=0.03)


@given(
    model=MODELS,
    x=st.integers(0, 400),
    age=st.floats(1.0, 300.0),
    share=st.floats(0.01, 1.0),
    weeks=st.floats(0.1, 200),
)
def test_what_must_hold(model: OrderModel, x: int, age: float, share: float, weeks: float) -> None:
    last = age * share if x else 0.0
    one = arrays(x, last, age)
    chance, orders = alive(model, *one)[0], expected_orders(model, weeks, *one)[0]
    assert 0.0 <= chance <= 1.0
    assert np.isfinite(orders)
    assert 0.0 <= orders <= (model.r + x) * weeks / (model.alpha + age) * (1 + 1e-6)
    # a later last order speaks for being alive
    if x:
        assert alive(model, *arrays(x, min(age, last * 1.1), age))[0] >= chance - 1e-12
    # more time, more orders
    assert expected_orders(model, weeks * 1.5, *one)[0] >= orders * (1 - 1e-9)
    # the closed form, where it is used, and the integral are the same
    few, _, seen = one
    exact = by_integral(model, weeks, few, seen)[0]
    assert if_alive(model, weeks, few, seen)[0] == pytest.approx(exact, rel=1e-5)


@pytest.mark.parametrize(("a", "b"), [(1.0, 2.0), (0.4, 0.3), (0.5, 0.5), (1.0, 1e-4), (1e-4, 1e6)])
def test_no_customer_is_beyond_the_formula(a: float, b: float) -> None:
    """Without repeat orders E5's formula has no value where a + b < 1 or a = 1, and with very many it overflows."""
    model = OrderModel(0.5, 5.0, a, b)
    x = np.array([0.0, 1.0, 5_000.0])
    orders = expected_orders(model, 26.0, x, np.minimum(x, 39.0), np.full(3, 40.0))
    assert np.isfinite(orders).all()
    assert (orders >= 0).all()
    assert orders[0] > 0


def test_no_time_no_orders() -> None:
    assert expected_orders(CDNOW, 0.0, *arrays(2, 30, 38)).tolist() == [0.0]

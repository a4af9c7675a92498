"""Gamma-gamma: the published mean, a likelihood by hand, its slope, and known parameters found again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.decide.value_spend import SpendRows, correlation, expected_spend, fit, log_likelihood
from segtui.decided.value import SpendModel
from segtui.progress import finish

from .value_people import SPEND, people

CDNOW = SpendModel(6.2489, 3.7446, 15.4474)


def test_the_published_mean() -> None:
    """E5: 35.17; it is what customers without repeat orders are expected to spend."""
    assert CDNOW.mean == pytest.approx(35.17, abs=0.005)
    nobody = expected_spend(CDNOW, np.array([0.0]), np.array([np.nan]))
    assert nobody[0] == pytest.approx(35.17, abs=0.005)
    assert SpendModel(2.0, 1.0, 3.0).mean is None


def test_expectation_weighs_own_and_mean() -> None:
    """p = 1, q = 3, v = 4: the mean is 2. With x = 2 and m = 5: weights (q-1)/(px+q-1) = 2/4 and 2/4: 3.5."""
    model = SpendModel(1.0, 3.0, 4.0)
    spend = np.array([5.0, np.nan, -1.0, 0.0])
    assert expected_spend(model, np.array([2.0, 2.0, 1.0, 3.0]), spend).tolist() == pytest.approx([3.5, 2.0, 2.0, 2.0])


def test_a_likelihood_by_hand() -> None:
    """p = q = v = 1, x = 1, m = 1: G(2)/(G(1) G(1)) / (1 + 1)^2 = 1/4. x = 2, m = 1: G(3)/G(2) 2^2 / 3^3 = 8/27."""
    rows = SpendRows(np.array([1.0, 2.0]), np.array([1.0, 1.0]), 1.0)
    assert log_likelihood(np.zeros(3), rows)[0] == pytest.approx(np.log(1 / 4) + np.log(8 / 27))


def test_the_likelihood_is_a_density() -> None:
    """Over all means it adds up to 1."""
    m = np.exp(np.linspace(-14, 14, 20_001))
    rows = [SpendRows(np.array([3.0]), np.array([one]), 1.0) for one in m]
    at = np.log(np.array([2.0, 3.0, 1.5]))
    density = np.exp([log_likelihood(at, row)[0] for row in rows])
    assert np.trapezoid(density * m, np.log(m)) == pytest.approx(1.0, abs=1e-5)


@given(st.tuples(st.floats(0.2, 20), st.floats(0.2, 20), st.floats(0.05, 20)), st.integers(0, 20))
def test_the_slope_is_that_of_the_likelihood(at: tuple[float, float, float], seed: int) -> None:
    history, _ = people(60, seed)
    rows = SpendRows.of(history.x, history.spend)
    where = np.log(np.array(at))
    value, slope = log_likelihood(where, rows)
    for which in range(3):
        step = np.zeros(3)
        step[which] = 1e-5
        up, down = log_likelihood(where + step, rows)[0], log_likelihood(where - step, rows)[0]
        assert slope[which] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-5 * abs(value) + 1e-4)


def test_known_parameters_are_found_again() -> None:
    history, _ = people(8_000, 1)
    model, found = finish(fit(SpendRows.of(history.x, history.spend)))
    covariance = found.covariance(range(3))
    assert covariance is not None
    truth = np.log([SPEND.p, SPEND.q, SPEND.v])
    assert found.converged
    assert (np.abs(np.log([model.p, model.q, model.v]) - truth) < 3 * np.sqrt(np.diag(covariance))).all()
    assert model.mean == pytest.approx(SPEND.mean, rel=0.03)
    assert model.customers == int((history.x > 0).sum())


def test_the_currency_changes_nothing_but_v() -> None:
    history, _ = people(1_000, 2)
    model, _ = finish(fit(SpendRows.of(history.x, history.spend)))
    yen, _ = finish(fit(SpendRows.of(history.x, history.spend * 1e5)))
    assert (yen.p, yen.q, yen.v / 1e5) == pytest.approx((model.p, model.q, model.v), rel=1e-6)
    assert model.log_likelihood is not None
    assert yen.log_likelihood == pytest.approx(model.log_likelihood - model.customers * np.log(1e5))


def test_correlation_by_hand() -> None:
    """Only customers with repeat orders and positive spend; 1, 2, 3 with 3, 2, 1 is -1."""
    x = np.array([1.0, 2.0, 3.0, 0.0, 9.0])
    assert correlation(x, np.array([3.0, 2.0, 1.0, 50.0, -9.0])) == pytest.approx(-1.0)
    assert correlation(x, np.array([3.0, 3.0, 3.0, 50.0, -9.0])) is None
    assert correlation(x[:2], np.array([1.0, 2.0])) is None

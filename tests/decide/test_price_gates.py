"""Planted shops: a known slope is found with every gate open, and each gate shuts on what it is for, in words."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from segtui.decide.price_curve import main_pair
from segtui.decide.prices import prices
from segtui.decided.prices import ASSOCIATION, Prices, Reaction
from segtui.progress import finish
from tests.decide.price_build import CUSTOMERS, few, shop

LABELS = (np.arange(CUSTOMERS) % 2).astype(np.uint8)


def reaction(table: pl.DataFrame) -> Reaction:
    return finish(prices(table, np.full(CUSTOMERS, 255, dtype=np.uint8), (), 0)).everyone.reaction


def shut(found: Reaction) -> dict[str, str]:
    assert not found.identified
    assert found.words.startswith("not identified: ")
    assert found.words.endswith("Only a price test can tell.")
    assert found.revenue == ()
    for gate in found.failed:
        assert gate.text in found.words
    return {gate.name: gate.found for gate in found.failed}


@pytest.fixture(scope="module")
def planted() -> Prices:
    return finish(prices(shop(-1.5), LABELS, ("B", "A"), 0))


def test_a_planted_slope_is_found_and_every_gate_is_open(planted: Prices) -> None:
    found = planted.everyone.reaction
    assert [gate.open for gate in found.gates] == [True] * 7
    pair = main_pair(found.estimates)
    assert pair is not None
    for one in pair:
        assert one.items == 40
        assert one.low <= -1.5 <= one.high
        assert one.se < 0.05
    assert len(found.estimates) == 6
    assert found.range == (min(one.beta for one in found.estimates), max(one.beta for one in found.estimates))
    assert ASSOCIATION in found.words
    assert "6 specifications give slopes from" in found.words
    assert not {"cause", "causes", "because", "effect of", "leads to"} & set(found.words.split())
    low, high = found.revenue
    assert low.low < 0.9 ** (1 - 1.5) - 1 < low.high  # at a price 10 % lower
    assert high.low < 1.1 ** (1 - 1.5) - 1 < high.high


def test_segments_by_letter_and_pulled_to_everyone(planted: Prices) -> None:
    assert [one.letter for one in planted.segments] == ["A", "B"]
    centre = main_pair(planted.everyone.reaction.estimates)
    assert centre is not None
    for one in planted.segments:
        own = main_pair(one.reaction.estimates)
        assert own is not None
        for i, (outcome, interval) in enumerate(one.reaction.shrunk):
            assert outcome == own[i].outcome
            between = sorted([own[i].beta, centre[i].beta])
            assert between[0] - 1e-12 <= interval.value <= between[1] + 1e-12
    assert planted.of("B").customers == 200
    with pytest.raises(KeyError):
        planted.of("C")


def test_the_order_of_rows_is_no_matter(planted: Prices) -> None:
    shuffled = shop(-1.5).sample(fraction=1.0, shuffle=True, seed=3)
    assert finish(prices(shuffled, LABELS, ("B", "A"), 0)) == planted


def test_prices_that_never_change() -> None:
    assert shut(reaction(shop(-1.5, spread=0.0))) == {
        "prices": "prices hardly change: only 0 of 40 items with enough weeks had 3 prices or more"
    }


def test_too_few_items_and_too_few_weeks() -> None:
    few = shut(reaction(shop(-1.5, items=29)))
    assert few["prices"] == "too few items: 29 of 29 items with enough weeks had 3 prices or more"
    assert few["weeks"] == "29 items sold in 20 weeks or more"
    assert shut(reaction(shop(-1.5, weeks=19)))["weeks"] == "0 items sold in 20 weeks or more"


def test_prices_that_change_by_next_to_nothing() -> None:
    told = shut(reaction(shop(-1.5, spread=0.02)))["spread"]
    assert told.startswith("prices vary by 1.")


def test_bulk_prices_alone_look_like_a_reaction_and_are_seen() -> None:
    """Nobody reacts to anything: a quarter of the orders is large and gets 30 % off."""

    def some_large(rng: np.random.Generator, buyers: int, price: float) -> np.ndarray:
        return np.where(rng.random(buyers) < rng.uniform(0.1, 0.9), 24, 2)

    found = reaction(shop(0.0, spread=0.1, pieces=some_large, bulk=0.3))
    told = shut(found)
    assert told["tiers"].startswith("large orders get lower prices: within an item and week")
    value = next(one for one in found.estimates if one.price == "revenue per piece")
    assert value.high < -1  # what would have been believed


def test_quantity_and_buyers_that_go_opposite_ways() -> None:
    def more_each(rng: np.random.Generator, buyers: int, price: float) -> np.ndarray:
        return rng.poisson(30 * price**3.0, size=buyers) + 1

    told = shut(reaction(shop(-1.5, pieces=more_each)))
    assert told["sign"] == "1 of 5 specifications with item effects show less bought at higher prices"
    assert "go opposite ways" in told["agreement"]


def test_quantity_and_buyers_that_disagree() -> None:
    def fewer_each(rng: np.random.Generator, buyers: int, price: float) -> np.ndarray:
        return rng.poisson(30 * price**-1.5, size=buyers) + 1

    told = shut(reaction(shop(-0.5, pieces=fewer_each)))
    assert list(told) == ["agreement"]
    assert "disagree: a factor of" in told["agreement"]


def test_slopes_beyond_belief() -> None:
    told = shut(reaction(shop(-9.0, spread=0.12, pieces=few)))
    assert list(told) == ["size"]


def test_nothing_but_lines_of_one_item() -> None:
    found = reaction(shop(-1.5, items=1))
    assert (found.estimates, found.range) == ((), None)
    assert shut(found)["weeks"] == "1 item sold in 20 weeks or more"


def test_buyers_whom_nobody_knows_are_their_orders() -> None:
    """The same shop without customers: every line is an order of its own, and every buyer bought once."""
    table = shop(-1.5)
    known, unknown = reaction(table), reaction(table.with_columns(owner=pl.lit(-1, dtype=pl.Int64)))
    assert known.estimates == unknown.estimates

"""Prices of a shop and its segments: what was paid, how buying went with price, and a test that could tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.decide.price_curve import curve, main_pair
from segtui.decide.price_effect import revenue_shifts
from segtui.decide.price_gates import gates
from segtui.decide.price_index import Paid, paid_prices, paid_sums
from segtui.decide.price_lines import TIER_NAMES, PriceLines, price_lines
from segtui.decide.price_panel import cells_of, panel, week_prices
from segtui.decide.price_reference import WEEKS, reference_prices
from segtui.decide.price_shrink import shrunk
from segtui.decide.price_test import CHANGE, price_test, spend_of
from segtui.decide.price_tiers import tier_correlation
from segtui.decide.price_words import reaction_words
from segtui.decided.prices import BUYERS, QUANTITY, Prices, Reaction, SegmentPrices
from segtui.explain.lettering import in_letter_order, letter_position
from segtui.progress import Progress, Steps, as_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from segtui.results import Floats, Labels, Rows

NOBODY = 255
"""The label of a customer without a segment."""

DOING = "prices"


@dataclass(frozen=True, eq=False, slots=True)
class _Shop:
    """What all segments share. cell: the item-week of each line; price: of each cell; sums, spend: per customer."""

    lines: PriceLines
    cell: Rows
    price: Floats
    sums: Paid
    spend: Floats
    change: float
    seed: int


def prices(
    frame: pl.DataFrame, labels: Labels, letters: Sequence[str], seed: int, change: float = CHANGE
) -> Steps[Prices]:
    """Everything about prices. frame: as `price_lines` takes it, owners being positions in labels (customers,), where
    NOBODY stands for no segment; letters: of every cluster; change: the price to test. The order of rows is no matter.

    Raises AnalysisError where no line carries a price.
    """
    lines = yield from as_part(price_lines(frame), DOING, 0.0, 0.2)
    reference = yield from as_part(reference_prices(lines), DOING, 0.2, 0.3)
    number = len(labels)
    cell = cells_of(lines)
    yield Progress(DOING, 0.5)
    sums = paid_sums(lines, reference, number)
    yield Progress(DOING, 0.5)
    shop = _Shop(lines, cell, week_prices(lines.price, cell), sums, spend_of(lines, number), change, seed)
    share = 0.5 / (len(letters) + 1)
    everyone = yield from as_part(_everyone(shop, number), DOING, 0.5, share)
    segments: list[SegmentPrices] = []
    for cluster in in_letter_order(letters):
        own = _segment(shop, letters[cluster], labels == cluster)
        segments.append((yield from as_part(own, DOING, 0.5 + share * (len(segments) + 1), share)))
    first, last = lines.days
    return Prices(
        first, last, lines.items, len(cell), lines.left_out, TIER_NAMES, everyone,
        tuple(_pulled(segments, everyone.reaction)), _notes(lines),
    )  # fmt: skip


def _everyone(shop: _Shop, customers: int) -> Steps[SegmentPrices]:
    """The whole shop: the reaction from all lines, also those of nobody."""
    members = np.ones(customers, dtype=np.bool_)
    return (yield from _prices_of(shop, "", members, np.arange(len(shop.cell))))


def _segment(shop: _Shop, letter: str, members: NDArray[np.bool_]) -> Steps[SegmentPrices]:
    owner = shop.lines.owner
    at = np.flatnonzero((owner >= 0) & members[owner])
    return (yield from _prices_of(shop, letter, members, at))


def _prices_of(shop: _Shop, letter: str, members: NDArray[np.bool_], at: Rows) -> Steps[SegmentPrices]:
    place = letter_position(letter) + 1 if letter else 0
    paid = yield from paid_prices(shop.sums, members, (shop.seed, place))
    reaction = yield from _reaction(shop, at)
    test = price_test(shop.spend, members, shop.change)
    return SegmentPrices(letter, int(members.sum()), paid, reaction, test)


def _reaction(shop: _Shop, at: Rows) -> Steps[Reaction]:
    """The specification curve of the lines `at`, which ascend, and its gates."""
    own = panel(shop.lines, shop.cell, shop.price, at)
    yield Progress("putting weeks together")
    found = yield from curve(shop.lines, at, own)
    judged = gates(found, own, tier_correlation(shop.lines, shop.cell, at))
    pair = main_pair(found.estimates)
    words = reaction_words(found.estimates, judged, pair)
    reaction = Reaction(found.estimates, judged, words)
    if pair is None or not reaction.identified:
        return reaction
    return replace(reaction, revenue=revenue_shifts(pair))


def _pulled(segments: Sequence[SegmentPrices], everyone: Reaction) -> list[SegmentPrices]:
    """Segments with their slopes pulled towards everyone's."""
    centre = main_pair(everyone.estimates)
    able = [i for i, one in enumerate(segments) if main_pair(one.reaction.estimates)]
    result = list(segments)
    if centre is None:
        return result
    for place, outcome in enumerate((QUANTITY, BUYERS)):
        pairs = [main_pair(segments[i].reaction.estimates) for i in able]
        own = [(pair[place].beta, pair[place].se) for pair in pairs if pair is not None]
        pulled = shrunk(own, (centre[place].beta, centre[place].se))
        for i, interval in zip(able, pulled, strict=True):
            reaction = result[i].reaction
            reaction = replace(reaction, shrunk=(*reaction.shrunk, (outcome, interval)))
            result[i] = replace(result[i], reaction=reaction)
    return result


def _notes(lines: PriceLines) -> tuple[str, ...]:
    notes = [
        f"reference: the median price of the item in the same quantity tier, {WEEKS} weeks to either side; who buys "
        "most of an item is compared with himself in part, which pulls the index towards 1",
        "an item-week without a sale is not seen, so that slopes tell of weeks in which something was sold",
    ]
    if lines.countries > 1:
        notes.append(f"prices of {lines.countries} countries are compared as one")
    return tuple(notes)

"""What follows from the segments, as tables: plays, value and prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.deliver import withhold
from segtui.deliver.tables import Row, frame_of, small_segments

if TYPE_CHECKING:
    import polars as pl

    from segtui.decided.campaigns import NotOffered, Proposal, Rfm, RfmGroup
    from segtui.decided.prices import Interval, SegmentPrices
    from segtui.decided.value import Check, LifetimeValue, Range, SegmentValue
    from segtui.deliver.handover import Handover

# -- plays ---------------------------------------------------------------------------------------------------


def campaigns(handover: Handover, *, hide: bool) -> pl.DataFrame | None:
    """One row per play and segment: why, the experiment, and what it may be worth; then the plays nobody gets."""
    found = None if handover.decisions is None else handover.decisions.campaigns
    if found is None:
        return None
    table = frame_of(
        [*map(_proposal, found.proposals), *map(_not_offered, found.not_offered)], ("play", "title", "why_not")
    )
    if not hide:
        return table
    small = {one.letter for one in found.proposals if any(map(withhold.few, one.counted))}
    return withhold.without(table, small | small_segments(handover), ("play", "title", "does", "segment_name"))


def _not_offered(one: NotOffered) -> Row:
    return {"play": one.play, "title": one.title, "why_not": one.why}


def _proposal(one: Proposal) -> Row:
    trial, worth, later = one.experiment, one.worth, one.later
    return {
        "play": one.play,
        "title": one.title,
        "does": one.does,
        "segment": one.letter,
        "segment_name": one.segment,
        "customers": one.size,
        "segment_customers": one.size if one.only is None else one.members,
        "segment_share": one.share,
        "segment_revenue": one.revenue,
        "segment_revenue_share": one.revenue_share,
        "reason": one.reason,
        "contacted_arm": trial.arms[0],
        "held_out_arm": trial.arms[1],
        "contacted_expected": trial.sizes[0],
        "held_out_expected": trial.sizes[1],
        "held_out_share": trial.held_out,
        "base_rate": trial.base,
        "base_rate_from": trial.base_from,
        "smallest_difference_seen": trial.smallest,
        "smallest_spend_seen": trial.smallest_spend,
        "needed_per_arm": trial.wanted,
        "experiment": trial.refused or " ".join(trial.said),
        "worth_low": worth.low,
        "worth_mid": worth.mid,
        "worth_high": worth.high,
        "break_even_uplift": worth.break_even,
        "order_value": worth.order_value,
        "worth": " ".join(worth.said),
        "later_active": None if later is None else later.active,
        "later_spend": None if later is None else later.spend,
        "notes": " ".join(one.notes),
        "why_not": None,
    }


def rfm(handover: Handover, *, hide: bool) -> pl.DataFrame | None:
    """Recency, frequency and money counted three ways: 25 cells, six areas, and the customary ten names.

    hide: only the ten names, each with enough customers: the three ways together would give away what one withholds.
    """
    found = None if handover.decisions is None or handover.decisions.campaigns is None else handover.decisions.campaigns
    if found is None or found.rfm is None:
        return None
    table = frame_of(_rfm_rows(found.rfm, named_only=hide))
    if not hide:
        return table
    places = withhold.hidden([one.customers for one in found.rfm.named])
    whose = {found.rfm.named[place].name for place in places}
    return withhold.without(table, whose, ("counted",), by="group")


def _rfm_rows(found: Rfm, *, named_only: bool) -> list[Row]:
    rows = [_rfm_row("named", one) for one in found.named]
    if not named_only:
        rows += [_rfm_row("six areas", one) for one in found.six]
        cells = ((cell.figures, f"recency {cell.recency}, value {cell.value} ({cell.group})") for cell in found.cells)
        rows += [{**_rfm_row("25 cells", one), "group": name} for one, name in cells]
    return [*rows, {**_rfm_row("named", found.everyone), "counted": "everyone"}]


def _rfm_row(counted: str, one: RfmGroup) -> Row:
    return {
        "counted": counted,
        "group": one.name,
        "customers": one.customers,
        "share": one.share,
        "revenue": one.revenue,
        "revenue_share": one.revenue_share,
        "later_active": None if one.later is None else one.later.active,
        "later_spend": None if one.later is None else one.later.spend,
    }


# -- value ---------------------------------------------------------------------------------------------------


def value(handover: Handover, *, hide: bool) -> pl.DataFrame | None:
    """One row per segment, and one for all: what is expected of it, and how the same held in the holdout."""
    found = None if handover.decisions is None else handover.decisions.value
    if found is None or found.refused:
        return None
    rows = [*found.segments, *([] if found.all is None else [found.all])]
    table = frame_of(_worth(one, found) for one in rows)
    if not hide:
        return table
    places = withhold.hidden([one.customers for one in found.segments])
    small = {found.segments[place].letter for place in places} | small_segments(handover)
    return withhold.without(table, small, ("weeks",))


def _worth(one: SegmentValue, found: LifetimeValue) -> Row:
    checks = found.calibration
    orders: dict[str, Check] = (
        {} if checks is None else {c.group: c for c in (*checks.orders_by_segment, checks.orders)}
    )
    spends: dict[str, Check] = {} if checks is None else {c.group: c for c in checks.spend_by_segment}
    return {
        "segment": one.letter,
        "weeks": found.weeks,
        "customers": one.customers,
        "alive": one.alive,
        "at_risk": one.at_risk,
        **_range("orders", one.orders),
        **_range("revenue", one.value),
        **_borne_out(one, (orders.get(one.letter), spends.get(one.letter))),
        **_check("orders", orders.get(one.letter)),
        **_check("revenue", spends.get(one.letter)),
    }


def _borne_out(one: SegmentValue, checks: tuple[Check | None, ...]) -> Row:
    """Whether a holdout judged the segment, and whether it bears the figures out; None where nothing was judged."""
    judged = not one.trusted or (any(check is not None for check in checks) and not one.unjudged)
    return {"checked": "yes" if judged else "no", "borne_out": one.trusted if judged else None}


def _range(name: str, one: Range | None) -> Row:
    figures = (None, None, None) if one is None else (one.expected, one.low, one.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), figures, strict=True))


def _check(name: str, one: Check | None) -> Row:
    figures = (None, None, None) if one is None else (one.expected, one.observed, one.verdict.value)
    return dict(zip((f"holdout_{name}_expected", f"holdout_{name}", f"holdout_{name}_verdict"), figures, strict=True))


def customer_value(handover: Handover) -> pl.DataFrame | None:
    """What is expected of every customer; None where nothing is, or where customers have no id."""
    import polars as pl

    found = None if handover.decisions is None else handover.decisions.value
    id_column = handover.whole.id_column
    if found is None or found.refused or id_column is None:
        return None
    figures = {"alive": found.alive, "expected_orders": found.expected_orders, "expected_revenue": found.value}
    columns = [pl.Series(name, values).fill_nan(None) for name, values in figures.items() if values is not None]
    return pl.DataFrame([handover.whole.frame[id_column], *columns])


# -- prices --------------------------------------------------------------------------------------------------


def prices(handover: Handover, *, hide: bool) -> pl.DataFrame | None:
    """One row per segment, and one for everyone: what was paid, and how buying went with price."""
    found = None if handover.decisions is None else handover.decisions.prices
    if found is None:
        return None
    table = frame_of(_paid(one) for one in (*found.segments, found.everyone))
    if not hide:
        return table
    places = withhold.hidden([one.paid.customers for one in found.segments])
    small = {found.segments[place].letter for place in places} | small_segments(handover)
    return withhold.without(table, small, ())


def _paid(one: SegmentPrices) -> Row:
    paid, reaction, test = one.paid, one.reaction, one.test
    return {
        "segment": one.letter or "all",
        "customers": paid.customers,
        "lines": paid.lines,
        "revenue": paid.revenue,
        "compared_share": paid.compared,
        **_interval("index", paid.index),
        **_interval("below", paid.below),
        **_interval("below_depth", paid.below_depth),
        **_interval("discount", paid.discount),
        **_interval("discount_depth", paid.discount_depth),
        "reaction_identified": reaction.identified,
        "reaction": reaction.words,
        "test": test.words,
        "test_customers_per_arm": test.needed,
        "test_enough": test.enough,
        "notes": " ".join(paid.notes),
    }


def _interval(name: str, one: Interval | None) -> Row:
    figures = (None, None, None) if one is None else (one.value, one.low, one.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), figures, strict=True))


def price_estimates(handover: Handover, *, hide: bool) -> pl.DataFrame | None:
    """Every specification behind the reaction to prices: an association in past prices, not an experiment."""
    found = None if handover.decisions is None else handover.decisions.prices
    if found is None:
        return None
    names = ("outcome", "rows_are", "price", "effects", "beta", "se", "ordinary_se", "low", "high", "rows", "items")
    small = small_segments(handover) if hide else frozenset()
    return frame_of(
        (
            {"segment": one.letter or "all", **{name: getattr(line, name) for name in names}}
            for one in (*found.segments, found.everyone)
            if one.letter not in small
            for line in one.reaction.estimates
        ),
        ("segment", *names),
    )

"""What to recommend, as tables: how every method fares, the items of every segment, and a list for every customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.deliver import withhold
from segtui.deliver.tables import Row, frame_of

if TYPE_CHECKING:
    import polars as pl

    from segtui.decided.recommendations import Interval, Leaderboard, Scores, Standing
    from segtui.deliver.handover import Handover


def leaderboard(handover: Handover, *, hide: bool) -> pl.DataFrame | None:
    """One row per method, purpose, protocol and segment ("all" too), with whether the method is offered and why."""
    found = None if handover.decisions is None else handover.decisions.board
    if found is None or handover.decisions is None:
        return None
    letters = handover.decisions.letters
    rows: list[Row] = []
    for one in found.standings:
        rows.append(_standing(found, one, "all", one.overall))
        counts = [scores.customers for _, scores in one.segments]
        out = withhold.hidden(counts) if hide else frozenset()
        kept = (pair for place, pair in enumerate(one.segments) if place not in out)
        rows += [_standing(found, one, letters[segment], scores) for segment, scores in kept]
    return frame_of(rows, ("method", "purpose", "protocol", "segment"))


def _standing(board: Leaderboard, one: Standing, segment: str, scores: Scores) -> Row:
    verdict = next((v for v in board.verdicts if v.method is one.method and v.purpose is one.purpose), None)
    whole = segment == "all"
    return {
        "method": one.method.value,
        "purpose": one.purpose.value,
        "protocol": one.protocol.value,
        "segment": segment,
        "customers": scores.customers,
        **_interval("hit_at_10", scores.hit),
        **_interval("recall_at_10", scores.recall),
        **_interval("ndcg_at_10", scores.ndcg),
        "coverage": one.coverage.value if whole else None,
        "offered": verdict is not None and verdict.offered,
        "why": verdict.why if whole and verdict is not None else None,
    }


def _interval(name: str, one: Interval) -> Row:
    return {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}


def products(handover: Handover, *, hide: bool) -> pl.DataFrame | None:
    """The items most customers of each segment bought."""
    found = None if handover.decisions is None else handover.decisions.products
    if not found or handover.decisions is None:
        return None
    letters = handover.decisions.letters
    few = {item.item for one in found for item in one.products if hide and _few(item.buyers, one.customers)}
    rows: list[Row] = []
    for one in found:
        small = hide and withhold.few(one.customers)
        for rank, item in enumerate(one.products, 1):
            out, bare = small or (hide and _few(item.buyers, one.customers)), item.item in few
            rows.append(
                {
                    "segment": letters[one.segment],
                    "customers": None if small else one.customers,
                    "rank": rank,
                    "item": item.item,
                    "buyers": None if out else item.buyers,
                    "share": None if out else item.share,
                    # what everybody else did gives away a segment that is withheld
                    "rest_share": None if out or bare else item.rest,
                    "index": None if out or bare else item.index,
                    "reason": item.reason,
                }
            )
    return frame_of(rows)


def _few(buyers: int, customers: int) -> bool:
    """Whether the buyers, or those who did not buy, are few."""
    return withhold.few(buyers) or withhold.few(customers - buyers)

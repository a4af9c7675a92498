"""The rule behind `--k auto`: the largest k that holds, or the smallest that predicts as well.

1. A k is *fit to use* where every segment comes back when the customers are drawn anew (lowest Jaccard similarity at
   least .75, Hennig) and none is too small to act on (fewer than ten customers, or 1 % of all).
   A screen warns earlier (METHODS B6: 30), but a group of 25 in 500 that always comes back is one.
2. Where later orders are known (a holdout), the smallest k that is fit to use and explains at least 95 % of what the
   best of those explains of later spend: a further segment that predicts nothing more costs a campaign and buys none.
3. Otherwise the largest k that is fit to use and whose prediction strength is at least .80 (Tibshirani & Walther's own
   rule), where one has that: bootstrap draws share most of their customers and bear with a split that two halves
   without a customer in common do not both make. Where none has, the largest that is fit to use.
4. Where no k is fit to use, the k whose least stable segment is most stable, and it is said that none holds.

No silhouette takes part: it prefers two segments on almost any customers (METHODS, finding 1). The rule suggests; the
analyst's own k stands beside it and is never replaced.
"""

from __future__ import annotations

from collections.abc import Sequence

from segtui.cluster.picks import SATURATED, gap_pick
from segtui.evidence import STABLE, STRONG, Gap, Suggestion, SweepRow

FEWEST, SHARE = 10, 0.01
"""A segment needs so many customers, and this share of all."""

ENOUGH = f"at least {FEWEST} customers and {SHARE:.0%} of all"


def suggestion(rows: Sequence[SweepRow], one: Gap | None = None) -> Suggestion:
    """What the rule makes of the rows (in order of k). one: the gap at k = 1, where it is known."""
    measured = [row for row in rows if row.stability is not None]
    if not measured:
        failed = [row.failed for row in rows if row.failed]
        return Suggestion(None, failed[0] if failed else "how stable the segments are was not measured")
    fit = [row for row in measured if _lowest(row) >= STABLE and row.smallest >= smallest(row)]
    if not fit:
        best = max(measured, key=lambda row: (_lowest(row), -row.k))
        return Suggestion(
            best.k,
            f"no k holds, this one comes nearest: its least stable segment has a Jaccard similarity of "
            f"{_lowest(best):.2f}; to hold, every one needs {STABLE} and {ENOUGH}{_gap_said(rows, one)}",
        )
    later = [(row, row.later.spend) for row in fit if row.later is not None and row.later.spend is not None]
    if later and (most := max(share for _, share in later)) > 0:
        row, share = next(pair for pair in later if pair[1] >= SATURATED * most)
        return Suggestion(
            row.k,
            f"the smallest k whose segments all come back (lowest Jaccard {_lowest(row):.2f}), hold {ENOUGH}, and "
            f"explain {share:.3f} of later spend, at least {SATURATED:.0%} of the most that a k of this range does "
            f"({most:.3f}){_gap_said(rows, one)}",
        )
    strong = [row for row in fit if row.strength is not None and row.strength.value >= STRONG]
    row = (strong or fit)[-1]
    halves = f", that half of the customers predict for the other half (strength {_strength(row)})" if strong else ""
    weak = "" if strong else f"; no such k has a prediction strength of {STRONG:.2f}"
    return Suggestion(
        row.k,
        f"the largest k whose segments all come back when customers are drawn anew (lowest Jaccard {_lowest(row):.2f})"
        f"{halves} and that hold {ENOUGH}{weak}{_gap_said(rows, one)}",
    )


def _gap_said(rows: Sequence[SweepRow], one: Gap | None) -> str:
    """That the gap sees a single group, where it does."""
    picked, _ = gap_pick([(row.k, row.gap) for row in rows if row.gap is not None], one)
    return "; the gap sees no more than one group" if picked == 1 else ""


def smallest(row: SweepRow) -> float:
    """Customers below which a segment is too small to act on."""
    return max(FEWEST, SHARE * sum(row.sizes))


def _strength(row: SweepRow) -> str:
    return "-" if row.strength is None else f"{row.strength.value:.2f}"


def _lowest(row: SweepRow) -> float:
    return row.stability.lowest if row.stability is not None else 0.0

"""Who is contacted and who is held out: decided by a hash of campaign and customer, so that it never changes.

Anybody can do it again. The bytes are: the number of bytes of the campaign's name in decimal, a colon, the name, the
customer's id (all UTF-8; whole-number ids in decimal). The first eight bytes of their SHA-256, read as a whole number
with the highest byte first, modulo 10,000, is the customer's lot; whoever's lot is below the held-out share times
10,000 is held out. For customer C00042 in campaign spring: printf '6:springC00042' | sha256sum.

Nobody else decides a lot, so customers who come or go move no one; a larger share only adds to those held out;
campaigns under different names draw anew. The length in front keeps "spring1" + "7" apart from "spring" + "17". The
play has no say: who is held out of one play of a campaign is held out of all of them, so that no other one reaches him.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segtui.decide.playbook_only import meant
from segtui.decided.campaigns import Only
from segtui.errors import AnalysisError, UsageError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from segtui.results import Dataset, Labels

    Lots = NDArray[np.int16]

LOTS = 10_000
PIECE = 4_096
"""Customers hashed between two chances to step aside; about 5 ms."""


def threshold(held_out: float) -> int:
    """Lots below this are held out. Raises UsageError outside 0 to 0.9."""
    if not 0 <= held_out <= 0.9:
        raise UsageError(f"{held_out:.0%} of customers cannot be held out", hint="Hold out between 0 % and 90 %.")
    return round(held_out * LOTS)


def campaign_id(campaign: str) -> str:
    """The name that lots are drawn under, the same for all plays of a campaign. Raises UsageError for an empty one."""
    if not campaign.strip():
        raise UsageError("the campaign has no name", hint="Name it, such as spring-2026: the lots hang on the name.")
    return campaign


def lots(campaign: str, customers: Sequence[str]) -> Steps[Lots]:
    """The lot 0 … 9,999 of every customer in a campaign. Raises UsageError where the name is no proper text."""
    start = sha256(_prefix(campaign))
    found = np.empty(len(customers), dtype=np.int16)
    for first in range(0, len(customers), PIECE):
        for place, customer in enumerate(customers[first : first + PIECE], first):
            drawn = start.copy()
            drawn.update(customer.encode())
            found[place] = int.from_bytes(drawn.digest()[:8], "big") % LOTS
        yield Progress("drawing arms", min(1.0, (first + PIECE) / len(customers)), f"{len(customers):,} customers")
    return found


def _prefix(campaign: str) -> bytes:
    try:
        name = campaign.encode()
    except UnicodeEncodeError:
        raise UsageError(
            "the campaign's name holds half a character", hint="Type it anew, in letters and digits."
        ) from None
    return b"%d:%b" % (len(name), name)


def customer_ids(dataset: Dataset, chosen: NDArray[np.bool_] | None = None) -> list[str]:
    """Ids as text, canonical order. Raises AnalysisError where customers have none: lots would hang on row numbers."""
    if dataset.id_column is None:
        raise AnalysisError(
            "customers have no id, so that nobody could be found again in an arm",
            hint="Name the column that identifies a customer (--id, or e in Data).",
        )
    import polars as pl

    column = dataset.frame[dataset.id_column]
    column = column if chosen is None else column.filter(pl.Series(chosen))
    if column.null_count():
        raise AnalysisError(f"{column.null_count():,} customers have no id", where=dataset.id_column)
    return column.cast(pl.String).to_list()


class Wanted(NamedTuple):
    """A play whose list is made. play: its id; clusters: those it is for; arms: names (done to, held out); only: whom
    it is for within them, None for everyone."""

    play: str
    clusters: Sequence[int]
    arms: tuple[str, str]
    only: Only | None = None


COLUMNS = ("customer_id", "segment", "arm", "play", "campaign", "also_in")
"""The lists of a campaign as files."""


def assigned(
    dataset: Dataset,
    labels: Labels,
    letters: Sequence[str],
    wanted: Sequence[Wanted],
    campaign: str,
    held_out: float,
    every: Sequence[Wanted] | None = None,
) -> Steps[pl.DataFrame]:
    """The lists of a campaign: COLUMNS, all text; by play as wanted, then canonical.

    labels: uint8 (customers,), canonical order; cluster j has letters[j]. held_out: share of customers not contacted.
    A customer is in the same arm of each play, and in several plays where these take him: `also_in` names the others
    among `every` play that is proposed (None: those wanted), "" where there is none.
    """
    import polars as pl

    limit, name = threshold(held_out), campaign_id(campaign)
    taken = [(one.play, _taken(dataset, labels, one)) for one in (wanted if every is None else every)]
    parts: list[pl.DataFrame] = []
    for one in wanted:
        chosen = _taken(dataset, labels, one)
        ids = customer_ids(dataset, chosen)
        drawn = yield from lots(name, ids)
        own = np.array(letters)[labels[chosen]]
        contacted, kept_back = one.arms
        arm = np.where(drawn < limit, kept_back, contacted)
        others = yield from _others([(play, who[chosen]) for play, who in taken if play != one.play], len(ids))
        columns = (ids, own.tolist(), arm.tolist(), [one.play] * len(ids), [name] * len(ids), others)
        parts.append(pl.DataFrame(dict(zip(COLUMNS, columns, strict=True)), schema=dict.fromkeys(COLUMNS, pl.String)))
    return pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))


def _taken(dataset: Dataset, labels: Labels, one: Wanted) -> NDArray[np.bool_]:
    """Of every customer, whether a play is for him."""
    return np.isin(labels, list(one.clusters)) & meant(dataset, one.only)


def _others(plays: Sequence[tuple[str, NDArray[np.bool_]]], customers: int) -> Steps[list[str]]:
    """The plays that take each customer, in words."""
    found = [""] * customers
    for play, who in plays:
        rows = np.flatnonzero(who)
        for first in range(0, len(rows), 8 * PIECE):
            for at in rows[first : first + 8 * PIECE].tolist():
                found[at] += f", {play}" if found[at] else play
            yield Progress("marking who is on other lists", None, play)
    return found

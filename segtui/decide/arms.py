"""Who is contacted and who is held out: decided by a hash of campaign and customer, so that it never changes.

Anybody can do it again. The bytes are: the number of bytes of the campaign's name in decimal, a colon, the name, the
customer's id (all UTF-8; whole-number ids in decimal). The first eight bytes of their SHA-256, read as a whole number
with the highest byte first, modulo 10,000, is the customer's lot; whoever's lot is below the held-out share times
10,000 is held out. For customer C00042 in campaign spring: printf '6:springC00042' | sha256sum.

Nobody else decides a lot, so customers who come or go move no one; a larger share only adds to those held out;
campaigns under different names draw anew. The length in front keeps "spring1" + "7" apart from "spring" + "17".
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

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


def campaign_id(campaign: str, play: str) -> str:
    """The name that lots are drawn under: each play of a campaign draws its own. Raises UsageError for an empty one."""
    if not campaign.strip():
        raise UsageError("the campaign has no name", hint="Name it, such as spring-2026: the lots hang on the name.")
    return f"{campaign}/{play}"


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
            hint="Name the column that identifies a customer in the Data pane.",
        )
    import polars as pl

    column = dataset.frame[dataset.id_column]
    column = column if chosen is None else column.filter(pl.Series(chosen))
    if column.null_count():
        raise AnalysisError(f"{column.null_count():,} customers have no id", where=dataset.id_column)
    return column.cast(pl.String).to_list()


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
    A customer is in one arm of each play, and in several plays where these take the same segment: `also_in` names the
    others among `every` play that is proposed (None: those wanted), "" where there is none.
    """
    import polars as pl

    limit = threshold(held_out)
    proposed = wanted if every is None else every
    parts: list[pl.DataFrame] = []
    for play, clusters, (contacted, kept_back) in wanted:
        chosen = np.isin(labels, list(clusters))
        ids = customer_ids(dataset, chosen)
        drawn = yield from lots(campaign_id(campaign, play), ids)
        names = np.array(letters)[labels[chosen]]
        arm = np.where(drawn < limit, kept_back, contacted)
        others = np.array([_others(proposed, play, cluster) for cluster in range(len(letters))])[labels[chosen]]
        columns = (ids, names.tolist(), arm.tolist(), [play] * len(ids), others.tolist())
        parts.append(pl.DataFrame(dict(zip(COLUMNS, columns, strict=True)), schema=dict.fromkeys(COLUMNS, pl.String)))
    return pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))


def _others(proposed: Sequence[Wanted], play: str, cluster: int) -> str:
    """The other plays that take a cluster."""
    return ", ".join(one for one, clusters, _ in proposed if one != play and cluster in clusters)


Wanted = tuple[str, Sequence[int], tuple[str, str]]
"""A play's id, the clusters it is for, and the names of its arms (done to, held out)."""

COLUMNS = ("id", "segment", "arm", "play", "also_in")

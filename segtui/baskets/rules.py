"""Rules from itemsets: every split of a set into antecedent and consequent that is good enough, with its measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from segtui.basketed import Itemsets, RuleSet
from segtui.baskets import lattice
from segtui.baskets.measures import fisher, measures
from segtui.baskets.ordering import buckets
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.basketed import Counts
    from segtui.baskets.lattice import Places
    from segtui.results import Floats

Consequents = Literal["one", "any"]

PIECE = 1 << 14
"""Rules worked on between two stops."""

MEASURED = 1 << 12
"""Rules measured between two stops; Fisher's test, whose tail is long where the lift is about 1, makes its own."""

SPLITS = 20_000_000
"""Ways to split itemsets into two that are looked at, at most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rules are wanted. least_confidence: 0 to 1; least_lift: 0 keeps all; shortest, longest: items on both sides
    together (longest None: as the itemsets are); consequents: one item, or any number. A rule at a limit is kept."""

    least_confidence: float = 0.3
    least_lift: float = 0.0
    consequents: Consequents = "one"
    shortest: int = 2
    longest: int | None = None


@dataclass(slots=True)
class _Kept:
    """Rules of one split of one length: places of the sets, which items are the consequent, their confidence's
    improvement, and the counts of both sides and of the whole."""

    length: int
    mask: int
    places: NDArray[np.intp]
    improvement: Floats
    counts: tuple[Counts, Counts, Counts]


def rules(sets: Itemsets, asked: Asked, size_lift: float = float("nan")) -> Steps[RuleSet]:
    """The rules that `sets` hold, by lift from the highest, then count, then fewest items, then item numbers.

    sets: must hold every frequent set up to its longest, since improvement looks at all smaller antecedents, of which
    none is left out by `asked`. size_lift: `measures.size_lift` of the baskets, for `adjusted_lift`.
    Raises AnalysisError where there are more than SPLITS splits to look at.
    """
    splits = sum(len(counts) * len(_masks(length, asked)) for length, (_, counts) in enumerate(sets.levels, 1))
    if splits > SPLITS:
        raise AnalysisError(
            f"{splits:,} ways to make a rule of {sets.number:,} itemsets are too many",
            hint="Ask for one item in the consequent, a lower maximum length or a higher minimum support",
        )
    kept = yield from _splits(sets, asked)
    return (yield from _assembled(sets, kept, size_lift))


def tried(sets: Itemsets, asked: Asked) -> int:
    """Rules that `sets` give, whatever their confidence and lift."""
    longest = len(sets.levels) if asked.longest is None else asked.longest
    known = [(length, len(counts)) for length, (_, counts) in enumerate(sets.levels, 1)]
    return sum(
        many * (length if asked.consequents == "one" else (1 << length) - 2)
        for length, many in known
        if max(2, asked.shortest) <= length <= longest
    )


def _masks(length: int, asked: Asked) -> list[int]:
    """Consequents of a set: bits of positions in it, the whole set (with nothing before it) only as a start."""
    if asked.consequents == "one":
        return [1 << position for position in range(length)]
    return list(range(1, 1 << length))


def _splits(sets: Itemsets, asked: Asked) -> Steps[list[_Kept]]:
    """Rules that are good enough.

    For every set and consequent, `best` is the highest confidence of that consequent after any part of the
    antecedent, itself and the empty one among them. It is the rule's own confidence or the best of the antecedents
    that lack one item, which stand one level below. So all smaller antecedents are looked at, shown or not.
    Counts below 2^26 make equal confidences equal floats, since a division is rounded correctly.
    """
    links = yield from lattice.faces(sets)
    kept: list[_Kept] = []
    below: dict[int, Floats] = {}
    for length, (_, counts) in enumerate(sets.levels, 1):
        best: dict[int, Floats] = {}
        full = (1 << length) - 1
        for mask in _masks(length, asked):
            if mask == full:
                best[mask] = counts / sets.baskets
                continue
            best[mask] = np.empty(len(counts))
            for start in range(0, len(counts), PIECE):
                some = slice(start, start + PIECE)
                best[mask][some] = _rated(sets, asked, links, below, kept, length, mask, start)
                yield Progress("making rules", None, f"{sum(len(one.places) for one in kept):,} rules")
        below = best
    return kept


def _rated(
    sets: Itemsets,
    asked: Asked,
    links: list[Places],
    below: dict[int, Floats],
    kept: list[_Kept],
    length: int,
    mask: int,
    start: int,
) -> Floats:
    """The best confidence of one split of the sets from `start` on; those that are good enough go to `kept`."""
    both = sets.levels[length - 1][1][start : start + PIECE]
    places = np.arange(start, start + len(both))
    antecedent = _count(sets, links, places, length, mask)
    confidence = both / antecedent
    smaller = np.zeros(len(both))
    for position in range(length):
        if not mask >> position & 1:
            left = (mask >> (position + 1)) << position | (mask & ((1 << position) - 1))
            smaller = np.maximum(smaller, below[left][links[length - 1][places, position]])
    longest = length if asked.longest is None else asked.longest
    if asked.shortest <= length <= longest:
        good = np.flatnonzero(confidence >= asked.least_confidence)
        consequent = _count(sets, links, places[good], length, (1 << length) - 1 - mask)
        lifted = both[good] * float(sets.baskets) >= asked.least_lift * (antecedent[good] * consequent.astype(float))
        good, consequent = good[lifted], consequent[lifted]
        if len(good):
            counts = (antecedent[good], consequent, both[good])
            kept.append(_Kept(length, mask, places[good], (confidence - smaller)[good], counts))
    return np.maximum(confidence, smaller)


def _count(sets: Itemsets, links: list[Places], places: NDArray[np.intp], length: int, dropped: int) -> Counts:
    """Baskets with what is left of the sets without the items of `dropped`."""
    left = lattice.part(links, places, length, dropped)
    return sets.levels[length - dropped.bit_count() - 1][1][left]


def _assembled(sets: Itemsets, kept: list[_Kept], size_lift: float) -> Steps[RuleSet]:
    """Rules in order, with their measures."""
    number = sum(len(one.places) for one in kept)
    wide = (
        max((one.length - one.mask.bit_count() for one in kept), default=1),
        max((one.mask.bit_count() for one in kept), default=1),
    )
    before = np.full((number, wide[0]), -1, dtype=np.int32)
    after = np.full((number, wide[1]), -1, dtype=np.int32)
    place = 0
    for one in kept:
        rows = sets.levels[one.length - 1][0][one.places]
        ends = place + len(rows)
        for target, bit in ((before, 0), (after, 1)):
            columns = [position for position in range(one.length) if (one.mask >> position & 1) == bit]
            target[place:ends, : len(columns)] = rows[:, columns]
        place = ends
        yield Progress("making rules", None, f"{number:,} rules")
    x, y, both = (
        np.concatenate([one.counts[i] for one in kept]) if kept else np.empty(0, dtype=np.int64) for i in range(3)
    )
    improvement = np.concatenate([one.improvement for one in kept]) if kept else np.empty(0)
    lift = both * float(sets.baskets) / (x * y.astype(float))
    lengths = np.count_nonzero(before >= 0, axis=1) + np.count_nonzero(after >= 0, axis=1)
    parts: list[NDArray[np.intp]] = []
    # Positive floats have the order of their bits read as whole numbers.
    for part in buckets(-lift.view(np.int64), PIECE):
        keys = (*after[part].T[::-1], *before[part].T[::-1], lengths[part], -both[part], -lift[part])
        parts.append(part[np.lexsort(keys)])
        yield Progress("putting rules in order", None, f"{number:,} rules")
    order = np.concatenate(parts)
    x, y, both = x[order], y[order], both[order]
    found = yield from _measured(sets.baskets, x, y, both)
    adjusted = np.where(lengths[order] == 2, found["lift"] / size_lift, np.nan)
    return RuleSet(
        antecedents=before[order],
        consequents=after[order],
        baskets=sets.baskets,
        antecedent_counts=x,
        consequent_counts=y,
        counts=both,
        improvement=improvement[order],
        adjusted_lift=adjusted,
        **found,
    )


def _measured(n: int, x: Counts, y: Counts, both: Counts) -> Steps[dict[str, Floats]]:
    """`measures` and `fisher` in pieces."""
    pieces: list[dict[str, Floats]] = []
    for start in range(0, max(1, len(both)), MEASURED):
        some = slice(start, start + MEASURED)
        chance = yield from fisher(n, x[some], y[some], both[some])
        pieces.append(measures(n, x[some], y[some], both[some]) | {"fisher": chance})
        yield Progress("measuring rules", min(1.0, (start + MEASURED) / max(1, len(both))), f"{len(both):,} rules")
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}

"""Plays that take the same customers: who would hear of several at once, and what that does to their experiments.

Who is held out of one play of a campaign is held out of all (`decide.arms`), so that nobody who is held out is written
to by another play. What arms then show is what all plays do that a customer gets, taken together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from segtui.decided.campaigns import Overlap

if TYPE_CHECKING:
    from segtui.decided.campaigns import Proposal


def overlaps(
    proposals: Sequence[Proposal],
    of_both: Callable[[Proposal, Proposal], int] = lambda one, two: min(one.size, two.size),
) -> tuple[Overlap, ...]:
    """Every pair of plays with customers in common, in the order of the plays; segments as the first play has them.

    of_both: for how many of a segment both plays are.
    """
    plays: dict[str, dict[str, Proposal]] = {}
    for one in proposals:
        plays.setdefault(one.play, {})[one.letter] = one
    found = []
    for first, second in combinations(plays.values(), 2):
        shared = [(one, second[letter]) for letter, one in first.items() if letter in second]
        counted = [(mine, other, both) for mine, other in shared if (both := of_both(mine, other))]
        if counted:
            found.append(_overlap(counted))
    return tuple(found)


def _overlap(shared: list[tuple[Proposal, Proposal, int]]) -> Overlap:
    """shared: the two plays of a segment, and for how many of it both are."""
    one, two, _ = shared[0]
    letters = tuple(mine.letter for mine, _, _ in shared)
    customers = sum(common for _, _, common in shared)
    both = round(sum(min(_first(mine), _first(other)) * common for mine, other, common in shared))
    said = (
        f"{one.title} and {two.title} take the same {customers:,} customers ({', '.join(letters)}); "
        f"about {both:,} would get both, and whoever is held out of one is held out of both. So arms show what both do "
        "together; to tell them apart, give a customer one play."
    )
    return Overlap((one.play, two.play), (one.title, two.title), letters, customers, both, said)


def _first(one: Proposal) -> float:
    """The share of a segment that is in the first arm of a play."""
    return one.experiment.sizes[0] / one.size if one.size else 0.0

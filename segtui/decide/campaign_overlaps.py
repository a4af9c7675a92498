"""Plays that take the same customers: who would hear of several at once, and what that does to their experiments.

Arms of two plays are drawn apart (`decide.arms`), so that each comparison stays a fair one: the other play reaches both
its arms alike. But what it then shows is what the play does to people of whom most get the other one as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from segtui.decided.campaigns import Overlap

if TYPE_CHECKING:
    from segtui.decided.campaigns import Proposal


def overlaps(proposals: Sequence[Proposal]) -> tuple[Overlap, ...]:
    """Every pair of plays with a segment in common, in the order of the plays; segments as the first play has them."""
    plays: dict[str, dict[str, Proposal]] = {}
    for one in proposals:
        plays.setdefault(one.play, {})[one.letter] = one
    found = []
    for first, second in combinations(plays.values(), 2):
        shared = [(one, second[letter]) for letter, one in first.items() if letter in second]
        if shared:
            found.append(_overlap(shared))
    return tuple(found)


def _overlap(shared: list[tuple[Proposal, Proposal]]) -> Overlap:
    one, two = shared[0]
    letters = tuple(mine.letter for mine, _ in shared)
    customers = sum(mine.size for mine, _ in shared)
    both = round(sum(_first(mine) * _first(other) * mine.size for mine, other in shared))
    said = (
        f"{one.title} and {two.title} take the same {customers:,} customers ({', '.join(letters)}); "
        f"about {both:,} would get both."
    )
    return Overlap((one.play, two.play), (one.title, two.title), letters, customers, both, said)


def _first(one: Proposal) -> float:
    """The share of a segment that is in the first arm of a play."""
    return one.experiment.sizes[0] / one.size if one.size else 0.0

"""Which items are of one family, so that a rule between them says nothing new: cups and plates of one line.

Two items are kin where they have the same category, or, where no category is known, names of one stem: the first two
words alike, or half of their words in common (Jaccard similarity of the words, numbers left out).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from segtui.basketed import Numbers, RuleSet

    Marks = NDArray[np.bool_]

ALIKE = 0.5
"""Share of words in common from which two names are of one stem."""

FIRST = 2
"""Words at the beginning that make a stem by themselves."""

RULES = 4_096
"""Rules looked at in one piece."""


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in order, without numbers and signs."""
    return tuple(word for word in re.findall(r"\w+", name.casefold()) if not word.isdigit())


@dataclass(frozen=True, slots=True)
class Named:
    """What is looked at of an item: the words of its name, and its category ("" where none is known)."""

    words: tuple[str, ...]
    family: str


def are_kin(one: Named, other: Named) -> bool:
    """Whether two items are of one family."""
    if one.family and other.family:
        return one.family == other.family
    return of_one_stem(one.words, other.words)


def of_one_stem(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether the words of two names make them one family."""
    if not a or not b:
        return False
    if min(len(a), len(b)) > FIRST and a[:FIRST] == b[:FIRST]:
        return True
    both = set(a) & set(b)
    return len(both) >= ALIKE * len(set(a) | set(b))


def within_family(rules: RuleSet, items: Sequence[str], families: Sequence[str]) -> Steps[Marks]:
    """Which rules are within a family: every item behind the arrow is kin to one before it (rules,)."""
    used = np.unique(np.concatenate((rules.antecedents.ravel(), rules.consequents.ravel())))
    used = used[used >= 0]
    kin = np.eye(len(used) + 1, dtype=np.bool_)
    named = [Named(words_of(items[one]), families[one]) for one in used]
    for row, one in enumerate(named):
        yield Progress("looking for families", row / len(used))
        for column in range(row):
            kin[row, column] = kin[column, row] = are_kin(one, named[column])
    found = np.empty(len(rules), dtype=np.bool_)
    for start in range(0, len(rules), RULES):
        part = slice(start, start + RULES)
        found[part] = _within(kin, _rows(used, rules.antecedents[part]), _rows(used, rules.consequents[part]))
        yield Progress("looking for families", start / max(1, len(rules)))
    return found


def _rows(used: Numbers, sides: Numbers) -> NDArray[np.intp]:
    """Places in `used`, one beyond the last for no item."""
    return np.where(sides >= 0, np.searchsorted(used, sides), len(used))


def _within(kin: Marks, before: NDArray[np.intp], behind: NDArray[np.intp]) -> Marks:
    none = len(kin) - 1
    related = (kin[before[:, :, None], behind[:, None, :]] & (before != none)[:, :, None]).any(axis=1)
    within: Marks = (related | (behind == none)).all(axis=1)
    return within

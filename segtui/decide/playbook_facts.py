"""What a condition can ask of a segment, and its answer: a value, or unknown.

Unknown is a third truth (Kleene): false and unknown is false, true or unknown is true, the rest stays unknown. So a
feature that the data lack matters only where the answer hangs on it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from segtui.decide.playbook_words import Has, Minus, Not, Number, Of, Pair, Quantity, Tree
from segtui.results import Profile, Segment

_SIGNS: dict[str, Callable[[float, float], float | bool]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """One answer as conditions see it.

    columns: word in the playbook -> feature in the profile, for all that the data have. medians: of everyone, by
    feature. has: what else is known to be there (`playbook_words.ASKED`); None: not known yet.
    """

    profile: Profile
    columns: Mapping[str, str]
    medians: Mapping[str, float]
    has: Mapping[str, bool | None]

    def feature(self, word: str) -> str | None:
        """The feature that a word of the playbook stands for: as the playbook says, else by its own name."""
        return self.columns.get(word) or find((word,), [column.feature for column in self.profile.columns])

    def column(self, word: str, level: str | None) -> int | None:
        """Its place in the profile."""
        name = self.feature(word)
        if name is None:
            return None
        places = [
            i for i, c in enumerate(self.profile.columns) if c.feature == name and (c.level is None) == (level is None)
        ]
        if level is None:
            return places[0] if places else None
        same = [i for i in places if self.profile.columns[i].level == level]
        alike = [i for i in places if _plain(str(self.profile.columns[i].level)) == _plain(level)]
        return next(iter((*same, *alike)), None)

    def known(self, what: str) -> bool | None:
        """Whether the data have it."""
        return self.has[what] if what in self.has else self.feature(what) is not None


def find(names: Sequence[str], features: Sequence[str]) -> str | None:
    """The first of `names` that is a feature; exactly, else but for case and signs (“Days since last order”)."""
    for name in names:
        if name in features:
            return name
    for name in names:
        for feature in features:
            if _plain(feature) == _plain(name):
                return feature
    return None


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum()) or text


def truth(tree: Tree, facts: Facts, segment: Segment) -> bool | None:
    """Whether a condition holds; None: unknown."""
    match tree:
        case Has(what):
            return facts.known(what)
        case Not(of):
            value = truth(of, facts, segment)
            return None if value is None else not value
        case Pair(("and" | "or") as sign, left, right):
            decides = sign == "or"
            both = truth(left, facts, segment), truth(right, facts, segment)
            return decides if decides in both else None if None in both else not decides
        case Pair(sign, left, right):
            one, two = number(left, facts, segment), number(right, facts, segment)
            return None if one is None or two is None else bool(_SIGNS[sign](one, two))
    return None


def number(tree: Tree, facts: Facts, segment: Segment) -> float | None:
    """The value of a number; None: unknown, or not finite."""
    match tree:
        case Number(value):
            return value
        case Minus(of):
            value_ = number(of, facts, segment)
            return None if value_ is None else -value_
        case Quantity(name):
            return _finite(_quantity(name, facts, segment))
        case Of(function, feature, level):
            return _finite(_of(function, feature, level, facts, segment))
        case Pair(sign, left, right) if sign in "+-*/":
            one, two = number(left, facts, segment), number(right, facts, segment)
            if one is None or two is None or (sign == "/" and two == 0):
                return None
            return _finite(float(_SIGNS[sign](one, two)))
    return None


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _quantity(name: str, facts: Facts, segment: Segment) -> float | None:
    match name:
        case "size":
            return segment.size
        case "customers":
            return sum(other.size for other in facts.profile.segments)
        case "segments":
            return len(facts.profile.segments)
        case "customer_share":
            return segment.share
        case "revenue_share":
            return segment.revenue_share
        case "order_share":
            return segment.order_share
    place = most_different(segment)
    return None if place is None else abs(segment.differences[place] or 0.0)


def most_different(segment: Segment) -> int | None:
    """The column with the largest standardised difference from the rest."""
    known = [place for place, value in enumerate(segment.differences) if value is not None]
    return max(known, key=lambda place: abs(segment.differences[place] or 0.0), default=None)


def _of(function: str, feature: str, level: str | None, facts: Facts, segment: Segment) -> float | None:
    place = facts.column(feature, level)
    if place is None:
        return None
    column = facts.profile.columns[place]
    match function:
        case "mean" | "share":
            return segment.means[place]
        case "overall" | "overall_share":
            return column.mean
        case "overall_median":
            return facts.medians.get(column.feature)
        case "index":
            return segment.indexes[place]
        case "difference":
            return segment.differences[place]
    values = {"median": segment.medians, "spread": segment.spreads, "missing": segment.missing}[function]
    return values[place] if place < len(values) else None


def lacking(tree: Tree, facts: Facts) -> tuple[str, ...]:
    """The words of a condition that the data have nothing for, in the order they are written."""
    match tree:
        case Of(_, feature, level):
            return (feature,) if facts.column(feature, level) is None else ()
        case Quantity(name):
            first = facts.profile.segments[:1]
            return (name,) if first and _quantity(name, facts, first[0]) is None else ()
        case Has(what):
            return (what,) if facts.known(what) is not True else ()
        case Pair(_, left, right):
            return tuple(dict.fromkeys((*lacking(left, facts), *lacking(right, facts))))
        case Minus(of):
            return lacking(of, facts)
    return ()

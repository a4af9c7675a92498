"""The order of the rows in the segment table: by letter, or by any column of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from segtui.results import Profile, Segment
from segtui.tui.panes.profile_words import column_title, measured, reading_order

BY_LETTER, BY_NAME = "letter", "name"
MEANINGS = {
    BY_LETTER: "as segments are lettered",
    BY_NAME: "from A to Z",
    "size": "largest first",
    "stability": "what comes back best first",
    "revenue": "the largest share of revenue first",
}
"""What can be sorted by beside the columns of the profile, in the order they are offered."""


@dataclass(frozen=True, slots=True)
class Sort:
    """by: one of MEANINGS, or the title of a column; backwards: the other way round."""

    by: str = BY_LETTER
    backwards: bool = False

    def then(self, by: str) -> Sort:
        """What choosing `by` makes of it: the same again turns it round."""
        return Sort(by, not self.backwards if by == self.by else False)


def choices(profile: Profile) -> list[tuple[str, str]]:
    """What the table can be sorted by, each with what it means."""
    titles = [(column_title(profile.columns[i]), "largest first, as shown") for i in reading_order(profile)]
    return [*MEANINGS.items(), *((title, means) for title, means in titles if title not in MEANINGS)]


def ordered(
    profile: Profile, sort: Sort, measure: str, jaccard: Callable[[Segment], float | None]
) -> Sequence[Segment]:
    """The segments in the order asked for; those without a value stay last, and equals in letter order."""
    if sort.by == BY_LETTER:
        return profile.segments[::-1] if sort.backwards else profile.segments
    if sort.by == BY_NAME:
        return sorted(profile.segments, key=lambda segment: segment.name.casefold(), reverse=sort.backwards)
    value = _values(profile, sort.by, measure, jaccard)
    known = [(segment, found) for segment in profile.segments if (found := value(segment)) is not None]
    sign = 1 if sort.backwards else -1
    first = [segment for segment, _ in sorted(known, key=lambda pair: sign * pair[1])]
    return [*first, *(segment for segment in profile.segments if value(segment) is None)]


def _values(
    profile: Profile, by: str, measure: str, jaccard: Callable[[Segment], float | None]
) -> Callable[[Segment], float | None]:
    named: dict[str, Callable[[Segment], float | None]] = {
        "size": lambda segment: segment.size,
        "stability": jaccard,
        "revenue": lambda segment: segment.revenue_share,
    }
    if by in named:
        return named[by]
    for i, column in enumerate(profile.columns):
        if column_title(column) == by:
            return lambda segment: measured(segment, i, column, measure)
    return lambda segment: None  # a column of an earlier answer: letter order

"""The order of the rows in the segment table: by letter, or by any column of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

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


COLUMN = "a column, largest first, as shown"


@dataclass(frozen=True, slots=True)
class Sort:
    """by: one of MEANINGS, or, of a column of the profile, its title; backwards: the other way round. The data may have
    a column that is called like one of MEANINGS, hence `column`."""

    by: str = BY_LETTER
    column: bool = False
    backwards: bool = False

    def then(self, chosen: Sort) -> Sort:
        """What choosing another makes of it: the same again turns it round."""
        same = (chosen.by, chosen.column) == (self.by, self.column)
        return replace(chosen, backwards=same and not self.backwards)


def choices(profile: Profile) -> list[tuple[Sort, str]]:
    """What the table can be sorted by, each with what it means."""
    columns = [Sort(column_title(profile.columns[i]), column=True) for i in reading_order(profile)]
    return [*((Sort(by), means) for by, means in MEANINGS.items()), *((one, COLUMN) for one in columns)]


def ordered(
    profile: Profile, sort: Sort, measure: str, jaccard: Callable[[Segment], float | None]
) -> Sequence[Segment]:
    """The segments in the order asked for; those without a value stay last, and equals in letter order."""
    if sort == replace(Sort(), backwards=sort.backwards):
        return profile.segments[::-1] if sort.backwards else profile.segments
    if sort.by == BY_NAME and not sort.column:
        return sorted(profile.segments, key=lambda segment: segment.name.casefold(), reverse=sort.backwards)
    value = _values(profile, sort, measure, jaccard)
    known = [(segment, found) for segment in profile.segments if (found := value(segment)) is not None]
    sign = 1 if sort.backwards else -1
    first = [segment for segment, _ in sorted(known, key=lambda pair: sign * pair[1])]
    return [*first, *(segment for segment in profile.segments if value(segment) is None)]


def _values(
    profile: Profile, sort: Sort, measure: str, jaccard: Callable[[Segment], float | None]
) -> Callable[[Segment], float | None]:
    named: dict[str, Callable[[Segment], float | None]] = {
        "size": lambda segment: segment.size,
        "stability": jaccard,
        "revenue": lambda segment: segment.revenue_share,
    }
    if not sort.column:
        return named[sort.by]
    for i, column in enumerate(profile.columns):
        if column_title(column) == sort.by:
            return lambda segment: measured(segment, i, column, measure)
    return lambda segment: None  # a column of an earlier answer: letter order

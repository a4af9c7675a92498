"""Whether segments that were delivered still fit: keep them, watch them, or fit anew, and every reason for it.

The rule, which is a convention and is written here once:

  no verdict   fewer than FEWEST customers could be scored, or made the model; or it does not know how they were spread
  re-fit       the PSI of a feature that votes is .25 or more; FAR_REFIT of the customers more than expected lie far
               from the centre of their segment; each beyond what chance shows. Or features with half of the vote or
               more are not there
  watch        a PSI of .10 or more, of a feature or of the segment sizes; FAR_WATCH more than expected far out; each
               beyond chance. Or a segment of then has nobody; levels that had no column hold NEW_SHARE of the
               customers or more; a feature is not there, or holds another type
  keep         none of that

An index grows with the number of bins and shrinks with customers, which is why chance is looked at beside the bands; a
drift that is real may still not matter, and one that matters may hide in so few customers. A season moves recency.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from segtui.deliver.drift import LARGE, SOME, Moved

if TYPE_CHECKING:
    from segtui.deliver.applied import Applied
    from segtui.deliver.drift import Drift

FEWEST = 200
"""Customers, of then or scored now, below which there is no verdict: two hundred on either side reach .25 in ten bins
by chance in three of a thousand features, and a hundred do in one of five."""

FAR_WATCH, FAR_REFIT = 0.01, 0.04
"""Shares of the customers, beyond those expected, that lie far from the centre of their segment."""

NEW_SHARE = 0.01
HALF = 0.5
NAMED = 3


class Verdict(StrEnum):
    """What to do about a model."""

    KEEP = "keep"
    WATCH = "watch"
    REFIT = "re-fit"
    NONE = "no verdict"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and its reasons, as plain sentences; the weightiest first."""

    verdict: Verdict
    reasons: tuple[str, ...]


def judge(applied: Applied) -> Judged:
    """The rule above."""
    fewest = min(applied.scored, applied.trained)
    if fewest < FEWEST:
        which = "scored" if fewest == applied.scored else "behind the model"
        told = f"{fewest:,} customers {which} are too few to tell drift from chance: at least {FEWEST} are needed"
        return Judged(Verdict.NONE, (told,))
    if not applied.drifts and not applied.filled:
        return Judged(Verdict.NONE, ("the model does not say how its features were spread, so drift cannot be told",))
    grave, light = _of_features(applied)
    more_grave, more_light = _of_far(applied)
    gone_grave, gone_light = _of_gone(applied)
    grave += more_grave + gone_grave
    light += more_light + gone_light + _of_segments(applied) + _of_levels(applied)
    verdict = Verdict.REFIT if grave else Verdict.WATCH if light else Verdict.KEEP
    reasons = grave + light or ["no feature, no segment size and no distance moved beyond what chance and habit allow"]
    return Judged(verdict, (*reasons, *_untold(applied)))


def _of_features(applied: Applied) -> tuple[list[str], list[str]]:
    much = [drift for drift in applied.drifts if drift.moved is Moved.MUCH]
    some = [drift for drift in applied.drifts if drift.moved is Moved.SOME]
    return _named(much, "moved much"), _named(some, "moved somewhat")


def _named(drifts: list[Drift], what: str) -> list[str]:
    said = [
        f"{drift.feature} {what} (PSI {drift.psi:.2f}; chance alone: {drift.expected:.2f})"
        + (f"; {drift.told}" if drift.told else "")
        for drift in drifts[:NAMED]
    ]
    rest = len(drifts) - NAMED
    return [*said, f"{rest:,} more {'features' if rest > 1 else 'feature'} {what}"] if rest > 0 else said


def _of_far(applied: Applied) -> tuple[list[str], list[str]]:
    far = applied.far
    if far.limit is None or far.share <= far.chance:
        return [], []
    said = [
        f"{far.share:.1%} of the customers are far from the centre of their segment; {far.expected:.1%} are expected"
    ]
    if far.share - far.expected >= FAR_REFIT:
        return said, []
    return [], said if far.share - far.expected >= FAR_WATCH else []


def _of_gone(applied: Applied) -> tuple[list[str], list[str]]:
    light = list(applied.changes)
    if not applied.filled:
        return [], light
    names, vote = ", ".join(applied.filled), applied.filled_vote
    share = "" if vote is None else f", and with it {vote:.1%} of the vote"
    said = f"{names} is the same for everyone{share}: the column is not there"
    return ([said], light) if vote is not None and vote >= HALF else ([], [said, *light])


def _of_segments(applied: Applied) -> list[str]:
    said = []
    if applied.mix.moved in (Moved.SOME, Moved.MUCH):
        said.append(f"the sizes of the segments moved (PSI {applied.mix.psi:.2f}); {applied.mix.told}")
    nobody = [segment.letter for segment in applied.segments if segment.then and not segment.now]
    if nobody:
        said.append(f"nobody is in {'segment' if len(nobody) == 1 else 'segments'} {', '.join(nobody)}")
    return said


def _of_levels(applied: Applied) -> list[str]:
    return [
        f"{new.customers / applied.customers:.1%} of the customers have a level of {new.feature} that had no column"
        for new in applied.new
        if new.customers >= NEW_SHARE * applied.customers
    ]


def _untold(applied: Applied) -> list[str]:
    """What so few customers hide."""
    hidden = [drift for drift in applied.drifts if drift.moved is Moved.UNTOLD]
    if not hidden:
        return []
    limit = max(drift.limit for drift in hidden)
    band = f"{SOME:.2f}" if limit < LARGE else f"{LARGE:.2f}"
    many = f"{len(hidden):,} features" if len(hidden) > 1 else hidden[0].feature
    return [f"of {many} a PSI above {band} cannot be told from chance with so few customers (up to {limit:.2f})"]

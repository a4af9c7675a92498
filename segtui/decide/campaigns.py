"""Plays for segments: which fit, for what reason in figures, how they are tested and what they come to.

Everything is said of the segments as they are; what a play would change only its experiment can tell. Plays that no
segment gets are listed with what the data lack for them, so that a pane without orders still says what it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.decide.arms import Wanted
from segtui.decide.campaign_overlaps import overlaps
from segtui.decide.campaigns_words import percent
from segtui.decide.campaigns_worth import OTHER, checked, worth
from segtui.decide.experiment import design
from segtui.decide.playbook import Play, Playbook
from segtui.decide.playbook_facts import Facts, find, lacking, truth
from segtui.decide.playbook_only import meant, said, within
from segtui.decide.playbook_template import filled
from segtui.decide.playbook_words import Of, Tree, parts
from segtui.decide.rfm_grid import floats, of_dataset, outcome_of, realised
from segtui.decided.campaigns import Campaigns, Inputs, NotOffered, Only, Proposal, Realised, Rfm
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Dataset, Labels, Profile, Segment

RFM = ("recency", "frequency", "monetary")
"""Words of the playbook for the three."""

Later = tuple[Realised | None, ...]


def campaigns(
    dataset: Dataset,
    profile: Profile,
    labels: Labels,
    playbook: Playbook,
    inputs: Inputs,
    structure: bool | None = None,
) -> Steps[Campaigns]:
    """What the playbook proposes for the segments of an answer.

    labels: uint8 (customers,), the cluster of each customer of `dataset`, canonical order; 255: none. structure:
    whether the verdict says that segments are more than slices; None: there is none yet. Raises UsageError where an
    input cannot be.
    """
    inputs = checked(inputs)
    facts = yield from facts_of(dataset, profile, labels, playbook, structure)
    rfm, why = yield from _rfm(dataset, facts, playbook, labels)
    later = yield from _later(dataset, labels)
    offered: list[Proposal] = []
    missed: list[NotOffered] = []
    for done, play in enumerate(playbook.plays):
        yield Progress("matching plays", done / len(playbook.plays), play.title)
        only = _resolved(play.only, facts)
        if play.only is not None and only is None:
            words = dict.fromkeys((*lacking(play.when, facts), play.only.column))
            needs = tuple(playbook.means(word) for word in words)
            missed.append(NotOffered(play.id, play.title, f"It needs {', '.join(needs)}.", needs))
            continue
        inside = within(dataset, labels, only)
        own = later if only is None else (yield from _later(dataset, inside))
        counts = np.bincount(inside, minlength=256)
        fits = [
            segment
            for segment in profile.segments
            if truth(play.when, facts, segment) and (only is None or counts[segment.cluster])
        ]
        for segment in fits:
            some = segment.size if only is None else int(counts[segment.cluster])
            value = order_value(facts, segment)
            if only is not None:
                value = _own_order_value(dataset, facts, inside == segment.cluster) or value
            offered.append(_proposal(play, segment, facts, inputs, own, dataset, only, some, value))
        if not fits:
            missed.append(_not_offered(play, facts, playbook))
    notes = _notes(facts, playbook, inputs)
    shared = overlaps(offered, lambda one, two: _both(dataset, labels, one, two))
    return Campaigns(rfm, why, tuple(offered), tuple(missed), playbook.path, notes, shared)


def _resolved(only: Only | None, facts: Facts) -> Only | None:
    """With the column of the data in place of the playbook's word; None where there is none."""
    name = None if only is None else facts.feature(only.column)
    return None if only is None or name is None else replace(only, column=name)


def _both(dataset: Dataset, labels: Labels, one: Proposal, two: Proposal) -> int:
    """How many customers of a segment two plays are for."""
    if one.only is None or two.only is None or one.only == two.only:
        return min(one.size, two.size)
    return int((meant(dataset, one.only) & meant(dataset, two.only) & (labels == one.cluster)).sum())


def facts_of(
    dataset: Dataset, profile: Profile, labels: Labels, playbook: Playbook, structure: bool | None
) -> Steps[Facts]:
    """What the conditions of a playbook can ask, medians of everyone computed for what they do ask."""
    names = [column.feature for column in profile.columns]
    columns = {word: name for word, known in playbook.features.items() if (name := find(known.names, names))}
    has: dict[str, bool | None] = {
        "orders": "frequency" in columns,
        "revenue": any(segment.revenue_share is not None for segment in profile.segments),
        "holdout": outcome_of(dataset) is not None,
        "structure": structure,
    }
    bare = Facts(profile, columns, {}, has)
    inside = labels != 255
    medians: dict[str, float] = {}
    for play in playbook.plays:
        figures = [part.tree for part in play.reason if not isinstance(part, str | tuple)]
        figures += [part.tree for note in play.notes for part in note if not isinstance(part, str | tuple)]
        for word in sorted({word for tree in (play.when, *figures) for word in _medians(tree)}):
            name = bare.feature(word)
            if name is None or name in medians or not dataset.frame[name].dtype.is_numeric():
                continue
            yield Progress("matching plays", None, name)
            values = floats(dataset.frame[name])[inside]
            values = values[~np.isnan(values)]
            if values.size:
                medians[name] = float(np.median(values))
    return Facts(profile, columns, medians, has)


def _medians(tree: Tree) -> set[str]:
    own = {tree.feature} if isinstance(tree, Of) and tree.function == "overall_median" else set()
    return own.union(*(_medians(part) for part in parts(tree)))


def _rfm(dataset: Dataset, facts: Facts, playbook: Playbook, labels: Labels) -> Steps[tuple[Rfm | None, str]]:
    names = [facts.feature(word) for word in RFM]
    missing = [playbook.means(word) for word, name in zip(RFM, names, strict=True) if name is None]
    if missing:
        return None, f"The RFM grid needs {', '.join(missing)}: open order lines, or a customer table that has them."
    try:
        letters = {segment.cluster: segment.letter for segment in facts.profile.segments}
        columns = (str(names[0]), str(names[1]), str(names[2]))
        found = yield from of_dataset(dataset, columns, labels, letters)
    except AnalysisError as error:
        return None, str(error)
    return found, ""


def _later(dataset: Dataset, labels: Labels) -> Steps[Later]:
    outcome = outcome_of(dataset)
    if outcome is None:
        return ()
    yield Progress("matching plays", None, "holdout")
    return (yield from realised(labels.astype(np.intp), 256, outcome))


# -- a play and a segment --------------------------------------------------------------------------------------


def _proposal(
    play: Play,
    segment: Segment,
    facts: Facts,
    inputs: Inputs,
    later: Later,
    dataset: Dataset,
    only: Only | None,
    size: int,
    value: float | None,
) -> Proposal:
    """size: whom it is for, in the segment; value: revenue per order of theirs."""
    after = later[segment.cluster] if later else None
    holdout = None if dataset.rollup is None else dataset.rollup.holdout
    days = None if holdout is None else (holdout[1] - holdout[0]).days
    asked = inputs if play.compare != OTHER else replace(inputs, low=None, mid=None, high=None)  # uplifts of a contact
    experiment = design(size, play.arms, asked, after, days)
    notes = [text for note in play.notes if (text := filled(note, facts, segment)) is not None]
    if after is not None:
        notes.append(
            f"In the {days} days of the holdout {percent(after.active)} of them ordered "
            f"({percent(after.low)} to {percent(after.high)})."
        )
    reason = filled(play.reason, facts, segment) or f"It fits: {play.source}"
    return Proposal(
        play=play.id,
        title=play.title,
        does=play.does,
        letter=segment.letter,
        segment=segment.name,
        cluster=segment.cluster,
        size=size,
        share=segment.share,
        revenue=_revenue(facts, segment),
        revenue_share=segment.revenue_share,
        reason=f"{reason} {said(only, size, segment.size, dataset.frame.columns)}" if only is not None else reason,
        notes=tuple(notes),
        later=after,
        experiment=experiment,
        worth=worth(
            experiment.sizes[0],
            play.compare,
            inputs,
            value,
            experiment.base if experiment.known else None,
        ),
        members=segment.size,
        only=only,
    )


def _own_order_value(dataset: Dataset, facts: Facts, who: NDArray[np.bool_]) -> float | None:
    """Revenue per order of some customers; None where money or orders are missing."""
    names = [facts.feature(word) for word in ("monetary", "frequency")]
    if not all(name is not None and dataset.frame[name].dtype.is_numeric() for name in names):
        return None
    money, orders = (float(np.nansum(floats(dataset.frame[str(name)])[who])) for name in names)
    return money / orders if money > 0 and orders > 0 else None


def _revenue(facts: Facts, segment: Segment) -> float | None:
    """What the segment has spent: the mean times whoever has a value."""
    place = facts.column("monetary", None)
    if place is None or not np.isfinite(segment.means[place]):
        return None
    gaps = segment.missing[place] if segment.missing else 0.0
    return segment.means[place] * segment.size * (1 - gaps)


def order_value(facts: Facts, segment: Segment) -> float | None:
    """Revenue per order of the segment: mean money / mean orders, else the mean of the customers' own averages."""
    money, orders = (facts.column(word, None) for word in ("monetary", "frequency"))
    if money is not None and orders is not None and segment.means[orders] > 0 and segment.means[money] > 0:
        return segment.means[money] / segment.means[orders]
    place = facts.column("average_order_value", None)
    return segment.means[place] if place is not None and segment.means[place] > 0 else None


def _not_offered(play: Play, facts: Facts, playbook: Playbook) -> NotOffered:
    needs = tuple(playbook.means(word) for word in lacking(play.when, facts))
    unknown = any(truth(play.when, facts, segment) is None for segment in facts.profile.segments)
    if needs and unknown:
        return NotOffered(play.id, play.title, f"It needs {', '.join(needs)}.", needs)
    return NotOffered(play.id, play.title, f"No segment fits: {' '.join(play.source.split())}")


def _notes(facts: Facts, playbook: Playbook, inputs: Inputs) -> tuple[str, ...]:
    notes: list[str] = []
    if not facts.has["orders"]:
        notes.append(
            "There are no orders: plays on when, how often and for how much people buy need order lines, or a customer "
            f"table with {playbook.means('recency')} and {playbook.means('frequency')}. "
            "Plays on other features are offered."
        )
    if not facts.has["holdout"] and inputs.base_rate is None:
        notes.append("Without a holdout nobody knows how many order anyway: set one, or enter the share.")
    return tuple(notes)


def wanted(proposals: Sequence[Proposal]) -> list[Wanted]:
    """Proposals as `arms.assigned` takes them: each play once, with the clusters of all its segments."""
    found: dict[str, Wanted] = {}
    for one in proposals:
        before = found.get(one.play, Wanted(one.play, (), one.experiment.arms, one.only))
        found[one.play] = before._replace(clusters=(*before.clusters, one.cluster))
    return list(found.values())

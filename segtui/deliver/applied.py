"""A delivered model on new customers: who is in which segment, and whether the model still fits them.

Pure: it scores a dataset that was gathered as the one of then was. What moved since is told by feature
(`deliver.drift`), by segment, and by how many lie far from every centre; the verdict is in `deliver.refit`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.deliver.drift import Drift, drift, moved
from segtui.deliver.fitting import NewLevels, fitted, under_known_names, vote_of
from segtui.deliver.labels import NOBODY, Labels
from segtui.deliver.money_roles import lost_roles
from segtui.deliver.score import Scores, score
from segtui.deliver.scoring import BUYS
from segtui.deliver.seen import FAR_SHARE
from segtui.errors import AnalysisError
from segtui.progress import Steps
from segtui.results import LeftOut

if TYPE_CHECKING:
    import polars as pl

    from segtui.deliver.scoring import ScoringModel
    from segtui.results import Dataset

MIX = "segments"
"""What the drift of the segment sizes is filed under."""


@dataclass(frozen=True, slots=True)
class SegmentNow:
    """One segment then and now: customers, and shares of all who had or have a segment."""

    letter: str
    name: str
    then: int
    now: int
    then_share: float
    now_share: float


@dataclass(frozen=True, slots=True)
class Far:
    """Customers farther from the centre of their segment than `limit`, beyond which 1 % of then lay.

    customers, share: now. expected, chance: the mean and the 99 % point of the share where nothing changed. limit: None
    where the model does not know it, and nothing can be said.
    """

    limit: float | None
    customers: int
    share: float
    expected: float
    chance: float


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a model on new customers.

    customers: all of them; scored: those with a segment; aside: (reason, customers) of the others; trained: customers
    of then. segments: in letter order. drifts: of every feature that votes and was seen, the largest index first; mix:
    of the segment sizes. filled: features that are not there, `filled_vote` their share of the vote (None: not known).
    changes: features that hold another type now, as sentences. notes: what else is to be said.
    """

    customers: int
    scored: int
    trained: int
    aside: tuple[tuple[str, int], ...]
    segments: tuple[SegmentNow, ...]
    drifts: tuple[Drift, ...]
    mix: Drift
    far: Far
    new: tuple[NewLevels, ...]
    filled: tuple[str, ...] = ()
    filled_vote: float | None = None
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Scored:
    """New customers with their segments. dataset: its features under the names that the model has for them."""

    dataset: Dataset
    model: ScoringModel
    scores: Scores
    applied: Applied


def apply_model(
    model: ScoringModel, dataset: Dataset, *, fill_missing: bool = False, trimmed: float = 0.0
) -> Steps[Scored]:
    """Score the customers of `dataset` and hold them against those of then.

    trimmed: the share that was trimmed then (`PrepareSpec.trim`): the model does not know them, and nobody is trimmed
    now, so that about as many more are expected to lie far out. Raises AnalysisError where a feature that votes is not
    there (unless fill_missing), or nobody can be scored.
    """
    _check_money(model, dataset)
    dataset, renamed = under_known_names(model, dataset)
    features = yield from fitted(model, dataset.frame, fill_missing=fill_missing)
    orders = dataset.frame[BUYS] if BUYS in dataset.frame.columns else None
    scores = yield from score(model, features.frame, features.filled, orders)
    scored = int(scores.scored.sum())
    if not scored:
        raise AnalysisError(
            "no customer can have a segment",
            where="; ".join(reason for reason, _ in scores.aside),
            hint="Check that column, or fill missing values in before delivering.",
        )
    here = features.frame if scored == dataset.customers else features.frame.filter(_mask(scores))
    drifts = yield from drifts_of(model, here, features.filled)
    applied = Applied(
        customers=dataset.customers,
        scored=scored,
        trained=model.customers,
        aside=tuple((reason, len(places)) for reason, places in scores.aside),
        segments=_segments(model, scores, scored),
        drifts=drifts,
        mix=_mix(model, scores),
        far=_far(model, scores, scored, trimmed),
        new=features.new,
        filled=features.filled,
        filled_vote=vote_of(model, features.filled) if features.filled else None,
        changes=features.changes,
        notes=(*renamed, *([_trimmed_note(trimmed)] if trimmed else [])),
    )
    return Scored(dataset, model, scores, applied)


def _check_money(model: ScoringModel, dataset: Dataset) -> None:
    """Refuse order lines without a column that the money of then was made of: they would make another kind of money."""
    lost = lost_roles(model.roles, dataset, [feature.name for feature in model.features])
    if lost:
        told = ", ".join(f"{role.replace('_', ' ')} (“{column}” then)" for role, column in lost)
        raise AnalysisError(
            f"the orders have no column for {told}, which the segments were made with",
            where="orders",
            hint="Add the column, or give the one that holds it the old name.",
        )


def _trimmed_note(share: float) -> str:
    return (
        f"the delivery trimmed the {share:.1%} of its customers that were farthest out; nobody is trimmed here: "
        "whoever is like them gets the nearest segment"
    )


def _mask(scores: Scores) -> pl.Series:
    import polars as pl

    return pl.Series(scores.scored)


# -- then and now ----------------------------------------------------------------------------------------------


def _segments(model: ScoringModel, scores: Scores, scored: int) -> tuple[SegmentNow, ...]:
    from segtui.explain.lettering import letter_position

    sizes = np.bincount(scores.labels[scores.scored], minlength=model.k)
    order = sorted(range(model.k), key=lambda cluster: letter_position(model.letters[cluster]))
    total = max(1, model.customers)
    return tuple(
        SegmentNow(
            model.letters[j], model.names[j], model.sizes[j], int(sizes[j]), model.sizes[j] / total, sizes[j] / scored
        )
        for j in order
    )


def _mix(model: ScoringModel, scores: Scores) -> Drift:
    sizes = np.bincount(scores.labels[scores.scored], minlength=model.k).astype(np.int64)
    then = np.array(model.sizes) / max(1, model.customers)
    return moved(MIX, then, model.customers, sizes, [f"segment {letter}" for letter in model.letters], gaps=False)


def drifts_of(model: ScoringModel, frame: pl.DataFrame, filled: Collection[str] = ()) -> Steps[tuple[Drift, ...]]:
    """The drift of every feature but those filled in, the largest index first. frame: those with a segment."""
    found: list[Drift] = []
    for seen in model.seen:
        if seen.feature not in filled:
            columns = model.columns_of(seen.feature)
            one = yield from drift(frame[seen.feature], seen, columns, model.customers)
            found += [] if one is None else [one]
    return tuple(sorted(found, key=lambda one: -one.psi))


def _far(model: ScoringModel, scores: Scores, scored: int, trimmed: float) -> Far:
    """The limit is an order statistic of the distances of then: how many of now lie beyond it by chance is
    beta-binomial, whatever the distances are like (Wilks 1941). Those trimmed then lay beyond it too."""
    from scipy import stats

    if model.far is None:
        return Far(None, 0, 0.0, FAR_SHARE, 1.0)
    count = int((scores.distance[scores.scored] > model.far).sum())
    inside = int(np.floor(FAR_SHARE * model.customers + 1e-9)) + 1
    rest = model.customers + 1 - inside
    beyond = inside + round(model.customers * trimmed / (1.0 - trimmed))
    chance = float(stats.betabinom.ppf(0.99, scored, beyond, rest)) / scored
    return Far(model.far, count, count / scored, beyond / (beyond + rest), chance)


# -- labels ----------------------------------------------------------------------------------------------------


def labels_of(scored: Scored, nothing: str | None = "") -> Labels:
    """The added columns for every input row, as `labels.label` makes them of an answer."""
    import polars as pl

    dataset, model, scores = scored.dataset, scored.model, scored.scores
    aside = tuple(LeftOut(reason, np.sort(dataset.row[places])) for reason, places in scores.aside)
    left_out = (*dataset.left_out, *aside)
    position = np.full(dataset.input_rows, NOBODY, dtype=np.int64)
    position[dataset.row] = np.where(scores.scored, np.arange(dataset.customers), NOBODY)
    note = np.zeros(dataset.input_rows, dtype=np.int64)
    for number, one in enumerate(left_out, start=1):
        note[one.rows] = number
    return Labels(
        position=position,
        cluster=np.where(scores.scored, scores.labels, 0).astype(np.int64),
        distance=scores.distance.astype(np.float32),
        note=note,
        reasons=pl.Series([nothing, *(one.reason for one in left_out)], dtype=pl.String),
        letters=pl.Series(model.letters, dtype=pl.String),
        names=pl.Series(model.names, dtype=pl.String),
        auto_names=None,
    )

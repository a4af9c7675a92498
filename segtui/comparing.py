"""Two runs, or a run and a labelled file, held against each other: who moved, and what sets those who moved apart.

A run that is no longer filed is computed again, converged: a comparison with an approximate answer would show movers
that are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui.explained import ComparedSide, Comparison, Migration, Move
from segtui.pipeline import unwatched
from segtui.progress import Progress, Steps
from segtui.recipe import Recipe, SourceSpec

if TYPE_CHECKING:
    import polars as pl

    from segtui.cluster.ground import Ground
    from segtui.explain.columns import Description
    from segtui.explain.compare import Labelling
    from segtui.explain.delivered import Delivered
    from segtui.pipeline import Pipeline
    from segtui.results import Dataset, Floats, Inspection, Rows, Segmentation

Side = Recipe | SourceSpec
"""A run by its recipe, or a labelled file."""

TOLD = 12
"""Of so many moves, the biggest ones, it is told what sets them apart."""

LOOKED_AT = 20_000
"""Customers of either group that a difference rests on, at most: the first in canonical order, a random sample."""

WITHIN = 0.10
"""Near to a border is whose second centroid is at most this much farther."""


@dataclass(frozen=True, eq=False, slots=True)
class Compared:
    """A comparison with what it stands on. ratios: distance ratios aligned with its movers, of the side `border`."""

    before: Labelling
    after: Labelling
    sides: tuple[ComparedSide, ComparedSide]
    comparison: Comparison
    border: int | None
    ratios: Floats | None


def migration(pipeline: Pipeline, inspection: Inspection, before: Side, after: Side, shown: Recipe) -> Steps[Migration]:
    """The comparison of two sides on the data that is open. shown: the recipe on screen; files are read as it reads.

    Raises AnalysisError where no customer is in both or a run cannot be computed, SourceError where a file cannot be
    read.
    """
    both = yield from _compared(pipeline, before, after, shown)
    recipe = next((side for side in (after, before) if isinstance(side, Recipe)), shown)
    ground = yield from pipeline.ground(recipe)
    columns = _columns(pipeline.dataset, inspection, ground)
    moves: list[Move] = []
    for move in _moves(both):
        told = len(moves) < TOLD
        moves.append((yield from _told(pipeline.dataset, both, move, columns)) if told else move)
    return Migration(both.comparison, *both.sides, tuple(moves), both.border, WITHIN)


def movers(
    pipeline: Pipeline, before: Side, after: Side, shown: Recipe, move: tuple[int, int] | None
) -> Steps[pl.DataFrame]:
    """Who moved (move: from the segment at one place to that at another; None: all), in source order: source row, id,
    old and new segment, distance ratio (empty where no side has centroids)."""
    import numpy as np
    import polars as pl

    both = yield from _compared(pipeline, before, after, shown)
    dataset, positions = pipeline.dataset, both.comparison.movers
    chosen = np.arange(len(positions))
    if move is not None:
        rows, columns = both.before.labels[positions], both.after.labels[positions]
        chosen = np.flatnonzero((rows == move[0]) & (columns == move[1]))
    yield Progress("listing movers", 0.2)
    chosen = chosen[np.argsort(dataset.row[positions[chosen]], kind="stable")]
    at = positions[chosen]
    yield Progress("listing movers", 0.4)
    parts = [
        pl.Series("row", dataset.row[at] + 1),
        *([] if dataset.id_column is None else [dataset.frame[dataset.id_column].gather(at)]),
    ]
    for title, side in (("old_segment", both.before), ("new_segment", both.after)):
        yield Progress("listing movers", 0.2 + 0.2 * len(parts))
        parts.append(pl.Series(title, side.letters, dtype=pl.String).gather(side.labels[at]))
    yield Progress("listing movers", 0.9)
    ratios = np.full(len(at), np.nan) if both.ratios is None else both.ratios[chosen].round(4)
    parts.append(pl.Series("distance_ratio", ratios, dtype=pl.Float64).fill_nan(None))
    return pl.DataFrame([part.alias(name) for part, name in zip(parts, _apart(parts), strict=True)])


def _apart(parts: list[pl.Series]) -> list[str]:
    """Names that are all different: the id keeps the one it has, ours take _2."""
    own = parts[1].name if len(parts) > 4 else ""
    return [f"{part.name}_2" if part.name == own and i != 1 else part.name for i, part in enumerate(parts)]


# -- both sides ------------------------------------------------------------------------------------------------


def _compared(pipeline: Pipeline, before: Side, after: Side, shown: Recipe) -> Steps[Compared]:
    name = f"comparison {_name(pipeline, before, shown)} {_name(pipeline, after, shown)}"
    return (yield from pipeline.filed_as(name, Compared, lambda: _compare(pipeline, before, after, shown)))


def _name(pipeline: Pipeline, side: Side, shown: Recipe) -> str:
    """What a side is filed under: a file is another one once it was written again."""
    from segtui.gather.dataset import identity
    from segtui.gather.paths import is_at_hand
    from segtui.recipe import GatherSpec

    if isinstance(side, Recipe):
        return pipeline.name("exact answer", side)
    stamp = identity(GatherSpec((side,))) if is_at_hand(side) else repr(side)
    return f"{stamp} {shown.gather.loose_ids} {pipeline.dataset.fingerprint}"


def _compare(pipeline: Pipeline, before: Side, after: Side, shown: Recipe) -> Steps[Compared]:
    from segtui.explain.compare import compared
    from segtui.explain.nearness import distance_ratios

    one, first = yield from _side(pipeline, before, shown)
    other, second = yield from _side(pipeline, after, shown)
    yield Progress("comparing runs")
    revenue = _revenue(pipeline.dataset)
    found = yield from compared(one, other, revenue)
    border = next((i for i, side in ((1, after), (0, before)) if _has_borders(side)), None)
    ratios = None
    if border is not None:
        ground, fit = yield from _fit(pipeline, (before, after)[border])
        ratios = yield from distance_ratios(ground, fit, found.movers)
    return Compared(one, other, (first, second), found, border, ratios)


def _side(pipeline: Pipeline, side: Side, shown: Recipe) -> Steps[tuple[Labelling, ComparedSide]]:
    from segtui.explain.compare import labelling
    from segtui.explain.delivered import delivered

    if isinstance(side, SourceSpec):
        read = yield from delivered(pipeline.dataset, side, loose=shown.gather.loose_ids)
        return read.labelling, ComparedSide(len(read.labelling.letters), notes=_notes(read))
    answer = yield from pipeline.exact(side, unwatched)
    ground = yield from pipeline.ground(side)
    features = tuple(feature.name for feature in answer.space.features)
    known = ComparedSide(
        answer.segmentation.k, features, side.prepare.scale, answer.scores, by_rules=bool(side.cluster.tree)
    )
    return labelling(answer, ground.at, pipeline.dataset.customers), known


def _has_borders(side: Side) -> bool:
    """Whether customers of a side lie between centroids: those of a file, or of rules that were adopted, do not."""
    return isinstance(side, Recipe) and not side.cluster.tree


def _notes(read: Delivered) -> tuple[str, ...]:
    """How well a file and the present customers match, as plain sentences."""
    notes = []
    if read.absent:
        some = "1 customer that is open has" if read.absent == 1 else f"{read.absent:,} customers that are open have"
        notes.append(f"{some} no segment in the file")
    if read.strangers:
        some = "1 row of the file is" if read.strangers == 1 else f"{read.strangers:,} rows of the file are"
        notes.append(f"{some} of no customer that is open")
    return tuple(notes)


def _fit(pipeline: Pipeline, side: Side) -> Steps[tuple[Ground, Segmentation]]:
    assert isinstance(side, Recipe)
    ground = yield from pipeline.ground(side)
    return ground, (yield from pipeline.segmentation(side, ground, unwatched, exact=True))


def _revenue(dataset: Dataset) -> Floats | None:
    """Money per customer, nan where unknown; None where the data has none."""
    from segtui.prepare.units import original_column

    return None if dataset.revenue is None else original_column(dataset, dataset.revenue)


# -- moves -----------------------------------------------------------------------------------------------------


def _moves(both: Compared) -> list[Move]:
    """Every move, the biggest first; of equals the one that comes first in the table."""
    import numpy as np

    found, near = both.comparison, None
    if both.ratios is not None:
        near = np.zeros((len(found.before), len(found.after)), dtype=np.int64)
        border = found.movers[both.ratios >= 1.0 / (1.0 + WITHIN)]
        np.add.at(near, (both.before.labels[border], both.after.labels[border]), 1)
    same = set(found.matched)
    moves = [
        Move(
            i, j, count, count / sum(row),
            None if found.revenue is None else found.revenue[i][j],
            None if near is None else int(near[i, j]),
        )
        for i, row in enumerate(found.table) for j, count in enumerate(row) if count and (i, j) not in same
    ]  # fmt: skip
    return sorted(moves, key=lambda move: (-move.customers, move.row, move.column))


def _told(dataset: Dataset, both: Compared, move: Move, columns: tuple[Description, ...]) -> Steps[Move]:
    """A move with what sets its customers apart from those who were in the same segment before."""
    from dataclasses import replace

    from segtui.explain.compare import differences, flow, remaining

    matched = both.comparison.matched
    own = flow(both.before, both.after, move.row, move.column)
    others = remaining(both.before, both.after, matched, move.row, move.column)
    stayed = dict(matched).get(move.row) not in (None, move.column)
    few, few_others = _some(own), _some(others)
    found = yield from differences(dataset, few, few_others, columns)
    return replace(
        move,
        differences=found,
        stayed=stayed,
        others=len(others),
        looked_at=len(few),
        others_looked_at=len(few_others),
    )


def _some(positions: Rows) -> Rows:
    return positions[:LOOKED_AT]


def _columns(dataset: Dataset, inspection: Inspection, ground: Ground) -> tuple[Description, ...]:
    """What movers are described with: the columns of the profile. The cache of the profiles is left alone: it holds
    those who take part, and here everyone is looked at."""
    from segtui.explain.columns import ProfileCache, descriptions

    found = descriptions(dataset, inspection, ground.matrix, ProfileCache())
    return tuple(one for one in found if not one.echo)  # what repeats another column would be told twice

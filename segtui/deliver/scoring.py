"""What gives a customer its segment, as a value: columns with their transforms, centroids or rules, nothing else.

The delivered SQL, the delivered script and `segtui apply` all score with this value, as it is written to
`model.json`. Arithmetic is in float64, column after column in the order of `columns`, and of equal distances the lower
cluster wins, so that all of them say what the app says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from segtui.deliver.money_roles import money_roles
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.cluster.ground import Ground
    from segtui.explained import LeafRule
    from segtui.results import Answer, Dataset, MatrixColumn

BUYS = "frequency"
"""The orders of a customer, where customers are made of orders."""

TYPES = ("number", "yes/no", "date", "text")
"""What a column of the customer table holds."""


@dataclass(frozen=True, slots=True)
class ScoredFeature:
    """A feature of the customer table that votes. type: one of TYPES.

    aside: a customer without a value has no segment (`missing = "aside"` in the recipe). order: of an ordinal scale,
    off which everything counts as no value.
    """

    name: str
    type: str
    aside: bool = False
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """How one feature was distributed when the model was made, for noticing drift (`deliver.seen` counts the bins).

    edges: of a number, ascending inner edges of bins (a value belongs to the bin with edge <= value < next edge), so
    that there is one bin more than edges; levels: of any other, one bin each and a last one for all others.
    shares: of the customers, per bin, then of those without a value; they add up to 1. Of a feature whose cells hold
    several labels they are shares of all labels that customers have, one without a value counting once.
    """

    feature: str
    edges: tuple[float, ...]
    levels: tuple[str, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """Everything needed to score customers of the same kind.

    id_column: "" where there is none. features: those that vote, in the order of their columns. columns: of the
    scaled, weighted space. letters, names, sizes: by cluster. centroids: (k, columns) by cluster. rules: where a tree
    is the segmentation, its leaves, which decide alone. far: the distance to the own centroid that 1 % of the
    customers exceeded. seen: per feature; () where it was not asked for. votes: per feature its share of the total
    variance of the space, which is its share of the vote; they add up to 1, and () where they are not known.
    buyers: whoever has no order (BUYS above 0) has no segment. roles: (role, column) of what made the money of order
    lines; () where there were none, or it is not known.
    """

    id_column: str
    features: tuple[ScoredFeature, ...]
    columns: tuple[MatrixColumn, ...]
    letters: tuple[str, ...]
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    centroids: tuple[tuple[float, ...], ...]
    rules: tuple[LeafRule, ...] = ()
    far: float | None = None
    seen: tuple[Seen, ...] = ()
    votes: tuple[float, ...] = ()
    buyers: bool = False
    roles: tuple[tuple[str, str], ...] = ()

    @property
    def k(self) -> int:
        """Clusters."""
        return len(self.letters)

    @property
    def customers(self) -> int:
        """Customers that it was made with."""
        return sum(self.sizes)

    def columns_of(self, feature: str) -> tuple[MatrixColumn, ...]:
        """The columns that a feature became."""
        return tuple(column for column in self.columns if column.feature == feature)


def scoring_model(whole: Dataset, ground: Ground, answer: Answer, rules: Sequence[LeafRule]) -> Steps[ScoringModel]:
    """The model of a converged answer. whole: with nobody set aside; rules: of the tree where one is adopted.

    What it says of distances and distributions is exact, over all customers who take part.
    """
    from segtui.deliver.seen import far_from, seen_in

    yield Progress("describing the model")
    segments = sorted(answer.profile.segments, key=lambda segment: segment.cluster)
    asides = {f.name: f for f in answer.prepare.features or () if f.on and f.missing == "aside"}
    names = dict.fromkeys(column.feature for column in ground.matrix.columns)
    features = tuple(
        ScoredFeature(name, type_of(whole.frame[name]), name in asides, asides[name].order if name in asides else ())
        for name in names
    )
    columns = ground.matrix.columns
    labels, centroids = answer.segmentation.labels, answer.segmentation.centroids
    far = yield from far_from(ground.dataset.frame, columns, labels, centroids)
    seen: list[Seen] = []
    for name in names:
        own = [column for column in columns if column.feature == name]
        seen.append((yield from seen_in(ground.dataset.frame[name], own)))
    return ScoringModel(
        id_column=whole.id_column or "",
        features=features,
        columns=columns,
        letters=answer.letters,
        names=tuple(segment.name for segment in segments),
        sizes=answer.segmentation.sizes,
        centroids=tuple(tuple(float(v) for v in row) for row in centroids),
        rules=tuple(rules),
        far=far,
        seen=tuple(seen),
        votes=tuple(float(ground.matrix.votes[name]) for name in names),
        buyers=_only_buyers(whole),
        roles=money_roles(whole),
    )


def _only_buyers(whole: Dataset) -> bool:
    """Whether customers without an order were left out."""
    steps = () if whole.rollup is None else whole.rollup.steps
    return BUYS in whole.frame.columns and any(step.id == "has_orders" and step.on for step in steps)


def type_of(values: pl.Series) -> str:
    """Which of TYPES a column of the customer table holds."""
    if values.dtype == pl.Boolean:
        return "yes/no"
    if values.dtype.is_numeric():
        return "number"
    return "date" if values.dtype.is_temporal() else "text"

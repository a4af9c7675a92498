"""Baskets and what is found in them: frozen values, no behaviour beyond look-ups.

Items are numbered; `Baskets.items` says what a number stands for. A basket holds an item or does not: how many of it
were bought, and how often it is on the receipt, is not kept.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Rows

    Counts = NDArray[np.int64]
    Numbers = NDArray[np.int32]


@dataclass(frozen=True, eq=False, slots=False)
class Baskets:
    """Which items are in which basket, as rows of a sparse table.

    items: names, by number. starts: int64 (baskets + 1,), index: int32, so that index[starts[b]:starts[b + 1]] are the
    items of basket b, ascending and without repeats; a basket may be empty. owner: int64 (baskets,), the position of
    its customer in canonical order, -1 where nobody is known; None where baskets have no customers. ids: what the
    source calls the baskets, in order; None where it does not.
    """

    items: tuple[str, ...]
    starts: Counts
    index: Numbers
    owner: Rows | None = None
    ids: tuple[str, ...] | None = None

    @property
    def count(self) -> int:
        """Baskets, empty ones among them."""
        return len(self.starts) - 1

    @cached_property
    def sizes(self) -> Counts:
        """Items in each basket (baskets,)."""
        return np.diff(self.starts)

    @cached_property
    def item_counts(self) -> Counts:
        """Baskets with each item (items,)."""
        return np.bincount(self.index, minlength=len(self.items)).astype(np.int64)


@dataclass(frozen=True, eq=False, slots=True)
class Itemsets:
    """Frequent itemsets by length. levels: for each length from 1 up its sets, int32 (sets, length), every row
    ascending and rows in lexicographic order; counts: baskets with all of them, int64 (sets,), beside it. baskets: how
    many there are; least: the count asked for."""

    levels: tuple[tuple[Numbers, Counts], ...]
    baskets: int
    least: int

    @property
    def number(self) -> int:
        """Itemsets of every length."""
        return sum(len(counts) for _, counts in self.levels)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Baskets as they were read. no_order, no_item: lines left out because they name no basket, or a basket but no
    item; repeated: lines whose item was in the basket already."""

    baskets: Baskets
    no_order: int
    no_item: int
    repeated: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What mining would find. items, pairs: frequent ones, counted. triples: an upper bound for sets of three (the
    triangles of frequent pairs). sets: itemsets in all; counted where `exact`, else extrapolated from some first items.
    Where not `complete` the count below those was stopped early, so that `sets` is likely far too low: say "more than".
    """

    items: int
    pairs: int
    triples: int
    sets: int
    exact: bool
    complete: bool


@dataclass(frozen=True, eq=False, slots=True)
class RuleSet:
    """Rules antecedent → consequent, one a row, with the four counts and everything that is computed from them.

    antecedents, consequents: item numbers, int32 (rules, longest), each row ascending and filled up with -1.
    baskets: n. antecedent_counts, consequent_counts, counts: n_X, n_Y, n_XY, int64 (rules,). All measures are float64
    (rules,) and defined in `baskets.measures`; shares lie in 0 to 1. conviction is infinite where the confidence is 1.
    improvement: confidence less the best one of a smaller antecedent for the same consequent, the empty one among
    them; 0 or less makes a rule redundant. adjusted_lift: lift over what basket sizes alone give to a pair, to first
    order; NaN for rules of more than two items, where that does not hold.
    """

    antecedents: Numbers
    consequents: Numbers
    baskets: int
    antecedent_counts: Counts
    consequent_counts: Counts
    counts: Counts
    support: Floats
    coverage: Floats
    confidence: Floats
    lift: Floats
    leverage: Floats
    extra_baskets: Floats
    conviction: Floats
    zhang: Floats
    certainty: Floats
    kulczynski: Floats
    imbalance: Floats
    jaccard: Floats
    cosine: Floats
    fisher: Floats
    improvement: Floats
    adjusted_lift: Floats

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def redundant(self) -> NDArray[np.bool_]:
        """Whether a simpler rule does as well (rules,)."""
        return self.improvement <= 0

    @property
    def lengths(self) -> Counts:
        """Items on both sides together (rules,)."""
        lengths: Counts = (self.antecedents >= 0).sum(axis=1) + (self.consequents >= 0).sum(axis=1)
        return lengths

    def chosen(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> RuleSet:
        """The rules that a mask or positions choose, in that order."""
        taken = {one.name: getattr(self, one.name) for one in fields(self)}
        return RuleSet(**{name: value if name == "baskets" else value[rows] for name, value in taken.items()})

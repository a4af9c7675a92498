"""A tree said in rules: every leaf as conditions in original units, and who meets them.

The rules are what counts: whoever they hold for is in the leaf, and nothing else decides. As a threshold lies between
the winsorising limits (or at the lower one), values beyond them need no clipping to be compared with it. The two sides
of a question share one threshold, so that every customer meets the conditions of exactly one leaf.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.cluster.sample import PIECE
from segtui.explain.imm import Leaf, Node
from segtui.explain.places import DOING, Gap, by_feature
from segtui.explain.round_number import place_above, round_between
from segtui.explained import Condition, LeafRule
from segtui.prepare.clean import OTHER_LEVEL
from segtui.prepare.parts import gaps_of, numbers_of, says_missing, zero_one
from segtui.progress import Progress, Steps, finish

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Dataset, Labels, MatrixColumn

    Bools = NDArray[np.bool_]
    Bounds = dict[int, tuple[Condition | None, Condition | None]]
    """By column: the highest "above" and the lowest "at most" on the way to a node."""

AT_LEVEL = 0.5
"""What a 0/1 column is cut at."""


# -- from a tree -----------------------------------------------------------------------------------------------


def leaves_of(tree: Node, columns: Sequence[MatrixColumn], frame: pl.DataFrame) -> tuple[LeafRule, ...]:
    """The leaves from left to right, nobody counted yet. frame: the customers, for the types of its columns alone."""
    without = _without_value(columns, frame)
    gaps = frozenset(i for i, c in enumerate(columns) if c.level is not None and says_missing(c, frame[c.feature]))
    return tuple(_walked(tree, {}, columns, without, gaps))


def _walked(
    node: Node, bounds: Bounds, columns: Sequence[MatrixColumn], without: Sequence[float], gaps: Collection[int]
) -> list[LeafRule]:
    if isinstance(node, Leaf):
        return [LeafRule(node.cluster, _merged(bounds, columns, gaps), 0, 0)]
    at = node.gap.column
    low, high = bounds.get(at, (None, None))
    over, under = (_condition(node.gap, columns[at], without[at], above) for above in (True, False))
    below = {**bounds, at: (low, under)}  # nothing is cut again outside its bounds, so the last is the narrowest
    above = {**bounds, at: (over, high)}
    left = _walked(node.below, below, columns, without, gaps)
    return left + _walked(node.above, above, columns, without, gaps)


def _condition(gap: Gap, column: MatrixColumn, without: float, above: bool) -> Condition:
    """without: what stands in this column for a customer without a value."""
    transform = column.transform
    if transform is None:
        return Condition(column.feature, column.level, above, AT_LEVEL, (without > AT_LEVEL) == above)
    value = place_above(gap.low) if transform.order else round_between(gap.low, gap.high)
    return Condition(column.feature, None, above, value, (without > value) == above, transform.order)


def _without_value(columns: Sequence[MatrixColumn], frame: pl.DataFrame) -> list[float]:
    """What stands in every column for a customer without a value: the fill, or 0 and 1."""
    found = [0.0 if column.transform is None else column.transform.fill for column in columns]
    for feature, where in by_feature(columns).items():
        block = [i for i in where if columns[i].transform is None]
        nobody = pl.Series(feature, [None], dtype=frame[feature].dtype)
        for i, row in zip(block, finish(zero_one(nobody, [columns[i] for i in block])), strict=True):
            found[i] = float(row[0])
    return found


def _merged(bounds: Bounds, columns: Sequence[MatrixColumn], gaps: Collection[int]) -> tuple[Condition, ...]:
    """The conditions of a leaf in the order they were asked, without those that others imply.

    gaps: the columns that say who has no value. Whoever has none meets what the fill meets, so nothing more need be
    said of a number; whoever has one meets the conditions on the number, which then do not hold without a value. A
    customer at one level of a nominal column is at no other.
    """
    kept = dict(bounds)
    for at, (low, _) in bounds.items():
        feature = columns[at].feature
        beside = [i for i in kept if i != at and columns[i].feature == feature and i not in gaps]
        if at in gaps and (numbers := [i for i in beside if columns[i].transform is not None]):
            if low is not None:
                kept = {i: pair for i, pair in kept.items() if i not in numbers}
            else:
                kept = {i: _known(pair) if i in numbers else pair for i, pair in kept.items() if i != at}
        elif at not in gaps and low is not None and low.level is not None and not columns[at].separator:
            kept = {i: pair for i, pair in kept.items() if i not in beside}
    return tuple(condition for pair in kept.values() for condition in pair if condition is not None)


def _known(pair: tuple[Condition | None, Condition | None]) -> tuple[Condition | None, Condition | None]:
    low, high = pair
    return low and replace(low, missing_holds=False), high and replace(high, missing_holds=False)


# -- who meets them --------------------------------------------------------------------------------------------


def leaf_of(leaves: Sequence[LeafRule], frame: pl.DataFrame, columns: Sequence[MatrixColumn]) -> Labels:
    """The number of the leaf whose conditions each customer of `frame` meets. At most 255 leaves."""
    met = _met({_key(c): c for leaf in leaves for c in leaf.conditions}, frame, columns)
    found = np.zeros(frame.height, dtype=np.uint8)
    for number, leaf in enumerate(leaves):
        holds = np.ones(frame.height, dtype=np.bool_)
        for condition in leaf.conditions:
            holds &= met[_key(condition)]
        found[holds] = number
    return found


_Key = tuple[str, str | None, bool, float, bool]


def _key(condition: Condition) -> _Key:
    """A condition without its scale, which follows from the feature and would be long to compare."""
    return condition.feature, condition.level, condition.above, condition.value, condition.missing_holds


def _met(wanted: dict[_Key, Condition], frame: pl.DataFrame, columns: Sequence[MatrixColumn]) -> dict[_Key, Bools]:
    """Who meets each condition."""
    found: dict[_Key, Bools] = {}
    blocks = by_feature(columns)
    for feature in dict.fromkeys(condition.feature for condition in wanted.values()):
        own = {key: c for key, c in wanted.items() if c.feature == feature}
        of_feature = [columns[i] for i in blocks[feature]]
        values = frame[feature]
        found.update(_numbers_met({key: c for key, c in own.items() if c.level is None}, values, of_feature))
        found.update(_levels_met({key: c for key, c in own.items() if c.level is not None}, values, of_feature))
    return found


def _numbers_met(
    wanted: dict[_Key, Condition], values: pl.Series, columns: Sequence[MatrixColumn]
) -> dict[_Key, Bools]:
    transform = next((c.transform for c in columns if c.transform is not None), None)
    if not wanted or transform is None:
        return {}
    numbers = numbers_of(values, transform)
    gaps = np.isnan(numbers)
    missing = gaps if gaps.any() else None
    found: dict[_Key, Bools] = {}
    for key, condition in wanted.items():
        holds = numbers > condition.value if condition.above else numbers <= condition.value
        found[key] = holds | missing if missing is not None and condition.missing_holds else holds
    return found


def _levels_met(wanted: dict[_Key, Condition], values: pl.Series, columns: Sequence[MatrixColumn]) -> dict[_Key, Bools]:
    if not wanted:
        return {}
    names = {condition.level for condition in wanted.values()}
    block = [c for c in columns if c.level is not None]
    if OTHER_LEVEL not in names:  # what that is depends on all the others
        block = [c for c in block if c.level in names]
    members = {c.level: row for c, row in zip(block, finish(zero_one(values, block)), strict=True)}
    return {key: members[c.level] if c.above else ~members[c.level] for key, c in wanted.items()}


# -- what words about them need --------------------------------------------------------------------------------


def features_with_gaps(dataset: Dataset, columns: Sequence[MatrixColumn]) -> Steps[frozenset[str]]:
    """The features that some customer has no value of: only of these need a rule say what then holds."""
    found: set[str] = set()
    for feature, where in by_feature(columns).items():
        order = next((t.order for i in where if (t := columns[i].transform) is not None), ())
        for start in range(0, dataset.customers, PIECE):
            yield Progress(DOING, None, feature)
            if gaps_of(dataset.frame[feature].slice(start, PIECE), order).any():
                found.add(feature)
                break
    return frozenset(found)


def features_of_labels(columns: Sequence[MatrixColumn]) -> frozenset[str]:
    """The features whose cells hold several labels."""
    return frozenset(column.feature for column in columns if column.separator)

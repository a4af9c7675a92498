"""The rules of a tree as SQL: a condition per comparison, a case per leaf."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segtui.deliver.sql_dialects import Dialect
    from segtui.explained import Condition, LeafRule

    Values = Mapping[str, str]
    Flags = Mapping[tuple[str, str], str]


def leaves(rules: Sequence[LeafRule], values: Values, flags: Flags, dialect: Dialect) -> list[str]:
    """The cases of a CASE that gives the cluster. Every customer meets the conditions of exactly one leaf.

    values: by feature, where its value stands as it was read (NULL: none); flags: by feature and level, its 0/1 column.
    """
    found = []
    for rule in rules:
        met = [_met(condition, values, flags, dialect) for condition in rule.conditions] or ["1 = 1"]
        listed = "\n        AND ".join(met)
        found.append(f"WHEN {listed}\n        THEN {rule.cluster}")
    return found


def _met(condition: Condition, values: Values, flags: Flags, dialect: Dialect) -> str:
    if condition.level is not None:
        return f"{flags[condition.feature, condition.level]} = {int(condition.above)}"
    value = values[condition.feature]
    compared = f"{value} {'>' if condition.above else '<='} {dialect.number(condition.value)}"
    return f"({compared} OR {value} IS NULL)" if condition.missing_holds else compared

"""What a roll-up hands over: one row per customer, what every feature means, and which of them are counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from segtui.gather.names import unaccented
from segtui.results import FeatureNote


@dataclass(frozen=True, eq=False, slots=True)
class Features:
    """One table rolled up. frame: `customer_id` (unique, ascending) and the features, in the order of `notes`.

    zero: the features that are 0 for a customer who is not in the table; the others are then missing.
    told: what an analyst should know of how it was made, as sentences.
    """

    frame: pl.DataFrame
    notes: tuple[FeatureNote, ...]
    zero: frozenset[str]
    told: tuple[str, ...] = ()


def snake(text: str) -> str:
    """Text as part of a feature's name: "Black Tea (loose)" -> black_tea_loose; empty where no letter is left."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unaccented(text))
    return re.sub(r"[\W_]+", "_", apart).strip("_").lower()


def level_names(levels: Iterable[str]) -> dict[str, str]:
    """Level -> its name in snake case; levels that differ in case or signs only share a name.

    A level without any letter is called "level".
    """
    return {level: snake(level) or "level" for level in levels}

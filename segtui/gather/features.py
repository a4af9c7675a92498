"""What a table of several rows per customer comes to: columns for customers, and what each of them means."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from segtui.results import FeatureNote


@dataclass(frozen=True, eq=False, slots=True)
class Features:
    """Features of one table. frame: `customer_id`, once each and sorted, and a column per feature.

    notes: one per feature. zero: features that are 0, and not missing, for a customer who is not in the table.
    """

    frame: pl.DataFrame
    notes: tuple[FeatureNote, ...]
    zero: frozenset[str]

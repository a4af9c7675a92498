"""Profiles and datasets by hand for the tests of decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from segtui.decide.playbook_facts import Facts
from segtui.results import Dataset, Profile, ProfileColumn, RollUp, Segment


def segment(letter: str = "A", size: int = 100, share: float = 0.25, **values: object) -> Segment:
    """Without columns unless given as means, medians …"""
    filled: dict[str, object] = {"means": (), "indexes": (), "differences": (), "name": f"Segment {letter}", **values}
    return Segment(letter=letter, cluster=ord(letter) - 65, auto_name="", size=size, share=share, **filled)  # type: ignore[arg-type]


def profile_of(columns: Mapping[str, tuple[float, float]], *, everyone: float = 400.0, **shares: float | None) -> Facts:
    """One segment of 100 customers in 400 with (its value, everyone's) of each column, as mean and median alike.

    "f=level" is a level. Differences are (own - everyone's) / everyone's; indexes as usual; nothing is missing.
    """
    named = [name.split("=") if "=" in name else [name, None] for name in columns]
    own, all_ = zip(*columns.values(), strict=True) if columns else ((), ())
    one = segment(
        share=100 / everyone,
        means=own,
        medians=own,
        missing=tuple(0.0 for _ in own),
        indexes=tuple(100 * a / b if b else None for a, b in zip(own, all_, strict=True)),
        differences=tuple((a - b) / b if b else None for a, b in zip(own, all_, strict=True)),
        **shares,
    )
    rest = segment("B", int(everyone) - 100, 1 - 100 / everyone, means=all_, medians=all_, indexes=(), differences=())
    made = tuple(ProfileColumn(str(f), level, True, b, 1.0) for (f, level), b in zip(named, all_, strict=True))
    medians = {str(f): b for (f, level), b in zip(named, all_, strict=True) if level is None}
    has = {
        "orders": "frequency" in medians,
        "revenue": one.revenue_share is not None,
        "holdout": False,
        "structure": None,
    }
    return Facts(Profile((*made,), (one, rest), 400), {}, medians, has)


def dataset(
    frame: pl.DataFrame, id_column: str | None = "id", outcome: pl.DataFrame | None = None, days: int = 30
) -> Dataset:
    """Rows of `frame` as customers, with a holdout where an outcome is given."""
    holdout = (date(2026, 1, 1), date(2026, 1, 1 + days)) if outcome is not None else None
    rollup = None
    if outcome is not None:
        rollup = RollUp(0, 0, 0, 0, 0.0, (), None, False, None, None, (), holdout, outcome)
    return Dataset(frame, np.arange(frame.height), id_column, frame.height, (), (), (), "test", rollup=rollup)


def labels(values: Sequence[int]) -> np.ndarray:
    return np.array(values, dtype=np.uint8)

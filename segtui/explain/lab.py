"""The scaling lab: what the choice of a scale does to the answer, which is more than the choice of k does (METHODS B5).

Choices are compared by how much they agree (adjusted Rand index), by the sizes they give, and by what they know of the
weeks that no feature saw (METHODS B9), never by a silhouette or an inertia: every choice is its own space. A fit
that has customers trimmed is compared on the customers that both fits have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.judge import agreement
from segtui.cluster.prediction import NOBODY, Outcome, later
from segtui.progress import Progress, Steps
from segtui.recipe import SCALES, PrepareSpec
from segtui.results import Lab, LabRow

if TYPE_CHECKING:
    from segtui.results import Dataset, Labels

AS_SET = "as set"
"""The row of a recipe that brings features to scale one by one, as none of the choices does."""


@dataclass(frozen=True, eq=False, slots=True)
class Fitted:
    """One choice. labels: of all customers in canonical order, NOBODY for those set aside; None where it failed."""

    row: LabRow
    labels: Labels | None


def choices(
    prepare: PrepareSpec, resolved: PrepareSpec, others: Sequence[PrepareSpec]
) -> tuple[list[tuple[str, PrepareSpec]], int]:
    """What is compared, and which of it the recipe is: every scale, before them the recipe where it is none of those.

    prepare: the recipe's. resolved, others: it and `by_scale` of it, with every transform spelled out.
    """
    named = list(zip(SCALES, by_scale(prepare), strict=True))
    same = [name for name, other in zip(SCALES, others, strict=True) if _same(other, resolved)]
    if not same:
        return [(AS_SET, prepare), *named], 0
    return named, SCALES.index(prepare.scale if prepare.scale in same else same[0])


def by_scale(prepare: PrepareSpec) -> list[PrepareSpec]:
    """The recipe's features under each of SCALES."""
    return [prepare.under(scale) for scale in SCALES]


def _same(one: PrepareSpec, other: PrepareSpec) -> bool:
    on = [[f for f in spec.features or () if f.on] for spec in (one, other)]
    return on[0] == on[1] and one.winsorises == other.winsorises


def compared(dataset: Dataset, k: int, fits: Sequence[Fitted], shown: int) -> Steps[Lab]:
    """The table of the lab. dataset: all customers; shown: which fit is that of the recipe."""
    frame = None if dataset.rollup is None else dataset.rollup.outcome
    outcome = None if frame is None else Outcome.of(frame)
    rows: list[LabRow] = []
    table: list[list[float | None]] = [[None] * len(fits) for _ in fits]
    for i, fit in enumerate(fits):
        rows.append(fit.row if outcome is None else _with_outcome(fit, outcome))
        for j in range(i + 1):
            yield Progress("comparing scales", (i * (i + 1) / 2 + j) / (len(fits) * (len(fits) + 1) / 2))
            table[i][j] = table[j][i] = agreed(fit.labels, fits[j].labels)
    agreement_of_all = tuple(tuple(row) for row in table)
    return Lab(k, tuple(rows), agreement_of_all, shown, None if dataset.rollup is None else dataset.rollup.holdout)


def agreed(one: Labels | None, other: Labels | None) -> float | None:
    """The adjusted Rand index on the customers that both fits have."""
    if one is None or other is None:
        return None
    both = (one != NOBODY) & (other != NOBODY)
    return agreement(one[both], other[both]) if both.any() else None


def _with_outcome(fit: Fitted, outcome: Outcome) -> LabRow:
    if fit.labels is None:
        return fit.row
    known = later(outcome, fit.labels)
    return replace(fit.row, spend=known.spend, active=known.active)


def spread_out(labels: Labels, at: np.ndarray[tuple[int, ...], np.dtype[np.int64]] | None, customers: int) -> Labels:
    """The labels of some customers as labels of all; NOBODY where they have none."""
    if at is None:
        return labels
    result = np.full(customers, NOBODY, dtype=np.uint8)
    result[at] = labels
    return result

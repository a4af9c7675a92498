"""What to tell the analyst of a fit beside its numbers: near-equal solutions, unsteady restarts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from segtui.cluster.pilot import Trial
    from segtui.results import Labels

NEAR_EQUAL = 0.01
"""Inertias this close (as a share) count as equal; METHODS B4."""

SAME_FROM = 0.9
"""Adjusted Rand index from which two solutions count as the same; METHODS B4."""


def agreement(one: Labels, other: Labels) -> float:
    """Adjusted Rand index of two labellings of the same customers."""
    width = int(other.max()) + 1
    table = np.bincount(one.astype(np.intp) * width + other, minlength=(int(one.max()) + 1) * width)
    cells = table.reshape(-1, width).astype(np.float64)

    def pairs(counts: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        return float((counts * (counts - 1)).sum() / 2)

    together, rows, columns = pairs(cells), pairs(cells.sum(axis=1)), pairs(cells.sum(axis=0))
    expected = rows * columns / max(1.0, pairs(np.array([float(len(one))])))
    ceiling = (rows + columns) / 2
    return 1.0 if ceiling == expected else (together - expected) / (ceiling - expected)


def near_equal(restarts: Sequence[Trial]) -> tuple[str, ...]:
    """Whether restarts on one sample ended in different places that are equally good, or mostly missed the best."""
    best = min(restarts, key=lambda trial: trial.inertia)
    ceiling = best.inertia * (1 + NEAR_EQUAL)
    others = [t for t in restarts if t is not best and t.inertia <= ceiling]
    rivals = [(a, t) for t in others if (a := agreement(best.labels, t.labels)) < SAME_FROM]
    said: list[str] = []
    if rivals:
        alike, rival = min(rivals, key=lambda pair: pair[1].inertia)
        worse = rival.inertia / best.inertia - 1 if best.inertia else 0.0
        said.append(
            f"several near-equal solutions: {len(rivals)} of {len(restarts)} restarts end within 1 % of the best with "
            f"different segments (the nearest is {worse:.2%} worse; adjusted Rand index {alike:.2f})"
        )
    typical = float(np.median([t.inertia for t in restarts]))
    if best.inertia and typical > ceiling:
        said.append(f"restarts disagree: a typical one ends {typical / best.inertia - 1:.1%} above the best")
    return tuple(said)

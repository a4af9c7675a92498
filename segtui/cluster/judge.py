"""What to tell the analyst of a fit beside its numbers: near-equal solutions, unsteady restarts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from segtui.evidence import NEAR_EQUAL, SAME_FROM
from segtui.results import Restart

if TYPE_CHECKING:
    from segtui.cluster.pilot import Trial
    from segtui.results import Labels

SMALL_COUNT, SMALL_SHARE = 30, 0.01
"""A cluster with fewer customers than the larger of these two is too small to act on (METHODS B6)."""

FEW = 300
"""Below so many customers thirty of them are more than a tenth, and no sign of anything: there a quarter of an equal
share (n / 4k) is the limit where it is smaller."""


def smallest_useful(customers: int, k: int) -> float:
    """Customers below which one of k clusters is too small to act on."""
    usual = max(float(SMALL_COUNT), SMALL_SHARE * customers)
    return usual if customers >= FEW else min(usual, customers / (4.0 * k))


class Ended(Protocol):
    """Anything that ended at an inertia."""

    @property
    def inertia(self) -> float: ...


R = TypeVar("R", bound=Ended)


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


def paths(restarts: Sequence[Trial], *, compared: bool = True) -> tuple[Restart, ...]:
    """How every restart on one sample went, and (compared) how much its labels agree with those of the best."""
    winner = best(restarts)
    return tuple(
        Restart(
            inertias=tuple(step.inertia / step.customers for step in trial.trace),
            converged=trial.converged,
            agreement=agreement(winner.labels, trial.labels) if compared else None,
        )
        for trial in restarts
    )


def best(restarts: Sequence[R]) -> R:
    """The lowest inertia; of equals the first."""
    return min(restarts, key=lambda restart: restart.inertia)


def spread(restarts: Sequence[Restart]) -> float:
    """How far the worst restart ended above the best, as a share."""
    lowest, highest = best(restarts).inertia, max(restart.inertia for restart in restarts)
    return highest / lowest - 1 if lowest > 0 else 0.0


def rivals(restarts: Sequence[Restart]) -> list[Restart]:
    """The restarts that ended within NEAR_EQUAL of the best with other segments."""
    ceiling = best(restarts).inertia * (1 + NEAR_EQUAL)
    return [r for r in restarts if r.inertia <= ceiling and r.agreement is not None and r.agreement < SAME_FROM]


def near_equal(restarts: Sequence[Restart]) -> tuple[str, ...]:
    """Whether restarts on one sample ended in different places that are equally good, or mostly missed the best."""
    lowest = best(restarts).inertia
    said: list[str] = []
    if equals := rivals(restarts):
        rival = best(equals)
        worse = rival.inertia / lowest - 1 if lowest else 0.0
        said.append(
            f"several near-equal solutions: {len(equals)} of {len(restarts)} restarts end within 1 % of the best with "
            f"different segments (the nearest is {worse:.2%} worse; adjusted Rand index {rival.agreement:.2f})"
        )
    typical = float(np.median([restart.inertia for restart in restarts]))
    if lowest and typical > lowest * (1 + NEAR_EQUAL):
        said.append(f"restarts disagree: a typical one ends {typical / lowest - 1:.1%} above the best")
    return tuple(said)

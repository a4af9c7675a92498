"""What a delivery is made of: everything that is known of one converged answer, and why a part is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from segtui.basketed import Marked
    from segtui.cluster.ground import Ground
    from segtui.decided.decisions import Decisions
    from segtui.deliver.rules_file import Ruled
    from segtui.deliver.scoring import ScoringModel
    from segtui.evidence import Assessment, Prediction, Sweep
    from segtui.explained import Drivers, SegmentRules
    from segtui.recipe import GatherSpec
    from segtui.results import Answer, Dataset, Inspection

_EXAMPLES = re.compile(r" \(such as [^()]*\)")


@dataclass(frozen=True, eq=False, slots=True)
class Handover:
    """One converged answer with all that was found out about it.

    whole: the dataset with nobody set aside; ground: who takes part. A part that was not asked for or cannot be is
    None; `reasons` says why, by its name, where it cannot be. warnings: every one that came with the data, the features
    and the answer. recommended: a row per customer, purpose and rank; lists: the arms of the plays
    (`decide.arms.COLUMNS`).
    """

    gather: GatherSpec
    whole: Dataset
    inspection: Inspection
    ground: Ground
    answer: Answer
    model: ScoringModel
    warnings: tuple[str, ...]
    assessment: Assessment | None = None
    sweep: Sweep | None = None
    prediction: Prediction | None = None
    rules: SegmentRules | None = None
    drivers: Drivers | None = None
    ruled: Ruled | None = None
    marked: Marked | None = None
    decisions: Decisions | None = None
    reasons: tuple[tuple[str, str], ...] = ()
    recommended: pl.DataFrame | None = None
    lists: pl.DataFrame | None = None

    def why_not(self, part: str) -> str:
        """Why a part is missing; "" where it is there or was not asked for."""
        return dict(self.reasons).get(part, "")


def anonymous(warnings: Iterable[str]) -> tuple[str, ...]:
    """Each warning once and without its examples, which may be customers: a delivery is passed on."""
    return tuple(dict.fromkeys(_EXAMPLES.sub("", warning) for warning in warnings))

"""Customers set aside: those without a value in a feature whose policy says so, and those that trimming finds.

What is left is a Dataset of its own, in the same order, so that every stage works on it as on a whole one. Who was set
aside stands in `left_out` with the reason, keeps the row in a labelled file and gets the reason there instead of a
label; nothing is lost, and another recipe brings them back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.errors import AnalysisError
from segtui.prepare.parts import gaps_of
from segtui.prepare.resolve import resolve
from segtui.progress import Progress, Steps
from segtui.results import Dataset, Inspection, LeftOut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.recipe import FeatureSpec, PrepareSpec
    from segtui.results import Rows

DOING = "setting customers aside"


@dataclass(frozen=True, eq=False, slots=True)
class Kept:
    """The customers that an analysis is about.

    at: their positions among all customers, ascending; None where they are all. notes: who was set aside, and why.
    """

    dataset: Dataset
    at: Rows | None = None
    notes: tuple[str, ...] = ()

    def positions(self) -> Rows:
        """Where they stand among all customers."""
        return np.arange(self.dataset.customers, dtype=np.int64) if self.at is None else self.at


def kept(dataset: Dataset, inspection: Inspection, prepare: PrepareSpec) -> Steps[Kept]:
    """The customers that have a value in every feature of `prepare` that sets customers aside.

    One without a value in several counts for the first of them. Raises RecipeError as `resolve` does, and AnalysisError
    where fewer than two customers are left.
    """
    asking = [f for f in resolve(prepare, inspection) if f.on and f.missing == "aside"]
    result = Kept(dataset)
    for feature in asking:
        yield Progress(DOING, None, feature.name)
        verdict = inspection.verdict(feature.name)
        order = feature.order if verdict.taken_as(feature) == "ordinal" else ()
        out = gaps_of(result.dataset.frame[feature.name], order)
        reason = f"no value in {feature.name}"
        result = yield from without(result, out, reason, f"have no value in {feature.name} and are set aside")
    return result


def asks(features: tuple[FeatureSpec, ...]) -> bool:
    """Whether any feature sets customers aside."""
    return any(feature.on and feature.missing == "aside" for feature in features)


def without(whole: Kept, out: NDArray[np.bool_], reason: str, told: str) -> Steps[Kept]:
    """`whole` without the customers marked in `out`, who are left out for `reason`; `told`: the same for a note."""
    count = int(out.sum())
    if not count:
        return whole
    stay = np.flatnonzero(~out).astype(np.int64)
    dataset = whole.dataset
    if len(stay) < 2:
        raise AnalysisError(
            f"only {len(stay)} customers are left: {count:,} {told}",
            where="features",
            hint="Fill missing values in instead, or switch a feature off.",
        )
    frame = yield from _gathered(dataset.frame, stay)
    rollup = dataset.rollup
    if rollup is not None and rollup.outcome is not None:
        rollup = replace(rollup, outcome=(yield from _gathered(rollup.outcome, stay)))
    mark = hashlib.sha256(repr((dataset.fingerprint, reason, count)).encode() + stay.tobytes()).hexdigest()[:32]
    left = replace(
        dataset,
        frame=frame,
        row=dataset.row[stay],
        left_out=(*dataset.left_out, LeftOut(reason, np.sort(dataset.row[out]))),
        fingerprint=mark,
        whole=dataset.opened,
        rollup=rollup,
    )
    share = count / dataset.customers
    note = f"{count:,} customers ({share:.1%}) {told}"
    return Kept(left, whole.positions()[stay], (*whole.notes, note))


def _gathered(frame: pl.DataFrame, stay: Rows) -> Steps[pl.DataFrame]:
    places = pl.Series(stay).cast(pl.get_index_type())
    columns = []
    for column in frame:
        columns.append(column.gather(places))
        yield Progress(DOING, None, column.name)
    return pl.DataFrame(columns)

"""The segments that a recipe would have made at an earlier day, for judging what segments know of what came after."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from segtui.errors import AnalysisError, RecipeError, SourceError
from segtui.pipeline import unwatched
from segtui.progress import Steps

if TYPE_CHECKING:
    from datetime import date

    import numpy as np

    from segtui.pipeline import Pipeline
    from segtui.recipe import Recipe
    from segtui.results import Dataset, Labels, Rows

SHOWN = 3
"""Features that are named where they stand in the way."""


@dataclass(slots=True)
class Earlier:
    """Segments of the past for the analysis of `recipe`. places: today's, uint8 (customers,), 255 for none; k: how many
    there are. notes: what was made of the past, or why nothing was, in words."""

    pipeline: Pipeline
    recipe: Recipe
    places: Labels
    k: int
    notes: list[str] = field(default_factory=list)

    def labels(self, day: date | None) -> Steps[Labels | None]:
        """The segments of a refit that sees no order of `day` or later, as `decide.recommend_board.LabelsOnPast`.

        Each segment of the past has the number of the segment of today that it shares most customers with, all taken
        together. None where no day separates past and future, and where a feature may know what came after.
        """
        if day is None:  # every customer would need a snapshot of their own
            return None
        unsure = self._of_no_date()
        if unsure:
            named = ", ".join(unsure[:SHOWN]) + (" …" if len(unsure) > SHOWN else "")
            self.notes.append(f"segments vote with {named}, which may know what came after {day}")
            return None
        try:
            return (yield from self._refitted(day))
        except (AnalysisError, RecipeError, SourceError) as error:
            self.notes.append(f"no segments of the time before {day}: {error.what}")
            return None

    def _of_no_date(self) -> list[str]:
        """Features that vote and are not made of dated lines, so that they cannot be had as of an earlier day."""
        rollup = self.pipeline.dataset.rollup
        made = set() if rollup is None else {note.name for note in rollup.features}
        features = self.pipeline.explicit(self.recipe).prepare.features or ()
        return [feature.name for feature in features if feature.on and feature.name not in made]

    def _refitted(self, day: date) -> Steps[Labels]:
        """In a pipeline of its own, so that nothing on screen is touched; it reads no file that was read already."""
        import numpy as np

        from segtui.cluster.prediction import NOBODY
        from segtui.explain.lab import spread_out
        from segtui.gather.scan import in_background
        from segtui.pipeline import Pipeline

        recipe = self.pipeline.explicit(self.recipe)
        recipe = replace(recipe, gather=replace(recipe.gather, snapshot=day, holdout=0), anchor=None)
        past = Pipeline(tables=self.pipeline.tables)
        dataset, _ = yield from past.open(recipe)
        ground = yield from past.ground(recipe)
        fit = yield from past.segmentation(recipe, ground, unwatched, exact=True)
        labels = spread_out(fit.labels, ground.at, dataset.customers)
        today = self.pipeline.dataset
        at = yield from in_background(lambda: _positions(dataset, today), "matching customers")
        there = at >= 0
        found = np.full(today.customers, NOBODY, dtype=np.uint8)
        found[at[there]] = labels[there]
        number = np.full(NOBODY + 1, NOBODY, dtype=np.uint8)
        number[: fit.k] = _matched(found, self.places, fit.k, self.k)
        self.notes.append(
            f"segments of the time before {day} are a refit of {dataset.customers:,} customers; each has the letter of "
            "the segment it shares most customers with"
        )
        return number[found]


def _positions(past: Dataset, today: Dataset) -> Rows:
    """The position today of every customer of the past, -1 for who is none any more."""
    import polars as pl

    if past.id_column is None or today.id_column is None:
        raise AnalysisError("customers have no id, so those of the past cannot be found again")
    known = pl.DataFrame({"id": today.frame[today.id_column].cast(pl.String)}).with_row_index("at")
    asked = pl.DataFrame({"id": past.frame[past.id_column].cast(pl.String)})
    found = asked.join(known, on="id", how="left", maintain_order="left")["at"]
    positions: Rows = found.cast(pl.Int64).fill_null(-1).to_numpy()
    return positions


def _matched(past: Labels, today: Labels, before: int, now: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The segment of today for each of the past: the one-to-one choice that shares most customers."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    both = (past < before) & (today < now)
    shared = np.bincount(past[both].astype(np.int64) * now + today[both], minlength=before * now).reshape(before, now)
    rows, columns = linear_sum_assignment(shared, maximize=True)
    number = np.full(before, 255, dtype=np.int64)
    number[rows] = columns
    return number

"""What a labelled file adds to every input row: segment, name, distance to the centre, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.results import Answer, Dataset, FeatureMatrix, Floats32, Rows, Segment

ADDED = ("segment", "segment_name", "distance", "segment_note")
"""The columns every labelled file gains, in this order."""

AUTO_NAME = "segment_auto_name"
"""Stands after segment_name where the analyst renamed a segment, so that the automatic name is not lost."""

PIECE = 100_000
"""Customers per step: a few milliseconds of arithmetic."""

NOBODY = -1


@dataclass(frozen=True, eq=False, slots=True)
class Labels:
    """The added columns, by source row.

    position: canonical position of the customer in each source row, NOBODY where the row is none.
    distance: by canonical position. cluster: likewise. note: index into `reasons` by source row, 0 for none.
    """

    position: Rows
    cluster: Rows
    distance: Floats32
    note: Rows
    reasons: pl.Series
    letters: pl.Series
    names: pl.Series
    auto_names: pl.Series | None

    @property
    def rows(self) -> int:
        """Input rows."""
        return len(self.position)

    def columns(self, start: int, stop: int) -> list[pl.Series]:
        """The added columns for source rows start..stop-1, in the order of `added_columns`."""
        position = self.position[start:stop]
        customer = position != NOBODY
        safe = np.where(customer, position, 0)
        everyone = bool(customer.all())

        def given(values: np.ndarray[tuple[int], np.dtype[np.generic]]) -> pl.Series:
            series = pl.Series(values)
            return series if everyone else series.set(pl.Series(~customer), None)

        cluster = given(self.cluster[safe])
        texts = [self.letters.gather(cluster), self.names.gather(cluster)]
        if self.auto_names is not None:
            texts.append(self.auto_names.gather(cluster))
        return [*texts, given(self.distance[safe]), self.reasons.gather(pl.Series(self.note[start:stop]))]


def label(dataset: Dataset, answer: Answer, matrix: FeatureMatrix, nothing: str | None = "") -> Steps[Labels]:
    """The added columns of `answer` for every input row; `nothing` is the note of a row that needs none."""
    distance = yield from _distances(answer, matrix)
    position = np.full(dataset.input_rows, NOBODY, dtype=np.int64)
    position[dataset.row] = np.arange(dataset.customers)
    note = np.zeros(dataset.input_rows, dtype=np.int64)
    for number, left_out in enumerate(dataset.left_out, start=1):
        note[left_out.rows] = number
    segments = _by_cluster(answer)
    return Labels(
        position=position,
        cluster=answer.segmentation.labels.astype(np.int64),
        distance=distance,
        note=note,
        reasons=pl.Series([nothing, *(left_out.reason for left_out in dataset.left_out)], dtype=pl.String),
        letters=pl.Series(answer.letters, dtype=pl.String),
        names=pl.Series([segment.name for segment in segments], dtype=pl.String),
        auto_names=pl.Series([s.auto_name for s in segments], dtype=pl.String) if renamed(answer) else None,
    )


def renamed(answer: Answer) -> bool:
    """Whether the analyst gave a segment a name of their own."""
    return any(segment.name != segment.auto_name for segment in answer.profile.segments)


def added_columns(taken: Sequence[str], answer: Answer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the added columns beside those taken, and a warning for each that had to give way."""
    wanted = list(ADDED)
    if renamed(answer):
        wanted.insert(2, AUTO_NAME)
    return free_names(taken, wanted, "source has")


def free_names(taken: Sequence[str], wanted: Sequence[str], whose: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names wanted, numbered where they are taken, and a warning for each such; whose: "source has"."""
    used, names, warnings = set(taken), [], []
    for name in wanted:
        free, number = name, 1
        while free in used:
            number += 1
            free = f"{name}_{number}"
        if free != name:
            warnings.append(f"the {whose} a column {name} already; the added one is called {free}")
        used.add(free)
        names.append(free)
    return tuple(names), tuple(warnings)


def _by_cluster(answer: Answer) -> list[Segment]:
    return sorted(answer.profile.segments, key=lambda segment: segment.cluster)


def _distances(answer: Answer, matrix: FeatureMatrix) -> Steps[Floats32]:
    """Euclidean distance of every customer to the centroid of its own segment, in scaled, weighted space."""
    values, labels = matrix.values, answer.segmentation.labels
    centroids = answer.segmentation.centroids
    result = np.empty(len(labels), dtype=np.float32)
    for start in range(0, len(labels), PIECE):
        stop = min(start + PIECE, len(labels))
        own = labels[start:stop]
        squares = np.zeros(stop - start)
        for column, centres in zip(values, centroids.T, strict=True):
            squares += (column[start:stop] - centres[own]) ** 2
        result[start:stop] = np.sqrt(squares)
        yield Progress("measuring distances", stop / len(labels), f"{stop:,} of {len(labels):,} customers")
    return result

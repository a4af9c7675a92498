"""Customers on disk, opened in earnest, and an answer made by hand, so that exports are tested without k-means."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui.gather.dataset import open_dataset
from segtui.progress import finish
from segtui.recipe import ClusterSpec, FeatureSpec, GatherSpec, LabelledSpec, PrepareSpec, Recipe, SourceSpec
from segtui.results import (
    Answer,
    Converged,
    Dataset,
    FeatureMatrix,
    FeatureSpace,
    MatrixColumn,
    Profile,
    Scores,
    Segment,
    Segmentation,
    Transform,
)


@dataclass(frozen=True)
class Case:
    """An opened source and its answer."""

    dataset: Dataset
    gather: GatherSpec
    answer: Answer

    def write(self, path: Path, **options: object) -> tuple[Path, ...]:
        from segtui.deliver.labelled import write

        return finish(write(self.dataset, self.gather, self.answer, self.matrix, LabelledSpec(str(path), **options)))

    @property
    def matrix(self) -> FeatureMatrix:
        """The one feature of the answer, unscaled."""
        space = self.answer.space
        values = self.dataset.frame[space.features[0].name].cast(pl.Float32).fill_null(0).to_numpy()
        return FeatureMatrix(values[None], space.columns, space.features, space.votes, (), space.fingerprint)


def answer_for(dataset: Dataset, gather: GatherSpec, feature: str, names: tuple[str, ...] = ("low", "high")) -> Answer:
    """Two segments split at the middle of `feature`, which is the matrix as it is; B holds the lower half."""
    values = dataset.frame[feature].cast(pl.Float64).fill_null(0).to_numpy()
    labels = (values > np.median(values)).astype(np.uint8)
    centroids = np.array([[values[labels == j].mean() if (labels == j).any() else 0.0] for j in (0, 1)])
    sizes = tuple(int((labels == j).sum()) for j in (0, 1))
    spec = FeatureSpec(feature, transform="none")
    prepare = PrepareSpec((spec,))
    column = MatrixColumn(feature, None, Transform("none", 0.0, 1.0, 0.0), 1.0)
    space = FeatureSpace((column,), (spec,), {feature: 1.0}, (), "matrix")
    inertia = float(((values - centroids[labels, 0]) ** 2).sum())
    fit = Segmentation(
        labels, centroids, sizes, inertia, True, Converged.LABELS, 3, dataset.customers, 0, (), (inertia,)
    )
    segments = tuple(
        Segment(letter, j, names[j], ("low", "high")[j], sizes[j], sizes[j] / dataset.customers, (), (), ())
        for j, letter in ((1, "A"), (0, "B"))
    )
    return Answer(
        recipe=Recipe(gather=gather, prepare=prepare, cluster=ClusterSpec(k=2)),
        prepare=prepare,
        space=space,
        segmentation=fit,
        letters=("B", "A"),
        profile=Profile((), segments, dataset.customers),
        scores=Scores("space", inertia, 0.5, None, None, None),
        seconds=0.0,
    )


Open = Callable[..., Case]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Write a source (text, or a frame by a function of its path) and open it."""

    def open_it(
        content: str | bytes | Callable[[Path], object],
        name: str = "in.csv",
        feature: str = "spend",
        id_column: str | None = "id",
        names: tuple[str, ...] = ("low", "high"),
    ) -> Case:
        path = tmp_path / name
        if callable(content):
            content(path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        gather = GatherSpec((SourceSpec(str(path)),), id_column)
        dataset = finish(open_dataset(gather))
        return Case(dataset, gather, answer_for(dataset, gather, feature, names))

    return open_it

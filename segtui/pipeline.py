"""The table of stages: what each needs, which part of the recipe it reads, and how a recipe becomes an answer.

A stage's fingerprint is a hash of the part of the recipe it reads and of the fingerprints of the stages it
needs, so changing k does not prepare the matrix again, and renaming a segment computes nothing at all.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Generator, MutableMapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

from segtui.errors import AnalysisError, RecipeError
from segtui.progress import Progress, Steps, finish
from segtui.recipe import Anchor, PrepareSpec, Recipe
from segtui.results import (
    Answer,
    Dataset,
    FeatureMatrix,
    Inspection,
    Profile,
    Scores,
    Segmentation,
    SweepRow,
    TraceStep,
)

if TYPE_CHECKING:
    from segtui.results import Floats, Labels, Rows

Trace = Callable[[TraceStep], None]
Shelf = MutableMapping[str, object]
R = TypeVar("R")

SCORED_AT_ONCE = 20_000
"""Customers that the scores of an approximate answer rest on: the first in canonical order, a random sample."""


MATRICES_KEPT = 2
"""The one on screen, and the one before it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the journey: the stages it builds on, and the part of the recipe that it reads."""

    needs: tuple[str, ...]
    reads: Callable[[Recipe], object]


STAGES: dict[str, Stage] = {
    "dataset": Stage((), lambda r: r.gather),
    "inspection": Stage(("dataset",), lambda r: None),
    "matrix": Stage(("inspection",), lambda r: r.prepare),
    "first": Stage(("matrix",), lambda r: r.cluster),
    "exact": Stage(("matrix",), lambda r: r.cluster),
    "anchor": Stage(("inspection",), lambda r: r.anchor),
    "first letters": Stage(("first", "anchor"), lambda r: None),
    "exact letters": Stage(("exact", "anchor"), lambda r: None),
    "first answer": Stage(("first letters",), lambda r: r.names),
    "exact answer": Stage(("exact letters",), lambda r: r.names),
}


def fingerprint(stage: str, recipe: Recipe, data: str) -> str:
    """The name under which the result of `stage` for `recipe` is filed; `data` identifies the data itself."""
    spec = STAGES[stage]
    parts = (stage, data, spec.reads(recipe), *(fingerprint(need, recipe, data) for need in spec.needs))
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


class Pipeline:
    """Runs stages and files their results; one open dataset at a time.

    shelf: where results are kept between calls (the session brings a bounded one).
    Every method that computes is a generator of short pieces; run on one thread only.
    """

    def __init__(self, shelf: Shelf | None = None) -> None:
        from segtui.explain.profile import ProfileCache
        from segtui.prepare.matrix import ColumnCache

        self._shelf: Shelf = {} if shelf is None else shelf
        self._columns = ColumnCache()
        self._profiles = ProfileCache()
        self._matrices: OrderedDict[str, FeatureMatrix] = OrderedDict()
        self._dataset: Dataset | None = None
        self._inspection: Inspection | None = None

    # -- opening -----------------------------------------------------------------------------------------

    def open(self, recipe: Recipe) -> Steps[tuple[Dataset, Inspection]]:
        """Read and inspect the sources. Raises SourceError, AnalysisError, RecipeError."""
        from segtui.gather.dataset import open_dataset
        from segtui.prepare.inspect import inspect

        dataset = yield from open_dataset(recipe.gather)
        inspection = yield from inspect(dataset)
        self._dataset, self._inspection = dataset, inspection
        self._matrices.clear()
        return dataset, inspection

    @property
    def dataset(self) -> Dataset:
        """The open dataset. Raises AnalysisError where none is."""
        return self._data[0]

    @property
    def _data(self) -> tuple[Dataset, Inspection]:
        if self._dataset is None or self._inspection is None:
            raise AnalysisError("no data is open", hint="Open a file first.")
        return self._dataset, self._inspection

    # -- answers -----------------------------------------------------------------------------------------

    def explicit(self, recipe: Recipe) -> Recipe:
        """The same recipe with every feature and transform spelled out, as a hand-over needs it."""
        from segtui.prepare.resolve import resolve

        dataset, inspection = self._data
        features = resolve(recipe.prepare, inspection)
        gather = replace(recipe.gather, id_column=dataset.id_column or "")
        return replace(recipe, gather=gather, prepare=replace(recipe.prepare, features=features))

    def filed(self, recipe: Recipe) -> Answer | None:
        """The best answer already computed for `recipe`, exact before approximate; None where there is none."""
        if self._dataset is None:
            return None
        for stage in ("exact answer", "first answer"):
            answer = self._shelf.get(self._name(stage, recipe))
            if isinstance(answer, Answer):
                return self._answering(answer, recipe)
        return None

    def _answering(self, answer: Answer, recipe: Recipe) -> Answer:
        """A filed answer as that of `recipe`, which may differ in what does not count (a feature that is off)."""
        if answer.recipe == recipe:
            return answer
        return replace(answer, recipe=recipe, prepare=self.explicit(recipe).prepare)

    def first(self, recipe: Recipe, trace: Trace) -> Steps[Answer]:
        """The answer at once: fitted on a sample, every customer assigned."""
        return self._answer(recipe, trace, exact=False)

    def exact(self, recipe: Recipe, trace: Trace) -> Steps[Answer]:
        """The answer converged on all customers."""
        return self._answer(recipe, trace, exact=True)

    def anchor(self, answer: Answer) -> Anchor:
        """What later segmentations take their letters from, so that A stays the same people."""
        return Anchor(
            prepare=replace(answer.prepare, features=tuple(f for f in answer.space.features if f.on)),
            columns=tuple(column.name for column in answer.space.columns),
            letters=answer.letters,
            centroids=tuple(tuple(float(v) for v in row) for row in answer.segmentation.centroids),
        )

    def _answer(self, recipe: Recipe, trace: Trace, *, exact: bool) -> Steps[Answer]:
        started = time.perf_counter()
        speed = "exact" if exact else "first"
        name = self._name(f"{speed} answer", recipe)
        filed = self._shelf.get(name)
        if isinstance(filed, Answer):
            return self._answering(filed, recipe)
        matrix = yield from self.matrix(recipe.prepare)
        segmentation = yield from self._segmentation(recipe, matrix, trace, exact=exact)
        letters = yield from self._letters(recipe, segmentation)
        profile = yield from self._profile(recipe, matrix, segmentation, letters, speed)
        scores = yield from self._scores(recipe, matrix, segmentation, speed)
        answer = Answer(
            recipe=recipe,
            prepare=self.explicit(recipe).prepare,
            space=matrix.space,
            segmentation=segmentation,
            letters=letters,
            profile=_named(profile, dict(recipe.names)),
            scores=scores,
            seconds=time.perf_counter() - started,
            warnings=(*segmentation.warnings, *matrix.notes),
            fingerprint=name,
        )
        self._shelf[name] = answer
        return answer

    def matrix(self, prepare: PrepareSpec) -> Steps[FeatureMatrix]:
        """The customers as points. Only the latest few are kept: making one anew from cached columns takes
        milliseconds, and the memory of one that nobody holds is used again."""
        from segtui.prepare.matrix import build

        dataset, inspection = self._data
        name = self._name("matrix", Recipe(prepare=prepare))
        matrix = self._matrices.get(name)
        if matrix is None:
            canonical = self._canonical(Recipe(prepare=prepare), inspection).prepare
            while len(self._matrices) >= MATRICES_KEPT:
                self._matrices.popitem(last=False)
            matrix = yield from build(dataset, inspection, canonical, self._columns)
            self._matrices[name] = matrix
        self._matrices.move_to_end(name)
        return matrix

    def _segmentation(self, recipe: Recipe, matrix: FeatureMatrix, trace: Trace, *, exact: bool) -> Steps[Segmentation]:
        from segtui.cluster.kmeans import converge, first

        fit = converge if exact else first
        name = self._name("exact" if exact else "first", recipe)
        converged = self._shelf.get(self._name("exact", recipe))
        if not exact and isinstance(converged, Segmentation):
            # A sweep has been here. Describing all customers exactly takes longer than a key press may: at first
            # the converged clusters are described from a sample, like any first answer.
            return replace(converged, exact=False)
        return (
            yield from self._filed(
                name, Segmentation, lambda: fit(matrix, recipe.cluster, self._exact_values(matrix), trace)
            )
        )

    def _exact_values(self, matrix: FeatureMatrix) -> Callable[[Rows], Floats]:
        from segtui.prepare.matrix import exact_values

        dataset, _ = self._data
        return lambda positions: exact_values(dataset, matrix, positions)

    def _letters(self, recipe: Recipe, segmentation: Segmentation) -> Steps[tuple[str, ...]]:
        from segtui.explain.lettering import first_letters, match_letters
        from segtui.explain.profile import revenue_by_cluster

        revenue = yield from revenue_by_cluster(self._data[0], segmentation, self._profiles)
        if recipe.anchor is None:
            return first_letters(segmentation.sizes, revenue, segmentation.centroids)
        labels = yield from self._anchor_labels(recipe.anchor)
        return match_letters(
            segmentation.labels,
            segmentation.k,
            labels,
            recipe.anchor.letters,
            segmentation.sizes,
            revenue,
            segmentation.centroids,
        )

    def _anchor_labels(self, anchor: Anchor) -> Steps[Labels]:
        import numpy as np

        name = self._name("anchor", Recipe(anchor=anchor))
        return (yield from self._filed(name, np.ndarray, lambda: self._assign_to(anchor)))

    def _assign_to(self, anchor: Anchor) -> Steps[Labels]:
        import numpy as np

        from segtui.cluster.kmeans import assign

        matrix = yield from self.matrix(anchor.prepare)
        if tuple(column.name for column in matrix.columns) != anchor.columns:
            raise RecipeError(
                "the segment letters of this recipe were made with columns that this data does not have",
                where="anchor",
                hint="Remove the [anchor] part of the recipe to letter the segments afresh.",
            )
        labels, _ = yield from assign(matrix.values, np.array(anchor.centroids), self._exact_values(matrix))
        return labels

    def _profile(
        self, recipe: Recipe, matrix: FeatureMatrix, segmentation: Segmentation, letters: tuple[str, ...], speed: str
    ) -> Steps[Profile]:
        from segtui.explain.profile import profile

        dataset, inspection = self._data
        name = f"profile {self._name(f'{speed} letters', recipe)}"
        return (
            yield from self._filed(
                name, Profile, lambda: profile(dataset, inspection, matrix, segmentation, letters, {}, self._profiles)
            )
        )

    def _scores(self, recipe: Recipe, matrix: FeatureMatrix, segmentation: Segmentation, speed: str) -> Steps[Scores]:
        from segtui.cluster.criteria import scores

        if segmentation.exact:
            return (
                yield from self._filed(
                    f"scores {self._name('exact', recipe)}", Scores, lambda: scores(matrix, segmentation)
                )
            )
        m = min(SCORED_AT_ONCE, matrix.customers)
        sampled = yield from scores(
            replace(matrix, values=matrix.values[:, :m]), replace(segmentation, labels=segmentation.labels[:m])
        )
        chi = sampled.calinski_harabasz
        if chi is not None:  # grows with the number of customers: brought to what all of them would give
            chi *= (matrix.customers - segmentation.k) / max(1, m - segmentation.k)
        return replace(sampled, inertia=segmentation.inertia, calinski_harabasz=chi)

    # -- sweep -------------------------------------------------------------------------------------------

    def sweep(
        self, recipe: Recipe, ks: range, trace: Trace, found: Callable[[SweepRow], None]
    ) -> Steps[tuple[SweepRow, ...]]:
        """The converged fit and its scores for every k in `ks`; a k that fails says why at that k.

        Each fit is filed as the exact segmentation of its k, so stepping to it afterwards is instant.
        """
        rows = []
        for k in ks:
            row = yield from self._sweep_row(recipe.with_k(k), trace)
            rows.append(row)
            found(row)
        return tuple(rows)

    def _sweep_row(self, recipe: Recipe, trace: Trace) -> Steps[SweepRow]:
        k = recipe.cluster.k
        try:
            matrix = yield from self.matrix(recipe.prepare)
            segmentation = yield from self._segmentation(recipe, matrix, trace, exact=True)
            scores = yield from self._scores(recipe, matrix, segmentation, "exact")
        except AnalysisError as error:
            return SweepRow(k, None, 0, 0, failed=str(error))
        return SweepRow(k, scores, min(segmentation.sizes), segmentation.iterations)

    # -- plumbing ----------------------------------------------------------------------------------------

    def _name(self, stage: str, recipe: Recipe) -> str:
        """The fingerprint of a stage, with the features listed in column order: the same votes, the same name."""
        dataset, inspection = self._data
        return fingerprint(stage, self._canonical(recipe, inspection), dataset.fingerprint)

    def _canonical(self, recipe: Recipe, inspection: Inspection) -> Recipe:
        features = inspection.proposal() if recipe.prepare.features is None else recipe.prepare.features
        place = {verdict.name: i for i, verdict in enumerate(inspection.features)}
        on = sorted((f for f in features if f.on), key=lambda f: (place.get(f.name, len(place)), f.name))
        return replace(recipe, gather=Recipe().gather, prepare=replace(recipe.prepare, features=tuple(on)))

    def _filed(
        self, name: str, kind: type[R], compute: Callable[[], Generator[Progress, None, R]]
    ) -> Generator[Progress, None, R]:
        result = self._shelf.get(name)
        if isinstance(result, kind):
            return result
        result = yield from compute()
        self._shelf[name] = result
        return result


def _named(profile: Profile, names: dict[str, str]) -> Profile:
    """The profile with the names that the analyst gave; the automatic ones stay beside them."""
    return replace(profile, segments=tuple(replace(s, name=names.get(s.letter, s.auto_name)) for s in profile.segments))


def analyse(
    recipe: Recipe, report: Callable[[Progress], None] | None = None
) -> tuple[Pipeline, Dataset, Inspection, Answer]:
    """Open, prepare, cluster and explain in one go, converged on all customers: what `segtui run` does."""
    pipeline = Pipeline()
    dataset, inspection = finish(pipeline.open(recipe), report)
    answer = finish(pipeline.exact(recipe, lambda step: None), report)
    return pipeline, dataset, inspection, answer

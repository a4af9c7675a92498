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
from segtui.recipe import Anchor, GatherSpec, PrepareSpec, Recipe
from segtui.results import (
    Answer,
    Dataset,
    FeatureMatrix,
    Inspection,
    Lab,
    LabRow,
    Profile,
    Scores,
    Segmentation,
    TraceStep,
)

if TYPE_CHECKING:
    from segtui.cluster.criteria import Examined
    from segtui.cluster.ground import Ground
    from segtui.explain.lab import Fitted
    from segtui.gather.look import Held
    from segtui.prepare.aside import Kept
    from segtui.prepare.matrix import ColumnCache
    from segtui.results import Labels, Rows

Trace = Callable[[TraceStep], None]
Shelf = MutableMapping[str, object]
R = TypeVar("R")


def unwatched(step: TraceStep) -> None:
    """A trace that nobody follows."""


SCORED_AT_ONCE = 20_000
"""Customers that the scores of an approximate answer rest on: the first in canonical order, a random sample."""


SKETCHED = 50_000
"""Customers that a sketch brings to scale."""

OPEN_BYTES = 192 << 20
"""Room for datasets that were opened before the one that is open now."""

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
    "kept": Stage(("inspection",), lambda r: _asking(r.prepare)),
    "matrix": Stage(("kept",), lambda r: replace(r.prepare, trim=0.0)),
    "trimmed": Stage(("matrix",), lambda r: (r.prepare.trim, r.cluster.k, r.cluster.seed) if r.prepare.trim else None),
    "first": Stage(("trimmed",), lambda r: r.cluster),
    "exact": Stage(("trimmed",), lambda r: r.cluster),
    "anchor": Stage(("inspection",), lambda r: r.anchor),
    "first letters": Stage(("first", "anchor"), lambda r: None),
    "exact letters": Stage(("exact", "anchor"), lambda r: None),
    "first answer": Stage(("first letters",), lambda r: r.names),
    "exact answer": Stage(("exact letters",), lambda r: r.names),
}


def _asking(prepare: PrepareSpec) -> object:
    """What decides who is set aside for want of a value."""
    return tuple((f.name, f.treat, f.order) for f in prepare.features or () if f.on and f.missing == "aside")


def fingerprint(stage: str, recipe: Recipe, data: str) -> str:
    """The name under which the result of `stage` for `recipe` is filed; `data` identifies the data itself."""
    spec = STAGES[stage]
    parts = (stage, data, spec.reads(recipe), *(fingerprint(need, recipe, data) for need in spec.needs))
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


class Pipeline:
    """Runs stages and files their results; one open dataset at a time.

    shelf: where results are kept between calls (the session brings a bounded one). tables: those read last, of another
    pipeline, which then reads nothing again.
    Every method that computes is a generator of short pieces; run on one thread only.
    """

    def __init__(self, shelf: Shelf | None = None, tables: Held | None = None) -> None:
        from segtui.explain.profile import ProfileCache
        from segtui.gather.look import Held
        from segtui.prepare.matrix import ColumnCache

        self._shelf: Shelf = {} if shelf is None else shelf
        self._columns = ColumnCache()
        self._profiles = ProfileCache()
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._matrices: OrderedDict[str, FeatureMatrix] = OrderedDict()
        self._trimmed: OrderedDict[str, Ground] = OrderedDict()
        self._dataset: Dataset | None = None
        self._inspection: Inspection | None = None
        self._gather = GatherSpec()
        self._opened: dict[str, tuple[Dataset, Inspection]] = {}
        self._tables = Held() if tables is None else tables

    # -- opening -----------------------------------------------------------------------------------------

    def open(self, recipe: Recipe) -> Steps[tuple[Dataset, Inspection]]:
        """Read and inspect the sources; those opened last are at hand.

        Raises SourceError, AnalysisError, RecipeError.
        """
        from segtui.gather.dataset import identity
        from segtui.prepare.inspect import inspect

        known = self._opened.get(identity(recipe.gather)) if recipe.gather.sources else None
        if known is None:
            dataset = yield from self._gathered(recipe.gather)
            known = dataset, (yield from inspect(dataset))
        self._keep_open(known)
        self._gather = recipe.gather
        self._dataset, self._inspection = known
        for latest in (self._kept, self._matrices, self._trimmed):
            latest.clear()
        return known

    def _gathered(self, spec: GatherSpec) -> Steps[Dataset]:
        """Customers, or why there are none."""
        from segtui.gather.dataset import open_dataset

        return open_dataset(spec, self._tables)

    def _keep_open(self, opened: tuple[Dataset, Inspection]) -> None:
        """Hold on to what is open, and to what was before it as far as there is room: undoing a cleaning step or a
        role then reads nothing again."""
        name = opened[0].fingerprint
        self._opened.pop(name, None)
        self._opened[name] = opened
        while len(self._opened) > 1 and sum(d.frame.estimated_size() for d, _ in self._opened.values()) > OPEN_BYTES:
            del self._opened[next(iter(self._opened))]

    @property
    def dataset(self) -> Dataset:
        """The open dataset. Raises AnalysisError where none is."""
        return self._data[0]

    @property
    def inspection(self) -> Inspection:
        """The verdicts on its columns. Raises AnalysisError where none is open."""
        return self._data[1]

    @property
    def _data(self) -> tuple[Dataset, Inspection]:
        if self._dataset is None or self._inspection is None:
            raise AnalysisError("no data is open", hint="Open a file first.")
        return self._dataset, self._inspection

    @property
    def tables(self) -> Held:
        """The tables read last, for whoever reads their lines again."""
        return self._tables

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
            answer = self._shelf.get(self.name(stage, recipe))
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
        from segtui.explain.micro import micro

        started = time.perf_counter()
        speed = "exact" if exact else "first"
        name = self.name(f"{speed} answer", recipe)
        filed = self._shelf.get(name)
        if isinstance(filed, Answer):
            return self._answering(filed, recipe)
        ground = yield from self.ground(recipe)
        segmentation = yield from self.segmentation(recipe, ground, trace, exact=exact)
        letters = yield from self.letters(recipe, ground, segmentation)
        profile = yield from self._profile(recipe, ground, segmentation, letters, speed)
        scores = yield from self.scores(recipe, ground.matrix, segmentation)
        answer = Answer(
            recipe=recipe,
            prepare=self.explicit(recipe).prepare,
            space=ground.matrix.space,
            segmentation=segmentation,
            letters=letters,
            profile=_named(profile, dict(recipe.names)),
            scores=scores,
            seconds=time.perf_counter() - started,
            warnings=(*segmentation.warnings, *micro(segmentation.sizes, letters), *ground.matrix.notes),
            fingerprint=name,
            people=ground.dataset.fingerprint,
            set_aside=self._set_aside(ground),
        )
        self._shelf[name] = answer
        return answer

    def _set_aside(self, ground: Ground) -> tuple[tuple[str, int], ...]:
        """What the recipe adds to the rows that were left out when the data was opened."""
        added = ground.dataset.left_out[len(self.dataset.left_out) :]
        return tuple((one.reason, len(one.rows)) for one in added)

    def ground(self, recipe: Recipe, columns: ColumnCache | None = None) -> Steps[Ground]:
        """The customers that take part, and their points: without those set aside, and those trimmed.

        columns: where scaled columns are kept; None: with those of the analysis on screen.
        """
        import numpy as np

        from segtui.cluster import ground as standing
        from segtui.cluster.trim import trimmed

        kept = yield from self._keeping(recipe.prepare)
        matrix = yield from self.matrix(recipe.prepare, columns)
        share, whole = recipe.prepare.trim, standing.ground(kept, matrix)
        if not share:
            return whole
        name = self.name("trimmed", recipe)
        found = self._trimmed.get(name)
        if found is None:
            spec = recipe.cluster
            out = yield from self.filed_as(name, np.ndarray, lambda: trimmed(matrix, share, spec, whole.exact_values))
            found = yield from standing.trimmed(kept, matrix, out, share)
        _keep_latest(self._trimmed, name, found)
        return found

    def _keeping(self, prepare: PrepareSpec) -> Steps[Kept]:
        """Everyone but those set aside for want of a value."""
        from segtui.prepare import aside

        dataset, inspection = self._data
        canonical = self._canonical(Recipe(prepare=prepare), inspection).prepare
        if not aside.asks(canonical.features or ()):
            return aside.Kept(dataset)
        name = self.name("kept", Recipe(prepare=prepare))
        found = self._kept.get(name)
        if found is None:
            found = yield from aside.kept(dataset, inspection, canonical)
        _keep_latest(self._kept, name, found)
        return found

    def matrix(self, prepare: PrepareSpec, columns: ColumnCache | None = None) -> Steps[FeatureMatrix]:
        """The customers as points, nobody trimmed. Only the latest few are kept: making one anew from cached columns
        takes milliseconds, and the memory of one that nobody holds is used again."""
        from segtui.prepare.matrix import build

        _, inspection = self._data
        name = self.name("matrix", Recipe(prepare=prepare))
        matrix = self._matrices.get(name)
        if matrix is None:
            kept = yield from self._keeping(prepare)
            canonical = self._canonical(Recipe(prepare=prepare), inspection).prepare
            while len(self._matrices) >= MATRICES_KEPT:
                self._matrices.popitem(last=False)
            matrix = yield from build(kept.dataset, inspection, canonical, columns or self._columns)
        _keep_latest(self._matrices, name, matrix)
        return matrix

    def sketch(self, recipe: Recipe, changed: PrepareSpec, customers: int) -> Steps[tuple[FeatureMatrix, Rows]]:
        """The first of those who take part in `recipe`, as points under other features, and their places among all who
        do. One whom a feature that is new in `changed` would set aside is left out.

        Brought to scale as among the first SKETCHED: a sample like any first ones, and no column of a million customers
        is made in passing.
        """
        import numpy as np

        from segtui.prepare.matrix import build
        from segtui.prepare.parts import gaps_of

        _, inspection = self._data
        kept, ground = (yield from self._keeping(recipe.prepare)), (yield from self.ground(recipe))
        some = _first_of(kept.dataset)
        first = np.arange(min(customers, ground.dataset.customers), dtype=np.int64)
        at = first if ground.at is None else np.searchsorted(kept.positions(), ground.at[: len(first)])
        before = {spec.name for spec in self.explicit(recipe).prepare.features or () if spec.on}
        for spec in changed.features or ():
            if spec.on and spec.missing == "aside" and spec.name not in before:
                yield Progress("setting customers aside", None, spec.name)
                has = ~gaps_of(some.frame[spec.name].gather(at), spec.order)
                first, at = first[has], at[has]
        canonical = self._canonical(Recipe(prepare=changed), inspection).prepare
        return (yield from build(some, inspection, canonical, self._columns, at)), first

    def segmentation(self, recipe: Recipe, ground: Ground, trace: Trace, *, exact: bool) -> Steps[Segmentation]:
        """The clusters of a recipe, converged or at once. Raises AnalysisError."""
        from segtui.cluster.kmeans import converge, first

        fit = converge if exact else first
        name = self.name("exact" if exact else "first", recipe)
        converged = self._shelf.get(self.name("exact", recipe))
        if not exact and isinstance(converged, Segmentation):
            # A sweep has been here. Describing all customers exactly takes longer than a key press may: at first
            # the converged clusters are described from a sample, like any first answer.
            return replace(converged, exact=False)
        if recipe.cluster.tree:
            return (yield from self._by_tree(name, recipe, ground, trace, exact=exact))
        return (
            yield from self.filed_as(
                name, Segmentation, lambda: fit(ground.matrix, recipe.cluster, ground.exact_values, trace)
            )
        )

    def _by_tree(self, name: str, recipe: Recipe, ground: Ground, trace: Trace, *, exact: bool) -> Steps[Segmentation]:
        """What a tree makes of the k-means clusters of the same recipe."""
        from segtui.explain.adopt import adopted

        means = yield from self.segmentation(recipe.with_tree(0), ground, trace, exact=exact)
        tree = recipe.cluster.tree
        return (
            yield from self.filed_as(name, Segmentation, lambda: adopted(ground.dataset, ground.matrix, means, tree))
        )

    def letters(self, recipe: Recipe, ground: Ground, segmentation: Segmentation) -> Steps[tuple[str, ...]]:
        """The letter of every cluster: matched to the anchor of the recipe, or by revenue or size."""
        from segtui.explain.lettering import first_letters, match_letters
        from segtui.explain.profile import revenue_by_cluster

        revenue = yield from revenue_by_cluster(ground.dataset, segmentation, self._profiles)
        if recipe.anchor is None:
            return first_letters(segmentation.sizes, revenue, segmentation.centroids)
        labels = yield from self._anchor_labels(recipe.anchor)
        return match_letters(
            segmentation.labels,
            segmentation.k,
            labels if ground.at is None else labels[ground.at],
            recipe.anchor.letters,
            segmentation.sizes,
            revenue,
            segmentation.centroids,
        )

    def _anchor_labels(self, anchor: Anchor) -> Steps[Labels]:
        """The letters of an anchor for all customers, also those that were or are set aside."""
        import numpy as np

        name = self.name("anchor", Recipe(anchor=anchor))
        return (yield from self.filed_as(name, np.ndarray, lambda: self._assign_to(anchor)))

    def _assign_to(self, anchor: Anchor) -> Steps[Labels]:
        import numpy as np

        from segtui.cluster.ground import labels_of_all

        ground = yield from self.ground(Recipe(prepare=replace(anchor.prepare, trim=0.0)))
        if tuple(column.name for column in ground.matrix.columns) != anchor.columns:
            raise RecipeError(
                "the segment letters of this recipe were made with columns that this data does not have",
                where="anchor",
                hint="Remove the [anchor] part of the recipe to letter the segments afresh.",
            )
        return (yield from labels_of_all(self.dataset, ground, np.array(anchor.centroids)))

    def _profile(
        self, recipe: Recipe, ground: Ground, segmentation: Segmentation, letters: tuple[str, ...], speed: str
    ) -> Steps[Profile]:
        from segtui.explain.profile import profile

        _, inspection = self._data
        name = f"profile {self.name(f'{speed} letters', recipe)}"
        return (
            yield from self.filed_as(
                name,
                Profile,
                lambda: profile(ground.dataset, inspection, ground.matrix, segmentation, letters, {}, self._profiles),
            )
        )

    def examined(self, recipe: Recipe, matrix: FeatureMatrix, segmentation: Segmentation) -> Steps[Examined]:
        """The criteria of the converged segmentation of a recipe, with the silhouette of every cluster."""
        from segtui.cluster.criteria import Examined, examine

        def compute() -> Steps[Examined]:
            return replace((yield from examine(matrix, segmentation)), silhouettes=None)

        return (yield from self.filed_as(f"scores {self.name('exact', recipe)}", Examined, compute))

    def scores(self, recipe: Recipe, matrix: FeatureMatrix, segmentation: Segmentation) -> Steps[Scores]:
        """The criteria: of all customers where the segmentation is converged, else of the first of them."""
        from segtui.cluster.criteria import scores

        if segmentation.exact:
            return (yield from self.examined(recipe, matrix, segmentation)).scores
        m = min(SCORED_AT_ONCE, matrix.customers)
        sampled = yield from scores(
            replace(matrix, values=matrix.values[:, :m]), replace(segmentation, labels=segmentation.labels[:m])
        )
        chi = sampled.calinski_harabasz
        if chi is not None:  # grows with the number of customers: brought to what all of them would give
            chi *= (matrix.customers - segmentation.k) / max(1, m - segmentation.k)
        return replace(sampled, inertia=segmentation.inertia, calinski_harabasz=chi)

    # -- scaling lab -------------------------------------------------------------------------------------

    def lab(self, recipe: Recipe, trace: Trace) -> Steps[Lab]:
        """The same features and k under every scaling. Each fit is filed, so that a choice taken up is instant."""
        from segtui.explain import lab
        from segtui.prepare.matrix import ColumnCache

        recipe = recipe.with_tree(0)
        columns = ColumnCache()  # its own, so that the columns on screen stay at hand
        others = [self.explicit(replace(recipe, prepare=spec)).prepare for spec in lab.by_scale(recipe.prepare)]
        choices, shown = lab.choices(recipe.prepare, self.explicit(recipe).prepare, others)
        fits = []
        for scale, prepare in choices:
            fits.append((yield from self._lab_fit(scale, replace(recipe, prepare=prepare), columns, trace)))
        return (yield from lab.compared(self.dataset, recipe.cluster.k, fits, shown))

    def _lab_fit(self, scale: str, recipe: Recipe, columns: ColumnCache, trace: Trace) -> Steps[Fitted]:
        from segtui.explain.lab import Fitted, spread_out

        try:
            ground = yield from self.ground(recipe, columns)
            fit = yield from self.segmentation(recipe, ground, trace, exact=True)
            scores = yield from self.scores(recipe, ground.matrix, fit)
        except AnalysisError as error:
            return Fitted(LabRow(scale, (), 0.0, failed=str(error)), None)
        row = LabRow(scale, tuple(sorted(fit.sizes, reverse=True)), scores.explained, warnings=fit.warnings)
        return Fitted(row, spread_out(fit.labels, ground.at, self.dataset.customers))

    # -- plumbing ----------------------------------------------------------------------------------------

    def name(self, stage: str, recipe: Recipe) -> str:
        """The fingerprint of a stage, with the features listed in column order: the same votes, the same name."""
        dataset, inspection = self._data
        return fingerprint(stage, self._canonical(recipe, inspection), dataset.fingerprint)

    def _canonical(self, recipe: Recipe, inspection: Inspection) -> Recipe:
        features = inspection.proposal() if recipe.prepare.features is None else recipe.prepare.features
        place = {verdict.name: i for i, verdict in enumerate(inspection.features)}
        on = sorted((f for f in features if f.on), key=lambda f: (place.get(f.name, len(place)), f.name))
        return replace(recipe, gather=Recipe().gather, prepare=replace(recipe.prepare, features=tuple(on)))

    def filed_as(
        self, name: str, kind: type[R], compute: Callable[[], Generator[Progress, None, R]]
    ) -> Generator[Progress, None, R]:
        """What is filed under `name`; computed and filed where nothing is."""
        result = self._shelf.get(name)
        if isinstance(result, kind):
            return result
        result = yield from compute()
        self._shelf[name] = result
        return result

    def at_hand(self, name: str, kind: type[R]) -> R | None:
        """What is filed under `name`, None where nothing is."""
        result = self._shelf.get(name)
        return result if isinstance(result, kind) else None


def _first_of(dataset: Dataset) -> Dataset:
    """The first SKETCHED customers, or all."""
    if dataset.customers <= SKETCHED:
        return dataset
    mark = f"{dataset.fingerprint} first {SKETCHED}"
    return replace(dataset, frame=dataset.frame.head(SKETCHED), row=dataset.row[:SKETCHED], fingerprint=mark)


def _keep_latest(latest: OrderedDict[str, R], name: str, value: R) -> None:
    """File `value` as the latest of a few; the oldest goes."""
    latest[name] = value
    latest.move_to_end(name)
    while len(latest) > MATRICES_KEPT:
        latest.popitem(last=False)


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

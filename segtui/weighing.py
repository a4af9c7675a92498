"""What speaks for and against every k: the sweep, what is known of one answer, and what segments know of later orders.

A sweep goes over the range twice: first the converged fits with their cheap criteria, so that the table fills at once
and any k can be stepped to; then, k by k, what takes draws (stability, prediction strength, gap). Every piece is filed
under the segmentation it is about, so whatever was done is never done again, and a sweep that was stopped goes on.
A k that cannot be fitted says why at that k; a criterion that cannot be computed says why at that criterion.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from segtui.errors import AnalysisError
from segtui.evidence import (
    Assessment,
    Gap,
    Later,
    Prediction,
    PredictionRow,
    Silhouettes,
    Stability,
    Strength,
    Structure,
    Sweep,
    SweepRow,
)
from segtui.progress import Progress, Steps, as_part

if TYPE_CHECKING:
    from segtui.cluster.ground import Ground
    from segtui.cluster.prediction import Outcome
    from segtui.cluster.stability import Grow
    from segtui.pipeline import Pipeline, Trace
    from segtui.recipe import Recipe
    from segtui.results import Dataset, Floats, Floats32, Labels, Segmentation

Found = Callable[[Sweep], None]
R = TypeVar("R")

FEWEST_IN_HALF = 4
"""Customers per segment that a half of them must have for it to be clustered."""

FITTED_SHARE = 0.3
"""How much of a sweep the fits are, for its progress."""


# -- one fit ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class Fitted:
    """A converged fit and whom it is about.

    name: what evidence on it is filed under. values: the points, centred where float32 needs it. everyone: the labels
    of all customers, NOBODY for those without part in it.
    """

    name: str
    recipe: Recipe
    ground: Ground
    values: Floats32
    segmentation: Segmentation
    everyone: Labels

    @property
    def k(self) -> int:
        return self.segmentation.k

    @property
    def seed(self) -> int:
        return self.segmentation.seed


def _fitted(pipeline: Pipeline, recipe: Recipe, trace: Trace) -> Steps[Fitted]:
    """Raises AnalysisError where there is no such fit."""
    from segtui.cluster.sample import points
    from segtui.explain.lab import spread_out

    ground = yield from pipeline.ground(recipe)
    found = yield from pipeline.segmentation(recipe, ground, trace, exact=True)
    everyone = spread_out(found.labels, ground.at, pipeline.dataset.customers)
    values = points(ground.matrix.values, ground.exact_values).values
    return Fitted(pipeline.name("exact", recipe), recipe, ground, values, found, everyone)


def _silhouettes(pipeline: Pipeline, fit: Fitted) -> Steps[Silhouettes]:
    from segtui.cluster.euclidean import euclidean

    def compute() -> Steps[Silhouettes]:
        examined = yield from pipeline.examined(fit.recipe, fit.ground.matrix, fit.segmentation)
        if examined.by_cluster is None:
            raise AnalysisError("every customer is a segment of its own")
        plain = yield from euclidean(fit.values, fit.segmentation.labels, fit.k, fit.seed)
        return Silhouettes(
            examined.by_cluster, plain.micro, plain.macro, plain.by_cluster, plain.rows, sampled=plain.sampled
        )

    return (yield from pipeline.filed_as(f"silhouettes {fit.name}", Silhouettes, compute))


def _stability(pipeline: Pipeline, fit: Fitted) -> Steps[Stability]:
    from segtui.cluster.stability import stability

    return (
        yield from pipeline.filed_as(
            f"stability {fit.name}",
            Stability,
            lambda: stability(fit.values, fit.segmentation.labels, fit.k, fit.seed, grow=_grow(fit)),
        )
    )


def _grow(fit: Fitted) -> Grow | None:
    """How the segments of a draw are made where they are those of a tree."""
    from segtui.explain.adopt import regrown

    tree = fit.recipe.cluster.tree
    return (lambda values, found: regrown(values, found.labels, found.centroids, tree)) if tree else None


def _strength(pipeline: Pipeline, fit: Fitted) -> Steps[Strength]:
    from segtui.cluster.strength import strength

    if fit.ground.matrix.customers < 2 * FEWEST_IN_HALF * fit.k:
        raise AnalysisError(f"half of {fit.ground.matrix.customers:,} customers are too few for {fit.k} segments")
    return (
        yield from pipeline.filed_as(f"strength {fit.name}", Strength, lambda: strength(fit.values, fit.k, fit.seed))
    )


def _gap(pipeline: Pipeline, fit: Fitted, k: int) -> Steps[Gap]:
    """The gap at k on the customers of `fit`; it depends on no labels, so k = 1 is as good as any."""
    from segtui.cluster.gap import box, gap

    space = fit.ground.matrix.fingerprint

    def compute() -> Steps[Gap]:
        found = yield from gap(fit.values, box(fit.values), k, fit.seed)
        if found is None:
            raise AnalysisError("customers of a segment do not differ at all, so the logarithm of W has no value")
        return found

    return (yield from pipeline.filed_as(f"gap {k} {fit.seed} {space}", Gap, compute))


# -- sweep -----------------------------------------------------------------------------------------------


def sweep(pipeline: Pipeline, recipe: Recipe, ks: Sequence[int], trace: Trace, found: Found) -> Steps[Sweep]:
    """The rows for `ks`, ascending; `found` hears of every new one and of all that is added to it.

    Each fit is filed as the exact segmentation of its k, so stepping to it afterwards is instant. It is about k-means
    also where a tree was adopted: rules are said afterwards, and follow whatever is found.
    """
    going = _Sweeping(pipeline, recipe.with_tree(0), found)
    each = 1 / max(1, len(ks))
    for done, k in enumerate(ks):
        first = going.first(k, trace)
        yield from as_part(first, "sweep", FITTED_SHARE * done * each, FITTED_SHARE * each)
    for done, k in enumerate(ks):
        before = FITTED_SHARE + (1 - FITTED_SHARE) * done * each
        yield from as_part(going.further(k), "sweep", before, (1 - FITTED_SHARE) * each)
    return going.now()


class _Sweeping:
    """A sweep as far as it has come."""

    def __init__(self, pipeline: Pipeline, recipe: Recipe, found: Found) -> None:
        self._pipeline, self._recipe, self._found = pipeline, recipe, found
        self._rows: dict[int, SweepRow] = {}
        self._labels: tuple[int, Labels] | None = None
        self._one: Gap | None = None
        self._outcome = _outcome(pipeline.dataset)

    def now(self) -> Sweep:
        """What is known so far."""
        from segtui.cluster.picks import picks
        from segtui.cluster.suggest import suggestion

        rows = tuple(self._rows[k] for k in sorted(self._rows))
        suggested = None if any(row.pending for row in rows) else suggestion(rows, self._one)
        return Sweep(rows, picks(rows, self._one), suggested)

    def first(self, k: int, trace: Trace) -> Steps[None]:
        """Fit k, and what comes with the fit."""
        try:
            self._rows[k] = yield from self._first_row(k, trace)
        except AnalysisError as error:
            self._rows[k] = SweepRow(k, None, 0, 0, failed=str(error))
            self._labels = None
        self._found(self.now())

    def _first_row(self, k: int, trace: Trace) -> Steps[SweepRow]:
        from segtui.cluster.judge import rivals, spread
        from segtui.cluster.prediction import later

        recipe = self._recipe.with_k(k)
        fit = yield from _fitted(self._pipeline, recipe, trace)
        found = fit.segmentation
        scores = yield from self._pipeline.scores(recipe, fit.ground.matrix, found)
        letters = yield from self._pipeline.letters(recipe, fit.ground, found)
        flows = self._flows(k, fit.everyone)
        return SweepRow(
            k=k,
            scores=scores,
            smallest=min(found.sizes),
            iterations=found.iterations,
            sizes=found.sizes,
            letters=letters,
            flows=flows,
            later=None if self._outcome is None else later(self._outcome, fit.everyone),
            spread=spread(found.restarts) if len(found.restarts) > 1 else None,
            near_equal=len(rivals(found.restarts)),
            reasons=() if self._outcome is not None else (("later", NO_HOLDOUT),),
            pending=True,
        )

    def _flows(self, k: int, labels: Labels) -> tuple[tuple[int, ...], ...]:
        """Customers by their cluster at k - 1 and here, of those who have part in both."""
        from segtui.cluster.prediction import NOBODY
        from segtui.cluster.stability import crossed

        before, self._labels = self._labels, (k, labels)
        if before is None or before[0] != k - 1:
            return ()
        both = (before[1] != NOBODY) & (labels != NOBODY)
        table = crossed(before[1][both], labels[both], k - 1, k)
        return tuple(tuple(row) for row in table.tolist())

    def further(self, k: int) -> Steps[None]:
        """What takes draws; a criterion that cannot be computed says why."""
        if self._rows[k].scores is None:
            return
        fit = yield from _fitted(self._pipeline, self._recipe.with_k(k), lambda step: None)
        if self._one is None:
            _, self._one = yield from _tried(_gap(self._pipeline, fit, 1))
        pipeline, row = self._pipeline, self._rows[k]
        no_silhouettes, silhouettes = yield from _tried(as_part(_silhouettes(pipeline, fit), f"k={k}", 0.0, 0.1))
        no_stability, stability = yield from _tried(as_part(_stability(pipeline, fit), f"k={k}", 0.1, 0.4))
        no_strength, strength = yield from _tried(as_part(_strength(pipeline, fit), f"k={k}", 0.5, 0.2))
        no_gap, gap = yield from _tried(as_part(_gap(pipeline, fit, k), f"k={k}", 0.7, 0.3))
        said = (
            ("silhouette", no_silhouettes),
            ("stability", no_stability),
            ("strength", no_strength),
            ("gap", no_gap),
        )
        self._rows[k] = replace(
            row,
            silhouettes=silhouettes,
            stability=stability,
            strength=strength,
            gap=gap,
            reasons=(*row.reasons, *((name, why) for name, why in said if why)),
            pending=False,
        )
        self._found(self.now())


NO_HOLDOUT = "no later orders are known: set a holdout"


def _tried(steps: Generator[Progress, None, R]) -> Steps[tuple[str, R | None]]:
    """The result, or why there is none."""
    try:
        return "", (yield from steps)
    except AnalysisError as error:
        return error.what, None


# -- one answer ------------------------------------------------------------------------------------------


def assess(pipeline: Pipeline, recipe: Recipe) -> Steps[Assessment]:
    """What is known of the converged answer to `recipe` beyond its scores."""
    fit = yield from _fitted(pipeline, recipe, lambda step: None)
    told = "assessing"
    no_silhouettes, silhouettes = yield from _tried(as_part(_silhouettes(pipeline, fit), told, 0.0, 0.1))
    no_stability, stability = yield from _tried(as_part(_stability(pipeline, fit), told, 0.1, 0.45))
    lowest = stability.jaccard if stability is not None else None
    no_structure, structure = yield from _tried(as_part(_structure(pipeline, fit, lowest), told, 0.55, 0.45))
    said = (("silhouette", no_silhouettes), ("stability", no_stability), ("structure", no_structure))
    return Assessment(
        answer=pipeline.name("exact answer", recipe),
        silhouettes=silhouettes,
        stability=stability,
        structure=structure,
        reasons=tuple((name, why) for name, why in said if why),
    )


def _structure(pipeline: Pipeline, fit: Fitted, jaccard: tuple[float, ...] | None) -> Steps[Structure]:
    from segtui.cluster.structure import ROWS, structure
    from segtui.prepare.matrix import originals

    def compute() -> Steps[Structure]:
        matrix = fit.ground.matrix
        known = originals(fit.ground.dataset, matrix, ROWS)
        return (yield from structure(fit.values, matrix.columns, known, fit.k, fit.seed, jaccard))

    name = f"structure {fit.name}{'' if jaccard is not None else ' without stability'}"
    return (yield from pipeline.filed_as(name, Structure, compute))


# -- what segments know of later orders ------------------------------------------------------------------

PREDICTED_K = tuple(range(2, 9))
"""The values of k that are compared."""


def predict(pipeline: Pipeline, recipe: Recipe, tried: Sequence[Recipe], trace: Trace) -> Steps[Prediction]:
    """Every k and scaling of the features of `recipe`, and the features of other recipes on the same data.

    Raises AnalysisError where no later orders are known.
    """
    recipe, rollup = recipe.with_tree(0), pipeline.dataset.rollup
    outcome = _outcome(pipeline.dataset)
    if outcome is None or rollup is None or rollup.holdout is None:
        raise AnalysisError("no later orders are known", hint="Set a holdout: days that no feature sees.")
    ways, shown = _ways(pipeline, recipe, tried)
    rows: list[PredictionRow] = []
    for done, (label, way) in enumerate(ways):
        row = _predicted(pipeline, label, way, outcome, trace)
        made = yield from as_part(row, "comparing", done / len(ways), 1 / len(ways))
        rows.append(replace(made, current=done == shown))
    why, table = yield from _tried(_rfm(pipeline.dataset, outcome))
    return Prediction(
        PREDICTED_K, tuple(rows), table, why, rollup.holdout, pipeline.dataset.customers, outcome.share_active
    )


def _ways(pipeline: Pipeline, recipe: Recipe, tried: Sequence[Recipe]) -> tuple[list[tuple[str, Recipe]], int]:
    """The recipe under every scale, as the scaling lab has them, then other features; and which is the recipe."""
    from segtui.explain import lab

    others = [pipeline.explicit(replace(recipe, prepare=spec)).prepare for spec in lab.by_scale(recipe.prepare)]
    choices, shown = lab.choices(recipe.prepare, pipeline.explicit(recipe).prepare, others)
    ways = [(scale, replace(recipe, prepare=prepare)) for scale, prepare in choices]
    known = {pipeline.name("matrix", way) for _, way in ways}
    for one in tried:
        name = pipeline.name("matrix", one)
        if name not in known:
            known.add(name)
            ways.append((OTHERWISE, replace(recipe, prepare=one.prepare)))
    return ways, shown


OTHERWISE = "tried before"
"""The label of a row that is another recipe of the history."""


def _predicted(pipeline: Pipeline, label: str, recipe: Recipe, outcome: Outcome, trace: Trace) -> Steps[PredictionRow]:
    from segtui.cluster.prediction import later

    found: list[Later | None] = []
    for k in PREDICTED_K:
        _, fit = yield from _tried(_fitted(pipeline, recipe.with_k(k), trace))
        found.append(None if fit is None else later(outcome, fit.everyone))
    _, ceiling = yield from _tried(_ceiling(pipeline, recipe))
    on = tuple(feature.name for feature in pipeline.explicit(recipe).prepare.features or () if feature.on)
    return PredictionRow(label, on, recipe.prepare.scale, tuple(found), ceiling)


def _ceiling(pipeline: Pipeline, recipe: Recipe) -> Steps[Later]:
    """A linear model on the same columns, nobody trimmed."""
    from segtui.cluster.prediction import linear

    ground = yield from pipeline.ground(replace(recipe, prepare=replace(recipe.prepare, trim=0.0)))
    outcome = _outcome(ground.dataset)
    if outcome is None:
        raise AnalysisError("no later orders are known")
    return (yield from linear(outcome, ground.matrix.values))


def _rfm(dataset: Dataset, outcome: Outcome) -> Steps[Later]:
    from segtui.cluster.prediction import later
    from segtui.cluster.rfm import named, scores

    values: list[Floats] = []
    for name in ("recency", "frequency", "monetary"):
        if name not in dataset.frame.columns:
            raise AnalysisError(f"there is no column {name}")
        values.append(dataset.frame[name].cast(float).to_numpy())
    yield Progress("making the RFM table", None, "scores")
    r, f, m = scores(*values)
    yield Progress("making the RFM table", None, "names")
    groups, _ = named(r, f, m)
    return later(outcome, groups)


def _outcome(dataset: Dataset) -> Outcome | None:
    from segtui.cluster.prediction import Outcome

    frame = None if dataset.rollup is None else dataset.rollup.outcome
    return None if frame is None else Outcome.of(frame)

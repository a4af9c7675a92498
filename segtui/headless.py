"""Analyses without a screen: what `segtui run` does with what it was asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from segtui import deciding, delivering, explaining, native, printing, weighing
from segtui.decide_report import decisions_document, decisions_lines
from segtui.describing import left_out, rollup_document
from segtui.errors import AnalysisError, RecipeError, UsageError
from segtui.evidence import SweepRow
from segtui.evidence_report import (
    criteria_document,
    prediction_document,
    prediction_lines,
    sweep_document,
    sweep_lines,
    verdict_document,
    verdict_lines,
)
from segtui.explained_report import drivers_document, drivers_lines, rules_document, rules_lines
from segtui.headless_lists import NO_LISTS, ListOptions, hand_out
from segtui.pipeline import unwatched
from segtui.printing import Json
from segtui.progress import finish
from segtui.recipe import (
    STANDARD_OUTPUT,
    STANDARD_PARTS,
    DecideSpec,
    DeliverySpec,
    FeatureSpec,
    LabelledSpec,
    PrepareSpec,
    Recipe,
)
from segtui.starting import NOTHING_SAID, Gathering, starting_recipe, take_standard_input

if TYPE_CHECKING:
    from segtui.decided.decisions import Decisions
    from segtui.deliver.folder import Delivered
    from segtui.evidence import Assessment, Prediction, Sweep
    from segtui.explained import Drivers, SegmentRules
    from segtui.pipeline import Pipeline
    from segtui.results import (
        Answer,
        Dataset,
        Inspection,
        Lab,
        Profile,
        Segment,
    )

SWEPT = range(2, 13)
"""The values of k that `--k auto` looks at where no range is given."""

NOTHING_ENTERED = DecideSpec()

SEGMENTS_A_LINE = 6
"""Columns of the printed table of means, so that it fits 80 cells."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What `segtui run` was asked for; None: as the recipe has it."""

    sources: tuple[str, ...] = ()
    recipe: str | None = None
    id_column: str | None = None
    features: tuple[str, ...] | None = None
    k: int | None = None
    auto_k: bool = False
    sweep: range | None = None
    scale: str | None = None
    seed: int | None = None
    restarts: int | None = None
    max_iter: int | None = None
    tree: int | None = None
    out: str | None = None
    overwrite: bool = False
    csv_safe: bool = False
    deliver: str | None = None
    parts: tuple[str, ...] | None = None
    formats: tuple[str, ...] | None = None
    withhold: bool = False
    as_json: bool = False
    lab: bool = False
    predict: bool = False
    explain: bool = False
    decide: bool = False
    entered: DecideSpec = NOTHING_ENTERED
    lists: ListOptions = NO_LISTS
    gathering: Gathering = NOTHING_SAID

    @property
    def labelled(self) -> LabelledSpec | None:
        """The labelled file asked for."""
        return LabelledSpec.of(self.out, overwrite=self.overwrite, csv_safe=self.csv_safe)

    @property
    def delivery(self) -> DeliverySpec | None:
        """The folder asked for."""
        if self.deliver is None:
            return None
        parts, formats = self.parts or STANDARD_PARTS, self.formats or ("csv",)
        return DeliverySpec(
            self.deliver, parts, formats, self.overwrite, self.csv_safe, self.withhold, self.lists.campaign or ""
        )


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """What a run came to."""

    dataset: Dataset
    answer: Answer
    assessment: Assessment
    sweep: Sweep | None
    warnings: tuple[str, ...]
    lab: Lab | None = None
    prediction: Prediction | None = None
    rules: SegmentRules | None = None
    drivers: Drivers | None = None
    decisions: Decisions | None = None
    refused: tuple[AnalysisError, ...] = ()
    delivered: Delivered | None = None


# -- recipes -----------------------------------------------------------------------------------------------


def recipe_for(options: RunOptions) -> Recipe:
    """The recipe that `options` ask for: flags override the file."""
    recipe = starting_recipe(options.sources, options.recipe)
    if not recipe.gather.sources:
        raise UsageError("there is nothing to analyse", hint="Give a SOURCE, or a recipe that names its sources.")
    gather = options.gathering.over(recipe.gather)
    if options.id_column is not None:
        gather = replace(gather, id_column=options.id_column)
    given = {
        "k": options.k,
        "seed": options.seed,
        "restarts": options.restarts,
        "tree": options.tree,
        "max_iter": options.max_iter,
    }
    cluster = replace(recipe.cluster, **{name: value for name, value in given.items() if value is not None})
    entered = {name: value for name, value in asdict(options.entered).items() if value is not None}
    decide = replace(recipe.decide, **entered)
    return replace(recipe, gather=gather, prepare=_prepare(recipe.prepare, options), cluster=cluster, decide=decide)


def _prepare(prepare: PrepareSpec, options: RunOptions) -> PrepareSpec:
    features = prepare.features
    if options.features is not None:
        known = {feature.name: feature for feature in features or ()}
        features = tuple(replace(known.get(name, FeatureSpec(name)), on=True) for name in options.features)
    if options.scale is None:
        return replace(prepare, features=features)
    if features is not None:  # a transform per feature in the recipe gives way to a scale asked for now
        features = tuple(replace(feature, transform="auto") for feature in features)
    return replace(prepare, features=features, scale=options.scale)


# -- run ---------------------------------------------------------------------------------------------------


def run(options: RunOptions) -> None:
    """Analyse, print, and write what was asked for."""
    native.prepare(os.environ)
    recipe = recipe_for(options)
    take_standard_input([source.path for source in recipe.gather.sources])
    if options.labelled is not None:
        from segtui.deliver import labelled

        labelled.check(recipe.gather, options.labelled)
    if options.recipe is not None:
        _say_what_changed(options.recipe, recipe, options)
    if options.delivery is not None:
        from segtui.deliver import folder

        folder.check(recipe.gather, options.delivery)
    options.lists.check(recipe.gather, decide=options.decide, deliver=options.deliver is not None)
    outcome = _analyse(recipe, options)
    for warning in outcome.warnings:
        printing.say(f"note: {warning}")
    if options.as_json:
        printing.print_json(run_document(outcome))
    elif options.out != STANDARD_OUTPUT:
        printing.print_lines(_outcome_lines(outcome))
    for refusal in outcome.refused:
        raise refusal  # after all that could be done


def _say_what_changed(path: str, recipe: Recipe, options: RunOptions) -> None:
    """Before anything else: whether the data are those that the delivery with this recipe was made of, and whether its
    files were guarded from spreadsheets where these will not be."""
    from segtui.deliver.repeat import differences, was_csv_safe

    folder = Path(path).expanduser().parent
    with printing.progress_line() as report:
        told = finish(differences(folder, recipe.gather), report)
    for one in told:
        printing.say(f"note: {one}")
    if (options.out or options.deliver) and not options.csv_safe and was_csv_safe(folder):
        printing.say("note: this delivery was made with --csv-safe; without it cells that look like formulas differ")


def _analyse(recipe: Recipe, options: RunOptions) -> Outcome:
    from segtui.pipeline import Pipeline

    pipeline = Pipeline()
    book = deciding.playbook() if options.decide else None  # what is wrong with it is said before the work
    with printing.progress_line() as report:
        dataset, inspection = finish(pipeline.open(recipe), report)
        _check_features(recipe, inspection)
        if options.auto_k:
            recipe = _with_suggested_k(pipeline, recipe, options, report)
        answer = finish(pipeline.exact(recipe, unwatched), report)
        ground = finish(pipeline.ground(recipe), report)
        assessment = finish(weighing.assess(pipeline, recipe), report)
        sweep = _sweep(pipeline, recipe, answer, options, report)
        lab = finish(pipeline.lab(recipe, unwatched), report) if options.lab else None
        prediction = finish(weighing.predict(pipeline, recipe, (), unwatched), report) if options.predict else None
        rules = finish(explaining.rules(pipeline, recipe), report) if options.explain else None
        drivers = finish(explaining.drivers(pipeline, recipe), report) if options.explain else None
        decisions = None
        if options.decide:
            decisions = finish(deciding.decisions(pipeline, recipe, book), report)
        warnings = [*left_out(dataset), *dataset.warnings, *inspection.warnings, *answer.warnings]
        if options.labelled is not None:
            warnings += _deliver(pipeline, recipe, answer, options.labelled, report)
        delivered = None
        if options.delivery is not None:
            delivered = finish(delivering.deliver(pipeline, recipe, options.delivery), report)
            warnings += delivered.warnings
        refused = hand_out(pipeline, recipe, options.lists, book, report)
    told = tuple(dict.fromkeys(warnings))
    return Outcome(
        ground.dataset, answer, assessment, sweep, told, lab, prediction, rules, drivers, decisions, refused, delivered
    )


def _check_features(recipe: Recipe, inspection: Inspection) -> None:
    """Say of every feature asked for that the data does not have, and which was perhaps meant."""
    from difflib import get_close_matches

    names = [feature.name for feature in inspection.features]
    unknown = [f.name for f in recipe.prepare.features or () if f.on and f.name not in names]
    if not unknown:
        return
    guesses = []
    for name in unknown:
        close = get_close_matches(name, names, 1, 0.5)
        guesses += [f"{name!r}: did you mean {close[0]!r}?" for _ in close]
    raise RecipeError(
        f"there is no column {' and no column '.join(map(repr, unknown))}",
        where="features",
        hint=" ".join(guesses) or f"There are: {', '.join(names)}.",
    )


def _with_suggested_k(pipeline: Pipeline, recipe: Recipe, options: RunOptions, report: printing.Report) -> Recipe:
    """The recipe with the k that the rule of `cluster.suggest` takes. Raises AnalysisError where it takes none."""
    ks = options.sweep or SWEPT
    swept = finish(weighing.sweep(pipeline, recipe, ks, unwatched, lambda sweep: None), report)
    suggested = swept.suggestion
    if suggested is None or suggested.k is None:
        if swept.rows and all(row.failed for row in swept.rows):
            raise AnalysisError(swept.rows[0].failed)
        reason = "no k could be fitted" if suggested is None else suggested.reason
        told = f"no number of segments can be suggested: {reason.rstrip('.')}"
        raise AnalysisError(told, where="k", hint="Give --k a number.")
    printing.say(f"k = {suggested.k}: {suggested.reason}")
    return recipe.with_k(suggested.k)


def _sweep(
    pipeline: Pipeline, recipe: Recipe, answer: Answer, options: RunOptions, report: printing.Report
) -> Sweep | None:
    """The criteria for every k, lettered after the answer."""
    ks = options.sweep or (SWEPT if options.auto_k else None)
    if ks is None:
        return None
    lettered = recipe if recipe.anchor is not None else replace(recipe, anchor=pipeline.anchor(answer))
    return finish(weighing.sweep(pipeline, lettered, ks, unwatched, lambda sweep: None), report)


def _deliver(
    pipeline: Pipeline, recipe: Recipe, answer: Answer, spec: LabelledSpec, report: printing.Report
) -> Sequence[str]:
    from segtui.deliver.labelled import notes, stream, write

    ground = finish(pipeline.ground(recipe), report)
    dataset, matrix = ground.dataset, ground.matrix
    if spec.path == STANDARD_OUTPUT:
        finish(stream(dataset, recipe.gather, answer, matrix, spec, sys.stdout.buffer), report)
    else:
        paths = finish(write(dataset, recipe.gather, answer, matrix, spec), report)
        printing.say(f"wrote {' and '.join(map(str, paths))}")
    return notes(dataset, answer)


def run_document(outcome: Outcome) -> Json:
    """A run as `run --json` gives it."""
    dataset, answer = outcome.dataset, outcome.answer
    fit = answer.segmentation
    return {
        "customers": dataset.customers,
        "input_rows": dataset.input_rows,
        "left_out": [{"reason": one.reason, "rows": len(one.rows)} for one in dataset.left_out],
        "id": dataset.id_column,
        "features": [_feature_document(feature) for feature in answer.space.features if feature.on],
        "scale": answer.recipe.prepare.scale,
        "k": fit.k,
        "seed": fit.seed,
        "tree": answer.recipe.cluster.tree,
        "inertia": fit.inertia,
        "exact": fit.exact,
        "converged": fit.converged.value,
        "iterations": fit.iterations,
        "segments": [_segment_document(segment, outcome) for segment in answer.profile.segments],
        "profile": profile_document(answer.profile),
        "criteria": [criteria_document(row) for row in _rows(outcome)],
        "verdict": verdict_document(outcome.assessment),
        "rollup": None if dataset.rollup is None else rollup_document(dataset.rollup),
        "warnings": list(outcome.warnings),
        **({} if outcome.sweep is None else sweep_document(outcome.sweep)),
        **({} if outcome.lab is None else {"lab": lab_document(outcome.lab)}),
        **({} if outcome.rules is None else {"rules": rules_document(outcome.rules)}),
        **({} if outcome.drivers is None else {"drivers": drivers_document(outcome.drivers)}),
        **({} if outcome.prediction is None else {"prediction": prediction_document(outcome.prediction)}),
        **({} if outcome.decisions is None else {"decisions": decisions_document(outcome.decisions)}),
        **({} if outcome.delivered is None else {"delivered": delivered_document(outcome.delivered)}),
    }


def delivered_document(delivered: Delivered) -> Json:
    """What was written, and what could not be."""
    return {
        "folder": str(delivered.folder),
        "files": [{"name": name, "bytes": size} for name, size in delivered.files],
        "missing": dict(delivered.missing),
    }


def _feature_document(feature: FeatureSpec) -> Json:
    """A feature that votes; also what it was taken for, and the policy for missing values, where spelled out."""
    said = {name: value for name, value in (("treat", feature.treat), ("missing", feature.missing)) if value != "auto"}
    return {"name": feature.name, "transform": feature.transform, "weight": feature.weight, **said}


def _segment_document(segment: Segment, outcome: Outcome) -> Json:
    stability, silhouettes = outcome.assessment.stability, outcome.assessment.silhouettes
    return {
        "segment": segment.letter,
        "name": segment.name,
        "auto_name": segment.auto_name,
        "size": segment.size,
        "share": segment.share,
        "jaccard": None if stability is None else stability.jaccard[segment.cluster],
        "silhouette_squared": None if silhouettes is None else silhouettes.squared[segment.cluster],
        "centroid": _centroid(segment, outcome.answer.profile),
    }


def profile_document(profile: Profile) -> Json:
    """Everything the profile says, columns and segments aligned; null where a figure has no meaning."""
    columns = [
        {
            "feature": column.feature,
            "level": column.level,
            "used": column.used,
            "mean": column.mean,
            "spread": column.spread,
            "missing": column.missing,
            "test": None if column.test is None else asdict(column.test),
        }
        for column in profile.columns
    ]
    segments = [
        {
            "segment": segment.letter,
            "revenue_share": segment.revenue_share,
            "order_share": segment.order_share,
            "means": segment.means,
            "medians": segment.medians,
            "spreads": segment.spreads,
            "indexes": segment.indexes,
            "differences": segment.differences,
            "missing": segment.missing,
        }
        for segment in profile.segments
    ]
    return {"columns": columns, "segments": segments}


def _centroid(segment: Segment, profile: Profile) -> Json:
    """The members' mean in original units; of a nominal feature the share of each level."""
    centroid: Json = {}
    levels: dict[str, dict[str, float]] = {}
    for column, mean in zip(profile.columns, segment.means, strict=True):
        if not column.used:
            continue
        if column.level is None:
            centroid[column.feature] = mean
        elif isinstance(centroid.get(column.feature), float):  # the share of a number's customers without a value
            centroid[f"{column.feature}={column.level}"] = mean
        else:
            levels.setdefault(column.feature, {})[column.level] = mean
            centroid[column.feature] = levels[column.feature]
    return centroid


def _rows(outcome: Outcome) -> list[SweepRow]:
    """What is known of every k that was fitted, in order of k."""
    fit, found = outcome.answer.segmentation, outcome.assessment
    rows = {row.k: row for row in (outcome.sweep.rows if outcome.sweep is not None else ())}
    if fit.k not in rows:
        rows[fit.k] = SweepRow(
            k=fit.k,
            scores=outcome.answer.scores,
            smallest=min(fit.sizes),
            iterations=fit.iterations,
            sizes=fit.sizes,
            letters=outcome.answer.letters,
            silhouettes=found.silhouettes,
            stability=found.stability,
            reasons=found.reasons,
        )
    return [rows[k] for k in sorted(rows)]


# -- print -------------------------------------------------------------------------------------------------


def _outcome_lines(outcome: Outcome) -> Iterable[str]:
    answer, fit = outcome.answer, outcome.answer.segmentation
    scores = answer.scores
    yield (
        f"{outcome.dataset.customers:,} customers in {fit.k} segments by "
        f"{len({column.feature for column in answer.space.columns}):,} features"
    )
    yield (
        f"inertia {printing.number(fit.inertia)}, explained {scores.explained:.1%}, "
        f"{fit.iterations} iterations, converged: {fit.converged.value}"
    )
    yield ""
    segments = answer.profile.segments
    rows = [(s.letter, f"{s.size:,}", f"{s.share:.1%}", _comes_back(s, outcome), s.name) for s in segments]
    yield from printing.table(("segment", "customers", "share", "stability", "name"), rows, right=(1, 2, 3))
    for start in range(0, len(segments), SEGMENTS_A_LINE):
        yield ""
        yield from _means(answer.profile, segments[start : start + SEGMENTS_A_LINE])
    yield ""
    yield from verdict_lines(outcome.assessment)
    if outcome.sweep is not None:
        yield ""
        yield from sweep_lines(outcome.sweep, fit.k)
    if outcome.lab is not None:
        yield ""
        yield from lab_lines(outcome.lab)
    if outcome.rules is not None:
        yield ""
        yield from rules_lines(outcome.rules)
    if outcome.drivers is not None:
        yield ""
        yield from drivers_lines(outcome.drivers)
    if outcome.prediction is not None:
        yield ""
        yield from prediction_lines(outcome.prediction)
    if outcome.decisions is not None:
        yield ""
        yield from decisions_lines(outcome.decisions)
    if outcome.delivered is not None:
        yield ""
        yield from _delivered_lines(outcome.delivered)


def _delivered_lines(delivered: Delivered) -> Iterable[str]:
    yield f"delivered to {delivered.folder}"
    yield from printing.table(("file", "bytes"), [(name, f"{size:,}") for name, size in delivered.files], right=(1,))
    for part, why in delivered.missing:
        yield f"not delivered: {part}: {why}"


def _comes_back(segment: Segment, outcome: Outcome) -> str:
    """The Jaccard similarity with which a segment comes back when customers are drawn anew."""
    stability = outcome.assessment.stability
    return "-" if stability is None else f"{stability.jaccard[segment.cluster]:.2f}"


def _means(profile: Profile, segments: Sequence[Segment]) -> Iterable[str]:
    """The mean of every feature that voted, by segment."""
    used = [number for number, column in enumerate(profile.columns) if column.used]
    rows = []
    for number in used:
        column = profile.columns[number]
        name = column.feature if column.level is None else f"{column.feature} = {column.level} (share)"
        rows.append((name, *(printing.number(segment.means[number]) for segment in segments)))
    return printing.table(("mean", *(s.letter for s in segments)), rows, right=range(1, len(segments) + 1))


# -- scaling lab -------------------------------------------------------------------------------------------


def lab_document(lab: Lab) -> Json:
    """The scaling lab as `run --lab --json` gives it."""
    rows = [{key: value for key, value in asdict(row).items() if key != "failed" or value} for row in lab.rows]
    holdout = None if lab.holdout is None else [day.isoformat() for day in lab.holdout]
    return {"k": lab.k, "shown": lab.rows[lab.shown].scale, "rows": rows, "ari": lab.agreement, "holdout": holdout}


def lab_lines(lab: Lab) -> Iterable[str]:
    """The scaling lab as tables: what each scale gives, and how far they agree."""
    yield f"scaling lab, k = {lab.k}: the same features under every scale (* as in the recipe)"
    outcome = any(row.spend is not None or row.active is not None for row in lab.rows)
    titles = ["scale", "sizes", "smallest", "explained", *(["later spend", "later active"] if outcome else [])]
    rows = []
    for place, row in enumerate(lab.rows):
        name = f"{row.scale}{' *' if place == lab.shown else ''}"
        if row.failed:
            rows.append((name, row.failed, *[""] * (len(titles) - 2)))
            continue
        sizes = " ".join(f"{size:,}" for size in row.sizes)
        later = [printing.number(value) for value in (row.spend, row.active)] if outcome else []
        rows.append((name, sizes, f"{row.sizes[-1]:,}", f"{row.explained:.1%}", *later))
    yield from printing.table(titles, rows, right=range(2, len(titles)))
    if outcome and lab.holdout is not None:
        yield f"later: share of the variance between segments from {lab.holdout[0]} until before {lab.holdout[1]}"
    yield ""
    yield "agreement (adjusted Rand index; 1 = the same segments)"
    names = [row.scale for row in lab.rows]
    table = [
        (name, *("-" if value is None else f"{value:.2f}" for value in values))
        for name, values in zip(names, lab.agreement, strict=True)
    ]
    yield from printing.table(("", *names), table, right=range(1, len(names) + 1))

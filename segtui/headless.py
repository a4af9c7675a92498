"""Analyses without a screen: what `segtui run` and `segtui describe` do with what they were asked for."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from segtui import native, printing
from segtui.errors import AnalysisError, RecipeError, UsageError
from segtui.progress import finish
from segtui.recipe import FeatureSpec, GatherSpec, LabelledSpec, PrepareSpec, Recipe, SourceSpec

if TYPE_CHECKING:
    from segtui.pipeline import Pipeline
    from segtui.results import (
        Answer,
        Dataset,
        Inspection,
        Lab,
        Profile,
        Scores,
        Segment,
        SourceReport,
        SweepRow,
    )

STANDARD_OUTPUT = "-"

NOT_ASSESSED = {"verdict": None, "reason": "not assessed in this version"}
"""Whether the segments are real is not examined yet; it is said rather than left open."""

SEGMENTS_A_LINE = 6
"""Columns of the printed table of means, so that it fits 80 cells."""

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What `segtui run` was asked for; None: as the recipe has it."""

    sources: tuple[str, ...] = ()
    recipe: str | None = None
    id_column: str | None = None
    features: tuple[str, ...] | None = None
    k: int | None = None
    sweep: range | None = None
    scale: str | None = None
    seed: int | None = None
    restarts: int | None = None
    max_iter: int | None = None
    out: str | None = None
    overwrite: bool = False
    csv_safe: bool = False
    as_json: bool = False
    lab: bool = False

    @property
    def labelled(self) -> LabelledSpec | None:
        """The labelled file asked for."""
        if self.out is None:
            return None
        form = "csv" if self.out == STANDARD_OUTPUT else None
        return LabelledSpec(self.out, form, self.overwrite, self.csv_safe)


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """What a run came to."""

    dataset: Dataset
    answer: Answer
    sweep: tuple[SweepRow, ...]
    warnings: tuple[str, ...]
    lab: Lab | None = None


# -- recipes -----------------------------------------------------------------------------------------------


def starting_recipe(sources: Sequence[str], recipe: str | None) -> Recipe:
    """The recipe in the file `recipe`, or a fresh one, for these sources where any are given."""
    from segtui.recipe_file import load

    start = Recipe() if recipe is None else load(recipe)
    if not sources:
        return start
    known = {source.path: source for source in start.gather.sources}
    chosen = tuple(known.get(path, SourceSpec(path)) for path in sources)
    return replace(start, gather=replace(start.gather, sources=chosen))


def recipe_for(options: RunOptions) -> Recipe:
    """The recipe that `options` ask for: flags override the file."""
    recipe = starting_recipe(options.sources, options.recipe)
    if not recipe.gather.sources:
        raise UsageError("there is nothing to analyse", hint="Give a SOURCE, or a recipe that names its sources.")
    gather = recipe.gather if options.id_column is None else replace(recipe.gather, id_column=options.id_column)
    given = {
        "k": options.k,
        "seed": options.seed,
        "restarts": options.restarts,
        "max_iter": options.max_iter,
    }
    cluster = replace(recipe.cluster, **{name: value for name, value in given.items() if value is not None})
    return replace(recipe, gather=gather, prepare=_prepare(recipe.prepare, options), cluster=cluster)


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


def _take_standard_input(sources: Sequence[str]) -> None:
    """Read what is piped in before Polars is imported, whose signal handler keeps ctrl+c from ending the wait."""
    from segtui.gather.paths import STANDARD_INPUT, standard_input

    if STANDARD_INPUT in sources:
        standard_input()


# -- describe ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Described:
    """One source: what was seen in it, what stands out in its columns, and how many rows are no customer, and why."""

    report: SourceReport
    flags: dict[str, tuple[tuple[str, str], ...]]
    left_out: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]


def describe(sources: Sequence[str], *, as_json: bool) -> None:
    """Print what is seen in `sources`."""
    _take_standard_input(sources)
    with printing.progress_line() as report:
        described = [_described(SourceSpec(path), report) for path in sources]
    if as_json:
        _print_json({"sources": [source_document(one) for one in described]})
        return
    for one in described:
        _print_lines(_source_lines(one))


def _described(source: SourceSpec, report: printing.Report) -> Described:
    """Customers are opened and inspected as for an analysis; of anything else the table is described."""
    from segtui.gather.dataset import open_dataset
    from segtui.gather.describe import describe as look
    from segtui.prepare.inspect import inspect

    spec = GatherSpec(sources=(source,))
    try:
        dataset = finish(open_dataset(spec), report)
    except AnalysisError:
        (seen,) = finish(look(spec), report)
        return Described(seen, {column.name: column.flags for column in seen.columns}, (), seen.notes)
    inspection = finish(inspect(dataset), report)
    (seen,) = dataset.sources
    found = {verdict.name: tuple((flag.name, flag.reason) for flag in verdict.flags) for verdict in inspection.features}
    flags = {c.name: _merged(c.flags, found.get(c.name, ())) for c in seen.columns}
    notes = dict.fromkeys((*seen.notes, *dataset.warnings, *inspection.warnings))
    return Described(seen, flags, tuple((one.reason, len(one.rows)) for one in dataset.left_out), tuple(notes))


def _merged(first: tuple[tuple[str, str], ...], second: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Flags by both floors; where both raise one, the second knows more."""
    return tuple({**dict(first), **dict(second)}.items())


def source_document(described: Described) -> Json:
    """One source as `describe --json` gives it."""
    report = described.report
    return {
        "path": report.path,
        "kind": report.kind.value,
        "reason": report.reason,
        "rows": report.rows,
        "roles": report.roles,
        "columns": [
            {
                "name": column.name,
                "type": column.type.value,
                "missing": column.missing,
                "distinct": column.distinct,
                "flags": [{"flag": flag, "reason": reason} for flag, reason in described.flags[column.name]],
            }
            for column in report.columns
        ],
        "left_out": [{"reason": reason, "rows": rows} for reason, rows in described.left_out],
        "notes": list(described.notes),
    }


def _source_lines(described: Described) -> Iterable[str]:
    report = described.report
    yield f"{report.path}: {report.kind.value}, {report.rows:,} rows, {len(report.columns):,} columns"
    yield f"  {report.reason}"
    for role, column in report.roles.items():
        yield f"  {role}: {column}"
    yield ""
    rows = [
        (c.name, c.type.value, f"{c.missing:,}", f"{c.distinct:,}", ", ".join(f for f, _ in described.flags[c.name]))
        for c in report.columns
    ]
    yield from printing.table(("column", "type", "missing", "distinct", "flags"), rows, right=(2, 3))
    yield ""
    for name, flags in described.flags.items():
        for flag, reason in flags:
            yield f"{name}: {flag}: {reason}"
    for reason, count in described.left_out:
        yield f"left out: {count:,} rows: {reason}"
    for note in described.notes:
        yield f"note: {note}"
    yield ""


# -- run ---------------------------------------------------------------------------------------------------


def run(options: RunOptions) -> None:
    """Analyse, print, and write what was asked for."""
    native.prepare(os.environ)
    recipe = recipe_for(options)
    _take_standard_input([source.path for source in recipe.gather.sources])
    if options.labelled is not None:
        _check_delivery(recipe, options.labelled)
    outcome = _analyse(recipe, options)
    for warning in outcome.warnings:
        printing.say(f"note: {warning}")
    if options.as_json:
        _print_json(run_document(outcome))
    elif options.out != STANDARD_OUTPUT:
        _print_lines(_outcome_lines(outcome))


def _check_delivery(recipe: Recipe, spec: LabelledSpec) -> None:
    """Find out before minutes of work whether the result has a place to go."""
    from segtui.deliver.labelled import check

    if spec.path != STANDARD_OUTPUT:
        check(recipe.gather, spec)


def _analyse(recipe: Recipe, options: RunOptions) -> Outcome:
    from segtui.pipeline import Pipeline

    pipeline = Pipeline()
    with printing.progress_line() as report:
        dataset, inspection = finish(pipeline.open(recipe), report)
        _check_features(recipe, inspection)
        answer = finish(pipeline.exact(recipe, lambda step: None), report)
        ground = finish(pipeline.ground(recipe), report)
        sweep = _sweep(pipeline, recipe, options, report)
        lab = finish(pipeline.lab(recipe, lambda step: None), report) if options.lab else None
        warnings = [*dataset.warnings, *inspection.warnings, *answer.warnings]
        if options.labelled is not None:
            warnings += _deliver(pipeline, recipe, answer, options.labelled, report)
    return Outcome(ground.dataset, answer, sweep, tuple(dict.fromkeys(warnings)), lab)


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


def _sweep(pipeline: Pipeline, recipe: Recipe, options: RunOptions, report: printing.Report) -> tuple[SweepRow, ...]:
    if options.sweep is None:
        return ()
    return finish(pipeline.sweep(recipe, options.sweep, lambda step: None, lambda row: None), report)


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
        "inertia": fit.inertia,
        "exact": fit.exact,
        "converged": fit.converged.value,
        "iterations": fit.iterations,
        "segments": [_segment_document(segment, answer.profile) for segment in answer.profile.segments],
        "criteria": _criteria(outcome),
        "verdict": NOT_ASSESSED,
        "warnings": list(outcome.warnings),
    } | ({} if outcome.lab is None else {"lab": lab_document(outcome.lab)})


def _feature_document(feature: FeatureSpec) -> Json:
    """A feature that votes; also what it was taken for, and the policy for missing values, where spelled out."""
    said = {name: value for name, value in (("treat", feature.treat), ("missing", feature.missing)) if value != "auto"}
    return {"name": feature.name, "transform": feature.transform, "weight": feature.weight, **said}


def _segment_document(segment: Segment, profile: Profile) -> Json:
    return {
        "segment": segment.letter,
        "name": segment.name,
        "auto_name": segment.auto_name,
        "size": segment.size,
        "share": segment.share,
        "centroid": _centroid(segment, profile),
    }


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


def _criteria(outcome: Outcome) -> list[Json]:
    """The criteria of every k that was fitted, in order of k."""
    fit = outcome.answer.segmentation
    rows = {row.k: _criteria_row(row.k, row.scores, row.smallest, row.iterations, row.failed) for row in outcome.sweep}
    rows[fit.k] = _criteria_row(fit.k, outcome.answer.scores, min(fit.sizes), fit.iterations, "")
    return [rows[k] for k in sorted(rows)]


def _criteria_row(k: int, scores: Scores | None, smallest: int, iterations: int, failed: str) -> Json:
    if scores is None:
        return {"k": k, "failed": failed}
    values = asdict(scores)
    del values["space"]
    return {"k": k, **values, "smallest_segment": smallest, "iterations": iterations}


# -- print -------------------------------------------------------------------------------------------------


def _print_json(document: Json) -> None:
    """One document on standard output, in 7-bit characters, so that nothing in it can drive a terminal."""
    print(json.dumps(_finite(document), indent=2, allow_nan=False))


def _finite(value: object) -> object:
    """JSON knows no infinity and no NaN: both become null."""
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(printing.printable(line))


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
    rows = [(s.letter, f"{s.size:,}", f"{s.share:.1%}", s.name) for s in segments]
    yield from printing.table(("segment", "customers", "share", "name"), rows, right=(1, 2))
    for start in range(0, len(segments), SEGMENTS_A_LINE):
        yield ""
        yield from _means(answer.profile, segments[start : start + SEGMENTS_A_LINE])
    if len(outcome.sweep) > 0:
        yield ""
        yield from _sweep_lines(outcome)
    if outcome.lab is not None:
        yield ""
        yield from lab_lines(outcome.lab)


def _means(profile: Profile, segments: Sequence[Segment]) -> Iterable[str]:
    """The mean of every feature that voted, by segment."""
    used = [number for number, column in enumerate(profile.columns) if column.used]
    rows = []
    for number in used:
        column = profile.columns[number]
        name = column.feature if column.level is None else f"{column.feature} = {column.level} (share)"
        rows.append((name, *(printing.number(segment.means[number]) for segment in segments)))
    return printing.table(("mean", *(s.letter for s in segments)), rows, right=range(1, len(segments) + 1))


def _sweep_lines(outcome: Outcome) -> Iterable[str]:
    titles = ("k", "inertia", "explained", "silhouette (squared)", "Calinski-Harabasz", "Davies-Bouldin", "smallest")
    rows: list[tuple[str, ...]] = []
    for row in outcome.sweep:
        if row.scores is None:
            rows.append((f"{row.k}", row.failed, "", "", "", "", ""))
            continue
        s = row.scores
        values = (s.inertia, s.explained, s.silhouette_squared, s.calinski_harabasz, s.davies_bouldin)
        rows.append((f"{row.k}", *map(printing.number, values), f"{row.smallest:,}"))
    return printing.table(titles, rows, right=range(1, 7))


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

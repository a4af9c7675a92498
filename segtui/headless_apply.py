"""`segtui apply`: new customers scored with delivered centroids, and whether those still fit them."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from segtui import native, printing
from segtui.apply_report import Told, document, lines
from segtui.describing import left_out
from segtui.progress import finish
from segtui.recipe import STANDARD_OUTPUT, LabelledSpec
from segtui.starting import take_standard_input

if TYPE_CHECKING:
    from segtui.deliver.applied import Scored
    from segtui.deliver.scoring import ScoringModel
    from segtui.recipe import GatherSpec, Recipe


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What `segtui apply` was asked for. recipe: a delivered folder, or its recipe or model."""

    recipe: str
    sources: tuple[str, ...]
    out: str | None
    snapshot: date | None = None
    overwrite: bool = False
    csv_safe: bool = False
    fill_missing: bool = False
    as_json: bool = False

    @property
    def labelled(self) -> LabelledSpec | None:
        """The labelled file to write."""
        return LabelledSpec.of(self.out, overwrite=self.overwrite, csv_safe=self.csv_safe)


def apply(options: ApplyOptions) -> None:
    """Score, write and report. Raises UsageError, SourceError, RecipeError, AnalysisError, DeliveryError."""
    from segtui.deliver import labelled
    from segtui.deliver.delivery import to_apply
    from segtui.gather.again import gathered_again

    native.prepare(os.environ)
    take_standard_input(options.sources)
    model, recipe = to_apply(options.recipe)
    texts = [feature.name for feature in model.features if feature.type == "text"]
    gather, passed_over = gathered_again(recipe.gather, options.sources, options.snapshot, texts)
    if options.labelled is not None:
        labelled.check(gather, options.labelled)
    scored, told = _scored(options, model, gather, recipe, passed_over)
    for warning in told.warnings:
        printing.say(f"note: {warning}")
    if options.as_json:
        printing.print_json(document(scored.dataset, told))
    elif options.out != STANDARD_OUTPUT:
        printing.print_lines(lines(told))
        if options.out is None:
            printing.say("no segments were written: --out FILE does that")
    else:  # the labels have standard output; the verdict must be heard all the same
        printing.say(f"verdict: {told.judged.verdict.value}: {'; '.join(told.judged.reasons)}")


def _scored(
    options: ApplyOptions, model: ScoringModel, gather: GatherSpec, then: Recipe, passed_over: tuple[str, ...]
) -> tuple[Scored, Told]:
    from segtui.deliver import applied_file
    from segtui.deliver.applied import apply_model
    from segtui.deliver.refit import judge
    from segtui.gather.dataset import open_dataset

    with printing.progress_line() as report:
        dataset = finish(open_dataset(gather), report)
        scored = finish(
            apply_model(model, dataset, fill_missing=options.fill_missing, trimmed=then.prepare.trim), report
        )
        applied = scored.applied
        warnings = [*passed_over, *left_out(dataset), *dataset.warnings, *applied.notes]
        spec = options.labelled
        if spec is not None:
            warnings += applied_file.notes(scored)
            if spec.path == STANDARD_OUTPUT:
                finish(applied_file.stream(scored, gather, spec, sys.stdout.buffer), report)
            else:
                path = finish(applied_file.write(scored, gather, spec), report)
                printing.say(f"wrote {path}")
    day = None if dataset.rollup is None else dataset.rollup.snapshot
    told = _of_days(day, options.snapshot, then.gather)
    return scored, Told(applied, judge(applied), told, day, tuple(dict.fromkeys(warnings)))


def _of_days(day: date | None, asked: date | None, then: GatherSpec) -> str:
    """From which day features look back; "" where there is no such day."""
    if day is None:
        return ""
    if asked is not None:
        return f"features look back from {day}, as asked for"
    told = f"features look back from {day}, the day after the last order"
    if then.snapshot is not None:
        told += f" (the delivery looked back from {then.snapshot}; --snapshot takes another day)"
    elif then.holdout:
        told += f" (the delivery kept its last {then.holdout:,} days apart; --snapshot takes another day)"
    return told

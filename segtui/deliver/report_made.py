"""How the report was made: cleaning, features, the run itself, versions and warnings; and the few words it uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui import __version__, figures
from segtui.deliver.html import Markup, element, joined
from segtui.deliver.report_blocks import bullets, facts, paragraph, part, table, under
from segtui.deliver.report_words import TERMS, step_words
from segtui.results import Converged

if TYPE_CHECKING:
    from segtui.deliver.html import Child
    from segtui.deliver.report_told import Told
    from segtui.results import RollUp

ENDED = {
    Converged.LABELS: "no customer changed segment any more",
    Converged.TOLERANCE: "the centres hardly moved any more",
    Converged.MAX_ITER: "the limit of rounds was reached",
}

WORDS_OF = {
    "holdout": ("holdout",),
    "shuffled baskets": ("rules",),
    "held out": ("decisions",),
    "95 % range": ("decisions",),
    "stability": ("evidence",),
    "confidence": ("rules",),
    "80 % power, 5 % level": ("decisions",),
    "mode": ("evidence",),
    "silhouette": ("evidence",),
    "Jaccard": ("evidence",),
    "p": ("evidence",),
    "k": ("evidence",),
    "snapshot": ("rollup",),
}
"""Terms that are told only where the page has the part they belong to."""


def made(told: Told) -> Markup:
    """The part on how it was made."""
    rollup = told.handover.whole.rollup
    return part(
        "made",
        "How it was made",
        under("Which order lines count", *(() if rollup is None else _cleaning(rollup))),
        under("How the segments were formed", facts(_run(told))),
        under("What was done to the values", bullets(told.sentence(n) for n in told.handover.answer.space.notes)),
        under("What to know about the data", bullets(_warnings(told))),
    )


def _cleaning(rollup: RollUp) -> Iterator[Child]:
    rows: list[list[Child]] = [["Lines read", figures.count(rollup.lines)]]
    off = []
    for step in rollup.steps:
        if not step.applies:
            continue
        if step.on:
            rows.append([joined("Left out: ", step_words(step).lower()), figures.count(step.rows or 0)])
        else:
            seen = "" if step.rows is None else f" ({figures.plural(step.rows, 'line')})"
            off.append(f"{step_words(step)}{seen}")
    if rollup.later:
        rows.append(["Left out: on or after the snapshot", figures.count(rollup.later)])
    rows.append([element("strong", "Lines that count"), element("strong", figures.count(rollup.kept))])
    yield table("Order lines", ("what", "lines"), rows, right=(1,))
    if off:
        yield paragraph("These could be left out too, and were not:")
        yield bullets(off)


def _run(told: Told) -> Iterator[tuple[str, Child]]:
    answer = told.handover.answer
    fit = answer.segmentation
    yield "Method", "k-means: customers are grouped so that each is as near as can be to the centre of its group"
    yield "Segments", figures.count(len(answer.letters))
    if answer.recipe.cluster.tree:
        yield "Rules", f"{answer.recipe.cluster.tree} per segment, grown to come near k-means; the rules decide"
    yield "Ended", f"after {figures.plural(fit.iterations, 'round')} over all customers: {ENDED[fit.converged]}"
    if fit.restarts:
        yield (
            "Starts",
            f"{figures.count(len(fit.restarts))} on {figures.plural(fit.sampled, 'customer')}; the best went on",
        )
    yield "Seed", str(fit.seed)
    yield (
        "Told apart",
        joined(
            f"{figures.share(answer.scores.explained)} % of the differences between customers, in these features, lie "
            "between segments"
        ),
    )
    yield "Letters", "by revenue or size, the largest first, unless an earlier run gave them"
    beside = f"polars {pl.__version__}, numpy {np.__version__}"
    yield "Program", f"segtui {__version__}, recipe format {answer.recipe.version}; {beside}"
    yield "Repeat it", "the recipe beside this page makes the same segments of the same data"


def _warnings(told: Told) -> Iterator[Child]:
    answer = told.handover.answer
    elsewhere = {*answer.space.notes, *answer.segmentation.warnings}
    elsewhere |= {note for source in told.handover.whole.sources for note in source.notes}
    for source in told.handover.whole.sources:
        yield from (joined(told.say(source.path), ": ", told.say(note)) for note in source.notes)
    yield from (told.sentence(warning) for warning in told.handover.warnings if warning not in elsewhere)


# -- words -------------------------------------------------------------------------------------------------


def words(told: Told) -> Markup:
    """The part that says what words mean; features that were made here are in it too."""
    there = _parts(told)
    terms = [
        (term, joined(said, ".")) for term, said in TERMS.items() if all(p in there for p in WORDS_OF.get(term, ()))
    ]
    used = {column.feature for column in told.handover.answer.profile.columns}
    made_here = [
        (
            told.feature(name),
            joined(f"{name}: ", told.say(said), f" ({told.units[name]})." if told.units.get(name) else "."),
        )
        for name, said in told.meanings.items()
        if name in used
    ]
    return part(
        "words", "Words used", facts(terms), under("Features made from the data", facts(made_here) if made_here else "")
    )


def _parts(told: Told) -> set[str]:
    handover = told.handover
    rollup = handover.whole.rollup
    found = {
        "rules": handover.ruled is not None and handover.ruled.credibility is not None,
        "decisions": handover.decisions is not None,
        "evidence": handover.assessment is not None,
        "rollup": rollup is not None and rollup.snapshot is not None,
        "holdout": rollup is not None and rollup.holdout is not None,
    }
    return {name for name, there in found.items() if there}

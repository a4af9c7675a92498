"""How sure the report is: whether there are groups at all, whether they come back, what the criteria disagree on, and
what the segments know of later orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from segtui.deliver.html import Markup, element
from segtui.deliver.report_blocks import bullets, caveats, paragraph, part, table, under
from segtui.deliver.report_means import percent
from segtui.deliver.report_number import number_of_segments
from segtui.deliver.report_told import figure, nothing
from segtui.deliver.report_words import comes_back

if TYPE_CHECKING:
    from segtui.deliver.html import Child
    from segtui.deliver.report_told import Told
    from segtui.evidence import Later, Prediction, Structure
    from segtui.explained import Driver


def evidence(told: Told) -> Markup | None:
    """The part on evidence; None where none was asked for."""
    blocks = [
        under("Are there groups at all?", *_structure(told)),
        under("Do the segments come back?", *_stability(told)),
        under("How many segments?", *number_of_segments(told)),
        under("Do the segments know what comes next?", *_prediction(told)),
        under("What the segments rest on", *_drivers(told)),
    ]
    return part("sure", "How sure we are", *blocks) if any(blocks) else None


# -- structure ---------------------------------------------------------------------------------------------


def _structure(told: Told) -> Iterator[Child]:
    found = told.handover.assessment
    if found is None:
        why = told.handover.why_not("assessment")
        if why:
            yield paragraph("This was not assessed: ", told.say(why))
        return
    if found.structure is None:
        why = dict(found.reasons).get("structure", "the reason is not known")
        yield paragraph("This was not assessed: ", told.say(why), ".")
        return
    yield paragraph(
        element("strong", f"Verdict: {found.structure.verdict.value}."), " ", told.say(found.structure.meaning)
    )
    numbers = _numbers(found.structure)
    if numbers:
        yield paragraph(numbers, kind="muted")
    yield bullets((told.sentence(note) for note in found.structure.notes), kind="muted")


def _numbers(found: Structure) -> str:
    if found.silhouette is None or found.null is None:
        return ""
    return (
        f"How far apart the segments lie scores {found.silhouette:.2f} (1 is the best). Data without groups but with "
        f"the same averages, spreads and correlations score {found.null:.2f} on average over {found.draws} draws"
        f"{'' if found.rows == 0 else f', on {found.rows:,} customers'}."
    )


# -- stability ---------------------------------------------------------------------------------------------


def _stability(told: Told) -> Iterator[Child]:
    found = told.handover.assessment
    if found is None:
        return
    if found.stability is None:
        why = dict(found.reasons).get("stability", "")
        if why:
            yield paragraph("This was not looked at: ", told.say(why), ".")
        return
    one = found.stability
    yield paragraph(
        f"The customers were drawn anew {one.draws} times ({one.rows:,} in each draw) and the segments formed again. "
        "1.00 means that a segment came back with the same customers."
    )
    rows: list[list[Child]] = []
    for segment in told.shown:
        jaccard = one.jaccard[segment.cluster]
        score = figure(jaccard, f"{jaccard:.2f}", "stability", segment=segment.letter)
        rows.append([told.segment(segment), score, comes_back(jaccard)])
    yield table("How well each segment comes back", ("segment", "score", "in words"), rows, right=(1,))
    yield caveats(
        "Stable is not the same as real: a smooth cloud can be cut at the same places every time.",
        *(told.sentence(warning) for warning in told.handover.answer.segmentation.warnings),
    )


# -- prediction --------------------------------------------------------------------------------------------


def _prediction(told: Told) -> Iterator[Child]:
    found = told.handover.prediction
    if found is None:
        why = told.handover.why_not("prediction")
        rollup = told.handover.whole.rollup
        if why:
            yield paragraph("This was not looked at: ", told.say(why))
        elif rollup is not None and rollup.holdout is None and told.handover.assessment is not None:
            yield paragraph("Nobody knows: no orders were kept apart to check it with. A holdout window would tell.")
        return
    first, end = found.holdout
    yield paragraph(
        f"Orders from {first} until before {end} were kept apart. In that time {percent(found.active)} of "
        f"{found.customers:,} customers ordered. The figures say how much of the differences in what customers later "
        "spent (on a scale of ratios) lies between segments: 0 % is nothing, 100 % all of it."
    )
    yield _predicted(told, found)
    if found.rfm is None and found.rfm_reason:
        yield paragraph(
            "The customary table of recency, frequency and money is not compared: ", told.say(found.rfm_reason)
        )
    yield caveats("More segments always tell a little more. What is left is what no segment knows.")


def _predicted(told: Told, found: Prediction) -> Markup:
    rows: list[list[Child]] = []
    k = len(told.handover.answer.letters)
    for row in found.rows:
        if row.current:
            for number, later in zip(found.ks, row.later, strict=True):
                mark = " (these)" if number == k else ""
                rows.append(_told_later(f"{number} segments{mark}", later))
            rows.append(_told_later("for comparison: a formula on the same features", row.ceiling))
    if found.rfm is not None:
        rows.append(_told_later("for comparison: the customary table of recency, frequency and money", found.rfm))
    return table("What is known of later orders", ("known from", "of later spend", "of who orders"), rows, right=(1, 2))


def _told_later(name: str, later: Later | None) -> list[Child]:
    known = (None, None) if later is None else (later.spend, later.active)
    return [name, *(nothing() if one is None else percent(one) for one in known)]


# -- drivers -----------------------------------------------------------------------------------------------


def _drivers(told: Told) -> Iterator[Child]:
    found = told.handover.drivers
    if found is None:
        why = told.handover.why_not("drivers")
        if why:
            yield paragraph("This was not looked at: ", told.say(why))
        return
    yield paragraph(
        "If the values of one feature were dealt out by chance, so many customers would land in another segment."
    )
    rows = [_driver(told, one) for one in found.drivers]
    yield table("What moves the segments", ("feature", "would move", "in words"), rows, right=(1,), kind="text")
    yield bullets(told.sentence(note) for note in found.notes)


def _driver(told: Told, one: Driver) -> list[Child]:
    said = {
        "drives": "moves the segments, and the other features agree with it",
        "influential but not relevant": "moves the segments, but the other features do not bear it out",
        "relevant, little influence": "agrees with the others, but moves little",
        "neither": "does little",
        "duplicate": "says the same as another feature",
    }.get(one.verdict, one.verdict)
    if one.duplicate_of:
        said += f" ({told.feature(one.duplicate_of)})"
    more = f"; {one.suggestion}" if one.suggestion else ""
    return [element("strong", told.feature(one.feature)), percent(one.influence), told.say(said + more)]

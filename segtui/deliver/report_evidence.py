"""How sure the report is: whether there are groups at all, whether they come back, what the criteria disagree on, and
what the segments know of later orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from segtui.baskets.words import listed
from segtui.deliver import report_charts as charts
from segtui.deliver.html import Markup, element, joined
from segtui.deliver.report_blocks import bullets, caveats, chart, paragraph, part, table, under
from segtui.deliver.report_segments import percent
from segtui.deliver.report_told import figure, nothing, withheld
from segtui.deliver.report_words import CRITERIA, comes_back
from segtui.evidence import STABLE

if TYPE_CHECKING:
    from segtui.deliver.html import Child
    from segtui.deliver.report_told import Told
    from segtui.evidence import Later, Prediction, Structure, Sweep, SweepRow
    from segtui.explained import Driver


def evidence(told: Told) -> Markup | None:
    """The part on evidence; None where none was asked for."""
    blocks = [
        under("Are there groups at all?", *_structure(told)),
        under("Do the segments come back?", *_stability(told)),
        under("How many segments?", *_number(told)),
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
    yield caveats("Stable is not the same as real: a smooth cloud can be cut at the same places every time.")


# -- how many ----------------------------------------------------------------------------------------------


def _number(told: Told) -> Iterator[Child]:
    sweep, k = told.handover.sweep, len(told.handover.answer.letters)
    if sweep is None:
        why = told.handover.why_not("sweep")
        if why:
            yield paragraph("Other numbers of segments were not compared: ", told.say(why))
        return
    picks = [pick for pick in sweep.picks if not pick.never]
    yield paragraph(_disagreement(sweep, k))
    rows = [(CRITERIA.get(pick.id, pick.title), pick.k) for pick in picks]
    if rows:
        drawing = charts.dots("picks", "The number of segments that each criterion picks", _ks(sweep), rows, k)
        yield chart(
            drawing, "Large dot: what a criterion picks; none where it picks nothing. Shaded: what was asked for."
        )
    points = [(row.k, row.stability.lowest) for row in sweep.rows if row.stability is not None]
    if points:
        title = "How well the least stable segment comes back, by number of segments"
        drawing = charts.line("comes-back", title, points, STABLE, k)
        yield chart(drawing, f"{title}. Dashed: from {STABLE:.2f} on a segment counts as stable.")
    yield _by_k(told, sweep)
    if picks:
        told_picks: list[list[Child]] = [
            [CRITERIA.get(pick.id, pick.title), "none" if pick.k is None else str(pick.k), told.say(pick.why),
             told.say(pick.favours)]
            for pick in picks
        ]  # fmt: skip
        yield table(
            "What each criterion says", ("asks for", "picks", "why", "what it tends to prefer"), told_picks, right=(1,),
                    kind="text")  # fmt: skip
    failed = [f"{row.k} segments: {row.failed}" for row in sweep.rows if row.failed]
    yield bullets(told.sentence(one) for one in failed)


def _ks(sweep: Sweep) -> list[int]:
    return [row.k for row in sweep.rows]


def _disagreement(sweep: Sweep, k: int) -> Markup:
    """What was asked for, what would be suggested, and how far the criteria agree."""
    picked = sorted({pick.k for pick in sweep.picks if pick.k is not None and not pick.never})
    said = [f"{k} segments were asked for."]
    if len(picked) == 1:
        said.append(f"Every criterion that picks a number picks {picked[0]}.")
    elif picked:
        said.append(
            f"The criteria disagree: they pick {listed([str(one) for one in picked])}. There is no right number."
        )
    suggestion = sweep.suggestion
    if suggestion is not None and suggestion.k is not None:
        same = "the same number" if suggestion.k == k else f"{suggestion.k} segments"
        said.append(f"Our own rule suggests {same}: {suggestion.reason}.")
    elif suggestion is not None:
        said.append(f"Our own rule suggests none: {suggestion.reason}.")
    return joined(" ".join(said))


def _by_k(told: Told, sweep: Sweep) -> Markup:
    later = any(row.later is not None for row in sweep.rows)
    titles = [
        "segments",
        "clear gaps",
        "comes back (lowest)",
        *(["later spend told"] if later else []),
        "smallest segment",
    ]
    rows = [_k_row(told, row, later) for row in sweep.rows if row.scores is not None]
    return table("The same by number of segments", titles, rows, right=range(len(titles)))


def _k_row(told: Told, row: SweepRow, later: bool) -> list[Child]:
    assert row.scores is not None
    known = [
        None if row.scores.silhouette_squared is None else f"{row.scores.silhouette_squared:.2f}",
        None if row.stability is None else f"{row.stability.lowest:.2f}",
    ]
    if later:
        known.append(_share(None if row.later is None else row.later.spend))
    smallest: Child = withheld() if told.few(row.smallest) else f"{row.smallest:,}"
    return [f"{row.k}", *(nothing() if one is None else one for one in known), smallest]


def _share(value: float | None) -> str | None:
    return None if value is None else percent(value)


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

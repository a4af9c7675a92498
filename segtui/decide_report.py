"""Decisions as `segtui run --decide` gives them: as a part of the JSON document, and as printed lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from segtui import printing
from segtui.decided.recommendations import Method, Purpose
from segtui.decided.value import TOLERANCE
from segtui.printing import Json

if TYPE_CHECKING:
    from segtui.decided.campaigns import Campaigns, Proposal, Rfm
    from segtui.decided.decisions import Decisions
    from segtui.decided.prices import Interval as Paid
    from segtui.decided.prices import Prices
    from segtui.decided.recommendations import Interval, Leaderboard, Scores, SegmentProducts, Standing, Trial
    from segtui.decided.value import Calibration, Check, LifetimeValue, Range, SegmentValue

WIDTH = 80
"""Printed sentences are folded at this width."""

INDENT = 2

ITEMS_SHOWN = 3
"""Items of a segment that are printed; --json has all."""


# -- as a document -----------------------------------------------------------------------------------------


def decisions_document(found: Decisions) -> Json:
    """Every part, as `decisions` of `run --decide --json`; `refused` says whether it is missing, `reasons` why."""
    return {
        "inputs": asdict(found.inputs),
        "campaigns": _campaigns_document(found),
        "value": _value_document(found),
        "prices": _prices_document(found),
        "recommendations": _recommendations_document(found),
    }


def _refused(*reasons: str) -> Json:
    told = [reason for reason in reasons if reason]
    return {"refused": bool(told), "reasons": told}


def _campaigns_document(decided: Decisions) -> Json:
    found = decided.campaigns
    if found is None:
        return _refused(decided.why_not("campaigns"))
    return {
        **_refused(),
        "playbook": found.playbook,
        "plays": [_proposal_document(one) for one in found.proposals],
        "not_offered": [asdict(one) for one in found.not_offered],
        "rfm": None if found.rfm is None else _rfm_document(found.rfm),
        "rfm_reason": found.rfm_reason,
        "overlaps": [asdict(one) for one in found.overlaps],
        "notes": list(found.notes),
    }


def _proposal_document(one: Proposal) -> Json:
    told = asdict(one)
    del told["cluster"], told["letter"]
    return {**told, "segment": one.letter, "segment_name": one.segment}


def _rfm_document(rfm: Rfm) -> Json:
    segments = [
        {
            "segment": one.letter,
            "customers": one.customers,
            "largest": one.largest[0],
            "share": one.largest[1],
            "groups": dict(one.groups),
        }
        for one in rfm.segments
    ]
    return {**asdict(rfm), "holdout": _days(rfm.holdout), "segments": segments}


def _days(window: tuple[object, object] | None) -> list[str] | None:
    return None if window is None else [str(day) for day in window]


def _value_document(decided: Decisions) -> Json:
    found = decided.value
    if found is None:
        return _refused(decided.why_not("value"))
    return {
        **_refused(found.refused),
        "weeks": found.weeks,
        "gates": [asdict(gate) for gate in found.gates],
        "orders_model": None if found.orders is None else asdict(found.orders),
        "spend_model": None if found.spend is None else asdict(found.spend),
        "segments": [_worth_document(one) for one in found.segments],
        "all": None if found.all is None else _worth_document(found.all),
        "calibration": None if found.calibration is None else asdict(found.calibration),
        "no_alive": found.no_alive,
        "no_value": found.no_value,
    }


def _worth_document(one: SegmentValue) -> Json:
    told = asdict(one)
    del told["letter"]
    return {"segment": one.letter, **told}


def _prices_document(decided: Decisions) -> Json:
    found = decided.prices
    if found is None:
        return _refused(decided.why_not("prices"))
    told = asdict(found)
    first, last = told.pop("first"), told.pop("last")
    return {**_refused(), "days": [first.isoformat(), last.isoformat()], **told}


def _recommendations_document(decided: Decisions) -> Json:
    board = decided.board
    if board is None:
        return _refused(decided.why_not("recommendations"))
    refusals = [one.refusal for one in board.trials]
    judged = any(not refusal for refusal in refusals)
    return {
        **(_refused() if judged else _refused(*dict.fromkeys(refusals))),
        "offered": {purpose.value: list(board.offered(purpose)) for purpose in (Purpose.AGAIN, Purpose.NEW)},
        "verdicts": [asdict(one) for one in board.verdicts],
        "trials": [_trial_document(one) for one in board.trials],
        "methods": [_standing_document(one, decided.letters) for one in board.standings],
        "products": [_products_document(one, decided.letters) for one in decided.products],
        "products_reason": decided.why_not("products"),
        "notes": list(board.notes),
    }


def _trial_document(one: Trial) -> Json:
    return {**asdict(one), "day": None if one.day is None else one.day.isoformat()}


def _standing_document(one: Standing, letters: tuple[str, ...]) -> Json:
    return {
        "method": one.method,
        "purpose": one.purpose,
        "protocol": one.protocol,
        **_scores(one.overall),
        "coverage": _interval(one.coverage),
        "segments": {letters[place]: _scores(scores) for place, scores in one.segments},
    }


def _scores(scores: Scores) -> Json:
    told = {"hit_at_10": scores.hit, "recall_at_10": scores.recall, "ndcg_at_10": scores.ndcg}
    return {"customers": scores.customers, **{name: _interval(value) for name, value in told.items()}}


def _interval(value: Interval) -> Json:
    return {"value": value.value, "low": value.low, "high": value.high}


def _products_document(one: SegmentProducts, letters: tuple[str, ...]) -> Json:
    return {
        "segment": letters[one.segment],
        "customers": one.customers,
        "products": [asdict(product) for product in one.products],
    }


# -- for a person ------------------------------------------------------------------------------------------


def decisions_lines(found: Decisions) -> Iterator[str]:
    """Plays, values, prices and recommendations, each in its own part."""
    yield from _campaigns_lines(found)
    yield ""
    yield from _value_lines(found)
    yield ""
    yield from _prices_lines(found)
    yield ""
    yield from _recommendations_lines(found)


def _sentence(text: str, indent: int = 0) -> Iterable[str]:
    """A figure and its % stay on one line."""
    bound = text.replace(" %", "\u00a0%")
    return (" " * indent + line.replace("\u00a0", " ") for line in printing.folded(bound, WIDTH - indent))


def _campaigns_lines(decided: Decisions) -> Iterator[str]:
    found = decided.campaigns
    if found is None:
        yield from _sentence(f"campaigns: none, {decided.why_not('campaigns')}")
        return
    yield from _sentence(f"campaigns: {_counted(found)} (playbook {found.playbook})")
    told = ""
    for one in found.proposals:
        if one.play != told:
            told = one.play
            yield from _sentence(f"{one.title}: {one.does}")
        yield from _sentence(f"{one.letter}, {one.whom}: {one.reason}", INDENT)
        yield from _sentence(" ".join(one.worth.said), INDENT)
        yield from _sentence(one.experiment.refused or " ".join(one.experiment.said[:2]), INDENT)
    if found.overlaps:
        yield "Plays for the same customers (lists mark who is on another):"
        for overlap in found.overlaps:
            yield from _sentence(overlap.said, INDENT)
    yield from _rfm_lines(found.rfm)
    for note in found.notes:
        yield from _sentence(note)


def _rfm_lines(rfm: Rfm | None) -> Iterator[str]:
    """What the customary names make of each segment, beside what came of the names where that is known."""
    if rfm is None or not rfm.segments:
        return
    yield from _sentence(f"By the RFM table {', '.join(f'{one.letter} is {one.said}' for one in rfm.segments)}.")
    names = dict.fromkeys(one.largest[0] for one in rfm.segments)
    later = [(name, group.later) for name in names if (group := rfm.under(name)) is not None]
    told = [f"{name} {realised.active:.0%}" for name, realised in later if realised is not None]
    if told:
        yield from _sentence(f"Names are a convention: of these in the holdout ordered {', '.join(told)}.", INDENT)


def _counted(found: Campaigns) -> str:
    many, plays = len(found.proposals), len({one.play for one in found.proposals})
    if not many:
        return "no segment fits a play"
    return f"{many} {'proposal' if many == 1 else 'proposals'} of {plays} {'play' if plays == 1 else 'plays'}"


# -- value


def _value_lines(decided: Decisions) -> Iterator[str]:
    found = decided.value
    if found is None or found.refused:
        why = found.refused if found is not None else decided.why_not("value")
        yield from _sentence(f"value: not said, {why}")
        return
    yield f"value: expected over {found.weeks:g} weeks (95 %: of the model alone)"
    whole = (*found.segments, *([found.all] if found.all is not None else []))
    rows = [
        (
            one.letter + ("" if one.trusted else " !"),
            f"{one.customers:,}",
            "-" if one.alive is None else f"{one.alive:,.0f}",
            _whole(one.orders),
            _between(one.orders),
            "-" if one.value is None else _whole(one.value),
            "-" if one.value is None else _between(one.value),
        )
        for one in whole
    ]
    titles = ("segment", "customers", "est. alive", "orders", "95 %", "revenue", "95 %")
    yield from printing.table(titles, rows, right=range(1, len(titles)))
    yield from _value_notes(found)


def _value_notes(found: LifetimeValue) -> Iterator[str]:
    for one in found.segments:
        for said in (*one.doubts, one.unjudged):
            if said:
                yield from _sentence(f"{one.letter}{' !' if one.doubts else ''}: {said}")
    for why, what in ((found.no_alive, "who is still a customer"), (found.no_value, "money")):
        if why:
            yield from _sentence(f"Nothing is said of {what}: {why}.")
    if found.calibration is None:
        yield from _sentence("Not checked on later orders: there is no holdout (--holdout DAYS).")
    else:
        yield from _sentence(_checked(found.calibration))


def _checked(found: Calibration) -> str:
    told = [_check(found.orders, "orders"), *([_check(found.spend, "of revenue")] if found.spend is not None else [])]
    return (
        f"In the {found.weeks:.0f} weeks of the holdout, expected and seen of all: {'; '.join(told)}. "
        f"Holds: {TOLERANCE} times as much expected as seen."
    )


def _check(one: Check, what: str) -> str:
    ratio = "" if one.ratio is None else f"{one.ratio:.2f} times, 95 % {one.low:.2f} to {one.high:.2f}: "
    return f"{one.expected:,.0f} and {one.observed:,.0f} {what} ({ratio}{one.verdict.value})"


def _whole(value: Range) -> str:
    return f"{value.expected:,.0f}"


def _between(value: Range) -> str:
    return "-" if value.low is None or value.high is None else f"{value.low:,.0f}-{value.high:,.0f}"


# -- recommendations


# -- prices


def _prices_lines(decided: Decisions) -> Iterator[str]:
    found = decided.prices
    if found is None:
        yield from _sentence(f"prices: not said, {decided.why_not('prices')}")
        return
    yield from _sentence(
        "prices: what was paid over what the same goods cost at the reference price, the median price of the item in "
        "the same quantity tier around the time; 1 = at that price, and `all` says what everyone paid"
    )
    rows = [
        (one.letter or "all", _share_of(one.paid.index), _share_of(one.paid.below), f"{one.paid.compared:.0%}")
        for one in (*found.segments, found.everyone)
    ]
    yield from printing.table(("segment", "index (95 %)", "bought below it", "of revenue"), rows, right=(1, 2, 3))
    yield from _price_notes(found)
    yield from _sentence(found.everyone.reaction.words)
    yield from _sentence(found.everyone.test.words)
    for note in found.notes:
        yield from _sentence(note)


def _price_notes(found: Prices) -> Iterator[str]:
    """What is said of some segments with their letters, what is said of all once."""
    letters: dict[str, list[str]] = {}
    for one in found.segments:
        for note in one.paid.notes:
            letters.setdefault(note, []).append(one.letter)
    for note, whose in letters.items():
        told = note if len(whose) == len(found.segments) else f"{', '.join(whose)}: {note}"
        yield from _sentence(told, INDENT)


def _share_of(value: Paid | None) -> str:
    return "-" if value is None else f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})"


def _recommendations_lines(decided: Decisions) -> Iterator[str]:
    board = decided.board
    if board is None:
        yield from _sentence(f"recommendations: none, {decided.why_not('recommendations')}")
        return
    items = max((trial.items for trial in board.trials), default=0)
    yield f"recommendations: hit@10, the share of customers with a hit among ten of {items:,} items"
    for trial in board.trials:
        yield from _sentence(_trial(trial))
    for purpose in (Purpose.AGAIN, Purpose.NEW):
        yield from _purpose(board, purpose)
    for note in board.notes:
        yield from _sentence(note[:1].upper() + note[1:] + ".", INDENT)
    yield from _products(decided)


def _trial(trial: Trial) -> str:
    if trial.refusal:
        return f"{trial.protocol}: not judged, {trial.refusal}"
    since = "" if trial.day is None else f" from {trial.day}"
    return f"{trial.protocol}{since}: {trial.customers:,} customers, {trial.repeats:.0%} of their items bought before"


def _purpose(board: Leaderboard, purpose: Purpose) -> Iterator[str]:
    protocols = [trial.protocol for trial in board.trials if not trial.refusal]
    if not protocols:
        return
    offered = board.offered(purpose)
    rows = []
    for method in Method:
        stands = [board.standing(method, purpose, protocol) for protocol in protocols]
        if any(stands):
            mark = "yes" if method in offered else "" if method is Method.POPULARITY else "no"
            rows.append((method, *("-" if one is None else _hit(one) for one in stands), mark))
    if rows:
        yield ""
        yield from printing.table((purpose, *protocols, "offered"), rows)


def _hit(one: Standing) -> str:
    hit = one.overall.hit
    return f"{hit.value:.1%} ({100 * hit.low:.1f} to {100 * hit.high:.1f})"


def _products(decided: Decisions) -> Iterator[str]:
    if not decided.products:
        return
    yield ""
    yield "most bought in each segment (share of its customers; of everybody else)"
    for one in decided.products:
        items = (f"{item.item} ({item.share:.0%}; {item.rest:.0%})" for item in one.products[:ITEMS_SHOWN])
        yield from _sentence(f"{decided.letters[one.segment]}: {', '.join(items)}", INDENT)
        reason = next((item.reason for item in one.products[:ITEMS_SHOWN] if item.reason), "")
        yield from _sentence(reason, INDENT + 2) if reason else ()

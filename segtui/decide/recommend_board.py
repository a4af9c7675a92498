"""The leaderboard: every method beside popularity, by what was held back, and the gate that only some pass.

A method is offered for a purpose if the interval of its hit@10 lies wholly above popularity's, under every protocol
that could judge it. Buying again and discovery are judged apart: most of what a list of all items gets right is what
people buy anyway (Li et al. 2023). Segments are those of the past alone, as the caller's `labels_on_past` gives them.

On Online Retail (identified, not cancelled, quantity and price above 0, stock codes of five digits: 2,829 customers
with two baskets or more, mean basket 20.3) the last basket gives, beside METHODS.md E3:

    hit@10, recall@10            all items        E3       discovery        E3
    popularity                  .386  .039   .377 .038     .234  .024   .216 .024
    segment popularity (RFM)    .393  .039   .409 .042     .231  .023   .230 .024
    item-item cosine            .474  .080   .476 .077     .315  .054   .313 .051
    EASE                        .577  .118   .580 .119     .402  .069   .398 .067
    personal frequency          .722  .188   .721 .188

All lie within .02. Popularity is higher here since customers of one basket are part of the past, which E3 leaves out
(its 3,602 items are those its judged customers had bought); E3's 39 % of repeats is a mean over customers, of all
items it is 34 %. Coverage agrees within .01 but for cosine, .397 for .423, for which no reason was found. Under the
time split (from 2011-09-11) discovery gives popularity .24, cosine .35, EASE .42; recent popularity, .34 by the last
basket, falls to .22, since it is as of the day of the split and the next basket may come 90 days later. Personal
frequency stands at the gate for buying again: under the time split 87.2 % (85.5 to 88.8) against 84.0 % (82.2 to
85.7), shut by a hair; with postage and charges among the items it opens, 88.2 % (86.6 to 89.7) against 84.8 % (83.1
to 86.6). hit@10 leaves little room there, since half of the customers had bought 42 items or fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from segtui.decide import recommend_metrics as metrics
from segtui.decide.recommend_interactions import Purchases
from segtui.decide.recommend_methods import NO_SEGMENT, Scorer, pieces, scorer, suits
from segtui.decide.recommend_metrics import Found
from segtui.decide.recommend_split import JUDGED, LEAST, Split, split
from segtui.decide.recommend_verdict import verdicts
from segtui.decided.recommendations import (
    TOP,
    Leaderboard,
    Method,
    Protocol,
    Purpose,
    Scores,
    Standing,
    Trial,
)
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from datetime import date

    from segtui.results import Floats, Floats32, Labels

LabelsOnPast = Callable[["date | None"], Steps["Labels | None"]]
"""Labels, uint8 (customers,), 255 for none, made of what was known before a day; None: before each customer's last
basket. Gives None where that cannot be done: then segments are not judged under that protocol."""

Finding = Callable[[], Steps[list[Found]]]
Filed = Callable[[str, Finding], Steps[list[Found]]]
"""Gives what is filed under a name, which it computes where nothing is; names hold for the same purchases alone."""


MANY = 100
"""Items from which on ten of them are a choice (ours)."""


def unfiled(name: str, find: Finding) -> Steps[list[Found]]:
    """Computes it every time."""
    del name
    return find()


def leaderboard(
    bought: Purchases,
    seed: int,
    labels_on_past: LabelsOnPast | None = None,
    heard: Callable[[Leaderboard], None] = lambda board: None,
    methods: Sequence[Method] = tuple(Method),
    filed: Filed = unfiled,
) -> Steps[Leaderboard]:
    """Judge `methods` by both protocols. heard: gets the board so far after every method, without verdicts.

    filed: keeps what methods find that know no segments (less than a megabyte each), so that other segments only count
    it anew.
    """
    trials: list[Trial] = []
    standings: list[Standing] = []
    notes = _left_out(bought)
    for protocol in (Protocol.TIME, Protocol.LAST):
        made = yield from split(bought, protocol)
        trials.append(made if isinstance(made, Trial) else made.trial)
        if isinstance(made, Trial):
            continue
        labels = (yield from labels_on_past(made.trial.day)) if labels_on_past else None
        if labels is None:
            notes += (f"{protocol}: no segments of that past, so segment popularity is not judged",)
        drawn = yield from metrics.weights(len(made.customers), seed)
        for method in methods:
            if method is Method.SEGMENT and labels is None:
                continue
            standings += yield from judge(method, made, labels, drawn, filed)
            heard(Leaderboard(tuple(trials), tuple(standings), notes=notes))
    notes += _short(len(bought.items)) if standings else ()
    return Leaderboard(tuple(trials), tuple(standings), verdicts(trials, standings, methods), True, notes)


def _short(items: int) -> tuple[str, ...]:
    """What lists of ten are of a short catalogue."""
    if items >= MANY:
        return ()
    listed = min(TOP, items)
    return (
        f"{listed} of {items} items are on every list, so that most customers have a hit whatever the method: read the "
        "difference from popularity, not the height",
    )


def _left_out(bought: Purchases) -> tuple[str, ...]:
    notes = []
    if bought.nobodys:
        notes.append(f"{bought.nobodys:,} baskets of unknown customers are left out")
    if bought.undated:
        notes.append(f"{bought.undated:,} baskets without a date are left out")
    if bought.customers > JUDGED:
        notes.append(f"judged on {JUDGED:,} customers at most, a random sample")
    return tuple(notes)


def judge(
    method: Method, made: Split, labels: Labels | None, drawn: Floats32, filed: Filed = unfiled
) -> Steps[list[Standing]]:
    """A method's standing for every purpose it suits. labels: of the past; drawn: `recommend_metrics.weights`; filed:
    as `leaderboard` has it."""
    purposes = [one for one in Purpose if suits(method, one)]

    def find() -> Steps[list[Found]]:
        score = yield from scorer(method, made.past, labels)
        return (yield from _found(score, made, purposes, method))

    keep = unfiled if method is Method.SEGMENT else filed
    found = yield from keep(f"{method} by {made.trial.protocol}", find)
    segments = None if labels is None else labels[made.customers]
    standings = []
    for purpose, one in zip(purposes, found, strict=True):
        if (~np.isnan(one.values[:, 0])).sum() < LEAST:
            continue
        overall, each = yield from _scores(one, segments, drawn)
        share = metrics.coverage(one.listed, len(made.past.order))
        standings.append(Standing(method, purpose, made.trial.protocol, overall, share, each))
    return standings


def _found(score: Scorer, made: Split, purposes: Sequence[Purpose], method: Method) -> Steps[list[Found]]:
    """The lists of all judged customers, judged."""
    judged, width = made.wanted.shape
    values = np.full((len(purposes), judged, 3), np.nan)
    listed = np.zeros((len(purposes), width), dtype=np.int64)
    for piece in pieces(method, made.past, made.customers):
        owned, wanted = made.past.owned[made.customers[piece]], made.wanted[piece]
        scores = score(made.customers[piece])
        for i, purpose in enumerate(purposes):
            yield Progress(f"judging {method}", piece.start / judged, f"{piece.start:,} of {judged:,} customers")
            tops = metrics.listed_first(scores, owned, purpose, TOP)
            values[i, piece] = metrics.judged(tops, metrics.relevant(wanted, owned, purpose))
            rated = tops[~np.isnan(values[i, piece, 0])]
            listed[i] += np.bincount(rated[rated >= 0], minlength=width)
    return [Found(v, c, judged) for v, c in zip(values, listed, strict=True)]


def _scores(
    found: Found, segments: Labels | None, drawn: Floats32
) -> Steps[tuple[Scores, tuple[tuple[int, Scores], ...]]]:
    """Means over everybody, and over each segment of at least LEAST customers."""
    overall = yield from _mean(found.values, drawn)
    each = []
    present = [] if segments is None else np.unique(segments[segments != NO_SEGMENT]).tolist()
    for label in present:
        within = np.where((segments == label)[:, None], found.values, np.nan)
        if (~np.isnan(within[:, 0])).sum() >= LEAST:
            each.append((label, (yield from _mean(within, drawn))))
    return overall, tuple(each)


def _mean(values: Floats, drawn: Floats32) -> Steps[Scores]:
    hit, recall, ndcg = yield from metrics.intervals(values, drawn)
    return Scores(int((~np.isnan(values[:, 0])).sum()), hit, recall, ndcg)
